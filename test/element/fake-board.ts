/**
 * Firmware that speaks the console's protocol and says what a test wants: behind a device, as an emulated board, or behind
 * a simulated serial port.
 */
import { ByteQueue } from '../../src/device/byte-queue.js';
import { FrameParser, encodeFrame, type Frame } from '../../src/device/console-codec.js';
import { EmulatorFault } from '../../src/device/emulator.js';
import type {
  EmulatedCore,
  EmulatedPin,
  EmulatorReport,
  EmulatorSpeed,
  EmulatorState,
  EmulatorStatus,
} from '../../src/device/emulator-types.js';
import type { EmulatedDevice } from '../../src/element/board/emulated-store.js';
import { CAPABILITY, MESSAGE, PAYLOAD, layoutBytes } from '../../src/schema/console.js';

export const BANNER = 'ESP-ROM:esp32s3-20210327\r\n\r\nThe model is ready. Type a text, or /help.\r\n> ';

export const FACTS: Readonly<Record<string, string>> = {
  firmware: '0.1.0',
  chip: 'ESP32-S3 revision 0.2',
  flash_mode: 'QIO 80 MHz',
  sram_bytes: '363008',
  psram_bytes: '8388608',
  psram_mode: 'octal 80 MHz',
  model: 'home-commands',
  parameters: '931200',
  scheme: 'INT8 per channel',
  licence: 'mit',
  cache_in: 'SRAM',
  cache_bytes: '184320',
  scratch_bytes: '45312',
};

export const BENCH: Readonly<Record<string, string>> = {
  sram_read: '1581562594',
  sram_limit: '2560000000',
  psram_read: '82780137',
  psram_limit: '88200000',
  flash_read: '30895901',
  flash_limit: '30900000',
  tokens_per_second: '94.51',
  bound_by_measured_rates: '97.38',
  percent_of_measured_bound: '97.0',
};

/** Each token takes this long by the board's clock. */
export const TOKEN_MICROS = 10_000;

/** What END_REASON calls `eos`, `cancelled`. */
const EOS = 1;
const CANCELLED = 5;

export class FakeFirmware {
  facts: Readonly<Record<string, string>> = FACTS;
  capabilities = CAPABILITY.model | CAPABILITY.tokenizer | CAPABILITY.chat | CAPABILITY.turns;
  /** The tokens of the next answers. */
  answer: readonly string[] = ['{"do":', '"on"', '}'];
  /** Says nothing to programs, as other firmware does. */
  foreign = false;
  /** Tokens after which it waits until {@link proceed} or a cancel. */
  holdAfter = Infinity;
  /** A measurement never ends by itself. */
  holdBench = false;
  readonly prompts: string[] = [];
  /** First bytes of the requests to generate: their modes. */
  readonly modes: number[] = [];
  readonly lines: string[] = [];
  resets = 0;
  cancels = 0;
  private readonly send: (bytes: Uint8Array) => void;
  private number = 0;
  private prompt = '';
  private line = '';
  private generating: { readonly request: number; made: number } | null = null;
  private readonly parser = new FrameParser({
    onText: (bytes) => this.typed(new TextDecoder().decode(bytes)),
    onFrame: (frame) => this.answerTo(frame),
  });

  constructor(send: (bytes: Uint8Array) => void) {
    this.send = send;
  }

  receive(bytes: Uint8Array): void {
    this.parser.push(bytes);
  }

  say(text: string): void {
    this.send(new TextEncoder().encode(text));
  }

  /** Restarts, as after the reset button. */
  boot(): void {
    this.resets++;
    this.generating = null;
    this.number = 0;
    this.say(BANNER);
  }

  /** Goes on after {@link holdAfter}. */
  proceed(): void {
    this.holdAfter = Infinity;
    this.generate();
  }

  private typed(text: string): void {
    this.line += text;
    if (!this.line.endsWith('\r')) return;
    this.lines.push(this.line.slice(0, -1));
    this.say(`${this.line.slice(0, -1)}\r\nunderstood\r\n> `);
    this.line = '';
  }

  private answerTo({ type, request, payload }: Frame): void {
    if (this.foreign) return;
    switch (type) {
      case MESSAGE.hello:
        this.reply(MESSAGE.welcome, request, this.welcome());
        break;
      case MESSAGE.info:
        this.list(request, this.facts);
        break;
      case MESSAGE.bench:
        if (!this.holdBench) this.list(request, BENCH);
        break;
      case MESSAGE.stats:
        this.list(request, {});
        break;
      case MESSAGE.prompt:
        this.prompt = new TextDecoder().decode(payload.subarray(8));
        this.reply(MESSAGE.ok, request);
        break;
      case MESSAGE.generate:
        this.prompts.push(this.prompt);
        this.modes.push(payload[0] ?? 0);
        this.generating = { request, made: 0 };
        this.reply(MESSAGE.started, request, new Uint8Array(20));
        this.generate();
        break;
      case MESSAGE.cancel:
        this.cancels++;
        this.reply(MESSAGE.ok, request, Uint8Array.of(1));
        this.finish(CANCELLED);
        break;
      default:
        this.reply(MESSAGE.ok, request);
    }
  }

  private generate(): void {
    const { generating } = this;
    if (generating === null) return;
    while (generating.made < this.answer.length) {
      if (generating.made >= this.holdAfter) return;
      const text = new TextEncoder().encode(this.answer[generating.made]);
      const payload = new Uint8Array(8 + text.length);
      new DataView(payload.buffer).setUint32(0, 100 + generating.made, true);
      new DataView(payload.buffer).setUint32(4, TOKEN_MICROS, true);
      payload.set(text, 8);
      this.reply(MESSAGE.token, generating.request, payload);
      generating.made++;
    }
    this.finish(EOS);
  }

  private finish(reason: number): void {
    const { generating } = this;
    if (generating === null) return;
    this.generating = null;
    const end = new Uint8Array(36);
    end[0] = reason;
    new DataView(end.buffer).setUint32(8, generating.made, true);
    this.reply(MESSAGE.finished, generating.request, end);
  }

  private welcome(): Uint8Array {
    const bytes = new Uint8Array(33);
    const at = new DataView(bytes.buffer);
    at.setUint8(0, 1);
    [this.capabilities, this.resets + 1, 1024, 256, 4096, 256].forEach((value, i) =>
      at.setUint32(4 + 4 * i, value, true),
    );
    bytes.set(new TextEncoder().encode('0.1.0'), 28);
    return bytes;
  }

  /** One page of facts, the last. */
  private list(request: number, facts: Readonly<Record<string, string>>): void {
    const lines = Object.entries(facts).map(([name, value]) => `${name}=${value}\n`);
    const text = new TextEncoder().encode(lines.join(''));
    const payload = new Uint8Array(layoutBytes(PAYLOAD.facts) + text.length);
    payload[2] = 1;
    payload.set(text, layoutBytes(PAYLOAD.facts));
    this.reply(MESSAGE.facts, request, payload);
  }

  private reply(type: number, request: number, payload: Uint8Array = new Uint8Array()): void {
    this.send(encodeFrame({ type, number: this.number++ & 0xff, request, payload }));
  }
}

const CORE: EmulatedCore = {
  state: 'running',
  pc: 0x4037_8123,
  registers: Array.from({ length: 16 }, (_, register) => register),
  instructions: 12_300_000,
  cycles: 20_000_000,
  backtrace: [{ pc: 0x4037_8123, sp: 0x3fcf_0000, name: 'app_main+0x12' }],
};

const STATUS: EmulatorStatus = {
  seconds: 0.487,
  instructions: 56_400_000,
  cycles: [88_120_343, 84_674_815],
  state: 'running',
  rate: 0.95,
};

export const REPORT: EmulatorReport = {
  cause: 'Core 0 read address 0x00000000, where no memory is.',
  text: 'core 0 pc 0x40378123 app_main+0x12\na0 00000000 a1 3fcf0000',
  core: 0,
  seconds: 0.5,
  cores: [CORE, CORE],
  trace: [],
  warnings: [],
};

/** An emulated board without an emulator. */
export class FakeEmulator implements EmulatedDevice {
  readonly name = 'Emulated ESP32-S3';
  readonly output = new ByteQueue();
  readonly firmware = new FakeFirmware((bytes) => this.output.push(bytes));
  readonly closed: Promise<void>;
  readonly calls: string[] = [];
  status: (status: EmulatorStatus) => void = () => undefined;
  private done: () => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => (this.done = resolve));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.firmware.receive(bytes);
  }

  async reset(): Promise<void> {
    this.calls.push('reset');
    this.firmware.boot();
  }

  async close(): Promise<void> {
    this.output.end();
    this.done();
  }

  async pause(): Promise<void> {
    this.calls.push('pause');
    this.status({ ...STATUS, state: 'paused', rate: 0 });
  }

  async resume(): Promise<void> {
    this.calls.push('resume');
    this.status(STATUS);
  }

  async setSpeed(speed: EmulatorSpeed): Promise<void> {
    this.calls.push(`speed ${speed}`);
  }

  async step(core: 0 | 1): Promise<EmulatorState> {
    this.calls.push(`step ${core}`);
    return this.state();
  }

  async state(): Promise<EmulatorState> {
    return {
      status: { ...STATUS, state: 'paused', rate: 0 },
      cores: [CORE, { ...CORE, state: 'waiting' }],
      warnings: ['Core 1 wrote to flash.'],
      statistics: {},
    };
  }

  async readMemory(address: number, length: number): Promise<Uint8Array> {
    return Uint8Array.from({ length }, (_, i) => (address + i) & 0xff);
  }

  async pins(): Promise<readonly EmulatedPin[]> {
    return [];
  }

  async holdPin(pin: number, level: boolean | null): Promise<void> {
    this.calls.push(`hold ${pin} ${level}`);
  }

  async setTemperature(celsius: number): Promise<void> {
    this.calls.push(`warm ${celsius}`);
  }

  /** The chip stops. */
  fault(): void {
    this.output.fail(new EmulatorFault(REPORT));
  }
}

/** Powers the emulated board up, as the element's seam wants it. */
export function startFake(
  emulator: FakeEmulator,
): (
  image: Uint8Array,
  options: unknown,
  watch: { readonly onStatus?: ((status: EmulatorStatus) => void) | undefined },
) => Promise<EmulatedDevice> {
  return async (_image, _options, watch) => {
    emulator.status = (status) => watch.onStatus?.(status);
    emulator.status(STATUS);
    emulator.firmware.boot();
    return emulator;
  };
}
