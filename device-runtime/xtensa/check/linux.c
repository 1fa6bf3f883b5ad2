/* The system calls of Linux on Xtensa behind linux.h. Call numbers: arch/xtensa/kernel/syscalls/syscall.tbl. */
#include "linux.h"

/* start.s */
int linux_call(int number, int a, int b, int c);
_Noreturn void linux_exit(int code);

enum { CALL_OPEN = 8, CALL_CLOSE = 9, CALL_READ = 12, CALL_WRITE = 13, CALL_LSEEK = 15, CALL_BRK = 83 };
enum { FROM_START = 0, FROM_END = 2 };
enum { STANDARD_OUTPUT = 1, STANDARD_ERROR = 2 };

#define ALIGNMENT 64u
/* Large enough that a system call is rare. */
#define BUFFER_BYTES 8192u

static char buffer[BUFFER_BYTES];
static uint32_t buffered;

static int argument(const void *pointer) { return (int)(intptr_t)pointer; }

void *check_allocate(size_t bytes) {
    uint32_t now = (uint32_t)linux_call(CALL_BRK, 0, 0, 0);
    uint32_t begin = (now + ALIGNMENT - 1u) & ~(ALIGNMENT - 1u);
    if (bytes > UINT32_MAX - begin) {
        return NULL;
    }
    uint32_t end = begin + (uint32_t)bytes;
    return (uint32_t)linux_call(CALL_BRK, (int)end, 0, 0) == end ? (void *)(uintptr_t)begin : NULL;
}

static uint8_t *read_all(int file, uint32_t length) {
    uint8_t *bytes = check_allocate(length);
    for (uint32_t done = 0; bytes && done < length;) {
        int got = linux_call(CALL_READ, file, argument(bytes + done), (int)(length - done));
        if (got <= 0) {
            return NULL;
        }
        done += (uint32_t)got;
    }
    return bytes;
}

uint8_t *check_read(const char *path, size_t *length) {
    int file = linux_call(CALL_OPEN, argument(path), 0, 0);
    if (file < 0) {
        return NULL;
    }
    int end = linux_call(CALL_LSEEK, file, 0, FROM_END);
    uint8_t *bytes = NULL;
    if (end >= 0 && linux_call(CALL_LSEEK, file, 0, FROM_START) == 0) {
        *length = (uint32_t)end;
        bytes = read_all(file, (uint32_t)end);
    }
    linux_call(CALL_CLOSE, file, 0, 0);
    return bytes;
}

static bool write_all(int file, const char *text, uint32_t length) {
    while (length > 0u) {
        int written = linux_call(CALL_WRITE, file, argument(text), (int)length);
        if (written <= 0) {
            return false;
        }
        text += written;
        length -= (uint32_t)written;
    }
    return true;
}

void check_flush(void) {
    if (!write_all(STANDARD_OUTPUT, buffer, buffered)) {
        linux_exit(3);
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
        write_all(STANDARD_ERROR, parts[i], (uint32_t)check_length(parts[i]));
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
