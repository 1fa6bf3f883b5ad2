/** One line per tensor with sizes and error; a line opens to the histogram of its weights. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { TensorReport } from '../../quantize/report.js';
import { histogramMiddle, histogramRows, histogramShape, sqnrShare } from '../../report/charts.js';
import { showableLine } from '../../shared/safe-text.js';
import type { Actions } from '../actions.js';
import type { Strings } from '../strings/strings.js';

const COLUMNS = ['name', 'shape', 'dtype', 'before', 'after', 'sqnr'] as const;

/** @param open name of the tensor whose histogram is shown, `null` for none */
export function tensorTable(
  tensors: readonly TensorReport[],
  open: string | null,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const words = strings.result;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${words.tensorTable}>
    <table class="tensors" part="tensors">
      <thead>
        <tr>
          ${COLUMNS.map((column) => html`<th scope="col" class=${column}>${words.columns[column]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${tensors.map((tensor) => row(tensor, tensor.name === open, strings, actions))}
      </tbody>
    </table>
  </div>`;
}

function row(tensor: TensorReport, open: boolean, strings: Strings, actions: Actions): TemplateResult {
  const { format } = strings.report;
  return html`<tr class=${open ? 'open' : ''}>
      <th scope="row" class="name">
        <button
          type="button"
          class="plain"
          translate="no"
          aria-expanded=${open ? 'true' : 'false'}
          @click=${() => actions.toggleTensor(tensor.name)}
        >
          ${showableLine(tensor.name)}
        </button>
      </th>
      <td>${tensor.rows} × ${tensor.cols}</td>
      <td>${tensor.dtype}</td>
      <td>${format.bytes(tensor.bytesBefore)}</td>
      <td>${format.bytes(tensor.bytesAfter)}</td>
      <td class="sqnr">
        ${format.decibels(tensor.sqnr)}
        <span class="track" aria-hidden="true"
          ><span class="fill" .style=${`width: ${100 * sqnrShare(tensor.sqnr)}%`}></span
        ></span>
      </td>
    </tr>
    ${
      open
        ? html`<tr class="chart">
            <td colspan=${COLUMNS.length}>${histogram(tensor, strings)}</td>
          </tr>`
        : nothing
    }`;
}

/** Units of the drawing; it is stretched to the width that there is. */
const WIDTH = 512;
const HEIGHT = 120;

function histogram(tensor: TensorReport, strings: Strings): TemplateResult {
  const words = strings.result;
  const { format, spread } = strings.report;
  const { histogram, peak, outside } = histogramMiddle(tensor.histogram);
  const { before, after } = histogramShape(histogram, WIDTH, HEIGHT);
  const { limit } = histogram;
  return html`<div class="histogram">
    <p>${spread.question} <span class="quiet">${spread.peak(format.percent(peak))}</span></p>
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label=${words.histogram(showableLine(tensor.name))}
    >
      ${svg`<path class="before" d=${before} /><path class="after" d=${after} />`}
    </svg>
    <p class="quiet ends" aria-hidden="true">
      <span>${format.number(-limit)}</span>
      <span>0</span>
      <span>${format.number(limit)}</span>
    </p>
    <p class="quiet ends" aria-hidden="true">
      <span class="key"
        ><span class="before">${spread.key.before}</span><span class="after">${spread.key.after}</span></span
      >
      ${outside > 0 ? html`<span>${spread.outside(format.percent(outside, 2))}</span>` : nothing}
    </p>
    <details>
      <summary>${words.histogramTable}</summary>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">${words.histogramColumns.range}</th>
            <th scope="col">${words.histogramColumns.before}</th>
            <th scope="col">${words.histogramColumns.after}</th>
          </tr>
        </thead>
        <tbody>
          ${histogramRows(tensor.histogram).map(
            (bin) =>
              html`<tr>
                <th scope="row">${format.number(bin.from)} … ${format.number(bin.to)}</th>
                <td>${format.percent(bin.before)}</td>
                <td>${format.percent(bin.after)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </div>`;
}
