/** What is generated from src/schema is current, and its generators miss nothing. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as schema from '../../src/schema/index.js';
import { rawValue } from '../../src/schema/record.js';
import type { RecordSpec } from '../../src/schema/record.js';
import { fill, withWords } from '../../scripts/lib/schema/markdown.mjs';
import { generate as generateHeader } from '../../scripts/lib/schema/c-header.mjs';
import { generate } from '../../scripts/lib/schema/document-tables.mjs';
import { run } from '../../scripts/lib/run.mjs';

const read = (name: string): Promise<string> => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');

test('no generated file is stale', async () => {
  const { code, output } = await run(process.execPath, ['scripts/schema.mjs', '--check'], { quiet: true });
  assert.equal(code, 0, output);
});

test('a stretch that nothing generates, or that a document lacks, is an error', () => {
  const stretch = (name: string): string => `<!-- generated: ${name} -->\nold\n<!-- end of generated -->`;
  assert.equal(fill(stretch('a'), 'x.md', { a: 'new' }), stretch('a').replace('old', 'new'));
  assert.throws(() => fill(stretch('b'), 'x.md', {}), /x\.md has a stretch "b"/);
  assert.throws(() => fill(stretch('a') + stretch('a'), 'x.md', { a: '' }), /twice/);
  assert.throws(() => fill('', 'x.md', { a: '' }), /no stretch for a/);
});

test('a field without words, and words without a field, are errors', async () => {
  assert.throws(() => withWords('record', [['size', 1]], {}), /no words for record size/);
  assert.throws(() => withWords('record', [], { size: '' }), /words for record size, which there is not/);
  const { layout } = schema;
  const config = { ...layout.CONFIG, fields: { ...layout.CONFIG.fields, more: layout.CONFIG.fields.layers } };
  const changed = { ...schema, layout: { ...layout, CONFIG: config } };
  await assert.rejects(generate({ schema: changed, read }), /no words for CONFIG more/);
});

test("the engine's table of products wants an entry for each encoding", async () => {
  const { encodings } = schema;
  const { float32, int8Group } = encodings.ENCODING;
  const ENCODING = {
    ...encodings.ENCODING,
    codes2: { ...int8Group, code: 6, bits: 2 },
    halves: { ...float32, code: 7, bits: 16 },
  };
  const changed = { ...schema, encodings: { ...encodings, ENCODING } };
  const [, header] = (await generateHeader({ schema: changed, read }))[0] ?? assert.fail('no header');
  assert.match(header, /S3LM_BY_ENCODING\(float32, .*int8_group, .*int4_group, codes2, halves\)/);
  assert.match(header, /\[S3LM_CODES2\] = \(codes2\)/);
  // Bits 1 to 6: INT8 in its four kinds, INT4, and the codes of 2 bits.
  assert.match(header, /S3LM_HOLDS_CODES\(encoding\) \(\(0x7Eu >>/);
});

test('what holds codes has scales, and what holds numbers has none', () => {
  for (const [name, { holds, tables }] of Object.entries(schema.encodings.ENCODING))
    assert.equal(holds === 'codes', tables.length > 0, name);
});

test('a limit without a reason is an error', async () => {
  const unexplained = async (name: string): Promise<string> =>
    (await read(name)).replace('/** A flash chip holds tens of layers. */', '');
  await assert.rejects(generateHeader({ schema, read: unexplained }), /no reason for the limit layers/);
});

/** Every record of the package by name. */
function records(): [string, RecordSpec][] {
  const { HEADER, SECTION_ENTRY, CONFIG, STEP_HEAD, STEP_BODY, TENSOR, SAMPLING } = schema.layout;
  return Object.entries({ HEADER, SECTION_ENTRY, CONFIG, STEP_HEAD, ...STEP_BODY, TENSOR, SAMPLING });
}

test('fields of records lie in order, aligned, inside their record, with sensible ranges', () => {
  const bytes = { u8: 1, u16: 2, u32: 4, f32: 4 };
  for (const [name, record] of records()) {
    let end = 0;
    for (const [field, { offset, type, low, high, words }] of Object.entries(record.fields)) {
      const where = `${name} ${field}`;
      assert.ok(offset >= end && offset % bytes[type] === 0, where);
      assert.ok(rawValue(type, low) <= rawValue(type, high), where);
      if (words !== undefined) {
        assert.deepEqual(
          Object.values(words),
          Object.keys(words).map((_, code) => code),
          where,
        );
      }
      end = offset + bytes[type];
    }
    assert.ok(end <= record.bytes, name);
  }
  for (const body of Object.values(schema.layout.STEP_BODY))
    assert.equal(schema.layout.STEP_HEAD.bytes + body.bytes, schema.layout.STEP_BYTES);
});

test('roles have numbers of their own, in the range of what they belong to, and name roles of the same', () => {
  const { ROLES, roleSpec, FIRST_STEP_ROLE, STEP_ROLES, roleOfCode } = schema.roles;
  for (const role of ROLES) {
    const spec = roleSpec(role);
    assert.equal(roleOfCode(spec.code), role);
    for (const other of [...(spec.fuses ?? []), ...(spec.biasOf === undefined ? [] : [spec.biasOf])])
      assert.equal(roleSpec(other).scope, spec.scope, role);
    if (spec.biasOf !== undefined) assert.equal(spec.code, roleSpec(spec.biasOf).code + 1, role);
    const first = spec.scope === 'model' || spec.scope === 'table' ? 0 : FIRST_STEP_ROLE[spec.scope];
    assert.ok(spec.code >= first && spec.code < first + STEP_ROLES, role);
  }
});
