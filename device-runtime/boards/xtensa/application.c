/* The application's run, and what it calls at least every second of it. Stays in memory when the start-up does not. */
#include "board.h"

/* A run of a minute ends a row of panics. */
#define MICROS_UNTIL_WELL 60000000u

/* 0 once the run has lasted that long. */
static uint64_t well_at;

void application_feed(void) {
    watchdog_feed();
    stack_check();
    if (well_at != 0u && time_micros() > well_at) {
        well_at = 0;
        panic_forget();
    }
}

_Noreturn void application_run(const app_board *board) {
    well_at = time_micros() + MICROS_UNTIL_WELL;
    app_main(board);
    panic("the application has ended");
}
