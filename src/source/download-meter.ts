/** How far the download of a file is, for people who wait for it. */
import { ProgressMeter, type OnProgress } from '../shared/progress.js';

/** Downloads shorter than this are not told of: they are over before anybody has read it. */
const SHORT_DOWNLOAD = 64 * 1024;

/** What a request asks for, told as it comes. */
export interface Download {
  /** Negative for bytes that are asked for again. */
  received(bytes: number): void;
  /** Nothing more comes. */
  end(): void;
}

/**
 * The requests for parts of one file that overlap in time, counted together: bytes of all that was asked for, at the rate of the
 * line, as the time between requests does not count.
 */
export class DownloadMeter {
  readonly #name: string;
  readonly #report: OnProgress | undefined;
  #meter: ProgressMeter | null = null;
  #open = 0;

  constructor(name: string, report: OnProgress | undefined) {
    this.#name = name;
    this.#report = report;
  }

  /** @param bytes to come, 0 for nobody knows */
  begin(bytes: number): Download {
    if (this.#report === undefined || (bytes > 0 && bytes < SHORT_DOWNLOAD)) return UNTOLD;
    const meter = (this.#meter ??= new ProgressMeter('downloading', 'bytes', 0, this.#report));
    meter.expect(bytes);
    this.#open += 1;
    if (bytes > 0) meter.advance(0, this.#name);
    let got = 0;
    let untold = 0;
    return {
      received: (count) => {
        got += count;
        untold += count;
        // Nobody knows whether it is short.
        if (bytes === 0 && got < SHORT_DOWNLOAD) return;
        meter.advance(untold, this.#name);
        untold = 0;
      },
      end: () => {
        this.#open -= 1;
        if (this.#open === 0) this.#meter = null;
        if (got === bytes || bytes === 0) return;
        // It gave another number of bytes than was expected: the others of the same time go on.
        meter.expect(got - bytes);
        meter.advance(0, this.#name);
      },
    };
  }
}

const UNTOLD: Download = { received: () => undefined, end: () => undefined };
