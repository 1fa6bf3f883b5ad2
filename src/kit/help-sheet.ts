/** The sheet that is printed and handed out: one page of A4. */
import { escapeHtml, htmlPage } from './html.js';
import type { KitWords } from './words.js';

export interface SheetFacts {
  readonly model: string;
  readonly board: string;
  readonly prompt: string | null;
  /** What a terminal flashes the image with. */
  readonly command: string;
}

const STYLES = `      @page {
        size: A4;
        margin: 12mm;
      }

      body {
        max-width: 186mm;
        margin: 1.5rem auto;
        padding: 0 1rem;
        color: #17212b;
        background: #fff;
        font:
          10.5pt/1.4 system-ui,
          sans-serif;
      }

      header {
        display: flex;
        justify-content: space-between;
        align-items: start;
        gap: 1rem;
        border-bottom: 2px solid #0b6e69;
        padding-bottom: 0.5rem;
      }

      h1 {
        margin: 0;
        font-size: 20pt;
        line-height: 1.1;
        overflow-wrap: anywhere;
      }

      header p {
        margin: 0.25rem 0 0;
        color: #525f6b;
      }

      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 72mm), 1fr));
        gap: 0 8mm;
      }

      h2 {
        margin: 0.9rem 0 0.3rem;
        font-size: 11.5pt;
        color: #0b6e69;
      }

      ul,
      ol {
        margin: 0;
        padding-inline-start: 1.2rem;
      }

      li {
        margin: 0.15rem 0;
      }

      svg {
        display: block;
        width: 62mm;
        max-width: 100%;
        margin: 0.4rem 0 0;
      }

      table {
        width: 100%;
        border-collapse: collapse;
      }

      th,
      td {
        padding: 0.25rem 0.5rem 0.25rem 0;
        border-bottom: 1px solid #d5dce2;
        text-align: start;
        vertical-align: top;
        font-weight: inherit;
      }

      th {
        width: 38%;
        font-weight: 600;
      }

      code {
        display: block;
        padding: 0.4rem 0.6rem;
        border: 1px solid #d5dce2;
        border-radius: 0.25rem;
        overflow-wrap: anywhere;
        font-size: 9.5pt;
      }

      p {
        margin: 0 0 0.3rem;
      }

      @media print {
        body {
          margin: 0;
          padding: 0;
          max-width: none;
        }

        section {
          break-inside: avoid;
        }
      }
`;

const DRAWING = `<rect x="34" y="14" width="112" height="64" rx="5" fill="#eef1f4" stroke="#17212b" stroke-width="1.5"/>
          <rect x="100" y="24" width="38" height="44" rx="2" fill="#fff" stroke="#17212b"/>
          <path d="M106 30h6v7h6v-7h6v7h6" fill="none" stroke="#17212b"/>
          <rect x="26" y="36" width="20" height="20" rx="2" fill="#fff" stroke="#17212b" stroke-width="1.5"/>
          <path d="M2 46h24" stroke="#17212b" stroke-width="5"/>
          <g fill="#fff" stroke="#0b6e69" stroke-width="1.5"><rect x="60" y="20" width="18" height="14" rx="2"/><circle cx="69" cy="27" r="4"/><rect x="60" y="58" width="18" height="14" rx="2"/><circle cx="69" cy="65" r="4"/></g>
          <g font-family="system-ui, sans-serif" font-size="7" text-anchor="middle" fill="#17212b"><text x="69" y="43">BOOT</text><text x="69" y="54">RESET</text><text x="14" y="38">USB</text></g>`;

/** The sheet as a page. */
export function helpSheet(facts: SheetFacts, words: KitWords): string {
  const { sheet } = words;
  const list = (items: readonly string[], tag: 'ul' | 'ol'): string =>
    `<${tag}>\n${items.map((item) => `          <li>${escapeHtml(item)}</li>\n`).join('')}        </${tag}>`;
  const section = (title: string, content: string): string =>
    `<section>\n        <h2>${escapeHtml(title)}</h2>\n        ${content}\n      </section>`;
  const rows = sheet.troubles.map(
    ([problem, remedy]) =>
      `          <tr><th scope="row">${escapeHtml(problem)}</th><td>${escapeHtml(remedy)}</td></tr>\n`,
  );
  const drawing = `<svg viewBox="0 0 150 92" role="img" aria-label="${escapeHtml(sheet.drawing)}">
          ${DRAWING}
        </svg>`;
  const body = `    <header>
      <div>
        <h1>${escapeHtml(sheet.title(facts.model))}</h1>
        <p>${escapeHtml(sheet.subtitle(facts.board))}</p>
      </div>
    </header>
    <main>
      <div class="columns">
      ${section(sheet.need, list(sheet.needs, 'ul'))}
      ${section(sheet.wiring, list(sheet.wires, 'ul'))}
      </div>
      ${section(sheet.steps, list(sheet.step(facts.prompt), 'ol'))}
      <div class="columns">
      ${section(sheet.buttons, list(sheet.press, 'ol'))}
      <section>${drawing}</section>
      </div>
      ${section(sheet.trouble, `<table>\n${rows.join('')}        </table>`)}
      ${section(sheet.terminal, `<p>${escapeHtml(sheet.terminalText)}</p>\n        <code dir="ltr" lang="en" translate="no">${escapeHtml(facts.command)}</code>`)}
    </main>
`;
  return htmlPage(words.language, sheet.title(facts.model), STYLES, body);
}
