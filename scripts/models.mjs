// Writes docs/models-that-fit.md, which is the planner's own answer for the models of models/gallery.json on boards of every
// size, the page's list of them (src/element/gallery/known-models.ts), and its list of the models that come with it. `--check`
// writes nothing and fails when what is committed says something else.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import './lib/ts-register.mjs';
import { ROOT } from './lib/run.mjs';
import { SAMPLE_LIST, SPOKEN_LIST, sampleList, spokenList } from './lib/sample-list.mjs';

const MODELS = 'models/gallery.json';
const PAGE = 'docs/models-that-fit.md';
const LIST = 'src/element/gallery/known-models.ts';
const MARKS = ['<!-- table: npm run models -->', '<!-- end of table -->'];

try {
  const { models } = JSON.parse(await readFile(path.join(ROOT, MODELS), 'utf8'));
  const page = await readFile(path.join(ROOT, PAGE), 'utf8');
  const [before, rest] = cutAt(page, MARKS[0]);
  const [, after] = cutAt(rest, MARKS[1]);
  await put(PAGE, page, `${before}${MARKS[0]}\n\n${await table(models)}\n\n${MARKS[1]}${after}`);
  await put(LIST, await committed(LIST), await listText(models));
  await put(SAMPLE_LIST, await committed(SAMPLE_LIST), await sampleList());
  await put(SPOKEN_LIST, await committed(SPOKEN_LIST), await spokenList());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function committed(file) {
  return readFile(path.join(ROOT, file), 'utf8').catch(() => '');
}

async function put(file, before, text) {
  if (text === before) return;
  if (process.argv.includes('--check'))
    throw new Error(`${file} is not of ${MODELS} and the planner. Run: npm run models`);
  await writeFile(path.join(ROOT, file), text);
  console.log(`Written: ${file}`);
}

function cutAt(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${PAGE} has no line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

async function table(models) {
  const { modelOfConfig, fitOf, planCut, withFewerTokens } =
    await import('../src/element/gallery/gallery-plans.ts');
  const { BOARD_KINDS, boardKind } = await import('../src/element/gallery/board-kinds.ts');
  const rows = [];
  for (const { name, where, does, licence, config, added = 0 } of models) {
    const model = await modelOfConfig(config);
    const link = where.startsWith('models/')
      ? `[${name}](../${where}/README.md)`
      : `[${name}](https://huggingface.co/${where})`;
    rows.push([
      link,
      millions(model.parameters),
      does,
      licence,
      ...BOARD_KINDS.map((id) => sentence(fitOf(model, id))),
    ]);
    const smaller = withFewerTokens(model, added);
    if (smaller === null) continue;
    const fits = BOARD_KINDS.map((id) => sentence(planCut(model, id, added)));
    rows.push([`… \`--vocabulary ${smaller.vocabSize}\``, millions(smaller.parameters), '', '', ...fits]);
  }
  const heads = ['Model', 'Parameters', 'What it does', 'Licence', ...BOARD_KINDS.map(boardKind)];
  const line = (cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

function millions(count) {
  return `${(count / 1e6).toFixed(count < 1e7 ? 2 : 1)} M`;
}

function sentence(fit) {
  if (fit === null) return '–';
  const { weights, tokensPerSecond: rate, context } = fit;
  const shown = rate < 10 ? rate.toFixed(1) : Math.round(rate);
  return `${weights.replace('+', 'and')}, ${shown}/s${context === null ? '' : `, context ${context}`}`;
}

/** The page's list as a module: no figure of a plan is in it. */
async function listText(models) {
  const file = path.join(ROOT, LIST);
  const { modelOfConfig } = await import('../src/element/gallery/config-model.ts');
  const entries = [];
  for (const { name, where, hub = where, for: use, licence, config, added } of models) {
    if (use === undefined) continue;
    const { parameters } = await modelOfConfig(config);
    entries.push({
      name,
      repository: hub,
      licence: licence === 'not stated' ? null : licence,
      use,
      parameters,
      ...(added === undefined ? {} : { added }),
      config,
    });
  }
  const text = `/** Written by \`npm run models\` from models/gallery.json: models of the Hub, by the sizes of their configs. */
import type { ConfigSizes } from './config-model.js';

export interface KnownModel {
  readonly name: string;
  /** On the Hub. */
  readonly repository: string;
  /** \`null\`: its repository states none. */
  readonly licence: string | null;
  readonly use: 'stories' | 'text' | 'bilingual' | 'many';
  readonly parameters: number;
  /** Added tokens, where they are many. */
  readonly added?: number;
  readonly config: ConfigSizes;
}

export const KNOWN_MODELS: readonly KnownModel[] = ${JSON.stringify(entries)};
`;
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
