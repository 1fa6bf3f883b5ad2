import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ESP32 } from '../../src/chips/esp32.js';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { PROMPT_SRAM_BYTES, modelSramBytes } from '../../src/plan/boards.js';
import { convert } from '../../src/pipeline/convert.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { boot, generated, imageOf } from '../support/emulated-board.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

/** How much less than its budget the firmware may take before the plan gives away too much. */
const UNUSED_BUDGET_BYTES = 8 * 1024;

describe('the plan and the firmware', () => {
  it('count the same SRAM, and leave some to prompts', async () => {
    const manifest = JSON.parse(
      await readFile(new URL('../../device-runtime/prebuilt/esp32s3/manifest.json', import.meta.url), 'utf8'),
    ) as { memory: { budget: number; total: number; heap: number } };
    const { budget, total, heap } = manifest.memory;
    assert.equal(budget, ESP32S3.firmwareSramBytes);
    assert.ok(total <= budget && budget - total <= UNUSED_BUDGET_BYTES, `${total} of ${budget} bytes`);
    assert.equal(total + heap, ESP32S3.sramBytes);
    const left = heap - modelSramBytes(ESP32S3);
    assert.equal(left, PROMPT_SRAM_BYTES + budget - total);
    const loader = await readFile(new URL('../../device-runtime/app/loader.c', import.meta.url), 'utf8');
    const kept = /^#define CONSOLE_BYTES \((\d+)u \* 1024u\)$/m.exec(loader)?.[1];
    assert.equal(Number(kept) * 1024, PROMPT_SRAM_BYTES);
  });
});

/** How far the emulator may be from the plan. The constants were fitted to these models and others. */
const TOLERANCE = 0.1;

/** Lies in SRAM, whatever its scales and inputs are. */
const SMALL = { hidden: 96, layers: 3, heads: 3, kvHeads: 1, headDim: 32, ffn: 192, vocab: 256 };

describe('predicted tokens per second are those of the emulator', () => {
  for (const [name, shape, board, granularity, activations, weights = 'auto' as const] of [
    [
      'weights in SRAM, a little of them in flash',
      { ...SMALL, ffn: 256, vocab: 384 },
      'esp32-s3-n8',
      'channel',
      'int8',
    ],
    ...(['channel', 'group:32'] as const).flatMap((granularity) =>
      (['int8', 'int16', 'int8:32'] as const).map(
        (kind) =>
          [
            `weights in SRAM, scales of ${granularity}, activations ${kind}`,
            SMALL,
            'esp32-s3-n8',
            granularity,
            kind,
          ] as const,
      ),
    ),
    [
      'weights in octal PSRAM, activations int8:32',
      { hidden: 160, layers: 3, heads: 5, kvHeads: 5, headDim: 32, ffn: 448, vocab: 1536 },
      'esp32-s3-n16r8',
      'channel',
      'int8:32',
    ],
    [
      'weights in octal PSRAM',
      { hidden: 160, layers: 3, heads: 5, kvHeads: 5, headDim: 32, ffn: 448, vocab: 1536 },
      'esp32-s3-n16r8',
      'channel',
      'auto',
    ],
    [
      'in groups',
      { hidden: 160, layers: 3, heads: 5, kvHeads: 5, headDim: 32, ffn: 448, vocab: 1536 },
      'esp32-s3-n16r8',
      'group:64',
      'auto',
    ],
    [
      'weights in quad PSRAM',
      { hidden: 160, layers: 3, heads: 5, kvHeads: 5, headDim: 32, ffn: 448, vocab: 1536 },
      'esp32-s3-n8r2',
      'channel',
      'auto',
    ],
    [
      'weights in flash',
      { hidden: 160, layers: 3, heads: 5, kvHeads: 5, headDim: 32, ffn: 448, vocab: 1536 },
      'esp32-s3-n8',
      'channel',
      'auto',
    ],
    ...(
      [
        ['group:16', 'int8'],
        ['group:32', 'int8'],
        ['group:64', 'int16'],
      ] as const
    ).map(
      ([granularity, activations]) =>
        [
          `INT4 in SRAM, ${granularity}, activations ${activations}`,
          { hidden: 128, layers: 2, heads: 4, kvHeads: 2, headDim: 32, ffn: 320, vocab: 256 },
          'esp32-s3-n8',
          granularity,
          activations,
          'int4',
        ] as const,
    ),
    [
      'INT4 in octal PSRAM',
      { hidden: 192, layers: 4, heads: 6, kvHeads: 6, headDim: 32, ffn: 512, vocab: 2048 },
      'esp32-s3-n16r8',
      'group:32',
      'auto',
      'int4',
    ],
  ] as const) {
    it(name, async () => {
      const folder = syntheticFolder({ ...shape, tied: true, positions: 128 });
      const options = { board, report: false, context: 128, scheme: { weights, granularity, activations } };
      const { plan, package: bytes } = await convert(folder, options, await testRuntime());
      assert.ok(bytes !== null);
      const { device, client } = await boot(await imageOf(bytes, board), board, { timing: true });
      try {
        const ids = Array.from({ length: plan.context / 2 }, (_, index) => 3 + ((index * 7) % 200));
        const { tokens } = await generated(client, {
          ids,
          temperature: 0,
          maxNewTokens: 6,
          seed: 1,
          drafts: false,
        });
        const micros = tokens
          .slice(1)
          .map((token) => token.micros)
          .sort((a, b) => a - b);
        const rate = 1e6 / (micros[micros.length >> 1] ?? 0);
        const predicted = plan.predictedTokensPerSecond;
        assert.ok(
          Math.abs(predicted / rate - 1) <= TOLERANCE,
          `predicted ${predicted.toFixed(1)} tokens/s, the emulator gives ${rate.toFixed(1)}`,
        );
        assert.ok(rate <= plan.speed.half.bound, `${rate} of ${plan.speed.half.bound} tokens/s`);
      } finally {
        await device.close();
      }
    });
  }
});

/** Models that people see figures of; the second is there where the repository's neighbours are. */
const SAMPLES = [
  { name: 'home-commands', folder: new URL('../../models/home-commands/', import.meta.url) },
  { name: 'stories260K', folder: new URL('../../../shared/models/stories260k/', import.meta.url) },
];
/** Passes that are timed at each place. */
const TIMED = 3;

describe('no figure of speed is above the bound of the same place', () => {
  for (const { name, folder } of SAMPLES) {
    const skip = existsSync(folder) ? false : `${name} is not here`;
    for (const board of ['esp32-s3-n16r8', 'esp32-s3-n8'] as const) {
      it(`${name} on ${board}`, { skip }, async () => {
        const converted = await convert(
          await nodeFolder(fileURLToPath(folder)),
          { board, report: false },
          await testRuntime(),
        );
        const { plan, package: bytes } = converted;
        if (!plan.fit.fits) return;
        assert.ok(bytes !== null);
        const { start, half, full } = plan.speed;
        for (const { expected, bound } of [start, half, full]) assert.ok(expected > 0 && expected <= bound);
        assert.ok(start.bound >= half.bound && half.bound >= full.bound);
        const { device, client } = await boot(await imageOf(bytes, board), board, { timing: true });
        try {
          for (const { position, expected } of [start, half, full]) {
            const prompt = Math.min(Math.max(1, position), full.position - TIMED);
            const ids = Array.from({ length: prompt }, (_, index) => 3 + ((index * 7) % 200));
            const { tokens } = await generated(client, {
              ids,
              temperature: 0,
              maxNewTokens: TIMED + 1,
              seed: 1,
              stopStrings: [],
              drafts: false,
            });
            const passes = tokens.slice(1);
            if (passes.length === 0) continue;
            const micros = passes.reduce((sum, token) => sum + token.micros, 0) / passes.length;
            const rate = 1e6 / micros;
            // What is read for a token grows evenly with the context.
            const most =
              1 / (1 / start.bound + (prompt / full.position) * (1 / full.bound - 1 / start.bound));
            assert.ok(rate <= most, `${rate} of ${most} tokens/s after ${prompt} tokens`);
            assert.ok(
              Math.abs(expected / rate - 1) <= TOLERANCE,
              `expected ${expected} tokens/s after ${prompt}, the emulator gives ${rate}`,
            );
          }
          await client.reset();
          const bench = await client.bench();
          for (const memory of ['sram', 'psram', 'flash']) {
            const [read, limit] = [bench.get(`${memory}_read`), bench.get(`${memory}_limit`)];
            if (read !== undefined)
              assert.ok(Number(read) <= Number(limit), `${memory}: ${read} of ${limit}`);
          }
          for (const share of ['percent_of_measured_bound', 'percent_of_planned_bound'])
            assert.ok(Number(bench.get(share)) <= 100, `${share}: ${bench.get(share)}`);
        } finally {
          await device.close();
        }
      });
    }
  }
});

describe('the board and the plan', () => {
  it('count with the same rates and the same data cache', async () => {
    const source = await readFile(
      new URL('../../device-runtime/app/console_bench.c', import.meta.url),
      'utf8',
    );
    const [, ofS3 = '', ofEsp32 = ''] =
      /^#ifndef APP_CHIP_ESP32$(.*?)^#else$(.*?)^#endif$/ms.exec(source) ?? [];
    const constant = (text: string, name: string): number =>
      Number(new RegExp(`^#define ${name} (\\d+)u$`, 'm').exec(text)?.[1]);
    for (const [text, { readRates, dataCacheBytes }] of [
      [ofS3, ESP32S3],
      [ofEsp32, ESP32],
    ] as const) {
      assert.equal(constant(text, 'SRAM_LIMIT'), readRates.sram);
      assert.equal(constant(text, 'QUAD_LIMIT'), readRates.psram.quad);
      assert.equal(constant(text, 'FLASH_LIMIT'), readRates.flash);
      assert.equal(constant(text, 'KEPT_BYTES'), dataCacheBytes);
    }
    assert.equal(constant(ofS3, 'OCTAL_LIMIT'), ESP32S3.readRates.psram.octal);
  });
});
