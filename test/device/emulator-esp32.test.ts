/** The firmware of the ESP32 on its emulator: images boot, and say what the twin says, on one core and two. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Twin } from '../../src/device/twin.js';
import { convert } from '../../src/pipeline/convert.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { findBoard } from '../../src/plan/boards.js';
import { EmulatorDevice } from '../../src/device/emulator.js';
import { inlineLink } from '../../src/device/emulator-link.js';
import { boot, emulatorModule, generated, imageOf } from '../support/emulated-board.js';
import { holdToTwin } from '../support/hold-to-twin.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const STORIES = fileURLToPath(new URL('../../../shared/models/stories260k', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
/** Without PSRAM, and with 4 MB of it. */
const PLAIN = 'esp32-wroom-32';
const WITH_PSRAM = 'esp32-wrover';

const SMALL = {
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

async function packageOf(folder: ModelFolder, board: string): Promise<Uint8Array> {
  const { package: bytes } = await convert(
    folder,
    { board, scheme: { weights: 'int8', granularity: 'channel' }, report: false, context: 128 },
    await testRuntime(),
  );
  assert.ok(bytes !== null);
  return bytes;
}

describe('an image on the emulated ESP32 says what the twin says, to the last bit', () => {
  for (const cores of [1, 2] as const) {
    it(`${cores === 1 ? 'one core' : 'two cores'}`, async () => {
      const bytes = await packageOf(syntheticFolder(SMALL), PLAIN);
      await holdToTwin(bytes, PLAIN, cores, [1, 300, 17], 12);
    });
  }

  it('with PSRAM, which holds weights', async () => {
    const bytes = await packageOf(syntheticFolder({ ...SMALL, vocab: 4096 }), WITH_PSRAM);
    await holdToTwin(bytes, WITH_PSRAM, 2, [1, 300, 17], 6);
  });

  for (const cores of [1, 2] as const) {
    it(`home-commands, ${cores === 1 ? 'one core' : 'two cores'}`, async () => {
      const folder = await nodeFolder(SAMPLE);
      try {
        const bytes = await packageOf(folder, PLAIN);
        const twin = await Twin.load((await testRuntime()).twin, bytes);
        const ids = twin.chatIds('turn on the lamp in the kitchen', { first: true });
        await holdToTwin(bytes, PLAIN, cores, ids, 8);
      } finally {
        await folder.close();
      }
    });
  }

  it(
    'stories260K',
    { skip: existsSync(STORIES) ? false : 'the stories260k folder is not there' },
    async () => {
      const folder = await nodeFolder(STORIES);
      try {
        await holdToTwin(await packageOf(folder, PLAIN), PLAIN, 2, [1, 403, 407], 24);
      } finally {
        await folder.close();
      }
    },
  );

  it('by the timing model, the same ids in the same time, translated and interpreted', async () => {
    const image = await imageOf(await packageOf(syntheticFolder(SMALL), PLAIN), PLAIN);
    const runs = [];
    for (const interpreted of [false, true, false]) {
      const { device, client } = await boot(image, PLAIN, { timing: true, interpreted });
      const { tokens, decodeMicros } = await generated(client, {
        ids: [1, 300, 17],
        temperature: 0,
        maxNewTokens: 8,
        seed: 11,
        logits: false,
      });
      runs.push({ ids: tokens.map(({ id }) => id), decodeMicros });
      await device.close();
    }
    const [first] = runs;
    assert.ok(first !== undefined && first.ids.length === 8 && first.decodeMicros > 1000);
    for (const { ids, decodeMicros } of runs) {
      assert.deepEqual(ids, first.ids);
      // What the host sends comes at another cycle each time, so that the board's clock turns over once more or less.
      assert.ok(
        Math.abs(decodeMicros - first.decodeMicros) <= 2,
        `${decodeMicros} and ${first.decodeMicros} µs`,
      );
    }
  });
});

it('the binding runs one chip in a thread', async () => {
  const { chip, flashBytes, psramKind, psramBytes } = findBoard('esp32-s3-n8');
  await assert.rejects(
    EmulatorDevice.start(inlineLink(), await emulatorModule(chip), new Uint8Array(16), {
      board: { chip, flashBytes, psramKind, psramBytes },
      timing: false,
      speed: 'flat',
    }),
    /none of an ESP32-S3/,
  );
});
