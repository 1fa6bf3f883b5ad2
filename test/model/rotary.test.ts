/** The angles of every rotary type agree with transformers for parameters of real models; wrong parameters are refused. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ConfigFields } from '../../src/model/config-fields.js';
import type { RotarySpec } from '../../src/model/decoder.js';
import { withContext } from '../../src/model/rotaries.js';
import { computeRotary, findRotaryParameters } from '../../src/model/rotary.js';
import type { RotaryReading } from '../../src/model/rotary.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { isJsonObject, parseStrictJson } from '../../src/source/strict-json.js';
import { said } from '../said.js';
import { openFixture } from './family-fixtures.js';

interface Case {
  readonly name: string;
  readonly config: { readonly head_dim: number; readonly max_position_embeddings: number };
  readonly inverseFrequencies: readonly number[];
  readonly attentionFactor: number;
  /** For contexts beyond the original length, where the angles change with it. */
  readonly longer?: readonly {
    readonly context: number;
    readonly inverseFrequencies: readonly number[];
    readonly attentionFactor: number;
  }[];
}

function read(config: object, dim: number, maxPositions: number): RotaryReading {
  const fields = parseStrictJson(JSON.stringify(config));
  assert.ok(isJsonObject(fields));
  const reader = new ConfigFields(fields, 'config.json');
  return computeRotary(reader, findRotaryParameters(reader), { dim, maxPositions });
}

const { cases } = JSON.parse(await readFile(new URL('../fixtures/rotary.json', import.meta.url), 'utf8')) as {
  cases: readonly Case[];
};

/** The library computes in float32. */
function agrees(spec: RotarySpec, angles: readonly number[], attentionFactor: number): void {
  assert.equal(spec.inverseFrequencies.length, angles.length);
  assert.ok(Math.abs(spec.attentionFactor - attentionFactor) < 1e-12);
  for (const [i, value] of angles.entries())
    assert.ok(Math.abs((spec.inverseFrequencies[i] ?? NaN) / value - 1) < 3e-6, `angle ${i}`);
}

for (const { name, config, longer = [] } of cases) {
  for (const { context, inverseFrequencies, attentionFactor } of longer) {
    void test(`angles of ${context} tokens: ${name}`, async () => {
      const { max_position_embeddings: maxPositions, head_dim: dim } = config;
      const { model } = await openFixture('qwen3');
      const { spec, longer: beyond, ...reading } = read(config, dim, maxPositions);
      const { rotary, maxPositions: longest } = beyond ?? assert.fail('no longer context');
      const made = { ...model, maxPositions: reading.maxPositions, rotaries: [spec] };
      const offered = { ...made, longer: { maxPositions: longest, rotaries: [rotary] } };
      const long = withContext(offered, context);
      agrees(long.rotaries[0] ?? assert.fail('no table'), inverseFrequencies, attentionFactor);
      assert.equal(long.maxPositions, longest);
      assert.ok(context <= longest);
      assert.deepEqual(withContext(offered, reading.maxPositions), offered, 'as trained up to its length');
    });
  }
}

for (const { name, config, inverseFrequencies, attentionFactor } of cases) {
  void test(`angles: ${name}`, () => {
    const { spec } = read(config, config.head_dim, config.max_position_embeddings);
    assert.equal(spec.dim, config.head_dim);
    agrees(spec, inverseFrequencies, attentionFactor);
  });
}

void test('rotates only the leading part that a family asks for', () => {
  const { spec } = read({ rope_theta: 100 }, 4, 64);
  assert.deepEqual(spec, { dim: 4, inverseFrequencies: [1, 0.1], attentionFactor: 1 });
});

void test('longrope has short factors up to the original length, and says so', () => {
  const scaling = {
    rope_type: 'longrope',
    short_factor: [1, 2],
    long_factor: [3, 4],
    original_max_position_embeddings: 32,
  };
  const reading = read({ rope_scaling: scaling }, 4, 128);
  assert.equal(reading.maxPositions, 32);
  assert.match(said(reading.notes), /32 of 128/);
});

void test('the older dialect wins over the newer, an empty or null one does not', () => {
  const parameters = { rope_type: 'linear', factor: 2, rope_theta: 100 };
  assert.equal(read({ rope_parameters: parameters }, 2, 64).spec.inverseFrequencies[0], 0.5);
  assert.equal(
    read({ rope_parameters: parameters, rope_scaling: {} }, 2, 64).spec.inverseFrequencies[0],
    0.5,
  );
  assert.equal(
    read({ rope_parameters: parameters, rope_scaling: null }, 2, 64).spec.inverseFrequencies[0],
    0.5,
  );
  const older = { type: 'linear', factor: 4 };
  assert.equal(
    read({ rope_parameters: parameters, rope_scaling: older }, 2, 64).spec.inverseFrequencies[0],
    0.25,
  );
  // A theta among the parameters wins over one beside them.
  assert.equal(
    read({ rope_theta: 5, rope_parameters: { rope_theta: 100 } }, 4, 64).spec.inverseFrequencies[1],
    0.1,
  );
});

const wrong: readonly (readonly [string, object, RegExp])[] = [
  ['a factor that is missing', { rope_scaling: { type: 'linear' } }, /rope_scaling\.factor: It is missing/],
  ['a factor of zero', { rope_scaling: { type: 'linear', factor: 0 } }, /rope_scaling\.factor/],
  ['a factor that is a text', { rope_scaling: { type: 'linear', factor: '2' } }, /"2", but must be a number/],
  ['a negative theta', { rope_theta: -1 }, /rope_theta/],
  [
    'bands that cross',
    { rope_scaling: { rope_type: 'llama3', factor: 8, low_freq_factor: 4, high_freq_factor: 4 } },
    /high_freq_factor/,
  ],
  [
    'short factors of the wrong number',
    { rope_scaling: { rope_type: 'longrope', short_factor: [1] } },
    /list of 2/,
  ],
  [
    'short factors below zero',
    { rope_scaling: { rope_type: 'longrope', short_factor: [1, -1] } },
    /list of 2/,
  ],
  ['a scaling that is a list', { rope_scaling: [] }, /must be an object/],
  ['a type that is a number', { rope_scaling: { rope_type: 3 } }, /rope_type/],
];
for (const [what, config, problem] of wrong) {
  void test(`refuses ${what}`, () => {
    assert.throws(
      () => read(config, 4, 64),
      (error) => error instanceof FormatError && error.file === 'config.json' && problem.test(error.message),
    );
  });
}

void test('refuses unknown types and parameters by layer, by name', () => {
  assert.throws(
    () => read({ rope_scaling: { rope_type: 'mrope', factor: 2 } }, 4, 64),
    (error) =>
      error instanceof UnsupportedError && /"mrope"/.test(error.message) && /yarn/.test(error.remedy),
  );
  assert.throws(
    () => read({ rope_parameters: { full_attention: { rope_type: 'default' } } }, 4, 64),
    (error) => error instanceof UnsupportedError && /full_attention/.test(error.message),
  );
});
