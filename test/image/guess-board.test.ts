import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { describeImage } from '../../src/image/describe.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { guessBoard } from '../../src/image/guess-board.js';
import { findBoard, type Board } from '../../src/plan/boards.js';
import { firmwareSegments, makePackage, source } from './support.js';

/** An image for a board; its package names no board. */
async function guessed(board: Board, metadata?: string): Promise<Board> {
  const model = await makePackage();
  const firmware = {
    kind: 'standalone',
    name: 'firmware.elf',
    chip: ESP32S3,
    entry: 0x40374000,
    segments: firmwareSegments(0x1000),
  } as const;
  const { flashBytes } = board;
  const image = await planFlashImage(firmware, board, model.length, { flashBytes });
  const bytes = assembleFlashImage(image, model);
  const found = await describeImage(source(bytes));
  if (metadata === undefined || found.model === null) return guessBoard(found);
  return guessBoard({ ...found, model: { ...found.model, metadata: { board: metadata } } });
}

describe('the board of an image', () => {
  it('is the one that the package was planned for', async () => {
    assert.equal((await guessed(findBoard('esp32-s3-n8r2'), 'esp32-s3-n8r2')).id, 'esp32-s3-n8r2');
  });

  it('is another where that one has less flash than the header names', async () => {
    const board = await guessed({ ...findBoard('esp32-s3-n8r2'), flashBytes: 1 << 24 }, 'esp32-s3-n8r2');
    assert.equal(board.id, 'esp32-s3-n16r8');
  });

  it('is the largest with that flash when the package does not say', async () => {
    for (const [asked, expected] of [
      ['esp32-s3-n4', 'esp32-s3-n4r8'],
      ['esp32-s3-n8', 'esp32-s3-n8r8'],
      ['esp32-s3-n16r2', 'esp32-s3-n16r8'],
    ] as const) {
      assert.equal((await guessed(findBoard(asked), 'esp8266')).id, expected);
    }
    const small = await guessed({ ...findBoard('esp32-s3-n4'), flashBytes: 1 << 21 });
    assert.equal(small.id, 'esp32-s3-n4r8', 'the next as large');
    const huge = await guessed({ ...findBoard('esp32-s3-n4'), flashBytes: 1 << 26 });
    assert.deepEqual([huge.flashBytes, huge.psramKind], [1 << 26, 'none']);
  });
});
