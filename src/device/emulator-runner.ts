/**
 * Runs an emulated board in the background of whatever thread it is on: in slices short enough that commands and output
 * never wait long, as fast as it can or no faster than silicon.
 */
import type {
  EmulatorCommand,
  EmulatorCore,
  EmulatorEvent,
  EmulatorOptions,
  EmulatorReport,
  EmulatorSpeed,
  EmulatorStatus,
} from './emulator-types.js';

/** Milliseconds of this machine's time that a slice should take: a frame, so that a page on the same thread lives. */
const SLICE_MILLISECONDS = 12;

/** Shortest and longest slice in emulated seconds. */
const SLICE_SECONDS = { least: 0.0002, most: 0.05 };

/** Input is handed over in packets of 64 bytes, one a slice; while some waits, slices are short. */
const INPUT_SLICE_SECONDS = 0.001;

/** At the speed of silicon output comes as smoothly as there. */
const MODELLED_SLICE_SECONDS = 0.01;

/** Milliseconds between two status events. */
const STATUS_INTERVAL = 100;

/** How far, in seconds, emulated time may be behind this machine's before it gives up catching up. */
const MAX_LAG = 0.25;

/** How a runner meets its surroundings. */
export interface RunnerHost {
  post(event: EmulatorEvent): void;
  /** Milliseconds by a clock that only goes forward. */
  now(): number;
  /** Calls back as soon as waiting messages were served. */
  soon(callback: () => void): void;
  /** Calls back after a while. */
  later(callback: () => void, milliseconds: number): void;
}

/** Makes the emulated board of a `start` command. */
export type MakeCore = (
  module: WebAssembly.Module,
  image: Uint8Array,
  options: EmulatorOptions,
) => Promise<EmulatorCore>;

export class EmulatorRunner {
  readonly #host: RunnerHost;
  readonly #make: MakeCore;
  #core: EmulatorCore | null = null;
  #state: EmulatorStatus['state'] = 'paused';
  #speed: EmulatorSpeed = 'flat';
  #slice = SLICE_SECONDS.least;
  /** A next slice is already asked for. */
  #scheduled = false;
  #closed = false;
  /** Where both clocks stood when they were last compared. */
  #mark = { emulated: 0, wall: 0 };
  /** Writes that the board has not taken yet, by port. */
  readonly #offered: Record<'usb' | 'uart', number[]> = { usb: [], uart: [] };
  #lastStatus = { emulated: 0, wall: 0 };

  constructor(host: RunnerHost, make: MakeCore) {
    this.#host = host;
    this.#make = make;
  }

  /** Carries out a command; answers come through the host's `post`. */
  async handle(command: EmulatorCommand): Promise<void> {
    if (command.type === 'start') {
      await this.#start(command);
      return;
    }
    const core = this.#core;
    if (core === null) return;
    this.#guard(() => {
      this.#obey(core, command);
    });
  }

  #obey(core: EmulatorCore, command: Exclude<EmulatorCommand, { type: 'start' }>): void {
    switch (command.type) {
      case 'write':
        if (command.port === 'usb') core.write(command.bytes);
        else core.writeUart(command.bytes);
        this.#offered[command.port].push(command.id);
        break;
      case 'pause':
        if (this.#state === 'running') this.#become('paused');
        break;
      case 'resume':
        if (this.#state === 'paused') this.#become('running');
        break;
      case 'reset':
        core.reset();
        this.#become('running');
        break;
      case 'speed':
        this.#speed = command.speed;
        this.#compareClocks(core);
        break;
      case 'step':
        if (this.#state === 'paused') this.#met(core, core.step(command.core));
        this.#answerState(core, command.id);
        break;
      case 'memory':
        this.#host.post({
          type: 'memory',
          id: command.id,
          bytes: core.readMemory(command.address, command.length),
        });
        break;
      case 'state':
        this.#answerState(core, command.id);
        break;
      case 'pins':
        this.#host.post({ type: 'pins', id: command.id, pins: core.pins() });
        break;
      case 'hold':
        core.holdPin(command.pin, command.level);
        break;
      case 'temperature':
        core.setTemperature(command.celsius);
        break;
      case 'close':
        this.#closed = true;
        this.#core = null;
        core.free();
        break;
    }
  }

  async #start(command: Extract<EmulatorCommand, { type: 'start' }>): Promise<void> {
    try {
      const core = await this.#make(command.module, command.image, command.options);
      if (this.#closed) {
        core.free();
        return;
      }
      this.#core = core;
      this.#speed = command.options.speed;
      this.#host.post({ type: 'ready' });
      this.#become('running');
    } catch (error) {
      this.#host.post({ type: 'failure', message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** A fault of the emulator itself ends it; what it stopped in cannot be gone on with. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#core = null;
      this.#state = 'stopped';
      const reason = error instanceof Error ? error.message : String(error);
      this.#host.post({ type: 'failure', message: `The emulator itself failed: ${reason}` });
    }
  }

  #become(state: EmulatorStatus['state']): void {
    this.#state = state;
    const core = this.#core;
    if (core === null) return;
    this.#compareClocks(core);
    this.#postStatus(core, this.#host.now());
    if (state === 'running') this.#schedule(0);
  }

  #compareClocks(core: EmulatorCore): void {
    this.#mark = { emulated: core.seconds, wall: this.#host.now() };
  }

  #schedule(milliseconds: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const go = (): void => {
      this.#scheduled = false;
      this.#guard(() => {
        this.#turn();
      });
    };
    if (milliseconds <= 0) this.#host.soon(go);
    else this.#host.later(go, milliseconds);
  }

  #turn(): void {
    const core = this.#core;
    if (core === null || this.#state !== 'running') return;
    const began = this.#host.now();
    const input = core.waiting + core.waitingUart > 0;
    const longest = input
      ? INPUT_SLICE_SECONDS
      : this.#speed === 'modelled'
        ? MODELLED_SLICE_SECONDS
        : SLICE_SECONDS.most;
    this.#met(core, core.run(Math.min(this.#slice, longest)));
    const now = this.#host.now();
    if (!input) this.#adapt(now - began);
    if (now - this.#lastStatus.wall >= STATUS_INTERVAL) this.#postStatus(core, now);
    // What `#met` found may have ended it; the compiler does not see that.
    if ((this.#state as EmulatorStatus['state']) === 'running') this.#schedule(this.#ahead(core, now));
  }

  /** Slices grow and shrink slowly towards the wanted time. */
  #adapt(took: number): void {
    const factor = Math.min(2, Math.max(0.5, SLICE_MILLISECONDS / Math.max(took, 0.1)));
    this.#slice = Math.min(SLICE_SECONDS.most, Math.max(SLICE_SECONDS.least, this.#slice * factor));
  }

  /** Milliseconds that the emulated clock is ahead of this machine's, 0 when it need not wait. */
  #ahead(core: EmulatorCore, now: number): number {
    if (this.#speed === 'flat') return 0;
    const ahead = core.seconds - this.#mark.emulated - (now - this.#mark.wall) / 1000;
    if (ahead < -MAX_LAG) this.#compareClocks(core);
    return ahead * 1000;
  }

  /** Hands on what a run brought. */
  #met(core: EmulatorCore, report: EmulatorReport | null): void {
    for (const port of ['usb', 'uart'] as const) {
      const bytes = port === 'usb' ? core.read() : core.readUart();
      if (bytes.length > 0) this.#host.post({ type: 'output', port, bytes });
    }
    for (const port of ['usb', 'uart'] as const) {
      if ((port === 'usb' ? core.waiting : core.waitingUart) > 0) continue;
      for (const id of this.#offered[port].splice(0)) this.#host.post({ type: 'taken', id });
    }
    if (report === null) return;
    this.#state = 'stopped';
    this.#host.post({ type: 'fault', report });
    this.#postStatus(core, this.#host.now());
  }

  #postStatus(core: EmulatorCore, now: number): void {
    this.#host.post({ type: 'status', status: this.#status(core, now) });
    this.#lastStatus = { emulated: core.seconds, wall: now };
  }

  #status(core: EmulatorCore, now: number): EmulatorStatus {
    const wall = (now - this.#lastStatus.wall) / 1000;
    const rate = wall > 0 ? Math.max(0, core.seconds - this.#lastStatus.emulated) / wall : 0;
    return {
      seconds: core.seconds,
      instructions: core.instructions,
      cycles: [core.cycles(0), core.cycles(1)],
      state: this.#state,
      rate: this.#state === 'running' ? rate : 0,
    };
  }

  #answerState(core: EmulatorCore, id: number): void {
    this.#host.post({
      type: 'state',
      id,
      state: {
        status: this.#status(core, this.#host.now()),
        cores: [core.core(0), core.core(1)],
        warnings: core.warnings(),
        statistics: core.statistics(),
      },
    });
  }
}
