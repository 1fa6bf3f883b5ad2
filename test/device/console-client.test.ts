/** The client with the board's real application, compiled for this machine, on clean lines and on noisy ones. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TransportError, UsageError } from '../../src/shared/errors.js';
import {
  BoardError,
  ConsoleClient,
  type ConsoleEnd,
  type ConsoleOptions,
  type ConsoleRequest,
  type ConsoleToken,
} from '../../src/device/console-client.js';
import { Twin } from '../../src/device/twin.js';
import { testRuntime } from '../support/runtime.js';
import { fixtureUrl } from './console-fixtures.js';
import { ProgramBoard, buildConsoleProgram, type LineEffects } from './console-program.js';

const PACKAGE = fixtureUrl('chat.s3lm');
const unavailable = await buildConsoleProgram();

/** Connects, does `work`, and ends the program whatever happens. */
async function withBoard(
  work: (client: ConsoleClient, board: ProgramBoard) => Promise<void>,
  options: ConsoleOptions = {},
  effects: LineEffects = {},
  args: readonly string[] = [fileURLToPath(PACKAGE)],
): Promise<void> {
  const board = new ProgramBoard(args, effects);
  try {
    const client = await ConsoleClient.connect(board, options);
    await work(client, board);
    client.close();
  } finally {
    await board.close();
  }
}

interface Run {
  readonly tokens: ConsoleToken[];
  readonly end: ConsoleEnd;
}

async function generate(client: ConsoleClient, request: ConsoleRequest): Promise<Run> {
  const tokens: ConsoleToken[] = [];
  const generation = client.generate(request);
  for (;;) {
    const step = await generation.next();
    if (step.done === true) return { tokens, end: step.value };
    tokens.push(step.value);
  }
}

async function twin(): Promise<Twin> {
  return Twin.load((await testRuntime()).twin, new Uint8Array(await readFile(PACKAGE)));
}

/** Random numbers from 0 up to 1, the same each time. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function isBoardError(code: string): (error: unknown) => boolean {
  return (error) => error instanceof BoardError && error.code === code && error.message.endsWith('.');
}

describe('the console', { skip: unavailable ?? false }, () => {
  it('says what board and model there are, and writes for people beside it', async () => {
    let text = '';
    await withBoard(
      async (client) => {
        const { welcome } = client;
        assert.equal(welcome.version, 1);
        assert.ok(welcome.hasModel && welcome.hasTokenizer && welcome.hasChat && welcome.hasTurns);
        assert.equal(welcome.context, 160);
        const info = await client.info();
        assert.equal(info.get('chip'), 'ESP32-S3 revision 0.2');
        assert.equal(info.get('family'), 'Llama');
        assert.equal(info.get('vocabulary'), String(welcome.vocabSize));
        const stats = await client.stats();
        assert.equal(stats.get('generations'), '0');
        assert.match(text, /The model is ready\. Type a text, or \/help\.\r\n> $/u);
      },
      { onText: (part) => (text += part) },
    );
  });

  it('gives the twin’s tokens, text and logits, bit for bit', async () => {
    const engine = await twin();
    const requests: ConsoleRequest[] = [
      { prompt: 'Once upon', temperature: 0, maxNewTokens: 20, logits: true },
      {
        prompt: 'Ünïcode 日本',
        temperature: 1.5,
        topK: 50,
        seed: 2n ** 64n - 1n,
        maxNewTokens: 30,
        logits: true,
      },
      {
        prompt: 'a',
        temperature: 0.7,
        topP: 0.9,
        minP: 0.01,
        repetitionPenalty: 1.2,
        seed: 5,
        maxNewTokens: 25,
      },
      { ids: [3, 1, 4, 1, 5], temperature: 1.2, seed: 9, maxNewTokens: 200, whenFull: 'slide', keep: 2 },
      { ids: [3, 1, 4, 1, 5], temperature: 1.2, seed: 9, maxNewTokens: 12, mode: 'append' },
      { prompt: '', temperature: 0, maxNewTokens: 3, ids: undefined, mode: 'append' },
    ];
    await withBoard(async (client) => {
      for (const request of requests) {
        const { mode, onStart, onPrefill, ...options } = request;
        void onStart;
        void onPrefill;
        const { tokens, end } = await generate(client, request);
        const steps = engine.generate({ ...options, append: mode === 'append' });
        let text = '';
        for (const [i, token] of tokens.entries()) {
          const step = steps.next();
          assert.ok(step.done !== true, `token ${i}`);
          assert.equal(token.id, step.value.id);
          assert.equal(token.text, step.value.text);
          assert.deepEqual(token.logits, step.value.logits);
          text += token.text;
        }
        const last = steps.next();
        assert.ok(last.done === true);
        assert.equal(end.reason, last.value.reason);
        assert.equal(text + end.text, last.value.text);
        assert.equal(end.newTokens, tokens.length);
        assert.equal(end.promptTokens, last.value.promptIds.length);
        assert.equal(end.contextUsed, engine.length);
      }
      assert.equal(client.lost, 0);
    });
  });

  it('speaks in turns as the chat template has it', async () => {
    const engine = await twin();
    await withBoard(async (client) => {
      for (const [turn, words] of ['hello', 'and you?', 'goodbye'].entries()) {
        const { tokens } = await generate(client, {
          prompt: words,
          mode: 'next-turn',
          temperature: 0,
          maxNewTokens: 8,
        });
        const ids = engine.chatIds(words, { first: turn === 0 });
        const expected = [...engine.generate({ ids, append: turn > 0, temperature: 0, maxNewTokens: 8 })];
        assert.deepEqual(
          tokens.map((token) => token.id),
          expected.map((step) => step.id),
        );
      }
      await client.reset();
      assert.equal((await client.stats()).get('context_used'), '0');
    });
  });

  it('takes prompts longer than a message', async () => {
    const engine = await twin();
    const prompt = 'word '.repeat(20) + ' '.repeat(1500);
    await withBoard(async (client) => {
      const start: number[] = [];
      const done: number[] = [];
      const request: ConsoleRequest = {
        prompt,
        temperature: 0,
        maxNewTokens: 5,
        whenFull: 'slide',
        onStart: (s) => start.push(s.promptTokens, s.position),
        onPrefill: (d) => done.push(d),
      };
      if (engine.encode(prompt).length > client.welcome.promptIds) {
        await assert.rejects(generate(client, request), isBoardError('context'));
      }
      const ids = engine.encode(prompt).slice(0, 150);
      const { tokens, end } = await generate(client, { ...request, prompt: undefined, ids });
      assert.deepEqual(start, [150, 0]);
      assert.equal(done.at(-1), 150);
      assert.ok(done.length > 30);
      assert.equal(tokens.length, 5);
      assert.equal(end.promptRead, 150);
    });
  });

  it('stops when asked to', async () => {
    await withBoard(async (client) => {
      const abort = new AbortController();
      const tokens: ConsoleToken[] = [];
      const generation = client.generate({
        prompt: 'Once',
        temperature: 1.5,
        seed: 3,
        maxNewTokens: 0,
        whenFull: 'slide',
        signal: abort.signal,
      });
      let end: ConsoleEnd | null = null;
      while (end === null) {
        const step = await generation.next();
        if (step.done === true) end = step.value;
        else if (tokens.push(step.value) === 5) abort.abort();
      }
      assert.equal(end.reason, 'cancelled');
      assert.equal(end.newTokens, tokens.length);
      // Leaving the loop stops the board too, and it is free at once.
      for (let i = 0; i < 3; i++) {
        for await (const token of client.generate({
          prompt: 'Once',
          temperature: 1.5,
          seed: 4,
          maxNewTokens: 0,
          whenFull: 'slide',
        })) {
          assert.equal(typeof token.id, 'number');
          break;
        }
      }
      assert.equal((await client.stats()).get('generations'), '4');
      assert.equal(await client.cancel(), false);
    });
  });

  it('keeps settings and refuses what the board refuses', async () => {
    await withBoard(async (client) => {
      const settings = await client.set({ temperature: 0.25, topK: 7, seed: 12n, maxNewTokens: 4 });
      assert.deepEqual(
        { ...settings },
        { ...settings, temperature: 0.25, topK: 7, seed: 12n, maxNewTokens: 4, doSample: true },
      );
      assert.equal((await generate(client, { prompt: 'x' })).end.newTokens, 4);
      const before = await client.set({}, { defaults: true });
      assert.equal(before.seed, null);
      assert.equal(before.maxNewTokens, 0);
      await assert.rejects(client.set({ temperature: 1e9 }), isBoardError('options'));
      await assert.rejects(client.set({ topK: -1 }), UsageError);
      await assert.rejects(client.set({ seed: -1 }), UsageError);
      await assert.rejects(generate(client, {}), UsageError);
      await assert.rejects(generate(client, { prompt: 'x', stopStrings: [''] }), UsageError);
      await assert.rejects(generate(client, { ids: [] }), isBoardError('no-prompt'));
      await assert.rejects(generate(client, { ids: [1e6] }), isBoardError('token'));
      const long = Array.from({ length: 161 }, () => 1);
      await assert.rejects(generate(client, { ids: long }), isBoardError('too-long'));
      await assert.rejects(generate(client, { prompt: 'x', topP: 2 }), isBoardError('options'));
    });
  });

  it('measures', async () => {
    await withBoard(async (client) => {
      const facts = await client.bench();
      for (const name of ['sram_read', 'psram_read', 'tokens_per_second', 'bound_by_planned_rates']) {
        assert.ok(Number(facts.get(name)) > 0, name);
      }
    });
  });

  it('says why there is no model', async () => {
    await withBoard(
      async (client) => {
        assert.equal(client.welcome.hasModel, false);
        assert.match((await client.info()).get('model_fault') ?? '', /\.$/u);
        await assert.rejects(generate(client, { prompt: 'x' }), isBoardError('no-model'));
        assert.ok(Number((await client.bench()).get('sram_read')) > 0);
      },
      {},
      {},
      [],
    );
  });

  it('restarts', async () => {
    await withBoard(async (client, board) => {
      await client.reboot();
      const again = await ConsoleClient.connect(board);
      assert.notEqual(again.welcome.boot, client.welcome.boot);
      again.close();
    });
  });

  it('goes on over a noisy line, and never takes noise for tokens', async () => {
    const random = randomNumbers(7);
    const engine = await twin();
    const expected = [...engine.generate({ prompt: 'Once', temperature: 1.2, seed: 8, maxNewTokens: 30 })];
    let noisy = true;
    /** Changes, drops and adds bytes. */
    const noise =
      (rate: number) =>
      (bytes: Uint8Array): Uint8Array => {
        if (!noisy) return bytes;
        const out: number[] = [];
        for (const byte of bytes) {
          const dice = random();
          if (dice < rate) out.push(byte ^ (1 << Math.floor(random() * 8)));
          else if (dice < 2 * rate) out.push(byte, Math.floor(random() * 256));
          else if (dice > 3 * rate) out.push(byte);
        }
        return Uint8Array.from(out);
      };
    let whole = 0;
    let lost = 0;
    await withBoard(
      async (client) => {
        for (let i = 0; i < 30; i++) {
          try {
            const { tokens } = await generate(client, {
              prompt: 'Once',
              temperature: 1.2,
              seed: 8,
              maxNewTokens: 30,
            });
            assert.deepEqual(
              tokens.map(({ id, text }) => ({ id, text })),
              expected.map(({ id, text }) => ({ id, text })),
            );
            whole++;
          } catch (error) {
            // What noise may do: messages get lost, and it is said.
            assert.ok(error instanceof TransportError || error instanceof BoardError, String(error));
            lost++;
          }
        }
        noisy = false;
        assert.equal((await generate(client, { prompt: 'Once', maxNewTokens: 3 })).end.reason, 'length');
      },
      { timeout: 60 },
      { toHost: noise(0.0004), toBoard: noise(0.002) },
    );
    assert.ok(whole > 0, `${whole} whole, ${lost} not`);
    assert.ok(lost > 0, `${whole} whole, ${lost} not`);
  });

  it('ends with a TransportError when the board goes away', async () => {
    await withBoard(async (client, board) => {
      const generation = client.generate({ prompt: 'Once', maxNewTokens: 0, whenFull: 'slide' });
      await generation.next();
      await board.close();
      await assert.rejects(async () => {
        for await (const token of generation) assert.ok(token);
      }, TransportError);
      await assert.rejects(client.info(), TransportError);
    });
  });

  it('gives up on a device that does not answer, and when asked to', async () => {
    const silent = new ProgramBoard([fileURLToPath(PACKAGE)], { toBoard: () => new Uint8Array() });
    try {
      await assert.rejects(ConsoleClient.connect(silent, { patience: 600 }), TransportError);
      const signal = AbortSignal.timeout(50);
      await assert.rejects(ConsoleClient.connect(silent, { signal }), { name: 'TimeoutError' });
    } finally {
      await silent.close();
    }
  });
});
