// The order of the rooms under src/ and the lint rules that keep it: a room imports only rooms to its left.

/** Left to right, as the work flows; `shared` is open to all. */
export const ROOMS = [
  'source',
  'checkpoint',
  'model',
  'tokenizer',
  'plan',
  'quantize',
  'package',
  'image',
  'device',
  'report',
  'kit',
];

/** Rooms that stand on all of the above. They may not be imported from below. */
const ABOVE = ['pipeline', 'worker', 'element', 'cli'];

/** Names of the page that no room below the element may know. */
const PAGE_GLOBALS = [
  'window',
  'document',
  'customElements',
  'HTMLElement',
  'localStorage',
  'sessionStorage',
];

/** Lint configurations, one per room. */
export function roomRules() {
  return ROOMS.map((room, position) => {
    const closed = [...ROOMS.slice(position + 1), ...ABOVE];
    return {
      files: [`src/${room}/**/*.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                regex: `/(${closed.join('|')})/`,
                message: `src/${room} stands to the left of this: hand the value over instead.`,
              },
              { regex: '^node:', message: 'Rooms run in the page too; Node belongs in src/cli.' },
            ],
          },
        ],
        'no-restricted-globals': ['error', ...PAGE_GLOBALS],
      },
    };
  });
}
