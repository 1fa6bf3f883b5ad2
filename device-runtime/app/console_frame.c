/* Frames in and out: see console_frame.h. */
#include "console_frame.h"

#include "../engine/bytes.h"

#define ESCAPE 0x1Bu
#define BEGIN '_'
#define MARK 'L'
#define END '\\'

enum { IN_TEXT, AFTER_ESCAPE, AFTER_BEGIN, IN_FRAME, AFTER_FRAME };

/* Value of a base64 character, 64 for any other byte. */
static uint32_t value_of(uint8_t byte) {
    if (byte >= 'A' && byte <= 'Z') return byte - (uint32_t)'A';
    if (byte >= 'a' && byte <= 'z') return byte - (uint32_t)'a' + 26u;
    if (byte >= '0' && byte <= '9') return byte - (uint32_t)'0' + 52u;
    return byte == '+' ? 62u : byte == '/' ? 63u : 64u;
}

static void take(console_parser *p, uint32_t value) {
    p->held = (uint16_t)(p->held << 6 | value);
    p->held_bits = (uint8_t)(p->held_bits + 6u);
    if (p->held_bits < 8u) {
        return;
    }
    p->held_bits = (uint8_t)(p->held_bits - 8u);
    if (p->count < CONSOLE_MAX_FRAME) {
        p->bytes[p->count] = (uint8_t)(p->held >> p->held_bits);
    }
    /* One past the longest is enough to know that it is too long. */
    p->count += p->count <= CONSOLE_MAX_FRAME;
    p->held = (uint16_t)(p->held & ((1u << p->held_bits) - 1u));
}

static console_found text(console_parser *p, uint8_t byte) {
    p->text[p->text_count++] = byte;
    return CONSOLE_TEXT;
}

static console_found damaged(console_parser *p) {
    p->damaged++;
    p->state = IN_TEXT;
    return CONSOLE_NOTHING;
}

/* The frame's bytes are complete: are they a frame? Bits that are left over must be zero, so that each frame has one
 * form only. */
static console_found finish(console_parser *p) {
    const uint8_t *b = p->bytes;
    uint32_t length = p->count < CONSOLE_HEADER_BYTES ? 0u : s3lm_u16(b + 4);
    uint32_t covered = CONSOLE_HEADER_BYTES + length;
    if (p->count > CONSOLE_MAX_FRAME || p->held_bits >= 6u || p->held != 0u ||
        p->count != covered + CONSOLE_CRC_BYTES || s3lm_crc32(0, b, covered) != s3lm_u32(b + covered)) {
        return damaged(p);
    }
    p->state = IN_TEXT;
    p->frame = (console_frame){b[0], b[1], (uint16_t)s3lm_u16(b + 2), length, b + CONSOLE_HEADER_BYTES};
    return CONSOLE_FRAME;
}

static console_found after_escape(console_parser *p, uint8_t byte) {
    if (byte == BEGIN) {
        p->state = AFTER_BEGIN;
        return CONSOLE_NOTHING;
    }
    text(p, ESCAPE);
    p->state = byte == ESCAPE ? AFTER_ESCAPE : IN_TEXT;
    return byte == ESCAPE ? CONSOLE_TEXT : text(p, byte);
}

console_found console_parse(console_parser *p, uint8_t byte) {
    uint32_t value;
    p->text_count = 0;
    switch (p->state) {
    case IN_TEXT:
        if (byte == ESCAPE) {
            p->state = AFTER_ESCAPE;
            return CONSOLE_NOTHING;
        }
        return text(p, byte);
    case AFTER_ESCAPE:
        return after_escape(p, byte);
    case AFTER_BEGIN:
        if (byte == MARK) {
            p->state = IN_FRAME;
            p->count = p->held = p->held_bits = 0;
            return CONSOLE_NOTHING;
        }
        /* Another program's sequence: text. */
        text(p, ESCAPE);
        text(p, BEGIN);
        p->state = byte == ESCAPE ? AFTER_ESCAPE : IN_TEXT;
        return byte == ESCAPE ? CONSOLE_TEXT : text(p, byte);
    case IN_FRAME:
        value = value_of(byte);
        if (value < 64u) {
            take(p, value);
            return CONSOLE_NOTHING;
        }
        if (byte == ESCAPE) {
            p->state = AFTER_FRAME;
            return CONSOLE_NOTHING;
        }
        damaged(p);
        return text(p, byte);
    default:
        if (byte == END) {
            return finish(p);
        }
        damaged(p);
        return after_escape(p, byte);
    }
}

bool console_inside_frame(const console_parser *p) { return p->state >= AFTER_BEGIN; }

void console_abandon(console_parser *p) {
    if (p->state >= IN_FRAME) {
        p->damaged++;
    }
    p->state = IN_TEXT;
}

/* ---- Out ---- */

typedef struct {
    uint8_t *at;
    uint32_t held, held_bits;
} writer;

static void put(writer *w, const uint8_t *bytes, uint32_t count) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (uint32_t i = 0; i < count; i++) {
        w->held = w->held << 8 | bytes[i];
        for (w->held_bits += 8u; w->held_bits >= 6u;) {
            w->held_bits -= 6u;
            *w->at++ = (uint8_t)alphabet[(w->held >> w->held_bits) & 63u];
        }
    }
}

size_t console_encode(uint8_t type, uint8_t number, uint16_t request, const uint8_t *payload, uint32_t length,
                      uint8_t *wire) {
    uint8_t header[CONSOLE_HEADER_BYTES] = {
        type, number, (uint8_t)request, (uint8_t)(request >> 8), (uint8_t)length, (uint8_t)(length >> 8)};
    uint32_t crc = s3lm_crc32(s3lm_crc32(0, header, sizeof header), payload, length);
    uint8_t sum[CONSOLE_CRC_BYTES] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16), (uint8_t)(crc >> 24)};
    writer w = {wire, 0, 0};
    *w.at++ = ESCAPE;
    *w.at++ = BEGIN;
    *w.at++ = MARK;
    put(&w, header, sizeof header);
    put(&w, payload, length);
    put(&w, sum, sizeof sum);
    if (w.held_bits > 0u) {
        const uint8_t zeros = 0;
        uint8_t *last = w.at;
        put(&w, &zeros, 1);
        w.at = last + 1;
    }
    *w.at++ = ESCAPE;
    *w.at++ = END;
    return (size_t)(w.at - wire);
}
