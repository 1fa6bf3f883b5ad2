/** The board as a picture: its memories as squares whose areas are to scale, filling up. The bars beside it say the same in words. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { MemoryUse } from '../../plan/plan.js';
import { used } from '../../report/figures.js';
import type { Strings } from '../strings/strings.js';

const PARTS = ['weights', 'cache', 'scratch'] as const;

/** Units of the drawing: the board, its margin, and the side of the largest memory. */
const WIDTH = 360;
const HEIGHT = 176;
const BASE = 138;
const LARGEST = 96;
const GAP = 26;
/** A memory smaller than this cannot be seen to fill. */
const LEAST = 9;

export function boardPicture(memories: readonly MemoryUse[], { fit }: Strings): TemplateResult {
  const shown = memories.filter((use) => use.capacity > 0);
  const most = Math.max(...shown.map((use) => use.capacity));
  const sides = shown.map((use) => Math.max(LEAST, LARGEST * Math.sqrt(use.capacity / most)));
  const total = sides.reduce((sum, side) => sum + side, GAP * (shown.length - 1));
  let x = (WIDTH - total) / 2;
  const squares = shown.map((use, index) => {
    const side = sides[index] ?? LEAST;
    const drawn = memory(use, x, side, fit.memories[use.memory]);
    x += side + GAP;
    return drawn;
  });
  return html`<svg
    class="board-picture"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    aria-hidden="true"
    focusable="false"
    direction="ltr"
  >
    ${board()} ${squares}
  </svg>`;
}

/** The printed circuit board: pins along both sides, a USB socket, the antenna's bare end. */
function board(): SVGTemplateResult {
  const pins = Array.from({ length: 20 }, (_, index) => 34 + index * 15);
  return svg`<rect class="pcb" x="14" y="6" width="332" height="164" rx="8" />
    <rect class="usb" x="6" y="74" width="22" height="28" rx="3" />
    <path class="antenna" d="M326 58h12v10h-12v10h12v10h-12v10h12v10h-12" />
    ${pins.map((at) => svg`<circle class="pin" cx=${at} cy="14" r="2.5" /><circle class="pin" cx=${at} cy="162" r="2.5" />`)}`;
}

function memory(use: MemoryUse, x: number, side: number, name: string): SVGTemplateResult {
  const top = BASE - side;
  const whole = Math.max(use.capacity, used(use));
  let y = BASE;
  const fills = PARTS.map((part) => {
    const height = (side * use[part]) / whole;
    if (height === 0) return nothing;
    y -= height;
    return svg`<rect class=${part} x=${x} y=${y} width=${side} height=${height} />`;
  });
  return svg`<rect class="room" x=${x} y=${top} width=${side} height=${side} />
    ${fills}
    <rect class=${used(use) > use.capacity ? 'edge over' : 'edge'} x=${x} y=${top} width=${side} height=${side} />
    <text x=${x + side / 2} y=${BASE + 13}>${name}</text>`;
}
