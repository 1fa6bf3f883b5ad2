/** Compiles the code that an emulated board translates while it runs, and puts it where the emulator calls it. */
import type { Emulator } from '../../kernels/crates/emulator-wasm/prebuilt/emulator.js';

/** What translated code is linked with: the emulator's own memory and table of functions. */
export interface EmulatorLinks {
  readonly memory: WebAssembly.Memory;
  readonly functions: WebAssembly.Table;
}

/** Places of the table that boards have given back. */
const spare: number[] = [];

/** The translated code of one board. Where modules cannot be compiled while running, the board goes on without. */
export class EmulatorTranslation {
  readonly #emulator: Emulator;
  readonly #links: EmulatorLinks;
  readonly #slots: number[] = [];
  #works = true;

  constructor(emulator: Emulator, links: EmulatorLinks) {
    this.#emulator = emulator;
    this.#links = links;
    emulator.set_translating(true);
  }

  /** Compiles what runs often by now; modules are small, a few milliseconds each. */
  advance(): void {
    if (!this.#works) return;
    const bytes = this.#emulator.translation();
    if (bytes.length === 0) return;
    try {
      const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
      const { exports } = new WebAssembly.Instance(module, { e: { m: this.#links.memory } });
      this.#emulator.adopt_translation(Uint32Array.from(Object.values(exports), (code) => this.#place(code)));
    } catch {
      // A policy of the page, or a table that does not grow: the interpreter does the same, slower.
      this.#works = false;
      this.#emulator.set_translating(false);
      this.#emulator.adopt_translation(new Uint32Array());
    }
  }

  /** Gives the board's code up; the board must not run any more. */
  free(): void {
    for (const slot of this.#slots) this.#links.functions.set(slot, null);
    spare.push(...this.#slots.splice(0));
  }

  #place(code: unknown): number {
    const { functions } = this.#links;
    const slot = spare.pop() ?? functions.grow(1);
    functions.set(slot, code);
    this.#slots.push(slot);
    return slot;
  }
}
