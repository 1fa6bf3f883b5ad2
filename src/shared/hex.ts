/** An address or offset, for messages. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
