/** The error of each layer as bars from zero on one axis, each beside its figure: picture and table in one. */
import { html, nothing, type TemplateResult } from 'lit';
import type { TensorReport } from '../../quantize/report.js';
import { layerRows } from '../../report/layer-rows.js';
import type { Strings } from '../strings/strings.js';

export function layerChart(tensors: readonly TensorReport[], { report }: Strings): TemplateResult {
  const { layers: words } = report;
  const { rows, axis, answer } = layerRows(tensors, report);
  return html`<div class="layers">
    ${answer === null ? nothing : html`<p>${answer}</p>`}
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">${words.column}</th>
          <td class="bar">
            <span class="ends" aria-hidden="true">${axis.map((end) => html`<span>${end}</span>`)}</span>
          </td>
          <th scope="col">${words.error}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, error, share, most }) =>
            html`<tr class=${most ? 'most' : ''}>
              <th scope="row">${name}</th>
              <td class="bar">
                <span class="track" aria-hidden="true"
                  ><span class="fill" .style=${`width: ${100 * share}%`}></span
                ></span>
              </td>
              <td>${error}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
