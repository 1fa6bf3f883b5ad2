// Frames survive any bytes, any cut into chunks, and noise around them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_FRAME_BYTES, SlipDecoder, encodeSlip } from '../../src/device/serial-slip.js';
import { pattern } from './flash-fixtures.js';

test('escapes as RFC 1055 says', () => {
  assert.deepEqual(
    encodeSlip(Uint8Array.of(1, 0xc0, 2, 0xdb, 0xdc, 0xdd)),
    Uint8Array.of(0xc0, 1, 0xdb, 0xdc, 2, 0xdb, 0xdd, 0xdc, 0xdd, 0xc0),
  );
});

test('gives back every frame however the line cuts it', () => {
  const frames = [1, 2, 255, 256, 1500, 20_000].map((length) => pattern(length, length));
  const line = Uint8Array.from(frames.flatMap((frame) => [...encodeSlip(frame)]));
  for (const step of [1, 2, 3, 7, 1024, line.length]) {
    const decoder = new SlipDecoder();
    const found: Uint8Array[] = [];
    for (let at = 0; at < line.length; at += step) found.push(...decoder.push(line.slice(at, at + step)));
    assert.deepEqual(found, frames);
  }
});

test('finds its way after noise, wrong escapes and half a frame', () => {
  const frame = Uint8Array.of(9, 8, 7);
  const decoder = new SlipDecoder();
  const line = [
    0x41,
    0x42,
    ...encodeSlip(frame),
    0xdb,
    0x00,
    ...encodeSlip(frame),
    0x55,
    ...encodeSlip(frame),
  ];
  const found = decoder.push(Uint8Array.from(line));
  assert.deepEqual(
    found.filter((candidate) => candidate.length === 3),
    [frame, frame, frame],
  );
  decoder.push(Uint8Array.of(0xc0, 1, 2));
  decoder.reset();
  assert.deepEqual(decoder.push(encodeSlip(frame)), [frame]);
});

test('drops what is longer than any message and goes on', () => {
  const decoder = new SlipDecoder();
  assert.deepEqual(decoder.push(new Uint8Array(MAX_FRAME_BYTES + 1).fill(1)), []);
  assert.deepEqual(decoder.push(encodeSlip(Uint8Array.of(5))), [Uint8Array.of(5)]);
  assert.equal(decoder.push(encodeSlip(new Uint8Array(MAX_FRAME_BYTES))).length, 1);
});
