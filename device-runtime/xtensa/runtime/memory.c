/* memcpy, memmove, memset and memcmp, which a compiler calls on its own for copies of structures and loops that look
 * like copies. No C library for this processor is packaged.
 *
 * Words are moved where both ends allow it: an unaligned word access faults on some memories. Any core may call these.
 */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *left, const void *right, size_t length);

/* May stand for bytes of any type. */
typedef uint32_t __attribute__((may_alias)) word;

#define WORD sizeof(word)

static int offset_in_word(const void *at) { return (int)((uintptr_t)at % WORD); }

static void copy_up(uint8_t *to, const uint8_t *from, size_t length) {
    if (offset_in_word(to) == offset_in_word(from)) {
        while (length > 0u && offset_in_word(to) != 0) {
            *to++ = *from++;
            length--;
        }
        word *words_to = (word *)(void *)to;
        const word *words_from = (const word *)(const void *)from;
        for (; length >= 4u * WORD; length -= 4u * WORD) {
            /* All loads first: each store would otherwise wait one cycle for its load. */
            word a = words_from[0], b = words_from[1], c = words_from[2], d = words_from[3];
            words_to[0] = a;
            words_to[1] = b;
            words_to[2] = c;
            words_to[3] = d;
            words_from += 4;
            words_to += 4;
        }
        for (; length >= WORD; length -= WORD) {
            *words_to++ = *words_from++;
        }
        to = (uint8_t *)words_to;
        from = (const uint8_t *)words_from;
    }
    for (; length > 0u; length--) {
        *to++ = *from++;
    }
}

static void copy_down(uint8_t *to, const uint8_t *from, size_t length) {
    to += length;
    from += length;
    if (offset_in_word(to) == offset_in_word(from)) {
        while (length > 0u && offset_in_word(to) != 0) {
            *--to = *--from;
            length--;
        }
        for (; length >= WORD; length -= WORD) {
            to -= WORD;
            from -= WORD;
            *(word *)(void *)to = *(const word *)(const void *)from;
        }
    }
    for (; length > 0u; length--) {
        *--to = *--from;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    copy_up(to, from, length);
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    /* Upwards also when `to` lies below: every byte is read before it is overwritten. The difference of the addresses
     * is unsigned, so "below" counts as far above. */
    if ((uintptr_t)to - (uintptr_t)from >= length) {
        copy_up(to, from, length);
    } else {
        copy_down(to, from, length);
    }
    return to;
}

void *memset(void *to, int value, size_t length) {
    uint8_t *at = to;
    while (length > 0u && offset_in_word(at) != 0) {
        *at++ = (uint8_t)value;
        length--;
    }
    word *words = (word *)(void *)at;
    word pattern = (uint8_t)value * 0x01010101u;
    for (; length >= WORD; length -= WORD) {
        *words++ = pattern;
    }
    at = (uint8_t *)words;
    for (; length > 0u; length--) {
        *at++ = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t length) {
    const uint8_t *a = left;
    const uint8_t *b = right;
    for (; length > 0u; length--, a++, b++) {
        if (*a != *b) {
            return *a < *b ? -1 : 1;
        }
    }
    return 0;
}
