# The exception vectors: register windows are moved to and from the stack here, everything else is a panic.

# ---- Offsets from VECBASE are fixed by the core's configuration. ----
    .section .vectors, "ax", @progbits
    .global vectors
    .p2align 10
vectors:

# Register windows (Xtensa ISA manual, section 4.7.1): an overflow stores the oldest frame's registers where its callee
# left room on the stack, an underflow loads them back. Four, eight and twelve registers, by the size of the call.
    .org    0x000
    .global window_overflow4
window_overflow4:
    s32e    a0, a5, -16
    s32e    a1, a5, -12
    s32e    a2, a5, -8
    s32e    a3, a5, -4
    rfwo

    .org    0x040
    .global window_underflow4
window_underflow4:
    l32e    a0, a5, -16
    l32e    a1, a5, -12
    l32e    a2, a5, -8
    l32e    a3, a5, -4
    rfwu

    .org    0x080
    .global window_overflow8
window_overflow8:
    s32e    a0, a9, -16
    l32e    a0, a1, -12
    s32e    a1, a9, -12
    s32e    a2, a9, -8
    s32e    a3, a9, -4
    s32e    a4, a0, -32
    s32e    a5, a0, -28
    s32e    a6, a0, -24
    s32e    a7, a0, -20
    rfwo

    .org    0x0C0
    .global window_underflow8
window_underflow8:
    l32e    a0, a9, -16
    l32e    a1, a9, -12
    l32e    a2, a9, -8
    l32e    a7, a1, -12
    l32e    a3, a9, -4
    l32e    a4, a7, -32
    l32e    a5, a7, -28
    l32e    a6, a7, -24
    l32e    a7, a7, -20
    rfwu

    .org    0x100
    .global window_overflow12
window_overflow12:
    s32e    a0, a13, -16
    l32e    a0, a1, -12
    s32e    a1, a13, -12
    s32e    a2, a13, -8
    s32e    a3, a13, -4
    s32e    a4, a0, -48
    s32e    a5, a0, -44
    s32e    a6, a0, -40
    s32e    a7, a0, -36
    s32e    a8, a0, -32
    s32e    a9, a0, -28
    s32e    a10, a0, -24
    s32e    a11, a0, -20
    rfwo

    .org    0x140
    .global window_underflow12
window_underflow12:
    l32e    a0, a13, -16
    l32e    a1, a13, -12
    l32e    a2, a13, -8
    l32e    a11, a1, -12
    l32e    a3, a13, -4
    l32e    a4, a11, -48
    l32e    a5, a11, -44
    l32e    a6, a11, -40
    l32e    a7, a11, -36
    l32e    a8, a11, -32
    l32e    a9, a11, -28
    l32e    a10, a11, -24
    l32e    a11, a11, -20
    rfwu

# Everything else: a1 becomes the kind of panic (panic.c), a0 the place for the registers, and both are kept. EXCSAVE1
# takes a0 for a moment whatever the level, as none of these ever returns.
    .macro  panic_vector kind
    wsr     a0, excsave1
    rsr     a0, misc0
    s32i    a1, a0, 4
    movi    a1, \kind
    j       save_registers
    .endm

    .org    0x180
level2_vector:
    panic_vector 2
    .org    0x1C0
level3_vector:
    panic_vector 3
    .org    0x200
level4_vector:
    panic_vector 4
    .org    0x240
level5_vector:
    panic_vector 5
    .org    0x280
level6_vector:
    panic_vector 6
    .org    0x2C0
level7_vector:
    panic_vector 7
    .org    0x300
kernel_vector:
    panic_vector 0
    .org    0x340
user_vector:
    panic_vector 0
    .org    0x3C0
double_vector:
    panic_vector 1
    .org    0x400

# ---- Saving all 64 registers ----
# Offsets in panic_frame (panic.h): 64 registers from the current window's a0 on, in the order in which the windows
# turn, then special registers.
    .section .text.save_registers, "ax", @progbits
    .literal .Lpanic_enter, panic_enter
    .literal .Lpanic_stacks, _panic_stacks_top
    .literal .Lpanic_ps, 0x0004002F
    .p2align 2
    .type save_registers, @function
save_registers:
    # EXCM = 1, as after every exception and interrupt: registers of other live windows can be named without an overflow.
    # INTLEVEL 15 keeps the other core from stopping this one in the middle.
    s32i    a2, a0, 8
    s32i    a3, a0, 12
    rsr     a2, ps
    s32i    a1, a0, 256
    s32i    a2, a0, 260
    movi    a2, 0x1F
    wsr     a2, ps
    rsync
    rsr     a1, excsave1
    s32i    a1, a0, 0
    s32i    a4, a0, 16
    s32i    a5, a0, 20
    s32i    a6, a0, 24
    s32i    a7, a0, 28
    s32i    a8, a0, 32
    s32i    a9, a0, 36
    s32i    a10, a0, 40
    s32i    a11, a0, 44
    s32i    a12, a0, 48
    s32i    a13, a0, 52
    s32i    a14, a0, 56
    s32i    a15, a0, 60
    .macro  special name, offset
    rsr     a2, \name
    s32i    a2, a0, \offset
    .endm
    special windowbase, 264
    special windowstart, 268
    special exccause, 272
    special excvaddr, 276
    special epc1, 280
    special depc, 284
    special epc2, 288
    special epc3, 292
    special epc4, 296
    special epc5, 300
    special epc6, 304
    special epc7, 308
    special eps2, 312
    special eps3, 316
    special eps4, 320
    special eps5, 324
    special eps6, 328
    special eps7, 332
    special sar, 336
    special lbeg, 340
    special lend, 344
    special lcount, 348
    special ccount, 352
    special interrupt, 356
    # Three windows of four registers on: this window's a12, already kept, becomes a0 and carries the address.
    .rept   4
    addi    a12, a0, 48
    rotw    3
    s32i    a4, a0, 16
    s32i    a5, a0, 20
    s32i    a6, a0, 24
    s32i    a7, a0, 28
    s32i    a8, a0, 32
    s32i    a9, a0, 36
    s32i    a10, a0, 40
    s32i    a11, a0, 44
    s32i    a12, a0, 48
    s32i    a13, a0, 52
    s32i    a14, a0, 56
    s32i    a15, a0, 60
    .endr
    # C from here, on a stack of its own, with no windows but its own.
    rsr     a2, misc0
    movi    a0, 0
    wsr     a0, windowbase
    rsync
    movi    a0, 1
    wsr     a0, windowstart
    rsync
    movi    a0, 0
    # 1 KiB for each core; PRID bit 13 tells them apart.
    l32r    a1, .Lpanic_stacks
    rsr     a2, prid
    extui   a2, a2, 13, 1
    slli    a2, a2, 10
    sub     a1, a1, a2
    l32r    a2, .Lpanic_ps
    wsr     a2, ps
    rsync
    rsr     a6, misc0
    l32r    a4, .Lpanic_enter
    callx4  a4
    ill
    .size save_registers, . - save_registers

# The stack holds no code.
    .section .note.GNU-stack, "", @progbits
