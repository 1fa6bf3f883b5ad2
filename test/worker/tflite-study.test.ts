/** What the page's button for TensorFlow Lite Micro gets of its worker. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { ProjectFile } from '../../src/tflite/project.js';
import type { StudyAnswer } from '../../src/worker/study.js';
import { serveTflite } from '../../src/worker/tflite-study.js';
import { testRuntime } from '../support/runtime.js';
import { readTflite } from '../tflite/flat-reader.js';

const HOME = new URL('../../models/home-commands/', import.meta.url);

test('a graph comes with the folder beside it', async () => {
  const names = (await readdir(HOME)).filter((name) => /\.(json|jinja|safetensors|txt)$/.test(name));
  const files = await Promise.all(
    names.map(async (path) => ({ path, file: new File([await readFile(new URL(path, HOME))], path) })),
  );
  const answers: StudyAnswer<readonly ProjectFile[], never>[] = [];
  await serveTflite(
    {
      type: 'study',
      what: 'tflite',
      source: { kind: 'files', files },
      settings: { context: 16 },
      engine: { 'pick.c': '/* */' },
      runtime: await testRuntime(),
    },
    (message) => answers.push(message),
  );
  const [answer] = answers;
  assert.ok(answer?.type === 'result', JSON.stringify(answer));
  const [graph, ...beside] = answer.result;
  assert.ok(graph !== undefined && graph.path.endsWith('.tflite'));
  assert.deepEqual(readTflite(graph.bytes).names.inputs, ['token', 'position']);
  const folder = graph.path.replace(/\.tflite$/, '-tflm/');
  assert.ok(beside.every(({ path }) => path.startsWith(folder)));
  assert.ok(beside.some(({ path }) => path.endsWith('/tokenizer.bin')));
  assert.ok(beside.some(({ path }) => path.endsWith('/pick.c')));
});
