/**
 * Text from a model, a board or a file name, made safe to show: a terminal must not obey it, and a page must not be reordered
 * by it. Escaping for markup is done where markup is written.
 */

/**
 * C0 and C1 controls but line feed and tab (a terminal obeys them), line and paragraph separators, marks that reorder the text
 * around them or tell of annotations in it (Unicode Technical Report 36, 3.1; Unicode 16, 23.2 and 23.8).
 */
const HARMFUL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/gu;

/**
 * Shows characters that would act on the place where the text appears as JSON would write them, `\u001b`: text that is JSON
 * stays so and means the same.
 */
export function showable(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(HARMFUL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As {@link showable}, on one line. */
export function showableLine(text: string): string {
  return showable(text).replace(/[\n\t]+/g, ' ');
}
