/** A generation in the worker: text in pieces, a cancel that arrives between two steps, figures of the speed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  GenerateOptions,
  GenerateResult,
  GenerateStep,
  TwinEngine,
} from '../../src/device/twin-types.js';
import { generateText } from '../../src/worker/generate.js';
import type { GeneratedText } from '../../src/worker/jobs.js';

const REQUEST = { prompt: 'hi', temperature: 0.5, topK: 3, topP: 1, seed: 9, maxNewTokens: 0 };

/** A twin that says `words`, each taking `milliseconds`. */
function speaker(
  words: readonly string[],
  milliseconds: number,
  asked: GenerateOptions[] = [],
  hasChat = false,
): TwinEngine {
  function* generate(options: GenerateOptions): Generator<GenerateStep, GenerateResult, void> {
    asked.push(options);
    let text = '';
    const ids: number[] = [];
    for (const [id, word] of words.entries()) {
      if (options.signal?.aborted === true)
        return { reason: 'cancelled', promptIds: [1, 2], ids, accepted: 0, text };
      const end = performance.now() + milliseconds;
      while (performance.now() < end);
      text += word;
      ids.push(id);
      yield { id, text: word };
    }
    return { reason: 'eos', promptIds: [1, 2], ids, accepted: 0, text };
  }
  const chatIds = (user: string): number[] => [user.length, 77];
  return { generate, chatIds, info: { hasChat } } as unknown as TwinEngine;
}

test('all text arrives, in order and once', async () => {
  const words = Array.from({ length: 40 }, (_, index) => `w${index} `);
  const seen: GeneratedText[] = [];
  const asked: GenerateOptions[] = [];
  const summary = await generateText(speaker(words, 2, asked), REQUEST, {
    onText: (text) => seen.push(text),
    signal: new AbortController().signal,
  });
  assert.equal(seen.map((piece) => piece.text).join(''), words.join(''));
  assert.ok(seen.length > 1 && seen.length < words.length, `${seen.length} messages`);
  assert.equal(seen.at(-1)?.tokens, 40);
  assert.deepEqual([summary.tokens, summary.promptTokens, summary.reason], [40, 2, 'eos']);
  // Each token takes 2 ms, and more where the machine is busy.
  assert.ok(summary.tokensPerSecond > 0 && summary.tokensPerSecond <= 500, `${summary.tokensPerSecond}`);
  assert.deepEqual([asked[0]?.temperature, asked[0]?.topK, asked[0]?.seed], [0.5, 3, 9]);
});

test('a cancel that comes as an event ends it, with the text so far', async () => {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort();
  }, 30);
  const words = Array.from({ length: 2000 }, () => 'a');
  const summary = await generateText(speaker(words, 2), REQUEST, {
    onText: () => undefined,
    signal: controller.signal,
  });
  assert.equal(summary.reason, 'cancelled');
  assert.ok(summary.tokens > 0 && summary.tokens < 1000, `${summary.tokens} tokens`);
  assert.equal(summary.text.length, summary.tokens);
});

test('a model that chats gets the words in its template, another continues them', async () => {
  const asked: GenerateOptions[] = [];
  const hooks = { onText: () => undefined, signal: new AbortController().signal };
  await generateText(speaker(['a'], 0, asked, true), REQUEST, hooks);
  await generateText(speaker(['a'], 0, asked, false), REQUEST, hooks);
  assert.deepEqual([asked[0]?.ids, asked[0]?.prompt], [[2, 77], undefined]);
  assert.deepEqual([asked[1]?.ids, asked[1]?.prompt], [undefined, 'hi']);
});
