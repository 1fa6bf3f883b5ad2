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
  /** Its words follow one another the other way round: the first of `code` is the last of `data`. */
  readonly reversed?: true;
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
    /**
     * The model partition, read-only: without the pages behind it that show the firmware its own constants. A package ends where
     * it does, however large the flash is.
     */
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
  /** What a row of a matrix takes once. */
  readonly perRow: number;
  /** What it takes more with an input of 16 bits. */
  readonly perWideProduct: number;
  /** What the sum over a group takes where the input has scales of groups, and what groups of weights add to that. */
  readonly perGroupSum: number;
  readonly perScaledGroup: number;
  /** What a sum over 32 columns of weights in groups takes, with an input of 16 bits as with INT8. */
  readonly perWeightGroup: number;
  /** The same in groups of 32 of rows that are short (`SHORT_ROW`), with an input of 16 bits: their sums stay in registers. */
  readonly perShortGroup: number;
  /**
   * What a row of INT4 weights takes more, a column that it lacks to whole `INT4_COLUMNS`, and the sum over a group; an
   * input of 16 bits takes all of them twice.
   */
  readonly perInt4Row: number;
  readonly perInt4Padding: number;
  readonly perInt4Group: number;
  /** Norms, rotation, quantizing and hand-offs of a layer. */
  readonly perLayer: number;
  /** One score of one query head whatever its size: softmax and the loops around it. */
  readonly perScore: number;
  /** An element of a key and of a value that a query head meets, by what the cache holds. */
  readonly perInt8Element: number;
  readonly perInt16Element: number;
  readonly perK16v8Element: number;
  readonly perFloat32Element: number;
  /** What a token takes once: the first row, the last norm, the choice, the line to the host. */
  readonly perToken: number;
  /** Share of the nominal time of external memory that is spent waiting: the cores compute meanwhile. */
  readonly waitingShare: number;
  /** The same of the key/value cache. */
  readonly cacheWaitingShare: number;
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

/** All that is known about a chip but how a host reaches it, see `device-facts.ts`. */
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
  /** What the cache holds between the cores and PSRAM and flash, as the firmware sets it; 0 for a chip without one. */
  readonly dataCacheBytes: number;
  /** `null` until it is fitted: no speed is predicted then. */
  readonly cycles: CycleModel | null;
  readonly memory: MemoryMap;
  readonly image: ImageFacts;
  /** Name of the firmware's file beside the scripts. */
  readonly firmwareFile: string;
  /** That of the program that tests boards, `null` where there is none. */
  readonly selftestFile: string | null;
  /** That of the emulator that can be it, `null` where there is none. */
  readonly emulatorFile: string | null;
}
