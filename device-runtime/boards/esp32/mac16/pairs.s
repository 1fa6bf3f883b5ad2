# A vector's codes in the order in which the loops of rows.s meet them.

# Codes in a2, how many in a3, pairs in a4; a8 is a half's mask. Of four codes the word of the second and the fourth comes
# first, then that of the first and the third.
    .section .text.s3lm_mac16_pairs8, "ax", @progbits
    .literal .Llow_half, 0x0000FFFF

    .global s3lm_mac16_pairs8
    .p2align 2
    .type s3lm_mac16_pairs8, @function
s3lm_mac16_pairs8:
    entry   a1, 32
    l32r    a8, .Llow_half
    srli    a3, a3, 2
    loopnez a3, .Lend8
    l32i    a9, a2, 0
    addi    a2, a2, 4
    # The upper half keeps its sign as it is cut; the lower one is masked.
    srai    a10, a9, 24
    slli    a11, a9, 16
    slli    a10, a10, 16
    srai    a11, a11, 24
    and     a11, a11, a8
    or      a10, a10, a11
    s32i    a10, a4, 0
    slli    a10, a9, 8
    srai    a10, a10, 24
    sext    a11, a9, 7
    slli    a10, a10, 16
    and     a11, a11, a8
    or      a10, a10, a11
    s32i    a10, a4, 4
    addi    a4, a4, 8
.Lend8:
    retw
    .size s3lm_mac16_pairs8, . - s3lm_mac16_pairs8

    .section .text.s3lm_mac16_pairs16, "ax", @progbits
    .global s3lm_mac16_pairs16
    .p2align 2
    .type s3lm_mac16_pairs16, @function
s3lm_mac16_pairs16:
    entry   a1, 32
    l32r    a8, .Llow_half
    srli    a3, a3, 2
    loopnez a3, .Lend16
    l32i    a9, a2, 0
    l32i    a10, a2, 4
    addi    a2, a2, 8
    # Upper halves of both, then lower halves of both.
    extui   a11, a9, 16, 16
    extui   a12, a10, 16, 16
    and     a9, a9, a8
    slli    a10, a10, 16
    slli    a12, a12, 16
    or      a9, a9, a10
    or      a11, a11, a12
    s32i    a11, a4, 0
    s32i    a9, a4, 4
    addi    a4, a4, 8
.Lend16:
    retw
    .size s3lm_mac16_pairs16, . - s3lm_mac16_pairs16

# The stack holds no code.
    .section .note.GNU-stack, "", @progbits
