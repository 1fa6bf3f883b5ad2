/**
 * The five lessons as a kit carries them: pages in one language, made by the build from those of `demo/`. Their answers are
 * true of one model, so other kits have none.
 */
import { sha256Of, toHex } from '../image/digest.js';
import { escapeHtml } from './html.js';
import type { GivenFile } from './kit.js';
import type { KitWords } from './words.js';

/** The lessons in a language. */
export interface Course {
  /** The file by which the model of the lessons is known; the digest in lower-case hexadecimal. */
  readonly model: { readonly file: string; readonly bytes: number; readonly sha256: string };
  /** In the order in which they are written. In a page `{{ways}}`, `{{noscript}}` and `{{element}}` are filled in. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** The page that leads to the lessons. */
export const COURSE_PAGE = 'course.html';

/** All questions with their answers. */
export const TEACHER_PAGE = 'course-teacher.html';

/** Reads a file that the build made; `null` for anything else, such as the page that a server shows for what it has not. */
export function readCourse(text: string): Course | null {
  try {
    const { model, files } = JSON.parse(text) as Partial<Course>;
    const isOne =
      typeof model?.sha256 === 'string' &&
      Array.isArray(files) &&
      files.some(({ path }) => path === COURSE_PAGE);
    return isOne ? { model, files } : null;
  } catch {
    return null;
  }
}

/** Whether a model is the one that the lessons speak of, to the last byte of its weights. */
export function isOfModel({ model }: Course, modelFiles: readonly GivenFile[]): boolean {
  const weights = modelFiles.find(({ path }) => path === model.file)?.bytes;
  return weights?.length === model.bytes && toHex(sha256Of(weights)) === model.sha256;
}

/** What lessons have to know of the kit around them. */
export interface CoursePlace {
  /** Folder of the model, with a slash at its end. */
  readonly model: string;
  /** Somebody's own firmware in the kit, `null` for the element's. */
  readonly firmware: string | null;
}

/** The lessons' files as they stand in a kit. */
export function courseFiles(
  { files }: Course,
  { model, firmware }: CoursePlace,
  words: KitWords,
): readonly { readonly path: string; readonly text: string }[] {
  const link = (page: string, name: string): string => `<a href="${page}">${escapeHtml(name)}</a>`;
  const own = firmware === null ? '' : `\n        firmware="${escapeHtml(firmware)}"`;
  const filled: Readonly<Record<string, string>> = {
    ways: `<p class="ways">${link('index.html', words.lesson.address)} · ${link(COURSE_PAGE, words.lesson.course)}</p>`,
    noscript: escapeHtml(words.page.noScript),
    element: `model="${escapeHtml(model)}"${own}`,
  };
  return files.map(({ path, text }) => ({
    path,
    text: text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => filled[name] ?? whole),
  }));
}
