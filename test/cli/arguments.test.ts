import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../src/cli/arguments.js';
import { UsageError } from '../../src/shared/errors.js';

describe('parseCommandLine', () => {
  it('reads a conversion with its defaults', () => {
    const request = parseCommandLine(['convert', 'model', '-o', 'out.s3lm']);
    assert.ok(request.command === 'convert');
    assert.deepEqual(request.scheme, {
      weights: 'auto',
      granularity: 'auto',
      activations: 'auto',
      cache: 'auto',
      chat: 'template',
    });
    assert.equal(request.report, true);
    assert.equal(request.context, undefined);
  });

  it('reads what weights may take or must reach, and what only shows it', () => {
    const target = (...options: string[]): unknown => {
      const request = parseCommandLine(['convert', 'm', '-o', 'x.bin', ...options]);
      return request.command === 'convert' ? request.target : null;
    };
    assert.equal(target(), undefined);
    assert.deepEqual(target('--most-bytes', '3.5MB'), { bytes: 3_670_016 });
    assert.deepEqual(target('--most-bytes', '500k'), { bytes: 512_000 });
    assert.deepEqual(target('--most-bytes', '123456'), { bytes: 123_456 });
    assert.deepEqual(target('--least-speed', '12.5'), { tokensPerSecond: 12.5 });
    const shown = parseCommandLine(['convert', 'm', '--frontier']);
    assert.ok(shown.command === 'convert' && shown.frontier && shown.output === undefined);
  });

  it('reads with how much work a kit is made', () => {
    const effort = (...options: string[]): unknown => {
      const request = parseCommandLine(['kit', 'm', '-o', 'k', ...options]);
      return request.command === 'kit' ? request.effort : null;
    };
    assert.equal(effort(), 'quick');
    assert.equal(effort('--effort', 'good'), 'good');
    assert.throws(() => effort('--effort', 'much'), /--effort/);
  });

  it('reads how many tokens stay, and the text that they are for', () => {
    const cut = (...options: string[]): unknown => {
      const request = parseCommandLine(['convert', 'm', '-o', 'x.bin', ...options]);
      return request.command === 'convert' ? request.vocabulary : null;
    };
    assert.equal(cut(), undefined);
    assert.deepEqual(cut('--vocabulary', '4096'), { tokens: 4096, text: undefined });
    assert.deepEqual(cut('--vocabulary', '512', '--keep-text', 'a.txt'), { tokens: 512, text: 'a.txt' });
    assert.deepEqual(cut('--vocabulary', 'text', '--keep-text', 'a.txt'), { tokens: 'text', text: 'a.txt' });
    const run = parseCommandLine(['run', 'm', '--prompt', 'x', '--vocabulary', '600']);
    assert.deepEqual(run.command === 'run' && run.vocabulary, { tokens: 600, text: undefined });
    for (const [options, message] of [
      [['--vocabulary', '0'], /--vocabulary is a number of tokens, or text, not "0"/],
      [['--vocabulary', '4k'], /not "4k"/],
      [['--vocabulary', 'text'], /add --keep-text FILE/],
      [['--keep-text', 'a.txt'], /add --vocabulary 4096/],
      [['--vocabulary', '9', '--keep-text', ''], /--keep-text has an empty name/],
    ] as const)
      assert.throws(() => cut(...options), message);
  });

  it('refuses names that are empty, and contexts that hold nothing', () => {
    const wrong: [string[], RegExp][] = [
      [['convert', 'm', '-o', ''], /--output has an empty name; give one/],
      [['convert', 'm', '-o', 'a.bin', '--html', ''], /--html has an empty name/],
      [['convert', 'm', '-o', 'a.bin', '--evaluate', ''], /--evaluate has an empty name/],
      [['convert', '', '-o', 'a.bin'], /file or folder is empty/],
      [['kit', 'm', '-o', ''], /--output has an empty name/],
      [['convert', 'm', '-o', 'a.bin', '--context', '1'], /--context is a whole number from 2/],
    ];
    for (const [argv, message] of wrong) assert.throws(() => parseCommandLine(argv), message);
  });

  it('reads every option of a conversion', () => {
    const request = parseCommandLine([
      'convert',
      'model',
      '-o',
      'out.s3lm',
      '--board',
      'esp32-s3-n8r2',
      '--granularity',
      'group:64',
      '--activations',
      'static',
      '--cache',
      'float32',
      '--context',
      '128',
      '--calibrate',
      'a.txt',
      '--evaluate',
      'b.txt',
      '--prompt',
      'x',
      '--prompt',
      'y',
      '--html',
      'r.html',
      '--no-fusion',
      '--json',
    ]);
    assert.ok(request.command === 'convert');
    assert.deepEqual(request.scheme, {
      weights: 'auto',
      granularity: 'group:64',
      activations: 'static',
      cache: 'float32',
      chat: 'template',
    });
    assert.deepEqual(request.prompts, ['x', 'y']);
    assert.equal(request.context, 128);
    assert.equal(request.fusions?.normGains, false);
  });

  it('reads how much work weights are worth, with a text for it', () => {
    const quick = parseCommandLine(['convert', 'm', '-o', 'a.bin']);
    assert.ok(quick.command === 'convert' && quick.effort === 'quick');
    const good = parseCommandLine(['convert', 'm', '-o', 'a.bin', '--effort', 'good', '--calibrate', 't']);
    assert.ok(good.command === 'convert' && good.effort === 'good' && good.calibrate === 't');
    const int4 = parseCommandLine(['convert', 'm', '-o', 'a.bin', '--weights', 'int4', '--calibrate', 't']);
    assert.ok(int4.command === 'convert' && int4.calibrate === 't');
    assert.throws(() => parseCommandLine(['convert', 'm', '-o', 'a.bin', '--effort', 'more']), /--effort/);
  });

  it('reads what is said about image and flash', () => {
    const asked = [
      '--flash-size',
      '8MB',
      '--flash-mode',
      'dout',
      '--flash-freq',
      '26m',
      '--firmware',
      'app.bin',
    ];
    const request = parseCommandLine(['convert', 'm', '-o', 'x.bin', '--parts', 'p', '--force', ...asked]);
    assert.ok(request.command === 'convert');
    assert.deepEqual(request.flash, { bytes: 8 * 1024 * 1024, mode: 'dout', megahertz: 26 });
    assert.deepEqual([request.parts, request.firmware, request.force], ['p', 'app.bin', true]);
    assert.equal(parseCommandLine(['convert', 'm', '--parts', 'p']).command, 'convert');
  });

  it('reads a run', () => {
    const request = parseCommandLine([
      'run',
      'm.s3lm',
      '--ids',
      '1, 2,3',
      '--temperature',
      '0.5',
      '--top-k',
      '0',
      '--engine',
      'host',
      '--seed',
      '7',
    ]);
    assert.ok(request.command === 'run');
    assert.deepEqual(request.ids, [1, 2, 3]);
    assert.equal(request.temperature, 0.5);
    assert.equal(request.topK, 0);
    assert.equal(request.engine, 'host');
  });

  it('shows help when nothing or help is asked for', () => {
    for (const argv of [[], ['help'], ['--help'], ['convert', '--help'], ['-h']])
      assert.equal(parseCommandLine(argv).command, 'help');
  });

  const wrong: [string, string[], RegExp][] = [
    ['command', ['convrt'], /Commands are convert, run, inspect, kit and selftest/],
    ['missing output', ['convert', 'm'], /-o OUT\.s3lm/],
    ['firmware without image', ['convert', 'm', '-o', 'x.s3lm', '--firmware', 'f'], /-o OUT\.bin/],
    ['flash size', ['convert', 'm', '-o', 'x.bin', '--flash-size', '5MB'], /4MB, 8MB/],
    ['flash mode', ['convert', 'm', '-o', 'x.bin', '--flash-mode', 'fast'], /qio/],
    ['flash frequency', ['convert', 'm', '-o', 'x.bin', '--flash-freq', '120m'], /80, 40/],
    ['no folder', ['convert', '-o', 'x.s3lm'], /one model folder/],
    ['two folders', ['convert', 'a', 'b', '-o', 'x.s3lm'], /not also b/],
    ['granularity', ['convert', 'm', '-o', 'x', '--granularity', 'group:7'], /group:32/],
    ['a size without bytes', ['convert', 'm', '-o', 'x', '--most-bytes', '3 GB'], /500KB or 3\.5MB/],
    ['no speed', ['convert', 'm', '-o', 'x', '--least-speed', '0'], /--least-speed is a number from/],
    [
      'two targets',
      ['convert', 'm', '-o', 'x', '--most-bytes', '1MB', '--least-speed', '9'],
      /--most-bytes or --least-speed, not both/,
    ],
    [
      'weights beside a target',
      ['convert', 'm', '-o', 'x', '--most-bytes', '1MB', '--weights', 'int8'],
      /leave/,
    ],
    ['a file for the frontier', ['convert', 'm', '-o', 'x.bin', '--frontier'], /--frontier only shows/],
    ['unknown option', ['convert', 'm', '-o', 'x', '--fast'], /--fast/],
    ['calibration without static', ['convert', 'm', '-o', 'x', '--calibrate', 't'], /--activations static/],
    ['report page without report', ['convert', 'm', '-o', 'x', '--no-report', '--html', 'h'], /--no-report/],
    ['context', ['convert', 'm', '-o', 'x', '--context', '12k'], /whole number/],
    ['no prompt', ['run', 'm'], /--prompt TEXT or --ids/],
    ['prompt and ids', ['run', 'm', '--prompt', 'a', '--ids', '1'], /either/],
    ['ids', ['run', 'm', '--ids', '1,x'], /whole number/],
    ['temperature', ['run', 'm', '--prompt', 'a', '--temperature=-1'], /0 to 100/],
    ['tiny temperature', ['run', 'm', '--prompt', 'a', '--temperature', '1e-9'], /0\.001 to 100/],
    ['top-p', ['run', 'm', '--prompt', 'a', '--top-p', '0'], /above 0/],
    ['stop text', ['run', 'm', '--prompt', 'a', '--stop', ''], /1 to 64 bytes/],
    ['empty number', ['run', 'm', '--prompt', 'a', '--top-p', ''], /above 0 to 1/],
    ['engine', ['run', 'm', '--prompt', 'a', '--engine', 'gpu'], /twin, host, float/],
    ['logits without json', ['run', 'm', '--prompt', 'a', '--logits'], /--json/],
    ['inspect nothing', ['inspect'], /one file or folder/],
  ];
  for (const [name, argv, message] of wrong) {
    it(`refuses a wrong ${name} and says what is right`, () => {
      assert.throws(
        () => parseCommandLine(argv),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
