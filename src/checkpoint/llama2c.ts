/**
 * Checkpoints of llama2.c: a header of sizes and the weights in a fixed order, in F32 or, in version 2, in INT8 with a scale
 * for each group. Format: https://github.com/karpathy/llama2.c/blob/master/export.py (versions 0 to 2).
 */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import type { Checkpoint, TensorInfo } from './checkpoint.js';
import { ComputedCheckpoint, type ComputedTensor, type StoredRows } from './computed-checkpoint.js';

/** Sizes in the header. */
export interface Llama2cHeader {
  /** 0: before there was a magic number. */
  readonly version: 0 | 1 | 2;
  readonly hiddenSize: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabSize: number;
  /** Positions. */
  readonly context: number;
  /** The head is the embedding. */
  readonly tied: boolean;
  /** Elements that share a scale; 0 for F32. */
  readonly group: number;
}

const HEADER_BYTES = 256;
const OLD_HEADER_BYTES = 28;

/** "ak42" */
const MAGIC = 0x616b3432;

/** No size in a header is larger, so that products stay exact and a file of anything else is not taken for a model. */
const MOST = 1 << 24;

/**
 * The header of a file, `null` when it is none of these: the sizes must fit together.
 * @throws FormatError for a file whose sizes do not give its length to the byte; UnsupportedError for another version;
 *   TransportError
 */
export async function readLlama2cHeader(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<Llama2cHeader | null> {
  if (source.size < HEADER_BYTES) return null;
  const bytes = await source.read(0, HEADER_BYTES, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hasMagic = view.getUint32(0, true) === MAGIC;
  const version = hasMagic ? view.getInt32(4, true) : 0;
  if (version !== 0 && version !== 1 && version !== 2) throw unknownVersion(source, version);
  if (hasMagic && version === 0) throw unknownVersion(source, version);
  const int = (index: number): number => view.getInt32((hasMagic ? 8 : 0) + 4 * index, true);
  const vocab = int(5);
  const header: Llama2cHeader = {
    version,
    hiddenSize: int(0),
    width: int(1),
    layers: int(2),
    heads: int(3),
    kvHeads: int(4),
    vocabSize: Math.abs(vocab),
    context: int(6),
    tied: hasMagic ? view.getUint8(36) !== 0 : vocab > 0,
    group: version === 2 ? view.getInt32(37, true) : 0,
  };
  if (!isSound(header)) return null;
  const { end } = layout(header);
  if (end === source.size) return header;
  throw new FormatError(`Its header describes ${end} bytes, but the file has ${source.size}.`, {
    file: source.name,
    code: 'broken-file',
    remedy: 'The file is damaged or its download was cut off; download it again.',
  });
}

function unknownVersion(source: ByteSource, version: number): UnsupportedError {
  return new UnsupportedError(`It is a checkpoint of llama2.c in version ${version}, which is not read.`, {
    file: source.name,
    code: 'other-format',
    remedy: 'Export the model again with version 0, 1 or 2 of export.py.',
  });
}

function isSound(header: Llama2cHeader): boolean {
  const { hiddenSize, width, layers, heads, kvHeads, vocabSize, context, group, version } = header;
  const sizes = [hiddenSize, width, layers, heads, kvHeads, vocabSize, context];
  const fitsGroup = (columns: number): boolean => group > 0 && columns % group === 0;
  return (
    sizes.every((size) => size > 0 && size <= MOST) &&
    layers <= 4096 &&
    hiddenSize % heads === 0 &&
    heads % kvHeads === 0 &&
    (hiddenSize / heads) % 2 === 0 &&
    (version < 2 || (fitsGroup(hiddenSize) && fitsGroup(width)))
  );
}

/** A kind of tensor in the file, one for each layer or one for all. */
interface Run {
  readonly name: (layer: number) => string;
  readonly count: number;
  readonly shape: readonly number[];
  /** Heads whose rows have pairs of neighbours that rotate together, where transformers has halves. */
  readonly heads?: number;
}

/** The tensors in their order, under the names that transformers gives a Llama's, and where the file ends. */
function layout(header: Llama2cHeader): { tensors: Placed[]; end: number } {
  const { version, hiddenSize, width, layers, heads, kvHeads, vocabSize, context, tied, group } = header;
  const kvSize = (hiddenSize / heads) * kvHeads;
  const each = (part: string, shape: readonly number[], rotated?: number): Run => ({
    name: (layer) => `model.layers.${layer}.${part}.weight`,
    count: layers,
    shape,
    ...(rotated === undefined ? {} : { heads: rotated }),
  });
  const one = (name: string, shape: readonly number[]): Run => ({
    name: () => `${name}.weight`,
    count: 1,
    shape,
  });
  const embedding = one('model.embed_tokens', [vocabSize, hiddenSize]);
  const inputNorm = each('input_layernorm', [hiddenSize]);
  const afterNorm = each('post_attention_layernorm', [hiddenSize]);
  const finalNorm = one('model.norm', [hiddenSize]);
  const attention = [
    each('self_attn.q_proj', [hiddenSize, hiddenSize], heads),
    each('self_attn.k_proj', [kvSize, hiddenSize], kvHeads),
    each('self_attn.v_proj', [kvSize, hiddenSize]),
    each('self_attn.o_proj', [hiddenSize, hiddenSize]),
  ];
  const mlp = [
    each('mlp.gate_proj', [width, hiddenSize]),
    each('mlp.down_proj', [hiddenSize, width]),
    each('mlp.up_proj', [width, hiddenSize]),
  ];
  const runs =
    version === 0
      ? [embedding, inputNorm, ...attention, afterNorm, ...mlp, finalNorm]
      : [inputNorm, afterNorm, finalNorm, embedding, ...attention, ...mlp];
  const tensors: Placed[] = [];
  let at = version === 0 ? OLD_HEADER_BYTES : HEADER_BYTES;
  const place = (run: Run): void => {
    for (let layer = 0; layer < run.count; layer++) {
      const [rows, columns] =
        run.shape.length === 1 ? [1, run.shape[0] ?? 0] : [run.shape[0] ?? 0, run.shape[1] ?? 0];
      const isCoded = group > 0 && run.shape.length === 2;
      const stored: StoredRows[] = [{ begin: at, rowBytes: isCoded ? columns : 4 * columns }];
      at += rows * (isCoded ? columns : 4 * columns);
      if (isCoded) {
        stored.push({ begin: at, rowBytes: (4 * columns) / group });
        at += (rows * 4 * columns) / group;
      }
      tensors.push({ run, layer, stored });
    }
  };
  runs.forEach(place);
  // Tables of rotation, which are computed again.
  if (version === 0) at += 2 * 4 * context * (hiddenSize / heads / 2);
  if (!tied) place(one('lm_head', [vocabSize, hiddenSize]));
  return { tensors, end: at };
}

interface Placed {
  readonly run: Run;
  readonly layer: number;
  readonly stored: readonly StoredRows[];
}

/** The tensors of a file with this header. */
export function llama2cCheckpoint(source: ByteSource, header: Llama2cHeader): Checkpoint {
  const { group, hiddenSize, heads } = header;
  const half = hiddenSize / heads / 2;
  return new ComputedCheckpoint(
    [source],
    layout(header).tensors.map(({ run, layer, stored }): ComputedTensor => {
      const [first] = stored;
      const isCoded = stored.length > 1;
      const info: TensorInfo = {
        name: run.name(layer),
        dtype: 'F32',
        ...(isCoded ? { stored: 'I8' as const } : {}),
        shape: run.shape,
        file: source.name,
        begin: first?.begin ?? 0,
        end: stored.reduce(
          (end, { begin, rowBytes }) =>
            Math.max(end, begin + rowBytes * (run.shape.length === 1 ? 1 : (run.shape[0] ?? 0))),
          0,
        ),
      };
      return {
        info,
        stored,
        decode: isCoded ? (parts, numbers) => decodeGroups(parts, group, numbers) : null,
        // Row i of the first half is the even one of pair i, of the second half the odd one.
        ...(run.heads === undefined
          ? {}
          : {
              order: { block: 2 * half, at: (row: number) => (row < half ? 2 * row : 2 * (row - half) + 1) },
            }),
      };
    }),
  );
}

/** Codes, and scales of groups of them. */
function decodeGroups([codes, scales]: readonly Uint8Array[], group: number, numbers: Float32Array): void {
  if (codes === undefined || scales === undefined) return;
  const signed = new Int8Array(codes.buffer, codes.byteOffset, codes.length);
  const view = new DataView(scales.buffer, scales.byteOffset, scales.byteLength);
  for (let begin = 0; begin < numbers.length; begin += group) {
    const scale = view.getFloat32((4 * begin) / group, true);
    for (let i = begin; i < begin + group; i++) numbers[i] = (signed[i] ?? 0) * scale;
  }
}
