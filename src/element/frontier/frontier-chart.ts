/** Loss over size as points that are gone through with arrow keys, like radio buttons. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { FrontierPoint } from '../../pipeline/frontier.js';
import type { FrontierStrings } from '../strings/frontier.js';
import type { Strings } from '../strings/strings.js';

/** What chart and table are drawn from. */
export interface FrontierFacts {
  readonly points: readonly FrontierPoint[];
  /** The point that the plan follows, -1 for none. */
  readonly chosen: number;
  readonly words: FrontierStrings;
  readonly format: Strings['report']['format'];
}

/** Units of the drawing. */
const WIDTH = 320;
const HEIGHT = 190;
const MARGIN = { left: 14, right: 14, top: 14, bottom: 14 };

export function frontierChart(facts: FrontierFacts, pick: (point: FrontierPoint) => void): TemplateResult {
  const { points, chosen, words, format } = facts;
  const places = placesOf(points);
  const at = Math.max(0, chosen);
  const go = (event: KeyboardEvent): void => {
    const next = keyed(event, at, points.length);
    const point = next === null ? undefined : points[next];
    if (next === null || point === undefined) return;
    event.preventDefault();
    const group = event.currentTarget as SVGGElement;
    group.querySelectorAll<SVGElement>('[role="radio"]')[next]?.focus();
    pick(point);
  };
  const [first, last] = [points[0], points.at(-1)];
  return html`<div class="frontier-chart">
    <p class="quiet">${words.loss}</p>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}">
      <path class="axis" d="M${MARGIN.left / 2} 4 V${HEIGHT - 4} H${WIDTH - 4}" />
      <polyline
        points=${bestSoFar(points, places)
          .map(({ x, y }) => `${x},${y}`)
          .join(' ')}
      />
      <g role="radiogroup" aria-label=${words.chart} @keydown=${go}>
        ${points.map((point, index) => {
          const { x, y } = places[index] as Place;
          return svg`<g
            role="radio"
            tabindex=${index === at ? 0 : -1}
            aria-checked=${index === chosen ? 'true' : 'false'}
            aria-label=${labelOf(point, facts)}
            class=${point.fits ? '' : 'unfit'}
            @click=${() => {
              pick(point);
            }}
          >
            <circle class="reach" cx=${x} cy=${y} r="12" />
            <circle class="dot" cx=${x} cy=${y} r=${index === chosen ? 7 : 5} />
          </g>`;
        })}
      </g>
    </svg>
    <p class="quiet ends" aria-hidden="true">
      <span>${first === undefined ? '' : format.bytes(first.weightBytes)}</span>
      <span>${words.size}</span>
      <span>${last === undefined ? '' : format.bytes(last.weightBytes)}</span>
    </p>
    ${points[chosen] === undefined ? nothing : html`<p>${labelOf(points[chosen], facts)}</p>`}
  </div>`;
}

/** A point in words. */
export function labelOf(point: FrontierPoint, { words, format }: FrontierFacts): string {
  const label = words.point(
    format.bytes(point.weightBytes),
    format.rate(point.tokensPerSecond),
    format.number(point.kl),
  );
  const notes = [...(point.isDefault ? [words.usual] : []), ...(point.fits ? [] : [words.fitsNot])];
  return [label, ...notes].join(', ');
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Sizes along the axis; losses by their logarithm, since they differ by orders. */
function placesOf(points: readonly FrontierPoint[]): Place[] {
  const along = (values: readonly number[], begin: number, end: number): number[] => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return values.map((value) =>
      most === least ? (begin + end) / 2 : begin + ((end - begin) * (value - least)) / (most - least),
    );
  };
  const least = 1e-9;
  const xs = along(
    points.map(({ weightBytes }) => weightBytes),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const ys = along(
    points.map(({ kl }) => Math.log(Math.max(kl, least))),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  return points.map((_, index) => ({ x: round(xs[index] ?? 0), y: round(ys[index] ?? 0) }));
}

/** The places of those that lose less than all smaller ones; the others are faster than their neighbours. */
function bestSoFar(points: readonly FrontierPoint[], places: readonly Place[]): Place[] {
  let least = Infinity;
  return places.filter((_, index) => {
    const kl = points[index]?.kl ?? Infinity;
    const isBetter = kl < least;
    least = Math.min(least, kl);
    return isBetter;
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
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
