/** A plan's problems and remedies in words: the English of the command line, and what another language has to provide. */
import type { PlanAdvice, PlanProblem, PlanRemedy } from './advice.js';
import type { WeightChoice } from './choice.js';
import type { SpeedAt, SpeedFigures } from './speed-figures.js';
import type { CutOffer } from './cut-offer.js';
import { formatBytes, formatCount, formatRate } from '../shared/format.js';

/** Sentences; sizes come formatted. */
export interface PlanWords {
  readonly bytes: (bytes: number) => string;
  /** A number of tokens. */
  readonly count: (count: number) => string;
  /** Tokens per second. */
  readonly rate: (rate: number) => string;
  readonly problems: {
    readonly scratch: (needed: string, available: string, excess: string) => string;
    readonly cache: (needed: string, available: string, excess: string, context: number) => string;
    readonly flash: (needed: string, available: string, excess: string) => string;
  };
  readonly remedies: Readonly<Record<Exclude<PlanRemedy['code'], 'context'>, string>> & {
    readonly context: (context: number) => string;
  };
  /** How fast the model is written, in tokens a second, with an empty, a half and a full context. */
  readonly speed: {
    readonly expected: (half: SpeedWords, start: SpeedWords, full: SpeedWords) => string;
    /** What the memories allow, where nothing is predicted. */
    readonly bound: (half: string, start: string, full: string) => string;
    /** The same as a table: what its rows and columns are. */
    readonly table: {
      readonly title: string;
      readonly places: Readonly<Record<keyof SpeedFigures, string>>;
      readonly context: string;
      readonly expected: string;
      readonly measured: string;
      readonly bound: string;
      /** Beside a measurement: where in the context it was made. */
      readonly at: (tokens: string) => string;
      /** The same where some tokens took no pass of their own. */
      readonly guessed: (at: string, share: string) => string;
    };
    /** The same at half the context, in a few words. */
    readonly pace: (half: SpeedWords) => string;
    readonly paceBound: (half: string) => string;
  };
  /** What fewer tokens would make of it. */
  readonly cut: {
    readonly fits: (tokens: string, of: string, bytes: string, whole: string, rate: string) => string;
    readonly none: (tokens: string, of: string, bytes: string, whole: string) => string;
  };
  /** Why the weights are as they are. */
  readonly choice: {
    readonly finest: string;
    readonly room: string;
    readonly faster: (rate: string) => string;
    readonly names8: string;
    readonly names4: (rate: string) => string;
    readonly 'names4-room': string;
    readonly fits: (needed: string, available: string) => string;
    /** What INT4 would be, after that. */
    readonly int4: (rate: string) => string;
    readonly none: (needed: string, available: string) => string;
  };
}

/** The figures of one place, formatted. */
export interface SpeedWords {
  readonly expected: string;
  /** What the memories allow there. */
  readonly bound: string;
}

export const ENGLISH_PLAN: PlanWords = {
  ...planFormats('en'),
  problems: {
    scratch: (needed, available, excess) =>
      `The working memory needs ${needed} of SRAM and ${available} are there: ${excess} too much.`,
    cache: (needed, available, excess, context) =>
      `The key/value cache for ${context} tokens needs ${needed} and ${available} are there: ${excess} too much.`,
    flash: (needed, available, excess) =>
      `The package needs ${needed} of flash and ${available} are there: ${excess} too much.`,
  },
  remedies: {
    context: (context) => `A context of ${context} tokens fits (--context ${context}).`,
    'narrower-model': 'Take a model with a smaller vocabulary or feed-forward.',
    'int8-cache': 'An INT8 cache takes the least memory.',
    psram: 'A board with PSRAM holds a longer context.',
    'shorter-context': 'A shorter context makes the rotary tables small enough.',
    'int8-weights': 'INT8 weights take a quarter of the room.',
    'channel-scales': 'One scale per channel instead of groups saves enough memory.',
    'more-flash': 'A board with 16 MB of flash holds more.',
    'smaller-model': 'Take a smaller model: this chip holds about 14 million parameters at INT8.',
  },
  speed: {
    expected: (half, start, full) =>
      `About ${half.expected} of the ${half.bound} tokens/s that the memories allow at half the context, ${start.expected} of ${start.bound} at the start, ${full.expected} of ${full.bound} when full.`,
    bound: (half, start, full) =>
      `The memories allow ${half} tokens/s at half the context, ${start} at the start and ${full} when it is full.`,
    table: {
      title: 'Tokens per second',
      places: { start: 'Empty', half: 'Half full', full: 'Full' },
      context: 'Context',
      expected: 'Expected',
      measured: 'Measured',
      bound: 'At most',
      at: (tokens) => `${tokens} tokens`,
      guessed: (at, share) => `${at}, ${share} guessed`,
    },
    pace: (half) => `About ${half.expected} of ${half.bound} tokens/s at half the context`,
    paceBound: (half) => `At most ${half} tokens/s at half the context`,
  },
  cut: {
    fits: (tokens, of, bytes, whole, rate) =>
      `Cut to ${tokens} of its ${of} tokens, it takes ${bytes} instead of ${whole}, and about ${rate} tokens/s are expected.`,
    none: (tokens, of, bytes, whole) =>
      `Even cut to ${tokens} of its ${of} tokens, it takes ${bytes} (${whole} with all).`,
  },
  choice: {
    finest: 'All weights have the finest scales, which cost next to no speed here.',
    room: 'The scales are as fine as there is room for.',
    faster: (rate) =>
      `The scales are as fine as they can be without costing much speed: with finer ones it would be ${rate} tokens/s.`,
    names8: 'Embedding and head keep 8 bits: they lose most with 4, and 8 cost little speed here.',
    names4: (rate) => `Embedding and head have 4 bits as well: with 8 it would be ${rate} tokens/s.`,
    'names4-room': 'Embedding and head have 4 bits as well: there is no room for 8.',
    fits: (needed, available) =>
      `In INT8 the package would need ${needed} of flash and ${available} are there: each matrix has the bits that fit.`,
    int4: (rate) => `With INT4 weights it would be ${rate} tokens/s.`,
    none: (needed, available) =>
      `Even with the smallest weights the package needs ${needed} of flash and ${available} are there.`,
  },
};

/** The figures of a plan in a language: those of every other place. */
export function planFormats(lang: string): Pick<PlanWords, 'bytes' | 'count' | 'rate'> {
  return {
    bytes: (bytes) => formatBytes(bytes, lang),
    count: (count) => formatCount(count, lang),
    rate: (rate) => formatRate(rate, lang),
  };
}

/** How fast the model is written on the board: what is expected, beside what the memories allow at the same place. */
export function planSpeed(
  { speed }: { readonly speed: SpeedFigures },
  { rate, speed: words }: Pick<PlanWords, 'rate' | 'speed'>,
): string {
  const said = ({ expected, bound }: SpeedAt): SpeedWords => ({
    expected: rate(expected),
    bound: rate(bound),
  });
  const [half, start, full] = [said(speed.half), said(speed.start), said(speed.full)];
  return speed.half.expected > 0
    ? words.expected(half, start, full)
    : words.bound(half.bound, start.bound, full.bound);
}

/** The same where there is room for a few words: at half the context. */
export function planPace(
  { speed: { half } }: { readonly speed: SpeedFigures },
  { rate, speed: words }: Pick<PlanWords, 'rate' | 'speed'>,
): string {
  const bound = rate(half.bound);
  return half.expected > 0 ? words.pace({ expected: rate(half.expected), bound }) : words.paceBound(bound);
}

/** What does not fit and by how much, one sentence each. */
export function planProblems({ advice }: { readonly advice: PlanAdvice }, words: PlanWords): string[] {
  return advice.problems.map((problem) => problemSentence(problem, words));
}

/** INT4 is worth a word from so many times the speed on. */
const MUCH_FASTER = 1.2;

/** Why the weights are as they are, in a sentence or two; `null` where there is nothing to say. */
export function planChoice(
  {
    choice,
    predictedTokensPerSecond: now,
  }: { readonly choice: WeightChoice | null; readonly predictedTokensPerSecond: number },
  { bytes, rate, choice: words }: PlanWords,
): string | null {
  switch (choice?.code) {
    case undefined:
      return null;
    case 'finest':
    case 'room':
    case 'names8':
    case 'names4-room':
      return words[choice.code];
    case 'faster':
      return words.faster(rate(choice.finer));
    case 'names4':
      return words.names4(rate(choice.others));
    case 'fits':
    case 'none': {
      const { code, needed, available } = choice;
      if (needed <= available) return null;
      const said = words[code](bytes(needed), bytes(available));
      return code === 'fits' && choice.int4 > MUCH_FASTER * now
        ? `${said} ${words.int4(rate(choice.int4))}`
        : said;
    }
  }
}

/** What fewer tokens would make of a plan, in a sentence; `null` where there is nothing to say. */
export function planCut(
  { cut }: { readonly cut: CutOffer | null },
  { bytes, count, rate, cut: words }: PlanWords,
): string | null {
  if (cut === null) return null;
  const sizes = [count(cut.tokens), count(cut.of), bytes(cut.bytes), bytes(cut.whole)] as const;
  return cut.fits ? words.fits(...sizes, rate(cut.tokensPerSecond)) : words.none(...sizes);
}

/** What would help, one sentence each. */
export function planRemedies({ advice }: { readonly advice: PlanAdvice }, { remedies }: PlanWords): string[] {
  return advice.remedies.map((remedy) =>
    remedy.code === 'context' ? remedies.context(remedy.context) : remedies[remedy.code],
  );
}

function problemSentence(problem: PlanProblem, { bytes, problems }: PlanWords): string {
  const { needed, available } = problem;
  const sizes = [bytes(needed), bytes(available), bytes(needed - available)] as const;
  return problem.code === 'cache'
    ? problems.cache(...sizes, problem.context)
    : problems[problem.code](...sizes);
}
