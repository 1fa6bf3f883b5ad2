/**
 * The emulated board speaks a model of each way in which blocks are put together, and of what stands in them beside
 * attention and feed-forward: its ids and logits are the twin's, with the chip's vector kernels on both cores.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convert } from '../../src/pipeline/convert.js';
import { fixtureFolder, openFixture } from '../model/family-fixtures.js';
import { holdToTwin } from '../support/hold-to-twin.js';
import { testRuntime } from '../support/runtime.js';

const BOARD = 'esp32-s3-n8r8';

/** A fixture for each, of which the name says what is meant. */
const FORMS: readonly (readonly [form: string, fixture: string])[] = [
  ['a norm before each branch', 'qwen3'],
  ['a norm behind each sum', 'opt-post'],
  ['a norm behind each branch', 'olmo2'],
  ['norms before and behind each branch', 'gemma2'],
  ['parallel branches of one norm', 'falcon'],
  ['parallel branches of two norms', 'gpt-neox'],
  ['norms of the stream itself', 'bloom-normed'],
  ['embeddings that are narrower than the layers', 'opt-projected'],
  ['heads of an odd size', 'gpt2-odd-heads'],
  ['convolutions', 'lfm2'],
  ['convolutions with biases and four taps', 'lfm2-older'],
];

for (const [form, fixture] of FORMS) {
  void test(`${form} (${fixture})`, async () => {
    const { expected } = await openFixture(fixture);
    const options = { board: BOARD, report: false };
    const { package: bytes } = await convert(await fixtureFolder(fixture), options, await testRuntime());
    await holdToTwin(bytes ?? assert.fail('no package'), BOARD, 2, expected.ids.slice(0, expected.prompt), 8);
  });
}
