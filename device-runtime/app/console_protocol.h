/* Numbers of the console protocol: types, codes, bits and limits. Generated from src/schema/console.ts and
 * console-board.ts by `npm run schema`; docs/console.md explains them. */
#ifndef CONSOLE_PROTOCOL_H
#define CONSOLE_PROTOCOL_H

#define CONSOLE_VERSION 1u

enum {
    /* host to board */
    CONSOLE_HELLO = 0x01,
    CONSOLE_INFO = 0x02,
    CONSOLE_SET = 0x03,
    CONSOLE_STATS = 0x04,
    CONSOLE_PROMPT = 0x05,
    CONSOLE_GENERATE = 0x06,
    CONSOLE_CANCEL = 0x07,
    CONSOLE_RESET = 0x08,
    CONSOLE_BENCH = 0x09,
    CONSOLE_REBOOT = 0x0A,
    /* board to host */
    CONSOLE_OK = 0x80,
    CONSOLE_WELCOME = 0x81,
    CONSOLE_FACTS = 0x82,
    CONSOLE_SETTINGS = 0x83,
    CONSOLE_STARTED = 0x90,
    CONSOLE_PREFILL = 0x91,
    CONSOLE_TOKEN = 0x92,
    CONSOLE_LOGITS = 0x93,
    CONSOLE_MORE_TEXT = 0x94,
    CONSOLE_ACTION = 0x95,
    CONSOLE_FINISHED = 0x9F,
    CONSOLE_ERROR = 0xFF
};

/* CONSOLE_ERROR */
enum {
    CONSOLE_FINE = 0,
    CONSOLE_BAD_TYPE = 1,
    CONSOLE_BAD_PAYLOAD = 2,
    CONSOLE_BUSY = 3,
    CONSOLE_NO_MODEL = 4,
    CONSOLE_BAD_OPTIONS = 5,
    CONSOLE_CONTEXT = 6,
    CONSOLE_BAD_TOKEN = 7,
    CONSOLE_NUMERIC = 8,
    CONSOLE_TOO_LONG = 9,
    CONSOLE_NO_TOKENIZER = 10,
    CONSOLE_NO_CHAT = 11,
    CONSOLE_NO_PROMPT = 12,
    CONSOLE_BAD_VERSION = 13,
    CONSOLE_CANCELLED = 14
};

/* CONSOLE_FINISHED: s3lm_reason, and ... */
enum { CONSOLE_END_STALLED = 16 /* nobody took the output for CONSOLE_STALL_MICROS */ };

/* Sampling block of CONSOLE_SET, CONSOLE_SETTINGS and CONSOLE_GENERATE: which fields are given. CONSOLE_SAMPLE: whether
 * to sample is given, and CONSOLE_DO_SAMPLE is the answer. CONSOLE_DEFAULTS: first go back to what the package says. */
enum {
    CONSOLE_TEMPERATURE = 1,
    CONSOLE_TOP_K = 2,
    CONSOLE_TOP_P = 4,
    CONSOLE_MIN_P = 8,
    CONSOLE_PENALTY = 16,
    CONSOLE_LENGTH = 32,
    CONSOLE_SEED = 64,
    CONSOLE_SAMPLE = 128,
    CONSOLE_DO_SAMPLE = 256,
    CONSOLE_DEFAULTS = 512
};
#define CONSOLE_SAMPLING_BYTES 36u
#define CONSOLE_SAMPLING_BITS 1023u

/* CONSOLE_GENERATE */
enum { CONSOLE_FRESH = 0, CONSOLE_APPEND = 1, CONSOLE_FIRST_TURN = 2, CONSOLE_NEXT_TURN = 3 };
enum { CONSOLE_WANT_LOGITS = 1, CONSOLE_SLIDE = 2, CONSOLE_NO_DRAFTS = 4, CONSOLE_FREE = 8 };
#define CONSOLE_GENERATE_BYTES 44u

/* CONSOLE_PROMPT */
enum { CONSOLE_PROMPT_TEXT = 0, CONSOLE_PROMPT_IDS = 1 };
#define CONSOLE_PROMPT_BYTES 8u

/* CONSOLE_WELCOME, capabilities */
enum { CONSOLE_HAS_MODEL = 1, CONSOLE_HAS_TOKENIZER = 2, CONSOLE_HAS_CHAT = 4, CONSOLE_HAS_TURNS = 8, CONSOLE_HAS_ACTIONS = 16, CONSOLE_HAS_GRAMMAR = 32 };

/* Logits of one CONSOLE_LOGITS frame. */
#define CONSOLE_LOGITS_COUNT 128u
/* Text of one CONSOLE_TOKEN or CONSOLE_MORE_TEXT frame, in bytes. */
#define CONSOLE_MAX_TEXT 640u
/* CONSOLE_FACTS: number of its first line, whether it is the last one, lines. */
#define CONSOLE_FACTS_BYTES 3u
/* CONSOLE_ACTION, before its text. */
#define CONSOLE_ACTION_BYTES 12u

/* A typed line, in bytes; it shares its memory with the frame that is being received. */
#define CONSOLE_MAX_LINE 700u
/* Bytes that came in and were not looked at: a UART at 115200 brings 12 a millisecond. */
#define CONSOLE_INPUT_BYTES 256u
/* Bytes that wait to go out: the longest answer, some echo, and what is kept for the message that ends a generation. */
#define CONSOLE_OUTPUT_BYTES 1344u
#define CONSOLE_END_RESERVE 320u
/* Room for the longest answer; the board reads no request before it is there. */
#define CONSOLE_ANSWER_ROOM 960u

/* A generation ends when the port that asked for it has taken nothing for so long. */
#define CONSOLE_STALL_MICROS 30000000u
/* A frame that has been begun and not continued for so long is given up. */
#define CONSOLE_SILENCE_MICROS 1000000u

#endif
