/** The points of the chart with all of their figures, and a button for each. */
import { html, type TemplateResult } from 'lit';
import type { FrontierPoint } from '../../pipeline/frontier.js';
import { term } from '../terms/term.js';
import type { FrontierFacts } from './frontier-chart.js';

export function frontierTable(
  { points, chosen, words, strings }: FrontierFacts,
  pick: (point: FrontierPoint) => void,
): TemplateResult {
  const { format } = strings.report;
  return html`<details>
    <summary>${words.table}</summary>
    <div class="scroll">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">${words.size}</th>
            <th scope="col">${words.bits}${term('quantization', words.bits, strings)}</th>
            <th scope="col">${words.speed}${term('rate', words.speed, strings)}</th>
            <th scope="col">${words.loss}</th>
            <th scope="col">${words.expected}</th>
            <th scope="col">${words.chosen}</th>
          </tr>
        </thead>
        <tbody>
          ${points.map((point, index) => {
            const size = format.bytes(point.weightBytes);
            const notes = [...(point.isDefault ? [words.usual] : []), ...(point.fits ? [] : [words.fitsNot])];
            return html`<tr>
              <th scope="row">${[size, ...notes].join(', ')}</th>
              <td>${format.number(point.bitsPerWeight)}</td>
              <td>${format.rate(point.tokensPerSecond)}</td>
              <td>${format.number(point.kl)}</td>
              <td>${format.number(point.expected)}</td>
              <td>
                ${
                  index === chosen
                    ? words.chosen
                    : html`<button
                        type="button"
                        part="button"
                        aria-label=${words.choose(size)}
                        @click=${() => {
                          pick(point);
                        }}
                      >
                        →
                      </button>`
                }
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </details>`;
}
