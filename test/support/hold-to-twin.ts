/** What a board says, held to what the twin says, to the last bit. */
import assert from 'node:assert/strict';
import { Twin, type GenerateStep } from '../../src/device/twin.js';
import { findBoard } from '../../src/plan/boards.js';
import { boot, generated, imageOf } from './emulated-board.js';
import { testRuntime } from './runtime.js';

/** What the twin generates, with the logits of each step. */
export async function twinSteps(
  bytes: Uint8Array,
  options: { readonly ids: readonly number[]; readonly temperature: number; readonly maxNewTokens: number },
): Promise<{ steps: GenerateStep[]; text: string; reason: string }> {
  const twin = await Twin.load((await testRuntime()).twin, bytes);
  const steps: GenerateStep[] = [];
  const generation = twin.generate({ ...options, seed: 11, logits: true });
  for (;;) {
    const step = generation.next();
    if (step.done === true) return { steps, text: step.value.text, reason: step.value.reason };
    steps.push({ ...step.value, ...(step.value.logits && { logits: step.value.logits.slice() }) });
  }
}

/** The products that the firmware of a board's chip is built with. */
function kernelsOf(board: string): string {
  const names: Readonly<Record<string, string>> = { esp32s3: 'pie', esp32: 'mac16' };
  return names[findBoard(board).chip.id] ?? 'scalar';
}

const GREEDY = 0;
const SAMPLED = 1.5;

/** Boots the package and holds greedy and sampled generations to the twin's: ids, text, and logits to the last bit. */
export async function holdToTwin(
  bytes: Uint8Array,
  board: string,
  cores: 1 | 2,
  ids: readonly number[],
  count: number,
): Promise<void> {
  const { device, client } = await boot(await imageOf(bytes, board), board, { cores });
  try {
    const facts = await client.info();
    assert.equal(facts.get('cores'), String(cores));
    assert.equal(facts.get('kernels'), kernelsOf(board));
    for (const temperature of [GREEDY, SAMPLED]) {
      const expected = await twinSteps(bytes, { ids, temperature, maxNewTokens: count });
      const found = await generated(client, {
        ids,
        temperature,
        maxNewTokens: count,
        seed: 11,
        logits: true,
      });
      assert.deepEqual(
        found.tokens.map(({ id }) => id),
        expected.steps.map(({ id }) => id),
      );
      for (const [index, { logits }] of found.tokens.entries()) {
        assert.deepEqual(
          logits,
          expected.steps[index]?.logits,
          `token ${index} at temperature ${temperature}`,
        );
      }
      assert.equal(found.text, expected.text);
      assert.equal(found.reason, expected.reason);
    }
    assert.deepEqual((await device.state()).warnings, []);
  } finally {
    await device.close();
  }
}
