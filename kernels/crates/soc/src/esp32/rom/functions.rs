//! Which ROM functions exist here, by address.
//!
//! Addresses: espressif/esp-idf `components/esp_rom/esp32/ld/*.ld`, `components/esp_hal_regi2c/esp32/rom.regi2c.ld`. They are
//! the same in all revisions.

use crate::rom::functions::Function;

/// Behaviours.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    AnalogRead,
    AnalogWrite,
    AnalogReadMask,
    AnalogWriteMask,
    SetAppEntry,
    Printf,
    GetResetReason,
    SoftwareReset,
    DelayMicroseconds,
    UpdateCpuFrequency,
    PutChar,
    WaitForUart,
    MmuInit,
    MapFlash,
    MapPsram,
    CacheInit,
    CacheFlush,
    CacheEnable,
    CacheDisable,
    MemCopy,
    MemSet,
}

const fn function(address: u32, name: &'static str, does: Does) -> Function<Does> {
    Function { address, name, does }
}

/// All functions, in the order of their addresses.
pub const FUNCTIONS: &[Function<Does>] = &[
    function(0x4000_4148, "rom_i2c_readReg", Does::AnalogRead),
    function(0x4000_41a4, "rom_i2c_writeReg", Does::AnalogWrite),
    function(0x4000_41c0, "rom_i2c_readReg_Mask", Does::AnalogReadMask),
    function(0x4000_41fc, "rom_i2c_writeReg_Mask", Does::AnalogWriteMask),
    function(0x4000_689c, "ets_set_appcpu_boot_addr", Does::SetAppEntry),
    function(0x4000_7d54, "ets_printf", Does::Printf),
    function(0x4000_81d4, "rtc_get_reset_reason", Does::GetResetReason),
    function(0x4000_824c, "software_reset", Does::SoftwareReset),
    function(0x4000_8534, "ets_delay_us", Does::DelayMicroseconds),
    function(0x4000_8550, "ets_update_cpu_frequency", Does::UpdateCpuFrequency),
    function(0x4000_9200, "uart_tx_one_char", Does::PutChar),
    function(0x4000_9278, "uart_tx_wait_idle", Does::WaitForUart),
    function(0x4000_95a4, "mmu_init", Does::MmuInit),
    function(0x4000_95e0, "cache_flash_mmu_set", Does::MapFlash),
    function(0x4000_97f4, "cache_sram_mmu_set", Does::MapPsram),
    function(0x4000_9950, "Cache_Read_Init", Does::CacheInit),
    function(0x4000_9a14, "Cache_Flush", Does::CacheFlush),
    function(0x4000_9a84, "Cache_Read_Enable", Does::CacheEnable),
    function(0x4000_9ab8, "Cache_Read_Disable", Does::CacheDisable),
    function(0x4000_c2c8, "memcpy", Does::MemCopy),
    function(0x4000_c44c, "memset", Does::MemSet),
];
