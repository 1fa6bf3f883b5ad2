/**
 * Brings the parts of an image into the flash, piece by piece: what is already there is left alone, what is written is
 * checked at once by the chip's own digest, and what fails is repeated as a whole piece.
 */
import { md5Of, startMd5, toHex } from '../image/digest.js';
import type { FlashPart } from './flash-parts.js';
import { FlashError } from './flash-errors.js';
import type { ChipLoader } from './flash-loader.js';

/**
 * Written and checked at once: four of the 64 KiB blocks that flash erases fastest. A larger piece costs more when it has to
 * be repeated, a smaller one more questions.
 */
export const PIECE_BYTES = 256 * 1024;

/** Pieces in a row that differ, after which the rest of a part is written without asking: each question costs time. */
const MISSES = 4;

/** How often a piece is tried. */
const ATTEMPTS = 5;

/** Attempts after which the chip is restarted before the next. */
const ATTEMPTS_BEFORE_RESTART = 2;

/** What the writer needs of the connection. */
export interface WriterLink {
  /** The loader to speak to; another one after {@link restart}. */
  readonly loader: ChipLoader;
  /** Restarts the chip into the loader after repeated errors. */
  restart(): Promise<void>;
  /** Lets what is under way on the line pass. */
  settle(): Promise<void>;
}

/** What happens, as it happens. */
export interface WriterEvents {
  phase(phase: 'comparing' | 'writing' | 'verifying', part: FlashPart): void;
  /** Bytes of the image that are in the flash now; negative when a piece is repeated. */
  advance(bytes: number, how: 'written' | 'unchanged'): void;
  /** A piece is repeated. */
  retry(part: FlashPart, offset: number, problem: Error): void;
}

/** What became of a part. */
export interface PartResult {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  /** Bytes that were written; the others were there already. */
  readonly written: number;
}

/**
 * Writes one part.
 * @param compare whether to ask the chip first what it has
 * @throws FlashError `line` or `verify`; PortError; the signal's reason
 */
export async function writePart(
  link: WriterLink,
  part: FlashPart,
  compare: boolean,
  events: WriterEvents,
  signal?: AbortSignal,
): Promise<PartResult> {
  const { name, offset, source } = part;
  const whole = startMd5();
  let misses = 0;
  let written = 0;
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    signal?.throwIfAborted();
    const bytes = await source.read(at, Math.min(source.size, at + PIECE_BYTES), signal);
    whole.update(bytes);
    const digest = toHex(md5Of(bytes));
    if (compare && misses < MISSES) {
      events.phase('comparing', part);
      if ((await ask(link, part, offset + at, bytes.length, events, signal)) === digest) {
        misses = 0;
        events.advance(bytes.length, 'unchanged');
        continue;
      }
      misses += 1;
    }
    events.phase('writing', part);
    await writePiece(link, part, offset + at, bytes, digest, events, signal);
    written += bytes.length;
  }
  if (written > 0) {
    events.phase('verifying', part);
    if ((await ask(link, part, offset, source.size, events, signal)) !== toHex(whole.finish()))
      throw unlike(part, 'although every piece of it was written and checked');
  }
  return { name, offset, bytes: source.size, written };
}

async function writePiece(
  link: WriterLink,
  part: FlashPart,
  offset: number,
  bytes: Uint8Array,
  digest: string,
  events: WriterEvents,
  signal: AbortSignal | undefined,
): Promise<void> {
  await attempt(link, part, offset, events, signal, async () => {
    let told = 0;
    try {
      await link.loader.write(
        offset,
        bytes,
        (count) => {
          told += count;
          events.advance(count, 'written');
        },
        signal,
      );
      if ((await link.loader.digest(offset, bytes.length)) !== digest)
        throw unlike(part, 'after writing it several times');
    } catch (error) {
      events.advance(-told, 'written');
      throw error;
    }
  });
}

function ask(
  link: WriterLink,
  part: FlashPart,
  offset: number,
  length: number,
  events: WriterEvents,
  signal: AbortSignal | undefined,
): Promise<string> {
  return attempt(link, part, offset, events, signal, () => link.loader.digest(offset, length));
}

/** Repeats what noise spoilt; a board that is gone and a cancel end it. */
async function attempt<T>(
  link: WriterLink,
  part: FlashPart,
  offset: number,
  events: WriterEvents,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    signal?.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      if (!isRepeatable(error)) throw error;
      if (tries === ATTEMPTS) throw error instanceof FlashError ? error : unreliable(error);
      events.retry(part, offset, error);
      if (tries >= ATTEMPTS_BEFORE_RESTART) await link.restart();
      else await link.settle();
    }
  }
}

function isRepeatable(error: unknown): error is Error {
  return (
    error instanceof Error &&
    (error.name === 'LoaderError' || (error instanceof FlashError && error.code === 'verify'))
  );
}

function unlike(part: FlashPart, when: string): FlashError {
  return new FlashError(
    'verify',
    `The flash does not hold what was written to it (${part.name}), ${when}. Flash again; if that does not help, the flash is worn out: use another board.`,
    ['flash-again', 'data-cable', 'other-board'],
    { facts: { part: part.name } },
  );
}

function unreliable(cause: Error): FlashError {
  return new FlashError(
    'line',
    'The board stopped answering correctly, several times. Use a short USB cable without a hub, or a lower speed, and flash again: what is written is kept.',
    ['flash-again', 'data-cable', 'lower-baud', 'other-port'],
    { cause },
  );
}
