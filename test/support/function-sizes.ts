/** How many lines each function of a source takes, in TypeScript, Rust and C: what the guard of sizes counts. */
import ts from 'typescript';

/** A function or a macro with a body. */
export interface SizedFunction {
  readonly name: string;
  /** Line of its declaration, from 1. */
  readonly line: number;
  /** From the line where the declaration begins to that of its closing brace, both counted. */
  readonly lines: number;
}

/** Every function of a source, by the language that the ending of its name tells; none for other files. */
export function functionsOf(file: string, text: string): SizedFunction[] {
  if (file.endsWith('.ts')) return typescriptFunctions(file, text);
  if (file.endsWith('.rs')) return rustFunctions(text);
  if (file.endsWith('.c') || file.endsWith('.h')) return cFunctions(text);
  return [];
}

function typescriptFunctions(file: string, text: string): SizedFunction[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: SizedFunction[] = [];
  visit(source);
  return found;

  function visit(node: ts.Node): void {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      found.push({ name: nameOf(node), line: line + 1, lines: last - line + 1 });
    }
    ts.forEachChild(node, visit);
  }
}

/** A function's own name, or that of the variable, field or property that holds it. */
function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  const named = [node.name, 'name' in parent ? (parent.name as ts.Node | undefined) : undefined];
  return named.find((name) => name !== undefined)?.getText() ?? '(anonymous)';
}

function rustFunctions(text: string): SizedFunction[] {
  const code = withoutText(text, RUST_TEXT);
  const found: SizedFunction[] = [];
  for (const { 0: match, 1: name = '', index } of code.matchAll(/\bfn\s+(\$?\w+)/g)) {
    const begin = bodyBegin(code, index + match.length);
    if (begin !== null) found.push(sized(code, name, index, bodyEnd(code, begin)));
  }
  return found;
}

/** Where the braces of a declared function begin; `null` for one that is only declared. */
function bodyBegin(code: string, from: number): number | null {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    const character = code.charAt(at);
    if ('(['.includes(character)) depth += 1;
    else if (')]'.includes(character)) depth -= 1;
    else if (depth === 0 && character === '{') return at;
    else if (depth === 0 && character === ';') return null;
  }
  return null;
}

function cFunctions(text: string): SizedFunction[] {
  const code = withoutText(text, C_TEXT);
  const found: SizedFunction[] = [];
  // A macro's body goes on as long as its lines end with a backslash.
  const plain = code.replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, (directive, at: number) => {
    const macro = /^[ \t]*#\s*define\s+(\w+)/.exec(directive);
    if (macro !== null) found.push(sized(code, macro[1] ?? '', at, at + directive.length));
    return blank(directive);
  });
  // What stands outside of braces, declaration by declaration.
  let begin = 0;
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain.charAt(at);
    if (character === ';' || character === '}') begin = at + 1;
    if (character !== '{') continue;
    const head = plain.slice(begin, at);
    // A linkage block is no body: what it holds stands outside of braces as well.
    if (/^\s*extern\s*$/.test(head)) {
      begin = at + 1;
      continue;
    }
    const end = bodyEnd(plain, at);
    const name = /(?:^|[^\w])(\w+)\s*\([^{]*\)\s*$/.test(head) ? functionName(head) : null;
    if (name !== null) found.push(sized(plain, name, begin + head.search(/\S/), end));
    at = end;
    begin = end + 1;
  }
  return found;
}

/** The name before the parameters; attributes, which look like calls, may stand before and behind. */
function functionName(head: string): string {
  const attributes = /__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|_Alignas\s*\([^()]*\)/g;
  return /(\w+)\s*\(/.exec(head.replace(attributes, ' '))?.[1] ?? '(unnamed)';
}

/** Where the brace at `begin` is closed. */
function bodyEnd(code: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < code.length; at += 1) {
    if (code.charAt(at) === '{') depth += 1;
    else if (code.charAt(at) === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`the brace in line ${1 + newlines(code, 0, begin)} is never closed`);
}

function sized(code: string, name: string, begin: number, end: number): SizedFunction {
  return { name, line: 1 + newlines(code, 0, begin), lines: 1 + newlines(code, begin, end) };
}

function newlines(code: string, begin: number, end: number): number {
  let count = 0;
  for (let at = code.indexOf('\n', begin); at >= 0 && at < end; at = code.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Comments, strings and characters: braces in them are none. Lifetimes begin like characters and are none. */
const RUST_TEXT =
  /\/\/[^\n]*|\/\*|\bb?r(#*)"[\s\S]*?"\1|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'/g;
const C_TEXT = /\/\/[^\n]*|\/\*|"(?:\\[\s\S]|[^"\\])*"|'(?:\\.[^']*|[^'\\\n])'/g;

/** The source with everything in `pattern` blanked out, so that places and lines stay what they are. */
function withoutText(text: string, pattern: RegExp): string {
  let code = '';
  let at = 0;
  for (;;) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return code + text.slice(at);
    const end = match[0] === '/*' ? commentEnd(text, match.index, pattern === RUST_TEXT) : pattern.lastIndex;
    code += text.slice(at, match.index) + blank(text.slice(match.index, end));
    at = end;
  }
}

/** The end of a comment in a block; in Rust it may hold others. */
function commentEnd(text: string, begin: number, nests: boolean): number {
  let depth = 0;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = begin;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '*/') depth -= 1;
    else if (nests || depth === 0) depth += 1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
