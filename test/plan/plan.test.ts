import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOARDS, findBoard } from '../../src/plan/boards.js';
import { weightEncoding } from '../../src/plan/encoding.js';
import { planTensors } from '../../src/plan/layout.js';
import { speedBetween } from '../../src/plan/speed-between.js';
import { isInSram, piecesOf, placeTensors } from '../../src/plan/placement.js';
import { makePlan, planToJson, type Plan } from '../../src/plan/plan.js';
import { PER_CHANNEL } from '../support/schemes.js';
import {
  ALL_FUSIONS,
  INPUT_OF,
  NO_FUSIONS,
  WEIGHTS,
  describeScheme,
  parseGranularity,
  type WantedScheme,
} from '../../src/plan/scheme.js';
import type { Encoding } from '../../src/schema/encodings.js';
import type { MemoryKind } from '../../src/schema/kinds.js';
import { UsageError } from '../../src/shared/errors.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { syntheticModel } from '../support/synthetic-model.js';

const N16R8 = findBoard('esp32-s3-n16r8');

async function tiny(shape = {}): Promise<DecoderModel> {
  return (await syntheticModel(shape)).model;
}

/** The same model with more layers, to make it large without making its weights. */
function deeper(model: DecoderModel, layers: number): DecoderModel {
  const [block] = model.blocks;
  assert.ok(block);
  return {
    ...model,
    blocks: Array.from({ length: layers }, () => block),
    parameters: model.parameters * layers,
  };
}

describe('tensor layout', () => {
  it('fuses projections and folds what can be folded', async () => {
    const tensors = planTensors(await tiny(), PER_CHANNEL, ALL_FUSIONS, 16);
    const names = tensors.map((tensor) => tensor.name);
    assert.deepEqual(names, [
      'embedding',
      'rotary.0',
      'layers.0.qkv',
      'layers.0.output',
      'layers.0.gate_up',
      'layers.0.down',
      'layers.1.qkv',
      'layers.1.output',
      'layers.1.gate_up',
      'layers.1.down',
      'final_norm',
    ]);
    const qkv = tensors.find((tensor) => tensor.name === 'layers.0.qkv');
    assert.equal(qkv?.rows, 4 * 12 + 2 * 2 * 12);
    assert.deepEqual(
      qkv?.parts.map((part) => part.rowOffset),
      [0, 48, 72],
    );
    assert.equal(qkv?.parts[0]?.factor, 1 / Math.sqrt(12));
    assert.equal(qkv?.gain?.source.name, 'model.layers.0.input_layernorm.weight');
    const gateUp = tensors.find((tensor) => tensor.name === 'layers.0.gate_up');
    assert.deepEqual(
      gateUp?.parts.map((part) => [part.rowOffset, part.rowStep]),
      [
        [0, 2],
        [1, 2],
      ],
    );
  });

  it('leaves everything apart when fusions are off', async () => {
    const names = planTensors(await tiny({ attentionBias: true }), PER_CHANNEL, NO_FUSIONS, 16).map(
      (tensor) => tensor.name,
    );
    for (const name of [
      'layers.0.attention_norm',
      'layers.0.query',
      'layers.0.query.bias',
      'layers.0.gate',
      'layers.0.up',
    ]) {
      assert.ok(names.includes(name), name);
    }
  });

  it('folds the final norm only into a head of its own', async () => {
    const apart = planTensors(await tiny({ tied: false }), PER_CHANNEL, ALL_FUSIONS, 16);
    assert.ok(!apart.some((tensor) => tensor.role === 'final_norm'));
    assert.equal(apart.find((tensor) => tensor.role === 'head')?.gain?.source.name, 'model.norm.weight');
    assert.ok(
      planTensors(await tiny(), PER_CHANNEL, ALL_FUSIONS, 16).some((tensor) => tensor.role === 'final_norm'),
    );
  });

  it('pads rows to 16 bytes and counts scales by granularity', async () => {
    const model = await tiny({ hidden: 20, heads: 5, kvHeads: 1, headDim: 4, ffn: 44 });
    const scales = (['tensor', 'channel', 'group:32'] as const).map((granularity) => {
      const down = planTensors(model, { ...PER_CHANNEL, granularity }, ALL_FUSIONS, 16).find(
        (tensor) => tensor.role === 'down',
      );
      assert.equal(down?.rowBytes, 48);
      return down?.tables.map(({ count }) => count);
    });
    assert.deepEqual(scales, [[1], [20], [20, 40]]);
    const embedding = planTensors(model, { ...PER_CHANNEL, granularity: 'tensor' }, ALL_FUSIONS, 16)[0];
    assert.equal(embedding?.encoding.kind, 'int8Channel');
  });

  it('gives groups scales of 8 bits, the embedding as well, unless inputs are in groups too', async () => {
    const model = await tiny({ hidden: 64, heads: 2, kvHeads: 1, headDim: 32, ffn: 96 });
    const kinds = (activations: 'int8' | 'int8:32'): (string | undefined)[] => {
      const scheme = { ...PER_CHANNEL, granularity: 'group:32', activations } as const;
      const tensors = planTensors(model, scheme, ALL_FUSIONS, 16);
      return (['embedding', 'down'] as const).map(
        (role) => tensors.find((tensor) => tensor.role === role)?.encoding.kind,
      );
    };
    assert.deepEqual(kinds('int8'), ['int8GroupU8', 'int8GroupU8']);
    assert.deepEqual(kinds('int8:32'), ['int8Channel', 'int8Group']);
  });
});

describe('INT4', () => {
  const INT4 = { ...PER_CHANNEL, weights: 'int4', granularity: 'group:16' } as const;

  it('is for every matrix, embedding and head included; learned positions are only looked up', async () => {
    const kinds = async (tied: boolean, granularity: 'group:16' | 'group:64'): Promise<Set<string>> =>
      new Set(
        planTensors(await tiny({ hidden: 128, tied }), { ...INT4, granularity }, ALL_FUSIONS, 16)
          .filter(({ parts, rows }) => parts.length > 0 && rows > 1)
          .map(({ role, encoding: { kind, group } }) => `${role} ${kind} ${group}`),
      );
    const all = (roles: readonly string[], group: number): Set<string> =>
      new Set([...roles, 'qkv', 'output', 'gate_up', 'down'].map((role) => `${role} int4Group ${group}`));
    assert.deepEqual(await kinds(true, 'group:16'), all(['embedding'], 16));
    assert.deepEqual(await kinds(false, 'group:64'), all(['embedding', 'head'], 64));
    const scheme = { ...INT4, granularity: 'group:32' } as const;
    assert.deepEqual(weightEncoding(scheme, { role: 'positions', cols: 128 }), {
      kind: 'int8Channel',
      group: 0,
    });
  });

  it('takes half a byte a weight, a byte each for scale and offset of a group, and a float a row', async () => {
    const tensors = planTensors(await tiny({ hidden: 40, ffn: 72 }), INT4, ALL_FUSIONS, 16);
    const down = tensors.find(({ role }) => role === 'down');
    assert.equal(down?.rowBytes, 48);
    assert.deepEqual(
      down.tables.map(({ name, bytes }) => [name, bytes]),
      [
        ['scale', 160],
        ['group scale', 200],
        ['group offset', 200],
      ],
    );
  });

  it('is refused with granularities and activations that it does not have, in words that say which there are', async () => {
    const model = await tiny();
    const refused = (
      scheme: Partial<WantedScheme>,
      words: RegExp,
      encodings?: Map<string, Encoding>,
    ): void => {
      const options = { board: N16R8, scheme: { ...INT4, ...scheme }, ...(encodings && { encodings }) };
      assert.throws(() => makePlan(model, options), words);
    };
    refused(
      { granularity: 'channel' },
      /INT4 weights have no granularity "channel".*: group:16, group:32, group:64\./,
    );
    refused({ granularity: 'group:128' }, /no granularity "group:128"/);
    refused({ granularity: 'tensor' }, /no granularity "tensor"/, new Map());
    refused(
      { activations: 'int8:32' },
      /INT4 weights take no activations "int8:32".*: auto, int8, int16, static\./,
    );
    refused({ weights: 'int8' }, /INT8 weights have no granularity "group:16".*tensor, channel/);
    refused({ weights: 'auto', activations: 'int8:64' }, /INT4 weights take no activations "int8:64"/);
    const auto = { ...INT4, weights: 'auto' } as const;
    assert.equal(makePlan(model, { board: N16R8, scheme: auto }).base.weights, 'int4');
  });

  it('is given to single matrices by name, the embedding too', async () => {
    const model = await tiny({ hidden: 64 });
    const encodings = new Map<string, Encoding>([['embedding', { kind: 'int4Group', group: 32 }]]);
    const plan = makePlan(model, { board: N16R8, scheme: PER_CHANNEL, encodings });
    assert.deepEqual(plan.tensors[0]?.tensor.encoding, { kind: 'int4Group', group: 32 });
    assert.deepEqual([plan.scheme.weights, plan.scheme.granularity], ['mixed', 'mixed']);
  });
});

describe('placement', () => {
  it('fills SRAM first and never overfills a memory', async () => {
    const tensors = planTensors(deeper(await tiny(), 20), PER_CHANNEL, ALL_FUSIONS, 64);
    for (const [sram, psram] of [
      [0, 0],
      [10_000, 0],
      [50_000, 100_000],
      [1e7, 1e7],
    ] as const) {
      const placed = placeTensors(tensors, sram, psram);
      const used = (memory: MemoryKind): number =>
        placed
          .flatMap(piecesOf)
          .filter((piece) => piece.placement === memory)
          .reduce((sum, piece) => sum + piece.stored, 0);
      assert.ok(used('sram') <= sram);
      assert.ok(used('psram') <= psram);
      if (sram === 1e7)
        assert.equal(placed.filter((entry) => entry.placement !== 'sram').length, 1, 'only the rotary table');
    }
  });

  it('parts a matrix where less than one is left of a memory', async () => {
    const tensors = planTensors(deeper(await tiny(), 20), PER_CHANNEL, ALL_FUSIONS, 64);
    const read = (placed: ReturnType<typeof placeTensors>, memory: MemoryKind): number =>
      placed
        .flatMap(piecesOf)
        .filter((piece) => piece.placement === memory)
        .reduce((sum, piece) => sum + piece.bytesPerToken, 0);
    const rest = (entry: (typeof tensors)[number]): number => entry.bytesPerToken;
    for (let sram = 40_000; sram < 60_000; sram += 1_777) {
      const psram = 51_000 + sram / 3;
      const placed = placeTensors(tensors, sram, psram);
      const parted = placed.filter((entry) => entry.rest !== undefined);
      assert.ok(parted.length <= 2);
      for (const { tensor, rest: last } of parted) {
        assert.ok(last !== undefined && last.rows > 0 && last.rows < tensor.rows);
        assert.equal((tensor.rows - last.rows) % 16, 0);
      }
      // Less than 16 rows with their scales, or than is worth it, stay empty.
      assert.ok(sram - read(placed, 'sram') < 4096 + 512, `${read(placed, 'sram')} of ${sram}`);
      assert.ok(psram - read(placed, 'psram') < 4096 + 512, `${read(placed, 'psram')} of ${psram}`);
      const all = (['sram', 'psram', 'flash'] as const).reduce(
        (sum, memory) => sum + read(placed, memory),
        0,
      );
      assert.ok(Math.abs(all - tensors.reduce((sum, tensor) => sum + rest(tensor), 0)) < 1e-3);
    }
  });

  it('leaves tables that are read by row in flash', async () => {
    const placed = placeTensors(
      planTensors(await tiny({ tied: false }), PER_CHANNEL, ALL_FUSIONS, 64),
      1e7,
      1e7,
    );
    const embedding = placed.find((entry) => entry.tensor.role === 'embedding');
    assert.equal(embedding?.placement, 'flash');
  });
});

describe('plan', () => {
  it('fits a small model into SRAM, with a bound far above flash speed', async () => {
    const plan = makePlan(await tiny(), { board: N16R8, scheme: PER_CHANNEL });
    assert.equal(plan.fit.fits, true);
    assert.equal(plan.cachePlacement, 'sram');
    assert.equal(plan.context, 64);
    assert.ok(plan.boundTokensPerSecond > 1000);
  });

  it('gives SRAM to weights before the cache where a token then waits less', async () => {
    const model = { ...deeper(await tiny(), 20), maxPositions: 4096 };
    const plan = (context: number, board = N16R8): Plan =>
      makePlan(model, { board, scheme: { ...PER_CHANNEL, cache: 'int8' }, context });
    const large = plan(128);
    const [sram, psram] = large.memories;
    assert.ok(sram !== undefined && psram !== undefined);
    assert.equal(large.cachePlacement, 'psram');
    assert.ok(psram.cache < sram.capacity - sram.scratch, 'it would have fitted into SRAM');
    assert.ok(sram.weights + psram.cache > sram.capacity - sram.scratch, 'but not beside the weights');
    // Where there is no PSRAM, it has to.
    assert.equal(plan(128, findBoard('esp32-s3-n8')).cachePlacement, 'sram');
  });

  it('gives 16 bits to what is waited for, and INT8 to what is not, as long as little of the model has it', async () => {
    const { board, scheme } = { board: N16R8, scheme: PER_CHANNEL };
    const inputs = (plan: Plan, place: string): string[] => [
      ...new Set(
        plan.tensors
          .filter((placed) => placed.tensor.site !== null && isInSram(placed) === (place === 'sram'))
          .map(({ tensor }) => tensor.input),
      ),
    ];
    const large = makePlan(deeper(await tiny(), 120), { board, scheme });
    assert.equal(large.scheme.activations, 'mixed');
    assert.deepEqual(inputs(large, 'sram'), ['int8']);
    assert.deepEqual(inputs(large, 'outside'), ['int16']);
    // All of it in SRAM: INT8 would cost more than the plan may lose.
    const small = makePlan(await tiny(), { board, scheme });
    assert.equal(small.scheme.activations, 'int16');
    for (const activations of ['int8', 'int8:32', 'int8:64', 'int16', 'static'] as const) {
      const plan = makePlan(await tiny(), { board, scheme: { ...scheme, activations } });
      assert.equal(plan.scheme.activations, activations);
      assert.deepEqual(inputs(plan, 'sram'), [INPUT_OF[activations]]);
    }
    const float = makePlan(await tiny(), { board, scheme: { ...scheme, weights: 'float32' } });
    assert.ok(float.tensors.every(({ tensor }) => tensor.input === 'int8'));
  });

  it('bounds a model in PSRAM by its bandwidth', async () => {
    const plan = makePlan(deeper(await tiny(), 120), { board: N16R8, scheme: PER_CHANNEL });
    const psram = plan.memories.find((use) => use.memory === 'psram');
    assert.ok(psram !== undefined && psram.weights > 0);
    const alone = 88.8e6 / (psram.bytesPerToken - 32 * 1024);
    assert.ok(plan.boundTokensPerSecond < alone && plan.boundTokensPerSecond > 0.5 * alone);
  });

  it('takes a shorter context where a longer one would push the weights out of SRAM', async () => {
    const model = { ...deeper(await tiny(), 12), maxPositions: 4096 };
    const small = findBoard('esp32-s3-n8');
    const at = (context?: number, board = small): Plan =>
      makePlan(model, { board, scheme: PER_CHANNEL, context });
    const rate = (plan: Plan): number => speedBetween(plan.speed, 64).expected;
    const chosen = at();
    assert.ok(chosen.fit.fits);
    const contexts = [512, 384, 256, 192, 128];
    assert.ok(contexts.includes(chosen.context), `${chosen.context}`);
    assert.ok(rate(chosen) >= 0.5 * rate(at(128)));
    for (const longer of contexts.filter((context) => context > chosen.context)) {
      const plan = at(longer);
      assert.ok(!plan.fit.fits || rate(plan) < 0.5 * rate(at(128)), `${longer} would do`);
    }
    // A wanted context is taken, and one that does not fit leads to no slow one.
    assert.equal(at(256).context, 256);
    const advised = at(2048).fit.advice.remedies.find((remedy) => remedy.code === 'context');
    assert.ok(advised?.code === 'context');
    assert.ok(at(advised.context).fit.fits);
    assert.ok(rate(at(advised.context)) >= 0.5 * rate(at(128)));
    // PSRAM takes the cache.
    assert.equal(at(undefined, N16R8).context, 512);
  });

  it('says by how much memory is short and which context fits', async () => {
    const model = { ...deeper(await tiny(), 12), maxPositions: 65536 };
    for (const [context, problem] of [
      [60000, /working memory needs .* too much/],
      [8000, /cache for 8000 tokens needs .* too much/],
    ] as const) {
      const board = findBoard('esp32-s3-n8');
      const plan = makePlan(model, { board, scheme: { ...PER_CHANNEL, cache: 'int8' }, context });
      assert.equal(plan.fit.fits, false);
      assert.match(plan.fit.problems[0] ?? '', problem);
      const longest = Number(/--context (\d+)/.exec(plan.fit.remedies.join(' '))?.[1]);
      assert.equal(makePlan(model, { board, scheme: PER_CHANNEL, context: longest }).fit.fits, true);
    }
  });

  it('says when flash is too small', async () => {
    const plan = makePlan(await tiny(), {
      board: N16R8,
      scheme: PER_CHANNEL,
      otherBytes: 20 * 1024 * 1024,
    });
    assert.match(plan.fit.problems[0] ?? '', /flash/);
    assert.ok(plan.fit.remedies.length > 0);
  });

  it('refuses contexts that the model was not made for', async () => {
    const model = await tiny();
    assert.throws(() => makePlan(model, { board: N16R8, scheme: PER_CHANNEL, context: 65 }), UsageError);
    assert.throws(() => makePlan(model, { board: N16R8, scheme: PER_CHANNEL, context: 1.5 }), UsageError);
  });

  it('is plain data as JSON', async () => {
    const json = planToJson(makePlan(await tiny(), { board: N16R8, scheme: PER_CHANNEL }));
    assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
  });
});

describe('what is left to the planner', () => {
  it('is a cache with keys of 16 bits where it fits, values too for heads that INT8 would fill up', async () => {
    const planOf = async (
      headDim: number,
      board: string,
      layers: number,
      cache: WantedScheme['cache'] = 'auto',
      weights: WantedScheme['weights'] = 'int8',
      positions = 512,
    ): Promise<Plan> =>
      makePlan(deeper(await tiny({ headDim, positions }), layers), {
        board: findBoard(board),
        scheme: { ...PER_CHANNEL, cache, weights },
        context: positions,
      });
    const cacheOf = async (...wanted: Parameters<typeof planOf>): Promise<string> =>
      (await planOf(...wanted)).scheme.cache;
    assert.equal(await cacheOf(8, 'esp32-s3-n8', 2), 'int16');
    assert.equal(await cacheOf(8, 'esp32-s3-n8', 200), 'int16', 'no larger than INT8');
    assert.equal(await cacheOf(32, 'esp32-s3-n16r8', 2, 'auto', 'int8', 64), 'k16v8');
    assert.equal(await cacheOf(32, 'esp32-s3-n16r8', 4), 'int8', 'a small model waits for its long context');
    assert.equal(await cacheOf(16, 'esp32-s3-n16r8', 2, 'auto', 'float32'), 'float32');
    // Weights that it pushes out of SRAM make five layers twice as slow, seven do not fit.
    for (const [layers, fits] of [
      [5, true],
      [7, false],
    ] as const) {
      assert.equal((await planOf(16, 'esp32-s3-n8', layers, 'int8')).fit.fits, true);
      assert.equal((await planOf(16, 'esp32-s3-n8', layers, 'k16v8')).fit.fits, fits);
      assert.equal(await cacheOf(16, 'esp32-s3-n8', layers), 'int8');
    }
    assert.equal(await cacheOf(16, 'esp32-s3-n8', 20), 'k16v8', 'not even INT8 fits');
  });

  it('is to leave norm gains out of quantized matrices', async () => {
    const model = await tiny();
    for (const scheme of [
      ...WEIGHTS.int8.granularities.map((granularity) => ({ ...PER_CHANNEL, granularity })),
      { ...PER_CHANNEL, weights: 'int4' as const, granularity: 'group:32' as const },
      { ...PER_CHANNEL, weights: 'float32' as const },
    ]) {
      const plan = makePlan(model, { board: N16R8, scheme });
      const isFolded = scheme.weights === 'float32';
      assert.equal(plan.fusions.normGains, isFolded);
      assert.equal(
        plan.tensors.some(({ tensor }) => tensor.role === 'norm'),
        !isFolded,
      );
    }
  });
});

describe('boards', () => {
  it('have unique ids, and octal flash is refused with the reason', () => {
    assert.equal(new Set(BOARDS.map((board) => board.id)).size, BOARDS.length);
    for (const id of ['esp32-s3-n16r8v', 'esp32-s3-n32r8v', 'esp32-s3-n32r16v', 'devkitc-1-n32r8v']) {
      assert.throws(() => findBoard(id), /octal flash.*N16R8/);
    }
    for (const { id, refused, flashBytes, psramBytes, psramKind } of BOARDS) {
      if (refused === null) assert.equal(findBoard(id.toUpperCase()).id, id);
      assert.ok(
        flashBytes <= 16 * 1024 * 1024 || refused !== null,
        `${id}: the header names at most 16 MB here`,
      );
      assert.equal(psramKind === 'none', psramBytes === 0, id);
    }
    assert.throws(() => findBoard('esp8266'), /Known boards/);
  });
});

describe('scheme', () => {
  it('is read and described', () => {
    assert.equal(parseGranularity('group:64'), 'group:64');
    assert.throws(() => parseGranularity('group:48'), /tensor, channel/);
    assert.equal(
      describeScheme({ ...PER_CHANNEL, granularity: 'group:32', activations: 'int8', cache: 'int8' }),
      'INT8 in groups of 32, dynamic INT8 activations, INT8 cache',
    );
    assert.equal(
      describeScheme({ ...PER_CHANNEL, activations: 'mixed', cache: 'float32' }),
      'INT8 per channel, INT8 and 16-bit activations, F32 cache',
    );
  });
});
