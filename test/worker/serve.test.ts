/** The worker's side of the protocol, against a page that is played by the test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Runtime } from '../../src/pipeline/types.js';
import { FormatError } from '../../src/shared/errors.js';
import type { ConvertResult } from '../../src/worker/jobs.js';
import { PROTOCOL, type ToPage, type ToWorker } from '../../src/worker/protocol.js';
import { serve, type Work } from '../../src/worker/serve.js';
import { samplePlan, sampleReport } from '../report/sample.js';

const SOURCE = { kind: 'url', url: 'https://example.org/model/' } as const;

function unused(): Promise<never> {
  throw new Error('not in this test');
}

/** Plays the page: posts messages in, collects those that come out with their transfer lists. */
class Page {
  readonly messages: ToPage[] = [];
  readonly transfers: Transferable[][] = [];
  #listener: (event: MessageEvent<unknown>) => void = () => undefined;
  #wake: () => void = () => undefined;

  constructor(work: Partial<Work>) {
    const whole: Work = {
      inspect: unused,
      plan: unused,
      convert: unused,
      files: unused,
      generate: unused,
      ...work,
    };
    serve(
      {
        postMessage: (message, transfer) => {
          this.messages.push(message as ToPage);
          this.transfers.push(transfer);
          this.#wake();
        },
        addEventListener: (_type, listener) => {
          this.#listener = listener;
        },
      },
      () => whole,
    );
  }

  post(message: ToWorker): void {
    this.#listener({ data: message } as MessageEvent<unknown>);
  }

  async until(type: ToPage['type']): Promise<ToPage> {
    for (;;) {
      const found = this.messages.find((message) => message.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const RUNTIME = {} as Runtime;

test('says hello with its protocol, and ready after the setup', () => {
  const page = new Page({});
  assert.deepEqual(page.messages, [{ type: 'hello', protocol: PROTOCOL }]);
  page.post({ type: 'setup', runtime: RUNTIME });
  assert.deepEqual(page.messages[1], { type: 'ready' });
});

test('a package is transferred when it owns its whole buffer, else copied', async () => {
  const answer = (bytes: Uint8Array): ConvertResult => ({
    plan: samplePlan(),
    package: bytes,
    report: sampleReport(),
    chat: false,
    generation: {
      doSample: false,
      temperature: null,
      topK: null,
      topP: null,
      minP: null,
      repetitionPenalty: null,
      maxNewTokens: null,
    },
    notes: [],
    files: [],
    carriers: [],
    seconds: 1,
  });
  for (const [bytes, count] of [
    [new Uint8Array(64), 1],
    [new Uint8Array(128).subarray(64), 0],
  ] as const) {
    const page = new Page({ convert: async () => answer(bytes) });
    page.post({ type: 'setup', runtime: RUNTIME });
    page.post({ type: 'job', id: 7, name: 'convert', input: { source: SOURCE, settings: {} } });
    const result = await page.until('result');
    assert.equal('id' in result && result.id, 7);
    assert.equal(page.transfers.at(-1)?.length, count);
  }
});

test('the files of a model are transferred, those that share memory copied', async () => {
  const shared = new Uint8Array(128);
  const files = [
    { path: 'config.json', bytes: new Uint8Array(64) },
    { path: 'model.safetensors', bytes: shared.subarray(64) },
  ];
  const page = new Page({ files: async () => files });
  page.post({ type: 'setup', runtime: RUNTIME });
  page.post({ type: 'job', id: 3, name: 'files', input: { source: SOURCE, files: [], carriers: [] } });
  const answer = await page.until('result');
  assert.ok(answer.type === 'result' && answer.result === files);
  assert.deepEqual(page.transfers.at(-1), [files[0]?.bytes.buffer]);
});

test('a failure is answered with its kind', async () => {
  const page = new Page({
    inspect: async () => {
      throw new FormatError('is not JSON.', { file: 'config.json', remedy: 'Download it again.' });
    },
  });
  page.post({ type: 'setup', runtime: RUNTIME });
  page.post({ type: 'job', id: 1, name: 'inspect', input: { source: SOURCE, settings: {} } });
  const failure = await page.until('failure');
  assert.ok(failure.type === 'failure');
  assert.equal(failure.error.name, 'FormatError');
  assert.equal(failure.error.file, 'config.json');
});

test('a job before the setup is refused, not lost', async () => {
  const page = new Page({});
  page.post({ type: 'job', id: 1, name: 'inspect', input: { source: SOURCE, settings: {} } });
  assert.equal((await page.until('failure')).type, 'failure');
});

test('progress is thinned out, but every stage begins and ends', async () => {
  const steps = 2000;
  const page = new Page({
    plan: async (_input, hooks) => {
      for (const stage of ['reading', 'quantizing'] as const) {
        for (let done = 1; done <= steps; done++) {
          hooks.onProgress({
            stage,
            item: 'x',
            done,
            total: steps,
            unit: 'bytes',
            perSecond: null,
            secondsLeft: null,
          });
        }
      }
      return samplePlan();
    },
  });
  page.post({ type: 'setup', runtime: RUNTIME });
  page.post({ type: 'job', id: 1, name: 'plan', input: { source: SOURCE, settings: {} } });
  await page.until('result');
  const seen = page.messages.flatMap((message) => (message.type === 'progress' ? [message.progress] : []));
  assert.ok(seen.length < steps / 4, `${seen.length} messages`);
  for (const stage of ['reading', 'quantizing']) {
    const own = seen.filter((progress) => progress.stage === stage).map((progress) => progress.done);
    assert.equal(own[0], 1);
    assert.equal(own.at(-1), steps);
  }
});

test('cancel reaches the job that it names and no other', async () => {
  const aborted: number[] = [];
  let count = 0;
  const page = new Page({
    generate: async (_input, hooks) => {
      const number = ++count;
      hooks.signal.addEventListener('abort', () => aborted.push(number));
      await new Promise<void>((resolve) => {
        hooks.signal.addEventListener('abort', () => {
          resolve();
        });
      });
      return { text: '', tokens: 0, promptTokens: 1, reason: 'cancelled', tokensPerSecond: 0 };
    },
  });
  page.post({ type: 'setup', runtime: RUNTIME });
  const request = { prompt: '', temperature: 0, topK: 0, topP: 1, seed: 0, maxNewTokens: 1 };
  for (const id of [1, 2])
    page.post({ type: 'job', id, name: 'generate', input: { request, key: 1, package: null } });
  page.post({ type: 'cancel', id: 99 });
  page.post({ type: 'cancel', id: 2 });
  const result = await page.until('result');
  assert.ok(result.type === 'result' && result.id === 2);
  assert.deepEqual(aborted, [2]);
});

test('tensors that pass between two messages of progress are all told, each with its size', async () => {
  const page = new Page({
    plan: async (_input, { onProgress }) => {
      const stage = {
        stage: 'quantizing',
        total: 100,
        unit: 'bytes',
        perSecond: null,
        secondsLeft: null,
      } as const;
      for (let index = 0; index < 50; index++)
        onProgress({ ...stage, item: `t${index >> 1}`, done: 2 * index + 2, itemBytes: 100 + (index >> 1) });
      return samplePlan();
    },
  });
  page.post({ type: 'setup', runtime: RUNTIME });
  page.post({ type: 'job', id: 1, name: 'plan', input: { source: SOURCE, settings: {} } });
  await page.until('result');
  const told = page.messages.flatMap((message) =>
    message.type === 'progress' ? (message.progress.begun ?? []) : [],
  );
  const sizes = new Map(told.map(({ name, bytes }) => [name, bytes]));
  assert.deepEqual(
    [...sizes],
    Array.from({ length: 25 }, (_, index) => [`t${index}`, 100 + index]),
  );
});
