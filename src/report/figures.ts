/** A report as labelled rows of formatted figures: what the terminal, the HTML file and the page all show. */
import type { PlanJson, MemoryUse } from '../plan/plan.js';
import type { Report } from '../quantize/report.js';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatPercent,
  formatPerplexity,
  formatRate,
  formatWithError,
} from './format.js';

/** One figure. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** A second, smaller line; empty for none. */
  readonly note: string;
}

/** The four figures that decide. */
export interface Headline {
  readonly kl: Figure;
  readonly perplexity: Figure;
  readonly top1: Figure;
  readonly size: Figure;
}

export function headline(report: Report): Headline {
  const { kl, perplexity, size } = report;
  const error = perplexity.ratioError === null ? '' : ` ± ${formatNumber(perplexity.ratioError)}`;
  return {
    kl: { label: 'Mean KL divergence', value: formatNumber(kl.mean), note: 'nats, 0 is identical' },
    perplexity: {
      label: 'Perplexity',
      value: `${formatPerplexity(perplexity.before)} → ${formatPerplexity(perplexity.after)}`,
      note: `ratio ${perplexity.ratio.toFixed(4)}${error}`,
    },
    top1: {
      label: 'Same first choice',
      value: formatPercent(report.top1),
      note: `of ${formatCount(report.positions)} positions`,
    },
    size: {
      label: 'Size',
      value: `${formatBytes(size.before)} → ${formatBytes(size.after)}`,
      note: `${formatNumber(size.bitsPerWeight)} bits per weight`,
    },
  };
}

/** The distribution of the divergence over positions. */
export function divergenceFigures(report: Report): Figure[] {
  const { kl } = report;
  const row = (label: string, value: string): Figure => ({ label, value, note: '' });
  return [
    row('Mean', formatWithError(kl.mean, kl.meanError)),
    row('Median', formatNumber(kl.median)),
    row('90 %', formatNumber(kl.p90)),
    row('95 %', formatNumber(kl.p95)),
    row('99 %', formatNumber(kl.p99)),
    row('99.9 %', formatNumber(kl.p999)),
    row('Largest', formatNumber(kl.max)),
  ];
}

/** The shift of the probability of the word that really follows. */
export function shiftFigures(report: Report): Figure[] {
  const { probabilityShift: shift } = report;
  const points = (value: number): string => `${(value * 100).toFixed(2).replace('-', '−')} points`;
  return [
    { label: 'Mean', value: points(shift.mean), note: '' },
    { label: 'Root mean square', value: points(shift.rms), note: '' },
    { label: '1 %', value: points(shift.p1), note: '' },
    { label: '99 %', value: points(shift.p99), note: '' },
  ];
}

const MEMORY_LABELS: Record<MemoryUse['memory'], string> = { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' };

/** How full each memory of the board is; a memory that the board lacks and the model does not need is left out. */
export function memoryFigures(plan: PlanJson): Figure[] {
  return plan.memories
    .filter((use) => use.capacity > 0 || used(use) > 0)
    .map((use) => ({
      label: MEMORY_LABELS[use.memory],
      value: `${formatBytes(used(use))} of ${formatBytes(use.capacity)}`,
      note: parts(use),
    }));
}

/** Bytes that the model takes of a memory. */
export function used(use: MemoryUse): number {
  return use.weights + use.cache + use.scratch;
}

function parts(use: MemoryUse): string {
  return [
    use.weights > 0 ? `weights ${formatBytes(use.weights)}` : '',
    use.cache > 0 ? `cache ${formatBytes(use.cache)}` : '',
    use.scratch > 0 ? `scratch ${formatBytes(use.scratch)}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The speed that memory bandwidth allows, as a sentence part. */
export function speedBound(plan: PlanJson): string {
  return `at most ${formatRate(plan.boundTokensPerSecond)} tokens per second`;
}
