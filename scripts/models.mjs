// Writes docs/models-that-fit.md: the planner's own answer for the models of docs/known-models.json on boards of every size.
// `--check` writes nothing and fails when the committed page says something else.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import './lib/ts-register.mjs';
import { modelOfConfig } from './lib/known-models.mjs';
import { ROOT } from './lib/run.mjs';

const PAGE = 'docs/models-that-fit.md';
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
  const page = await readFile(path.join(ROOT, PAGE), 'utf8');
  const [before, rest] = cutAt(page, MARKS[0]);
  const [, after] = cutAt(rest, MARKS[1]);
  const text = `${before}${MARKS[0]}\n\n${await modelsTable()}\n\n${MARKS[1]}${after}`;
  if (text !== page && process.argv.includes('--check'))
    throw new Error(`${PAGE} does not say what the planner says. Run: npm run models`);
  if (text !== page) {
    await writeFile(path.join(ROOT, PAGE), text);
    console.log(`Written: ${PAGE}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function cutAt(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${PAGE} has no line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

async function modelsTable() {
  const { models } = JSON.parse(await readFile(path.join(ROOT, 'docs/known-models.json'), 'utf8'));
  const { withTokens, DEFAULT_CUT_TOKENS } = await import('../src/edit/vocabulary-cut.ts');
  const rows = [];
  for (const entry of models) {
    const model = await modelOfConfig(entry.config);
    const name = entry.where.startsWith('models/')
      ? `[${entry.name}](../${entry.where}/README.md)`
      : `[${entry.name}](https://huggingface.co/${entry.where})`;
    rows.push([name, `${millions(model.parameters)}`, entry.does, entry.licence, ...(await fits(model))]);
    if (model.vocabSize <= LARGE_VOCABULARY) continue;
    const cut = withTokens(model, { begin: 0, end: DEFAULT_CUT_TOKENS });
    const option = `… \`--vocabulary ${DEFAULT_CUT_TOKENS}\``;
    rows.push([option, millions(cut.parameters), '', '', ...(await fits(cut))]);
  }
  const heads = ['Model', 'Parameters', 'What it does', 'Licence', 'N4', 'N8R2', 'N8R8', 'N16R8'];
  const line = (cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
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
    if (whole.fit.fits) return answer(whole);
    const longest = whole.fit.advice.remedies.find(({ code }) => code === 'context')?.context ?? 0;
    const context = Math.floor(longest / CONTEXT_STEP) * CONTEXT_STEP;
    if (context === 0) return '–';
    const shorter = makePlan(model, { board, scheme: DEFAULT_SCHEME, otherBytes, context });
    return shorter.fit.fits ? `${answer(shorter)}, context ${context}` : '–';
  });
}

function answer(plan) {
  const rate = plan.predictedTokensPerSecond;
  return `${weightsOf(plan)}, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`;
}

/** What the matrices became. */
function weightsOf({ tensors }) {
  const kinds = new Set(tensors.map(({ tensor }) => tensor.encoding.kind));
  const has4 = kinds.has('int4Group');
  const has8 = [...kinds].some((kind) => kind.startsWith('int8'));
  return has4 && has8 ? 'INT4 and INT8' : has4 ? 'INT4' : 'INT8';
}
