/**
 * Contexts longer than what a model was trained with: the description, the float reference and the engine give the logits
 * that transformers computes for a text as long as the context.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { withContext } from '../../src/model/rotaries.js';
import { convert } from '../../src/pipeline/convert.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { UsageError } from '../../src/shared/errors.js';
import { kernels } from '../kernels/load.js';
import {
  LONG_ROTARY,
  distance,
  familyFixtures,
  fixtureFolder,
  openFixture,
} from '../model/family-fixtures.js';
import { plainForward } from '../model/plain-forward.js';
import { testRuntime } from '../support/runtime.js';

const TOLERANCE = 2e-5;
const FLOAT = { weights: 'float32', cache: 'float32' } as const;
/** The length that these models were trained with. */
const TRAINED = 16;

for (const name of await familyFixtures(LONG_ROTARY)) {
  void test(`${name}: a context of 24 tokens where ${TRAINED} were trained`, async () => {
    const { model, checkpoint, expected } = await openFixture(name, LONG_ROTARY);
    const context = expected.ids.length;
    assert.ok(context > TRAINED);
    const flat = expected.logits.flat();
    const long = withContext(model, context);
    const plain = await plainForward(long, checkpoint, expected.ids);
    assert.ok(distance(plain.flat(), flat) <= TOLERANCE, 'the description');

    const reference = await loadReference(kernels, checkpoint, long, {});
    assert.ok(distance(reference.forward(expected.ids, 'all'), flat) <= TOLERANCE, 'the float reference');
    reference.dispose();

    const runtime = await testRuntime();
    const folder = (): ReturnType<typeof fixtureFolder> => fixtureFolder(name, undefined, LONG_ROTARY);
    const converted = await convert(await folder(), { scheme: FLOAT, report: false, context }, runtime);
    const twin = await Twin.load(runtime.twin, converted.package ?? assert.fail('no package'));
    assert.equal(twin.info.context, context);
    assert.ok(distance(twin.forward(expected.ids, 'all'), flat) <= TOLERANCE, 'the engine');

    const report = (await convert(await folder(), { context }, runtime)).report;
    assert.ok(report !== null && report.kl.mean < 0.05, 'the report compares with the model of this context');
  });
}

for (const [name, longest] of [
  ['longrope', 48],
  ['dynamic', 64],
] as const) {
  void test(`${name}: nobody gets a longer context without asking, and none beyond ${longest}`, async () => {
    const { model, checkpoint, expected } = await openFixture(name, LONG_ROTARY);
    const runtime = await testRuntime();
    const folder = await fixtureFolder(name, undefined, LONG_ROTARY);
    const { plan } = await convert(folder, { report: false }, runtime);
    assert.equal(plan.context, TRAINED);
    assert.equal(withContext(model, TRAINED), model);
    await convert(folder, { report: false, context: longest }, runtime);
    await assert.rejects(convert(folder, { report: false, context: longest + 1 }, runtime), UsageError);
    // What was trained for short texts is another model for long ones.
    const short = await plainForward(model, checkpoint, expected.ids);
    assert.ok(distance(short.flat(), expected.logits.flat()) > 2e-3);
  });
}
