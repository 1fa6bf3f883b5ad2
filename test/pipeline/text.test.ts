/** Given texts as sequences of ids: line ends, what is too short, what is too long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTexts } from '../../src/pipeline/checked-texts.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import { storySequences } from '../../src/pipeline/text.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import type { DeviceTokenizer } from '../../src/tokenizer/index.js';
import { utf8 } from '../checkpoint/write-safetensors.js';
import { said } from '../said.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';
import { fixtureJson, openJson } from '../tokenizer/fixtures.js';

const STORIES = 'One day\nit rained.\n\n<|story|>\nThe lamp is on.\nIs it?\n<|story|>\n\nx\n';

async function opened(): Promise<Parameters<typeof planOpened>[0]> {
  const model = syntheticFolder({ vocab: 1000 });
  const beside = memoryFolder('beside', { 'tokenizer.json': utf8(await fixtureJson('gpt2')) });
  const folder = {
    ...model,
    open: async (name: string) => (await beside.open(name)) ?? model.open(name),
  };
  return openModel(folder, await testRuntime());
}

test('stories are the same whatever their line ends and with a byte order mark', async () => {
  const tokenizer = await openJson(await fixtureJson('gpt2'));
  const plain = storySequences(STORIES, tokenizer, 64);
  assert.equal(plain.sequences.length, 2); // one token makes no sequence
  assert.equal(
    plain.sequences.map((ids) => tokenizer.decode(ids)).join('|'),
    'One day\nit rained.|The lamp is on.\nIs it?',
  );
  for (const end of ['\r\n', '\r'])
    assert.deepEqual(storySequences(STORIES.replaceAll('\n', end), tokenizer, 64), plain);
  assert.deepEqual(storySequences(`\ufeff${STORIES}`, tokenizer, 64), plain);
});

test('no more of a text is read than is wanted, in one line too', async () => {
  const tokenizer = await openJson(await fixtureJson('gpt2'));
  let encoded = 0;
  const counting: DeviceTokenizer = {
    ...tokenizer,
    prefixIds: [],
    encode: (text, options) => {
      encoded += text.length;
      return tokenizer.encode(text, options);
    },
  };
  const line = 'the lamp in the room is on. '.repeat(80_000);
  const { sequences, tokens, isCut } = storySequences(line, counting, 128, 1000);
  assert.deepEqual([tokens, isCut], [1000, true]);
  assert.equal(sequences.flat().length, 1000);
  assert.ok(encoded < 200_000, `${encoded} characters`);
  assert.deepEqual(
    sequences.flat(),
    tokenizer.encode(line.slice(0, 50_000), { addSpecial: false }).slice(0, 1000),
  );
  // Cut pieces give the ids of the whole.
  const short = line.slice(0, 150_000);
  const whole = storySequences(short, counting, 128);
  assert.deepEqual(whole.sequences.flat(), tokenizer.encode(short.trim(), { addSpecial: false }));
  assert.equal(whole.isCut, false);
});

test('a text that is too short is refused in plain words', async () => {
  const planned = planOpened(await opened(), { context: 64 });
  assert.throws(
    () => checkTexts(planned, { evaluationText: ' \n\n' }),
    /The text for evaluation is empty\. Give/,
  );
  assert.throws(
    () => checkTexts(planned, { calibrationText: 'x' }),
    /The text for calibration has one token a story, and at least two are needed\. Give a longer one/,
  );
});

test('a text that takes too long is cut, with a note of how much is used', async () => {
  const planned = planOpened(await opened(), { context: 64 });
  const text = 'the lamp in the room is on. '.repeat(2000);
  const whole = checkTexts(planned, { evaluationText: text });
  assert.deepEqual(whole.notes, []);
  const { model } = planned.opened;
  const large = { ...planned, opened: { ...planned.opened, model: { ...model, parameters: 25e7 } } };
  const cut = checkTexts(large, { evaluationText: text, calibrationText: text });
  // 5e11 multiply-adds, for both engines and for one.
  const [evaluation, calibration] = [cut.evaluation?.flat().length ?? 0, cut.calibration?.flat().length ?? 0];
  assert.ok(evaluation > 990 && evaluation <= 1000, `${evaluation}`);
  assert.ok(calibration > 1990 && calibration <= 2000, `${calibration}`);
  assert.deepEqual(
    cut.evaluation,
    whole.evaluation
      ?.slice(0, cut.evaluation?.length)
      .map((ids, index) => ids.slice(0, cut.evaluation?.[index]?.length)),
  );
  assert.match(
    said(cut.notes),
    new RegExp(`evaluation is cut after ${evaluation} tokens, which take about a minute`),
  );
});

test('a tokenizer whose begin or end token has another id than the model’s is told of', async () => {
  const runtime = await testRuntime();
  const notes = async (bos: number, eos: number | number[]): Promise<string> => {
    const model = syntheticFolder({ vocab: 1300 });
    const config = JSON.parse(
      new TextDecoder().decode(
        await (await model.open('config.json'))?.read(0, (await model.open('config.json'))?.size ?? 0),
      ),
    ) as Record<string, unknown>;
    const beside = memoryFolder('beside', {
      'tokenizer.json': utf8(await fixtureJson('llama-legacy')),
      'tokenizer_config.json': utf8(JSON.stringify({ bos_token: '<s>', eos_token: '</s>' })),
      'config.json': utf8(JSON.stringify({ ...config, bos_token_id: bos, eos_token_id: eos })),
    });
    const folder = {
      ...model,
      open: async (name: string) => (await beside.open(name)) ?? model.open(name),
    };
    return said((await openModel(folder, runtime)).notes);
  };
  assert.doesNotMatch(await notes(1, [7, 2]), /in the tokenizer/);
  assert.match(await notes(0, 2), /<s> has the id 1 in the tokenizer, but the model has 0 in its place/);
  assert.match(await notes(1, [7, 8]), /<\/s> has the id 2 in the tokenizer, but the model has 7, 8/);
});
