/** What `convert` says of a conversion: verdict, figures, memories, files and what to do next, in at most fifteen lines. */
import { dirname, join } from 'node:path';
import type { Conversion } from '../pipeline/types.js';
import type { MemoryUse, Plan } from '../plan/plan.js';
import { describeScheme } from '../plan/scheme.js';
import { ENGLISH_PLAN, planChoice, planCut, planSpeed } from '../plan/words.js';
import type { Report } from '../quantize/report.js';
import type { Verdict } from '../quantize/verdict.js';
import type { VocabularyReport } from '../quantize/vocabulary-report.js';
import { used } from '../report/figures.js';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatPercent,
  formatPerplexity,
  formatSeconds,
  formatShortCount,
} from '../shared/format.js';
import { ENGLISH_REPORT } from '../report/words.js';
import { wrap } from '../report/wrap.js';
import { toned, type Line, type Tone } from '../shared/toned-text.js';
import { isImageName } from './arguments.js';
import type { WrittenFile } from './convert-outputs.js';
import { nextLines, type NextStep } from './next-steps.js';
import { shellWord } from './program-name.js';
import type { ConvertRequest } from './requests.js';

/** Most lines, the next steps counted in: what a person takes in without scrolling. */
export const MOST_LINES = 15;

const LEAST_COLUMNS = 60;
const MOST_COLUMNS = 120;
const BAR_WIDTH = 24;

/** Room for what a line is about. */
const LABEL_WIDTH = 9;

const TONES: Readonly<Record<Verdict, Tone>> = {
  undecided: 'warning',
  indistinguishable: 'good',
  negligible: 'good',
  small: 'good',
  moderate: 'warning',
  large: 'bad',
  severe: 'bad',
};

export interface SummaryFacts {
  readonly request: ConvertRequest;
  /** What the model is called. */
  readonly name: string;
  readonly conversion: Pick<Conversion, 'plan' | 'report'>;
  /** Without, it takes ids for a prompt. */
  readonly hasTokenizer: boolean;
  readonly written: readonly WrittenFile[];
  readonly seconds: number;
  /** How the program is called. */
  readonly program: string;
  readonly columns: number;
}

/** The lines; commands and names of files may be longer than the terminal is wide. */
export function summaryLines(facts: SummaryFacts): Line[] {
  const { name, conversion, request, columns } = facts;
  const { plan, report } = conversion;
  const vocabulary = report?.vocabulary ?? null;
  const width = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
  const head: Line[] = [
    [toned('title', `${name} on ${plan.board.name}`)],
    ...(report === null ? [] : verdictLines(report, width)),
    ...(plan.fit.fits ? [] : unfitLines(plan, width)),
    ...(report === null ? [] : labelled('Loss', lossText(report), width)),
    ...(vocabulary === null ? [] : labelled('Tokens', tokensText(vocabulary), width)),
    ...labelled('Size', sizeText(plan, report), width),
    ...(plan.fit.fits ? labelled('Speed', planSpeed(plan, ENGLISH_PLAN), width) : []),
    ...plan.memories.filter(({ capacity }) => capacity > 0).map(memoryLine),
  ];
  const tail: Line[] = [...writtenLines(facts, width), ...nextLines(nextSteps(facts))];
  // What is left to say has its place as far as there is room; `--tensors` says all of it.
  const numbers = labelled('Numbers', `${describeScheme(plan.scheme)}, context ${plan.context}`, width);
  const choice = planChoice(plan, ENGLISH_PLAN);
  const cut = planCut(plan, ENGLISH_PLAN);
  const offered = cut === null ? [] : labelled('Words', cutText(plan, cut), width);
  const chosen = choice === null ? [] : labelled('', choice, width);
  const more = labelled('More', moreText(request), width);
  const lines = [...head, ...tail];
  const middle: Line[] = [];
  for (const part of [offered, more, numbers, chosen]) {
    if (lines.length + middle.length + part.length <= MOST_LINES) middle.push(...part);
  }
  return [...head, ...inOrder(middle, more), ...tail];
}

/** The hint stands last, though it has its place before the others. */
function inOrder(lines: readonly Line[], last: readonly Line[]): Line[] {
  return [...lines.filter((line) => !last.includes(line)), ...lines.filter((line) => last.includes(line))];
}

function verdictLines(report: Report, width: number): Line[] {
  const words = ENGLISH_REPORT.verdicts[report.verdict];
  const title = words.title.toUpperCase();
  const [first = '', ...rest] = wrap(`${title}  ${words.meaning}`, width - 2);
  return [
    ['  ', toned(TONES[report.verdict], title), first.slice(title.length)],
    ...rest.map((line) => `  ${line}`),
  ];
}

/** The decisive shortage and what helps against it; the plan in `--tensors` and `--json` has all. */
function unfitLines({ fit }: Plan, width: number): Line[] {
  const [problem = ''] = fit.problems;
  const [remedy] = fit.remedies;
  const title = 'DOES NOT FIT';
  const [first = '', ...rest] = wrap(`${title}  ${problem}`, width - 2);
  return [
    ['  ', toned('bad', title), first.slice(title.length)],
    ...rest.map((line) => `  ${line}`),
    ...(remedy === undefined ? [] : labelled('Remedy', remedy, width)),
  ];
}

/** A line about something, and more lines where it is long. */
export function labelled(label: string, text: string, width: number): Line[] {
  const [first = '', ...rest] = wrap(text, width - 2 - LABEL_WIDTH);
  return [
    ['  ', toned('quiet', label.padEnd(LABEL_WIDTH)), first],
    ...rest.map((line) => `${' '.repeat(2 + LABEL_WIDTH)}${line}`),
  ];
}

/** What is left of the vocabulary, and how much longer the first text becomes. */
function tokensText({ tokens, of, lengths: [first] }: VocabularyReport): string {
  const kept = `${formatCount(tokens)} of ${formatCount(of)}`;
  if (first === undefined || first.words === 0) return kept;
  const longer = formatPercent(first.tokensAfter / first.tokensBefore - 1);
  return `${kept}; the text takes ${longer} more, ${formatPercent(first.apart / first.words)} of its words come apart`;
}

function cutText({ cut }: Plan, sentence: string): string {
  return cut?.fits === true ? `${sentence} (--vocabulary ${cut.tokens})` : sentence;
}

function lossText({ kl, top1, perplexity }: Report): string {
  const ppl = `${formatPerplexity(perplexity.before)} → ${formatPerplexity(perplexity.after)}`;
  return `KL ${formatNumber(kl.mean)} nats, same first choice ${formatPercent(top1)}, perplexity ${ppl}`;
}

function sizeText({ parameters, weightBytes, bitsPerWeight }: Plan, report: Report | null): string {
  const size =
    report === null
      ? formatBytes(weightBytes)
      : `${formatBytes(report.size.before)} → ${formatBytes(report.size.after)}`;
  return `${size}, ${formatShortCount(parameters)} × ${formatNumber(bitsPerWeight)} bits`;
}

function memoryLine(use: MemoryUse): Line {
  const share = used(use) / use.capacity;
  const filled = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH));
  const tone: Tone = share > 1 ? 'bad' : 'good';
  return [
    '  ',
    toned('quiet', ENGLISH_REPORT.memories[use.memory].padEnd(LABEL_WIDTH)),
    toned(tone, '█'.repeat(filled)),
    toned('quiet', '░'.repeat(BAR_WIDTH - filled)),
    ` ${formatBytes(used(use))} of ${formatBytes(use.capacity)}`,
  ];
}

function moreText({ tensors, html }: ConvertRequest): string {
  const page = html === undefined ? ', --html FILE writes them as a page' : '';
  return tensors ? 'all figures stand above' : `--tensors prints every figure and both texts${page}`;
}

/** Parts lie in one folder, which is named for all. */
function writtenLines({ written, request, seconds }: SummaryFacts, width: number): Line[] {
  const { output, parts, component, html } = request;
  const single = written.find(({ file }) => file === output);
  const inFolder = (folder: string): string => {
    const files = written.filter(({ file }) => dirname(file) === join(folder, '.'));
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    return `${files.length} files in ${folder} (${formatBytes(total)})`;
  };
  const names = [
    ...(single === undefined ? [] : [`${single.file} (${formatBytes(single.bytes)})`]),
    ...[parts, component].filter((folder) => folder !== undefined).map(inFolder),
    ...(html === undefined || !request.report ? [] : [html]),
  ];
  return labelled('Wrote', `${names.join(', ')} in ${formatSeconds(seconds)}`, width);
}

function nextSteps(facts: SummaryFacts): NextStep[] {
  const { request, conversion, program, written } = facts;
  const { output, parts, component } = request;
  const { plan } = conversion;
  if (output === undefined && parts === undefined && component !== undefined)
    return [['read', join(component, 'README.md')]];
  if (output === undefined) {
    const flashed = written.filter(({ offset }) => offset !== undefined);
    const files = flashed.map(({ file, offset = 0 }) => `0x${offset.toString(16)} ${shellWord(file)}`);
    return [['flash it', `${flashCommand(plan)} ${files.join(' ')}`]];
  }
  const file = shellWord(output);
  if (!plan.fit.fits) return [['look at it', `${program} inspect ${file}`]];
  if (!isImageName(output)) return [['try it', `${program} run ${file} ${promptOption(facts)}`]];
  return [
    ['try it', `${program} run ${file} --engine emulator ${promptOption(facts)}`],
    ['flash it', `${flashCommand(plan)} 0x0 ${file}`],
  ];
}

/** A prompt that suits the model: the one that was compared. */
function promptOption({ conversion, hasTokenizer }: SummaryFacts): string {
  if (!hasTokenizer) return '--ids 1';
  const word = shellWord(conversion.report?.texts[0]?.prompt ?? 'hello');
  return `--prompt ${word.startsWith('"') ? word : `"${word}"`}`;
}

function flashCommand({ board }: Plan): string {
  return `esptool --chip ${board.chip.id} write-flash`;
}
