import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProgressLine, ShownStream, formatBytes, formatSeconds, table } from '../../src/cli/terminal.js';
import { ProgressMeter, type Progress } from '../../src/shared/progress.js';

function stream(isTTY: boolean): {
  isTTY: boolean;
  columns: number;
  text: string;
  write(text: string): void;
} {
  return {
    isTTY,
    columns: 100,
    text: '',
    write(text) {
      this.text += text;
    },
  };
}

const progress: Progress = {
  stage: 'quantizing',
  item: 'layers.0',
  done: 50,
  total: 100,
  unit: 'bytes',
  perSecond: 15.6,
  secondsLeft: 3.2,
};

describe('ProgressLine', () => {
  it('paints a bar on a terminal and ends it once', () => {
    const out = stream(true);
    const line = new ProgressLine(new ShownStream(out), () => 1e6);
    line.show(progress);
    assert.match(out.text, /\r.*Quantizing █+░+ 50 % {2}50 B of 100 B, 4 s left {2}layers\.0/);
    line.finish();
    line.finish();
    assert.equal(out.text.split('\n').length, 2);
  });

  it('does not paint more often than eyes can follow', () => {
    const out = stream(true);
    let now = 1000;
    const line = new ProgressLine(new ShownStream(out), () => now);
    line.show(progress);
    const before = out.text.length;
    now += 5;
    line.show({ ...progress, done: 60 });
    assert.equal(out.text.length, before);
    line.show({ ...progress, done: 100 });
    assert.match(out.text, /100 %/);
  });

  it('writes one plain line a stage elsewhere', () => {
    const out = stream(false);
    const line = new ProgressLine(new ShownStream(out));
    line.show(progress);
    line.show({ ...progress, done: 100 });
    line.show({ ...progress, stage: 'checking' });
    line.finish();
    assert.equal(out.text, 'Quantizing …\nComparing with the original …\n');
  });
});

describe('ShownStream', () => {
  const EVIL = 'x\u001b]0;PWNED\u0007\u001b[2J\u202e\r';
  const SHOWN = 'x\\u001b]0;PWNED\\u0007\\u001b[2J\\u202e\\u000d';

  it('shows what a terminal would obey, wherever it goes', () => {
    for (const isTTY of [true, false]) {
      const out = stream(isTTY);
      new ShownStream(out).write(`${EVIL}.\n\t`);
      assert.equal(out.text, `${SHOWN}.\n\t`);
    }
  });

  it('hands texts to programs as they are, but never to a terminal', () => {
    const [terminal, pipe] = [stream(true), stream(false)];
    new ShownStream(terminal).writeRaw(EVIL);
    new ShownStream(pipe).writeRaw(EVIL);
    assert.equal(terminal.text, SHOWN);
    assert.equal(pipe.text, EVIL);
  });

  it('paints names of a model as one line', () => {
    const out = stream(true);
    new ProgressLine(new ShownStream(out), () => 1e6).show({ ...progress, item: `${EVIL}\nWrote all.` });
    assert.ok(out.text.startsWith('\r\x1b[2K'));
    assert.ok(!/[\u0000-\u001f\u007f-\u009f\u202e]/.test(out.text.slice('\r\x1b[2K'.length)), out.text);
  });

  it('keeps a row of a table on its line, and the columns under each other', () => {
    const rows = table(
      ['name', 'n'],
      [
        [`${EVIL}\nWrote`, '1'],
        ['y', '2'],
      ],
    );
    assert.equal(rows.length, 3);
    assert.equal(new Set(rows.map((row) => row.length)).size, 1, rows.join('\n'));
  });
});

describe('ProgressMeter', () => {
  it('estimates the time left from the measured rate', () => {
    const seen: Progress[] = [];
    let now = 0;
    const meter = new ProgressMeter(
      'reading',
      'bytes',
      400,
      (value) => seen.push(value),
      () => now,
    );
    meter.advance(10, 'a');
    assert.equal(seen[0]?.secondsLeft, null);
    now = 2000;
    meter.advance(90, 'b');
    assert.deepEqual(seen[1], {
      stage: 'reading',
      item: 'b',
      done: 100,
      total: 400,
      unit: 'bytes',
      perSecond: 50,
      secondsLeft: 6,
    });
  });

  it('has no total and no end where more came than was announced, or nothing was', () => {
    let now = 0;
    for (const announced of [0, 100]) {
      const seen: Progress[] = [];
      const meter = new ProgressMeter(
        'downloading',
        'bytes',
        announced,
        (value) => seen.push(value),
        () => now,
      );
      now += 2000;
      meter.advance(150, 'a');
      assert.deepEqual(seen, [
        {
          stage: 'downloading',
          item: 'a',
          done: 150,
          total: 0,
          unit: 'bytes',
          perSecond: 75,
          secondsLeft: null,
        },
      ]);
    }
  });
});

describe('formats', () => {
  it('are short', () => {
    assert.deepEqual([0, 1023, 1024, 15 * 1024, 300 * 1024, 5 * 1024 ** 2, 3 * 1024 ** 3].map(formatBytes), [
      '0 B',
      '1023 B',
      '1.00 KB',
      '15.0 KB',
      '300 KB',
      '5.00 MB',
      '3.00 GB',
    ]);
    assert.deepEqual([0.2, 59, 61].map(formatSeconds), ['1 s', '59 s', '1 min 1 s']);
  });
});
