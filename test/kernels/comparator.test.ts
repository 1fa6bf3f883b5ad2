/** The WebAssembly comparison of logits against its definition in plain arithmetic. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernels, randomNumbers } from './load.js';

function logSoftmax(row: Float32Array): number[] {
  const max = row.reduce((a, v) => Math.max(a, v), -Infinity);
  const sum = row.reduce((a, v) => a + Math.exp(v - max), 0);
  return [...row].map((v) => v - max - Math.log(sum));
}

function close(got: number, expected: number, relative = 1e-10): void {
  assert.ok(
    Math.abs(got - expected) <= relative * Math.max(1, Math.abs(expected)),
    `${got} is not ${expected}`,
  );
}

void test('the report is that of the definition', () => {
  const random = randomNumbers(2);
  const vocab = 333;
  const comparator = kernels.createComparator(vocab);
  const kls: { sequence: number; position: number; kl: number }[] = [];
  const shifts: number[] = [];
  let before = 0;
  let after = 0;
  let same = 0;
  for (let sequence = 0; sequence < 3; sequence += 1) {
    comparator.beginSequence();
    const n = 4 + sequence;
    const a = Float32Array.from({ length: n * vocab }, () => random() * 8);
    const b = a.map((v) => v + (random() - 0.5) * 0.2);
    const targets = Array.from({ length: n }, (_, i) => (i === n - 1 ? -1 : Math.floor(random() * vocab)));
    const got = comparator.add(a, b, targets);
    targets.forEach((target, position) => {
      const p = logSoftmax(a.subarray(position * vocab, (position + 1) * vocab));
      const q = logSoftmax(b.subarray(position * vocab, (position + 1) * vocab));
      const kl = p.reduce((sum, lp, i) => sum + Math.exp(lp) * (lp - (q[i] ?? NaN)), 0);
      close(got[position] ?? NaN, kl);
      kls.push({ sequence, position, kl });
      same += p.indexOf(Math.max(...p)) === q.indexOf(Math.max(...q)) ? 1 : 0;
      if (target < 0) return;
      const [lp, lq] = [p[target] ?? NaN, q[target] ?? NaN];
      before -= lp;
      after -= lq;
      shifts.push(Math.exp(lq) - Math.exp(lp));
    });
  }
  const report = comparator.report({ worst: 4, resamples: 200 });
  const n = shifts.length;
  assert.deepEqual([report.sequences, report.positions, report.targets], [3, 15, 12]);
  close(report.perplexity.before.value, Math.exp(before / n));
  close(report.perplexity.after.value, Math.exp(after / n));
  close(report.perplexity.ratio.value, Math.exp((after - before) / n));
  close(report.kl.mean.value, kls.reduce((sum, { kl }) => sum + kl, 0) / 15);
  close(report.kl.median, kls.map(({ kl }) => kl).sort((x, y) => x - y)[7] ?? NaN);
  close(report.kl.max, Math.max(...kls.map(({ kl }) => kl)));
  close(report.top1.value, same / 15);
  close(report.probabilityShift.mean.value, shifts.reduce((sum, s) => sum + s, 0) / n);
  close(report.probabilityShift.rms.value, Math.sqrt(shifts.reduce((sum, s) => sum + s * s, 0) / n));
  close(report.probabilityShift.min, Math.min(...shifts));
  close(report.probabilityShift.max, Math.max(...shifts));
  for (const estimate of [report.perplexity.ratio, report.kl.mean, report.top1]) {
    assert.ok(estimate.standardError !== null && estimate.standardError >= 0);
  }
  const places = [...kls].sort((x, y) => y.kl - x.kl).slice(0, 4);
  assert.deepEqual(
    report.worst.map(({ sequence, position }) => ({ sequence, position })),
    places.map(({ sequence, position }) => ({ sequence, position })),
  );
  assert.deepEqual(comparator.report({ worst: 4, resamples: 200 }), report, 'the same seed resamples alike');
  comparator.dispose();
});

void test('one sequence has no error, and no targets no perplexity', () => {
  const comparator = kernels.createComparator(2);
  comparator.add(Float32Array.of(0, 1), Float32Array.of(0, 1), [-1]);
  const report = comparator.report();
  assert.deepEqual(report.kl.mean, { value: 0, standardError: null });
  assert.deepEqual(report.top1, { value: 1, standardError: null });
  assert.ok(Number.isNaN(report.perplexity.before.value));
  assert.ok(Number.isNaN(report.probabilityShift.median));
  comparator.dispose();
});

void test('wrong calls are refused', () => {
  assert.throws(() => kernels.createComparator(0), RangeError);
  assert.throws(() => kernels.createComparator(2 ** 23), RangeError);
  const comparator = kernels.createComparator(2);
  assert.throws(() => comparator.report(), RangeError);
  const two = new Float32Array(2);
  assert.throws(() => comparator.add(two, new Float32Array(3), [0]), RangeError);
  assert.throws(() => comparator.add(two, two, [0, 0]), RangeError);
  assert.throws(() => comparator.add(two, two, [2]), RangeError);
  assert.throws(() => comparator.add(two, two, [-2]), RangeError);
  assert.throws(() => comparator.add(two, Float32Array.of(0, NaN), [0]), /not finite/);
  comparator.add(two, two, [1]);
  assert.throws(() => comparator.report({ resamples: 1e6 }), RangeError);
  assert.throws(() => comparator.report({ worst: -1 }), RangeError);
  comparator.dispose();
});
