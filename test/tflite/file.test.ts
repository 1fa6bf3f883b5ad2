/** The files keep the rules of FlatBuffers, of the schema and of the interpreters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFlatbuffer } from '../../src/tflite/flatbuffer.js';
import { elementCount } from '../../src/tflite/graph.js';
import { OPERATORS } from '../../src/tflite/operators.js';
import { tfliteFile } from '../../src/tflite/file.js';
import { openFixture } from '../model/family-fixtures.js';
import { stepGraph } from '../../src/tflite/step-graph.js';
import { FlatTable, readTflite, TYPE_BYTES } from './flat-reader.js';
import { fixtureStep, type Variant } from './steps.js';

const VARIANTS: readonly Variant[] = [
  { weights: 'int8', cache: 'variables' },
  { weights: 'float32', cache: 'variables' },
  { weights: 'int8', cache: 'tensors' },
];

for (const variant of VARIANTS) {
  test(`every rule holds for ${variant.weights} with the cache as ${variant.cache}`, async () => {
    for (const name of ['qwen3', 'gpt2', 'lfm2', 'phi']) {
      const { file, graph } = await fixtureStep(name, variant);
      const read = readTflite(file);
      assert.equal(read.nodes.length, graph.nodes.length);
      const known = Object.values(OPERATORS);
      for (const { code, old, version } of read.operators) {
        const facts = known.find((operator) => operator.code === code);
        assert.deepEqual([old, version], [Math.min(code, 127), facts?.version]);
      }
      assert.equal(new Set(read.operators.map(({ code }) => code)).size, read.operators.length);
      const written = new Set(read.inputs);
      for (const { shape, type, scale, data, name: tensor } of read.tensors) {
        assert.ok(shape.length >= 1 && shape.every((length) => length > 0), tensor);
        // Codes have one scale: with one a row, chips of Espressif compute something else.
        assert.equal(scale.length, type === 7 || type === 9 ? 1 : 0, tensor);
        if (data === null) continue;
        assert.equal(data.at % 16, 0, `${tensor} is aligned to 16`);
        assert.equal(data.count, elementCount(shape) * (TYPE_BYTES[type] ?? NaN), tensor);
      }
      for (const { code, inputs, outputs, optionsType, options } of read.nodes) {
        assert.equal(optionsType, known.find((operator) => operator.code === code)?.options);
        assert.equal(options !== null, optionsType !== 0);
        for (const tensor of inputs)
          assert.ok(
            tensor === -1 || written.has(tensor) || read.tensors[tensor]?.data !== null,
            'written before it is read',
          );
        for (const tensor of outputs) written.add(tensor);
        if (code === OPERATORS.FULLY_CONNECTED.code) {
          assert.deepEqual([inputs[2], options?.byte(2), options?.byte(4)], [-1, 1, 2]);
          const [x, weights, y] = [inputs[0], inputs[1], outputs[0]].map(
            (tensor) => read.tensors[tensor ?? -1],
          );
          const types = [x?.type, weights?.type, y?.type];
          assert.deepEqual(types, variant.weights === 'int8' ? [7, 9, 7] : [0, 0, 0]);
          assert.deepEqual(y?.shape, [1, weights?.shape[0]]);
          assert.equal(x?.shape[1], weights?.shape[1]);
        }
        if (code === OPERATORS.BATCH_MATMUL.code) assert.equal(options?.byte(1), 1, 'adj_y');
      }
      assert.deepEqual(read.names.inputs.slice(0, 2), ['token', 'position']);
      assert.equal(read.names.outputs[0], 'logits');
      assert.equal(read.inputs.length > 2, variant.cache === 'tensors');
      const next = read.names.inputs.slice(2).map((input) => `${input}/next`);
      assert.deepEqual(read.names.outputs.slice(1), next);
    }
  });
}

test('a tied embedding is in the file once', async () => {
  const { file, graph } = await fixtureStep('gpt2', { weights: 'int8', cache: 'variables' });
  const { tensors, nodes } = readTflite(file);
  const tables = nodes
    .filter(({ code }) => code === OPERATORS.EMBEDDING_LOOKUP.code)
    .map(({ inputs }) => inputs[1]);
  const factors = nodes
    .filter(({ code }) => code === OPERATORS.FULLY_CONNECTED.code)
    .map(({ inputs }) => inputs[1]);
  assert.equal(factors.at(-1), tables[0]);
  assert.equal(tensors.length, graph.tensors.length);
});

test('a graph whose ranges were not looked for is no file', async () => {
  const { model, checkpoint } = await openFixture('qwen3');
  const { graph } = await stepGraph(model, checkpoint, { weights: 'int8', cache: 'variables', context: 8 });
  assert.throws(() => tfliteFile(graph, { name: 'step', description: '' }), /has no scale/);
});

test('tables, texts and numbers of all widths are found where they are said to be', () => {
  const block = Uint8Array.from({ length: 37 }, (_, i) => i);
  const pieces = writeFlatbuffer(
    {
      kind: 'table',
      fields: [
        { kind: 'byte', value: 7 },
        null,
        { kind: 'whole', value: 123456 },
        { kind: 'text', text: 'häuser' },
        { kind: 'longs', values: [5, 6] },
        {
          kind: 'tables',
          of: [
            { kind: 'table', fields: [] },
            { kind: 'table', fields: [{ kind: 'byte', value: 9 }] },
          ],
        },
        { kind: 'floats', values: [0.5] },
        { kind: 'block', bytes: block },
        { kind: 'block', bytes: new Uint8Array(0) },
      ],
    },
    'TEST',
  );
  const bytes = new Uint8Array(Buffer.concat(pieces));
  const view = new DataView(bytes.buffer);
  const table = new FlatTable(view, view.getUint32(0, true));
  assert.deepEqual(
    [table.byte(0), table.whole(1, 11), table.whole(2), table.text(3)],
    [7, 11, 123456, 'häuser'],
  );
  assert.deepEqual(table.longs(4), [5n, 6n]);
  assert.deepEqual(
    table.tables(5).map((inner) => inner.byte(0, 1)),
    [1, 9],
  );
  assert.deepEqual(table.floats(6), [0.5]);
  const found = table.block(7);
  assert.ok(found !== null && found.at % 16 === 0);
  assert.deepEqual(bytes.subarray(found.at, found.at + found.count), block);
  assert.equal(table.block(8)?.count, 0);
  assert.equal(table.whole(20, 3), 3);
});
