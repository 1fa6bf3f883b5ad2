/**
 * What a simulated board's chip is to the host at its loader. Sources: ESP-IDF `components/soc`; espressif/esptool-js
 * `src/targets` for what the ROM of the older chip has at 0x40001000; espressif/esp32-rom-elfs for what the ROMs say.
 */
export interface SimulatedChip {
  /** What the loader answers of itself, `null` for one that does not know the question. */
  readonly chipId: number | null;
  readonly magic: number;
  /** Where its ROM looks for an image. */
  readonly imageOffset: number;
  /** RAM that the ROM loads into, by the data and the instruction bus. */
  readonly ram: readonly (readonly [begin: number, end: number])[];
  /** The ROM's first words. */
  readonly says: string;
  /** The unit that asks the flash for its identity. */
  readonly spi: { readonly command: number; readonly user2: number; readonly data0: number };
  readonly mac: { readonly low: number; readonly high: number };
  /** Registers of a chip that is a little older than the newest, with PSRAM in its package. */
  readonly registers: Readonly<Record<number, number>>;
}

export const SIMULATED_ESP32S3: SimulatedChip = {
  chipId: 9,
  magic: 9,
  imageOffset: 0,
  ram: [
    [0x3fc8_8000, 0x3fcf_0000],
    [0x4037_0000, 0x403e_0000],
  ],
  says: 'ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\nrst:0x1 (POWERON),boot:',
  spi: { command: 0x6000_2000, user2: 0x6000_2020, data0: 0x6000_2058 },
  mac: { low: 0x6000_7044, high: 0x6000_7048 },
  registers: {
    // Revision 0.2, 8 MB PSRAM by AP Memory at 3.3 V.
    0x6000_7050: 2 << 18,
    0x6000_7054: (1 << 3) | (1 << 7),
  },
};

export const SIMULATED_ESP32: SimulatedChip = {
  chipId: null,
  magic: 0x00f0_1d83,
  imageOffset: 0x1000,
  ram: [
    [0x3ffb_0000, 0x3ffe_0000],
    [0x4008_0000, 0x400c_0000],
  ],
  says: 'ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:',
  spi: { command: 0x3ff4_2000, user2: 0x3ff4_2024, data0: 0x3ff4_2080 },
  mac: { low: 0x3ff5_a004, high: 0x3ff5_a008 },
  registers: {
    // Revision 3.1: each bit of the major one, and the package ESP32-D0WDR2-V3.
    0x3ff5_a00c: (1 << 15) | (7 << 9),
    0x3ff5_a014: (1 << 20) | (1 << 24),
    0x3ff6_607c: 0x8000_0000 | 0x1604_2000,
  },
};
