# Products of rows of INT8 and INT4 with a vector in pairs (mac16.h). One sum at a time, as there is one accumulator.
#
# A word of weights is two halves with a code in the upper byte of each (or the upper nibble), and two more when it is
# shifted. M0 and M1 take turns: one is multiplied while the other is loaded.

# The products of two halves each of \even, and of \odd, with the pairs in M0 and M1; loads the two pairs that follow.
    .macro  products odd, even
    mula.da.ll.ldinc m1, a9, m0, \odd
    mula.da.hh m0, \odd
    mula.da.ll.ldinc m0, a9, m1, \even
    mula.da.hh m1, \even
    .endm

# The same at the end of a piece: behind the last one of a row, of which a13 is 0, the vector begins again.
    .macro  last_products odd, even
    mula.da.ll.ldinc m1, a9, m0, \odd
    moveqz  a9, a5, a13
    mula.da.hh m0, \odd
    mula.da.ll.ldinc m0, a9, m1, \even
    mula.da.hh m1, \even
    .endm

# Both pairs of halves of a word of codes of 8 bits.
    .macro  bytes word, products
    and     a10, \word, a8
    slli    a11, \word, 8
    and     a11, a11, a8
    \products a10, a11
    .endm

# Those of the low and of the high nibbles of its bytes.
    .macro  low_nibbles word, products
    slli    a10, \word, 4
    and     a10, a10, a8
    slli    a11, \word, 12
    and     a11, a11, a8
    \products a10, a11
    .endm
    .macro  high_nibbles word, products
    and     a10, \word, a8
    slli    a11, \word, 8
    and     a11, a11, a8
    \products a10, a11
    .endm

# Job in a2. Into registers: a3 rows of weights, a4 to_row, a5 the vector's begin, a6 sums, a7 steps but the last, a8 the
# mask, a9 the vector, a13 pieces left, a12 a word; M0 the first pair.
    .macro  begin mask
    entry   a1, 32
    l32i    a3, a2, 0
    l32i    a4, a2, 4
    l32i    a5, a2, 8
    addi    a5, a5, -4
    l32i    a6, a2, 24
    l32i    a7, a2, 12
    addi    a7, a7, -1
    l32r    a8, \mask
    l32i    a15, a2, 20
    mov     a9, a5
    ldinc   m0, a9
    .endm

# The sum is above the \bits that the masks leave empty; the next one begins at 0.
    .macro  store bits, offset
    rsr     a10, acclo
    rsr     a11, acchi
    ssai    \bits
    src     a10, a11, a10
    s32i    a10, a6, \offset
    .endm
    .macro  clear
    movi    a10, 0
    wsr     a10, acclo
    wsr     a10, acchi
    .endm

    .section .text.s3lm_mac16_dots8, "ax", @progbits
    .literal .Lupper_bytes, 0xFF00FF00

    .global s3lm_mac16_dots8
    .p2align 2
    .type s3lm_mac16_dots8, @function
s3lm_mac16_dots8:
    begin   .Lupper_bytes
.Lrow8:
    l32i    a13, a2, 16
.Lpiece8:
    addi    a13, a13, -1
    clear
    loopnez a7, .Lsteps8
    l32i    a12, a3, 0
    l32i    a14, a3, 4
    bytes   a12, products
    l32i    a12, a3, 8
    bytes   a14, products
    l32i    a14, a3, 12
    bytes   a12, products
    addi    a3, a3, 16
    bytes   a14, products
.Lsteps8:
    l32i    a12, a3, 0
    l32i    a14, a3, 4
    bytes   a12, products
    l32i    a12, a3, 8
    bytes   a14, products
    l32i    a14, a3, 12
    bytes   a12, products
    addi    a3, a3, 16
    bytes   a14, last_products
    store   8, 0
    addi    a6, a6, 4
    bnez    a13, .Lpiece8
    add     a3, a3, a4
    addi    a15, a15, -1
    bnez    a15, .Lrow8
    retw
    .size s3lm_mac16_dots8, . - s3lm_mac16_dots8

    .section .text.s3lm_mac16_nibbles, "ax", @progbits
    .literal .Lupper_nibbles, 0xF000F000

    .global s3lm_mac16_nibbles
    .p2align 2
    .type s3lm_mac16_nibbles, @function
s3lm_mac16_nibbles:
    begin   .Lupper_nibbles
.Lrow4:
    l32i    a13, a2, 16
.Lpiece4:
    addi    a13, a13, -1
    clear
    loopnez a7, .Lsteps4
    l32i    a12, a3, 0
    l32i    a14, a3, 4
    low_nibbles a12, products
    l32i    a12, a3, 8
    low_nibbles a14, products
    l32i    a14, a3, 12
    low_nibbles a12, products
    l32i    a12, a3, 0
    low_nibbles a14, products
    l32i    a14, a3, 4
    high_nibbles a12, products
    l32i    a12, a3, 8
    high_nibbles a14, products
    l32i    a14, a3, 12
    high_nibbles a12, products
    addi    a3, a3, 16
    high_nibbles a14, products
.Lsteps4:
    l32i    a12, a3, 0
    l32i    a14, a3, 4
    low_nibbles a12, products
    l32i    a12, a3, 8
    low_nibbles a14, products
    l32i    a14, a3, 12
    low_nibbles a12, products
    l32i    a12, a3, 0
    low_nibbles a14, products
    l32i    a14, a3, 4
    high_nibbles a12, products
    l32i    a12, a3, 8
    high_nibbles a14, products
    l32i    a14, a3, 12
    high_nibbles a12, products
    addi    a3, a3, 16
    high_nibbles a14, last_products
    store   12, 0
    addi    a6, a6, 4
    bnez    a13, .Lpiece4
    add     a3, a3, a4
    addi    a15, a15, -1
    bnez    a15, .Lrow4
    retw
    .size s3lm_mac16_nibbles, . - s3lm_mac16_nibbles

    .section .text.s3lm_mac16_halves, "ax", @progbits
    .global s3lm_mac16_halves
    .p2align 2
    .type s3lm_mac16_halves, @function
s3lm_mac16_halves:
    begin   .Lupper_nibbles
.Lrow2:
    l32i    a13, a2, 16
.Lpiece2:
    addi    a13, a13, -1
    clear
    l32i    a12, a3, 0
    l32i    a14, a3, 4
    low_nibbles a12, products
    l32i    a12, a3, 8
    low_nibbles a14, products
    l32i    a14, a3, 12
    low_nibbles a12, products
    l32i    a12, a3, 0
    low_nibbles a14, products
    store   12, 0
    clear
    l32i    a14, a3, 4
    high_nibbles a12, products
    l32i    a12, a3, 8
    high_nibbles a14, products
    l32i    a14, a3, 12
    high_nibbles a12, products
    addi    a3, a3, 16
    high_nibbles a14, last_products
    store   12, 4
    addi    a6, a6, 8
    bnez    a13, .Lpiece2
    add     a3, a3, a4
    addi    a15, a15, -1
    bnez    a15, .Lrow2
    retw
    .size s3lm_mac16_halves, . - s3lm_mac16_halves

# Codes of 16 bits in M0 and M1 from the rows, in M2 and M3 from the vector. a3 rows, a4 the vector, a5 its begin, a6
# sums, a7 steps but the last, a8 rows left, a9 steps.
    .section .text.s3lm_mac16_dots16, "ax", @progbits
    .global s3lm_mac16_dots16
    .p2align 2
    .type s3lm_mac16_dots16, @function
s3lm_mac16_dots16:
    entry   a1, 32
    l32i    a3, a2, 0
    l32i    a5, a2, 4
    l32i    a7, a2, 8
    l32i    a8, a2, 12
    l32i    a6, a2, 16
    addi    a3, a3, -4
    addi    a5, a5, -4
    addi    a7, a7, -1
    mov     a4, a5
    ldinc   m0, a3
    ldinc   m2, a4
.Lrow16:
    addi    a8, a8, -1
    movi    a10, 0
    wsr     a10, acclo
    wsr     a10, acchi
    loopnez a7, .Lsteps16
    mula.dd.ll.ldinc m3, a4, m0, m2
    mula.dd.hh.ldinc m1, a3, m0, m2
    mula.dd.ll.ldinc m2, a4, m1, m3
    mula.dd.hh.ldinc m0, a3, m1, m3
.Lsteps16:
    mula.dd.ll.ldinc m3, a4, m0, m2
    mula.dd.hh.ldinc m1, a3, m0, m2
    # The vector begins again; behind the last row nothing is read but it.
    mov     a4, a5
    moveqz  a3, a5, a8
    mula.dd.ll.ldinc m2, a4, m1, m3
    mula.dd.hh.ldinc m0, a3, m1, m3
    rsr     a10, acclo
    rsr     a11, acchi
    sext    a11, a11, 7
    s32i    a10, a6, 0
    s32i    a11, a6, 4
    addi    a6, a6, 8
    bnez    a8, .Lrow16
    retw
    .size s3lm_mac16_dots16, . - s3lm_mac16_dots16

# The stack holds no code.
    .section .note.GNU-stack, "", @progbits
