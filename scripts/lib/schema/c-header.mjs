// The engine's view of the schema: `s3lm_format.h` with limits, kinds, roles, encodings and what the records decode to,
// and `package_tables.c` with the tables that its reader loops over. The tables lie in a file of their own, since the
// board leaves the constants of the package reader in flash.

import {
  commentLines,
  docComments,
  encodingName,
  floatText,
  hex,
  limitName,
  roleName,
  snake,
  upper,
  word,
} from './c-text.mjs';

const HEADER = 'device-runtime/engine/s3lm_format.h';
const TABLES = 'device-runtime/engine/package_tables.c';
const SAY_SO = '/* Written by `npm run schema` from src/schema: change that. */';

/** Decoded values take as few bytes as their range needs, as a model keeps them in fast memory. */
const NARROW = { u8: 'uint8_t', u16: 'uint16_t', u32: 'uint32_t', f32: 'float' };
const WIDE = { u8: 'uint32_t', u16: 'uint32_t', u32: 'uint32_t', f32: 'float' };

/** The kinds that the engine knows, by the name of their table in kinds.ts. `SITE` is the planner's. */
const KINDS = [
  'STEP',
  'PLACE',
  'NORM',
  'MLP',
  'FUNCTION',
  'POSITION',
  'HEAD_NORM',
  'CACHE',
  'ACTIVATION',
  'INPUT',
  'MEMORY',
];

/** @returns {Promise<[string, string][]>} files and their texts */
export async function generate({ schema, read }) {
  const comments = {
    kinds: docComments(await read('src/schema/kinds.ts')),
    limits: docComments(await read('src/schema/limits.ts')),
    sizes: docComments(await read('src/schema/roles.ts')),
  };
  return [
    [HEADER, headerText(schema, comments)],
    [TABLES, tablesText(schema)],
  ];
}

// ---- Header ----

function headerText(schema, comments) {
  const { layout, roles } = schema;
  return [
    '/* The model package as the engine sees it: limits, kinds, roles, encodings, and what its records hold.',
    ' * docs/model-package.md explains it. */',
    SAY_SO,
    '#ifndef S3LM_FORMAT_H',
    '#define S3LM_FORMAT_H',
    '',
    '#include <stdbool.h>',
    '#include <stdint.h>',
    '',
    '#include "bytes.h"',
    '',
    '/* ---- Limits. Each keeps a size inside 32 bits or an integer sum inside int32 on the smallest target. ---- */',
    '',
    ...Object.entries(layout.PACKAGE_LIMITS).flatMap(([name, value]) => [
      ...limitComment(comments, name),
      `#define ${limitName(name)} ${value}u`,
    ]),
    '',
    '/* "None" in id, offset and index fields. */',
    `#define S3LM_NONE ${hex(layout.NONE)}`,
    '/* Index of a tensor that belongs to no step or table. */',
    `#define S3LM_GLOBAL ${hex(layout.GLOBAL_INDEX)}`,
    '',
    '/* Sampling parameters, in packages and requests. Temperatures below give the most likely token anyway; inside these a',
    ' * score stays finite. */',
    ...Object.entries(layout.SAMPLING_RANGES).flatMap(([name, [least, most]]) => [
      `#define S3LM_LEAST_${upper(name)} ${floatText(least)}`,
      `#define S3LM_MOST_${upper(name)} ${floatText(most)}`,
    ]),
    '',
    '/* ---- Container ---- */',
    '',
    `#define S3LM_VERSION ${layout.PACKAGE_VERSION.major}u`,
    `#define S3LM_MAGIC ${hex(layout.MAGIC)}`,
    ...Object.values(layout.SECTION).map(({ kind }) => `#define ${kindName(kind)} ${hex(kind)}`),
    `#define S3LM_SECTION_ALIGNMENT ${layout.SECTION_ALIGNMENT}u`,
    `#define S3LM_ROW_ALIGNMENT ${schema.encodings.ROW_ALIGNMENT}u`,
    '',
    `#define S3LM_HEADER_BYTES ${layout.HEADER.bytes}u`,
    `#define S3LM_ENTRY_BYTES ${layout.SECTION_ENTRY.bytes}u`,
    `#define S3LM_CONFIG_BYTES ${layout.CONFIG.bytes}u`,
    `#define S3LM_STEP_BYTES ${layout.STEP_BYTES}u`,
    `#define S3LM_STEP_HEAD_BYTES ${layout.STEP_HEAD.bytes}u`,
    `#define S3LM_TENSOR_BYTES ${layout.TENSOR.bytes}u`,
    `#define S3LM_SAMPLING_BYTES ${layout.SAMPLING.bytes}u`,
    '',
    'typedef struct {',
    '    uint32_t kind;',
    '    char name[5];',
    '    bool needed; /* every package has it */',
    '} s3lm_section_spec;',
    '',
    `#define S3LM_SECTIONS ${Object.keys(layout.SECTION).length}u`,
    'extern const s3lm_section_spec s3lm_sections[S3LM_SECTIONS];',
    '',
    '/* ---- Kinds ---- */',
    '',
    ...KINDS.flatMap((name) => kindLines(name, schema.kinds[name], comments.kinds.get(name))),
    '/* ---- Encodings ---- */',
    '',
    ...encodingLines(schema.encodings.ENCODING),
    ...inputLines(schema.encodings),
    '/* ---- Tensor roles ---- */',
    '',
    ...roleLines(roles, comments.sizes),
    '/* ---- Records ---- */',
    '',
    ...recordLines(schema),
    '#endif',
    '',
  ].join('\n');
}

/** The reason for a limit, without which none is. */
function limitComment({ limits }, name) {
  const reason = limits.get(name);
  if (reason === undefined) throw new Error(`src/schema/limits.ts gives no reason for the limit ${name}`);
  return commentLines(reason);
}

function kindName(kind) {
  return `S3LM_KIND_${fourLetters(kind)}`;
}

function fourLetters(kind) {
  return String.fromCharCode(...[0, 8, 16, 24].map((shift) => (kind >>> shift) & 0xff));
}

function kindLines(name, table, comment) {
  const words = Object.entries(table).map(([key, code]) => `${word(name, key)} = ${code}`);
  const line = `typedef enum { ${words.join(', ')} } ${kindType(name)};`;
  const lines = ['typedef enum {', ...words.map((text) => `    ${text},`), `} ${kindType(name)};`];
  return [
    ...commentLines(comment),
    ...(line.length > 120 ? lines : [line]),
    `#define S3LM_${name}_KINDS ${words.length}u`,
    '',
  ];
}

function encodingLines(table) {
  const kinds = Object.entries(table);
  const coded = kinds.reduce((bits, [, { code, holds }]) => bits | (holds === 'codes' ? 1 << code : 0), 0);
  return [
    'typedef enum {',
    ...kinds.map(([name, { code }]) => `    ${encodingName(name)} = ${code},`),
    '} s3lm_encoding;',
    `#define S3LM_ENCODINGS ${kinds.length}u`,
    '',
    '/* Whether rows hold codes, which are multiplied with codes, rather than F32 numbers. */',
    `#define S3LM_HOLDS_CODES(encoding) ((${hex(coded)} >> (encoding) & 1u) != 0u)`,
    '',
    '/* What a table behind the codes has an element for. */',
    'typedef enum { S3LM_PER_SOURCE, S3LM_PER_ROW, S3LM_PER_GROUP } s3lm_table_per;',
    '',
    '/* Elements of a table. */',
    'typedef enum { S3LM_TABLE_F32, S3LM_TABLE_U8, S3LM_TABLE_I8 } s3lm_table_type;',
    '#define S3LM_ELEMENT_BYTES(type) ((type) == S3LM_TABLE_F32 ? 4u : 1u)',
    '',
    'typedef struct {',
    '    uint8_t bits; /* of an element in a row */',
    '    bool grouped; /* whether the record says a group */',
    '    uint8_t table_count;',
    '    uint8_t per[S3LM_MAX_TABLES]; /* s3lm_table_per */',
    '    uint8_t type[S3LM_MAX_TABLES]; /* s3lm_table_type */',
    '} s3lm_encoding_spec;',
    '',
    '/* By s3lm_encoding. */',
    'extern const s3lm_encoding_spec s3lm_encodings[S3LM_ENCODINGS];',
    '',
    ...tableMacro(
      'ENCODING',
      'encoding',
      Object.fromEntries(kinds.map(([name]) => [snake(name), encodingName(name)])),
    ),
  ];
}

/** The groups of quantized vectors. */
function inputLines({ INPUT_GROUP, MOST_GROUP_OF_INT16, MOST_GROUP_OF_U8, INT4_GROUPS, INT4_BLOCK }) {
  const grouped = Object.entries(INPUT_GROUP).filter(([, group]) => group > 0);
  return [
    '/* Elements of a quantized vector that share a scale, by s3lm_input_kind; 0 for all of them. */',
    `#define S3LM_INPUT_GROUP(input) ${grouped.reduceRight(
      (rest, [name, group]) => `((input) == ${word('INPUT', name)} ? ${group}u : ${rest})`,
      '0u',
    )}`,
    '/* Most columns in a group of weights that is multiplied with 16-bit codes: the sum stays inside int32. */',
    `#define S3LM_MOST_GROUP_OF_INT16 ${MOST_GROUP_OF_INT16}u`,
    '/* Most columns in a group that has a scale of 8 bits: the sum times the scale stays inside int32. */',
    `#define S3LM_MOST_GROUP_OF_U8 ${MOST_GROUP_OF_U8}u`,
    '/* Whether INT4 codes may have groups of so many columns, the most of them, and columns of which 16 bytes have the codes. */',
    `#define S3LM_IS_GROUP_OF_INT4(group) (${INT4_GROUPS.map((size) => `(group) == ${size}u`).join(' || ')})`,
    `#define S3LM_MOST_GROUP_OF_INT4 ${Math.max(...INT4_GROUPS)}u`,
    `#define S3LM_INT4_BLOCK ${INT4_BLOCK}u`,
    '',
  ];
}

/** A macro that initializes a table and wants an entry for each word, so that a table that forgets one does not compile. */
function tableMacro(name, says, codes) {
  const entries = Object.entries(codes).map(([key, code]) => `[${code}] = (${key})`);
  return [
    `/* A table by ${says}, one entry for each in the order of their numbers. */`,
    `#define S3LM_BY_${name}(${Object.keys(codes).join(', ')}) \\`,
    ...entries.map((entry, at) =>
      at === 0
        ? `    {${entry}${entries.length > 1 ? ', \\' : '}'}`
        : `     ${entry}${at < entries.length - 1 ? ', \\' : '}'}`,
    ),
    '',
  ];
}

/** What code relies on: a bias has its matrix's number plus 1. */
function checkBiases(ROLE) {
  for (const [name, { code, biasOf }] of Object.entries(ROLE)) {
    if (biasOf !== undefined && ROLE[biasOf].code + 1 !== code)
      throw new Error(`${name} does not follow ${biasOf}`);
  }
}

function roleLines({ ROLE, FIRST_STEP_ROLE, STEP_ROLES }, comments) {
  checkBiases(ROLE);
  const names = Object.keys(ROLE);
  const sizes = sizeNames(ROLE);
  const scopes = ['model', 'table', ...Object.keys(FIRST_STEP_ROLE)];
  return [
    'typedef enum {',
    ...names.map((name) => `    ${roleName(name)} = ${ROLE[name].code},`),
    '} s3lm_role;',
    `#define S3LM_ROLES ${names.length}u`,
    '',
    '/* The bias of a matrix is the role after it. */',
    '#define S3LM_BIAS_OF(matrix) ((s3lm_role)((uint32_t)(matrix) + 1u))',
    '/* Roles of one kind of step are counted from a multiple of this on, so many of each. */',
    `#define S3LM_STEP_ROLES ${STEP_ROLES}u`,
    ...Object.entries(FIRST_STEP_ROLE).map(([step, first]) => {
      if (first % STEP_ROLES !== 0) throw new Error(`roles of ${step} begin at ${first}`);
      const last = Math.max(
        ...names.filter((name) => ROLE[name].scope === step).map((name) => ROLE[name].code),
      );
      return `#define S3LM_${upper(step)}_ROLES ${last - first + 1}u`;
    }),
    '',
    '/* What a tensor belongs to. */',
    `typedef enum { ${scopes.map((scope) => word('SCOPE', scope)).join(', ')} } s3lm_scope;`,
    '',
    '/* A matrix of which rows are looked up; one that is multiplied; one row of F32; F32 rows, one a position. */',
    `typedef enum { ${shapeNames()
      .map((shape) => word('SHAPE', shape))
      .join(', ')} } s3lm_shape;`,
    '',
    '/* The sizes that shapes are said in. */',
    'typedef enum {',
    ...sizes.map((size) => `    ${word('SIZE', size)},${about(comments.get(size))}`),
    '} s3lm_size;',
    '',
    'typedef struct {',
    '    const char *name;',
    '    uint8_t code;    /* s3lm_role */',
    '    uint8_t scope;   /* s3lm_scope */',
    '    uint8_t shape;   /* s3lm_shape */',
    '    uint8_t rows;    /* s3lm_size */',
    '    uint8_t cols;    /* s3lm_size */',
    '    uint8_t sources; /* source tensors whose rows are in a matrix */',
    '    bool interleaved; /* rows of the sources alternate */',
    '    bool needed;      /* unless another role fuses it */',
    "    uint8_t bias_of;  /* role of a bias's matrix, 0 for others */",
    '    uint8_t fused_by; /* role in whose presence this one, and its bias, are absent; 0 for none */',
    '    uint8_t owners;   /* which steps of its scope, or which models, have it, by their bits; 0 for all */',
    '} s3lm_role_spec;',
    '',
    '/* Bits of a step: one for its s3lm_mlp_kind or s3lm_position_kind, and this where queries and keys are normalized. */',
    '#define S3LM_OWNER_HEAD_NORM 0x80u',
    '/* The bit of a model whose embeddings have a size of their own. */',
    '#define S3LM_OWNER_EMBEDDING_SIZE 0x01u',
    '',
    'extern const s3lm_role_spec s3lm_roles[S3LM_ROLES];',
    '',
  ];
}

function about(comment) {
  return comment === undefined ? '' : ` /* ${comment} */`;
}

const shapeNames = () => ['lookup', 'matrix', 'vector', 'table'];

function sizeNames(ROLE) {
  const used = Object.values(ROLE).flatMap(({ rows, cols }) => [rows, cols]);
  return [...new Set(used)];
}

/** Records, by the name that C gives them. */
function records({ layout }) {
  return {
    config: layout.CONFIG,
    step_head: layout.STEP_HEAD,
    norm: layout.STEP_BODY.norm,
    attention: layout.STEP_BODY.attention,
    mlp: layout.STEP_BODY.mlp,
    conv: layout.STEP_BODY.conv,
    tensor: layout.TENSOR,
    sampling: layout.SAMPLING,
  };
}

/** Those that are decoded into a struct of the same name; a step keeps one for each step of a model. */
const DECODED = {
  config: WIDE,
  step_head: NARROW,
  norm: NARROW,
  attention: NARROW,
  mlp: NARROW,
  conv: NARROW,
};
const structName = (record) =>
  `s3lm_${record}${record === 'config' || record === 'step_head' ? '' : '_config'}`;

function recordLines(schema) {
  const all = records(schema);
  return [
    '/* A field of a record and its rule, one comparison of unsigned integers for every type: floats that are not negative',
    ' * have the order of their bits, and -0, NaN, infinity and everything negative lie above every limit. */',
    'typedef struct {',
    '    const char *name; /* for people */',
    '    uint32_t low, high;',
    '    uint32_t also; /* one more value that is allowed; `low` when there is none */',
    '    uint8_t offset;',
    '    uint8_t bytes;',
    '    uint8_t step; /* what else is allowed is a multiple of this */',
    '} s3lm_field;',
    '',
    '/* Fields in the order of their offsets; what lies between and behind them is reserved and zero. */',
    'typedef struct {',
    '    const s3lm_field *fields;',
    '    uint8_t field_count;',
    '    uint8_t bytes;',
    '} s3lm_record;',
    '',
    ...Object.keys(all).map((name) => `extern const s3lm_record s3lm_${name}_record;`),
    "/* The rest of a step's record, by s3lm_step_kind. */",
    'extern const s3lm_record *const s3lm_step_records[S3LM_STEP_KINDS];',
    '',
    '/* Offsets of the fields. */',
    ...Object.entries(all).flatMap(([name, record]) => offsetLines(name.toUpperCase(), record)),
    '',
    ...Object.entries(DECODED).flatMap(([name, types]) => decoderLines(schema, name, all[name], types)),
  ];
}

function offsetLines(name, record) {
  return [
    'enum {',
    ...Object.entries(record.fields).map(
      ([field, { offset }]) => `    S3LM_${name}_${upper(field)}_AT = ${offset},`,
    ),
    '};',
  ];
}

function decoderLines(schema, name, record, types) {
  const struct = structName(name);
  const fields = Object.entries(record.fields);
  return [
    'typedef struct {',
    ...fields.map(([field, spec]) => `    ${declaration(schema, field, spec, types)};`),
    `} ${struct};`,
    '',
    `static inline ${struct} s3lm_decode_${name}(const uint8_t *p) {`,
    `    return (${struct}){`,
    ...fields.map(([field, spec]) => `        .${snake(field)} = ${getter(schema, spec, types)},`),
    '    };',
    '}',
    '',
  ];
}

/** A kind's enumeration is kept in a bit field of one byte, so that a switch over it is checked for completeness. */
function declaration(schema, field, spec, types) {
  if (spec.words !== undefined) return `${kindOfWords(schema, spec.words)} ${snake(field)} : 8`;
  return `${types === NARROW ? narrowest(spec) : types[spec.type]} ${snake(field)}`;
}

function narrowest({ type, high, or }) {
  if (type !== 'u32' || (or ?? 0) > 0xffff || high > 0xffff) return NARROW[type];
  return high > 0xff ? 'uint16_t' : 'uint8_t';
}

function getter(schema, spec, types) {
  const at = spec.offset === 0 ? 'p' : `p + ${spec.offset}`;
  const value =
    spec.type === 'u8' ? (spec.offset === 0 ? '*p' : `p[${spec.offset}]`) : `s3lm_${spec.type}(${at})`;
  if (spec.words !== undefined) return `(${kindOfWords(schema, spec.words)})${value}`;
  const narrow = types === NARROW ? narrowest(spec) : types[spec.type];
  const natural = { u8: 'uint8_t', u16: 'uint32_t', u32: 'uint32_t', f32: 'float' }[spec.type];
  return narrow === natural || narrow === 'uint32_t' ? value : `(${narrow})${value}`;
}

function kindOfWords({ kinds }, words) {
  const name = KINDS.find((key) => kinds[key] === words);
  if (name === undefined) throw new Error('a record has a kind that the engine does not know');
  return kindType(name);
}

function kindType(name) {
  return `s3lm_${name.toLowerCase()}_kind`;
}

// ---- Tables ----

function tablesText(schema) {
  const { layout, roles, encodings } = schema;
  const all = records(schema);
  return [
    '/* The tables that the package reader loops over (s3lm_format.h). */',
    SAY_SO,
    '#include "s3lm_format.h"',
    '',
    'const s3lm_section_spec s3lm_sections[S3LM_SECTIONS] = {',
    ...Object.values(layout.SECTION).map(
      ({ kind, needed }) => `    {${kindName(kind)}, "${fourLetters(kind)}", ${needed}},`,
    ),
    '};',
    '',
    'const s3lm_encoding_spec s3lm_encodings[S3LM_ENCODINGS] = {',
    ...Object.entries(encodings.ENCODING).map(([name, spec]) => encodingEntry(name, spec)),
    '};',
    '',
    'const s3lm_role_spec s3lm_roles[S3LM_ROLES] = {',
    ...Object.entries(roles.ROLE).map(([name, spec]) => roleEntry(schema, name, spec)),
    '};',
    '',
    ...Object.entries(all).flatMap(([name, record]) => recordEntry(schema, name, record)),
    'const s3lm_record *const s3lm_step_records[S3LM_STEP_KINDS] = {',
    ...Object.keys(schema.kinds.STEP).map(
      (kind) => `    [${word('STEP', kind)}] = &s3lm_${snake(kind)}_record,`,
    ),
    '};',
    '',
  ].join('\n');
}

function encodingEntry(name, { bits, grouped, tables }) {
  const types = tables.map(({ type }) => {
    if (!['f32', 'u8', 'i8'].includes(type)) throw new Error(`${name}: a table of ${type}`);
    return `S3LM_TABLE_${type.toUpperCase()}`;
  });
  const per =
    tables.length === 0 ? '0' : tables.map((table) => `S3LM_PER_${table.per.toUpperCase()}`).join(', ');
  return `    [${encodingName(name)}] = {${bits}, ${grouped}, ${tables.length}, {${per}}, {${types.join(', ') || '0'}}},`;
}

function roleEntry({ roles }, name, spec) {
  const fusedBy = Object.keys(roles.ROLE).find((role) => roles.ROLE[role].fuses?.includes(name));
  const owners = [
    ...(spec.mlps ?? []).map((kind) => `1u << ${word('MLP', kind)}`),
    ...(spec.positions ?? []).map((kind) => `1u << ${word('POSITION', kind)}`),
    ...(spec.ofHeadNorm === true ? ['S3LM_OWNER_HEAD_NORM'] : []),
    ...(spec.ofEmbeddingSize === true ? ['S3LM_OWNER_EMBEDDING_SIZE'] : []),
  ];
  const values = [
    `"${name}"`,
    roleName(name),
    word('SCOPE', spec.scope),
    word('SHAPE', spec.shape),
    word('SIZE', spec.rows),
    word('SIZE', spec.cols),
    spec.sources ?? 0,
    spec.interleaved === true,
    spec.needed === true,
    spec.biasOf === undefined ? 0 : roleName(spec.biasOf),
    fusedBy === undefined ? 0 : roleName(fusedBy),
    owners.length === 0 ? '0' : owners.join(' | '),
  ];
  return `    {${values.join(', ')}},`;
}

const TYPE_BYTES = { u8: 1, u16: 2, u32: 4, f32: 4 };

function recordEntry({ record }, name, { bytes, fields }) {
  const rows = Object.entries(fields).map(([field, { offset, type, low, high, or, step }]) => {
    const raw = (value) => hex(record.rawValue(type, value));
    const values = [raw(low), raw(high), raw(or ?? low), offset, TYPE_BYTES[type], step ?? 1];
    return `    {"${record.fieldLabel(field)}", ${values.join(', ')}},`;
  });
  return [
    `static const s3lm_field ${name}_fields[] = {`,
    ...rows,
    '};',
    `const s3lm_record s3lm_${name}_record = {${name}_fields, ${rows.length}, ${bytes}};`,
    '',
  ];
}
