/** The pre-tokenizer of tokenizer.json: how text is cut into the words inside which tokens are merged. */
import type { ConfigFields } from '../model/config-fields.js';
import { codePoint, components, pattern, text, wrongPart } from './component.js';
import type { Component } from './component.js';
import { INVERT_PIECES, PartKind, Pieces, SplitRule, StageKind } from './format.js';
import { metaspaceScheme } from './metaspace.js';
import type { PartPool } from './part-pool.js';

/** One pre-tokenizer stage; `a` and `b` as docs/tokenizer-tables.md has them. */
export interface Stage {
  readonly kind: StageKind;
  readonly a: number;
  readonly b: number;
}

/** A limit of the table format (docs/tokenizer-tables.md). */
const MAX_STAGES = 8;

/** The expressions that the engine has as code, as they are spelled in published tokenizer.json files. */
const KNOWN_EXPRESSIONS: ReadonlyMap<string, SplitRule> = new Map([
  [String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, SplitRule.Gpt2],
  [String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, SplitRule.Gpt2],
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    SplitRule.Llama3,
  ],
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    SplitRule.Qwen2,
  ],
  [String.raw`\p{N}`, SplitRule.Number],
  [String.raw`\p{N}{1,3}`, SplitRule.Numbers3],
  ['[0-9]', SplitRule.Digit],
]);

/** Rules whose expression matches every character: nothing lies between two matches. */
const COVERING: ReadonlySet<SplitRule> = new Set([SplitRule.Gpt2, SplitRule.Llama3, SplitRule.Qwen2]);

const BEHAVIORS: Readonly<Record<string, Pieces>> = {
  Isolated: Pieces.Isolated,
  Removed: Pieces.Removed,
  MergedWithPrevious: Pieces.MergedWithPrevious,
  MergedWithNext: Pieces.MergedWithNext,
  Contiguous: Pieces.Contiguous,
};

/** Reads the pre-tokenizer. @throws FormatError, UnsupportedError */
export async function readStages(
  root: ConfigFields,
  pool: PartPool,
): Promise<{ stages: Stage[]; metaspace: number | null }> {
  let metaspace: number | null = null;
  const parts = components(root, 'pre_tokenizer', 'pretokenizers');
  const stages: Stage[] = [];
  for (const [index, part] of parts.entries()) {
    const bytes = stages.some((stage) => stage.kind === StageKind.ByteLevel);
    switch (part.type) {
      case 'ByteLevel':
        if (bytes) throw wrongPart(root, part.path, 'ByteLevel twice is not supported.');
        stages.push(byteLevelStage(part));
        break;
      case 'Split':
        stages.push(await splitStage(part, bytes, pool));
        break;
      case 'Digits':
        stages.push(await digitsStage(part, bytes, pool));
        break;
      case 'Metaspace':
        if (index + 1 !== parts.length || bytes)
          throw wrongPart(
            root,
            part.path,
            'Metaspace is only supported as the last pre-tokenizer, and of characters.',
          );
        metaspace = codePoint(part.fields, 'replacement');
        stages.push(metaspaceStage(part));
        break;
      default:
        stages.push(...(await classStages(part, pool)));
    }
  }
  if (stages.length > MAX_STAGES)
    throw wrongPart(root, 'pre_tokenizer', `It has more than ${MAX_STAGES} stages.`);
  return { stages, metaspace };
}

function byteLevelStage({ fields }: Component): Stage {
  if (!fields.has('add_prefix_space')) throw fields.missing('add_prefix_space');
  const prefix = fields.boolean('add_prefix_space', true);
  return { kind: StageKind.ByteLevel, a: Number(prefix), b: Number(fields.boolean('use_regex', true)) };
}

/** @param bytes behind ByteLevel: the digits are those of its alphabet, which the engine's own code does not know */
async function digitsStage({ fields }: Component, bytes: boolean, pool: PartPool): Promise<Stage> {
  const each = fields.boolean('individual_digits', false);
  if (!bytes) return { kind: StageKind.Digits, a: Number(each), b: 0 };
  const { classMachine } = await import('./regex/machines.js');
  return patternStage(pool, classMachine('numeric'), each ? Pieces.Isolated : Pieces.Contiguous);
}

async function splitStage(part: Component, bytes: boolean, pool: PartPool): Promise<Stage> {
  const { fields } = part;
  const split = pattern(fields, 'pattern');
  const behavior = BEHAVIORS[text(fields, 'behavior')];
  if (behavior === undefined) throw fields.wrong('behavior', 'one of the five behaviors');
  const invert = fields.boolean('invert', false);
  const rule = split.kind === 'Regex' && !bytes ? KNOWN_EXPRESSIONS.get(split.value) : undefined;
  // Isolated keeps matches and what is between them, whichever of the two is called the match. Where everything is
  // matched, removing what is not (Removed, inverted) removes nothing.
  const isolated =
    behavior === Pieces.Isolated ||
    (behavior === Pieces.Removed && invert && rule !== undefined && COVERING.has(rule));
  if (rule !== undefined && isolated) return { kind: StageKind.Split, a: rule, b: 0 };
  const { patternMachine } = await import('./regex/machines.js');
  return patternStage(pool, patternMachine(part, 'Splitting by', split), behavior, invert);
}

/** Pre-tokenizers that split by a class of characters. */
async function classStages({ type, fields, path }: Component, pool: PartPool): Promise<Stage[]> {
  const { classMachine, characterMachine } = await import('./regex/machines.js');
  switch (type) {
    case 'Punctuation': {
      const behavior = BEHAVIORS[fields.optionalText('behavior') ?? 'Isolated'];
      if (behavior === undefined) throw fields.wrong('behavior', 'one of the five behaviors');
      return [patternStage(pool, classMachine('punctuation'), behavior)];
    }
    case 'Whitespace':
      return [patternStage(pool, classMachine('words'), Pieces.Removed, true)];
    case 'WhitespaceSplit':
      return [patternStage(pool, classMachine('space'), Pieces.Removed)];
    case 'BertPreTokenizer':
      return [
        patternStage(pool, classMachine('space'), Pieces.Removed),
        patternStage(pool, classMachine('punctuation'), Pieces.Isolated),
      ];
    case 'CharDelimiterSplit':
      return [patternStage(pool, characterMachine(codePoint(fields, 'delimiter')), Pieces.Removed)];
    default:
      throw wrongPart(fields, path, `The pre-tokenizer ${type} is not supported.`);
  }
}

function patternStage(pool: PartPool, machine: readonly number[], behavior: Pieces, invert = false): Stage {
  const place = pool.add(PartKind.Machine, machine);
  return { kind: StageKind.Pattern, a: place, b: behavior + (invert ? INVERT_PIECES : 0) };
}

/** Metaspace in its old (`add_prefix_space`) and new (`prepend_scheme`) spelling. */
function metaspaceStage({ fields, path }: Component): Stage {
  return {
    kind: StageKind.Metaspace,
    a: metaspaceScheme(fields, path),
    b: Number(fields.boolean('split', true)),
  };
}
