/** Tuning against the original: what it gains, its bits, interruptions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tune } from '../../src/quantize/tuning.js';
import { OwnHand, type Hand } from '../../src/quantize/tuning-hand.js';
import { checkedState, tuningKey } from '../../src/quantize/tuning-state.js';
import type { TunedTensors } from '../../src/quantize/tuned.js';
import type { TuningState, TuningStore } from '../../src/quantize/tuning-types.js';
import type { Progress } from '../../src/shared/progress.js';
import { tuningTask } from '../support/tuning-task.js';

const atOnce = (): Promise<void> => Promise.resolve();

function hands(count: number): OwnHand[] {
  return Array.from({ length: count }, () => new OwnHand(atOnce));
}

/** All numbers, for comparison to the bit. */
function numbersOf({ matrices, vectors }: TunedTensors): unknown[] {
  const plain = (array: ArrayLike<number>): number[] => Array.from(array);
  return [
    ...[...matrices].map(([name, { codes, rowScales, groupScales, groupOffsets }]) => [
      name,
      ...[codes, rowScales, groupScales, groupOffsets].map(plain),
    ]),
    ...[...vectors].map(([name, values]) => [name, plain(values)]),
  ];
}

/** A store in memory, and how often it was asked to keep something. */
class MemoryStore implements TuningStore {
  readonly kept = new Map<string, unknown>();
  puts = 0;
  onPut: (state: TuningState) => void = () => undefined;

  get(key: string): Promise<unknown> {
    return Promise.resolve(this.kept.get(key));
  }

  put(key: string, state: TuningState): Promise<void> {
    this.puts += 1;
    this.kept.set(key, structuredClone(state));
    this.onPut(state);
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.kept.delete(key);
    return Promise.resolve();
  }
}

const once = await tune(tuningTask(), hands(1));

void test('the tuned model is nearer to the original on text that it was not tuned on', async () => {
  const { figures, tensors } = once;
  assert.ok(figures.before > 0.01, `before: ${figures.before}`);
  assert.ok(figures.after < 0.8 * figures.before, `${figures.before} → ${figures.after}`);
  const { matrices, vectors } = tensors;
  assert.deepEqual(
    new Set(matrices.keys()),
    new Set(['embedding', 'q', 'k', 'v', 'o', 'gate', 'up', 'down']),
  );
  assert.deepEqual(new Set(vectors.keys()), new Set(['norm1', 'norm2', 'q.bias', 'final']));
  // What is handed over is what was judged.
  const task = tuningTask({ writtenTokens: 40 });
  const start = new Map(
    [...task.model.matrices].map(([name, matrix]) => [
      name,
      { ...matrix, start: matrices.get(name) ?? null },
    ]),
  );
  const again = await tune({ ...task, model: { ...task.model, matrices: start } }, hands(1));
  assert.ok(again.figures.before < 0.9 * figures.before, `${again.figures.before}`);
});

void test('codes move where they are told to, and else stay', async () => {
  const codes = ({ matrices }: TunedTensors): number[] =>
    ['q', 'up', 'embedding'].flatMap((name) => Array.from(matrices.get(name)?.codes ?? []));
  const still = await tune(tuningTask({ placeRate: 0 }), hands(1));
  assert.ok(still.figures.after < 0.8 * still.figures.before);
  const untouched = await tune(tuningTask({ placeRate: 0, rate: 0 }), hands(1));
  assert.deepEqual(codes(still.tensors), codes(untouched.tensors));
  const pairs = codes(once.tensors).map((code, i) => Math.abs(code - (codes(still.tensors)[i] ?? NaN)));
  assert.ok(pairs.filter((apart) => apart > 0).length > 10, 'some moved');
  assert.ok(pairs.filter((apart) => apart === 0).length > pairs.length / 2, 'most stayed');
});

void test('codes and tables are within what a package holds', () => {
  for (const [name, { encoding, codes, rowScales, groupScales, groupOffsets, rows, cols }] of once.tensors
    .matrices) {
    const [least, most] = encoding.kind === 'int4Group' ? [-8, 7] : [-127, 127];
    assert.equal(codes.length, rows * cols, name);
    assert.ok(
      codes.every((code) => code >= least && code <= most),
      name,
    );
    assert.equal(rowScales.length, rows, name);
    assert.ok(
      rowScales.every((scale) => scale > 0 && Number.isFinite(scale)),
      name,
    );
    const groups = encoding.group === 0 ? 0 : rows * Math.ceil(cols / encoding.group);
    assert.equal(groupScales.length, groups, name);
    assert.equal(groupOffsets.length, encoding.kind === 'int4Group' ? groups : 0, name);
    assert.ok(
      groupOffsets.every((offset) => offset >= -127),
      name,
    );
  }
});

void test('any number of hands gives the same bits', async () => {
  const expected = numbersOf(once.tensors);
  for (const count of [2, 3, 5]) {
    const { tensors, figures } = await tune(tuningTask(), hands(count));
    assert.deepEqual(numbersOf(tensors), expected, `${count} hands`);
    assert.deepEqual(figures, once.figures);
  }
});

void test('what was interrupted goes on with the same bits, from any state', async () => {
  class Closed extends Error {}
  for (const at of [1, 4]) {
    const store = new MemoryStore();
    store.onPut = () => {
      if (store.puts === at) throw new Closed();
    };
    // The page is closed while a state is being kept: the store has it, and nothing else happens.
    let closed = false;
    const breathe = (): Promise<void> => {
      if (store.puts >= at) closed = true;
      if (closed) throw new Closed();
      return Promise.resolve();
    };
    await assert.rejects(tune(tuningTask(), [new OwnHand(breathe)], { store, keepInterval: 0 }), Closed);
    assert.equal(store.kept.size, 1);
    store.onPut = () => undefined;
    const { tensors, figures } = await tune(tuningTask(), hands(2), { store, keepInterval: 0 });
    assert.equal(figures.resumed, at);
    assert.deepEqual(numbersOf(tensors), numbersOf(once.tensors));
    assert.deepEqual({ ...figures, resumed: 0 }, once.figures);
    assert.equal(store.kept.size, 0, 'what is finished is not kept');
  }
});

void test('states that are damaged or of another task are not gone on from', async () => {
  const store = new MemoryStore();
  const states: TuningState[] = [];
  store.onPut = (state) => states.push(structuredClone(state));
  await tune(tuningTask(), hands(1), { store, keepInterval: 0 });
  const key = tuningKey(tuningTask());
  const [state] = states;
  assert.ok(state !== undefined);
  const loaded = { count: state.values.length, vocabSize: 37 };
  assert.equal(checkedState(state, key, loaded), state);
  const bad: unknown[] = [
    null,
    7,
    {},
    { ...state, key: 'another' },
    { ...state, step: -1 },
    { ...state, step: 1.5 },
    { ...state, values: state.values.subarray(1) },
    { ...state, first: Array.from(state.first) },
    { ...state, second: state.second.map(() => NaN) },
    { ...state, best: null },
    { ...state, best: { ...state.best, loss: NaN } },
    { ...state, before: undefined },
    { ...state, written: [] },
    { ...state, written: [[1, 37]] },
    { ...state, heldOut: [[1, -1]] },
    { ...state, heldOut: 'text' },
  ];
  for (const one of bad)
    assert.equal(checkedState(one, key, loaded), null, JSON.stringify(one)?.slice(0, 80));
  // And a tuning that finds one begins anew.
  store.onPut = () => undefined;
  store.kept.set(key, bad[3]);
  const { figures } = await tune(tuningTask(), hands(1), { store });
  assert.deepEqual(figures, once.figures);
  // Every change of the task makes another key.
  const task = tuningTask();
  const others = [
    tuningTask({ seed: 4 }),
    { ...task, text: { ...task.text, given: [] } },
    { ...task, model: { ...task.model, int8Cache: false } },
    { ...task, model: { ...task.model, tensors: new Map([...task.model.tensors].slice(1)) } },
  ];
  assert.equal(new Set([key, ...others.map(tuningKey)]).size, others.length + 1);
  assert.equal(tuningKey(tuningTask()), key);
});

void test('a store that keeps nothing costs nothing', async () => {
  const refuse = (): Promise<never> => Promise.reject(new Error('full'));
  const store: TuningStore = { get: refuse, put: refuse, delete: refuse };
  const { figures } = await tune(tuningTask(), hands(1), { store, keepInterval: 0 });
  assert.deepEqual(figures, once.figures);
});

void test('it says how far it is, and a fault of a hand ends it', async () => {
  const seen: Progress[] = [];
  await tune(tuningTask(), hands(1), { onProgress: (progress) => seen.push(progress) });
  const tuning = seen.filter(({ stage }) => stage === 'tuning');
  assert.deepEqual([...new Set(seen.map(({ stage }) => stage))], ['generating', 'tuning']);
  assert.ok(tuning.every(({ done, total }, i) => done <= total && done > (tuning[i - 1]?.done ?? 0)));
  const broken: Hand = new OwnHand(atOnce);
  broken.learn = () => Promise.reject(new RangeError('Not enough memory.'));
  await assert.rejects(tune(tuningTask(), [new OwnHand(atOnce), broken]), /Not enough memory/);
});

void test('what the engine has taken is let go, and texts wait for no room', async () => {
  const task = tuningTask();
  const order: string[] = [];
  const hand = new OwnHand(atOnce);
  const write = hand.write.bind(hand);
  const quantize = hand.quantize.bind(hand);
  hand.write = (wanted) => (order.push('write'), write(wanted));
  hand.quantize = (rate) => (order.push('quantize'), quantize(rate));
  await tune(task, [hand]);
  assert.equal(task.model.tensors.size, 0);
  assert.equal(order.at(-1), 'quantize');
  assert.ok(order.length > 1);
});

void test('it ends early when the held-out text is read worse and worse', async () => {
  const { figures } = await tune(tuningTask({ rate: 5, warmUp: 0, patience: 2 }), hands(1));
  assert.equal(figures.steps, 0);
  assert.equal(figures.after, figures.before);
});
