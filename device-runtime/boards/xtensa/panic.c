/* The end of a run that went wrong: stops the other core, says on all ports what happened and where both cores were,
 * and starts again after a while, but not for ever. */
#include "board.h"
#include "panic.h"
#include "registers.h"

/* Interrupt 24 is of level 4, above what an exception masks, so that a core is stopped even in a handler. */
#define STOP_INTERRUPT 24u
#define STOP_LEVEL 4u
#define STOP_MICROS 1000u

#define RESTART_MICROS 5000000u
#define FEED_MICROS 100000u
/* RTC_CNTL_STORE2 keeps how many panics there were in a row; a chip that was just powered has something else there. */
#define COUNT_MARK 0x50A71C00u
#define MARK_MASK 0xFFFFFF00u
#define COUNT_MASK 0x7Fu
/* start.s switches the buffer for loops off. */
#define LOOPS_UNBUFFERED BIT(7)
#define MOST_RESTARTS 3u

#define CAUSE_SYSCALL 1u
#define CAUSE_COPROCESSOR0 32u

/* EXCCAUSE, Xtensa ISA manual, table 4-64. */
static const char *const CAUSES[] = {
    [0] = "illegal instruction",
    [1] = "system call",
    [2] = "instruction fetch error",
    [3] = "load or store error",
    [4] = "interrupt",
    [5] = "MOVSP over frames that were moved to the stack",
    [6] = "division by zero",
    [8] = "privileged instruction",
    [9] = "unaligned access",
    [12] = "bus error while fetching an instruction",
    [13] = "bus error while reading or writing",
    [14] = "instruction address that no memory has",
    [15] = "data address that no memory has",
    [16] = "instruction address without translation",
    [17] = "instruction address with two translations",
    [18] = "instruction address without privilege",
    [20] = "instruction fetch where it is forbidden",
    [24] = "data address without translation",
    [25] = "data address with two translations",
    [26] = "data address without privilege",
    [28] = "reading where it is forbidden",
    [29] = "writing where it is forbidden",
};
#define CAUSE_COUNT (sizeof CAUSES / sizeof CAUSES[0])

panic_frame panic_frames[2];
static const char *volatile panic_message;
/* 1 once a core has taken the panic on itself; the other one's request fails whenever it comes. */
static volatile uint32_t taken;

static void listen_for_stop(void) {
    __asm__ volatile("wsr %0, intenable\n\trsync" ::"r"(BIT(STOP_INTERRUPT)) : "memory");
}

void panic_start(void) {
    uint32_t core = core_number();
    register_write(SYSTEM_CPU_INTR_FROM_CPU(core), 0);
    register_write(INTERRUPT_MAP(core, SOURCE_FROM_CPU(core)), STOP_INTERRUPT);
    listen_for_stop();
}

static uint32_t kept(void) {
    uint32_t word = register_read(RTC_CNTL_STORE2);
    return (word & MARK_MASK) == COUNT_MARK ? word : COUNT_MARK;
}

void panic_forget(void) { register_write(RTC_CNTL_STORE2, kept() & ~COUNT_MASK); }

/* What the processor's erratum 572 looks like. */
static bool is_illegal_in_loop(const panic_frame *frame) {
    return frame->kind == 0u && frame->cause == 0u && frame->epc1 - frame->lbeg < frame->lend - frame->lbeg;
}

static void say_register(const char *name, uint32_t value) {
    say(name);
    say_hex(value);
}

static void say_cause(const panic_frame *frame) {
    if (frame->kind > 1u) {
        say("interrupt of level ");
        say_decimal(frame->kind);
        return;
    }
    uint32_t cause = frame->cause;
    if (frame->kind == 0u && cause == CAUSE_SYSCALL && panic_message != NULL) {
        say(panic_message);
        return;
    }
    if (frame->kind == 1u) say("while an exception or a register window was handled: ");
    if (cause >= CAUSE_COPROCESSOR0 && cause < CAUSE_COPROCESSOR0 + 8u) {
        say("coprocessor that is not enabled");
    } else {
        say(cause < CAUSE_COUNT && CAUSES[cause] != NULL ? CAUSES[cause] : "unknown exception");
    }
    say(" (cause ");
    say_decimal(cause);
    say(", address ");
    say_hex(frame->address);
    say(")");
}

static void say_core(uint32_t core) {
    const panic_frame *frame = &panic_frames[core];
    say("core ");
    say_decimal(core);
    say_register(" ps ", frame->ps);
    say_register(" sar ", frame->sar);
    say_register(" lbeg ", frame->lbeg);
    say_register(" lend ", frame->lend);
    say_register(" lcount ", frame->lcount);
    for (uint32_t i = 0; i < 16u; i++) {
        say(i % 4u == 0u ? "\r\n  a" : "  a");
        say_decimal(i);
        say(i < 10u ? "  " : " ");
        say_hex(frame->registers[i]);
    }
    say("\r\nBacktrace:");
    panic_backtrace(frame);
    say("\r\n");
}

static void stop_other_core(uint32_t other) {
    register_write(SYSTEM_CPU_INTR_FROM_CPU(other), 1);
    uint64_t end = time_micros() + STOP_MICROS;
    while (panic_frames[other].stopped == 0u && time_micros() < end) {
    }
}

_Noreturn void panic_enter(panic_frame *frame) {
    uint32_t core = core_number(), other = 1u - core;
    if (frame->kind == STOP_LEVEL || !take(&taken)) {
        /* The other core speaks. */
        frame->stopped = 1;
        for (;;) memory_barrier();
    }
    /* First, so that a panic that does not come to its end counts too. */
    uint32_t state = kept() + 1u, count = state & COUNT_MASK;
    if (is_illegal_in_loop(frame)) state |= LOOPS_UNBUFFERED;
    register_write(RTC_CNTL_STORE2, state);
    watchdog_feed();
    stop_other_core(other);

    say("\r\n\r\npanic on core ");
    say_decimal(core);
    say(": ");
    say_cause(frame);
    say("\r\n");
    say_core(core);
    if (panic_frames[other].stopped != 0u) {
        say_core(other);
    } else {
        say("core ");
        say_decimal(other);
        say(" did not run or does not answer\r\n");
    }
    if (count > MOST_RESTARTS) {
        say_and_stay("The firmware failed again after each of three restarts and stays stopped. Reset the board to try "
                     "once more; report the lines above.");
    }
    say("Restarting in 5 seconds.\r\n");
    uint64_t end = time_micros() + RESTART_MICROS;
    while (time_micros() < end) {
        watchdog_feed();
        wait_micros(FEED_MICROS);
    }
    reset_chip();
}

_Noreturn void panic(const char *message) {
    panic_message = message;
    for (;;) __asm__ volatile("syscall" ::: "memory");
}
