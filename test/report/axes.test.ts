import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logAxis, logOf, placeOn, rangeAxis, zeroAxis } from '../../src/report/axes.js';

describe('axes', () => {
  it('of amounts begin at zero and end at a round value that holds all', () => {
    assert.deepEqual(zeroAxis(0.0069), { min: 0, max: 0.008, ticks: [0, 0.002, 0.004, 0.006, 0.008] });
    for (const most of [0, 1e-9, 0.33, 1, 9.99, 12_345]) {
      const { min, max, ticks } = zeroAxis(most);
      assert.equal(min, 0);
      assert.ok(max >= most && (most === 0 || max <= most * 2), `${most}: ${max}`);
      assert.equal(ticks[0], 0);
      assert.ok(ticks.length >= 2 && ticks.length <= 7, `${most}: ${ticks.length}`);
    }
  });

  it('of sizes count in their unit and leave room at both ends', () => {
    const KiB = 1024;
    const { min, max, ticks } = rangeAxis([627 * KiB, 1018 * KiB], KiB, 3);
    assert.ok(min < 627 * KiB && max > 1018 * KiB);
    assert.deepEqual(
      ticks.map((tick) => tick / KiB),
      [600, 800, 1000],
    );
    const alone = rangeAxis([5, 5]);
    assert.ok(alone.min < 5 && alone.max > 5);
  });

  it('of orders of magnitude have three words at least, in order and within', () => {
    for (const values of [[3.5e-5, 2.76e-3], [0.001, 0.0012], [0.5], [0, 1], [1e-9, 3]]) {
      const axis = logAxis(values);
      assert.ok(axis.ticks.length >= 2, String(values));
      for (const [index, tick] of axis.ticks.entries()) {
        const place = placeOn(axis, logOf(tick));
        assert.ok(place >= 0 && place <= 1);
        assert.ok(index === 0 || tick > (axis.ticks[index - 1] ?? Infinity));
      }
      for (const value of values) assert.ok(placeOn(axis, logOf(value)) > 0);
    }
  });
});
