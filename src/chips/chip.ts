/**
 * What a chip is to this program: figures and addresses, and nothing that runs. Every room that plans, writes, flashes or
 * explains reads them from here, so that another chip is another value of this type.
 *
 * Addresses and lengths are in bytes. Where a chip sees the same memory by two addresses, data addresses are meant unless
 * something else is said.
 */

/** How external RAM is wired; the number of data lines decides its rate. */
export type PsramKind = 'none' | 'quad' | 'octal';

/** `padding` marks segments that are skipped, `flash-*` those that are mapped rather than copied. */
export type MemoryKind = 'padding' | 'flash-data' | 'flash-code' | 'dram' | 'iram' | 'rtc-fast' | 'rtc-slow';

/** Instruction sets, with what ELF files call them. Source: System V ABI, registered machine numbers. */
export const ARCHITECTURES = {
  xtensa: { name: 'Xtensa', elfMachine: 94 },
  riscv: { name: 'RISC-V', elfMachine: 243 },
} as const;

export type Architecture = keyof typeof ARCHITECTURES;

/** Addresses from `begin` up to, not including, `end`. */
export interface AddressRange {
  readonly begin: number;
  readonly end: number;
}

/** Memory that a segment of a program may name. */
export interface MemoryRegion extends AddressRange {
  readonly kind: MemoryKind;
  /** Whether instructions are fetched from it. */
  readonly executable: boolean;
}

/** Memory that instructions reach by another address than data. */
export interface CodeView {
  /** Where instructions see its first byte. */
  readonly code: number;
  /** Where data see the same byte. */
  readonly data: number;
  readonly bytes: number;
}

/** Memory that an image cannot be loaded into. */
export interface ReservedRange extends AddressRange {
  /** The rest of a sentence that begins with what cannot be loaded there. */
  readonly reason: string;
}

/** Where a program and an image may put things. */
export interface MemoryMap {
  /** All memory that a segment may name. */
  readonly regions: readonly MemoryRegion[];
  readonly views: readonly CodeView[];
  /** What is taken while the mask ROM loads an image, by data addresses where there are some. */
  readonly reserved: readonly ReservedRange[];
  /** Memory that nothing uses before the first instruction of the program, and that may be overwritten until then. */
  readonly quiet: AddressRange;
  /** Page of the flash mapping: a mapped segment has the same offset in its page in flash as in memory. */
  readonly mmuPageBytes: number;
  /** What a person can look into while the firmware runs: where it sees its memories as data. */
  readonly windows: {
    readonly sram: AddressRange;
    /** The model partition, read-only. */
    readonly flash: AddressRange;
    /** `null` for a chip that takes no external RAM. */
    readonly psram: AddressRange | null;
  };
}

/** Bytes per second of sequential reads by the firmware's kernels. */
export interface ReadRates {
  readonly sram: number;
  readonly flash: number;
  /** By the kinds of external RAM that the chip takes; none for a chip that takes none. */
  readonly psram: Readonly<Partial<Record<Exclude<PsramKind, 'none'>, number>>>;
}

/** Cycles of all cores working together, beside those in which they wait for external memory; fitted, see `plan/speed.ts`. */
export interface CycleModel {
  /** One multiply-accumulate of an INT8 matrix: vector work, scales and the loop around them. */
  readonly perProduct: number;
  /** Norms, rotation, quantizing and hand-offs of a layer. */
  readonly perLayer: number;
  /** One score of one query head: dot product, softmax, and its share of the values. */
  readonly perScore: number;
  /** One entry of the vocabulary: its logit and the search for the likeliest. */
  readonly perLogit: number;
  /** Share of the nominal time of external memory that is spent waiting: the cores compute meanwhile. */
  readonly waitingShare: number;
}

/** A rate of the flash as an image's header names it. */
export interface FlashFrequency {
  readonly megahertz: number;
  /** Low nibble of the header's fourth byte. */
  readonly code: number;
}

/** What the mask ROM wants of an image. */
export interface ImageFacts {
  /** `chip_id` in the image's header. */
  readonly chipId: number;
  /** Where in flash the mask ROM looks for the image. */
  readonly offset: number;
  /** Fastest first. */
  readonly flashFrequencies: readonly FlashFrequency[];
  /** The rate that every board's flash can be started with. */
  readonly bootMegahertz: number;
  /** The largest flash that the firmware drives. */
  readonly largestFlashBytes: number;
  /** Larger files are not taken for an image: no module has so much flash. */
  readonly largestFileBytes: number;
}

/** Bits of a register. */
export interface RegisterBits {
  readonly address: number;
  readonly mask: number;
}

/**
 * Registers by which a host restarts a chip over the USB unit inside it, whose reset neither looks at the boot pin again nor
 * stops the watchdogs that a program has started.
 */
export interface UsbRestart {
  /** Set when the boot pin asked for the program the last time that the chip looked at it. */
  readonly strap: RegisterBits;
  /** The watchdog, which can also reset the whole chip. */
  readonly watchdog: {
    /** Takes {@link key} before, and 0 after the others are written. */
    readonly protect: number;
    readonly key: number;
    readonly config: number;
    readonly timeout: number;
    /** Value of `config` that resets the system when the time is up. */
    readonly reset: number;
    /** Value of `timeout`: periods of the slow clock, some milliseconds. */
    readonly ticks: number;
  };
  /** The watchdog that watches over the clock; it is left to feed itself. */
  readonly superWatchdog: {
    readonly protect: number;
    readonly key: number;
    readonly config: number;
    /** Bit of `config`. */
    readonly autoFeed: number;
  };
}

/** How a host drives the loader in the chip's mask ROM. */
export interface LoaderFacts {
  /** Whether it answers whether the chip is locked or starts only what is signed; the oldest chips do not. */
  readonly tellsSecurity: boolean;
  /** Sends the chip into its loader at the next reset while it is set; `null` where there is none. */
  readonly forceLoader: RegisterBits | null;
  /** USB numbers of the unit inside the chip that resets it, and what that needs; `null` for a chip without one. */
  readonly usb: { readonly vendor: number; readonly product: number; readonly restart: UsbRestart } | null;
  /** GPIO numbers, first to last, of the pins that flash and external RAM hang on: nothing else may be wired to them. */
  readonly flashPins: readonly [first: number, last: number];
}

/** Bits of an eFuse word. */
export interface EfuseField {
  /** Address of the word. */
  readonly word: number;
  /** The lowest bit. */
  readonly low: number;
  readonly bits: number;
}

/** What is burnt into the chip, as far as an image depends on it. A number in several fields has its low bits first. */
export interface EfuseFacts {
  readonly macLow: number;
  readonly macHigh: number;
  readonly revision: {
    readonly major: readonly EfuseField[];
    readonly minor: readonly EfuseField[];
    /** Chips in which all of these have these values are v0.0, whatever else they say; none for chips without exceptions. */
    readonly firstWhen: readonly { readonly field: EfuseField; readonly value: number }[];
  };
  /** Encrypted flash: on while an odd number of the bits is set. */
  readonly flashEncryption: EfuseField;
  readonly secureBoot: EfuseField;
  /** Flash with eight data lines; `null` for a chip that takes none. */
  readonly octalFlash: EfuseField | null;
  /** External RAM in the chip's package; `null` where no eFuse tells of any. */
  readonly psram: {
    readonly fields: readonly EfuseField[];
    /** By what the fields say, `null` for none. */
    readonly values: readonly (PackagedPsram | null)[];
  } | null;
}

/** External RAM in the chip's package. */
export interface PackagedPsram {
  readonly bytes: number;
  readonly kind: Exclude<PsramKind, 'none'>;
}

/** All that is known about a chip. */
export interface Chip {
  /** esptool's name of it (`--chip`), and that of its folders: `device-runtime/boards/ID`, `device-runtime/prebuilt/ID`. */
  readonly id: string;
  /** For people. esptool-js and the manifests of ESP Web Tools call it the same. */
  readonly name: string;
  readonly architecture: Architecture;
  readonly cores: number;
  /** Clock of the cores while the firmware runs. */
  readonly hertz: number;
  /** Bytes that one vector instruction multiplies, 0 for a chip without such instructions. */
  readonly vectorBytes: number;
  /** On-chip RAM that firmware and model share: what caches and the mask ROM leave. */
  readonly sramBytes: number;
  /** The most that the firmware takes of it for code, data, stacks and the console's state; its build refuses more. */
  readonly firmwareSramBytes: number;
  readonly readRates: ReadRates;
  /** `null` until it is fitted: no speed is predicted then. */
  readonly cycles: CycleModel | null;
  readonly memory: MemoryMap;
  readonly image: ImageFacts;
  readonly loader: LoaderFacts;
  readonly efuses: EfuseFacts;
  /** Name of the firmware's file beside the scripts. */
  readonly firmwareFile: string;
  /** Whether the emulator can be it. */
  readonly emulated: boolean;
}
