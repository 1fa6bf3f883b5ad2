/* A check program without a system: what its start (cortex_m_start.c, riscv_start.s) and semihosting.c give. */
#ifndef S3LM_CHECK_SEMIHOSTING_H
#define S3LM_CHECK_SEMIHOSTING_H

#include <stdint.h>

/* A call of the emulator, with the address of its words. */
int32_t semihosting_call(uintptr_t call, const void *block);

/* Reads the arguments and runs the program. */
_Noreturn void semihosting_main(void);

#endif
