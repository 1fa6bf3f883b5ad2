/* Checks the routines of ../runtime on an Xtensa core:
 *
 *   runtime-check FILE
 *
 * FILE: pairs of 64-bit numbers, little-endian; the second of a pair is not 0. For each pair one line with the product,
 * the unsigned quotient and remainder and the signed ones, in hexadecimal: whoever called compares. Then the memory
 * routines are compared with loops over bytes, for all alignments and many lengths: `memory CASES`. Exit code 0, 1 when
 * a memory routine is wrong (and which), 2 for bad usage.
 */
#include "../../check/check.h"

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *left, const void *right, size_t length);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);

/* Longer than the unrolled loops and a few words more. */
#define MOST_BYTES 53u
/* Bytes around a range that must stay as they are. */
#define MARGIN 8u
#define ROOM (MARGIN + 4u + MOST_BYTES + MARGIN)

static void print_results(uint64_t a, uint64_t b) {
    const uint64_t results[] = {__muldi3(a, b), __udivdi3(a, b), __umoddi3(a, b),
                                (uint64_t)__divdi3((int64_t)a, (int64_t)b), (uint64_t)__moddi3((int64_t)a, (int64_t)b)};
    for (uint32_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        check_print(i == 0u ? "" : " ");
        check_print_hex(results[i], 16u);
    }
    check_print("\n");
}

static int arithmetic(const char *file) {
    size_t length = 0;
    const uint8_t *bytes = check_read(file, &length);
    if (!bytes || length % 16u != 0u) {
        check_complain("runtime-check: not a file of pairs of 64-bit numbers", file);
        return 2;
    }
    for (size_t at = 0; at < length; at += 16u) {
        uint64_t pair[2] = {0, 0};
        for (uint32_t i = 0; i < 16u; i++) {
            pair[i / 8u] |= (uint64_t)bytes[at + i] << (8u * (i % 8u));
        }
        if (pair[1] == 0u) {
            check_complain("runtime-check: division by zero", file);
            return 2;
        }
        print_results(pair[0], pair[1]);
    }
    return 0;
}

/* Different bytes wherever a range starts. Volatile keeps the loops of this file what they say: loops over bytes. */
static void fill(volatile uint8_t *at, uint32_t salt) {
    for (uint32_t i = 0; i < ROOM; i++) {
        at[i] = (uint8_t)(i * 7u + salt);
    }
}

static bool same(const volatile uint8_t *a, const volatile uint8_t *b) {
    for (uint32_t i = 0; i < ROOM; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

static uint8_t *aligned(uint8_t *room) { return room + (0u - (uintptr_t)room) % 16u; }

/* One case: offsets of both ranges and their length. The name of the routine that failed, or NULL. */
static const char *failure(uint32_t to, uint32_t from, uint32_t length) {
    uint8_t got_room[ROOM + 16u], wanted_room[ROOM + 16u], source_room[ROOM + 16u];
    uint8_t *got = aligned(got_room), *source = aligned(source_room);
    volatile uint8_t *wanted = aligned(wanted_room);

    fill(source, 1u);
    fill(got, 90u);
    fill(wanted, 90u);
    for (uint32_t i = 0; i < length; i++) {
        wanted[to + i] = source[from + i];
    }
    if (memcpy(got + to, source + from, length) != got + to || !same(got, wanted)) {
        return "memcpy";
    }
    /* Inside one block, where the ranges overlap. */
    fill(got, 5u);
    fill(wanted, 5u);
    for (uint32_t i = 0; i < length; i++) {
        wanted[to + i] = (uint8_t)((from + i) * 7u + 5u);
    }
    if (memmove(got + to, got + from, length) != got + to || !same(got, wanted)) {
        return "memmove";
    }
    fill(got, 5u);
    fill(wanted, 5u);
    for (uint32_t i = 0; i < length; i++) {
        wanted[to + i] = (uint8_t)(0x5A0u + from);
    }
    if (memset(got + to, (int)(0x5A0u + from), length) != got + to || !same(got, wanted)) {
        return "memset";
    }
    fill(got, 5u);
    fill(source, 5u + 7u * to - 7u * from);
    if (memcmp(got + to, source + from, length) != 0) {
        return "memcmp of equal bytes";
    }
    if (length > 0u) {
        got[to + length - 1u] = 0x80u;
        source[from + length - 1u] = 0x7Fu;
        if (memcmp(got + to, source + from, length) <= 0 || memcmp(source + from, got + to, length) >= 0) {
            return "memcmp of different bytes";
        }
    }
    return NULL;
}

static int memory(void) {
    uint32_t cases = 0;
    for (uint32_t to = MARGIN; to < MARGIN + 4u; to++) {
        for (uint32_t from = MARGIN - 4u; from < MARGIN + 4u; from++) {
            for (uint32_t length = 0; length <= MOST_BYTES; length++) {
                const char *name = failure(to, from, length);
                if (name) {
                    check_complain("runtime-check: wrong result", name);
                    return 1;
                }
                cases++;
            }
        }
    }
    check_print("memory ");
    check_print_number(cases);
    check_print("\n");
    return 0;
}

int check_main(int count, char **words) {
    if (count != 2) {
        check_complain("usage: runtime-check FILE", NULL);
        return 2;
    }
    int code = arithmetic(words[1]);
    if (code == 0) {
        code = memory();
    }
    check_flush();
    return code;
}
