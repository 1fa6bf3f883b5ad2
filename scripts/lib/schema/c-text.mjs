// How names, numbers and comments of the schema are written in C.

/** `hiddenSize` and `norm.bias` as C writes them: `hidden_size`, `norm_bias`. */
export const snake = (name) =>
  name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/\./g, '_')
    .replace(/^_/, '');
export const upper = (name) => snake(name).toUpperCase();
export const limitName = (name) => `S3LM_MAX_${upper(name.replace(/^max(?=[A-Z])/, ''))}`;
export const hex = (value) => `0x${value.toString(16).toUpperCase()}u`;
export const word = (table, name) => `S3LM_${table}_${upper(name)}`;
export const roleName = (name) => word('ROLE', name);
export const encodingName = (name) => `S3LM_${upper(name)}`;

/** The doc comments of a TypeScript file, by the name of what they stand before. */
export function docComments(source) {
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\n\s*(?:export const |\| )?'?(\w+)'?/g);
  return new Map(
    [...found].map(([, text, name]) => [
      name,
      text
        .replace(/\n\s*\*/g, '')
        .replace(/`/g, '')
        .trim(),
    ]),
  );
}

/** A comment in lines of at most 120 characters. */
export function commentLines(text) {
  if (text === undefined) return [];
  const lines = ['/*'];
  for (const piece of `${text} */`.split(' ')) {
    const longer = `${lines.at(-1)} ${piece}`;
    if (longer.length > 120) lines.push(` * ${piece}`);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** An f32 constant of C. */
export function floatText(value) {
  const text = String(value);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}
