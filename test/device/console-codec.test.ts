/** Frames against the examples that the board's code is held to as well, and against noise. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FrameParser, encodeFrame, type Frame } from '../../src/device/console-codec.js';
import { CONSOLE_LIMITS } from '../../src/schema/console.js';
import { chatPackage, fixtureUrl, vectorsFile, type Vector } from './console-fixtures.js';

interface Found {
  text: string;
  frames: Frame[];
  damaged: number;
}

/** Parses a stream that arrives in chunks of `size` bytes. */
function parse(stream: Uint8Array, size: number): Found {
  const found: Found = { text: '', frames: [], damaged: 0 };
  const parser = new FrameParser({
    onText: (bytes) => (found.text += Buffer.from(bytes).toString('hex')),
    onFrame: (frame) => found.frames.push(frame),
  });
  for (let at = 0; at < stream.length; at += size) parser.push(stream.subarray(at, at + size));
  found.damaged = parser.damaged;
  return found;
}

function describeFrame({ type, number, request, payload }: Frame): string {
  return `${type}:${number}:${request}:${Buffer.from(payload).toString('hex')}`;
}

test('the fixtures are what their maker writes', async () => {
  assert.equal(await readFile(fixtureUrl('console-frames.json'), 'utf8'), vectorsFile());
  assert.deepEqual(
    new Uint8Array(await readFile(fixtureUrl('chat.s3lm'))),
    new Uint8Array(await chatPackage()),
  );
});

test('the examples are understood, however the stream is cut', async () => {
  const vectors = JSON.parse(await readFile(fixtureUrl('console-frames.json'), 'utf8')) as Vector[];
  assert.ok(vectors.length > 20);
  for (const vector of vectors) {
    for (const size of [1, 3, 64, 10000]) {
      const found = parse(Buffer.from(vector.stream, 'hex'), size);
      assert.equal(found.text, vector.text, vector.name);
      assert.equal(found.frames.map(describeFrame).join(' '), vector.frames, vector.name);
      assert.equal(found.damaged, vector.damaged, vector.name);
    }
  }
});

test('what is written is read, and is one that the examples have', async () => {
  const vectors = JSON.parse(await readFile(fixtureUrl('console-frames.json'), 'utf8')) as Vector[];
  for (const vector of vectors.filter((v) => v.text === '' && v.damaged === 0)) {
    const frames = parse(Buffer.from(vector.stream, 'hex'), 100).frames;
    assert.equal(
      frames.map((frame) => Buffer.from(encodeFrame(frame)).toString('hex')).join(''),
      vector.stream,
      vector.name,
    );
  }
  for (let length = 0; length <= CONSOLE_LIMITS.payload; length += length < 9 ? 1 : 127) {
    const payload = Uint8Array.from({ length }, (_, i) => i * 31);
    const found = parse(encodeFrame({ type: 1, number: 2, request: 3, payload }), 1000);
    assert.deepEqual(found.frames, [{ type: 1, number: 2, request: 3, payload }]);
  }
  const payload = new Uint8Array(CONSOLE_LIMITS.payload + 1);
  assert.throws(() => encodeFrame({ type: 1, number: 2, request: 3, payload }), RangeError);
});

test('a stream that breaks off inside a frame is text again after it is given up', () => {
  const texts: string[] = [];
  const parser = new FrameParser({
    onText: (bytes) => texts.push(Buffer.from(bytes).toString()),
    onFrame: () => assert.fail('there is no frame'),
  });
  parser.push(Buffer.from('a\x1b_LAAAA'));
  parser.abandon();
  parser.push(Buffer.from('bcd'));
  assert.deepEqual(texts, ['a', 'bcd']);
  assert.equal(parser.damaged, 1);
});
