/** The emulated chip as a board: the same {@link Device} as one on a serial port, and what only an emulator can do. */
import type { Chip } from '../chips/chip.js';
import { DEFAULT_CHIP } from '../chips/index.js';
import { TransportError, UsageError } from '../shared/errors.js';
import { ByteQueue } from './byte-queue.js';
import type { Device } from './device.js';
import type {
  EmulatedPin,
  EmulatorCommand,
  EmulatorEvent,
  EmulatorOptions,
  EmulatorReport,
  EmulatorSpeed,
  EmulatorState,
  EmulatorStatus,
} from './emulator-types.js';

/** The way to a runner: in this thread or in a worker. */
export interface EmulatorLink {
  post(command: EmulatorCommand): void;
  /** Called once, before the first command. */
  listen(onEvent: (event: EmulatorEvent) => void, onLost: (error: Error) => void): void;
  /** Gives the runner's thread and memory back. */
  end(): void;
}

/** The emulated chip stopped at something that silicon would not survive; the output ends with it. */
export class EmulatorFault extends TransportError {
  constructor(readonly report: EmulatorReport) {
    super(`The emulated chip stopped: ${report.cause}`);
  }
}

/** What a page or a program watches. */
export interface EmulatorWatch {
  readonly onStatus?: ((status: EmulatorStatus) => void) | undefined;
  readonly onFault?: ((report: EmulatorReport) => void) | undefined;
  /** What UART0 says; {@link Device.output} is the USB port. */
  readonly onUart?: ((bytes: Uint8Array) => void) | undefined;
}

/** Longest piece of memory that can be read at once. */
export const MAX_MEMORY_READ = 1024 * 1024;

interface Waiting {
  readonly resolve: (answer: EmulatorEvent) => void;
  readonly reject: (error: Error) => void;
}

export class EmulatorDevice implements Device {
  readonly name: string;
  readonly closed: Promise<void>;
  readonly #link: EmulatorLink;
  readonly #watch: EmulatorWatch;
  readonly #output = new ByteQueue();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #error: Error | null = null;
  #isClosed = false;
  #closeDone: () => void = () => undefined;
  #ready: () => void = () => undefined;
  #notReady: (error: Error) => void = () => undefined;
  readonly #started: Promise<void>;

  private constructor(link: EmulatorLink, chip: Chip, watch: EmulatorWatch) {
    this.name = `Emulated ${chip.name}`;
    this.#link = link;
    this.#watch = watch;
    this.closed = new Promise((resolve) => {
      this.#closeDone = resolve;
    });
    this.#started = new Promise((resolve, reject) => {
      this.#ready = resolve;
      this.#notReady = reject;
    });
  }

  /**
   * Powers an emulated board up with an image in its flash.
   * @param module the compiled `emulator.wasm`
   * @param image from flash offset 0, at most `options.board.flashBytes`; it is copied
   * @throws UsageError when the emulator cannot be the board's chip; TransportError when it cannot be started
   */
  static async start(
    link: EmulatorLink,
    module: WebAssembly.Module,
    image: Uint8Array,
    options: EmulatorOptions,
    watch: EmulatorWatch = {},
  ): Promise<EmulatorDevice> {
    const { chip = DEFAULT_CHIP } = options.board;
    if (chip.emulatorFile === null)
      throw new UsageError(
        `The emulator cannot be an ${chip.name}. Choose another board, or flash this one.`,
      );
    const device = new EmulatorDevice(link, chip, watch);
    link.listen(
      (event) => {
        device.#met(event);
      },
      (error) => {
        device.#lose(error);
      },
    );
    link.post({ type: 'start', module, image, options });
    await device.#started;
    return device;
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#output;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#ask((id) => ({ type: 'write', id, bytes: bytes.slice(), port: 'usb' }));
  }

  /** Sends bytes to UART0. */
  async writeUart(bytes: Uint8Array): Promise<void> {
    await this.#ask((id) => ({ type: 'write', id, bytes: bytes.slice(), port: 'uart' }));
  }

  reset(): Promise<void> {
    return this.#tell({ type: 'reset' });
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#link.post({ type: 'close' });
      this.#link.end();
      this.#output.end();
      this.#dismiss(new TransportError('The emulated board was closed.', { code: 'emulator' }));
      this.#closeDone();
    }
    return Promise.resolve();
  }

  /** Stops time. */
  pause(): Promise<void> {
    return this.#tell({ type: 'pause' });
  }

  /** Lets time go on. */
  resume(): Promise<void> {
    return this.#tell({ type: 'resume' });
  }

  setSpeed(speed: EmulatorSpeed): Promise<void> {
    return this.#tell({ type: 'speed', speed });
  }

  /** Executes one instruction of a core while time is stopped, and tells where everything is. */
  async step(core: 0 | 1): Promise<EmulatorState> {
    return (await this.#ask<'state'>((id) => ({ type: 'step', id, core }), true)).state;
  }

  /** Where everything is. Works after a fault, too. */
  async state(): Promise<EmulatorState> {
    return (await this.#ask<'state'>((id) => ({ type: 'state', id }), true)).state;
  }

  /**
   * Memory as a debugger sees it. Works after a fault, too.
   * @returns `null` where nothing answers
   * @throws RangeError when `length` is not 1 to {@link MAX_MEMORY_READ}
   */
  async readMemory(address: number, length: number): Promise<Uint8Array | null> {
    if (!Number.isInteger(length) || length < 1 || length > MAX_MEMORY_READ)
      throw new RangeError(`${length} bytes of memory are not 1 to ${MAX_MEMORY_READ}`);
    return (await this.#ask<'memory'>((id) => ({ type: 'memory', id, address, length }), true)).bytes;
  }

  /** What the pins that are outputs give out at this moment. Works after a fault, too. */
  async pins(): Promise<readonly EmulatedPin[]> {
    return (await this.#ask<'pins'>((id) => ({ type: 'pins', id }), true)).pins;
  }

  /** A button or another part of the board holds a pin low or high; `null`: it lets go of it. */
  holdPin(pin: number, level: boolean | null): Promise<void> {
    return this.#tell({ type: 'hold', pin, level });
  }

  /** How warm the chip is, -40 to 125 degrees Celsius; 35 until it is said. */
  setTemperature(celsius: number): Promise<void> {
    return this.#tell({ type: 'temperature', celsius });
  }

  #met(event: EmulatorEvent): void {
    if (this.#isClosed) return;
    switch (event.type) {
      case 'ready':
        this.#ready();
        break;
      case 'output':
        if (event.port === 'usb') this.#output.push(event.bytes);
        else this.#watch.onUart?.(event.bytes);
        break;
      case 'status':
        this.#watch.onStatus?.(event.status);
        break;
      case 'fault':
        this.#stop(new EmulatorFault(event.report));
        this.#watch.onFault?.(event.report);
        break;
      case 'failure':
        this.#lose(new TransportError(event.message, { code: 'emulator' }));
        break;
      case 'taken':
      case 'memory':
      case 'state':
      case 'pins':
        this.#waiting.get(event.id)?.resolve(event);
        this.#waiting.delete(event.id);
        break;
    }
  }

  /** The runner itself is gone. */
  #lose(error: Error): void {
    const lost =
      error instanceof TransportError
        ? error
        : new TransportError(`The emulator ended: ${error.message}`, { cause: error, code: 'emulator' });
    this.#notReady(lost);
    if (this.#isClosed) return;
    this.#stop(lost);
    this.#isClosed = true;
    this.#link.end();
    this.#closeDone();
  }

  #stop(error: Error): void {
    this.#error ??= error;
    this.#output.fail(error);
    this.#dismiss(error);
  }

  #dismiss(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #tell(command: EmulatorCommand): Promise<void> {
    const error = this.#unusable(false);
    if (error !== null) return Promise.reject(error);
    this.#link.post(command);
    return Promise.resolve();
  }

  /** @param afterFault whether a stopped chip answers as well */
  #ask<Type extends 'taken' | 'memory' | 'state' | 'pins'>(
    make: (id: number) => EmulatorCommand,
    afterFault = false,
  ): Promise<Extract<EmulatorEvent, { type: Type }>> {
    const error = this.#unusable(afterFault);
    if (error !== null) return Promise.reject(error);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      // The id ties the answer to the question, and so to its type.
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.#link.post(make(id));
    });
  }

  #unusable(afterFault: boolean): Error | null {
    if (this.#isClosed)
      return this.#error ?? new TransportError('The emulated board is closed.', { code: 'emulator' });
    return afterFault ? null : this.#error;
  }
}
