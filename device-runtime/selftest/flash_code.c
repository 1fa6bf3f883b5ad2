/* Code that runs from flash, as some of the firmware does: long enough that it comes in line by line, and such that
 * every instruction of it changes what it gives. */
#include "selftest.h"

#define STEP sum = (sum ^ (uint32_t)__COUNTER__) * 3u;
#define STEPS_4 STEP STEP STEP STEP
#define STEPS_16 STEPS_4 STEPS_4 STEPS_4 STEPS_4
#define STEPS_64 STEPS_16 STEPS_16 STEPS_16 STEPS_16
#define STEPS_256 STEPS_64 STEPS_64 STEPS_64 STEPS_64

_Static_assert(FLASH_CODE_STEPS == 512u, "as many steps as below");

uint32_t flash_code_sum(uint32_t sum) { STEPS_256 STEPS_256 return sum; }
