/** The error of each layer as bars, with the same numbers in a table. */
import { html, svg, type TemplateResult } from 'lit';
import type { TensorReport } from '../../quantize/report.js';
import { layerErrors, type LayerError } from '../../report/layers.js';
import type { Strings } from '../strings/strings.js';

/** Units of the drawing; it is stretched to the width that there is. */
const WIDTH = 600;
const HEIGHT = 110;

export function layerChart(tensors: readonly TensorReport[], { result, report }: Strings): TemplateResult {
  const { percent } = report.format;
  const words = result.layers;
  const layers = layerErrors(tensors);
  const most = Math.max(...layers.map((layer) => layer.error), Number.MIN_VALUE);
  const step = WIDTH / Math.max(layers.length, 1);
  const name = (layer: LayerError): string =>
    layer.layer === null ? words.others : words.layer(layer.layer);
  return html`<div class="layers">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${words.chart}>
      ${layers.map((layer, index) => {
        const height = Math.max(1, (HEIGHT * layer.error) / most);
        return svg`<rect x=${index * step + step * 0.1} y=${HEIGHT - height} width=${step * 0.8} height=${height} />`;
      })}
    </svg>
    <p class="quiet ends" aria-hidden="true">
      <span>${layers[0] === undefined ? '' : name(layers[0])}</span>
      <span>${words.most(percent(most, 2))}</span>
      <span>${layers.length < 2 ? '' : name(layers.at(-1) as LayerError)}</span>
    </p>
    <details>
      <summary>${result.histogramTable}</summary>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">${words.column}</th>
            <th scope="col">${words.error}</th>
          </tr>
        </thead>
        <tbody>
          ${layers.map(
            (layer) =>
              html`<tr>
                <th scope="row">${name(layer)}</th>
                <td>${percent(layer.error, 2)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </div>`;
}
