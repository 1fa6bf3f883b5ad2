/**
 * The engine built for Xtensa gives the bits that the other builds give: small packages of every encoding against
 * the plain implementation of the arithmetic, whole models against the twin. Runs in QEMU; needs the compilers.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { convert } from '../../src/pipeline/convert.js';
import type { WantedScheme } from '../../src/plan/scheme.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import { FIXTURE_NAMES, fixtureUrl } from '../engine/fixtures.js';
import { makePackage } from '../engine/package-maker.js';
import { SHAPES } from '../engine/shapes.js';
import { testRuntime } from '../support/runtime.js';
import { assertSameBits, check, compare } from './compare.js';
import { build, runProgram, whyNot } from './programs.js';
import { definition } from '../tokenizer/fixtures.js';

const HOME_COMMANDS = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const STORIES = fileURLToPath(new URL('../../../shared/models/stories260k', import.meta.url));

describe('the engine on Xtensa', { skip: await whyNot() }, () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xtensa-engine-'));
    await build(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const name of FIXTURE_NAMES) {
    test(`fixture ${name}: the logits of the plain implementation, to the last bit`, async () => {
      const expected = await readFile(fixtureUrl(`${name}.logits.bin`));
      const words = new Uint32Array(expected.buffer, expected.byteOffset, expected.length / 4);
      const [count = 0, vocab = 0] = words;
      const ids = [...words.subarray(2, 2 + count)];
      const found = await check(folder, fileURLToPath(fixtureUrl(`${name}.s3lm`)), ['--ids', ids.join(',')]);
      assert.equal(found.promptLogits.length, count);
      for (const [position, logits] of found.promptLogits.entries()) {
        const row = words.subarray(2 + count + position * vocab, 2 + count + (position + 1) * vocab);
        assertSameBits(logits, row, `position ${position}`);
      }
    });
  }

  for (const [name, shape] of Object.entries(SHAPES)) {
    test(`${name}: the twin’s logits to the last bit`, async () => {
      const ids = Array.from(
        { length: Math.min(20, shape.context - 8) },
        (_, i) => (i * 37 + 5) % shape.vocab,
      );
      await compare(folder, makePackage({ ...shape, seed: 5 }).bytes, { ids, maxNewTokens: 6 });
    });
  }

  test('sampled with every option: the twin’s ids, text and logits', async () => {
    const url = new URL('../fixtures/tokenizers/llama-legacy.json', import.meta.url);
    const tables = await parseTokenizer(definition(await readFile(url, 'utf8')), null);
    const shape = SHAPES['groups of 32'] ?? assert.fail('no such shape');
    const bytes = makePackage({
      ...shape,
      vocab: tables.vocabSize,
      tokenizer: tables.section,
      stops: [],
    }).bytes;
    for (const seed of [0, 1, 4294967301]) {
      const sampling = { temperature: 0.9, topK: 200, topP: 0.95, minP: 0.001, repetitionPenalty: 1.25 };
      await compare(folder, bytes, { prompt: 'Grüße, 世界 🙂', maxNewTokens: 12, seed, ...sampling });
    }
  });

  test('a damaged package is refused, wherever the damage is', async () => {
    const bytes = new Uint8Array(await readFile(fixtureUrl('rows.s3lm')));
    for (let at = 8; at < bytes.length; at += 1571) {
      const file = join(folder, 'damaged.s3lm');
      await writeFile(file, bytes.with(at, (bytes[at] ?? 0) ^ 16));
      const { code, errors } = await runProgram(folder, 'engine-check', [file, '--ids', '1']);
      assert.equal(code, 1, `byte ${at}: ${errors}`);
    }
  });

  test('home-commands, per channel: prompt, answer and logits are the twin’s', async () => {
    const bytes = await converted(HOME_COMMANDS, { granularity: 'channel' });
    const prompt = '<|begin|><|user|>could you dim the lamp in the study a bit<|home|>';
    const found = await compare(folder, bytes, { prompt, maxNewTokens: 40 });
    // A sentence of its own, not what an engine full of zeros would say.
    assert.match(found.text, /^\{"do":"set","dev":"lamp","room":"study"/);
  });

  for (const granularity of ['tensor', 'group:32'] as const) {
    test(`home-commands, per ${granularity}: the twin’s logits`, async () => {
      const bytes = await converted(HOME_COMMANDS, { granularity });
      await compare(folder, bytes, { prompt: '<|begin|><|user|>lights on<|home|>', maxNewTokens: 4 });
    });
  }

  const absent = !existsSync(STORIES) && 'the model is not beside the repository';
  for (const granularity of ['channel', 'tensor', 'group:32'] as const) {
    test(`stories260K, per ${granularity}: the twin’s story and logits`, { skip: absent }, async () => {
      const bytes = await converted(STORIES, { granularity });
      const found = await compare(folder, bytes, { prompt: 'Once upon a time', maxNewTokens: 24 });
      assert.equal(found.ids.length, 24);
    });
  }
});

async function converted(model: string, scheme: Partial<WantedScheme>): Promise<Uint8Array> {
  const opened = await nodeFolder(model);
  try {
    const result = await convert(opened, { scheme, report: false }, await testRuntime());
    return result.package ?? assert.fail('no package in memory');
  } finally {
    await opened.close();
  }
}
