/**
 * Quality over size: each point is a button, gone through with arrow keys like radio buttons. Sizes lie along, losses up by
 * their logarithm, since they differ by orders. Words are laid over the drawing, so that they are as large as all others.
 */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { logAxis, logOf, placeOn, rangeAxis } from '../../report/axes.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';

export interface ChartPoint {
  /** Along. */
  readonly bytes: number;
  /** Up, nats. */
  readonly kl: number;
  /** Its standard error, `null` where there is none. */
  readonly klError: number | null;
  /** All of it in words. */
  readonly label: string;
  /** A word or two that stand beside it where there is room. */
  readonly short: string;
  readonly fits: boolean;
}

export interface ChartFacts<Point extends ChartPoint> {
  /** By size. */
  readonly points: readonly Point[];
  /** -1 for none. */
  readonly chosen: number;
  readonly words: {
    /** What the group of points is, and how one goes through it. */
    readonly chart: string;
    readonly size: string;
    readonly loss: string;
  };
  readonly strings: Strings;
}

/** Share of the drawing's width and height that a word beside a point takes, where words are shown at all. */
const LETTER = 0.0165;
const LINE = 0.085;
const NEAR = { x: 0.035, y: 0.06 };

interface Place {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

export function pointsChart<Point extends ChartPoint>(
  { points, chosen, words, strings }: ChartFacts<Point>,
  pick: (point: Point) => void,
): TemplateResult {
  const { format } = strings.report;
  const sizes = points.map(({ bytes }) => bytes);
  const along = rangeAxis(sizes, Math.max(...sizes) < 1024 * 1024 ? 1024 : 1024 * 1024, 3);
  const up = logAxis(points.flatMap(({ kl, klError }) => [kl, kl + (klError ?? 0)]));
  const places = points.map(({ bytes, kl, klError }): Place => {
    const at = (value: number): number => placeOn(up, logOf(value));
    const [low, high] = [at(Math.max(kl - (klError ?? 0), kl / 10)), at(kl + (klError ?? 0))];
    return { x: placeOn(along, bytes), y: at(kl), low: Math.max(0, low), high };
  });
  const beside = labelPlaces(points, places, chosen);
  const at = Math.max(0, chosen);
  const go = (event: KeyboardEvent): void => {
    const next = keyed(event, at, points.length);
    const point = next === null ? undefined : points[next];
    if (next === null || point === undefined) return;
    event.preventDefault();
    const group = event.currentTarget as HTMLElement;
    group.querySelectorAll<HTMLElement>('[role="radio"]')[next]?.focus();
    pick(point);
  };
  return html`<div class="points-chart">
    <p class="quiet">${words.loss}${term('kl', words.loss, strings)}</p>
    <div class="plot" role="radiogroup" aria-label=${words.chart} @keydown=${go}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        ${up.ticks.map((tick) => svg`<path class="grid" d=${`M0 ${percent(1 - placeOn(up, logOf(tick)))}H100`} />`)}
        ${along.ticks.map((tick) => svg`<path class="grid" d=${`M${percent(placeOn(along, tick))} 0V100`} />`)}
        <path class="axis" d="M0 0V100H100" />
        <path class="best" d=${bestSoFar(points, places)} />
        ${places.map(({ x, low, high }) => svg`<path class="error" d=${`M${percent(x)} ${percent(1 - low)}V${percent(1 - high)}`} />`)}
      </svg>
      ${up.ticks.map(
        (tick) =>
          html`<span
            class="tick up"
            aria-hidden="true"
            .style=${`inset-block-end: ${percent(placeOn(up, logOf(tick)))}%`}
            >${format.number(tick)}</span
          >`,
      )}
      ${along.ticks.map(
        (tick) =>
          html`<span class="tick along" aria-hidden="true" .style=${`left: ${percent(placeOn(along, tick))}%`}
            >${format.bytes(Math.round(tick))}</span
          >`,
      )}
      ${points.map((point, index) => {
        const { x, y } = places[index] as Place;
        const side = beside[index] ?? null;
        return html`<button
          type="button"
          role="radio"
          tabindex=${index === at ? 0 : -1}
          aria-checked=${index === chosen ? 'true' : 'false'}
          aria-label=${point.label}
          title=${point.label}
          class=${point.fits ? 'point' : 'point unfit'}
          .style=${`left: ${percent(x)}%; inset-block-end: ${percent(y)}%`}
          @click=${() => {
            pick(point);
          }}
        >
          <span class="dot"></span
          >${side === null || point.short === '' ? nothing : html`<span class="word ${side}">${point.short}</span>`}
        </button>`;
      })}
    </div>
    <p class="quiet size">${words.size}</p>
  </div>`;
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}

/** The line through those that lose less than all smaller ones. */
function bestSoFar(points: readonly ChartPoint[], places: readonly Place[]): string {
  let least = Infinity;
  const best = places.filter((_, index) => {
    const kl = points[index]?.kl ?? Infinity;
    const isBetter = kl < least;
    least = Math.min(least, kl);
    return isBetter;
  });
  return best.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${percent(x)} ${percent(1 - y)}`).join('');
}

type Side = 'right' | 'left' | 'above' | 'below' | 'above-right' | 'below-right';

interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** On which side of each point its word has room; `null` for those that have none. The chosen one comes first. */
function labelPlaces(
  points: readonly ChartPoint[],
  places: readonly Place[],
  chosen: number,
): (Side | null)[] {
  const taken: Box[] = places.map(({ x, y }) => ({
    left: x - NEAR.x / 2,
    right: x + NEAR.x / 2,
    bottom: y - NEAR.y / 2,
    top: y + NEAR.y / 2,
  }));
  const found: (Side | null)[] = points.map(() => null);
  const order = [...points.keys()].sort((a, b) => Number(b === chosen) - Number(a === chosen));
  for (const index of order) {
    const { x, y } = places[index] as Place;
    const width = LETTER * (points[index]?.short.length ?? 0);
    const boxes: readonly (readonly [Side, Box])[] = [
      ['right', box(x + NEAR.x, y - LINE / 2, width)],
      ['left', box(x - NEAR.x - width, y - LINE / 2, width)],
      ['above', box(x - width / 2, y + NEAR.y, width)],
      ['below', box(x - width / 2, y - NEAR.y - LINE, width)],
      ['above-right', box(x, y + NEAR.y, width)],
      ['below-right', box(x, y - NEAR.y - LINE, width)],
    ];
    const free = boxes.find(([, one]) => isInside(one) && !taken.some((other) => overlap(one, other)));
    if (free === undefined) continue;
    found[index] = free[0];
    taken.push(free[1]);
  }
  return found;
}

function box(left: number, bottom: number, width: number): Box {
  return { left, right: left + width, bottom, top: bottom + LINE };
}

function isInside({ left, right, bottom, top }: Box): boolean {
  return left >= 0 && right <= 1 && bottom >= 0 && top <= 1;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top;
}

/** Where a key leads, `null` for one that leads nowhere. Arrows go round, as they do among radio buttons. */
function keyed({ key }: KeyboardEvent, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowLeft':
    case 'ArrowUp':
      return (at + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case ' ':
    case 'Enter':
      return at;
    default:
      return null;
  }
}
