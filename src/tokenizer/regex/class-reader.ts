/** Escapes and the classes in brackets of an expression. */
import { kindsWith, LAST_POINT, points, property } from './character-set.js';
import type { CharacterSet } from './character-set.js';
import { ExpressionError } from './expression.js';
import type { PatternText } from './pattern-text.js';

const CONTROLS: Readonly<Record<string, number>> = {
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
  a: 0x07,
  e: 0x1b,
};

const HEXADECIMAL: CharacterSet = {
  type: 'points',
  ranges: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};

/** Why an escape is none of ours. */
const REFUSED: Readonly<Record<string, string>> = {
  b: 'it looks back ("\\b")',
  B: 'it looks back ("\\B")',
  A: 'it looks back ("\\A")',
  G: 'it looks back ("\\G")',
  Z: 'it looks ahead by more than one character ("\\Z")',
  K: 'it forgets what it matched ("\\K")',
  k: 'a backreference',
  g: 'a call of a group ("\\g")',
};

/** Brackets inside brackets. */
const MAX_DEPTH = 20;

export class ClassReader {
  readonly #text: PatternText;

  constructor(text: PatternText) {
    this.#text = text;
  }

  /** A class, whose "[" has been read. @throws ExpressionError */
  read(depth = 0): CharacterSet {
    const text = this.#text;
    if (depth > MAX_DEPTH) throw new ExpressionError(`classes inside more than ${MAX_DEPTH} others`);
    const negated = text.take('^');
    const both: CharacterSet[] = []; // what "&&" joins
    let members: CharacterSet[] = [];
    while (!text.take(']')) {
      if (text.done) throw new ExpressionError('a "[" without its "]"');
      if (text.take('&&')) {
        both.push({ type: 'any', of: members });
        members = [];
      } else members.push(this.#member(depth));
    }
    if (members.length === 0) throw new ExpressionError('an empty class');
    const last: CharacterSet = { type: 'any', of: members };
    const set: CharacterSet = both.length === 0 ? last : { type: 'all', of: [...both, last] };
    return negated ? { type: 'not', of: set } : set;
  }

  #member(depth: number): CharacterSet {
    const text = this.#text;
    const posix = text.match(/^\[:(\^?)(\w+):\]/u);
    if (posix !== null) {
      const set = posixClass(posix[2] ?? '');
      if (set === null) throw new ExpressionError(`the class "${posix[0]}"`);
      return posix[1] === '^' ? { type: 'not', of: set } : set;
    }
    if (text.take('[')) return this.read(depth + 1);
    const first = text.sees('\\') ? this.escape(true) : text.character();
    if (!text.sees('-') || text.sees('-]')) return typeof first === 'number' ? points(first) : first;
    text.take('-');
    if (text.sees('[') || text.sees('&&')) throw new ExpressionError('a "-" before another class');
    const last = text.sees('\\') ? this.escape(true) : text.character();
    if (typeof first !== 'number' || typeof last !== 'number' || last < first)
      throw new ExpressionError('a range without two ends');
    return { type: 'points', ranges: [[first, last]] };
  }

  /** A code point or a set behind a backslash. @throws ExpressionError */
  escape(inClass: boolean): number | CharacterSet {
    const text = this.#text;
    text.take('\\');
    const named = text.match(/^([pP])\{(\^?)([\w -]+)\}/u);
    if (named !== null) {
      const name = named[3] ?? '';
      const set = !inClass && name.toLowerCase() === 'word' ? kindsWith('word') : property(name);
      if (set === null) throw new ExpressionError(`the property "${name}"`);
      return (named[1] === 'P') === (named[2] === '^') ? set : { type: 'not', of: set };
    }
    const code =
      text.match(/^x\{([0-9a-fA-F]{1,8})\}/u) ??
      text.match(/^u([0-9a-fA-F]{4})/u) ??
      text.match(/^x([0-7][0-9a-fA-F])/u);
    if (code !== null) {
      const point = Number.parseInt(code[1] ?? '', 16);
      if (point > LAST_POINT || (point >= 0xd800 && point < 0xe000))
        throw new ExpressionError(`the character "\\${code[0]}"`);
      return point;
    }
    const letter = String.fromCodePoint(text.character());
    const set = shorthand(letter, inClass);
    if (set !== null) return set;
    const control = CONTROLS[letter];
    if (control !== undefined) return control;
    if (/[0-9]/u.test(letter))
      throw new ExpressionError('a backreference or a character by its octal number');
    if (/[A-Za-z]/u.test(letter) || letter > '\x7f') {
      const reason = inClass ? undefined : REFUSED[letter];
      throw new ExpressionError(reason ?? `the escape "\\${letter}"`);
    }
    return letter.codePointAt(0) ?? 0;
  }
}

/** `[:alpha:]` and its like. */
function posixClass(name: string): CharacterSet | null {
  if (name === 'punct') return kindsWith('punct'); // the property of this name has no symbols
  return ['alpha', 'upper', 'lower', 'digit', 'alnum', 'space', 'word'].includes(name)
    ? property(name)
    : null;
}

/** `\s`, `\d`, `\w` and `\h`; their capitals are the opposite. Outside brackets words have ² and five others too. */
function shorthand(letter: string, inClass: boolean): CharacterSet | null {
  const lower = letter.toLowerCase();
  const sets: Readonly<Record<string, CharacterSet | null>> = {
    s: property('space'),
    d: property('Nd'),
    w: inClass ? property('word') : kindsWith('word'),
    h: HEXADECIMAL,
  };
  const set = sets[lower] ?? null;
  return set === null || lower === letter ? set : { type: 'not', of: set };
}
