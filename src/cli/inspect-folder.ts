/** What `inspect` says of a model folder: the verdict first, then boards by their memories; tensors only when asked for. */
import type { ModelSummary } from '../model/summarize.js';
import type { CutOffer } from '../plan/cut-offer.js';
import { DEFAULT_BOARD_ID } from '../plan/defaults.js';
import { ENGLISH_PLAN, planCut } from '../plan/words.js';
import { formatBytes, formatCount, formatRate, formatShortCount } from '../shared/format.js';
import { wrap } from '../report/wrap.js';
import { showableLine } from '../shared/safe-text.js';
import { toned, type Line } from '../shared/toned-text.js';
import { CHIPS } from '../chips/index.js';
import { boardGroups } from './board-groups.js';
import { nextLines } from './next-steps.js';
import { shellWord } from './program-name.js';
import type { InspectRequest } from './requests.js';
import { table } from './terminal.js';

/** Whether a model fits a board with the default scheme. */
export interface BoardFit {
  readonly board: string;
  readonly fits: boolean;
  /** As predicted, 0 where nothing is. */
  readonly expectedTokensPerSecond: number;
  readonly boundTokensPerSecond: number;
  /** What does not fit, the decisive shortage first. */
  readonly problems: readonly string[];
  readonly remedies: readonly string[];
  /** What fewer tokens would make of it. */
  readonly cut: CutOffer | null;
}

export interface FolderFacts {
  readonly request: InspectRequest;
  readonly summary: ModelSummary;
  /** Why it cannot be converted, `null` when it can. */
  readonly problem: string | null;
  /** Empty when it cannot be converted. */
  readonly boards: readonly BoardFit[];
  /** What the model does with what it is given; `null` when it cannot be opened. */
  readonly speech: string | null;
  readonly notes: readonly string[];
  readonly program: string;
  readonly columns: number;
}

/** The widest memories, with two columns after them. */
const MEMORY_WIDTH = 31;

export function folderLines(facts: FolderFacts): Line[] {
  const { request, summary, problem, notes, program, columns, speech } = facts;
  const width = Math.max(60, Math.min(120, columns));
  const fitting = facts.boards.filter(({ fits }) => fits);
  const parameters =
    summary.model === null ? '' : `${formatShortCount(summary.model.parameters)} parameters in `;
  const size = `${parameters}${formatCount(summary.tensors.length)} tensors, ${formatBytes(summary.bytes)}`;
  return [
    [toned('title', request.target), `: ${size}`],
    ...(problem === null ? fitLines(facts, fitting, width) : problemLines(problem, width)),
    ...(speech === null ? [] : [`Speaks: ${speech}.`]),
    ...notes.flatMap((note) => noteLines(note, width)),
    ...(request.tensors ? ['', ...tensorLines(facts), ...boardLines(facts)] : []),
    ...(problem === null ? nextLines(nextSteps(facts, fitting, program)) : []),
  ];
}

/** What the whole problem is; its further lines are indented. */
function problemLines(problem: string, width: number): Line[] {
  const title = 'Cannot be converted:';
  const [head = '', ...others] = problem.split('\n');
  const [first = '', ...rest] = wrap(`${title} ${head}`, width);
  return [
    [toned('bad', title), first.slice(title.length)],
    ...rest.map((line) => `  ${line}`),
    ...others.map((line) => `  ${line}`),
  ];
}

function noteLines(note: string, width: number): Line[] {
  const [first = '', ...rest] = wrap(`Note: ${showableLine(note)}`, width);
  return [[toned('warning', 'Note:'), first.slice(5)], ...rest.map((line) => `  ${line}`)];
}

/** One line for all boards with the same memories: they differ in nothing that a model notices. */
function fitLines({ boards }: FolderFacts, fitting: readonly BoardFit[], width: number): Line[] {
  const count = `${fitting.length} of ${boards.length} boards`;
  const isGood = fitting.length > 0;
  const head: Line = isGood
    ? [toned('good', 'Can be converted'), `, and fits ${count}:`]
    : [toned('bad', 'Fits no board'), ', though it could be converted:'];
  const groups = CHIPS.flatMap((chip): Line[] => [
    `  ${chip.name}`,
    ...boardGroups(chip).flatMap((group) => groupLines(group, boards, width)),
  ]);
  const usual = boards.find(({ board }) => board === DEFAULT_BOARD_ID);
  const remedy = isGood ? undefined : usual?.remedies[0];
  const cut = usual === undefined ? null : planCut(usual, ENGLISH_PLAN);
  return [
    head,
    ...groups,
    ...(remedy === undefined ? [] : [`Remedy: ${remedy}`]),
    ...(cut === null ? [] : wrap(`On ${DEFAULT_BOARD_ID}: ${cut}`, width)),
  ];
}

/** Whether a model fits boards with the same memories. */
function groupLines(
  group: ReturnType<typeof boardGroups>[number],
  boards: readonly BoardFit[],
  width: number,
): Line[] {
  const [one] = group.boards;
  const fit = boards.find(({ board }) => board === one?.id);
  const memories = group.memories.padEnd(MEMORY_WIDTH);
  if (fit === undefined) return [];
  if (!fit.fits) {
    const indent = 2 + MEMORY_WIDTH + 5;
    const help = fit.cut?.fits === true ? ` With ${formatCount(fit.cut.tokens)} tokens it fits.` : '';
    const [first = '', ...rest] = wrap(`${fit.problems[0] ?? ''}${help}`, width - indent);
    return [
      ['  ', memories, toned('bad', 'no   '), first],
      ...rest.map((line) => `${' '.repeat(indent)}${line}`),
    ];
  }
  const others = group.boards.length > 1 ? ` and ${group.boards.length - 1} more` : '';
  return [['  ', memories, toned('good', 'yes  '), speed(fit).padEnd(22), `${one?.id ?? ''}${others}`]];
}

function speed({ expectedTokensPerSecond: expected, boundTokensPerSecond: bound }: BoardFit): string {
  return expected > 0 ? `about ${formatRate(expected)} tokens/s` : `≤ ${formatRate(bound)} tokens/s`;
}

function tensorLines({ summary }: FolderFacts): string[] {
  return table(
    ['tensor', 'shape', 'type', 'size', 'file'],
    summary.tensors.map(({ name, shape, dtype, bytes, file }) => [
      name,
      shape.join(' x '),
      dtype,
      formatBytes(bytes),
      file,
    ]),
  );
}

function boardLines({ boards }: FolderFacts): string[] {
  if (boards.length === 0) return [];
  const rows = boards.map((fit) => [
    fit.board,
    fit.fits ? 'yes' : 'no',
    fit.fits && fit.expectedTokensPerSecond > 0 ? formatRate(fit.expectedTokensPerSecond) : '',
    fit.fits ? formatRate(fit.boundTokensPerSecond) : '',
    fit.problems.join(' '),
  ]);
  return ['', ...table(['board', 'fits', 'tokens/s', 'at most', 'what is missing'], rows), ''];
}

function nextSteps(
  { request, boards }: FolderFacts,
  fitting: readonly BoardFit[],
  program: string,
): [purpose: string, command: string][] {
  const folder = shellWord(request.target);
  const best = fitting.find(({ board }) => board === DEFAULT_BOARD_ID) ?? fitting[0];
  const usual = boards.find(({ board }) => board === DEFAULT_BOARD_ID);
  if (best === undefined && usual?.cut?.fits === true) {
    const { tokens } = usual.cut;
    return [
      ['convert it with fewer tokens', `${program} convert ${folder} -o model.bin --vocabulary ${tokens}`],
    ];
  }
  if (best === undefined) return [['what it could be', `${program} convert ${folder} --frontier`]];
  const board = best.board === DEFAULT_BOARD_ID ? '' : ` --board ${best.board}`;
  return [['convert it', `${program} convert ${folder} -o model.bin${board}`]];
}
