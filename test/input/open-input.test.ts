/** Which kind of input a folder is, and that a container which carries its own metadata needs no other room to know it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hfFolder, hfFolderInput } from '../../src/input/hf-folder.js';
import type { InputKind, ModelInput } from '../../src/input/model-input.js';
import { openInput } from '../../src/input/open-input.js';
import { readDecoder } from '../../src/model/read.js';
import { openModelInput } from '../../src/pipeline/open-model.js';
import { FormatError } from '../../src/shared/errors.js';
import type { JsonValue } from '../../src/source/strict-json.js';
import { parseStrictJson } from '../../src/source/strict-json.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { utf8, writeSafetensors } from '../checkpoint/write-safetensors.js';
import { folderOf, readTiny, tinyModel } from '../model/tiny-model.js';
import { testRuntime } from '../support/runtime.js';

/** A container of one file: its safetensors metadata carries the configuration. */
const carrier: InputKind = {
  label: 'throw-away container',
  async open(folder) {
    const source = await folder.open('model.carrier');
    if (source === null) return null;
    const weights = hfFolderInput(
      memoryFolder(folder.name, { 'model.safetensors': await source.read(0, source.size) }),
    );
    const config = (await weights.checkpoint()).metadata['config'] ?? '{}';
    const input: ModelInput = {
      name: folder.name,
      config: async () => ({
        fields: parseStrictJson(config) as ReadonlyMap<string, JsonValue>,
        file: 'model.carrier, key "config"',
      }),
      generation: async () => null,
      checkpoint: (signal) => weights.checkpoint(signal),
      tokenizer: async () => null,
      hasSentencePiece: async () => false,
      chat: async () => null,
      licence: async () => 'mit',
      files: async () => [{ name: source.name, needed: true }],
    };
    return input;
  },
};

function carrierFile(config: Record<string, unknown>): Uint8Array {
  return writeSafetensors(tinyModel().tensors, { config: JSON.stringify(config) });
}

test('a folder that is no other kind is a HuggingFace folder', async () => {
  const input = await openInput(folderOf(tinyModel()));
  assert.equal(input.name, 'tiny');
  assert.equal((await input.config()).file, 'config.json');
  const nothing = await openInput(memoryFolder('nothing', {}), undefined, []);
  await assert.rejects(nothing.config(), FormatError);
});

test('a container with its own metadata: one kind in the list, and every room reads it', async () => {
  const kinds = [carrier, hfFolder];
  const folder = memoryFolder('packed', { 'model.carrier': carrierFile(tinyModel().config) });
  const input = await openInput(folder, undefined, kinds);
  // The same model but for where its sizes were read.
  const tiny = await readTiny();
  const file = 'model.carrier, key "config"';
  const expected = { ...tiny, readFrom: { ...tiny.readFrom, file, endsFile: file } };
  assert.deepEqual(await readDecoder(input), expected);
  const opened = await openModelInput(input, await testRuntime());
  assert.deepEqual(opened.model, expected);
  assert.equal(opened.tokenizer, null);
  const plain = await openInput(folderOf(tinyModel()), undefined, kinds);
  assert.equal((await plain.config()).file, 'config.json');
});

test("what is wrong with a container's metadata is said of the container and its key", async () => {
  const folder = memoryFolder('packed', {
    'model.carrier': carrierFile({ ...tinyModel().config, hidden_size: 'wide' }),
    'config.json': utf8('{}'),
  });
  const input = await openInput(folder, undefined, [carrier, hfFolder]);
  await assert.rejects(readDecoder(input), /^FormatError: model\.carrier, key "config": hidden_size: /);
});
