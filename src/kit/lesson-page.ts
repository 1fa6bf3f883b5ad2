/** The lesson of a kit on paper: the teacher's page with aims, plan and answers, and the worksheet with lines to write on. */
import { formatBytes } from '../shared/format.js';
import { COURSE_PAGE, TEACHER_PAGE } from './course.js';
import { escapeHtml, htmlPage } from './html.js';
import type { ClassAddress } from './kit-preset.js';
import type { KitView, LessonPart, LessonQuestion, LessonWords } from './lesson-words.js';
import { PAPER_STYLES, list, paperHeader, section } from './paper.js';
import type { KitWords } from './words.js';

/** What a lesson is about. */
export interface Lesson {
  readonly model: string;
  readonly board: string;
  /** Bytes of the model's files as they were published, and of what the board reads. */
  readonly modelBytes: number;
  readonly packageBytes: number;
  readonly prompts: readonly string[];
  readonly view: KitView;
  readonly address: ClassAddress | null;
  /** The five lessons lie beside it. */
  readonly hasCourse: boolean;
}

/** Parts of a lesson whose steps the student's view leaves out. */
const UNSEEN: readonly LessonPart[] = ['fit', 'compare'];

/** Rows of the table of boards: a class of thirty, and one to spare. */
const BOARD_ROWS = 16;

function seen<T extends { readonly part: LessonPart }>(all: readonly T[], view: KitView): readonly T[] {
  return view === 'full' ? all : all.filter(({ part }) => !UNSEEN.includes(part));
}

/** For the teacher. */
export function lessonPage(lesson: Lesson, { language, lesson: words }: KitWords): string {
  const { model, board, view, address } = lesson;
  const rows = seen(words.rows, view);
  const minutes = rows.reduce((sum, row) => sum + row.minutes, 0);
  const aims = seen(words.aim, view).map(({ text }) => text);
  const body = `${paperHeader(words.title(model), words.subtitle(board), address, words)}    <main>
      ${section(words.aims, list(aims, 'ul'))}
      ${section(words.prepare, list(words.preparations, 'ul'))}
      ${section(words.plan, `${planTable(rows, words)}\n        <p>${escapeHtml(words.total(minutes))}</p>`)}
      ${section(words.answers, answers(lesson, language, words))}
${lesson.hasCourse ? `      ${section(words.course, courseLinks(words))}\n` : ''}      ${section(words.glossary, glossary(words))}
      ${section(words.boards, boardTable(words))}
    </main>
`;
  return htmlPage(language, words.title(model), PAPER_STYLES, body);
}

/** For students. */
export function worksheetPage(lesson: Lesson, { language, lesson: words }: KitWords): string {
  const { model, board, view, address, prompts } = lesson;
  const questions = seen(words.questions, view).map(
    ({ text, lines }) =>
      `          <li>${escapeHtml(text)}${'<div class="line"></div>'.repeat(lines)}</li>\n`,
  );
  const asked =
    prompts.length === 0
      ? ''
      : `<p>${escapeHtml([words.ask, ...prompts.map(quoted)].join(' '))}</p>\n        `;
  const body = `${paperHeader(words.worksheet(model), board, address, words)}    <main>
      <div class="columns">
        <p>${escapeHtml(words.names)}<span class="line" style="display: block"></span></p>
        <p>${escapeHtml(words.board)}<span class="line" style="display: block"></span></p>
      </div>
      <section>
        ${asked}<ol>
${questions.join('')}        </ol>
      </section>
    </main>
`;
  return htmlPage(language, words.worksheet(model), PAPER_STYLES, body);
}

function quoted(prompt: string): string {
  return `“${prompt}”`;
}

function planTable(rows: LessonWords['rows'], { columns }: LessonWords): string {
  let begin = 0;
  const lines = rows.map(({ minutes, what, why }) => {
    const from = begin;
    begin += minutes;
    return `          <tr><td>${from}–${begin}</td><td>${escapeHtml(what)}</td><td>${escapeHtml(why)}</td></tr>\n`;
  });
  const heads = [columns.minutes, columns.what, columns.why].map(
    (head) => `<th scope="col">${escapeHtml(head)}</th>`,
  );
  return `<table class="plan">\n          <thead><tr>${heads.join('')}</tr></thead>\n          <tbody>\n${lines.join('')}          </tbody>\n        </table>`;
}

function answers(lesson: Lesson, language: string, words: LessonWords): string {
  const facts = {
    model: lesson.model,
    board: lesson.board,
    before: formatBytes(lesson.modelBytes, language),
    after: formatBytes(lesson.packageBytes, language),
  };
  const item = ({ text, answer }: LessonQuestion): string =>
    `          <li>${escapeHtml(text)}<p class="answer">${escapeHtml(answer(facts))}</p></li>\n`;
  return `<ol>\n${seen(words.questions, lesson.view).map(item).join('')}        </ol>`;
}

function courseLinks({ courseText, courseLinks: [lessons, teacher] }: LessonWords): string {
  const link = (page: string, name: string): string =>
    `<li><a href="${page}">${escapeHtml(name)}</a> (${page})</li>`;
  return `<p>${escapeHtml(courseText)}</p>\n        <ul>${link(COURSE_PAGE, lessons)}${link(TEACHER_PAGE, teacher)}</ul>`;
}

function glossary({ terms }: LessonWords): string {
  const entries = terms.map(
    ([term, meaning]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(meaning)}</dd>`,
  );
  return `<dl>${entries.join('')}</dl>`;
}

/** Boards count up from one, as the page names them: see `FlashStore`. */
function boardTable(words: LessonWords): string {
  const rows = Array.from(
    { length: BOARD_ROWS },
    (_, index) => `          <tr><th scope="row">${index + 1}</th><td></td><td></td></tr>\n`,
  );
  return `<p>${escapeHtml(words.boardsText)}</p>\n        <table>\n${rows.join('')}        </table>`;
}
