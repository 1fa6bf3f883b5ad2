/** The sheet that is printed and handed out: one page of A4. */
import { boardDrawing, memoryText, type DrawnUse } from './board-drawing.js';
import { escapeHtml, htmlPage } from './html.js';
import type { ClassAddress } from './kit-preset.js';
import type { KitView } from './lesson-words.js';
import { PAPER_STYLES, list, paperHeader, section } from './paper.js';
import type { KitWords } from './words.js';

export interface SheetFacts {
  readonly model: string;
  readonly board: string;
  /** What is written on the chip. */
  readonly chip: string;
  /** What the model takes of each memory. */
  readonly memories: readonly DrawnUse[];
  readonly prompts: readonly string[];
  readonly view: KitView;
  readonly address: ClassAddress | null;
  /** What a terminal flashes the image with. */
  readonly command: string;
}

/** Steps of the whole way before those that the student’s view has: opening, fit, compare. */
const SEEN_BY_STUDENTS = 3;

/** The sheet as a page. */
export function helpSheet(facts: SheetFacts, words: KitWords): string {
  const { sheet, lesson } = words;
  const rows = sheet.troubles.map(
    ([problem, remedy]) =>
      `          <tr><th scope="row">${escapeHtml(problem)}</th><td>${escapeHtml(remedy)}</td></tr>\n`,
  );
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
      ${section(
        sheet.where,
        `<div class="drawn">${boardDrawing(facts.memories, facts.chip, words)}\n        ${list(
          facts.memories.map((use) => memoryText(use, words)),
          'ul',
        )}</div>`,
      )}
      </div>
      ${section(sheet.trouble, `<table>\n${rows.join('')}        </table>`)}
      ${section(sheet.terminal, `<p>${escapeHtml(sheet.terminalText)}</p>\n        <code dir="ltr" lang="en" translate="no">${escapeHtml(facts.command)}</code>`)}
    </main>
`;
  return htmlPage(words.language, sheet.title(facts.model), PAPER_STYLES, body);
}
