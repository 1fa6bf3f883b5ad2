/** The pre-tokenizer of tokenizer.json: how text is cut into the words inside which tokens are merged. */
import type { ConfigFields } from '../model/config-fields.js';
import { codePoint, components, pattern, text, wrongPart } from './component.js';
import type { Component } from './component.js';
import { SplitRule, StageKind } from './format.js';
import { metaspaceScheme } from './metaspace.js';

/** One pre-tokenizer stage; `a` and `b` as docs/tokenizer-tables.md has them. */
export interface Stage {
  readonly kind: StageKind;
  readonly a: number;
  readonly b: number;
}

/** A limit of the table format (docs/tokenizer-tables.md). */
const MAX_STAGES = 4;

/** The regular expressions that are known, as they are spelled in published tokenizer.json files. */
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

/** Reads the pre-tokenizer. @throws FormatError, UnsupportedError */
export async function readStages(root: ConfigFields): Promise<{ stages: Stage[]; metaspace: number | null }> {
  let metaspace: number | null = null;
  const parts = components(root, 'pre_tokenizer', 'pretokenizers');
  const stages = parts.map((part, index): Stage => {
    switch (part.type) {
      case 'ByteLevel': {
        if (index + 1 !== parts.length)
          throw wrongPart(root, part.path, 'ByteLevel is only supported as the last pre-tokenizer.');
        if (!part.fields.has('add_prefix_space')) throw part.fields.missing('add_prefix_space');
        const prefix = part.fields.boolean('add_prefix_space', true);
        return {
          kind: StageKind.ByteLevel,
          a: Number(prefix),
          b: Number(part.fields.boolean('use_regex', true)),
        };
      }
      case 'Split':
        return splitStage(part);
      case 'Digits':
        return { kind: StageKind.Digits, a: Number(part.fields.boolean('individual_digits', false)), b: 0 };
      case 'Metaspace':
        if (parts.length !== 1)
          throw wrongPart(root, part.path, 'Metaspace is only supported as the only pre-tokenizer.');
        metaspace = codePoint(part.fields, 'replacement');
        return metaspaceStage(part);
      default:
        throw wrongPart(root, part.path, `The pre-tokenizer ${part.type} is not supported.`);
    }
  });
  if (stages.length > MAX_STAGES)
    throw wrongPart(root, 'pre_tokenizer', `It has more than ${MAX_STAGES} stages.`);
  return { stages, metaspace };
}

function splitStage({ fields, path }: Component): Stage {
  const { kind, value } = pattern(fields, 'pattern');
  const rule = kind === 'Regex' ? KNOWN_EXPRESSIONS.get(value) : undefined;
  if (rule === undefined)
    throw wrongPart(fields, path, `Splitting by ${kind} ${JSON.stringify(value)} is not supported.`);
  const behavior = text(fields, 'behavior');
  const invert = fields.boolean('invert', false);
  // Isolated keeps matches and what is between them, whichever of the two is called the match. Where everything is
  // matched, removing what is not (Removed, inverted) removes nothing.
  const isolated = behavior === 'Isolated' || (behavior === 'Removed' && invert && COVERING.has(rule));
  if (!isolated) {
    throw wrongPart(
      fields,
      path,
      `Splitting with the behavior ${behavior}${invert ? ', inverted,' : ''} is not supported.`,
    );
  }
  return { kind: StageKind.Split, a: rule, b: 0 };
}

/** Metaspace in its old (`add_prefix_space`) and new (`prepend_scheme`) spelling. */
function metaspaceStage({ fields, path }: Component): Stage {
  return {
    kind: StageKind.Metaspace,
    a: metaspaceScheme(fields, path),
    b: Number(fields.boolean('split', true)),
  };
}
