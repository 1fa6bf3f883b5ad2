/** The image of the self-test: the program that says of a board whether it does what the firmware takes for granted. */
import type { Chip } from '../chips/chip.js';
import { firmwareFromElf } from '../image/firmware.js';
import { imagePieces, planFlashImage } from '../image/flash-image.js';

/** It is written to boards that nothing is known of: the header names the smallest flash that they have. */
const FLASH_BYTES = 2 * 1024 * 1024;

/**
 * What is written to offset 0.
 * @param program `selftest.CHIP.elf`
 * @throws FormatError when the program is unsound
 */
export async function selftestImage(program: Uint8Array, chip: Chip): Promise<Uint8Array> {
  const firmware = firmwareFromElf(program, 'the self-test', chip);
  const layout = await planFlashImage(
    firmware,
    { name: `every ${chip.name}`, chip, flashBytes: FLASH_BYTES },
    0,
  );
  const [whole = new Uint8Array(0)] = imagePieces(layout, new Uint8Array(0));
  return whole.subarray(0, Math.max(...layout.parts.map(({ offset, bytes }) => offset + bytes.length)));
}
