/** What the tensors themselves tell of a model's kind, whatever its config says: refused by name, or noted. */
import { isFloatDtype } from '../checkpoint/dtype.js';
import { UnsupportedError, type FailureCode } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { ConfigFields } from './config-fields.js';
import type { FamilyReading } from './family.js';
import type { Note } from './notes.js';
import { UNQUANTIZED } from './remedies.js';

/** A kind that names of tensors tell. No family that is converted has tensors of such names. */
interface StoredKind {
  readonly names: RegExp;
  readonly problem: string;
  readonly code: FailureCode;
  readonly remedy: string;
}

/** Where weights became codes, what makes numbers of them lies beside them; its name tells who did it. */
const QUANTIZED: readonly (readonly [names: RegExp, method: string])[] = [
  [
    /\.(?:(?:nested_)?(?:absmax|quant_map)|quant_state\.bitsandbytes__\w+|SCB|weight_format)$/,
    'bitsandbytes',
  ],
  [/\.g_idx$/, 'GPTQ'],
  [/\.(?:qweight|qzeros)$/, 'GPTQ or AWQ'],
  [/\.(?:q_weight|q_scale_max|q_invperm|trellis)$/, 'EXL2 or EXL3'],
  [/\.biases$/, 'MLX'],
  [/\.weight_(?:packed|shape|zero_point)$/, 'compressed-tensors'],
  [/\.(?:(?:weight|input|activation)_scale(?:_inv)?|[kv]_scale)$/, 'with scales'],
  [/\.(?:W_q|weight\._(?:data|scale)|codebooks|scales)$|_(?:blocks|scales)$/, 'with scales'],
];

const KINDS: readonly StoredKind[] = [
  ...QUANTIZED.map(([names, method]): StoredKind => ({
    names,
    problem: `The weights are already quantized (${method}): they are codes, not numbers.`,
    code: 'quantized',
    remedy: UNQUANTIZED,
  })),
  {
    names: /\.(?:experts|block_sparse_moe)\./,
    problem: 'The model is a mixture of experts.',
    code: 'experts',
    remedy: 'Use a dense model.',
  },
  {
    names:
      /(?:^|\.)(?:lora_(?:[AB]|embedding_[AB]|magnitude_vector)|base_layer|modules_to_save|original_module)(?:\.|$)/,
    problem: 'The weights hold an adapter (LoRA) that was not merged into them.',
    code: 'adapter',
    remedy:
      'Merge it in Python where the model was trained: "model.merge_and_unload().save_pretrained(FOLDER)", and copy the files of the tokenizer there.',
  },
];

/** Where configs keep a quantization; the second is MLX's. */
const QUANTIZATION_KEYS: readonly string[] = ['quantization_config', 'quantization'];

/** Methods that do nothing to a model whose weights are numbers: a merge, or the loading in full, has put these back. */
const REVERSIBLE = /^(?:bitsandbytes|gptq|awq)$/;

/**
 * Refuses weights that are codes, of experts, or beside an adapter, before it is said of them that they have a wrong shape or
 * are missing.
 * @throws UnsupportedError
 */
export function refuseStoredKinds({ config, checkpoint }: FamilyReading): void {
  for (const { names, problem, code, remedy } of KINDS) {
    const found = [...checkpoint.tensors.values()].find(({ name }) => names.test(name));
    if (found === undefined) continue;
    const { name, file } = found;
    throw new UnsupportedError(problem, { file, field: name.slice(0, 200), code, remedy });
  }
  const key = quantizationKey(config);
  if (key === undefined) return;
  const method = methodOf(config, key);
  // Numbers of eight bits are codes where there is a quantization.
  const isNumber = [...checkpoint.tensors.values()].every(
    ({ dtype }) => isFloatDtype(dtype) && !dtype.startsWith('F8'),
  );
  if (isNumber && REVERSIBLE.test(method)) return;
  throw new UnsupportedError(
    isNumber
      ? `The model is to be quantized while it is loaded (${method}), and its weights are numbers.`
      : `The model is already quantized (${method}): its weights are codes, not numbers.`,
    {
      file: config.file,
      field: key,
      code: 'quantized',
      remedy: isNumber
        ? `Remove ${key} from config.json if the weights are those from before any quantization.`
        : UNQUANTIZED,
    },
  );
}

/** What was found beside the tensors. */
export function checkpointNotes({ config, checkpoint }: FamilyReading): Note[] {
  const notes: Note[] = [];
  const { unwrapped = [], doubles = 0, merged } = checkpoint.remarks ?? {};
  if (unwrapped.length > 0) notes.push({ code: 'unwrapped', parts: unwrapped.join(', ') });
  if (doubles > 0) notes.push({ code: 'doubles-narrowed', count: doubles });
  if (merged !== undefined) notes.push({ code: 'adapter-merged', ...merged });
  const key = quantizationKey(config);
  if (key !== undefined) notes.push({ code: 'quantization-ignored', key });
  return notes;
}

function quantizationKey(config: ConfigFields): string | undefined {
  return QUANTIZATION_KEYS.find((key) => config.isSet(key));
}

function methodOf(config: ConfigFields, key: string): string {
  const fields = config.raw(key);
  if (!isJsonObject(fields)) return 'by an unknown method';
  const method = fields.get('quant_method');
  if (typeof method === 'string') return method.slice(0, 40);
  // Older writers of bitsandbytes said the bits and not the method; MLX never says it.
  if (fields.has('load_in_4bit') || fields.has('load_in_8bit')) return 'bitsandbytes';
  return key === 'quantization' ? 'MLX' : 'by an unknown method';
}
