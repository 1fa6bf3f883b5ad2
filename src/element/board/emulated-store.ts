/** Owns the emulated board: its conversation, its time, and what is looked at inside. Knows no DOM. */
import type { Chip } from '../../chips/chip.js';
import { DEFAULT_CHIP } from '../../chips/index.js';
import type { Device } from '../../device/device.js';
import type { EmulatorDevice, EmulatorWatch } from '../../device/emulator.js';
import type {
  EmulatedPin,
  EmulatorOptions,
  EmulatorSpeed,
  EmulatorState,
  EmulatorStatus,
} from '../../device/emulator-types.js';
import { BoardStore, type BoardStoreOptions } from './board-store.js';
import { memoryMap, type MemorySpan } from './memory-map.js';
import { PAGE_BYTES, pageAt, regionsOf, windowsOf, type Region, type RegionName } from './memory-regions.js';
import type { RunnableImage } from './runnable-image.js';

/** What an emulated board can do besides talking. */
export type EmulatedDevice = Device &
  Pick<
    EmulatorDevice,
    'pause' | 'resume' | 'setSpeed' | 'step' | 'state' | 'readMemory' | 'pins' | 'holdPin' | 'setTemperature'
  >;

/** A page of the board's memory. */
export interface MemoryPage {
  readonly address: number;
  /** `null` where nothing answers. */
  readonly bytes: Uint8Array | null;
}

export interface EmulatedState {
  readonly status: EmulatorStatus | null;
  readonly speed: EmulatorSpeed;
  /** Time is stopped because nobody asked for anything. */
  readonly resting: boolean;
  /** Where the cores stand, while time is stopped. */
  readonly at: EmulatorState | null;
  /** The memories of the board, `null` before it was started. */
  readonly regions: ReadonlyMap<RegionName, Region> | null;
  readonly region: RegionName;
  /** `null` before it was looked at. */
  readonly page: MemoryPage | null;
  /** What lies where by the plan; empty before the board told how much memory it has. */
  readonly map: readonly MemorySpan[];
}

export interface EmulatedStoreOptions extends BoardStoreOptions {
  /** The image of the current result. */
  readonly image: () => Promise<RunnableImage>;
  /** The names in its firmware. */
  readonly symbols: (chip: Chip, signal: AbortSignal) => Promise<Uint8Array | undefined>;
  /** Powers a chip up. */
  readonly start: (
    image: Uint8Array,
    options: EmulatorOptions,
    watch: EmulatorWatch,
    signal: AbortSignal,
  ) => Promise<EmulatedDevice>;
  /** Called after every change of what is particular to an emulated board. */
  readonly onEmulated: () => void;
}

const AT_REST: EmulatedState = {
  status: null,
  speed: 'flat',
  resting: false,
  at: null,
  regions: null,
  region: 'sram',
  page: null,
  map: [],
};

/**
 * Milliseconds without anything to do after which time is stopped: a chip that only waits for input would keep a core of
 * this computer busy. It goes on with the next request.
 */
const REST_AFTER = 20_000;

/** No message is lost on the way to an emulated board, and its time may be stopped for long: requests wait. */
const TIMEOUT = 120_000;

/**
 * A measurement goes on for as long as its board is given time, which may be slow, or stopped over lunch: the longest that a
 * timer can wait. Whoever does not want to wait stops it.
 */
const BENCH_TIMEOUT = 2 ** 31 - 1;

export class EmulatedStore {
  /** The conversation. */
  readonly board: BoardStore;
  readonly #options: EmulatedStoreOptions;
  #state = AT_REST;
  #device: EmulatedDevice | null = null;
  #image: RunnableImage | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EmulatedStoreOptions) {
    this.#options = options;
    this.board = new BoardStore({
      ...options,
      patience: TIMEOUT,
      timeout: TIMEOUT,
      benchTimeout: BENCH_TIMEOUT,
      beforeUse: () => this.#wake(),
      onChange: (now, before) => {
        if (now.link !== before.link) this.#restLater();
        if (now.link.kind === 'ready' && before.link.kind !== 'ready') this.#map(now.link.facts);
        if (now.link.kind === 'lost' && before.link.kind !== 'lost') void this.#inspect();
        options.onChange(now, before);
      },
    });
  }

  get state(): EmulatedState {
    return this.#state;
  }

  /** Boots the image of the current result. */
  async start(): Promise<void> {
    this.#commit({ ...AT_REST, speed: this.#state.speed });
    await this.board.open(async (signal, stage) => {
      stage('image');
      const image = await this.#options.image();
      const { chip = DEFAULT_CHIP, flashBytes, psramKind, psramBytes } = image.board;
      const symbols = await this.#options.symbols(chip, signal);
      signal.throwIfAborted();
      stage('emulator');
      const options: EmulatorOptions = {
        board: { chip, flashBytes, psramKind, psramBytes },
        timing: true,
        speed: this.#state.speed,
        symbols,
      };
      const watch: EmulatorWatch = {
        onStatus: (status) => {
          if (!signal.aborted) this.#commit({ status });
        },
      };
      const device = await this.#options.start(image.bytes, options, watch, signal);
      if (signal.aborted) {
        // Powered off while it came up; by now another one may be there.
        await device.close();
        signal.throwIfAborted();
      }
      this.#device = device;
      this.#image = image;
      this.#commit({ regions: regionsOf(image.board, image.partitionBytes) });
      return device;
    });
  }

  /** Powers the board off; what was said stays. */
  async stop(): Promise<void> {
    clearTimeout(this.#rest);
    this.#device = null;
    await this.board.close();
    this.#commit({ ...AT_REST, speed: this.#state.speed });
  }

  async setSpeed(speed: EmulatorSpeed): Promise<void> {
    this.#commit({ speed });
    await this.#attempt((device) => device.setSpeed(speed));
  }

  /** Stops time, and looks where everything is. */
  async pause(): Promise<void> {
    clearTimeout(this.#rest);
    this.#commit({ resting: false });
    await this.#attempt((device) => device.pause());
    await this.#inspect();
  }

  resume(): void {
    this.#wake();
  }

  /** One instruction of a core, while time is stopped. */
  async step(core: 0 | 1): Promise<void> {
    await this.#attempt(async (device) => {
      const at = await device.step(core);
      this.#commit({ at, status: at.status });
    });
    await this.#refresh();
  }

  /** The reset button. */
  async restart(): Promise<void> {
    this.#commit({ at: null, resting: false });
    await this.board.restart();
  }

  /** Looks at a memory, from its beginning. */
  async lookAt(region: RegionName): Promise<void> {
    const found = this.#state.regions?.get(region);
    if (found === undefined) return;
    this.#commit({ region, page: null });
    await this.#read(found.begin);
  }

  /** Looks at an address; one outside the memories changes nothing. */
  async goTo(address: number): Promise<void> {
    for (const [name, region] of this.#state.regions ?? []) {
      if (address < region.begin || address >= region.end) continue;
      this.#commit({ region: name });
      await this.#read(pageAt(region, address));
      return;
    }
  }

  /** Turns pages, or reads the same one again with 0. */
  async turn(pages: number): Promise<void> {
    const { regions, region, page } = this.#state;
    const found = regions?.get(region);
    if (found === undefined) return;
    await this.#read(pageAt(found, (page?.address ?? found.begin) + pages * PAGE_BYTES));
  }

  /** What the pins give out; nothing while there is no board. */
  async pins(): Promise<readonly EmulatedPin[]> {
    return (await this.#device?.pins()) ?? [];
  }

  /** A part of the board holds a pin low or high, or lets go of it. */
  hold(pin: number, level: boolean | null): void {
    void this.#attempt((device) => device.holdPin(pin, level));
  }

  /** How warm the chip is, in degrees Celsius. */
  warm(celsius: number): void {
    void this.#attempt((device) => device.setTemperature(celsius));
  }

  /** Time goes on. */
  #wake(): void {
    this.#commit({ at: null, resting: false });
    void this.#attempt((device) => device.resume());
    this.#restLater();
  }

  /** After a while in which nothing is asked for, time is stopped. */
  #restLater(): void {
    clearTimeout(this.#rest);
    const { link } = this.board.state;
    if (link.kind !== 'ready' || link.activity !== 'idle') return;
    this.#rest = setTimeout(() => {
      this.#commit({ resting: true });
      void this.#attempt((device) => device.pause());
    }, REST_AFTER);
  }

  async #read(address: number): Promise<void> {
    await this.#attempt(async (device) => {
      this.#commit({ page: { address, bytes: await device.readMemory(address, PAGE_BYTES) } });
    });
  }

  /** The page in sight, when there is one. */
  async #refresh(): Promise<void> {
    if (this.#state.page !== null) await this.#read(this.#state.page.address);
  }

  async #inspect(): Promise<void> {
    await this.#attempt(async (device) => {
      const at = await device.state();
      this.#commit({ at, status: at.status });
    });
    await this.#refresh();
  }

  #map(facts: ReadonlyMap<string, string>): void {
    const image = this.#image;
    if (image === null || image.model === null) return;
    this.#commit({ map: memoryMap(image.model, facts, image.partitionBytes, windowsOf(image.board)) });
  }

  /** What the chip cannot do any more is told by the conversation, which ends with it. */
  async #attempt(act: (device: EmulatedDevice) => Promise<void>): Promise<void> {
    const device = this.#device;
    if (device === null) return;
    try {
      await act(device);
    } catch {
      // See above.
    }
  }

  #commit(change: Partial<EmulatedState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onEmulated();
  }
}
