// How many tokens per second the gradient engine trains with, on one thread in Node: beside PyTorch on one thread, and
// beside the limit that the rate of its kernel sets.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../scripts/lib/run.mjs';
import { bundle } from './lib/bundle.mjs';
import {
  describeMachine,
  format,
  printMachine,
  printTable,
  show,
  summarize,
  writeJson,
} from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';
import { cacheFolder, syntheticFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:train -- [options]: tokens per second of training

  Environment: TRAIN_PYTHON  a Python with torch and transformers, to compare with them`;

/** Llamas with tied embeddings; sequences of 256 tokens, one a step. */
const SHAPES = [
  { name: '260K', hidden: 64, width: 172, layers: 5, heads: 8, kvHeads: 4, vocabulary: 512 },
  { name: '0.9M', hidden: 128, width: 288, layers: 5, heads: 4, kvHeads: 2, vocabulary: 1024 },
  { name: '5M', hidden: 224, width: 608, layers: 7, heads: 7, kvHeads: 7, vocabulary: 4096 },
  { name: '15M', hidden: 288, width: 768, layers: 6, heads: 6, kvHeads: 6, vocabulary: 32000 },
].map((shape) => ({ ...shape, length: 256, sequences: 1 }));

/** Counted steps of one run: about a second of work each, at least two. */
const STEPS = { '260K': 16, '0.9M': 8, '5M': 2, '15M': 2 };

const { json, runs, short } = readOptions(USAGE);
const machine = describeMachine();
const library = path.join(cacheFolder(), 'train-library.mjs');
await bundle('bench/lib/train-library.ts', library, 'node');
const { TrainerDraft, decoderOf, kernelRate, loadTraining } = await import(pathToFileURL(library));
const wasm = readFileSync(path.join(ROOT, 'kernels/crates/train/prebuilt/train.wasm'));
loadTraining(await WebAssembly.compile(wasm));
const python = process.env.TRAIN_PYTHON;
printMachine(machine);
if (python === undefined) console.log('TRAIN_PYTHON is not set: PyTorch was not measured.');

const figures = [];
for (const shape of short ? SHAPES.slice(0, 1) : SHAPES) figures.push(await measure(shape));
printTable('Training, one thread, 256 tokens a step', [
  ['model', 'parameters', 'tokens/s', 'GFLOP/s', '× kernel', 'PyTorch tokens/s', '× PyTorch'],
  ...figures.map(({ name, parameters, rate, gflops, ofKernel, peer }) => [
    name,
    `${format(parameters / 1e6)} M`,
    show(rate),
    format(gflops),
    format(ofKernel, 2),
    peer === null ? '–' : show(peer),
    peer === null ? '–' : format(rate.median / peer.median, 2),
  ]),
]);
writeJson(json, { benchmark: 'train', machine, runs, figures });

/** Engine, kernel and peer take turns. */
async function measure(shape) {
  const trainer = await trainerOf(shape);
  const ids = Array.from({ length: shape.length }, (_, i) => (i * 7919 + 13) % shape.vocabulary);
  const step = () => {
    trainer.learn({ sequences: Array(shape.sequences).fill(ids) }, 1 / (shape.length - 1));
    trainer.step({ learningRate: 1e-4 });
  };
  step();
  const [rates, peers, kernel] = [[], [], []];
  const tokens = shape.length * shape.sequences;
  for (let run = 0; run < runs; run += 1) {
    kernel.push(kernelRate(() => performance.now()));
    const begin = performance.now();
    for (let i = 0; i < STEPS[shape.name]; i += 1) step();
    rates.push((tokens * STEPS[shape.name] * 1000) / (performance.now() - begin));
    if (python !== undefined) peers.push((tokens * 1000) / median(peerSteps(shape)));
  }
  const parameters = trainer.count;
  trainer.dispose();
  const rate = summarize(rates);
  // Products of weights three times (forward, and both gradients), and those of attention over half of the positions.
  const operations = 6 * parameters + 6 * shape.length * shape.hidden * shape.layers;
  const gflops = (rate.median * operations) / 1e9;
  const peer = peers.length === 0 ? null : summarize(peers);
  return {
    ...{ name: shape.name, parameters, rate, gflops, peer },
    ofKernel: (gflops * 1e9) / summarize(kernel).median,
    kernel: summarize(kernel),
  };
}

/** Milliseconds of each of PyTorch's steps. */
function peerSteps(shape) {
  const args = [path.join(ROOT, 'bench/lib/train-peer.py'), JSON.stringify(shape), `${STEPS[shape.name]}`];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${python} failed: ${stderr}`);
  return stdout.trim().split('\n').map(Number);
}

function median(values) {
  return summarize(values).median;
}

/** A Llama with random weights. */
async function trainerOf({ hidden, width, vocabulary, length, layers, heads, kvHeads }) {
  const headDim = hidden / heads;
  const name = `train-${hidden}-${layers}-${vocabulary}`;
  const shape = { name, hidden, ffn: width, vocabulary, context: length, layers, heads, kvHeads, headDim };
  const draft = new TrainerDraft(await decoderOf(syntheticFolder(shape)));
  draft.initialize(1, 0.02);
  return draft.begin();
}
