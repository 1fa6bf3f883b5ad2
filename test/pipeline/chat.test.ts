/** How a chat begins, from the choice to the package: engine, float reference and command line have the same ids. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { checkTexts } from '../../src/pipeline/checked-texts.js';
import { convert } from '../../src/pipeline/convert.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { utf8 } from '../checkpoint/write-safetensors.js';
import { said } from '../said.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';
import { fixtureJson } from '../tokenizer/fixtures.js';

const TEMPLATE = `{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}`;

/** A model whose tokenizer puts a begin token before texts and whose template writes none. */
async function folder(template = TEMPLATE): Promise<ModelFolder> {
  const model = syntheticFolder({ vocab: 1240 });
  const beside = memoryFolder('beside', {
    'tokenizer.json': utf8(await fixtureJson('llama-legacy')),
    'chat_template.jinja': utf8(template),
  });
  return {
    ...model,
    open: async (name, signal) => (await beside.open(name, signal)) ?? model.open(name, signal),
  };
}

test('a chat begins without the begin token, or with it where that is chosen', async () => {
  const runtime = await testRuntime();
  const opened = await openModel(await folder(), runtime);
  const begin = opened.tokenizer?.prefixIds[0] ?? -1;
  assert.equal(begin, 1);
  const ids: Record<string, readonly number[]> = {};
  for (const chat of ['template', 'begin'] as const) {
    const options = { scheme: { chat }, report: false, context: 64 };
    const planned = planOpened(opened, options);
    const converted = await convert(await folder(), options, runtime);
    assert.ok(converted.package);
    assert.match(said(converted.notes), /writes no begin token.*--chat begin/);
    const twin = await Twin.load(runtime.twin, converted.package);
    const given = (ids[chat] = twin.chatIds('Hello', { first: true }));
    assert.deepEqual(checkTexts(planned, { prompts: ['Hello'] }).prompts[0]?.ids, given);
    assert.ok(!twin.chatIds('Again', { first: false }).includes(begin));
  }
  assert.notEqual(ids['template']?.[0], begin);
  assert.deepEqual(ids['begin'], [begin, ...(ids['template'] ?? [])]);
});

test('a template that writes the begin token has no choice', async () => {
  const runtime = await testRuntime();
  const opened = await openModel(await folder(`{{ '<s>' }}${TEMPLATE}`), runtime);
  assert.equal(opened.begunChat, null);
  const [template, begin] = (['template', 'begin'] as const).map(
    (chat) => planOpened(opened, { scheme: { chat } }).opened.chat?.section,
  );
  assert.deepEqual(begin, template);
});
