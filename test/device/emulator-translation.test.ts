/** Translated code does what the interpreter does: the same state at the same cycle, whichever ran. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { makeEmulatorCore } from '../../src/device/emulator-core.js';
import type { EmulatorCore, EmulatorReport } from '../../src/device/emulator-types.js';
import { convert } from '../../src/pipeline/convert.js';
import { emulatorModule, imageOf } from '../support/emulated-board.js';
import { randomProgram, STATE } from '../support/random-xtensa.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const BOARD = { flashBytes: 16 << 20, psramKind: 'octal', psramBytes: 8 << 20 } as const;
const RAM = { start: 0x3fc8_8000, bytes: 0x6_5000 };

async function boardOf(image: Uint8Array, timing: boolean, interpreted: boolean): Promise<EmulatorCore> {
  const options = { board: BOARD, timing, speed: 'flat', seed: 1, interpreted } as const;
  return makeEmulatorCore(await emulatorModule(), image.slice(), options);
}

/** Everything that can be seen of a board. */
function stateOf(core: EmulatorCore) {
  const memory = core.readMemory(RAM.start, RAM.bytes) ?? assert.fail('no memory');
  return {
    seconds: core.seconds,
    cores: [core.core(0), core.core(1)],
    statistics: core.statistics(),
    memory: createHash('sha256').update(memory).digest('hex'),
    state: Buffer.from(core.readMemory(STATE, 1024) ?? []).toString('hex'),
    output: Buffer.from(core.read()).toString('latin1'),
  };
}

/** Runs a board both ways, with the same input, and looks at everything after each slice; gives what the board wrote. */
async function compare(
  image: Uint8Array,
  timing: boolean,
  { slices, seconds, input = '' }: { slices: number; seconds: number; input?: string },
): Promise<{ output: string; share: number; report: EmulatorReport | null }> {
  const interpreted = await boardOf(image, timing, true);
  const translated = await boardOf(image, timing, false);
  const lines = input.split('\n').slice(0, -1);
  let output = '';
  let report: EmulatorReport | null = null;
  for (let slice = 0; slice < slices; slice += 1) {
    report = interpreted.run(seconds);
    assert.deepEqual(translated.run(seconds), report);
    const { output: wrote, ...state } = stateOf(interpreted);
    assert.deepEqual(
      stateOf(translated),
      { output: wrote, ...state },
      `after ${String(interpreted.seconds)} s`,
    );
    output += wrote;
    if (output.endsWith('\n> ')) {
      const line = lines.shift();
      if (line === undefined) break;
      output += line;
      for (const board of [interpreted, translated]) board.write(new TextEncoder().encode(`${line}\n`));
    }
    if (report !== null) break;
  }
  const share = translated.translatedInstructions / translated.instructions;
  assert.equal(interpreted.translatedInstructions, 0);
  interpreted.free();
  translated.free();
  return { output, share, report };
}

const PROGRAMS = Number(process.env['RANDOM_PROGRAMS'] ?? 12);
const FIRST = Number(process.env['FIRST_PROGRAM'] ?? 1);

void test('random programs with interrupts end each slice in the same state', async () => {
  let most = 0;
  const causes = new Set<string>();
  for (let seed = FIRST; seed < FIRST + PROGRAMS; seed += 1) {
    for (const timing of [false, true]) {
      const image = randomProgram(seed, { changesItself: seed % 3 === 0, stops: seed % 4 === 1 });
      const { share, report } = await compare(image, timing, { slices: 60, seconds: 0.001 });
      most = Math.max(most, share);
      if (report !== null) causes.add(report.cause);
    }
  }
  assert.ok(most > 0.2, `translated code ran ${String(most)} of the instructions at most`);
  assert.deepEqual([...causes], ['0x00000010: nothing answers there']);
});

for (const timing of [false, true]) {
  void test(`the firmware answers the same on both cores, ${timing ? 'timed' : 'flat out'}`, async () => {
    const folder = syntheticFolder({
      hidden: 64,
      layers: 2,
      heads: 8,
      kvHeads: 4,
      headDim: 8,
      ffn: 172,
      vocab: 512,
    });
    const options = { board: 'esp32-s3-n16r8', report: false, context: 64 };
    const { package: bytes } = await convert(folder, options, await testRuntime());
    const image = await imageOf(bytes ?? assert.fail('no package'), 'esp32-s3-n16r8');
    const input = '/reset\nonce upon a time\n/reset\nand again\n';
    const { output, share } = await compare(image, timing, { slices: 4000, seconds: 0.0007, input });
    assert.ok(output.split('\n> ').length > 4, output);
    assert.ok(share > 0.1, `translated code ran ${String(share)} of the instructions`);
  });
}

void test('where nothing can be compiled at run time, everything is interpreted', async (t: TestContext) => {
  const image = randomProgram(5);
  const interpreted = await boardOf(image, true, true);
  const refused = await boardOf(image, true, false);
  const compile = t.mock.method(WebAssembly, 'Module', () => {
    throw new WebAssembly.CompileError('blocked by the page');
  });
  for (let slice = 0; slice < 40; slice += 1) {
    interpreted.run(0.001);
    refused.run(0.001);
  }
  assert.equal(compile.mock.callCount(), 1, 'it is tried once');
  assert.equal(refused.translatedInstructions, 0);
  assert.deepEqual(stateOf(refused), stateOf(interpreted));
  interpreted.free();
  refused.free();
});

void test('a board that is put away leaves room in the table for the next', async () => {
  for (let round = 0; round < 3; round += 1) {
    const board = await boardOf(randomProgram(5), false, false);
    for (let slice = 0; slice < 40; slice += 1) board.run(0.001);
    assert.ok(board.translatedInstructions > 0);
    board.free();
  }
});
