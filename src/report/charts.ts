/** Geometry of the report's charts as SVG path data, so that the page and the HTML file draw the same picture. */
import type { TensorReport } from '../quantize/report.js';

/** A histogram over `[-limit, limit)` in user units of `width × height`; y grows downwards. */
export interface HistogramShape {
  readonly width: number;
  readonly height: number;
  /** Closed outline of the bins before. */
  readonly before: string;
  /** Open outline of the bins after. */
  readonly after: string;
}

/** One line of the table behind a histogram. */
export interface HistogramRow {
  readonly from: number;
  readonly to: number;
  /** Share of all sampled weights in the range, 0..1. */
  readonly before: number;
  readonly after: number;
}

/** Draws both histograms on one scale. */
export function histogramShape(
  histogram: TensorReport['histogram'],
  width: number,
  height: number,
): HistogramShape {
  const before = shares(histogram.before);
  const after = shares(histogram.after);
  const peak = Math.max(...before, ...after, Number.MIN_VALUE);
  const outline = steps(before, width, height, peak);
  return {
    width,
    height,
    before: outline === '' ? '' : `${outline}V${height}H0Z`,
    after: steps(after, width, height, peak),
  };
}

/** What of a histogram is drawn: the middle that holds nearly all weights, so that no half of the drawing is empty. */
export interface HistogramMiddle {
  readonly histogram: TensorReport['histogram'];
  /** Share of the fullest bin, before or after. */
  readonly peak: number;
  /** Share of the weights beyond it. */
  readonly outside: number;
}

/** Weights that may lie outside of a drawing. */
const MOST_OUTSIDE = 0.002;

/** Cuts as many bins from both ends as hold next to nothing. */
export function histogramMiddle({ limit, before, after }: TensorReport['histogram']): HistogramMiddle {
  const bins = Math.min(before.length, after.length);
  const [left, right] = [shares(before), shares(after)];
  const beyond = (cut: number): number => {
    const out = (all: readonly number[]): number => sum(all.slice(0, cut)) + sum(all.slice(bins - cut));
    return Math.max(out(left), out(right));
  };
  let cut = 0;
  // A few bins are no shape.
  while (bins - 2 * (cut + 1) >= 8 && beyond(cut + 1) <= MOST_OUTSIDE) cut++;
  const within = (all: readonly number[]): number[] => all.slice(cut, bins - cut);
  return {
    histogram: {
      limit: bins === 0 ? limit : (limit * (bins - 2 * cut)) / bins,
      before: within(before),
      after: within(after),
    },
    peak: Math.max(0, ...left, ...right),
    outside: beyond(cut),
  };
}

/** Bins in the table: enough to see the shape, few enough to be read out. */
const TABLE_ROWS = 16;

/** The histogram as a short table: neighbouring bins summed, empty ranges at both ends left out. */
export function histogramRows(histogram: TensorReport['histogram']): HistogramRow[] {
  const bins = Math.max(histogram.before.length, histogram.after.length);
  if (bins === 0 || histogram.limit === 0) return [];
  const before = shares(histogram.before);
  const after = shares(histogram.after);
  const perRow = Math.max(1, Math.ceil(bins / TABLE_ROWS));
  const rows: HistogramRow[] = [];
  for (let bin = 0; bin < bins; bin += perRow) {
    const end = Math.min(bins, bin + perRow);
    rows.push({
      from: histogram.limit * ((2 * bin) / bins - 1),
      to: histogram.limit * ((2 * end) / bins - 1),
      before: sum(before.slice(bin, end)),
      after: sum(after.slice(bin, end)),
    });
  }
  const used = (row: HistogramRow): boolean => row.before > 0 || row.after > 0;
  const first = rows.findIndex(used);
  return first < 0 ? [] : rows.slice(first, rows.findLastIndex(used) + 1);
}

/** SQNR that fills the bar of a tensor; INT8 with one scale per row lies around 40 dB. */
const FULL_BAR_DECIBELS = 60;

/** Length of a tensor's SQNR bar, 0..1; a tensor that lost nothing fills it. */
export function sqnrShare(sqnr: number | null): number {
  if (sqnr === null) return 1;
  return Number.isFinite(sqnr) ? Math.min(1, Math.max(0, sqnr / FULL_BAR_DECIBELS)) : 0;
}

function shares(bins: readonly number[]): number[] {
  const total = sum(bins);
  return total > 0 ? bins.map((bin) => bin / total) : bins.map(() => 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function steps(bins: readonly number[], width: number, height: number, peak: number): string {
  if (bins.length === 0) return '';
  const at = (value: number): string => String(Number(value.toFixed(2)));
  const parts = [`M0 ${height}`];
  for (const [index, bin] of bins.entries()) {
    parts.push(`V${at(height * (1 - bin / peak))}H${at((width * (index + 1)) / bins.length)}`);
  }
  return parts.join('');
}
