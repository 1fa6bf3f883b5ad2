/**
 * adapter_config.json of PEFT: which kinds of adapters are merged, and how much each layer's change counts for.
 * Format: https://github.com/huggingface/peft (LoraConfig).
 */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonPart } from './model-input.js';

/** What is needed to merge a LoRA adapter. */
export interface LoraConfig {
  /** The base model as the training named it: a repository, or a path of where it ran. */
  readonly base: string | null;
  /** What the product of a layer is multiplied by. @param module the layer's name in the model */
  scalingOf(module: string, rank: number): number;
}

/** Trainings whose changes are not products of two matrices, by what PEFT calls them. */
const KINDS: Readonly<Record<string, string>> = {
  PROMPT_TUNING: 'prompt tuning',
  MULTITASK_PROMPT_TUNING: 'prompt tuning',
  P_TUNING: 'prompt tuning',
  CPT: 'prompt tuning',
  PREFIX_TUNING: 'prefix tuning',
};

/** Keys of variants in which the change depends on the text, or on the base model in another way. */
const VARIANTS: readonly string[] = [
  'use_qalora',
  'alora_invocation_tokens',
  'layer_replication',
  'target_parameters',
  'trainable_token_indices',
  'use_bdlora',
  'arrow_config',
  'kasa_config',
  'monteclora_config',
];

/** Ways to begin that take what the adapter starts with out of the base model. */
const CHANGED_BASE = /^(?:pissa|corda|olora|mica|loftq|lora_ga)/i;

const MERGE =
  'Merge it once in Python:\n' +
  '  from peft import AutoPeftModelForCausalLM\n' +
  '  AutoPeftModelForCausalLM.from_pretrained("FOLDER").merge_and_unload().save_pretrained("MERGED")\n' +
  'and copy the files of the tokenizer (tokenizer.json, tokenizer_config.json) into MERGED.';

/**
 * Reads a config.
 * @throws UnsupportedError for an adapter of a kind that is not merged, by name; FormatError for values that make no sense
 */
export function readLoraConfig({ fields, file }: JsonPart): LoraConfig {
  const kind = fields.get('peft_type') ?? null;
  if (kind === null && ['fine_tune_type', 'lora_parameters', 'lora_layers'].some((key) => fields.has(key))) {
    throw unsupported(
      file,
      'The adapter was trained with MLX, whose adapters are not merged here.',
      'fine_tune_type',
      'Merge it once: "mlx_lm.fuse --model BASE --adapter-path FOLDER --save-path MERGED --dequantize".',
    );
  }
  if (typeof kind !== 'string') throw wrong(file, 'peft_type', 'a name such as "LORA"');
  const prompt = KINDS[kind];
  if (prompt !== undefined) {
    throw unsupported(
      file,
      `The adapter is ${prompt} (${kind}): vectors that stand before every text, which cannot be merged into weights.`,
      'peft_type',
      'Train a LoRA adapter instead, or use a model without one.',
    );
  }
  if (kind !== 'LORA')
    throw unsupported(
      file,
      `The adapter is of the kind ${kind.slice(0, 40)}, and LoRA is merged here.`,
      'peft_type',
    );
  for (const key of VARIANTS) {
    const value = fields.get(key) ?? false;
    if (value !== false && !(Array.isArray(value) && value.length === 0))
      throw unsupported(
        file,
        `The adapter is a variant of LoRA that is not merged here: ${key} is set.`,
        key,
      );
  }
  const start = fields.get('init_lora_weights');
  if (typeof start === 'string' && CHANGED_BASE.test(start))
    throw unsupported(
      file,
      `The adapter began as a part of its base model (${start.slice(0, 40)}), which it was then taken out of.`,
      'init_lora_weights',
    );
  const alpha = numberOf({ fields, file }, 'lora_alpha', 8);
  const alphas = patternsOf({ fields, file });
  const isRootScaled = fields.get('use_rslora') === true;
  const base = fields.get('base_model_name_or_path');
  return {
    base: typeof base === 'string' && base !== '' ? base.slice(0, 200) : null,
    scalingOf: (module, rank) =>
      (alphas.find(({ matches }) => matches(module))?.alpha ?? alpha) /
      (isRootScaled ? Math.sqrt(rank) : rank),
  };
}

/** An adapter that is alone: its base model and what to do. @param file adapter_config.json */
export function withoutBase({ base }: LoraConfig, file: string): UnsupportedError {
  const name = base === null ? 'its base model' : `"${base}"`;
  return unsupported(
    file,
    `The folder holds an adapter (LoRA), which is only the difference to a base model${base === null ? '' : `: ${name}`}.`,
    undefined,
    `Put config.json and the weights of ${name} into the folder as well, and its tokenizer unless the adapter has one; ` +
      'or put that model and the adapter as two folders into one, and choose that. The adapter is then merged while it is read.',
  );
}

function unsupported(file: string, problem: string, field?: string, remedy = MERGE): UnsupportedError {
  return new UnsupportedError(problem, { file, field, code: 'adapter', remedy });
}

function wrong(file: string, field: string, expected: string): FormatError {
  return new FormatError(`It should be ${expected}.`, {
    file,
    field,
    remedy: 'Take the file as the training saved it.',
    code: 'broken-file',
  });
}

function numberOf({ fields, file }: JsonPart, key: string, otherwise: number): number {
  const value = fields.get(key) ?? otherwise;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(file, key, 'a number');
  return value;
}

/** Values of layers whose names a pattern matches: of several the first, as PEFT takes them. */
function patternsOf({
  fields,
  file,
}: JsonPart): readonly { matches: (module: string) => boolean; alpha: number }[] {
  const patterns = fields.get('alpha_pattern') ?? null;
  if (patterns === null) return [];
  if (!isJsonObject(patterns)) throw wrong(file, 'alpha_pattern', 'an object');
  return [...patterns.keys()].map((pattern) => ({
    matches: matcher(pattern, file),
    alpha: numberOf({ fields: patterns, file }, pattern, 0),
  }));
}

/** The regular expressions that are read: names with alternatives, classes and few repetitions, none of them of a group. */
const PATTERN = /^(?:[\w.^$|-]|\\[.d]|\[[\w-]+\]|\((?:\?:)?|\)(?![*+{?]))+$/;

/** Most repetitions and groups in a pattern, and characters of a name: each multiplies the time that a match takes. */
const MAX_REPETITIONS = 2;
const MAX_GROUPS = 2;
const MAX_NAME = 300;

/** Whether a pattern of Python matches the end of a name, from its beginning or a dot on. */
function matcher(pattern: string, file: string): (module: string) => boolean {
  const count = (characters: RegExp): number => pattern.match(characters)?.length ?? 0;
  const bare = pattern.replace(/([^(|^)*+?])[*+]\??/g, '$1');
  if (PATTERN.test(bare) && count(/[*+]/g) <= MAX_REPETITIONS && count(/\(/g) <= MAX_GROUPS) {
    try {
      const expression = new RegExp(`^(?:.*\\.)?(?:${pattern})$`, 'u');
      return (module) => module.length <= MAX_NAME && expression.test(module);
    } catch {
      // Not an expression of this language either.
    }
  }
  throw unsupported(file, 'It has a pattern that is not read.', `alpha_pattern.${pattern.slice(0, 100)}`);
}
