import type { Note } from '../../src/worker/notes.js';

/** One of each note. */
export const SAMPLE_NOTES: readonly Note[] = [
  { code: 'architecture-assumed', architecture: 'LlamaForCausalLM' },
  { code: 'context-limited', positions: 32, original: 128 },
  { code: 'rotary-dynamic', positions: 512 },
  { code: 'ids-ignored', key: 'eos_token_id', ids: [999, 1000], file: 'config.json', vocabSize: 96 },
  { code: 'head-absent' },
  { code: 'head-differs' },
  { code: 'rotary-recomputed', count: 6 },
  { code: 'tokenizer-absent', sentencePiece: false },
  { code: 'tokenizer-absent', sentencePiece: true },
  { code: 'tokenizer-larger', ids: 105, rows: 96 },
  { code: 'tokenizer-setting', setting: 'padding' },
  { code: 'chat-absent' },
  { code: 'tokenizer-other', token: 'XYZZY', id: 1, ids: [2] },
  { code: 'calibration-cut', tokens: 123 },
  { code: 'evaluation-cut', tokens: 123 },
  { code: 'sampling-ignored', key: 'XYZZY', value: 'XYZZY', file: 'XYZZY' },
  { code: 'chat-unused', reason: 'XYZZY' },
  { code: 'chat-no-begin' },
  { code: 'chat-date', date: 'XYZZY' },
  { code: 'chat-one-turn', reason: 'XYZZY' },
  { code: 'chat-no-system', reason: 'XYZZY' },
  { code: 'on-page' },
];
