import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readElfSymbols, symbolLines } from '../../src/image/elf-symbols.js';
import { fixture } from './support.js';

/** An ELF file with nothing but a symbol table. */
function elfWith(
  rows: readonly (readonly [name: string, address: number, size: number, type: number])[],
): Uint8Array {
  const strings = new TextEncoder().encode(`\0${rows.map(([name]) => `${name}\0`).join('')}`);
  const symbolsAt = 52 + 3 * 40;
  const stringsAt = symbolsAt + 16 * rows.length;
  const bytes = new Uint8Array(stringsAt + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x7f454c46, false);
  bytes.set([1, 1, 1], 4);
  view.setUint32(32, 52, true);
  view.setUint16(46, 40, true);
  view.setUint16(48, 3, true);
  const section = (index: number, words: readonly number[]): void => {
    words.forEach((word, position) => {
      view.setUint32(52 + 40 * index + 4 * position, word, true);
    });
  };
  section(1, [0, 2, 0, 0, symbolsAt, 16 * rows.length, 2]);
  section(2, [0, 3, 0, 0, stringsAt, strings.length]);
  let nameAt = 1;
  rows.forEach(([name, address, size, type], index) => {
    const at = symbolsAt + 16 * index;
    view.setUint32(at, nameAt, true);
    view.setUint32(at + 4, address, true);
    view.setUint32(at + 8, size, true);
    view.setUint8(at + 12, 0x10 | type);
    view.setUint16(at + 14, 1, true);
    nameAt += name.length + 1;
  });
  bytes.set(strings, stringsAt);
  return bytes;
}

describe('symbols of an ELF file', () => {
  const bytes = elfWith([
    ['app_main', 0x40375000, 0x80, 2],
    ['vectors', 0x40374000, 0, 0],
    ['.Lpcrel', 0x40374010, 0, 0],
    ['section', 0x40374010, 0, 3],
  ]);

  it('are functions and labels by address', () => {
    assert.equal(symbolLines(readElfSymbols(bytes)), '40374000 0 vectors\n40375000 80 app_main\n');
  });

  it('are none in a file without a table, or with a damaged one', () => {
    assert.deepEqual(readElfSymbols(new Uint8Array(10)), []);
    assert.deepEqual(readElfSymbols(fixture('ram.bin')), []);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = 0xff;
      for (const { name } of readElfSymbols(damaged)) assert.match(name, /^[\x20-\x7e]{1,128}$/);
      readElfSymbols(bytes.subarray(0, at));
    }
  });
});
