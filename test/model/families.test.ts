/** Every family's tiny checkpoints, read and computed plainly, give the logits that transformers computed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distance, familyFixtures, openFixture } from './family-fixtures.js';
import { plainForward } from './plain-forward.js';

/** Float32 against float64 through a few layers: some 1e-6 of the largest logit. A wrong model is off by tenths. */
const TOLERANCE = 2e-5;

const names = await familyFixtures();
assert.ok(names.length >= 40, 'the fixtures are there');

for (const name of names) {
  void test(`${name} agrees with transformers`, async () => {
    const { model, checkpoint, expected } = await openFixture(name);
    // The description travels to other engines as JSON.
    const plain = JSON.parse(JSON.stringify(model)) as typeof model;
    const logits = await plainForward(plain, checkpoint, expected.ids);
    const off = distance(logits.flat(), expected.logits.flat());
    assert.ok(off <= TOLERANCE, `differs by ${off} of the largest logit`);
  });
}
