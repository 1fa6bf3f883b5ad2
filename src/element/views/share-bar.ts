/** A part of a whole as a bar, for figures that stand beside it. */
import { html, type TemplateResult } from 'lit';

/** @param part and whole as shares of the bar's width */
export function shareBar(part: number, whole = 1): TemplateResult {
  const width = (share: number): number => 100 * Math.min(1, Math.max(0, share));
  return html`<svg
    class="share"
    viewBox="0 0 100 8"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="whole" width=${width(whole)} height="8" />
    <rect width=${width(part)} height="8" />
  </svg>`;
}
