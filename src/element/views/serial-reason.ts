/** Why boards cannot be reached from this page, each reason in its own words. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SerialSupport } from '../../device/serial-support.js';
import type { AllStrings } from '../strings/strings.js';

/** Says why, or nothing when boards can be reached or it is not known yet. */
export function serialReasonView(
  support: SerialSupport['status'] | null,
  strings: AllStrings,
): TemplateResult | typeof nothing {
  if (support === null || support === 'available') return nothing;
  const words = strings.board.serial;
  const reason = words.reasons[support];
  return html`<div class="notice" role="group" aria-labelledby="serial-reason">
    <h4 id="serial-reason">${reason.title}</h4>
    <p>${reason.text}</p>
    <p class="quiet">${words.still}</p>
  </div>`;
}
