/** A file of texts: what stands between lines `<|story|>` is a text of its own. */

/** The line that parts stories in a text file. */
export const STORY_LINE = '<|story|>';

/** The texts of a file without the white space around them; none is empty. */
export function storiesOf(text: string): string[] {
  const stories = text.split(/\r\n?|\n/).reduce<string[][]>(
    (found, line) => {
      if (line.trim() === STORY_LINE) found.push([]);
      else found.at(-1)?.push(line);
      return found;
    },
    [[]],
  );
  return stories.map((lines) => lines.join('\n').trim()).filter((story) => story !== '');
}

/** Pieces of a long text, cut before a line break, else before a space. @param most characters of a piece */
export function piecesOf(text: string, most: number): string[] {
  const found: string[] = [];
  for (let begin = 0; begin < text.length;) {
    let end = Math.min(text.length, begin + most);
    if (end < text.length) {
      const line = text.lastIndexOf('\n', end);
      const at = line > begin ? line : text.lastIndexOf(' ', end);
      if (at > begin) end = at;
    }
    found.push(text.slice(begin, end));
    begin = end;
  }
  return found;
}
