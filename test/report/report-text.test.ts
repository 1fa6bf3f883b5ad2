/** The report on a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportText } from '../../src/report/index.js';
import { samplePlan, sampleReport } from './sample.js';

test('says the verdict, the figures, the memories and the texts', () => {
  const text = reportText(sampleReport(), samplePlan(), { columns: 120 });
  for (const part of [
    'NEGLIGIBLE LOSS',
    'The share of same first choices decides.',
    'KL divergence up to 0.010, same first choice in at least 95 %, perplexity up to 1 % higher',
    'Groups of 32: 51 % less loss, 3 % larger, 6 % slower.',
    'A cache with 16-bit keys: 25 % less loss, the same size, as fast.',
    '0.00123',
    '2.412 → 2.417',
    'ratio 1.0020 ± 0.00040',
    '98.3 %',
    '1.25 MB → 686 KB',
    'PSRAM',
    '673 KB of 8 MB',
    'Context: half full       141      158',
    'model.layers.0.self_attn.q_proj.weight',
    '42.1 dB',
    'exact',
    'INT8/32',
    '*36.2 dB',
    '*exact',
    'Both models write:',
    '⟦me. What can I do for you?⟧',
  ]) {
    assert.ok(text.replaceAll('\n', ' ').includes(part), `"${part}" is missing in:\n${text}`);
  }
});

for (const columns of [40, 60, 80, 120]) {
  test(`stays inside ${columns} columns`, () => {
    const report = sampleReport({
      texts: [
        {
          prompt: 'p',
          before: 'a word '.repeat(40),
          after: 'x'.repeat(300),
          beforeIds: [1],
          afterIds: [2],
          firstDifference: 0,
          isCut: { before: false, after: false },
        },
      ],
    });
    const text = reportText(report, null, { columns });
    // At the narrowest width the figures of a tensor alone are wider; the name has given way as far as it can.
    const lines = text.split('\n').filter((line) => columns >= 60 || !/BF16|SQNR|INT8\/|dB/.test(line));
    const widest = Math.max(...lines.map((line) => Array.from(line).length));
    assert.ok(widest <= columns, `a line is ${widest} wide`);
  });
}

test('all text of both models is there, however it is wrapped', () => {
  const before = 'alpha beta gamma delta '.repeat(20).trim();
  const report = sampleReport({
    texts: [
      {
        prompt: 'p',
        before,
        after: before,
        beforeIds: [1],
        afterIds: [1],
        firstDifference: null,
        isCut: { before: false, after: false },
      },
    ],
  });
  const text = reportText(report, null, { columns: 50 });
  assert.equal(text.match(/alpha/g)?.length, 20);
  assert.equal(text.match(/delta/g)?.length, 20);
});

test('a model cannot command the terminal', () => {
  const evil = 'a\u001b[2Jb\u009b31mc\u202ed\u0007';
  const [pair] = sampleReport().texts;
  assert.ok(pair !== undefined);
  const [tensor] = sampleReport().tensors;
  assert.ok(tensor !== undefined);
  const text = reportText(
    sampleReport({
      texts: [{ ...pair, prompt: evil, before: evil, after: `${evil}!` }],
      tensors: [{ ...tensor, name: evil }],
    }),
    samplePlan(),
  );

  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
