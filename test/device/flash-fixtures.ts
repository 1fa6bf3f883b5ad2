/** Boards on simulated ports with something to flash, for the flasher's tests. */
import assert from 'node:assert/strict';
import { flashImage, type FlashOptions } from '../../src/device/flasher.js';
import type { FlashErrorCode } from '../../src/device/flash-errors.js';
import { FlashError } from '../../src/device/flash-errors.js';
import type { FlashPart } from '../../src/device/flash-parts.js';
import { PortSession, sleep, type Sleep } from '../../src/device/port-session.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { SimulatedBoard, type BoardOptions } from './simulated-loader.js';
import { SimulatedSerial, type SimulatedPort } from './simulated-port.js';

export const MiB = 1024 * 1024;

/** Waits short enough for tests of what never answers. */
export const QUICK = { block: 200, answer: 200, digestPerMiB: 200 } as const;

/** A quarter of every wait: the simulated board is quicker than a real one. */
export const hurried: Sleep = (milliseconds) => sleep(milliseconds / 4);

/** Reproducible bytes; `dense` ones hardly compress, as weights. */
export function pattern(length: number, seed: number, dense = true): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = dense ? state >>> 24 : (i >> 8) & 0xff;
  }
  return bytes;
}

export function part(name: string, offset: number, bytes: Uint8Array): FlashPart {
  return { name, offset, source: new MemorySource(name, bytes) };
}

/** A firmware that compresses and a model that does not, 700 KB together; neither a multiple of anything. */
export function sampleParts(seed = 1): FlashPart[] {
  const firmware = pattern(83_131, 5, false);
  firmware[0] = 0xe9;
  return [part('firmware', 0, firmware), part('model', MiB, pattern(617_003, seed))];
}

export interface Bench {
  readonly board: SimulatedBoard;
  readonly serial: SimulatedSerial;
  readonly port: SimulatedPort;
  readonly session: PortSession;
  readonly flash: (options?: Partial<FlashOptions>) => ReturnType<typeof flashImage>;
  /** Flashes and must fail. */
  readonly fails: (code: FlashErrorCode, options?: Partial<FlashOptions>) => Promise<FlashError>;
}

/** A board that is plugged in and opened; closed when the test ends. */
export async function withBoard(
  options: BoardOptions & { restless?: boolean; away?: 'program' },
  act: (bench: Bench) => Promise<void>,
): Promise<void> {
  const board = new SimulatedBoard(options);
  const serial = new SimulatedSerial();
  const port =
    options.away === 'program'
      ? serial.plugForeign(board)
      : options.restless === true
        ? serial.plugRestless(board)
        : serial.plug(board);
  const session = await PortSession.open({ serial, port, sleep: hurried });
  const flash: Bench['flash'] = (more = {}) =>
    flashImage({
      session,
      parts: sampleParts(),
      needs: { flashBytes: 8 * MiB },
      startMilliseconds: 200,
      ...more,
    });
  const fails: Bench['fails'] = async (code, more) => {
    const caught = await flash(more).then(
      () => 'success',
      (error: unknown) => error as Error,
    );
    assert.ok(caught instanceof FlashError, `expected ${code}, not ${caught.toString()}`);
    assert.equal(caught.code, code, caught.message);
    assert.ok(caught.advice.length > 0, 'there is advice');
    assert.match(caught.message, /\. \S/, 'there is a second sentence, which says what to do');
    return caught;
  };
  try {
    await act({ board, serial, port, session, flash, fails });
  } finally {
    await session.close();
  }
}

/** Every part lies in the flash, byte for byte. */
export async function assertFlashed(board: SimulatedBoard, parts: readonly FlashPart[]): Promise<void> {
  for (const { name, offset, source } of parts) {
    const wanted = await source.read(0, source.size);
    assert.ok(
      Buffer.compare(wanted, board.flash.read(offset, source.size)) === 0,
      `${name} is in the flash as it was given`,
    );
  }
}
