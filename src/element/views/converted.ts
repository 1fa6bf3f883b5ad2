/** How a conversion went: what the step shows to those who come back to it. */
import { html, type TemplateResult } from 'lit';
import { findBoard } from '../../plan/boards.js';
import type { Result } from '../state.js';
import type { Strings } from '../strings/strings.js';
import type { WayStrings } from '../strings/way.js';

export function convertedView(
  { choice, result }: Result,
  strings: Strings,
  { converted }: WayStrings,
): TemplateResult {
  const { fit, report } = strings;
  const { inspection } = choice;
  const { plan } = result;
  const rows: readonly (readonly [string, string])[] = [
    [converted.settings, report.scheme(plan.scheme)],
    [converted.board, findBoard(plan.board).name],
    [converted.context, fit.tokens(plan.context)],
    [fit.file, fit.fileValue(inspection.bytes, inspection.dtypes)],
    [converted.package, report.format.bytes(result.package.length)],
  ];
  return html`<section class="converted" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">
      <slot name="convert-heading">${converted.heading(inspection.name)}</slot>
    </h3>
    <slot name="convert-text"></slot>
    <dl class="facts panel">
      ${rows.map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <p class="quiet">${strings.result.took(result.seconds)}</p>
  </section>`;
}
