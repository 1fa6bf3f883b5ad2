/**
 * Fits the cycle constants of a chip (`src/chips/esp32s3.ts`, `src/chips/esp32.ts`) to its emulator: models of many shapes, encodings, caches
 * and places are converted, booted and timed at three lengths of the context, and the constants are the non-negative ones
 * with the least squares of relative errors. Prints them with the errors that are left. Run it after a change of kernels.
 *
 *   node --no-warnings --import ./scripts/lib/ts-register.mjs bench/fit-speed.ts [CHIP] [PART]
 *
 * CHIP: esp32s3 (default) or esp32. PART: 3 measures every third case, and so on.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModelFolder } from '../src/source/byte-source.js';
import { convert } from '../src/pipeline/convert.js';
import { openModel } from '../src/pipeline/open-model.js';
import { findBoard } from '../src/plan/boards.js';
import { countCycles, type CycleCounts } from '../src/plan/speed.js';
import { cacheReadBytes } from '../src/plan/speed-figures.js';
import type { CycleModel } from '../src/chips/chip.js';
import { CHIPS } from '../src/chips/index.js';
import { nodeFolder } from '../src/source/node-folder.js';
import { boot, generated, imageOf } from '../test/support/emulated-board.js';
import { testRuntime } from '../test/support/runtime.js';
import { syntheticFolder, type SyntheticShape } from '../test/support/synthetic-model.js';

type Name = keyof CycleCounts;

interface Case {
  readonly name: string;
  readonly folder: () => Promise<ModelFolder> | ModelFolder;
  readonly board: string;
  readonly context: number;
  readonly scheme: Readonly<Record<string, string>>;
}

interface Point {
  readonly name: string;
  readonly counts: CycleCounts;
  /** Cycles of a token. */
  readonly taken: number;
}

const [chipId = 'esp32s3', part = '1'] = process.argv.slice(2);

/** Boards of a chip without PSRAM and with each kind that it takes. */
const BOARDS: Readonly<
  Record<string, { readonly none: string; readonly psram: readonly [string, ...string[]] }>
> = {
  esp32s3: { none: 'esp32-s3-n8', psram: ['esp32-s3-n16r8', 'esp32-s3-n8r2'] },
  esp32: { none: 'esp32-wroom-32', psram: ['esp32-wrover'] },
};
const chip = CHIPS.find(({ id }) => id === chipId);
const boards = BOARDS[chipId];
if (chip === undefined || boards === undefined)
  throw new Error(`CHIP is one of ${Object.keys(BOARDS).join(', ')}.`);

/**
 * Constants that are not fitted: with vectors products are few beside rows in these shapes, and no share of what memory takes is
 * above 1. A vector instruction takes 16 products on each of two cores, with its loads.
 */
const HELD: Partial<CycleModel> =
  chip.vectorBytes > 0 ? { perProduct: 0.09, waitingShare: 1 } : { waitingShare: 1 };

/** Passes that are timed at each place; the median counts. */
const PASSES = 3;
const CONTEXT = 128;

const SHAPES: Readonly<Record<string, SyntheticShape>> = {
  small: { hidden: 96, layers: 3, heads: 3, kvHeads: 1, headDim: 32, ffn: 192, vocab: 256 },
  wide: { hidden: 128, layers: 2, heads: 4, kvHeads: 2, headDim: 32, ffn: 320, vocab: 256 },
  narrow: { hidden: 64, layers: 5, heads: 8, kvHeads: 4, headDim: 8, ffn: 172, vocab: 512 },
  deep: { hidden: 96, layers: 6, heads: 6, kvHeads: 6, headDim: 16, ffn: 256, vocab: 512 },
  middle: { hidden: 160, layers: 3, heads: 5, kvHeads: 5, headDim: 32, ffn: 448, vocab: 1536 },
  large: { hidden: 192, layers: 4, heads: 6, kvHeads: 6, headDim: 32, ffn: 512, vocab: 2048 },
  heads: { hidden: 256, layers: 3, heads: 4, kvHeads: 2, headDim: 64, ffn: 704, vocab: 1024 },
};

const { none: N8, psram } = boards;
/** The one that most cases have. */
const [OCTAL] = psram;

function synthetic(shape: string, board: string, scheme: Case['scheme'], context = CONTEXT): Case {
  const options = { ...SHAPES[shape], tied: true, positions: Math.max(context, 64) };
  return {
    name: [shape, board, context, ...Object.values(scheme)].join(' '),
    folder: () => syntheticFolder(options),
    board,
    context,
    scheme,
  };
}

function cases(): Case[] {
  const list: Case[] = [];
  for (const cache of ['int8', 'int16', 'k16v8', 'float32']) {
    for (const shape of ['small', 'narrow', 'deep', 'heads']) list.push(synthetic(shape, OCTAL, { cache }));
    list.push(synthetic('narrow', OCTAL, { cache }, 512), synthetic('small', N8, { cache }));
  }
  for (const shape of Object.keys(SHAPES)) {
    for (const board of [N8, ...psram]) list.push(synthetic(shape, board, {}));
  }
  for (const granularity of ['channel', 'group:32', 'group:64']) {
    for (const activations of ['int8', 'int16', 'int8:32']) {
      const scheme = { weights: 'int8', granularity, activations };
      list.push(synthetic('small', N8, scheme), synthetic('large', OCTAL, scheme));
    }
  }
  for (const granularity of ['group:16', 'group:32', 'group:64']) {
    for (const activations of ['int8', 'int16']) {
      const scheme = { weights: 'int4', granularity, activations };
      list.push(synthetic('wide', N8, scheme), synthetic('middle', OCTAL, scheme));
    }
  }
  for (const path of ['../models/home-commands/', '../../shared/models/stories260k/']) {
    const folder = new URL(path, import.meta.url);
    if (!existsSync(folder)) continue;
    for (const board of [N8, OCTAL]) {
      for (const scheme of [{}, { weights: 'int4' }]) {
        const context = board === N8 ? 128 : 256;
        const open = (): Promise<ModelFolder> => nodeFolder(fileURLToPath(folder));
        list.push({
          name: `${path} ${board} ${JSON.stringify(scheme)}`,
          folder: open,
          board,
          context,
          scheme,
        });
      }
    }
  }
  return list;
}

const { hertz } = chip;

async function measure({ name, folder, board, context, scheme }: Case): Promise<Point[]> {
  const runtime = await testRuntime();
  const options = { board, report: false, context, scheme } as Parameters<typeof convert>[1];
  const { plan, package: bytes } = await convert(await folder(), options, runtime);
  if (bytes === null) return [];
  const { model } = await openModel(await folder(), runtime);
  const { device, client } = await boot(await imageOf(bytes, board), board, { timing: true });
  const points: Point[] = [];
  try {
    for (const position of [1, context / 2, context - PASSES - 2]) {
      const ids = Array.from({ length: position }, (_, index) => 3 + ((index * 7) % 200));
      const { tokens } = await generated(client, {
        ids,
        temperature: 0,
        maxNewTokens: PASSES + 1,
        seed: 1,
        drafts: false,
      });
      const micros = tokens.slice(1).map((token) => token.micros);
      if (micros.length === 0) continue;
      micros.sort((a, b) => a - b);
      const cache = plan.scheme.cache;
      const at = position + (micros.length - 1) / 2;
      const counts = countCycles(model, {
        board: findBoard(board),
        tensors: plan.tensors,
        cache,
        psramCacheBytes: plan.cachePlacement === 'sram' ? 0 : cacheReadBytes(model, cache, at),
        position: at,
      });
      points.push({
        name: `${name} @${position}`,
        counts,
        taken: ((micros[micros.length >> 1] ?? 0) * hertz) / 1e6,
      });
    }
  } finally {
    await device.close();
  }
  return points;
}

/** Non-negative least squares of relative errors, by coordinate descent. */
function fit(points: readonly Point[], names: readonly Name[]): Record<Name, number> {
  const rows = points.map(({ counts, taken }) => names.map((name) => counts[name] / taken));
  const constants = names.map((name) => HELD[name] ?? 0);
  const left = points.map(({ counts, taken }) =>
    Object.entries(HELD).reduce((rest, [name, value]) => rest - (value * counts[name as Name]) / taken, 1),
  );
  for (let round = 0; round < 200_000; round++) {
    let moved = 0;
    for (let k = 0; k < names.length; k++) {
      let [square, product] = [0, 0];
      for (const [i, row] of rows.entries()) {
        square += (row[k] as number) ** 2;
        product += (row[k] as number) * (left[i] as number);
      }
      if (square === 0 || HELD[names[k] as Name] !== undefined) continue;
      const next = Math.max(0, (constants[k] as number) + product / square);
      const step = next - (constants[k] as number);
      if (step === 0) continue;
      constants[k] = next;
      for (const [i, row] of rows.entries()) left[i] = (left[i] as number) - step * (row[k] as number);
      moved = Math.max(moved, Math.abs(step) / (Math.abs(next) + 1e-9));
    }
    if (moved < 1e-9) break;
  }
  return Object.fromEntries(names.map((name, k) => [name, constants[k] as number])) as Record<Name, number>;
}

const points: Point[] = [];
for (const entry of cases().filter((_, index) => index % Number(part) === 0)) {
  try {
    points.push(...(await measure(entry)));
    process.stderr.write('.');
  } catch (error) {
    process.stderr.write(`\n${entry.name}: ${String(error)}\n`);
  }
}
const names = Object.keys(points[0]?.counts ?? {}) as Name[];
const constants = fit(points, names);
const errors = points.map(({ name, counts, taken }) => ({
  name,
  error: names.reduce((sum, key) => sum + constants[key] * counts[key], 0) / taken - 1,
}));
errors.sort((a, b) => Math.abs(b.error) - Math.abs(a.error));
const square = Math.sqrt(errors.reduce((sum, { error }) => sum + error ** 2, 0) / errors.length);
console.log(`\n${chip.name}: ${points.length} figures, root mean square ${(100 * square).toFixed(1)} %`);
for (const [name, value] of Object.entries(constants)) console.log(`    ${name}: ${value.toPrecision(3)},`);
for (const { name, error } of errors.slice(0, 25)) console.log(`${(100 * error).toFixed(1)} %  ${name}`);
