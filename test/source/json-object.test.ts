/** Documents whose values are made when they are asked for: what JSON.parse gives, and memory in proportion. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  isJsonObject,
  JsonBudgetError,
  JsonError,
  parseJsonObject,
  parseStrictJson,
  type JsonValue,
} from '../../src/source/strict-json.js';

function plain(value: JsonValue): unknown {
  if (isJsonObject(value)) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(plain) : value;
}

/** A seeded generator of documents. */
class Documents {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  #pick(list: readonly string[]): string {
    return list[this.below(list.length)] as string;
  }

  #space(): string {
    return this.below(4) === 0 ? this.#pick([' ', '\n', '\t', '\r\n', '   ']) : '';
  }

  #string(): string {
    const parts = [
      'a',
      'key',
      '',
      '\\n',
      '\\u00e9',
      '\\ud83d\\ude00',
      'é',
      '😀',
      '\\"',
      '\\\\',
      '/',
      '\\/',
      '__proto__',
      ' ',
      '\u2028',
      '{',
      ']',
    ];
    return `"${Array.from({ length: this.below(4) }, () => this.#pick(parts)).join('')}"`;
  }

  #number(): string {
    return this.#pick([
      '0',
      '-0',
      '1',
      '42',
      '-7',
      '3.25',
      '1e3',
      '2E-2',
      '-1.5e+1',
      '9007199254740993',
      '0.1',
    ]);
  }

  value(depth: number): string {
    switch (this.below(depth > 0 ? 7 : 5)) {
      case 0:
        return this.#number();
      case 1:
        return this.#string();
      case 2:
        return this.#pick(['true', 'false', 'null']);
      case 3:
        return this.#pick(['[]', '{}', '[ ]', '{\n}']);
      case 4:
        return this.#number();
      case 5:
        return this.#list('[', ']', () => this.value(depth - 1));
      default:
        return this.object(depth);
    }
  }

  object(depth: number): string {
    // Numbers in the keys, so that none occurs twice.
    let count = 0;
    return this.#list('{', '}', () => {
      const key = `${this.#string().slice(0, -1)}${count++}"`;
      return `${key}${this.#space()}:${this.#space()}${this.value(depth - 1)}`;
    });
  }

  #list(open: string, close: string, item: () => string): string {
    const items = Array.from({ length: this.below(5) }, () => this.#space() + item() + this.#space());
    return open + items.join(',') + close;
  }

  /** A few characters lost, doubled or changed. */
  damaged(text: string): string {
    let changed = text;
    for (let changes = 1 + this.below(3); changes > 0; changes--) {
      const at = this.below(changed.length);
      const inserted = this.#pick([
        '',
        '"',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '\\',
        'u',
        'e',
        '-',
        '.',
        ' ',
        '\n',
        't',
      ]);
      changed = changed.slice(0, at) + inserted + changed.slice(at + this.below(2));
    }
    return changed;
  }
}

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** What is refused here and not by JSON.parse. */
const STRICTER = /occurs twice|surrogate|too large/;

function compare(text: string): 'read' | 'refused' | 'stricter' {
  const expected = parsed(text);
  for (const read of [parseStrictJson, parseJsonObject]) {
    let value: JsonValue;
    try {
      value = read(text);
      // Another value than an object is checked and not made.
      if (value === null && read === parseJsonObject) continue;
      assert.deepEqual(plain(value), expected?.value, text);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      if (expected === null) continue;
      assert.match(error.message, STRICTER, text);
      return 'stricter';
    }
    assert.ok(expected !== null, `${read.name} reads ${JSON.stringify(text)}`);
  }
  return expected === null ? 'refused' : 'read';
}

test('sound documents are read as JSON.parse reads them', () => {
  const documents = new Documents(7);
  for (let i = 0; i < 4000; i++) assert.equal(compare(documents.object(5)), 'read');
});

test('damaged documents are refused where JSON.parse refuses them', () => {
  const documents = new Documents(8);
  const counts = { read: 0, refused: 0, stricter: 0 };
  for (let i = 0; i < 20_000; i++) counts[compare(documents.damaged(documents.object(3)))]++;
  assert.ok(counts.read > 1000 && counts.refused > 5000, JSON.stringify(counts));
});

test('what no key leads to is passed over, and yet checked', () => {
  const text = '{"skipped":[{"a":1,"a":2},[[{}]],"\\u0041"],"wanted":{"b":3}}';
  const root = parseJsonObject(text);
  assert.ok(root !== null);
  assert.deepEqual([...root.keys()], ['skipped', 'wanted']);
  assert.deepEqual(plain(root.get('wanted') as JsonValue), { b: 3 });
  assert.equal(root.get('wanted'), root.get('wanted'));
  assert.equal(root.get('none'), undefined);
  assert.throws(() => root.get('skipped'), /"a" occurs twice \(character 20\)/);
  for (const broken of ['{"skipped":[1,],"wanted":1}', '{"skipped":"\\x","wanted":1}', '{"a":1,"b":2,"a":3}'])
    assert.throws(() => parseJsonObject(broken), JsonError, broken);
  assert.throws(() => parseJsonObject(`{"a":${'['.repeat(100)}`), /levels/);
  assert.equal(parseJsonObject('[1]'), null);
});

test('errors are what the caller makes of them, at once and later', () => {
  class Mine extends Error {}
  const fail = (error: JsonError): Error => new Mine(error.message);
  assert.throws(() => parseJsonObject('{', { fail }), Mine);
  const root = parseJsonObject('{"x":{"a":1,"a":2}}', { fail });
  assert.throws(() => root?.get('x'), Mine);
  assert.throws(() => [...(root ?? [])], Mine);
});

test('a budget bounds what is made, and not what is passed over', () => {
  const items = (count: number): string => `[${Array.from({ length: count }, () => '{"a":1}').join(',')}]`;
  const text = `{"few":${items(10)},"many":${items(100)}}`;
  const root = parseJsonObject(text, { budget: 500 });
  assert.equal((root?.get('few') as readonly JsonValue[]).length, 10);
  assert.throws(() => root?.get('many'), JsonBudgetError);
  assert.throws(() => parseStrictJson(items(100), { budget: 500 }), JsonBudgetError);
  // A walk makes one value after the other, and lets each go.
  const walked = parseJsonObject(
    `{${Array.from({ length: 20 }, (_, i) => `"k${i}":${items(10)}`).join(',')}}`,
    { budget: 500 },
  );
  assert.equal([...(walked ?? [])].length, 20);
  assert.throws(
    () =>
      parseJsonObject(`{${Array.from({ length: 100 }, (_, i) => `"k${i}":0`).join(',')}}`, { budget: 500 }),
    JsonBudgetError,
  );
});

test('numbers of Python where they are allowed', () => {
  const root = parseJsonObject('{"a":NaN,"b":[Infinity,-Infinity],"c":1e999,"d":-1.5}', {
    numbers: 'python',
  });
  assert.ok(root !== null);
  assert.deepEqual(
    [root.get('a'), root.get('b'), root.get('c'), root.get('d')],
    [NaN, [Infinity, -Infinity], Infinity, -1.5],
  );
  for (const text of ['{"a":nan}', '{"a":-NaN}', '{"a":+Infinity}', '{"a":Infinit}', '{"a":NaNs}'])
    assert.throws(() => parseJsonObject(text, { numbers: 'python' }), JsonError, text);
  assert.throws(() => parseJsonObject('{"a":NaN}'), JsonError);
});

/** A folder with one of these beside sound files, opened in a process that has little memory. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a tokenizer with 20 million objects that nobody asks for': `
    await tokenizer('{"version":"1.0","zz":[' + '{},'.repeat(20_000_000) + '{}]}');`,
  'a tokenizer with 7 million objects in what is asked for': `
    await tokenizer('{"version":"1.0","added_tokens":[' + '{"a":1},'.repeat(7_000_000) + '{}]}');`,
  'a header with 8 million objects': `
    await header('{"zz":[' + '{},'.repeat(8_000_000) + '{}]}');`,
  'a header with 2 million names': `
    await header('{' + Array.from({ length: 1_800_000 }, (_, i) => '"' + i + '":0,').join('') + '"z":0}');`,
};

for (const [what, code] of Object.entries(HOSTILE)) {
  test(`takes some hundred megabytes at most: ${what}`, { timeout: 120_000 }, async () => {
    const script = `
      import { hfFolderInput } from './src/input/hf-folder.ts';
      import { memoryFolder } from './src/source/memory-folder.ts';
      const text = (value) => new TextEncoder().encode(value);
      async function tokenizer(json) {
        const part = await hfFolderInput(memoryFolder('m', { 'tokenizer.json': text(json) })).tokenizer();
        part.definition.fields.get('version');
        part.definition.fields.get('added_tokens');
      }
      async function header(json) {
        const file = text('12345678' + json);
        new DataView(file.buffer, file.byteOffset).setBigUint64(0, BigInt(file.length - 8), true);
        await hfFolderInput(memoryFolder('m', { 'model.safetensors': file })).checkpoint();
      }
      const begun = performance.now();
      try { ${code} console.log('read'); }
      catch (error) { console.log(error.name, error.message); }
      const { maxRSS } = process.resourceUsage();
      console.log(JSON.stringify({ megabytes: maxRSS / 1024, seconds: (performance.now() - begun) / 1000 }));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--no-warnings',
      '--import',
      './scripts/lib/ts-register.mjs',
      '--input-type=module',
      '--eval',
      script,
    ]);
    const [outcome = '', figures = ''] = stdout.trim().split('\n');
    const { megabytes } = JSON.parse(figures) as { megabytes: number; seconds: number };
    assert.match(outcome, /^(?:read|FormatError .*(?:It holds more values than are read|is not an object))/);
    assert.ok(megabytes < 700, `${outcome} ${figures}`);
  });
}
