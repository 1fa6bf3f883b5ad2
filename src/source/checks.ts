/** Checks that every kind of source makes before it touches bytes. */
import type { ByteSource } from './byte-source.js';

/**
 * Refuses a range that is not inside the source.
 * @throws RangeError
 */
export function checkRange(source: Pick<ByteSource, 'name' | 'size'>, begin: number, end: number): void {
  if (
    Number.isSafeInteger(begin) &&
    Number.isSafeInteger(end) &&
    0 <= begin &&
    begin <= end &&
    end <= source.size
  ) {
    return;
  }
  throw new RangeError(
    `${source.name}: bytes ${begin} to ${end} are outside the file of ${source.size} bytes.`,
  );
}

/** Longest file name that is looked for: what common file systems allow for one path. */
const MAX_NAME_LENGTH = 1024;

/** Whether `name` is a relative path with `/` between parts that cannot leave its folder on any system. */
export function isInsideName(name: string): boolean {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH) return false;
  // A drive letter, a scheme, a backslash or a control character means another thing on some system or server.
  if (/[\u0000-\u001f\u007f\\:]/u.test(name)) return false;
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Refuses a name that would leave the folder.
 * @throws RangeError
 */
export function checkName(name: string): void {
  if (!isInsideName(name)) {
    throw new RangeError(`"${name}" is not the name of a file inside a model folder.`);
  }
}
