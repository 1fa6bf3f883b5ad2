/** No file and no function of the product is longer than a reader holds in mind at once. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { listFiles } from '../../scripts/lib/files.mjs';
import { ROOT } from '../../scripts/lib/run.mjs';
import { functionsOf } from '../support/function-sizes.js';

const MOST_FILE_LINES = 450;
const MOST_FUNCTION_LINES = 90;

/** What is written by hand; tables of data, the schema's header and what compilers wrote are not read by people. */
const HANDWRITTEN = /^(src|kernels|device-runtime)\/.*(\.(ts|mts|mjs|js|rs|c|h|s|inc|ld|py)|Makefile)$/;
const GENERATED = /\/prebuilt\/|_tables\.[ch]$|\/(s3lm|actions|grammar)_format\.h$|\/console_protocol\.h$/;

/** Instruction decoders: one arm an instruction, which would be harder to find in parts. */
const DECODERS: Record<string, string> = {
  'kernels/crates/emulator/src/exec/float.rs: execute': 'the floating-point instructions',
  'kernels/crates/emulator/src/exec/vector/access.rs: execute': 'loads and stores of vectors',
  'kernels/crates/emulator/src/exec/vector/fft.rs: execute': 'the instructions for Fourier transforms',
  'kernels/crates/emulator/src/exec/vector/multiply.rs: execute': 'products of vectors',
  'kernels/crates/emulator/src/exec/vector/quick.rs: execute': 'the accumulators of vector products',
  'kernels/crates/emulator/src/translate/float.rs: float': 'the floating-point instructions, translated',
  'kernels/crates/emulator/src/translate/integer.rs: integer': 'the instructions of the base set, translated',
  'kernels/crates/emulator/src/translate/vector.rs: quick': 'the vector instructions, translated',
  'src/checkpoint/pickle.ts: #step': 'the instructions of a pickle',
};

test(`no file is longer than ${MOST_FILE_LINES} lines, no function than ${MOST_FUNCTION_LINES}`, async () => {
  const files = await listFiles(ROOT, (name) => HANDWRITTEN.test(name) && !GENERATED.test(name));
  assert.ok(files.length > 500, `only ${files.length} files`);
  const found: string[] = [];
  let functions = 0;
  for (const file of files) {
    const text = await readFile(path.join(ROOT, file), 'utf8');
    const inside = functionsOf(file, text);
    found.push(...tooLong(file, text, inside));
    functions += inside.length;
  }
  assert.ok(functions > 5000, `only ${functions} functions`);
  assert.deepEqual(found.sort(), Object.keys(DECODERS).sort());
});

test('a long file and a long function are found in every language', () => {
  const filler = (count: number, line: string): string => `${line}\n`.repeat(count);
  const bodies: Record<string, (lines: number) => string> = {
    'x.ts': (lines) => `export function f(): void {\n${filler(lines - 2, '  g();')}}\n`,
    'x.rs': (lines) => `pub fn f() {\n${filler(lines - 2, '    g();')}}\n`,
    'x.c': (lines) => `void f(void) {\n${filler(lines - 2, '    g();')}}\n`,
    'x.h': (lines) => `#define f() \\\n${filler(lines - 2, '    g(); \\')}    g();\n`,
  };
  for (const [file, body] of Object.entries(bodies)) {
    assert.deepEqual(tooLong(file, body(90)), [], file);
    assert.deepEqual(tooLong(file, body(91)), [`${file}: f`], file);
    assert.deepEqual(tooLong(file, '\n'.repeat(450)), [], file);
    assert.deepEqual(tooLong(file, '\n'.repeat(451)), [file], file);
  }
});

test('TypeScript: functions of every kind, by the name that a reader looks for', () => {
  const text = `
class A {
  constructor() {}
  get b() {
    return 1;
  }
  #c = () => {
    d(function () {});
  };
}
const e = async () => {
  const f = '}';
};
function g(): void;
function g(h?: string): void {
  return ({ i() {
  } }).i();
}
interface J { k(): void }
`;
  assert.deepEqual(named('a.ts', text), [
    'constructor 3+1',
    'b 4+3',
    '#c 7+3',
    '(anonymous) 8+1',
    'e 11+3',
    'g 15+4',
    'i 16+2',
  ]);
});

test('Rust: braces in text are none, functions stand in modules, functions and macros', () => {
  const text = `
// fn no() {
/* fn no() { /* { */ { */
pub const fn a<'l>(text: &'l str) -> [u8; { 1 + 1 }]
where
    str: Sized,
{
    let b = ['{', '\\'', '\\u{7b}', b'{'];
    let c = ("{\\"{", r#"{"{"#, b"{");
    fn d() {}
}
trait E {
    fn f(&self);
    fn g(&self) {
    }
}
macro_rules! h {
    ($name:ident) => {
        fn $name() {
        }
    };
}
type I = fn(u8) -> u8;
`;
  assert.deepEqual(named('a.rs', text), ['a 4+8', 'd 10+1', 'g 14+2', '$name 19+2']);
});

test('C: braces in text are none, tables and structs are no functions, macros with bodies are', () => {
  const text = `
#include "a.h"
/* int no(void) { */
#define B(x) \\
    do { \\
    } while (0)
struct c {
    int (*d)(int);
};
static const struct c E[] = {
    {0},
};
static inline __attribute__((noinline, section(".f"))) int
f(int (*g)(int), char h) {
    // {
    const char *text = "{\\"{";
    return h == '{' || h == '\\'' || h == '\\x7b' ? (struct c){0}.d(1) : 0;
}
extern "C" {
int i(void);
void j(void) __attribute__((noreturn));
int k(void)
{
    if (1) {
    }
}
}
`;
  assert.deepEqual(named('a.c', text), ['B 4+3', 'f 13+6', 'k 22+5']);
});

test('a body that is never closed is no silent end of the count', () => {
  assert.throws(() => functionsOf('a.rs', 'fn a() {\n {\n}\n'), /line 1 is never closed/);
  assert.throws(() => functionsOf('a.c', '\nint a(void) {\n'), /line 2 is never closed/);
});

/** What is too long in a file: itself, its functions. */
function tooLong(file: string, text: string, inside = functionsOf(file, text)): string[] {
  const long = inside.filter((found) => found.lines > MOST_FUNCTION_LINES);
  const functions = long.map((found) => `${file}: ${found.name}`);
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > MOST_FILE_LINES ? [file, ...functions] : functions;
}

function named(file: string, text: string): string[] {
  return functionsOf(file, text).map((found) => `${found.name} ${found.line}+${found.lines}`);
}
