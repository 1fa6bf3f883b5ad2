/** Changes how an existing application image says that its flash is read, and seals it again. */
import { MemorySource } from '../source/memory-folder.js';
import { DIGEST_BYTES, FIELD } from './application-format.js';
import { readApplicationImage } from './application-reader.js';
import { sha256Of } from './digest.js';
import { encodeFlashSettings, type FlashSettings } from './flash-settings.js';

/**
 * A copy of `bytes` with other flash settings in the header of the image that begins at 0, and with its appended SHA-256
 * computed anew: the mask ROM would report the old one as wrong. The checksum does not cover the header.
 * @param bytes an image, alone or with anything behind it (a merged flash image)
 * @param changes what to change; the rest stays
 * @param name for messages
 * @throws FormatError when the image is damaged; UsageError for impossible settings
 */
export async function patchFlashSettings(
  bytes: Uint8Array,
  changes: Partial<FlashSettings>,
  name: string,
): Promise<Uint8Array> {
  const image = await readApplicationImage(new MemorySource(name, bytes));
  const [mode, sizeAndFrequency] = encodeFlashSettings({ ...image.settings, ...changes }, image.chip);
  const patched = bytes.slice();
  patched[FIELD.mode] = mode;
  patched[FIELD.sizeAndFrequency] = sizeAndFrequency;
  if (image.digest !== null) {
    const sealed = image.length - DIGEST_BYTES;
    patched.set(sha256Of(patched.subarray(0, sealed)), sealed);
  }
  return patched;
}
