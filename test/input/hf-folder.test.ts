/** A HuggingFace folder as parts: what is read, when, how often, and from where a part is said to be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { FormatError, TransportError, UnsupportedError } from '../../src/shared/errors.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { utf8, writeSafetensors } from '../checkpoint/write-safetensors.js';

const TENSORS = { a: { dtype: 'F32', shape: [1] } } as const;

/** A folder that tells the names that were opened. */
function told(files: Record<string, Uint8Array>): { folder: ModelFolder; opened: string[] } {
  const inner = memoryFolder('told', files);
  const opened: string[] = [];
  const folder: ModelFolder = {
    ...inner,
    open: (name, signal) => {
      opened.push(name);
      return inner.open(name, signal);
    },
  };
  return { folder, opened };
}

test('nothing is read before it is asked for, and each part once', async () => {
  const { folder, opened } = told({
    'config.json': utf8('{"model_type":"llama"}'),
    'tokenizer.json': utf8('{"version":"1.0"}'),
    'tokenizer_config.json': utf8('{"chat_template":"T"}'),
    'model.safetensors': writeSafetensors(TENSORS),
  });
  const input = hfFolderInput(folder);
  assert.deepEqual(opened, []);
  const [first, second] = [await input.config(), await input.config()];
  assert.equal(first, second);
  assert.equal(first.file, 'config.json');
  assert.equal(first.fields.get('model_type'), 'llama');
  assert.deepEqual(opened, ['adapter_config.json', 'config.json']);

  opened.length = 0;
  const tokenizer = await input.tokenizer();
  assert.equal(tokenizer?.definition.file, 'tokenizer.json');
  assert.equal(tokenizer.names?.file, 'tokenizer_config.json');
  const chat = await input.chat();
  assert.deepEqual(chat?.template, { text: 'T', file: 'tokenizer_config.json' });
  assert.equal(chat.names, tokenizer.names);
  const beside = ['tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'];
  assert.deepEqual(opened, ['tokenizer.json', ...beside, 'chat_template.jinja']);

  opened.length = 0;
  assert.equal(await input.checkpoint(), await input.checkpoint());
  assert.deepEqual(opened, ['model.safetensors']);

  opened.length = 0;
  const files = await input.files();
  assert.deepEqual(
    files.filter(({ needed }) => needed),
    [{ name: 'model.safetensors', needed: true }],
  );
  assert.ok(files.some(({ name }) => name === 'LICENSE'));
  assert.deepEqual(opened, ['model.safetensors']);
});

test('a template is said to be where it was found, strongest place first', async () => {
  const names = utf8('{"chat_template":"N"}');
  const jinja = { 'chat_template.jinja': utf8('J'), 'tokenizer_config.json': names };
  const old = { 'chat_template.json': utf8('{"chat_template":"O"}') };
  const place = async (files: Record<string, Uint8Array>): Promise<string | undefined> =>
    (await hfFolderInput(memoryFolder('m', files)).chat())?.template.file;
  assert.equal(await place({ ...jinja, ...old }), 'chat_template.jinja');
  assert.equal(await place({ 'tokenizer_config.json': names, ...old }), 'tokenizer_config.json');
  assert.equal(await place(old), 'chat_template.json');
  assert.equal(await place({}), undefined);
});

test('absent parts are null, a missing config is an error, an adapter is refused before its config is looked at', async () => {
  const empty = hfFolderInput(memoryFolder('empty', {}));
  assert.equal(await empty.generation(), null);
  assert.equal(await empty.tokenizer(), null);
  assert.equal(await empty.hasSentencePiece(), false);
  assert.equal(await empty.licence(), null);
  await assert.rejects(empty.config(), (error) => error instanceof FormatError && error.code === 'no-config');
  const adapter = memoryFolder('a', {
    'adapter_config.json': utf8('{"peft_type":"LORA"}'),
    'config.json': utf8('{'),
  });
  await assert.rejects(
    hfFolderInput(adapter).config(),
    (error) => error instanceof UnsupportedError && error.code === 'adapter',
  );
});

test('a part that could not be read is read again when asked again', async () => {
  const inner = memoryFolder('m', { 'config.json': utf8('{}') });
  let isDown = true;
  const input = hfFolderInput({
    ...inner,
    open: async (name) => {
      if (isDown) throw new TransportError('the line is down');
      return inner.open(name);
    },
  });
  await assert.rejects(input.config(), TransportError);
  isDown = false;
  assert.equal((await input.config()).file, 'config.json');
});

test('the licence is the one that the front matter names', async () => {
  const licence = (card: string): Promise<string | null> =>
    hfFolderInput(memoryFolder('m', { 'README.md': utf8(card) })).licence();
  assert.equal(await licence('---\nlanguage: en\nlicense: "apache-2.0"\n---\n# Model\n'), 'apache-2.0');
  assert.equal(await licence('---\r\nlicense: mit\r\n---\r\n'), 'mit');
  assert.equal(await licence('# Model\n\nlicense: mit\n'), null);
  assert.equal((await licence(`---\nlicense: ${'x'.repeat(200)}\n---\n`))?.length, 80);
});
