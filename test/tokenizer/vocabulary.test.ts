/** What a cut of each kind of vocabulary must keep, and what is left of its description. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenizerPart } from '../../src/input/model-input.js';
import { UnsupportedError } from '../../src/shared/errors.js';
import { isJsonObject, type JsonValue } from '../../src/source/strict-json.js';
import { cutTokenizer, vocabularyOf } from '../../src/tokenizer/index.js';
import { definition } from './fixtures.js';

interface Definition {
  readonly model: Record<string, unknown>;
  readonly [key: string]: unknown;
}

function partOf(json: Definition): TokenizerPart {
  return { definition: definition(JSON.stringify(json)), names: null, added: [] };
}

/** Maps as objects. */
function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(plain);
  return isJsonObject(value)
    ? Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]))
    : value;
}

/** What is left of a tokenizer. */
function cut(json: Definition, ids: ReadonlyMap<string, number>, kept: readonly number[]): Definition {
  const { part } = cutTokenizer(partOf(json), new Set(kept), (text) => ids.get(text) ?? null);
  return plain(part.definition.fields) as Definition;
}

const DECODER = { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] };

test('pieces with scores: the likeliest first, and the least likely stays, from which the unknown is reckoned', async () => {
  const vocab = [
    ['<unk>', 0],
    ['<0x41>', 0],
    ['▁the', -2],
    ['a', -5],
    ['rare', -12],
    ['▁', -3],
    ['often', -1],
    ['Ж', -9],
  ] as const;
  const json = { decoder: DECODER, model: { type: 'Unigram', unk_id: 0, byte_fallback: true, vocab } };
  const found = await vocabularyOf(partOf(json));
  // One byte is not enough to spell what has no token.
  assert.equal(found.hasBytes, false);
  assert.deepEqual(found.characters, [5, 3, 7]);
  assert.deepEqual(found.usual.slice(-3), [6, 2, 4]);
  assert.deepEqual([...found.needed].sort(), [0, 1, 3, 4, 5]);
  assert.deepEqual(found.madeOf(2), [2]);
  assert.deepEqual(found.madeOf(99), []);
  const ids = new Map(vocab.map(([piece], id) => [piece, id]));
  const { model } = cut(json, ids, [0, 1, 4, 5, 6]);
  assert.deepEqual(model['vocab'], [
    ['<unk>', 0],
    ['<0x41>', 0],
    ['rare', -12],
    ['▁', -3],
    ['often', -1],
  ]);
  assert.equal(model['unk_id'], 0);
  // The unknown token moves with those before it.
  const moved = { ...json, model: { ...json.model, unk_id: 4 } };
  assert.equal(cut(moved, ids, [3, 4, 5]).model['unk_id'], 1);
});

test('pieces of words: both forms of a character stay, and the description is numbered anew', async () => {
  const vocab = { '[UNK]': 0, a: 1, '##a': 2, the: 3, '##re': 4, 字: 5, '##字': 6 };
  const json = {
    added_tokens: [{ id: 0, content: '[UNK]', special: true }],
    post_processor: {
      type: 'TemplateProcessing',
      special_tokens: { '[UNK]': { id: '[UNK]', ids: [0], tokens: ['[UNK]'] } },
    },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', vocab },
  };
  const found = await vocabularyOf(partOf(json));
  assert.equal(found.hasBytes, false);
  assert.deepEqual(found.characters, [1, 2, 5, 6]);
  assert.deepEqual(found.usual, [0, 3, 4]);
  assert.deepEqual([...found.needed].sort(), [0, 1, 2]);
  const left = cut(json, new Map(Object.entries(vocab)), [0, 2, 4, 6]);
  assert.deepEqual(left.model['vocab'], { '[UNK]': 0, '##a': 1, '##re': 2, '##字': 3 });
  assert.deepEqual(left['post_processor'], json.post_processor);
});

test('whole words: each by itself', async () => {
  const vocab = { lamp: 0, on: 1, '?': 2, unknown: 3 };
  const found = await vocabularyOf(partOf({ model: { type: 'WordLevel', unk_token: 'unknown', vocab } }));
  assert.deepEqual(found.characters, [2]);
  assert.deepEqual([...found.needed].sort(), [2, 3]);
  assert.deepEqual(found.madeOf(0), [0]);
});

test('a model without a type is known by what it has, and one that there is not is refused', async () => {
  assert.deepEqual((await vocabularyOf(partOf({ model: { vocab: [['x', -1]] } }))).characters, [0]);
  assert.deepEqual((await vocabularyOf(partOf({ model: { vocab: { x: 0 } } }))).characters, [0]);
  await assert.rejects(
    vocabularyOf(partOf({ model: { type: 'Bigram', vocab: {} } })),
    (error) => error instanceof UnsupportedError && /kind Bigram cannot be cut/.test(error.message),
  );
});

test('merges stay with their tokens, and a mark inside of words is not written twice', async () => {
  const vocab = { a: 0, b: 1, '##b': 2, '##c': 3, ab: 4, '##bc': 5, abc: 6 };
  const json = {
    model: {
      type: 'BPE',
      continuing_subword_prefix: '##',
      vocab,
      merges: [
        ['a', '##b'],
        ['##b', '##c'],
        ['ab', '##c'],
      ],
    },
  };
  const left = cut(json, new Map(Object.entries(vocab)), [0, 2, 3, 4, 6]);
  assert.deepEqual(left.model['vocab'], { a: 0, '##b': 1, '##c': 2, ab: 3, abc: 4 });
  assert.deepEqual(left.model['merges'], [
    ['a', '##b'],
    ['ab', '##c'],
  ]);
});
