/** `examples/speak_to_board.py`, from what a recogniser hears to what the board's application does. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { actingPackage } from './acting-package.js';
import { buildConsoleProgram } from './console-program.js';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PROGRAM = path('../../examples/speak_to_board.py');
const CONSOLE = path('../../device-runtime/host/build/s3lm-console');
const PARTS = path('speak');
const RATE = 16_000;
const NEVER_MILLIS = 60_000;

const python = (...args: string[]): boolean => spawnSync('python3', args).status === 0;
const hasPython = python('--version');
const unavailable = hasPython ? await buildConsoleProgram() : 'python3 is not there';
const noPty = python('-c', 'import serial, pty') ? false : 'pyserial is not there, or no pseudo terminals';

/** What a run came to. */
interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs Python with lines on standard input. */
async function run(args: readonly string[], lines: readonly string[] = [], path = ''): Promise<Run> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: path, PYTHONIOENCODING: 'utf-8' };
  const child = spawn('python3', args, { env, timeout: NEVER_MILLIS });
  let out = '';
  let said = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, said };
}

/** A WAV file of the seconds given: loud ones above, quiet ones below 0. */
function recordingOf(parts: readonly number[]): Uint8Array {
  const samples = parts.flatMap((seconds) =>
    Array.from({ length: Math.round(Math.abs(seconds) * RATE) }, (_, at) =>
      Math.round(Math.sin(at * 0.2) * (seconds > 0 ? 8000 : 0)),
    ),
  );
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  word(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, at) => view.setInt16(44 + 2 * at, sample, true));
  return bytes;
}

const LAMP_ON = ['{"do":"on","dev":"lamp","room":"kitchen"}', 'done: kitchen lamp = on (GPIO 5)'] as const;

describe('the example that speaks to a board', { skip: unavailable ?? false }, () => {
  let folder: string;
  let file: string;
  let board: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'speak-'));
    file = join(folder, 'acting.s3lm');
    await writeFile(file, await actingPackage());
    board = ['--board-program', `"${CONSOLE}" "${file}"`];
  });
  after(() => rm(folder, { recursive: true }));

  it('says each line of another recogniser, and prints answers and actions', async () => {
    const lines = [
      'turn on the light in the kitchen',
      '   ',
      'set the study lamp to  40%',
      'is the door open?',
    ];
    const { code, out, said } = await run([PROGRAM, ...board], lines);
    assert.equal(said, 'The board listens.\n');
    assert.equal(code, 0);
    const printed = out.trim().split('\n');
    assert.deepEqual(printed.slice(0, 4), [
      '> turn on the light in the kitchen',
      ...LAMP_ON,
      '> set the study lamp to 40%',
    ]);
    assert.ok(printed.includes('done: study lamp = 40 % (GPIO 6)'), out);
    assert.ok(printed.includes('read: door = open (GPIO 4)'), out);
    assert.equal(printed.filter((line) => line.startsWith('> ')).length, 3);
  });

  it('goes on after what the board refuses', async () => {
    const long = 'lamp '.repeat(300);
    const { code, out, said } = await run([PROGRAM, ...board], [long, 'turn on the light in the kitchen']);
    assert.match(said, /context/);
    assert.equal(code, 1);
    assert.deepEqual(out.trim().split('\n').slice(-2), LAMP_ON);
  });

  it('listens to its name only, where it has one', async () => {
    const lines = [
      'turn off all the lamps',
      'Hey Computer, turn on the light in the kitchen',
      'computers are fine',
      'computer',
    ];
    const { out } = await run([PROGRAM, ...board, '--name', 'computer'], lines);
    assert.deepEqual(out.trim().split('\n'), ['> turn on the light in the kitchen', ...LAMP_ON]);
  });

  it('runs a command for an action', async () => {
    const command = ['--run', 'echo "told {name}: {value}"'];
    const { out } = await run([PROGRAM, ...board, ...command], ['turn on the light in the kitchen']);
    assert.match(out, /^told kitchen lamp: on$/m);
  });

  it('lets nothing that was heard steer the terminal', async () => {
    const { out } = await run([PROGRAM, ...board], ['turn on the light\u001b[2J']);
    assert.ok(!out.includes('\u001b'), JSON.stringify(out));
    assert.match(out, /^> turn on the light\?\[2J\n/);
  });

  it('reaches the board over a serial line', { skip: noPty }, async () => {
    const { code, out, said } = await run(
      [join(PARTS, 'pty_board.py'), CONSOLE, file, PROGRAM],
      ['turn on the light in the kitchen'],
    );
    assert.equal(said, 'The board listens.\n');
    assert.equal(code, 0);
    assert.deepEqual(out.trim().split('\n'), ['> turn on the light in the kitchen', ...LAMP_ON]);
  });

  it('cuts a recording at its pauses for whisper.cpp', async () => {
    const wav = join(folder, 'said.wav');
    const model = join(folder, 'ggml.bin');
    await writeFile(model, 'no weights');
    // A click is no sentence; what is heard as none is not said.
    await writeFile(wav, recordingOf([-1, 0.1, -1, 1, -1.5, 0.4, -1.2, 2.1, -0.3]));
    const whisper = ['--whisper', model, '--whisper-program', join(PARTS, 'whisper_cli.py'), '--wav', wav];
    const { code, out, said } = await run([PROGRAM, ...board, ...whisper]);
    assert.equal(said, 'The board listens.\n');
    assert.equal(code, 0);
    const printed = out.trim().split('\n');
    assert.deepEqual(printed.slice(0, 1), ['> Turn on the light in the kitchen.']);
    assert.ok(printed.includes('> turn off all the lamps'), out);
    assert.equal(printed.filter((line) => line.startsWith('> ')).length, 2);
  });

  it('hears with Vosk, from a folder and never from elsewhere', async () => {
    const wav = join(folder, 'heard.wav');
    const model = join(folder, 'vosk-model');
    await mkdir(model);
    await writeFile(wav, recordingOf([-0.5, 1, -1, 0.5, -1]));
    const vosk = ['--vosk', model, '--wav', wav];
    const modules = [PARTS, process.env['PYTHONPATH'] ?? ''].join(delimiter);
    const broken = await run([PROGRAM, ...board, ...vosk], [], modules);
    assert.match(broken.said, /no model that Vosk can read/);
    assert.equal(broken.code, 1);
    await writeFile(join(model, 'config.json'), '{}');
    const { code, out, said } = await run([PROGRAM, ...board, ...vosk], [], modules);
    assert.equal(said, 'The board listens.\n');
    assert.equal(code, 0);
    const asked = out.split('\n').filter((line) => line.startsWith('> '));
    assert.deepEqual(asked, ['> turn on the light in the kitchen', '> turn off all the lamps']);
  });

  it('says what is missing', async () => {
    const missing = join(folder, 'missing');
    const stereo = join(folder, 'stereo.wav');
    const bytes = recordingOf([0.2]);
    bytes[22] = 2;
    await writeFile(stereo, bytes);
    const model = join(folder, 'ggml.bin');
    await writeFile(model, '');
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--vosk', missing], /missing is no folder/],
      [['--whisper', missing], /missing is no file/],
      [['--whisper', model, '--wav', missing], /no WAV file/],
      [['--whisper', model, '--wav', stereo], /not 16 kHz/],
    ];
    for (const [args, why] of cases) {
      const { code, said } = await run([PROGRAM, ...board, ...args]);
      assert.match(said, why);
      assert.equal(code, 1);
    }
    const whisper = ['--whisper', model, '--whisper-program', missing, '--wav', join(folder, 'loud.wav')];
    await writeFile(join(folder, 'loud.wav'), recordingOf([-0.5, 1, -1]));
    assert.match((await run([PROGRAM, ...board, ...whisper])).said, /missing cannot be started/);
    assert.match((await run([PROGRAM, '--board-program', missing])).said, /missing cannot be started/);
    assert.match((await run([PROGRAM, '--board-program', CONSOLE])).said, /no model/);
    assert.match((await run([PROGRAM])).said, /name the board's serial port/);
  });
});
