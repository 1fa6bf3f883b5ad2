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
  await refused(withKeys('llama', { 'ggml.model': { string: 'bert' } }), /of the kind "bert" is not read/);
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
