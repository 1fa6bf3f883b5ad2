/** What is in the storage was written by whoever writes there: it is read as a stranger's. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { factsOf, type RowFacts } from '../../../src/element/conversions/row.js';
import { STORED_KEY, readRows, writeRows } from '../../../src/element/conversions/stored-rows.js';
import { DEFAULT_SCHEME } from '../../../src/plan/defaults.js';
import { samplePlan } from '../../report/sample.js';
import { sampleInspection, sampleResult } from '../fake-converter.js';

const stored = new Map<string, string>();

const storage = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
};

function row(changes: Partial<RowFacts> = {}): RowFacts {
  const choice = {
    source: { kind: 'url', url: 'https://example.org/secret-place/' },
    inspection: sampleInspection(),
    settings: { ...DEFAULT_SCHEME, board: 'esp32-s3-n16r8', context: null },
    plan: samplePlan(),
  } as const;
  const texts = [{ prompt: 'Hello', before: 'a b', after: 'a c', isCut: { before: true, after: false } }];
  const { weights, granularity, activations, cache } = samplePlan().scheme;
  const scheme = { weights, granularity, activations, cache };
  return { ...factsOf(choice, sampleResult()), texts, scheme, ...changes };
}

describe('stored conversions', () => {
  beforeEach(() => {
    stored.clear();
    Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  });

  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'localStorage');
  });

  it('come back as they were, without where the model came from', () => {
    const rows = [row(), row({ label: 'mine', verdict: null, klError: null })];
    writeRows(rows);
    assert.deepEqual(readRows(), rows);
    assert.doesNotMatch(stored.get(STORED_KEY) ?? '', /secret-place/);
  });

  it('leave out settings that are long, and rows that there is no room for', () => {
    const settings = { ...DEFAULT_SCHEME, board: 'esp32-s3-n16r8', context: null };
    writeRows([row({ settings: { ...settings, encodings: {} } })]);
    assert.equal(readRows()[0]?.settings, null);
    const long = 'x'.repeat(4000);
    const texts = [{ prompt: long, before: long, after: long, isCut: { before: true, after: false } }];
    writeRows(Array.from({ length: 60 }, (_, index) => row({ texts, context: index + 2 })));
    const back = readRows();
    assert.ok(back.length > 3 && back.length < 24, String(back.length));
    assert.equal(back.at(-1)?.context, 61);
    assert.ok((stored.get(STORED_KEY)?.length ?? 0) <= 200_000);
  });

  it('are forgotten when there are none left', () => {
    writeRows([row()]);
    writeRows([]);
    assert.equal(stored.size, 0);
  });

  it('that are broken are left out, one by one, whatever is broken', () => {
    writeRows([row(), row({ context: 64 })]);
    const good = JSON.parse(stored.get(STORED_KEY) ?? '') as {
      version: number;
      rows: Record<string, unknown>[];
    };
    const wrong: readonly [string, unknown][] = [
      ['label', 7],
      ['label', 'x'.repeat(61)],
      ['model', null],
      ['model', { name: 'a', parameters: -1, bytes: 1 }],
      ['settings', { ...DEFAULT_SCHEME, board: 'no-such-board', context: null }],
      ['settings', { ...DEFAULT_SCHEME, weights: '__proto__', board: 'esp32-s3-n16r8', context: null }],
      ['settings', []],
      ['scheme', { weights: 'int8', granularity: 'constructor', activations: 'int8', cache: 'int8' }],
      ['board', '<img src=x onerror=alert(1)>'],
      ['speed', { start: {}, half: {}, full: {} }],
      ['kl', 'NaN'],
      ['kl', null],
      ['kl', -1],
      ['top1', 2],
      ['positions', 1e300],
      ['verdict', 'excellent'],
      ['texts', 'none'],
      [
        'texts',
        [{ prompt: 'a', before: 'b', after: 'x'.repeat(5000), isCut: { before: true, after: true } }],
      ],
      ['texts', [{ prompt: 'a', before: 'b', after: 'c' }]],
    ];
    for (const [name, value] of wrong) {
      const rows = [{ ...good.rows[0], [name]: value }, good.rows[1]];
      stored.set(STORED_KEY, JSON.stringify({ version: good.version, rows }));
      assert.equal(readRows().length, 1, `${name}: ${JSON.stringify(value)}`);
    }
  });

  it('of another version, that are no JSON, or too long, are none', () => {
    writeRows([row()]);
    const text = stored.get(STORED_KEY) ?? '';
    for (const other of [
      text.replace('"version":1', '"version":2'),
      text.slice(0, -1),
      'null',
      '[]',
      '{"version":1,"rows":{}}',
      ' '.repeat(200_001),
      '['.repeat(100_000),
    ]) {
      stored.set(STORED_KEY, other);
      assert.deepEqual(readRows(), []);
    }
  });

  it('have no texts that turn what stands around them', () => {
    writeRows([
      row({
        label: 'a\u202eb',
        texts: [{ prompt: 'p\u2066', before: 'x', after: 'y', isCut: { before: false, after: false } }],
      }),
    ]);
    const [back] = readRows();
    assert.equal(back?.label, 'a\\u202eb');
    assert.equal(back?.texts[0]?.prompt, 'p\\u2066');
  });

  it('are none where the page may not store', () => {
    const refuse = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    Object.defineProperty(globalThis, 'localStorage', { get: refuse, configurable: true });
    writeRows([row()]);
    assert.deepEqual(readRows(), []);
  });
});
