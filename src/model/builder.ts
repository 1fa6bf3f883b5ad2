/** Reads decoders by the tables of their families: sizes, heads, positions, embedding and head, and the steps of each block. */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { FunctionKind } from '../schema/kinds.js';
import { show, type ConfigFields } from './config-fields.js';
import type {
  AttentionSpec,
  BlockSpec,
  DecoderModel,
  LinearSpec,
  MlpSpec,
  NormSpec,
  Step,
  TensorRef,
} from './decoder.js';
import { readEmbeddingAndHead } from './embedding.js';
import type {
  AttentionStepTable,
  FamilyTable,
  FamilyTraits,
  MlpStepTable,
  StepTable,
} from './family-table.js';
import type { Family, FamilyReading } from './family.js';
import { readGenerationDefaults, readSpecialIds } from './generation.js';
import { readHeads, type Heads } from './heads.js';
import { MAX_HIDDEN, MAX_LAYERS, MAX_MLP_WIDTH, MAX_POSITIONS } from './limits.js';
import { computeRotary, findRotaryParameters } from './rotary.js';
import { TensorTable } from './tensor-table.js';
import { explainUnknown } from './unknown-tensors.js';
import { checkpointNotes, refuseStoredKinds } from './stored-kinds.js';

/** The family of a table. */
export function buildFamily(family: FamilyTable): Family {
  const { name, label, modelTypes, architectures, baseArchitectures } = family;
  const read = (reading: FamilyReading): Promise<DecoderModel> => readByTable(family, reading);
  return { name, label, modelTypes, architectures, baseArchitectures, read };
}

/**
 * Reads a model. What is wrong with the config is found before what is wrong with the tensors.
 * @throws FormatError when config and tensors are malformed or disagree; UnsupportedError; TransportError
 */
async function readByTable(family: FamilyTable, reading: FamilyReading): Promise<DecoderModel> {
  const { config, generation } = reading;
  const { keys, names, defaults } = family;
  const traits = family.traits(config);
  const table = new TensorTable(reading.checkpoint, config.file);
  refuseStoredKinds(reading);
  const prefix = findPrefix(family, table);
  const mlpFunction = readFunction(family, config);
  const hiddenSize = config.integer(keys.hiddenSize, undefined, { min: 1, max: MAX_HIDDEN });
  const width = config.integer(keys.width, undefined, { min: 1, max: MAX_MLP_WIDTH });
  const layers = readLayerCount(family, config, table, prefix);
  const heads = readHeads(config, family, hiddenSize, () => table.rowsOf(queryName(family, prefix)));
  const epsilon = config.number(keys.normEpsilon, defaults.normEpsilon, { min: 0, max: 1 });
  const rotary = readRotary(family, config, heads.headDim);
  const ends = await readEmbeddingAndHead(reading, family, table, prefix, hiddenSize);
  const vocabSize = ends.embedding.shape[0] ?? 0;

  const tensors = new ModelTensors(family, traits, table, prefix, {
    hiddenSize,
    width,
    function: mlpFunction,
    epsilon,
    ...heads,
  });
  const blocks = Array.from({ length: layers }, (_, layer): BlockSpec => tensors.block(layer));
  const finalNorm = tensors.norm(names.finalNorm);
  const buffers = table.finish((name) => explainUnknown(family.unknown, name, traits, config));
  const ids = readSpecialIds(config, generation, vocabSize, defaults);
  const sampling = readGenerationDefaults(generation);
  return {
    family: family.name,
    architecture: reading.architecture,
    hiddenSize,
    vocabSize,
    maxPositions: rotary.maxPositions,
    embedding: ends.embedding,
    embeddingScale: 1,
    rotaries: [rotary.spec],
    blocks,
    finalNorm,
    head: ends.head,
    bosId: ids.bosId,
    eosIds: ids.eosIds,
    padId: ids.padId,
    generation: sampling.defaults,
    parameters: table.parameters,
    readFrom: {
      file: config.file,
      // A size of the heads that the config does not say follows from two that it says.
      keys: config.isSet(keys.headDim) ? keys : { ...keys, headDim: `${keys.hiddenSize} / ${keys.heads}` },
      endsFile: ids.endsFile,
    },
    notes: [
      ...reading.notes,
      ...checkpointNotes(reading),
      ...rotary.notes,
      ...ends.notes,
      ...(tensors.absentBiases > 0 ? [{ code: 'biases-absent', count: tensors.absentBiases } as const] : []),
      ...(buffers[0] === undefined
        ? []
        : [{ code: 'buffers-recomputed', count: buffers.length, example: buffers[0] } as const]),
      ...ids.notes,
      ...sampling.notes,
    ],
  };
}

/** What the specs of all layers share. */
interface Sizes extends Heads {
  readonly hiddenSize: number;
  readonly width: number;
  readonly function: FunctionKind;
  readonly epsilon: number;
}

/** Takes the tensors of steps from the table, in the order of the steps. */
class ModelTensors {
  /** Biases that the config announces and the checkpoint does not have; transformers computes with zeros. */
  absentBiases = 0;

  constructor(
    private readonly family: FamilyTable,
    private readonly traits: FamilyTraits,
    private readonly table: TensorTable,
    private readonly prefix: string,
    private readonly sizes: Sizes,
  ) {}

  block(layer: number): BlockSpec {
    const at = layerName(this.family, layer);
    return { steps: this.family.steps.map((step) => this.step(step, at)) };
  }

  /** @param name without prefix and `.weight` */
  norm(name: string): NormSpec {
    const { hiddenSize, epsilon } = this.sizes;
    const { norm: kind, normBias, keys } = this.family;
    const take = (part: 'weight' | 'bias'): TensorRef =>
      this.table.take(`${this.prefix}${name}.${part}`, [hiddenSize], keys.hiddenSize);
    return { kind, epsilon, gain: take('weight'), bias: normBias === true ? take('bias') : null };
  }

  private step(step: StepTable, at: string): Step {
    const { reads, writes, adds } = step;
    switch (step.kind) {
      case 'norm':
        return { kind: 'norm', norm: this.norm(at + step.name), reads, writes, adds };
      case 'attention':
        return { kind: 'attention', attention: this.attention(step, at), reads, writes, adds };
      case 'mlp':
        return { kind: 'mlp', mlp: this.mlp(step, at), reads, writes, adds };
    }
  }

  private attention(names: AttentionStepTable, at: string): AttentionSpec {
    const { hiddenSize, heads, kvHeads, headDim } = this.sizes;
    const { keys } = this.family;
    const linear = (name: string, rows: number, columns: number, claim: string): LinearSpec =>
      this.linear(at + name, rows, columns, this.traits.attentionBias, claim);
    return {
      heads,
      kvHeads,
      headDim,
      scale: 1 / Math.sqrt(headDim),
      window: this.traits.window,
      position: { kind: 'rotary', table: 0 },
      query: linear(names.query, heads * headDim, hiddenSize, keys.heads),
      key: linear(names.key, kvHeads * headDim, hiddenSize, keys.kvHeads),
      value: linear(names.value, kvHeads * headDim, hiddenSize, keys.kvHeads),
      output: linear(names.output, hiddenSize, heads * headDim, keys.heads),
    };
  }

  private mlp(names: MlpStepTable, at: string): MlpSpec {
    const { hiddenSize, width, function: between } = this.sizes;
    const { keys } = this.family;
    const linear = (name: string, rows: number, columns: number): LinearSpec =>
      this.linear(at + name, rows, columns, this.traits.mlpBias, `${keys.hiddenSize} and ${keys.width}`);
    return {
      kind: names.mlp,
      function: between,
      width,
      gate: names.gate === undefined ? null : linear(names.gate, width, hiddenSize),
      up: linear(names.up, width, hiddenSize),
      down: linear(names.down, hiddenSize, width),
    };
  }

  private linear(name: string, rows: number, columns: number, hasBias: boolean, claim: string): LinearSpec {
    const weight = this.table.take(`${this.prefix}${name}.weight`, [rows, columns], claim);
    const bias = `${this.prefix}${name}.bias`;
    if (!hasBias) return { weight, bias: null };
    if (this.table.has(bias)) return { weight, bias: this.table.take(bias, [rows], claim) };
    this.absentBiases++;
    return { weight, bias: null };
  }
}

function layerName({ names }: FamilyTable, layer: number): string {
  return `${names.layers}.${layer}.`;
}

/** The prefix under which the model is stored, told by tensors that every model of the family has. */
function findPrefix(family: FamilyTable, table: TensorTable): string {
  const { names, steps } = family;
  const norm = steps.find((step) => step.kind === 'norm');
  const first = norm === undefined ? [] : [`${layerName(family, 0)}${norm.name}.weight`];
  return table.findPrefix(names.prefixes, [...first, `${names.embedding}.weight`]) ?? names.prefixes[0] ?? '';
}

function queryName(family: FamilyTable, prefix: string): string {
  const attention = family.steps.find((step) => step.kind === 'attention');
  return `${prefix}${layerName(family, 0)}${attention?.query ?? ''}.weight`;
}

/** @throws UnsupportedError for a function that the family does not have */
function readFunction({ keys, defaults, functions }: FamilyTable, config: ConfigFields): FunctionKind {
  const spelling = config.optionalText(keys.function) ?? defaults.function;
  const known = Object.hasOwn(functions, spelling) ? functions[spelling] : undefined;
  if (known !== undefined) return known;
  const computed = [...new Set(Object.values(functions))].join(' and ');
  throw new UnsupportedError(`The activation is ${show(spelling)}.`, {
    file: config.file,
    field: keys.function,
    code: 'family',
    remedy: `Only ${computed} is computed for this family; use a model with it.`,
  });
}

function readLayerCount(
  { keys, names }: FamilyTable,
  config: ConfigFields,
  table: TensorTable,
  prefix: string,
): number {
  const layers = config.integer(keys.layers, undefined, { min: 1, max: MAX_LAYERS });
  const stored = table.countNumbered(`${prefix}${names.layers}.`);
  if (layers === stored) return layers;
  throw new FormatError(`It says ${layers} layers, but the weights have ${stored}.`, {
    file: config.file,
    field: keys.layers,
    remedy: 'Take config and weights from the same model.',
    code: 'mixed-up',
  });
}

function readRotary(
  { keys, defaults }: FamilyTable,
  config: ConfigFields,
  headDim: number,
): ReturnType<typeof computeRotary> {
  const maxPositions = config.integer(keys.maxPositions, defaults.maxPositions, {
    min: 1,
    max: MAX_POSITIONS,
  });
  const parameters = findRotaryParameters(config);
  if (parameters.partialFactor !== 1) {
    // Releases of transformers differ here: some ignore the key for this family, some fail on it.
    throw new UnsupportedError(
      `Only a part of each head rotates (${parameters.partialFactor}), which this family does not have.`,
      {
        file: config.file,
        field: 'partial_rotary_factor',
        remedy: 'Remove the key if the model was trained with whole heads rotating.',
      },
    );
  }
  return computeRotary(config, parameters, { dim: headDim, maxPositions });
}
