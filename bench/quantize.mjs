// What quantization costs: divergence, perplexity, agreement, bytes and seconds of every choice that the converter has, and of
// llama.cpp's formats from the same tensors over the same ids.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../scripts/lib/run.mjs';
import { bundle } from './lib/bundle.mjs';
import { describeMachine, format, printMachine, printTable, writeJson } from './lib/figures.mjs';
import { buildPeer, makePeers, writeIds } from './lib/llama-peer.mjs';
import { readOptions } from './lib/options.mjs';
import { prebuiltModules } from './lib/prebuilt.mjs';
import { cacheFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:quantize -- [options]: what quantization costs, in quality, bytes and time

  --folder PATH       a HuggingFace folder instead of home-commands and stories260K
  --text FILE         the text that is read; without it the original writes its own
  --calibration FILE  another text, for static scales and importance matrices; without it the original writes it
  --positions N       most positions (default 25000)
  --rungs A,B         only these of the choices, by name
  --scheme "WORDS"    this combination in their place, as the element's attribute says it, with "folded" for gains of norms
                      inside the matrices; may be repeated

  Environment: LLAMA_CPP  a build folder of llama.cpp, to compare with its Q8_0, Q4_0 and Q4_K_M`;

/** What must be reached by default: bytes of the tensors for each parameter, and mean divergence in nats. */
const TARGETS = {
  stories260k: { bytes: 1.14, kl: 0.001 },
  'SmolLM2-135M': { bytes: 1.08, kl: 0.0049 },
};

const { json, short, values } = readOptions(USAGE, {
  folder: { type: 'string' },
  text: { type: 'string' },
  calibration: { type: 'string' },
  positions: { type: 'string', default: '25000' },
  rungs: { type: 'string' },
  scheme: { type: 'string', multiple: true },
});
const positions = short ? 256 : Number(values.positions);
if (!Number.isInteger(positions) || positions < 64) {
  console.error(`--positions is a whole number from 64, not "${values.positions}".`);
  process.exit(2);
}

const machine = describeMachine();
printMachine(machine);
let threads;
const scratch = mkdtempSync(path.join(cacheFolder(), 'quantize-'));
try {
  const library = path.join(scratch, 'quantize-library.mjs');
  await bundle('bench/lib/quantize-library.ts', library, 'node');
  // The threads' program and its engine lie beside what starts them.
  await bundle('src/cli/tuner-thread.ts', path.join(scratch, 'tuner-thread.js'), 'node');
  copyFileSync(path.join(ROOT, 'kernels/crates/train/prebuilt/train.wasm'), path.join(scratch, 'train.wasm'));
  writeFileSync(path.join(scratch, 'package.json'), '{"type":"module"}');
  const { RUNGS, measureLadder, nodeFolder, rungOf, startTuner } = await import(library);
  const wanted = short ? ['default', 'int4 group:32 quick'] : values.rungs?.split(',');
  const unknown = wanted?.find((name) => !RUNGS.some((rung) => rung.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no choice "${unknown}". There are: ${RUNGS.map(({ name }) => name).join(', ')}.`,
    );
  }
  const rungs =
    values.scheme === undefined
      ? RUNGS.filter(({ name }) => wanted === undefined || wanted.includes(name))
      : values.scheme.map(rungOf);
  const wasm = prebuiltModules();
  const compile = async (file) => WebAssembly.compile(readFileSync(file));
  threads = await startTuner(2, null);
  const runtime = {
    tuner: threads.tuner,
    kernels: await compile(wasm.kernels),
    twin: await compile(wasm.twin),
  };
  const program = buildPeer(path.join(scratch, 'llama-peer'));
  if (program === null) console.log('LLAMA_CPP is not set: no peer is measured.');
  const results = {};
  for (const model of models()) {
    const folder = await nodeFolder(model.folder);
    const name = path.basename(path.resolve(model.folder));
    try {
      results[name] = await measureLadder({
        folder,
        runtime,
        text: textOf(model.text),
        calibration: textOf(values.calibration),
        positions,
        rungs,
        peers: program === null ? undefined : (texts) => peersOf(program, model.folder, name, texts),
      });
    } finally {
      await folder.close();
    }
    report(name, results[name]);
  }
  writeJson(json, { benchmark: 'quantize', machine, results });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await threads?.end();
  rmSync(scratch, { recursive: true, force: true });
}

function models() {
  if (values.folder !== undefined) return [{ folder: values.folder, text: values.text }];
  const bundled = path.join(ROOT, 'models/home-commands');
  const stories = path.join(ROOT, '../shared/models/stories260k');
  return (short ? [bundled] : [bundled, stories])
    .filter((folder) => existsSync(folder))
    .map((folder) => ({ folder, text: path.join(folder, 'samples.txt') }));
}

function textOf(file) {
  return file === undefined ? null : readFileSync(file, 'utf8');
}

function peersOf(program, folder, name, { ids, calibration }) {
  const files = { ids: path.join(scratch, 'ids.txt'), importanceIds: path.join(scratch, 'importance.txt') };
  writeIds(files.ids, ids);
  writeIds(files.importanceIds, calibration);
  return makePeers({ program, folder, scratch: path.join(scratch, name), ...files });
}

/** One table for each model: peers below our own. */
function report(name, ladder) {
  const error = ({ standardError }) => (standardError === null ? '' : ` ± ${format(standardError, 2)}`);
  const perParameter = (bytes) => (bytes / ladder.parameters).toFixed(3);
  const q8 = ladder.peers.find((peer) => peer.name === 'Q8_0');
  const row = (entry) => [
    entry.name,
    `${format(entry.kl.mean.value, 3)}${error(entry.kl.mean)}`,
    format(entry.kl.p99, 3),
    `${entry.ratio.value.toFixed(4)}${error(entry.ratio)}`,
    `${(entry.top1.value * 100).toFixed(2)} %`,
    perParameter(entry.bytes),
    perParameter(entry.tensorBytes),
    format(entry.seconds, 2),
    q8 === undefined ? '–' : format(entry.kl.mean.value / q8.kl.mean.value, 2),
  ];
  printTable(
    `${name}: ${format(ladder.parameters, 6)} parameters, ${format(ladder.positions, 6)} positions in ${ladder.sequences} ` +
      `sequences, perplexity ${ladder.perplexity.toFixed(4)}, ${format(ladder.calibrationTokens)} tokens for calibration`,
    [
      ['', 'mean KL', 'p99', 'ppl ratio', 'top-1', 'file B/p', 'tensors B/p', 's', '× Q8_0 KL'],
      ...ladder.rungs.map(row),
      ...ladder.peers.map((peer) => row({ ...peer, name: `llama.cpp ${peer.name}` })),
    ],
  );
  for (const { name: rung, scheme } of ladder.rungs) console.log(`  ${rung}: ${scheme}`);
  const target = Object.entries(TARGETS).find(([model]) => name.toLowerCase().includes(model.toLowerCase()));
  const own = ladder.rungs.find((rung) => rung.name === 'default');
  if (target === undefined || own === undefined) return;
  const [, { bytes, kl }] = target;
  const reached = own.tensorBytes / ladder.parameters <= bytes && own.kl.mean.value <= kl;
  console.log(
    `Target: at most ${bytes} bytes a parameter in tensors and ${kl} nats by default: ${reached ? 'reached' : 'not reached'}.`,
  );
}
