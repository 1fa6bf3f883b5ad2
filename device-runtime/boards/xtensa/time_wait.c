/* Waiting, and the count of cycles. */
#include "board.h"

/* For the application: a function of its own, outside the start-up's code, whose memory the model gets. */
uint32_t time_cycles(void) { return cycle_count(); }

void wait_micros(uint32_t micros) {
    /* One more than was asked for, as the first may nearly be over. */
    uint64_t end = time_micros() + micros;
    while (time_micros() <= end) {
    }
}
