/** A room with what can be switched in it; all decoration, with the sentence beside it. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Part } from '../../input/action-words.js';
import type { HomeState, PartState } from './home-state.js';

/** Before anything is said of it nothing runs and all is closed, but the blinds are up. */
const OFF: PartState = { on: false, level: 0, value: null, locked: false };
const UP: PartState = { ...OFF, on: true, level: 100 };

/** Colours that lamps are asked for, and what is no name of a colour in CSS. */
const COLOURS: Readonly<Record<string, string>> = {
  red: '#e5484d',
  green: '#3fb950',
  blue: '#4c8dff',
  yellow: '#f5d90a',
  orange: '#f5a524',
  purple: '#a371f7',
  pink: '#f778ba',
  white: '#ffffff',
  warm: '#ffd28a',
  cool: '#cfe8ff',
};

/** @param place the name of the room, in words */
export function homeDrawing(home: HomeState, place: string): TemplateResult {
  const of = (part: Part): PartState => home.parts.get(part) ?? (part === 'blinds' ? UP : OFF);
  const draw = (part: Part, drawing: (state: PartState) => SVGTemplateResult): SVGTemplateResult => {
    const state = of(part);
    const touched = home.touched.includes(part) ? ` touched ${home.manner}` : '';
    return svg`<g class=${`part ${part}${state.on ? ' on' : ''}${touched}`}>${drawing(state)}</g>`;
  };
  return html`<svg
    class="home"
    viewBox="0 0 320 170"
    fill="none"
    stroke="currentColor"
    aria-hidden="true"
    focusable="false"
  >
    <path class="wall" d="M8 26h304v128H8z" />
    <path class="floor" d="M8 154h304" />
    <text class="place" x="10" y="17">${place.charAt(0).toUpperCase() + place.slice(1)}</text>
    ${draw('window', windowIn)} ${draw('blinds', blinds)} ${draw('lamp', lamp)} ${draw('fan', fan)}
    ${draw('door', door)} ${draw('heater', heater)} ${draw('tv', tv)} ${draw('music', music)}
    ${SMALL.map(([part, at, path]) =>
      draw(
        part,
        ({ on }) =>
          svg`<path transform=${`translate(${at} 132)`} d=${path} />${on ? svg`<circle class="light" cx=${at + 15} cy="132" r="2.5" />` : nothing}`,
      ),
    )}
  </svg>`;
}

/** What stands on the shelf: part, place, lines in a square of 14. */
const SMALL: readonly (readonly [Part, number, string])[] = [
  ['plug', 120, 'M1 1h12v12H1zM5 5v4M9 5v4'],
  ['coffee', 140, 'M1 2h9v7a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3zM10 4h3v4h-3'],
  ['vacuum', 160, 'M1 9a6 4 0 0 1 12 0v3H1zM5 12v1M9 12v1'],
  ['alarm', 180, 'M2 10a5 7 0 0 1 10 0zM1 12h12M7 3V1'],
  ['timer', 200, 'M7 3a5 5 0 1 0 .1 0M7 8V5M5 1h4'],
  ['temperature', 220, 'M5 8V2a2 2 0 0 1 4 0v6a3 3 0 1 1-4 0M7 5v5'],
  ['humidity', 240, 'M7 1c3 4 4 5 4 8a4 4 0 0 1-8 0c0-3 1-4 4-8'],
];

function lamp({ on, level, value }: PartState): SVGTemplateResult {
  const colour = (value !== null && Object.hasOwn(COLOURS, value) && COLOURS[value]) || '#ffd766';
  const glow = on
    ? svg`<path class="glow" d="M134 62 108 128h76l-26-66z" fill=${colour} opacity=${0.12 + (level / 100) * 0.5} />`
    : nothing;
  return svg`${glow}<path d="M146 26v18M132 62a14 18 0 0 1 28 0z" fill=${on ? colour : 'none'} />`;
}

function windowIn({ on }: PartState): SVGTemplateResult {
  return svg`<path class="sky" d="M22 42h60v52H22z" /><path d=${on ? 'M22 42h60v52H22zM52 42v52M52 42l16 8v52l-16-8' : 'M22 42h60v52H22zM52 42v52M22 68h60'} />`;
}

/** Open blinds are up. */
function blinds({ on, level }: PartState): SVGTemplateResult {
  const down = on ? 100 - level : 100;
  const slats = Math.round((down / 100) * 8);
  return svg`<path class="slats" d=${`M20 40h64${Array.from({ length: slats }, (_, index) => `M22 ${46 + index * 6}h60`).join('')}`} />`;
}

function fan({ on }: PartState): SVGTemplateResult {
  return svg`<path d="M210 26v10" /><g class=${on ? 'turning' : ''}><path d="M210 38c-16-8-22-2-22 2s10 4 22-2c12 8 22 6 22 2s-6-10-22-2z" /></g>`;
}

function door({ on, locked }: PartState): SVGTemplateResult {
  const leaf = on ? 'M262 70l18 10v74l-18 0z' : 'M262 70h36v84h-36z';
  return svg`<path class="gap" d="M262 70h36v84h-36z" /><path class="leaf" d=${leaf} /><path d=${locked ? 'M266 112h8v7h-8zM267.500 112v-3a2.500 2.500 0 0 1 5 0v3' : on ? 'M276 116v3' : 'M269 112v4'} />`;
}

function heater({ on, value }: PartState): SVGTemplateResult {
  const waves = on
    ? svg`<path class="warm" d="M30 100q4-4 0-8M44 100q4-4 0-8M58 100q4-4 0-8M72 100q4-4 0-8" />`
    : nothing;
  return svg`<path d="M24 108h56v24H24zM34 108v24M44 108v24M54 108v24M64 108v24M74 108v24" />${waves}${
    value === null
      ? nothing
      : svg`<text class="amount" x="52" y="148" text-anchor="middle">${value.replace(/^(\+|-)?(\d+)C$/, '$1$2 °C')}</text>`
  }`;
}

function tv({ on }: PartState): SVGTemplateResult {
  return svg`<path class="screen" d="M186 76h50v30h-50z" /><path d="M211 106v8M200 114h22" />${on ? svg`<path d="M204 84l14 7-14 7z" />` : nothing}`;
}

function music({ on }: PartState): SVGTemplateResult {
  const notes = on ? svg`<path class="notes" d="M112 84v-12l8-3v12M108 84h4M116 81h4" />` : nothing;
  return svg`<path d="M100 96h22v32h-22zM111 103v2M105 117a6 6 0 1 1 .1 0" />${notes}`;
}
