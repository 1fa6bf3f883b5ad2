// How many tokens per second the engine makes, as the twin in Node and Chromium and as a native program: beside
// llama2.c's runq on the same weights, and beside the limit that the machine's memory sets.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../scripts/lib/run.mjs';
import { bundle } from './lib/bundle.mjs';
import { openPage } from './lib/chromium.mjs';
import {
  describeMachine,
  format,
  printMachine,
  printTable,
  show,
  summarize,
  writeJson,
} from './lib/figures.mjs';
import { buildBandwidth, buildHosts, measureBandwidth, measureHost } from './lib/host-engine.mjs';
import { readOptions } from './lib/options.mjs';
import { prebuiltModules } from './lib/prebuilt.mjs';
import { countRunqTokens, findRunq, measureRunq, removeRunqModel, writeRunqModel } from './lib/runq-peer.mjs';
import { LLAMA_15M, cacheFolder, syntheticFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:twin -- [options]: tokens per second of the engine

  Environment: RUNQ         llama2.c's runq, to compare with it
               CC           the C compiler
               CHROME_PATH  the browser, when it is not where browsers are`;

/** The prompt: the id that Llama tokenizers begin a text with. */
const FIRST = 1;
/** Tokens of one generation, the prompt included; positions count, because attention grows with them. */
const TOKENS = 256;

/** What is taken over of a model folder: nothing that names an end token or a chat template. */
const TAKEN = /^(tokenizer\.json|.*\.safetensors|.*\.safetensors\.index\.json)$/;

const { json, runs, short } = readOptions(USAGE);
const machine = describeMachine();
const library = path.join(cacheFolder(), 'twin-library.mjs');
await bundle('bench/lib/twin-library.ts', library, 'node');
const { MemorySource, Twin, cachedHeadBytes, convert, measureTwin, nodeFolder, readPackage, tensorBytes } =
  await import(pathToFileURL(library));
const wasm = prebuiltModules();
const runtime = { kernels: await compile(wasm.kernels), twin: await compile(wasm.twin) };
const hosts = buildHosts();
const bandwidth = buildBandwidth();
const runq = findRunq();

printMachine(machine);
console.log(
  `Greedy generation of ${TOKENS} tokens from an empty context, one thread, ${runs} runs each, taking turns.` +
    (runq === null ? '\nRUNQ is not set: no peer is measured.' : ''),
);
const models = [];
for (const { name, folder } of findModels()) models.push(await prepare(name, folder));
const session = await openPage(
  'twin.html',
  'twin-worker',
  Object.fromEntries([
    ['simd.wasm', wasm.twin],
    ['scalar.wasm', wasm.scalar],
    ...models.map(({ name, file }) => [`${name}.s3lm`, file]),
  ]),
);
const results = [];
try {
  for (const model of models) results.push(await measure(model));
} finally {
  await session?.close();
}
writeJson(json, { benchmark: 'twin', machine, runs, tokens: TOKENS, models: results });

function findModels() {
  const found = [
    { name: 'home-commands', folder: path.join(ROOT, 'models/home-commands') },
    { name: 'stories260k', folder: path.join(ROOT, '../shared/models/stories260k') },
  ].filter(({ folder }) => existsSync(path.join(folder, 'config.json')));
  if (short) return found.slice(0, 1);
  return [...found, { name: LLAMA_15M.name, folder: syntheticFolder(LLAMA_15M) }];
}

/** Converts a model without its end tokens, so that every generation has the same length. */
async function prepare(name, folder) {
  const target = path.join(cacheFolder(), `endless-${name}`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(folder).filter((file) => TAKEN.test(file))) {
    copyFileSync(path.join(folder, entry), path.join(target, entry));
  }
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'));
  writeFileSync(path.join(target, 'config.json'), JSON.stringify({ ...config, eos_token_id: null }));
  const source = await nodeFolder(target);
  const { package: bytes } = await convert(source, { report: false }, runtime);
  await source.close();
  const file = path.join(cacheFolder(), `${name}.s3lm`);
  writeFileSync(file, bytes);
  const { config: facts, steps, tensors } = await readPackage(new MemorySource(`${name}.s3lm`, bytes));
  const tokens = Math.min(TOKENS, facts.context);
  return {
    name,
    folder: target,
    config,
    file,
    bytes,
    tokens,
    bytesPerToken: bytesPerToken(tensors, steps, facts.cache, tokens),
  };
}

/** Bytes that a token reads on average: all weights that are multiplied, one row of each table, half of the full cache. */
function bytesPerToken(tensors, steps, cache, tokens) {
  const hasHead = tensors.some(({ role }) => role === 'head');
  let bytes = 0;
  for (const tensor of tensors) {
    const { role, rowBytes } = tensor;
    const row = role === 'rotary' || (role === 'embedding' && hasHead);
    bytes += row ? rowBytes : tensorBytes(tensor);
  }
  for (const { kvHeads, headDim } of steps.filter(({ kind }) => kind === 'attention')) {
    bytes += (tokens / 2) * kvHeads * cachedHeadBytes(cache, headDim);
  }
  return bytes;
}

/** All engines take turns, so that a machine that slows down slows all of them. */
async function measure(model) {
  const { name, file, tokens } = model;
  const limit =
    bandwidth === null ? null : () => measureBandwidth(bandwidth, model.bytesPerToken) / model.bytesPerToken;
  const engines = [
    ...hosts.map((host) => ({
      title: `host ${host.name}`,
      run: () => measureHost(host.program, file, 'simd', FIRST, tokens),
    })),
    ...hosts.slice(0, 1).map((host) => ({
      title: 'host scalar',
      run: () => measureHost(host.program, file, 'scalar', FIRST, tokens),
    })),
    ...(await Promise.all(['simd', 'scalar'].map((kernels) => nodeTwin(model, kernels)))),
    ...(session === null ? [] : ['simd', 'scalar'].map((kernels) => chromiumTwin(model, kernels))),
  ];
  const peer = openPeer(model);
  if (peer.run !== undefined)
    engines.push({ title: `runq, groups of ${peer.group}`, run: peer.run, isPeer: true });

  const rates = engines.map(() => []);
  const limits = [];
  // The first round warms caches and compilers up.
  for (let run = -1; run < runs; run += 1) {
    if (limit !== null && run >= 0) limits.push(limit());
    for (const [index, engine] of engines.entries()) {
      const { tokensPerSecond } = await engine.run();
      if (run >= 0) rates[index].push(tokensPerSecond);
    }
  }
  peer.close?.();

  const peerIndex = engines.findIndex((engine) => engine.isPeer);
  const figures = engines.map(({ title }, index) => ({
    engine: title,
    tokensPerSecond: summarize(rates[index]),
    ratioToPeer:
      peerIndex < 0 ? null : summarize(rates[index].map((rate, run) => rate / rates[peerIndex][run])),
    ratioToLimit: limits.length === 0 ? null : summarize(rates[index].map((rate, run) => rate / limits[run])),
  }));
  const bytes = format(model.bytesPerToken / 1e6);
  const limitText =
    limits.length === 0 ? '' : `, which memory allows ${show(summarize(limits))} times a second`;
  printTable(`${name}: ${bytes} MB read per token${limitText}`, [
    ['', 'tokens/s', '× runq', '× limit'],
    ...figures.map((figure) => [
      figure.engine,
      show(figure.tokensPerSecond),
      show(figure.ratioToPeer),
      figure.ratioToLimit === null ? '–' : format(figure.ratioToLimit.median, 2),
    ]),
  ]);
  if (peer.reason !== undefined) console.log(`runq cannot run it: ${peer.reason}.`);
  return {
    model: name,
    tokens,
    bytesPerToken: model.bytesPerToken,
    limitTokensPerSecond: limits.length === 0 ? null : summarize(limits),
    figures,
  };
}

async function nodeTwin({ bytes, tokens }, kernels) {
  const twin = await Twin.load(kernels === 'scalar' ? await compile(wasm.scalar) : runtime.twin, bytes, {
    kernels,
  });
  return { title: `twin in Node, ${kernels}`, run: () => measureTwin(twin, FIRST, tokens) };
}

function chromiumTwin({ name, tokens }, kernels) {
  const request = { type: 'measure', url: `${name}.s3lm`, kernels, first: FIRST, tokens };
  return { title: `twin in Chromium, ${kernels}`, run: () => session.ask(request) };
}

function openPeer({ folder, config, tokens }) {
  if (runq === null) return {};
  const files = writeRunqModel(folder, config, cacheFolder(), tokens);
  if (files.reason !== undefined) return files;
  const made = countRunqTokens(runq, files, tokens);
  return {
    group: files.group,
    run: () => measureRunq(runq, files, tokens, made),
    close: () => removeRunqModel(files),
  };
}

async function compile(file) {
  return WebAssembly.compile(readFileSync(file));
}
