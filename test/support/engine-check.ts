/** What engine-check (device-runtime/check) computes on a processor, held to the twin to the last bit. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Twin } from '../../src/device/twin.js';
import type { GenerateOptions } from '../../src/device/twin-types.js';
import { testRuntime } from './runtime.js';

/** s3lm_reason by number, as the twin names them. */
const REASONS = ['running', 'eos', 'length', 'stop', 'context', 'cancelled', 'error'];

/** What a program printed, whether it succeeded or not. */
export interface Run {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs engine-check on an emulated processor. */
export type CheckProgram = (args: readonly string[]) => Promise<Run>;

/** What engine-check found, numbers as they were. */
export interface Finding {
  readonly promptIds: readonly number[];
  /** Of each position of the prompt. */
  readonly promptLogits: readonly Float32Array[];
  readonly ids: readonly number[];
  /** What each of `ids` was picked from. */
  readonly logits: readonly Float32Array[];
  readonly text: string;
  /** s3lm_reason, `null` when nothing was generated. */
  readonly reason: number | null;
}

/** Reads the output of engine-check; its first lines say how it is made up. */
export function readFinding(output: string): Finding {
  const promptLogits: Float32Array[] = [];
  const ids: number[] = [];
  const logits: Float32Array[] = [];
  const bytes: number[] = [];
  let promptIds: number[] = [];
  let reason: number | null = null;
  for (const line of output.trimEnd().split('\n')) {
    const [kind, ...words] = line.split(' ');
    if (kind === 'prompt') promptIds = words.map(Number);
    else if (kind === 'token') ids.push(Number(words[0]));
    else if (kind === 'text') bytes.push(...Buffer.from(words[0] ?? '', 'hex'));
    else if (kind === 'logits') (ids.length === 0 ? promptLogits : logits).push(floats(words));
    else if (kind === 'end') reason = Number(words[0]);
    else if (kind !== 'state' && kind !== 'kernels')
      throw new Error(`engine-check printed ${line.slice(0, 80)}`);
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  return { promptIds, promptLogits, ids, logits, text, reason };
}

function floats(words: readonly string[]): Float32Array {
  return new Float32Array(Uint32Array.from(words, (word) => parseInt(word, 16)).buffer);
}

/** Runs the program on a package and reads what it found. */
export async function check(program: CheckProgram, file: string, args: readonly string[]): Promise<Finding> {
  const { code, output, errors } = await program([file, ...args]);
  assert.equal(code, 0, errors);
  return readFinding(output);
}

/** Runs a prompt on both builds and demands the same of them everywhere. */
export async function compare(
  program: CheckProgram,
  folder: string,
  bytes: Uint8Array,
  options: GenerateOptions & { readonly maxNewTokens: number },
): Promise<Finding> {
  const file = join(folder, 'model.s3lm');
  await writeFile(file, bytes);
  const given =
    options.prompt === undefined ? ['--ids', (options.ids ?? []).join(',')] : ['--prompt', options.prompt];
  const args = [...given, '--tokens', `${options.maxNewTokens}`, '--seed', `${options.seed ?? 0}`];
  const found = await check(program, file, [...args, ...samplingArguments(options)]);

  const twin = await Twin.load((await testRuntime()).twin, bytes);
  const promptIds = options.ids ?? twin.encode(options.prompt ?? '');
  assert.deepEqual(found.promptIds, promptIds);
  assert.equal(found.promptLogits.length, promptIds.length);
  const all = twin.forward(promptIds, 'all');
  for (const [position, logits] of found.promptLogits.entries()) {
    const row = all.subarray(position * logits.length, (position + 1) * logits.length);
    assertSameBits(logits, bitsOf(row), `prompt, position ${position}`);
  }

  const generation = twin.generate({ ...options, logits: true });
  for (let step = 0; ; step += 1) {
    const next = generation.next();
    if (next.done === true) {
      assert.deepEqual(found.ids, next.value.ids);
      assert.equal(found.text, next.value.text);
      assert.equal(REASONS[found.reason ?? -1], next.value.reason);
      return found;
    }
    const logits = found.logits[step] ?? assert.fail(`only ${step} tokens instead of more`);
    assertSameBits(logits, bitsOf(next.value.logits ?? assert.fail('no logits')), `token ${step}`);
  }
}

function samplingArguments(options: GenerateOptions): string[] {
  const { temperature, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1 } = options;
  if (temperature === undefined) return [];
  const [t = 0, p = 0, m = 0, r = 0] = bitsOf(Float32Array.of(temperature, topP, minP, repetitionPenalty));
  return ['--sampling', [t, topK, p, m, r].map((word) => word.toString(16)).join(',')];
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** Names the first logit that differs. */
export function assertSameBits(actual: Float32Array, expected: Uint32Array, where: string): void {
  const bits = bitsOf(actual);
  assert.equal(bits.length, expected.length, where);
  const wrong = bits.findIndex((word, i) => word !== expected[i]);
  if (wrong >= 0) {
    const [is, shouldBe] = [bits[wrong] ?? 0, expected[wrong] ?? 0].map((word) => word.toString(16));
    assert.fail(`${where}: logit ${wrong} has the bits ${is} instead of ${shouldBe}`);
  }
}
