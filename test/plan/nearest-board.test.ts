import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOARDS } from '../../src/plan/boards.js';
import { nearestBoard } from '../../src/plan/nearest-board.js';

const MB = 1024 * 1024;
const chip = 'ESP32-S3';

describe('the board of the list that a real one is most like', () => {
  it('is itself, or a module with the same memories, for every board of the list', () => {
    for (const board of BOARDS.filter(({ refused }) => refused === null)) {
      const { flashBytes, psramBytes, psramKind } = board;
      const kind = psramKind === 'none' ? {} : { psramKind };
      const found = nearestBoard({ chip: board.chip.name, flashBytes, psramBytes, ...kind });
      assert.equal(found?.exact, true, board.id);
      assert.equal(found.board.psramKind, psramKind);
    }
  });

  it('asks for nothing that the real one does not have', () => {
    for (const [flash, psram, id] of [
      [4, 8, 'esp32-s3-n4r8'],
      [8, 0, 'esp32-s3-n8'],
      [32, 8, 'esp32-s3-n16r8'],
      [16, 4, 'esp32-s3-n16r2'],
      [64, 64, 'esp32-s3-n16r8'],
    ] as const) {
      const found = nearestBoard({ chip, flashBytes: flash * MB, psramBytes: psram * MB });
      assert.equal(found?.board.id, id);
      assert.equal(
        found.exact,
        found.board.flashBytes === flash * MB && found.board.psramBytes === psram * MB,
      );
    }
  });

  it('is none for another chip, or with less than any has', () => {
    assert.equal(nearestBoard({ chip: 'ESP32-C3', flashBytes: 4 * MB, psramBytes: 0 }), null);
    assert.equal(nearestBoard({ chip, flashBytes: MB, psramBytes: 0 }), null);
  });

  it('has PSRAM of the kind that the real one has', () => {
    const quad = nearestBoard({ chip, flashBytes: 16 * MB, psramBytes: 8 * MB, psramKind: 'quad' });
    assert.equal(quad?.board.psramKind, 'quad');
  });
});
