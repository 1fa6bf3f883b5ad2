/** An adapter beside its base model: which tensors of the base it changes, and how. */
import { isFloatDtype } from '../checkpoint/dtype.js';
import type { Checkpoint, TensorInfo } from '../checkpoint/checkpoint.js';
import { MergedCheckpoint, type Change, type PlacedTensor } from '../checkpoint/merged-checkpoint.js';
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { JsonObject } from '../source/strict-json.js';
import type { LoraConfig } from './adapter-config.js';

export { readLoraConfig, withoutBase } from './adapter-config.js';

/** The factors of a change, beside the layer that they change; embeddings have theirs under another name. */
const FACTOR = /^(.+)\.lora_(embedding_)?([AB])(?:\.default)?(?:\.(weight|bias))?$/;

/** The lengths that DoRA learns. */
const MAGNITUDE = /^(.+)\.lora_magnitude_vector(?:\.default)?(?:\.weight)?$/;

/** What PEFT puts into the names of whole tensors that it trained or kept. */
const WRAPPER = /\.(?:base_layer|modules_to_save(?:\.default)?)(?=\.)/;

/** A copy of what was there before. */
const ORIGINAL = /\.original_module\./;

/** Tensors that a model may have or not: the head of a model that had none of its own. */
const HEAD = /(?:^|\.)(?:lm_head|embed_out)\.(?:weight|bias)$/;

/** Weights that transformers keep as `[inputs, outputs]`. */
const CONV1D = /\.c_(?:attn|proj|fc)\.weight$/;

/** Largest rank. It bounds nothing but nonsense: a layer's own size is the most that makes sense. */
const MAX_RANK = 65_536;

/** What an adapter holds of one layer. */
interface Layer {
  isEmbedding: boolean;
  a?: TensorInfo;
  b?: TensorInfo;
  bias?: TensorInfo;
  magnitude?: TensorInfo;
}

/**
 * The base model with the adapter merged into it.
 * @param config of the base model
 * @throws FormatError when they do not belong together; UnsupportedError for tensors that are not merged
 */
export function mergeAdapter(
  base: Checkpoint,
  adapter: Checkpoint,
  lora: LoraConfig,
  config: JsonObject,
): Checkpoint {
  const file = [...adapter.tensors.values()][0]?.file ?? 'adapter_model.safetensors';
  const fail = (problem: string, field: string): FormatError =>
    new FormatError(problem, {
      file,
      field: field.slice(0, 200),
      code: 'mixed-up',
      remedy: `Take the base model that the adapter was trained on${lora.base === null ? '' : `, "${lora.base}"`}.`,
    });
  const { layers, whole } = sorted(adapter, fail);
  const changes = new Map<string, Change>();
  for (const [name, info] of whole) {
    const known = baseName(base, name);
    if (known === null && !HEAD.test(name))
      throw fail('The base model has no tensor of this name.', info.name);
    const target = known ?? name;
    changes.set(target, { name: target, from: { checkpoint: adapter, info } });
  }
  const isConv1d = config.get('model_type') === 'gpt2';
  let embedding: string | null = null;
  for (const [module, layer] of layers) {
    const weight = baseName(base, `${module}.weight`);
    if (weight === null) throw fail('The base model has no layer of this name.', module);
    if (layer.isEmbedding) embedding = weight;
    const from = changes.get(weight)?.from ?? placed(base, weight);
    const isTransposed = layer.isEmbedding || (isConv1d && CONV1D.test(weight));
    const rank = rankOf(module, layer, from.info, isTransposed, fail);
    const at = (info: TensorInfo): PlacedTensor => ({ checkpoint: adapter, info });
    const { a, b, bias, magnitude } = layer as Required<Layer>;
    const scaling = lora.scalingOf(module, rank);
    changes.set(weight, {
      name: weight,
      from,
      product: {
        rank,
        scaling,
        isTransposed,
        a: at(a),
        b: at(b),
        magnitude: layer.magnitude === undefined ? null : at(magnitude),
      },
    });
    if (layer.bias === undefined) continue;
    const name = baseName(base, `${module}.bias`);
    if (name === null) throw fail('The base model has no bias in this layer.', bias.name);
    const before = changes.get(name)?.from ?? placed(base, name);
    if (before.info.shape.join() !== bias.shape.join()) throw fail('Its bias has another length.', bias.name);
    changes.set(name, { name, from: before, sum: { added: at(bias), scaling } });
  }
  const computed = [...changes.values()].filter(
    ({ product, sum }) => product !== undefined || sum !== undefined,
  );
  for (const { from, product, sum } of computed)
    refuseCodes([from, product?.a, product?.b, product?.magnitude, sum?.added]);
  const remarks = { unwrapped: [], doubles: 0, promised: new Map<string, string>(), ...base.remarks };
  // A copy of the embedding as it was before is no head of its own.
  const left =
    embedding === null || config.get('tie_word_embeddings') !== true
      ? []
      : [...base.tensors.keys()].filter(
          (name) => HEAD.test(name) && name.endsWith('weight') && !changes.has(name),
        );
  return new MergedCheckpoint(
    base,
    [...changes.values()],
    { ...remarks, merged: { file, tensors: changes.size } },
    left,
  );
}

/** The adapter's tensors by what they are. */
function sorted(
  adapter: Checkpoint,
  fail: (problem: string, field: string) => FormatError,
): { layers: ReadonlyMap<string, Layer>; whole: ReadonlyMap<string, TensorInfo> } {
  const layers = new Map<string, Layer>();
  const whole = new Map<string, TensorInfo>();
  const layerOf = (module: string): Layer => {
    const layer = layers.get(module) ?? { isEmbedding: false };
    layers.set(module, layer);
    return layer;
  };
  for (const info of adapter.tensors.values()) {
    const factor = FACTOR.exec(info.name);
    const magnitude = MAGNITUDE.exec(info.name)?.[1];
    if (factor !== null) {
      const [, module = '', embedding, which, kind] = factor;
      const layer = layerOf(module);
      layer.isEmbedding ||= embedding !== undefined;
      if (kind === 'bias') {
        if (which !== 'B') throw fail('The adapter has a bias in a place where none belongs.', info.name);
        layer.bias = info;
      } else if (which === 'A') layer.a = info;
      else layer.b = info;
    } else if (magnitude !== undefined) {
      layerOf(magnitude).magnitude = info;
    } else if (/\.(?:lora_|token_adapter\.|trainable_tokens)/.test(info.name)) {
      throw new UnsupportedError('The adapter has a part that is not merged here.', {
        file: info.file,
        field: info.name.slice(0, 200),
        code: 'adapter',
        remedy: 'Merge it once in Python with merge_and_unload() of peft, and save the merged model.',
      });
    } else if (!ORIGINAL.test(info.name)) {
      whole.set(info.name.replace(WRAPPER, ''), info);
    }
  }
  return { layers, whole };
}

/** The name under which the base has a tensor: its own may lack the outermost part, or have one more. */
function baseName(base: Checkpoint, name: string): string | null {
  if (base.tensors.has(name)) return name;
  const inner = name.slice(name.indexOf('.') + 1);
  if (base.tensors.has(inner)) return inner;
  const longer = ['model.', 'transformer.']
    .map((outer) => outer + name)
    .find((other) => base.tensors.has(other));
  return longer ?? null;
}

function placed(checkpoint: Checkpoint, name: string): PlacedTensor {
  return { checkpoint, info: checkpoint.tensors.get(name) as TensorInfo };
}

/** The rank of a layer's change, all its shapes checked. */
function rankOf(
  module: string,
  { a, b, magnitude }: Layer,
  weight: TensorInfo,
  isTransposed: boolean,
  fail: (problem: string, field: string) => FormatError,
): number {
  refuseCodes([{ info: weight }]);
  if (a === undefined || b === undefined)
    throw fail('One of the two factors of its change is missing.', module);
  const [rank = 0, inputs] = a.shape;
  const [outputs, same] = b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || rank !== same || rank < 1 || rank > MAX_RANK)
    throw fail(
      `Its factors of [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not fit together.`,
      module,
    );
  const shape = isTransposed ? [inputs, outputs] : [outputs, inputs];
  if (weight.shape.join() !== shape.join()) {
    throw fail(
      `Its change is one of [${shape.join(', ')}], and the base model's tensor ${weight.name} has [${weight.shape.join(', ')}].`,
      module,
    );
  }
  const length = magnitude?.shape.reduce((product, size) => product * size, 1);
  if (magnitude !== undefined && (length !== outputs || magnitude.shape.length > 2))
    throw fail(`It has ${length} lengths for ${outputs} outputs.`, magnitude.name);
  return rank;
}

function refuseCodes(parts: readonly (Pick<PlacedTensor, 'info'> | null | undefined)[]): void {
  for (const part of parts) {
    if (part === null || part === undefined || isFloatDtype(part.info.dtype)) continue;
    throw new UnsupportedError(`An adapter cannot be merged into weights of ${part.info.dtype}.`, {
      file: part.info.file,
      field: part.info.name.slice(0, 200),
      code: 'quantized',
      remedy: 'Take the base model saved as float16, bfloat16 or float32.',
    });
  }
}
