/** A template's source in tokens, with white space trimmed as the transformers library has it: `trim_blocks`, `lstrip_blocks`. */

export interface Token {
  /** `data` stands outside of tags; `print` is `{{`, `block` `{%`, `end` what closes either. */
  readonly kind: 'data' | 'print' | 'block' | 'end' | 'name' | 'text' | 'whole' | 'float' | 'sign' | 'over';
  readonly text: string;
}

/** Python's white space, which is not JavaScript's. */
export const SPACE = '[^\\S\\ufeff]|[\\x1c-\\x1f\\x85]';

const TAG = new RegExp(
  [
    `((?:${SPACE})+)`,
    /((?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][-+]?(?:\d+_)*\d+|\.(?:\d+_)*\d+))/.source,
    /(0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*)/.source,
    /([\p{ID_Start}_]\p{ID_Continue}*)/u.source,
    /('[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*")/.source,
    /(\*\*|\/\/|[=!<>]=|[-+*/%~[\](){}<>=.:|,;])/.source,
  ].join('|'),
  'uy',
);

const OPENING = '([{';
const CLOSING = ')]}';

/** @throws Error when the source is not a template's */
export function tokenize(template: string): Token[] {
  const source = template.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  const tokens: Token[] = [];
  const add = (kind: Token['kind'], text = ''): void => void tokens.push({ kind, text });
  /** Of a tag that stands alone in its line, the line's beginning is not written. */
  const addData = (text: string, sign: string, strips: boolean, beginsLine: boolean): void => {
    let end = text.length;
    if (sign === '-') end = lengthWithout(text);
    else if (sign === '' && strips) {
      const line = text.lastIndexOf('\n') + 1;
      if ((line > 0 || beginsLine) && lengthWithout(text.slice(line)) === 0) end = line;
    }
    if (end > 0) add('data', text.slice(0, end));
  };
  /** Where the text goes on behind a tag. */
  const behind = (at: number, sign: string, trims: boolean): number => {
    if (sign === '-') return matched(SPACES, source, at)?.end ?? at;
    return sign === '' && trims && source[at] === '\n' ? at + 1 : at;
  };
  for (let at = 0; at < source.length;) {
    const beginsLine = at === 0 || source[at - 1] === '\n';
    BEGIN.lastIndex = at;
    const begin = BEGIN.exec(source)?.index;
    if (begin === undefined) {
      add('data', source.slice(at));
      break;
    }
    const kind = source[begin + 1] as string;
    const sign = /[-+]/.exec(source[begin + 2] ?? '')?.[0] ?? '';
    addData(source.slice(at, begin), sign, kind !== '{', beginsLine);
    at = begin + 2 + sign.length;
    const raw = kind === '%' ? matched(RAW, source, at) : null;
    if (kind === '#') {
      const end = source.indexOf('#}', at);
      if (end < 0) throw new Error('a comment has no end');
      at = behind(end + 2, end > at ? signOf(source[end - 1]) : '', true);
    } else if (raw !== null) {
      // Without a sign, the line's end behind `raw` is written: it is no other tag's.
      at = behind(raw.end, raw.groups[1] ?? '', false);
      const after = at;
      END_RAW.lastIndex = at;
      const end = END_RAW.exec(source);
      if (end === null) throw new Error('raw text has no end');
      addData(source.slice(after, end.index), end[1] ?? '', true, false);
      at = behind(END_RAW.lastIndex, end[2] ?? '', true);
    } else {
      add(kind === '%' ? 'block' : 'print');
      at = tag(source, at, kind, add);
      const before = source[at - 3] ?? '';
      at = behind(at, kind === '%' ? signOf(before) : before === '-' ? '-' : '', kind === '%');
      add('end');
    }
  }
  return tokens;
}

const BEGIN = /\{[%{#]/g;
const SPACES = new RegExp(`(?:${SPACE})+`, 'y');
const RAW = new RegExp(`(?:${SPACE})*raw(?:${SPACE})*(-?)%\\}`, 'y');
const END_RAW = new RegExp(`\\{%([-+]?)(?:${SPACE})*endraw(?:${SPACE})*([-+]?)%\\}`, 'g');
const BLANK = new RegExp(SPACE);

function matched(
  pattern: RegExp,
  source: string,
  at: number,
): { end: number; groups: RegExpExecArray } | null {
  pattern.lastIndex = at;
  const groups = pattern.exec(source);
  return groups === null ? null : { end: pattern.lastIndex, groups };
}

function signOf(character: string | undefined): string {
  return character === '-' || character === '+' ? character : '';
}

/** Length of a text without the white space at its end; a pattern would take time with the square of it. */
export function lengthWithout(text: string): number {
  let end = text.length;
  while (end > 0 && BLANK.test(text[end - 1] as string)) end--;
  return end;
}

/** Adds what stands in a tag; where it has ended. */
function tag(
  source: string,
  begin: number,
  kind: string,
  add: (kind: Token['kind'], text: string) => void,
): number {
  const open: string[] = [];
  const close = kind === '%' ? /[-+]?%\}/y : /-?\}\}/y;
  for (let at = begin; ;) {
    const end = open.length === 0 ? matched(close, source, at) : null;
    if (end !== null) return end.end;
    const token = matched(TAG, source, at);
    if (token === null)
      throw new Error(at < source.length ? `${source[at]} is not expected` : 'a tag has no end');
    at = token.end;
    const [, space, float, whole, name, text, sign] = token.groups;
    if (space !== undefined) continue;
    if (float !== undefined) add('float', float.replaceAll('_', ''));
    else if (whole !== undefined) add('whole', whole.replaceAll('_', ''));
    else if (name !== undefined) add('name', name.normalize('NFKC'));
    else if (text !== undefined) add('text', unescape(text.slice(1, -1)));
    else if (sign !== undefined) {
      if (OPENING.includes(sign)) open.push(CLOSING[OPENING.indexOf(sign)] as string);
      else if (CLOSING.includes(sign) && open.pop() !== sign) throw new Error(`${sign} is not expected`);
      add('sign', sign);
    }
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  ...{ '\n': '', n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07' },
  ...{ '\\': '\\', "'": "'", '"': '"' },
};

/** As Python reads the escapes of a literal: those that it does not know stay as they are. */
function unescape(text: string): string {
  const pattern = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g;
  return text.replace(pattern, (all, octal?: string, x?: string, u?: string, wide?: string, one = '') => {
    const hex = x ?? u ?? wide;
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    if (/[xuUN]/.test(one as string)) throw new Error(`the escape ${all} is not read`);
    return ESCAPED[one as string] ?? all;
  });
}
