/* A port's queues: see console_port.h. */
#include "console_port.h"

#include "../engine/unicode.h"

/* Bytes asked of a port at once: a packet of USB. */
#define READ_BYTES 64u

static void move_down(uint8_t *bytes, uint32_t *begin, uint32_t *end) {
    for (uint32_t i = *begin; i < *end; i++) {
        bytes[i - *begin] = bytes[i];
    }
    *end -= *begin;
    *begin = 0;
}

static void take_in(console_port *p) {
    if (p->in_begin > 0u && sizeof p->in - p->in_end < READ_BYTES) {
        move_down(p->in, &p->in_begin, &p->in_end);
    }
    size_t count = 1;
    while (count > 0u && p->in_end < sizeof p->in) {
        count = p->port->read(p->port->port, p->in + p->in_end, sizeof p->in - p->in_end);
        p->in_end += (uint32_t)count;
        if (count > 0u) {
            p->heard = p->board->micros();
        }
    }
}

static void give_out(console_port *p) {
    if (p->out_begin == p->out_end) {
        return;
    }
    size_t taken = p->port->write(p->port->port, p->out + p->out_begin, p->out_end - p->out_begin);
    if (taken > 0u) {
        p->out_begin += (uint32_t)taken;
        p->moved = p->board->micros();
        p->port->flush(p->port->port);
    }
}

void console_pump(console_port *p) {
    take_in(p);
    give_out(p);
}

int32_t console_next(console_port *p) {
    if (p->in_begin == p->in_end) {
        p->in_begin = p->in_end = 0;
        return -1;
    }
    return p->in[p->in_begin++];
}

size_t console_room(const console_port *p, console_claim claim) {
    size_t room = sizeof p->out - (p->out_end - p->out_begin);
    if (claim == CONSOLE_RESERVED) {
        return room;
    }
    return room > CONSOLE_END_RESERVE ? room - CONSOLE_END_RESERVE : 0u;
}

bool console_drained(const console_port *p) { return p->out_begin == p->out_end; }

/* Where `count` bytes of output go, or NULL when they do not fit. */
static uint8_t *reserve(console_port *p, console_claim claim, size_t count) {
    if (count > console_room(p, claim)) {
        return NULL;
    }
    if (p->out_begin == p->out_end) {
        /* The time of waiting counts from here. */
        p->moved = p->board->micros();
        p->out_begin = p->out_end = 0;
    }
    if (count > sizeof p->out - p->out_end) {
        move_down(p->out, &p->out_begin, &p->out_end);
    }
    uint8_t *at = p->out + p->out_end;
    p->out_end += (uint32_t)count;
    return at;
}

bool console_send(console_port *p, console_claim claim, uint8_t type, uint16_t request, const uint8_t *payload,
                  uint32_t length) {
    uint8_t *wire = reserve(p, claim, CONSOLE_WIRE_BYTES(length));
    if (!wire) {
        return false;
    }
    console_encode(type, p->frames_sent++, request, payload, length, wire);
    return true;
}

void console_write(console_port *p, console_claim claim, const void *bytes, size_t count) {
    size_t room = console_room(p, claim);
    size_t fits = count < room ? count : room;
    if (fits > 0u) {
        app_copy(reserve(p, claim, fits), bytes, fits);
    }
    p->bytes_lost += count - fits;
}

/* Whether a terminal would act on a character rather than show it. */
static bool steers(const uint8_t *text, uint32_t length) {
    return (length == 1u && text[0] != '\t' && (text[0] < 0x20u || text[0] == 0x7Fu)) ||
           (length == 2u && text[0] == 0xC2u && text[1] < 0xA0u);
}

size_t console_print(console_port *p, console_claim claim, const uint8_t *text, size_t count) {
    size_t done = 0;
    while (done < count) {
        int step = s3lm_utf8_step(text + done, count - done);
        uint32_t length = step > 0 ? (uint32_t)step : 1u;
        const void *shown = text + done;
        size_t bytes = length;
        if (text[done] == '\n') {
            shown = "\r\n";
            bytes = 2;
        } else if (step <= 0 || steers(text + done, length)) {
            shown = "?";
            bytes = 1;
        }
        if (bytes > console_room(p, claim)) {
            break;
        }
        console_write(p, claim, shown, bytes);
        done += length;
    }
    return done;
}

void console_say(console_port *p, const char *text) {
    size_t length = app_length(text);
    p->bytes_lost += length - console_print(p, CONSOLE_ORDINARY, (const uint8_t *)text, length);
}
