/** Checkpoints that llama2.c wrote (`llama2c/make.py`): their logits are those of its own model; hostile ones are refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readLlama2cHeader } from '../../src/checkpoint/llama2c.js';
import { openInput } from '../../src/input/open-input.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { FormatError } from '../../src/shared/errors.js';
import { MemorySource, memoryFolder } from '../../src/source/memory-folder.js';
import { testRuntime } from '../support/runtime.js';
import { fuzz } from './llama2c.fuzz.js';

const FIXTURES = JSON.parse(readFileSync(new URL('llama2c/files.json', import.meta.url), 'utf8')) as {
  ids: readonly number[];
  tokenizer: string;
  cases: Record<string, { file: string; logits: readonly number[] }>;
};

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const TOKENIZER = bytesOf(FIXTURES.tokenizer);
const model = (name: string): Uint8Array => bytesOf(FIXTURES.cases[name]?.file ?? '');

for (const [name, { logits }] of Object.entries(FIXTURES.cases)) {
  test(`${name}: the logits are those of llama2.c`, async () => {
    const runtime = await testRuntime();
    const opened = await openModel(
      memoryFolder('stories', { 'stories.bin': model(name), 'tokenizer.bin': TOKENIZER }),
      runtime,
    );
    assert.equal(opened.input.name, 'stories');
    assert.deepEqual(opened.notes, [{ code: 'chat-absent' }]);
    const reference = await loadReference(
      await loadKernels(runtime.kernels),
      opened.checkpoint,
      opened.model,
      {},
    );
    try {
      const found = reference.forward(FIXTURES.ids, 'last');
      const largest = Math.max(...logits.map(Math.abs));
      logits.forEach((value, index) => {
        assert.ok(
          Math.abs((found[index] ?? NaN) - value) <= 2e-4 * largest,
          `${index}: ${found[index]}, ${value}`,
        );
      });
    } finally {
      reference.dispose();
    }
  });
}

test('the tokenizer merges by scores, has bytes for the rest, and begins with <s>', async () => {
  const runtime = await testRuntime();
  const folder = memoryFolder('stories', { 'stories.bin': model('version 0'), 'tokenizer.bin': TOKENIZER });
  const { tokenizer } = await openModel(folder, runtime);
  const pieces = (text: string) => tokenizer?.encode(text).map((id) => tokenizer.tokenText(id));
  // " the" has a better score than "ha", which has the worst; letters without a piece are bytes.
  assert.deepEqual(pieces('the'), ['<s>', '▁the']);
  assert.deepEqual(pieces('thea ha'), ['<s>', '▁the', 'a', '▁', 'ha']);
  assert.deepEqual(pieces('中é'), ['<s>', '▁', '中', '<0xC3>', '<0xA9>']);
});

test('a checkpoint alone, one with the tokenizer of its vocabulary, two in a folder, one beside a config.json', async () => {
  const bytes = model('version 1');
  const runtime = await testRuntime();
  const alone = await openModel(memoryFolder('model', { 'm.bin': bytes }), runtime);
  assert.equal(alone.tokenizer, null);
  assert.deepEqual(
    alone.notes.map(({ code }) => code),
    ['tokenizer-absent'],
  );
  const named = memoryFolder('model', { 'm.bin': bytes, 'tok270.bin': TOKENIZER, 'tok512.bin': TOKENIZER });
  assert.equal((await openModel(named, runtime)).tokenizer?.vocabSize, 270);
  await assert.rejects(
    openInput(memoryFolder('model', { 'a.bin': bytes, 'b.bin': bytes })),
    /2 checkpoints of llama2\.c: a\.bin, b\.bin/,
  );
  const other = await openInput(memoryFolder('model', { 'a.bin': bytes, 'config.json': new Uint8Array(2) }));
  await assert.rejects(other.config(), FormatError);
});

test('sizes that do not give the length are refused, and sizes that do not fit together are no checkpoint', async () => {
  const read = (bytes: Uint8Array) => readLlama2cHeader(new MemorySource('m.bin', bytes));
  for (const name of Object.keys(FIXTURES.cases)) {
    const bytes = model(name);
    assert.notEqual(await read(bytes), null);
    await assert.rejects(
      read(bytes.subarray(0, -4)),
      /describes \d+ bytes, but the file has \d+\. .*download it again/,
    );
    // Whatever a size becomes, either the length fits no more or the sizes do not fit together.
    for (let at = 0; at < 41; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        const header = await read(changed).catch((error: unknown) => {
          assert.ok(error instanceof FormatError, String(error));
          return null;
        });
        if (header === null) continue;
        assert.ok(header.heads % header.kvHeads === 0 && header.hiddenSize % header.heads === 0);
      }
    }
  }
});

test('a tokenizer of another model, cut off or with nonsense in it is refused by what is wrong', async () => {
  const runtime = await testRuntime();
  const open = (tokens: Uint8Array) =>
    openModel(memoryFolder('model', { 'm.bin': model('version 0'), 'tokenizer.bin': tokens }), runtime);
  const changed = (at: number, ...bytes: readonly number[]): Uint8Array => {
    const copy = TOKENIZER.slice();
    copy.set(bytes, at);
    return copy;
  };
  await assert.rejects(open(TOKENIZER.subarray(0, 300)), /ends (?:after|outside)/);
  await assert.rejects(open(new Uint8Array([...TOKENIZER, 0])), /1 bytes after its 270 tokens/);
  await assert.rejects(open(changed(8, 255, 255, 255, 127)), /Token 0 ends outside of the file/);
  await assert.rejects(open(changed(4, 0, 0, 192, 127)), /score of token 0 is not a number/);
  let random = 7;
  for (let i = 0; i < 3000; i++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const copy = changed(random % TOKENIZER.length, (random >>> 8) & 255);
    await open(copy).catch((error: unknown) => {
      assert.ok(error instanceof FormatError, String(error));
    });
  }
});

test('another version is refused by its number', async () => {
  const bytes = model('version 1');
  bytes[4] = 3;
  await assert.rejects(
    readLlama2cHeader(new MemorySource('m.bin', bytes)),
    /checkpoint of llama2\.c in version 3, which is not read/,
  );
});

test('a container that is not read is named, also without a config.json', async () => {
  const folder = memoryFolder('model', { 'model.onnx': new Uint8Array(64) });
  await assert.rejects((await openInput(folder)).config(), /model\.onnx: The weights are in a ONNX file/);
});

test('mutated checkpoints and tokenizers are read or refused', async () => {
  const { accepted, refused, slowest } = await fuzz(3000, 20261201);
  assert.ok(accepted > 100 && refused > 100, `${accepted} accepted, ${refused} refused`);
  assert.ok(slowest < 5000, `${slowest} ms`);
});
