/** How fast a board writes: what is expected, what was measured, and what its memories allow, drawn on one scale. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SpeedFigures } from '../../plan/speed-figures.js';
import { speedRows, type MeasuredSpeed } from '../../report/figures.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { shareBar } from './share-bar.js';

/** @param measured what a board was seen to do, `null` before it wrote */
export function speedFigure(
  speed: SpeedFigures,
  measured: MeasuredSpeed | null,
  strings: Strings,
): TemplateResult {
  const { table } = strings.report.plan.speed;
  const rows = speedRows(speed, measured, strings.report);
  const isPredicted = speed.half.expected > 0;
  return html`<div class="speed-frame">
    <table class="speed">
      <caption>
        ${table.title}
      </caption>
      <thead>
        <tr>
          <th scope="col">${table.context}</th>
          ${isPredicted ? html`<th scope="col">${table.expected}</th>` : nothing}
          ${measured === null ? nothing : html`<th scope="col">${table.measured}</th>`}
          <th scope="col">${table.bound}${term('bound', table.bound, strings)}</th>
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row">${row.label}</th>
              ${isPredicted ? html`<td>${row.expected}</td>` : nothing}
              ${measured === null ? nothing : html`<td>${row.measured}</td>`}
              <td>${row.bound}</td>
              <td>${shareBar(row.shares.measured || row.shares.expected, row.shares.bound)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
