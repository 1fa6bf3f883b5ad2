/** What `npm run build` leaves in dist/ can be used as it is meant to be. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { COURSES } from '../../scripts/lib/course.mjs';
import { CHIPS } from '../../src/chips/index.js';
import { NO_PRESET } from '../../src/element/preset-words.js';
import { convertSettings } from '../../src/element/settings.js';
import { sha256Of, toHex } from '../../src/image/digest.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { readModelFiles } from '../../src/kit/model-files.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import type { WorkerPart } from '../../src/worker/worker-program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = path.join(root, 'dist');
const skip = existsSync(dist) ? false : 'dist/ is not built: npm run build';

test('every file that package.json points at is there', { skip }, () => {
  const { exports, bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | Record<string, string>>;
    bin: Record<string, string>;
  };
  const targets = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  for (const target of [...targets, ...Object.values(bin)]) {
    assert.ok(existsSync(path.join(root, target)), target);
  }
});

/** Scripts of pages, but for the one file, which is alone wherever it is. */
function pageScripts(): string[] {
  const apart = [
    ...['cli.js', 'tuner-thread.js', 'worker.js', 'emulator-worker.js', 'tuner-worker.js'],
    'esp32-llm-converter.bundle.js',
  ];
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.js') && !apart.includes(name));
}

test('every file that a page fetches is named by a literal address, which bundlers follow', { skip }, () => {
  const named = new Set<string>();
  const literal = /\bnew URL\("(\.{1,2}\/[^"]+)",import\.meta\.url\)/g;
  for (const name of pageScripts()) {
    const text = readFileSync(path.join(dist, name), 'utf8');
    for (const [, place] of text.matchAll(literal)) {
      const file = path.join(path.dirname(path.join(dist, name)), place ?? '');
      assert.ok(statSync(file, { throwIfNoEntry: false })?.isFile(), `${name} names ${place}`);
      named.add(path.relative(dist, file).split(path.sep).join('/'));
    }
    // Bundlers put the address of the building computer, or nothing, in place of any other use.
    assert.ok(!text.replace(literal, '').includes('import.meta'), name);
  }
  const sample = readdirSync(path.join(dist, 'models/home-commands'));
  assert.deepEqual(
    [...named].sort(),
    [
      ...COURSES,
      ...EMULATORS,
      'esp32-llm-converter.bundle.js',
      'esp32-llm.zip',
      ...CHIPS.map(({ firmwareFile }) => firmwareFile),
      'kernels.wasm',
      'selftest.esp32s3.elf',
      'tflm-sources.json',
      'train.wasm',
      'twin.wasm',
      'models/home-commands.ready.json',
      'models/home-commands.s3lm',
      ...sample.map((name) => `models/home-commands/${name}`),
    ].sort(),
  );
});

test('nothing names a source that is not shipped', { skip }, () => {
  for (const name of [...pageScripts(), 'worker.js', 'emulator-worker.js', 'tuner-worker.js']) {
    const text = readFileSync(path.join(dist, name), 'utf8');
    // What was found is compared, because a script is too long to be shown.
    assert.equal(/["'`/](?:src|prebuilt)\/|["'`][\w./-]*\.ts["'`]/.exec(text)?.[0], undefined, name);
  }
  const types = path.join(dist, 'types');
  const declarations = readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.d.ts'),
  );
  assert.ok(declarations.length > 10);
  for (const name of declarations) {
    const text = readFileSync(path.join(types, name), 'utf8');
    for (const [, place] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g)) {
      const file = path.resolve(path.dirname(path.join(types, name)), `${place}.d.ts`);
      assert.ok(existsSync(file), `${name} imports ${place}`);
    }
  }
});

test(
  'the description of the element names modules of the package, with what they export',
  { skip },
  async () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'custom-elements.json'), 'utf8')) as {
      readonly modules: readonly {
        readonly path: string;
        readonly exports: readonly { readonly kind: string; readonly name: string }[];
      }[];
    };
    assert.ok(manifest.modules.length > 1);
    for (const { path: file, exports } of manifest.modules) {
      const module = (await import(pathToFileURL(path.join(root, file)).href)) as Record<string, unknown>;
      for (const { kind, name } of exports)
        if (kind === 'js' && name !== '*') assert.equal(typeof module[name], 'function', `${file}: ${name}`);
    }
    for (const file of [
      'custom-elements.json',
      ...readdirSync(path.join(root, 'editors')).map((name) => `editors/${name}`),
    ])
      assert.doesNotMatch(readFileSync(path.join(root, file), 'utf8'), /\bsrc\//, file);
  },
);

test('the sample lies beside the scripts, with what is read of it and no more', { skip }, async () => {
  const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { files: string[] };
  assert.ok(files.includes('dist') && !files.some((name) => name.startsWith('models')));
  const source = await nodeFolder(path.join(root, 'models/home-commands'));
  const copy = path.join(dist, 'models/home-commands');
  try {
    const read = await readModelFiles(source, await hfFolderInput(source).files());
    assert.deepEqual(
      readdirSync(copy).sort(),
      read.map((file) => file.path),
    );
    for (const file of read)
      assert.ok(readFileSync(path.join(copy, file.path)).equals(file.bytes), file.path);
  } finally {
    await source.close();
  }
});

test(
  'the sample lies there as it is converted by default, and the facts beside it are of that package',
  { skip },
  () => {
    const facts = JSON.parse(readFileSync(path.join(dist, 'models/home-commands.ready.json'), 'utf8')) as {
      readonly sha256: string;
      readonly settings: unknown;
      readonly result: {
        readonly plan: { readonly fits: boolean };
        readonly report: { readonly texts: unknown[] };
      };
    };
    const bytes = readFileSync(path.join(dist, 'models/home-commands.s3lm'));
    assert.equal(toHex(sha256Of(bytes)), facts.sha256);
    assert.deepEqual(facts.settings, JSON.parse(JSON.stringify(convertSettings(NO_PRESET.settings))));
    assert.ok(facts.result.plan.fits && facts.result.report.texts.length > 0);
    // What a person gets by converting it: the same bytes.
    const out = mkdtempSync(path.join(tmpdir(), 'dist-'));
    try {
      const argv = [path.join(dist, 'cli.js'), 'convert', path.join(root, 'models/home-commands')];
      const file = path.join(out, 'model.s3lm');
      execFileSync(process.execPath, [...argv, '--no-report', '-o', file], { stdio: 'pipe' });
      assert.ok(readFileSync(file).equals(bytes));
    } finally {
      rmSync(out, { recursive: true });
    }
  },
);

test('the command line is a program that starts', { skip }, () => {
  const cli = path.join(dist, 'cli.js');
  assert.match(readFileSync(cli, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  if (process.platform !== 'win32') assert.equal(statSync(cli).mode & 0o111, 0o111);
  assert.match(execFileSync(process.execPath, [cli, '--help'], { encoding: 'utf8' }), /convert/);
});

test('the command line makes class kits in every language', { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dist-'));
  try {
    for (const [lang, tag] of [
      ['en', 'en'],
      ['es', 'es'],
      ['zh-CN', 'zh-Hans'],
    ] as const) {
      const out = path.join(folder, lang);
      const argv = [path.join(dist, 'cli.js'), 'kit', path.join(root, 'models/home-commands'), '-o', out];
      execFileSync(process.execPath, [...argv, '--lang', lang], { stdio: 'pipe' });
      assert.match(readFileSync(path.join(out, 'index.html'), 'utf8'), new RegExp(`<html lang="${tag}"`));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test(
  'output that cannot be written is an error in a sentence',
  { skip: skip || !existsSync('/dev/full') },
  () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [path.join(dist, 'cli.js'), '--help'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    assert.equal(status, 1);
    assert.match(stderr, /^The output cannot be written: .+\.\n$/);
  },
);

test('the worker is one classic script', { skip }, () => {
  const text = readFileSync(path.join(dist, 'worker.js'), 'utf8');
  // Only parsed: a module statement is a syntax error in a script.
  assert.doesNotThrow(() => new Script(text));
  assert.doesNotMatch(text, /import\.meta/);
});

test('the element carries the very worker that stands beside it, in parts', { skip }, async () => {
  const { workerSource, workerParts } = (await import(
    pathToFileURL(path.join(dist, chunk('worker-source'))).href
  )) as { readonly workerSource: string; readonly workerParts: Readonly<Record<string, WorkerPart>> };
  const parts = await Promise.all(Object.values(workerParts).map(({ load }) => load()));
  // Compared as a truth: a difference would print two whole programs.
  assert.ok([workerSource, ...parts].join('\n') === readFileSync(path.join(dist, 'worker.js'), 'utf8'));
  const asked = [workerSource, ...parts].flatMap((text) => [
    ...text.matchAll(/importPart__\("\.\/([^"]+)"\)/g),
  ]);
  const needed = Object.values(workerParts).flatMap(({ needs }) => needs);
  assert.deepEqual(
    [...new Set([...asked.map(([, name]) => name), ...needed])].sort(),
    Object.keys(workerParts).sort(),
  );
});

test('what pages load knows nothing of Node', { skip }, () => {
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const scripts = names.filter(
    (name) => name.endsWith('.js') && !['cli.js', 'tuner-thread.js'].includes(name),
  );
  assert.ok(scripts.length > 3);
  for (const name of scripts) {
    assert.doesNotMatch(readFileSync(path.join(dist, name), 'utf8'), /(from|import)\s*\(?\s*["']node:/, name);
  }
});

test('the licences of what was bundled travel along', { skip }, () => {
  const text = readFileSync(path.join(dist, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
  for (const name of ['lit ', 'fflate ', 'esptool-js '])
    assert.ok(text.includes(`\n${name}`) || text.startsWith(name), name);
});

test('the licences of what the WebAssembly was compiled from travel along', { skip }, () => {
  const text = readFileSync(path.join(dist, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
  assert.ok(text.includes(readFileSync(path.join(root, 'kernels/THIRD-PARTY-LICENCES.txt'), 'utf8').trim()));
  for (const name of ['wasm-bindgen ', 'sha2 ', 'Rust standard library ', 'dlmalloc ', 'hashbrown ', 'libm '])
    assert.ok(text.includes(`\n${name}`), name);
});

test('the flasher stubs are named with their origin', { skip }, () => {
  const text = readFileSync(path.join(dist, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
  const section = /\nesptool-js \S+, flasher stubs\n=+\n\n([^=]*)/.exec(text)?.[1] ?? '';
  for (const words of [
    ...CHIPS.map(({ id }) => `${id}.json`),
    ...OTHER_CHIPS,
    'stub_flasher/2',
    'Espressif Systems',
  ])
    assert.ok(section.includes(words), words);
});

test('the one file is a script, and carries licences and every program', { skip }, () => {
  const text = readFileSync(path.join(dist, 'esp32-llm-converter.bundle.js'), 'utf8');
  assert.doesNotThrow(() => new Script(text));
  const firmware = CHIPS.map(({ firmwareFile }) => firmwareFile);
  for (const name of ['kernels.wasm', 'twin.wasm', 'train.wasm', ...EMULATORS, ...firmware]) {
    const inside = readFileSync(path.join(dist, name)).toString('base64');
    assert.ok(text.includes(inside), name);
  }
  for (const name of ['MIT License', 'lit ', 'fflate ']) assert.ok(text.includes(name), name);
});

test('the element can be imported where there is no page', { skip }, () => {
  for (const name of ['esp32-llm-converter.js', 'define.js', 'index.js']) {
    const address = JSON.stringify(pathToFileURL(path.join(dist, name)).href);
    const program = `const m = await import(${address}); console.log(Object.keys(m).length > 0, 'customElements' in globalThis);`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    assert.equal(said, 'true false\n', name);
  }
});

/** KB (1000 bytes) after gzip. */
const BUDGET = {
  /** Before anybody acts: a page should not notice it. */
  first: 20,
  /**
   * All that a conversion of a Llama's folder with its chat template takes, from the first view to the image, with both engines.
   * 260 are wanted: docs/decisions/0010.
   */
  converter: 302,
  /** The cards of the models that come with the element: right after the first view. */
  cards: 5.5,
  /** What leads from step to step, with the views after the first. */
  way: 4,
  /** The state in the page's address, for pages that ask for it. */
  address: 8,
  /** Talking to the engine in the page, when a person chooses it in the step of trying. */
  pageEngine: 2,
  /** What answers mean, for models with an action card: the home and the sentences. */
  answers: 5,
  /** What the button for a class kit adds. */
  kit: 12,
  /** What it fetches besides the one file: the lessons in a language. */
  course: 8,
  /** What the button for a graph for TensorFlow Lite Micro adds: its part of the worker, without the sources in C, which are data. */
  tflm: 15,
  /** What the button for somebody's own firmware adds, without the library, which is data. */
  component: 2.5,
  /** What an effort above quick adds: the gradient engine, and the program of its threads. */
  tuner: 141,
  /** What opening the list of known models adds: the families' readers and the planner, which elsewhere run in the worker. */
  gallery: 47,
  /** What the drawing of a board adds, with its table. */
  drawing: 5,
  /** What speaking with a model adds, when a person opens it. */
  voice: 5.2,
  /** What connecting pins adds, with the drawn board that runs. */
  desk: 18.4,
  /** What the first "?" beside a term adds: its card, all sentences and pictures. */
  terms: 6,
  /** What measuring a frontier adds, without the gradient engine. */
  frontier: 15,
  /** What looking at single numbers of a conversion adds. */
  rounding: 5,
  /** What the conversions of a session add, after the first result: its rows, the comparison of two, the chart. */
  conversions: 16,
  /** What trying, flashing and talking add to the page, without the two below. */
  boards: 56.8,
  /** What trying on an emulated board adds: the module of one chip. */
  emulator: 206.5,
  /** What the first flashing adds; the firmware itself is data of the image. */
  flasher: 80,
  /** What finding one's board adds when it is asked for, without what reaches boards. */
  find: 5,
  /** What a board adds that the image does not fit. */
  otherBoard: 2.5,
  /** What the first error adds to the control that it stands beside. */
  beside: 1.5,
  /** What opening the self-test adds; its program is data. */
  selftest: 8,
} as const;

/** What docs/embedding.md tells of, by the beginning of its row. */
const TOLD: Partial<Record<keyof typeof BUDGET, string>> = {
  first: 'before anybody acts',
  converter: 'all that a conversion',
  gallery: 'the list of small models',
  kit: 'class kit',
  desk: 'connecting pins',
  boards: 'views and words for trying',
  emulator: 'emulator',
  flasher: 'esptool-js',
  tuner: 'tuning',
};

/** Languages other than English, by the beginning of their chunks' names. */
const OTHER_LANGUAGES = ['zh-hans', 'es', 'words-zh-hans', 'words-es'];

/**
 * Parts of the page that a conversion in English does not load, by the beginning of their chunks' names. `page-worker`
 * stands in for the worker where a page does not permit workers, `plain-colours` for what older browsers do not know of CSS.
 */
const APART = [
  'tuner-start',
  'frontier-room',
  // The conversions of a session, once there is one to compare.
  'conversions-room',
  // Single numbers of one, when a person opens them.
  'rounding-room',
  'cards-room',
  'way-room',
  'address-room',
  'page-engine',
  // A sample's finished conversion, when a person wants to talk to it at once.
  'ready-conversion',
  'sample-source',
  'answer-view',
  'board-room',
  'en-board',
  'page-worker',
  'plain-colours',
  // Parts of the worker, measured one by one.
  'worker-part',
  // What a term means, when a person asks.
  'term-card',
  // Which layer lies where on a board, when a person asks.
  'drawing-room',
  // Which pins are which things, and the board that shows them.
  'connect-room',
  'live-desk',
  // Speaking with a model, when a person opens it.
  'voice-room',
  // Fetched when a person asks for the report in a file, and for all files in one.
  'report-html',
  'zip-parts',
  // A graph for TensorFlow Lite Micro, when a person asks for it.
  'tflm-download',
  // A library for an application, likewise.
  'component-download',
  // Finding one's board, when a person asks.
  'find-dialog',
  // What an error does to the control beside it.
  'beside',
  // The list of known models, when a person opens it.
  'gallery',
  ...OTHER_LANGUAGES,
];

/** One of them is fetched, by the chip of the board. */
const EMULATORS = CHIPS.map(({ emulatorFile }) => emulatorFile).filter((name) => name !== null);

/** esptool-js has a stub for each chip; those of chips that no image of ours is for are never fetched. */
const OTHER_CHIPS = readdirSync(path.join(root, 'node_modules/esptool-js/lib/targets/stub_flasher'))
  .map((name) => path.basename(name, '.json'))
  .filter((name) => !CHIPS.some(({ id }) => id === name));

function kilobytes(files: Iterable<string>, packed = packedByGzip): number {
  let sum = 0;
  for (const file of files) sum += packed(readFileSync(file)).length;
  return sum / 1000;
}

const packedByGzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { level: 9 });
const packedByBrotli = (bytes: Uint8Array): Uint8Array => brotliCompressSync(bytes);

/** A script and what it imports; lazily imported ones too when asked for. */
function reached(entry: string, lazy: boolean, apart: readonly string[] = []): Set<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const text = readFileSync(file, 'utf8');
    const imports = lazy
      ? /(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"']+\.js)["']/g
      : /(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+\.js)["']/g;
    for (const [, target] of text.matchAll(imports)) {
      const next = path.resolve(path.dirname(file), target ?? '');
      if (!apart.some((name) => path.basename(next).startsWith(`${name}-`))) visit(next);
    }
  };
  visit(path.join(dist, entry));
  return found;
}

function chunk(name: string): string {
  const file = readdirSync(path.join(dist, 'chunks')).find(
    (candidate) => candidate.startsWith(`${name}-`) && candidate.endsWith('.js'),
  );
  assert.ok(file, `a chunk ${name}`);
  return path.join('chunks', file);
}

test('what pages load keeps to its budget', { skip }, (context) => {
  const wasm = (name: string): string => path.join(dist, name);
  const without = (files: Iterable<string>, ...others: ReadonlySet<string>[]): string[] =>
    [...files].filter((file) => !others.some((other) => other.has(file)));
  const first = reached('define.js', false);
  const always = [path.join(dist, chunk('worker-part-chat')), wasm('kernels.wasm'), wasm('twin.wasm')];
  const whole = new Set([...reached('define.js', true, APART), ...always]);
  const converter = new Set([...reached('define.js', true, [...APART, 'kit-download']), ...always]);
  const kit = without(whole, converter);
  const tflm = new Set([
    ...without(reached(chunk('tflm-download'), true, [...APART, 'tflite-study']), whole),
    path.join(dist, chunk('worker-part-tflite-study')),
  ]);
  const tuner = new Set([
    ...without(reached(chunk('tuner-start'), true, APART), whole),
    path.join(dist, chunk('tuner-worker-source')),
    wasm('train.wasm'),
  ]);
  const frontier = new Set([
    ...without(reached(chunk('frontier-room'), true, [...APART, 'frontier-study']), whole),
    path.join(dist, chunk('worker-part-frontier-study')),
  ]);
  const conversions = without(reached(chunk('conversions-room'), true, [...APART, 'schemes-study']), whole);
  const rounding = without(
    reached(chunk('rounding-room'), true, [...APART, 'rounding-study']),
    whole,
    new Set(conversions),
  );
  const cards = without(
    [...reached(chunk('cards-room'), true, APART), ...reached(chunk('ready-conversion'), true, APART)],
    whole,
    first,
  );
  const way = without(reached(chunk('way-room'), true, APART), whole, first);
  const address = without(reached(chunk('address-room'), true, APART), whole, first);
  const answers = without(reached(chunk('answer-view'), true, APART), whole);
  /** What a press loads that is apart from everything else. */
  const pressed = (entry: string, apart = entry): string[] =>
    without(
      reached(
        chunk(entry),
        true,
        APART.filter((name) => name !== apart),
      ),
      whole,
    );
  const gallery = pressed('gallery-dialog', 'gallery');
  const terms = pressed('term-card');
  const find = pressed('find-dialog');
  const beside = pressed('beside');
  const largest = (sets: readonly ReadonlySet<string>[]): ReadonlySet<string> =>
    [...sets].sort((a, b) => kilobytes(b) - kilobytes(a))[0] ?? new Set();
  // Of one chip or the other: what is fetched goes by the board.
  const worker = path.join(dist, chunk('emulator-worker-source'));
  const emulator = largest(EMULATORS.map((name) => new Set([worker, wasm(name)])));
  const room = chunk('board-room');
  const stubs = CHIPS.map(({ id }) => id);
  const withStub = (stub: string): ReadonlySet<string> =>
    reached(chunk('flash-loader'), true, [
      ...APART,
      ...OTHER_CHIPS,
      ...stubs.filter((other) => other !== stub),
    ]);
  const flashers = stubs.map((stub) => new Set(without(withStub(stub), whole, reached(room, false))));
  const flasher = largest(flashers);
  // Where the words for boards are is written in the first view's list of languages.
  const words = path.join(dist, chunk('en-board'));
  const notThese = [
    'page-worker',
    'page-engine',
    'answer-view',
    'beside',
    'other-board',
    'term-card',
    'drawing-room',
    'live-desk',
    'connect-room',
    'voice-room',
    ...OTHER_LANGUAGES,
    ...OTHER_CHIPS,
  ];
  // Files that it has in common with a conversion ask for what a conversion may need.
  const everything = [...reached(room, true, [...APART, ...notThese, 'selftest-room']), words];
  const boards = without(everything, whole, emulator, ...flashers);
  const otherBoard = without(
    reached(
      chunk('other-board'),
      true,
      [...APART, ...notThese].filter((name) => name !== 'other-board'),
    ),
    whole,
    new Set(boards),
    new Set(gallery),
  );
  const selftest = without(
    reached(chunk('selftest-room'), true, [...APART, ...notThese]),
    whole,
    new Set(boards),
    flasher,
  );
  const parts: Readonly<Record<keyof typeof BUDGET, Iterable<string>>> = {
    first,
    converter,
    answers,
    cards,
    way,
    address,
    pageEngine: [path.join(dist, chunk('page-engine'))],
    kit,
    // One of them is fetched: the largest.
    course: COURSES.map((name) => path.join(dist, name))
      .sort((a, b) => kilobytes([b]) - kilobytes([a]))
      .slice(0, 1),
    tflm,
    component: without(reached(chunk('component-download'), true, APART), whole),
    tuner,
    gallery,
    drawing: without(reached(chunk('drawing-room'), true, APART), whole),
    desk: [
      ...new Set([
        ...without(reached(chunk('connect-room'), true, APART), whole),
        ...without(reached(chunk('live-desk'), true, APART), whole),
      ]),
    ],
    voice: without(reached(chunk('voice-room'), true, APART), whole, first, new Set(boards)),
    terms,
    find,
    frontier,
    rounding,
    conversions,
    boards,
    emulator,
    flasher,
    selftest,
    beside,
    otherBoard,
  };
  assert.ok(first.size > 1 && converter.size > first.size && boards.length > 1, 'imports were not found');
  for (const name of Object.keys(BUDGET) as (keyof typeof BUDGET)[]) {
    const size = kilobytes(parts[name]);
    context.diagnostic(`${name}: ${size.toFixed(1)} of ${BUDGET[name]} KB`);
    assert.ok(size > 0.5 && size <= BUDGET[name], `${name}: ${size.toFixed(1)} KB`);
  }
  assert.deepEqual(wrongRows(parts), []);
});

/** Rows of docs/embedding.md that tell of other sizes, with what they should say. A page need not follow every byte. */
function wrongRows(parts: Readonly<Record<keyof typeof BUDGET, Iterable<string>>>): string[] {
  const page = readFileSync(path.join(root, 'docs/embedding.md'), 'utf8').split('\n');
  const isNear = (told: string | undefined, size: number): boolean =>
    Math.abs(Number(told) - size) <= 0.4 + size / 100;
  const wrong: string[] = [];
  for (const [name, row] of Object.entries(TOLD) as [keyof typeof BUDGET, string][]) {
    const [, , gzip, most, brotli] = (page.find((line) => line.startsWith(`| ${row}`)) ?? '').split('|');
    const packed = [kilobytes(parts[name]), kilobytes(parts[name], packedByBrotli)] as const;
    if (Number(most) !== BUDGET[name] || !isNear(gzip, packed[0]) || !isNear(brotli, packed[1]))
      wrong.push(`${row}: ${packed[0].toFixed(1)} | ${BUDGET[name]} | ${packed[1].toFixed(1)}`);
  }
  return wrong;
}

/** KB after gzip of each part of the worker, by the module that it begins with: what a conversion adds that needs it. */
const PARTS: Readonly<Record<string, number>> = {
  /** A chat template's interpreter; of nearly every model, and counted with the converter. */
  chat: 14.5,
  /** Families but Llama, Mistral and Qwen. */
  others: 7.5,
  /** A folder at an address, or on the Hub. */
  'remote-folders': 5.5,
  pytorch: 4.5,
  /** A zip archive of a folder, and where its members are, which files of torch.save are as well. */
  'zip-blob': 2.5,
  'zip-directory': 1.5,
  /** What trainings of nanoGPT and llama2.c save, and a vocabulary of characters. */
  'training-file': 1,
  /** What an unknown family is most like. */
  nearest: 2.2,
  'model-file': 0.5,
  /** A folder that is no model's. */
  'no-model': 1.5,
  'character-tokenizer': 1.2,
  'llama2c-file': 4.5,
  /** A LoRA adapter beside its base model. */
  adapter: 5.5,
  /** A tokenizer without a tokenizer.json. */
  'tokenizer-files': 4.7,
  /** What it and GGUF have for SentencePiece and WordPiece. */
  'word-piece-definition': 2.5,
  /** Tokenizers of other models than BPE, and what BERT and SentencePiece do to characters. */
  'word-models': 1.5,
  'map-normalizers': 11.5,
  /** A cut of the vocabulary. */
  vocabulary: 3.5,
  'piece-vocabulary': 1,
  /** What it cost, for its report. */
  'vocabulary-loss': 2.5,
  /** GGUF, and its types of blocks that few files have. */
  input: 11.5,
  /** With 80 rules that cut texts into words. */
  tokenizer: 5,
  /** Its tokenizers that do not merge. */
  'other-models': 1.5,
  'dequantize-grid': 9,
  'dequantize-k': 1.2,
  /** Characters and what splits texts, for tokenizers that are not byte-level. */
  machines: 6.5,
  /** Normal forms of Unicode, with and without compatibility. */
  'form-part': 8.5,
  compatibility: 7.5,
  /** What containers share. */
  'computed-checkpoint': 1.2,
  pickle: 3,
  'pickle-values': 0.6,
  floats: 1,
  sentencepiece: 2,
  'frontier-study': 9,
  /** All ways to store a model's weights. */
  'schemes-study': 2.5,
  /** What it shares with the study of a frontier. */
  study: 0.5,
  /** What rounding did to single numbers, and what it shares with that of a frontier. */
  'rounding-study': 1.5,
  /** A graph for TensorFlow Lite Micro. */
  'tflite-study': 13.5,
  dequantize: 0.8,
  /** An effort above quick. */
  tune: 1.5,
  /** Answers that act on pins: wirings and the section that they make with an action card. */
  act: 6,
  /** What a model may say: JSON schemas and GBNF, compiled for its vocabulary. */
  grammar: 8,
  /** The model as frontiers, schemes and single numbers are measured of it. */
  'studied-model': 0.4,
  /** Reads what lies beside an action card, and compiles it before the plan is made. */
  'added-sections': 2,
  /** How both write records; shared with the console. */
  console: 0.7,
};

test('each part of the worker keeps to its budget, and has one', { skip }, (context) => {
  const files = readdirSync(path.join(dist, 'chunks')).filter((name) => /^worker-part-.*\.js$/.test(name));
  const sizes = new Map(
    files.map((name) => [
      name.slice('worker-part-'.length, -'-1234567.js'.length),
      kilobytes([path.join(dist, 'chunks', name)]),
    ]),
  );
  for (const [name, size] of sizes) context.diagnostic(`${name}: ${size.toFixed(1)} of ${PARTS[name]} KB`);
  assert.deepEqual([...sizes.keys()].sort(), Object.keys(PARTS).sort());
  for (const [name, size] of sizes) assert.ok(size <= (PARTS[name] ?? 0), `${name}: ${size.toFixed(1)} KB`);
});

/** What came to browsers after the oldest that docs/embedding.md names: Chromium 100, Firefox 104, Safari 16.4. */
const YOUNGER =
  /\bAbortSignal\.any\b|\bPromise\.(withResolvers|try)\b|\bArray\.fromAsync\b|\.to(Sorted|Reversed|Spliced)\(|\b(Object|Map)\.groupBy\b|\bURL\.(canParse|parse)\(|\.(isWellFormed|toWellFormed|isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(|\bIterator\.from\b|\bDurationFormat\b|\bUint8Array\.from(Base64|Hex)\b|\bshowPopover\b(?!\?)|\bcheckVisibility\b|\bscheduler\.(yield|postTask)\b|\brequestIdleCallback\b/;

test('nothing that pages load needs a younger browser than the documentation says', { skip }, () => {
  assert.match('a=AbortSignal.any([b,c])', YOUNGER);
  for (const name of [...pageScripts(), 'worker.js', 'emulator-worker.js', 'tuner-worker.js']) {
    const text = readFileSync(path.join(dist, name), 'utf8');
    assert.equal(YOUNGER.exec(text)?.[0], undefined, name);
  }
});
