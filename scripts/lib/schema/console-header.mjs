// The board's header of the console protocol, from src/schema/console.ts and console-board.ts.

const FILE = 'device-runtime/app/console_protocol.h';

/** Names that C gives to what the schema calls otherwise. */
const ERROR_NAMES = {
  type: 'BAD_TYPE',
  payload: 'BAD_PAYLOAD',
  options: 'BAD_OPTIONS',
  token: 'BAD_TOKEN',
  version: 'BAD_VERSION',
};
const GIVEN_NAMES = {
  repetitionPenalty: 'PENALTY',
  maxNewTokens: 'LENGTH',
  doSample: 'SAMPLE',
  sampling: 'DO_SAMPLE',
};

export async function generate({ schema }) {
  const { console: protocol, consoleBoard } = schema;
  const { MESSAGE, FIRST_ANSWER, PAYLOAD, SAMPLING_BLOCK, layoutBytes } = protocol;
  const messages = Object.entries(MESSAGE);
  const request = messages.filter(([, code]) => code < FIRST_ANSWER);
  const answer = messages.filter(([, code]) => code >= FIRST_ANSWER);
  const given = Object.entries(protocol.GIVEN);
  const board = consoleBoard.CONSOLE_BOARD;
  const text = `/* Numbers of the console protocol: types, codes, bits and limits. Generated from src/schema/console.ts and
 * console-board.ts by \`npm run schema\`; docs/console.md explains them. */
#ifndef CONSOLE_PROTOCOL_H
#define CONSOLE_PROTOCOL_H

#define CONSOLE_VERSION ${protocol.CONSOLE_VERSION}u

enum {
    /* host to board */
${lines(request.map(([name, code]) => `CONSOLE_${upper(name)} = ${byte(code)},`))}
    /* board to host */
${lines(list(answer.map(([name, code]) => `CONSOLE_${upper(name)} = ${byte(code)}`)))}
};

/* CONSOLE_ERROR */
enum {
    CONSOLE_FINE = 0,
${lines(list(protocol.ERROR_CODES.map((name, index) => `CONSOLE_${ERROR_NAMES[name] ?? upper(name)} = ${index + 1}`)))}
};

/* CONSOLE_FINISHED: s3lm_reason, and ... */
enum { CONSOLE_END_STALLED = ${protocol.END_REASON.stalled} /* nobody took the output for CONSOLE_STALL_MICROS */ };

/* Sampling block of CONSOLE_SET, CONSOLE_SETTINGS and CONSOLE_GENERATE: which fields are given. CONSOLE_SAMPLE: whether
 * to sample is given, and CONSOLE_DO_SAMPLE is the answer. CONSOLE_DEFAULTS: first go back to what the package says. */
enum {
${lines(list(given.map(([name, bit]) => `CONSOLE_${GIVEN_NAMES[name] ?? upper(name)} = ${bit}`)))}
};
#define CONSOLE_SAMPLING_BYTES ${layoutBytes(SAMPLING_BLOCK)}u
#define CONSOLE_SAMPLING_BITS ${given.reduce((bits, [, bit]) => bits | bit, 0)}u

/* CONSOLE_GENERATE */
${row('', protocol.MODE)}
${row('', { wantLogits: protocol.GENERATE_FLAG.logits, slide: protocol.GENERATE_FLAG.slide, noDrafts: protocol.GENERATE_FLAG.noDrafts, free: protocol.GENERATE_FLAG.free })}
#define CONSOLE_GENERATE_BYTES ${layoutBytes(PAYLOAD.generate)}u

/* CONSOLE_PROMPT */
${row('PROMPT_', protocol.PROMPT_KIND)}
#define CONSOLE_PROMPT_BYTES ${layoutBytes(PAYLOAD.prompt)}u

/* CONSOLE_WELCOME, capabilities */
${row('HAS_', protocol.CAPABILITY)}

/* Logits of one CONSOLE_LOGITS frame. */
#define CONSOLE_LOGITS_COUNT ${board.logitsCount}u
/* Text of one CONSOLE_TOKEN or CONSOLE_MORE_TEXT frame, in bytes. */
#define CONSOLE_MAX_TEXT ${board.maxText}u
/* CONSOLE_FACTS: number of its first line, whether it is the last one, lines. */
#define CONSOLE_FACTS_BYTES ${layoutBytes(PAYLOAD.facts)}u
/* CONSOLE_ACTION, before its text. */
#define CONSOLE_ACTION_BYTES ${layoutBytes(PAYLOAD.action)}u

/* A typed line, in bytes; it shares its memory with the frame that is being received. */
#define CONSOLE_MAX_LINE ${board.maxLine}u
/* Bytes that came in and were not looked at: a UART at 115200 brings 12 a millisecond. */
#define CONSOLE_INPUT_BYTES ${board.inputBytes}u
/* Bytes that wait to go out: the longest answer, some echo, and what is kept for the message that ends a generation. */
#define CONSOLE_OUTPUT_BYTES ${board.outputBytes}u
#define CONSOLE_END_RESERVE ${board.endReserve}u
/* Room for the longest answer; the board reads no request before it is there. */
#define CONSOLE_ANSWER_ROOM ${board.answerRoom}u

/* A generation ends when the port that asked for it has taken nothing for so long. */
#define CONSOLE_STALL_MICROS ${board.stallMicros}u
/* A frame that has been begun and not continued for so long is given up. */
#define CONSOLE_SILENCE_MICROS ${board.silenceMicros}u

#endif
`;
  return [[FILE, text]];
}

/** `moreText` and `no-model` as MORE_TEXT and NO_MODEL. */
function upper(name) {
  return name
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .replace(/-/g, '_')
    .toUpperCase();
}

function byte(code) {
  return `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Enumerators with commas between them. */
function list(entries) {
  return entries.map((entry, index) => (index === entries.length - 1 ? entry : `${entry},`));
}

function lines(entries) {
  return entries.map((entry) => `    ${entry}`).join('\n');
}

/** A short enumeration on one line. */
function row(prefix, values) {
  const entries = Object.entries(values).map(([name, value]) => `CONSOLE_${prefix}${upper(name)} = ${value}`);
  return `enum { ${entries.join(', ')} };`;
}
