/** Reads decoders by the tables of their families: sizes, heads, positions, embedding and head, and the steps of each block. */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { FunctionKind } from '../schema/kinds.js';
import { BlockBuilder, layerName, stepsOfLayer } from './block-builder.js';
import { show, type ConfigFields } from './config-fields.js';
import type { DecoderModel, TensorRef } from './decoder.js';
import { readEmbeddingAndHead } from './embedding.js';
import type { FamilyTable, FamilyTraits, StepTable } from './family-table.js';
import type { Family, FamilyReading } from './family.js';
import { readGenerationDefaults, readSpecialIds } from './generation.js';
import { readHeads } from './heads.js';
import { MAX_HIDDEN, MAX_LAYERS, MAX_MLP_WIDTH, MAX_POSITIONS } from './limits.js';
import { fusedRows } from './projection-rows.js';
import { readRotaries } from './rotaries.js';
import { storedFamily, storedTraits } from './stored-layout.js';
import { TensorTable } from './tensor-table.js';
import { explainUnknown } from './unknown-tensors.js';
import { checkpointNotes, refuseStoredKinds } from './stored-kinds.js';

/** The family of a table. */
export function buildFamily(family: FamilyTable): Family {
  const { name, label, modelTypes, architectures, baseArchitectures, defaults } = family;
  const read = (reading: FamilyReading): Promise<DecoderModel> => readByTable(family, reading);
  const isTied = defaults.tied ?? false;
  return { name, label, modelTypes, architectures, baseArchitectures, isTied, table: family, read };
}

/**
 * Reads a model. What is wrong with the config is found before what is wrong with the tensors.
 * @throws FormatError when config and tensors are malformed or disagree; UnsupportedError; TransportError
 */
async function readByTable(usual: FamilyTable, reading: FamilyReading): Promise<DecoderModel> {
  const { generation } = reading;
  const family = storedFamily(usual, reading.layout);
  const { keys, defaults, aliases = {} } = family;
  const config = reading.config.withAliases(aliases);
  const table = new TensorTable(reading.checkpoint, config.file);
  refuseStoredKinds(reading);
  const prefix = findPrefix(family, table);
  const first = prefix + layerName(family, 0);
  const traits = storedTraits(
    family.traits({ config, stores: (name) => table.has(first + name) }),
    reading.layout,
  );
  const mlpFunction = readFunction(family, config);
  const hiddenSize = config.integer(keys.hiddenSize, undefined, { min: 1, max: MAX_HIDDEN });
  const said = config.integer(keys.width, defaults.width?.(hiddenSize), { min: 1, max: MAX_MLP_WIDTH });
  const width = traits.width?.(said) ?? said;
  const layers = readLayerCount(family, config, table, prefix);
  const heads = readHeads(config, family, traits, hiddenSize, (sizes) =>
    queryRows(family, traits, table, prefix, { layers, ...sizes }),
  );
  const epsilon = config.number(keys.normEpsilon, defaults.normEpsilon, { min: 0, max: 1 });
  const longest = config.integer(keys.maxPositions, defaults.maxPositions, { min: 1, max: MAX_POSITIONS });
  const rotation = readRotaries(config, traits, heads.headDim, longest);
  const ends = await readEmbeddingAndHead({ ...reading, config }, family, traits, table, prefix, hiddenSize);
  const vocabSize = ends.embedding.shape[0] ?? 0;
  const positions = takePositions(family, traits, table, prefix, [longest, hiddenSize]);

  const builder = new BlockBuilder(family, traits, table, prefix, {
    layers,
    hiddenSize,
    width,
    function: mlpFunction,
    epsilon,
    rotaries: rotation.specs,
    ...heads,
  });
  const { blocks, finalNorm } = builder.build();
  const buffers = table.finish((name) => explainUnknown(family.unknown, name, traits, config));
  const ids = readSpecialIds(config, generation, vocabSize, defaults);
  const sampling = readGenerationDefaults(generation);
  return {
    family: family.name,
    architecture: reading.architecture,
    hiddenSize,
    vocabSize,
    maxPositions: rotation.maxPositions,
    // Learned positions end where they end.
    ...(rotation.longer === undefined || positions !== null ? {} : { longer: rotation.longer }),
    embedding: ends.embedding,
    embeddingScale: traits.embeddingScale?.(hiddenSize) ?? 1,
    ...(ends.projections === undefined ? {} : { projections: ends.projections }),
    positions,
    rotaries: rotation.specs,
    blocks,
    finalNorm,
    head: ends.head,
    logitScale: traits.logitScale ?? 1,
    logitCap: traits.logitCap ?? null,
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
      ...rotation.notes,
      ...ends.notes,
      ...(builder.absentBiases > 0 ? [{ code: 'biases-absent', count: builder.absentBiases } as const] : []),
      ...(buffers[0] === undefined
        ? []
        : [{ code: 'buffers-recomputed', count: buffers.length, example: buffers[0] } as const]),
      ...ids.notes,
      ...sampling.notes,
    ],
  };
}

/** The prefix under which the model is stored, told by tensors that every model of the family has. */
function findPrefix(family: FamilyTable, table: TensorTable): string {
  const { names } = family;
  const first = `${layerName(family, 0)}${lastMatrix(family.steps)}.weight`;
  return table.findPrefix(names.prefixes, [first, `${names.embedding}.weight`]) ?? names.prefixes[0] ?? '';
}

/** A tensor that every block has. */
function lastMatrix(steps: readonly StepTable[]): string {
  return steps.find((step) => step.kind === 'mlp')?.down ?? '';
}

/**
 * Rows of the query of the first layer that attends, as far as its own or the fused matrix tells them.
 * @returns `null` when no layer attends
 */
function queryRows(
  family: FamilyTable,
  traits: FamilyTraits,
  table: TensorTable,
  prefix: string,
  { layers, ...sizes }: { readonly layers: number; readonly heads: number; readonly kvHeads: number },
): number | null {
  for (let layer = 0; layer < layers; layer++) {
    const attention = stepsOfLayer(family, traits, layer).find((step) => step.kind === 'attention');
    if (attention === undefined) continue;
    const name = `${prefix}${layerName(family, layer)}${attention.fused ?? attention.query}.weight`;
    const rows = table.lengthOf(name, family.transposed === true ? 1 : 0);
    if (attention.fused === undefined) return rows;
    return (rows * sizes.heads) / fusedRows({ ...sizes, headDim: 1 });
  }
  return null;
}

function takePositions(
  { names, keys }: FamilyTable,
  { learned }: FamilyTraits,
  table: TensorTable,
  prefix: string,
  [longest = 0, hiddenSize = 0]: readonly number[],
): TensorRef | null {
  if (learned === undefined) return null;
  const { offset } = learned;
  const name = `${prefix}${names.positions ?? ''}.weight`;
  const claim = `${keys.maxPositions} and ${keys.hiddenSize}`;
  if (offset === 0) return table.take(name, [longest, hiddenSize], claim);
  const view = { rows: { begin: offset, end: offset + longest } };
  const ref = table.take(name, [longest + offset, hiddenSize], claim, view);
  // The rows before it are of what has no position.
  table.ignore(name);
  return ref;
}

/** @throws UnsupportedError for a function that the family does not have */
function readFunction({ keys, defaults, functions }: FamilyTable, config: ConfigFields): FunctionKind {
  const spelling = config.optionalText(keys.function) ?? defaults.function;
  const known = Object.hasOwn(functions, spelling) ? functions[spelling] : undefined;
  if (known !== undefined) return known;
  const computed = [...new Set(Object.values(functions))].join(', ');
  throw new UnsupportedError(`The activation is ${show(spelling)}.`, {
    file: config.file,
    field: keys.function,
    code: 'family',
    remedy: `Computed are ${computed}; use a model with one of them.`,
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
