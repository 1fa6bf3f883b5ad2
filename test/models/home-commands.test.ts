import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Twin } from '../../src/device/twin.js';
import { convert } from '../../src/pipeline/convert.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { greedy } from '../../src/pipeline/text.js';
import type { Runtime } from '../../src/pipeline/types.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { nodeFolder, type NodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';
import { said } from '../said.js';

const FOLDER = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

/** Answers are at most a sentence. */
const ANSWER_TOKENS = 64;

interface HeldOut {
  readonly prompt: string;
  readonly answer: string;
  readonly kind: string;
}

interface Expected {
  readonly prompt: string;
  readonly prompt_ids: number[];
  readonly greedy_ids: number[];
  readonly answer: string;
  /** After the prompt. */
  readonly next_logits: number[];
}

interface Model {
  reset(): void;
  forward(ids: readonly number[], want: 'last'): Float32Array;
}

describe('the bundled sample model', () => {
  let folder: NodeFolder;
  let runtime: Runtime;
  let opened: OpenedModel;
  let heldOut: HeldOut[];

  before(async () => {
    folder = await nodeFolder(FOLDER);
    runtime = await testRuntime();
    opened = await openModel(folder, runtime);
    const lines = (await readFile(`${FOLDER}/heldout.jsonl`, 'utf8')).trim().split('\n');
    heldOut = lines.map((line) => JSON.parse(line) as HeldOut);
  });

  function answer(model: Model, prompt: string): string {
    assert.ok(opened.tokenizer !== null && opened.chat !== null);
    const prompted = opened.tokenizer.encodeTurn(opened.chat.section, { user: prompt });
    model.reset();
    const ids: number[] = [];
    let next = greedy(model.forward(prompted, 'last'));
    while (!opened.model.eosIds.includes(next) && ids.length < ANSWER_TOKENS) {
      ids.push(next);
      next = greedy(model.forward([next], 'last'));
    }
    return opened.tokenizer.decode(ids);
  }

  /** Share of exact answers to requests in phrasings and combinations that training never saw, and to all lines. */
  function exact(model: Model): { requests: number; all: number } {
    const good = heldOut.map((line) => answer(model, line.prompt) === line.answer);
    const share = (lines: readonly boolean[]): number => lines.filter((line) => line).length / lines.length;
    const isRequest = (kind: string | undefined): boolean => kind === 'phrasing' || kind === 'combination';
    return { requests: share(good.filter((_, index) => isRequest(heldOut[index]?.kind))), all: share(good) };
  }

  it('is small enough to be bundled, and of a family that is converted', () => {
    assert.ok(opened.model.parameters <= 1_000_000);
    assert.ok(opened.model.vocabSize <= 1024);
    assert.ok(opened.chat !== null, said(opened.notes));
    assert.ok(heldOut.length >= 500);
  });

  it('answers held-out requests in floats, and as well in INT8', async () => {
    const reference = await loadReference(await loadKernels(runtime.kernels), opened.checkpoint, opened.model, {});
    const before = exact(reference);
    reference.dispose();
    const { package: bytes } = await convert(folder, { report: false }, runtime);
    assert.ok(bytes !== null);
    const after = exact(await Twin.load(runtime.twin, bytes));
    assert.ok(before.requests >= 0.98, `float ${before.requests}`);
    assert.ok(before.all >= 0.95, `float, small talk and refusals too: ${before.all}`);
    assert.ok(
      after.requests >= before.requests - 0.005,
      `float ${before.requests}, INT8 ${after.requests}`,
    );
    assert.ok(after.all >= before.all - 0.005, `float ${before.all}, INT8 ${after.all}`);
  });

  it('gives the logits and answers that transformers gives', async () => {
    const file = JSON.parse(await readFile(`${FOLDER}/expected.json`, 'utf8')) as { cases: Expected[] };
    const reference = await loadReference(await loadKernels(runtime.kernels), opened.checkpoint, opened.model, {});
    assert.ok(file.cases.length >= 5);
    for (const entry of file.cases) {
      reference.reset();
      let logits = reference.forward(entry.prompt_ids, 'last');
      for (const [index, value] of entry.next_logits.entries()) {
        assert.ok(Math.abs((logits[index] ?? NaN) - value) < 1e-3, `${entry.prompt}: logit ${index}`);
      }
      for (const id of entry.greedy_ids) {
        assert.equal(greedy(logits), id, entry.prompt);
        logits = reference.forward([id], 'last');
      }
    }
    reference.dispose();
  });
});
