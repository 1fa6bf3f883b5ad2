/**
 * What every build of engine-check must show: it gives the bits that the other builds give, small packages of every
 * encoding against the plain implementation of the arithmetic, whole models against the twin.
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
import { definition } from '../tokenizer/fixtures.js';
import { assertSameBits, check, compare, type CheckProgram } from './engine-check.js';
import { testRuntime } from './runtime.js';

const HOME_COMMANDS = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const STORIES = fileURLToPath(new URL('../../../shared/models/stories260k', import.meta.url));

/**
 * Tests of the engine on one processor.
 * @param name what runs, for the report
 * @param skip why it cannot run here, `false` when it can
 * @param build makes the program in a folder of its own
 * @param extent `some`: each encoding and a whole model, for one of several builds that differ little
 */
export function describeEngine(
  name: string,
  skip: string | false,
  build: (folder: string) => Promise<CheckProgram>,
  extent: 'all' | 'some' = 'all',
): void {
  describe(name, { skip }, () => {
    let folder = '';
    let program: CheckProgram = () => assert.fail('nothing was built');

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'engine-check-'));
      program = await build(folder);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    for (const name of FIXTURE_NAMES) {
      test(`fixture ${name}: the logits of the plain implementation, to the last bit`, async () => {
        const expected = await readFile(fixtureUrl(`${name}.logits.bin`));
        const words = new Uint32Array(expected.buffer, expected.byteOffset, expected.length / 4);
        const [count = 0, vocab = 0] = words;
        const ids = [...words.subarray(2, 2 + count)];
        const found = await check(program, fileURLToPath(fixtureUrl(`${name}.s3lm`)), [
          '--ids',
          ids.join(','),
        ]);
        assert.equal(found.promptLogits.length, count);
        for (const [position, logits] of found.promptLogits.entries()) {
          const row = words.subarray(2 + count + position * vocab, 2 + count + (position + 1) * vocab);
          assertSameBits(logits, row, `position ${position}`);
        }
      });
    }

    const shapes = extent === 'all' ? Object.entries(SHAPES) : [];
    for (const [name, shape] of shapes) {
      test(`${name}: the twin’s logits to the last bit`, async () => {
        const ids = Array.from(
          { length: Math.min(20, shape.context - 8) },
          (_, i) => (i * 37 + 5) % shape.vocab,
        );
        await compare(program, folder, makePackage({ ...shape, seed: 5 }).bytes, { ids, maxNewTokens: 6 });
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
        await compare(program, folder, bytes, {
          prompt: 'Grüße, 世界 🙂',
          maxNewTokens: 12,
          seed,
          ...sampling,
        });
      }
    });

    test('home-commands, per channel: prompt, answer and logits are the twin’s', async () => {
      const bytes = await converted(HOME_COMMANDS, { granularity: 'channel' });
      const prompt = '<|begin|><|user|>could you dim the lamp in the study a bit<|home|>';
      const found = await compare(program, folder, bytes, { prompt, maxNewTokens: 40 });
      // A sentence of its own, not what an engine full of zeros would say.
      assert.match(found.text, /^\{"do":"set","dev":"lamp","room":"study"/);
    });

    if (extent === 'some') return;

    test('a damaged package is refused, wherever the damage is', async () => {
      const bytes = new Uint8Array(await readFile(fixtureUrl('rows.s3lm')));
      for (let at = 8; at < bytes.length; at += 1571) {
        const file = join(folder, 'damaged.s3lm');
        await writeFile(file, bytes.with(at, (bytes[at] ?? 0) ^ 16));
        const { code, errors } = await program([file, '--ids', '1']);
        assert.equal(code, 1, `byte ${at}: ${errors}`);
      }
    });

    for (const granularity of ['tensor', 'group:32'] as const) {
      test(`home-commands, per ${granularity}: the twin’s logits`, async () => {
        const bytes = await converted(HOME_COMMANDS, { granularity });
        await compare(program, folder, bytes, {
          prompt: '<|begin|><|user|>lights on<|home|>',
          maxNewTokens: 4,
        });
      });
    }

    const absent = !existsSync(STORIES) && 'the model is not beside the repository';
    for (const granularity of ['channel', 'tensor', 'group:32'] as const) {
      test(`stories260K, per ${granularity}: the twin’s story and logits`, { skip: absent }, async () => {
        const bytes = await converted(STORIES, { granularity });
        const found = await compare(program, folder, bytes, { prompt: 'Once upon a time', maxNewTokens: 24 });
        assert.equal(found.ids.length, 24);
      });
    }
  });
}

/** Packages that were made, for the builds after the first. */
const made = new Map<string, Promise<Uint8Array>>();

function converted(model: string, scheme: Partial<WantedScheme>): Promise<Uint8Array> {
  const key = JSON.stringify([model, scheme]);
  const known = made.get(key) ?? convertFolder(model, scheme);
  made.set(key, known);
  return known;
}

async function convertFolder(model: string, scheme: Partial<WantedScheme>): Promise<Uint8Array> {
  const opened = await nodeFolder(model);
  try {
    const result = await convert(opened, { scheme, report: false }, await testRuntime());
    return result.package ?? assert.fail('no package in memory');
  } finally {
    await opened.close();
  }
}
