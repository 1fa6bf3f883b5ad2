/** Where a class finds its page: an address, and the QR code of it. */
import type { ClassAddress } from '../kit/kit-preset.js';
import { UsageError } from '../shared/errors.js';

/** Longest address: its code can still be read from a sheet at arm's length. */
const MAX_CHARACTERS = 300;

/** Squares of white around a code (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/**
 * Reads an address and draws its code.
 * @throws UsageError for what is no address of a page
 */
export async function classAddress(text: string): Promise<ClassAddress> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`--url is an address such as https://school.example/kit/, not "${text}".`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new UsageError(`--url begins with https:// or http://, not with ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError('--url is printed for a class: leave user and password out of it.');
  if (url.href.length > MAX_CHARACTERS)
    throw new UsageError(`--url has ${url.href.length} characters; give at most ${MAX_CHARACTERS}.`);
  const { encode } = await import('uqr');
  return { url: url.href, code: encode(url.href, { ecc: 'M', border: QUIET_ZONE }).data };
}
