/* Output, numbers and words of the check programs, over what each system gives. */
#include "check.h"

/* Large enough that a system call is rare. */
#define BUFFER_BYTES 8192u

static char buffer[BUFFER_BYTES];
static uint32_t buffered;

void check_flush(void) {
    if (!check_write(CHECK_OUTPUT, buffer, buffered)) {
        check_exit(3);
    }
    buffered = 0;
}

void check_print(const char *text) {
    for (; *text; text++) {
        if (buffered == BUFFER_BYTES) {
            check_flush();
        }
        buffer[buffered++] = *text;
    }
}

void check_print_number(uint32_t number) {
    char digits[11];
    char *at = digits + sizeof digits;
    *--at = '\0';
    do {
        *--at = (char)('0' + number % 10u);
        number /= 10u;
    } while (number > 0u);
    check_print(at);
}

void check_print_hex(uint64_t number, uint32_t digits) {
    while (digits > 0u) {
        digits--;
        char digit[2] = {"0123456789abcdef"[(number >> (4u * digits)) & 15u], '\0'};
        check_print(digit);
    }
}

void check_complain(const char *message, const char *what) {
    const char *parts[] = {message, what ? ": " : "", what ? what : "", "\n"};
    for (uint32_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        check_write(CHECK_ERRORS, parts[i], (uint32_t)check_length(parts[i]));
    }
}

bool check_parse(const char *text, uint32_t base, uint64_t most, uint64_t *number) {
    uint64_t value = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text; text++) {
        uint32_t digit = (uint32_t)*text - '0';
        if (digit > 9u) {
            digit = ((uint32_t)*text | 32u) - 'a' + 10u;
            if (digit < 10u) {
                return false;
            }
        }
        if (digit >= base || value > (most - digit) / base) {
            return false;
        }
        value = value * base + digit;
    }
    *number = value;
    return true;
}

bool check_equal(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

size_t check_length(const char *text) {
    size_t length = 0;
    while (text[length]) {
        length++;
    }
    return length;
}
