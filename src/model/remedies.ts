/** What to do, where several places say it. */

/** For weights that are codes. */
export const UNQUANTIZED =
  'Use the original model that it was made from, saved as float16, bfloat16 or float32.';
