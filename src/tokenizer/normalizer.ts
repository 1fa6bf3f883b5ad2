/** The normalizer of tokenizer.json: what happens to text before it is cut into words. */
import type { ConfigFields } from '../model/config-fields.js';
import { components, pattern, text, wrongPart } from './component.js';
import type { Component } from './component.js';
import { NormalKind, PartKind, TrimSide } from './format.js';
import type { NormalForm } from './forms/form-part.js';
import type { PartPool } from './part-pool.js';

/** One normalizer step. */
export interface NormalStep {
  readonly kind: NormalKind;
  /** What is replaced, or the place of the part that says so. */
  readonly pattern: string | number;
  readonly content: string;
  /** `TrimSide` bits, of a step that trims. */
  readonly sides?: number;
  /** What the step makes of a text that is not empty; `null` when only the engine can tell. */
  apply(value: string): string | null;
}

/** Limits of the table format (docs/tokenizer-tables.md gives the reasons). */
const MAX_STEPS = 8;
const MAX_STEP_BYTES = 64;
const MAX_GROWTH = 64;

const utf8Length = (value: string): number => new TextEncoder().encode(value).length;

/** Reads the normalizer. @throws FormatError, UnsupportedError */
export async function readNormalizer(root: ConfigFields, pool: PartPool): Promise<NormalStep[]> {
  const steps: NormalStep[] = [];
  let growth = 1;
  for (const part of components(root, 'normalizer', 'normalizers')) {
    if (part.type === 'Prepend') {
      const content = text(part.fields, 'prepend');
      if (content !== '')
        steps.push({ kind: NormalKind.Prepend, pattern: '', content, apply: (value) => content + value });
    } else if (part.type === 'Replace') {
      const step = await replaceStep(part, pool);
      const shortest = typeof step.pattern === 'string' ? utf8Length(step.pattern) : 1;
      const times = Math.max(1, Math.ceil(utf8Length(step.content) / shortest));
      growth *= step.kind === NormalKind.ReplaceStart ? 1 : times;
      steps.push(step);
    } else if (isForm(part.type)) {
      steps.push(await formStep(part.type, pool));
      growth *= part.type.startsWith('NFK') ? 11 : 3;
    } else {
      const { step, times } = await mapStep(part, pool);
      growth *= times;
      if (step.sides !== 0) steps.push(step);
    }
  }
  if (steps.length > MAX_STEPS) throw wrongPart(root, 'normalizer', `It has more than ${MAX_STEPS} steps.`);
  if (growth > MAX_GROWTH)
    throw wrongPart(root, 'normalizer', `It makes text more than ${MAX_GROWTH} times as long.`);
  if (
    steps.some(
      (step) =>
        utf8Length(String(step.pattern)) > MAX_STEP_BYTES || utf8Length(step.content) > MAX_STEP_BYTES,
    )
  ) {
    throw wrongPart(root, 'normalizer', `A pattern or replacement has more than ${MAX_STEP_BYTES} bytes.`);
  }
  return steps;
}

function isForm(type: string): type is NormalForm {
  return ['NFC', 'NFD', 'NFKC', 'NFKD'].includes(type);
}

async function formStep(form: NormalForm, pool: PartPool): Promise<NormalStep> {
  const { formPart } = await import('./forms/form-part.js');
  return {
    kind: NormalKind.Form,
    pattern: pool.add(PartKind.Form, await formPart(form)),
    content: '',
    // The platform's Unicode is newer than the library's, and what it leaves alone an older one does too.
    apply: (value) => (value.normalize(form) === value ? value : null),
  };
}

/** Normalizers that map characters, and Strip. */
async function mapStep(part: Component, pool: PartPool): Promise<{ step: NormalStep; times: number }> {
  if (part.type === 'Strip') {
    const { classMachine } = await import('./regex/machines.js');
    const sides =
      (part.fields.boolean('strip_left', true) ? TrimSide.Left : 0) |
      (part.fields.boolean('strip_right', true) ? TrimSide.Right : 0);
    return { step: trimStep(pool, classMachine('space'), sides), times: 1 };
  }
  const { mapOf } = await import('./map-normalizers.js');
  const map = mapOf(part);
  return {
    step: {
      kind: NormalKind.Map,
      pattern: pool.add(PartKind.Map, map.words),
      content: '',
      apply: (value) => map.apply(value),
    },
    times: map.times,
  };
}

function trimStep(pool: PartPool, machine: readonly number[], sides: number): NormalStep {
  // What has no white space at its ends in any Unicode is left alone.
  const apply = (value: string): string | null => (/^[!-~](?:.*[!-~])?$/s.test(value) ? value : null);
  return { kind: NormalKind.Trim, pattern: pool.add(PartKind.Machine, machine), content: '', sides, apply };
}

/**
 * Expressions that begin with the text's start: of those only what SentencePiece's settings become, spaces that go at both ends,
 * and another beginning for a text that begins so.
 */
async function startStep(expression: string, content: string, pool: PartPool): Promise<NormalStep | null> {
  if (expression === String.raw`\A +| +\z` && content === '') {
    const { characterMachine } = await import('./regex/machines.js');
    return trimStep(pool, characterMachine(0x20), TrimSide.Left | TrimSide.Right);
  }
  const start = /^\\A([^\\^$.|?*+()[\]{}]+)$/u.exec(expression)?.[1];
  if (start === undefined) return null;
  const apply = (value: string): string =>
    value.startsWith(start) ? content + value.slice(start.length) : value;
  return { kind: NormalKind.ReplaceStart, pattern: start, content, apply };
}

async function replaceStep(part: Component, pool: PartPool): Promise<NormalStep> {
  const replaced = pattern(part.fields, 'pattern');
  if (replaced.value === '') throw wrongPart(part.fields, part.path, 'Its pattern is empty.');
  const content = text(part.fields, 'content');
  if (replaced.kind === 'String') {
    const apply = (value: string): string => value.split(replaced.value).join(content);
    return { kind: NormalKind.Replace, pattern: replaced.value, content, apply };
  }
  const atStart = await startStep(replaced.value, content, pool);
  if (atStart !== null) return atStart;
  const { leavesAsciiAlone, patternMachine } = await import('./regex/machines.js');
  const machine = patternMachine(part, 'Replacing', replaced);
  return {
    kind: NormalKind.ReplaceMatches,
    pattern: pool.add(PartKind.Machine, machine),
    content,
    apply: (value) => (leavesAsciiAlone(machine, value) === true ? value : null),
  };
}

/** What the normalizer makes of a text that is not empty; `null` when only the engine can tell. */
export function normalize(steps: readonly NormalStep[], value: string): string | null {
  return steps.reduce<string | null>(
    (result, step) => (result === '' || result === null ? result : step.apply(result)),
    value,
  );
}
