/* The system of check programs that run without one: QEMU answers ARM's semihosting calls (Semihosting for AArch32 and
 * AArch64, release 2022Q2; RISC-V takes them over) with files of the machine that it runs on. Semihosting's own command
 * line joins words with blanks, so that the arguments lie in a file `arguments` of the working folder instead, each
 * with a zero behind it.
 */
#include "semihosting.h"

#include "check.h"

enum {
    CALL_OPEN = 0x01,
    CALL_CLOSE = 0x02,
    CALL_WRITE = 0x05,
    CALL_READ = 0x06,
    CALL_FLEN = 0x0C,
    CALL_EXIT_EXTENDED = 0x20
};
enum { OPEN_READ = 1, OPEN_WRITE = 4, OPEN_APPEND = 8 };
#define STOPPED_APPLICATION_EXIT 0x20026u

#define ALIGNMENT 64u
/* What a package, its state and the logits of a prompt take. */
#define HEAP_BYTES (12u << 20)
#define MOST_ARGUMENTS 16u

static _Alignas(ALIGNMENT) uint8_t heap[HEAP_BYTES];
static uint32_t used;

static uintptr_t address(const void *pointer) { return (uintptr_t)pointer; }

static int32_t open_file(const char *path, uintptr_t mode) {
    const uintptr_t block[] = {address(path), mode, check_length(path)};
    return semihosting_call(CALL_OPEN, block);
}

void *check_allocate(size_t bytes) {
    uint32_t begin = (used + ALIGNMENT - 1u) / ALIGNMENT * ALIGNMENT;
    if (bytes > HEAP_BYTES - begin) {
        return NULL;
    }
    used = begin + (uint32_t)bytes;
    return heap + begin;
}

uint8_t *check_read(const char *path, size_t *length) {
    int32_t file = open_file(path, OPEN_READ);
    if (file < 0) {
        return NULL;
    }
    const uintptr_t of_file[] = {(uintptr_t)file};
    int32_t bytes = semihosting_call(CALL_FLEN, of_file);
    uint8_t *content = bytes >= 0 ? check_allocate((size_t)bytes) : NULL;
    const uintptr_t block[] = {(uintptr_t)file, address(content), (uintptr_t)bytes};
    /* The answer is how many bytes are missing. */
    if (content && semihosting_call(CALL_READ, block) != 0) {
        content = NULL;
    }
    semihosting_call(CALL_CLOSE, of_file);
    *length = content ? (size_t)bytes : 0u;
    return content;
}

bool check_write(check_stream stream, const char *text, uint32_t length) {
    static int32_t files[2];
    if (files[stream] == 0) {
        files[stream] = open_file(":tt", stream == CHECK_OUTPUT ? OPEN_WRITE : OPEN_APPEND);
    }
    const uintptr_t block[] = {(uintptr_t)files[stream], address(text), length};
    return files[stream] > 0 && semihosting_call(CALL_WRITE, block) == 0;
}

void check_exit(int code) {
    const uintptr_t block[] = {STOPPED_APPLICATION_EXIT, (uintptr_t)code};
    semihosting_call(CALL_EXIT_EXTENDED, block);
    for (;;) {
    }
}

void semihosting_main(void) {
    static char *words[MOST_ARGUMENTS];
    size_t length = 0;
    char *text = (char *)check_read("arguments", &length);
    int count = 0;
    for (size_t at = 0; at < length && count < (int)MOST_ARGUMENTS; at += check_length(text + at) + 1u) {
        words[count++] = text + at;
    }
    if (count == 0 || text[length - 1u] != '\0') {
        check_complain("engine-check: no arguments in the file of that name", NULL);
        check_exit(2);
    }
    check_exit(check_main(count, words));
}
