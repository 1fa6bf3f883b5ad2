/** The board as a picture: its memories as squares, filling up and over, the smallest inside the chip. The bars beside it say the same in words. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { MemoryUse } from '../../plan/plan.js';
import { used } from '../../report/figures.js';
import type { Strings } from '../strings/strings.js';

const PARTS = ['weights', 'cache', 'scratch'] as const;

/** Units of the drawing: the board, its margin, and the side of the largest memory. */
const WIDTH = 360;
const HEIGHT = 176;
const BASE = 132;
const LARGEST = 84;
const GAP = 34;
/** A memory smaller than this cannot be seen to fill. */
const LEAST = 22;
/** How far what is too much stands above the edge. */
const SPILL = 1.25;

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
  const sum = used(use);
  const scale = Math.min(side / use.capacity, (side * SPILL) / sum);
  const height = use.capacity * scale;
  let y = BASE;
  const fills = PARTS.map((part) => {
    if (use[part] === 0) return nothing;
    y -= use[part] * scale;
    return svg`<rect class=${part} x=${x} y=${y} width=${side} height=${use[part] * scale} />`;
  });
  // The fastest is a part of the chip.
  const chip =
    use.memory === 'sram'
      ? svg`<rect class="die" x=${x - 10} y=${BASE - side - 24} width=${side + 20} height=${side + 32} rx="3" />`
      : nothing;
  return svg`${chip}<rect class="room" x=${x} y=${BASE - height} width=${side} height=${height} />
    ${fills}
    ${sum > use.capacity ? svg`<rect class="spill" x=${x} y=${y} width=${side} height=${BASE - height - y} />` : nothing}
    <rect class="edge" x=${x} y=${BASE - height} width=${side} height=${height} />
    <text x=${x + side / 2} y=${BASE + 20}>${name}</text>`;
}
