/** The frontier as points of quality over size. */
import { html, nothing, type TemplateResult } from 'lit';
import type { FrontierPoint } from '../../pipeline/frontier.js';
import { pointsChart } from '../chart/points-chart.js';
import type { FrontierStrings } from '../strings/frontier.js';
import type { Strings } from '../strings/strings.js';

/** What chart and table are drawn from. */
export interface FrontierFacts {
  readonly points: readonly FrontierPoint[];
  /** The point that the plan follows, -1 for none. */
  readonly chosen: number;
  readonly words: FrontierStrings;
  readonly strings: Strings;
}

export function frontierChart(facts: FrontierFacts, pick: (point: FrontierPoint) => void): TemplateResult {
  const { chosen, words, strings } = facts;
  const points = facts.points.map((point) => ({
    point,
    bytes: point.weightBytes,
    kl: point.kl,
    klError: point.klError,
    label: labelOf(point, facts),
    short: point.isDefault ? words.usual : '',
    fits: point.fits,
  }));
  return html`${pointsChart({ points, chosen, words, strings }, ({ point }) => {
    pick(point);
  })}
  ${points[chosen] === undefined ? nothing : html`<p>${points[chosen].label}</p>`}`;
}

/** A point in words. */
export function labelOf(point: FrontierPoint, { words, strings }: FrontierFacts): string {
  const { format } = strings.report;
  const label = words.point(
    format.bytes(point.weightBytes),
    format.rate(point.tokensPerSecond),
    format.number(point.kl),
  );
  const notes = [...(point.isDefault ? [words.usual] : []), ...(point.fits ? [] : [words.fitsNot])];
  return [label, ...notes].join(', ');
}
