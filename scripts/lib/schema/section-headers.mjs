// C headers of the sections that are tables of plain records: ACTN for the board's application, GRAM for the engine. From
// src/schema/actions.ts and src/schema/grammar.ts.
import { docComments, commentLines, upper } from './c-text.mjs';

const ACTIONS_FILE = 'device-runtime/app/actions_format.h';
const GRAMMAR_FILE = 'device-runtime/engine/grammar_format.h';
const BYTES = { u8: 1, u16: 2, u32: 4, u64: 8 };

export async function generate({ schema, read }) {
  return [
    [ACTIONS_FILE, await actionsText(schema, read)],
    [GRAMMAR_FILE, grammarText(schema)],
  ];
}

async function actionsText({ actions }, read) {
  const comments = docComments(await read('src/schema/actions.ts'));
  const kinds = (name, table) => [
    ...commentLines(comments.get(name)),
    `enum { ${Object.entries(table)
      .map(([key, code]) => `${name}_${upper(key)} = ${code}`)
      .join(', ')} };`,
  ];
  const lines = [
    '/* The section ACTN as the board reads it: limits, codes, and where fields stand. Generated from src/schema/actions.ts by',
    ' * `npm run schema`; docs/actions.md explains it. */',
    '#ifndef ACTIONS_FORMAT_H',
    '#define ACTIONS_FORMAT_H',
    '',
    `#define ACTIONS_VERSION ${actions.ACTIONS_VERSION}u`,
    '/* "None" in references to texts, and of pins. */',
    `#define ACTIONS_NO_TEXT ${actions.NO_TEXT}u`,
    `#define ACTIONS_NO_PIN ${actions.NO_PIN}u`,
    '',
    ...Object.entries(actions.ACTION_LIMITS).map(
      ([name, value]) => `#define ACTIONS_MAX_${upper(name)} ${value}u`,
    ),
    '',
    ...kinds('ACTION_OUTPUT', actions.ACTION_OUTPUT),
    ...kinds('ACTION_INPUT', actions.ACTION_INPUT),
    ...kinds('ACTION_CHANGE', actions.ACTION_CHANGE),
    ...kinds('ACTION_TOLD', actions.ACTION_TOLD),
    '',
    ...Object.entries(actions.ACTIONS).flatMap(([name, layout]) => recordLines('ACTIONS', name, layout)),
    '#endif',
    '',
  ];
  return lines.join('\n');
}

function grammarText({ grammar }) {
  return [
    '/* The section GRAM as the engine reads it: limits, and where fields stand. Generated from src/schema/grammar.ts by',
    ' * `npm run schema`; docs/grammars.md explains it. */',
    '#ifndef GRAMMAR_FORMAT_H',
    '#define GRAMMAR_FORMAT_H',
    '',
    `#define GRAMMAR_VERSION ${grammar.GRAMMAR_VERSION}u`,
    ...Object.entries(grammar.GRAMMAR_SECTION_LIMITS).map(
      ([name, value]) => `#define GRAMMAR_MAX_${upper(name)} ${value}u`,
    ),
    '/* "None" in states and masks. */',
    `#define GRAMMAR_NO_STATE ${grammar.NO_STATE}u`,
    '',
    ...Object.entries(grammar.GRAMMAR).flatMap(([name, layout]) => recordLines('GRAMMAR', name, layout)),
    '#endif',
    '',
  ].join('\n');
}

function recordLines(prefix, name, layout) {
  const record = `${prefix}_${upper(name)}`;
  let at = 0;
  const fields = Object.entries(layout).map(([field, type]) => {
    const line = field.startsWith('zero') ? null : `    ${record}_${upper(field)}_AT = ${at},`;
    at += BYTES[type];
    return line;
  });
  return ['enum {', ...fields.filter((line) => line !== null), `    ${record}_BYTES = ${at}`, '};'];
}
