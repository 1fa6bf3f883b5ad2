/* Functions of the mask ROM that the start-up calls, and nothing else may: their variables lie in memory that becomes
 * the model's. They follow the windowed calling convention, as compiled code does. They are the same in both versions
 * of the ROM (chips below and from v3.0 on). Addresses: ESP-IDF components/esp_rom/esp32/ld/esp32.rom.ld and
 * components/esp_hal_regi2c/esp32/rom.regi2c.ld. */
#ifndef ESP32_ROM_H
#define ESP32_ROM_H

#include <stdint.h>

#define ROM(type, address) ((type)(uintptr_t)(address))

/* Writes a register of the analog bus: block, host, register, value. */
#define rom_regi2c_write ROM(void (*)(uint8_t block, uint8_t host, uint8_t reg, uint8_t value), 0x400041A4u)
/* Forgets all lines of the cache of core 0 or 1, changed ones too. The cache is off. */
#define rom_cache_flush ROM(void (*)(int core), 0x40009A14u)

#endif
