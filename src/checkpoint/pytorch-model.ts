/**
 * Finds the tensors of a model in what torch.save wrote: alone, or among other things of a training.
 */
import { UnsupportedError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import {
  PickledStorage,
  PickledTensor,
  PickleMap,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from './pickle-values.js';

/** Keys under which a training keeps the model among other things, the likeliest first. */
const MODEL_KEYS = [
  'model',
  'state_dict',
  'model_state_dict',
  'module',
  'net',
  'weights',
  'model_state',
  'model_weights',
  'network',
  'params',
  'ema',
];

/** What is not the model, although there are tensors in it. */
const OTHERS = /optim|sched|scaler|rng|callbacks|loops|metric|loss/i;

/** How deep the model may lie in maps and lists. */
const MOST_DEPTH = 4;

/** Sets of tensors that a message names. */
const SHOWN_SETS = 6;

export const SAVE_AGAIN =
  'Save the weights alone, in Python:\n' +
  '  torch.save(model.state_dict(), "pytorch_model.bin")\n' +
  'or, for a model of transformers, model.save_pretrained("FOLDER").';

/** What of a file is the model, and what is beside it. */
export interface FoundModel {
  readonly model: ReadonlyMap<string, PickledTensor>;
  readonly beside: ReadonlyMap<string, PickleValue>;
  /** Every storage that anything in the file is a part of. */
  readonly storages: ReadonlyMap<string, PickledStorage>;
}

/**
 * The tensors by name, whatever they were saved with.
 * @throws UnsupportedError where there are none, where two sets of them may be meant, and where Python would make them
 */
export function findModel(source: ByteSource, root: PickleValue): FoundModel {
  if (root instanceof PickleObject) throw madeByPython(source, root.name);
  const storages = storagesOf(root);
  if (root instanceof PickleMap) {
    // First among other things: a training also keeps its best loss, which may be a tensor.
    for (const key of MODEL_KEYS) {
      const inner = root.entries.get(key);
      if (inner instanceof PickleObject) throw madeByPython(source, inner.name, key);
      const model = inner instanceof PickleMap ? tensorsOf(source, inner) : null;
      if (model === null || model.size === 0) continue;
      return { model, beside: new Map([...root.entries].filter(([name]) => name !== key)), storages };
    }
    const model = tensorsOf(source, root);
    if (isModel(model)) return { model, beside: new Map(), storages };
  }
  return { model: deeperModel(source, root), beside: new Map(), storages };
}

/** Whether there is a matrix, as no training has one beside its model and optimizer. */
function isModel(tensors: ReadonlyMap<string, PickledTensor>): boolean {
  return [...tensors.values()].some(({ shape }) => shape.length > 1);
}

/** The only set of tensors with a matrix further in, or the only one under a key of models. */
function deeperModel(source: ByteSource, root: PickleValue): ReadonlyMap<string, PickledTensor> {
  const sets: { readonly path: readonly string[]; readonly map: PickleMap }[] = [];
  const seen = new Set<PickleValue>();
  const walk = (value: PickleValue, path: readonly string[]): void => {
    if (seen.has(value)) return;
    if (typeof value === 'object') seen.add(value);
    if (value instanceof PickleMap && isModel(tensorsIn(value))) {
      sets.push({ path, map: value });
      return;
    }
    if (path.length === MOST_DEPTH) return;
    for (const [key, inner] of membersOf(value)) if (!OTHERS.test(key)) walk(inner, [...path, key]);
  };
  walk(root, []);
  const named = sets.filter(({ path }) => MODEL_KEYS.includes(path.at(-1) ?? ''));
  const [only, ...more] = named.length > 0 ? named : sets;
  if (only === undefined) {
    throw new UnsupportedError(
      `It holds no tensors by name, neither at its root nor under ${MODEL_KEYS.slice(0, 3).join(', ')}.`,
      { file: source.name, remedy: SAVE_AGAIN, code: 'pickle' },
    );
  }
  if (more.length > 0) {
    const names = [only, ...more].slice(0, SHOWN_SETS).map(({ path }) => path.join('.').slice(0, 60));
    throw new UnsupportedError(`It holds ${1 + more.length} sets of tensors: ${names.join(', ')}.`, {
      file: source.name,
      remedy: SAVE_AGAIN,
      code: 'pickle',
    });
  }
  return tensorsOf(source, only.map);
}

/** What a map or a list holds, by keys or numbers. */
function membersOf(value: PickleValue): readonly (readonly [string, PickleValue])[] {
  if (value instanceof PickleMap) return [...value.entries];
  const items = value instanceof PickleTuple ? value.items : Array.isArray(value) ? value : [];
  return items.map((item, index) => [String(index), item] as const);
}

/** The error for what only code would make. */
export function madeByPython(source: ByteSource, name: string, field?: string): UnsupportedError {
  return new UnsupportedError(
    `In the place of tensors it holds ${name}, which only Python can make by running code; nothing of a file is run here.`,
    { file: source.name, field, remedy: SAVE_AGAIN, code: 'pickle' },
  );
}

function tensorsIn({ entries }: PickleMap): ReadonlyMap<string, PickledTensor> {
  return new Map(
    [...entries].filter((entry): entry is [string, PickledTensor] => entry[1] instanceof PickledTensor),
  );
}

/** @throws UnsupportedError when there are objects among tensors: a tensor of a kind that is not read */
function tensorsOf(source: ByteSource, map: PickleMap): ReadonlyMap<string, PickledTensor> {
  const tensors = tensorsIn(map);
  if (tensors.size === 0) return tensors;
  for (const [name, value] of map.entries)
    if (value instanceof PickleObject) throw madeByPython(source, value.name, name.slice(0, 200));
  return tensors;
}

/** Every storage that anything in the file is a part of. */
function storagesOf(root: PickleValue): ReadonlyMap<string, PickledStorage> {
  const found = new Map<string, PickledStorage>();
  const seen = new Set<PickleValue>();
  const left: PickleValue[] = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof PickledTensor) found.set(value.storage.key, value.storage);
    else if (value instanceof PickledStorage) found.set(value.key, value);
    else if (value instanceof PickleMap) for (const inner of value.entries.values()) left.push(inner);
    else if (Array.isArray(value)) for (const inner of value) left.push(inner);
    else if (value instanceof PickleTuple) for (const inner of value.items) left.push(inner);
  }
  return found;
}
