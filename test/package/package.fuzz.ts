/**
 * Mutated packages, half of them with their checksums put right again, against the reader.
 *
 *   `npm run fuzz -- package`
 */
import { readPackage } from '../../src/package/reader.js';
import { FormatError } from '../../src/shared/errors.js';
import { SMALLEST, bytesSource, makePackage, resealSections } from '../support/packages.js';
import { randomNumbers } from '../support/synthetic-model.js';

/** Values that break careless arithmetic. */
const NASTY = [0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xffffffc0, 64];

export interface FuzzResult {
  readonly iterations: number;
  readonly accepted: number;
  readonly refused: number;
}

/**
 * @param iterations mutated packages
 * @throws whatever the reader throws that is not a FormatError
 */
export async function fuzz(iterations: number, seed: number): Promise<FuzzResult> {
  const { bytes } = await makePackage(SMALLEST);
  const random = randomNumbers(seed);
  const pick = (count: number): number => Math.floor(((random() + 1) / 2) * count);
  const weights = bytes.length - 1024;
  let refused = 0;
  for (let round = 0; round < iterations; round++) {
    const damaged = bytes.slice(0, pick(10) === 0 ? pick(bytes.length + 1) : bytes.length);
    const view = new DataView(damaged.buffer);
    for (let edit = pick(4); edit >= 0 && damaged.length > 8; edit--) {
      // Headers and directories are looked at closely, so most edits go there.
      const at = pick(pick(8) === 0 ? damaged.length : Math.min(damaged.length, weights));
      if (pick(2) === 0 && at + 4 <= damaged.length)
        view.setUint32(at & ~3, NASTY[pick(NASTY.length)] as number, true);
      else damaged[at] = pick(256);
    }
    if (pick(2) === 0) resealSections(damaged);
    try {
      await readPackage(bytesSource(damaged), { verify: true });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused += 1;
    }
  }
  return { iterations, accepted: iterations - refused, refused };
}
