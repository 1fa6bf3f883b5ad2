/** Intake in a real browser: chosen files and a folder behind a URL give the same model as on disk. */
import { expect } from '@open-wc/testing';
import { rowBlocks } from '../../src/checkpoint/row-blocks.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { readDecoder } from '../../src/model/read.js';
import { hasByteStreams } from '../../src/source/blob-stream.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { directoryHandleFolder, fileListFolder } from '../../src/source/file-list-folder.js';
import { httpFolder } from '../../src/source/http-folder.js';
import { WINDOW_BYTES } from '../../src/source/read-ahead.js';

const BASE = new URL('../fixtures/checkpoints/llama-sharded/', import.meta.url).href;
const NAMES = [
  'config.json',
  'model.safetensors.index.json',
  ...[1, 2, 3].map((shard) => `model-0000${shard}-of-00003.safetensors`),
];

async function files(): Promise<File[]> {
  return Promise.all(
    NAMES.map(async (name) => new File([await (await fetch(BASE + name)).arrayBuffer()], name)),
  );
}

/** Description, and all weights as one checksum-like sum. */
async function readAll(folder: ModelFolder): Promise<{ model: string; sum: number; bytes: number }> {
  const input = hfFolderInput(folder);
  const checkpoint = await input.checkpoint();
  const model = await readDecoder(input);
  let sum = 0;
  let bytes = 0;
  for (const name of checkpoint.tensors.keys()) {
    for await (const block of rowBlocks(checkpoint, name, { rowsPerBlock: 3 })) {
      for (const byte of block.bytes) sum = (sum * 31 + byte) % 1_000_003;
      bytes += block.bytes.length;
    }
  }
  expect(bytes).to.equal(checkpoint.bytes);
  return { model: JSON.stringify(model), sum, bytes };
}

describe('intake in the browser', () => {
  it('reads chosen files and a URL alike', async () => {
    const chosen = await readAll(fileListFolder(await files()));
    const fetched = await readAll(httpFolder(BASE));
    expect(fetched).to.deep.equal(chosen);
    expect(chosen.model).to.contain('"family":"llama"');
    expect(chosen.bytes).to.be.greaterThan(1000);
  });

  it('reads a directory handle', async () => {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle('intake-test', { create: true });
    try {
      for (const file of await files()) {
        const writable = await (await directory.getFileHandle(file.name, { create: true })).createWritable();
        await writable.write(file);
        await writable.close();
      }
      const folder = await directoryHandleFolder(directory);
      expect(folder.name).to.equal('intake-test');
      expect((await readAll(folder)).sum).to.equal((await readAll(fileListFolder(await files()))).sum);
    } finally {
      await root.removeEntry('intake-test', { recursive: true });
    }
  });

  it('reads a file of many windows through a stream', async () => {
    const length = 5 * WINDOW_BYTES + 777;
    const words = new Uint32Array(Math.ceil(length / 4));
    for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 2654435761);
    const bytes = new Uint8Array(words.buffer, 0, length);
    expect(hasByteStreams()).to.equal(true);
    const source = await fileListFolder([new File([bytes], 'w.safetensors')]).open('w.safetensors');
    const step = 1_234_567;
    const isSame = (read: Uint8Array, at: number): boolean => read.every((byte, i) => byte === bytes[at + i]);
    for (let at = 0; at < length; at += step) {
      const read = await source?.read(at, Math.min(length, at + step));
      expect(read !== undefined && isSame(read, at), `at ${at}`).to.equal(true);
    }
    const back = await source?.read(100, 100 + step);
    expect(back !== undefined && isSame(back, 100)).to.equal(true);
  });

  it('says that an absent file is absent', async () => {
    expect(await httpFolder(BASE).open('absent.json')).to.equal(null);
  });
});
