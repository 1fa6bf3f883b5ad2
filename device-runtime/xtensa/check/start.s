# The entry and the system calls of a Linux user program for Xtensa, as qemu-xtensa runs it.

    .section .text.start, "ax", @progbits

# The kernel enters with the number of arguments at the stack pointer and the arguments' addresses behind it.
# int check_main(int count, char **arguments) is called with a window of four: unlike one of eight it needs no space
# in a frame of the caller, of which there is none.
    .literal .Lmain, check_main
    .global _start
    .p2align 2
    .type _start, @function
_start:
    l32i    a6, a1, 0
    addi    a7, a1, 4
    l32r    a4, .Lmain
    callx4  a4
    or      a2, a6, a6
    j       .Lexit
    .size _start, . - _start

# void check_exit(int code)
    .global check_exit
    .p2align 2
    .type check_exit, @function
check_exit:
    entry   a1, 32
.Lexit:
    or      a6, a2, a2
    movi    a2, 118
    syscall
    ill
    .size check_exit, . - check_exit

# int linux_call(int number, int a, int b, int c)
# The kernel takes the number in a2 and the arguments in a6, a3, a4, and answers in a2.
    .global linux_call
    .p2align 2
    .type linux_call, @function
linux_call:
    entry   a1, 32
    or      a6, a3, a3
    or      a3, a4, a4
    or      a4, a5, a5
    syscall
    retw
    .size linux_call, . - linux_call

# The stack holds no code.
    .section .note.GNU-stack, "", @progbits
