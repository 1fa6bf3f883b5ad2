/** What bench:quantize measures, on the bundled model and a part of its text; and what its peers are fed with. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openWeights } from '../../bench/lib/file-io.mjs';
import { writeGguf } from '../../bench/lib/gguf-writer.mjs';
import { buildPeer, makePeers, writeIds } from '../../bench/lib/llama-peer.mjs';
import {
  RUNGS,
  measureLadder,
  type Ladder,
  type LadderRow,
  type Peer,
} from '../../bench/lib/quantize-ladder.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';
import { writeSafetensors } from '../support/synthetic-model.js';

const MODEL = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

/** A peer that knows nothing: every token is as likely as every other. */
const IGNORANT: Peer = {
  name: 'ignorant',
  bytes: 1000,
  seconds: 0,
  open: () => ({
    head: () => Promise.resolve({ tensorBytes: 900, vocabulary: 1024 }),
    next: (count) => Promise.resolve(new Float32Array(count)),
    close: () => undefined,
  }),
};

async function ladderOf(
  peers: (scratch: string) => (texts: { ids: unknown; calibration: unknown }) => Peer[],
): Promise<Ladder> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'ladder-'));
  const folder = await nodeFolder(MODEL);
  try {
    const text = await readFile(path.join(MODEL, 'samples.txt'), 'utf8');
    return await measureLadder({
      folder,
      runtime: await testRuntime(),
      text,
      calibration: null,
      positions: 1500,
      // Those that are made without a tuner.
      rungs: RUNGS.filter(({ effort }) => effort === undefined || effort === 'quick'),
      peers: peers(scratch),
    });
  } finally {
    await folder.close();
    await rm(scratch, { recursive: true });
  }
}

describe('the ladder of quantization on home-commands', () => {
  let ladder: Ladder;
  const row = (name: string): LadderRow => {
    const found = [...ladder.rungs, ...ladder.peers].find((entry) => entry.name === name);
    assert.ok(found !== undefined, name);
    return found;
  };
  const kl = (name: string): number => row(name).kl.mean.value;
  const llama = Boolean(process.env['LLAMA_CPP']);

  before(async () => {
    ladder = await ladderOf((scratch) => ({ ids, calibration }) => {
      const files = { ids: path.join(scratch, 'ids'), importanceIds: path.join(scratch, 'importance') };
      const program = buildPeer(path.join(scratch, 'llama-peer'));
      writeIds(files.ids, ids);
      writeIds(files.importanceIds, calibration);
      const real =
        program === null
          ? []
          : makePeers({ program, folder: MODEL, scratch: path.join(scratch, 'm'), ...files });
      return [IGNORANT, ...real];
    });
  });

  test('no rung costs more than it did, in divergence or bytes', () => {
    // Nats and bytes a parameter, a tenth above what was measured.
    const most: Readonly<Record<string, readonly [number, number]>> = {
      default: [0.00012, 1.12],
      tensor: [0.00023, 1.08],
      'group:32': [0.00012, 1.18],
      'activations int8': [0.0004, 1.12],
      'activations static': [0.008, 1.12],
    };
    for (const [name, [nats, bytes]] of Object.entries(most)) {
      assert.ok(kl(name) <= nats, `${name}: ${kl(name)} nats`);
      assert.ok(row(name).bytes / ladder.parameters <= bytes, `${name}: ${row(name).bytes} bytes`);
      assert.ok(row(name).tensorBytes < row(name).bytes);
    }
  });

  test('finer is closer: scales, codes of inputs, cache', () => {
    assert.ok(kl('default') < kl('tensor'));
    assert.ok(kl('activations int16') < kl('activations int8:32'));
    assert.ok(kl('activations int8:32') < kl('activations int8'));
    assert.ok(kl('activations int8') < kl('activations static') / 5);
    assert.ok(kl('cache float32') < kl('cache int8'));
  });

  test('every figure has its error over sequences', () => {
    for (const {
      name,
      kl: { mean },
      ratio,
      top1,
    } of ladder.rungs) {
      for (const { standardError } of [mean, ratio, top1]) {
        assert.ok(standardError !== null && standardError > 0, name);
      }
      assert.ok((mean.standardError ?? 1) < mean.value / 2, name);
    }
    assert.ok(ladder.positions >= 1500 && ladder.positions < 1700, `${ladder.positions} positions`);
  });

  test('a peer that knows nothing has the perplexity of its vocabulary', () => {
    assert.ok(Math.abs(row('ignorant').ratio.value - 1024 / ladder.perplexity) < 1e-9);
    assert.equal(row('ignorant').verdict, 'severe');
    assert.equal(row('ignorant').tensorBytes, 900);
  });

  test(
    'llama.cpp computes the same original, and its formats stand where they stood',
    { skip: !llama && 'LLAMA_CPP is not set' },
    () => {
      assert.ok(kl('F32') < 1e-10, `${kl('F32')} nats`);
      assert.ok(kl('Q8_0') < 0.0002 && kl('Q4_K_M') > kl('Q8_0') && kl('Q4_0') > kl('Q4_K_M'));
      assert.ok(kl('default') < kl('Q8_0') * 1.1);
    },
  );
});

test('a GGUF file has neighbours as rotary pairs, a filled feed-forward and the same numbers', async () => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'gguf-'));
  try {
    const tensor = (name: string, rows: number, columns: number) => ({
      name: `model.layers.0.${name}.weight`,
      shape: [rows, columns],
      values: Float32Array.from(
        { length: rows * columns },
        (_, i) => Math.floor(i / columns) + (i % columns) / 64,
      ),
    });
    const list = [
      tensor('self_attn.q_proj', 8, 4),
      tensor('mlp.gate_proj', 20, 4),
      tensor('mlp.down_proj', 4, 20),
    ];
    await writeFile(path.join(scratch, 'model.safetensors'), writeSafetensors(list));
    const config = { model_type: 'llama', num_attention_heads: 2, num_key_value_heads: 1, hidden_size: 8 };
    const sizes = { intermediate_size: 20, vocab_size: 7, max_position_embeddings: 9, num_hidden_layers: 1 };
    await writeFile(
      path.join(scratch, 'config.json'),
      JSON.stringify({ ...config, ...sizes, rms_norm_eps: 1e-5 }),
    );
    const file = path.join(scratch, 'model.gguf');
    writeGguf(scratch, file, 'stored');
    const bytes = await readFile(file);
    assert.equal(bytes.toString('latin1', 0, 4), 'GGUF');
    assert.equal(bytes.readUInt32LE(4), 3);
    assert.equal(bytes.readBigUInt64LE(8), 3n);
    // The tensors are the end of the file: 8 × 4, 32 × 4 and 4 × 32 values.
    const data = bytes.subarray(bytes.length - 4 * (32 + 128 + 128));
    const at = (index: number): number => data.readFloatLE(4 * index);
    // Rows of two heads of four: HuggingFace pairs 0 with 2 and 1 with 3.
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((row) => at(4 * row)),
      [0, 2, 1, 3, 4, 6, 5, 7],
    );
    const gate = 32;
    assert.equal(at(gate + 4 * 19 + 3), 19 + 3 / 64);
    assert.ok(Array.from({ length: 48 }, (_, i) => at(gate + 80 + i)).every((value) => value === 0));
    const down = 32 + 128;
    assert.deepEqual(
      [0, 19, 20, 31, 32].map((i) => at(down + i)),
      [0, 19 / 64, 0, 0, 1],
    );
  } finally {
    await rm(scratch, { recursive: true });
  }
});

test('peers are fed from halves with their exact values', async () => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'half-'));
  try {
    const header = JSON.stringify({ x: { dtype: 'F16', shape: [6], data_offsets: [0, 12] } });
    const bytes = Buffer.alloc(8 + header.length + 12);
    bytes.writeBigUInt64LE(BigInt(header.length));
    bytes.write(header, 8);
    for (const [index, bits] of [0x3c00, 0xc000, 0x7bff, 0x0001, 0x83ff, 0xfc00].entries()) {
      bytes.writeUInt16LE(bits, 8 + header.length + 2 * index);
    }
    await writeFile(path.join(scratch, 'm.safetensors'), bytes);
    const weights = openWeights(scratch);
    assert.deepEqual([...weights.values('x')], [1, -2, 65504, 2 ** -24, -1023 * 2 ** -24, -Infinity]);
    weights.close();
  } finally {
    await rm(scratch, { recursive: true });
  }
});
