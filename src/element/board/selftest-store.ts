/**
 * Owns the self-test of a board: writes its image, follows the board through the resets that belong to it, and keeps its
 * report. Knows no DOM.
 */
import { DEFAULT_CHIP } from '../../chips/index.js';
import type { FlashProgress } from '../../device/flash-progress.js';
import type { Flasher } from '../../device/flasher.js';
import type { PortSession } from '../../device/port-session.js';
import { SelftestReader, type SelftestReport } from '../../device/selftest-report.js';
import { either } from '../../shared/either.js';
import { isAbort } from '../../shared/errors.js';
import { MemorySource } from '../../source/memory-folder.js';

export type SelftestState =
  /** `error` says why the last one gave no report. */
  | { readonly kind: 'idle'; readonly error: Error | null }
  | { readonly kind: 'flashing'; readonly progress: FlashProgress | null }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly report: SelftestReport };

/** The board was written to and gave no report. */
export class SelftestSilence extends Error {
  override readonly name = 'SelftestSilence';
}

export interface SelftestStoreOptions {
  /** Lets the person choose a board; `null` when none was. */
  readonly choose: () => Promise<PortSession | null>;
  readonly flasher: () => Promise<Flasher>;
  /** What is written to offset 0. */
  readonly image: (signal: AbortSignal) => Promise<Uint8Array>;
  readonly onChange: () => void;
  /** Milliseconds until a board that says no report is given up. */
  readonly patience?: number;
}

/** What the image of the self-test is for; every board has so much flash. */
const NEEDS = { chip: DEFAULT_CHIP.name, flashBytes: 2 * 1024 * 1024 };
const PATIENCE_MS = 120_000;

export class SelftestStore {
  readonly #options: SelftestStoreOptions;
  #state: SelftestState = { kind: 'idle', error: null };
  #current = new AbortController();

  constructor(options: SelftestStoreOptions) {
    this.#options = options;
  }

  get state(): SelftestState {
    return this.#state;
  }

  /** Whether a board is in use. */
  get isBusy(): boolean {
    return this.#state.kind === 'flashing' || this.#state.kind === 'running';
  }

  /** Lets the person choose a board and tests it. Failures become part of the state. */
  async run(): Promise<void> {
    if (this.isBusy) return;
    const { signal } = (this.#current = new AbortController());
    this.#commit({ kind: 'flashing', progress: null });
    try {
      const session = await this.#options.choose();
      signal.throwIfAborted();
      if (session === null) {
        this.#commit({ kind: 'idle', error: null });
        return;
      }
      const reader = new SelftestReader();
      const said = await this.#write(session, signal);
      this.#commit({ kind: 'running' });
      const report = reader.push(said) ?? (await this.#listen(session, reader, signal));
      this.#commit({ kind: 'done', report });
    } catch (error) {
      const told = isAbort(error) ? null : error instanceof Error ? error : new Error(String(error));
      this.#commit({ kind: 'idle', error: told });
    }
  }

  cancel(): void {
    this.#current.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  /** @returns what the board has said since it was started */
  async #write(session: PortSession, signal: AbortSignal): Promise<Uint8Array> {
    const [flasher, image] = await Promise.all([this.#options.flasher(), this.#options.image(signal)]);
    const onProgress = (progress: FlashProgress): void => this.#commit({ kind: 'flashing', progress });
    const { mac } = await flasher.detect({ session, signal, onProgress });
    const parts = [{ name: 'selftest', offset: 0, source: new MemorySource('selftest', image) }];
    const { output } = await flasher.flash({
      session,
      signal,
      onProgress,
      parts,
      needs: NEEDS,
      ...(mac === null ? {} : { mac }),
    });
    return output;
  }

  /** Waits for the report. A board whose USB is the chip's own leaves the bus with every reset and comes back. */
  async #listen(session: PortSession, reader: SelftestReader, signal: AbortSignal): Promise<SelftestReport> {
    const ended = new AbortController();
    const heard = new AbortController();
    const stop = either([signal, ended.signal], heard.signal);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const use = { release: (): void => undefined };
    try {
      return await new Promise<SelftestReport>((resolve, reject) => {
        const claimed = session.claim('selftest', {
          data: (bytes) => {
            const report = reader.push(bytes);
            if (report !== null) resolve(report);
          },
          lost: () => void claimed.reacquire(stop).catch(reject),
        });
        use.release = () => claimed.release();
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        timer = setTimeout(
          () => reject(new SelftestSilence('The board gave no report.')),
          this.#options.patience ?? PATIENCE_MS,
        );
      });
    } finally {
      clearTimeout(timer);
      ended.abort();
      heard.abort();
      use.release();
    }
  }

  #commit(state: SelftestState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
