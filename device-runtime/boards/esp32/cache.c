/* The caches in front of flash and PSRAM, one a core, and the tables that map both, one a core. Each cache has 32 KiB
 * in lines of 32 bytes. Flash is shown to each core by its own; PSRAM, when both are on, by the first core's for the
 * lower half of its addresses and by the second core's for the upper half, whichever core asks: no address is in both.
 * Order of steps: ESP-IDF components/bootloader_support/src/esp32/bootloader_esp32.c, components/hal/esp32/include/hal/
 * cache_ll.h and mmu_ll.h, components/esp_psram/esp32/esp_psram_impl_quad.c. */
#include "board.h"
#include "registers.h"
#include "rom.h"

#define CORES 2u
#define MMU_WORDS 2048u
#define MMU_INVALID BIT(8)
/* Where in the tables PSRAM begins, in pages of 32 KiB. */
#define MMU_PSRAM 1152u
#define PSRAM_PAGE 0x8000u
#define ALL_BUSES                                                                                                      \
    (CACHE_MASK_IRAM0 | CACHE_MASK_IRAM1 | CACHE_MASK_IROM0 | CACHE_MASK_DRAM1 | CACHE_MASK_DROM0 | CACHE_MASK_OPSDRAM)

/* Twice a cache: when so much else was read, nothing changed is left in it. */
#define EVICT_BYTES 0x10000u
/* Away from the ends, which are tested. */
#define EVICT_AT 0x80000u

static uint32_t caches, psram_bytes;

static uint32_t mmu_entry(uint32_t core, uint32_t index) { return MMU_TABLE(core) + 4u * index; }

void cache_suspend(void) {
    for (uint32_t core = 0; core < caches; core++) {
        while ((register_read(DPORT_DCACHE_DBUG0(core)) >> CACHE_STATE_SHIFT & CACHE_STATE_MASK) != CACHE_STATE_IDLE) {
        }
        register_clear(DPORT_CACHE_CTRL(core), CACHE_ENABLE);
    }
}

void cache_resume(void) {
    for (uint32_t core = 0; core < caches; core++) {
        rom_cache_flush((int)core);
        register_set(DPORT_CACHE_CTRL(core), CACHE_ENABLE);
    }
}

void cache_start(bool both) {
    caches = both ? 2u : 1u;
    for (uint32_t core = 0; core < CORES; core++) {
        /* The ROM may have left them in any state. */
        register_clear(DPORT_CACHE_CTRL(core), CACHE_ENABLE | CACHE_DRAM_SPLIT | CACHE_DRAM_HL(core));
        /* The tables cannot be written as a whole without this bit, on the second core's side. */
        register_set(DPORT_CACHE_CTRL1(core), CACHE_MMU_IA_CLR);
        for (uint32_t i = 0; i < MMU_WORDS; i++) register_write(mmu_entry(core, i), MMU_INVALID);
        register_clear(DPORT_CACHE_CTRL1(core), CACHE_MMU_IA_CLR | ALL_BUSES);
    }
    cache_resume();
}

/* PSRAM is shown as a whole, from its beginning on. */
static void show_psram(uint32_t core, uint32_t pages) {
    psram_bytes = pages * MMU_PAGE;
    for (uint32_t i = 0; i < psram_bytes / PSRAM_PAGE; i++) register_write(mmu_entry(core, MMU_PSRAM + i), i);
    register_field(DPORT_CACHE_CTRL1(core), CACHE_SRAM_PAGE_SHIFT, CACHE_SRAM_PAGE_MASK, 0);
    if (caches == 2u) register_set(DPORT_CACHE_CTRL(core), CACHE_DRAM_HL(core));
}

void cache_map(uint32_t address, map_kind kind, uint32_t page, uint32_t pages) {
    cache_suspend();
    for (uint32_t core = 0; core < CORES; core++) {
        if (kind == MAP_PSRAM) {
            show_psram(core, pages);
            continue;
        }
        for (uint32_t i = 0; i < pages; i++) {
            register_write(mmu_entry(core, (address - EXTERNAL_BEGIN) / MMU_PAGE + i), page + i);
        }
    }
    cache_resume();
}

void cache_write_back(void) {
    /* Nothing writes changed lines back but reading others (ESP-IDF components/esp_psram/esp32/
     * esp_psram_extram_cache.c). */
    for (uint32_t half = EVICT_AT; half < psram_bytes; half += PSRAM_HALF_BYTES) {
        for (uint32_t at = 0; at < EVICT_BYTES; at += DATA_LINE) {
            (void)*(const volatile uint32_t *)(uintptr_t)(PSRAM_BEGIN + half + at);
        }
    }
}
