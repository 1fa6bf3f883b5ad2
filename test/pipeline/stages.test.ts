/** The stages one by one: each takes the value of the one before, and together they are `convert`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Edit } from '../../src/edit/edit.js';
import { MemorySink } from '../../src/package/writer.js';
import { checkTexts } from '../../src/pipeline/checked-texts.js';
import { carryOut, convert } from '../../src/pipeline/convert.js';
import { convertPlanned } from '../../src/pipeline/convert-planned.js';
import { evaluateConverted } from '../../src/pipeline/evaluate-converted.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { OriginalModel } from '../../src/pipeline/original-model.js';
import { editModel, planModel, planOpened } from '../../src/pipeline/plan-model.js';
import type { ConvertOptions } from '../../src/pipeline/types.js';
import { UsageError } from '../../src/shared/errors.js';
import type { Progress } from '../../src/shared/progress.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const OPTIONS: readonly ConvertOptions[] = [
  {},
  { scheme: { activations: 'static' }, context: 32 },
  { scheme: { granularity: 'tensor' }, board: 'esp32-s3-n8r2' },
];

/** A folder that counts how often each file is opened and its bytes are read. */
function counted(inner: ModelFolder): { folder: ModelFolder; reads: Map<string, number> } {
  const reads = new Map<string, number>();
  const folder: ModelFolder = {
    ...inner,
    open: async (name, signal) => {
      const source = await inner.open(name, signal);
      if (source === null) return null;
      return {
        name,
        size: source.size,
        read: (begin, end, stop) => {
          reads.set(name, (reads.get(name) ?? 0) + end - begin);
          return source.read(begin, end, stop);
        },
      };
    },
  };
  return { folder, reads };
}

for (const options of OPTIONS) {
  test(`the stages give what convert gives: ${JSON.stringify(options)}`, async () => {
    const runtime = await testRuntime();
    const whole = await convert(syntheticFolder(), options, runtime);
    const opened = await editModel(await openModel(syntheticFolder(), runtime), [], runtime);
    const planned = planOpened(opened, options);
    assert.deepEqual(planModel(opened, options), planned.plan);
    const converted = await convertPlanned(planned, {}, runtime);
    assert.equal(converted.planned, planned);
    assert.deepEqual(converted.package, whole.package);
    assert.equal(converted.packageBytes, whole.packageBytes);
    assert.deepEqual(await evaluateConverted(converted, {}, runtime), whole.report);
  });
}

test('a plan is carried out as it is, and the model is neither read nor planned again', async () => {
  const runtime = await testRuntime();
  const { folder, reads } = counted(syntheticFolder());
  const planned = planOpened(await openModel(folder, runtime), { context: 32 });
  const config = reads.get('config.json');
  const conversion = await carryOut(planned, { report: false }, runtime);
  assert.equal(conversion.plan, planned.plan);
  assert.equal(conversion.model, planned.opened.model);
  assert.equal(reads.get('config.json'), config);
});

test('the original model is loaded once for all stages that share it', async () => {
  const runtime = await testRuntime();
  const planned = planOpened(await openModel(syntheticFolder(), runtime), {
    scheme: { activations: 'static' },
  });
  const readings = async (
    run: (onProgress: (progress: Progress) => void) => Promise<unknown>,
  ): Promise<number> => {
    let loaded = 0;
    await run(({ stage, done, total }) => {
      if (stage === 'reading' && done === total) loaded++;
    });
    return loaded;
  };
  assert.equal(await readings((onProgress) => carryOut(planned, {}, runtime, { onProgress })), 1);
  const shared = await readings(async (onProgress) => {
    const hooks = { onProgress };
    const original = new OriginalModel(planned.opened, runtime, hooks);
    const converted = await convertPlanned(planned, { original }, runtime, hooks);
    await evaluateConverted(converted, { original }, runtime, hooks);
    original.dispose();
  });
  assert.equal(shared, 1);
});

test('a package that went elsewhere has no report', async () => {
  const runtime = await testRuntime();
  const planned = planOpened(await openModel(syntheticFolder(), runtime), {});
  const converted = await convertPlanned(planned, { sink: new MemorySink() }, runtime);
  assert.equal(converted.package, null);
  await assert.rejects(evaluateConverted(converted, {}, runtime), UsageError);
  await assert.rejects(carryOut(planned, { report: true, sink: new MemorySink() }, runtime), UsageError);
});

test('texts are checked against the model before the work', async () => {
  const planned = planOpened(await openModel(syntheticFolder(), await testRuntime()), {});
  assert.deepEqual(checkTexts(planned), {
    calibration: null,
    evaluation: null,
    notes: [],
    prompts: [{ text: '', ids: [1] }],
  });
  assert.deepEqual(checkTexts(planned, { report: false }).prompts, []);
  assert.throws(() => checkTexts(planned, { evaluationText: 'a' }), /no tokenizer\.json/);
});

test('no edit leaves the model as it is, and one that there is not is refused', async () => {
  const runtime = await testRuntime();
  const opened = await openModel(syntheticFolder(), runtime);
  assert.equal(await editModel(opened, [], runtime), opened);
  const unknown = [{ kind: 'shrink' }] as unknown as Edit[];
  await assert.rejects(
    editModel(opened, unknown, runtime),
    (error) => error instanceof UsageError && /no edit \{"kind":"shrink"\}/.test(error.message),
  );
});
