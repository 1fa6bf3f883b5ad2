/** The normalizer of tokenizer.json: what happens to text before it is cut into words. */
import type { ConfigFields } from '../model/config-fields.js';
import { components, pattern, text, wrongPart } from './component.js';
import { NormalKind } from './format.js';

/** One normalizer step. */
export interface NormalStep {
  readonly kind: NormalKind;
  readonly pattern: string;
  readonly content: string;
}

/** Limits of the table format (docs/tokenizer-tables.md gives the reasons). */
const MAX_STEPS = 4;
const MAX_STEP_BYTES = 64;
const MAX_GROWTH = 5;

const utf8Length = (value: string): number => new TextEncoder().encode(value).length;

/** Reads the normalizer. @throws FormatError, UnsupportedError */
export async function readNormalizer(root: ConfigFields): Promise<NormalStep[]> {
  const steps: NormalStep[] = [];
  let growth = 1;
  for (const part of components(root, 'normalizer', 'normalizers')) {
    if (part.type === 'Prepend') {
      const content = text(part.fields, 'prepend');
      if (content !== '') steps.push({ kind: NormalKind.Prepend, pattern: '', content });
    } else if (part.type === 'Replace') {
      const { kind, value } = pattern(part.fields, 'pattern');
      if (kind === 'Regex')
        throw wrongPart(
          root,
          part.path,
          `Replacing by the regular expression ${JSON.stringify(value)} is not supported.`,
        );
      if (value === '') throw wrongPart(root, part.path, 'Its pattern is empty.');
      const content = text(part.fields, 'content');
      growth *= Math.max(1, Math.ceil(utf8Length(content) / utf8Length(value)));
      steps.push({ kind: NormalKind.Replace, pattern: value, content });
    } else throw wrongPart(root, part.path, `The normalizer ${part.type} is not supported.`);
  }
  if (steps.length > MAX_STEPS) throw wrongPart(root, 'normalizer', `It has more than ${MAX_STEPS} steps.`);
  if (growth > MAX_GROWTH)
    throw wrongPart(root, 'normalizer', `It makes text more than ${MAX_GROWTH} times as long.`);
  if (
    steps.some(
      (step) => utf8Length(step.pattern) > MAX_STEP_BYTES || utf8Length(step.content) > MAX_STEP_BYTES,
    )
  ) {
    throw wrongPart(root, 'normalizer', `A pattern or replacement has more than ${MAX_STEP_BYTES} bytes.`);
  }
  return steps;
}

/** What the normalizer makes of a text that is not empty. */
export function normalize(steps: readonly NormalStep[], value: string): string {
  return steps.reduce((result, step) => {
    if (result === '') return result;
    if (step.kind === NormalKind.Prepend) return step.content + result;
    return result.split(step.pattern).join(step.content);
  }, value);
}
