/**
 * Whether the data of chips and boards can be right: run over everything built in by a test, so that a slip of the pen in
 * a data file is found before anything is planned with it.
 */
import { hex } from '../shared/hex.js';
import type { AddressRange, Chip, MemoryKind, PsramKind } from './chip.js';
import { DEVICES, type DeviceFacts, type EfuseField } from './device-facts.js';

/** What is checked of a board; `plan/boards.ts` has the boards. */
export interface CheckedBoard {
  readonly id: string;
  readonly name: string;
  readonly chip: Chip;
  readonly flashBytes: number;
  readonly psramKind: PsramKind;
  readonly psramBytes: number;
  readonly refused: string | null;
}

/** Rows of a model package are padded to so many bytes, which the firmware's vectors must divide. */
const ROW_BYTES = 16;

/** No window is smaller than the smallest flash leaves behind the firmware. */
const LEAST_MODEL_BYTES = 1024 * 1024;

const MAPPED: ReadonlySet<MemoryKind> = new Set(['flash-data', 'flash-code']);

/** The sizes that an image's header can name, as powers of two. */
const LEAST_FLASH_BITS = 20;
const MOST_FLASH_BITS = 27;

/**
 * Everything that is wrong with chips and their boards, one sentence each; none when all is well.
 */
export function validate(
  chips: readonly Chip[],
  boards: readonly CheckedBoard[],
  devices: ReadonlyMap<string, DeviceFacts> = DEVICES,
): string[] {
  return [
    ...repeated(
      'chip id',
      chips.map(({ id }) => id),
    ),
    ...repeated(
      'chip name',
      chips.map(({ name }) => name),
    ),
    ...repeated(
      'chip id of images',
      chips.map(({ image }) => String(image.chipId)),
    ),
    ...repeated(
      'file of a program',
      chips.flatMap(({ firmwareFile, selftestFile, emulatorFile }) =>
        [firmwareFile, selftestFile, emulatorFile].filter((name) => name !== null),
      ),
    ),
    ...repeated(
      'board id',
      boards.map(({ id }) => id),
    ),
    ...chips.flatMap((chip) =>
      chipProblems(chip, devices.get(chip.id)).map((problem) => `${chip.id}: ${problem}`),
    ),
    ...chips
      .filter((chip) => !boards.some((board) => board.chip === chip && board.refused === null))
      .map(({ id }) => `${id}: no board has it`),
    ...boards.flatMap((board) => boardProblems(board, chips).map((problem) => `${board.id}: ${problem}`)),
  ];
}

function chipProblems(chip: Chip, device: DeviceFacts | undefined): string[] {
  return [
    ...wrong(!/^[a-z0-9]+$/.test(chip.id), 'an id is lower-case letters and digits'),
    ...wrong(!chip.firmwareFile.includes(chip.id), 'the name of the firmware file does not tell the chip'),
    ...wrong(
      chip.selftestFile?.includes(chip.id) === false,
      "the name of the self-test's file does not tell the chip",
    ),
    ...budgetProblems(chip),
    ...memoryProblems(chip),
    ...imageProblems(chip),
    ...wrong(device === undefined, 'how a host reaches it is not known'),
    ...(device === undefined ? [] : [...loaderProblems(device), ...efuseProblems(device, chip)]),
  ];
}

function budgetProblems(chip: Chip): string[] {
  const { cores, hertz, vectorBytes, sramBytes, firmwareSramBytes, readRates, dataCacheBytes, cycles } = chip;
  const { sram, flash, psram } = readRates;
  const external = [flash, ...Object.values(psram)];
  return [
    ...wrong(!isCount(cores) || !isCount(hertz), 'cores and clock are whole numbers from 1'),
    ...wrong(
      vectorBytes !== 0 && (!isPowerOfTwo(vectorBytes) || ROW_BYTES % vectorBytes !== 0),
      `rows of ${ROW_BYTES} bytes are no whole vectors of ${vectorBytes}`,
    ),
    ...wrong(
      !isCount(firmwareSramBytes) || !isCount(sramBytes) || firmwareSramBytes >= sramBytes,
      'the firmware leaves no SRAM',
    ),
    ...wrong(
      [sram, ...external].some((rate) => !(rate > 0 && Number.isFinite(rate))),
      'a read rate is not positive',
    ),
    ...wrong(Math.max(...external) >= sram, 'external memory is not faster than SRAM'),
    ...wrong(
      !Number.isInteger(dataCacheBytes) || dataCacheBytes < 0,
      'the data cache holds a whole number of bytes',
    ),
    ...wrong(
      cycles !== null &&
        Object.values(cycles).some((value: number) => !(value >= 0 && Number.isFinite(value))),
      'a cycle constant is negative',
    ),
    ...wrong(
      cycles !== null && Math.max(cycles.waitingShare, cycles.cacheWaitingShare) > 1,
      'no more than the time of external memory is spent waiting for it',
    ),
  ];
}

function memoryProblems({ memory, sramBytes, readRates }: Chip): string[] {
  const { regions, views, reserved, quiet, windows, mmuPageBytes } = memory;
  const inKind = (range: AddressRange, kinds: readonly MemoryKind[]): boolean =>
    regions.some((region) => kinds.includes(region.kind) && contains(region, range));
  const codeOf = (view: { code: number; bytes: number }): AddressRange => ({
    begin: view.code,
    end: view.code + view.bytes,
  });
  const dataOf = (view: { data: number; bytes: number }): AddressRange => ({
    begin: view.data,
    end: view.data + view.bytes,
  });
  const external = windows.psram === null ? [] : [windows.psram];
  const all = [...regions, ...reserved, quiet, windows.sram, windows.flash, ...external];
  const takesPsram = Object.keys(readRates.psram).length > 0;
  return [
    ...all
      .filter((range) => !isRange(range))
      .map((range) => `${shown(range)} is no stretch of 32-bit addresses`),
    ...overlapping('regions', regions),
    ...overlapping('reserved memory', reserved),
    ...overlapping('code views', views.map(codeOf)),
    ...overlapping('data behind code views', views.map(dataOf)),
    ...overlapping('windows', [windows.sram, windows.flash, ...external]),
    ...wrong(!regions.some(({ executable }) => executable), 'instructions are fetched from no region'),
    ...views
      .filter((view) => !inKind(codeOf(view), ['iram']) || !inKind(dataOf(view), ['dram']))
      .map((view) => `the view at ${hex(view.code)} is not from iram to dram`),
    ...reserved
      .filter((range) => !regions.some((region) => contains(region, range)))
      .map((range) => `reserved memory ${shown(range)} is in no region`),
    ...wrong(!inKind(quiet, ['dram']), 'quiet memory is not in dram'),
    ...reserved
      .filter((range) => overlap(range, quiet))
      .map((range) => `quiet memory is reserved at ${hex(range.begin)}`),
    ...wrong(!inKind(windows.sram, ['dram']), 'the window of SRAM is not in dram'),
    ...wrong(length(windows.sram) > sramBytes, 'the window of SRAM is larger than SRAM'),
    ...wrong(!inKind(windows.flash, ['flash-data']), 'the window of flash is not in flash-data'),
    ...wrong(!isPowerOfTwo(mmuPageBytes), 'a page of the mapping is a power of two'),
    ...wrong(
      regions.some(
        ({ kind, begin, end }) =>
          MAPPED.has(kind) && (begin % mmuPageBytes !== 0 || end % mmuPageBytes !== 0),
      ),
      'mapped regions are whole pages',
    ),
    ...wrong(takesPsram !== (windows.psram !== null), 'a rate of PSRAM has no window, or the window no rate'),
  ];
}

function imageProblems({ image, memory }: Chip): string[] {
  const { chipId, offset, flashFrequencies, bootMegahertz, largestFlashBytes, largestFileBytes } = image;
  const speeds = flashFrequencies.map(({ megahertz }) => megahertz);
  return [
    ...wrong(!Number.isInteger(chipId) || chipId < 0 || chipId > 0xffff, 'the chip id of images has 16 bits'),
    ...wrong(!isFlashSize(largestFlashBytes), 'no header names the largest flash'),
    ...wrong(length(memory.windows.flash) < LEAST_MODEL_BYTES, 'the window of flash has no room for a model'),
    ...wrong(largestFileBytes < largestFlashBytes, 'an image may be as large as the flash'),
    // The partition table stands at the eighth sector of 4 KiB.
    ...wrong(
      offset % 0x1000 !== 0 || offset < 0 || offset >= 0x8000,
      'the image begins at a sector before the partition table',
    ),
    ...repeated('flash frequency', speeds.map(String)),
    ...repeated(
      'code of a flash frequency',
      flashFrequencies.map(({ code }) => String(code)),
    ),
    ...wrong(
      flashFrequencies.some(({ code }) => !Number.isInteger(code) || code < 0 || code > 15),
      'the code of a flash frequency has four bits',
    ),
    ...wrong(
      speeds.some((speed, index) => speed > (speeds[index - 1] ?? Infinity)),
      'flash frequencies are not in falling order',
    ),
    ...wrong(!speeds.includes(bootMegahertz), 'the boot frequency is none of the flash frequencies'),
  ];
}

function loaderProblems({ loader }: DeviceFacts): string[] {
  const { forceLoader, usb, flashPins } = loader;
  const addresses: number[] = forceLoader === null ? [] : [forceLoader.address];
  if (usb !== null) {
    const { strap, watchdog, superWatchdog } = usb.restart;
    addresses.push(strap.address, watchdog.protect, watchdog.config, watchdog.timeout);
    addresses.push(superWatchdog.protect, superWatchdog.config);
  }
  return [
    ...addresses.filter((address) => !isWord(address)).map((address) => `${hex(address)} is no register`),
    ...repeated('register of the loader', addresses.map(hex)),
    ...wrong(
      [forceLoader, usb?.restart.strap ?? null].some((bits) => bits !== null && bits.mask >>> 0 === 0),
      'a register has no bit to look at',
    ),
    ...wrong(
      usb !== null &&
        ![usb.vendor, usb.product].every((id) => Number.isInteger(id) && id > 0 && id <= 0xffff),
      'USB numbers have 16 bits',
    ),
    ...wrong(
      !flashPins.every((pin) => Number.isInteger(pin) && pin >= 0) || flashPins[0] > flashPins[1],
      'the pins of the flash are not in order',
    ),
  ];
}

function efuseProblems({ efuses }: DeviceFacts, { readRates }: Chip): string[] {
  const { macLow, macHigh, revision, flashEncryption, secureBoot, octalFlash, psram, psramRevision } = efuses;
  const majorBits = revision.major.reduce((sum, { bits }) => sum + bits, 0);
  const fields: readonly EfuseField[] = [
    ...revision.major,
    ...revision.minor,
    ...revision.firstWhen.map(({ field }) => field),
    flashEncryption,
    secureBoot,
    ...(octalFlash === null ? [] : [octalFlash]),
    ...(psram?.fields ?? []),
  ];
  const width = (psram?.fields ?? []).reduce((sum, { bits }) => sum + bits, 0);
  return [
    ...[macLow, macHigh, ...fields.map(({ word }) => word)]
      .filter((address) => !isWord(address))
      .map((address) => `${hex(address)} is no eFuse word`),
    ...fields
      .filter(({ low, bits }) => !isCount(bits) || !Number.isInteger(low) || low < 0 || low + bits > 32)
      .map(({ word, low, bits }) => `${bits} bits from ${low} of ${hex(word)} are not in a word`),
    ...revision.firstWhen
      .filter(({ field, value }) => !(value >= 0 && value < 2 ** field.bits))
      .map(({ field, value }) => `a field of ${field.bits} bits is never ${value}`),
    ...wrong(
      revision.majorValues !== undefined && revision.majorValues.length !== 2 ** majorBits,
      'not every number in the fields of the major revision stands for one',
    ),
    ...wrong(
      psramRevision !== null && Object.keys(readRates.psram).length === 0,
      'a revision is asked for PSRAM that the chip does not take',
    ),
    ...wrong(
      (psram?.values.length ?? 0) > 2 ** width,
      'there are more sizes of PSRAM than the eFuses tell apart',
    ),
    ...(psram?.values ?? [])
      .filter((value) => value !== null && readRates.psram[value.kind] === undefined)
      .map((value) => `the eFuses tell of ${value?.kind} PSRAM, which has no rate`),
  ];
}

function boardProblems(board: CheckedBoard, chips: readonly Chip[]): string[] {
  const { id, name, chip, flashBytes, psramKind, psramBytes, refused } = board;
  const { psram } = chip.memory.windows;
  return [
    // Boards are looked up in lower case.
    ...wrong(id === '' || id !== id.toLowerCase() || name === '', 'a board has a lower-case id and a name'),
    ...wrong(!chips.includes(chip), `its chip ${chip.id} is not in the list of chips`),
    ...wrong(!isFlashSize(flashBytes), `no header names a flash of ${flashBytes} bytes`),
    ...wrong(
      (psramKind === 'none') !== (psramBytes === 0),
      'kind and size of its PSRAM contradict each other',
    ),
    ...wrong(
      psramKind !== 'none' && chip.readRates.psram[psramKind] === undefined,
      `its chip takes no ${psramKind} PSRAM`,
    ),
    ...wrong(psramBytes > (psram === null ? 0 : length(psram)), 'its PSRAM is larger than the window'),
    ...wrong(
      refused === null && flashBytes > chip.image.largestFlashBytes,
      'its flash is larger than the firmware drives',
    ),
  ];
}

function wrong(is: boolean, problem: string): string[] {
  return is ? [problem] : [];
}

function repeated(what: string, names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `the ${what} ${name} is there twice`,
  );
}

function overlapping(what: string, ranges: readonly AddressRange[]): string[] {
  return ranges.flatMap((range, index) =>
    ranges
      .slice(index + 1)
      .filter((other) => overlap(range, other))
      .map((other) => `${what} ${shown(range)} and ${shown(other)} overlap`),
  );
}

function overlap(a: AddressRange, b: AddressRange): boolean {
  return a.begin < b.end && b.begin < a.end;
}

function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

function length({ begin, end }: AddressRange): number {
  return end - begin;
}

function isRange({ begin, end }: AddressRange): boolean {
  return (
    [begin, end].every((at) => Number.isInteger(at) && at % 4 === 0) &&
    begin >= 0 &&
    begin < end &&
    end <= 2 ** 32
  );
}

function isWord(address: number): boolean {
  return Number.isInteger(address) && address > 0 && address < 2 ** 32 && address % 4 === 0;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function isPowerOfTwo(value: number): boolean {
  return isCount(value) && Number.isInteger(Math.log2(value));
}

function isFlashSize(bytes: number): boolean {
  const bits = Math.log2(bytes);
  return Number.isInteger(bits) && bits >= LEAST_FLASH_BITS && bits <= MOST_FLASH_BITS;
}

function shown({ begin, end }: AddressRange): string {
  return `${hex(begin)} to ${hex(end)}`;
}
