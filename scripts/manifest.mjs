// Writes what is generated from the element's doc comments: custom-elements.json (its machine-readable description),
// docs/api.md (the same for people) and editors/ (the same for VS Code and JetBrains editors).
// `--check` writes nothing and fails when a committed file says something else.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { apiPage } from './lib/api-page.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { packagedManifest } from './lib/packaged-manifest.mjs';
import { ROOT } from './lib/run.mjs';

/** What an embedder sees: the element, its registration and its events. Views, styles and strings are ours. */
const PUBLIC = ['src/element/esp32-llm-converter.ts', 'src/element/define.ts', 'src/element/events/*.ts'];

try {
  await ensureDependencies();
  const sources = await analyze();
  const manifest = packagedManifest(sources);
  await validate(manifest);
  const fresh = new Map([
    ['custom-elements.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ['docs/api.md', apiPage(sources, await rejections(), await boards())],
    ...(await editorsData(manifest)),
  ]);
  for (const [name, text] of fresh) {
    const file = path.join(ROOT, name);
    if (!process.argv.includes('--check')) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
      throw new Error(`${name} does not say what src/element says. Run: npm run manifest`);
    }
  }
  if (!process.argv.includes('--check')) console.log(`Written: ${[...fresh.keys()].join(', ')}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Holds the manifest to the schema that tools read it by. */
async function validate(manifest) {
  const { default: Ajv } = await import('ajv');
  const schema = path.join(ROOT, 'node_modules/custom-elements-manifest/schema.json');
  // The schema is of an older draft that spells a few words otherwise.
  const ajv = new Ajv({ strict: false });
  const valid = ajv.compile(JSON.parse(await readFile(schema, 'utf8')));
  if (!valid(manifest)) {
    throw new Error(`custom-elements.json is not valid: ${ajv.errorsText(valid.errors)}`);
  }
  // Without the name of the tag, editors and catalogues have nothing to show, and no schema asks for it.
  const elements = manifest.modules
    .flatMap((module) => module.declarations)
    .filter((each) => each.customElement);
  if (elements.length !== 1 || elements[0].tagName === undefined) {
    throw new Error(
      'custom-elements.json has to describe one element with its tag. See @tagname in src/element.',
    );
  }
}

/** What VS Code and JetBrains editors read to complete and explain the tag: [file, text] each. */
async function editorsData(manifest) {
  const [{ generateVsCodeCustomElementData }, { generateJetBrainsWebTypes }] = await Promise.all([
    import('custom-element-vs-code-integration'),
    import('custom-element-jet-brains-integration'),
  ]);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'editors-'));
  const log = console.log;
  try {
    // The generators announce every file on the console.
    console.log = () => undefined;
    const outdir = folder;
    // They also write into what they are given.
    generateVsCodeCustomElementData(structuredClone(manifest), { outdir, hideLogs: true });
    generateJetBrainsWebTypes(structuredClone(manifest), {
      outdir,
      packageJson: false,
      hideLogs: true,
      ...(await packageNames()),
    });
    const names = (await readdir(folder)).sort();
    const texts = names.map(async (name) => [
      `editors/${name}`,
      `${JSON.stringify(JSON.parse(await readFile(path.join(folder, name), 'utf8')), null, 2)}\n`,
    ]);
    return await Promise.all(texts);
  } finally {
    console.log = log;
    await rm(folder, { recursive: true, force: true });
  }
}

async function packageNames() {
  const { name, version } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
  return { name, version };
}

/** What the element's methods throw or reject with, which a manifest has no place for. */
async function rejections() {
  const { default: ts } = await import('typescript');
  const file = path.join(ROOT, PUBLIC[0]);
  const source = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Map();
  const visit = (node) => {
    if (ts.isMethodDeclaration(node)) {
      const thrown = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === 'throws');
      if (thrown) found.set(node.name.getText(), ts.getTextOfJSDocComment(thrown.comment) ?? '');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The boards that the attribute knows. */
async function boards() {
  await import('./lib/ts-register.mjs');
  return (await import('../src/plan/boards.ts')).BOARDS;
}

/** A default that is a constant of ours, as its value. */
async function constant(name) {
  await import('./lib/ts-register.mjs');
  const value = (await import('../src/plan/defaults.ts'))[name];
  return value === undefined ? name : `'${value}'`;
}

/**
 * The analyzer's answer. It is called as a function because as a program it also rewrites package.json.
 * Its modules are loaded late: a fresh clone has none before the packages are installed.
 */
async function analyze() {
  const { cli } = await import('@custom-elements-manifest/analyzer/cli.js');
  const argv = ['analyze', '--litelement', '--quiet', ...PUBLIC.flatMap((glob) => ['--globs', glob])];
  const manifest = await cli({ argv, cwd: ROOT, noWrite: true });
  // The order in which a folder is listed differs between systems.
  manifest.modules.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const declaration of manifest.modules.flatMap((module) => module.declarations)) {
    if (declaration.members)
      declaration.members = declaration.members.filter(({ privacy }) => privacy !== 'private');
    for (const given of [...(declaration.members ?? []), ...(declaration.attributes ?? [])]) {
      if (/^[A-Z][A-Z_]*$/.test(given.default ?? '')) given.default = await constant(given.default);
    }
    // Where an event is dispatched the analyzer sees a class and takes its first argument for the name; the doc comment
    // has the real one.
    if (declaration.events) declaration.events = declaration.events.filter(({ name }) => name?.includes('-'));
  }
  return manifest;
}
