import assert from 'node:assert/strict';
import { it } from 'node:test';
import { paceTimes } from '../../src/element/pace.js';
import { en, es, zhHans } from './all-strings.js';

it('a pace is told as times slower or faster, in every language', () => {
  assert.deepEqual([0.049, 0.5, 0.9, 1, 1.2, 3.4, 0, Number.NaN].map(paceTimes), [
    20,
    2,
    1,
    1,
    1,
    3,
    null,
    null,
  ]);
  const told = [en, es, zhHans].map(({ board }) => [0.049, 1, 3.4].map((rate) => board.try.rateValue(rate)));
  assert.deepEqual(told, [
    ['20 × slower than the chip', 'as fast as the chip', '3 × faster than the chip'],
    ['20 veces más lento que el chip', 'tan rápido como el chip', '3 veces más rápido que el chip'],
    ['速度约为真实芯片的 20 分之一', '与真实芯片一样快', '是真实芯片的 3 倍'],
  ]);
});
