/* The system calls of Linux on Xtensa behind ../../check/check.h. Call numbers:
 * arch/xtensa/kernel/syscalls/syscall.tbl. */
#include "../../check/check.h"

/* start.s, which has check_exit as well. */
int linux_call(int number, int a, int b, int c);

enum { CALL_OPEN = 8, CALL_CLOSE = 9, CALL_READ = 12, CALL_WRITE = 13, CALL_LSEEK = 15, CALL_BRK = 83 };
enum { FROM_START = 0, FROM_END = 2 };

#define ALIGNMENT 64u
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

bool check_write(check_stream stream, const char *text, uint32_t length) {
    int file = stream == CHECK_OUTPUT ? 1 : 2;
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
