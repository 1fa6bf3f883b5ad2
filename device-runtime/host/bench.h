/* Speed of a loaded model. */
#ifndef S3LM_HOST_BENCH_H
#define S3LM_HOST_BENCH_H

#include <stdbool.h>

#include "../engine/s3lm.h"

/* Seconds since some fixed moment. */
double host_seconds(void);

/* Measures prefill and decoding for about two seconds each and prints the best rates in tokens per second. */
s3lm_status host_bench(s3lm_model *model, bool json);

#endif
