/** Tuning in a page: in workers of its own, with the bits of one thread, and states in the browser's database. */
import { expect } from '@open-wc/testing';
import type { DecoderModel } from '../../src/model/decoder.js';
import { createConverter } from '../../src/element/converter.js';
import { loadTraining } from '../../src/quantize/training.js';
import { tune } from '../../src/quantize/tuning.js';
import { OwnHand } from '../../src/quantize/tuning-hand.js';
import { tuningKey } from '../../src/quantize/tuning-state.js';
import type { Tuned, TuningState, TuningTask } from '../../src/quantize/tuning-types.js';
import { tunerBehind } from '../../src/worker/tuner-port.js';
import { startTuner, tunerThreads, type StartedTuner } from '../../src/worker/tuner-start.js';
import { tuningStore } from '../../src/worker/tuning-store.js';
import { tuningTaskOf } from '../support/tuning-model.js';

const FOLDER = '/kernels/crates/train/';
const urls = { train: new URL(`${FOLDER}prebuilt/train.wasm`, location.href).href, worker: null };

loadTraining(await WebAssembly.compile(await (await fetch(urls.train)).arrayBuffer()));
const { model } = (await (await fetch(`${FOLDER}tests/fixtures/bits.json`)).json()) as {
  model: DecoderModel;
};
/** A new one each time: tensors are used up. */
const task = (): TuningTask => tuningTaskOf(model);
const states: TuningState[] = [];
const expected = await tune(task(), [new OwnHand(() => Promise.resolve())], {
  keepInterval: 0,
  store: {
    get: () => Promise.resolve(null),
    put: (_, state) => Promise.resolve(void states.push(state)),
    delete: () => Promise.resolve(),
  },
});

async function inWorkers(started: StartedTuner, wanted: TuningTask, signal?: AbortSignal): Promise<Tuned> {
  try {
    return await tunerBehind(started.port)(wanted, { signal });
  } finally {
    started.end();
  }
}

for (const threads of [1, 2]) {
  it(`${threads} workers give the bits of none`, async () => {
    const started = await startTuner(urls, threads);
    expect(started.threads).to.equal(tunerThreads(threads));
    expect(await inWorkers(started, task())).to.deep.equal(expected);
  });
}

it('starts no more threads than there are cores, nor than four', () => {
  expect(tunerThreads(1)).to.equal(1);
  expect(tunerThreads(99)).to.equal(Math.min(4, navigator.hardwareConcurrency));
  expect(tunerThreads(0)).to.equal(1);
});

it('the page does the work where it permits no worker', async () => {
  const real = globalThis.Worker;
  globalThis.Worker = class {
    constructor() {
      throw new Error('refused by a policy');
    }
  } as unknown as typeof Worker;
  try {
    const started = await startTuner(urls, 2);
    expect(started.threads).to.equal(0);
    expect(await inWorkers(started, task())).to.deep.equal(expected);
    const controller = new AbortController();
    const tuning = inWorkers(await startTuner(urls), task(), controller.signal);
    controller.abort(new DOMException('enough', 'AbortError'));
    expect(await tuning.catch((error: unknown) => (error as Error).name)).to.equal('AbortError');
  } finally {
    globalThis.Worker = real;
  }
});

it('goes on from a state of the database, and keeps one at a time', async () => {
  const store = tuningStore();
  const state = states.at(-1);
  if (store === undefined || state === undefined) throw new Error('There is no database.');
  await store.put('another', state);
  await store.put(tuningKey(task()), state);
  expect(await store.get('another')).to.equal(undefined);
  expect(await store.get(tuningKey(task()))).to.deep.equal(state);
  const { tensors, figures } = await inWorkers(await startTuner(urls, 2), task());
  expect(figures).to.deep.equal({ ...expected.figures, resumed: state.step });
  expect(tensors).to.deep.equal(expected.tensors);
  expect(await store.get(tuningKey(task()))).to.equal(undefined);
});

it('a conversion with effort packs what the threads made, and ends them', async () => {
  const source = {
    kind: 'url',
    url: new URL('/test/fixtures/checkpoints/llama-untied-v5/', location.href).href,
  } as const;
  const converter = createConverter(
    {
      train: urls.train,
      kernels: new URL('/kernels/prebuilt/kernels.wasm', location.href).href,
      twin: new URL('/device-runtime/prebuilt/twin.wasm', location.href).href,
    },
    null,
  );
  const ended: string[] = [];
  const { terminate } = Worker.prototype as { terminate: (this: Worker) => void };
  Worker.prototype.terminate = function (this: Worker) {
    ended.push('worker');
    terminate.call(this);
  };
  try {
    const quick = await converter.convert(source, {}, {});
    const before = ended.length;
    const stages = new Set<string>();
    const good = await converter.convert(
      source,
      { effort: 'good' },
      { onProgress: ({ stage }) => stages.add(stage) },
    );
    expect(stages.has('tuning')).to.equal(true);
    expect(good.package.length).to.equal(quick.package.length);
    expect(good.package).not.to.deep.equal(quick.package);
    // The converter's own and the thread that rounds.
    expect(ended.length - before).to.equal(2);
  } finally {
    Worker.prototype.terminate = terminate;
    converter.dispose();
  }
});
