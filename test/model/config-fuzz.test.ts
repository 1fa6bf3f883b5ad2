/** Random changes of a config: each gives a sound description or a FormatError, never another error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { readDecoder } from '../../src/model/read.js';
import { FormatError } from '../../src/shared/errors.js';
import { familyFixtures, fixtureFolder } from './family-fixtures.js';
import { folderOf, tinyModel } from './tiny-model.js';

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  2,
  3,
  4,
  8,
  11,
  -1,
  0.5,
  1e-9,
  1e9,
  1e308,
  2 ** 53,
  '',
  'silu',
  'default',
  [],
  [1, 2],
  [null],
  {},
  { a: 1 },
  { rope_type: 'yarn', factor: 4 },
  { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
  { type: 'dynamic', factor: 2 },
  { rope_type: 'longrope', short_factor: [1, 2] },
  { rope_type: 'yarn', factor: 0 },
  { rope_type: 'longrope', short_factor: 'x' },
  { rope_theta: 1, rope_type: 'yarn', factor: 2 },
  ['MistralForCausalLM'],
];

const KEYS: readonly string[] = [
  ...Object.keys(tinyModel().config),
  'rope_scaling',
  'rope_parameters',
  'head_dim',
  'attention_bias',
  'mlp_bias',
  'sliding_window',
  'pad_token_id',
  'partial_rotary_factor',
  'original_max_position_embeddings',
  'quantization_config',
  'num_local_experts',
];

/** What every reader of a description may rely on. */
function assertSound(model: DecoderModel, where: string): void {
  const numbers = model.rotaries.flatMap((rotary) => [...rotary.inverseFrequencies, rotary.attentionFactor]);
  for (const { steps } of model.blocks) {
    for (const step of steps) {
      if (step.kind !== 'attention') continue;
      const { scale, scoreCap, clip, factor, position } = step.attention;
      numbers.push(scale, scoreCap ?? 0, clip ?? 0, factor);
      if (position.kind === 'alibi') numbers.push(...position.slopes);
    }
  }
  numbers.push(model.embeddingScale, model.logitScale, model.logitCap ?? 0);
  assert.ok(
    numbers.every((value) => Number.isFinite(value)),
    where,
  );
  const ids = [...model.eosIds, model.bosId ?? 0, model.padId ?? 0];
  assert.ok(
    ids.every((id) => id >= 0 && id < model.vocabSize),
    where,
  );
}

void test('changed configs give a sound description or a FormatError', async () => {
  let state = 20260701;
  const below = (limit: number): number => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
  let read = 0;
  let refused = 0;
  for (let i = 0; i < 1500; i++) {
    const tiny = tinyModel();
    for (let changes = 1 + below(2); changes > 0; changes--) {
      const target = below(8) === 0 ? (tiny.generation ??= {}) : tiny.config;
      const key =
        target === tiny.config
          ? (KEYS[below(KEYS.length)] ?? '')
          : (['temperature', 'top_k', 'eos_token_id', 'do_sample'][below(4)] ?? '');
      if (below(6) === 0) delete target[key];
      else target[key] = ODD_VALUES[below(ODD_VALUES.length)];
    }
    const folder = folderOf(tiny);
    try {
      const model = await readDecoder(hfFolderInput(folder));
      assertSound(model, JSON.stringify(tiny.config));
      read++;
    } catch (error) {
      if (!(error instanceof FormatError))
        throw new Error(JSON.stringify([tiny.config, tiny.generation]), { cause: error });
      refused++;
    }
  }
  assert.ok(read > 200 && refused > 200, `${read} read, ${refused} refused`);
});

void test('changed configs of every family do, too', async () => {
  let state = 20261130;
  const below = (limit: number): number => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
  let read = 0;
  let refused = 0;
  for (const name of await familyFixtures()) {
    for (let i = 0; i < 60; i++) {
      let changed: Record<string, unknown> = {};
      const folder = await fixtureFolder(name, (config) => {
        const keys = Object.keys(config).filter((key) => key !== 'architectures' && key !== 'model_type');
        for (let changes = 1 + below(2); changes > 0; changes--) {
          const key = keys[below(keys.length)] ?? '';
          if (below(4) === 0) delete config[key];
          else config[key] = ODD_VALUES[below(ODD_VALUES.length)];
        }
        changed = config;
      });
      try {
        assertSound(await readDecoder(hfFolderInput(folder)), JSON.stringify(changed));
        read++;
      } catch (error) {
        if (!(error instanceof FormatError))
          throw new Error(`${name}: ${JSON.stringify(changed)}`, { cause: error });
        refused++;
      }
    }
  }
  assert.ok(read > 500 && refused > 500, `${read} read, ${refused} refused`);
});
