/* From the crystal to 240 MHz for both cores and 80 MHz for the bus, by a PLL of 480 MHz. Sequence and values: ESP-IDF
 * components/esp_hw_support/port/esp32/rtc_clk.c and rtc_clk_init.c, components/esp_hal_clock/esp32/include/hal/
 * clk_tree_ll.h. */
#include "board.h"
#include "registers.h"
#include "rom.h"

/* RTC_CNTL_OPTIONS0: force-power-down of the analog bus, and of the PLL's part of it, its digital side and the PLL. */
#define BUS_POWER_DOWN BIT(18)
#define PLL_POWER_DOWN (BIT(6) | BIT(8) | BIT(10))
/* ANA_CONFIG: keeps the analog bus away from units; this is the PLL's bit of them. */
#define BUS_OFF (0x3FFu << 8)
#define PLL_BUS_OFF BIT(17)

/* Analog registers: block of the PLL, behind host 4. */
#define HOST 4u
#define PLL 0x66u
#define PLL_IR_DELAY 0u
#define PLL_IR_CAPACITY 1u
#define PLL_REFERENCE 2u
#define PLL_DIVIDER 3u
#define PLL_CALIBRATION 4u
#define PLL_CURRENT 5u
#define PLL_SAMPLING 9u
#define PLL_CONTROL 10u
#define PLL_DIVIDE_BY_5 11u
#define PLL_CONVERTER 12u

/* RTC_CNTL_VOLTAGE 13:11, the digital regulator while the chip is awake: 7 is 1.25 V, less what the factory found to be
 * too much for this chip (EFUSE_BLK0_RDATA5 23:22). */
#define VOLTAGE_SHIFT 11u
#define VOLTAGE_MASK 7u
#define VOLTAGE_HIGHEST 7u
#define TOO_MUCH(word) ((word) >> 22 & 3u)
/* EFUSE_BLK0_RDATA3: both bits are set in chips that are made for 160 MHz at most. */
#define RATED_160_MHZ (BIT(12) | BIT(13))

#define PERIOD_240_MHZ 2u
/* A turn of the slow clock of 150 kHz, after which a switch has taken place. */
#define SLOW_TURN_MICROS 10u
#define VOLTAGE_MICROS 3u
#define PLL_MICROS 80u
#define SWITCH_MICROS 30u

/* The fastest crystal, so that a wait is never shorter than it should be. */
#define MOST_CRYSTAL_MHZ 40u
#define OTHER_CRYSTAL_MHZ 26u
/* Around them, as far as the ROM measures. */
#define IS_40(mhz) ((mhz) >= 34u && (mhz) <= 46u)
#define IS_26(mhz) ((mhz) >= 21u && (mhz) <= 33u)
#define UART_BAUD 115200u

void clock_wait(uint32_t micros) {
    uint32_t begin = cycle_count();
    while (cycle_count() - begin < micros * MOST_CRYSTAL_MHZ) {
    }
}

/* What an earlier start has found, in ESP-IDF's form: the same number in both halves. */
static uint32_t remembered(void) {
    uint32_t word = register_read(RTC_CNTL_STORE4), mhz = word & 0xFFFFu;
    return word >> 16 == mhz && (mhz == MOST_CRYSTAL_MHZ || mhz == OTHER_CRYSTAL_MHZ) ? mhz : 0u;
}

uint32_t clock_find_crystal(void) {
    if ((register_read(RTC_CNTL_CLK_CONF) >> SOC_CLK_SHIFT & SOC_CLK_MASK) == SOC_CLK_PLL) {
        /* A watchdog's reset leaves the PLL on, and the divider behind it at another number. */
        register_field(SYSCON_SYSCLK_CONF, 0, SYSCON_DIVIDER_MASK, 0);
        register_write(SYSCON_XTAL_TICK_CONF, MOST_CRYSTAL_MHZ - 1u);
        register_field(RTC_CNTL_CLK_CONF, SOC_CLK_SHIFT, SOC_CLK_MASK, SOC_CLK_CRYSTAL);
        clock_wait(SLOW_TURN_MICROS);
    }
    uint32_t mhz = remembered();
    if (mhz == 0u) {
        /* The ROM has measured the crystal to have 115200 baud, and left the divider, in sixteenths. esptool finds it
         * in the same way (espressif/esptool esptool/targets/esp32.py). */
        uint32_t divider = register_read(UART0_CLKDIV);
        uint32_t sixteenths = (divider & 0xFFFFFu) << 4 | (divider >> 20 & 0xFu);
        uint32_t measured = (sixteenths < 0x10000u ? sixteenths : 0u) * (UART_BAUD / 16u) / 1000000u;
        mhz = IS_40(measured) ? MOST_CRYSTAL_MHZ : IS_26(measured) ? OTHER_CRYSTAL_MHZ : 0u;
        register_write(RTC_CNTL_STORE4, mhz << 16 | mhz);
    }
    return mhz;
}

static void pll(uint32_t reg, uint32_t value) { rom_regi2c_write(PLL, HOST, (uint8_t)reg, (uint8_t)value); }

const char *clock_start(uint32_t crystal_mhz) {
    if (crystal_mhz == 0u) {
        return "The crystal of this board has neither 40 MHz nor 26 MHz, which this firmware needs: use another board.";
    }
    if ((register_read(EFUSE_BLK0_RDATA(3)) & RATED_160_MHZ) == RATED_160_MHZ) {
        return "This chip is made for 160 MHz at most, and this firmware needs 240 MHz: use another board.";
    }
    register_set(ANA_CONFIG, BUS_OFF);
    register_clear(ANA_CONFIG, PLL_BUS_OFF);
    register_clear(RTC_CNTL_OPTIONS0, BUS_POWER_DOWN);
    register_clear(RTC_CNTL_OPTIONS0, PLL_POWER_DOWN);
    /* What it has after power-on. */
    pll(PLL_IR_DELAY, 0x18);
    pll(PLL_IR_CAPACITY, 0x20);
    pll(PLL_CALIBRATION, 0x9A);
    pll(PLL_CONTROL, 0);
    pll(PLL_CONVERTER, 0);
    clock_wait(SLOW_TURN_MICROS);

    /* More voltage before more speed. */
    uint32_t voltage = VOLTAGE_HIGHEST - TOO_MUCH(register_read(EFUSE_BLK0_RDATA(5)));
    register_field(RTC_CNTL_VOLTAGE, VOLTAGE_SHIFT, VOLTAGE_MASK, voltage);
    clock_wait(VOLTAGE_MICROS);
    /* Divider, charge pump and filter for 480 MHz out of either crystal. */
    bool is_40 = crystal_mhz == MOST_CRYSTAL_MHZ;
    pll(PLL_DIVIDE_BY_5, 0xC3);
    pll(PLL_SAMPLING, 0x74);
    pll(PLL_REFERENCE, is_40 ? 0u : 1u << 7 | 4u << 4 | 12u);
    pll(PLL_DIVIDER, is_40 ? 28u : 144u);
    pll(PLL_CURRENT, is_40 ? 3u << 6 | 6u : 1u << 6);
    clock_wait(PLL_MICROS);

    register_write(DPORT_CPU_PER_CONF, PERIOD_240_MHZ);
    register_write(SYSCON_PLL_TICK_CONF, BUS_HZ / 1000000u - 1u);
    register_field(RTC_CNTL_CLK_CONF, SOC_CLK_SHIFT, SOC_CLK_MASK, SOC_CLK_PLL);
    /* By cycles of 240 MHz now. */
    clock_wait((SLOW_TURN_MICROS + SWITCH_MICROS) * (CPU_HZ / 1000000u) / MOST_CRYSTAL_MHZ);
    return NULL;
}
