/**
 * A board on a desk, from above: its header with the numbers of its pins, and what hangs on them. Decoration; what it shows stands
 * beside it as text.
 */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { lightOf, whyReserved } from '../../chips/pins.js';
import type { Board } from '../../plan/boards.js';
import type { DrawnThing } from './desk-state.js';
import { cssColour, isOn, thingPicture } from './thing-pictures.js';
import { drawnHeader } from './wired-things.js';

const WIDTH = 500;
/** The board's left and right edge, and the middles of what hangs beside it. */
const EDGE = { left: 190, right: 310 } as const;
const MIDDLE = { left: 132, right: 368 } as const;
const ROW = 13;
const ABOVE = 58;
const BELOW = 34;
/** Room that a thing takes. */
const THING = 46;
const MOST_LETTERS = 19;

/** Colours of wires, in the order in which they come out of the box. */
const WIRES = ['#e0463e', '#f2a33a', '#4f9d5d', '#3f7fd1', '#9a63c9', '#c7802f', '#2aa3a3', '#d6588e'];

type Side = keyof typeof EDGE;

export interface DeskFacts {
  readonly board: Board;
  readonly things: readonly DrawnThing[];
  /** The pin that something is held over. */
  readonly over?: number | null;
  /** Pressed, for things that can be: inputs. */
  readonly press?: (thing: DrawnThing) => void;
  /** A person takes hold of a thing. */
  readonly take?: (event: PointerEvent, name: string) => void;
}

interface Placed {
  readonly thing: DrawnThing;
  readonly side: Side;
  /** Of its pin. */
  readonly pinY: number;
  readonly y: number;
  readonly wire: string;
}

export function deskPicture(facts: DeskFacts): TemplateResult {
  const { board, things } = facts;
  const header = drawnHeader(board);
  const rows = Math.max(header.left.length, header.right.length);
  const onBoard = lightOf(board)?.pin;
  const height = ABOVE + rows * ROW + BELOW;
  const place = (side: Side): readonly Placed[] => {
    const found = things.flatMap((thing, index) => {
      const row = header[side].indexOf(thing.pin);
      if (row < 0 || isBoardLight(thing, onBoard)) return [];
      return [{ thing, side, pinY: pinY(row), wire: WIRES[index % WIRES.length] ?? '' }];
    });
    return spread(found, height);
  };
  const placed = [...place('left'), ...place('right')];
  const needed = Math.max(height, ...placed.map(({ y }) => y + THING / 2));
  return html`<svg
    class="desk"
    viewBox=${`0 0 ${WIDTH} ${needed}`}
    aria-hidden="true"
    focusable="false"
    direction="ltr"
  >
    ${boardBody(board, height)} ${boardLight(things.find((thing) => isBoardLight(thing, onBoard)))}
    ${placed.map((one) => wire(one))}
    ${(['left', 'right'] as const).map((side) => header[side].map((pin, row) => pad(pin, row, side, facts)))}
    ${placed.map((one) => hanging(one, facts))}
  </svg>`;
}

function isBoardLight({ pin, state }: DrawnThing, onBoard: number | undefined): boolean {
  return state.kind === 'light' && pin === onBoard;
}

function pinY(row: number): number {
  return ABOVE + row * ROW + ROW / 2;
}

/** As near to their pins as there is room, without touching one another. */
function spread(found: readonly Omit<Placed, 'y'>[], height: number): readonly Placed[] {
  const sorted = [...found].sort((a, b) => a.pinY - b.pinY);
  const ys: number[] = [];
  for (const { pinY: wanted } of sorted) ys.push(Math.max(wanted, (ys.at(-1) ?? -Infinity) + THING));
  // What hangs over the lower end is moved up again, as far as there is room.
  let limit = height - THING / 2;
  for (let index = ys.length - 1; index >= 0; index--) {
    ys[index] = Math.max(Math.min(ys[index] as number, limit), THING / 2 + index * THING);
    limit = (ys[index] as number) - THING;
  }
  return sorted.map((one, index) => ({ ...one, y: ys[index] as number }));
}

/** The printed circuit board with the module, its antenna above and the socket below. */
function boardBody({ name, chip }: Board, height: number): SVGTemplateResult {
  const middle = (EDGE.left + EDGE.right) / 2;
  const antenna = Array.from({ length: 5 }, (_, index) => `h6v${index % 2 === 0 ? -9 : 9}`).join('');
  return svg`<rect class="pcb" x=${EDGE.left - 4} y="6" width=${EDGE.right - EDGE.left + 8} height=${height - 18} rx="7" />
    <rect class="module" x=${middle - 34} y="14" width="68" height="92" rx="3" />
    <path class="antenna" d=${`M${middle - 15} 31${antenna}`} />
    <rect class="can" x=${middle - 28} y="38" width="56" height="62" rx="2" />
    <text class="chip" x=${middle} y="66">${chip.name}</text>
    <text class="print" x=${middle} y="80">${name.replace(chip.name, '').replace(/^[- ]|\s*\(.*/g, '')}</text>
    <rect class="socket" x=${middle - 14} y=${height - 24} width="28" height="20" rx="3" />
    <text class="print" x=${middle} y=${height - 30}>USB</text>`;
}

/** The light that sits on the board itself. */
function boardLight(thing: DrawnThing | undefined): SVGTemplateResult | typeof nothing {
  if (thing?.state.kind !== 'light') return nothing;
  const middle = (EDGE.left + EDGE.right) / 2;
  const { colour } = thing.state;
  const fill = cssColour(colour);
  return svg`<g class="board-light" transform=${`translate(${middle} 132)`}>
    ${colour === 0 ? nothing : svg`<circle class="glow" r="34" fill=${fill} fill-opacity="0.25" /><circle class="glow" r="20" fill=${fill} fill-opacity="0.35" />`}
    <rect class="metal" x="-8" y="-8" width="16" height="16" rx="2" />
    <circle class="glass" r="5.500" /><circle r="5.500" fill=${fill} fill-opacity=${colour === 0 ? 0 : 1} />
    <text class="print" y="19">RGB</text>
  </g>`;
}

function pad(
  pin: number | string,
  row: number,
  side: Side,
  { board, over, things }: DeskFacts,
): SVGTemplateResult {
  const y = pinY(row);
  const x = EDGE[side] + (side === 'left' ? 4 : -4);
  const isPin = typeof pin === 'number';
  const kind = !isPin
    ? 'power'
    : whyReserved(pin, board) !== null
      ? 'taken'
      : things.some((thing) => thing.pin === pin)
        ? 'wired'
        : 'free';
  const text = x + (side === 'left' ? 7 : -7);
  return svg`<g class=${`pad ${kind} ${isPin && over === pin ? 'over' : ''}`} data-pin=${isPin ? pin : nothing}>
    <circle class="reach" cx=${x} cy=${y} r="9" /><circle class="hole" cx=${x} cy=${y} r="3.400" />
    <text x=${text} y=${y + 2.8} text-anchor=${side === 'left' ? 'start' : 'end'}>${pin}</text>
  </g>`;
}

function wire({ side, pinY: from, y, thing, wire: colour }: Placed): SVGTemplateResult {
  const x = EDGE[side] + (side === 'left' ? 4 : -4);
  const to = MIDDLE[side] + (side === 'left' ? 14 : -14);
  const bend = (x + to) / 2;
  return svg`<path class=${isOn(thing.state) ? 'wire on' : 'wire'} d=${`M${x} ${from}C${bend} ${from} ${bend} ${y} ${to} ${y}`} stroke=${colour} />`;
}

function hanging({ thing, side, y }: Placed, { press, take }: DeskFacts): SVGTemplateResult {
  const { name, state } = thing;
  const x = MIDDLE[side];
  const text = x + (side === 'left' ? -20 : 20);
  const isPressed = press !== undefined && state.kind === 'level';
  const shown = name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
  return svg`<g class=${`thing ${isPressed ? 'pressable' : ''} ${take === undefined ? '' : 'movable'}`} data-thing=${name}
    @click=${isPressed ? () => press(thing) : nothing}
    @pointerdown=${take === undefined ? nothing : (event: PointerEvent) => take(event, name)}>
    <g transform=${`translate(${x} ${y})`}><circle class="reach" r="20" />${thingPicture(thing)}</g>
    <text class="name" x=${text} y=${y + 3} text-anchor=${side === 'left' ? 'end' : 'start'}>${shown}</text>
  </g>`;
}
