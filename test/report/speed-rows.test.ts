/** The table of speeds, which is one everywhere: what is measured stands in its place, on the scale of what is expected. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speedBetween } from '../../src/plan/speed-between.js';
import { planPace, planSpeed, ENGLISH_PLAN } from '../../src/plan/words.js';
import { speedRows } from '../../src/report/figures.js';
import { reportHtml } from '../../src/report/report-html.js';
import { reportText } from '../../src/report/report-text.js';
import { samplePlan, sampleReport } from './sample.js';

const SPEED = {
  start: { position: 0, bound: 600, expected: 300 },
  half: { position: 100, bound: 200, expected: 150 },
  full: { position: 200, bound: 120, expected: 100 },
};

test('between two places the time of a token grows evenly', () => {
  for (const at of Object.values(SPEED)) assert.deepEqual(speedBetween(SPEED, at.position), at);
  const quarter = speedBetween(SPEED, 50);
  assert.equal(quarter.bound.toFixed(6), (2 / (1 / 600 + 1 / 200)).toFixed(6));
  assert.equal(quarter.expected.toFixed(6), (2 / (1 / 300 + 1 / 150)).toFixed(6));
  assert.equal(speedBetween(SPEED, 900).bound, 120);
  const whole = { ...SPEED, start: { ...SPEED.start, expected: 0 } };
  assert.equal(speedBetween(whole, 50).expected, 0, 'nothing is made of what is not predicted');
});

test('a measurement stands where it was made, beside the bound of that place', () => {
  const rows = speedRows(SPEED, { rate: 210, position: 50, guessed: 0 });
  assert.deepEqual(
    rows.map(({ label, expected, measured, bound }) => [label, expected, measured, bound]),
    [
      ['Empty', '300', null, '600'],
      ['50 tokens', '200', '210', '300'],
      ['Half full', '150', null, '200'],
      ['Full', '100', null, '120'],
    ],
  );
  for (const { shares } of rows) {
    assert.ok(shares.expected <= shares.bound && shares.measured <= shares.bound && shares.bound <= 1);
  }
});

test('a measurement with guesses stands beside what memories allow of its passes', () => {
  const rows = speedRows(SPEED, { rate: 390, position: 50, guessed: 0.5 });
  const [, seen] = rows;
  // Two tokens a pass: twice as many as 300 passes.
  assert.deepEqual(
    [seen?.label, seen?.expected, seen?.measured, seen?.bound],
    ['50 tokens, 50 % guessed', null, '390', '600'],
  );
  const faster = speedRows(SPEED, { rate: 1100, position: 0, guessed: 0.5 });
  for (const { shares } of [...rows, ...faster])
    assert.ok(shares.expected <= shares.bound && shares.measured <= shares.bound && shares.bound <= 1);
});

test('the same figure is the same text in the sentence, in the table, in the HTML report and on the terminal', () => {
  const plan = samplePlan();
  const rows = speedRows(plan.speed, null);
  const [, half] = rows;
  const sentence = planSpeed(plan, ENGLISH_PLAN);
  const html = reportHtml(sampleReport(), plan, {});
  const text = reportText(sampleReport(), plan);
  for (const { label, expected, bound } of rows) {
    assert.ok(expected !== null);
    assert.match(sentence, new RegExp(`\\b${expected} of (?:the )?${bound}\\b`));
    assert.ok(html.includes(`${label}</th><td>${expected}</td><td>${bound}</td>`), label);
    assert.match(text, new RegExp(`${label.toLowerCase()} +${expected} +${bound}\\n`));
  }
  assert.ok(planPace(plan, ENGLISH_PLAN).includes(`${half?.expected} of ${half?.bound}`));
});
