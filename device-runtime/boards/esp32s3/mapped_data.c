/* The constants that stay in flash: the link script puts what is seldom read there, at an address of its own that
 * the memory management unit shows for good. They are a piece of the program like any other, so they must be exactly
 * those that the rest was linked with: the build leaves their CRC-32 in the start-up's code. */
#include "../../engine/s3lm.h"
#include "board.h"

/* From the link script. */
extern const uint8_t _mapped_begin[];
extern const struct {
    uint32_t page, bytes, crc; /* in flash; of what begins at _mapped_begin */
} _mapped_about;

const char *mapped_data_start(void) {
    cache_map(MAPPED_DATA_BEGIN, MAP_FLASH, _mapped_about.page, 1);
    if (s3lm_crc32(0, _mapped_begin, _mapped_about.bytes) == _mapped_about.crc) return NULL;
    return "The firmware's tables in flash, from 0x20000 on, are missing, damaged or of another firmware: write the "
           "whole firmware again.";
}
