/* Numbers and texts: see app_format.h. */
#include "app_format.h"

#include "../engine/numerics.h"

/* Significant digits of a decimal: 9,999,999 < 2^24, so a float holds all of them. */
#define MOST_DIGITS 7u
#define MANTISSA_BITS 24u

static const uint32_t powers[] = {1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u};

size_t app_length(const char *string) {
    size_t length = 0;
    while (string[length] != '\0') {
        length++;
    }
    return length;
}

void app_copy(void *to, const void *from, size_t count) {
    uint8_t *target = to;
    const uint8_t *source = from;
    for (size_t i = 0; i < count; i++) {
        target[i] = source[i];
    }
}

app_text app_text_in(void *bytes, size_t capacity) { return (app_text){bytes, capacity, 0, false}; }

void app_put_bytes(app_text *text, const void *bytes, size_t count) {
    size_t room = text->capacity - text->length;
    if (count > room) {
        text->cut = true;
        count = room;
    }
    app_copy(text->bytes + text->length, bytes, count);
    text->length += count;
}

void app_put(app_text *text, const char *string) { app_put_bytes(text, string, app_length(string)); }

void app_put_fixed(app_text *text, uint64_t number, uint32_t decimals) {
    char digits[24];
    size_t at = sizeof digits;
    uint32_t written = 0;
    do {
        if (decimals > 0u && written == decimals) {
            digits[--at] = '.';
        }
        digits[--at] = (char)('0' + number % 10u);
        number /= 10u;
        written++;
    } while (number > 0u || (decimals > 0u && written <= decimals));
    app_put_bytes(text, digits + at, sizeof digits - at);
}

void app_put_number(app_text *text, uint64_t number) { app_put_fixed(text, number, 0); }

void app_put_hex(app_text *text, uint64_t number, uint32_t digits) {
    for (uint32_t i = 16; i-- > 0u;) {
        if (i < digits || number >> (4u * i) != 0u) {
            char digit = "0123456789abcdef"[(number >> (4u * i)) & 15u];
            app_put_bytes(text, &digit, 1);
        }
    }
}

void app_put_float(app_text *text, float number, uint32_t decimals) {
    uint32_t whole = (uint32_t)number;
    uint32_t rest = (uint32_t)((number - (float)whole) * (float)powers[decimals] + 0.5f);
    uint64_t scaled = (uint64_t)whole * powers[decimals] + rest;
    while (decimals > 0u && scaled % 10u == 0u) {
        scaled /= 10u;
        decimals--;
    }
    app_put_fixed(text, scaled, decimals);
}

uint64_t app_ratio(uint64_t a, uint64_t b, uint64_t c) { return c == 0u ? 0u : a * b / c; }

bool app_read_number(const uint8_t *text, size_t length, uint64_t most, uint64_t *out) {
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t digit = (uint32_t)text[i] - '0';
        if (digit > 9u || value > (most - digit) / 10u || digit > most) {
            return false;
        }
        value = value * 10u + digit;
    }
    *out = value;
    return length > 0u;
}

/* mantissa / 10^decimals, correctly rounded: the quotient's first 24 bits by integer division, then ties to even. */
static float quotient(uint32_t mantissa, uint32_t decimals) {
    uint64_t divisor = powers[decimals];
    int32_t exponent = 0;
    uint64_t dividend = mantissa;
    if (mantissa == 0u) {
        return 0.0f;
    }
    while (dividend < divisor << (MANTISSA_BITS - 1u)) {
        dividend <<= 1;
        exponent--;
    }
    uint64_t bits = dividend / divisor, left = dividend % divisor;
    if (2u * left > divisor || (2u * left == divisor && (bits & 1u))) {
        bits++;
    }
    if (bits >> MANTISSA_BITS) {
        bits >>= 1;
        exponent++;
    }
    /* bits * 2^exponent; the leading bit is implied. */
    return s3lm_from_bits((uint32_t)(exponent + 127 + (int32_t)MANTISSA_BITS - 1) << (MANTISSA_BITS - 1u) |
                          ((uint32_t)bits & ((1u << (MANTISSA_BITS - 1u)) - 1u)));
}

bool app_read_float(const uint8_t *text, size_t length, float *out) {
    uint32_t mantissa = 0, digits = 0, decimals = 0, seen = 0;
    bool point = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && !point) {
            point = true;
            continue;
        }
        uint32_t digit = (uint32_t)text[i] - '0';
        if (digit > 9u) {
            return false;
        }
        seen++;
        decimals += point;
        digits += digits > 0u || digit > 0u;
        if (digits > MOST_DIGITS || decimals > MOST_DIGITS) {
            return false;
        }
        mantissa = mantissa * 10u + digit;
    }
    *out = quotient(mantissa, decimals);
    return seen > 0u;
}
