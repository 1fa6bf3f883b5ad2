/** A model with a cut vocabulary gives the kept tokens the logits that they had, to the last bit of the float reference. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { DEFAULT_CUT_TOKENS, withTokens } from '../../src/edit/vocabulary-cut.js';
import { convert } from '../../src/pipeline/convert.js';
import { openModel, stopIds } from '../../src/pipeline/open-model.js';
import { editModel } from '../../src/pipeline/plan-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { UsageError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { kernels } from '../kernels/load.js';
import { familyFixtures, openFixture } from '../model/family-fixtures.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

/** What is left of the logits after the cut. */
function kept(logits: Float32Array, vocabSize: number, ids: readonly number[]): Float32Array {
  const rows = logits.length / vocabSize;
  return Float32Array.from({ length: rows * ids.length }, (_, at) => {
    const row = Math.floor(at / ids.length);
    return logits[row * vocabSize + (ids[at % ids.length] as number)] as number;
  });
}

for (const name of await familyFixtures()) {
  test(`${name}: the logits of kept tokens are those of the whole model, bit for bit`, async () => {
    const { model, checkpoint, expected } = await openFixture(name);
    // All that the text needs, out of order, and some others; the last row is one of them.
    const used = [...new Set([...expected.ids, model.vocabSize - 1])];
    const ids = [...used.reverse(), ...[1, 3, 7].filter((id) => !used.includes(id))];
    assert.ok(ids.length < model.vocabSize);
    const cut = withTokens(model, ids);
    assert.equal(cut.vocabSize, ids.length);
    const whole = await loadReference(kernels, checkpoint, model, {});
    const small = await loadReference(kernels, checkpoint, cut, {});
    const before = whole.forward(expected.ids, 'all');
    const after = small.forward(
      expected.ids.map((id) => ids.indexOf(id)),
      'all',
    );
    assert.deepEqual(after, kept(before, model.vocabSize, ids));
    whole.dispose();
    small.dispose();
  });
}

test('the fixtures have what a cut must follow', async () => {
  const models = await Promise.all((await familyFixtures()).map((name) => openFixture(name)));
  for (const has of [
    ({ model }) => model.head === null,
    ({ model }) => Boolean(model.head?.bias),
    ({ model }) => model.head !== null && model.head.bias === null,
    ({ model }) => model.logitScale !== 1,
    ({ model }) => model.logitCap !== null,
    ({ model }) => model.positions !== null,
  ] satisfies ((fixture: (typeof models)[number]) => boolean)[])
    assert.ok(models.some(has), String(has));
});

test('a row that there is not is refused', async () => {
  const { model } = await openFixture('gpt2');
  assert.throws(() => withTokens(model, [0, model.vocabSize]), RangeError);
  assert.throws(() => withTokens(model, { begin: 1, end: model.vocabSize + 1 }), RangeError);
  // A cut of a cut counts from what is left.
  const twice = withTokens(withTokens(model, { begin: 4, end: 20 }), [2, 5]);
  assert.deepEqual(twice.embedding.view?.rows, [6, 9]);
  assert.deepEqual(
    withTokens(withTokens(model, [9, 8, 7]), { begin: 1, end: 3 }).embedding.view?.rows,
    [8, 7],
  );
});

const SAMPLE = fileURLToPath(new URL('../../models/home-commands/', import.meta.url));

/** The text of an answer, piece by piece. */
function* steps(twin: Twin, user: string): Generator<string> {
  for (const { text } of twin.generate({ ids: twin.chatIds(user, { first: true }), temperature: 0 }))
    yield text;
}

test('home-commands without the words of no command answers as before', async () => {
  const runtime = await testRuntime();
  const folder = await nodeFolder(SAMPLE);
  const text = (await readFile(`${SAMPLE}samples.txt`, 'utf8')).slice(0, 20_000);
  const whole = await openModel(folder, runtime);
  const small = await editModel(whole, [{ kind: 'vocabulary', tokens: 'text', text }], runtime);
  const { keptIds } = small.cut ?? assert.fail('It is not cut.');
  assert.equal(small.cut?.whole, whole);
  assert.equal(small.model.vocabSize, keptIds.length);
  assert.ok(small.model.vocabSize < whole.model.vocabSize);
  assert.equal(
    whole.model.parameters - small.model.parameters,
    (whole.model.vocabSize - small.model.vocabSize) * whole.model.hiddenSize,
  );
  assert.ok((small.tokenizer?.section.length ?? 0) < (whole.tokenizer?.section.length ?? 0));
  assert.deepEqual(
    small.notes.filter(({ code }) => code === 'vocabulary-cut'),
    [{ code: 'vocabulary-cut', kept: keptIds.length, of: 1024 }],
  );
  // Whatever names ids names the same tokens.
  assert.deepEqual(
    stopIds(small).map((id) => keptIds[id]),
    stopIds(whole),
  );
  assert.equal(keptIds[small.model.bosId ?? -1], whole.model.bosId);
  assert.deepEqual(
    small.chat?.endIds.map((id) => keptIds[id]),
    whole.chat?.endIds,
  );
  const turn = { user: 'could you lock that door up in the lounge for me' };
  const [before, after] = [whole, small].map(({ tokenizer, chat }) =>
    tokenizer?.encodeTurn(chat?.section ?? new Uint8Array(), turn),
  );
  assert.deepEqual(
    after?.map((id) => keptIds[id]),
    before,
  );
  const answers = await Promise.all(
    [[], [{ kind: 'vocabulary', tokens: 'text', text } as const]].map(async (edits) => {
      const { package: bytes } = await convert(folder, { edits, report: false }, runtime);
      const twin = await Twin.load(runtime.twin, bytes ?? new Uint8Array());
      const answer = [...steps(twin, turn.user)].join('');
      return { answer, bytes: bytes?.length ?? 0 };
    }),
  );
  assert.equal(answers[1]?.answer, answers[0]?.answer);
  assert.ok((answers[1]?.bytes ?? 0) < (answers[0]?.bytes ?? 0));
  await folder.close();
});

test('what a cut cannot be is refused with what it could be', async () => {
  const runtime = await testRuntime();
  const folder = await nodeFolder(SAMPLE);
  const opened = await openModel(folder, runtime);
  const cutTo = (tokens: number | 'text', text?: string): Promise<unknown> =>
    editModel(opened, [{ kind: 'vocabulary', tokens, text }], runtime);
  await assert.rejects(cutTo(100), (error) => {
    assert.ok(error instanceof UsageError);
    const least = Number(/Give (\d+) or more/.exec(error.message)?.[1]);
    assert.ok(least > 256 && least < 400, error.message);
    return true;
  });
  for (const [tokens, text, message] of [
    [0, undefined, /whole number of tokens, not to 0/],
    [2.5, undefined, /whole number/],
    [Number.NaN, undefined, /whole number/],
    ['text', undefined, /needs the text/],
    [512, 'x'.repeat(17 << 20), /more than 16 MB/],
  ] as const)
    await assert.rejects(
      cutTo(tokens, text),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  const cut = { kind: 'vocabulary', tokens: 600 } as const;
  await assert.rejects(editModel(opened, [cut, cut], runtime), /cut twice/);
  const bare = await openModel(syntheticFolder(), runtime);
  await assert.rejects(editModel(bare, [cut], runtime), /has none/);
  await folder.close();
});

test('rows without a token are left out, however many tokens may stay', async () => {
  const runtime = await testRuntime();
  const folder = await nodeFolder(SAMPLE);
  const opened = await openModel(folder, runtime);
  const cut = await editModel(opened, [{ kind: 'vocabulary', tokens: DEFAULT_CUT_TOKENS }], runtime);
  // Nothing is padding here, and every token is reached.
  assert.deepEqual(
    cut.cut?.keptIds,
    Array.from({ length: 1024 }, (_, id) => id),
  );
  const padded = { ...opened, model: { ...opened.model, vocabSize: 1000 } };
  const narrow = await editModel(padded, [{ kind: 'vocabulary', tokens: DEFAULT_CUT_TOKENS }], runtime);
  assert.deepEqual(
    narrow.cut?.keptIds,
    Array.from({ length: 1000 }, (_, id) => id),
  );
  await folder.close();
});
