/** A cut vocabulary: what is written with kept tokens is encoded as before, and nothing else is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseTokens } from '../../src/edit/choose-tokens.js';
import { UsageError } from '../../src/shared/errors.js';
import { openTokenizer } from '../../src/tokenizer/device-tokenizer.js';
import {
  cutTokenizer,
  vocabularyOf,
  type DeviceTokenizer,
  type Vocabulary,
} from '../../src/tokenizer/index.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import { engineModule } from '../tokenizer/engine.js';
import { definition, fixtureJson, fixtureNames, openJson, readCorpus } from '../tokenizer/fixtures.js';

const corpus = await readCorpus();

interface Cut {
  readonly whole: DeviceTokenizer;
  readonly small: DeviceTokenizer;
  /** Ids before, by those after. */
  readonly ids: readonly number[];
  readonly hasBytes: boolean;
  /** The vocabulary of what is left. */
  readonly left: Vocabulary;
}

/** How often lines use each token. */
function countsOf(tokenizer: DeviceTokenizer, lines: readonly Uint8Array[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const line of lines)
    for (const id of tokenizer.encode(line, { addSpecial: false })) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

async function cutFixture(
  name: string,
  most: number | null,
  lines: readonly Uint8Array[] = [],
): Promise<Cut> {
  const json = await fixtureJson(name);
  const part = { definition: definition(json), names: null, added: [] };
  const whole = await openJson(json);
  const vocabulary = await vocabularyOf(part);
  const added = (JSON.parse(json) as { added_tokens: { id: number }[] }).added_tokens.map(({ id }) => id);
  const kept = chooseTokens({
    vocabulary,
    fixed: [...added, ...whole.prefixIds, ...whole.suffixIds],
    isUsable: () => true,
    counts: countsOf(whole, lines),
    most,
    fills: most !== null,
  });
  const cut = cutTokenizer(part, kept, (text) => whole.tokenId(text));
  assert.deepEqual(new Set(cut.ids), kept);
  const small = await openTokenizer(await engineModule(), await parseTokenizer(cut.part.definition, null));
  assert.equal(small.vocabSize, kept.size);
  return { whole, small, ids: cut.ids, hasBytes: vocabulary.hasBytes, left: await vocabularyOf(cut.part) };
}

/** The least that a vocabulary can be cut to. */
async function leastOf(name: string): Promise<number> {
  try {
    await cutFixture(name, 1);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    const found = /Give (\d+) or more/.exec(error.message);
    assert.ok(found, error.message);
    return Number(found[1]);
  }
  throw new Error('One token was enough.');
}

for (const name of await fixtureNames()) {
  test(`${name}: texts of kept tokens are encoded as before, others in smaller pieces`, async () => {
    const least = await leastOf(name);
    const all = (await openJson(await fixtureJson(name))).vocabSize;
    const half = corpus.lines.slice(0, 900);
    const isMerged = (await fixtureJson(name)).includes('"merges"');
    for (const [most, lines] of [
      [least, []],
      [Math.round((least + all) / 2), []],
      [Math.round((2 * least + all) / 3), half],
      [null, half],
      [all, []],
    ] as const) {
      const { whole, small, ids, hasBytes } = await cutFixture(name, most, lines);
      assert.ok(most === null || small.vocabSize <= most);
      const fresh = new Map(ids.map((id, index) => [id, index]));
      let same = 0;
      let apart = 0;
      for (const [index, line] of corpus.lines.entries()) {
        const before = whole.encode(line);
        const after = small.encode(line);
        const place = `${String(most)} tokens, line ${index}: ${JSON.stringify(new TextDecoder().decode(line))}`;
        if (before.every((id) => fresh.has(id))) {
          assert.deepEqual(
            after,
            before.map((id) => fresh.get(id)),
            place,
          );
          same++;
        } else {
          apart++;
          if (hasBytes) {
            // Pieces with scores are the likeliest, not the fewest.
            if (isMerged) assert.ok(after.length >= before.length, place);
            assert.equal(small.decode(after), whole.decode(before), place);
          }
        }
      }
      assert.ok(same > 0);
      // What the text uses is kept where nothing limits it.
      if (most === null) for (const line of lines) assert.ok(whole.encode(line).every((id) => fresh.has(id)));
      if (most === least && hasBytes) assert.ok(apart > 0);
    }
  });

  test(`${name}: every kept token is reached`, async () => {
    const least = await leastOf(name);
    const { small, left } = await cutFixture(name, least + 60, corpus.lines);
    const json = JSON.parse(await fixtureJson(name)) as {
      added_tokens: { content: string }[];
      model: { unk_token: string | null };
    };
    const named = new Set([...json.added_tokens.map(({ content }) => content), json.model.unk_token]);
    for (let id = 0; id < small.vocabSize; id++) {
      const spelling = small.tokenText(id) ?? '';
      if (named.has(spelling)) continue;
      assert.equal(left.madeOf(id).at(-1), id, `${id} ${spelling}`);
    }
  });
}

test('of two texts that a vocabulary is cut by, each is shorter with its own', async () => {
  const [one, other] = [corpus.lines.slice(0, 300), corpus.lines.slice(600, 900)];
  const most = (await leastOf('gpt2')) + 80;
  const cuts = [await cutFixture('gpt2', most, one), await cutFixture('gpt2', most, other)];
  const length = ({ small }: Cut, lines: readonly Uint8Array[]): number =>
    lines.reduce((sum, line) => sum + small.encode(line).length, 0);
  const [first, second] = cuts as [Cut, Cut];
  assert.ok(length(first, one) < length(second, one));
  assert.ok(length(second, other) < length(first, other));
});
