/** The report of a model whose vocabulary was cut: what a text loses, and figures that compare what reads in unlike pieces. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { convert } from '../../src/pipeline/convert.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { editModel } from '../../src/pipeline/plan-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { textLength } from '../../src/pipeline/text-length.js';
import type { Report } from '../../src/quantize/report.js';
import { reportText } from '../../src/report/index.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { kernels } from '../kernels/load.js';
import { testRuntime } from '../support/runtime.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands/', import.meta.url));
const SAMPLES = await readFile(`${SAMPLE}samples.txt`, 'utf8');
const COMMANDS = SAMPLES.slice(0, 6000);

async function reportOf(
  tokens: number | 'text',
  text: string | undefined,
  evaluationText: string | undefined,
): Promise<Report> {
  const folder = await nodeFolder(SAMPLE);
  try {
    const edits = [{ kind: 'vocabulary', tokens, text } as const];
    const { report } = await convert(folder, { edits, evaluationText, prompts: [] }, await testRuntime());
    return report ?? assert.fail('There is no report.');
  } finally {
    await folder.close();
  }
}

test('a text of kept tokens loses nothing, and another is counted', async () => {
  const other = 'Whatever the weather, fetch seven umbrellas.';
  const report = await reportOf('text', COMMANDS, other);
  const { lengths, bitsPerByte, tokens, of } = report.vocabulary ?? assert.fail('No cut is reported.');
  assert.equal(of, 1024);
  assert.ok(tokens < of);
  assert.deepEqual(
    lengths.map(({ text }) => text),
    ['evaluation', 'kept'],
  );
  const [evaluation, kept] = lengths;
  assert.ok(evaluation !== undefined && kept !== undefined);
  assert.equal(kept.tokensAfter, kept.tokensBefore);
  assert.equal(kept.apart, 0);
  assert.deepEqual(kept.examples, []);
  assert.equal(evaluation.characters, other.length);
  assert.equal(evaluation.words, 6);
  assert.ok(evaluation.tokensAfter > evaluation.tokensBefore && evaluation.apart > 0);
  const [first] = evaluation.examples;
  assert.ok(first !== undefined && first.pieces.length > 1);
  assert.equal(first.pieces.join(''), first.word);
  assert.equal(bitsPerByte?.text, 'evaluation');
  assert.equal(bitsPerByte.bytes, other.length);
  assert.ok(bitsPerByte.lost > 0 && bitsPerByte.lost < 1);
  // All of the original's weights are before it, not only those of the tokens that are left.
  const whole = (await convert(await nodeFolder(SAMPLE), { prompts: [] }, await testRuntime())).report;
  assert.equal(whole?.vocabulary, null);
  assert.equal(report.size.before, whole.size.before);
  assert.ok(report.size.after < whole.size.after);
  const shown = reportText(report, null, { columns: 100 });
  assert.match(shown, /What the smaller vocabulary costs/);
  assert.match(shown, /1,024 tokens are left/);
  assert.match(shown, new RegExp(`${first.word} \\(${first.pieces.join('·')}\\)`));
});

test('bits per byte are the negative log probability of the text, whatever its pieces', async () => {
  const text = 'could you lock that door up in the lounge for me';
  const report = await reportOf('text', COMMANDS, text);
  const found = report.vocabulary?.bitsPerByte ?? assert.fail('No bits are reported.');
  const folder = await nodeFolder(SAMPLE);
  const runtime = await testRuntime();
  const whole = await openModel(folder, runtime);
  const cut = await editModel(whole, [{ kind: 'vocabulary', tokens: 'text', text: COMMANDS }], runtime);
  for (const [opened, bits] of [
    [whole, found.whole],
    [cut, found.cut],
  ] as const) {
    const reference = await loadReference(kernels, opened.checkpoint, opened.model, {});
    const ids = [opened.model.bosId ?? 0, ...(opened.tokenizer?.encode(text, { addSpecial: false }) ?? [])];
    let nats = 0;
    for (const [at, id] of ids.entries()) {
      const logits = reference.forward([id], 'last');
      const next = ids[at + 1];
      if (next === undefined) break;
      const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
      nats -= (logits[next] as number) - Math.log(sum);
    }
    assert.ok(Math.abs(nats / Math.LN2 / text.length - bits) < 1e-4 * bits, `${nats} ${bits}`);
    reference.dispose();
  }
  // Fewer tokens to choose among: what is left is likelier. Rounding to INT8 changes little.
  assert.ok(found.cut <= found.whole);
  assert.ok(Math.abs(found.converted - found.cut) < 0.05 * found.cut);
  await folder.close();
});

test('without a text, what the original writes is counted', async () => {
  const report = await reportOf(300, undefined, undefined);
  const { lengths, bitsPerByte } = report.vocabulary ?? assert.fail('No cut is reported.');
  assert.deepEqual(
    lengths.map(({ text }) => text),
    ['written'],
  );
  assert.ok((lengths[0]?.apart ?? 0) > 0);
  assert.equal(bitsPerByte?.text, 'written');
  // Commands in single letters are foreign to the model.
  assert.ok(bitsPerByte.cut > bitsPerByte.whole);
  assert.ok(Number.isFinite(report.kl.mean));
});

test('words of languages without spaces are found as well', async () => {
  const folder = await nodeFolder(SAMPLE);
  const { tokenizer } = await openModel(folder, await testRuntime());
  assert.ok(tokenizer !== null);
  const found = textLength(['我喜欢灯。'], tokenizer, tokenizer);
  assert.ok(found.words >= 2, String(found.words));
  assert.equal(found.apart, 0);
  assert.deepEqual(textLength([], tokenizer, tokenizer).examples, []);
  await folder.close();
});
