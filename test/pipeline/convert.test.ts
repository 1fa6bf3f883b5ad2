import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { readPackage } from '../../src/package/reader.js';
import { convert } from '../../src/pipeline/convert.js';
import { loadReference } from '../../src/pipeline/reference.js';
import type { Conversion, ConvertOptions } from '../../src/pipeline/types.js';
import { cacheBytes, scratchBytes } from '../../src/plan/memory.js';
import { ALL_FUSIONS, NO_FUSIONS, WANTED_ACTIVATIONS, WEIGHTS, isPossible } from '../../src/plan/scheme.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { FormatError, UsageError, isAbort } from '../../src/shared/errors.js';
import type { Progress } from '../../src/shared/progress.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { PER_CHANNEL } from '../support/schemes.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder, syntheticModel, type SyntheticShape } from '../support/synthetic-model.js';

const IDS = [1, 17, 3, 42, 42, 7, 90, 5, 11, 2, 60, 33, 8, 71, 29, 64];

const FLOAT: ConvertOptions = { scheme: { weights: 'float32', cache: 'float32' }, report: false };

const SHAPES: Record<string, SyntheticShape> = {
  'grouped queries': {},
  'every head its own key': { heads: 4, kvHeads: 4 },
  'biases everywhere': { attentionBias: true, mlpBias: true },
  'a head of its own': { tied: false },
  'sizes that are no multiples of anything': {
    hidden: 20,
    heads: 5,
    kvHeads: 1,
    headDim: 4,
    ffn: 44,
    vocab: 97,
  },
  'a sliding window': { window: 5 },
  'BF16 weights': { dtype: 'BF16' },
};

async function packageOf(
  folder: ModelFolder,
  options: ConvertOptions,
): Promise<Conversion & { package: Uint8Array }> {
  const conversion = await convert(folder, options, await testRuntime());
  assert.ok(conversion.package !== null);
  return { ...conversion, package: conversion.package };
}

async function twinLogits(folder: ModelFolder, options: ConvertOptions): Promise<Float32Array> {
  const { twin } = await testRuntime();
  return (await Twin.load(twin, (await packageOf(folder, options)).package)).forward(IDS, 'all');
}

async function referenceLogits(shape: SyntheticShape): Promise<Float32Array> {
  const { checkpoint, model } = await syntheticModel(shape);
  const kernels = await loadKernels((await testRuntime()).kernels);
  const reference = await loadReference(kernels, checkpoint, model, {});
  try {
    return reference.forward(IDS, 'all');
  } finally {
    reference.dispose();
  }
}

/** Largest difference relative to the largest value. */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  const size = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] as number))), 0) / size;
}

describe('convert', () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`keeps the float result through every fusion: ${name}`, async () => {
      const expected = await referenceLogits(shape);
      const folder = syntheticFolder(shape);
      const apart = await twinLogits(folder, { ...FLOAT, fusions: NO_FUSIONS });
      assert.ok(
        relativeDifference(apart, expected) < 1e-5,
        `separate: ${relativeDifference(apart, expected)}`,
      );
      const fused = await twinLogits(folder, { ...FLOAT, fusions: ALL_FUSIONS });
      assert.ok(relativeDifference(fused, apart) < 1e-5, `fused: ${relativeDifference(fused, apart)}`);
      for (const fusion of Object.keys(ALL_FUSIONS)) {
        const one = await twinLogits(folder, { ...FLOAT, fusions: { ...NO_FUSIONS, [fusion]: true } });
        assert.ok(relativeDifference(one, apart) < 1e-5, `${fusion}: ${relativeDifference(one, apart)}`);
      }
    });

    it(`stays close in INT8 at every granularity: ${name}`, async () => {
      const expected = await referenceLogits(shape);
      for (const granularity of WEIGHTS.int8.granularities) {
        for (const activations of WANTED_ACTIVATIONS) {
          const logits = await twinLogits(syntheticFolder(shape), {
            scheme: { weights: 'int8', granularity, activations },
            report: false,
          });
          const difference = relativeDifference(logits, expected);
          // Random weights have no outliers: 8 bits leave a few percent of the largest logit.
          assert.ok(difference > 0 && difference < 0.15, `${granularity} ${activations}: ${difference}`);
        }
      }
    });
  }

  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`comes as close as 4 bits can in INT4 at every granularity: ${name}`, async () => {
      const expected = await referenceLogits(shape);
      for (const activations of WANTED_ACTIVATIONS) {
        const differences: number[] = [];
        for (const granularity of WEIGHTS.int4.granularities) {
          const scheme = { weights: 'int4', granularity, activations } as const;
          const folder = syntheticFolder(shape);
          if (!isPossible('int4', scheme)) {
            await assert.rejects(twinLogits(folder, { scheme, report: false }), /INT4 weights take no/);
            continue;
          }
          const logits = await twinLogits(folder, { scheme, report: false });
          differences.push(relativeDifference(logits, expected));
        }
        for (const difference of differences)
          assert.ok(difference > 0.002 && difference < 0.4, `${activations}: ${differences.join(', ')}`);
      }
    });
  }

  it('gives the same numbers fused and apart in INT8 with one scale a row, up to rounding', async () => {
    const folder = syntheticFolder({ attentionBias: true });
    const fusions = { ...NO_FUSIONS, queryKeyValue: true, gateUp: true };
    const apart = await twinLogits(folder, { report: false, scheme: PER_CHANNEL, fusions: NO_FUSIONS });
    const joined = await twinLogits(folder, { report: false, scheme: PER_CHANNEL, fusions });
    assert.deepEqual(joined, apart);
  });

  it('makes the same bytes every time', async () => {
    const folder = syntheticFolder();
    const first = await packageOf(folder, { report: false });
    assert.deepEqual((await packageOf(folder, { report: false })).package, first.package);
  });

  it('writes a package that the reader accepts and that plans the memory that the engine takes', async () => {
    const { twin } = await testRuntime();
    for (const cache of ['int8', 'float32'] as const) {
      const conversion = await packageOf(syntheticFolder(), {
        report: false,
        scheme: { cache },
        context: 40,
      });
      const bytes = conversion.package;
      const found = await readPackage(
        { name: 'x', size: bytes.length, read: (begin, end) => Promise.resolve(bytes.slice(begin, end)) },
        { verify: true },
      );
      assert.equal(found.config.context, 40);
      const engine = await Twin.load(twin, bytes);
      const { model, plan } = conversion;
      assert.equal(engine.info.cacheBytes, cacheBytes(model, plan.scheme, plan.context));
      const scratch = engine.info.stateBytes - engine.info.cacheBytes;
      const planned = scratchBytes(model, plan.scheme, plan.context, plan.maxBatch, plan.board.chip.cores);
      assert.ok(
        planned >= scratch && planned < 1.5 * scratch + 8192,
        `planned ${planned}, engine ${scratch}`,
      );
    }
  });

  it('reports what a conversion cost', async () => {
    const { report, plan } = await packageOf(syntheticFolder(), {});
    const encodings = new Map(plan.tensors.map(({ tensor }) => [tensor.name, tensor.encoding]));
    assert.ok(report !== null);
    assert.equal(report.text, 'written by the original model');
    assert.ok(report.positions > 100);
    assert.deepEqual(
      report.inputs.slice(0, 2).map(({ name, input }) => [name, input]),
      [
        ['embedding', 'int16'],
        ['layers.0.qkv', 'int16'],
      ],
    );
    for (const { name, sqnr, kl, micros } of report.inputs) {
      assert.ok(kl !== null && kl > 0 && kl < report.kl.max, `${name}: ${kl} nats`);
      // Weights in groups are multiplied with both kinds of inputs by the same loop, so 16 bits cost them nothing; short rows
      // have a faster one for 16 bits (docs/decisions/0058).
      const isGrouped = encodings.get(name)?.group !== 0;
      assert.ok(
        micros !== null && (isGrouped ? micros <= 0 : micros > 0 && micros < 25),
        `${name}: ${micros} µs in SRAM`,
      );
      const { int8 = 0, int8By64 = 0, int8By32 = 0, int16 = 0 } = sqnr as Record<string, number>;
      // Codes of one byte leave about 40 dB of values without outliers, a second byte 48 more.
      assert.ok(
        int8 > 30 && int8 <= int8By64 && int8By64 <= int8By32 && int8By32 < 60,
        `${name}: ${int8By32} dB`,
      );
      assert.ok(Math.abs(int16 - int8 - 48.2) < 2, `${name}: ${int16} and ${int8} dB`);
    }
    assert.equal(report.inputs.length, 4 * 2 + 1);
    assert.ok(report.kl.mean > 0 && report.kl.mean < 0.1, `${report.kl.mean}`);
    assert.ok(report.kl.median <= report.kl.p99 && report.kl.p99 <= report.kl.max);
    assert.ok(Math.abs(report.perplexity.ratio - report.perplexity.after / report.perplexity.before) < 1e-9);
    assert.ok(report.top1 > 0.5 && report.top1 <= 1);
    assert.equal(report.tensors.length, 1 + 2 * 7);
    for (const tensor of report.tensors)
      assert.ok(tensor.sqnr !== null && tensor.sqnr > 30, `${tensor.name} ${tensor.sqnr}`);
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  });

  it('reports no loss when nothing is quantized', async () => {
    const { report } = await packageOf(syntheticFolder(), {
      scheme: { weights: 'float32', cache: 'float32' },
    });
    assert.ok(report !== null && report.kl.mean < 1e-9 && report.top1 === 1, `${report?.kl.mean}`);
    for (const pair of report.texts) assert.equal(pair.firstDifference, null);
  });

  it('takes every sampling default that a generation_config.json may hold', async () => {
    const { twin } = await testRuntime();
    const model = syntheticFolder();
    const config = await model.open('config.json');
    const weights = await model.open('model.safetensors');
    assert.ok(config !== null && weights !== null);
    for (const generation of [
      { do_sample: true, temperature: 0, top_p: 0, top_k: 0, repetition_penalty: 0.001 },
      {
        do_sample: true,
        temperature: 1000,
        top_p: 1,
        min_p: 1,
        repetition_penalty: 1000,
        eos_token_id: [2, 3, 4],
      },
      { temperature: 1e-9, top_p: 1e-30 },
      {},
    ]) {
      const folder = memoryFolder('sampled', {
        'config.json': await config.read(0, config.size),
        'model.safetensors': await weights.read(0, weights.size),
        'generation_config.json': new TextEncoder().encode(JSON.stringify(generation)),
      });
      const { package: bytes } = await packageOf(folder, { report: false });
      const engine = await Twin.load(twin, bytes);
      assert.deepEqual(engine.info.stopIds, generation.eos_token_id ?? [2]);
      const found = await readPackage({
        name: 'x',
        size: bytes.length,
        read: (begin, end) => Promise.resolve(bytes.slice(begin, end)),
      });
      assert.equal(found.sampling.doSample, generation.do_sample ?? false);
    }
  });

  it('names the tensor that is not a number', async () => {
    const folder = syntheticFolder();
    const weights = await folder.open('model.safetensors');
    const config = await folder.open('config.json');
    assert.ok(weights !== null && config !== null);
    const bytes = (await weights.read(0, weights.size)).slice();
    new DataView(bytes.buffer).setFloat32(bytes.length - 4 * 48 * 3, NaN, true);
    const damaged = memoryFolder('damaged', {
      'config.json': await config.read(0, config.size),
      'model.safetensors': bytes,
    });
    await assert.rejects(convert(damaged, { report: false }, await testRuntime()), (error: unknown) => {
      assert.ok(error instanceof FormatError);
      assert.match(error.message, /model\.layers\.1\..*not a finite number/);
      return true;
    });
  });

  it('refuses texts that the model cannot read before the work', async () => {
    const folder = await sampleWithSpareToken();
    const wrong: [ConvertOptions, RegExp][] = [
      [{ evaluationText: 'hello <spare> there' }, /"<spare>" \(id 1024\).*1024 rows/],
      [{ scheme: { activations: 'static' }, calibrationText: 'a <spare>' }, /"<spare>"/],
      [{ prompts: ['hello', '<spare>'] }, /"<spare>"/],
      [{ prompts: ['word '.repeat(1000)] }, /no room in the context of 256/],
      [{ evaluationText: ' \n' }, /empty/],
    ];
    for (const [options, message] of wrong) {
      const onProgress = (): void => assert.fail('the work has begun');
      await assert.rejects(
        convert(folder, options, await testRuntime(), { onProgress }),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
        String(message),
      );
    }
  });

  it('stops when it is aborted, at any stage', async () => {
    for (const stage of ['reading', 'quantizing', 'checking', 'generating'] as const) {
      const controller = new AbortController();
      let after = 0;
      const onProgress = (progress: Progress): void => {
        if (controller.signal.aborted) after += 1;
        if (progress.stage === stage) controller.abort();
      };
      await assert.rejects(
        convert(syntheticFolder(), {}, await testRuntime(), { onProgress, signal: controller.signal }),
        (error: unknown) => isAbort(error),
        stage,
      );
      assert.ok(after < 40, `${stage}: ${after} reports after the abort`);
    }
  });

  it('counts progress to its end', async () => {
    const last = new Map<string, Progress>();
    const onProgress = (progress: Progress): void => {
      assert.ok(progress.done <= progress.total, JSON.stringify(progress));
      last.set(progress.stage, progress);
    };
    await convert(syntheticFolder(), { scheme: { granularity: 'tensor' } }, await testRuntime(), {
      onProgress,
    });
    for (const stage of ['quantizing', 'checking', 'reading']) {
      assert.equal(last.get(stage)?.done, last.get(stage)?.total, stage);
    }
  });
});

/** The sample model with one token more than its embedding has rows. */
async function sampleWithSpareToken(): Promise<ModelFolder> {
  const read = (name: string): Promise<Buffer> =>
    readFile(new URL(`../../models/home-commands/${name}`, import.meta.url));
  const tokenizer = JSON.parse((await read('tokenizer.json')).toString()) as { added_tokens: unknown[] };
  tokenizer.added_tokens.push({
    id: 1024,
    content: '<spare>',
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return memoryFolder('spare', {
    'config.json': await read('config.json'),
    'model.safetensors': await read('model.safetensors'),
    'tokenizer.json': new TextEncoder().encode(JSON.stringify(tokenizer)),
  });
}
