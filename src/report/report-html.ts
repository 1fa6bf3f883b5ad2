/** A report as one self-contained HTML file: no script, no request, dark and light, readable on paper. */
import type { PlanJson } from '../plan/plan.js';
import { planProblems, planRemedies } from '../plan/words.js';
import type { InputReport, Report, TensorReport, TextPair } from '../quantize/report.js';
import { compareTexts } from './compare-texts.js';
import { escape } from './escape.js';
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
import { layerSection, spreadChart } from './report-charts.js';
import { REPORT_STYLE } from './report-style.js';
import { VERSION } from '../shared/version.js';
import { showable, showableLine } from '../shared/safe-text.js';
import { ENGLISH_REPORT, type ReportWords } from './words.js';

export interface HtmlOptions {
  /** Name of the model for title and heading. Default `Model`, in the language of the words. */
  readonly name?: string | undefined;
  /** The day that stands in it; without, none does. */
  readonly made?: Date | undefined;
  /** Default English. */
  readonly words?: ReportWords | undefined;
}

/**
 * Renders the report.
 * @param plan the plan of the conversion, `null` leaves the memories out
 * @returns a whole HTML document; everything that comes from the model is escaped, and its content policy forbids scripts
 *   and requests besides
 */
export function reportHtml(report: Report, plan: PlanJson | null, options: HtmlOptions = {}): string {
  const words = options.words ?? ENGLISH_REPORT;
  const { file, format } = words;
  const name = escape(showableLine(options.name ?? file.model));
  const figures = headline(report, words);
  const judged = words.verdicts[report.verdict];
  const subtitle =
    plan === null
      ? file.subtitle
      : file.settings(words.scheme(plan.scheme), format.count(plan.context), plan.board);
  const positions = format.count(report.positions);
  const help = alternativeLines(report, words)
    .map((line) => `<li>${escape(line)}</li>`)
    .join('');
  const cut = vocabularyLines(report, words)
    .map((line) => `<li>${escape(showableLine(line))}</li>`)
    .join('');
  return `<!doctype html>
<html lang="${escape(words.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${file.title(name)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${name}</h1>
<p>${escape(subtitle)}</p>
<p class="note">${escape(madeLine(options.made, words))}</p>
</header>
<section class="verdict ${report.verdict}" aria-labelledby="verdict">
<h2 id="verdict">${escape(judged.title)}</h2>
<p>${escape(verdictText(report, words))}</p>
<dl class="tiles">${[figures.kl, figures.perplexity, figures.top1, figures.size].map(tile).join('')}</dl>
<p class="note">${escape(limitsText(report, words))}</p>
${help === '' ? '' : `<h3>${escape(words.alternatives.title)}</h3><ul>${help}</ul>`}
</section>
${cut === '' ? '' : `<section><h2>${escape(words.vocabulary.title)}</h2><ul>${cut}</ul></section>`}
<section class="pair">
${figureTable(file.kl(positions), words.meanings.kl, divergenceFigures(report, words))}
${figureTable(file.shift, words.meanings.probabilityShift, shiftFigures(report, words))}
</section>
${plan === null ? '' : planSection(plan, words)}
${report.texts.map((pair) => textSection(pair, words)).join('\n')}
${layerSection(report.tensors, words)}
${tensorSection(report.tensors, words)}
${report.inputs.length === 0 ? '' : inputSection(report.inputs, words)}
<footer>
<p>${escape(file.measured(words.origins[report.text], format.count(report.sequences), positions))} ${escape(words.meanings.perplexity)}</p>
</footer>
</main>
</body>
</html>
`;
}

function madeLine(made: Date | undefined, { language }: ReportWords): string {
  const tool = `esp32-llm-converter ${VERSION}`;
  if (made === undefined) return tool;
  return `${made.toLocaleDateString(language, { dateStyle: 'long', timeZone: 'UTC' })} · ${tool}`;
}

function tile(figure: Figure): string {
  return `<div><dt>${escape(figure.label)}</dt><dd>${escape(figure.value)}</dd><dd class="note">${escape(figure.note)}</dd></div>`;
}

function figureTable(title: string, meaning: string, figures: readonly Figure[]): string {
  const rows = figures.map(
    (figure) => `<tr><th scope="row">${escape(figure.label)}</th><td>${escape(figure.value)}</td></tr>`,
  );
  return `<div><h2>${escape(title)}</h2><p class="note">${escape(meaning)}</p><table>${rows.join('')}</table></div>`;
}

function planSection(plan: PlanJson, words: ReportWords): string {
  const { file } = words;
  const rows = memoryFigures(plan, words).map(
    (figure) =>
      `<tr><th scope="row">${escape(figure.label)}</th><td>${escape(figure.value)}</td><td class="text">${escape(figure.note)}</td></tr>`,
  );
  const problems = [...planProblems(plan, words.plan), ...planRemedies(plan, words.plan)]
    .map((line) => `<li>${escape(line)}</li>`)
    .join('');
  return `<section>
<h2>${escape(file.memoryOf(plan.board))}</h2>
<p class="note">${escape(plan.fits ? file.fits : file.fitsNot)}</p>
${problems === '' ? '' : `<ul>${problems}</ul>`}
<table><thead><tr><th scope="col">${escape(file.memoryColumns.memory)}</th><th scope="col">${escape(file.memoryColumns.used)}</th><th scope="col" class="text">${escape(file.memoryColumns.for)}</th></tr></thead><tbody>${rows.join('')}</tbody></table>
${plan.fits ? speedTable(plan, words) : ''}</section>`;
}

function speedTable({ speed }: PlanJson, words: ReportWords): string {
  const { table } = words.plan.speed;
  const cell = (text: string): string => `<td>${escape(text)}</td>`;
  const rows = speedRows(speed, null, words).map(
    ({ label, expected, bound, shares }) =>
      `<tr><th scope="row">${escape(label)}</th>${cell(expected ?? '–')}${cell(bound)}<td><svg class="speed" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="room" width="${(100 * shares.bound).toFixed(1)}" height="8"/><rect class="before" width="${(100 * shares.expected).toFixed(1)}" height="8"/></svg></td></tr>`,
  );
  const heads = [table.context, table.expected, table.bound].map(
    (text) => `<th scope="col">${escape(text)}</th>`,
  );
  return `<h3>${escape(table.title)}</h3>
<table><thead><tr>${heads.join('')}<td></td></tr></thead><tbody>${rows.join('')}</tbody></table>
`;
}

function textSection(pair: TextPair, { file }: ReportWords): string {
  const parted = compareTexts({ ...pair, before: showable(pair.before), after: showable(pair.after) });
  const rest = (text: string): string =>
    parted.same ? '' : `<mark>${escape(text === '' ? file.endsHere : text)}</mark>`;
  return `<section>
<h2>${escape(file.textsAfter(showableLine(pair.prompt)))}</h2>
<p class="note">${escape(parted.same ? file.same : file.marked)}</p>
<div class="pair">
<div><h3>${escape(file.original)}</h3><p class="sample" dir="auto">${escape(parted.common)}${rest(parted.before)}</p></div>
<div><h3>${escape(file.converted)}</h3><p class="sample" dir="auto">${escape(parted.common)}${rest(parted.after)}</p></div>
</div>
</section>`;
}

const COLUMNS = ['name', 'shape', 'dtype', 'before', 'after', 'sqnr', 'largest', 'weights'] as const;

function tensorSection(tensors: readonly TensorReport[], words: ReportWords): string {
  const { file, format } = words;
  const rows = tensors.map((tensor) => {
    const cells = [
      `${tensor.rows} × ${tensor.cols}`,
      showableLine(tensor.dtype),
      format.bytes(tensor.bytesBefore),
      format.bytes(tensor.bytesAfter),
      format.decibels(tensor.sqnr),
      format.number(tensor.amax),
    ].map((cell) => `<td>${escape(cell)}</td>`);
    return `<tr><th scope="row">${escape(showableLine(tensor.name))}</th>${cells.join('')}<td>${spreadChart(tensor, words)}</td></tr>`;
  });
  const heads = COLUMNS.map((column) => `<th scope="col">${escape(file.columns[column])}</th>`);
  return `<section>
<h2>${escape(file.tensors)}</h2>
<p class="note">${escape(words.meanings.sqnr)} ${escape(file.charts)}</p>
<div class="scroll"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>
</section>`;
}

function inputSection(inputs: readonly InputReport[], { file, format }: ReportWords): string {
  const rows = inputs.map(({ name, input, sqnr, kl, micros }) => {
    const cells = INPUTS.map((kind) => {
      const cell = escape(format.decibels(sqnr[kind]));
      return `<td>${kind === input ? `<strong>${cell}</strong>` : cell}</td>`;
    });
    for (const figure of [kl, micros])
      cells.push(`<td>${figure === null ? '–' : escape(format.number(figure))}</td>`);
    return `<tr><th scope="row">${escape(name)}</th>${cells.join('')}</tr>`;
  });
  const kinds = INPUTS.map((kind) => INPUT_LABELS[kind]);
  const heads = [file.columns.name, ...kinds, file.inputs.kl, file.inputs.micros].map(
    (head) => `<th scope="col">${escape(head)}</th>`,
  );
  return `<section>
<h2>${escape(file.inputs.title)}</h2>
<p class="note">${escape(file.inputs.text)}</p>
<div class="scroll"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>
</section>`;
}
