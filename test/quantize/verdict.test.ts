/** How a comparison is judged: every limit is walked over, on both sides. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  GRADES,
  LEAST_POSITIONS,
  LIMITS,
  judge,
  type Judged,
  type Limits,
} from '../../src/quantize/verdict.js';

/** A comparison without errors over so much text that the bounds are the figures. */
function compared(figures: Partial<Limits>, changes: Partial<Judged> = {}): Judged {
  const exact = (value: number): { value: number; standardError: number } => ({ value, standardError: 0 });
  return {
    sequences: 1000,
    positions: 1e9,
    kl: { mean: exact(figures.kl ?? 0) },
    top1: exact(figures.top1 ?? 1),
    perplexity: { ratio: exact(figures.ratio ?? 1) },
    ...changes,
  };
}

describe('the limits of every verdict', () => {
  for (const [index, grade] of GRADES.slice(0, -1).entries()) {
    const limits = LIMITS[grade as keyof typeof LIMITS];
    const next = GRADES[index + 1];
    const step = 1e-4;

    test(`${grade} is kept by each figure at its limit, and by none beyond it`, () => {
      for (const [figure, away] of [
        ['kl', 1],
        ['top1', -1],
        ['ratio', 1],
      ] as const) {
        const inside = judge(compared({ [figure]: limits[figure] - away * step * limits[figure] }), false);
        assert.equal(inside.verdict, grade, figure);
        assert.deepEqual(inside.limits, limits);
        const outside = judge(compared({ [figure]: limits[figure] + away * step * limits[figure] }), false);
        assert.equal(outside.verdict, next, figure);
        assert.equal(outside.reason, figure);
      }
    });
  }

  test('they widen from verdict to verdict', () => {
    const list = Object.values(LIMITS);
    for (const [index, limits] of list.slice(1).entries()) {
      const better = list[index] as Limits;
      assert.ok(limits.kl > better.kl && limits.top1 < better.top1 && limits.ratio > better.ratio);
    }
  });

  test('a better perplexity than the original is no loss; what is no number is', () => {
    assert.equal(judge(compared({ ratio: 0.7 }), false).verdict, 'indistinguishable');
    assert.equal(judge(compared({ kl: NaN }), false).verdict, 'severe');
    assert.equal(judge(compared({ kl: Infinity }), false).verdict, 'severe');
    assert.equal(judge(compared({ kl: Infinity }), false).limits, null);
  });
});

describe('what a person sees', () => {
  test('texts that part are not indistinguishable, whatever the figures', () => {
    const judged = judge(compared({}), true);
    assert.equal(judged.verdict, 'negligible');
    assert.equal(judged.reason, 'texts');
    assert.equal(judge(compared({}), false).verdict, 'indistinguishable');
  });

  test('they make no other verdict worse, and no longer text would help', () => {
    assert.equal(judge(compared({ kl: 0.02 }), true).verdict, 'small');
    const few = compared({}, { positions: 200 });
    assert.equal(judge(few, true).reason, 'texts');
  });
});

describe('how sure the figures are', () => {
  const error = (standardError: number, sequences: number): Judged =>
    compared({}, { sequences, kl: { mean: { value: 0.0009, standardError } } });

  test('the mean divergence counts with its 95 % bound, wider for few sequences', () => {
    // 1.645 standard errors reach 0.00099, inside; 2.35 of Student for four sequences are 0.00105, outside.
    assert.equal(judge(error(5.5e-5, 1000), false).verdict, 'indistinguishable');
    const few = judge(error(5.5e-5, 4), false);
    assert.equal(few.verdict, 'negligible');
    assert.equal(few.reason, 'length');
    const bound = 0.0009 + 2.35 * Math.sqrt(4 / 3) * 5.5e-5;
    assert.ok(Math.abs(few.atWorst.kl - bound) < 1e-12);
  });

  test('a few agreeing positions are no proof: Wilson’s bound', () => {
    const judged = (positions: number): string => judge(compared({}, { positions }), false).verdict;
    // n / (n + 1.645²) is 0.959 for 64 and 0.99 for 268.
    assert.equal(judged(LEAST_POSITIONS), 'negligible');
    assert.equal(judged(267), 'negligible');
    assert.equal(judged(268), 'indistinguishable');
    const { atWorst } = judge(compared({}, { positions: 64 }), false);
    assert.ok(Math.abs(atWorst.top1 - 64 / (64 + 1.645 ** 2)) < 1e-12);
  });

  test('a text of a few words decides nothing', () => {
    for (const kl of [0, 5]) {
      const judged = judge(compared({ kl }, { positions: LEAST_POSITIONS - 1 }), false);
      assert.equal(judged.verdict, 'undecided');
      assert.equal(judged.reason, 'length');
      assert.equal(judged.limits, null);
    }
  });

  test('nor does one whose bounds lie two verdicts below its figures', () => {
    assert.equal(judge(error(0.01, 100), false).verdict, 'undecided');
    // What is severe at best needs no proof.
    const bad = compared({ kl: 4 }, { positions: 100, kl: { mean: { value: 4, standardError: 1 } } });
    assert.equal(judge(bad, false).verdict, 'severe');
  });

  test('one sequence has no error of its own; the scatter of its positions takes its place', () => {
    const unknown = (value: number): { value: number; standardError: null } => ({
      value,
      standardError: null,
    });
    const one = {
      sequences: 1,
      positions: 900,
      kl: { mean: unknown(0.008) },
      top1: unknown(0.99),
      perplexity: { ratio: unknown(1.001) },
    };
    const { atWorst } = judge(one, false);
    assert.ok(Math.abs(atWorst.kl - 0.008 * (1 + (1.645 * 3) / 30)) < 1e-12);
    assert.ok(Math.abs(atWorst.ratio - 1.001 * Math.exp(1.645 * Math.sqrt(0.016 / 900))) < 1e-12);
    assert.ok(atWorst.top1 > 0.98 && atWorst.top1 < 0.99);
  });
});
