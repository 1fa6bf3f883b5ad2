/** The sections that describe a model, from the decoder and its plan: every record field by field. */
import { numberedSteps, type DecoderModel, type NumberedStep, type PositionSpec } from '../model/decoder.js';
import { takesScoreScale } from '../plan/layout.js';
import type { Plan } from '../plan/plan.js';
import { isQuantized } from '../plan/scheme.js';
import { ENCODING } from '../schema/encodings.js';
import {
  CONFIG,
  NONE,
  SAMPLING,
  SAMPLING_RANGES,
  STEP_BODY,
  STEP_BYTES,
  STEP_HEAD,
  TENSOR,
} from '../schema/package.js';
import { writeRecord, type RecordValues } from '../schema/record.js';
import { ROLE } from '../schema/roles.js';
import type { Sampling } from '../shared/sampling.js';
import type { TensorPlace } from './places.js';
import { viewOf } from './sections.js';

/** Parts of a package besides its weights. */
export interface PackageParts {
  readonly model: DecoderModel;
  readonly plan: Plan;
  /** TOKN section, `null` for a model without a tokenizer. */
  readonly tokenizer: Uint8Array | null;
  /** CHAT section, `null` for a model that continues text. */
  readonly chat: Uint8Array | null;
  /** GRAM section; without it the model may say anything. */
  readonly grammar?: Uint8Array | undefined;
  /** ACTN section; without it answers act on nothing. */
  readonly actions?: Uint8Array | undefined;
  /** Ids that end a generation; default the model's end tokens. */
  readonly stopIds?: readonly number[];
  /** Static scale of each matrix's input by tensor name; absent or 0 for dynamic. */
  readonly activationScales?: ReadonlyMap<string, number>;
  /** META section: strings for people. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Those that describe the model. */
export type DescriptionParts = Pick<PackageParts, 'model' | 'plan' | 'stopIds' | 'activationScales'>;

export interface EncodedDescription {
  readonly config: Uint8Array;
  readonly steps: Uint8Array;
  readonly tensors: Uint8Array;
  readonly sampling: Uint8Array;
}

/** @throws RangeError naming the section and field for what no record can hold */
export function encodeDescription(
  parts: DescriptionParts,
  places: readonly TensorPlace[],
): EncodedDescription {
  return {
    config: named('CONF', () => encodeConfig(parts)),
    steps: encodeSteps(parts),
    tensors: encodeDirectory(parts, places),
    sampling: named('SAMP', () => encodeSampling(parts)),
  };
}

/** Puts the name of the section or record before the field that is to blame. */
function named<T>(place: string, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${place} ${error.message}`, { cause: error });
    throw error;
  }
}

function encodeConfig({ model, plan }: DescriptionParts): Uint8Array {
  const bytes = new Uint8Array(CONFIG.bytes);
  const config: RecordValues<typeof CONFIG> = {
    hiddenSize: model.hiddenSize,
    layers: model.blocks.length,
    vocabSize: model.vocabSize,
    context: plan.context,
    maxBatch: plan.maxBatch,
    cache: plan.scheme.cache,
    activations: !isQuantized(plan.scheme)
      ? 'float32'
      : plan.scheme.activations === 'static'
        ? 'static'
        : 'dynamic',
    bosId: model.bosId ?? NONE,
    finalNorm: model.finalNorm.kind,
    finalNormEpsilon: model.finalNorm.epsilon,
    embeddingScale: model.embeddingScale,
    logitScale: model.logitScale,
    rotaryTables: model.rotaries.length,
    logitCap: model.logitCap ?? 0,
    embeddingSize: model.projections?.width ?? 0,
  };
  writeRecord(CONFIG, config, viewOf(bytes), 0);
  return bytes;
}

function encodeSteps({ model, plan }: DescriptionParts): Uint8Array {
  const steps = numberedSteps(model);
  const bytes = new Uint8Array(STEP_BYTES * steps.length);
  for (const numbered of steps) {
    named(`STEP ${numbered.index}`, () => encodeStep(numbered, model, plan, viewOf(bytes)));
  }
  return bytes;
}

function encodeStep(
  { index, layer, step }: NumberedStep,
  model: DecoderModel,
  plan: Plan,
  view: DataView,
): void {
  const { kind, reads, writes, adds } = step;
  const at = STEP_BYTES * index;
  const body = at + STEP_HEAD.bytes;
  writeRecord(STEP_HEAD, { layer, kind, reads, writes, adds: adds ? 1 : 0 }, view, at);
  switch (step.kind) {
    case 'norm': {
      const { kind: norm, epsilon } = step.norm;
      writeRecord(STEP_BODY.norm, { norm, epsilon }, view, body);
      break;
    }
    case 'attention': {
      const { heads, kvHeads, headDim, window, position, scale, scoreCap, clip, headNorm } = step.attention;
      const attention: RecordValues<typeof STEP_BODY.attention> = {
        heads,
        kvHeads,
        headDim,
        window: window ?? 0,
        ...encodePosition(position, model),
        scoreScale: takesScoreScale(plan.fusions, step.attention) ? 1 : scale,
        scoreCap: scoreCap ?? 0,
        clip: clip ?? 0,
        headNorm: headNorm?.over ?? 'none',
        headNormKind: headNorm?.kind ?? 'rms',
        headNormTurned: headNorm?.turned === true ? 1 : 0,
        headNormEpsilon: headNorm?.epsilon ?? 0,
      };
      writeRecord(STEP_BODY.attention, attention, view, body);
      break;
    }
    case 'mlp': {
      const { kind: mlp, function: between, width } = step.mlp;
      writeRecord(STEP_BODY.mlp, { mlp, function: between, width }, view, body);
      break;
    }
    case 'conv':
      writeRecord(STEP_BODY.conv, { taps: step.conv.taps.length }, view, body);
      break;
  }
}

function encodePosition(
  position: PositionSpec,
  { rotaries }: DecoderModel,
): Pick<RecordValues<typeof STEP_BODY.attention>, 'position' | 'rotaryTable' | 'rotaryDim'> {
  switch (position.kind) {
    case 'none':
    case 'alibi':
      return { position: position.kind, rotaryTable: NONE, rotaryDim: 0 };
    case 'rotary':
      return {
        position: 'rotary',
        rotaryTable: position.table,
        rotaryDim: rotaries[position.table]?.dim ?? 0,
      };
  }
}

function encodeDirectory(
  { plan, activationScales }: DescriptionParts,
  places: readonly TensorPlace[],
): Uint8Array {
  const bytes = new Uint8Array(TENSOR.bytes * plan.tensors.length);
  for (const [record, { tensor, placement, rest }] of plan.tensors.entries()) {
    const { dataOffset, tableOffsets, tablesEnd } = places[record] as TensorPlace;
    const tablesOffset = tableOffsets[0] ?? NONE;
    const values: RecordValues<typeof TENSOR> = {
      role: ROLE[tensor.role].code,
      index: tensor.index,
      encoding: ENCODING[tensor.encoding.kind].code,
      placement,
      input: tensor.input,
      rows: tensor.rows,
      cols: tensor.cols,
      rowBytes: tensor.rowBytes,
      group: tensor.encoding.group,
      dataOffset,
      dataLength: tensor.dataBytes,
      tablesOffset,
      tablesLength: tablesOffset === NONE ? 0 : tablesEnd - tablesOffset,
      activationScale: activationScales?.get(tensor.name) ?? 0,
      placedRows: rest === undefined ? 0 : tensor.rows - rest.rows,
      restPlacement: rest?.placement ?? 'flash',
    };
    named(`TDIR ${tensor.name}`, () => writeRecord(TENSOR, values, viewOf(bytes), TENSOR.bytes * record));
  }
  return bytes;
}

/** Below, a top-p chooses the likeliest token alone. */
const SMALLEST_TOP_P = 1e-6;

/** Files ask for what no sampler distinguishes from the nearest value that the engine takes. */
export function deviceSampling(generation: DecoderModel['generation']): Sampling {
  const temperature = generation.temperature ?? 1;
  const [leastPenalty, mostPenalty] = SAMPLING_RANGES.repetitionPenalty;
  return {
    doSample: generation.doSample,
    temperature: temperature < SAMPLING_RANGES.temperature[0] ? 0 : temperature,
    topK: generation.topK ?? 0,
    topP: Math.max(generation.topP ?? 1, SMALLEST_TOP_P),
    minP: generation.minP ?? 0,
    repetitionPenalty: Math.min(mostPenalty, Math.max(leastPenalty, generation.repetitionPenalty ?? 1)),
    maxNewTokens: generation.maxNewTokens ?? 0,
  };
}

function encodeSampling({ model, stopIds }: DescriptionParts): Uint8Array {
  const stops = stopIds ?? model.eosIds;
  const bytes = new Uint8Array(SAMPLING.bytes + 4 * stops.length);
  const view = viewOf(bytes);
  const { doSample, ...others } = deviceSampling(model.generation);
  const sampling: RecordValues<typeof SAMPLING> = {
    doSample: doSample ? 1 : 0,
    ...others,
    stopIds: stops.length,
  };
  writeRecord(SAMPLING, sampling, view, 0);
  stops.forEach((id, index) => view.setUint32(SAMPLING.bytes + 4 * index, id, true));
  return bytes;
}
