/** A key of a Unigram model in the form of tokenizer.json, of our own: its scores were never written as decimals. */
export const EXACT_SCORES = 'exact_scores';
