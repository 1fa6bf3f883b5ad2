import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptRows, MOST_PACKAGE_BYTES, MOST_ROWS } from '../../../src/element/conversions/kept-rows.js';
import { factsOf, rowKey, type RowFacts } from '../../../src/element/conversions/row.js';
import { namesOf } from '../../../src/element/conversions/row-names.js';
import type { Choice, Settings } from '../../../src/element/state.js';
import { enAll } from '../../../src/element/strings/en/all.js';
import { enConversions } from '../../../src/element/strings/en/conversions.js';
import { DEFAULT_SCHEME } from '../../../src/plan/defaults.js';
import { samplePlan } from '../../report/sample.js';
import { sampleInspection, sampleResult } from '../fake-converter.js';

function choice(settings: Partial<Settings> = {}, name = 'home-commands'): Choice {
  return {
    source: { kind: 'url', url: `https://example.org/${name}/` },
    inspection: sampleInspection({ name }),
    settings: { ...DEFAULT_SCHEME, board: 'esp32-s3-n16r8', context: null, ...settings },
    plan: samplePlan(),
  };
}

const MiB = 1024 * 1024;

describe('kept conversions', () => {
  it('are a row each; the same settings once more take the place of the earlier and keep its name', () => {
    const rows = new KeptRows();
    const first = rows.convertedTo(choice(), sampleResult());
    rows.rename(first.id, 'mine');
    rows.convertedTo(choice({ granularity: 'tensor' }), sampleResult());
    const again = sampleResult({ seconds: 9 });
    const same = rows.convertedTo(choice(), again);
    assert.equal(same.id, first.id);
    assert.deepEqual(
      rows.all.map(({ facts: { label } }) => label),
      ['mine', ''],
    );
    assert.equal(rows.of(again)?.id, first.id);
  });

  it('are told apart by every setting, the board, the effort and the model', () => {
    const keys = [
      choice(),
      choice({ weights: 'int4' }),
      choice({ activations: 'int8' }),
      choice({ cache: 'int8' }),
      choice({ context: 64 }),
      choice({ board: 'esp32-s3-n8r2' }),
      choice({ effort: 'good' }),
      choice({ edits: [{ kind: 'vocabulary', tokens: 256 }] }),
      choice({}, 'other'),
    ].map((one) => rowKey(factsOf(one, sampleResult())));
    assert.equal(new Set(keys).size, keys.length);
    const unsaid = choice({ encodings: undefined, effort: undefined });
    assert.equal(rowKey(factsOf(unsaid, sampleResult())), keys[0]);
  });

  it('give up packages that were not looked at for longest, and keep their figures', () => {
    const rows = new KeptRows();
    const size = MOST_PACKAGE_BYTES / 2;
    const results = [16, 32, 64, 128].map((context) => {
      const result = sampleResult({ package: new Uint8Array(size) });
      rows.convertedTo(choice({ context }), result);
      // The first stays in use.
      const [first] = rows.all;
      if (first?.result) rows.touch(first.result);
      return result;
    });
    assert.deepEqual(
      rows.all.map(({ result }) => result !== null),
      [true, false, true, true],
    );
    assert.deepEqual(
      rows.all.map(({ isDropped }) => isDropped),
      [false, true, false, false],
    );
    assert.equal(rows.all[1]?.facts.bytes, results[1]?.report.size.after);
    assert.notEqual(rows.all[1]?.choice, null);
  });

  it('keep the one on show however large it is', () => {
    const rows = new KeptRows();
    const large = sampleResult({ package: new Uint8Array(MOST_PACKAGE_BYTES + MiB) });
    rows.convertedTo(choice(), large);
    assert.equal(rows.of(large)?.result, large);
    rows.convertedTo(choice({ context: 64 }), sampleResult());
    assert.equal(rows.of(large), undefined);
  });

  it('are so many at most', () => {
    const rows = new KeptRows();
    for (let context = 2; context < MOST_ROWS + 12; context++)
      rows.convertedTo(choice({ context }), sampleResult({ package: new Uint8Array(8) }));
    assert.equal(rows.all.length, MOST_ROWS);
    assert.equal(rows.all.at(-1)?.facts.settings?.context, MOST_ROWS + 11);
  });

  it('that were measured give way to conversions, and not the other way', () => {
    const rows = new KeptRows();
    const facts = { ...factsOf(choice(), sampleResult()), verdict: null, kl: 0.5 };
    const { id } = rows.measured(facts, choice());
    assert.equal(rows.find(id)?.result, null);
    const result = sampleResult();
    assert.equal(rows.convertedTo(choice(), result).id, id);
    rows.measured(facts, choice());
    assert.equal(rows.find(id)?.result, result);
    assert.equal(rows.find(id)?.facts.kl, result.report.kl.mean);
  });

  it('of an earlier visit stand before those of this one, which take their place', () => {
    const rows = new KeptRows();
    rows.convertedTo(choice(), sampleResult());
    const earlier = (changes: Partial<Settings>): RowFacts => factsOf(choice(changes), sampleResult());
    rows.restore([earlier({ context: 64 }), earlier({})]);
    assert.deepEqual(
      rows.all.map(({ choice: one }) => one !== null),
      [false, true],
    );
  });

  it('have names that tell them apart, with no word that all share', () => {
    const rows = new KeptRows();
    const add = (
      scheme: Partial<ReturnType<typeof samplePlan>['scheme']>,
      settings: Partial<Settings>,
    ): void => {
      const plan = samplePlan();
      rows.convertedTo(
        choice(settings),
        sampleResult({ plan: { ...plan, scheme: { ...plan.scheme, ...scheme } } }),
      );
    };
    add({ granularity: 'group:32' }, { context: 16 });
    add({ granularity: 'group:64', activations: 'int8' }, { context: 17 });
    add({ granularity: 'group:64', activations: 'int16' }, { context: 18 });
    add({ weights: 'int4', granularity: 'group:32' }, { context: 19 });
    add({ weights: 'int4', granularity: 'group:32' }, { context: 20, effort: 'best' });
    const names = [...namesOf(rows.all, { words: enConversions, strings: enAll }).values()];
    assert.deepEqual(names, [
      'INT8/32',
      'INT8/64, 8-bit',
      'INT8/64, 16-bit',
      'INT4/32, quick',
      'INT4/32, best',
    ]);
  });
});
