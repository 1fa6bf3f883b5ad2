/** Names that become files, folders and parts of addresses. */

/** Longest name that is kept, in characters: file systems allow 255 bytes, and an ending needs some. */
const MAX_NAME = 100;
/** Four bytes a character at most. */
const MAX_BYTES = 200;

/**
 * Names of devices, which Windows finds in every folder and with every ending, also under digits that are written high
 * (Microsoft, "Naming Files, Paths, and Namespaces").
 */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[\d\xb9\xb2\xb3])(?![^.])/i;

/**
 * A name as a file name on any system: letters and digits of any script, dot, dash and underscore.
 * @param otherwise what a name without any of them becomes
 */
export function fileName(name: string, otherwise = 'model'): string {
  const plain = trimmed(name.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')).replace(
    DEVICE,
    '_$&',
  );
  let kept = '';
  for (const character of Array.from(plain).slice(0, MAX_NAME)) {
    if (new TextEncoder().encode(kept + character).length > MAX_BYTES) break;
    kept += character;
  }
  return trimmed(kept) || otherwise;
}

/** Windows drops dots at the end; at the beginning they hide a file, and a dash makes an option of it. */
function trimmed(name: string): string {
  return name.replace(/^[-.]+|[-.]+$/g, '');
}
