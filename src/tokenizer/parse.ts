/** tokenizer.json → the tables that the device reads (docs/tokenizer-tables.md). What is not supported is refused. */
import type { JsonPart } from '../input/model-input.js';
import { tokenText } from '../input/special-tokens.js';
import type { BesideToken } from '../input/special-tokens.js';
import { ConfigFields } from '../model/config-fields.js';
import { FormatError } from '../shared/errors.js';
import type { Note } from './notes.js';
import type { JsonObject } from '../source/strict-json.js';
import { readAddedTokens } from './added-tokens.js';
import type { AddedToken } from './added-tokens.js';
import { readBpeModel } from './bpe-model.js';
import type { BpeModel } from './bpe-model.js';
import { BYTE_CHARACTERS, bytesOfToken } from './byte-level.js';
import { wrongPart } from './component.js';
import * as format from './format.js';
import { readNormalizer } from './normalizer.js';
import type { NormalStep } from './normalizer.js';
import { readDecoder, readPostProcessor } from './pipeline.js';
import type { DecoderPlan } from './pipeline.js';
import { PartPool } from './part-pool.js';
import { readStages } from './pre-tokenizer.js';
import type { Stage } from './pre-tokenizer.js';
import { compareBytes, concatenate, StringPool, TableWriter } from './section-writer.js';
import type { TokenizerTables } from './tokenizer.js';

/** Everything that tokenizer.json says, read and checked. */
interface Parts {
  /** What messages name. */
  readonly file: string;
  readonly model: BpeModel;
  readonly added: readonly AddedToken[];
  readonly normalizer: readonly NormalStep[];
  readonly stages: readonly Stage[];
  readonly metaspace: number | null;
  readonly pool: PartPool;
  readonly decoder: DecoderPlan;
  readonly prefixIds: readonly number[];
  readonly suffixIds: readonly number[];
  readonly byteLevel: boolean;
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
    const name = tokenText(names?.get(key));
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
  const model = readBpeModel(fields);
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
  if (byteLevel && model.byteFallback)
    throw wrongPart(fields, 'model.byte_fallback', 'It is not supported for byte-level BPE.');
  if (!byteLevel && model.ignoreMerges)
    throw wrongPart(fields, 'model.ignore_merges', 'It is only supported for byte-level BPE.');
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
    added,
    ...readPostProcessor(fields),
  };
}

/** Tokens by id, with holes. */
function readTokens({ file, model, added, decoder, byteLevel }: Parts): (Token | undefined)[] {
  const specials = new Set(added.filter((token) => token.special).map((token) => token.content));
  const spellings: (string | undefined)[] = [];
  const texts: (string | undefined)[] = [];
  for (const [spelling, id] of model.vocab) spellings[id] = texts[id] = spelling;
  for (const token of added) {
    spellings[token.id] = token.content;
    texts[token.id] = token.matched;
  }
  return Array.from(texts, (text, id): Token | undefined => {
    if (text === undefined) return undefined;
    const special = specials.has(text) ? format.TokenFlag.Special : 0;
    const { bytes, byte } = tokenBytes(text, decoder, byteLevel);
    const room = bytes.reduce((sum, value) => sum + (value < 0x80 ? 1 : 3), 9);
    if (room > format.MAX_PIECE_BYTES) {
      const problem = `The token ${id} has ${bytes.length} bytes, more than a board can show at once.`;
      throw wrongPart({ file }, 'model.vocab', problem);
    }
    return { spelling: spellings[id] as string, bytes, flags: special | (byte ? format.TokenFlag.Byte : 0) };
  });
}

/** What a token adds to a text, before the neighbours matter. */
function tokenBytes(
  text: string,
  decoder: DecoderPlan,
  byteLevel: boolean,
): { bytes: Uint8Array; byte: boolean } {
  const encode = (value: string): Uint8Array => new TextEncoder().encode(value);
  if (byteLevel) return { bytes: bytesOfToken(text) ?? encode(text), byte: false };
  const replaced = decoder.replacements.reduce(
    (value, { pattern, content }) => value.split(pattern).join(content),
    text,
  );
  // Rust's number parser, which the library uses here, takes a plus sign.
  const byte = decoder.byteFallback ? /^<0x([0-9a-fA-F]{2}|\+[0-9a-fA-F])>$/u.exec(replaced) : null;
  if (byte?.[1] !== undefined) return { bytes: Uint8Array.of(Number.parseInt(byte[1], 16)), byte: true };
  return { bytes: encode(replaced), byte: false };
}

function writeSection(
  parts: Parts,
  tokens: readonly (Token | undefined)[],
  bosId: number | null,
  eosId: number | null,
): Uint8Array {
  const { model, decoder, byteLevel } = parts;
  const wide = tokens.length > 65536 || model.merges.some((merge) => merge.rank > 65535);
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
      typeof step.pattern === 'string' ? strings.add(step.pattern) : { offset: step.pattern, length: 0 };
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
  const merges = [...model.merges].sort((a, b) => a.left - b.left || a.right - b.right);
  const flags =
    (byteLevel ? format.ToknFlag.ByteLevel : 0) |
    (wide ? format.ToknFlag.Wide : 0) |
    (model.byteFallback ? format.ToknFlag.Fallback : 0) |
    (model.fuseUnk ? format.ToknFlag.FuseUnknown : 0) |
    (model.ignoreMerges ? format.ToknFlag.IgnoreMerges : 0);
  const writer = new TableWriter()
    .words(tokenTable(tokens))
    .bytes(blob, blob.length)
    .words(byteIds(parts))
    .words(characterTable(parts), 2)
    .numbers(lookupTable(parts, tokens), size)
    .numbers(
      merges.flatMap((merge) => [merge.left, merge.right, merge.rank, merge.made]),
      size,
      4,
    )
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
  const version = sectionVersion(parts);
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
      parts.metaspace ?? decoder.metaspace ?? 0,
      0,
      0,
    ],
    format.TOKN_HEADER_BYTES,
  );
}

/** The oldest layout that has what a tokenizer needs, so that engines of that age take it. */
function sectionVersion({ pool, stages, normalizer, metaspace }: Parts): number {
  const first =
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

/** Token of each byte: what merging starts from (byte-level), or what an unknown character becomes (byte fallback). */
function byteIds({ model, byteLevel }: Parts): number[] {
  if (!byteLevel && !model.byteFallback) return [];
  return BYTE_CHARACTERS.map((character, byte) => {
    const fallback = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    return model.vocab.get(byteLevel ? character : fallback) ?? format.NO_ID;
  });
}

/** Tokens of one character, by code point. */
function characterTable({ model, byteLevel }: Parts): number[] {
  if (byteLevel) return [];
  const entries: [number, number][] = [];
  for (const [text, id] of model.vocab) {
    const point = text.codePointAt(0);
    if (point !== undefined && String.fromCodePoint(point).length === text.length) entries.push([point, id]);
  }
  return entries.sort((a, b) => a[0] - b[0]).flat();
}

/** Ids sorted by bytes: words that are tokens, where these are taken whole. */
function lookupTable({ file, model, byteLevel }: Parts, tokens: readonly (Token | undefined)[]): number[] {
  if (!byteLevel || !model.ignoreMerges) return [];
  const words: { id: number; bytes: Uint8Array }[] = [];
  for (const [text, id] of model.vocab) {
    const bytes = bytesOfToken(text);
    if (bytes === null || bytes.length === 0) continue; // no text becomes it
    if (compareBytes(bytes, tokens[id]?.bytes ?? new Uint8Array()) !== 0) {
      throw wrongPart(
        { file },
        'added_tokens',
        `The token ${JSON.stringify(text)} is normalized into another text; with ignore_merges that is not supported.`,
      );
    }
    words.push({ id, bytes });
  }
  return words.sort((a, b) => compareBytes(a.bytes, b.bytes)).map((word) => word.id);
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
