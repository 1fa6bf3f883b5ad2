/** A real published model with expected outputs, when its folder lies beside the repository; these checks are extra. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { convert } from '../../src/pipeline/convert.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { greedy } from '../../src/pipeline/text.js';
import type { Granularity } from '../../src/plan/scheme.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import type { Report } from '../../src/quantize/report.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const FOLDER = fileURLToPath(new URL('../../../shared/models/stories260k', import.meta.url));

interface Expected {
  readonly cases: readonly {
    readonly prompt: string;
    readonly prompt_ids: number[];
    readonly next_logits: number[];
    readonly greedy_ids: number[];
  }[];
}

async function reportOf(granularity: Granularity): Promise<Report> {
  const folder = await nodeFolder(FOLDER);
  try {
    const evaluationText = await readFile(`${FOLDER}/samples.txt`, 'utf8');
    const { report } = await convert(
      folder,
      { scheme: { granularity }, evaluationText },
      await testRuntime(),
    );
    assert.ok(report !== null);
    return report;
  } finally {
    await folder.close();
  }
}

describe('stories260K', { skip: !existsSync(FOLDER) && 'the model is not beside the repository' }, () => {
  it('has the expected logits and greedy continuations in the float reference', async () => {
    const expected = JSON.parse(await readFile(`${FOLDER}/expected.json`, 'utf8')) as Expected;
    const runtime = await testRuntime();
    const folder = await nodeFolder(FOLDER);
    try {
      const { checkpoint, model, tokenizer } = await openModel(folder, runtime);
      const reference = await loadReference(await loadKernels(runtime.kernels), checkpoint, model, {});
      for (const entry of expected.cases) {
        assert.deepEqual(tokenizer?.encode(entry.prompt), entry.prompt_ids);
        reference.reset();
        let logits = reference.forward(entry.prompt_ids, 'last');
        for (const [index, value] of entry.next_logits.entries()) {
          assert.ok(
            Math.abs((logits[index] ?? NaN) - value) < 1e-4,
            `${index}: ${logits[index]} instead of ${value}`,
          );
        }
        for (const id of entry.greedy_ids) {
          assert.equal(greedy(logits), id);
          logits = reference.forward([id], 'last');
        }
      }
      reference.dispose();
    } finally {
      await folder.close();
    }
  });

  it('loses next to nothing in INT8 per channel', async () => {
    const report = await reportOf('channel');
    assert.ok(report.kl.mean <= 0.002, `mean KL ${report.kl.mean}`);
    assert.ok(report.perplexity.ratio <= 1.005, `perplexity ratio ${report.perplexity.ratio}`);
    assert.ok(report.top1 >= 0.97, `top-1 ${report.top1}`);
  });

  it('loses little in INT8 per tensor', async () => {
    const report = await reportOf('tensor');
    assert.ok(report.kl.mean <= 0.006, `mean KL ${report.kl.mean}`);
  });
});
