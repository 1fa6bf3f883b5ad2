/** The report's English: what each verdict and each figure means, in a sentence a learner understands. */
import type { Verdict } from '../quantize/report.js';

/** A verdict as a headline and what it means. */
export interface VerdictWords {
  readonly title: string;
  readonly meaning: string;
}

export const VERDICTS: Record<Verdict, VerdictWords> = {
  undecided: {
    title: 'Too little text to judge',
    meaning:
      'The figures below come from too few words to say how good the small model is. Give a longer text.',
  },
  indistinguishable: {
    title: 'Indistinguishable',
    meaning: 'The small model predicts practically the same next words as the original.',
  },
  negligible: {
    title: 'Negligible loss',
    meaning: 'Differences show in the numbers, hardly ever in the text.',
  },
  small: {
    title: 'Small loss',
    meaning: 'Some words come out differently; the sense stays.',
  },
  moderate: {
    title: 'Moderate loss',
    meaning: 'The text differs noticeably. A finer granularity will help.',
  },
  large: {
    title: 'Large loss',
    meaning: 'The model is visibly worse than the original. Use one scale per channel or small groups.',
  },
  severe: {
    title: 'Severe loss',
    meaning:
      'The converted model no longer behaves like the original. Use a finer granularity and dynamic activations.',
  },
};

/** What a figure measures, one sentence each. */
export const FIGURES = {
  perplexity:
    'How many words the model hesitates between, on average. Lower is better; the ratio should stay near 1.',
  kl: 'How far the predictions moved from the original’s at each position (Kullback-Leibler divergence, nats). 0 is identical.',
  top1: 'How often both models put the same word first.',
  probabilityShift: 'How much the probability of the word that really follows changed.',
  sqnr: 'Signal-to-noise ratio of the weights. 6 dB is about one bit; higher is better.',
} as const;

/** Where the text that both models read came from. */
export const TEXT_ORIGIN = {
  given: 'the text that was given',
  'written by the original model': 'text that the original model wrote itself',
} as const;
