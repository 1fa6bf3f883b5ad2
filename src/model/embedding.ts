/** Embedding and head, whichever of the two are stored. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { rowBlocks } from '../checkpoint/row-blocks.js';
import type { Note } from './notes.js';
import type { EmbeddingProjections, LinearSpec, TensorRef } from './decoder.js';
import type { FamilyTable, FamilyTraits, ProjectedTable } from './family-table.js';
import type { FamilyReading } from './family.js';
import { MAX_VOCAB } from './limits.js';
import type { TensorTable } from './tensor-table.js';

/** Bytes compared at a time when a head is said to be a copy. */
const COMPARE_BYTES = 1024 * 1024;

export interface EmbeddingAndHead {
  readonly embedding: TensorRef;
  /** `undefined`: embeddings are of the hidden size. */
  readonly projections: EmbeddingProjections | undefined;
  /** `null`: tied to the embedding. */
  readonly head: LinearSpec | null;
  readonly notes: readonly Note[];
}

/**
 * Takes them from the table.
 * @throws FormatError when one that must be there is missing or has another shape; TransportError
 */
export async function readEmbeddingAndHead(
  { config, checkpoint, signal }: FamilyReading,
  { keys, names, defaults }: Pick<FamilyTable, 'keys' | 'names' | 'defaults'>,
  { headBias = false, projected }: Pick<FamilyTraits, 'headBias' | 'projected'>,
  table: TensorTable,
  prefix: string,
  hiddenSize: number,
): Promise<EmbeddingAndHead> {
  const embeddingName = `${prefix}${names.embedding}.weight`;
  const head = names.head.find((name) => table.has(`${name}.weight`)) ?? names.head[0] ?? '';
  const headName = `${head}.weight`;
  const stored = table.shapeOf(embeddingName) ?? table.shapeOf(headName);
  const vocabSize = config.integer(keys.vocabSize, stored?.[0] ?? 0, { min: 1, max: MAX_VOCAB });
  const shape = [vocabSize, projected?.width ?? hiddenSize];
  const claim = `${keys.vocabSize} and ${projected?.key ?? keys.hiddenSize}`;
  const tied = config.boolean(keys.tied, defaults.tied ?? false);
  const projections = projected && takeProjections(projected, table, prefix, hiddenSize, keys.hiddenSize);

  if (!table.has(embeddingName) && table.has(headName) && tied) {
    return { embedding: table.take(headName, shape, claim), projections, head: null, notes: [] };
  }
  const embedding = table.take(embeddingName, shape, claim);
  if (!table.has(headName)) {
    return { embedding, projections, head: null, notes: tied ? [] : [{ code: 'head-absent' }] };
  }
  if (tied && (await sameBytes(checkpoint, embeddingName, headName, signal))) {
    table.ignore(headName);
    return { embedding, projections, head: null, notes: [] };
  }
  // As transformers has it since version 5: what is stored counts, not the key.
  const weight = table.take(headName, shape, claim);
  const bias = headBias ? table.take(`${head}.bias`, [vocabSize], keys.vocabSize) : null;
  return { embedding, projections, head: { weight, bias }, notes: tied ? [{ code: 'head-differs' }] : [] };
}

function takeProjections(
  { width, key, into, out }: ProjectedTable,
  table: TensorTable,
  prefix: string,
  hiddenSize: number,
  hiddenKey: string,
): EmbeddingProjections {
  const take = (name: string, shape: readonly number[]): TensorRef =>
    table.take(`${prefix}${name}.weight`, shape, `${key} and ${hiddenKey}`);
  return { width, into: take(into, [hiddenSize, width]), out: take(out, [width, hiddenSize]) };
}

async function sameBytes(
  checkpoint: Checkpoint,
  first: string,
  second: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const [a, b] = [checkpoint.tensors.get(first), checkpoint.tensors.get(second)];
  if (a === undefined || b === undefined || a.dtype !== b.dtype || String(a.shape) !== String(b.shape))
    return false;
  const others = rowBlocks(checkpoint, second, { bytesPerBlock: COMPARE_BYTES, signal });
  try {
    for await (const block of rowBlocks(checkpoint, first, { bytesPerBlock: COMPARE_BYTES, signal })) {
      const other = await others.next();
      if (other.done === true || !equal(block.bytes, other.value.bytes)) return false;
    }
    return true;
  } finally {
    await others.return();
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
