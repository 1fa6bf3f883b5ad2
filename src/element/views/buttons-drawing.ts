/** Drawings of a board with its two buttons and its socket, one for each thing that hands can do. */
import { html, svg, type TemplateResult } from 'lit';
import type { BootAdvice } from '../../device/flash-help.js';

/** The steps that have a drawing. */
export type DrawnAdvice = Extract<
  BootAdvice,
  'hold-boot' | 'press-reset' | 'release-boot' | 'plug-in-holding-boot'
>;

/** What of the board moves, and which way. */
interface Hands {
  readonly boot: 'down' | 'up' | null;
  readonly reset: 'tap' | null;
  readonly plug: boolean;
}

const HANDS: Readonly<Record<DrawnAdvice, Hands>> = {
  'hold-boot': { boot: 'down', reset: null, plug: false },
  'press-reset': { boot: 'down', reset: 'tap', plug: false },
  'release-boot': { boot: 'up', reset: null, plug: false },
  'plug-in-holding-boot': { boot: 'down', reset: null, plug: true },
};

/**
 * Draws a step.
 * @param alone the other button is not held meanwhile: a RESET by itself
 * @param label for those who do not see it
 */
export function buttonsDrawing(advice: DrawnAdvice, alone: boolean, label: string): TemplateResult {
  const { boot, reset, plug } = HANDS[advice];
  const held = alone && advice === 'press-reset' ? null : boot;
  return html`<svg
    class="buttons-drawing"
    viewBox="0 0 150 92"
    role="img"
    aria-label=${label}
    focusable="false"
  >
    <rect class="pcb" x="30" y="22" width="114" height="62" rx="5" />
    <rect class="module" x="98" y="31" width="38" height="44" rx="2" />
    <path class="antenna" d="M104 37h6v7h6v-7h6v7h6" />
    <rect class="usb" x="22" y="43" width="20" height="20" rx="2" />
    ${plug ? svg`<path class="hand" d="M2 53h12m-5-5 5 5-5 5" />` : svg`<rect class="cable" x="2" y="49" width="20" height="8" rx="2" />`}
    ${button(66, 31, 'BOOT', held === null ? '' : held === 'down' ? 'pressed' : 'freed')}
    ${button(66, 64, 'RESET', reset === null ? '' : 'pressed')}
    ${held === 'down' ? svg`<path class="hand" d="M66 3v14m-5-5 5 5 5-5" />` : ''}
    ${held === 'up' ? svg`<path class="hand" d="M66 17V3m-5 5 5-5 5 5" />` : ''}
    ${reset === 'tap' ? svg`<path class="hand" d="M84 60h-8m3-3-3 3 3 3M76 68h8m-3-3 3 3-3 3" />` : ''}
  </svg>`;
}

function button(x: number, y: number, name: string, state: string): TemplateResult {
  return svg`<g class=${`button ${state}`}>
    <rect x=${x - 8} y=${y - 7} width="16" height="14" rx="2" />
    <circle cx=${x} cy=${y} r="4" />
    <text x=${x} y=${y + 15}>${name}</text>
  </g>`;
}

/** Whether a step has a drawing. */
export function isDrawn(advice: string): advice is DrawnAdvice {
  return Object.hasOwn(HANDS, advice);
}
