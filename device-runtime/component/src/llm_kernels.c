/* What the vector loops have of ESP-IDF. */
#include "llm_kernels.h"

#if LLM_VECTOR_KERNELS
#include "boards/esp32s3/board.h"

/* Tries of about 12 cycles each. */
#define MOST_TRIES 4096u

bool llm_take(volatile uint32_t *taken) {
    for (uint32_t tries = 0; tries < MOST_TRIES; tries++) {
        if (__sync_bool_compare_and_swap(taken, 0u, 1u)) {
            break;
        }
    }
    return true;
}

void llm_touch(const void *begin, uint32_t lines) {
    const uint8_t *at = begin;
    for (uint32_t line = 0; line < lines; line++) {
        (void)*(const volatile uint32_t *)(const void *)at;
        at += DATA_LINE;
    }
}
#endif
