/** Little pictures of what hangs on a pin, each in a square of 36 around its middle, as its state has it. All decoration. */
import { nothing, svg, type SVGTemplateResult } from 'lit';
import type { DrawnThing, ThingState } from './desk-state.js';

/** `#rrggbb` of 0xRRGGBB. */
export function cssColour(colour: number): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}

export function thingPicture({ part, state }: DrawnThing): SVGTemplateResult {
  switch (state.kind) {
    case 'light':
      return light(state.colour);
    case 'servo':
      return servo(state.degrees);
    case 'level':
      return button(state.high);
    default:
      if (part === 'fan') return fan(state.level);
      return part === null || part === 'lamp' ? bulb(state.level) : led(state.level);
  }
}

/** Whether it gives light, moves or is on: what is drawn in front. */
export function isOn(state: ThingState): boolean {
  if (state.kind === 'light') return state.colour !== 0;
  if (state.kind === 'servo') return state.degrees !== null && state.degrees > 0;
  return state.kind === 'level' ? state.high : state.level > 0;
}

/** Even a little light is seen. */
function brightness(level: number): number {
  return level <= 0 ? 0 : 0.25 + 0.75 * Math.min(level, 1);
}

function bulb(level: number): SVGTemplateResult {
  const light = brightness(level);
  return svg`${glow('#ffcf4d', light)}
    <circle class="glass" cy="-3" r="9" /><circle cy="-3" r="9" fill="#ffcf4d" fill-opacity=${light} />
    <path class="line" d="M-3 -1l2 3 2-3 2 3M-1 2v3M3 2v3" /><path class="metal" d="M-4 6h8v5h-8zM-2.500 11h5v2.500h-5z" />`;
}

function led(level: number): SVGTemplateResult {
  const light = brightness(level);
  return svg`${glow('#ff5a4d', light)}
    <path class="glass" d="M-7 4v-6a7 7 0 0 1 14 0v6z" /><path d="M-7 4v-6a7 7 0 0 1 14 0v6z" fill="#ff5a4d" fill-opacity=${light} />
    <path class="metal" d="M-9 4h18v3h-18z" /><path class="line" d="M-3 7v8M3 7v6" />`;
}

function light(colour: number): SVGTemplateResult {
  const fill = cssColour(colour);
  return svg`${colour === 0 ? nothing : glow(fill, 1)}
    <rect class="metal" x="-10" y="-10" width="20" height="20" rx="3" />
    <circle class="glass" r="7" /><circle r="7" fill=${fill} fill-opacity=${colour === 0 ? 0 : 1} />`;
}

function fan(level: number): SVGTemplateResult {
  const turning = level > 0 ? 'turning' : '';
  // At full speed a turn takes half a second.
  return svg`<circle class="glass" r="13" />
    <g class=${turning} style=${`--turn: ${(0.5 / Math.max(level, 0.1)).toFixed(2)}s`}>
      ${[0, 120, 240].map((angle) => svg`<path class="blade" transform=${`rotate(${angle})`} d="M0 0c-6-3-6-11 0-12 5 2 5 8 0 12z" />`)}
    </g><circle class="metal" r="2.500" />`;
}

function servo(degrees: number | null): SVGTemplateResult {
  return svg`<rect class="body" x="-11" y="-5" width="22" height="17" rx="2" />
    <path class="metal" d="M-15 -1h4v4h-4zM11 -1h4v4h-4z" /><circle class="metal" cy="-3" r="5" />
    <g class="horn" style=${`transform: rotate(${((degrees ?? 90) - 90).toFixed(1)}deg)`}>
      <path class="arm" d="M-2.500 -3L-1.500 -17h3L2.500 -3z" />
    </g><circle class="line" cy="-3" r="1.500" />`;
}

function button(high: boolean): SVGTemplateResult {
  return svg`<rect class="metal" x="-11" y="-11" width="22" height="22" rx="3" />
    <circle class=${high ? 'cap' : 'cap down'} r=${high ? 8 : 6.5} />`;
}

function glow(colour: string, light: number): SVGTemplateResult | typeof nothing {
  if (light === 0) return nothing;
  return svg`<circle class="glow" r="24" fill=${colour} fill-opacity=${light * 0.22} /><circle class="glow" r="16" fill=${colour} fill-opacity=${light * 0.3} />`;
}
