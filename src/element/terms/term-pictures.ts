/** What a few terms look like: drawings without words, 240 by 84, which the sentence below them explains. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Term } from '../strings/terms.js';

type Shapes = SVGTemplateResult | readonly Shapes[];

const WIDTH = 240;
const HEIGHT = 84;

/** `null` for a term that is no clearer for being drawn. */
export function termPicture(id: Term): TemplateResult | null {
  const shapes = PICTURES[id];
  if (shapes === undefined) return null;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true" focusable="false" direction="ltr">
    ${shapes()}
  </svg>`;
}

const PICTURES: { readonly [id in Term]?: () => Shapes } = {
  token: () => tokens(0),
  vocabulary: () => words(),
  quantization: () => rounding(),
  int8: () => rounding(),
  tensor: () => matrix(72, () => 0),
  channel: () => matrix(72, (row) => row),
  group: () => matrix(72, (row, column) => row + (column >> 2)),
  scale: () => scales(),
  layer: () => layers(),
  context: () => tokens(7),
  cache: () => [tokens(7), cached()],
  probability: () => bars([0.5, 0.24, 0.12, 0.08, 0.04, 0.02], 6, 66, 108),
  temperature: () => [
    bars([0.97, 0.02, 0.01, 0, 0], 5, 12, 60),
    bars([0.5, 0.24, 0.14, 0.08, 0.04], 5, 90, 60),
    bars([0.26, 0.22, 0.2, 0.17, 0.15], 5, 168, 60),
  ],
  topK: () => bars([0.5, 0.24, 0.12, 0.08, 0.04, 0.02], 3, 66, 108),
  topP: () => bars([0.5, 0.24, 0.12, 0.08, 0.04, 0.02], 2, 66, 108),
  kl: () => distributions(),
  agreement: () => agreement(),
  percentile: () => percentile(),
  bound: () => bound(),
  sram: () => memories('a'),
  psram: () => memories('b'),
  flash: () => memories('c'),
  module: () => memories('a', 'b', 'c'),
};

const MARKS = ['a', 'b', 'c'] as const;

function box(kind: string, x: number, y: number, width: number, height: number): SVGTemplateResult {
  return svg`<rect class=${kind} x=${x} y=${y} width=${width} height=${height} rx="2" />`;
}

function path(kind: string, d: string): SVGTemplateResult {
  return svg`<path class=${kind} d=${d} />`;
}

/** Numbers with a point above, the few codes they become below: each moves to the nearest. */
function rounding(): Shapes {
  const step = 32;
  const at = [24, 47, 66, 83, 121, 138, 170, 206];
  const codes = [0, 1, 2, 3, 4, 5, 6].map((code) => 24 + step * code);
  return [
    path('line', `M12 60H228`),
    codes.map((x) => path('line', `M${x} 55v10`)),
    at.map((x) => {
      const code = 24 + step * Math.round((x - 24) / step);
      return [
        path('line', `M${x} 24L${code} 56`),
        svg`<circle class="off" cx=${x} cy="22" r="4" /><circle class="a" cx=${code} cy="60" r="5" />`,
      ];
    }),
  ];
}

/** A matrix whose cells have the mark of their scale. */
function matrix(x: number, scaleOf: (row: number, column: number) => number, size = 12): Shapes {
  return [0, 1, 2, 3, 4].map((row) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((column) =>
      box(
        MARKS[scaleOf(row, column) % 3] ?? 'a',
        x + column * size,
        42 - 2.5 * size + row * size,
        size - 1,
        size - 1,
      ),
    ),
  );
}

/** One scale for a tensor, for a channel, for a group. */
function scales(): Shapes {
  return [
    matrix(8, () => 0, 9),
    matrix(84, (row) => row, 9),
    matrix(160, (row, column) => row + (column >> 2), 9),
  ];
}

/** A text in tokens, the last of which is being written; those before it that are still seen are framed. */
function tokens(seen: number): Shapes {
  const widths = [22, 14, 28, 16, 24, 12, 22, 20, 14];
  let x = 8;
  const places = widths.map((width) => {
    const place = { x, width };
    x += width + 4;
    return place;
  });
  const first = places[widths.length - seen];
  return [
    places.map((place, index) =>
      box(
        index >= widths.length - seen || seen === 0 ? (MARKS[seen === 0 ? index % 3 : 0] ?? 'a') : 'off',
        place.x,
        32,
        place.width,
        20,
      ),
    ),
    first === undefined || seen === 0
      ? []
      : path('bold', `M${first.x - 2} 27h${x - first.x + 1}v30H${first.x - 2}z`),
    box('line', x + 2, 32, 12, 20),
  ];
}

/** What is kept of each token. */
function cached(): Shapes {
  return [64, 98, 120, 150, 166, 194, 218].map((x) => box('b', x - 5, 62, 10, 14));
}

/** A list of pieces, of which a cut keeps the usual ones. */
function words(): Shapes {
  return [0, 1, 2, 3].map((row) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((column) =>
      box(column < 3 ? 'a' : 'off', 14 + column * 27, 10 + row * 17, 12 + ((row * 5 + column * 7) % 11), 11),
    ),
  );
}

function layers(): Shapes {
  return [0, 1, 2, 3, 4].map((index) => [
    box(index === 2 ? 'a' : 'off', 28 + index * 40, 16, 24, 52),
    path('line', `M${14 + index * 40} 42h12m-4 -4l4 4l-4 4`),
  ]);
}

/** Probabilities of the next token, the likeliest first; those that may be chosen are filled. */
function bars(values: readonly number[], taken: number, x: number, width: number): Shapes {
  const room = width / values.length;
  return [
    path('line', `M${x - 3} 72h${width + 6}`),
    values.map((value, index) =>
      box(index < taken ? 'a' : 'off', x + index * room + 1, 71 - 60 * value, room - 3, 60 * value + 1),
    ),
  ];
}

/** The same before and after, the gap between them being what is measured. */
function distributions(): Shapes {
  const before = [0.5, 0.24, 0.12, 0.08, 0.04, 0.02];
  const after = [0.4, 0.3, 0.1, 0.12, 0.05, 0.03];
  return [
    path('line', 'M30 72h180'),
    before.map((value, index) => [
      box('off', 36 + index * 30, 72 - 100 * value, 10, 100 * value),
      box('a', 48 + index * 30, 72 - 100 * (after[index] ?? 0), 10, 100 * (after[index] ?? 0)),
    ]),
  ];
}

/** Pairs of first choices, one of them unequal. */
function agreement(): Shapes {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((index) => {
    const x = 18 + index * 26;
    const other = index === 5;
    return [
      box('a', x, 16, 18, 14),
      box(other ? 'b' : 'a', x, 36, 18, 14),
      path(other ? 'stop' : 'bold', other ? `M${x + 5} 60l8 8m0 -8l-8 8` : `M${x + 4} 64l4 4l7 -8`),
    ];
  });
}

/** Positions from the best to the worst: nine of ten lie below the line. */
function percentile(): Shapes {
  const heights = Array.from({ length: 20 }, (_, index) => 4 + 58 * (index / 19) ** 4);
  return [
    path('line', 'M18 72h204'),
    heights.map((height, index) => box(index < 18 ? 'a' : 'b', 20 + index * 10, 72 - height, 8, height)),
    path('stop', 'M199.5 8v66'),
  ];
}

/** What is reached, and the line that nothing passes. */
function bound(): Shapes {
  return [box('off', 20, 32, 180, 20), box('a', 20, 32, 132, 20), path('stop', 'M200 20v44')];
}

/** The chip with its own memory inside, and the two beside it. */
function memories(...shown: readonly string[]): Shapes {
  const kind = (mark: string): string => (shown.includes(mark) ? mark : 'off');
  return [
    box('box', 16, 10, 92, 64),
    path('line', 'M108 30h22M108 54h22M176 54h0'),
    box(kind('a'), 30, 28, 26, 28),
    svg`<text x="82" y="46">CPU</text>`,
    box('box', 130, 14, 40, 28),
    box('box', 130, 46, 96, 28),
    box(kind('b'), 134, 18, 32, 20),
    box(kind('c'), 134, 50, 88, 20),
  ];
}
