/** tokenizer.json → the tables that the device reads (docs/tokenizer-tables.md). What is not supported is refused. */
import type { JsonPart } from '../input/model-input.js';
import { tokenText as textOf } from '../input/special-tokens.js';
import type { BesideToken } from '../input/special-tokens.js';
import { ConfigFields } from '../model/config-fields.js';
import { FormatError } from '../shared/errors.js';
import type { Note } from './notes.js';
import type { JsonObject } from '../source/strict-json.js';
import { readAddedTokens } from './added-tokens.js';
import type { AddedToken } from './added-tokens.js';
import { wrongPart } from './component.js';
import * as format from './format.js';
import { addModelTable, byteIds, characterTable, lookupTable, modelFlags } from './model-tables.js';
import { readNormalizer } from './normalizer.js';
import type { NormalStep } from './normalizer.js';
import { readDecoder, readPostProcessor } from './pipeline.js';
import type { DecoderPlan } from './pipeline.js';
import { PartPool } from './part-pool.js';
import { readStages } from './pre-tokenizer.js';
import type { Stage } from './pre-tokenizer.js';
import { compareBytes, concatenate, StringPool, TableWriter } from './section-writer.js';
import { readModel } from './token-model.js';
import type { TokenModel } from './token-model.js';
import { spelledMetaspace, tokenText } from './token-text.js';
import type { TextRules } from './token-text.js';
import type { TokenizerTables } from './tokenizer.js';

/** Everything that tokenizer.json says, read and checked. */
interface Parts extends TextRules {
  readonly model: TokenModel;
  readonly added: readonly AddedToken[];
  readonly normalizer: readonly NormalStep[];
  readonly stages: readonly Stage[];
  readonly metaspace: number | null;
  readonly pool: PartPool;
  readonly prefixIds: readonly number[];
  readonly suffixIds: readonly number[];
}

/** One id: how the file spells it, what it adds to a text, and `TokenFlag` bits. */
interface Token {
  readonly spelling: string;
  readonly bytes: Uint8Array;
  readonly flags: number;
}

/**
 * Turns a tokenizer into tables.
 * @param definition in the form of tokenizer.json
 * @param names the begin and end tokens, in the form of tokenizer_config.json
 * @param beside tokens that stand elsewhere than in the definition
 * @throws FormatError when the file contradicts itself; UnsupportedError for parts that the device cannot run exactly
 */
export async function parseTokenizer(
  definition: JsonPart,
  names: JsonObject | null,
  beside: readonly BesideToken[] = [],
): Promise<TokenizerTables> {
  const fields = new ConfigFields(definition.fields, definition.file);
  const version = fields.optionalText('version');
  if (version !== null && version !== '1.0') throw fields.wrong('version', '"1.0"');
  const parts = await readParts(fields, beside);
  const tokens = readTokens(parts);
  for (const id of [...parts.prefixIds, ...parts.suffixIds]) {
    if (tokens[id] === undefined)
      throw wrongPart(fields, 'post_processor', `It adds the id ${id}, which no token has.`);
  }
  const notes = ['truncation', 'padding']
    .filter((key) => fields.isSet(key))
    .map((setting): Note => ({ code: 'tokenizer-setting', setting }));
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (token !== undefined) ids.set(token.spelling, id);
  });
  const configured = (key: string): number | null => {
    const name = textOf(names?.get(key));
    return name === null ? null : (ids.get(name) ?? null);
  };
  const bosId = configured('bos_token') ?? parts.prefixIds[0] ?? null;
  const eosId = configured('eos_token');
  return {
    section: writeSection(parts, tokens, bosId, eosId),
    vocabSize: tokens.length,
    bosId,
    eosId,
    unkId: parts.model.unkId,
    specialIds: [...tokens.keys()].filter(
      (id) => ((tokens[id]?.flags ?? 0) & format.TokenFlag.Special) !== 0,
    ),
    addedIds: parts.added.map(({ id }) => id).sort((a, b) => a - b),
    prefixIds: parts.prefixIds,
    suffixIds: parts.suffixIds,
    notes,
    tokenText: (id) => tokens[id]?.spelling ?? null,
    tokenId: (text) => ids.get(text) ?? null,
  };
}

async function readParts(fields: ConfigFields, beside: readonly BesideToken[]): Promise<Parts> {
  const model = await readModel(fields);
  const pool = new PartPool();
  const normalizer = await readNormalizer(fields, pool);
  const { stages, metaspace } = await readStages(fields, pool);
  if (pool.tooLarge)
    throw wrongPart(fields, 'pre_tokenizer', 'Its tables are larger than the package format can hold.');
  const decoder = readDecoder(fields);
  const byteLevel = stages.some((stage) => stage.kind === format.StageKind.ByteLevel);
  if (byteLevel !== (decoder.kind === format.Decoding.Bytes)) {
    throw wrongPart(
      fields,
      'decoder',
      'A ByteLevel pre-tokenizer and a ByteLevel decoder are only supported together.',
    );
  }
  checkTogether(fields, model, decoder, byteLevel);
  const scheme = stages.find((stage) => stage.kind === format.StageKind.Metaspace)?.a;
  if (scheme === format.MetaspaceScheme.First && normalizer.length > 0) {
    throw wrongPart(
      fields,
      'normalizer',
      'A normalizer before a Metaspace with the scheme "first" is not supported.',
    );
  }
  if (metaspace !== null && decoder.metaspace !== null && metaspace !== decoder.metaspace) {
    throw wrongPart(fields, 'decoder', 'It has another metaspace than the pre-tokenizer.');
  }
  const spelled =
    model.kind !== format.ModelKind.Bpe ||
    decoder.kind === format.Decoding.Words ||
    (model.ignoreMerges && !byteLevel);
  const added = readAddedTokens(fields, model.vocab, normalizer, beside);
  return {
    file: fields.file,
    model,
    normalizer,
    stages,
    metaspace,
    pool,
    decoder,
    byteLevel,
    spelled,
    added,
    ...readPostProcessor(fields),
  };
}

/** Refuses what the device does not do as the library does it. @throws UnsupportedError */
function checkTogether(
  fields: ConfigFields,
  model: TokenModel,
  decoder: DecoderPlan,
  byteLevel: boolean,
): void {
  const refuse = (field: string, problem: string): Error => wrongPart(fields, field, problem);
  const isMarked = model.continuedBy !== '' || model.endedBy !== '';
  if (byteLevel && model.kind !== format.ModelKind.Bpe)
    throw refuse('model.type', 'Byte-level texts are only supported for BPE.');
  if (byteLevel && model.byteFallback)
    throw refuse('model.byte_fallback', 'It is not supported for byte-level BPE.');
  if (isMarked && (byteLevel || model.byteFallback || model.ignoreMerges))
    throw refuse(
      'model',
      'Marks inside words are not supported together with bytes, nor with ignore_merges.',
    );
  if (decoder.kind === format.Decoding.Ends && model.kind !== format.ModelKind.Bpe)
    throw refuse('decoder', 'BPEDecoder is only supported for BPE.');
  if (decoder.kind === format.Decoding.Ends && model.ignoreMerges)
    throw refuse('decoder', 'BPEDecoder is not supported together with ignore_merges.');
  if (decoder.kind === format.Decoding.Words && decoder.prefix !== model.continuing) {
    const mark = JSON.stringify(model.continuing);
    throw refuse(
      'decoder',
      decoder.prefix === ''
        ? `Without one, ${mark} stays inside words. Use {"type": "WordPiece", "prefix": ${mark}, "cleanup": true}.`
        : `It has another prefix than the model, ${mark}, for what continues a word.`,
    );
  }
}

/** Tokens by id, with holes. */
function readTokens(parts: Parts): (Token | undefined)[] {
  const { file, model, added } = parts;
  const specials = new Set(added.filter((token) => token.special).map((token) => token.content));
  const spellings: (string | undefined)[] = [];
  const texts: (string | undefined)[] = [];
  model.vocab.forEach((id, spelling) => (spellings[id] = texts[id] = spelling));
  for (const token of added) {
    spellings[token.id] = token.content;
    texts[token.id] = token.matched;
  }
  const overhead = parts.decoder.kind < format.Decoding.Words ? 9 : 10;
  const tokenOf = (text: string, id: number): Token => {
    const special = specials.has(text) ? format.TokenFlag.Special : 0;
    const { bytes, flags } = tokenText(text, parts);
    let room = overhead;
    for (let at = 0; at < bytes.length; at++) room += (bytes[at] as number) < 0x80 ? 1 : 3;
    if (room > format.MAX_PIECE_BYTES) {
      const problem = `The token ${id} has ${bytes.length} bytes, more than a board can show at once.`;
      throw wrongPart({ file }, 'model.vocab', problem);
    }
    return { spelling: spellings[id] as string, bytes, flags: special | flags };
  };
  const tokens: (Token | undefined)[] = [];
  for (let id = 0; id < texts.length; id++) {
    const text = texts[id];
    tokens.push(text === undefined ? undefined : tokenOf(text, id));
  }
  return tokens;
}

function writeSection(
  parts: Parts,
  tokens: readonly (Token | undefined)[],
  bosId: number | null,
  eosId: number | null,
): Uint8Array {
  const { model, decoder, byteLevel } = parts;
  const wide = tokens.length > 65536 || model.merges.rank.some((rank) => rank > 65535);
  const size = wide ? 4 : 2;
  const strings = new StringPool();
  const raw = addedTable(
    parts.added.filter((token) => !token.normalized),
    strings,
  );
  const normal = addedTable(
    parts.added.filter((token) => token.normalized),
    strings,
  );
  const normalizer = parts.normalizer.flatMap((step) => {
    const content = strings.add(step.content);
    const pattern =
      typeof step.pattern === 'string'
        ? strings.add(step.pattern)
        : { offset: step.pattern, length: step.sides ?? 0 };
    return [step.kind, pattern.offset, pattern.length, content.offset, content.length];
  });
  const blob = concatenate(tokens.map((token) => token?.bytes ?? new Uint8Array()));
  if (tokens.length > format.MAX_VOCAB || blob.length > format.MAX_TOKEN_BYTES) {
    throw new FormatError('The vocabulary is larger than the package format can hold.', {
      file: parts.file,
      field: 'model.vocab',
      remedy: 'Use a model with a smaller vocabulary.',
    });
  }
  const flags =
    (byteLevel ? format.ToknFlag.ByteLevel : 0) |
    (wide ? format.ToknFlag.Wide : 0) |
    (parts.spelled ? format.ToknFlag.Spelled : 0) |
    modelFlags(model);
  const writer = new TableWriter()
    .words(tokenTable(tokens))
    .bytes(blob, blob.length)
    .words(byteIds(model, byteLevel))
    .words(characterTable(model, byteLevel), 2)
    .numbers(lookupTable(model, tokens, byteLevel, parts.file), size);
  addModelTable(writer, model, size);
  const metaspace = parts.spelled ? spelledMetaspace(parts) : null;
  const isPieces = parts.spelled && decoder.kind === format.Decoding.Pieces;
  if (isPieces && parts.metaspace !== null && metaspace !== parts.metaspace)
    throw wrongPart(parts, 'decoder', 'It has another metaspace than the pre-tokenizer.');
  writer
    .words(raw, 4)
    .words(normal, 4)
    .words(normalizer, 5)
    .words(
      parts.stages.flatMap((stage) => [stage.kind, stage.a, stage.b]),
      3,
    )
    .words(parts.prefixIds)
    .words(parts.suffixIds)
    .bytes(...withLength(strings.finish()));
  const version = sectionVersion(parts, flags);
  if (version !== format.TOKN_VERSION.first) writer.words(parts.pool.words);
  return writer.finish(
    [
      version,
      flags,
      tokens.length,
      model.unkId ?? format.NO_ID,
      bosId ?? format.NO_ID,
      eosId ?? format.NO_ID,
      decoder.kind,
      decoder.stripCharacter,
      decoder.stripCount,
      parts.metaspace ?? decoder.metaspace ?? metaspace ?? 0,
      model.wordLimit,
      0,
    ],
    format.TOKN_HEADER_BYTES,
  );
}

/** The oldest layout that has what a tokenizer needs, so that engines of that age take it. */
function sectionVersion({ pool, stages, normalizer, metaspace, decoder }: Parts, flags: number): number {
  const first =
    flags < format.ToknFlag.Spelled &&
    decoder.kind < format.Decoding.Words &&
    pool.words.length === 0 &&
    stages.length <= 4 &&
    (metaspace === null || stages.length + normalizer.length === 1);
  return first ? format.TOKN_VERSION.first : format.TOKN_VERSION.parts;
}

function withLength(bytes: Uint8Array): [Uint8Array, number] {
  return [bytes, bytes.length];
}

function tokenTable(tokens: readonly (Token | undefined)[]): number[] {
  let offset = 0;
  const entries = tokens.map((token) => {
    const entry = ((token?.flags ?? format.TokenFlag.Absent) << 24) | offset;
    offset += token?.bytes.length ?? 0;
    return entry;
  });
  return [...entries, offset];
}

/** Added tokens sorted by what is searched for. */
function addedTable(added: readonly AddedToken[], strings: StringPool): number[] {
  return added
    .map((token) => ({ token, bytes: new TextEncoder().encode(token.matched) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes))
    .flatMap(({ token }) => {
      const { offset, length } = strings.add(token.matched);
      return [offset, length, token.id, token.flags];
    });
}
