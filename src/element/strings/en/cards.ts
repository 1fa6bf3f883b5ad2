/** What is said in English of the models that come with the element. */
import type { Language } from '../../../shared/languages.js';
import { formatBytes, formatShortCount } from '../../../shared/format.js';

export const enCards = {
  language: 'en' as Language,
  heading: 'Start with a model that is ready',
  text: 'It runs here at once, on an emulated board.',
  talk: 'Talk to it now',
  ask: 'Or ask it this:',
  find: 'Find my board',
  own: (name: string) => `Your board: ${name}`,
  models: 'Models that fit it',
  convert: 'Convert it yourself, step by step',
  noSerial:
    'This browser cannot reach boards over USB; Chrome and Edge on a computer can. All else works here: trying on an emulated board, and an image to take away.',
  insecure:
    'Boards are reached over USB only by pages from https. All else works here: trying on an emulated board, and an image to take away.',
  parameters: 'Parameters',
  size: 'Size on the chip',
  boards: 'Boards that hold it',
  boardsValue: (fits: number, boards: number) => (fits === boards ? `all ${boards}` : `${fits} of ${boards}`),
  speaks: 'Speaks',
  term: (name: string) => `What does “${name}” mean?`,
  count: (value: number) => formatShortCount(value),
  bytes: (value: number) => formatBytes(value),
};
