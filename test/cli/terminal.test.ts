import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProgressLine, ShownStream, table } from '../../src/cli/terminal.js';
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
    assert.match(out.text, /\r.*Quantizing █+░+ 50 % {2}50 B of 100 B, 3 s left {2}layers\.0/);
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

describe('ProgressLine of several steps', () => {
  const STEPS = [['quantizing'], ['reading', 'checking', 'generating']] as const;

  it('tells on every line how far the whole is', () => {
    const out = stream(false);
    const line = new ProgressLine(new ShownStream(out));
    line.expect(STEPS);
    for (const stage of ['quantizing', 'reading', 'checking', 'generating'] as const)
      line.show({ ...progress, stage });
    assert.deepEqual(out.text.trim().split('\n'), [
      '[1 of 2] Quantizing …',
      '[2 of 2] Reading the original …',
      '[2 of 2] Comparing with the original …',
      '[2 of 2] Writing text …',
    ]);
  });

  it('never goes back a step, and takes a stage that nobody expected into the step it is in', () => {
    const out = stream(false);
    const line = new ProgressLine(new ShownStream(out));
    line.expect([['reading', 'calibrating'], ['quantizing'], ['reading', 'checking']]);
    for (const stage of ['calibrating', 'tuning', 'quantizing', 'reading'] as const)
      line.show({ ...progress, stage });
    assert.deepEqual(out.text.match(/\[\d of 3\]/g), ['[1 of 3]', '[1 of 3]', '[2 of 3]', '[3 of 3]']);
  });

  for (const columns of [40, 80, 100, 120]) {
    it(`stays inside ${columns} columns, and says where it was cut`, () => {
      const out = { ...stream(true), columns };
      const line = new ProgressLine(new ShownStream(out), () => 1e6);
      line.expect(STEPS);
      line.show({ ...progress, item: `model.layers.0.${'x'.repeat(120)}` });
      const shown = out.text.replace('\r\u001b[2K', '');
      assert.equal(Array.from(shown).length, columns - 1);
      assert.ok(shown.endsWith('…'), shown);
    });
  }

  it('writes plain lines on a terminal that cannot go back', () => {
    const out = { ...stream(true), isDumb: true };
    new ProgressLine(new ShownStream(out)).show(progress);
    assert.equal(out.text, 'Quantizing …\n');
  });

  it('takes a terminal without a size for one of 80 columns', () => {
    for (const columns of [0, undefined])
      assert.equal(new ShownStream({ columns, write: () => undefined }).columns, 80);
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
