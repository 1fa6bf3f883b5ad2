/**
 * A chip that nobody makes, as unlike the first one as the type allows: one RISC-V core without vectors or external RAM, code
 * and data at the same addresses, an image that begins at 0x2000. Importing this file adds it to the chips and boards of this
 * process.
 */
import type { Chip } from '../../src/chips/chip.js';
import { DEVICES, type DeviceFacts, type EfuseField } from '../../src/chips/device-facts.js';
import { CHIPS } from '../../src/chips/index.js';
import { BOARDS, type Board } from '../../src/plan/boards.js';

const MiB = 1024 * 1024;

function efuse(word: number, low: number, bits: number): EfuseField {
  return { word: 0x6000_b000 + 4 * word, low, bits };
}

export const SECOND_CHIP: Chip = {
  id: 'esp32x1',
  name: 'ESP32-X1',
  architecture: 'riscv',
  cores: 1,
  hertz: 160e6,
  vectorBytes: 0,
  sramBytes: 448 * 1024,
  firmwareSramBytes: 80 * 1024,
  readRates: { sram: 320e6, flash: 20e6, psram: {} },
  dataCacheBytes: 0,
  cycles: null,
  memory: {
    regions: [
      { kind: 'padding', begin: 0, end: 0x1_0000, executable: false },
      { kind: 'dram', begin: 0x4080_0000, end: 0x4088_0000, executable: true },
      { kind: 'flash-data', begin: 0x4200_0000, end: 0x4300_0000, executable: true },
    ],
    views: [],
    reserved: [{ begin: 0x4087_0000, end: 0x4088_0000, reason: 'the mask ROM keeps its stacks there' }],
    quiet: { begin: 0x4080_0000, end: 0x4086_0000 },
    mmuPageBytes: 32 * 1024,
    windows: {
      sram: { begin: 0x4080_0000, end: 0x4087_0000 },
      flash: { begin: 0x4200_0000, end: 0x4280_0000 },
      psram: null,
    },
  },
  image: {
    chipId: 0x0321,
    offset: 0x2000,
    flashFrequencies: [
      { megahertz: 64, code: 15 },
      { megahertz: 16, code: 3 },
    ],
    bootMegahertz: 64,
    largestFlashBytes: 8 * MiB,
    largestFileBytes: 8 * MiB,
  },
  firmwareFile: 'firmware.esp32x1.elf',
  selftestFile: null,
  emulatorFile: null,
};

const SECOND_DEVICE: DeviceFacts = {
  loader: { tellsSecurity: false, forceLoader: null, usb: null, flashPins: [24, 30] },
  efuses: {
    macLow: 0x6000_b040,
    macHigh: 0x6000_b044,
    revision: { major: [efuse(3, 22, 2)], minor: [efuse(3, 18, 4)], firstWhen: [] },
    flashEncryption: efuse(1, 18, 3),
    secureBoot: efuse(2, 20, 1),
    octalFlash: null,
    psram: null,
    psramRevision: null,
  },
};

function board(id: string, flashMiB: number): Board {
  return {
    id,
    name: `X1 with ${flashMiB} MB`,
    chip: SECOND_CHIP,
    flashBytes: flashMiB * MiB,
    psramKind: 'none',
    psramBytes: 0,
    refused: null,
  };
}

export const SECOND_BOARDS: readonly Board[] = [board('esp32-x1-n4', 4), board('esp32-x1-n8', 8)];

(CHIPS as Chip[]).push(SECOND_CHIP);
(DEVICES as Map<string, DeviceFacts>).set(SECOND_CHIP.id, SECOND_DEVICE);
(BOARDS as Board[]).push(...SECOND_BOARDS);

/** A linked program for a processor of this number: `length` bytes of code at an address, entered at its first byte. */
export function linkedProgram(machine: number, address: number, code: Uint8Array): Uint8Array {
  const headers = 52 + 32;
  const bytes = new Uint8Array(headers + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(24, address, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, 1, true);
  // Loadable, from behind the headers, at the same physical address.
  [1, headers, address, address, code.length, code.length].forEach((value, index) =>
    view.setUint32(52 + 4 * index, value, true),
  );
  bytes.set(code, headers);
  return bytes;
}
