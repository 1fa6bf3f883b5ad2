/* What the start-up says of the board that it finds. A file of its own, as its words go with the start-up's code. */
#include "board.h"

void say_greeting(void) {
    say("\r\nesp32-llm-converter firmware " FIRMWARE_VERSION "\r\n");
    if (loop_buffer_was_lost()) {
        say_remark("The loop buffer is off, as an earlier run met an illegal instruction in a loop (erratum 572).");
    }
}

void say_remark(const char *remark) {
    if (remark == NULL) return;
    say(remark);
    say("\r\n");
}

static void say_number(const char *before, uint32_t value, const char *after) {
    say(before);
    say_decimal(value);
    say(after);
}

void say_found(const app_board *board) {
    say("reset: ");
    say(board->reset_reason);
    say_number("; flash ", board->flash_bytes >> 20, " MB ");
    say(board->flash_mode);
    if (board->psram.bytes > 0u) {
        say(board->psram_kind == APP_PSRAM_OCTAL ? "; octal PSRAM " : "; quad PSRAM ");
        say_number("", (uint32_t)board->psram.bytes >> 20, " MB ");
        say_number("", board->psram_mhz, " MHz");
    } else {
        say("; no PSRAM");
    }
    say_number("; ", board->cores, board->cores == 2u ? " cores" : " core");
    say_number("; SRAM ", (uint32_t)board->sram.bytes, " bytes free\r\n");
}
