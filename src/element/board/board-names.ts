/** Names of the boards of a class. */

/** The name that comes after one with a number at its end, `desk-09` after `desk-08`; none after another. */
export function followingName(name: string): string {
  const [, start = '', digits] = /^(.*?)(\d{1,9})$/.exec(name) ?? [];
  return digits === undefined ? '' : start + String(Number(digits) + 1).padStart(digits.length, '0');
}
