/* Writing JSON to stdout. */
#include "json.h"

#include <stdio.h>

void json_string(const uint8_t *text, size_t length) {
    putchar('"');
    for (size_t i = 0; i < length; i++) {
        uint8_t c = text[i];
        if (c == '"' || c == '\\') {
            putchar('\\');
            putchar(c);
        } else if (c < 0x20) {
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

void json_ids(const uint32_t *ids, uint32_t count) {
    putchar('[');
    for (uint32_t i = 0; i < count; i++) {
        printf(i ? ",%u" : "%u", (unsigned)ids[i]);
    }
    putchar(']');
}

void json_floats(const float *values, uint32_t count) {
    putchar('[');
    for (uint32_t i = 0; i < count; i++) {
        printf(i ? ",%.9g" : "%.9g", (double)values[i]);
    }
    putchar(']');
}
