/** Every word of the report, and the report's English: the command line's, and the default of the HTML file. */
import type { Scheme } from '../plan/scheme.js';
import { describeScheme } from '../plan/scheme.js';
import { ENGLISH_PLAN, type PlanWords } from '../plan/words.js';
import type { ChangeName, Report } from '../quantize/report.js';
import type { CutText } from '../quantize/vocabulary-report.js';
import type { Reason, Verdict } from '../quantize/verdict.js';
import type { MemoryName } from '../plan/plan.js';
import { formatters, type Formatters } from '../shared/format.js';

/** A verdict as a headline and what it means. */
export interface VerdictWords {
  readonly title: string;
  readonly meaning: string;
}

/** What a language has to say of a report. */
export interface ReportWords {
  /** BCP 47, of the HTML file. */
  readonly language: string;
  readonly format: Formatters;
  readonly verdicts: Readonly<Record<Verdict, VerdictWords>>;
  /** Why a verdict is not one better. */
  readonly reasons: Readonly<Record<Reason, string>>;
  /** The limits that a verdict stands for. */
  readonly limits: (kl: string, top1: string, ratio: string) => string;
  /** What would bring the model closer to its original, and the price. */
  readonly alternatives: {
    readonly title: string;
    readonly changes: Readonly<Record<ChangeName, string>>;
    readonly line: (change: string, loss: string, size: string, speed: string) => string;
    /** @param change in percent, `null` for none that shows */
    readonly size: (change: string | null, larger: boolean) => string;
    readonly speed: (change: string | null, faster: boolean) => string;
  };
  /** What a smaller vocabulary costs. */
  readonly vocabulary: {
    readonly title: string;
    readonly texts: Readonly<Record<CutText, string>>;
    readonly kept: (tokens: string, of: string) => string;
    /** Tokens per character before and after, and the share of words that come apart. */
    readonly length: (text: string, before: string, after: string, apart: string) => string;
    readonly examples: (words: string) => string;
    readonly bits: (text: string, whole: string, cut: string, converted: string) => string;
    readonly lost: (share: string) => string;
    readonly divergence: string;
  };
  /** What a figure measures, in a sentence that a learner understands. */
  readonly meanings: {
    readonly perplexity: string;
    readonly kl: string;
    readonly probabilityShift: string;
    readonly sqnr: string;
  };
  readonly labels: {
    readonly kl: string;
    readonly klNote: string;
    readonly perplexity: string;
    readonly ratio: (ratio: string) => string;
    readonly top1: string;
    readonly positions: (positions: string) => string;
    readonly size: string;
    readonly bits: (bits: string) => string;
    readonly mean: string;
    readonly median: string;
    /** Below which so many of the positions lie. */
    readonly rank: (share: string) => string;
    readonly largest: string;
    readonly rootMeanSquare: string;
    /** Percentage points. */
    readonly points: (points: string) => string;
  };
  readonly memories: Readonly<Record<MemoryName, string>>;
  readonly uses: {
    readonly weights: (bytes: string) => string;
    readonly cache: (bytes: string) => string;
    readonly scratch: (bytes: string) => string;
    /** Between the three. */
    readonly separator: string;
    readonly of: (used: string, capacity: string) => string;
  };
  readonly scheme: (scheme: Scheme) => string;
  readonly plan: PlanWords;
  /** Where the text that both models read came from. */
  readonly origins: Readonly<Record<Report['text'], string>>;
  /** What quantization cost each layer. */
  readonly layers: {
    readonly heading: string;
    readonly text: string;
    readonly column: string;
    readonly error: string;
    /** @param layer counted as the model does */
    readonly layer: (layer: number) => string;
    readonly others: string;
    readonly alike: (least: string, most: string) => string;
    readonly worst: (layer: string, most: string, least: string) => string;
  };
  /** How the weights of a tensor are spread. */
  readonly spread: {
    readonly question: string;
    readonly peak: (share: string) => string;
    readonly outside: (share: string) => string;
    readonly key: { readonly before: string; readonly after: string };
  };
  /** Of the HTML file alone. */
  readonly file: {
    readonly model: string;
    readonly title: (name: string) => string;
    readonly subtitle: string;
    readonly settings: (scheme: string, context: string, board: string) => string;
    readonly kl: (positions: string) => string;
    readonly shift: string;
    readonly memoryOf: (board: string) => string;
    readonly fits: string;
    readonly fitsNot: string;
    readonly memoryColumns: { readonly memory: string; readonly used: string; readonly for: string };
    readonly textsAfter: (prompt: string) => string;
    readonly same: string;
    readonly marked: string;
    readonly original: string;
    readonly converted: string;
    readonly endsHere: string;
    readonly tensors: string;
    readonly charts: string;
    /** What quantizing the inputs of matrices costs; the chosen kind stands out. */
    readonly inputs: {
      readonly title: string;
      readonly text: string;
      /** Divergence of INT8 at this input alone, and time that 16 bits take longer. */
      readonly kl: string;
      readonly micros: string;
    };
    readonly columns: {
      readonly name: string;
      readonly shape: string;
      readonly dtype: string;
      readonly before: string;
      readonly after: string;
      readonly sqnr: string;
      readonly largest: string;
      readonly weights: string;
    };
    readonly histogram: string;
    readonly range: string;
    readonly measured: (origin: string, sequences: string, positions: string) => string;
  };
}

export const ENGLISH_REPORT: ReportWords = {
  language: 'en',
  format: formatters('en', 'exact'),
  verdicts: {
    undecided: {
      title: 'Too little text to judge',
      meaning:
        'The figures below come from too few words to say how good the small model is. Give a longer text.',
    },
    indistinguishable: {
      title: 'Indistinguishable',
      meaning:
        'Both models rate the next words alike: to tell them apart by what they write takes thousands of words.',
    },
    negligible: {
      title: 'Negligible loss',
      meaning:
        'Both models rate the next words nearly alike. Where two words are about as likely, the other may come.',
    },
    small: { title: 'Small loss', meaning: 'Some words come out differently; the sense mostly stays.' },
    moderate: { title: 'Moderate loss', meaning: 'The text differs noticeably.' },
    large: { title: 'Large loss', meaning: 'The model is visibly worse than the original.' },
    severe: {
      title: 'Severe loss',
      meaning: 'The converted model no longer behaves like the original.',
    },
  },
  reasons: {
    kl: 'The KL divergence decides.',
    top1: 'The share of same first choices decides.',
    ratio: 'The perplexity decides.',
    texts: 'The figures are better still, but a text below differs.',
    length: 'The text is too short to be surer; a longer one may give a better verdict.',
  },
  limits: (kl, top1, ratio) =>
    `Limits of this verdict: KL divergence up to ${kl}, same first choice in at least ${top1}, perplexity up to ${ratio} higher. Each figure keeps its limit with 95 % confidence.`,
  alternatives: {
    title: 'What would help',
    changes: {
      channel: 'A scale per channel',
      'group:32': 'Groups of 32',
      auto: 'Activations scaled while the model runs',
      int16: '16-bit activations',
      'cache:k16v8': 'A cache with 16-bit keys',
      'cache:int16': 'A 16-bit cache',
    },
    line: (change, loss, size, speed) => `${change}: ${loss} less loss, ${size}, ${speed}.`,
    size: (change, larger) =>
      change === null ? 'the same size' : `${change} ${larger ? 'larger' : 'smaller'}`,
    speed: (change, faster) => (change === null ? 'as fast' : `${change} ${faster ? 'faster' : 'slower'}`),
  },
  vocabulary: {
    title: 'What the smaller vocabulary costs',
    texts: {
      evaluation: 'In the text of the report',
      kept: 'In the text that it was cut for',
      written: 'In what the original writes',
    },
    kept: (tokens, of) => `${tokens} of ${of} tokens are left.`,
    length: (text, before, after, apart) =>
      `${text}, ${before} tokens per character become ${after}; ${apart} of the words come apart.`,
    examples: (words) => `Most often: ${words}.`,
    bits: (text, whole, cut, converted) =>
      `${text}, a byte takes the original ${whole} bits, with these tokens ${cut}, and the converted model ${converted}; fewer are better.`,
    lost: (share) => `The original gives ${share} of its probability to tokens that are left out.`,
    divergence:
      'All figures of divergence, perplexity and first choice are over the tokens that are left, on text in their pieces: the original’s probabilities without those of the others, scaled to a sum of 1.',
  },
  meanings: {
    perplexity:
      'Perplexity is how many words the model hesitates between, on average. Lower is better; the ratio should stay near 1.',
    kl: 'How far the predictions moved from the original’s at each position (Kullback-Leibler divergence, nats). 0 is identical.',
    probabilityShift: 'How much the probability of the word that really follows changed.',
    sqnr: 'SQNR is the signal-to-noise ratio of the weights. 6 dB is about one bit; higher is better.',
  },
  labels: {
    kl: 'Mean KL divergence',
    klNote: 'nats, 0 is identical',
    perplexity: 'Perplexity',
    ratio: (ratio) => `ratio ${ratio}`,
    top1: 'Same first choice',
    positions: (positions) => `of ${positions} positions`,
    size: 'Size',
    bits: (bits) => `${bits} bits per weight`,
    mean: 'Mean',
    median: 'Median',
    rank: (share) => `${share} lie below`,
    largest: 'Largest',
    rootMeanSquare: 'Root mean square',
    points: (points) => `${points} points`,
  },
  memories: { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' },
  uses: {
    weights: (bytes) => `weights ${bytes}`,
    cache: (bytes) => `cache ${bytes}`,
    scratch: (bytes) => `scratch ${bytes}`,
    separator: ', ',
    of: (used, capacity) => `${used} of ${capacity}`,
  },
  scheme: describeScheme,
  plan: ENGLISH_PLAN,
  origins: {
    given: 'the text that was given',
    'written by the original model': 'text that the original model wrote itself',
  },
  layers: {
    heading: 'Which layer lost most?',
    text: 'How far the weights of each layer moved, relative to their size. A layer that stands out suffers most from small numbers.',
    column: 'Layer',
    error: 'Relative error',
    layer: (layer) => `Layer ${layer}`,
    others: 'Embedding and head',
    alike: (least, most) => `All layers moved about as much: ${least} to ${most}.`,
    worst: (layer, most, least) => `${layer} moved most, ${most}; the least moved ${least}.`,
  },
  spread: {
    question: 'How are its weights spread?',
    peak: (share) => `${share} in the fullest bin`,
    outside: (share) => `${share} lie further out`,
    key: { before: 'before', after: 'after' },
  },
  file: {
    model: 'Model',
    title: (name) => `${name}: before and after`,
    subtitle: 'Before and after the conversion',
    settings: (scheme, context, board) => `${scheme} · context ${context} · ${board}`,
    kl: (positions) => `KL divergence over ${positions} positions`,
    shift: 'Probability of the true next token',
    memoryOf: (board) => `Memory of ${board}`,
    fits: 'It fits.',
    fitsNot: 'It does not fit.',
    memoryColumns: { memory: 'Memory', used: 'Used', for: 'For' },
    textsAfter: (prompt) => `What both write after “${prompt}”`,
    same: 'Both texts are the same.',
    marked: 'Everything from the first difference on is marked. Each word is the most likely one.',
    original: 'Original',
    converted: 'Converted',
    endsHere: '(ends here)',
    tensors: 'Tensors',
    inputs: {
      title: 'Inputs of matrices',
      text: 'Signal over rounding noise of the vectors that each matrix is multiplied with, for every kind of code; the kind in use stands out. Then what INT8 costs there by itself, and how much longer 16 bits would take for a token, as predicted.',
      kl: 'KL, INT8 alone',
      micros: '16 bits, µs',
    },
    charts: 'The charts show how the weights are spread: filled before, line after.',
    columns: {
      name: 'Name',
      shape: 'Shape',
      dtype: 'Type',
      before: 'Before',
      after: 'After',
      sqnr: 'SQNR',
      largest: 'Largest',
      weights: 'Weights',
    },
    histogram: 'Histogram of the weights',
    range: 'Range',
    measured: (origin, sequences, positions) =>
      `Measured on ${origin}: ${sequences} sequences, ${positions} positions.`,
  },
};
