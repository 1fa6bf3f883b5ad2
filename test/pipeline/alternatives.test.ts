/** What would help is measured: an alternative has the figures that its own conversion has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keptTensors } from '../../src/checkpoint/kept-tensors.js';
import { convert } from '../../src/pipeline/convert.js';
import { openModel } from '../../src/pipeline/open-model.js';
import type { Conversion, ConvertOptions } from '../../src/pipeline/types.js';
import { findBoard, type Board } from '../../src/plan/boards.js';
import type { WantedScheme } from '../../src/plan/scheme.js';
import type { Report } from '../../src/quantize/report.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';
import { randomNumbers, syntheticFolder } from '../support/synthetic-model.js';

const MODEL = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

async function converted(scheme: Partial<WantedScheme>, more: ConvertOptions = {}): Promise<Conversion> {
  const folder = await nodeFolder(MODEL);
  try {
    return await convert(folder, { scheme, ...more }, await testRuntime());
  } finally {
    await folder.close();
  }
}

function reportOf({ report }: Conversion): Report {
  assert.ok(report !== null);
  return report;
}

test('each alternative is what converting with it gives: divergence, bytes and predicted speed', async () => {
  const worst = { granularity: 'tensor', activations: 'int16', cache: 'int8' } as const;
  const now = await converted(worst);
  const { alternatives, verdict, kl } = reportOf(now);
  assert.notEqual(verdict, 'indistinguishable');
  assert.deepEqual(alternatives[0]?.change, { granularity: 'group:32' });
  assert.ok(alternatives.length > 1);
  for (const { change, ...measured } of alternatives) {
    const other = await converted({ ...worst, ...change });
    const own = reportOf(other).kl.mean;
    assert.ok(
      Math.abs(measured.kl / own - 1) < 1e-9,
      `${JSON.stringify(change)}: ${measured.kl}, not ${own}`,
    );
    assert.ok(Math.abs(measured.klRatio / (own / kl.mean) - 1) < 1e-9);
    assert.equal(measured.sizeRatio, other.packageBytes / now.packageBytes);
    assert.equal(
      measured.speedRatio,
      other.plan.predictedTokensPerSecond / now.plan.predictedTokensPerSecond,
    );
  }
  const ratios = alternatives.map(({ klRatio }) => klRatio);
  assert.deepEqual(
    ratios,
    [...ratios].sort((a, b) => a - b),
  );
  assert.ok(ratios.every((ratio) => ratio <= 0.8));
});

test('static scales are the first thing to change', async () => {
  const { alternatives } = reportOf(await converted({ activations: 'static', granularity: 'tensor' }));
  assert.deepEqual(
    alternatives.map(({ change }) => change),
    [{ activations: 'auto' }],
  );
  assert.ok((alternatives[0]?.klRatio ?? 1) < 0.1);
});

test('nothing is offered where no difference shows, and nothing that the board has no room for', async () => {
  assert.deepEqual(reportOf(await converted({})).alternatives, []);
  const wish = { granularity: 'tensor', activations: 'int16', cache: 'int8' } as const;
  const offered = async (board: Board): Promise<unknown[]> =>
    reportOf(await converted(wish, { board })).alternatives.map(({ change }) => change);
  const board = findBoard('esp32-s3-n16r8');
  const [groups, channel] = [{ granularity: 'group:32' }, { granularity: 'channel' }];
  assert.deepEqual(await offered(board), [groups, channel]);
  // Flash for 40 KB more than the model takes: a scale per channel takes 20 KB of it, groups 100 KB.
  const { plan } = await converted(wish, { board, report: false });
  const flash = plan.memories.find(({ memory }) => memory === 'flash');
  assert.ok(flash !== undefined);
  const flashBytes = board.flashBytes - flash.capacity + flash.weights + 40_000;
  assert.deepEqual(await offered({ ...board, flashBytes }), [channel]);
});

test('the models write as much text as is enough, in more stories where they end early', async () => {
  const { sequences, positions } = reportOf(await converted({}));
  assert.ok(sequences > 32, `${sequences} stories`);
  // 16 times 128 tokens, and what stands before each story.
  assert.ok(positions >= 2048 && positions < 2048 + 3 * sequences, `${positions} positions`);
});

test('kept tensors have the bytes of the checkpoint, read once', async () => {
  const { checkpoint } = await openModel(syntheticFolder(), await testRuntime());
  let reads = 0;
  const kept = keptTensors({
    tensors: checkpoint.tensors,
    metadata: checkpoint.metadata,
    bytes: checkpoint.bytes,
    readRows: (...rows) => {
      reads++;
      return checkpoint.readRows(...rows);
    },
    readRowsInto: () => Promise.reject(new Error('not asked for')),
  });
  const random = randomNumbers(5);
  for (const [name, { shape }] of checkpoint.tensors) {
    const rows = shape.length < 2 ? 1 : (shape[0] ?? 1);
    const begin = Math.floor(((random() + 1) / 2) * rows);
    const wanted = await checkpoint.readRows(name, begin, rows);
    assert.deepEqual(await kept.readRows(name, begin, rows), wanted);
    const target = new Uint8Array(wanted.length);
    await kept.readRowsInto(target, name, begin, rows);
    assert.deepEqual(target, wanted);
    await assert.rejects(kept.readRows(name, 0, rows + 1), RangeError);
  }
  assert.equal(reads, checkpoint.tensors.size);
  await assert.rejects(kept.readRows('none', 0, 1), /no tensor none/);
});
