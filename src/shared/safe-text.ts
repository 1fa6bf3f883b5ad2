/**
 * Text from a model, a board or a file name, made safe to show: a terminal must not obey it, and a page must not be reordered
 * by it. Escaping for markup is done where markup is written.
 */

/**
 * Controls but line feed and tab (a terminal obeys them), marks that reorder the text around them, and separators that break
 * lines (Unicode Technical Report 36, 3.1).
 */
const HARMFUL = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/**
 * Shows characters that would act on the place where the text appears as JSON would write them, `\u001b`: text that is JSON
 * stays so and means the same.
 */
export function showable(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(HARMFUL, (character) => `\\u${(0x10000 + character.charCodeAt(0)).toString(16).slice(1)}`);
}

/** As {@link showable}, on one line. */
export function showableLine(text: string): string {
  return showable(text).replace(/[\n\t]+/g, ' ');
}
