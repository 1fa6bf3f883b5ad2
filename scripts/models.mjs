// Writes docs/models-that-fit.md and the page's list (src/element/gallery/known-models.ts): the planner's own answer for the
// models of docs/known-models.json on boards of every size; and the page's list of the models that come with it. `--check`
// writes nothing and fails when what is committed says something else.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import './lib/ts-register.mjs';
import { modelOfConfig } from './lib/known-models.mjs';
import { ROOT } from './lib/run.mjs';
import { SAMPLE_LIST, sampleList } from './lib/sample-list.mjs';

const PAGE = 'docs/models-that-fit.md';
const LIST = 'src/element/gallery/known-models.ts';
const MARKS = ['<!-- table: npm run models -->', '<!-- end of table -->'];

/** Boards by what a model notices of them, the smallest first. */
const BOARDS = ['esp32-s3-n4', 'esp32-s3-n8r2', 'esp32-s3-n8r8', 'esp32-s3-n16r8'];

/** Bytes of the tokenizer's tables for each token: somewhat more than the bundled model's 14.6. */
const TOKENIZER_BYTES = 16;

/** Contexts are planned in such steps where the whole one does not fit. */
const CONTEXT_STEP = 64;

/** Vocabularies that a cut makes much smaller. */
const LARGE_VOCABULARY = 8000;

try {
  const { table, list } = await answers();
  const page = await readFile(path.join(ROOT, PAGE), 'utf8');
  const [before, rest] = cutAt(page, MARKS[0]);
  const [, after] = cutAt(rest, MARKS[1]);
  await put(PAGE, page, `${before}${MARKS[0]}\n\n${table}\n\n${MARKS[1]}${after}`);
  await put(LIST, await committed(LIST), list);
  await put(SAMPLE_LIST, await committed(SAMPLE_LIST), await sampleList());
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
    throw new Error(`${file} does not say what the planner says. Run: npm run models`);
  await writeFile(path.join(ROOT, file), text);
  console.log(`Written: ${file}`);
}

function cutAt(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${PAGE} has no line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** The table of the page, and the list for readers of the element. */
async function answers() {
  const { models } = JSON.parse(await readFile(path.join(ROOT, 'docs/known-models.json'), 'utf8'));
  const { withTokens, DEFAULT_CUT_TOKENS } = await import('../src/edit/vocabulary-cut.ts');
  const rows = [];
  const entries = [];
  for (const entry of models) {
    const model = await modelOfConfig(entry.config);
    const name = entry.where.startsWith('models/')
      ? `[${entry.name}](../${entry.where}/README.md)`
      : `[${entry.name}](https://huggingface.co/${entry.where})`;
    const whole = await fits(model);
    const say = (answers) => answers.map((answer) => (answer === null ? '–' : sentence(answer)));
    rows.push([name, `${millions(model.parameters)}`, entry.does, entry.licence, ...say(whole)]);
    let cut = null;
    if (model.vocabSize > LARGE_VOCABULARY) {
      const smaller = withTokens(model, { begin: 0, end: DEFAULT_CUT_TOKENS });
      cut = await fits(smaller);
      const option = `… \`--vocabulary ${DEFAULT_CUT_TOKENS}\``;
      rows.push([option, millions(smaller.parameters), '', '', ...say(cut)]);
    }
    if (entry.for === undefined) continue;
    const fit = (answer, index) =>
      answer !== null
        ? { tokensPerSecond: answer.rate, tokens: null }
        : cut?.[index]
          ? { tokensPerSecond: cut[index].rate, tokens: DEFAULT_CUT_TOKENS }
          : null;
    entries.push({
      name: entry.name,
      repository: entry.hub ?? entry.where,
      licence: entry.licence === 'not stated' ? null : entry.licence,
      use: entry.for,
      parameters: model.parameters,
      fits: whole.map(fit),
    });
  }
  const heads = ['Model', 'Parameters', 'What it does', 'Licence', ...BOARDS.map(boardName)];
  const line = (cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
  const table = [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
  return { table, list: await listText(entries) };
}

function boardName(id) {
  return id.replace('esp32-s3-', '').toUpperCase();
}

/** The list as a module. */
async function listText(entries) {
  const file = path.join(ROOT, LIST);
  const text = `/** Written by \`npm run models\`: models of the Hub, and what the planner says of them. */

/** Whether a model fits a board, with the planner's scheme for it. */
export interface KnownFit {
  readonly tokensPerSecond: number;
  /** Tokens that are left of its vocabulary, \`null\` for all. */
  readonly tokens: number | null;
}

export interface KnownModel {
  readonly name: string;
  /** On the Hub. */
  readonly repository: string;
  /** \`null\`: its repository states none. */
  readonly licence: string | null;
  readonly use: 'stories' | 'text' | 'chat';
  readonly parameters: number;
  /** By board, as in {@link KNOWN_BOARDS}; \`null\` where it does not fit. */
  readonly fits: readonly (KnownFit | null)[];
}

/** Boards by their memories. */
export const KNOWN_BOARDS: readonly string[] = ${JSON.stringify(BOARDS.map(boardName))};

export const KNOWN_MODELS: readonly KnownModel[] = ${JSON.stringify(entries)};
`;
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

function millions(count) {
  return `${(count / 1e6).toFixed(count < 1e7 ? 2 : 1)} M`;
}

/** What the plan of the defaults says for each board; where only the context is too long, what it says of the longest that fits. */
async function fits(model) {
  const { makePlan } = await import('../src/plan/plan.ts');
  const { DEFAULT_SCHEME } = await import('../src/plan/defaults.ts');
  const { findBoard } = await import('../src/plan/boards.ts');
  const otherBytes = model.vocabSize * TOKENIZER_BYTES;
  return BOARDS.map((id) => {
    const board = findBoard(id);
    const whole = makePlan(model, { board, scheme: DEFAULT_SCHEME, otherBytes });
    if (whole.fit.fits) return answer(whole, null);
    const longest = whole.fit.advice.remedies.find(({ code }) => code === 'context')?.context ?? 0;
    const context = Math.floor(longest / CONTEXT_STEP) * CONTEXT_STEP;
    if (context === 0) return null;
    const shorter = makePlan(model, { board, scheme: DEFAULT_SCHEME, otherBytes, context });
    return shorter.fit.fits ? answer(shorter, context) : null;
  });
}

function answer(plan, context) {
  const rate = plan.predictedTokensPerSecond;
  return { weights: weightsOf(plan), rate: rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate), context };
}

function sentence({ weights, rate, context }) {
  const shown = rate < 10 ? rate.toFixed(1) : rate;
  return `${weights}, ${shown}/s${context === null ? '' : `, context ${context}`}`;
}

/** What the matrices became. */
function weightsOf({ tensors }) {
  const kinds = new Set(tensors.map(({ tensor }) => tensor.encoding.kind));
  const has4 = kinds.has('int4Group');
  const has8 = [...kinds].some((kind) => kind.startsWith('int8'));
  return has4 && has8 ? 'INT4 and INT8' : has4 ? 'INT4' : 'INT8';
}
