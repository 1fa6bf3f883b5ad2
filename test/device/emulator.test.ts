import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Twin } from '../../src/device/twin.js';
import { convert } from '../../src/pipeline/convert.js';
import type { Granularity, WeightKind } from '../../src/plan/scheme.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { makePackage } from '../engine/package-maker.js';
import { SHAPES } from '../engine/shapes.js';
import { boot, generated, imageOf } from '../support/emulated-board.js';
import { holdToTwin, twinSteps } from '../support/hold-to-twin.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const STORIES = fileURLToPath(new URL('../../../shared/models/stories260k', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

/** The widths of stories260K, two layers of it, with random weights. */
const STORIES_LIKE = {
  hidden: 64,
  layers: 2,
  heads: 8,
  kvHeads: 4,
  headDim: 8,
  ffn: 172,
  vocab: 512,
  positions: 128,
  tied: true,
};

async function packageOf(
  folder: ModelFolder,
  board: string,
  granularity: Granularity,
  weights: WeightKind = 'int8',
): Promise<Uint8Array> {
  const options = { board, scheme: { weights, granularity }, report: false, context: 128 };
  const { package: bytes } = await convert(folder, options, await testRuntime());
  assert.ok(bytes !== null);
  return bytes;
}

describe('an image on the emulated board says what the twin says, to the last bit', () => {
  for (const granularity of ['tensor', 'channel', 'group:32'] as const) {
    for (const cores of [1, 2] as const) {
      it(`${granularity}, ${cores === 1 ? 'one core' : 'two cores'}`, async () => {
        const bytes = await packageOf(syntheticFolder(STORIES_LIKE), 'esp32-s3-n16r8', granularity);
        await holdToTwin(bytes, 'esp32-s3-n16r8', cores, [1, 300, 17], 12);
      });
    }
  }

  for (const [board, where] of [
    ['esp32-s3-n8', 'without PSRAM'],
    ['esp32-s3-n8r2', 'with quad PSRAM'],
  ] as const) {
    it(where, async () => {
      const bytes = await packageOf(syntheticFolder({ ...STORIES_LIKE, vocab: 4096 }), board, 'channel');
      await holdToTwin(bytes, board, 2, [1, 300, 17], 6);
    });
  }

  it('home-commands, whose weights lie in SRAM and PSRAM', async () => {
    const folder = await nodeFolder(SAMPLE);
    try {
      const bytes = await packageOf(folder, 'esp32-s3-n16r8', 'channel');
      const twin = await Twin.load((await testRuntime()).twin, bytes);
      const ids = twin.chatIds('turn on the lamp in the kitchen', { first: true });
      await holdToTwin(bytes, 'esp32-s3-n16r8', 2, ids, 16);
    } finally {
      await folder.close();
    }
  });

  it(
    'stories260K',
    { skip: existsSync(STORIES) ? false : 'the stories260k folder is not there' },
    async () => {
      const folder = await nodeFolder(STORIES);
      try {
        const bytes = await packageOf(folder, 'esp32-s3-n8', 'channel');
        await holdToTwin(bytes, 'esp32-s3-n8', 2, [1], 24);
      } finally {
        await folder.close();
      }
    },
  );
});

describe('INT4 on the emulated board, packages of every group and kind of input', () => {
  const shapes = Object.entries(SHAPES).filter(([name]) => name.startsWith('int4'));
  assert.ok(shapes.length >= 4);
  for (const [name, shape] of shapes) {
    it(name, async () => {
      const { bytes } = makePackage({ ...shape, seed: 3 });
      // More ids than a pass takes at once.
      const ids = Array.from({ length: 21 }, (_, index) => (index * 37 + 5) % shape.vocab);
      await holdToTwin(bytes, 'esp32-s3-n16r8', 2, ids, 8);
    });
  }

  it('home-commands in int4', async () => {
    const folder = await nodeFolder(SAMPLE);
    try {
      const bytes = await packageOf(folder, 'esp32-s3-n16r8', 'group:32', 'int4');
      const twin = await Twin.load((await testRuntime()).twin, bytes);
      const ids = twin.chatIds('turn on the lamp in the kitchen', { first: true });
      await holdToTwin(bytes, 'esp32-s3-n16r8', 2, ids, 16);
    } finally {
      await folder.close();
    }
  });
});

describe('the emulated board as a board', () => {
  it('tells what it is, chats over its tokenizer, and boots again', async () => {
    const folder = await nodeFolder(SAMPLE);
    let bytes: Uint8Array;
    try {
      bytes = await packageOf(folder, 'esp32-s3-n16r8', 'channel');
    } finally {
      await folder.close();
    }
    const board = 'esp32-s3-n16r8';
    const { device, client, text } = await boot(await imageOf(bytes, board), board, { timing: true });
    try {
      assert.match(text(), /The model is ready/);
      const facts = await client.info();
      assert.equal(facts.get('psram_mode'), 'octal 80 MHz');
      const prompt = 'turn on the lamp in the kitchen';
      const found = await generated(client, { prompt, mode: 'first-turn', temperature: 0, seed: 1 });
      const twin = await Twin.load((await testRuntime()).twin, bytes);
      const ids = twin.chatIds(prompt, { first: true });
      const { text: expected } = await twinSteps(bytes, { ids, temperature: 0, maxNewTokens: 0 });
      assert.equal(found.text, expected);
      const rate = (found.tokens.length * 1e6) / found.decodeMicros;
      // A short context: faster than the bound that the plan gives for half of it.
      assert.ok(rate > 60 && rate < 180, `${rate} tokens/s`);
      const { statistics, status } = await device.state();
      assert.ok((statistics['busBusySeconds'] ?? 0) > 0 && status.cycles[1] > 0);

      client.close();
      await device.reset();
    } finally {
      await device.close();
    }
  });

  it('stays alive without a model and says why', async () => {
    const board = 'esp32-s3-n8';
    const bytes = await packageOf(syntheticFolder(STORIES_LIKE), board, 'channel');
    const image = await imageOf(bytes, board);
    image[image.length - 10] = (image[image.length - 10] as number) ^ 1;
    const { device, client } = await boot(image, board);
    try {
      assert.equal(client.welcome.hasModel, false);
      assert.match((await client.info()).get('model_fault') ?? '', /package|checksum|damaged/i);
    } finally {
      await device.close();
    }
  });
});
