// llama.cpp's library as a peer: bench/lib/llama-peer.cpp, compiled against a build of it and fed with token ids.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../scripts/lib/run.mjs';
import { writeGguf } from './gguf-writer.mjs';

/** The formats that are compared; with `importance` llama.cpp weighs errors by what the model is fed. */
export const PEERS = [
  { name: 'Q8_0', type: 'Q8_0', importance: false },
  { name: 'Q4_K_M + imatrix', type: 'Q4_K_M', importance: true },
  { name: 'Q4_K_M', type: 'Q4_K_M', importance: false },
  { name: 'Q4_0', type: 'Q4_0', importance: false },
];

/**
 * The program, compiled for the build folder that LLAMA_CPP names; `null` when it is not set.
 * @param {string} file where it goes
 * @throws {Error} when that is no build of llama.cpp, or nothing can be compiled
 */
export function buildPeer(file) {
  const build = process.env.LLAMA_CPP;
  if (!build) return null;
  const cache = path.join(build, 'CMakeCache.txt');
  const source = existsSync(cache)
    ? /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1]
    : undefined;
  const libraries = path.resolve(build, 'bin');
  if (source === undefined || !existsSync(path.join(libraries, 'libllama.so'))) {
    throw new Error(
      `LLAMA_CPP is ${build}, which is no build folder of llama.cpp with shared libraries: ` +
        'make one with "cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build --target llama".',
    );
  }
  const compiled = spawnSync(
    process.env.CXX ?? 'g++',
    [
      ...['-O2', '-std=c++17', '-o', file, path.join(ROOT, 'bench/lib/llama-peer.cpp')],
      ...[`-I${source}/include`, `-I${source}/ggml/include`, `-L${libraries}`],
      ...['-lllama', '-lggml', '-lggml-base', `-Wl,-rpath,${libraries}`],
    ],
    { encoding: 'utf8' },
  );
  if (compiled.status !== 0) {
    throw new Error(
      `llama-peer.cpp could not be compiled:\n${compiled.stderr ?? compiled.error?.message ?? ''}`,
    );
  }
  return file;
}

/** Ids as the program reads them: a line for each sequence. */
export function writeIds(file, sequences) {
  writeFileSync(file, sequences.map((ids) => `${ids.join(' ')}\n`).join(''));
}

/**
 * The original in F32 and each format of it.
 * @param {{program: string, folder: string, scratch: string, ids: string, importanceIds: string}} input paths; `scratch` is the
 *   beginning of the names of the files that are made
 * @returns {{name: string, bytes: number, seconds: number, file: string, open: () => PeerLogits}[]} the original first
 */
export function makePeers({ program, folder, scratch, ids, importanceIds }) {
  const original = `${scratch}-f32.gguf`;
  writeGguf(folder, original, 'F32');
  const list = [{ name: 'F32', file: original, seconds: 0 }];
  for (const { name, type, importance } of PEERS) {
    const file = `${scratch}-${name.replace(/\W+/g, '-')}.gguf`;
    const begin = performance.now();
    const made = spawnSync(
      program,
      ['quantize', original, file, type, ...(importance ? [importanceIds] : [])],
      { encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`llama.cpp makes no ${name}:\n${made.stderr.slice(-2000)}`);
    list.push({ name, file, seconds: (performance.now() - begin) / 1000 });
  }
  return list.map((peer) => ({
    ...peer,
    bytes: statSync(peer.file).size,
    open: () => new PeerLogits(program, peer.file, ids),
  }));
}

/** The logits of one model over the ids, in their order. */
export class PeerLogits {
  #child;
  #chunks;
  #rest = Buffer.alloc(0);

  constructor(program, model, ids) {
    this.#child = spawn(program, ['logits', model, ids], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#chunks = this.#child.stdout[Symbol.asyncIterator]();
  }

  /** Bytes of all tensors, and the vocabulary: to be read first. */
  async head() {
    const bytes = await this.#read(16);
    return { tensorBytes: Number(bytes.readBigUInt64LE(0)), vocabulary: Number(bytes.readBigUInt64LE(8)) };
  }

  /** The next so many numbers. */
  async next(count) {
    const bytes = await this.#read(4 * count);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }

  close() {
    this.#child.kill();
  }

  async #read(length) {
    const parts = [this.#rest];
    let got = this.#rest.length;
    while (got < length) {
      const { done, value } = await this.#chunks.next();
      if (done) throw new Error('llama-peer ended early');
      parts.push(value);
      got += value.length;
    }
    const all = Buffer.concat(parts);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }
}
