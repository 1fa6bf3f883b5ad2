// What INT8 costs the families of models: each folder of bench/families/train.py is converted with one scale a row and INT8
// inputs, in groups, with inputs of 16 bits and as the planner chooses by itself, and compared with its own floats.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../scripts/lib/run.mjs';
import { describeMachine, format, printTable, writeJson } from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';

const USAGE = `npm run bench:families -- --folder FOLDER [options]: mean KL divergence of each family's INT8

  --folder FOLDER     of bench/families/train.py: a model of each family
  --text FILE         text that is compared (default: the sample model's)`;

const SCHEMES = [
  ['channel, INT8', ['--granularity', 'channel', '--activations', 'int8', '--cache', 'int8']],
  ['groups of 32, INT8', ['--granularity', 'group:32', '--activations', 'int8', '--cache', 'int8']],
  ['channel, 16 bits', ['--granularity', 'channel', '--activations', 'int16', '--cache', 'int8']],
  ['auto', []],
];

const { json, values } = readOptions(USAGE, { folder: { type: 'string' }, text: { type: 'string' } });
if (values.folder === undefined) {
  console.error('--folder FOLDER is needed: bench/families/train.py makes it.');
  process.exit(2);
}
const text = values.text ?? path.join(ROOT, 'models/home-commands/samples.txt');
const scratch = mkdtempSync(path.join(tmpdir(), 'families-'));
const results = [];
try {
  for (const family of readdirSync(values.folder).sort()) {
    const row = { family };
    for (const [name, options] of SCHEMES) row[name] = convert(path.join(values.folder, family), options);
    results.push(row);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
printTable('Mean KL divergence from the same model in floats, nats', [
  ['family', 'loss in floats', ...SCHEMES.map(([name]) => name), 'same first choice, channel'],
  ...results.map((row) => [
    row.family,
    format(row[SCHEMES[0][0]].loss, 3),
    ...SCHEMES.map(([name]) => row[name].kl.toPrecision(2)),
    `${(100 * row[SCHEMES[0][0]].top1).toFixed(1)} %`,
  ]),
]);
writeJson(json, { benchmark: 'families', commit: describeMachine().commit, results });

function convert(folder, options) {
  const program = path.join(ROOT, 'dist/cli.js');
  const output = path.join(scratch, 'model.s3lm');
  const args = [
    program,
    'convert',
    folder,
    '-o',
    output,
    '--context',
    '128',
    '--evaluate',
    text,
    '--json',
    ...options,
  ];
  const { report } = JSON.parse(
    execFileSync(process.execPath, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'));
  return {
    modelType: config.model_type,
    kl: report.kl.mean,
    top1: report.top1,
    loss: Math.log(report.perplexity.before),
  };
}
