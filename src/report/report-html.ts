/** A report as one self-contained HTML file: no script, no request, dark and light, readable on paper. */
import type { PlanJson } from '../plan/plan.js';
import type { Report, TensorReport, TextPair } from '../quantize/report.js';
import { histogramRows, histogramShape } from './charts.js';
import { compareTexts } from './compare-texts.js';
import {
  divergenceFigures,
  headline,
  memoryFigures,
  shiftFigures,
  speedBound,
  type Figure,
} from './figures.js';
import { formatBytes, formatCount, formatDecibels, formatNumber, formatPercent } from './format.js';
import { REPORT_STYLE } from './report-style.js';
import { showable, showableLine } from './safe-text.js';
import { FIGURES, TEXT_ORIGIN, VERDICTS } from './words.js';

export interface HtmlOptions {
  /** Name of the model for title and heading. Default `Model`. */
  readonly name?: string | undefined;
}

/**
 * Renders the report.
 * @param plan the plan of the conversion, `null` leaves the memories out
 * @returns a whole HTML document; everything that comes from the model is escaped, and its content policy forbids scripts
 *   and requests besides
 */
export function reportHtml(report: Report, plan: PlanJson | null, options: HtmlOptions = {}): string {
  const name = escape(showableLine(options.name ?? 'Model'));
  const figures = headline(report);
  const words = VERDICTS[report.verdict];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${name}: before and after</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${name}</h1>
<p>${plan === null ? 'Before and after the conversion' : escape(`${plan.schemeText} · context ${formatCount(plan.context)} · ${plan.board}`)}</p>
</header>
<section class="verdict ${report.verdict}" aria-labelledby="verdict">
<h2 id="verdict">${escape(words.title)}</h2>
<p>${escape(words.meaning)}</p>
<dl class="tiles">${[figures.kl, figures.perplexity, figures.top1, figures.size].map(tile).join('')}</dl>
</section>
<section class="pair">
${figureTable(`KL divergence over ${formatCount(report.positions)} positions`, FIGURES.kl, divergenceFigures(report))}
${figureTable('Probability of the true next token', FIGURES.probabilityShift, shiftFigures(report))}
</section>
${plan === null ? '' : planSection(plan)}
${report.texts.map(textSection).join('\n')}
${tensorSection(report.tensors)}
<footer>
<p>Measured on ${TEXT_ORIGIN[report.text]}: ${formatCount(report.sequences)} sequences, ${formatCount(report.positions)} positions. ${escape(FIGURES.perplexity)}</p>
</footer>
</main>
</body>
</html>
`;
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

function planSection(plan: PlanJson): string {
  const rows = memoryFigures(plan).map(
    (figure) =>
      `<tr><th scope="row">${escape(figure.label)}</th><td>${escape(figure.value)}</td><td class="text">${escape(figure.note)}</td></tr>`,
  );
  const problems = [...plan.problems, ...plan.remedies].map((line) => `<li>${escape(line)}</li>`).join('');
  return `<section>
<h2>Memory of ${escape(plan.board)}</h2>
<p class="note">${plan.fits ? 'It fits' : 'It does not fit'}; the memories allow ${escape(speedBound(plan))}.</p>
${problems === '' ? '' : `<ul>${problems}</ul>`}
<table><thead><tr><th scope="col">Memory</th><th scope="col">Used</th><th scope="col" class="text">For</th></tr></thead><tbody>${rows.join('')}</tbody></table>
</section>`;
}

function textSection(pair: TextPair): string {
  const parted = compareTexts({ ...pair, before: showable(pair.before), after: showable(pair.after) });
  const rest = (text: string): string =>
    parted.same ? '' : `<mark>${text === '' ? '(ends here)' : escape(text)}</mark>`;
  return `<section>
<h2>What both write after “${escape(showableLine(pair.prompt))}”</h2>
<p class="note">${parted.same ? 'Both texts are the same.' : 'Marked from the first difference on. Each word is the most likely one.'}</p>
<div class="pair">
<div><h3>Original</h3><p class="sample">${escape(parted.common)}${rest(parted.before)}</p></div>
<div><h3>Converted</h3><p class="sample">${escape(parted.common)}${rest(parted.after)}</p></div>
</div>
</section>`;
}

function tensorSection(tensors: readonly TensorReport[]): string {
  const rows = tensors.map((tensor) => {
    const cells = [
      `${tensor.rows} × ${tensor.cols}`,
      showableLine(tensor.dtype),
      formatBytes(tensor.bytesBefore),
      formatBytes(tensor.bytesAfter),
      formatDecibels(tensor.sqnr),
      formatNumber(tensor.amax),
    ].map((cell) => `<td>${escape(cell)}</td>`);
    return `<tr><th scope="row">${escape(showableLine(tensor.name))}</th>${cells.join('')}<td>${histogram(tensor)}</td></tr>`;
  });
  return `<section>
<h2>Tensors</h2>
<p class="note">${escape(FIGURES.sqnr)} The charts show how the weights are spread: filled before, line after.</p>
<div class="scroll"><table><thead><tr><th scope="col">Name</th><th scope="col">Shape</th><th scope="col">Type</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">SQNR</th><th scope="col">Largest</th><th scope="col">Weights</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>
</section>`;
}

function histogram(tensor: TensorReport): string {
  const { width, height, before, after } = histogramShape(tensor.histogram, 128, 32);
  const rows = histogramRows(tensor.histogram);
  if (rows.length === 0) return '–';
  const table = rows.map(
    (row) =>
      `<tr><th scope="row">${escape(`${formatNumber(row.from)} … ${formatNumber(row.to)}`)}</th><td>${formatPercent(row.before)}</td><td>${formatPercent(row.after)}</td></tr>`,
  );
  return `<details><summary><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Histogram of the weights"><path class="before" d="${before}"/><path class="after" d="${after}"/></svg></summary><table><thead><tr><th scope="col">Range</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${table.join('')}</tbody></table></details>`;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
