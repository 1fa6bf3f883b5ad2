/* Which loops the engine computes with; also for the assembler. */
#ifndef ESP32_LLM_KERNELS_H
#define ESP32_LLM_KERNELS_H

#include "sdkconfig.h"

/* The vector loops of the ESP32-S3 (boards/esp32s3/pie/), unless Kconfig or -DS3LM_PORTABLE_KERNELS=1 asks for the
 * portable ones. */
#if CONFIG_IDF_TARGET_ESP32S3 && !S3LM_PORTABLE_KERNELS
#define LLM_VECTOR_KERNELS 1
#else
#define LLM_VECTOR_KERNELS 0
#endif

#endif
