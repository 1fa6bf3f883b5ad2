/**
 * Text from a model or a file name, made safe to show: a terminal must not obey it, and a page must not be reordered by
 * it. Escaping for markup is done where markup is written.
 */

/**
 * C0 and C1 controls but line feed and tab (a terminal obeys them), and the marks that reorder the text around them
 * (Unicode Technical Report 36, 3.1).
 */

const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Replaces characters that would act on the place where the text is shown by U+FFFD. */
export function showable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(HARMFUL, '\ufffd');
}

/** As {@link showable}, on one line. */
export function showableLine(text: string): string {
  return showable(text).replace(/[\n\t\u2028\u2029]+/g, ' ');
}
