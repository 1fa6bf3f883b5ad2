/** What of the firmware runs from flash: enough of it, and nothing that a token waits for. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeFrame, FrameParser, type Frame } from '../../src/device/console-codec.js';
import { generatePayload, promptPieces, readStart } from '../../src/device/console-messages.js';
import type { ConsoleRequest } from '../../src/device/console-types.js';
import { makeEmulatorCore } from '../../src/device/emulator-core.js';
import type { EmulatorCore } from '../../src/device/emulator-types.js';
import { convert } from '../../src/pipeline/convert.js';
import { findBoard } from '../../src/plan/boards.js';
import { MESSAGE } from '../../src/schema/console.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { emulatorModule, imageOf } from '../support/emulated-board.js';
import { testRuntime } from '../support/runtime.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const BOARD = 'esp32-s3-n16r8';
const PROMPT = new TextEncoder().encode('kitchen light on');
/** Emulated seconds between two looks: a small part of a token. */
const LOOK = 0.0005;
const MAX_NEW_TOKENS = 16;
/** Emulated seconds after which nothing comes any more. */
const PATIENCE = 20;

describe('code in flash', () => {
  let core: EmulatorCore;
  let number = 0;
  let promptTokens = 0;

  before(() => start(128));
  after(() => core.free());

  /** A board that has asked for a prompt. */
  async function start(context: number): Promise<void> {
    const folder = await nodeFolder(SAMPLE);
    const options = { board: BOARD, context, report: false };
    const { package: bytes } = await convert(folder, options, await testRuntime()).finally(() =>
      folder.close(),
    );
    assert.ok(bytes !== null);
    const { flashBytes, psramKind, psramBytes } = findBoard(BOARD);
    core = await makeEmulatorCore(await emulatorModule(), await imageOf(bytes, BOARD), {
      board: { flashBytes, psramKind, psramBytes },
      timing: true,
      speed: 'flat',
    });
    runUntil((text) => text.endsWith('> '));
  }

  const count = (name: string): number => core.statistics()[name] ?? NaN;

  /** Runs until what has come since is enough; for each look that brought something, the lines that were fetched. */
  function runUntil(isEnough: (text: string, bytes: Uint8Array) => boolean): number[] {
    const end = core.seconds + PATIENCE;
    const lines: number[] = [];
    let text = '';
    while (core.seconds < end) {
      assert.equal(core.run(LOOK), null);
      const bytes = core.read();
      if (bytes.length === 0) continue;
      lines.push(count('instructionLines'));
      text += Buffer.from(bytes).toString('latin1');
      if (isEnough(text, bytes)) return lines;
    }
    throw new Error(`Nothing more came after:\n${text}`);
  }

  const send = (type: number, payload: Uint8Array): void => {
    number += 1;
    core.write(encodeFrame({ type, number: number & 255, request: 1, payload }));
  };

  /** Lines of code in flash that were fetched when each token came. */
  function linesAtTokens(request: ConsoleRequest): number[] {
    const lines: number[] = [];
    let ended = false;
    const parser = new FrameParser({
      onText: () => undefined,
      onFrame: ({ type, payload }: Frame) => {
        assert.notEqual(type, MESSAGE.error, Buffer.from(payload).toString());
        if (type === MESSAGE.started) ({ promptTokens } = readStart(payload));
        if (type === MESSAGE.token) lines.push(count('instructionLines'));
        ended ||= type === MESSAGE.finished;
      },
    });
    for (const piece of promptPieces('text', PROMPT)) send(MESSAGE.prompt, piece);
    send(MESSAGE.generate, generatePayload(request));
    runUntil((_, bytes) => {
      const before = lines.length;
      parser.push(bytes);
      // What ends an answer is code in flash: a token of the same look was counted after it.
      if (ended) lines.length = before;
      return ended;
    });
    assert.ok(lines.length > MAX_NEW_TOKENS / 2, `${lines.length} tokens`);
    return lines;
  }

  it('is used to start, and for what is asked', () => {
    assert.ok(count('instructionMisses') > 500, `${count('instructionMisses')} lines`);
    const before = count('instructionLines');
    core.write(Buffer.from('/info\r'));
    runUntil((text) => text.endsWith('> '));
    assert.ok(count('instructionLines') > before + 100);
  });

  for (const [how, request] of [
    ['the likeliest token', { temperature: 0 }],
    [
      'a token by chance',
      { temperature: 1.2, topK: 12, topP: 0.9, minP: 0.01, repetitionPenalty: 1.1, seed: 3 },
    ],
    ['a token with its logits', { temperature: 0, logits: true }],
    [
      'a token that stop strings and ids are looked for in',
      { temperature: 0, stopStrings: ['no such text', 'nor this'], stopIds: [3] },
    ],
  ] satisfies [string, ConsoleRequest][]) {
    it(`is not run for ${how}`, () => {
      assertSame(linesAtTokens({ ...request, maxNewTokens: MAX_NEW_TOKENS }));
    });
  }

  it('is not run while a person reads', () => {
    core.write(PROMPT);
    runUntil((text) => text.endsWith('light on'));
    core.write(Buffer.from('\r'));
    assertSame(runUntil((text) => text.endsWith('\n> ')).slice(1, -1));
  });

  it('is not run to make room in a context that is full', async () => {
    core.free();
    await start(8);
    const lines = linesAtTokens({ temperature: 0, whenFull: 'slide', keep: 2, maxNewTokens: MAX_NEW_TOKENS });
    assert.ok(promptTokens + lines.length > 8, `${promptTokens} and ${lines.length} tokens`);
    assertSame(lines);
  });
});

/** The end may have begun when the last token is seen. */
function assertSame(lines: readonly number[]): void {
  assert.ok(lines.length >= 5, `${lines.length} tokens`);
  const between = lines.slice(0, -1);
  assert.deepEqual(
    between,
    between.map(() => lines[0]),
  );
}
