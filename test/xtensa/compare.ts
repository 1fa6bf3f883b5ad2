/** What the check program computes on Xtensa, held to the twin to the last bit. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Twin } from '../../src/device/twin.js';
import type { GenerateOptions } from '../../src/device/twin-types.js';
import { testRuntime } from '../support/runtime.js';
import { readFinding, runProgram, type Finding } from './programs.js';

/** s3lm_reason by number, as the twin names them. */
const REASONS = ['running', 'eos', 'length', 'stop', 'context', 'cancelled', 'error'];

/** Runs the program on a package and reads what it found. */
export async function check(folder: string, file: string, args: readonly string[]): Promise<Finding> {
  const { code, output, errors } = await runProgram(folder, 'engine-check', [file, ...args]);
  assert.equal(code, 0, errors);
  return readFinding(output);
}

/** Runs a prompt on both builds and demands the same of them everywhere. */
export async function compare(
  folder: string,
  bytes: Uint8Array,
  options: GenerateOptions & { readonly maxNewTokens: number },
): Promise<Finding> {
  const file = join(folder, 'model.s3lm');
  await writeFile(file, bytes);
  const given =
    options.prompt === undefined ? ['--ids', (options.ids ?? []).join(',')] : ['--prompt', options.prompt];
  const args = [...given, '--tokens', `${options.maxNewTokens}`, '--seed', `${options.seed ?? 0}`];
  const found = await check(folder, file, [...args, ...samplingArguments(options)]);

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
