/** The overview of a folder: sizes always, and whether it can be converted or why not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { summarizeModel, type ModelSummary } from '../../src/model/summarize.js';
import { TransportError } from '../../src/shared/errors.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { utf8 } from '../checkpoint/write-safetensors.js';
import { folderOf, tinyModel } from './tiny-model.js';

const summarize = (folder: ModelFolder): Promise<ModelSummary> => summarizeModel(hfFolderInput(folder));

void test('a model that can be converted', async () => {
  const summary = await summarize(folderOf(tinyModel()));
  assert.equal(summary.convertible, true);
  assert.equal(summary.problem, null);
  assert.equal(summary.model?.family, 'llama');
  assert.equal(summary.tensors.length, 21);
  assert.equal(summary.bytes, (summary.model?.parameters ?? 0) * 2);
  assert.deepEqual(summary.dtypes, [{ dtype: 'BF16', tensors: 21, bytes: summary.bytes }]);
  assert.equal(summary.largest, 12 * 8 * 2);
  assert.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
});

void test('another family: still all tensors, and the reason', async () => {
  const model = tinyModel();
  model.config.architectures = ['BitNetForCausalLM'];
  model.tensors['odd'] = { dtype: 'I64', shape: [2] };
  const summary = await summarize(folderOf(model));
  assert.equal(summary.convertible, false);
  assert.match(summary.problem ?? '', /BitNetForCausalLM/);
  assert.equal(summary.tensors.length, 22);
  assert.equal(summary.dtypes[1]?.dtype, 'I64');
});

void test('a file that is no checkpoint: no tensors, the reason with the way out; another family is the better reason', async () => {
  const config = { architectures: ['LlamaForCausalLM'], model_type: 'llama' };
  const files = { 'config.json': utf8(JSON.stringify(config)), 'pytorch_model.bin': new Uint8Array(4) };
  const summary = await summarize(memoryFolder('m', files));
  assert.deepEqual([summary.tensors.length, summary.convertible], [0, false]);
  assert.match(summary.problem ?? '', /not one that torch\.save wrote/);
  const other = { ...files, 'config.json': utf8('{"architectures":["BitNetForCausalLM"]}') };
  assert.match((await summarize(memoryFolder('m', other))).problem ?? '', /BitNetForCausalLM/);
});

void test('damaged weights are a reason, a failing line is an error', async () => {
  const damaged = tinyModel();
  damaged.files['model.safetensors'] = utf8('not a model');
  const summary = await summarize(folderOf(damaged));
  assert.match(summary.problem ?? '', /model\.safetensors/);
  const folder = folderOf(tinyModel());
  const failing = {
    ...folder,
    open: async () => {
      throw new TransportError('the line is down');
    },
  };
  await assert.rejects(summarize(failing), TransportError);
});
