// How large the engine is for the processors of other chips, and how many instructions it takes for a token there, as QEMU
// counts them. Neither says how many cycles an instruction takes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildTarget, runTarget, TARGETS } from '../scripts/lib/native-targets.mjs';
import { ROOT, runOrThrow } from '../scripts/lib/run.mjs';
import { ensureToolchain } from '../scripts/lib/toolchain.mjs';
import { bundle } from './lib/bundle.mjs';
import { describeMachine, format, printTable, writeJson } from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';
import { prebuiltModules } from './lib/prebuilt.mjs';
import { cacheFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:targets -- [options]: bytes and instructions of the engine on other processors

  --only NAME  one of ${Object.keys(TARGETS).join(', ')}

  Environment: CC  the C compiler of this machine, for QEMU's counter`;

/** Tokens between the two runs whose difference is counted. */
const COUNTED = 8;
/** `before`: tokens that are generated before them, so that their positions are those of the middle of a text. */
const MODELS = [
  {
    name: 'stories260K',
    folder: path.join(ROOT, '../shared/models/stories260k'),
    prompt: 'Once upon a time',
    before: 60,
  },
  {
    name: 'home-commands',
    folder: path.join(ROOT, 'models/home-commands'),
    prompt: '<|begin|><|user|>could you dim the lamp in the study a bit<|home|>',
    before: 4,
  },
];
const SCHEMES = [
  { name: 'as planned', scheme: {} },
  { name: 'int8', scheme: { granularity: 'channel', activations: 'int8', cache: 'int8' } },
];

const { json, short, values } = readOptions(USAGE, { only: { type: 'string' } });
await ensureToolchain('targets');
const library = path.join(cacheFolder(), 'targets-library.mjs');
await bundle('bench/lib/targets-library.ts', library, 'node');
const { convert, nodeFolder } = await import(pathToFileURL(library));
const wasm = prebuiltModules();
const runtime = { kernels: await compile(wasm.kernels), twin: await compile(wasm.twin) };
const counter = path.join(cacheFolder(), 'count-instructions.so');
await runOrThrow(process.env.CC ?? 'cc', [
  '-O2',
  '-shared',
  '-fPIC',
  'bench/lib/count-instructions.c',
  '-o',
  counter,
]);

const present = MODELS.filter(({ folder }) => existsSync(path.join(folder, 'config.json')));
const packages = [];
for (const model of short ? present.slice(-1) : present) {
  for (const { name, scheme } of short ? SCHEMES.slice(-1) : SCHEMES)
    packages.push({ ...model, scheme: name, file: await makePackage(model, name, scheme) });
}
const names = Object.keys(TARGETS).filter((name) => (values.only ?? (short ? 'cortex-m33' : name)) === name);
if (names.length === 0)
  throw new Error(`--only is one of ${Object.keys(TARGETS).join(', ')}, not "${values.only}"`);
const targets = [];
for (const name of names) targets.push(await measure(name));

printTable('Bytes of the engine (code, constants), and instructions per token', [
  ['', '-Os', '-O2', ...packages.map(({ name, scheme }) => `${name}, ${scheme}`)],
  ...targets.flatMap(({ target, bytes, builds }) =>
    builds.map(({ kernels, counts }) => [
      kernels === undefined ? target : `${target}, ${kernels}`,
      format(bytes.small),
      format(bytes.fast),
      ...counts.map(({ instructions }) => `${format(instructions / 1e6)} M`),
    ]),
  ),
]);
writeJson(json, { benchmark: 'targets', machine: describeMachine(), targets });

async function makePackage({ name, folder }, schemeName, scheme) {
  const source = await nodeFolder(folder);
  const { package: bytes } = await convert(source, { scheme, report: false }, runtime);
  await source.close();
  const file = path.join(cacheFolder(), `targets-${name}-${schemeName.replace(' ', '-')}.s3lm`);
  writeFileSync(file, bytes);
  return file;
}

async function measure(name) {
  const folder = path.join(cacheFolder(), `target-${name}`);
  const small = await buildTarget(name, path.join(folder, 'small'), '-Os');
  const fast = await buildTarget(name, path.join(folder, 'fast'));
  const builds = [];
  for (const kernels of TARGETS[name].kernels === undefined ? [undefined] : ['dsp', 'scalar'])
    builds.push({ kernels, counts: await countAll(name, path.join(folder, 'fast'), kernels) });
  return {
    target: name,
    bytes: { small: await sizeOf(name, small.engine), fast: await sizeOf(name, fast.engine) },
    builds,
  };
}

/** Code and constants of objects; the engine has no variables. */
async function sizeOf(name, objects) {
  const size = TARGETS[name].compiler.replace(/gcc$/, 'size');
  const output = await runOrThrow(size, ['--totals', ...objects], { quiet: true });
  return parseInt(output.trim().split('\n').at(-1).trim(), 10);
}

async function countAll(name, folder, kernels) {
  const counts = [];
  for (const { name: model, scheme, file, prompt, before } of packages) {
    const args = [
      file,
      '--prompt',
      prompt,
      '--logits',
      'none',
      ...(kernels === 'scalar' ? ['--kernels', kernels] : []),
    ];
    const first = await count(name, folder, args, before);
    const second = await count(name, folder, args, before + COUNTED);
    counts.push({ model, scheme, instructions: (second - first) / COUNTED });
  }
  return counts;
}

/** Instructions of a whole run that generates so many tokens. */
async function count(name, folder, args, tokens) {
  const { code, output, errors } = await runTarget(
    name,
    folder,
    [...args, '--tokens', `${tokens}`],
    ['-plugin', counter],
  );
  const made = output.split('\n').filter((line) => line.startsWith('token ')).length;
  const counted = /^instructions (\d+)$/m.exec(errors);
  if (code !== 0 || made !== tokens || counted === null)
    throw new Error(`${name}: ${made} tokens instead of ${tokens}, exit code ${code}\n${errors}`);
  return Number(counted[1]);
}

async function compile(file) {
  return WebAssembly.compile(readFileSync(file));
}
