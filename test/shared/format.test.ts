/** Numbers as people read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatDecibels,
  formatFixed,
  formatNumber,
  formatPercent,
  formatPerplexity,
  formatRate,
  formatSeconds,
  formatShortCount,
  formatWithError,
} from '../../src/shared/format.js';

test('bytes change their unit at powers of 1024', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(1023), '1,023 B');
  assert.equal(formatBytes(1024), '1 KB');
  assert.equal(formatBytes(1536), '1.5 KB');
  assert.equal(formatBytes(8 * 1024 * 1024), '8 MB');
  assert.equal(formatBytes(702_464), '686 KB');
  assert.equal(formatBytes(1_310_720), '1.25 MB');
  assert.equal(formatBytes(270_000_000), '257 MB');
});

test('numbers keep three digits, tiny ones an exponent', () => {
  assert.equal(formatNumber(0.00123456), '0.00123');
  assert.equal(formatNumber(0.0000123), '1.2e−5');
  assert.equal(formatNumber(-0.0000123), '−1.2e−5');
  assert.equal(formatNumber(0), '0');
  assert.equal(formatNumber(12345.6), '12,346');
  assert.equal(formatNumber(Number.NaN), '–');
  assert.equal(formatNumber(Infinity), '∞');
});

test('what rounds to zero has no sign, and a sign is a minus', () => {
  assert.equal(formatFixed(-0.001, 2), '0.00');
  assert.equal(formatFixed(-0, 1), '0.0');
  assert.equal(formatFixed(-0.006, 2), '−0.01');
  assert.equal(formatNumber(-0.5), '−0.50');
  assert.equal(formatPercent(-0.0001), '0.0 %');
  assert.equal(formatPercent(-0.02, 0, 'es'), '−2 %');
});

test('an absent error is not shown as zero', () => {
  assert.equal(formatWithError(0.0012, null), '0.0012');
  assert.equal(formatWithError(0.0012, 0.0001), '0.0012 ± 0.00010');
});

test('a tensor that lost nothing says so', () => {
  assert.equal(formatDecibels(null), 'exact');
  assert.equal(formatDecibels(41.66), '41.7 dB');
});

test('the rest', () => {
  assert.equal(formatPercent(0.9834), '98.3 %');
  assert.equal(formatPercent(Number.NaN), '–');
  assert.equal(formatPerplexity(2.41234), '2.412');
  assert.equal(formatPerplexity(48_211.7), '48,212');
  assert.equal(formatRate(9.87), '9.9');
  assert.equal(formatRate(12_857.3), '12,900');
  assert.equal(formatSeconds(0.2), '< 1 s');
  assert.equal(formatSeconds(42.4), '42 s');
  assert.equal(formatSeconds(125), '2 min 05 s');
  assert.equal(formatSeconds(7_325), '2 h 02 min');
  assert.equal(formatShortCount(655_360), '655 K');
  assert.equal(formatShortCount(1_100_048_384), '1.1 B');
});
