/* Functions of the mask ROM that the start-up calls, and nothing else may: their variables lie in memory that becomes
 * the model's. They follow the windowed calling convention, as compiled code does. Addresses: ESP-IDF
 * components/esp_rom/esp32s3/ld/esp32s3.rom.ld. */
#ifndef ESP32S3_ROM_H
#define ESP32S3_ROM_H

#include <stdint.h>

#define ROM(type, address) ((type)(uintptr_t)(address))

/* Why a core was reset. */
#define rom_get_reset_reason ROM(uint32_t (*)(uint32_t core), 0x4000057Cu)
/* The analog registers: block, host, register, value; the second changes bits msb..lsb only. */
#define rom_regi2c_write ROM(void (*)(uint8_t block, uint8_t host, uint8_t reg, uint8_t value), 0x40005D60u)
#define rom_regi2c_write_mask                                                                                          \
    ROM(void (*)(uint8_t block, uint8_t host, uint8_t reg, uint8_t msb, uint8_t lsb, uint8_t value), 0x40005D6Cu)
#define rom_regi2c_read_mask                                                                                           \
    ROM(uint32_t (*)(uint8_t block, uint8_t host, uint8_t reg, uint8_t msb, uint8_t lsb), 0x40005D54u)
/* What the ROM's own delays count with. */
#define rom_update_cpu_frequency ROM(void (*)(uint32_t mhz), 0x40001A4Cu)
/* Where the second core begins once it leaves reset. */
#define rom_set_appcpu_boot_addr ROM(void (*)(uint32_t entry), 0x40000720u)

/* Caches. Sizes and lines in bytes. */
#define rom_config_instruction_cache_mode ROM(void (*)(uint32_t size, uint8_t ways, uint8_t line), 0x40001A1Cu)
#define rom_config_data_cache_mode ROM(void (*)(uint32_t size, uint8_t ways, uint8_t line), 0x40001A28u)
#define rom_cache_suspend_dcache ROM(uint32_t (*)(void), 0x400018B4u)
#define rom_cache_resume_dcache ROM(void (*)(uint32_t autoload), 0x400018C0u)
#define rom_cache_enable_icache ROM(void (*)(uint32_t autoload), 0x40001878u)
#define rom_cache_enable_dcache ROM(void (*)(uint32_t autoload), 0x40001890u)
#define rom_cache_invalidate_icache_all ROM(void (*)(void), 0x400016D4u)
#define rom_cache_invalidate_dcache_all ROM(void (*)(void), 0x400016E0u)
#define rom_cache_writeback_all ROM(void (*)(void), 0x400016F8u)
#define rom_cache_set_idrom_mmu_size ROM(void (*)(uint32_t instruction_bytes, uint32_t data_bytes), 0x40001914u)

/* Flash: read modes are numbered QIO 0, QOUT 1, DIO 2, DOUT 3. */
#define rom_spiflash_config_readmode ROM(uint32_t (*)(uint32_t mode), 0x40000AA4u)
#define rom_spiflash_select_qio_pins ROM(void (*)(uint8_t wp_pad, uint32_t spiconfig), 0x40000A68u)
#define rom_efuse_get_spiconfig ROM(uint32_t (*)(void), 0x40001F74u)
#define rom_efuse_get_wp_pad ROM(uint8_t (*)(void), 0x40001FA4u)

/* Octal chips on SPI1. */
#define rom_opiflash_pin_config ROM(void (*)(void), 0x40000894u)
#define rom_spi_set_dtr_swap_mode ROM(void (*)(int host, int write_swap, int read_swap), 0x4000093Cu)
#define rom_opiflash_exec_cmd                                                                                          \
    ROM(void (*)(int host, int mode, uint32_t command, int command_bits, uint32_t address, int address_bits,           \
                 int dummy, const uint8_t *out, int out_bits, uint8_t *in, int in_bits, uint32_t chip_mask,            \
                 int is_write_erase),                                                                                  \
        0x400008B8u)

#endif
