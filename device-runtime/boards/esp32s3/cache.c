/* The caches in front of flash and PSRAM, and the table that maps both. Data lines of 64 bytes fetch PSRAM half again
 * as fast as lines of 32. The instruction cache serves code that seldom runs, and is as small as it can be. Order of
 * steps: ESP-IDF components/esp_system/port/cpu_start.c. */
#include "board.h"
#include "registers.h"
#include "rom.h"

#define ICACHE_BYTES 0x4000u
#define ICACHE_WAYS 8u
#define ICACHE_LINE 32u
#define DCACHE_BYTES 0x8000u
/* The data cache has four ways and no register for them; eight is what ESP-IDF hands to the ROM. */
#define DCACHE_WAYS 8u

/* EXTMEM_xCACHE_CTRL1: keeps core 0 and core 1 from the cache. */
#define SHUT_BOTH 3u

/* EXTMEM_CACHE_STATE 23:12: the data cache does nothing. */
#define DCACHE_STATE_SHIFT 12u
#define DCACHE_STATE_MASK 0xFFFu
#define DCACHE_IDLE 1u

#define MMU_ENTRIES 512u
#define MMU_INVALID 0x4000u
/* The ROM divides the table, 4 bytes for each page, into a part for instructions and one for data, for functions of its
 * own that nothing here calls; both buses follow every entry (ESP-IDF, SOC_MMU_DI_VADDR_SHARED). One page is left to
 * instructions, as a part of none is a case that nobody is known to have tried. */
#define MMU_INSTRUCTION_BYTES 4u
#define MMU_PART_BYTES 0x400u

static uint32_t autoload;

static uint32_t entry_address(uint32_t address) { return MMU_TABLE + 4u * ((address - EXTERNAL_BEGIN) / MMU_PAGE); }

/* The ROM's function comes back before the cache has come to rest (ESP-IDF
 * components/esp_rom/patches/esp_rom_cache_esp32s2_esp32s3.c). */
void cache_suspend(void) {
    autoload = rom_cache_suspend_dcache();
    while ((register_read(EXTMEM_CACHE_STATE) >> DCACHE_STATE_SHIFT & DCACHE_STATE_MASK) != DCACHE_IDLE) {
    }
}

void cache_start(void) {
    rom_config_instruction_cache_mode(ICACHE_BYTES, ICACHE_WAYS, ICACHE_LINE);
    cache_suspend();
    rom_config_data_cache_mode(DCACHE_BYTES, DCACHE_WAYS, DATA_LINE);
    rom_cache_resume_dcache(0);
    rom_cache_set_idrom_mmu_size(MMU_INSTRUCTION_BYTES, MMU_PART_BYTES - MMU_INSTRUCTION_BYTES);
    for (uint32_t i = 0; i < MMU_ENTRIES; i++) register_write(MMU_TABLE + 4u * i, MMU_INVALID);
    register_clear(EXTMEM_ICACHE_CTRL1, SHUT_BOTH);
    register_clear(EXTMEM_DCACHE_CTRL1, SHUT_BOTH);
    rom_cache_invalidate_icache_all();
    rom_cache_invalidate_dcache_all();
    rom_cache_enable_icache(0);
    rom_cache_enable_dcache(0);
}

void cache_resume(void) {
    rom_cache_invalidate_dcache_all();
    rom_cache_resume_dcache(autoload);
}

void cache_set_line(uint32_t bytes) {
    cache_suspend();
    rom_config_data_cache_mode(DCACHE_BYTES, DCACHE_WAYS, (uint8_t)bytes);
    cache_resume();
}

void cache_map(uint32_t address, map_kind kind, uint32_t page, uint32_t pages) {
    cache_suspend();
    for (uint32_t i = 0; i < pages; i++) {
        register_write(entry_address(address + i * MMU_PAGE), (uint32_t)kind | (page + i));
    }
    cache_resume();
}

void cache_write_back(void) {
    rom_cache_writeback_all();
    rom_cache_invalidate_dcache_all();
}
