# Where the mask ROM jumps to, and where the second core begins: from a core in an unknown state to C.
#
# The ROM leaves the core deep in its register windows, on a stack of its own. Nothing of that is wanted: windows are
# forgotten, not unwound, and the stack is replaced. Order of steps: ESP-IDF and Xtensa ISA manual, chapter 4.7.1.

# What differs from chip to chip, in the folder of each.
    .include "chip.inc"

# Puts the core's windows, vectors, interrupts and units in order; ends with a new stack and no caller.
# \stack is the constant that holds the stack's top, \frame the one with the address for the panic's registers.
    .macro  core_start stack, frame
    # Interrupts off (INTLEVEL 15) and no window checks (WOE 0) while windows are renamed. UM selects the user vector,
    # the usual one; EXCM 0.
    movi    a0, 0x2F
    wsr     a0, ps
    rsync
    # One live window, the first: the ROM's callers are forgotten. From here on registers have other contents.
    movi    a0, 0
    wsr     a0, windowbase
    rsync
    movi    a0, 1
    wsr     a0, windowstart
    rsync
    # No return address: a backtrace ends here.
    movi    a0, 0
    l32r    a1, \stack
    # Window overflows and faults come to vectors.s instead of the ROM.
    l32r    a2, .Lvectors
    wsr     a2, vecbase
    # No breakpoints left over from a debugger, no loop in progress.
    movi    a2, 0
    wsr     a2, ibreakenable
    wsr     a2, dbreakc0
    wsr     a2, dbreakc1
    wsr     a2, lcount
    # Nothing interrupts this firmware; panic.c enables the one line by which a core stops the other.
    wsr     a2, intenable
    # The vectors find the place for this core's registers here.
    l32r    a2, \frame
    wsr     a2, misc0
    # The buffer for the instructions of loops: MEMCTL bit 0. Where the chip has it on, it is on unless panic.c has met
    # what its erratum (572) describes.
    .if     .Lloops_are_buffered
    l32r    a2, .Lkept
    l32i    a2, a2, 0
    l32r    a3, .Lmark
    movi    a4, 1
    srli    a5, a2, 8
    bne     a5, a3, .Lbuffer\@
    bbci    a2, 7, .Lbuffer\@
    movi    a4, 0
.Lbuffer\@:
    wsr     a4, memctl
    .else
    wsr     a2, memctl
    .endif
    isync
    enable_coprocessors
    rsync
    # Rounding to nearest, no exception flags: the bits of results depend on it.
    movi    a2, 0
    wur     a2, fcr
    wur     a2, fsr
    # Windows on (WOE), interrupts possible, and CALLINC 1: the first call is of a window of four.
    l32r    a2, .Lps
    wsr     a2, ps
    rsync
    .endm

    .section .text.start, "ax", @progbits

    .literal .Lvectors, vectors
    # A word that survives a reset (RTC_CNTL_STORE2), and the mark that panic.c leaves in it.
    .literal .Lkept, .Lpanic_word
    .literal .Lmark, 0x0050A71C
    # The ROM's second core waits for a word here.
    .literal .Lentry, .Lsecond_core_entry
    .literal .Lps, 0x00050020
    .literal .Lstack0, _stack0_top
    .literal .Lstack1, _stack1_top
    .literal .Lframe0, panic_frames
    .literal .Lframe1, panic_frames + 512
    .literal .Lbss_begin, _bss_begin
    .literal .Lbss_end, _bss_end
    .literal .Lmain, board_main
    .literal .Lsecond, second_core_main

# The mask ROM jumps here on the first core.
    .global firmware_start
    .p2align 2
    .type firmware_start, @function
firmware_start:
    core_start .Lstack0, .Lframe0
    # C expects its zero variables to be zero. The stacks behind them stay as they are until main fills them.
    l32r    a2, .Lbss_begin
    l32r    a3, .Lbss_end
    movi    a4, 0
.Lclear:
    s32i    a4, a2, 0
    addi    a2, a2, 4
    bltu    a2, a3, .Lclear
    # A window of four needs no space in a frame of the caller, of which there is none.
    l32r    a4, .Lmain
    callx4  a4
    ill
    .size firmware_start, . - firmware_start

# The mask ROM jumps here on the second core, once second_core.c has started it.
    .global second_core_start
    .p2align 2
    .type second_core_start, @function
second_core_start:
    core_start .Lstack1, .Lframe1
    # It was followed; a later reset of this core alone must not follow it into what is the model's memory by then.
    l32r    a2, .Lentry
    movi    a3, 0
    s32i    a3, a2, 0
    memw
    l32r    a4, .Lsecond
    callx4  a4
    ill
    .size second_core_start, . - second_core_start

# The stack holds no code.
    .section .note.GNU-stack, "", @progbits
