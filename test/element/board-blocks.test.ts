/** The pieces of each memory are all that a plan lays there, layer by layer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { boardBlocks } from '../../src/element/drawing/board-blocks.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import { planToJson } from '../../src/plan/plan.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

test('the pieces of the sample are its layers, and add up to what the plan takes', async () => {
  const folder = await nodeFolder(fileURLToPath(new URL('../../models/home-commands/', import.meta.url)));
  const opened = await openModel(folder, await testRuntime());
  for (const board of ['esp32-s3-n16r8', 'esp32-s3-n8', 'esp32-s3-n8r2']) {
    const plan = planToJson(planOpened(opened, { board }).plan);
    const memories = boardBlocks(plan);
    for (const { memory, used, blocks } of memories) {
      const sum = blocks.reduce((total, { bytes }) => total + bytes, 0);
      assert.equal(sum, used, `${board} ${memory}`);
      for (const { bytes, tensors } of blocks.filter(({ kind }) => kind === 'layer'))
        assert.equal(
          tensors.reduce((total, tensor) => total + tensor.bytes, 0),
          bytes,
        );
    }
    const flash = memories.find(({ memory }) => memory === 'flash');
    const layers = flash?.blocks.filter(({ kind }) => kind === 'layer').map(({ layer }) => layer) ?? [];
    assert.deepEqual(
      layers,
      Array.from({ length: opened.model.blocks.length }, (_, index) => index),
    );
    const names = plan.tensors.filter(({ memory }) => memory === 'sram').map(({ name }) => name);
    const drawn = memories.find(({ memory }) => memory === 'sram')?.blocks.flatMap(({ tensors }) => tensors);
    assert.deepEqual(
      drawn?.map(({ name }) => name),
      names,
    );
  }
});
