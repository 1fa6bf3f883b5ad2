/** A model of models/, opened for the tests of its folder: what it answers, and whether it computes as transformers does. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { greedy } from '../../src/pipeline/text.js';
import type { Runtime } from '../../src/pipeline/types.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { nodeFolder, type NodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

/** Answers are at most a sentence. */
const ANSWER_TOKENS = 64;

export interface HeldOut {
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

export interface Model {
  reset(): void;
  forward(ids: readonly number[], want: 'last'): Float32Array;
}

export class SampleModel {
  private constructor(
    readonly folder: NodeFolder,
    readonly runtime: Runtime,
    readonly opened: OpenedModel,
    readonly heldOut: readonly HeldOut[],
    private readonly path: string,
  ) {}

  static async open(name: string): Promise<SampleModel> {
    const path = fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
    const folder = await nodeFolder(path);
    const runtime = await testRuntime();
    const opened = await openModel(folder, runtime);
    const lines = (await readFile(`${path}/heldout.jsonl`, 'utf8')).trim().split('\n');
    const heldOut = lines.map((line) => JSON.parse(line) as HeldOut);
    return new SampleModel(folder, runtime, opened, heldOut, path);
  }

  /** The model in floats. To be disposed. */
  async reference(): ReturnType<typeof loadReference> {
    const kernels = await loadKernels(this.runtime.kernels);
    return loadReference(kernels, this.opened.checkpoint, this.opened.model, {});
  }

  answer(model: Model, prompt: string): string {
    const { tokenizer, chat, model: shape } = this.opened;
    assert.ok(tokenizer !== null && chat !== null);
    const prompted = tokenizer.encodeTurn(chat.section, { user: prompt });
    model.reset();
    const ids: number[] = [];
    let next = greedy(model.forward(prompted, 'last'));
    while (!shape.eosIds.includes(next) && ids.length < ANSWER_TOKENS) {
      ids.push(next);
      next = greedy(model.forward([next], 'last'));
    }
    return tokenizer.decode(ids);
  }

  /** Share of exact answers to the held-out lines of some kinds, and to all of them. */
  exact(model: Model, kinds: readonly string[]): { some: number; all: number } {
    const good = this.heldOut.map((line) => this.answer(model, line.prompt) === line.answer);
    const share = (lines: readonly boolean[]): number => lines.filter((line) => line).length / lines.length;
    return {
      some: share(good.filter((_, index) => kinds.includes(this.heldOut[index]?.kind ?? ''))),
      all: share(good),
    };
  }

  /** Compares logits and greedy continuations with those of transformers. */
  async agreesWithTransformers(): Promise<void> {
    const file = JSON.parse(await readFile(`${this.path}/expected.json`, 'utf8')) as { cases: Expected[] };
    assert.ok(file.cases.length >= 5);
    const reference = await this.reference();
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
  }
}
