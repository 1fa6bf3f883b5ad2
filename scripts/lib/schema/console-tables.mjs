// The tables of docs/console.md, from the schema of the protocol and the words in console-words.mjs.
import { fill, table, withWords } from './markdown.mjs';
import * as words from './console-words.mjs';

const FILE = 'docs/console.md';

export async function generate({ schema, read }) {
  const protocol = schema.console;
  const layouts = Object.entries({ sampling: protocol.SAMPLING_BLOCK, ...protocol.PAYLOAD });
  const said = Object.fromEntries(
    withWords('layout', layouts, words.FIELDS).map(([name, layout, fields]) => [
      name,
      withWords(name, Object.entries(layout), fields),
    ]),
  );
  const messages = Object.entries(protocol.MESSAGE);
  const { FIRST_ANSWER } = protocol;
  const parts = {
    requests: requestTable(
      messages.filter(([, code]) => code < FIRST_ANSWER),
      said,
    ),
    answers: answerTable(
      messages.filter(([, code]) => code >= FIRST_ANSWER),
      said,
    ),
    'sampling block': layoutTable(said.sampling, protocol),
    'bits of given': codeTable('bit', protocol.GIVEN, words.GIVEN),
    GENERATE: layoutTable(said.generate, protocol, [
      ['u32[]', "stop ids, besides the package's"],
      ['', 'stop strings: u8 length, 1 to {stopStringBytes}, then UTF-8'],
    ]),
    modes: codeTable('mode', protocol.MODE, words.MODE),
    FINISHED: layoutTable(said.finished, protocol, [['', words.ANSWERS.finished]]),
    capabilities: codeTable('bit', protocol.CAPABILITY, words.CAPABILITY),
    reasons: codeTable('reason', protocol.END_REASON, words.END_REASON),
    errors: codeTable(
      'code',
      Object.fromEntries(protocol.ERROR_CODES.map((name, index) => [name, index + 1])),
      words.ERRORS,
    ),
  };
  const limits = { ...protocol.CONSOLE_LIMITS, ...schema.consoleBoard.CONSOLE_BOARD };
  const filled = Object.fromEntries(
    Object.entries(parts).map(([name, text]) => [name, withLimits(text, limits)]),
  );
  return [[FILE, fill(await read(FILE), FILE, filled)]];
}

/** Puts limits in the place of their names. */
function withLimits(text, limits) {
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    if (limits[name] === undefined) throw new Error(`There is no limit ${name} of the console.`);
    return String(limits[name]);
  });
}

/** Payloads of more fields than this have a table of their own. */
const MOST_INLINE = 9;

function payload(name, said, rest) {
  const fields = said[name] ?? [];
  if (fields.length > MOST_INLINE || name === 'generate') return 'see below';
  const inline = fields.map(([, type, meaning]) => `${type} ${meaning === '' ? '0' : meaning}`);
  return [...inline, ...(rest === '' ? [] : [rest])].join(', ') || 'none';
}

function requestTable(messages, said) {
  const rows = withWords('request', messages, words.REQUESTS).map(([name, code, [rest, answer]]) => [
    hex(code),
    upper(name),
    payload(name, said, rest),
    answer,
  ]);
  return table(['type', 'name', 'payload', 'answer'], rows, '>');
}

function answerTable(messages, said) {
  const rows = withWords('answer', messages, words.ANSWERS).map(([name, code, rest]) => [
    hex(code),
    upper(name),
    name === 'finished' ? 'see below' : payload(name, said, rest),
  ]);
  return table(['type', 'name', 'payload'], rows, '>');
}

function layoutTable(fields, { layoutBytes }, rest = []) {
  let offset = 0;
  const rows = fields.map(([name, type, meaning]) => {
    const bytes = layoutBytes({ [name]: type });
    const row = [offset, typeof type === 'string' ? type : `${bytes} bytes`, meaning === '' ? '0' : meaning];
    offset += bytes;
    return row;
  });
  const more = rest.map(([type, meaning], index) => [index === 0 ? offset : '…', type, meaning]);
  return table(['offset', 'type', 'field'], [...rows, ...more], '>');
}

function codeTable(title, codes, said) {
  const rows = withWords(title, Object.entries(codes), said).map(([name, code, meaning]) => [
    code,
    `\`${name}\``,
    meaning,
  ]);
  return table([title, 'name', ''], rows, '>');
}

function upper(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function hex(code) {
  return `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
