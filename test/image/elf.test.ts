import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { readElf } from '../../src/image/elf.js';
import { FormatError } from '../../src/shared/errors.js';
import { fixture, noise } from './support.js';

describe('reading an ELF file', () => {
  it('gives what is to be loaded and all memory that is claimed', () => {
    const { entry, segments, memory } = readElf(fixture('ram.elf'), 'ram.elf', ESP32S3);
    assert.equal(entry, 0x40374004);
    assert.deepEqual(
      segments.map(({ address, bytes }) => [address, bytes.length]),
      [
        [0x3fc98000, 0x84],
        [0x40374000, 0x1c],
        [0x4037401c, 0x203],
      ],
    );
    assert.deepEqual(memory.find(({ address }) => address === 0x3fc98084)?.length, 0x1000);
  });

  it('leaves out the headers of the file when the linker made them part of a segment', () => {
    const bytes = fixture('ram.elf');
    const view = new DataView(bytes.buffer);
    const headers = view.getUint32(28, true) + 32 * view.getUint16(44, true);
    const first = view.getUint32(52 + 4, true);
    // The first segment now begins with the file, at an address that puts its content where it was.
    for (const word of [2, 3]) {
      view.setUint32(52 + 4 * word, view.getUint32(52 + 4 * word, true) - first, true);
    }
    for (const word of [4, 5]) {
      view.setUint32(52 + 4 * word, view.getUint32(52 + 4 * word, true) + first, true);
    }
    view.setUint32(52 + 4, 0, true);
    const { segments } = readElf(bytes, 'ram.elf', ESP32S3);
    const start = segments.find(({ address }) => address === 0x40374000 - first + headers);
    assert.deepEqual(start?.bytes.subarray(first - headers), bytesOf('ram.elf', first, 0x1c));
  });

  it('refuses other files, other machines, other types and broken headers', () => {
    const cases: [number, number, RegExp][] = [
      [0, 0, /not an ELF/],
      [4, 2, /32 bits/],
      [5, 2, /32 bits/],
      [16, 1, /not a linked executable/],
      [18, 0xf3, /machine 243/],
      [31, 0x7f, /after the file/],
      [42, 40, /headers of 40 bytes/],
      [44, 0, /0 headers/],
      [44, 200, /200 headers/],
      [52 + 7, 0x7f, /program header 0.*after the file/],
      [52 + 19, 0x7f, /program header 0.*after the file/],
      [52 + 20, 4, /program header 0.*do not fit/],
    ];
    for (const [at, value, message] of cases) {
      const damaged = fixture('ram.elf');
      damaged[at] = value;
      assert.throws(
        () => readElf(damaged, 'ram.elf', ESP32S3),
        (error) => error instanceof FormatError && message.test(error.message),
        `byte ${at}`,
      );
    }
    assert.throws(() => readElf(new Uint8Array(0), 'empty', ESP32S3), FormatError);
    assert.throws(() => readElf(noise(51), 'short', ESP32S3), FormatError);
  });

  it('refuses a program with nothing to load', () => {
    const bytes = fixture('ram.elf');
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < view.getUint16(44, true); index++) view.setUint32(52 + 32 * index, 4, true);
    assert.throws(() => readElf(bytes, 'ram.elf', ESP32S3), /nothing to load/);
  });
});

function bytesOf(name: string, offset: number, length: number): Uint8Array {
  return fixture(name).slice(offset, offset + length);
}
