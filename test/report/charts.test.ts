/** Geometry of the histograms and the table behind them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histogramMiddle, histogramRows, histogramShape, sqnrShare } from '../../src/report/charts.js';
import { bell } from './sample.js';

test('a histogram is one step per bin, the fullest bin at the top', () => {
  const shape = histogramShape({ limit: 1, before: [0, 4, 0, 0], after: [0, 2, 2, 0] }, 4, 10);
  assert.equal(shape.before, 'M0 10V10H1V0H2V10H3V10H4V10H0Z');
  assert.equal(shape.after, 'M0 10V10H1V5H2V5H3V10H4');
});

test('samples of different sizes are compared as shares', () => {
  const shape = histogramShape({ limit: 1, before: [10, 10], after: [1, 1] }, 2, 8);
  assert.equal(shape.before, 'M0 8V0H1V0H2V8H0Z');
  assert.equal(shape.after, 'M0 8V0H1V0H2');
});

test('empty histograms draw nothing that breaks', () => {
  const empty = { limit: 0, before: [], after: [] };
  assert.deepEqual(histogramShape(empty, 4, 10), { width: 4, height: 10, before: '', after: '' });
  assert.deepEqual(histogramRows(empty), []);
  assert.deepEqual(histogramRows({ limit: 1, before: [0, 0], after: [0, 0] }), []);
});

test('the table leaves out empty ends, keeps every weight and is ordered', () => {
  const bins = bell(1000);
  const rows = histogramRows({ limit: 2, before: bins, after: bins });
  assert.ok(rows.length > 0 && rows.length <= 16);
  assert.ok(Math.abs(rows.reduce((sum, row) => sum + row.before, 0) - 1) < 1e-12);
  for (const [index, row] of rows.entries()) {
    assert.ok(row.from < row.to);
    if (index > 0) assert.equal(row.from, rows[index - 1]?.to);
  }
  const narrow = histogramRows({ limit: 2, before: [0, 0, 5, 0], after: [0, 0, 5, 0] });
  assert.deepEqual(narrow, [{ from: 0, to: 1, before: 1, after: 1 }]);
});

test('bars stay inside their track', () => {
  assert.equal(sqnrShare(null), 1);
  assert.equal(sqnrShare(-12), 0);
  assert.equal(sqnrShare(30), 0.5);
  assert.equal(sqnrShare(300), 1);
  assert.equal(sqnrShare(Number.NaN), 0);
});

test('of a histogram the middle is drawn that holds nearly all weights, and what lies outside is said', () => {
  const bins = Array.from({ length: 128 }, (_, index) => (Math.abs(index - 63.5) < 16 ? 1000 : 0));
  const { histogram, outside, peak } = histogramMiddle({ limit: 2, before: bins, after: bins });
  assert.deepEqual([histogram.limit, histogram.before.length, outside], [0.5, 32, 0]);
  assert.ok(histogram.before.every((bin) => bin === 1000));
  assert.equal(peak, 1 / 32);
  // A few far out do not make it wide, and are not hidden.
  const far = bins.map((bin, index) => (index === 0 ? 10 : bin));
  const middle = histogramMiddle({ limit: 2, before: far, after: bins });
  assert.equal(middle.histogram.before.length, 32);
  assert.ok(Math.abs(middle.outside - 10 / 32_010) < 1e-12);
  // Many do.
  const wide = bins.map((bin, index) => (index === 0 ? 1000 : bin));
  assert.equal(histogramMiddle({ limit: 2, before: wide, after: bins }).histogram.before.length, 128);
  assert.equal(histogramMiddle({ limit: 0, before: [], after: [] }).histogram.before.length, 0);
});
