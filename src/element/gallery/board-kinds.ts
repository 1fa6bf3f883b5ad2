/** Boards by what a model notices of them, the smallest first. */
export const BOARD_KINDS: readonly string[] = [
  'esp32-s3-n4',
  'esp32-s3-n8r2',
  'esp32-s3-n8r8',
  'esp32-s3-n16r8',
];

/** What the module of such a board is called. */
export function boardKind(id: string): string {
  return id.replace('esp32-s3-', '').toUpperCase();
}
