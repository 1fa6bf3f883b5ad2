/** Folders that are something else: named for what they are, with a remedy that works when it is followed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInput } from '../../src/input/open-input.js';
import { readDecoder } from '../../src/model/read.js';
import { FormatError } from '../../src/shared/errors.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { fileListFolder } from '../../src/source/file-list-folder.js';
import { utf8 } from '../checkpoint/write-safetensors.js';
import { syntheticFolder } from '../support/synthetic-model.js';

type Files = Record<string, Uint8Array>;

const NOTHING = utf8('{}');
const PAGE = utf8('<!DOCTYPE html>\n<html class="">\n<head><title>x/y at main</title></head></html>');
const POINTER = utf8('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n');

/** The parts of a sound model. */
async function sound(): Promise<Files> {
  const folder = syntheticFolder({});
  const files: Files = {};
  for (const name of ['config.json', 'model.safetensors']) {
    const source = await folder.open(name);
    assert.ok(source !== null);
    files[name] = await source.read(0, source.size);
  }
  return files;
}

/** As a person chooses it. */
function chosen(files: Files): ModelFolder {
  return fileListFolder(
    Object.entries(files).map(([path, bytes]) => ({
      path: `chosen/${path}`,
      file: new File([bytes.slice()], path.split('/').at(-1) ?? path),
    })),
  );
}

const at = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));

const read = async (files: Files): Promise<unknown> => readDecoder(await openInput(chosen(files)));

const CONFIG = (change: Record<string, unknown>): Uint8Array => utf8(JSON.stringify(change));

interface Case {
  /** What lies there beside, or in the place of, the parts of a sound model. */
  readonly files: (model: Files) => Files;
  readonly code: string;
  readonly message: RegExp;
  /** The folder once the remedy was followed; absent where it is another model. */
  readonly remedied?: (model: Files) => Files;
}

const CASES: Readonly<Record<string, Case>> = {
  'a pipeline of diffusers': {
    files: () => ({
      'model_index.json': NOTHING,
      'unet/config.json': NOTHING,
      'text_encoder/config.json': NOTHING,
    }),
    code: 'family',
    message: /pipeline of diffusers/,
  },
  'a download that is not finished': {
    files: () => ({ 'model.safetensors.incomplete': NOTHING }),
    code: 'missing-files',
    message: /not finished: model\.safetensors\.incomplete.*until no such file is left/,
    remedied: (model) => model,
  },
  'a cut-off download': {
    files: (model) => ({
      ...model,
      'model.safetensors': (model['model.safetensors'] as Uint8Array).slice(0, -9),
    }),
    code: 'broken-file',
    message: /model\.safetensors: .*[Dd]ownload/,
    remedied: (model) => model,
  },
  'a page saved in the place of the weights': {
    files: (model) => ({ ...model, 'model.safetensors': PAGE }),
    code: 'broken-file',
    message: /page of the web \(HTML\).*with the arrow beside its name/,
    remedied: (model) => model,
  },
  'a page saved in the place of the config': {
    files: (model) => ({ ...model, 'config.json': PAGE }),
    code: 'broken-file',
    message: /config\.json: The file is a page of the web/,
    remedied: (model) => model,
  },
  'a page saved in the place of a PyTorch file': {
    files: (model) => ({ 'config.json': model['config.json'] as Uint8Array, 'pytorch_model.bin': PAGE }),
    code: 'broken-file',
    message: /pytorch_model\.bin: The file is a page of the web/,
    remedied: (model) => model,
  },
  'pointers of Git LFS': {
    files: (model) => ({ ...model, 'model.safetensors': POINTER }),
    code: 'lfs-pointer',
    message: /git lfs pull/,
    remedied: (model) => model,
  },
  'an entry of a download cache without a snapshot': {
    files: () => ({ [`blobs/${'0'.repeat(64)}`]: NOTHING, 'refs/main': NOTHING }),
    code: 'no-config',
    message: /download cache without a snapshot.*below "snapshots"/,
    remedied: (model) => model,
  },
  'weights without a config': {
    files: (model) => ({ 'model.safetensors': model['model.safetensors'] as Uint8Array }),
    code: 'no-config',
    message: /no config\.json, which says what the weights in model\.safetensors are\. Put the config\.json/,
    remedied: (model) => model,
  },
  'a tokenizer without a model': {
    files: () => ({ 'tokenizer.json': NOTHING, 'tokenizer_config.json': NOTHING }),
    code: 'no-weights',
    message: /a tokenizer and no model\. Put the model's config\.json and weights into the same folder/,
    remedied: (model) => model,
  },
  'a folder around two models': {
    files: (model) => ({ ...at('one', model), ...at('two', model) }),
    code: 'several-models',
    message: /It holds 2 models, each in a folder of its own\. Choose one of them: one, two/,
    remedied: (model) => at('one', model),
  },
  'an encoder': {
    files: (model) => ({
      ...model,
      'config.json': CONFIG({ architectures: ['BertModel'], model_type: 'bert' }),
    }),
    code: 'encoder',
    message: /\("bert"\) reads text, pictures or sound into numbers and writes no text/,
  },
  'a model of pictures': {
    files: (model) => ({
      ...model,
      'config.json': CONFIG({ architectures: ['ViTModel'], model_type: 'vit' }),
    }),
    code: 'encoder',
    message: /\("vit"\) reads/,
  },
  'an encoder with a decoder': {
    files: (model) => ({
      ...model,
      'config.json': CONFIG({ architectures: ['T5Model'], model_type: 't5', is_encoder_decoder: true }),
    }),
    code: 'encoder-decoder',
    message: /an encoder and a decoder/,
  },
};

for (const [file, kind] of [
  ['model.onnx', 'ONNX'],
  ['model.tflite', 'TensorFlow Lite'],
  ['tf_model.h5', 'Keras'],
  ['flax_model.msgpack', 'Flax'],
  ['saved_model.pb', 'TensorFlow'],
  ['model.ckpt.index', 'TensorFlow'],
  ['openvino_model.xml', 'OpenVINO'],
] as const) {
  for (const config of [true, false]) {
    test(`named for what it is: ${file}, ${config ? 'with' : 'without'} a config`, async () => {
      const { 'config.json': text = NOTHING } = await sound();
      const files = { [file]: NOTHING, ...(config ? { 'config.json': text } : {}) };
      await assert.rejects(read(files), (error) => {
        assert.ok(error instanceof FormatError && error.code === 'other-format', String(error));
        assert.match(
          error.message,
          new RegExp(`in a ${kind} file.*original model with its model\\.safetensors`),
        );
        return true;
      });
    });
  }
}

for (const [what, { files, code, message, remedied }] of Object.entries(CASES)) {
  test(`named for what it is: ${what}`, async () => {
    const model = await sound();
    await assert.rejects(read(files(model)), (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    });
    if (remedied !== undefined) await read(remedied(model));
  });
}

test('a folder around one model is that model', async () => {
  const model = await sound();
  await read({ ...at('inside', model), 'notes.txt': NOTHING });
  assert.equal(chosen({ ...at('inside', model), 'notes.txt': NOTHING }).name, 'inside');
});
