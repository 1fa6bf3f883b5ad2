/**
 * Six million parameters on the emulated chip: what the twin says, and the modelled speed of the board. Cycles are
 * modelled, so the figures are the same on every machine; `npm run bench:device` prints them for more models.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { convert } from '../../src/pipeline/convert.js';
import { boot, generated, imageOf } from '../support/emulated-board.js';
import { EmulatedTerminal } from '../support/emulated-terminal.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const BOARD = 'esp32-s3-n16r8';
const PARTS = { flashBytes: 16 << 20, psramKind: 'octal', psramBytes: 8 << 20 } as const;

/** A Llama whose weights fill most of the PSRAM. */
const SIX_MILLION = {
  hidden: 256,
  layers: 6,
  heads: 8,
  kvHeads: 4,
  headDim: 32,
  ffn: 768,
  vocab: 4096,
  positions: 256,
  tied: true,
};

/** Seconds from reset to the prompt with 6 MB in PSRAM. */
const LONGEST_START = 1.5;
/** Share of what the memories' bandwidth allows. */
const LEAST_SHARE = 0.85;

describe('a model of six million parameters', () => {
  let bytes: Uint8Array;
  let image: Uint8Array;
  /** Tokens a second that bandwidth allows at half the context. */
  let bound: number;

  before(async () => {
    const folder = syntheticFolder(SIX_MILLION);
    const converted = await convert(folder, { board: BOARD, report: false }, await testRuntime());
    assert.ok(converted.package !== null);
    bytes = converted.package;
    image = await imageOf(bytes, BOARD);
    const { parameters, boundTokensPerSecond } = converted.plan;
    assert.ok(parameters > 5.5e6 && parameters < 6.5e6, `${parameters} parameters`);
    bound = boundTokensPerSecond;
  });

  it('says what the twin says, greedy and sampled, to the last bit', async () => {
    const { device, client } = await boot(image, BOARD);
    try {
      const twin = await Twin.load((await testRuntime()).twin, bytes);
      for (const temperature of [0, 1.2]) {
        const options = { ids: [1, 999, 42], temperature, seed: 5, maxNewTokens: 3, logits: true };
        const expected = [...twin.generate(options)].map(({ id, logits }) => ({
          id,
          logits: logits?.slice(),
        }));
        const { tokens } = await generated(client, options);
        assert.deepEqual(
          tokens.map(({ id, logits }) => ({ id, logits })),
          expected,
        );
      }
      assert.deepEqual((await device.state()).warnings, []);
    } finally {
      await device.close();
    }
  });

  it(`starts within ${LONGEST_START} s and reaches ${100 * LEAST_SHARE} % of its bound`, async () => {
    const terminal = await EmulatedTerminal.start(image, { board: PARTS, timing: true });
    try {
      await terminal.prompt();
      const { seconds } = (await terminal.device.state()).status;
      assert.ok(seconds > 0.3 && seconds <= LONGEST_START, `${seconds} s`);
    } finally {
      await terminal.close();
    }
    const { device, client } = await boot(image, BOARD, { timing: true });
    try {
      const ids = Array.from({ length: 8 }, (_, index) => 3 + index);
      const { tokens } = await generated(client, { ids, temperature: 0, maxNewTokens: 5, drafts: false });
      // The first one comes out of the prompt's pass.
      const passes = tokens.slice(1);
      const rate = passes.length / passes.reduce((sum, { micros }) => sum + micros / 1e6, 0);
      // The cache holds less than the half that the bound counts with, which is a percent or two.
      const share = rate / bound;
      assert.ok(share >= LEAST_SHARE && share < 1.05, `${rate} tokens/s, ${share} of ${bound}`);
    } finally {
      await device.close();
    }
  });
});
