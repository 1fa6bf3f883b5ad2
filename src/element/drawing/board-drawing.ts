/**
 * The board, drawn: the chip with its own memory inside, the two memory chips beside it, and in each the pieces of the model to
 * the scale of that memory. What is too much stands above the edge.
 */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { MemoryName } from '../../plan/plan.js';
import type { Block, DrawnMemory } from './board-blocks.js';

/** A piece that a person points at. */
export interface Pointed {
  readonly memory: MemoryName;
  readonly index: number;
}

export interface DrawingFacts {
  readonly memories: readonly DrawnMemory[];
  readonly pointed: Pointed;
  readonly labels: {
    readonly picture: string;
    readonly board: string;
    readonly chip: string;
    readonly usb: string;
    readonly name: (memory: MemoryName) => string;
    readonly size: (bytes: number) => string;
    readonly memory: (memory: DrawnMemory) => string;
    readonly block: (block: Block, memory: DrawnMemory) => string;
  };
  readonly point: (pointed: Pointed) => void;
}

/** Where a memory lies: left edge, width, and the line that its pieces stand on. */
interface Place {
  readonly x: number;
  readonly width: number;
}

const PLACES: Readonly<Record<MemoryName, Place>> = {
  sram: { x: 84, width: 84 },
  psram: { x: 204, width: 56 },
  flash: { x: 284, width: 56 },
};
const BASE = 202;
/** Height of a full memory, and of what may stand above the edge besides. */
const ROOM = 92;
const SPILL = 32;

export function boardDrawing(facts: DrawingFacts): TemplateResult {
  const { labels, memories } = facts;
  return html`<svg
    class="board-drawing"
    viewBox="0 0 380 250"
    role="group"
    aria-label=${labels.picture}
    direction="ltr"
    @keydown=${(event: KeyboardEvent) => {
      travel(event, facts);
    }}
  >
    ${outline(labels)} ${memories.map((memory) => drawnMemory(memory, facts))}
  </svg>`;
}

/** Circuit board, socket, pins, buttons, and the module with the chip and the memories beside it. */
function outline({ board, chip, usb }: DrawingFacts['labels']): SVGTemplateResult {
  const pins = Array.from({ length: 24 }, (_, index) => 22 + index * 14.6);
  return svg`<g aria-hidden="true">
    <rect class="pcb" x="10" y="4" width="362" height="242" rx="9" />
    ${pins.map((x) => svg`<circle class="pin" cx=${x} cy="11" r="2.2" /><circle class="pin" cx=${x} cy="239" r="2.2" />`)}
    <rect class="part" x="3" y="106" width="30" height="34" rx="3" /><text x="18" y="152">${usb}</text>
    <rect class="part" x="24" y="40" width="20" height="14" rx="2" /><text x="34" y="65">BOOT</text>
    <rect class="part" x="24" y="186" width="20" height="14" rx="2" /><text x="34" y="211">RESET</text>
    <rect class="can" x="60" y="20" width="304" height="210" rx="5" />
    <text class="title" x="68" y="33">${board}</text>
    <path class="wire" d="M182 120h12M182 150h6v76h130v-4" />
    <rect class="die" x="70" y="44" width="112" height="178" rx="4" />
    <text class="title" x="78" y="57">${chip}</text>
    <rect class="core" x="84" y="62" width="38" height="15" rx="2" /><text x="103" y="73">CPU 0</text>
    <rect class="core" x="130" y="62" width="38" height="15" rx="2" /><text x="149" y="73">CPU 1</text>
    <rect class="die" x="194" y="44" width="76" height="178" rx="4" />
    <rect class="die" x="274" y="44" width="76" height="178" rx="4" />
  </g>`;
}

function drawnMemory(drawn: DrawnMemory, facts: DrawingFacts): SVGTemplateResult {
  const { labels } = facts;
  const { memory, capacity, used, blocks } = drawn;
  const { x, width } = PLACES[memory];
  const whole = Math.max(capacity, used);
  const scale = whole === 0 ? 0 : Math.min(capacity > 0 ? ROOM / capacity : Infinity, (ROOM + SPILL) / whole);
  const edge = BASE - capacity * scale;
  let y = BASE;
  const pieces = blocks.map((block, index) => {
    const height = block.bytes * scale;
    y -= height;
    return piece({ block, drawn, index, x, y, width, height }, facts);
  });
  return svg`<g role="group" aria-label=${labels.memory(drawn)}>
    <text aria-hidden="true" x=${x + width / 2} y="216">${labels.name(memory)} ${capacity === 0 ? '–' : labels.size(capacity)}</text>
    ${capacity === 0 ? nothing : svg`<rect class="room" x=${x} y=${edge} width=${width} height=${BASE - edge} />`}
    ${pieces}
    ${
      used > capacity
        ? svg`<rect class="spill" x=${x} y=${BASE - used * scale} width=${width} height=${(used - capacity) * scale} />
            <path class="limit" d="M${x - 5} ${edge}h${width + 10}" />`
        : nothing
    }
    <path class="wall" d="M${x} ${edge}V${BASE}h${width}V${edge}" />
  </g>`;
}

function piece(
  at: {
    readonly block: Block;
    readonly drawn: DrawnMemory;
    readonly index: number;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  },
  { labels, pointed, point }: DrawingFacts,
): SVGTemplateResult {
  const { block, drawn, index, x, y, width, height } = at;
  const isPointed = pointed.memory === drawn.memory && pointed.index === index;
  const kind = block.kind === 'cache' || block.kind === 'scratch' ? block.kind : 'weights';
  const here = (): void => {
    point({ memory: drawn.memory, index });
  };
  return svg`<rect
    class=${`block ${kind} ${index % 2 === 0 ? 'even' : 'odd'} ${isPointed ? 'pointed' : ''}`}
    role="img"
    aria-label=${labels.block(block, drawn)}
    tabindex=${isPointed ? 0 : -1}
    data-block=${`${drawn.memory}-${index}`}
    x=${x}
    y=${y}
    width=${width}
    height=${Math.max(height, 0.75)}
    @pointerenter=${here}
    @click=${here}
    @focus=${here}
  />`;
}

/** Up and down within a memory, left and right to the next one. */
function travel(event: KeyboardEvent, { memories, pointed, point }: DrawingFacts): void {
  const filled = memories.filter(({ blocks }) => blocks.length > 0);
  const at = filled.findIndex(({ memory }) => memory === pointed.memory);
  const here = filled[at];
  if (here === undefined) return;
  const last = here.blocks.length - 1;
  const beside = (step: number): Pointed => {
    const next = filled[(at + step + filled.length) % filled.length] ?? here;
    return { memory: next.memory, index: Math.min(pointed.index, next.blocks.length - 1) };
  };
  const moves: Readonly<Record<string, () => Pointed>> = {
    ArrowUp: () => ({ ...pointed, index: Math.min(last, pointed.index + 1) }),
    ArrowDown: () => ({ ...pointed, index: Math.max(0, pointed.index - 1) }),
    ArrowRight: () => beside(1),
    ArrowLeft: () => beside(-1),
    Home: () => ({ ...pointed, index: 0 }),
    End: () => ({ ...pointed, index: last }),
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  const next = move();
  point(next);
  const drawing = event.currentTarget as SVGElement;
  drawing.querySelector<SVGElement>(`[data-block="${next.memory}-${next.index}"]`)?.focus();
}
