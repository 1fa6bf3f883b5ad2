// Markdown tables, and the stretches of documents that are generated: between `<!-- generated: NAME -->` and
// `<!-- end of generated -->`.

/** A table; `align` has a `>` for each column whose numbers stand right. */
export function table(heads, rows, align = '') {
  const rule = heads.map((_, column) => (align[column] === '>' ? '---:' : '---'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * The document with its stretches replaced.
 * @param parts text by name; the document must have each of them once, and no other
 */
export function fill(document, name, parts) {
  const wanting = new Set(Object.keys(parts));
  const text = document.replace(/<!-- generated: (.+?) -->\n[^]*?<!-- end of generated -->/g, (_, part) => {
    if (!wanting.delete(part))
      throw new Error(`${name} has a stretch "${part}" that nothing generates, or twice.`);
    return `<!-- generated: ${part} -->\n${parts[part]}\n<!-- end of generated -->`;
  });
  if (wanting.size > 0) throw new Error(`${name} has no stretch for ${[...wanting].join(', ')}.`);
  return text;
}

/** The entries of what the schema has with the words for each. @throws when one has no words, or words have no entry */
export function withWords(place, entries, words) {
  const known = new Set(entries.map(([key]) => key));
  const superfluous = Object.keys(words ?? {}).find((key) => !known.has(key));
  if (superfluous !== undefined)
    throw new Error(`There are words for ${place} ${superfluous}, which there is not.`);
  return entries.map(([key, value]) => {
    const said = words?.[key];
    if (said === undefined) throw new Error(`There are no words for ${place} ${key}.`);
    return [key, value, said];
  });
}
