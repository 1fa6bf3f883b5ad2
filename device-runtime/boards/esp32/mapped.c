/* What stays in flash: the link script puts constants that are seldom read there, in one piece that the memory
 * management unit shows for good. They are a part of the program like any other, so they must be exactly what the rest
 * was linked with: the build leaves their CRC-32 in the start-up's constants. All code is in RAM that is of no other
 * use. */
#include "../../engine/s3lm.h"
#include "board.h"

/* From the link script. */
extern const uint8_t _mapped_begin[], _mapped_end[];
extern const struct {
    uint32_t page, pages, crc; /* in flash; of what begins at _mapped_begin */
} _mapped_about;

const char *mapped_start(void) {
    cache_map(MAPPED_BEGIN, MAP_FLASH, _mapped_about.page, _mapped_about.pages);
    if (s3lm_crc32(0, _mapped_begin, (size_t)(_mapped_end - _mapped_begin)) == _mapped_about.crc) return NULL;
    return "The firmware's part of the flash from 0x30000 on is missing, damaged or of another firmware: write the "
           "whole firmware again.";
}
