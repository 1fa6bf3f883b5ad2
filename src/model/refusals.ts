/** Models that are well formed but of a kind that is not converted: refused by name, with what to use instead. */
import { UnsupportedError, type FailureCode } from '../shared/errors.js';
import { show, type ConfigFields } from './config-fields.js';

/** One kind that is told by keys of config.json. */
interface RefusedKind {
  readonly code: FailureCode;
  /** Any of them, in this order. */
  readonly keys: readonly string[];
  /** @throws FormatError for a value that is not what it should be */
  readonly applies: (config: ConfigFields, key: string) => boolean;
  readonly problem: (config: ConfigFields, key: string) => string;
  /** @param supported sentence that lists what is converted */
  readonly remedy: (supported: string) => string;
}

/** Model types of encoders: for masks, embeddings, classes, pictures, sound. */
const ENCODERS =
  /^(?:bert|roberta|xlm-roberta|distilbert|albert|electra|camembert|deberta(?:-v2)?|mpnet|modernbert|nomic_bert|longformer|big_bird|vit|deit|swin|beit|dinov2|convnext|resnet|clip|siglip|detr|yolos|wav2vec2|hubert|wavlm)$/;

const isSet = (config: ConfigFields, key: string): boolean => config.isSet(key);

const REFUSED: readonly RefusedKind[] = [
  {
    code: 'multimodal',
    // Parts of multimodal wrappers.
    keys: ['text_config', 'vision_config', 'audio_config', 'vision_tower', 'mm_vision_tower'],
    applies: isSet,
    problem: () => 'The model is multimodal: its language model is only a part.',
    remedy: (supported) => `Use a text model. ${supported}`,
  },
  {
    code: 'encoder-decoder',
    keys: ['is_encoder_decoder'],
    applies: (config, key) => config.boolean(key, false),
    problem: () => 'The model has an encoder and a decoder.',
    remedy: (supported) => `Use a model that only decodes. ${supported}`,
  },
  {
    code: 'encoder',
    keys: ['model_type'],
    applies: (config, key) => ENCODERS.test(config.optionalText(key) ?? ''),
    problem: (config, key) =>
      `The model (${show(config.raw(key))}) reads text, pictures or sound into numbers and writes no text.`,
    remedy: (supported) => `Use a model that continues text. ${supported}`,
  },
  {
    code: 'experts',
    keys: ['num_local_experts', 'num_experts', 'n_routed_experts', 'moe_num_experts'],
    // Dense models write 1, or nothing, or leave it to another key (MiniMind); tensors of experts are refused by their names.
    applies: (config, key) => {
      const experts = config.raw(key);
      return typeof experts === 'number' && experts > 1 && config.raw('use_moe') !== false;
    },
    problem: (config, key) => `The model is a mixture of ${show(config.raw(key))} experts.`,
    remedy: (supported) => `Use a dense model. ${supported}`,
  },
];

/**
 * Refuses kinds of models by what config.json says, before any tensor is looked at.
 * @param supported gives the sentence that lists what is converted
 * @throws UnsupportedError
 */
export async function refuseKinds(config: ConfigFields, supported: () => Promise<string>): Promise<void> {
  for (const { code, keys, applies, problem, remedy } of REFUSED) {
    for (const field of keys) {
      if (!applies(config, field)) continue;
      throw new UnsupportedError(problem(config, field), {
        file: config.file,
        field,
        remedy: remedy(await supported()),
        code,
      });
    }
  }
}
