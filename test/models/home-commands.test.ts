import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { readOwnSections } from '../../src/pipeline/own-sections.js';
import { convert } from '../../src/pipeline/convert.js';
import { said } from '../said.js';
import { SampleModel } from './sample-model.js';

/** Requests in phrasings and combinations that training never saw. */
const REQUESTS = ['phrasing', 'combination'];

describe('the bundled sample model', () => {
  let sample: SampleModel;

  before(async () => {
    sample = await SampleModel.open('home-commands');
  });

  it('is small enough to be bundled, and of a family that is converted', () => {
    assert.ok(sample.opened.model.parameters <= 1_000_000);
    assert.ok(sample.opened.model.vocabSize <= 1024);
    assert.ok(sample.opened.chat !== null, said(sample.opened.notes));
    assert.ok(sample.heldOut.length >= 500);
  });

  it('answers held-out requests in floats, and as well in INT8', async () => {
    const reference = await sample.reference();
    const before = sample.exact(reference, REQUESTS);
    reference.dispose();
    const { package: bytes } = await convert(sample.folder, { report: false }, sample.runtime);
    assert.ok(bytes !== null);
    const after = sample.exact(await Twin.load(sample.runtime.twin, bytes), REQUESTS);
    assert.ok(before.some >= 0.98, `float ${before.some}`);
    assert.ok(before.all >= 0.95, `float, small talk and refusals too: ${before.all}`);
    assert.ok(after.some >= before.some - 0.005, `float ${before.some}, INT8 ${after.some}`);
    assert.ok(after.all >= before.all - 0.005, `float ${before.all}, INT8 ${after.all}`);
  });

  it('answers every held-out request the same under the grammar that it carries', async (context) => {
    const { folder, runtime, heldOut } = sample;
    const own = await readOwnSections(folder);
    assert.ok(own.grammar !== null);
    const { package: bytes } = await convert(folder, { report: false, own }, runtime);
    const twin = await Twin.load(runtime.twin, bytes ?? new Uint8Array());
    const answer = (prompt: string, free: boolean): string => {
      const ids = twin.chatIds(prompt, { first: true });
      const steps = twin.generate({ ids, free, doSample: false, maxNewTokens: 64 });
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value.text;
      }
    };
    let good = 0;
    for (const { prompt, answer: wanted } of heldOut) {
      const held = answer(prompt, false);
      assert.equal(held, answer(prompt, true), prompt);
      if (held === wanted) good++;
    }
    context.diagnostic(`${good} of ${heldOut.length} exact`);
    assert.ok(good / heldOut.length >= 0.95);
  });

  it('gives the logits and answers that transformers gives', () => sample.agreesWithTransformers());
});
