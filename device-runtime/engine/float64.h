/* Sums and comparisons of 64-bit floats (IEEE 754) by integers: chips without such numbers give the same bits as
 * others. Finite numbers that are not denormal, or zero; sums must stay so. Pure functions; any core may call them. */
#ifndef S3LM_FLOAT64_H
#define S3LM_FLOAT64_H

#include <stdbool.h>
#include <stdint.h>

/* A number by its bits. */
typedef uint64_t s3lm_float64;

/* Whether the sums of up to 2^28 such numbers can neither overflow nor become denormal. */
bool s3lm_float64_is_moderate(s3lm_float64 number);

/* The same number, from the bits of a 32-bit float that is finite. */
s3lm_float64 s3lm_float64_of_float(uint32_t bits);

/* a + b, rounded to the nearest, ties to even. */
s3lm_float64 s3lm_float64_add(s3lm_float64 a, s3lm_float64 b);

/* a > b; zeros are equal. */
bool s3lm_float64_greater(s3lm_float64 a, s3lm_float64 b);

#endif
