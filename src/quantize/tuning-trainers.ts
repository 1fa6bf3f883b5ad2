/** Original and quantized model in the gradient engine, and what becomes of the quantized one. */
import type { Encoding } from '../schema/encodings.js';
import { type Trainer, TrainerDraft } from './training.js';
import type { GridValues, TrainingGrid } from './training-types.js';
import type { GridMatrix, TunedTensors } from './tuned.js';
import type { BareModel, TuningMatrix, TuningModel } from './tuning-types.js';

/** Offsets count in so many row scales. */
const OFFSET_STEP = 8;

/** Bytes that cross into the engine at once: what they take there on the way is never given back. */
const PIECE = 2 ** 20;

/** The model as it is, on its way into the engine: tensor by tensor. */
export class OriginalDraft {
  readonly #draft: TrainerDraft;
  readonly #matrices: TuningModel['matrices'];

  constructor({ description, matrices }: BareModel) {
    this.#draft = new TrainerDraft(description);
    this.#matrices = matrices;
  }

  /** Takes all elements of a tensor. @throws as {@link TrainerDraft.addRows} */
  supply(name: string, bytes: Uint8Array): void {
    const { rows } = this.#matrices.get(name) ?? { rows: 1 };
    const rowBytes = bytes.length / rows;
    const piece = Math.max(1, Math.floor(PIECE / rowBytes)) * rowBytes;
    for (let at = 0; at < bytes.length; at += piece)
      this.#draft.addRows(name, bytes.subarray(at, at + piece));
  }

  begin(): Trainer {
    for (const name of this.#draft.tensorNames) this.#draft.freeze(name);
    return this.#draft.begin();
  }

  dispose(): void {
    this.#draft.dispose();
  }
}

/**
 * The model on its grids, with the rounding of its inputs and its cache: scales, offsets, gains and biases are trained, and
 * with `movesCodes` the codes of 4 bits as well.
 * @param original the model as it is, which has what its codes do not say
 */
export function quantizedTrainer(model: BareModel, movesCodes: boolean, original: Trainer): Trainer {
  const draft = new TrainerDraft(model.description);
  const known = new Set<string>();
  for (const [name, matrix] of model.matrices) {
    const grid = gridOf(matrix.encoding, movesCodes);
    if (grid === null) draft.freeze(name);
    else if (matrix.start === null) draft.quantize(name, grid);
    else draft.quantize(name, grid, startValues(matrix.start));
    draft.setInput(name, matrix.input);
    if (grid !== null && matrix.start !== null && (grid.follows ?? 'nothing') === 'nothing') known.add(name);
  }
  for (const name of draft.tensorNames) {
    if (!model.matrices.has(name) && !model.vectors.includes(name)) draft.freeze(name);
    if (!known.has(name)) draft.takeOver(name, original);
  }
  draft.setInt8Cache(model.int8Cache);
  return draft.begin();
}

/** The same for a model whose codes the engine has. */
export function withoutCodes<Model extends BareModel>(model: Model): Model {
  const matrices = [...model.matrices].map(([name, matrix]) => [name, { ...matrix, start: null }] as const);
  return { ...model, matrices: new Map(matrices) };
}

/** The grid of an encoding; `null` for numbers. */
function gridOf({ kind, group }: Encoding, movesCodes: boolean): TrainingGrid | null {
  const columns = { columns: group };
  switch (kind) {
    case 'float32':
      return null;
    case 'int8Tensor':
      return { bits: 8, sharing: 'tensor' };
    case 'int8Channel':
      return { bits: 8, sharing: 'row' };
    case 'int8Group':
      return { bits: 8, sharing: columns };
    case 'int8GroupU8':
      return { bits: 8, sharing: columns, whole: true };
    case 'int4Group':
      return {
        bits: 4,
        sharing: columns,
        minimum: true,
        whole: true,
        follows: movesCodes ? 'places' : 'nothing',
      };
  }
}

/** Whether a matrix of an encoding can be handed over on its grid. */
export function isTunable({ kind }: Encoding): boolean {
  return kind === 'int8Channel' || kind === 'int8GroupU8' || kind === 'int4Group';
}

/** Scales and offsets as numbers. */
function startValues({ rows, codes, rowScales, groupScales, groupOffsets }: GridMatrix): GridValues {
  if (groupScales.length === 0) return { codes, scales: rowScales, minimums: new Float32Array(0) };
  const perRow = groupScales.length / rows;
  const rowScale = (group: number): number => rowScales[Math.floor(group / perRow)] ?? 0;
  return {
    codes,
    scales: Float32Array.from(groupScales, (scale, i) => rowScale(i) * scale),
    minimums: Float32Array.from(groupOffsets, (offset, i) => rowScale(i) * OFFSET_STEP * offset),
  };
}

/** Sets the learning rate of each run of trained numbers by the size of what is there now. */
export function setRates(trainer: Trainer, placeRate: number): void {
  const sizes = trainer.runs.map(({ begin, length }) => meanMagnitude(trainer.values, begin, length));
  trainer.runs.forEach(({ name, part }, i) => {
    const scales = trainer.runs.findIndex((run) => run.name === name && run.part === 'scales');
    const size = sizes[scales < 0 ? i : scales] ?? 0;
    if (part === 'minimums') trainer.setRate(i, 2 * size, false);
    else trainer.setRate(i, part === 'values' && scales >= 0 ? placeRate : size, false);
  });
}

function meanMagnitude(values: Float32Array, begin: number, length: number): number {
  let sum = 0;
  for (let i = begin; i < begin + length; i += 1) sum += Math.abs(values[i] ?? 0);
  return sum / length;
}

/** What the quantizer packs. */
export function tunedTensors(trainer: Trainer, matrices: TuningModel['matrices']): TunedTensors {
  const found = new Map<string, GridMatrix>();
  const vectors = new Map<string, Float32Array>();
  for (const { name, part } of trainer.runs) {
    const matrix = matrices.get(name);
    if (matrix === undefined) {
      if (part === 'values') vectors.set(name, trainer.tensor(name));
    } else if (isTunable(matrix.encoding) && !found.has(name)) {
      found.set(name, gridMatrix(trainer, name, matrix));
    }
  }
  return { matrices: found, vectors };
}

function gridMatrix(trainer: Trainer, name: string, { rows, cols, encoding }: TuningMatrix): GridMatrix {
  const grid = trainer.grid(name);
  if (grid === null) throw new RangeError(`${name} is on no grid.`);
  const { codes, scales } = grid;
  const whole = trainer.tables(name);
  const isWhole = whole.rows.length > 0;
  return {
    encoding,
    rows,
    cols,
    codes,
    rowScales: isWhole ? whole.rows : scales,
    groupScales: whole.scales,
    groupOffsets: whole.minimums,
  };
}
