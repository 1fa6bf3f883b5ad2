/** The chips that images are made for. */
import { UsageError } from '../shared/errors.js';
import type { Chip } from './chip.js';
import { ESP32 } from './esp32.js';
import { ESP32S3 } from './esp32s3.js';

export const CHIPS: readonly Chip[] = [ESP32S3, ESP32];

/** The chip that is meant where neither a board nor a file names one. */
export const DEFAULT_CHIP: Chip = ESP32S3;

/**
 * Looks a chip up by its id.
 * @throws UsageError when it is unknown
 */
export function findChip(id: string): Chip {
  const found = CHIPS.find((chip) => chip.id === id.toLowerCase());
  if (found === undefined) {
    throw new UsageError(`Unknown chip "${id}". Known chips: ${CHIPS.map((chip) => chip.id).join(', ')}.`);
  }
  return found;
}

/** The chip whose images have this id in their header, `null` when none has. */
export function chipOfImage(chipId: number): Chip | null {
  return CHIPS.find(({ image }) => image.chipId === chipId) ?? null;
}

/** The chip that answers a loader's host by this name, `null` when images are made for none such. */
export function chipNamed(name: string): Chip | null {
  return CHIPS.find((chip) => chip.name === name) ?? null;
}
