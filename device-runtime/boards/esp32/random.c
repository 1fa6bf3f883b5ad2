/* Random words for sampling text. Not for secrets: the radio that would feed the generator with noise is off. */
#include "board.h"
#include "registers.h"

/* RTC_CNTL_CLK_CONF: switches the 8 MHz oscillator off, whose jitter goes into the words. */
#define OSCILLATOR_OFF BIT(6)
/* 16 cycles of the 80 MHz bus between two reads, or they give related words (ESP-IDF
 * components/esp_hw_support/hw_random.c). */
#define CYCLES_BETWEEN_READS 64u

void random_start(void) { register_clear(RTC_CNTL_CLK_CONF, OSCILLATOR_OFF); }

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
