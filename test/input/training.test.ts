/** Files of trainings: their models compute what they computed in torch, and a vocabulary of characters is a tokenizer. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openInput } from '../../src/input/open-input.js';
import { readCharacters } from '../../src/input/character-tokenizer.js';
import { readDecoder } from '../../src/model/read.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { FormatError } from '../../src/shared/errors.js';
import { MemorySource, memoryFolder } from '../../src/source/memory-folder.js';
import { utf8 } from '../checkpoint/write-safetensors.js';
import { distance } from '../model/family-fixtures.js';
import { plainForward } from '../model/plain-forward.js';
import { said } from '../said.js';
import { testRuntime } from '../support/runtime.js';

interface Saved {
  readonly file: string;
  readonly ids: readonly number[];
  readonly logits: readonly (readonly number[])[];
}

const { models, meta, characters } = JSON.parse(
  await readFile(new URL('training/files.json', import.meta.url), 'utf8'),
) as { models: Record<string, Saved>; meta: string; characters: string };

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const META = bytesOf(meta);

/** Float32 against float64: some 1e-6 of the largest logit. A wrong model is off by hundredths. */
const TOLERANCE = 2e-5;

for (const [name, { file, ids, logits }] of Object.entries(models)) {
  test(`${name}: the logits are those of torch`, async () => {
    const input = await openInput(memoryFolder('out', { 'ckpt.pt': bytesOf(file) }));
    const [model, checkpoint] = [await readDecoder(input), await input.checkpoint()];
    const found = await plainForward(model, checkpoint, ids);
    found.forEach((row, position) => {
      const away = distance(row, logits[position] ?? []);
      assert.ok(away < TOLERANCE, `position ${position}: ${away}`);
    });
    assert.deepEqual(
      (await input.files()).filter(({ needed }) => needed).map((part) => part.name),
      ['ckpt.pt'],
    );
  });
}

const BIASED = bytesOf((models['nanoGPT with biases'] as Saved).file);

test('the characters of meta.pkl are the tokens', async () => {
  const folder = memoryFolder('out', { 'ckpt.pt': BIASED, 'meta.pkl': META });
  const { tokenizer, model } = await openModel(folder, await testRuntime());
  assert.ok(tokenizer !== null);
  assert.equal(tokenizer.vocabSize, characters.length);
  const text = 'Zoë heißt: 中\n';
  const known = [...text].filter((letter) => characters.includes(letter));
  const ids = tokenizer.encode(known.join(''));
  assert.deepEqual(
    ids,
    known.map((letter) => [...characters].indexOf(letter)),
  );
  assert.equal(tokenizer.decode(ids), known.join(''));
  assert.equal(model.bosId, null);
  assert.deepEqual(model.eosIds, []);
});

test('without a tokenizer it is said which is wanted', async () => {
  const { notes } = await openModel(memoryFolder('out', { 'ckpt.pt': BIASED }), await testRuntime());
  assert.match(said(notes), /put the meta\.pkl of its training data beside it/);
});

test('two trainings in a folder are told, and one of another kind says that sizes are missing', async () => {
  await assert.rejects(
    openInput(memoryFolder('out', { 'ckpt.pt': BIASED, 'best.pt': BIASED })),
    (error) => error instanceof FormatError && error.code === 'two-models',
  );
});

test('a vocabulary that is none is refused by the character', async () => {
  const read = (bytes: Uint8Array): Promise<unknown> => readCharacters(new MemorySource('meta.pkl', bytes));
  // {"stoi": {…}} in protocol 2: PROTO 2, EMPTY_DICT, the key, EMPTY_DICT, a text and a number, SETITEM, SETITEM, STOP.
  const pickle = (text: string, id: number): Uint8Array =>
    Uint8Array.of(
      ...[0x80, 2, 0x7d, 0x58, 4, 0, 0, 0, ...utf8('stoi'), 0x7d, 0x58, utf8(text).length, 0, 0, 0],
      ...[...utf8(text), 0x4b, id, 0x73, 0x73, 0x2e],
    );
  await read(pickle('a', 0));
  for (const [bytes, message] of [
    [pickle('ab', 0), /no single character/],
    [utf8('nothing'), /not a pickle/],
    [pickle('a', 0).subarray(0, 20), /not a pickle/],
    [Uint8Array.of(0x80, 2, 0x7d, 0x2e), /no ids of characters/],
  ] as const)
    await assert.rejects(read(bytes), (error) => error instanceof FormatError && message.test(error.message));
});
