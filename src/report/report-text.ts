/** A report as plain text for a terminal. */
import type { PlanJson } from '../plan/plan.js';
import type { InputReport, Report, TensorReport, TextPair } from '../quantize/report.js';
import type { InputKind } from '../schema/kinds.js';
import { compareTexts } from './compare-texts.js';
import {
  alternativeLines,
  divergenceFigures,
  headline,
  limitsText,
  memoryFigures,
  shiftFigures,
  speedRows,
  verdictText,
  vocabularyLines,
  type Figure,
} from './figures.js';
import { INPUTS, INPUT_LABELS } from './inputs.js';
import { formatBytes, formatCount, formatDecibels } from '../shared/format.js';
import { showable, showableLine } from '../shared/safe-text.js';
import { ENGLISH_REPORT } from './words.js';
import { wrap } from './wrap.js';

export interface TextOptions {
  /** Width of the terminal in characters. Default 80; at least {@link LEAST_COLUMNS}. */
  readonly columns?: number | undefined;
}

/** Below this a table is no table; lines then simply run over. */
const LEAST_COLUMNS = 40;

/** Widest useful line; on a wide terminal more would only move the columns apart. */
const MOST_COLUMNS = 120;

/** Side by side needs two columns that hold a few words each. */
const SIDE_BY_SIDE_COLUMNS = 72;

/**
 * Renders the report: verdict, figures, memories, one line per tensor, and both texts. Lines end with a line feed;
 * control characters in names and texts are replaced.
 */
export function reportText(report: Report, plan: PlanJson | null, options: TextOptions = {}): string {
  const columns = usedColumns(options);
  const words = ENGLISH_REPORT.verdicts[report.verdict];
  const figures = headline(report);
  return joined([
    [words.title.toUpperCase(), ...wrap(verdictText(report), columns)],
    figureLines([figures.kl, figures.perplexity, figures.top1, figures.size], columns),
    ...(plan === null
      ? []
      : [
          section(columns, `Memory of ${plan.board}`, [
            ...figureLines(memoryFigures(plan), columns - 2),
            ...speedLines(plan),
          ]),
        ]),
    ...detailSections(report, columns),
  ]);
}

/** What {@link reportText} has beside its headline: why the verdict is not better, limits, what would help, distributions, tensors, inputs and texts. */
export function reportDetails(report: Report, options: TextOptions = {}): string {
  const columns = usedColumns(options);
  return joined([wrap(verdictText(report), columns), ...detailSections(report, columns)]);
}

function usedColumns({ columns = 80 }: TextOptions): number {
  return Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, Math.floor(columns)));
}

function joined(sections: readonly (readonly string[])[]): string {
  return sections.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function detailSections(report: Report, columns: number): string[][] {
  const limits = limitsText(report);
  const help = alternativeLines(report);
  const cut = vocabularyLines(report).map(showableLine);
  return [
    ...(limits === '' ? [] : [wrap(limits, columns)]),
    ...(help.length === 0
      ? []
      : [
          section(
            columns,
            ENGLISH_REPORT.alternatives.title,
            help.flatMap((line) => wrap(line, columns - 2)),
          ),
        ]),
    ...(cut.length === 0
      ? []
      : [
          section(
            columns,
            ENGLISH_REPORT.vocabulary.title,
            cut.flatMap((line) => wrap(line, columns - 2)),
          ),
        ]),
    section(
      columns,
      `KL divergence over ${formatCount(report.positions)} positions (nats)`,
      figureLines(divergenceFigures(report), columns - 2),
    ),
    section(columns, 'Probability of the true next token', figureLines(shiftFigures(report), columns - 2)),
    section(columns, 'Tensors', tensorLines(report.tensors, columns)),
    ...(report.inputs.length === 0
      ? []
      : [
          section(
            columns,
            'Inputs of matrices: dB of signal over rounding, chosen ones marked; KL of INT8 alone; µs that 16 bits add',
            inputLines(report.inputs, columns),
          ),
        ]),
    ...report.texts.map((pair) =>
      section(columns, `Greedy text after "${excerpt(pair.prompt)}"`, textLines(pair, columns)),
    ),
    wrap(
      `Measured on ${ENGLISH_REPORT.origins[report.text]}: ${formatCount(report.sequences)} sequences.`,
      columns,
    ),
  ];
}

function section(columns: number, title: string, lines: readonly string[]): string[] {
  return [...wrap(title, columns), ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

/** Labels, values and notes in columns; a note that has no room goes below its value. */
function figureLines(figures: readonly Figure[], columns: number): string[] {
  const label = Math.max(...figures.map((figure) => figure.label.length));
  const value = Math.max(...figures.map((figure) => figure.value.length));
  return figures.flatMap((figure) => {
    const start = `${figure.label.padEnd(label)}  ${figure.value}`;
    if (figure.note === '') return [start];
    const whole = `${start}${' '.repeat(value - figure.value.length)}  ${figure.note}`;
    return whole.length <= columns
      ? [whole]
      : [start, ...wrap(figure.note, columns - 4).map((line) => `    ${line}`)];
  });
}

/** Expected speeds beside what the memories allow. */
function speedLines({ speed, fits }: PlanJson): string[] {
  if (!fits) return [];
  const { table } = ENGLISH_REPORT.plan.speed;
  const cells = [
    [table.title, table.expected, table.bound],
    ...speedRows(speed, null).map(({ label, expected, bound }) => [
      `${table.context}: ${label.toLowerCase()}`,
      expected ?? '–',
      bound,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map(([label = '', ...figures]) =>
    [label.padEnd(widths[0] ?? 0), ...figures.map((figure, at) => figure.padStart(widths[at + 1] ?? 0))].join(
      '  ',
    ),
  );
}

function tensorLines(tensors: readonly TensorReport[], columns: number): string[] {
  const cells = tensors.map((tensor) => [
    showableLine(tensor.name),
    `${tensor.rows}×${tensor.cols}`,
    showableLine(tensor.dtype),
    formatBytes(tensor.bytesBefore),
    formatBytes(tensor.bytesAfter),
    formatDecibels(tensor.sqnr),
  ]);
  const rows = [['Name', 'Shape', 'Type', 'Before', 'After', 'SQNR'], ...cells];
  return tableLines(rows, columns);
}

/** Cells in columns; the first, a name, gives way: its end, where layer and matrix stand, tells more than its beginning. */
function tableLines(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const others = widths.slice(1).reduce((sum, width) => sum + width + 2, 0);
  const nameWidth = Math.max(12, Math.min(widths[0] ?? 0, columns - 2 - others));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? shorten(cell, nameWidth).padEnd(nameWidth) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

/** Kinds that `auto` chooses from: what stands where there is no room for all. */
const AUTO_INPUTS = INPUTS.filter((kind) => kind === 'int8' || kind === 'int16');

function inputLines(inputs: readonly InputReport[], columns: number): string[] {
  const { format } = ENGLISH_REPORT;
  const figure = (value: number | null): string => (value === null ? '–' : format.number(value));
  const table = (kinds: readonly InputKind[], hasCosts: boolean): string[] =>
    tableLines(
      [
        ['Name', ...kinds.map((kind) => INPUT_LABELS[kind]), ...(hasCosts ? ['KL', 'µs'] : [])],
        ...inputs.map(({ name, input, sqnr, kl, micros }) => [
          showableLine(name),
          ...kinds.map((kind) => `${kind === input ? '*' : ''}${formatDecibels(sqnr[kind])}`),
          ...(hasCosts ? [figure(kl), figure(micros)] : []),
        ]),
      ],
      columns,
    );
  const fits = (lines: readonly string[]): boolean => lines.every((line) => line.length <= columns - 2);
  const layouts = [table(INPUTS, true), table(AUTO_INPUTS, true)];
  return layouts.find(fits) ?? table(AUTO_INPUTS, false);
}

function textLines(pair: TextPair, columns: number): string[] {
  const parted = compareTexts({ ...pair, before: showable(pair.before), after: showable(pair.after) });
  if (parted.same) return ['Both models write:', ...wrap(parted.common, columns - 2)];
  const before = `${parted.common}⟦${parted.before}⟧`;
  const after = `${parted.common}⟦${parted.after}⟧`;
  if (columns < SIDE_BY_SIDE_COLUMNS) {
    return ['Original:', ...wrap(before, columns - 2), '', 'Converted:', ...wrap(after, columns - 2)];
  }
  const width = Math.floor((columns - 2 - 3) / 2);
  const left = ['Original', ...wrap(before, width)];
  const right = ['Converted', ...wrap(after, width)];
  const lines: string[] = [];
  for (let line = 0; line < Math.max(left.length, right.length); line++) {
    const first = left[line] ?? '';
    lines.push(
      `${first}${' '.repeat(Math.max(0, width - Array.from(first).length))} │ ${right[line] ?? ''}`.trimEnd(),
    );
  }
  return lines;
}

/** Keeps the end of a name that is too long. */
function shorten(name: string, width: number): string {
  const characters = Array.from(name);
  return characters.length <= width ? name : `…${characters.slice(characters.length - width + 1).join('')}`;
}

const EXCERPT = 40;

function excerpt(text: string): string {
  const characters = Array.from(showableLine(text));
  return characters.length <= EXCERPT ? characters.join('') : `${characters.slice(0, EXCERPT - 1).join('')}…`;
}
