/** A grammar in a package: the twin says nothing else, and the same as without where that was allowed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Twin } from '../../src/device/twin.js';
import type { GenerateOptions } from '../../src/device/twin-types.js';
import { convert } from '../../src/pipeline/convert.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { boot, generated, imageOf } from '../support/emulated-board.js';
import { testRuntime } from '../support/runtime.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const GRAMMAR = readFileSync(new URL('../../models/home-commands/grammar.gbnf', import.meta.url), 'utf8');
const BOARD = 'esp32-s3-n16r8';

/** What the grammar of the sample allows, by other means. */
function isAllowed(text: string): boolean {
  if (!text.startsWith('{')) return /^[A-Z][A-Za-z0-9 .,;:?!'-]+$/.test(text);
  const command = JSON.parse(text) as Record<string, string>;
  return Object.keys(command).every((key) => ['do', 'dev', 'room', 'val', 'in'].includes(key));
}

describe('a grammar', () => {
  let twin: Twin;
  let bytes: Uint8Array;

  before(async () => {
    const folder = await nodeFolder(SAMPLE);
    const runtime = await testRuntime();
    const options = { board: BOARD, context: 128, report: false, grammar: GRAMMAR };
    const made = await convert(folder, options, runtime).finally(() => folder.close());
    assert.ok(made.package !== null);
    bytes = made.package;
    twin = await Twin.load(runtime.twin, bytes);
  });

  function say(
    prompt: string,
    options: Partial<GenerateOptions> = {},
  ): { text: string; ids: readonly number[]; reason: string } {
    const ids = twin.chatIds(prompt, { first: true });
    const generation = twin.generate({ ids, maxNewTokens: 48, ...options });
    for (;;) {
      const step = generation.next();
      if (step.done !== true) continue;
      const { text, ids: made, reason } = step.value;
      return { text, ids: made, reason };
    }
  }

  it('changes nothing where the answer was allowed anyway', (context) => {
    const lines = readFileSync(`${SAMPLE}/heldout.jsonl`, 'utf8').trim().split('\n');
    let same = 0;
    let others = 0;
    for (const line of lines.filter((_, index) => index % 3 === 0)) {
      const { prompt } = JSON.parse(line) as { prompt: string };
      for (const sampling of [
        { temperature: 0 },
        { temperature: 1, topK: 20, topP: 0.95, seed: prompt.length },
      ]) {
        const free = say(prompt, { ...sampling, free: true });
        const held = say(prompt, sampling);
        const isFine = free.reason === 'eos' && allowed(free.text);
        if (isFine) {
          assert.deepEqual(held, free, prompt);
          same += 1;
        } else {
          assert.ok(allowed(held.text), held.text);
          others += 1;
        }
      }
    }
    context.diagnostic(`${same} the same, ${others} others`);
    assert.ok(same > 500);
  });

  /** As {@link isAllowed}, of a text that may be broken. */
  function allowed(text: string): boolean {
    try {
      return isAllowed(text);
    } catch {
      return false;
    }
  }

  it('never says anything else, whatever is asked and however hot it is', (context) => {
    const random = generator(3);
    const words = [
      'turn',
      'lamp',
      '{"do":',
      '}',
      'é',
      'on',
      '🔥',
      'garden',
      '\\',
      '"',
      '100%',
      'why',
      'Once upon a time',
    ];
    let commands = 0;
    for (let round = 0; round < 1000; round++) {
      const length = Math.floor(random() * 10);
      const prompt = Array.from(
        { length: 1 + length },
        () => words[Math.floor(random() * words.length)],
      ).join(' ');
      const maxNewTokens = 24 + Math.floor(random() * 24);
      const { text } = say(prompt, { temperature: 3, seed: round, maxNewTokens });
      assert.ok(allowed(text), text);
      commands += Number(text.startsWith('{'));
    }
    context.diagnostic(`${commands} of 1000 are commands`);
    assert.ok(commands > 100 && commands < 1000);
  });

  it('asks the model for fewer tokens, and gives the same logits for those that it is asked for', () => {
    const ids = twin.chatIds('turn on the light in the kitchen', { first: true });
    const every = [...twin.generate({ ids, temperature: 0, maxNewTokens: 32, logits: true })];
    assert.deepEqual(
      every.map(({ id }) => id),
      [...twin.generate({ ids, temperature: 0, maxNewTokens: 32 })].map(({ id }) => id),
    );
    // What comes next is as if each token had been run by itself.
    const [next] = [
      ...twin.generate({ ids: [5], append: true, temperature: 0, maxNewTokens: 1, logits: true, free: true }),
    ];
    twin.reset();
    const all = [...twin.generate({ ids, temperature: 0, maxNewTokens: 32, free: true })];
    assert.deepEqual(
      all.map(({ id }) => id),
      every.map(({ id }) => id),
    );
    const [again] = [
      ...twin.generate({ ids: [5], append: true, temperature: 0, maxNewTokens: 1, logits: true, free: true }),
    ];
    assert.deepEqual(next, again);
  });

  it('is followed by the board to the last bit', async () => {
    const { device, client } = await boot(await imageOf(bytes, BOARD), BOARD);
    try {
      assert.equal((await client.info()).get('grammar'), 'yes');
      for (const [prompt, sampling] of [
        ['turn on the light in the kitchen', { temperature: 0 }],
        ['turn } on {{ nothing', { temperature: 4, seed: 11 }],
        ['why é', { temperature: 4, seed: 12, topK: 5, topP: 0.7, repetitionPenalty: 1.3 }],
      ] as const) {
        const { tokens } = await generated(client, {
          prompt,
          mode: 'first-turn',
          maxNewTokens: 32,
          ...sampling,
        });
        assert.deepEqual(
          tokens.map(({ id }) => id),
          say(prompt, { maxNewTokens: 32, ...sampling }).ids,
        );
      }
      const free = await generated(client, {
        prompt: 'why é',
        mode: 'first-turn',
        maxNewTokens: 32,
        temperature: 4,
        seed: 12,
        free: true,
      });
      assert.deepEqual(
        free.tokens.map(({ id }) => id),
        say('why é', { maxNewTokens: 32, temperature: 4, seed: 12, free: true }).ids,
      );
    } finally {
      await device.close();
    }
  });
});

/** Numbers from 0 to 1, the same each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
