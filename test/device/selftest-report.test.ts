import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SelftestReader, readSelftestReport } from '../../src/device/selftest-report.js';

const LINE =
  '{"selftest":1,"firmware":"0.1.0","mac":"00:00:00:00:00:01","revision":"0.2","efuse":"1.3","cores":2,"results":[' +
  '{"test":"clock","verdict":"ok","value":"240.000 MHz","expected":"240 MHz"},' +
  '{"test":"flash","verdict":"odd","value":"id c84017","expected":""}]}';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the report of a self-test', () => {
  it('is read from its line', () => {
    const report = readSelftestReport(`${LINE}\r`);
    assert.equal(report?.mac, '00:00:00:00:00:01');
    assert.equal(report.json, LINE);
    assert.deepEqual(report.results[1], {
      test: 'flash',
      verdict: 'odd',
      value: 'id c84017',
      expected: '',
    });
  });

  it('is none when anything of it is missing, damaged or too much', () => {
    for (const line of [
      '',
      'clock: ok, 240.000 MHz (expected 240 MHz)',
      LINE.slice(0, -1),
      LINE.replace('"ok"', '"fine"'),
      LINE.replace('"240 MHz"', '240'),
      LINE.replace('"mac":"00:00:00:00:00:01",', ''),
      LINE.replace(/\[.*\]/, '[]'),
      LINE.replace(/\[.*\]/, '[null]'),
      LINE.replace(/\[.*\]/, '{}'),
      LINE.replace('clock', 'clo\u0007ck'),
      LINE.replace('clock', 'c'.repeat(20_000)),
      LINE.replace(/\[(\{.*?\}),/, (_, first: string) => `[${`${first},`.repeat(64)}`),
    ])
      assert.equal(readSelftestReport(line), null, line.slice(0, 80));
  });

  it('is put together from pieces, and what has no end takes no memory', () => {
    const reader = new SelftestReader();
    assert.equal(reader.push(bytes(`boot\r\n${LINE.slice(0, 40)}`)), null);
    assert.equal(reader.push(bytes(`${LINE.slice(40)}\r\n`))?.results.length, 2);
    for (let i = 0; i < 10; i++) assert.equal(reader.push(bytes('x'.repeat(10_000))), null);
    assert.equal(reader.push(bytes(`\n${LINE}\n`))?.results.length, 2);
  });
});
