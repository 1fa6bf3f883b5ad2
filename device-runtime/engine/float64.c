/* See float64.h. */
#include "float64.h"

#define SIGN ((uint64_t)1 << 63)
#define MANTISSA (((uint64_t)1 << 52) - 1u)
#define HIDDEN ((uint64_t)1 << 52)

/* Guard, round and sticky bit below the mantissa while a sum is made. */
#define EXTRA 3

static uint32_t exponent(s3lm_float64 number) { return (uint32_t)(number >> 52) & 0x7FFu; }

bool s3lm_float64_is_moderate(s3lm_float64 number) {
    uint32_t e = exponent(number);
    return (number & ~SIGN) == 0 || (e >= 1023u - 200u && e < 1023u + 128u);
}

s3lm_float64 s3lm_float64_of_float(uint32_t bits) {
    uint64_t sign = (uint64_t)(bits >> 31) << 63, mantissa = bits & 0x7FFFFFu;
    uint32_t e = bits >> 23 & 0xFFu;
    if (e == 0) {
        if (mantissa == 0) return sign;
        e = 1;
        while (!(mantissa & 0x800000u)) { /* a denormal has an exponent of its own here */
            mantissa <<= 1;
            e--;
        }
        mantissa &= 0x7FFFFFu;
    }
    return sign | (uint64_t)(e + 1023u - 127u) << 52 | mantissa << 29;
}

s3lm_float64 s3lm_float64_add(s3lm_float64 a, s3lm_float64 b) {
    if ((a & ~SIGN) < (b & ~SIGN)) {
        s3lm_float64 other = a;
        a = b;
        b = other;
    }
    if ((b & ~SIGN) == 0) return (a & ~SIGN) == 0 ? a & b : a; /* of two zeros, -0 only when both are */
    uint32_t e = exponent(a), apart = e - exponent(b);
    uint64_t sum = ((a & MANTISSA) | HIDDEN) << EXTRA, other = ((b & MANTISSA) | HIDDEN) << EXTRA;
    if (apart > 52 + EXTRA) other = 1; /* only tells that it is not zero */
    else if (apart) other = other >> apart | ((other & (((uint64_t)1 << apart) - 1u)) != 0);
    if ((a ^ b) & SIGN) {
        sum -= other;
        if (sum == 0) return 0;
        while (!(sum & HIDDEN << EXTRA)) {
            sum <<= 1;
            e--;
        }
    } else {
        sum += other;
        if (sum & HIDDEN << (EXTRA + 1)) {
            sum = sum >> 1 | (sum & 1u);
            e++;
        }
    }
    uint32_t rest = (uint32_t)sum & 7u;
    sum >>= EXTRA;
    if (rest > 4 || (rest == 4 && (sum & 1u))) sum++;
    if (sum & HIDDEN << 1) {
        sum >>= 1;
        e++;
    }
    return (a & SIGN) | (uint64_t)e << 52 | (sum & MANTISSA);
}

bool s3lm_float64_greater(s3lm_float64 a, s3lm_float64 b) {
    int64_t left = (int64_t)(a & ~SIGN), right = (int64_t)(b & ~SIGN);
    return (a & SIGN ? -left : left) > (b & SIGN ? -right : right);
}
