/**
 * A checkpoint as its model would have been saved: without the names of what training wrapped it in, and with doubles read
 * as F32. Other numbers and names stay what they are.
 */
import { FormatError } from '../shared/errors.js';
import type { Checkpoint, Remarks, TensorInfo } from './checkpoint.js';

/** Parts of names that wrappers put anywhere: torch.compile, fully sharded training, checkpointed activations. */
const WRAPPERS: readonly string[] = ['_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module'];

/** Beginnings that all names have when the wrapper was saved instead of the model: data parallel training, PEFT. */
const BEGINNINGS: readonly string[] = ['module.', 'base_model.model.'];

/** What names of models begin with inside a module of the maker's own, as those that Lightning saves are. */
const INSIDE = /^[A-Za-z_]\w*\.(?:model|transformer|gpt_neox|lm_head|embed_out)\./;

/**
 * The same checkpoint where nothing of this kind is in it.
 * @param promised shards of tensors that an index names and no file holds
 * @throws FormatError when two tensors would have one name
 */
export function plainCheckpoint(
  stored: Checkpoint,
  promised: ReadonlyMap<string, string> = new Map(),
): Checkpoint {
  const { rename, unwrapped } = plainNames([...stored.tensors.keys()]);
  const tensors = new Map<string, TensorInfo>();
  const names = new Map<string, string>();
  let doubles = 0;
  for (const info of stored.tensors.values()) {
    const name = rename(info.name);
    if (tensors.has(name)) {
      throw new FormatError(`Two tensors have this name, with and without ${unwrapped.join(' and ')}.`, {
        file: info.file,
        field: name,
        remedy: 'Save the model again, without the wrappers of its training.',
      });
    }
    const isDouble = info.dtype === 'F64';
    if (isDouble) doubles++;
    tensors.set(name, { ...info, name, ...(isDouble ? { dtype: 'F32', stored: 'F64' } : {}) });
    names.set(name, info.name);
  }
  const remarks: Remarks = {
    unwrapped,
    doubles,
    promised: new Map([...promised].map(([name, shard]) => [rename(name), shard])),
  };
  return new PlainCheckpoint(stored, { tensors, names, remarks });
}

/** How names are made plain, and what is left out of them. */
function plainNames(names: readonly string[]): { rename: (name: string) => string; unwrapped: string[] } {
  const unwrapped = WRAPPERS.filter((part) => names.some((name) => name.split('.').includes(part)));
  const inner = (name: string): string =>
    unwrapped.length === 0
      ? name
      : name
          .split('.')
          .filter((part) => !unwrapped.includes(part))
          .join('.');
  let rest = names.map(inner);
  let begin = '';
  for (;;) {
    const [own] = rest.find((name) => INSIDE.test(name))?.match(/^\w+\./) ?? [];
    const found = [...BEGINNINGS, ...(own === undefined ? [] : [own])].find(
      (beginning) => rest.length > 0 && rest.every((name) => name.startsWith(beginning)),
    );
    if (found === undefined) break;
    begin += found;
    rest = rest.map((name) => name.slice(found.length));
  }
  return {
    rename: (name) => {
      const plain = inner(name);
      return plain.startsWith(begin) ? plain.slice(begin.length) : plain;
    },
    unwrapped: [...unwrapped.map((part) => `${part}.`), ...(begin === '' ? [] : [begin])],
  };
}

class PlainCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly remarks: Remarks;
  readonly #stored: Checkpoint;
  /** Stored names by plain ones. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(
    stored: Checkpoint,
    plain: Pick<Checkpoint, 'tensors'> & { remarks: Remarks; names: ReadonlyMap<string, string> },
  ) {
    this.#stored = stored;
    this.#names = plain.names;
    this.tensors = plain.tensors;
    this.remarks = plain.remarks;
    this.metadata = stored.metadata;
    this.bytes = stored.bytes;
  }

  async readRows(name: string, rowBegin: number, rowEnd: number, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#stored.readRows(this.#nameOf(name), rowBegin, rowEnd, signal);
    return this.#isDouble(name) ? narrowed(bytes, new Uint8Array(bytes.length / 2)) : bytes;
  }

  async readRowsInto(
    target: Uint8Array,
    name: string,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const stored = this.#nameOf(name);
    if (!this.#isDouble(name)) {
      await this.#stored.readRowsInto(target, stored, rowBegin, rowEnd, signal);
      return;
    }
    const bytes = await this.#stored.readRows(stored, rowBegin, rowEnd, signal);
    if (target.length !== bytes.length / 2) {
      throw new RangeError(`${name}: ${bytes.length / 2} bytes do not fit memory of ${target.length}.`);
    }
    narrowed(bytes, target);
  }

  #nameOf(name: string): string {
    const stored = this.#names.get(name);
    if (stored === undefined) throw new RangeError(`There is no tensor ${name}.`);
    return stored;
  }

  #isDouble(name: string): boolean {
    return this.tensors.get(name)?.stored === 'F64';
  }
}

/** Doubles, each as the nearest F32. */
function narrowed(doubles: Uint8Array, floats: Uint8Array): Uint8Array {
  const from = new DataView(doubles.buffer, doubles.byteOffset, doubles.byteLength);
  const to = new DataView(floats.buffer, floats.byteOffset, floats.byteLength);
  for (let at = 0; at < to.byteLength; at += 4) to.setFloat32(at, from.getFloat64(2 * at, true), true);
  return floats;
}
