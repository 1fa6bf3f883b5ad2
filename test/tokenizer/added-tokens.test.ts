/** Added tokens with every flag are found as the library finds them (test/fixtures/tokenizers/make_added.py). */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { UnsupportedError } from '../../src/shared/errors.js';
import { fixtureJson, openJson } from './fixtures.js';

interface Case {
  readonly base: string;
  readonly added: readonly { readonly content: string }[];
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

const FILE = new URL('../fixtures/tokenizers/added-tokens.json.gz', import.meta.url);
const cases = JSON.parse(gunzipSync(await readFile(FILE)).toString()) as Case[];

test('random sets of added tokens have the ids of the library in random texts', async () => {
  let refused = 0;
  for (const [index, { base, added, texts, ids }] of cases.entries()) {
    const definition = JSON.parse(await fixtureJson(base)) as Record<string, unknown>;
    const json = JSON.stringify({ ...definition, post_processor: null, added_tokens: added });
    const tokenizer = await openJson(json).catch((error: unknown) => {
      // What a normalizer makes of a token is not always known without the engine.
      if (!(error instanceof UnsupportedError)) throw error;
      refused++;
      return null;
    });
    for (const [number, text] of texts.entries()) {
      const specialAsText = number >= texts.length / 2;
      assert.deepEqual(
        tokenizer?.encode(text, { specialAsText }) ?? ids[number],
        ids[number],
        `case ${index}, ${base}: ${JSON.stringify({ text, specialAsText, added })}`,
      );
    }
  }
  assert.ok(cases.length >= 150);
  assert.ok(refused < cases.length / 10, `${refused} were refused`);
});
