/** Lists as people write them into an attribute or an option. */

/** The words of a text, in lower case: parted by blanks, commas, or both. */
export function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
}
