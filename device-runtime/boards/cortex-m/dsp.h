/* The instructions of the DSP extension of Cortex-M cores (M4, M7, M33) that the kernels use, each as a function; on
 * other machines in plain C, so that the kernels can be tested there. A pair is two numbers of 16 bits in a word, the
 * first in its lower half.
 */
#ifndef S3LM_DSP_H
#define S3LM_DSP_H

#include <stdint.h>

typedef uint32_t pair;

/* Four numbers of 16 bits: the first with the third, the second with the fourth. */
typedef struct {
    pair even, odd;
} quad;

/* `at` is a multiple of four. */
static inline uint32_t load_word(const void *at) { return *(const uint32_t *)at; }

/* Sums of four rows. By name: those of an array lie in memory until a loop over them is unrolled. */
typedef struct {
    int32_t a, b, c, d;
} row_sums;

#if defined(__ARM_FEATURE_DSP)

static inline quad quad_of_bytes(uint32_t bytes) {
    quad q;
    __asm__("sxtb16 %0, %1" : "=r"(q.even) : "r"(bytes));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(q.odd) : "r"(bytes));
    return q;
}

static inline quad quad_of_pairs(pair first, pair second) {
    quad q;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(q.even) : "r"(first), "r"(second));
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(q.odd) : "r"(second), "r"(first));
    return q;
}

static inline int32_t add_products(int32_t sum, pair a, pair b) {
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

static inline int64_t add_products_long(int64_t sum, pair a, pair b) {
    __asm__("smlald %Q0, %R0, %1, %2" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* Adds the products of four columns of four rows with four codes to the sums. The third row lies at `later`, the second
 * and the fourth `stride` bytes behind the first and the third; both addresses move on to the next columns. In one
 * piece, as it takes every register there is: left to themselves compilers keep sums in memory. */
static inline __attribute__((always_inline)) void add_rows(row_sums *sums, const int8_t **w, const int8_t **later,
                                                           uint32_t stride, quad x) {
    uint32_t one, two, part;
    __asm__("ldr %[two], [%[w], %[stride]]\n\t"
            "ldr %[one], [%[w]], #4\n\t"
            "sxtb16 %[part], %[two]\n\t"
            "sxtb16 %[two], %[two], ror #8\n\t"
            "smlad %[b], %[part], %[even], %[b]\n\t"
            "sxtb16 %[part], %[one]\n\t"
            "smlad %[b], %[two], %[odd], %[b]\n\t"
            "sxtb16 %[one], %[one], ror #8\n\t"
            "ldr %[two], [%[later], %[stride]]\n\t"
            "smlad %[a], %[part], %[even], %[a]\n\t"
            "sxtb16 %[part], %[two]\n\t"
            "smlad %[a], %[one], %[odd], %[a]\n\t"
            "sxtb16 %[two], %[two], ror #8\n\t"
            "ldr %[one], [%[later]], #4\n\t"
            "smlad %[d], %[part], %[even], %[d]\n\t"
            "sxtb16 %[part], %[one]\n\t"
            "smlad %[d], %[two], %[odd], %[d]\n\t"
            "sxtb16 %[one], %[one], ror #8\n\t"
            "smlad %[c], %[part], %[even], %[c]\n\t"
            "smlad %[c], %[one], %[odd], %[c]"
            : [a] "+r"(sums->a), [b] "+r"(sums->b), [c] "+r"(sums->c), [d] "+r"(sums->d), [w] "+r"(*w),
              [later] "+r"(*later), [one] "=&r"(one), [two] "=&r"(two), [part] "=&r"(part)
            : [stride] "r"(stride), [even] "r"(x.even), [odd] "r"(x.odd)
            : "memory");
}

#else

static inline int32_t first_of(pair p) { return (int16_t)p; }
static inline int32_t second_of(pair p) { return (int16_t)(p >> 16); }
static inline pair make_pair(int32_t first, int32_t second) {
    return (uint32_t)(uint16_t)first | (uint32_t)second << 16;
}

/* Bytes 0 and 2, 1 and 3, with their signs. */
static inline quad quad_of_bytes(uint32_t bytes) {
    return (quad){make_pair((int8_t)bytes, (int8_t)(bytes >> 16)),
                  make_pair((int8_t)(bytes >> 8), (int8_t)(bytes >> 24))};
}

static inline quad quad_of_pairs(pair first, pair second) {
    return (quad){make_pair(first_of(first), first_of(second)), make_pair(second_of(first), second_of(second))};
}

/* sum + a's first * b's first + a's second * b's second. */
static inline int32_t add_products(int32_t sum, pair a, pair b) {
    return sum + first_of(a) * first_of(b) + second_of(a) * second_of(b);
}

static inline int64_t add_products_long(int64_t sum, pair a, pair b) {
    return sum + first_of(a) * first_of(b) + second_of(a) * second_of(b);
}

static inline int32_t add_four(int32_t sum, const int8_t *w, quad x) {
    quad weights = quad_of_bytes(load_word(w));
    return add_products(add_products(sum, weights.even, x.even), weights.odd, x.odd);
}

static inline void add_rows(row_sums *sums, const int8_t **w, const int8_t **later, uint32_t stride, quad x) {
    sums->a = add_four(sums->a, *w, x);
    sums->b = add_four(sums->b, *w + stride, x);
    sums->c = add_four(sums->c, *later, x);
    sums->d = add_four(sums->d, *later + stride, x);
    *w += 4;
    *later += 4;
}

#endif

#endif
