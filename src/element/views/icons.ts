/** The drawings of the first view; all decoration, with words beside them. */
import { svg, html, type TemplateResult } from 'lit';

/** A chip with its pins. */
export function chipIcon(): TemplateResult {
  const pins = [12, 20, 28, 36].map((at) => svg`<path d="M${at} 6v-5M${at} 47v-5M6 ${at}h-5M47 ${at}h-5" />`);
  return html`<svg class="icon chip" viewBox="0 0 48 48" aria-hidden="true">
    <rect x="6.5" y="6.5" width="35" height="35" rx="5" />
    <path d="M15 31V21M21 31V16M27 31V24M33 31V19" class="bars" />
    ${pins}
  </svg>`;
}

/** A folder with an arrow into it. */
export function folderIcon(): TemplateResult {
  return html`<svg class="icon folder" viewBox="0 0 48 40" aria-hidden="true">
    <path d="M2 8a4 4 0 0 1 4-4h11l5 6h20a4 4 0 0 1 4 4v19a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4z" />
    <path d="M24 17v12m-6-6 6 6 6-6" class="arrow" />
  </svg>`;
}
