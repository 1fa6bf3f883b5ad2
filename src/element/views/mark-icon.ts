/** A check mark or a cross, beside words. */
import { html, svg, type TemplateResult } from 'lit';

export function markIcon(good: boolean): TemplateResult {
  return html`<svg class="icon mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    ${good ? svg`<path d="m3 8.5 3.5 3.5L13 4.5" />` : svg`<path d="m4 4 8 8M12 4l-8 8" />`}
  </svg>`;
}
