/**
 * The chip's loaders, spoken to through esptool-js, which is loaded with this module and only then. From it come the
 * protocol's commands, the program that the loader runs in RAM (the stub) and the knowledge of chips. What it does with
 * ports, timers, retries and whole files is replaced: docs/flashing.md says why for each.
 */
import { ESPError, ESPLoader, Transport, UnexpectedChipIdError, UnexpectedChipMagicError } from 'esptool-js';
import type { Chip } from '../chips/chip.js';
import { deviceFacts, type RegisterBits } from '../chips/device-facts.js';
import { chipNamed } from '../chips/index.js';
import { efuseWords, type ChipRegisters } from './board-detection.js';
import { LineTimeout, type FlashLine } from './flash-line.js';

/** The chip that answers. */
export interface ChipIdentity {
  /** e.g. `ESP32-S3`; `null` for one that esptool-js does not know. */
  readonly name: string | null;
  /** What is known about it, `null` for one that images are not made for. */
  readonly chip: Chip | null;
  /** The loader only takes what its maker signed, and tells nothing. */
  readonly secureDownload: boolean;
  /** The chip only starts what its maker signed; its ROM does not start the stub either. */
  readonly secureBoot: boolean;
}

/** `SPI_SET_PARAMS`, which esptool-js does not have: without it the stub goes by a default capacity. */
const SPI_SET_PARAMS = 0x0b;
const CHANGE_BAUDRATE = 0x0f;

/** Waits, in milliseconds. */
export interface LoaderTiming {
  /** For the acknowledgement of a block: the one before it is erased and written meanwhile, 64 KiB take up to 2 s. */
  readonly block: number;
  /** For the digest of a MiB of flash. */
  readonly digestPerMiB: number;
  /** For any other answer. */
  readonly answer: number;
}

export const LOADER_TIMING: LoaderTiming = { block: 10_000, digestPerMiB: 8_000, answer: 3_000 };

/** Compressed blocks must be at least a tenth smaller to be worth the chip's time: weights hardly compress. */
const WORTH_COMPRESSING = 0.9;

/** The loader did not take or did not answer something: noise, or a chip that restarted. */
export class LoaderError extends Error {
  override readonly name = 'LoaderError';
}

/** What esptool-js calls a transport, over a {@link FlashLine}: the port stays with its session. */
class LineTransport extends Transport {
  constructor(private readonly line: FlashLine) {
    super({ getInfo: () => line.use.identity }, false);
  }

  /** esptool-js also traces when tracing is off, to the console. */
  override trace(): void {}

  /** Opened by the session. */
  override async connect(): Promise<void> {}
  override async disconnect(): Promise<void> {}
  override async readLoop(): Promise<void> {}

  override async write(data: Uint8Array): Promise<void> {
    await this.line.send(data);
  }

  override async read(timeout: number): Promise<Uint8Array> {
    try {
      return await this.line.receive(timeout);
    } catch (error) {
      // What esptool-js knows as "try again"; an unplugged board and a cancel are not that.
      if (error instanceof LineTimeout) throw new ESPError(error.message);
      throw error;
    }
  }

  override flushInput(): void {
    this.line.flush();
  }

  override async drainInput(quiet = 100, limit = 400): Promise<void> {
    await this.line.drain(quiet, limit);
  }

  override inWaiting(): number {
    return 0;
  }

  override peek(): Uint8Array {
    return this.line.tail;
  }
}

/** One connection to the loader of one chip. */
export class ChipLoader {
  private readonly esp: ESPLoader;
  private known: Chip | null = null;

  private constructor(
    private readonly line: FlashLine,
    private readonly timing: LoaderTiming,
    log: (text: string) => void,
  ) {
    const { baudRate } = line.use;
    this.esp = new ESPLoader({
      transport: new LineTransport(line),
      baudrate: baudRate,
      romBaudrate: baudRate,
      terminal: { clean: () => undefined, writeLine: log, write: log },
    });
    // A block whose acknowledgement was lost would be written a second time, behind itself. The segment is repeated instead.
    this.esp.WRITE_BLOCK_ATTEMPTS = 1;
    this.esp.DEFAULT_TIMEOUT = timing.answer;
    this.esp.MD5_TIMEOUT_PER_MB = timing.digestPerMiB;
  }

  /**
   * Speaks to a chip that should be in its loader, and asks which it is. Nothing is reset.
   * @throws LoaderError when nothing answers
   */
  static async connect(
    line: FlashLine,
    timing: LoaderTiming = LOADER_TIMING,
    log: (text: string) => void = () => undefined,
  ): Promise<{ loader: ChipLoader; identity: ChipIdentity }> {
    const loader = new ChipLoader(line, timing, log);
    return { loader, identity: await loader.identify() };
  }

  private async identify(): Promise<ChipIdentity> {
    try {
      await this.attempt(() => this.esp.connect('no_reset', 1));
    } catch (error) {
      const { cause } = error as Error;
      if (cause instanceof UnexpectedChipIdError || cause instanceof UnexpectedChipMagicError)
        return { name: null, chip: null, secureDownload: false, secureBoot: false };
      throw error;
    }
    const name = this.esp.chip.CHIP_NAME;
    const chip = chipNamed(name);
    this.known = chip;
    const secureBoot =
      chip !== null &&
      deviceFacts(chip).loader.tellsSecurity &&
      (await this.attempt(() => this.esp.getSecurityInfo())).parsedFlags.SECURE_BOOT_EN === true;
    return { name, chip, secureDownload: this.esp.secureDownloadMode, secureBoot };
  }

  /** The chip that was identified. */
  private get chip(): Chip {
    if (this.known === null) throw new Error('not identified');
    return this.known;
  }

  /**
   * Loads the stub into the chip's RAM and starts it. The flash is not touched.
   * @throws LoaderError
   */
  async startStub(): Promise<void> {
    await this.attempt(async () => {
      // Only a chip that resets through its own USB unit keeps the watchdogs that its program had started.
      if (this.line.use.connection === 'usb-serial-jtag') await this.stopWatchdogs();
      await this.esp.chip.postConnect?.(this.esp);
      await this.esp.runStub();
    });
    if (!this.esp.IS_STUB) throw new LoaderError('The loader program did not start.');
  }

  /** What tells about the board. Needs the stub. */
  async readBoard(): Promise<ChipRegisters> {
    return this.attempt(async () => {
      const { chip } = this;
      const efuse = new Map<number, number>();
      for (const address of efuseWords(chip)) efuse.set(address, await this.read(address));
      return { chip, efuse, flashId: (await this.esp.readFlashId()) & 0xff_ffff };
    });
  }

  /** Tells the stub the capacity of the flash. */
  async setFlashBytes(bytes: number): Promise<void> {
    const parameters = new Uint8Array(24);
    const view = new DataView(parameters.buffer);
    // Identity (0: the one it has), capacity, block, sector, page, mask of the status register.
    [0, bytes, 64 * 1024, 4096, 256, 0xffff].forEach((value, index) =>
      view.setUint32(4 * index, value, true),
    );
    await this.attempt(() => this.esp.checkCommand('set flash parameters', SPI_SET_PARAMS, parameters));
  }

  /**
   * Speaks faster from now on. When the chip does not follow, the line is back at the old rate and the loader must be
   * entered anew.
   * @returns whether the chip answers at the new rate
   */
  async changeBaud(baudRate: number): Promise<boolean> {
    const { use } = this.line;
    const before = use.baudRate;
    const request = new Uint8Array(8);
    const view = new DataView(request.buffer);
    view.setUint32(0, baudRate, true);
    view.setUint32(4, before, true);
    await this.attempt(() => this.esp.command(CHANGE_BAUDRATE, request));
    await use.reopen(baudRate);
    await this.line.drain(50, 200);
    for (let tries = 0; tries < 2; tries += 1) {
      try {
        await this.attempt(() => this.esp.readReg(this.esp.CHIP_DETECT_MAGIC_REG_ADDR, 500));
        return true;
      } catch (error) {
        if (!(error instanceof LoaderError)) throw error;
      }
    }
    await use.reopen(before);
    return false;
  }

  /** MD5 of a piece of flash, 32 hexadecimal digits in lower case. */
  async digest(offset: number, length: number): Promise<string> {
    return this.attempt(() => this.esp.flashMd5sum(offset, length));
  }

  /**
   * Erases and writes one piece of flash.
   * @param offset a multiple of the 4 KiB sector
   * @param onBytes called with the bytes of `bytes` that each acknowledged block stands for
   */
  async write(
    offset: number,
    bytes: Uint8Array,
    onBytes: (count: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const packed = await deflate(bytes);
    const compressed = packed !== null && packed.length <= bytes.length * WORTH_COMPRESSING;
    const sent = compressed ? packed : bytes;
    await this.attempt(async () => {
      if (compressed) await this.esp.flashDeflBegin(bytes.length, sent.length, offset);
      else await this.esp.flashBegin(bytes.length, offset);
      const block = this.esp.FLASH_WRITE_SIZE;
      let told = 0;
      for (let at = 0; at < sent.length; at += block) {
        signal?.throwIfAborted();
        const piece = sent.subarray(at, at + block);
        if (compressed) await this.esp.flashDeflBlock(piece, at / block, this.timing.block);
        else await this.esp.flashBlock(padded(piece, block), at / block, this.timing.block);
        const done = Math.floor((bytes.length * Math.min(sent.length, at + block)) / sent.length);
        onBytes(done - told);
        told = done;
      }
      if (compressed) await this.esp.flashDeflFinish(false, this.timing.block);
      else await this.esp.flashFinish(false, this.timing.block);
    });
  }

  /**
   * Prepares the restart into the program.
   * @returns whether the chip restarts by itself; otherwise the control lines must do it
   */
  async prepareRestart(): Promise<boolean> {
    return this.attempt(async () => {
      const { forceLoader, usb } = deviceFacts(this.chip).loader;
      if (forceLoader !== null) await this.esp.writeReg(forceLoader.address, 0, forceLoader.mask);
      if (this.line.use.connection === 'uart-bridge' || usb === null) return false;
      const { strap, watchdog } = usb.restart;
      if (await this.isSet(strap)) return false;
      // BOOT was held when the chip last looked, and a reset through its USB unit does not look again; the watchdog's does.
      await this.esp.writeReg(watchdog.protect, watchdog.key);
      await this.esp.writeReg(watchdog.timeout, watchdog.ticks);
      await this.esp.writeReg(watchdog.config, watchdog.reset);
      return true;
    });
  }

  private async stopWatchdogs(): Promise<void> {
    const { usb } = deviceFacts(this.chip).loader;
    if (usb === null) return;
    const { watchdog, superWatchdog } = usb.restart;
    await this.esp.writeReg(watchdog.protect, watchdog.key);
    await this.esp.writeReg(watchdog.config, 0);
    await this.esp.writeReg(watchdog.protect, 0);
    await this.esp.writeReg(superWatchdog.protect, superWatchdog.key);
    const config = await this.read(superWatchdog.config);
    await this.esp.writeReg(superWatchdog.config, (config | superWatchdog.autoFeed) >>> 0);
    await this.esp.writeReg(superWatchdog.protect, 0);
  }

  private async isSet({ address, mask }: RegisterBits): Promise<boolean> {
    return ((await this.read(address)) & mask) !== 0;
  }

  private async read(address: number): Promise<number> {
    return (await this.esp.readReg(address)) >>> 0;
  }

  /** What the line says of the port or of a cancel counts more than what esptool-js makes of it. */
  private async attempt<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (this.line.failed !== null) throw this.line.failed;
      if (error instanceof ESPError) throw new LoaderError(error.message, { cause: error });
      throw error;
    }
  }
}

/** Blocks are sent whole, as every tool does; the stub stops at the length that it was told. */
function padded(piece: Uint8Array, length: number): Uint8Array {
  if (piece.length === length) return piece;
  const whole = new Uint8Array(length).fill(0xff);
  whole.set(piece);
  return whole;
}

/** In zlib's format (RFC 1950), off the page's thread where the browser does so; `null` where it cannot. */
async function deflate(bytes: Uint8Array): Promise<Uint8Array | null> {
  if (typeof CompressionStream === 'undefined') return null;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
