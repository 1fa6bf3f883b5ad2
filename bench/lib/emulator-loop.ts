/** Runs an emulated board at full speed and counts: what a language model's firmware does between prompts, and a program
 * that never ends. */
import type { EmulatorCore } from '../../src/device/emulator-types.js';

/** What a run was. */
export interface EmulatorRun {
  /** Instructions of both cores, those of loops that only wait included. */
  readonly instructions: number;
  readonly milliseconds: number;
  /** By the emulated clock. */
  readonly emulatedSeconds: number;
}

/** Emulated seconds of a run: between two, the port is looked at and code translated. */
const SLICE = 0.001;
/** An answer that takes more emulated seconds is a failure. */
const PATIENCE = 120;
const PROMPT = '\n> ';
/** What is said to the model, each in an empty conversation. */
const TEXTS = [
  'turn on the light in the kitchen',
  'hello, who are you?',
  'set the heater in the bedroom to 21 degrees',
  'what can you do?',
  'switch off every lamp in the house',
];

/** A board that has booted and answers. */
export class EmulatorBench {
  readonly #core: EmulatorCore;
  readonly #decoder = new TextDecoder();

  constructor(core: EmulatorCore) {
    this.#core = core;
  }

  /** Runs until the board prompts for the first time. */
  boot(): void {
    this.#wait();
  }

  /** Says all texts, one by one. */
  speak(): EmulatorRun {
    return this.#count(() => {
      for (const text of TEXTS) {
        for (const line of ['/reset', text]) {
          this.#core.write(new TextEncoder().encode(`${line}\n`));
          this.#wait();
        }
      }
    });
  }

  /** Runs for an emulated while. */
  spend(seconds: number): EmulatorRun {
    return this.#count(() => {
      const end = this.#core.seconds + seconds;
      while (this.#core.seconds < end) this.#run(SLICE);
    });
  }

  #count(work: () => void): EmulatorRun {
    const { instructions, seconds } = this.#core;
    const begin = performance.now();
    work();
    return {
      instructions: this.#core.instructions - instructions,
      milliseconds: performance.now() - begin,
      emulatedSeconds: this.#core.seconds - seconds,
    };
  }

  #run(seconds: number): void {
    const report = this.#core.run(seconds);
    if (report !== null) throw new Error(report.text);
  }

  #wait(): void {
    let written = '';
    for (let passed = 0; !written.endsWith(PROMPT); passed += SLICE) {
      if (passed > PATIENCE) throw new Error(`The board does not prompt; it wrote: ${written}`);
      this.#run(SLICE);
      written += this.#decoder.decode(this.#core.read(), { stream: true });
    }
  }
}
