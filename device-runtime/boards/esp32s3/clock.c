/* From the 40 MHz crystal to 240 MHz for both cores, 80 MHz for the peripherals' bus and a 480 MHz PLL to divide the
 * memory bus's clocks from. Sequence and values: ESP-IDF components/esp_hw_support/port/esp32s3/rtc_clk.c. */
#include "board.h"
#include "registers.h"
#include "rom.h"

/* RTC_CNTL_OPTIONS0: force-power-down of the analog bus, of the PLL's part of it, and of the PLL. */
#define PLL_POWER_DOWN (BIT(6) | BIT(8) | BIT(10))
/* ANA_CONFIG: keeps the analog bus away from the PLL. */
#define PLL_BUS_OFF BIT(17)
#define PLL_480_MHZ BIT(2)

/* I2C_MST_ANA_CONF0: stop and start of the PLL's calibration, and its end. */
#define CALIBRATION_STOP BIT(2)
#define CALIBRATION_START BIT(3)
#define CALIBRATION_DONE BIT(24)
#define CALIBRATION_MICROS 10000u

/* Analog registers: block of the PLL, block of the regulators, both behind host 1. */
#define HOST 1u
#define PLL 0x66u
#define REGULATORS 0x6Du
#define BIAS_SETTLE_MICROS 40u

/* RTC_CNTL_DATE 18:13: which slave regulators sleep; at 240 MHz none may. */
#define SLAVE_SHIFT 13u
#define SLAVE_MASK 0x3Fu

#define CPU_PERIOD_MASK 3u
#define CPU_PERIOD_240_MHZ 2u
#define SOURCE_SHIFT 10u
#define SOURCE_MASK 3u
#define SOURCE_PLL 1u
#define DIVIDER_MASK 0x3FFu

const char *clock_start(void) {
    /* Power for the PLL and the bus to its registers. */
    register_clear(RTC_CNTL_OPTIONS0, PLL_POWER_DOWN);
    register_clear(ANA_CONFIG, PLL_BUS_OFF);
    /* 480 MHz, of which 240 is an even half. */
    register_set(SYSTEM_CPU_PER_CONF, PLL_480_MHZ);
    register_clear(I2C_MST_ANA_CONF0, CALIBRATION_STOP);
    register_set(I2C_MST_ANA_CONF0, CALIBRATION_START);
    /* Divider, charge pump and filter of the PLL for 480 MHz out of 40 MHz. */
    rom_regi2c_write(PLL, HOST, 4, 0x6B);
    rom_regi2c_write(PLL, HOST, 2, 0x50);
    rom_regi2c_write(PLL, HOST, 3, 8);
    rom_regi2c_write_mask(PLL, HOST, 5, 2, 0, 0);
    rom_regi2c_write_mask(PLL, HOST, 5, 6, 4, 0);
    rom_regi2c_write(PLL, HOST, 6, 0x73);
    rom_regi2c_write_mask(PLL, HOST, 9, 1, 0, 3);
    uint64_t end = time_micros() + CALIBRATION_MICROS;
    while ((register_read(I2C_MST_ANA_CONF0) & CALIBRATION_DONE) == 0u) {
        if (time_micros() > end) return "The PLL does not settle: the board's crystal is not one of 40 MHz.";
    }
    wait_micros(10);
    register_clear(I2C_MST_ANA_CONF0, CALIBRATION_START);
    register_set(I2C_MST_ANA_CONF0, CALIBRATION_STOP);

    /* More voltage before more speed. */
    core_voltage voltage = voltage_240_mhz();
    rom_regi2c_write_mask(REGULATORS, HOST, 4, 4, 0, (uint8_t)voltage.rtc);
    rom_regi2c_write_mask(REGULATORS, HOST, 6, 4, 0, (uint8_t)voltage.digital);
    wait_micros(BIAS_SETTLE_MICROS);
    register_field(RTC_CNTL_DATE, SLAVE_SHIFT, SLAVE_MASK, 0);

    /* The cores take a half of the PLL as soon as it is their source; until then the period is not looked at. */
    register_field(SYSTEM_CPU_PER_CONF, 0, CPU_PERIOD_MASK, CPU_PERIOD_240_MHZ);
    register_field(SYSTEM_SYSCLK_CONF, 0, DIVIDER_MASK, 0);
    register_field(SYSTEM_SYSCLK_CONF, SOURCE_SHIFT, SOURCE_MASK, SOURCE_PLL);
    /* The ROM's delays count cycles. */
    rom_update_cpu_frequency(CPU_HZ / 1000000u);
    return NULL;
}
