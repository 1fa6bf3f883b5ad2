/** The models that come with the element. Written by `npm run models` from the folders of models/ that have a card.json. */
import type { SampleModel } from './sample-model.js';

export const SAMPLES: readonly SampleModel[] = [
  {
    folder: 'home-commands',
    card: {
      title: { en: 'Home commands', es: 'Órdenes para la casa', 'zh-Hans': '家居指令' },
      does: {
        en: 'Turns an English request to a home into one action: lamps, blinds, heating, doors, music. You see the home follow.',
        es: 'Convierte una petición en inglés a una casa en una acción: lámparas, persianas, calefacción, puertas, música. Se ve cómo la casa obedece.',
        'zh-Hans': '把对家说的一句英语变成一个动作：灯、百叶窗、暖气、门、音乐。你会看到家跟着动。',
      },
      speaks: ['en'],
      examples: ['could you dim the lamp in the study a bit', 'is the garage door locked?'],
    },
    facts: { parameters: 931200, bytes: 1046848, fits: 68, boards: 68 },
    files: () => ({
      'README.md': new URL('../../../models/home-commands/README.md', import.meta.url).href,
      'actions.json': new URL('../../../models/home-commands/actions.json', import.meta.url).href,
      'config.json': new URL('../../../models/home-commands/config.json', import.meta.url).href,
      'generation_config.json': new URL(
        '../../../models/home-commands/generation_config.json',
        import.meta.url,
      ).href,
      'grammar.gbnf': new URL('../../../models/home-commands/grammar.gbnf', import.meta.url).href,
      'model.safetensors': new URL('../../../models/home-commands/model.safetensors', import.meta.url).href,
      'special_tokens_map.json': new URL(
        '../../../models/home-commands/special_tokens_map.json',
        import.meta.url,
      ).href,
      'tokenizer.json': new URL('../../../models/home-commands/tokenizer.json', import.meta.url).href,
      'tokenizer_config.json': new URL('../../../models/home-commands/tokenizer_config.json', import.meta.url)
        .href,
      'wiring.json': new URL('../../../models/home-commands/wiring.json', import.meta.url).href,
    }),
    ready: () => ({
      facts: new URL('../../../dist/models/home-commands.ready.json', import.meta.url).href,
      package: new URL('../../../dist/models/home-commands.s3lm', import.meta.url).href,
    }),
  },
];
