// The lessons of demo/ as class kits carry them: a page a lesson in one language, with its words in it and nothing to fetch.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './run.mjs';

const DEMO = path.join(ROOT, 'demo');

/** The languages of kits, and of the demo pages. */
const LANGUAGES = ['en', 'es', 'zh-Hans'];

/** Lessons whose questions the teacher's page repeats. */
const LESSONS = [1, 2, 3, 4, 5].map((number) => `course-${number}.html`);
const TEACHER = 'course-teacher.html';
const PAGES = ['course.html', ...LESSONS, TEACHER];

/** The model that the lessons speak of: their answers are true of no other. */
const MODEL = 'models/home-commands/model.safetensors';

/** Name in dist/ of the lessons in a language. */
export const courseName = (language) => `course.${language}.json`;

/** All of them. */
export const COURSES = LANGUAGES.map(courseName);

/**
 * What dist/ has of the course: the text of each file by its name.
 * @returns {Promise<Map<string, string>>}
 * @throws Error where a page has a word that a language has not, or is not built as the lessons are
 */
export async function courseFiles() {
  const weights = await readFile(path.join(ROOT, MODEL));
  const model = {
    file: path.basename(MODEL),
    bytes: weights.length,
    sha256: createHash('sha256').update(weights).digest('hex'),
  };
  const styles = (await Promise.all(['demo.css', 'course.css'].map(read))).join('\n');
  const made = new Map();
  for (const language of LANGUAGES) {
    const pages = await pagesIn(language);
    const files = [...pages].map(([name, text]) => ({ path: name, text }));
    files.push({ path: 'course.css', text: styles });
    made.set(courseName(language), `${JSON.stringify({ model, files })}\n`);
  }
  return made;
}

/** The pages, each with what a kit fills in: `{{ways}}`, `{{noscript}}` and, in the element's tag, `{{element}}`. */
async function pagesIn(language) {
  const words =
    language === 'en' ? null : (await import(pathToFileURL(path.join(DEMO, `words-${language}.js`)))).words;
  const pages = new Map();
  for (const name of PAGES) pages.set(name, pageIn(await read(name), { name, language, words }));
  const questions = LESSONS.map((name) => questionsOf(name, pages.get(name)));
  const teacher = replaceOnce(pages.get(TEACHER), / *<p id="missing"[^]*?<\/p>\n/, () => questions.join(''));
  return pages.set(TEACHER, teacher);
}

function pageIn(source, { name, language, words }) {
  const once = (text, pattern, replacement) => replaceOnce(text, pattern, () => replacement, name);
  let page = source.replace(/\n<!--[^]*?-->/, '');
  page = once(page, '<html lang="en">', `<html lang="${language}">`);
  page = once(page, /<nav [^]*?<\/nav>/, '{{ways}}');
  page = page
    .replace(/ *<script [^>]*><\/script>\n/g, '')
    .replace(/ *<link rel="stylesheet" href="demo\.css" \/>\n/, '');
  page = once(page, /(?=\n *<\/body>)/, '\n    <script src="kit.js"></script>');
  if (LESSONS.includes(name)) {
    page = once(page, 'model="../models/home-commands/"', '{{element}}');
    page = once(page, /(?<=<noscript>)[^<]*/, '{{noscript}}');
  }
  page = inWords(page, { name, words });
  return once(page, /(?<=<title>)[^<]*/, /<h1>\s*([^<]*?)\s*<\/h1>/.exec(page)[1]);
}

/** Words of the language in the place of the page's own. */
function inWords(page, { name, words }) {
  return page.replace(
    /<(\w+)([^>]*?)\s+data-t="([^"]+)"([^>]*)>([^<]*)<\/\1\s*>/g,
    (_, tag, before, key, after, english) => {
      const text = words === null ? english : words[key];
      if (text === undefined) throw new Error(`demo/${name}: "${key}" is in one language only.`);
      const content = words === null ? text : marked(text);
      return `<${tag}${before}${after.trimEnd()}>${content}</${tag}>`;
    },
  );
}

/** Text as HTML, with `code` between backticks. */
function marked(text) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replace(/`([^`]*)`/g, '<code>$1</code>');
}

/** A lesson's questions with the answers open, for the teacher. */
function questionsOf(name, page) {
  const [, title] = /<h1>([^<]*)<\/h1>/.exec(page);
  const [, list] = /<section class="lesson questions">[^]*?(<ol>[^]*?<\/ol>)/.exec(page) ?? [];
  if (list === undefined) throw new Error(`demo/${name} has no questions.`);
  const open = list.replaceAll('<details>', '<details open>');
  return `        <section class="questions told">\n          <h3>${title}</h3>\n          ${open}\n        </section>\n`;
}

function replaceOnce(text, pattern, replacement, name = TEACHER) {
  if (text.search(pattern) < 0)
    throw new Error(`demo/${name} is not built as the lessons are: ${pattern} is not in it.`);
  return text.replace(pattern, replacement);
}

async function read(name) {
  return readFile(path.join(DEMO, name), 'utf8');
}
