# The start of a check program for qemu-riscv32: the global pointer, which the linker shortens addresses with; and how it
# calls the emulator.

    .section .text.start, "ax", @progbits
    .global _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    call    semihosting_main
    .size _start, . - _start

# int32_t semihosting_call(uintptr_t call, const void *block)
# The three instructions say what the middle one is for; none of them may be a short one, and all lie in one page.
    .section .text.semihosting_call, "ax", @progbits
    .p2align 4
    .global semihosting_call
    .type semihosting_call, @function
semihosting_call:
    .option push
    .option norvc
    slli    x0, x0, 0x1f
    ebreak
    srai    x0, x0, 7
    .option pop
    ret
    .size semihosting_call, . - semihosting_call

    .section .note.GNU-stack, "", @progbits
