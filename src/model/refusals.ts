/** Models that are well formed but of a kind that is not converted: refused by name, with what to use instead. */
import { UnsupportedError, type FailureCode } from '../shared/errors.js';
import type { ConfigFields } from './config-fields.js';

/** Keys that only mixtures of experts have, with the least value that means one. */
const EXPERT_KEYS = ['num_local_experts', 'num_experts', 'n_routed_experts', 'moe_num_experts'];

/** Parts of multimodal wrappers. */
const TOWER_KEYS = ['text_config', 'vision_config', 'audio_config', 'vision_tower', 'mm_vision_tower'];

/**
 * Refuses kinds of models by what config.json says, before any tensor is looked at.
 * @param supported sentence that lists what is converted
 * @throws UnsupportedError
 */
export function refuseKinds(config: ConfigFields, supported: string): void {
  const refuse = (code: FailureCode, field: string, problem: string, remedy: string): never => {
    throw new UnsupportedError(problem, { file: config.file, field, remedy, code });
  };
  if (config.isSet('quantization_config')) {
    const method = config.object('quantization_config')?.raw('quant_method');
    refuse(
      'quantized',
      'quantization_config',
      `The model is already quantized${typeof method === 'string' ? ` (${method.slice(0, 40)})` : ''}; its weights are codes, not numbers.`,
      'Use the original model that it was made from.',
    );
  }
  for (const key of TOWER_KEYS) {
    if (config.isSet(key)) {
      refuse(
        'multimodal',
        key,
        'The model is multimodal: its language model is only a part.',
        `Use a text model. ${supported}`,
      );
    }
  }
  if (config.boolean('is_encoder_decoder', false)) {
    refuse(
      'encoder-decoder',
      'is_encoder_decoder',
      'The model has an encoder and a decoder.',
      `Use a model that only decodes. ${supported}`,
    );
  }
  for (const key of EXPERT_KEYS) {
    const experts = config.raw(key);
    if (typeof experts === 'number' && experts > 1) {
      refuse(
        'experts',
        key,
        `The model is a mixture of ${experts} experts.`,
        `Use a dense model. ${supported}`,
      );
    }
  }
}
