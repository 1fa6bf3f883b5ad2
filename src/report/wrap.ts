/** Texts in lines of a width. */

/** Breaks text at spaces, and inside words that are longer than a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line: string[] = [];
    for (const word of paragraph.replace(/\t/g, '  ').split(' ')) {
      let rest = Array.from(word);
      if (line.length > 0 && line.length + 1 + rest.length > width) {
        lines.push(line.join(''));
        line = [];
      } else if (line.length > 0) {
        line.push(' ');
      }
      while (line.length + rest.length > width) {
        const room = width - line.length;
        lines.push([...line, ...rest.slice(0, room)].join(''));
        line = [];
        rest = rest.slice(room);
      }
      line.push(...rest);
    }
    lines.push(line.join(''));
  }
  return lines;
}
