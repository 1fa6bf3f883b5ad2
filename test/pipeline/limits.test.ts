/**
 * Whatever can be planned can be written, and what is written the engine takes: every limit of the format, field by field
 * of its schema, is refused by the plan with the config's key when a model goes beyond it, and converted and run at it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { convert } from '../../src/pipeline/convert.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { planOpened, type PlanOptions } from '../../src/pipeline/plan-model.js';
import { CONFIG, SAMPLING, STEP_BODY, STEP_HEAD } from '../../src/schema/package.js';
import { MAX_PACKAGE_BYTES, PACKAGE_LIMITS } from '../../src/schema/limits.js';
import type { Field } from '../../src/schema/record.js';
import { FormatError, UnsupportedError, UsageError } from '../../src/shared/errors.js';
import { blankFolder, type BlankConfig } from '../support/blank-model.js';
import { testRuntime } from '../support/runtime.js';

/** Every field that says something of a model, by record and name. */
const FIELDS: Readonly<Record<string, Field>> = Object.fromEntries(
  Object.entries({ CONF: CONFIG, STEP: STEP_HEAD, ...STEP_BODY, SAMP: SAMPLING }).flatMap(
    ([record, { fields }]) =>
      Object.entries(fields as Readonly<Record<string, Field>>).map(([name, field]) => [
        `${record} ${name}`,
        field,
      ]),
  ),
);

interface Said {
  /** The key that an error has to name. */
  readonly key: string | RegExp;
  readonly config: (value: number) => BlankConfig;
  readonly options?: (value: number) => PlanOptions;
  /** What this model narrows the field to. */
  readonly field?: { readonly low: number; readonly step: number };
}

const ids = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

/** What a folder says of fields. */
const SAID: Readonly<Record<string, Said>> = {
  'CONF hiddenSize': { key: 'hidden_size', config: (value) => ({ hidden_size: value }) },
  'CONF layers': { key: 'num_hidden_layers', config: (value) => ({ num_hidden_layers: value }) },
  'CONF vocabSize': { key: 'vocab_size', config: (value) => ({ vocab_size: value, eos_token_id: 0 }) },
  'CONF finalNormEpsilon': { key: 'rms_norm_eps', config: (value) => ({ rms_norm_eps: value }) },
  'norm epsilon': { key: 'rms_norm_eps', config: (value) => ({ rms_norm_eps: value }) },
  'attention heads': { key: 'num_attention_heads', config: (value) => ({ num_attention_heads: value }) },
  'attention kvHeads': {
    // There are at least as many others, which are limited alike.
    key: /^num_(?:key_value|attention)_heads$/,
    config: (value) => ({ num_attention_heads: Math.max(1, value), num_key_value_heads: value }),
  },
  'attention headDim': {
    key: 'head_dim',
    config: (value) => ({ head_dim: value }),
    // Its heads rotate by pairs.
    field: { low: 2, step: 2 },
  },
  'mlp width': { key: 'intermediate_size', config: (value) => ({ intermediate_size: value }) },
  'SAMP stopIds': { key: 'eos_token_id', config: (value) => ({ eos_token_id: ids(value) }) },
};

/** What no folder says, with the reason why it is always within its limits. */
const SETTLED: Readonly<Record<string, string>> = {
  'CONF context': 'asked for by options: below',
  'CONF maxBatch': 'one of eight that the plan tries',
  'CONF cache': 'a word',
  'CONF activations': 'a word',
  'CONF bosId': 'left out with a note when it is not in the vocabulary',
  'CONF finalNorm': 'a word',
  'CONF embeddingSize': 'limited as it is read, by the family that has it',
  'CONF embeddingScale': 'limited as it is read, or the root of the hidden size',
  'CONF logitScale': 'limited as it is read',
  'CONF logitCap': 'limited as it is read',
  'CONF rotaryTables': 'two at most',
  'STEP layer': 'below the number of layers',
  'STEP kind': 'a word',
  'STEP reads': 'a word',
  'STEP writes': 'a word',
  'STEP adds': 'a truth',
  'norm norm': 'a word',
  'attention window': 'whole and positive as it is read; any such number goes',
  'attention position': 'a word',
  'attention rotaryTable': 'one of those that are read',
  'attention rotaryDim': 'even and within the size of a head as it is read',
  'attention scoreScale': 'limited as it is read, or of the size of a head, which is limited',
  'attention scoreCap': 'limited as it is read',
  'attention clip': 'limited as it is read',
  'attention headNorm': 'a word',
  'attention headNormKind': 'a word',
  'attention headNormTurned': 'a truth',
  'attention headNormEpsilon': 'that of the norms, which is refused before',
  'conv taps': 'limited as it is read',
  'mlp mlp': 'a word',
  'mlp function': 'a word',
  'SAMP doSample': 'a truth',
  'SAMP temperature': 'limited as it is read, and 0 when it is less than the least',
  'SAMP topK': 'limited as it is read; any such number goes',
  'SAMP topP': 'limited as it is read and raised to the least',
  'SAMP minP': 'limited as it is read',
  'SAMP repetitionPenalty': 'moved to the nearest that the format has',
  'SAMP maxNewTokens': 'limited as it is read; any such number goes',
};

async function plan(config: BlankConfig, options: PlanOptions = {}): Promise<void> {
  planOpened(await openModel(blankFolder(config), await testRuntime()), options);
}

/** Converts the model and lets the engine read a token. */
async function runs(config: BlankConfig, options: PlanOptions = {}): Promise<void> {
  const runtime = await testRuntime();
  const conversion = await convert(blankFolder(config), { ...options, report: false }, runtime);
  assert.ok(conversion.package);
  const twin = await Twin.load(runtime.twin, conversion.package);
  const generation = twin.generate({ ids: [1], maxNewTokens: 1 });
  assert.equal(generation.next().done, false);
}

/** The nearest values outside of a field's range. */
function beyond({ low, high, step = 1, type }: Field): readonly number[] {
  if (type === 'f32') return [low === 0 ? -1 : 0, low / 2, high * 2];
  return [...(low > 0 ? [low - step] : []), high + step];
}

test('a folder says each field of a package, or the plan settles it', () => {
  assert.deepEqual(Object.keys(FIELDS).sort(), [...Object.keys(SAID), ...Object.keys(SETTLED)].sort());
});

for (const [name, { key, config, field: narrowed }] of Object.entries(SAID)) {
  const field = { ...(FIELDS[name] as Field), ...narrowed };
  test(`${name}: beyond its limits a model is refused by ${String(key)}`, async () => {
    for (const value of beyond(field)) {
      await assert.rejects(plan(config(value)), (error) => {
        assert.ok(error instanceof FormatError, `${value}: ${String(error)}`);
        assert.equal(error.file, 'config.json');
        assert.match(error.field ?? '', new RegExp(key), `${value}: ${error.message}`);
        if (value > field.high) {
          assert.ok(error instanceof UnsupportedError || field.type === 'f32', error.message);
          assert.ok(error.message.includes(String(field.high)), error.message);
        }
        return true;
      });
    }
  });

  test(`${name}: at its limits a model is converted and runs`, { timeout: 300_000 }, async () => {
    const least = name === 'CONF vocabSize' ? 2 : field.low;
    for (const value of [least, field.high]) await runs(config(value));
  });
}

test('a context beyond the engine is refused by its limit, not by the model', async () => {
  const long = { max_position_embeddings: 1 << 20 };
  await assert.rejects(plan(long, { context: 200_000 }), (error) => {
    assert.ok(error instanceof UsageError && error.code === 'context');
    assert.match(
      error.message,
      /^The engine holds at most 65536 positions; give a context of 65536 or fewer/,
    );
    return true;
  });
  await assert.rejects(plan({}, { context: 65 }), /The model was made for at most 64 positions/);
  await runs(long, { context: PACKAGE_LIMITS.context });
});

test('a cache beyond what the engine counts is refused, and the context that is named goes', async () => {
  const wide = {
    num_hidden_layers: 4,
    num_attention_heads: 256,
    num_key_value_heads: 256,
    head_dim: 256,
    max_position_embeddings: 1 << 16,
  };
  let longest = 0;
  await assert.rejects(plan(wide, { context: 1 << 16 }), (error) => {
    assert.ok(error instanceof UsageError && error.code === 'context', String(error));
    longest = Number(/Give a context of (\d+) or fewer/.exec(error.message)?.[1]);
    return true;
  });
  assert.ok(longest > 1000);
  await plan(wide, { context: longest });
  await assert.rejects(plan(wide, { context: longest + 1 }), UsageError);
});

test('a package longer than any that is read is refused', async () => {
  const large = { vocab_size: 1 << 20, hidden_size: 1024 };
  await assert.rejects(plan(large), (error) => {
    assert.ok(error instanceof UnsupportedError, String(error));
    assert.match(
      error.message,
      new RegExp(`The package would take \\d+ bytes; at most ${MAX_PACKAGE_BYTES}`),
    );
    return true;
  });
  await plan({ ...large, hidden_size: 512 });
});

test('the other limits of the format follow from these', () => {
  // The steps and tensors of a block as every family has them: four steps, and at most two norms with biases and seven
  // matrices with biases; and embedding, head, final norm and rotary table.
  assert.ok(4 * PACKAGE_LIMITS.layers <= PACKAGE_LIMITS.steps);
  assert.ok((2 * 2 + 7 * 2) * PACKAGE_LIMITS.layers + 6 <= PACKAGE_LIMITS.tensors);
});
