/** The report as a file of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportHtml } from '../../src/report/index.js';
import { VERSION } from '../../src/shared/version.js';
import { samplePlan, sampleReport } from './sample.js';

test('is one document with the figures, a chart and a table behind it', () => {
  const html = reportHtml(sampleReport(), samplePlan(), { name: 'home-commands' });
  assert.match(html, /^<!doctype html>/);
  assert.match(html, /<title>home-commands: before and after<\/title>/);
  for (const part of [
    'Negligible loss',
    'What would help',
    '<li>Groups of 32: 51 % less loss, 3 % larger, 6 % slower.</li>',
    '0.00123',
    '98.3 %',
    '673 KB of 8 MB',
    'class="before" d="M0 32',
    '<mark>',
  ]) {
    assert.ok(html.includes(part), `"${part}" is missing`);
  }
});

test('every chart has its question, its answer, and axes with figures', () => {
  const report = sampleReport();
  const html = reportHtml(report, samplePlan());
  assert.ok(html.includes('<h2>Which layer lost most?</h2>'));
  // The bar that is full of its axis is no longer than the axis, and the figure beside it is that of the sentence.
  const bars = [...html.matchAll(/<rect class="before" width="([\d.]+)"/g)].map(([, width]) => Number(width));
  assert.ok(bars.length > 0 && bars.every((width) => width >= 0 && width <= 100), String(bars));
  const answer = /<p>(All layers moved about as much: .*?|.* moved most, .*?)<\/p>/.exec(html)?.[1] ?? '';
  const most = /<tr class="most">.*?<td>([^<]*%)<\/td><\/tr>/.exec(html)?.[1];
  assert.ok(most !== undefined && answer.includes(most), `${answer} has ${most}`);
  for (const chart of html.matchAll(/<svg class="spread".*?<\/svg>/g)) {
    const words = [...chart[0].matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, word]) => word);
    assert.equal(words.length, 5, 'both ends and the middle along, the peak and zero upwards');
    assert.ok(words[0]?.startsWith('−') && words[0].slice(1) === words[2], words.join(' '));
    assert.match(words[3] ?? '', /%$/);
  }
  assert.ok(html.includes('<svg class="spread"') && html.includes('How are its weights spread?'));
});

test('asks for nothing and runs nothing', () => {
  const html = reportHtml(sampleReport(), samplePlan());
  assert.doesNotMatch(html, /<script|<link|<img|\bsrc=|\bhref=|@import|url\(|\son\w+=/i);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
});

test('escapes everything that a model brings', () => {
  const evil = '</p><script>alert("1")</script>&\'';
  const report = sampleReport();
  const [tensor] = report.tensors;
  assert.ok(tensor !== undefined);
  const html = reportHtml(
    {
      ...report,
      tensors: [{ ...tensor, name: evil, dtype: evil }],
      texts: [
        {
          prompt: evil,
          before: evil,
          after: evil.slice(1),
          beforeIds: [1],
          afterIds: [2],
          firstDifference: 0,
          isCut: { before: false, after: false },
        },
      ],
    },
    samplePlan({
      board: evil,
      scheme: { ...samplePlan().scheme, granularity: evil as 'tensor' },
      fits: false,
    }),
    { name: evil },
  );
  assert.doesNotMatch(html, /<script/);
  assert.match(html, /&lt;script&gt;alert\(&quot;1&quot;\)/);
});

test('every element that is opened is closed', () => {
  const html = reportHtml(sampleReport({ verdict: 'severe' }), null).replace(/<style>[^]*<\/style>/, '');
  const open: string[] = [];
  const empty = new Set(['meta', 'path', 'rect', 'br']);
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/g)) {
    if (empty.has(name)) continue;
    if (slash === '') open.push(name);
    else assert.equal(open.pop(), name);
  }
  assert.deepEqual(open, []);
});

test('says whose report it is, from which day and version, and what speed is expected', () => {
  const html = reportHtml(sampleReport(), samplePlan(), {
    name: 'tiny <model>',
    made: new Date('2026-03-09T12:00:00Z'),
  });
  assert.match(html, /<title>tiny &lt;model&gt;: before and after<\/title>/);
  assert.match(html, /<h1>tiny &lt;model&gt;<\/h1>/);
  assert.ok(html.includes(`March 9, 2026 · esp32-llm-converter ${VERSION}`), html.slice(0, 900));
  assert.match(html, /<h3>Tokens per second<\/h3>[^]*Half full<\/th><td>141<\/td><td>158<\/td>/);
  const plan = samplePlan();
  const half = { ...plan.speed.half, expected: 0 };
  const silent = reportHtml(sampleReport(), { ...plan, speed: { ...plan.speed, half } }, {});
  assert.match(silent, /Half full<\/th><td>–<\/td><td>158<\/td>/);
  assert.doesNotMatch(silent, /March/);
});
