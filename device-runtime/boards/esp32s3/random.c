/* Random words for sampling text. Not for secrets: the radio that would feed the generator with noise is off. */
#include "board.h"
#include "registers.h"

#define RNG_CLOCK BIT(15)
/* RTC_CNTL_CLK_CONF: the 8 MHz oscillator's jitter to the digital part. */
#define OSCILLATOR_TO_DIGITAL BIT(10)
/* 16 cycles of the 80 MHz bus between two reads, or they give related words. */
#define CYCLES_BETWEEN_READS 64u

void random_start(void) {
    register_set(SYSCON_WIFI_CLK_EN, RNG_CLOCK);
    register_set(RTC_CNTL_CLK_CONF, OSCILLATOR_TO_DIGITAL);
}

uint32_t random_word(void) {
    uint32_t word = 0;
    /* Two reads and the moments at which they happened, in case the source has little to give. */
    for (uint32_t i = 0; i < 2u; i++) {
        uint32_t begin = cycle_count();
        while (cycle_count() - begin < CYCLES_BETWEEN_READS) {
        }
        word = (word << 13 | word >> 19) ^ register_read(RNG_DATA) ^ cycle_count();
    }
    return word;
}
