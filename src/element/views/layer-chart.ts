/** The error of each layer as bars from zero on one axis, each beside its figure: picture and table in one. */
import { html, type TemplateResult } from 'lit';
import type { TensorReport } from '../../quantize/report.js';
import { layerErrors, layerSpread, type LayerError } from '../../report/layers.js';
import { zeroAxis } from '../../report/axes.js';
import type { Strings } from '../strings/strings.js';

export function layerChart(tensors: readonly TensorReport[], { result, report }: Strings): TemplateResult {
  const { percent } = report.format;
  const words = result.layers;
  const layers = layerErrors(tensors);
  const { least, most } = layerSpread(layers);
  const { max } = zeroAxis(most?.error ?? 0);
  const name = (layer: LayerError): string =>
    layer.layer === null ? words.others : words.layer(layer.layer);
  const said = (layer: LayerError): string => percent(layer.error, 2);
  return html`<div class="layers">
    ${
      least === null || most === null
        ? ''
        : html`<p>
            ${least.error * 1.5 > most.error ? words.alike(said(least), said(most)) : words.worst(name(most), said(most), said(least))}
          </p>`
    }
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">${words.column}</th>
          <td class="bar">
            <span class="ends" aria-hidden="true"
              ><span>${percent(0, 0)}</span><span>${percent(max, 2)}</span></span
            >
          </td>
          <th scope="col">${words.error}</th>
        </tr>
      </thead>
      <tbody>
        ${layers.map(
          (layer) =>
            html`<tr class=${layer === most ? 'most' : ''}>
              <th scope="row">${name(layer)}</th>
              <td class="bar">
                <span class="track" aria-hidden="true"
                  ><span class="fill" .style=${`width: ${(100 * layer.error) / max}%`}></span
                ></span>
              </td>
              <td>${said(layer)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
