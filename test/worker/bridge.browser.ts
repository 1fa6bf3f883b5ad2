/** The page's door to the worker, against real workers with small programs: order, abort, crash, silence, fallback. */
import { expect } from '@open-wc/testing';
import type { Runtime } from '../../src/pipeline/types.js';
import { FormatError, isAbort } from '../../src/shared/errors.js';
import { PolicyError } from '../../src/shared/policy-error.js';
import { ConverterBridge, WorkerCrash, type BridgeOptions } from '../../src/worker/bridge.js';
import { PROTOCOL } from '../../src/worker/protocol.js';
import { blobStart, urlStart, type WorkerStart } from '../../src/worker/start.js';

const SOURCE = { kind: 'url', url: 'https://example.org/model/' } as const;
const INPUT = { source: SOURCE, settings: {} };
const REQUEST = { prompt: '', temperature: 0, topK: 0, topP: 1, seed: 0, maxNewTokens: 0 };

/** A worker program: the handshake, then `onJob(message)` for jobs and cancels. */
function program(onJob: string, protocol = PROTOCOL): string {
  return `
    const birth = Math.random();
    let jobs = 0;
    const answer = (m, result) => postMessage({ type: 'result', id: m.id, result });
    addEventListener('message', ({ data: m }) => {
      if (m.type === 'setup') postMessage({ type: 'ready' });
      else { jobs++; ${onJob} }
    });
    postMessage({ type: 'hello', protocol: ${protocol} });`;
}

const ANSWER = program('answer(m, { birth, jobs, package: new Uint8Array(4), asked: m });');

function bridge(
  code: string | readonly WorkerStart[],
  options: Partial<BridgeOptions> = {},
): ConverterBridge {
  return new ConverterBridge({
    runtime: async () => ({}) as Runtime,
    starts: async () => (typeof code === 'string' ? [blobStart(code)] : code),
    readyTimeout: 2000,
    ...options,
  });
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(Error);
    return error as Error;
  }
  throw new Error('It was expected to fail.');
}

/** What the answering program tells. */
interface Answer {
  readonly birth: number;
  readonly jobs: number;
  readonly asked: { readonly input: { readonly key: number; readonly package: Uint8Array | null } };
}

async function ask(door: ConverterBridge, name: 'inspect' | 'convert' = 'inspect'): Promise<Answer> {
  return (await door.run(name, INPUT)) as unknown as Answer;
}

describe('ConverterBridge', () => {
  it('starts its worker with the first job, not before', async () => {
    const door = bridge(ANSWER);
    expect(door.running).to.be.false;
    await ask(door);
    expect(door.running).to.be.true;
    door.dispose();
    expect(door.running).to.be.false;
  });

  it('runs jobs one after another in one worker', async () => {
    const door = bridge(program('setTimeout(() => answer(m, { birth, jobs, asked: m }), 20);'));
    const [first, second] = await Promise.all([ask(door), ask(door)]);
    expect(second.birth).to.equal(first.birth);
    expect([first.jobs, second.jobs]).to.deep.equal([1, 2]);
    door.dispose();
  });

  it('uses a new worker after a conversion, because WebAssembly memory never shrinks', async () => {
    const door = bridge(ANSWER);
    const first = await ask(door, 'convert');
    expect(door.running).to.be.false;
    expect((await ask(door)).birth).to.not.equal(first.birth);
    door.dispose();
  });

  it('ends an idle worker', async () => {
    const door = bridge(ANSWER, { idleTimeout: 20 });
    const first = await ask(door);
    await until(() => !door.running);
    expect((await ask(door)).birth).to.not.equal(first.birth);
    door.dispose();
  });

  it('passes progress on', async () => {
    const progress = {
      stage: 'reading',
      item: 'x',
      done: 1,
      total: 2,
      unit: 'bytes',
      perSecond: null,
      secondsLeft: null,
    };
    const door = bridge(
      program(
        `postMessage({ type: 'progress', id: m.id, progress: ${JSON.stringify(progress)} }); answer(m, {});`,
      ),
    );
    const seen: unknown[] = [];
    await door.run('inspect', INPUT, { onProgress: (value) => seen.push(value) });
    expect(seen).to.deep.equal([progress]);
    door.dispose();
  });

  it('rebuilds the error of a failed job and stays usable', async () => {
    const error = {
      name: 'FormatError',
      message: 'config.json: bad',
      file: 'config.json',
      remedy: 'Get it again.',
    };
    const door = bridge(
      program(`if (jobs === 1) postMessage({ type: 'failure', id: m.id, error: ${JSON.stringify(error)} });
               else answer(m, { jobs });`),
    );
    const failure = await rejection(ask(door));
    expect(failure).to.be.instanceOf(FormatError);
    expect(failure.message).to.equal(error.message);
    expect((await ask(door)).jobs).to.equal(2);
    door.dispose();
  });

  it('an abort stops a worker that is deep in work, and the next job gets a new one', async () => {
    const door = bridge(program('if (m.name === "convert") for (;;); answer(m, { birth, jobs });'));
    const controller = new AbortController();
    const converting = door.run('convert', INPUT, { signal: controller.signal });
    await until(() => door.running);
    controller.abort();
    expect(isAbort(await rejection(converting))).to.be.true;
    expect(door.running).to.be.false;
    expect((await ask(door)).jobs).to.equal(1);
    door.dispose();
  });

  it('a job that is aborted before its turn never reaches the worker', async () => {
    const door = bridge(program('setTimeout(() => answer(m, { jobs }), 30);'));
    const controller = new AbortController();
    const first = ask(door);
    const second = rejection(door.run('inspect', INPUT, { signal: controller.signal }));
    controller.abort();
    expect(isAbort(await second)).to.be.true;
    await first;
    expect((await ask(door)).jobs).to.equal(2);
    door.dispose();
  });

  it('a crash is told with what to do, and the next job gets a new worker', async () => {
    const door = bridge(
      program('if (m.name === "convert") throw new Error("out of memory"); answer(m, { jobs });'),
    );
    const crash = await rejection(door.run('convert', INPUT));
    expect(crash).to.be.instanceOf(WorkerCrash);
    expect(crash.message).to.contain('out of memory').and.to.contain('smaller model');
    expect((await ask(door)).jobs).to.equal(1);
    door.dispose();
  });

  it('disposal rejects what runs and what waits', async () => {
    const door = bridge(program(''));
    const running = rejection(ask(door));
    const waiting = rejection(ask(door));
    await until(() => door.running);
    door.dispose();
    expect(isAbort(await running)).to.be.true;
    expect(isAbort(await waiting)).to.be.true;
    expect(isAbort(await rejection(ask(door)))).to.be.true;
  });

  describe('generation', () => {
    it('sends a package once', async () => {
      const door = bridge(ANSWER);
      const bytes = new Uint8Array([1, 2, 3]);
      const other = new Uint8Array([4]);
      const sent: (number | null)[] = [];
      for (const each of [bytes, bytes, other, bytes]) {
        const { asked } = (await door.generate(each, REQUEST)) as unknown as Answer;
        sent.push(asked.input.package?.length ?? null);
      }
      expect(sent).to.deep.equal([3, null, 1, 3]);
      expect(bytes.length).to.equal(3);
      door.dispose();
    });

    it('a cancelled one keeps its text', async () => {
      const summary = { text: 'so far', tokens: 2, promptTokens: 1, reason: 'cancelled', tokensPerSecond: 9 };
      const door = bridge(
        program(`if (m.type === 'cancel') answer(m, ${JSON.stringify(summary)});
                 else postMessage({ type: 'text', id: m.id, text: { text: 'so far', tokens: 2 } });`),
      );
      const controller = new AbortController();
      const result = await door.generate(new Uint8Array(1), REQUEST, {
        signal: controller.signal,
        onText: () => {
          controller.abort();
        },
      });
      expect(result).to.deep.equal(summary);
      expect(door.running).to.be.true;
      door.dispose();
    });

    it('one that does not listen is stopped all the same', async () => {
      const door = bridge(program('for (;;);'), { cancelGrace: 50 });
      const controller = new AbortController();
      const generating = door.generate(new Uint8Array(1), REQUEST, { signal: controller.signal });
      await until(() => door.running);
      controller.abort();
      expect(isAbort(await rejection(generating))).to.be.true;
      expect(door.running).to.be.false;
      door.dispose();
    });
  });

  describe('start', () => {
    it('tries the next way when one is refused', async () => {
      const door = bridge([urlStart('/no/such/worker.js'), blobStart(ANSWER)]);
      expect((await ask(door)).jobs).to.equal(1);
      door.dispose();
    });

    it('tries the next way when one stays silent', async () => {
      const door = bridge([blobStart('/* silent */'), blobStart(ANSWER)], { readyTimeout: 300 });
      expect((await ask(door)).jobs).to.equal(1);
      door.dispose();
    });

    it('tries the next way when one belongs to another release', async () => {
      const door = bridge([blobStart(program('', PROTOCOL + 1)), blobStart(ANSWER)]);
      expect((await ask(door)).jobs).to.equal(1);
      door.dispose();
    });

    it('names the policy line when no way works', async () => {
      const door = bridge([urlStart('/no/such/worker.js')], { readyTimeout: 1000 });
      const error = await rejection(ask(door));
      expect(error).to.be.instanceOf(PolicyError);
      expect(error.message)
        .to.contain('worker-src blob:')
        .and.to.contain('worker-url')
        .and.to.contain('/no/such/worker.js');
      expect(door.running).to.be.false;
      door.dispose();
    });

    it('names the policy line under a real content policy', async () => {
      const frame = document.createElement('iframe');
      frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="worker-src 'none'">`;
      document.body.append(frame);
      await new Promise((resolve) => {
        frame.onload = resolve;
      });
      const page = frame.contentWindow as (Window & typeof globalThis) | null;
      const refused: WorkerStart = {
        name: 'from a blob',
        start: () => {
          if (page === null) throw new Error('The frame has no window.');
          const url = page.URL.createObjectURL(new page.Blob([ANSWER], { type: 'text/javascript' }));
          return { worker: new page.Worker(url), release: () => undefined };
        },
      };
      const error = await rejection(ask(bridge([refused], { readyTimeout: 1000 })));
      expect(error).to.be.instanceOf(PolicyError);
      frame.remove();
    });

    it('passes on why the modules could not be loaded', async () => {
      const door = bridge(ANSWER, { runtime: () => Promise.reject(new PolicyError('no wasm', 'wasm')) });
      expect((await rejection(ask(door))).message).to.equal('no wasm');
      expect(door.running).to.be.false;
      door.dispose();
    });
  });
});

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('It did not happen within five seconds.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
