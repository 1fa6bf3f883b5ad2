/** The lessons in class kits: those of the demo pages, in the kit's language, and only beside the model that they speak of. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { courseFiles as builtCourses } from '../../scripts/lib/course.mjs';
import { readCourse, type Course } from '../../src/kit/course.js';
import { makeKit, type KitRequest } from '../../src/kit/kit.js';
import { findBoard } from '../../src/plan/boards.js';
import { LANGUAGES, type Language } from '../../src/shared/languages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LESSONS = [1, 2, 3, 4, 5].map((number) => `course-${number}.html`);

/** What the class page and the teacher's lesson call it. */
const CALLED: Readonly<Record<Language, string>> = {
  en: 'Five lessons',
  es: 'Cinco lecciones',
  'zh-Hans': '五节课',
};

describe('the lessons of a class kit', () => {
  const courses = new Map<Language, Course>();
  let weights: Uint8Array;

  before(async () => {
    const built = await builtCourses();
    for (const language of LANGUAGES) {
      const course = readCourse(built.get(`course.${language}.json`) ?? '');
      assert.ok(course, language);
      courses.set(language, course);
    }
    weights = await readFile(path.join(root, 'models/home-commands/model.safetensors'));
  });

  async function kit(language: Language, changes: Partial<KitRequest> = {}): Promise<Map<string, string>> {
    const files = await makeKit({
      name: 'our <model>',
      board: findBoard('esp32-s3-n16r8'),
      memories: [],
      scheme: 'int8 group:64',
      effort: 'quick',
      context: null,
      prompts: [],
      view: 'full',
      address: null,
      texts: new Map(),
      language,
      modelFiles: [
        { path: 'config.json', bytes: bytes('{}') },
        { path: 'model.safetensors', bytes: weights },
      ],
      firmware: null,
      image: [bytes('image')],
      package: bytes('S3LM'),
      script: bytes('/* element */'),
      course: courses.get(language) ?? null,
      ...changes,
    });
    const texts = files
      .filter((file) => /^[^/]*\.(html|txt|js|css|json)$/.test(file.path))
      .map((file) => [file.path, Buffer.concat([...file.pieces()]).toString('utf8')] as const);
    return new Map(texts);
  }

  for (const language of LANGUAGES)
    test(`stand beside the class page in ${language}, whole and with nothing to fetch`, async () => {
      const files = await kit(language);
      for (const name of ['course.html', ...LESSONS, 'course-teacher.html']) {
        const page = files.get(name);
        assert.ok(page, name);
        assert.match(page, new RegExp(`<html lang="${language}">`));
        assert.doesNotMatch(page, /\{\{|data-t|\.\.\/|type="module"|Demo pages/, name);
        for (const [, address = ''] of page.matchAll(/ (?:href|src)="(?!data:)([^"]*)"/g))
          assert.ok(files.has(address), `${name} leads to ${address}`);
        assert.match(page, /<link rel="stylesheet" href="course\.css" \/>/);
        assert.match(page, /<script src="kit\.js"><\/script>/);
      }
      assert.ok(files.get('index.html')?.includes(`<a href="course.html">${CALLED[language]}</a>`));
      for (const name of ['course.html', 'course-teacher.html']) {
        assert.ok(files.get('lesson.html')?.includes(`<a href="${name}">`), name);
        assert.ok(files.get('README.txt')?.includes(name), name);
      }
      // The words are those of the language: no paragraph of the English lessons is left.
      if (language === 'en') return;
      const english = await kit('en');
      for (const name of LESSONS)
        for (const [, text = ''] of (english.get(name) ?? '').matchAll(
          /<(?:p|li|h1|h2)>\s*([^<{\s][^<{]{12,}?)\s*</g,
        ))
          assert.ok(!files.get(name)?.includes(text), `${name}: ${text}`);
    });

  test('settle what the course settles, on the model of the kit', async () => {
    const firmware = { path: 'own.bin', bytes: bytes('firmware') };
    const files = await kit('en', { firmware });
    for (const name of LESSONS) {
      const demo = await readFile(path.join(root, 'demo', name), 'utf8');
      const tag = (page: string): string[] =>
        (/<esp32-llm-converter([^>]*)>/.exec(page)?.[1] ?? '').trim().split(/\n\s*/);
      const given = tag(demo).filter((attribute) => !attribute.startsWith('model='));
      assert.ok(given.length > 4);
      assert.deepEqual(tag(files.get(name) ?? ''), [
        'model="model/our-model/"',
        'firmware="firmware/own.bin"',
        ...given,
      ]);
    }
  });

  test('give the teacher every question with its answer', async () => {
    for (const language of LANGUAGES) {
      const files = await kit(language);
      const teacher = files.get('course-teacher.html') ?? '';
      for (const name of LESSONS) {
        const asked = [...(files.get(name) ?? '').matchAll(/<details>[^]*?<p>([^<]*)<\/p>/g)];
        assert.equal(asked.length, 3, name);
        for (const [, answer = ''] of asked) assert.ok(teacher.includes(answer), answer);
      }
      assert.equal(teacher.match(/<details open>/g)?.length, 15);
    }
  });

  test('are the teacher’s alone where students see the last steps', async () => {
    const files = await kit('en', { view: 'student' });
    assert.doesNotMatch(files.get('index.html') ?? '', /course/);
    assert.match(files.get('lesson.html') ?? '', /course-teacher\.html/);
  });

  test('are not spoken of where another model is, or none came', async () => {
    const other = weights.slice();
    other[other.length - 1] = (other[other.length - 1] ?? 0) ^ 1;
    const changes: Partial<KitRequest>[] = [
      { modelFiles: [{ path: 'model.safetensors', bytes: other }] },
      { modelFiles: [{ path: 'model.gguf', bytes: weights }] },
      { course: null },
    ];
    for (const change of changes) {
      const files = await kit('en', change);
      for (const [name, text] of files) if (name !== 'kit.js') assert.doesNotMatch(text, /course/i, name);
    }
  });

  test('are read from what the build made, and from nothing else', () => {
    for (const text of ['', '<!doctype html>', 'null', '[]', '{}', '{"model":{"sha256":"00"},"files":[]}'])
      assert.equal(readCourse(text), null, text);
  });
});
