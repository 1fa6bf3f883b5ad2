/** A smaller vocabulary is offered where it makes a model fit or faster, with the figures of its plan. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CUT_TOKENS, withTokens } from '../../src/edit/vocabulary-cut.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { planOpened, refuseUnfit } from '../../src/pipeline/plan-model.js';
import { ENGLISH_PLAN, planCut } from '../../src/plan/words.js';
import { FitError } from '../../src/shared/errors.js';
import { blankFolder, type BlankConfig } from '../support/blank-model.js';
import { testRuntime } from '../support/runtime.js';
import { fixtureJson, openJson } from '../tokenizer/fixtures.js';

/** A Llama of these sizes with a tokenizer. @param added tokens that it says are added */
async function opened(config: BlankConfig, added?: number): Promise<OpenedModel> {
  const model = await openModel(blankFolder(config), await testRuntime());
  const tokenizer = await openJson(await fixtureJson('gpt2'));
  if (added !== undefined)
    Object.assign(tokenizer, { addedIds: Array.from({ length: added }, (_, id) => id) });
  return { ...model, tokenizer };
}

/** 15 million parameters, of which 11 are the embedding. */
const WIDE: BlankConfig = {
  hidden_size: 288,
  num_hidden_layers: 4,
  num_attention_heads: 6,
  num_key_value_heads: 6,
  head_dim: 48,
  intermediate_size: 768,
  vocab_size: 40_000,
  max_position_embeddings: 256,
};

/** The shape of SmolLM-135M. */
const LARGE: BlankConfig = {
  hidden_size: 576,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: 64,
  intermediate_size: 1536,
  vocab_size: 49_152,
  max_position_embeddings: 2048,
};

test('a model that only a cut makes fit is refused with what it would take', async () => {
  const model = await opened(WIDE);
  const options = { board: 'esp32-s3-n8r8', scheme: { weights: 'int8' } } as const;
  const planned = planOpened(model, options);
  const { fit, cut } = planned.plan;
  assert.equal(fit.fits, false);
  assert.ok(cut !== null);
  assert.deepEqual([cut.tokens, cut.of, cut.fits], [DEFAULT_CUT_TOKENS, 40_000, true]);
  // The figures are those of a plan of the cut model.
  const small = planOpened(
    { ...model, model: withTokens(model.model, { begin: 0, end: cut.tokens }) },
    options,
  );
  assert.equal(cut.tokensPerSecond, small.plan.predictedTokensPerSecond);
  const section = model.tokenizer?.section.length ?? 0;
  const flash = small.plan.memories.at(-1)?.weights ?? 0;
  assert.equal(cut.bytes, flash - Math.round(section * (1 - cut.tokens / cut.of)));
  assert.equal(cut.whole, planned.plan.memories.at(-1)?.weights);
  assert.ok(fit.advice.remedies.every(({ code }) => code !== 'smaller-model'));
  const said = planCut(planned.plan, ENGLISH_PLAN) ?? '';
  assert.match(said, /^Cut to 4,096 of its 40,000 tokens, it takes 5\.\d\d MB instead of 1\d\.\d\d MB/);
  assert.throws(
    () => refuseUnfit(planned),
    (error) => error instanceof FitError && error.message.includes(said),
  );
});

test('a model that fits is offered a cut where that makes it faster', async () => {
  const { plan } = planOpened(await opened({ ...WIDE, vocab_size: 20_000 }), {});
  assert.ok(plan.fit.fits && plan.cut?.fits === true);
  assert.ok(plan.cut.tokensPerSecond > 1.1 * plan.predictedTokensPerSecond);
  // Where words are a small part of the bytes, they are not worth it.
  const { plan: deep } = planOpened(await opened({ ...WIDE, num_hidden_layers: 9, vocab_size: 4400 }), {});
  assert.equal(deep.cut, null);
});

test('a model that no cut makes fit says what it would still take', async () => {
  const planned = planOpened(await opened(LARGE), {});
  const { cut } = planned.plan;
  assert.equal(cut?.fits, false);
  // 106 million parameters are left in the layers.
  assert.ok(cut.bytes > 100e6 && cut.bytes < 115e6, String(cut.bytes));
  assert.throws(() => refuseUnfit(planned), /Even cut to 4,096 of its 49,152 tokens, it takes 10\d MB/);
});

test('what must stay is more than the usual size', async () => {
  const { plan } = planOpened(await opened(WIDE, 6000), { scheme: { weights: 'int8' } });
  assert.equal(plan.cut?.tokens, 8192);
});

test('nothing is offered without a tokenizer, to a small vocabulary, and of a cut', async () => {
  const model = await opened(WIDE);
  assert.equal(planOpened({ ...model, tokenizer: null }, {}).plan.cut, null);
  assert.equal(planOpened(await opened({ ...WIDE, vocab_size: 4096 }), {}).plan.cut, null);
  assert.equal(planOpened({ ...model, cut: { whole: model, keptIds: [], text: null } }, {}).plan.cut, null);
});

test('what else is too much is not the fault of the vocabulary', async () => {
  const { plan } = planOpened(await opened({ ...WIDE, vocab_size: 8000 }), {
    board: 'esp32-s3-n16',
    context: 256,
  });
  assert.ok(plan.fit.advice.problems.some(({ code }) => code === 'cache'));
  assert.equal(plan.cut, null);
});
