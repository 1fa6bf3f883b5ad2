/** Where things lie in flash: the two layouts that images are made in, and how a model is added to somebody's own table. */
import type { Chip } from '../chips/chip.js';
import { FIRMWARE_FLASH_BYTES, FLASH_TAIL_BYTES, flashWindowBytes } from '../plan/boards.js';
import { UsageError } from '../shared/errors.js';
import { MAX_PARTITIONS, type Partition } from './partition-table.js';
import { APP_SUBTYPE, DATA_SUBTYPE, MODEL_PARTITION_NAME, PARTITION_TYPE } from './partition-types.js';

export interface FlashLayout {
  readonly partitions: readonly Partition[];
  /** The one among them that takes the package. */
  readonly model: Partition;
}

/** ESP-IDF puts the first application here, the first page after table and settings. */
export const APPLICATION_OFFSET = 0x10000;

const SECTOR_BYTES = 0x1000;
const SETTINGS_BYTES = 0x6000;

/** Columns of ESP-IDF's "single factory app" table before the application. */
const IDF_SETTINGS_OFFSET = 0x9000;
const IDF_CALIBRATION_OFFSET = 0xf000;

/**
 * The layout around this project's firmware. The mask ROM starts what lies before the table; an image beyond that carries
 * the table in itself and goes on behind it, so `firmware` is where its end lies, and settings come after.
 * @throws UsageError when the flash has no room for a model
 */
export function standaloneLayout(chip: Chip, flashBytes: number): FlashLayout {
  const settingsOffset = FIRMWARE_FLASH_BYTES - chip.memory.mmuPageBytes;
  return withNewModel(
    [
      partition('firmware', PARTITION_TYPE.app, APP_SUBTYPE.factory, [APPLICATION_OFFSET, settingsOffset]),
      partition('nvs', PARTITION_TYPE.data, DATA_SUBTYPE.nvs, [
        settingsOffset,
        settingsOffset + SETTINGS_BYTES,
      ]),
    ],
    FIRMWARE_FLASH_BYTES,
    flashBytes,
    chip,
  );
}

/**
 * The layout around an ESP-IDF application: its bootloader, table, settings, radio calibration, the application at
 * {@link APPLICATION_OFFSET} and the model behind it.
 * @throws UsageError when the flash has no room for a model
 */
export function idfLayout(chip: Chip, applicationBytes: number, flashBytes: number): FlashLayout {
  const applicationEnd = roundUp(APPLICATION_OFFSET + applicationBytes, chip.memory.mmuPageBytes);
  const end = Math.max(FIRMWARE_FLASH_BYTES, applicationEnd);
  const { data, app } = PARTITION_TYPE;
  return withNewModel(
    [
      partition('nvs', data, DATA_SUBTYPE.nvs, [IDF_SETTINGS_OFFSET, IDF_CALIBRATION_OFFSET]),
      partition('phy_init', data, DATA_SUBTYPE.phy, [IDF_CALIBRATION_OFFSET, APPLICATION_OFFSET]),
      partition('factory', app, APP_SUBTYPE.factory, [APPLICATION_OFFSET, end]),
    ],
    end,
    flashBytes,
    chip,
  );
}

/**
 * Somebody's own table: its `model` partition when it has one, else one added behind everything.
 * @throws UsageError when there is no room for one
 */
export function layoutWithModel(
  chip: Chip,
  partitions: readonly Partition[],
  flashBytes: number,
): FlashLayout {
  const own = findModelPartition(partitions);
  if (own !== null) return { partitions, model: own };
  if (partitions.length >= MAX_PARTITIONS || partitions.some(({ name }) => name === MODEL_PARTITION_NAME)) {
    throw new UsageError(
      `The partition table has no room for a data partition named "${MODEL_PARTITION_NAME}". Add one to it.`,
      { code: 'firmware' },
    );
  }
  const end = Math.max(...partitions.map(({ offset, size }) => offset + size));
  return withNewModel(partitions, roundUp(end, chip.memory.mmuPageBytes), flashBytes, chip);
}

/** The data partition that takes the package: by name, else by subtype; `null` when there is none. */
export function findModelPartition(partitions: readonly Partition[]): Partition | null {
  const data = partitions.filter(({ type }) => type === PARTITION_TYPE.data);
  return (
    data.find(({ name }) => name === MODEL_PARTITION_NAME) ??
    data.find(({ subtype }) => subtype === DATA_SUBTYPE.model) ??
    null
  );
}

/** The model takes all that is left and that the chip can show, so that another model can be flashed alone without touching the table. */
function withNewModel(
  before: readonly Partition[],
  offset: number,
  flashBytes: number,
  chip: Chip,
): FlashLayout {
  const left = Math.floor((flashBytes - FLASH_TAIL_BYTES) / SECTOR_BYTES) * SECTOR_BYTES;
  const end = Math.min(left, offset + flashWindowBytes(chip));
  if (end <= offset) {
    throw new UsageError(
      `A flash of ${flashBytes} bytes has no room for a model: firmware and settings end at ${offset}. Use a board with more flash.`,
      { code: 'unfit' },
    );
  }
  const model = partition(MODEL_PARTITION_NAME, PARTITION_TYPE.data, DATA_SUBTYPE.model, [offset, end]);
  return { partitions: [...before, model], model };
}

function partition(
  name: string,
  type: number,
  subtype: number,
  [offset, end]: readonly [number, number],
): Partition {
  return { name, type, subtype, offset, size: end - offset, encrypted: false, readOnly: false };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
