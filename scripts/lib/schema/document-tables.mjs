// The tables of docs/model-package.md, from the schema and the words in package-words.mjs.
import { fill, table, withWords } from './markdown.mjs';
import * as words from './package-words.mjs';

const FILE = 'docs/model-package.md';

const TYPE_BYTES = { u8: 1, u16: 2, u32: 4, f32: 4 };

export async function generate({ schema, read }) {
  const { layout, kinds } = schema;
  const records = {
    HEADER: layout.HEADER,
    SECTION_ENTRY: layout.SECTION_ENTRY,
    CONFIG: layout.CONFIG,
    STEP_HEAD: layout.STEP_HEAD,
    ...Object.fromEntries(
      Object.entries(layout.STEP_BODY).map(([kind, record]) => [`STEP_BODY.${kind}`, record]),
    ),
    TENSOR: layout.TENSOR,
    SAMPLING: layout.SAMPLING,
  };
  const parts = Object.fromEntries(
    withWords('record', Object.entries(records), words.FIELDS).map(([name, record, said]) => [
      name,
      recordTable(name, record, said, { layout }),
    ]),
  );
  parts.counts = countTable(layout);
  parts.sections = sectionTable(layout);
  parts.kinds = kindTable(kinds);
  parts.encodings = encodingTable(schema);
  parts.roles = roleTable(schema);
  return [[FILE, fill(await read(FILE), FILE, parts)]];
}

/** What follows the head of a step lies behind it. */
function baseOf(name, { layout }) {
  return name.startsWith('STEP_BODY.') ? layout.STEP_HEAD.bytes : 0;
}

function recordTable(name, record, said, context) {
  const base = baseOf(name, context);
  const rows = [];
  let end = 0;
  const reserved = (until) => {
    if (until > end) rows.push([base + end, `u8[${until - end}]`, 'reserved', '0']);
  };
  for (const [, field, [label, more]] of withWords(`${name}`, Object.entries(record.fields), said)) {
    reserved(field.offset);
    rows.push([base + field.offset, field.type, label, rule(field, more, context)]);
    end = field.offset + TYPE_BYTES[field.type];
  }
  reserved(record.bytes);
  return table(['offset', 'type', 'field', 'rule'], rows, '>');
}

function rule(field, more, { layout }) {
  return [range(field, layout), more].filter((text) => text !== '').join('; ');
}

/** The range that the schema gives, empty when every value of the type is allowed. */
function range({ type, low, high, or, step, words: table }, { NONE, MAGIC }) {
  if (table !== undefined) {
    return Object.entries(table)
      .map(([word, code]) => `${code} \`${word}\``)
      .join(' · ');
  }
  // What a yes or no means is said in words.
  if (low === 0 && high === 1 && type !== 'f32') return '';
  if (low === MAGIC) return '';
  const largest = { u8: 0xff, u16: 0xffff, u32: 0xffffffff }[type];
  const multiple = step === undefined ? '' : `a multiple of ${step}`;
  const other = or === undefined ? '' : `${or === NONE ? '0xFFFFFFFF for none' : number(or)}`;
  const isAny = low === 0 && high === largest;
  const isOpen = high >= 0xffffffff - 64 && type === 'u32';
  const span = isAny
    ? ''
    : low === high
      ? number(low)
      : isOpen
        ? `at least ${number(low)}`
        : `${number(low)} to ${number(high)}`;
  return [span, multiple, other === '' ? '' : `or ${other}`].filter((text) => text !== '').join(', ');
}

/** How the tables of kinds are called. */
const KIND_TITLES = {
  STEP: 'step',
  PLACE: 'place',
  NORM: 'norm',
  MLP: 'feed-forward',
  FUNCTION: 'function',
  POSITION: 'position',
  HEAD_NORM: 'norm of heads',
  CACHE: 'cache',
  ACTIVATION: 'activations',
  INPUT: 'input',
  MEMORY: 'placement',
};

function number(value) {
  if (value === 2 ** -149) return '2⁻¹⁴⁹';
  if (value === 2 ** 20) return '2²⁰';
  if (value === 2 ** 20 - 1) return '2²⁰ − 1';
  const short = Number(value.toPrecision(6));
  const isPlain = short === 0 || (Math.abs(short) >= 1e-3 && Math.abs(short) < 1e6);
  return isPlain ? short.toLocaleString('en-US') : short.toExponential().replace('e+', 'e');
}

function countTable({ PACKAGE_LIMITS }) {
  const rows = Object.entries(words.COUNTS).map(([name, what]) => {
    if (PACKAGE_LIMITS[name] === undefined) throw new Error(`There is no limit of ${name}.`);
    return [what, number(PACKAGE_LIMITS[name])];
  });
  return table(['', 'most'], rows, ' >');
}

function sectionTable({ SECTION, fourccText }) {
  const rows = withWords('section', Object.entries(SECTION), words.SECTIONS).map(
    ([, { kind, needed }, content]) => [`\`${fourccText(kind)}\``, needed ? 'yes' : 'no', content],
  );
  return table(['kind', 'required', 'content'], rows);
}

function kindTable(kinds) {
  const entries = Object.entries(kinds).filter(
    ([name, value]) => typeof value === 'object' && !words.OTHER_KINDS.includes(name),
  );
  const rows = withWords('kinds', entries, words.KINDS).flatMap(([name, codes, said]) =>
    withWords(name, Object.entries(codes), said).map(([word, code, meaning]) => [
      KIND_TITLES[name],
      code,
      `\`${word}\``,
      meaning,
    ]),
  );
  return table(['kind', 'code', 'word', 'meaning'], rows, ' >');
}

const PER = {
  source: 'one a source tensor',
  row: 'one a row',
  group: 'rows × ⌈columns / group⌉, row by row',
};

function encodingTable({ encodings }) {
  const rows = withWords('encoding', Object.entries(encodings.ENCODING), words.ENCODINGS).map(
    ([kind, { code, bits, tables }, said]) => [
      code,
      `\`${kind}\``,
      said,
      bits,
      tables.length === 0
        ? 'none'
        : tables.map(({ name, type, per }) => `${name}s, ${type}, ${PER[per]}`).join('; '),
    ],
  );
  return table(['code', 'name', 'data', 'bits', 'tables'], rows, '>  >');
}

const SCOPES = { model: 'the model', table: 'a rotary table' };

function roleTable({ roles }) {
  const superfluous = Object.keys(words.ROLES).find((role) => roles.ROLE[role] === undefined);
  if (superfluous !== undefined)
    throw new Error(`There are words for role ${superfluous}, which there is not.`);
  const rows = Object.entries(roles.ROLE).map(([name, role]) => [
    role.code,
    `\`${name}\``,
    SCOPES[role.scope] ?? `\`${role.scope}\``,
    role.shape,
    `${sizeWord(role.rows)} × ${sizeWord(role.cols)}`,
    roleNotes(name, role),
  ]);
  return table(['role', 'name', 'belongs to', 'kind', 'rows × columns', ''], rows, '>');
}

function sizeWord(size) {
  const word = words.SIZES[size];
  if (word === undefined) throw new Error(`There are no words for the size ${size}.`);
  return word;
}

function roleNotes(name, { needed, fuses, biasOf, mlps, positions, ofHeadNorm, ofEmbeddingSize, sources }) {
  const list = (names) => names.map((role) => `\`${role}\``).join(', ');
  return [
    needed === true ? 'needed' : '',
    words.ROLES[name] ?? '',
    sources > 1 ? `${sources} source tensors` : '',
    fuses === undefined ? '' : `in place of ${list(fuses)}`,
    biasOf === undefined ? '' : `bias of \`${biasOf}\``,
    mlps === undefined ? '' : `of ${list(mlps)} feed-forwards`,
    positions === undefined ? '' : `where the position is ${list(positions)}`,
    ofHeadNorm === true ? 'where heads are normalized' : '',
    ofEmbeddingSize === true ? 'where there is an embedding size' : '',
  ]
    .filter((text) => text !== '')
    .join('; ');
}
