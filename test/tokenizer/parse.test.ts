/** tokenizer.json is refused by name when it is broken or asks for what the device cannot do exactly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { parseStrictJson } from '../../src/source/strict-json.js';
import type { JsonObject } from '../../src/source/strict-json.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import type { TokenizerTables } from '../../src/tokenizer/tokenizer.js';
import { said } from '../said.js';
import { definition, folderTokenizer, openJson } from './fixtures.js';

type Json = Record<string, unknown>;

/** A minimal byte-level tokenizer, changed. */
function base(change: Json = {}, model: Json = {}): string {
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, Ġ: 3 }, merges: [['a', 'b']], ...model },
    ...change,
  });
}

/** A minimal tokenizer of characters, changed. */
function pieces(change: Json = {}, model: Json = {}): string {
  return base({ pre_tokenizer: null, decoder: { type: 'Fuse' }, ...change }, model);
}

function parse(json: string, config: string | null = null): Promise<TokenizerTables> {
  return parseTokenizer(definition(json), config === null ? null : (parseStrictJson(config) as JsonObject));
}

const token = (content: string, id: number, flags: Json = {}): Json => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...flags,
});

const replace = (pattern: Json, content: string): Json => ({ type: 'Replace', pattern, content });
const split = (value: string, more: Json = {}): Json => ({
  type: 'Split',
  pattern: { Regex: value },
  behavior: 'Isolated',
  invert: false,
  ...more,
});

/** What is well formed but not supported, with the part that the message must name. */
const UNSUPPORTED: Record<string, [string, RegExp]> = {
  'an unknown model': [base({}, { type: 'Morphemes' }), /model\.type: .*Morphemes/],
  'unigram without unk': [pieces({}, { type: 'Unigram', vocab: [['a', -1]], unk_id: null }), /unk_id/],
  'an endless score': [pieces({}, { type: 'Unigram', vocab: [['a', 1e40]], unk_id: 0 }), /score 1e\+40/],
  'words of bytes': [base({}, { type: 'WordLevel', unk_token: 'a' }), /only supported for BPE/],
  'a long prefix': [
    pieces({}, { type: 'WordPiece', unk_token: 'a', continuing_subword_prefix: '#'.repeat(65) }),
    /more than 64 bytes/,
  ],
  'a giant token': [base({}, { vocab: { a: 0, [`${'a'.repeat(1020)}`]: 1 }, merges: [] }), /1020 bytes/],
  dropout: [base({}, { dropout: 0.1 }), /dropout/],
  'prefix of bytes': [base({}, { continuing_subword_prefix: '##' }), /Marks inside words/],
  'prefix beyond ASCII': [pieces({}, { continuing_subword_prefix: 'é' }), /continuing_subword_prefix.*ASCII/],
  'suffix of bytes': [base({}, { end_of_word_suffix: '</w>' }), /Marks inside words/],
  'suffix and bytes': [pieces({}, { end_of_word_suffix: '</w>', byte_fallback: true }), /Marks inside words/],
  'byte fallback of bytes': [base({}, { byte_fallback: true }), /byte_fallback/],
  'ignore_merges, replacements': [
    pieces({ decoder: { type: 'Replace', pattern: { String: 'a' }, content: 'b' } }, { ignore_merges: true }),
    /Of the replacements/,
  ],
  'bytes in a sequence': [
    base({ normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'ByteLevel' }] } }),
    /normalizers\[1\].*ByteLevel/,
  ],
  'bytes as normalizer': [base({ normalizer: { type: 'ByteLevel' } }), /normalizer ByteLevel/],
  'replace by expression': [
    base({ normalizer: replace({ Regex: '(?<=a)b' }, ' ') }),
    /\(\?<=a\)b.*looks back/,
  ],
  'growing text': [base({ normalizer: replace({ String: 'a' }, 'a'.repeat(65)) }), /times as long/],
  scripts: [base({ pre_tokenizer: { type: 'UnicodeScripts' } }), /UnicodeScripts/],
  'bytes twice': [
    base({
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'ByteLevel', add_prefix_space: false },
          { type: 'ByteLevel', add_prefix_space: false },
        ],
      },
    }),
    /twice/,
  ],
  'two metaspaces': [
    pieces({
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [{ type: 'Metaspace', replacement: '▁' }, { type: 'Digits' }],
      },
    }),
    /last pre-tokenizer/,
  ],
  'metaspace and normalizer': [
    pieces({
      pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first' },
      normalizer: { type: 'Prepend', prepend: '▁' },
    }),
    /Metaspace/,
  ],
  'decoder of another kind': [base({ decoder: { type: 'Fuse' } }), /only supported together/],
  wordpieces: [pieces({ decoder: { type: 'WordPiece', prefix: '##' } }), /another prefix/],
  'words without a decoder': [
    pieces({ decoder: null }, { type: 'WordPiece', unk_token: 'a', continuing_subword_prefix: '##' }),
    /stays inside words\. Use \{"type": "WordPiece", "prefix": "##", "cleanup": true\}/,
  ],
  'a suffix in the middle': [
    pieces({ decoder: { type: 'BPEDecoder', suffix: 'a' } }, { vocab: { a: 0, b: 1, ab: 2, aab: 3 } }),
    /What it makes of the token "ab"/,
  ],
  'order of decoders': [
    pieces({ decoder: { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'ByteFallback' }] } }),
    /order/,
  ],
  'strip before fuse': [
    pieces({ decoder: { type: 'Strip', content: ' ', start: 1, stop: 0 } }),
    /after Fuse/,
  ],
  'strip at the end': [
    pieces({
      decoder: {
        type: 'Sequence',
        decoders: [{ type: 'Fuse' }, { type: 'Strip', content: ' ', start: 0, stop: 1 }],
      },
    }),
    /end is not supported/,
  ],
  'text twice': [
    base({
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ Sequence: { id: 'A' } }, { Sequence: { id: 'A' } }],
        special_tokens: {},
      },
    }),
    /exactly once/,
  ],
  'unknown id': [
    base({
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: 'x' } }, { Sequence: { id: 'A' } }],
        special_tokens: { x: { id: 'x', ids: [77], tokens: ['x'] } },
      },
    }),
    /77/,
  ],
};

/** Expressions that no automaton equals, with the reason that the message must give. */
const EXPRESSIONS: Record<string, RegExp> = {
  '(a)\\1': /backreference/,
  '(?<=a)b': /looks back/,
  '(?<!a)b': /looks back/,
  '\\bword\\b': /looks back/,
  '^a': /"\^" looks back/,
  'a(?=bc)': /more than one character/,
  '(?>ab|a)c': /the group/,
  '(?:ab)++c': /possessive/,
  '(?:a*)*b': /repeats what can be empty/,
  'a*': /matches the empty text/,
  'a(?!\\S|\\s)b': /matches nothing/,
  '\\p{Han}': /property "Han"/,
  '(?i:é)': /case is ignored/,
  '(?i:\\p{Lu})': /case is ignored/,
  '(?i:ss)': /case is ignored/,
  'a{1001}': /more than 1000/,
  '(?:a?b?c?d?e?){900}z': /too long to compile/,
  '(?:(?:[ab]{1,40}){1,40}){1,40}': /it is too long/,
  '(?:[ab]*a[ab]{12}|c)': /more than 1500 states/,
  '[a': /without its/,
  '(a': /without its/,
  'a)': /without its/,
  '\\X': /escape/,
};

for (const [value, reason] of Object.entries(EXPRESSIONS)) {
  test(`an expression that is refused: ${value}`, async () => {
    await assert.rejects(
      parse(base({ pre_tokenizer: split(value) })),
      (error) =>
        error instanceof UnsupportedError &&
        error.message.includes(`Splitting by the expression ${JSON.stringify(value)} is not supported`) &&
        reason.test(error.message),
    );
  });
}

/** What contradicts itself. */
const BROKEN: Record<string, [string, RegExp]> = {
  'no model': [base({ model: undefined }), /model: It is missing/],
  'no vocabulary': [base({}, { vocab: [] }), /vocab/],
  'a negative id': [base({}, { vocab: { a: -1 }, merges: [] }), /no id/],
  'a large id': [base({}, { vocab: { a: 1048576 }, merges: [] }), /no id/],
  'an id twice': [base({}, { vocab: { a: 0, b: 0 }, merges: [] }), /both have the id 0/],
  'a merge of nothing': [base({}, { merges: [['a', 'c']] }), /merges\[0\].*"c"/],
  'a merge into nothing': [base({}, { merges: [['b', 'a']] }), /"ba"/],
  'a merge of three': [base({}, { merges: ['a b c'] }), /not a pair/],
  'mixed merges': [base({}, { merges: ['a b', ['a', 'b']] }), /not a pair/],
  'an unknown token without id': [base({}, { unk_token: '<unk>' }), /unk_token/],
  'another version': [base({ version: '2.0' }), /version/],
  'added twice': [base({ added_tokens: [token('x', 4), token('x', 4)] }), /added twice/],
  'added with another id': [base({ added_tokens: [token('x', 9)] }), /can only get 4/],
  'added against the vocabulary': [base({ added_tokens: [token('ab', 4)] }), /can only get 2/],
  'added without text': [base({ added_tokens: [token('', 4)] }), /empty/],
  'nested without end': [base({ normalizer: nested(30) }), /has more than|normalizers/],
};

function nested(depth: number): Json {
  return depth === 0
    ? { type: 'Sequence' }
    : { type: 'Sequence', normalizers: [nested(depth - 1), nested(0)] };
}

for (const [name, [json, message]] of Object.entries(UNSUPPORTED)) {
  test(`refused by name: ${name}`, async () => {
    await assert.rejects(
      parse(json),
      (error) =>
        error instanceof UnsupportedError &&
        message.test(error.message) &&
        // Another model's tokenizer would convert without a word, and the model would write nonsense.
        error.message.endsWith('Choose another model, or remove tokenizer.json to work with token ids.'),
    );
  });
}

for (const [name, [json, message]] of Object.entries(BROKEN)) {
  test(`refused as broken: ${name}`, async () => {
    await assert.rejects(parse(json), (error) => error instanceof FormatError && message.test(error.message));
  });
}

test('facts about the tokenizer', async () => {
  const config = JSON.stringify({ bos_token: { content: '<s>' }, eos_token: '</s>' });
  const json = base({
    added_tokens: [token('<s>', 4), token('</s>', 5, { special: false })],
    truncation: { max_length: 4 },
  });
  const tables = await parse(json, config);
  assert.equal(tables.vocabSize, 6);
  assert.equal(tables.bosId, 4);
  assert.equal(tables.eosId, 5);
  assert.deepEqual(tables.specialIds, [4]);
  assert.equal(tables.tokenText(2), 'ab');
  assert.equal(tables.tokenId('ab'), 2);
  assert.equal(tables.tokenId('zz'), null);
  assert.match(said(tables.notes), /truncation/);
  const tokenizer = await openJson(json);
  assert.deepEqual(tokenizer.encode('ab a<s>b'), [2, 3, 0, 4, 1]);
  assert.equal(tokenizer.decode([2, 3, 0, 4, 1, 99]), 'ab a<s>b');
  assert.equal(tokenizer.decode([2, 3, 0, 4, 1], { skipSpecial: true }), 'ab ab');
});

test('a merge that is listed twice has its later rank', async () => {
  const vocab = { a: 0, b: 1, c: 2, ab: 3, bc: 4 };
  const ids = async (merges: string[]): Promise<number[]> =>
    (await openJson(base({}, { vocab, merges }))).encode('abc');
  assert.deepEqual(await ids(['a b', 'b c']), [3, 2]);
  assert.deepEqual(await ids(['a b', 'b c', 'a b']), [0, 4]);
});

test('a text that continues another gets no space before it', async () => {
  const vocab = { '▁': 0, a: 1, '▁a': 2 };
  const merges = ['▁ a'];
  const first = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
  const legacy = {
    type: 'Sequence',
    normalizers: [{ type: 'Prepend', prepend: '▁' }, replace({ String: ' ' }, '▁')],
  };
  for (const change of [{ pre_tokenizer: first }, { normalizer: legacy }]) {
    const tokenizer = await openJson(pieces(change, { vocab, merges }));
    assert.deepEqual(tokenizer.encode('a'), [2]);
    assert.deepEqual(tokenizer.encode('a', { continues: true }), [1]);
    assert.deepEqual(tokenizer.encode(' a', { continues: true }), [2]);
  }
});

test('a stream never cuts a character, and what cannot be one becomes U+FFFD', async () => {
  const vocab = { '<0xC3>': 0, '<0xA9>': 1, '<0xFF>': 2, a: 3, '▁a': 4 };
  const decoder = {
    type: 'Sequence',
    decoders: [
      replace({ String: '▁' }, ' '),
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  };
  const tokenizer = await openJson(pieces({ decoder }, { vocab, merges: [] }));
  const parts = (ids: number[]): string[] => {
    const stream = tokenizer.decodeStream();
    return [...ids.map((id) => stream.push(id)), stream.finish()];
  };
  assert.deepEqual(parts([4, 4, 0, 1, 3]), ['a', ' a', '', 'é', 'a', '']);
  assert.deepEqual(parts([3, 0]), ['a', '', '\ufffd']);
  assert.deepEqual(parts([0, 3]), ['', '\ufffda', '']);
  // The library takes back the é once the run turns out not to be UTF-8; a stream has given it already.
  assert.deepEqual(parts([0, 1, 2]), ['', 'é', '\ufffd', '']);
  assert.equal(tokenizer.decode([0, 1, 2]), '\ufffd\ufffd\ufffd');
});

test('only what needs parts is written in their layout', async () => {
  const version = async (json: string): Promise<number | undefined> => (await parse(json)).section[0];
  assert.equal(await version(base()), 1);
  const by = (value: string): string =>
    base({
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [split(value), { type: 'ByteLevel', add_prefix_space: false }],
      },
    });
  assert.equal(await version(by('[0-9]')), 1);
  assert.equal(await version(by('[0-8]')), 2);
});

test('a normalized added token that an expression of the normalizer changes is refused', async () => {
  const normalizer = replace({ Regex: ' {2,}' }, ' ');
  const added = (content: string) =>
    base({ normalizer, added_tokens: [token(content, 4, { normalized: true })] });
  assert.equal((await openJson(added('a b'))).encode('a b')[0], 4);
  await assert.rejects(parse(added('a  b')), /normalizer may change it/);
  await assert.rejects(parse(added('é')), /normalizer may change it/);
});

test('more than 65,536 ids take the wide tables', async () => {
  const vocab: Record<string, number> = { a: 0, b: 1, ab: 2 };
  for (let id = 3; id < 70000; id++) vocab[`t${id}`] = id;
  vocab['abab'] = 70000;
  vocab['whole'] = 70001;
  const tokenizer = await openJson(
    base(
      {},
      {
        vocab,
        merges: [
          ['a', 'b'],
          ['ab', 'ab'],
        ],
        ignore_merges: true,
      },
    ),
  );
  assert.deepEqual(tokenizer.encode('ababab'), [70000, 2]);
  assert.equal(tokenizer.decode([70000, 2]), 'ababab');
  assert.deepEqual(tokenizer.encode('whole'), [70001]); // no merge makes it
});

test('a folder without tokenizer.json has no tokenizer', async () => {
  assert.equal(await folderTokenizer(memoryFolder('m', {})), null);
  const bytes = new TextEncoder().encode(base());
  const tokenizer = await folderTokenizer(memoryFolder('m', { 'tokenizer.json': bytes }));
  assert.deepEqual(tokenizer?.encode('ab'), [2]);
  const cut = memoryFolder('m', { 'tokenizer.json': bytes.slice(0, -1) });
  await assert.rejects(folderTokenizer(cut), FormatError);
});
