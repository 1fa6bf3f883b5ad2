/** Tokenizers that llama.cpp's converter wrote into GGUF (`make_tokenizers.py`) give the ids of the originals' library. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openInput } from '../../../src/input/open-input.js';
import type { ModelInput, TokenizerPart } from '../../../src/input/model-input.js';
import { UnsupportedError } from '../../../src/shared/errors.js';
import { memoryFolder } from '../../../src/source/memory-folder.js';
import { isJsonObject } from '../../../src/source/strict-json.js';
import { readTokenizer } from '../../../src/tokenizer/index.js';
import { writeGguf, type TestValue } from '../../checkpoint/gguf/write-gguf.js';
import { engineModule } from '../../tokenizer/engine.js';
import { readCorpus } from '../../tokenizer/fixtures.js';

const { lines, cases } = JSON.parse(await readFile(new URL('tokenizers.json', import.meta.url), 'utf8')) as {
  readonly lines: number;
  readonly cases: Readonly<
    Record<string, { readonly sha256: string; readonly first: Readonly<Record<string, readonly number[]>> }>
  >;
};

const corpus = await readCorpus();

async function open(bytes: Uint8Array): Promise<ModelInput> {
  return openInput(memoryFolder('model', { 'm.gguf': bytes }));
}

async function partOf(name: string): Promise<TokenizerPart> {
  const bytes = new Uint8Array(await readFile(new URL(`tokenizer-${name}.gguf`, import.meta.url)));
  const part = await (await open(bytes)).tokenizer();
  assert.ok(part);
  return part;
}

for (const [name, { sha256, first }] of Object.entries(cases)) {
  test(`${name}: ids are those of the original's library`, async () => {
    const tokenizer = await readTokenizer(await partOf(name), await engineModule());
    for (const [text, ids] of Object.entries(first)) assert.deepEqual([...tokenizer.encode(text)], ids, text);
    const hash = createHash('sha256');
    for (const line of corpus.lines.slice(0, lines)) {
      const ids = tokenizer.encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(line));
      hash.update(new Uint8Array(Uint32Array.of(ids.length, ...ids).buffer));
    }
    assert.equal(hash.digest('hex'), sha256);
  });
}

/** A file with these keys of a tokenizer. */
function withKeys(architecture: string, keys: Readonly<Record<string, TestValue>>): Uint8Array {
  const named = Object.entries(keys).map(([key, value]) => [`tokenizer.${key}`, value] as const);
  return writeGguf({
    values: { 'general.architecture': { string: architecture }, ...Object.fromEntries(named) },
  });
}

const BYTE_LEVEL = {
  'ggml.model': { string: 'gpt2' },
  'ggml.tokens': { strings: ['a', 'b', 'ab', '<e>'] },
  'ggml.merges': { strings: ['a b'] },
} as const;

async function refused(bytes: Uint8Array, expected: RegExp): Promise<void> {
  await assert.rejects(
    (await open(bytes)).tokenizer(),
    (error) =>
      error instanceof UnsupportedError && error.code === 'tokenizer' && expected.test(error.message),
  );
}

test('what is not known of a tokenizer is refused by name', async () => {
  const pre = (name: string) => ({ ...BYTE_LEVEL, 'ggml.pre': { string: name } });
  await refused(withKeys('llama', BYTE_LEVEL), /tokenizer\.ggml\.pre: It does not say by which rule/);
  await refused(withKeys('llama', pre('default')), /does not say by which rule/);
  await refused(
    withKeys('llama', pre('kimi-k2')),
    /the rule "kimi-k2", which is not known\. Known are gpt-2, /,
  );
  await refused(withKeys('llama', { 'ggml.model': { string: 'rwkv' } }), /of the kind "rwkv" is not read/);
  const tokens = Array.from({ length: 400 }, (_, id) => `token${id}`);
  await refused(
    withKeys('llama', {
      'ggml.model': { string: 'llama' },
      'ggml.tokens': { strings: tokens },
      'ggml.scores': { numbers: tokens.map(() => -1000) },
    }),
    /All its tokens have the same score/,
  );
});

test('the architecture tells the rule of files from before there were names', async () => {
  const part = await (await open(withKeys('gptneox', BYTE_LEVEL))).tokenizer();
  assert.ok(part);
  const normalizer = part.definition.fields.get('normalizer');
  assert.equal(isJsonObject(normalizer) && normalizer.get('type'), 'NFC');
});

test('a file without a tokenizer has none; lists that do not fit together are named', async () => {
  assert.equal(await (await open(withKeys('llama', {}))).tokenizer(), null);
  assert.equal(await (await open(withKeys('llama', { 'ggml.model': { string: 'none' } }))).tokenizer(), null);
  const broken = async (keys: Readonly<Record<string, TestValue>>, expected: RegExp) =>
    assert.rejects((await open(withKeys('gpt2', { ...BYTE_LEVEL, ...keys }))).tokenizer(), expected);
  await broken(
    { 'ggml.token_type': { numbers: [1, 1] } },
    /token_type: It is a list of 2, but must be a list for all 4/,
  );
  await broken({ 'ggml.token_type': { numbers: [1, 1, 1, 9] } }, /numbers from 1 to 6/);
  await broken({ 'ggml.merges': { strings: ['ab'] } }, /The merge number 0 is "ab", which is no pair/);
  await broken({ 'ggml.merges': { string: 'a b' } }, /merges: It is "a b", but must be a list/);
  await broken({ 'ggml.tokens': { strings: ['a', 'a'] } }, /The token "a" is there twice/);
});

test('Unigram and WordPiece without a key have the ids and the settings that llama.cpp assumes', async () => {
  const part = async (keys: Readonly<Record<string, TestValue>>) =>
    (await (await open(withKeys('llama', keys))).tokenizer()) ?? assert.fail('none');
  const pieces = ['<pad>', '</s>', '<unk>', '\u2581a', 'b', '<new>', '[PAD0]'];
  const unigram = {
    'ggml.model': { string: 't5' },
    'ggml.tokens': { strings: pieces },
    'ggml.token_type': { numbers: [3, 3, 2, 1, 1, 4, 5] },
    'ggml.scores': { numbers: [0, 0, 0, -1, -2, -1000, -10000] },
    'ggml.add_space_prefix': { bool: true },
  } as const;
  const tokenizer = await readTokenizer(await part(unigram), await engineModule());
  // The placeholder's score, far below all others, is not what the unknown is reckoned from.
  assert.deepEqual([...tokenizer.encode('ab<new>ac')], [3, 4, 5, 3, 2, 1]);
  await assert.rejects(
    part({ ...unigram, 'ggml.unknown_token_id': { uint32: 9 } }),
    /unknown_token_id: It is 9, but must be the id of one of 7 tokens/,
  );
  await assert.rejects(part({ ...unigram, 'ggml.scores': { numbers: [0] } }), /scores of all 7 tokens/);
  await assert.rejects(
    part({ ...unigram, 'ggml.precompiled_charsmap': { strings: ['a'] } }),
    /precompiled_charsmap: It is a list of 1, but must be a list of bytes/,
  );
  const words = ['[PAD]', '\u2581ab', 'c', '[UNK]', '[CLS]', '[SEP]', '\u2581A'];
  const wordPiece = {
    'ggml.model': { string: 'bert' },
    'ggml.tokens': { strings: words },
    'ggml.token_type': { numbers: [3, 1, 1, 3, 3, 3, 1] },
    'ggml.unknown_token_id': { uint32: 3 },
    'ggml.cls_token_id': { uint32: 4 },
    'ggml.seperator_token_id': { uint32: 5 },
  } as const;
  const lower = await readTokenizer(await part(wordPiece), await engineModule());
  assert.deepEqual([...lower.encode('Abc A\u0301bc')], [4, 1, 2, 1, 2, 5]);
  const cased = await readTokenizer(
    await part({
      ...wordPiece,
      'ggml.bos_token_id': { uint32: 4 },
      'ggml.normalizer.lowercase': { bool: false },
      'ggml.add_sep_token': { bool: false },
    }),
    await engineModule(),
  );
  assert.deepEqual([...cased.encode('Abc abc A')], [4, 3, 1, 2, 6]);
});

test('special tokens go by the names that templates use, and the template is the file’s', async () => {
  const input = await open(
    withKeys('gpt2', {
      ...BYTE_LEVEL,
      'ggml.bos_token_id': { uint32: 3 },
      'ggml.eos_token_id': { uint32: 3 },
      chat_template: { string: '{{ bos_token }}' },
    }),
  );
  const chat = await input.chat();
  assert.equal(chat?.template.text, '{{ bos_token }}');
  assert.deepEqual(Object.fromEntries(chat?.names?.fields ?? []), { bos_token: '<e>', eos_token: '<e>' });
});
