/* The start-up from the first C function to the application, in order. Each step needs the ones before it. */
#include "board.h"
#include "registers.h"

/* From the link script. */
extern uint8_t _heap_begin[], _heap_end[];

/* Maps the model's partition at EXTERNAL_BEGIN; whatever was there before is gone. */
static void show_model(app_board *board) {
    partition_place place = {0, 0};
    board->model_fault = partitions_find_model(board->flash_bytes, &place);
    if (board->model_fault != NULL) return;
    uint32_t lead = place.offset % MMU_PAGE;
    uint32_t pages = (lead + place.bytes + MMU_PAGE - 1u) / MMU_PAGE;
    if (pages > (MAPPED_BEGIN - EXTERNAL_BEGIN) / MMU_PAGE) {
        board->model_fault = "The model's partition takes more than the 63 pages of 64 KB that can be shown at once: "
                             "give it less of the flash.";
        return;
    }
    cache_map(EXTERNAL_BEGIN, MAP_FLASH, place.offset / MMU_PAGE, pages);
    board->model = (const uint8_t *)(uintptr_t)(EXTERNAL_BEGIN + lead);
    board->model_bytes = place.bytes;
}

/* start.s comes here on the first core, in the state in which the mask ROM left everything else. */
_Noreturn void board_main(void);
_Noreturn void board_main(void) {
    static app_board board;
    /* Before the ROM's watchdogs lose their patience. */
    watchdog_start();
    uint32_t reset = reset_code();
    uint32_t crystal_mhz = clock_find_crystal();
    stack_mark();
    uart0_drain();
    uint32_t cycles = cycle_count();
    const char *fault = clock_start(crystal_mhz);
    time_set(fault == NULL, crystal_mhz, cycles);
    /* Otherwise it has what the ROM gave it. */
    if (fault == NULL) uart0_start();
    say_greeting();
    if (fault != NULL) say_and_stay(fault);
    random_start();
    panic_start();
    /* Each core has a cache, and external memory is shared between both of them or not. */
    bool both = second_core_start_up();
    cache_start(both);

    board.chip = "ESP32";
    board.firmware = FIRMWARE_VERSION;
    identity_read(&board);
    board.reset_reason = reset_text(reset);
    board.cpu_hz = CPU_HZ;
    flash_info flash = {0};
    fault = flash_start(&flash);
    if (fault != NULL) say_and_stay(fault);
    say_remark(flash.remark);
    board.flash_bytes = flash.bytes;
    board.flash_mode = flash.quad ? "QIO 80 MHz" : "DIO 80 MHz";

    psram_info psram;
    psram_start(&psram);
    say_remark(psram.remark);
    board.psram_kind = psram.kind;
    board.psram_mhz = psram.mhz;
    board.psram = (app_span){psram.bytes > 0u ? (uint8_t *)(uintptr_t)PSRAM_BEGIN : NULL, psram.bytes};
    /* After the PSRAM, as on the ESP32-S3. */
    fault = mapped_start();
    if (fault != NULL) say_and_stay(fault);
    show_model(&board);
    pins_start(flash_pins_taken() | psram.pins);

    board.cores = both ? 2u : 1u;
    board.parallel = both ? second_core_parallel : first_core_alone;
    board.expect = both ? second_core_expect : NULL;
    board.sram = (app_span){_heap_begin, (size_t)(_heap_end - _heap_begin)};
    board.ports[0] = uart0_port;
    board.port_count = BOARD_PORTS;
    board.pins = &esp32_pins;
    board.micros = time_micros;
    board.cycles = time_cycles;
    board.random = random_word;
    board.reset = reset_chip;
    board.feed = application_feed;

    say_found(&board);
    application_run(&board);
}
