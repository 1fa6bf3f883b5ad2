// How fast a 135 M-parameter BF16 model becomes an INT8 package, in Node and in Chromium, and in how much memory:
// beside what reading the same file takes, and beside llama.cpp's quantizer to Q8_0 on the same tensors.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../scripts/lib/run.mjs';
import { bundle } from './lib/bundle.mjs';
import { openPage } from './lib/chromium.mjs';
import {
  MB,
  describeMachine,
  format,
  printMachine,
  printTable,
  show,
  summarize,
  writeJson,
} from './lib/figures.mjs';
import { openWeights } from './lib/file-io.mjs';
import { findQuantizer, ggufOf, runQuantizer } from './lib/gguf-peer.mjs';
import { readOptions } from './lib/options.mjs';
import { prebuiltModules } from './lib/prebuilt.mjs';
import {
  GPT_NEO_100M,
  GPT_NEOX_100M,
  LLAMA_135M,
  LLAMA_135M_TOKENS,
  LLAMA_SHORT,
  cacheFolder,
  syntheticFolder,
} from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:convert -- [options]: speed and memory of a conversion

  --family NAME  llama (default), gpt_neo or gpt_neox: what is stored as it is, and what is fused and taken by rows
  --tokenizer    a Llama with a tokenizer of 49,152 tokens, which takes its part of time and memory

  Environment: LLAMA_QUANTIZE  llama.cpp's llama-quantize, to compare with it
               CHROME_PATH     the browser, when it is not where browsers are`;

/** What must be reached: input per second of one worker, and memory over the idle process or page. */
const TARGET_RATE = 400 * MB;
const memoryLimit = (largestTensor) => 3 * largestTensor + 64 * MB;
/** Bytes per read of the reading limits: those of a conversion in Node and, where each read is a message, in a page. */
const NODE_READ_BYTES = 1024 * 1024;
const PAGE_READ_BYTES = 8 * 1024 * 1024;

const { json, runs, short, values } = readOptions(USAGE, {
  family: { type: 'string', default: 'llama' },
  tokenizer: { type: 'boolean', default: false },
});
const llama = short ? LLAMA_SHORT : values.tokenizer ? LLAMA_135M_TOKENS : LLAMA_135M;
const shape = { llama, gpt_neo: GPT_NEO_100M, gpt_neox: GPT_NEOX_100M }[values.family];
if (shape === undefined) {
  console.error(`--family is llama, gpt_neo or gpt_neox, not "${values.family}".`);
  process.exit(2);
}
const machine = describeMachine();
const folder = syntheticFolder(shape);
const input = describeInput(folder);
const wasm = prebuiltModules();
printMachine(machine);
console.log(
  `Input: ${shape.name}, ${format(input.parameters / 1e6)} M parameters, ${format(input.bytes / MB)} MB of BF16, ` +
    `largest tensor ${format(input.largestTensor / MB)} MB. The file is in the system's cache. ${runs} runs each.`,
);

// The peer's file is a Llama's.
const quantizer = shape === llama ? findQuantizer() : null;
const results = { ...(await inNode()), ...(await inChromium()) };
report(results);

/** Node, the command line, the reading limit and the peer take turns, so that a machine that slows down slows all. */
async function inNode() {
  const library = path.join(cacheFolder(), 'convert-library.mjs');
  await bundle('bench/lib/convert-library.ts', library, 'node');
  const output = path.join(cacheFolder(), 'converted.s3lm');
  const child = (target) =>
    lastLine(process.execPath, [
      path.join(ROOT, 'bench/lib/convert-node.mjs'),
      library,
      folder,
      target,
      wasm.kernels,
      wasm.twin,
    ]);
  const gguf = quantizer === null ? null : ggufOf(folder);
  const cli = existsSync(path.join(ROOT, 'dist/cli.js'));
  if (!cli) console.log('dist/cli.js is missing: run "npm run build" to measure the command line too.');
  const list = { read: [], drop: [], file: [], cli: [], peer: [] };
  for (let run = -1; run < runs; run += 1) {
    const now = {
      read: readFile(path.join(folder, 'model.safetensors')),
      drop: child('-'),
      file: child(output),
      cli: cli ? commandLine(output) : null,
      peer: gguf === null ? null : runQuantizer(quantizer, gguf),
    };
    // The first round fills the system's cache and is not counted.
    if (run >= 0) for (const [name, figures] of Object.entries(now)) list[name].push(figures);
  }
  rmSync(output, { force: true });
  const ratios =
    gguf === null ? null : summarize(list.peer.map((peer, i) => peer.seconds / list.file[i].seconds));
  return {
    nodeRead: timing(list.read),
    node: timing(list.drop),
    nodeFile: timing(list.file),
    commandLine: cli ? timing(list.cli) : null,
    peer: gguf === null ? null : timing(list.peer),
    ratioToPeer: ratios,
  };
}

/** The command as a person runs it, start of Node included; memory over the same program that only says its version. */
function commandLine(output) {
  const run = (...args) =>
    lastLine(process.execPath, [
      '--import',
      path.join(ROOT, 'bench/lib/report-usage.mjs'),
      path.join(ROOT, 'dist/cli.js'),
      ...args,
    ]);
  const idle = run('--version');
  const done = run('convert', folder, '-o', output, '--force', '--no-report', '--json');
  return {
    seconds: done.seconds,
    cpuSeconds: done.cpuSeconds,
    idleBytes: idle.peakBytes,
    peakBytes: done.peakBytes,
  };
}

async function inChromium() {
  const session = await openPage('convert.html', 'convert-worker', {
    'kernels.wasm': wasm.kernels,
    'twin.wasm': wasm.twin,
  });
  if (session === null) {
    console.log('There is no Chromium here (CHROME_PATH names one): only Node is measured.');
    return {};
  }
  try {
    const picker = await session.tab.$('#folder');
    await picker.uploadFile(folder);
    // The browser lists the folder in its own time.
    await session.tab.waitForFunction((input) => input.files.length > 0, {}, picker);
    const browser = await session.version();
    const list = { read: [], drop: [], memory: [], blob: [] };
    for (let run = -1; run < runs; run += 1) {
      for (const name of Object.keys(list)) {
        // A worker of its own for each, as for each conversion in a page.
        await session.ask({ type: 'load' });
        const request =
          name === 'read' ? { type: 'read', blockBytes: PAGE_READ_BYTES } : { type: 'convert', sink: name };
        const before = session.workerSeconds();
        const figures = await session.ask(request);
        const cpu = before === null ? {} : { cpuSeconds: session.workerSeconds() - before };
        await session.ask({ type: 'end' });
        if (run >= 0) list[name].push({ ...figures, ...cpu });
      }
    }
    // Looking at the memory slows the browser down, so that it has runs of its own.
    const peaks = {};
    for (const name of ['drop', 'memory', 'blob']) {
      peaks[name] = await chromiumMemory(session, name);
    }
    const withMemory = (name) => ({ ...timing(list[name]), ...peaks[name] });
    return {
      browser,
      chromiumRead: timing(list.read),
      chromium: withMemory('drop'),
      chromiumMemory: withMemory('memory'),
      chromiumBlob: withMemory('blob'),
    };
  } finally {
    await session.close();
  }
}

/** The largest of three peaks over the idle page: the page with its files picked, before a worker is started. */
async function chromiumMemory(session, sink) {
  let idleBytes = null;
  const over = [];
  for (let run = 0; run < 3; run += 1) {
    const idle = await session.idleMemory();
    if (idle === null) return {};
    idleBytes = Math.min(idleBytes ?? Infinity, idle);
    await session.ask({ type: 'load' });
    const { peak } = await session.sampleWhile(session.ask({ type: 'convert', sink }));
    await session.ask({ type: 'end' });
    over.push(peak - idle);
  }
  return { idleBytes, overIdleBytes: Math.max(...over) };
}

/** Seconds and memory of some runs of the same thing. */
function timing(list) {
  const seconds = summarize(list.map((run) => run.seconds));
  const over = list.filter((run) => run.peakBytes !== undefined).map((run) => run.peakBytes - run.idleBytes);
  return {
    seconds,
    bytesPerSecond: summarize(list.map((run) => input.bytes / run.seconds)),
    ...(list[0]?.cpuSeconds === undefined
      ? {}
      : { bytesPerCpuSecond: summarize(list.map((run) => input.bytes / run.cpuSeconds)) }),
    ...(over.length === 0
      ? {}
      : { idleBytes: Math.max(...list.map((run) => run.idleBytes)), overIdleBytes: Math.max(...over) }),
  };
}

function report(figures) {
  const limit = memoryLimit(input.largestTensor);
  const row = (title, entry) =>
    entry && [
      title,
      show(entry.seconds),
      show(scaled(entry.bytesPerSecond, MB)),
      entry.bytesPerCpuSecond === undefined ? '' : show(scaled(entry.bytesPerCpuSecond, MB)),
      entry.overIdleBytes === undefined ? '' : format(entry.overIdleBytes / MB),
    ];
  const rows = [
    row('reading the file, Node', figures.nodeRead),
    row('pipeline in Node, package dropped', figures.node),
    row('pipeline in Node, package to a file', figures.nodeFile),
    row('command line, start included', figures.commandLine),
    row('llama-quantize to Q8_0, 1 thread', figures.peer),
    row('reading the file, Chromium', figures.chromiumRead),
    row('pipeline in Chromium, package dropped', figures.chromium),
    row('pipeline in Chromium, package in memory', figures.chromiumMemory),
    row('pipeline in Chromium, package in a Blob', figures.chromiumBlob),
  ].filter(Boolean);
  printTable('Conversion to INT8, a scale per row', [
    ['', 'seconds', 'MB/s of input', 'MB per processor second', 'MB over idle'],
    ...rows,
  ]);
  console.log(
    `\nTarget: at least ${format(TARGET_RATE / MB)} MB/s, at most ${format(limit / MB)} MB over idle ` +
      '(3 × largest tensor + 64 MB).',
  );
  for (const [name, entry] of Object.entries({ Node: figures.nodeFile, Chromium: figures.chromium })) {
    if (entry) console.log(verdict(name, entry, limit));
  }
  if (figures.ratioToPeer !== null) {
    console.log(
      `Node, to a file, is ${show(figures.ratioToPeer)} times as fast as llama-quantize (pairs of runs).`,
    );
  } else {
    console.log('LLAMA_QUANTIZE is not set: no peer was measured.');
  }
  const part = (entry, reading) =>
    format((100 * entry.bytesPerSecond.median) / reading.bytesPerSecond.median, 2);
  console.log(
    `Share of the reading speed: Node ${part(figures.node, figures.nodeRead)} %` +
      (figures.chromium ? `, Chromium ${part(figures.chromium, figures.chromiumRead)} %` : ''),
  );
  writeJson(json, {
    benchmark: 'convert',
    machine,
    input,
    runs,
    target: { bytesPerSecond: TARGET_RATE, overIdleBytes: limit },
    ...figures,
  });
}

function verdict(name, entry, limit) {
  const fast = entry.bytesPerSecond.median >= TARGET_RATE;
  const small = entry.overIdleBytes === undefined ? null : entry.overIdleBytes <= limit;
  const memory = small === null ? 'memory not measured here' : `memory ${small ? 'reached' : 'MISSED'}`;
  return `${name}: speed ${fast ? 'reached' : 'MISSED'}, ${memory}.`;
}

function scaled(summary, unit) {
  const { median, min, max, runs: count } = summary;
  return { median: median / unit, min: min / unit, max: max / unit, runs: count };
}

/** Runs a program whose last line of output is JSON. */
function lastLine(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} failed:\n${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** The limit: the same file read in blocks into one buffer, and nothing done with it. */
function readFile(file) {
  const buffer = Buffer.allocUnsafe(NODE_READ_BYTES);
  const handle = openSync(file, 'r');
  const begin = performance.now();
  while (readSync(handle, buffer, 0, buffer.length, null) > 0);
  const seconds = (performance.now() - begin) / 1000;
  closeSync(handle);
  return { seconds };
}

function describeInput(source) {
  const weights = openWeights(source);
  const sizes = weights.names.map(
    (name) => 2 * weights.shape(name).reduce((product, size) => product * size, 1),
  );
  weights.close();
  const { size } = statSync(path.join(source, 'model.safetensors'));
  return {
    model: shape.name,
    bytes: size,
    parameters: sizes.reduce((sum, bytes) => sum + bytes, 0) / 2,
    largestTensor: Math.max(...sizes),
  };
}
