// What is bundled into what: the element and the pipeline for pages, the worker as one classic script,
// and the command line for Node. scripts/build.mjs runs it.
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import commonjs from '@rollup/plugin-commonjs';
import { rollup } from 'rollup';
import { minify } from 'terser';
import { BUNDLE, NAMES_IN_DIST, PROGRAMS } from './scripts/lib/assets.mjs';
import { workerInParts } from './scripts/lib/worker-parts.mjs';
import { eraseTypes } from './scripts/lib/ts-transform.mjs';
import { ROOT } from './scripts/lib/run.mjs';

/** Everything that `npm run build` makes from TypeScript. */
export const ENTRIES = {
  page: {
    index: 'src/index.ts',
    'esp32-llm-converter': 'src/element/esp32-llm-converter.ts',
    define: 'src/element/define.ts',
  },
  /** The program that converts, of which a page fetches what it needs. */
  program: 'src/worker/worker.ts',
  workers: {
    'emulator-worker': 'src/worker/emulator-worker.ts',
    'tuner-worker': 'src/worker/tuner-worker.ts',
  },
  /** One file with everything inside, for pages that are opened from a disk and for those that want one file. */
  bundle: 'src/element/define.ts',
  /** What Node starts: the command line, and the threads that it tunes in. */
  node: { cli: 'src/cli/main.ts', 'tuner-thread': 'src/cli/tuner-thread.ts' },
};

/** The modules whose texts stand for the workers' programs, and the name of the text in each; see {@link embedWorkers}. */
const WORKER_SOURCES = {
  'emulator-worker': {
    file: path.join(ROOT, 'src/worker/emulator-worker-source.ts'),
    name: 'emulatorWorkerSource',
  },
  'tuner-worker': { file: path.join(ROOT, 'src/worker/tuner-worker-source.ts'), name: 'tunerWorkerSource' },
};

/**
 * The bundles in the order in which they must be made: the page's code carries the workers.
 * @param {string} dist absolute path of the output folder, which has the programs
 * @returns {Promise<Set<string>>} every file that went into a bundle
 */
export async function bundleAll(dist) {
  const modules = new Set();
  const program = await bundleProgram(dist, modules);
  const workers = new Map();
  for (const name of Object.keys(ENTRIES.workers)) workers.set(name, await bundleWorker(name, dist, modules));
  await bundlePage(dist, program, workers, modules);
  await bundleOne(dist, program, workers, modules);
  for (const name of Object.keys(ENTRIES.node)) await bundleForNode(name, dist, modules);
  return modules;
}

/** The program that converts, in parts; with all of them it is the file for pages that must serve their worker themselves. */
async function bundleProgram(dist, modules) {
  const plugins = [typescript(), json(), nodeResolve({ browser: true }), commonjs()];
  const { watched, ...program } = await workerInParts(ENTRIES.program, plugins, [shrink(false)], fail);
  for (const file of watched) modules.add(file);
  await writeFile(path.join(dist, 'worker.js'), wholeProgram(program));
  return program;
}

/** The program with all of its parts. */
function wholeProgram({ base, parts }) {
  return [base, ...[...parts.values()].map(({ text }) => text)].join('\n');
}

/** A worker: a classic script, because a blob worker from another origin cannot import modules everywhere. */
async function bundleWorker(name, dist, modules) {
  const bundle = await rollup({
    input: path.join(ROOT, ENTRIES.workers[name]),
    plugins: [typescript(), json(), nodeResolve({ browser: true }), commonjs(), shrink(false)],
    onwarn: fail,
  });
  const { output } = await bundle.write({
    file: path.join(dist, `${name}.js`),
    format: 'iife',
    inlineDynamicImports: true,
  });
  collect(bundle, modules);
  await bundle.close();
  return output[0].code;
}

/** What pages load: small entries, everything heavy behind a dynamic import. */
async function bundlePage(dist, program, workers, modules) {
  const input = Object.fromEntries(
    Object.entries(ENTRIES.page).map(([name, file]) => [name, path.join(ROOT, file)]),
  );
  const bundle = await rollup({
    input,
    plugins: [
      embedProgram(program),
      embedWorkers(workers),
      litForAnyPage(),
      addressesInDist(),
      typescript(),
      json(),
      nodeResolve({ browser: true }),
      commonjs(),
      shrink(true),
    ],
    onwarn: fail,
  });
  await bundle.write({
    dir: dist,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: chunkName,
    // Letters that code has too: what loads first names many chunks.
    hashCharacters: 'base36',
    manualChunks: loadedTogether(),
    onlyExplicitManualChunks: true,
  });
  collect(bundle, modules);
  await bundle.close();
}

/**
 * Modules that are always loaded one with the other, by the module that asks for them: left alone, the bundler makes a file of
 * every few that something else uses as well, and forty small files are a fifth larger than one after compression.
 */
const TOGETHER = ['src/element/converter.ts', 'src/element/views/later.ts', 'src/element/board-image.ts'];

/**
 * What pages load without these: the bundler decides where its modules come, as it does with all others. The page's entries are
 * among them, of which one is the library for those who write a page of their own. Boards are not, as views come before them.
 */
const ALONE = [
  ...Object.values(ENTRIES.page),
  'src/element/model-choice.ts',
  'src/element/gallery/gallery-dialog.ts',
  'src/element/gallery/gallery-plans.ts',
  'src/element/moment/cards-room.ts',
  'src/element/address/address-room.ts',
  'src/element/explain.ts',
];

/** Says in which file a module comes; of none, the bundler decides. */
function loadedTogether() {
  let reaching = null;
  return (id, { getModuleInfo }) => {
    reaching ??= new Map([...TOGETHER, ...ALONE].map((entry) => [entry, reachedFrom(entry, getModuleInfo)]));
    const of = (entry) => reaching.get(entry).has(id);
    const entry = TOGETHER.find(of);
    return entry === undefined || ALONE.some(of) ? null : path.basename(entry, '.ts');
  };
}

/** Every module that comes with one, however far away, as long as no `import()` lies between. */
function reachedFrom(entry, getModuleInfo) {
  const found = new Set();
  const visit = (id) => {
    if (found.has(id)) return;
    found.add(id);
    getModuleInfo(id)?.importedIds.forEach(visit);
  };
  visit(path.join(ROOT, entry));
  return found;
}

/** Chunks are called after their module, and those with the words of a language after the language too: its modules have the names of any other's. */
function chunkName({ moduleIds }) {
  const [, language] = /\/element\/strings\/([^/]+)\//.exec(moduleIds.at(-1) ?? '') ?? [];
  return `chunks/${language === undefined ? '' : `${language}-`}[name]-[hash:7].js`;
}

/**
 * The page's code in one classic script, so that it also runs where modules cannot be loaded: pages opened from a disk. It
 * works as a module script just as well.
 */
async function bundleOne(dist, program, workers, modules) {
  const bundle = await rollup({
    input: path.join(ROOT, ENTRIES.bundle),
    plugins: [
      embedProgram({ base: wholeProgram(program), parts: new Map() }),
      embedWorkers(workers),
      embedPrograms(dist),
      litForAnyPage(),
      addressesInDist(),
      typescript(),
      json(),
      nodeResolve({ browser: true }),
      commonjs(),
      shrink(false),
    ],
    onwarn: fail,
  });
  await bundle.write({
    file: path.join(dist, BUNDLE),
    format: 'iife',
    name: 'Esp32Llm',
    inlineDynamicImports: true,
  });
  collect(bundle, modules);
  await bundle.close();
}

/** One file that Node starts. */
async function bundleForNode(name, dist, modules) {
  const bundle = await rollup({
    input: path.join(ROOT, ENTRIES.node[name]),
    external: [/^node:/],
    plugins: [typescript(), json(), nodeResolve({ exportConditions: ['node'] }), commonjs()],
    onwarn: fail,
  });
  await bundle.write({
    file: path.join(dist, `${name}.js`),
    format: 'es',
    inlineDynamicImports: true,
    banner: (chunk) =>
      name !== 'cli' || readFileSync(chunk.facadeModuleId, 'utf8').startsWith('#!')
        ? ''
        : '#!/usr/bin/env node',
  });
  collect(bundle, modules);
  await bundle.close();
}

/** Remembers what was bundled: the licences of all of it travel along. */
function collect(bundle, modules) {
  for (const file of bundle.watchFiles) modules.add(file);
}

/** TypeScript without its types; `./x.js` finds `./x.ts`. */
function typescript() {
  return {
    name: 'typescript',
    resolveId(specifier, importer) {
      if (!importer?.endsWith('.ts') || !/^\.{1,2}\/.*\.js$/.test(specifier)) return null;
      const typed = path.resolve(path.dirname(importer), specifier.replace(/\.js$/, '.ts'));
      return existsSync(typed) ? typed : null;
    },
    async transform(source, id) {
      if (!id.endsWith('.ts')) return null;
      const { code, map } = await eraseTypes(tightTemplates(source), id, true);
      return { code, map };
    },
  };
}

/** Takes comments and blank space out of `css` and `html` templates, which no minifier looks into: it is a tenth of what a page loads first. */
function tightTemplates(source) {
  if (!/from 'lit'/.test(source)) return source;
  return source.replace(/\n[ \t]+/g, '\n').replace(/\bcss`[^`]*`/g, (styles) =>
    styles
      .replace(/\/\*[^]*?\*\//g, '')
      .replace(/\s*([{};])\s*/g, '$1')
      .replace(/;}/g, '}')
      .replace(/,\n/g, ',')
      .replace(/:\s+/g, ':'),
  );
}

/**
 * What Lit's modules take for granted while they are loaded, and what stands in. The element can be imported on a server, which
 * renders its tag and leaves the rest to the browser. And where Trusted Types are demanded, the page may have a Lit of its own,
 * which has taken the policy's name or still wants it: the element's policy serves its Lit too. Translators put an element in the place
 * of every text: the next text takes its place, or figures would stay what they were.
 */
const FOR_ANY_PAGE = {
  'reactive-element.js': [[/\bextends HTMLElement\b/, 'extends(globalThis.HTMLElement??class{})']],
  'lit-html.js': [
    [/=document,/, '=globalThis.document??{createTreeWalker(){}},'],
    [/=(\w+)\?\1\.createPolicy\("lit-html",\{createHTML:(\w+)=>\2\}\):void 0,/, '=policy,'],
    [
      /this\._\$AH!==(\w)&&(\w)\(this\._\$AH\)\?this\._\$AA\.nextSibling\.data=(\w):/,
      'this._$AH!==$1&&$2(this._$AH)?3===this._$AA.nextSibling.nodeType?this._$AA.nextSibling.data=$3:this._$AA.nextSibling.replaceWith($3):',
    ],
    [/^/, `import{policy}from${JSON.stringify(path.join(ROOT, 'src/worker/trusted-types.ts'))};`],
  ],
};

function litForAnyPage() {
  return {
    name: 'lit-for-any-page',
    transform(source, id) {
      const changes = FOR_ANY_PAGE[path.basename(id)];
      if (changes === undefined || !id.includes('node_modules')) return null;
      let code = source;
      for (const [pattern, replacement] of changes) {
        if (!pattern.test(code)) throw new Error(`${id} is another version than is known here.`);
        code = code.replace(pattern, replacement);
      }
      return { code, map: null };
    },
  };
}

/** Stands before a file's name in dist/ until it is known which folder of dist/ the code comes into. */
const IN_DIST = 'in-dist:';

/**
 * Code names files by literals such as `new URL('../../kernels/prebuilt/kernels.wasm', import.meta.url)`, which are true in the
 * source tree. Here they become as true in dist/; a file that dist/ has not is a fault.
 */
function addressesInDist() {
  return {
    name: 'addresses-in-dist',
    transform(source, id) {
      if (!id.endsWith('.ts')) return null;
      const literal = /(?<=\bnew URL\(\s*)'(\.[^']*)'(?=,\s*import\.meta\.url)/g;
      const code = source.replace(literal, (_, place) => {
        const file = path
          .relative(ROOT, path.resolve(path.dirname(id), place))
          .split(path.sep)
          .join('/');
        const name = NAMES_IN_DIST.get(file);
        if (name === undefined) throw new Error(`${id} names ${file}, which is not in dist/.`);
        return `'${IN_DIST}${name}'`;
      });
      return { code, map: null };
    },
    renderChunk(code, { fileName }) {
      const folder = path.posix.dirname(fileName);
      const written = code.replace(new RegExp(`(['"])${IN_DIST}([^'"]+)\\1`, 'g'), (_, quote, name) => {
        const place = path.posix.relative(folder, name);
        return `${quote}${place.startsWith('.') ? place : `./${place}`}${quote}`;
      });
      return { code: written, map: null };
    },
  };
}

/** JSON as a module's default export: esptool-js keeps its flasher stubs in JSON. */
function json() {
  return {
    name: 'json',
    transform(source, id) {
      if (!id.endsWith('.json')) return null;
      return { code: `export default ${JSON.stringify(JSON.parse(source))};`, map: { mappings: '' } };
    },
  };
}

/** Stands before the name of a part, whose module is its text. */
const PART = 'worker-part-';

/** Replaces the module that says "no program as text here" by one that has it, and fetches its parts one by one. */
function embedProgram({ base, parts }) {
  const source = path.join(ROOT, 'src/worker/worker-source.ts');
  return {
    name: 'embed-program',
    resolveId: (specifier) => (specifier.startsWith(PART) ? specifier : null),
    load(id) {
      if (id.startsWith(PART)) {
        const { text } = parts.get(id.slice(PART.length));
        return { code: `export const text = ${JSON.stringify(text)};`, map: { mappings: '' } };
      }
      if (id !== source) return null;
      const entries = [...parts].map(
        ([name, { needs }]) =>
          `${JSON.stringify(name)}: { needs: ${JSON.stringify(needs)}, load: async () => (await import('${PART}${name}')).text }`,
      );
      const code = `export const workerSource = ${JSON.stringify(base)};
        export const workerParts = { ${entries.join(', ')} };`;
      return { code, map: { mappings: '' } };
    },
  };
}

/** Replaces the modules that say "no worker text here" by ones that have it. */
function embedWorkers(workers) {
  return {
    name: 'embed-workers',
    load(id) {
      for (const [worker, { file, name }] of Object.entries(WORKER_SOURCES)) {
        if (id !== file) continue;
        const code = `export const ${name} = ${JSON.stringify(workers.get(worker))};`;
        return { code, map: { mappings: '' } };
      }
      return null;
    },
  };
}

/** Replaces the module that says "nothing inside" by one that has every program. */
function embedPrograms(dist) {
  const inside = path.join(ROOT, 'src/worker/assets-inside.ts');
  return {
    name: 'embed-programs',
    load(id) {
      if (id !== inside) return null;
      const present = Object.keys(PROGRAMS).filter((name) => existsSync(path.join(dist, name)));
      const texts = present.map((name) => [name, readFileSync(path.join(dist, name)).toString('base64')]);
      const code = `export const assetsInside = ${JSON.stringify(Object.fromEntries(texts))};`;
      return { code, map: { mappings: '' } };
    },
  };
}

/** Terser on every chunk, twice: what the first time makes of the code leaves more to take out. */
function shrink(module) {
  return {
    name: 'shrink',
    async renderChunk(code) {
      const format = { comments: licencesOnce() };
      const compress = { passes: 4, keep_fargs: false };
      const { code: small, map } = await minify(code, {
        module,
        ecma: 2022,
        compress,
        format,
        sourceMap: true,
      });
      return { code: small, map };
    },
  };
}

/** Keeps each licence's comment the first time that it comes in a chunk: packages repeat it in every file, with another year. */
function licencesOnce() {
  const seen = new Set();
  return (_node, { value }) => {
    const text = value.replace(/\d{4}/g, '');
    if (!/@license|@preserve|@copyright/i.test(text) || seen.has(text)) return false;
    seen.add(text);
    return true;
  };
}

/** Manners of packages that work all the same, and that nothing here can change. */
const FOREIGN_MANNERS = new Set(['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED', 'EVAL']);

/** A bundler warning about our own code (a missing export, a cycle, an unresolved import) is a fault. */
function fail(warning) {
  const places = [warning.id, ...(warning.ids ?? [])].filter((id) => id !== undefined);
  const foreign = places.length > 0 && places.every((id) => id.includes('node_modules'));
  if (foreign && FOREIGN_MANNERS.has(warning.code)) return;
  throw new Error(`bundling: ${warning.message}`);
}
