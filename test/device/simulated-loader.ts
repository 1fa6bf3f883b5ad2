/**
 * A board as a host with a serial port sees it: reset lines that decide what it starts, the loader of its mask ROM, and
 * the stub that a host loads into its RAM. Sources: Espressif's description of the serial protocol (esptool documentation),
 * and espressif/esp-flasher-stub for what the stub answers to what; that PyPI's esptool works with it is shown by
 * `test/device/esptool-against-simulation.mjs`.
 */
import { md5Of, toHex } from '../../src/image/digest.js';
import { SlipDecoder, encodeSlip } from '../../src/device/serial-slip.js';
import type { Connection } from '../../src/device/serial-types.js';
import { SIMULATED_ESP32S3, type SimulatedChip } from './simulated-chips.js';
import { FlashRange, SECTOR, SimulatedFlash } from './simulated-flash.js';
import { SimulatedLines } from './simulated-lines.js';
import { SimulatedRegisters } from './simulated-registers.js';
import { InflateError, SimulatedWriting } from './simulated-writing.js';

/** Commands by number. */
export const OP = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeReg: 0x09,
  readReg: 0x0a,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  changeBaud: 0x0f,
  deflBegin: 0x10,
  deflData: 0x11,
  deflEnd: 0x12,
  md5: 0x13,
  securityInfo: 0x14,
  eraseFlash: 0xd0,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
} as const;

/** What the stub answers when it refuses. */
const STUB_ERROR = {
  length: 0xc0,
  checksum: 0xc1,
  command: 0xc3,
  spi: 0xc4,
  notInFlashMode: 0xc6,
  inflate: 0xc7,
  tooMuch: 0xc9,
} as const;

/** What the mask ROM answers to a command that it does not know or, locked, does not do. */
const ROM_UNKNOWN = 0x05;
const ROM_CHECKSUM = 0x07;
const ROM_FAILED = 0x06;

/** EN rises through a resistor and a capacitor; GPIO0 is read when it is high. */
const EN_RISE_MS = 5;

/** From reset to the program's first words: a chip with its own USB is back on the bus by then. */
const PROGRAM_MS = 30;

export interface Faults {
  /** May change an answer on its way, or lose it (`null`). `nth` counts from 0 per command. */
  answer?(op: number, nth: number, bytes: Uint8Array): Uint8Array | null;
  /** May lose a request, or unplug the board when it arrives. */
  request?(op: number, nth: number): 'lose' | 'unplug' | undefined;
}

export interface BoardOptions {
  /** An ESP32-S3 when not given. */
  readonly chip?: SimulatedChip;
  readonly connection?: Connection;
  readonly flashBytes?: number;
  readonly flashIdentity?: number;
  /** Of another kind than `chip`. */
  readonly chipId?: number | null;
  readonly chipMagic?: number;
  readonly secureDownload?: boolean;
  /** Register values, eFuses among them, by address. */
  readonly registers?: Readonly<Record<number, number>>;
  readonly mac?: readonly number[];
  /** What the program says when it starts. */
  readonly banner?: string;
  /** The board's own highest rate: above it, it does not understand. */
  readonly maxBaud?: number;
  /** How long EN takes to rise, {@link EN_RISE_MS} when not given. */
  readonly enRiseMilliseconds?: number;
  /** Whether RTS and DTR reach the chip. */
  readonly linesWired?: boolean;
}

/** What the chip is doing. */
export type Mode = 'reset' | 'run' | 'rom' | 'stub';

export class SimulatedBoard {
  readonly flash: SimulatedFlash;
  readonly registers: SimulatedRegisters;
  readonly chip: SimulatedChip;
  readonly connection: Connection;
  mode: Mode = 'run';
  /** The BOOT button. */
  bootHeld = false;
  baud = 115_200;
  faults: Faults = {};
  /** Commands as they arrived. */
  readonly seen: number[] = [];
  /** Every state of the lines, as `dtr rts`. */
  readonly lineLog: string[] = [];
  /** RAM as it was written by the last upload. */
  ram: { address: number; bytes: Uint8Array }[] = [];
  stubStarts = 0;
  resets = 0;
  /** To the host, and the rate at which. */
  onSend: (bytes: Uint8Array) => void = () => undefined;
  onUnplug: () => void = () => undefined;
  /** The chip left reset: its own USB unit leaves the bus for a while. */
  onRestart: () => void = () => undefined;
  /** What the program does with what it is told. */
  onInput: (bytes: Uint8Array) => void = () => undefined;

  private readonly decoder = new SlipDecoder();
  private readonly lines: SimulatedLines;
  private writing: SimulatedWriting | null = null;
  private upload: { address: number; bytes: Uint8Array; filled: number } | null = null;
  /** An error of the stub's work after its last answer: the next command is answered with it. */
  private owed: number | null = null;
  private reading: {
    offset: number;
    left: number;
    packet: number;
    sent: Uint8Array[];
    total: number;
  } | null = null;
  private readonly counts = new Map<number, number>();

  constructor(readonly options: BoardOptions = {}) {
    this.connection = options.connection ?? 'uart-bridge';
    const chip = (this.chip = options.chip ?? SIMULATED_ESP32S3);
    this.flash = new SimulatedFlash(options.flashBytes ?? 8 * 1024 * 1024, options.flashIdentity);
    const mac = options.mac ?? [0x34, 0x85, 0x18, 0x01, 0x02, 0x03];
    const at = (index: number): number => mac[index] ?? 0;
    this.registers = new SimulatedRegisters(
      this.flash,
      {
        [chip.mac.low]: ((at(2) << 24) | (at(3) << 16) | (at(4) << 8) | at(5)) >>> 0,
        [chip.mac.high]: (at(0) << 8) | at(1),
        ...chip.registers,
        ...options.registers,
      },
      options.chipMagic ?? chip.magic,
      chip.spi,
    );
    this.registers.onWatchdog = () => setTimeout(() => this.boot(this.bootHeld), 15);
    this.registers.setStrap(false);
    this.lines = new SimulatedLines({
      wiring:
        options.linesWired === false
          ? 'none'
          : this.connection === 'usb-serial-jtag'
            ? 'usb-unit'
            : 'transistors',
      enRiseMilliseconds: options.enRiseMilliseconds ?? EN_RISE_MS,
      hold: () => (this.mode = 'reset'),
      start: (loader, looks) => this.boot(loader || (looks && this.bootHeld), looks),
    });
  }

  /** RESET or power. */
  powerOn(): void {
    this.baud = 115_200;
    this.boot(this.bootHeld);
  }

  /** Both lines at once, `true` for asserted. */
  setLines(dtr: boolean, rts: boolean): void {
    if (this.lines.set(dtr, rts)) this.lineLog.push(`${dtr ? 1 : 0}${rts ? 1 : 0}`);
  }

  private boot(loader: boolean, looks = true): void {
    this.resets += 1;
    this.mode = loader ? 'rom' : 'run';
    if (looks) {
      this.lines.strapped = loader;
      this.registers.setStrap(loader);
    }
    this.writing = null;
    this.upload = null;
    this.owed = null;
    this.reading = null;
    this.ram = [];
    this.baud = 115_200;
    this.decoder.reset();
    this.onRestart();
    const rom = this.chip.says;
    if (loader) this.say(`${rom}0x0 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n`);
    else if (this.flash.bytes[this.chip.imageOffset] === 0xe9) {
      this.say(`${rom}0x8 (SPI_FAST_FLASH_BOOT)\r\n`);
      const boot = this.resets;
      setTimeout(() => {
        if (this.mode === 'run' && this.resets === boot) this.say(this.options.banner ?? 'ready\r\n');
      }, PROGRAM_MS);
    } else this.say(`${rom}0x8 (SPI_FAST_FLASH_BOOT)\r\ninvalid header: 0xffffffff\r\n`);
  }

  /** What the board says outside of messages. */
  say(text: string): void {
    this.onSend(new TextEncoder().encode(text));
  }

  /** From the host, at its rate. */
  receive(bytes: Uint8Array, baud = this.baud): void {
    if (
      this.connection === 'uart-bridge' &&
      (baud !== this.baud || baud > (this.options.maxBaud ?? Infinity))
    )
      return;
    if (this.mode === 'run') this.onInput(bytes);
    if (this.mode !== 'rom' && this.mode !== 'stub') return;
    for (const frame of this.decoder.push(bytes)) this.handle(frame);
  }

  private handle(frame: Uint8Array): void {
    if (this.reading !== null) {
      this.continueReading(frame);
      return;
    }
    if (frame.length < 8 || frame[0] !== 0) return;
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const op = view.getUint8(1);
    const nth = this.counts.get(op) ?? 0;
    this.counts.set(op, nth + 1);
    this.seen.push(op);
    const fate = this.faults.request?.(op, nth);
    if (fate === 'unplug') this.onUnplug();
    if (fate !== undefined) return;
    const data = frame.subarray(8);
    if (view.getUint16(2, true) !== data.length) {
      this.refuse(op, nth, STUB_ERROR.length, ROM_UNKNOWN);
      return;
    }
    if (this.owed !== null && this.mode === 'stub') {
      this.refuse(op, nth, this.owed, ROM_FAILED);
      this.owed = null;
      return;
    }
    if (this.options.secureDownload === true && !SECURE_OPS.has(op)) {
      this.unknown(op, nth);
      return;
    }
    try {
      this.perform(op, nth, data, view.getUint32(4, true));
    } catch (error) {
      if (error instanceof Refusal) this.refuse(op, nth, error.stub, error.rom);
      else if (error instanceof FlashRange) this.refuse(op, nth, STUB_ERROR.spi, ROM_FAILED);
      else throw error;
    }
  }

  private perform(op: number, nth: number, data: Uint8Array, checksum: number): void {
    const stub = this.mode === 'stub';
    const word = (index: number): number => {
      if (data.length < 4 * index + 4) throw new Refusal(STUB_ERROR.length, ROM_UNKNOWN);
      return new DataView(data.buffer, data.byteOffset).getUint32(4 * index, true);
    };
    switch (op) {
      case OP.sync:
        expectLength(data, 36);
        // The ROM's value is not zero; the stub's is, and that is how hosts tell them apart.
        for (let i = 0; i < 7; i += 1) this.answer(op, nth, stub ? 0 : 0x2012_0707);
        return this.answer(op, nth, stub ? 0 : 0x2012_0707);
      case OP.readReg:
        expectLength(data, 4);
        return this.answer(op, nth, this.registers.read(word(0)));
      case OP.writeReg:
        for (let at = 0; at < data.length / 4; at += 4) {
          const mask = word(at + 2);
          const kept = this.registers.read(word(at)) & ~mask;
          this.registers.write(word(at), ((word(at + 1) & mask) | kept) >>> 0);
        }
        return this.answer(op, nth);
      case OP.securityInfo:
        if (this.chipId === null) return this.unknown(op, nth);
        return this.answer(op, nth, 0, this.securityInfo());
      case OP.memBegin:
        return this.memBegin(nth, word(0), word(3));
      case OP.memData:
        return this.memData(nth, payload(data, checksum));
      case OP.memEnd:
        return this.memEnd(nth, word(0), word(1));
      case OP.spiAttach:
        expectLength(data, stub ? 4 : 8);
        return this.answer(op, nth);
      case OP.spiSetParams:
        expectLength(data, 24);
        return this.answer(op, nth);
      case OP.changeBaud:
        expectLength(data, 8);
        this.answer(op, nth);
        this.baud = word(0);
        return;
      case OP.flashBegin:
      case OP.deflBegin:
        if (!stub) expectLength(data, 20);
        return this.begin(op, nth, word(0), word(3));
      case OP.flashData:
      case OP.deflData:
        return this.data(op, nth, payload(data, checksum), word(1));
      case OP.flashEnd:
      case OP.deflEnd:
        return this.end(op, nth, word(0));
      case OP.md5: {
        const digest = md5Of(this.flash.read(word(0), word(1)));
        return this.answer(op, nth, 0, stub ? digest : new TextEncoder().encode(toHex(digest)));
      }
      default:
        return stub ? this.stubOnly(op, nth, word) : this.unknown(op, nth);
    }
  }

  private stubOnly(op: number, nth: number, word: (index: number) => number): void {
    switch (op) {
      case OP.eraseFlash:
        this.flash.erase(0, this.flash.size);
        return this.answer(op, nth);
      case OP.eraseRegion:
        if (word(0) % SECTOR !== 0 || word(1) % SECTOR !== 0)
          throw new Refusal(STUB_ERROR.length, ROM_UNKNOWN);
        this.flash.erase(word(0), word(1));
        return this.answer(op, nth);
      case OP.readFlash: {
        const [offset, total, packet] = [word(0), word(1), word(2)];
        if (packet > SECTOR) throw new Refusal(STUB_ERROR.length, ROM_UNKNOWN);
        this.flash.read(offset, total);
        this.answer(op, nth);
        this.reading = { offset, left: total, packet, sent: [], total };
        return this.sendPacket();
      }
      default:
        return this.refuse(op, nth, STUB_ERROR.command, ROM_UNKNOWN);
    }
  }

  /** One packet is under way at a time; the host acknowledges with the bytes that it has. */
  private sendPacket(): void {
    const { reading } = this;
    if (reading === null) return;
    const piece = this.flash.read(reading.offset, Math.min(reading.left, reading.packet));
    reading.sent.push(piece);
    reading.offset += piece.length;
    reading.left -= piece.length;
    this.onSend(encodeSlip(piece));
  }

  private continueReading(frame: Uint8Array): void {
    const { reading } = this;
    if (reading === null) return;
    if (frame.length !== 4) {
      this.reading = null;
      return;
    }
    if (reading.left > 0) {
      this.sendPacket();
      return;
    }
    const whole = new Uint8Array(reading.total);
    let at = 0;
    for (const piece of reading.sent) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.reading = null;
    this.onSend(encodeSlip(md5Of(whole)));
  }

  private memBegin(nth: number, size: number, address: number): void {
    if (!this.chip.ram.some(([begin, end]) => address >= begin && address + size <= end))
      throw new Refusal(STUB_ERROR.length, ROM_FAILED);
    this.upload = { address, bytes: new Uint8Array(size), filled: 0 };
    this.ram.push({ address, bytes: this.upload.bytes });
    this.answer(OP.memBegin, nth);
  }

  private memData(nth: number, bytes: Uint8Array): void {
    const { upload } = this;
    if (upload === null) throw new Refusal(STUB_ERROR.notInFlashMode, ROM_FAILED);
    if (upload.filled + bytes.length > upload.bytes.length) throw new Refusal(STUB_ERROR.tooMuch, ROM_FAILED);
    upload.bytes.set(bytes, upload.filled);
    upload.filled += bytes.length;
    this.answer(OP.memData, nth);
  }

  private memEnd(nth: number, stay: number, entry: number): void {
    const whole = this.upload !== null && this.upload.filled === this.upload.bytes.length;
    this.upload = null;
    this.answer(OP.memEnd, nth);
    if (stay !== 0) return;
    const code = this.ram.find(({ address, bytes }) => entry >= address && entry < address + bytes.length);
    // A chip that jumps somewhere else hangs; so does the ROM when it shall start a stub under secure boot.
    if (!whole || code === undefined || this.mode !== 'rom' || this.secureBoot) {
      this.mode = 'reset';
      return;
    }
    this.mode = 'stub';
    this.stubStarts += 1;
    this.onSend(encodeSlip(new TextEncoder().encode('OHAI')));
  }

  private begin(op: number, nth: number, length: number, offset: number): void {
    this.writing = new SimulatedWriting(this.flash, op === OP.deflBegin, offset, length);
    this.answer(op, nth);
  }

  private data(op: number, nth: number, bytes: Uint8Array, sequence: number): void {
    const { writing } = this;
    if (writing === null || writing.deflated !== (op === OP.deflData))
      throw new Refusal(STUB_ERROR.notInFlashMode, ROM_FAILED);
    if (writing.deflated && writing.remaining === 0 && bytes.length > 4)
      throw new Refusal(STUB_ERROR.tooMuch, ROM_FAILED);
    // The stub answers first and works afterwards; the ROM the other way round.
    if (this.mode === 'stub') this.answer(op, nth);
    try {
      writing.take(bytes, sequence);
    } catch (error) {
      if (!(error instanceof InflateError) && !(error instanceof FlashRange)) throw error;
      const code = error instanceof InflateError ? STUB_ERROR.inflate : STUB_ERROR.spi;
      if (this.mode !== 'stub') throw new Refusal(code, ROM_FAILED);
      this.owed = code;
    }
    if (this.mode === 'rom') this.answer(op, nth);
  }

  private end(op: number, nth: number, stay: number): void {
    const { writing } = this;
    if (this.mode === 'stub') {
      if (writing === null) throw new Refusal(STUB_ERROR.notInFlashMode, ROM_FAILED);
      if (writing.remaining !== 0) throw new Refusal(STUB_ERROR.length, ROM_FAILED);
    }
    this.writing = null;
    this.answer(op, nth);
    if (this.mode === 'rom' && stay === 0) this.boot(false);
  }

  private get chipId(): number | null {
    return this.options.chipId === undefined ? this.chip.chipId : this.options.chipId;
  }

  private get secureBoot(): boolean {
    return (this.registers.read(0x6000_7038) & (1 << 20)) !== 0;
  }

  private securityInfo(): Uint8Array {
    const info = new Uint8Array(20);
    const view = new DataView(info.buffer);
    view.setUint32(0, (this.secureBoot ? 1 : 0) | (this.options.secureDownload === true ? 1 << 2 : 0), true);
    view.setUint32(12, this.chipId ?? 0, true);
    view.setUint32(16, 0, true);
    return info;
  }

  private answer(op: number, nth: number, value = 0, data: Uint8Array = new Uint8Array(0)): void {
    this.respond(op, nth, value, data, 0, 0);
  }

  private refuse(op: number, nth: number, stub: number, rom: number): void {
    if (this.mode === 'stub') this.respond(op, nth, 0, new Uint8Array(0), stub, 0);
    else this.respond(op, nth, 0, new Uint8Array(0), 1, rom);
  }

  /** The ROM does not name the command that it does not know, and says so eight times. */
  private unknown(op: number, nth: number): void {
    for (let i = 0; i < 8; i += 1) this.respond(op, nth, 0, new Uint8Array(0), 1, ROM_UNKNOWN, 0xff);
  }

  private respond(
    op: number,
    nth: number,
    value: number,
    data: Uint8Array,
    status: number,
    reason: number,
    named = op,
  ): void {
    // The ROM has two more bytes of status, which mean nothing.
    const length = data.length + (this.mode === 'stub' ? 2 : 4);
    const frame = new Uint8Array(8 + length);
    const view = new DataView(frame.buffer);
    frame[0] = 1;
    frame[1] = named;
    view.setUint16(2, length, true);
    view.setUint32(4, value, true);
    frame.set(data, 8);
    frame[8 + data.length] = status;
    frame[9 + data.length] = reason;
    const bytes = encodeSlip(frame);
    const sent = this.faults.answer === undefined ? bytes : this.faults.answer(op, nth, bytes);
    if (sent !== null) this.onSend(sent);
  }
}

/** Commands that a locked chip still does. */
const SECURE_OPS = new Set<number>([OP.sync, OP.securityInfo]);

class Refusal extends Error {
  constructor(
    readonly stub: number,
    readonly rom: number,
  ) {
    super(`refused with 0x${stub.toString(16)}`);
  }
}

function expectLength(data: Uint8Array, length: number): void {
  if (data.length !== length) throw new Refusal(STUB_ERROR.length, ROM_UNKNOWN);
}

/** The bytes of a block behind its header, when their length and checksum are as told. */
function payload(data: Uint8Array, checksum: number): Uint8Array {
  if (data.length < 16) throw new Refusal(STUB_ERROR.length, ROM_UNKNOWN);
  const bytes = data.slice(16);
  if (new DataView(data.buffer, data.byteOffset).getUint32(0, true) !== bytes.length)
    throw new Refusal(STUB_ERROR.tooMuch, ROM_UNKNOWN);
  let sum = 0xef;
  for (const byte of bytes) sum ^= byte;
  if (sum !== (checksum & 0xff)) throw new Refusal(STUB_ERROR.checksum, ROM_CHECKSUM);
  return bytes;
}
