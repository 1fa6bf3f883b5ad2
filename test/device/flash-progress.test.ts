// Rates and remaining time by a clock of the test's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlashMeter, type FlashProgress } from '../../src/device/flash-progress.js';
import { part } from './flash-fixtures.js';

test('rates count the time of writing alone, and the rest follows from them', () => {
  let now = 0;
  let last: FlashProgress | undefined;
  const meter = new FlashMeter(
    10_000,
    (progress) => (last = progress),
    () => now,
  );
  const model = part('model', 0, new Uint8Array(0));
  meter.phase('connecting');
  now = 5_000;
  meter.phase('comparing', model);
  meter.advance(2_000, 'unchanged');
  meter.phase('writing', model);
  now = 5_200;
  meter.advance(200, 'written');
  assert.equal(last?.bytesPerSecond, null, 'too early to say');
  now = 6_000;
  meter.advance(1_800, 'written');
  assert.deepEqual(last, {
    phase: 'writing',
    part: 'model',
    done: 4_000,
    total: 10_000,
    unchanged: 2_000,
    bytesPerSecond: 2_000,
    secondsLeft: 3,
  });
  meter.phase('verifying', model);
  now = 60_000;
  meter.phase('writing', model);
  now = 61_000;
  meter.advance(2_000, 'written');
  assert.equal(last?.bytesPerSecond, 2_000);
  assert.equal(last?.secondsLeft, 2);
});
