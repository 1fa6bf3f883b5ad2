/** What rounding did to neighbouring numbers: where each was and is, and how far it moved. The table beside it says the same. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { RoundingSample } from '../../pipeline/rounding.js';
import { placeOn, rangeAxis, type Axis } from '../../report/axes.js';
import type { Strings } from '../strings/strings.js';
import type { RoundingStrings } from '../strings/rounding.js';

/** More lines than this are no longer told apart. */
const MOST_LINES = 40;

export interface RoundingFacts {
  readonly sample: Pick<RoundingSample, 'before' | 'after' | 'steps'>;
  readonly words: RoundingStrings;
  readonly format: Strings['report']['format'];
}

/** How far each number moved, in steps; 0 where there is one code alone. */
export function movesOf({ before, after, steps }: RoundingFacts['sample']): number[] {
  return before.map((value, index) => {
    const step = steps[index] ?? 0;
    return step === 0 ? 0 : ((after[index] ?? 0) - value) / step;
  });
}

export function roundingChart(facts: RoundingFacts): TemplateResult {
  const { sample, words } = facts;
  const { before, after } = sample;
  const moves = movesOf(sample);
  const up = rangeAxis([...before, ...after]);
  // Half a step is the most where each number is rounded by itself.
  const most = Math.max(0.5, ...moves.map(Math.abs));
  const moved: Axis = { min: -most, max: most, ticks: [-0.5, 0, 0.5] };
  const lines = codeLines(sample, up);
  return html`<div class="rounding-chart" aria-hidden="true">
    <p class="quiet">${words.values}</p>
    ${plot(
      facts,
      up,
      html`${
        lines === null
          ? nothing
          : lines.map(
              ({ from, to, value }) =>
                svg`<path class="code" d=${`M${along(from, before.length)} ${high(up, value)}H${along(to, before.length)}`} />`,
            )
      }
      ${before.map((value, index) => svg`<path class="way" d=${`M${middle(index, before.length)} ${high(up, value)}V${high(up, after[index] ?? 0)}`} />`)}`,
      [
        ...before.map((value, index) => spot('was', up, value, index, before.length)),
        ...after.map((value, index) => spot('is', up, value, index, before.length)),
      ],
    )}
    <p class="quiet legend">
      <span class="was">${words.before}</span> <span class="is">${words.after}</span>
      ${lines === null ? words.fine : html`<span class="codes">${words.codes}</span>`}
    </p>
    <p class="quiet">${words.moves}</p>
    <div class="low">
      ${plot(
        facts,
        moved,
        html`${moves.map((move, index) => svg`<path class="move" d=${`M${middle(index, before.length)} ${high(moved, 0)}V${high(moved, move)}`} />`)}`,
        [],
      )}
    </div>
    <p class="quiet end">${words.place}</p>
  </div>`;
}

/** A drawing with its axes. */
function plot(
  { sample: { before }, format }: RoundingFacts,
  up: Axis,
  shapes: TemplateResult,
  spots: readonly TemplateResult[],
): TemplateResult {
  const count = before.length;
  const places = [...before.keys()].filter((index) => index % 8 === 0 || index === count - 1);
  return html`<div class="plot">
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" focusable="false">
      ${up.ticks.map((tick) => svg`<path class="grid" d=${`M0 ${high(up, tick)}H100`} />`)} ${shapes}
      <path class="axis" d="M0 0V100H100" />
    </svg>
    ${spots}
    ${up.ticks.map((tick) => html`<span class="tick up" .style=${`top: ${high(up, tick)}%`}>${format.number(tick)}</span>`)}
    ${places.map((index) => html`<span class="tick along" .style=${`left: ${middle(index, count)}%`}>${index + 1}</span>`)}
  </div>`;
}

function spot(kind: string, up: Axis, value: number, index: number, count: number): TemplateResult {
  return html`<span
    class=${`spot ${kind}`}
    .style=${`left: ${middle(index, count)}%; top: ${high(up, value)}%`}
  ></span>`;
}

/** What codes can say, as lines over the numbers that share a grid; `null` where they are too many. */
function codeLines(
  { after, steps }: RoundingFacts['sample'],
  { min, max }: Axis,
): { readonly from: number; readonly to: number; readonly value: number }[] | null {
  const lines: { from: number; to: number; value: number }[] = [];
  for (let from = 0; from < steps.length;) {
    const [step = 0, begin = 0] = [steps[from], after[from]];
    let to = from + 1;
    while (to < steps.length && steps[to] === step) to++;
    const lowest = Math.ceil((min - begin) / step);
    const highest = Math.floor((max - begin) / step);
    if (step > 0 && highest - lowest >= MOST_LINES) return null;
    for (let code = lowest; step > 0 && code <= highest; code++)
      lines.push({ from, to, value: begin + code * step });
    from = to;
  }
  return lines;
}

/** Percent from the left of the edge before a number. */
function along(index: number, count: number): number {
  return rounded((100 * index) / count);
}

function middle(index: number, count: number): number {
  return along(index + 0.5, count);
}

/** Percent from the top. */
function high(up: Axis, value: number): number {
  return rounded(100 * (1 - placeOn(up, value)));
}

function rounded(percent: number): number {
  return Math.round(percent * 100) / 100;
}
