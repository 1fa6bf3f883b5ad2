/** The sheet that is printed and handed out: one page of A4. */
import { escapeHtml, htmlPage } from './html.js';
import type { ClassAddress } from './kit-preset.js';
import type { KitView } from './lesson-words.js';
import { PAPER_STYLES, list, paperHeader, section } from './paper.js';
import type { KitWords } from './words.js';

export interface SheetFacts {
  readonly model: string;
  readonly board: string;
  readonly prompts: readonly string[];
  readonly view: KitView;
  readonly address: ClassAddress | null;
  /** What a terminal flashes the image with. */
  readonly command: string;
}

/** Steps of the whole way before those that the student’s view has: opening, fit, compare. */
const SEEN_BY_STUDENTS = 3;

const DRAWING = `<rect x="34" y="14" width="112" height="64" rx="5" fill="#eef1f4" stroke="#17212b" stroke-width="1.5"/>
          <rect x="100" y="24" width="38" height="44" rx="2" fill="#fff" stroke="#17212b"/>
          <path d="M106 30h6v7h6v-7h6v7h6" fill="none" stroke="#17212b"/>
          <rect x="26" y="36" width="20" height="20" rx="2" fill="#fff" stroke="#17212b" stroke-width="1.5"/>
          <path d="M2 46h24" stroke="#17212b" stroke-width="5"/>
          <g fill="#fff" stroke="#0b6e69" stroke-width="1.5"><rect x="60" y="20" width="18" height="14" rx="2"/><circle cx="69" cy="27" r="4"/><rect x="60" y="58" width="18" height="14" rx="2"/><circle cx="69" cy="65" r="4"/></g>
          <g font-family="system-ui, sans-serif" font-size="7" text-anchor="middle" fill="#17212b"><text x="69" y="43">BOOT</text><text x="69" y="54">RESET</text><text x="14" y="38">USB</text></g>`;

/** The sheet as a page. */
export function helpSheet(facts: SheetFacts, words: KitWords): string {
  const { sheet, lesson } = words;
  const rows = sheet.troubles.map(
    ([problem, remedy]) =>
      `          <tr><th scope="row">${escapeHtml(problem)}</th><td>${escapeHtml(remedy)}</td></tr>\n`,
  );
  const drawing = `<svg viewBox="0 0 150 92" role="img" aria-label="${escapeHtml(sheet.drawing)}">
          ${DRAWING}
        </svg>`;
  const steps = sheet.step(facts.prompts[0] ?? null);
  const header = paperHeader(sheet.title(facts.model), sheet.subtitle(facts.board), facts.address, lesson);
  const body = `${header}    <main>
      <div class="columns">
      ${section(sheet.need, list(sheet.needs, 'ul'))}
      ${section(sheet.wiring, list(sheet.wires, 'ul'))}
      </div>
      ${section(sheet.steps, list(facts.view === 'full' ? steps : [sheet.opened, ...steps.slice(SEEN_BY_STUDENTS)], 'ol'))}
      <div class="columns">
      ${section(sheet.buttons, list(sheet.press, 'ol'))}
      <section>${drawing}</section>
      </div>
      ${section(sheet.trouble, `<table>\n${rows.join('')}        </table>`)}
      ${section(sheet.terminal, `<p>${escapeHtml(sheet.terminalText)}</p>\n        <code dir="ltr" lang="en" translate="no">${escapeHtml(facts.command)}</code>`)}
    </main>
`;
  return htmlPage(words.language, sheet.title(facts.model), PAPER_STYLES, body);
}
