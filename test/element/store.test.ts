/** The store's decisions, without a page: what each request does in each step, and what late answers may no longer do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_BOARD_ID } from '../../src/plan/boards.js';
import { UsageError } from '../../src/shared/errors.js';
import { explain } from '../../src/element/explain.js';
import { NO_PRESET } from '../../src/element/preset.js';
import type { Settings, State } from '../../src/element/state.js';
import { convertSettings } from '../../src/element/settings.js';
import { ConverterStore, type StoreOptions } from '../../src/element/store.js';
import { enAll as en } from '../../src/element/strings/en/all.js';
import { samplePlan } from '../report/sample.js';
import { FakeConverter, PROGRESS, sampleImage, sampleInspection, sampleResult } from './fake-converter.js';

const SOURCE = { kind: 'url', url: 'https://example.org/m/' } as const;
const SETTINGS: Settings = {
  board: DEFAULT_BOARD_ID,
  weights: 'int8',
  granularity: 'channel',
  activations: 'auto',
  cache: 'int8',
  chat: 'template',
  context: null,
};
const PRESET = { ...NO_PRESET, settings: SETTINGS };

function setUp(changes: Partial<StoreOptions> = {}): {
  store: ConverterStore;
  fake: FakeConverter;
  steps: string[];
  failures: string[];
} {
  const fake = new FakeConverter();
  const steps: string[] = [];
  const failures: string[] = [];
  const store = new ConverterStore({
    converter: async () => fake,
    image: async () => sampleImage(),
    onImage: () => undefined,
    explain: (error, doing) => explain(error, doing, en),
    onChange: (now, before) => {
      if (now.step !== before.step) steps.push(now.step);
    },
    onProgress: () => undefined,
    onFailure: (failure) => failures.push(failure.title),
    ...changes,
  });
  return { store, fake, steps, failures };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function at<S extends State['step']>(store: ConverterStore, step: S): Extract<State, { step: S }> {
  const { state } = store;
  assert.equal(state.step, step);
  return state as Extract<State, { step: S }>;
}

async function toFit(context: Pick<ReturnType<typeof setUp>, 'store' | 'fake'>): Promise<void> {
  void context.store.choose(SOURCE, 'm', PRESET);
  await settle();
  context.fake.inspection.resolve(sampleInspection());
  await settle();
}

async function toResult(context: Pick<ReturnType<typeof setUp>, 'store' | 'fake'>): Promise<void> {
  await toFit(context);
  void context.store.convert();
  await settle();
  context.fake.conversion.resolve(sampleResult());
  await settle();
}

test('the way from a folder to a result', async () => {
  const context = setUp();
  const { store, steps } = context;
  await toResult(context);
  const result = at(store, 'result');
  assert.equal(result.options.prompt, 'Hello! Who are you?');
  assert.deepEqual(steps, ['reading', 'fit', 'converting', 'result']);
});

test('a model that samples by itself is tried as it samples', async () => {
  const context = setUp();
  await toFit(context);
  void context.store.convert();
  await settle();
  const { generation } = sampleResult();
  context.fake.conversion.resolve(
    sampleResult({
      generation: { ...generation, doSample: true, temperature: 0.6, topK: 20, maxNewTokens: 32 },
    }),
  );
  await settle();
  const { options } = at(context.store, 'result');
  assert.deepEqual([options.temperature, options.topK, options.maxNewTokens], [0.6, 20, 32]);
});

test('a model that cannot be read leads back to the choice, with the reason', async () => {
  const { store, fake, failures } = setUp();
  void store.choose(SOURCE, 'm', PRESET);
  await settle();
  fake.inspection.reject(new UsageError('No.'));
  await settle();
  assert.equal(at(store, 'choose').failure?.message, 'No.');
  assert.deepEqual(failures, [en.failures.usage]);
});

test('a cancelled conversion goes back to its settings and is no failure', async () => {
  const context = setUp();
  await toFit(context);
  void context.store.convert();
  await settle();
  context.fake.progress(PROGRESS);
  assert.deepEqual(at(context.store, 'converting').stages, ['quantizing']);
  context.store.cancel();
  await settle();
  assert.equal(at(context.store, 'fit').failure, null);
  assert.deepEqual(context.failures, []);
  context.fake.progress(PROGRESS);
  at(context.store, 'fit');
});

test('a failed conversion goes back to its settings with the reason', async () => {
  const context = setUp();
  await toFit(context);
  void context.store.convert();
  await settle();
  context.fake.conversion.reject(new Error('unreachable'));
  await settle();
  assert.equal(at(context.store, 'fit').failure?.title, en.failures.convert);
});

test('settings are planned anew; the answer to an earlier change is dropped', async () => {
  const context = setUp();
  const { store, fake } = context;
  await toFit(context);
  let first: (plan: ReturnType<typeof samplePlan>) => void = () => undefined;
  fake.nextPlan = () =>
    new Promise((resolve) => {
      first = resolve;
    });
  void store.change({ context: 64 });
  await settle();
  assert.equal(at(store, 'fit').planning, true);
  fake.nextPlan = async () => samplePlan({ context: 128 });
  void store.change({ context: 128 });
  await settle();
  first(samplePlan({ context: 64 }));
  await settle();
  const { choice, planning } = at(store, 'fit');
  assert.equal(planning, false);
  assert.equal(choice.plan.context, 128);
  assert.equal(choice.settings.context, 128);
  assert.equal(fake.settings.at(-1)?.context, 128);
});

test('settings that are not possible keep the last plan and say why', async () => {
  const context = setUp();
  await toFit(context);
  context.fake.nextPlan = () => Promise.reject(new UsageError('Too long.'));
  void context.store.change({ context: 1 << 20 });
  await settle();
  const { failure, choice } = at(context.store, 'fit');
  assert.equal(failure?.message, 'Too long.');
  assert.equal(choice.plan.context, 512);
});

test('an answer that comes after the person went away changes nothing', async () => {
  const context = setUp();
  const { store, fake } = context;
  void store.choose(SOURCE, 'm', PRESET);
  await settle();
  store.cancel();
  at(store, 'choose');
  fake.inspection.resolve(sampleInspection());
  await settle();
  assert.equal(at(store, 'choose').failure, null);
});

test('a step back and forth loses nothing', async () => {
  const context = setUp();
  const { store, fake } = context;
  assert.ok(!store.leads('fit') && !store.leads('compare') && store.leads('choose'));
  await toFit(context);
  assert.deepEqual([...store.done], ['choose']);
  assert.ok(!store.leads('compare'));
  void store.convert();
  await settle();
  assert.deepEqual([...store.done], ['choose', 'fit']);
  assert.ok(!store.leads('fit'), 'a conversion is not given up for a look at the settings');
  store.go('fit');
  at(store, 'converting');
  fake.conversion.resolve(sampleResult());
  await settle();
  const result = at(store, 'result');
  assert.deepEqual([...store.done], ['choose', 'fit', 'convert']);
  store.go('choose');
  assert.equal(at(store, 'choose').failure, null);
  assert.deepEqual([...store.done], ['choose', 'fit', 'convert'], 'as it was');
  store.go('fit');
  const { choice } = at(store, 'fit');
  assert.equal(choice.inspection, result.choice.inspection);
  // A setting that was changed and not converted is there again, and so is the conversion with the earlier one.
  await store.change({ context: 64 });
  store.go('try');
  assert.equal(at(store, 'result').result, result.result);
  assert.equal(at(store, 'result').panel, 'try');
  store.go('fit');
  assert.equal(at(store, 'fit').choice.settings.context, 64);
  store.go('convert');
  assert.equal(at(store, 'result').panel, 'convert');
  assert.equal(fake.settings.length, 3, 'read, converted, planned once each');
});

test('a plan that a step away did not wait for is asked for again', async () => {
  const context = setUp();
  const { store, fake } = context;
  await toResult(context);
  store.go('fit');
  fake.nextPlan = () => new Promise(() => undefined);
  void store.change({ context: 32 });
  await settle();
  assert.ok(at(store, 'fit').planning);
  store.go('compare');
  const plan = samplePlan({ context: 32 });
  fake.nextPlan = async () => plan;
  await settle();
  assert.equal(at(store, 'result').panel, 'compare');
  store.go('fit');
  await settle();
  assert.ok(!at(store, 'fit').planning);
  assert.equal(at(store, 'fit').choice.plan, plan);
});

test('only what was done is done, and with that conversion alone', async () => {
  const context = setUp();
  const { store, fake } = context;
  store.did('try');
  assert.deepEqual([...store.done], [], 'there was nothing to try');
  await toResult(context);
  store.go('chat');
  assert.deepEqual([...store.done], ['choose', 'fit', 'convert'], 'a step that was passed by is not done');
  store.did('try');
  store.did('try');
  assert.deepEqual([...store.done], ['choose', 'fit', 'convert', 'try']);
  store.go('fit');
  void store.convert();
  await settle();
  fake.conversion.resolve(sampleResult());
  await settle();
  assert.deepEqual([...store.done], ['choose', 'fit', 'convert']);
});

test('another model takes the place of the first when it was read, not before', async () => {
  const context = setUp();
  const { store, fake } = context;
  await toResult(context);
  store.go('choose');
  void store.choose(SOURCE, 'other', PRESET);
  await settle();
  assert.deepEqual([...store.done], []);
  fake.inspection.reject(new UsageError('No.'));
  await settle();
  assert.ok(store.leads('compare'), 'what could not be read replaces nothing');
  void store.choose(SOURCE, 'other', PRESET);
  await settle();
  fake.inspection.resolve(sampleInspection({ name: 'other' }));
  await settle();
  assert.ok(!store.leads('compare'));
  store.reset();
  assert.ok(!store.leads('fit'), 'begun anew');
});

test('a way that is settled goes straight to the step that it is for, once', async () => {
  const context = setUp();
  const { store, fake } = context;
  void store.choose(SOURCE, 'm', PRESET, undefined, 'try');
  await settle();
  fake.inspection.resolve(sampleInspection());
  await settle();
  fake.conversion.resolve(sampleResult());
  await settle();
  assert.equal(at(store, 'result').panel, 'try');
  store.go('fit');
  void store.convert();
  await settle();
  fake.conversion.resolve(sampleResult());
  await settle();
  assert.equal(at(store, 'result').panel, 'compare');
});

test('a converter that could not be loaded is asked for again', async () => {
  let asked = 0;
  const store = new ConverterStore({
    converter: async () => {
      asked++;
      throw new Error('offline');
    },
    image: async () => sampleImage(),
    onImage: () => undefined,
    explain: (error, doing) => explain(error, doing, en),
    onChange: () => undefined,
    onProgress: () => undefined,
    onFailure: () => undefined,
  });
  await store.choose(SOURCE, 'm', PRESET);
  await store.choose(SOURCE, 'm', PRESET);
  assert.equal(asked, 2);
  assert.equal(store.state.step, 'choose');
});

test('released, the converter is disposed of', async () => {
  const context = setUp();
  await toFit(context);
  context.store.release();
  await settle();
  assert.equal(context.fake.disposed, 1);
});

test('settings without a context leave it to the plan', () => {
  assert.ok(!('context' in convertSettings(SETTINGS)));
  assert.equal(convertSettings({ ...SETTINGS, context: 64 }).context, 64);
  assert.equal(convertSettings({ ...SETTINGS, cache: 'float32' }).scheme?.cache, 'float32');
});

test('every tensor is listed once with its own bytes, however seldom the worker tells of them', async () => {
  const context = setUp();
  await toFit(context);
  void context.store.convert();
  await settle();
  const [a, b, c] = ['a', 'b', 'c'].map((name, index) => ({ name, bytes: 10 * (index + 1) }));
  assert.ok(a && b && c);
  const report = (...begun: (typeof a)[]): void => context.fake.progress({ ...PROGRESS, begun });
  context.fake.progress({ ...PROGRESS, begun: [], stage: 'reading', item: 'x', done: 5 });
  report(a);
  report(a, b);
  // Gone through a second time.
  report(a, b, c);
  context.fake.progress({ ...PROGRESS, begun: [], stage: 'checking', item: 'y', done: 1 });
  assert.deepEqual(at(context.store, 'converting').tensors, [a, b, c]);
});

test('an image is made once, when it is first asked for, and again after a failure', async () => {
  let calls = 0;
  let fails = true;
  const { store, fake } = setUp({
    image: async () => {
      calls += 1;
      if (fails) throw new UsageError('No firmware.');
      return sampleImage();
    },
  });
  await assert.rejects(store.image(), UsageError);
  await toResult({ store, fake });
  store.show('take');
  await settle();
  assert.equal(at(store, 'result').image.kind, 'failed');
  fails = false;
  const [first, second] = await Promise.all([store.image(), store.image()]);
  assert.equal(first, second);
  assert.equal(await store.image(), first);
  assert.equal(calls, 2);
  assert.equal(at(store, 'result').image.kind, 'made');
});

test('a cancelled change of settings is taken back, and the next one is planned', async () => {
  const context = setUp();
  const { store, fake } = context;
  await toFit(context);
  const answers: ((plan: ReturnType<typeof samplePlan>) => void)[] = [];
  fake.nextPlan = () => new Promise((resolve) => answers.push(resolve));
  void store.change({ granularity: 'tensor' });
  await settle();
  assert.equal(at(store, 'fit').planning, true);
  store.cancel();
  assert.equal(at(store, 'fit').planning, false, 'the way on is open');
  assert.equal(at(store, 'fit').choice.settings.granularity, 'channel', 'settings and plan belong together');
  void store.change({ granularity: 'group:64' });
  await settle();
  answers[1]?.(samplePlan({ context: 64 }));
  answers[0]?.(samplePlan({ context: 32 }));
  await settle();
  assert.equal(at(store, 'fit').choice.plan.context, 64, 'the late answer is dropped');
  assert.equal(at(store, 'fit').choice.settings.granularity, 'group:64');
});

test('an element that is removed while it plans can go on when it is back', async () => {
  const context = setUp();
  await toFit(context);
  context.fake.nextPlan = () => new Promise(() => undefined);
  void context.store.change({ granularity: 'tensor' });
  await settle();
  context.store.release();
  assert.equal(at(context.store, 'fit').planning, false);
});

test('a conversion waits for the plan of what was just set, and goes back to it when it is cancelled', async () => {
  const context = setUp();
  const { store, fake } = context;
  await toFit(context);
  let answer: (plan: ReturnType<typeof samplePlan>) => void = () => undefined;
  fake.nextPlan = () => new Promise((resolve) => (answer = resolve));
  void store.change({ granularity: 'tensor' });
  await settle();
  void store.convert();
  await settle();
  at(store, 'fit');
  answer(samplePlan({ context: 96 }));
  await settle();
  at(store, 'converting');
  assert.equal(fake.settings.at(-1)?.scheme?.granularity, 'tensor');
  store.cancel();
  assert.equal(at(store, 'fit').choice.plan.context, 96);

  void store.change({ granularity: 'channel' });
  await settle();
  void store.convert();
  store.cancel();
  answer(samplePlan());
  await settle();
  at(store, 'fit');
});

test('an image that comes after its result is gone is told to nobody but who asked', async () => {
  const told: unknown[] = [];
  let give: (image: ReturnType<typeof sampleImage>) => void = () => undefined;
  const context = setUp({
    image: () => new Promise((resolve) => (give = resolve)),
    onImage: (image) => told.push(image),
  });
  await toResult(context);
  const asked = context.store.image();
  context.store.reset();
  await assert.rejects(asked, { name: 'AbortError' });
  give(sampleImage());
  await settle();
  assert.deepEqual(told, []);
  at(context.store, 'choose');
});

test('an image that does not come is not waited for after a cancel, and made anew when it is asked for again', async () => {
  const failures: string[] = [];
  let asked = 0;
  const context = setUp({
    image: () => (asked++ === 0 ? new Promise(() => undefined) : Promise.resolve(sampleImage())),
    onFailure: (failure) => failures.push(failure.title),
  });
  await toResult(context);
  const first = context.store.image();
  assert.equal(at(context.store, 'result').image.kind, 'making');
  context.store.cancel();
  await assert.rejects(first, { name: 'AbortError' });
  assert.equal(at(context.store, 'result').image.kind, 'none');
  assert.equal((await context.store.image()).bytes, 2000);
  assert.equal(at(context.store, 'result').image.kind, 'made');
  assert.deepEqual(failures, []);
});

test('a worker that does not come is not waited for after a cancel, and asked for again', async () => {
  const gives: ((fake: FakeConverter) => void)[] = [];
  const { store, fake } = setUp({ converter: () => new Promise((resolve) => gives.push(resolve)) });
  const first = store.choose(SOURCE, 'm', PRESET);
  assert.equal(store.state.step, 'reading');
  store.cancel();
  await first;
  at(store, 'choose');
  void store.choose(SOURCE, 'm', PRESET);
  assert.equal(gives.length, 2);
  const late = new FakeConverter();
  gives[0]?.(late);
  gives[1]?.(fake);
  await settle();
  assert.deepEqual([late.disposed, fake.disposed, late.sources.length], [1, 0, 0]);
  fake.inspection.resolve(sampleInspection());
  await settle();
  at(store, 'fit');
});

test('whoever hears of a failure finds it shown, and can go on from there', async () => {
  const seen: State[] = [];
  const context = setUp({
    onFailure: () => {
      seen.push(context.store.state);
      context.store.reset();
    },
  });
  void context.store.choose(SOURCE, 'm', PRESET);
  await settle();
  context.fake.inspection.reject(new Error('no'));
  await settle();
  assert.ok(seen[0]?.step === 'choose' && seen[0].failure !== null);
  assert.equal(at(context.store, 'choose').failure, null);
});

test('two calls make one image, another firmware makes another, and the late one is dropped', async () => {
  const gives: ((image: ReturnType<typeof sampleImage>) => void)[] = [];
  const told: number[] = [];
  const context = setUp({
    image: () => new Promise((resolve) => gives.push(resolve)),
    onImage: ({ bytes }) => told.push(bytes),
  });
  const { store } = context;
  await toResult(context);
  const [first, same] = [store.image(), store.image()];
  assert.equal(gives.length, 1);
  store.forgetImage();
  const second = store.image();
  assert.equal(gives.length, 2);
  gives[1]?.(sampleImage({ bytes: 2 }));
  gives[0]?.(sampleImage({ bytes: 1 }));
  await Promise.all([first, same, second]);
  assert.deepEqual(told, [2]);
  const { image } = at(store, 'result');
  assert.equal(image.kind === 'made' && image.image.bytes, 2);
});

test('whoever asks for a conversion waits for the one that runs, also when it was asked for before the plan was there', async () => {
  const context = setUp();
  const { store, fake } = context;
  await toFit(context);
  let plan: () => void = () => undefined;
  fake.nextPlan = () =>
    new Promise((resolve) => {
      plan = () => resolve(samplePlan());
    });
  void store.change({ granularity: 'tensor' });
  await settle();
  const ended: number[] = [];
  const ask = (number: number): void => void store.convert().then(() => ended.push(number));
  ask(1);
  ask(2);
  plan();
  await settle();
  at(store, 'converting');
  ask(3);
  await settle();
  assert.deepEqual(ended, []);
  fake.conversion.resolve(sampleResult());
  await settle();
  assert.deepEqual(ended.sort(), [1, 2, 3]);
  at(store, 'result');
});
