/** The charts of the HTML report: each with its question, its answer in a sentence, axes with figures, and the same as a table. */
import type { TensorReport } from '../quantize/report.js';
import { histogramMiddle, histogramRows, histogramShape } from './charts.js';
import { escape } from './escape.js';
import { layerRows } from './layer-rows.js';
import type { ReportWords } from './words.js';

/** Which layers lost most, as bars from zero; empty where no tensor is told of. */
export function layerSection(tensors: readonly TensorReport[], words: ReportWords): string {
  if (tensors.length === 0) return '';
  const { heading, text, column, error } = words.layers;
  const { rows, axis, answer } = layerRows(tensors, words);
  const lines = rows.map(
    (row) =>
      `<tr${row.most ? ' class="most"' : ''}><th scope="row">${escape(row.name)}</th><td class="wide"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="room" width="100" height="8"/><rect class="before" width="${(100 * row.share).toFixed(1)}" height="8"/></svg></td><td>${escape(row.error)}</td></tr>`,
  );
  return `<section>
<h2>${escape(heading)}</h2>
<p class="note">${escape(text)}</p>
${answer === null ? '' : `<p>${escape(answer)}</p>`}
<table><thead><tr><th scope="col">${escape(column)}</th><td class="wide"><span class="ends" aria-hidden="true">${axis.map((end) => `<span>${escape(end)}</span>`).join('')}</span></td><th scope="col">${escape(error)}</th></tr></thead><tbody>${lines.join('')}</tbody></table>
</section>`;
}

/** Units of the drawing: the plot, and what is left for figures beside and below it. */
const PLOT = { width: 300, height: 96, left: 48, top: 12, below: 20 } as const;

/** How the weights of a tensor are spread: a small picture that opens to one with axes, and its table. */
export function spreadChart(tensor: TensorReport, words: ReportWords): string {
  const { file, format, spread } = words;
  const rows = histogramRows(tensor.histogram);
  if (rows.length === 0) return '–';
  const { histogram, peak, outside } = histogramMiddle(tensor.histogram);
  const label = escape(file.histogram);
  const table = rows.map(
    (row) =>
      `<tr><th scope="row">${escape(`${format.number(row.from)} … ${format.number(row.to)}`)}</th><td>${format.percent(row.before)}</td><td>${format.percent(row.after)}</td></tr>`,
  );
  const heads = [file.range, file.columns.before, file.columns.after].map(
    (head) => `<th scope="col">${escape(head)}</th>`,
  );
  const said = [
    spread.question,
    spread.peak(format.percent(peak)),
    outside > 0 ? spread.outside(format.percent(outside, 2)) : '',
  ]
    .filter((line) => line !== '')
    .map(escape);
  return `<details><summary><svg viewBox="0 0 128 32" role="img" aria-label="${label}">${outlines(histogram, 128, 32)}</svg></summary><p class="note said">${said.join(' · ')}</p>${plot(histogram, peak, words, label)}<table><thead><tr>${heads.join('')}</tr></thead><tbody>${table.join('')}</tbody></table></details>`;
}

function outlines(histogram: TensorReport['histogram'], width: number, height: number): string {
  const { before, after } = histogramShape(histogram, width, height);
  return `<path class="before" d="${before}"/><path class="after" d="${after}"/>`;
}

/** Values along, shares of the weights upwards. */
function plot(
  histogram: TensorReport['histogram'],
  peak: number,
  { format, spread }: ReportWords,
  label: string,
): string {
  const { width, height, left, top, below } = PLOT;
  const bottom = top + height;
  const word = (x: number, y: number, anchor: string, said: string): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${escape(said)}</text>`;
  const { limit } = histogram;
  const along = (
    [
      [left, format.number(-limit)],
      [left + width / 2, '0'],
      [left + width, format.number(limit)],
    ] as const
  ).map(([x, said]) => word(x, bottom + 14, 'middle', said));
  const up = [
    word(left - 6, top + 4, 'end', format.percent(peak)),
    word(left - 6, bottom + 4, 'end', format.percent(0, 0)),
  ];
  const whole = `${left + width + 28} ${bottom + below}`;
  return `<svg class="spread" viewBox="0 0 ${whole}" role="img" aria-label="${label}"><path class="axis" d="M${left} ${top}V${bottom}H${left + width}"/><g transform="translate(${left} ${top})">${outlines(histogram, width, height)}</g>${along.join('')}${up.join('')}</svg><p class="note said"><span class="key before"></span>${escape(spread.key.before)} <span class="key after"></span>${escape(spread.key.after)}</p>`;
}
