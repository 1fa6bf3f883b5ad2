/* 64-bit multiplication and division, which compilers for this processor call by these names and no package of it
 * brings. Shifts, sums and comparisons of 64 bits are compiled in place.
 *
 * Division by zero is undefined, as in C; these functions end with some result. Any core may call them.
 */
#include <stdint.h>

uint64_t __muldi3(uint64_t a, uint64_t b);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);

/* The whole product of two 32-bit numbers from 16-bit halves: on cores without the upper half of a product in one
 * instruction, writing it as a 64-bit product would call __muldi3 again. */
static uint64_t product(uint32_t a, uint32_t b) {
    uint32_t a0 = a & 0xFFFFu, a1 = a >> 16;
    uint32_t b0 = b & 0xFFFFu, b1 = b >> 16;
    uint32_t low = a0 * b0;
    /* At most 0xFFFE0001 + 0xFFFF: no carry. The other middle term is added in two steps for the same reason. */
    uint32_t middle = a1 * b0 + (low >> 16);
    uint32_t other = a0 * b1 + (middle & 0xFFFFu);
    uint32_t high = a1 * b1 + (middle >> 16) + (other >> 16);
    return ((uint64_t)high << 32) | (other << 16) | (low & 0xFFFFu);
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
    uint32_t a_low = (uint32_t)a, a_high = (uint32_t)(a >> 32);
    uint32_t b_low = (uint32_t)b, b_high = (uint32_t)(b >> 32);
    uint32_t cross = a_high * b_low + a_low * b_high;
    return product(a_low, b_low) + ((uint64_t)cross << 32);
}

/* Zeros above the highest set bit of a number that is not 0. */
static uint32_t leading_zeros(uint64_t x) {
    uint32_t high = (uint32_t)(x >> 32);
    return high != 0u ? (uint32_t)__builtin_clz(high) : 32u + (uint32_t)__builtin_clz((uint32_t)x);
}

/* Quotient and remainder, one bit of the quotient at a time from the highest that can be set. */
static uint64_t divide(uint64_t dividend, uint64_t divisor, uint64_t *remainder) {
    if (divisor == 0u || dividend < divisor) {
        *remainder = dividend;
        return 0u;
    }
    if ((dividend >> 32) == 0u) {
        uint32_t n = (uint32_t)dividend, d = (uint32_t)divisor;
        *remainder = n % d;
        return n / d;
    }
    uint64_t quotient = 0u;
    uint32_t shift = leading_zeros(divisor) - leading_zeros(dividend);
    divisor <<= shift;
    for (uint32_t step = 0u; step <= shift; step++) {
        quotient <<= 1;
        if (dividend >= divisor) {
            dividend -= divisor;
            quotient |= 1u;
        }
        divisor >>= 1;
    }
    *remainder = dividend;
    return quotient;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor) {
    uint64_t remainder;
    return divide(dividend, divisor, &remainder);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor) {
    uint64_t remainder;
    divide(dividend, divisor, &remainder);
    return remainder;
}

static uint64_t magnitude(int64_t x) { return x < 0 ? 0u - (uint64_t)x : (uint64_t)x; }

int64_t __divdi3(int64_t dividend, int64_t divisor) {
    uint64_t remainder;
    uint64_t quotient = divide(magnitude(dividend), magnitude(divisor), &remainder);
    return (int64_t)((dividend < 0) != (divisor < 0) ? 0u - quotient : quotient);
}

/* The remainder has the dividend's sign. */
int64_t __moddi3(int64_t dividend, int64_t divisor) {
    uint64_t remainder;
    divide(magnitude(dividend), magnitude(divisor), &remainder);
    return (int64_t)(dividend < 0 ? 0u - remainder : remainder);
}
