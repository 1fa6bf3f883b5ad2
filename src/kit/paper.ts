/** What the printed pages of a kit have in common: A4, sections, lists, the address with its code. */
import { escapeHtml } from './html.js';
import type { ClassAddress } from './kit-preset.js';
import type { LessonWords } from './lesson-words.js';

export const PAPER_STYLES = `      @page {
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

      dl {
        margin: 0;
      }

      dt {
        font-weight: 600;
      }

      dd {
        margin: 0 0 0.2rem;
      }

      .line {
        height: 6.5mm;
        border-bottom: 1px solid #8a949d;
      }

      .plan th,
      .plan td {
        width: 48%;
      }

      .plan :first-child {
        width: 4rem;
      }

      .plan :last-child {
        width: auto;
      }

      .answer {
        margin: 0.1rem 0 0.5rem;
        color: #0b6e69;
      }

      .drawn {
        display: flex;
        align-items: center;
        gap: 2mm;
      }

      .drawn svg {
        flex: none;
      }

      .address {
        text-align: end;
      }

      .address svg {
        width: 26mm;
        margin: 0 0 0 auto;
      }

      @media print {
        body {
          /* What is one page in English is one in every language. */
          font-size: 10pt;
          margin: 0;
          padding: 0;
          max-width: none;
        }

        section {
          break-inside: avoid;
        }
      }
`;

export function list(items: readonly string[], tag: 'ul' | 'ol'): string {
  return `<${tag}>\n${items.map((item) => `          <li>${escapeHtml(item)}</li>\n`).join('')}        </${tag}>`;
}

/** @param content HTML */
export function section(title: string, content: string): string {
  return `<section>\n        <h2>${escapeHtml(title)}</h2>\n        ${content}\n      </section>`;
}

/** A page's head: what it is, for which board, and where the class finds its page. */
export function paperHeader(
  title: string,
  subtitle: string,
  address: ClassAddress | null,
  words: LessonWords,
): string {
  const place =
    address === null
      ? ''
      : `
      <div class="address">
        ${codeDrawing(address, words.code)}
        <p dir="ltr" translate="no">${escapeHtml(address.url)}</p>
      </div>`;
  return `    <header>
      <div>
        <h1>${escapeHtml(title)}</h1>
        <p>${escapeHtml(subtitle)}</p>
      </div>${place}
    </header>
`;
}

/** The squares of a code, a row a path: dark ones on white, with the quiet zone that it came with. */
function codeDrawing({ code }: ClassAddress, label: string): string {
  const path = code.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return `<svg viewBox="0 0 ${code[0]?.length ?? 0} ${code.length}" role="img" aria-label="${escapeHtml(label)}" shape-rendering="crispEdges"><path d="${path}"/></svg>`;
}
