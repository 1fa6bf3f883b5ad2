/** How what breaks a rule of the format is told: the reader throws a FormatError for it, the writer a RangeError. */

/** Makes the error for `field`, as people read it (`CONF hidden size`, `TDIR layers.2.qkv`). */
export type Fail = (field: string, problem: string) => Error;

/** The same for fields of one section or record. */
export function within(fail: Fail, place: string): Fail {
  return (field, problem) => fail(`${place} ${field}`, problem);
}
