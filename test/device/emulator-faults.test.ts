/**
 * Boards with something wrong in their flash or too little memory: the shipped firmware on the emulated chip says in plain
 * words what it is and what to do, and its console stays alive.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { EmulatedBoard } from '../../src/device/emulator-types.js';
import { TABLE_OFFSET } from '../../src/image/partition-table.js';
import { describeImage, packagePlace } from '../../src/image/describe.js';
import { MEMORY } from '../../src/schema/kinds.js';
import { HEADER, SECTION, SECTION_ENTRY, SECTION_REQUIRED, TENSOR } from '../../src/schema/package.js';
import { convert } from '../../src/pipeline/convert.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { imageOf } from '../support/emulated-board.js';
import { SMALL_BOARD, withTerminal } from '../support/emulated-terminal.js';
import { resealSections } from '../support/packages.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';
import { fixtureUrl } from './console-fixtures.js';

const BOARD = 'esp32-s3-n8';
const small = new Uint8Array(await readFile(fixtureUrl('chat.s3lm')));

/** An image of the small package, and where the package lies in it. */
async function soundImage(): Promise<{ image: Uint8Array; begin: number; end: number }> {
  const image = await imageOf(small, BOARD);
  const place = packagePlace(await describeImage(new MemorySource('image', image)));
  assert.ok(place !== null);
  return { image, begin: place.offset, end: place.offset + place.length };
}

/** Makes checksum and digest of the firmware right again: the partition table lies inside one of its segments. */
function sealFirmware(image: Uint8Array): void {
  const view = new DataView(image.buffer, image.byteOffset);
  let at = 24;
  let sum = 0xef;
  for (let left = view.getUint8(1); left > 0; left--) {
    const end = at + 8 + view.getUint32(at + 4, true);
    for (const byte of image.subarray(at + 8, end)) sum ^= byte;
    at = end;
  }
  image[at | 15] = sum;
  const digest = createHash('sha256').update(image.subarray(0, (at | 15) + 1));
  image.set(digest.digest(), (at | 15) + 1);
}

/** The package with every tensor wanted in internal memory. */
function placedInSram(bytes: Uint8Array): Uint8Array {
  const placed = bytes.slice();
  const view = new DataView(placed.buffer);
  const tableEnd = view.getUint32(16, true);
  for (let entry = HEADER.bytes; entry < tableEnd; entry += SECTION_ENTRY.bytes) {
    if (view.getUint32(entry, true) !== SECTION.tensors.kind) continue;
    const begin = view.getUint32(entry + 8, true);
    const end = begin + view.getUint32(entry + 12, true);
    for (let at = begin; at < end; at += TENSOR.bytes)
      view.setUint8(at + TENSOR.fields.placement.offset, MEMORY.sram);
  }
  resealSections(placed);
  return placed;
}

/** A package of a random model for a board. */
async function packageFor(board: string, shape: Parameters<typeof syntheticFolder>[0]): Promise<Uint8Array> {
  const { package: bytes } = await convert(
    syntheticFolder(shape),
    { board, report: false },
    await testRuntime(),
  );
  assert.ok(bytes !== null);
  return bytes;
}

/** Boots, and expects a sentence at the start, after a prompt and in `/info`, and all else to work. */
async function expectSentence(
  image: Uint8Array,
  sentence: RegExp,
  board: EmulatedBoard = SMALL_BOARD,
): Promise<void> {
  await withTerminal(
    image,
    async (terminal, greeting) => {
      assert.match(greeting, sentence);
      assert.doesNotMatch(greeting, /panic|Restarting/);
      assert.match(await terminal.ask('Once upon'), sentence);
      assert.match(await terminal.ask('/info'), sentence);
      assert.match(await terminal.ask('/stats'), /generations/);
      assert.match(await terminal.prompt('uart'), sentence);
      assert.match(await terminal.ask('/help', 'uart'), /\/bench/);
      assert.deepEqual((await terminal.device.state()).warnings, []);
    },
    { board },
  );
}

describe('a board whose package cannot be used says why and stays alive', () => {
  it('there is none', async () => {
    const { image, begin } = await soundImage();
    image.fill(0xff, begin);
    await expectSentence(image, /There is no model on this board yet\. Write the package/);
  });

  it('there is no partition for one', async () => {
    const { image } = await soundImage();
    image.fill(0xff, TABLE_OFFSET, TABLE_OFFSET + 0x1000);
    sealFirmware(image);
    await expectSentence(image, /There is no partition table at 0x8000/);
  });

  it('only its beginning was written', async () => {
    const { image, begin, end } = await soundImage();
    await expectSentence(
      image.slice(0, begin + ((end - begin) >> 1)),
      /The model cannot be used: The checksum of a section is wrong.* again\./,
    );
  });

  it('it is longer than its partition', async () => {
    const { image, begin } = await soundImage();
    const view = new DataView(image.buffer, image.byteOffset + begin);
    // Total length: more than the flash has. It is looked at before the header's checksum.
    view.setUint32(8, 64 << 20, true);
    await expectSentence(image, /The model cannot be used: The package is cut short\. .* again\./);
  });

  for (const [where, at] of [
    ['its header', 40],
    ['its weights', -200],
  ] as const) {
    it(`a bit of ${where} is wrong`, async () => {
      const { image, begin, end } = await soundImage();
      const place = at < 0 ? end + at : begin + at;
      image[place] = (image[place] as number) ^ 4;
      await expectSentence(image, /The model cannot be used: .* again\. \(.*byte \d+\)/);
    });
  }

  for (const [version, sentence] of [
    [1, /made by an older version of the converter\. Convert the model again/],
    [3, /made by a newer version of the converter\. Use a newer engine/],
  ] as const) {
    it(`it is of format version ${version}`, async () => {
      const { image, begin } = await soundImage();
      new DataView(image.buffer, image.byteOffset + begin).setUint16(4, version, true);
      await expectSentence(image, sentence);
    });
  }

  it('it needs a section of a newer format', async () => {
    const { image, begin, end } = await soundImage();
    const view = new DataView(image.buffer, image.byteOffset + begin);
    // The last section becomes a required one of an unknown kind, under a right checksum over header and table.
    const tableEnd = view.getUint32(16, true);
    const entry = tableEnd - SECTION_ENTRY.bytes;
    view.setUint32(entry, 0x5858_5858, true);
    view.setUint32(entry + 4, SECTION_REQUIRED, true);
    resealSections(image.subarray(begin, end));
    await expectSentence(image, /needs a feature that this engine does not know\. Use a newer engine/);
  });
});

describe('a board with less memory than the package was planned for says so and stays alive', () => {
  const shape = { hidden: 192, layers: 4, heads: 8, kvHeads: 4, headDim: 24, ffn: 512, vocab: 14_000 };

  it('PSRAM that is absent, or smaller than planned', async () => {
    const bytes = await packageFor('esp32-s3-n16r8', shape);
    assert.ok(bytes.length > 3 << 20);
    const image = await imageOf(bytes, 'esp32-s3-n16r8');
    const sentence = /The model needs (\d+) KB, and the board has (\d+) KB of PSRAM\. Convert it again/;
    await expectSentence(image, sentence, { flashBytes: 16 << 20, psramKind: 'none', psramBytes: 0 });
    await expectSentence(image, sentence, { flashBytes: 16 << 20, psramKind: 'quad', psramBytes: 2 << 20 });
  });

  it('a cache that the PSRAM was to take', async () => {
    const bytes = await packageFor('esp32-s3-n8r8', { positions: 8000, layers: 4, headDim: 32 });
    const image = await imageOf(bytes, 'esp32-s3-n8r8');
    await expectSentence(
      image,
      /The model needs \d+ KB, and the board has 0 KB of PSRAM\. .*shorter context/,
    );
  });

  it('internal memory', async () => {
    const bytes = await packageFor('esp32-s3-n8', { hidden: 128, ffn: 512, vocab: 3000, positions: 600 });
    // All that the plan left in flash is wanted in SRAM.
    const image = await imageOf(placedInSram(bytes), 'esp32-s3-n8');
    await expectSentence(
      image,
      /The model needs \d+ KB, and the board has \d+ KB of internal memory\. .*shorter context/,
    );
  });
});
