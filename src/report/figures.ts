/** A report as labelled rows of formatted figures: what the terminal, the HTML file and the page all show. */
import type { PlanJson, MemoryUse } from '../plan/plan.js';
import type { ChangeName, Report, SchemeChange } from '../quantize/report.js';
import { SPEED_PLACES, speedBetween } from '../plan/speed-between.js';
import type { SpeedAt, SpeedFigures } from '../plan/speed-figures.js';
import { ENGLISH_REPORT, type ReportWords } from './words.js';

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

export function headline(report: Report, words: ReportWords = ENGLISH_REPORT): Headline {
  const { kl, perplexity, size } = report;
  const { format, labels } = words;
  const error = perplexity.ratioError === null ? '' : ` ± ${format.number(perplexity.ratioError)}`;
  return {
    kl: { label: labels.kl, value: format.number(kl.mean), note: labels.klNote },
    perplexity: {
      label: labels.perplexity,
      value: `${format.perplexity(perplexity.before)} → ${format.perplexity(perplexity.after)}`,
      note: labels.ratio(`${format.fixed(perplexity.ratio, 4)}${error}`),
    },
    top1: {
      label: labels.top1,
      value: format.percent(report.top1),
      note: labels.positions(format.count(report.positions)),
    },
    size: {
      label: labels.size,
      value: `${format.bytes(size.before)} → ${format.bytes(size.after)}`,
      note: labels.bits(format.number(size.bitsPerWeight)),
    },
  };
}

/** What a verdict means and why it is not one better. */
export function verdictText({ verdict, judgement }: Report, words: ReportWords = ENGLISH_REPORT): string {
  const { meaning } = words.verdicts[verdict];
  const { reason } = judgement;
  return verdict === 'undecided' || reason === null ? meaning : `${meaning} ${words.reasons[reason]}`;
}

/** The limits that the verdict stands for; empty for one that has none. */
export function limitsText({ judgement }: Report, words: ReportWords = ENGLISH_REPORT): string {
  const { limits } = judgement;
  if (limits === null) return '';
  const { number, percent } = words.format;
  const higher = limits.ratio - 1;
  return words.limits(number(limits.kl), percent(limits.top1, 0), percent(higher, higher < 0.005 ? 1 : 0));
}

function changeName(change: SchemeChange): ChangeName {
  if ('cache' in change) return `cache:${change.cache}`;
  return 'granularity' in change ? change.granularity : change.activations;
}

/** What would help, a line each: the change, what it gains and its price. */
export function alternativeLines(report: Report, words: ReportWords = ENGLISH_REPORT): string[] {
  const { changes, line, size, speed } = words.alternatives;
  const { percent } = words.format;
  const change = (ratio: number): string | null =>
    Math.abs(ratio - 1) < 0.005 ? null : percent(Math.abs(ratio - 1), 0);
  return report.alternatives.map(({ change: changed, klRatio, sizeRatio, speedRatio }) => {
    return line(
      changes[changeName(changed)],
      percent(1 - klRatio, 0),
      size(change(sizeRatio), sizeRatio > 1),
      speed(change(speedRatio ?? 1), (speedRatio ?? 1) > 1),
    );
  });
}

/** What a cut of the vocabulary costs, a sentence or two a line; empty for a whole one. */
export function vocabularyLines({ vocabulary }: Report, words: ReportWords = ENGLISH_REPORT): string[] {
  if (vocabulary === null) return [];
  const { texts, kept, length, examples, bits, lost, divergence } = words.vocabulary;
  const { count, number, percent } = words.format;
  const { tokens, of, lengths, bitsPerByte } = vocabulary;
  const lines = [kept(count(tokens), count(of))];
  for (const { text, characters, tokensBefore, tokensAfter, words: all, apart, examples: found } of lengths) {
    if (characters === 0) continue;
    lines.push(
      length(
        texts[text],
        number(tokensBefore / characters),
        number(tokensAfter / characters),
        percent(all === 0 ? 0 : apart / all),
      ),
    );
    const shown = found.map(({ word, pieces }) => `${word} (${pieces.join('·')})`);
    if (shown.length > 0) lines.push(examples(shown.join(', ')));
  }
  if (bitsPerByte !== null) {
    const { text, whole, cut, converted, lost: share } = bitsPerByte;
    lines.push(bits(texts[text], number(whole), number(cut), number(converted)), lost(percent(share)));
  }
  return [...lines, divergence];
}

/** The distribution of the divergence over positions. */
export function divergenceFigures(report: Report, words: ReportWords = ENGLISH_REPORT): Figure[] {
  const { kl } = report;
  const { format, labels } = words;
  const row = (label: string, value: string): Figure => ({ label, value, note: '' });
  const rank = (share: number, digits: number): string => labels.rank(format.percent(share, digits));
  return [
    row(labels.mean, format.withError(kl.mean, kl.meanError)),
    row(labels.median, format.number(kl.median)),
    row(rank(0.9, 0), format.number(kl.p90)),
    row(rank(0.95, 0), format.number(kl.p95)),
    row(rank(0.99, 0), format.number(kl.p99)),
    row(rank(0.999, 1), format.number(kl.p999)),
    row(labels.largest, format.number(kl.max)),
  ];
}

/** The shift of the probability of the word that really follows. */
export function shiftFigures(report: Report, words: ReportWords = ENGLISH_REPORT): Figure[] {
  const { probabilityShift: shift } = report;
  const { format, labels } = words;
  const points = (value: number): string => labels.points(format.fixed(value * 100, 2));
  return [
    { label: labels.mean, value: points(shift.mean), note: '' },
    { label: labels.rootMeanSquare, value: points(shift.rms), note: '' },
    { label: labels.rank(format.percent(0.01, 0)), value: points(shift.p1), note: '' },
    { label: labels.rank(format.percent(0.99, 0)), value: points(shift.p99), note: '' },
  ];
}

/** What a board was seen to do, and with how many tokens in its context, on average. */
export interface MeasuredSpeed {
  readonly rate: number;
  readonly position: number;
  /** Share of the tokens that a pass for an earlier one had guessed, 0..1: they took no pass of their own. */
  readonly guessed: number;
}

/** A line of the table of speeds: the same on the page, in the HTML report and on the terminal. */
export interface SpeedRow {
  readonly label: string;
  /** Formatted; `null` for what is not known there. */
  readonly expected: string | null;
  readonly measured: string | null;
  readonly bound: string;
  /** The same as shares of the largest bound of the table. */
  readonly shares: { readonly expected: number; readonly measured: number; readonly bound: number };
}

/** The speeds of a plan, and a measured one among them. */
export function speedRows(
  speed: SpeedFigures,
  measured: MeasuredSpeed | null,
  words: Pick<ReportWords, 'plan' | 'format'> = ENGLISH_REPORT,
): SpeedRow[] {
  const { rate, count, speed: said } = words.plan;
  // What memories allow is passes, and a pass with right guesses is several tokens.
  const bound = measured === null ? 0 : speedBetween(speed, measured.position).bound / (1 - measured.guessed);
  const most = Math.max(speed.start.bound, bound);
  const row = (label: string, there: SpeedAt, seen: number): SpeedRow => ({
    label,
    expected: there.expected > 0 ? rate(there.expected) : null,
    measured: seen > 0 ? rate(seen) : null,
    bound: rate(there.bound),
    shares: { expected: there.expected / most, measured: seen / most, bound: there.bound / most },
  });
  const rows = SPEED_PLACES.map((place) => ({
    position: speed[place].position,
    row: row(said.table.places[place], speed[place], 0),
  }));
  if (measured !== null) {
    const { position, guessed, rate: seen } = measured;
    const at = said.table.at(count(position));
    const label = guessed > 0 ? said.table.guessed(at, words.format.percent(guessed, 0)) : at;
    // Nothing was expected of guesses.
    const expected = guessed > 0 ? 0 : speedBetween(speed, position).expected;
    rows.push({ position, row: row(label, { position, expected, bound }, seen) });
    rows.sort((one, other) => one.position - other.position);
  }
  return rows.map((each) => each.row);
}

/** How full each memory of the board is; a memory that the board lacks and the model does not need is left out. */
export function memoryFigures(plan: PlanJson, words: ReportWords = ENGLISH_REPORT): Figure[] {
  return plan.memories
    .filter((use) => use.capacity > 0 || used(use) > 0)
    .map((use) => ({
      label: words.memories[use.memory],
      value: words.uses.of(words.format.bytes(used(use)), words.format.bytes(use.capacity)),
      note: parts(use, words),
    }));
}

/** Bytes that the model takes of a memory. */
export function used(use: MemoryUse): number {
  return use.weights + use.cache + use.scratch;
}

function parts(use: MemoryUse, { format, uses }: ReportWords): string {
  return [
    use.weights > 0 ? uses.weights(format.bytes(use.weights)) : '',
    use.cache > 0 ? uses.cache(format.bytes(use.cache)) : '',
    use.scratch > 0 ? uses.scratch(format.bytes(use.scratch)) : '',
  ]
    .filter((part) => part !== '')
    .join(uses.separator);
}
