/* What stays in flash: the link script puts constants that are seldom read and code that is seldom run there, in one
 * piece that the memory management unit shows for good, to data at one address and to instructions at another. It is
 * a part of the program like any other, so it must be exactly what the rest was linked with: the build leaves its
 * CRC-32 in the start-up's code. Each part is checked through the cache that it is used through. */
#include "../../engine/s3lm.h"
#include "board.h"

/* From the link script: constants, then code, which fills whole words; the model's memory, which is free until then. */
extern const uint8_t _mapped_begin[], _mapped_end[];
extern const uint32_t _mapped_code_begin[], _mapped_code_end[];
extern uint32_t _heap_begin[];
extern const struct {
    uint32_t page, pages, crc; /* in flash; of what begins at _mapped_begin */
} _mapped_about;

const char *mapped_start(void) {
    cache_map(MAPPED_BEGIN, MAP_FLASH, _mapped_about.page, _mapped_about.pages);
    uint32_t constants = s3lm_crc32(0, _mapped_begin, (size_t)(_mapped_end - _mapped_begin));
    /* The instruction bus gives whole words only. */
    const volatile uint32_t *code = _mapped_code_begin;
    size_t words = (size_t)(_mapped_code_end - _mapped_code_begin);
    for (size_t i = 0; i < words; i++) _heap_begin[i] = code[i];
    if (s3lm_crc32(constants, (const uint8_t *)_heap_begin, 4u * words) == _mapped_about.crc) return NULL;
    /* The code lies behind the constants for data. */
    if (s3lm_crc32(constants, _mapped_end, 4u * words) == _mapped_about.crc) {
        return "The flash holds this firmware, but instructions come out of it wrongly, as on some boards with octal "
               "PSRAM "
               "(ESP-IDF issue 18806): the firmware cannot run on this board.";
    }
    return "The firmware's part of the flash from 0x20000 on is missing, damaged or of another firmware: write the "
           "whole "
           "firmware again.";
}
