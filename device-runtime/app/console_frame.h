/* Frames of the console protocol (docs/console.md): taking them out of a stream of typed text and noise, and writing
 * them. The same on every board and on the host; test/device/console-frames.json holds examples that this codec and
 * src/device/console-codec.ts both must agree with.
 *
 * On the wire a frame is ESC _ L, its bytes in base64 without filling, ESC \ . Terminals skip such a sequence.
 */
#ifndef CONSOLE_FRAME_H
#define CONSOLE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../engine/s3lm.h"

/* A request to generate with as many stop ids and strings as the engine takes. */
#define CONSOLE_MAX_PAYLOAD 704u
/* type, number, request, payload length; then the payload; then the CRC-32. */
#define CONSOLE_HEADER_BYTES 6u
#define CONSOLE_CRC_BYTES 4u
#define CONSOLE_MAX_FRAME (CONSOLE_HEADER_BYTES + CONSOLE_MAX_PAYLOAD + CONSOLE_CRC_BYTES)

/* Bytes on the wire of a frame with this payload. */
#define CONSOLE_WIRE_BYTES(payload) (5u + ((CONSOLE_HEADER_BYTES + (payload) + CONSOLE_CRC_BYTES) * 4u + 2u) / 3u)

typedef struct {
    uint8_t type;
    uint8_t number;   /* counts the sender's frames */
    uint16_t request; /* chosen by the host; answers carry it back */
    uint32_t length;
    const uint8_t *payload; /* valid until the next byte is given to the parser */
} console_frame;

typedef enum {
    CONSOLE_NOTHING, /* the byte was taken */
    CONSOLE_TEXT,    /* `text` holds `text_count` bytes outside frames */
    CONSOLE_FRAME    /* `frame` is complete and its checksum right */
} console_found;

/* Zero-initialize. */
typedef struct {
    uint8_t state;
    uint8_t held_bits; /* bits of the last base64 characters that make no byte yet */
    uint16_t held;
    uint32_t count;   /* bytes in `bytes`; above CONSOLE_MAX_FRAME when the frame is too long */
    uint32_t damaged; /* frames that were begun and came to nothing */
    uint8_t text[3];
    uint8_t text_count;
    console_frame frame;
    uint8_t bytes[CONSOLE_MAX_FRAME];
} console_parser;

console_found console_parse(console_parser *parser, uint8_t byte);

/* Whether a frame has begun and not ended: a sender that falls silent here has left. */
bool console_inside_frame(const console_parser *parser);

/* Gives up an unfinished frame. */
void console_abandon(console_parser *parser);

/* Writes a frame; `wire` has room for CONSOLE_WIRE_BYTES(payload). Returns the bytes written. `payload` may not lie in
 * `wire`. */
size_t console_encode(uint8_t type, uint8_t number, uint16_t request, const uint8_t *payload, uint32_t length,
                      uint8_t *wire);

#endif
