/* Numbers and texts without a C library: building short texts in a buffer of the caller's, and reading numbers.
 * Any core may call these; they share nothing. */
#ifndef APP_FORMAT_H
#define APP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text under construction. What does not fit is left out, and `cut` says so. */
typedef struct {
    char *bytes;
    size_t capacity;
    size_t length;
    bool cut;
} app_text;

app_text app_text_in(void *bytes, size_t capacity);

/* Append: a zero-terminated string; bytes; a number in decimal; at least `digits` hexadecimal digits. */
void app_put(app_text *text, const char *string);
void app_put_bytes(app_text *text, const void *bytes, size_t count);
void app_put_number(app_text *text, uint64_t number);
void app_put_hex(app_text *text, uint64_t number, uint32_t digits);

/* number / 10^decimals with that many digits after the point: (1234, 2) is "12.34". */
void app_put_fixed(app_text *text, uint64_t number, uint32_t decimals);

/* A float of 0 to 4 million, rounded to `decimals` (at most 4) digits after the point, without zeros at its end. */
void app_put_float(app_text *text, float number, uint32_t decimals);

/* a * b / c rounded down; 0 when c is 0. The product must fit in 64 bits. */
uint64_t app_ratio(uint64_t a, uint64_t b, uint64_t c);

/* A whole decimal number of at most `most`; false when the text is anything else. */
bool app_read_number(const uint8_t *text, size_t length, uint64_t most, uint64_t *out);

/* A decimal number without sign or exponent and at most seven significant digits ("0.75", ".5", "12"), as the nearest
 * float; false when the text is anything else. */
bool app_read_float(const uint8_t *text, size_t length, float *out);

size_t app_length(const char *string);
void app_copy(void *to, const void *from, size_t count);

#endif
