/* Addresses and bits of the ESP32-S3 that the firmware touches. The names are those of the
 * chip's Technical Reference Manual and of ESP-IDF's register headers, which is where the numbers come from;
 * docs/firmware.md says what each is for. */
#ifndef ESP32S3_REGISTERS_H
#define ESP32S3_REGISTERS_H

#include "../xtensa/registers_access.h"

/* ---- UART0 ---- */
#define UART0_FIFO 0x60000000u
#define UART0_CLKDIV 0x60000014u
#define UART0_STATUS 0x6000001Cu
/* Bytes that wait to be sent. */
#define UART_TX_COUNT(status) ((status) >> 16 & 0x3FFu)
#define UART0_CONF0 0x60000020u
#define UART0_CLK_CONF 0x60000078u
#define UART0_ID 0x60000080u

/* ---- SPI memory controllers: 1 runs commands, 0 serves the caches; the same registers, 0x1000 apart ---- */
#define SPI1_BASE 0x60002000u
#define SPI0_BASE 0x60003000u
#define SPI_CMD 0x00u
#define SPI_ADDR 0x04u
#define SPI_CTRL 0x08u
#define SPI_CTRL2 0x10u
#define SPI_CLOCK 0x14u
#define SPI_USER 0x18u
#define SPI_USER1 0x1Cu
#define SPI_USER2 0x20u
#define SPI_MOSI_DLEN 0x24u
#define SPI_MISO_DLEN 0x28u
#define SPI_MISC 0x34u
#define SPI_CACHE_FCTRL 0x3Cu
#define SPI_CACHE_SCTRL 0x40u
#define SPI_SRAM_CMD 0x44u
#define SPI_SRAM_DRD_CMD 0x48u
#define SPI_SRAM_DWR_CMD 0x4Cu
#define SPI_SRAM_CLK 0x50u
#define SPI_W0 0x58u
#define SPI_TIMING_CALI 0xA8u
#define SPI_SMEM_TIMING_CALI 0xBCu
#define SPI_SMEM_DIN_MODE 0xC0u
#define SPI_SMEM_DIN_NUM 0xC4u
#define SPI_SMEM_AC 0xDCu
#define SPI_DDR 0xE0u
#define SPI_SMEM_DDR 0xE4u
#define SPI_CORE_CLK_SEL 0xECu
#define SPI_DATE 0x3FCu

/* ---- eFuse, as read after reset ---- */
#define EFUSE_RD_REPEAT_DATA0 0x60007030u
#define EFUSE_RD_REPEAT_DATA3 0x6000703Cu
#define EFUSE_RD_MAC_0 0x60007044u
#define EFUSE_RD_MAC_1 0x60007048u
#define EFUSE_RD_MAC_3 0x60007050u
#define EFUSE_RD_MAC_4 0x60007054u
#define EFUSE_RD_MAC_5 0x60007058u
#define EFUSE_RD_SYS_PART1_4 0x6000706Cu

/* ---- Real-time clock domain: resets, its watchdogs, words that survive a reset ---- */
#define RTC_CNTL_OPTIONS0 0x60008000u
#define RTC_CNTL_ANA_CONF 0x60008034u
#define RTC_CNTL_STORE2 0x60008058u
#define RTC_CNTL_STORE3 0x6000805Cu
#define RTC_CNTL_CLK_CONF 0x60008074u
#define RTC_CNTL_WDTCONFIG0 0x60008098u
#define RTC_CNTL_WDTCONFIG1 0x6000809Cu
#define RTC_CNTL_WDTFEED 0x600080ACu
#define RTC_CNTL_WDTWPROTECT 0x600080B0u
/* Written to a watchdog's protection register this opens its other registers; anything else closes them. */
#define WATCHDOG_KEY 0x50D83AA1u
#define WATCHDOG_FEED BIT(31)
#define RTC_CNTL_SWD_CONF 0x600080B4u
#define RTC_CNTL_SWD_WPROTECT 0x600080B8u
#define RTC_CNTL_SW_CPU_STALL 0x600080BCu
#define RTC_CNTL_DATE 0x600081FCu

/* ---- The thermometer ---- */
#define SENS_SAR_TSENS_CTRL 0x60008850u
#define TSENS_DUMP_OUT BIT(24)
#define TSENS_POWER_UP_FORCE BIT(23)
#define TSENS_POWER_UP BIT(22)
#define TSENS_READY BIT(8)
#define TSENS_OUT_MASK 0xFFu
#define SENS_SAR_TSENS_CTRL2 0x60008854u
#define TSENS_XPD_FORCE_SHIFT 12u
#define TSENS_XPD_FORCE_MASK 3u
#define SENS_SAR_PERI_CLK_GATE_CONF 0x60008904u
#define SENS_SAR_PERI_RESET_CONF 0x60008908u
/* In both. */
#define TSENS_CLOCK BIT(29)

/* ---- Pads, and the pins behind them ---- */
#define IO_MUX_GPIO(n) (0x60009004u + 4u * (n))
#define IO_MUX_FUNCTION_GPIO (1u << 12)
#define IO_MUX_DRIVE_20MA (2u << 10)
#define IO_MUX_INPUT BIT(9)
#define IO_MUX_PULL_UP BIT(8)
#define IO_MUX_PULL_DOWN BIT(7)
/* Pins 0 to 31, then 32 to 48 in the next bank. */
#define GPIO_OUT_SET(bank) (0x60004008u + 12u * (bank))
#define GPIO_OUT_CLEAR(bank) (0x6000400Cu + 12u * (bank))
#define GPIO_ENABLE_SET(bank) (0x60004024u + 12u * (bank))
#define GPIO_ENABLE_CLEAR(bank) (0x60004028u + 12u * (bank))
#define GPIO_IN(bank) (0x6000403Cu + 4u * (bank))
/* Which signal drives a pin; 256 is the pin's own bit of OUT. */
#define GPIO_OUT_SELECT(n) (0x60004554u + 4u * (n))
#define GPIO_OUT_PLAIN 256u
#define GPIO_OUT_INVERTED BIT(9)
#define GPIO_OUT_ENABLED_BY_GPIO BIT(10)
#define SIGNAL_LEDC(channel) (73u + (channel))
#define SIGNAL_RMT(channel) (81u + (channel))

/* ---- RMT: pulses out of a memory ---- */
#define RMT_TX_CONF0(channel) (0x60016020u + 4u * (channel))
#define RMT_TX_START BIT(0)
#define RMT_MEMORY_RESET (BIT(1) | BIT(2))
#define RMT_IDLE_OUTPUT BIT(6)
#define RMT_DIVIDER(n) ((n) << 8)
#define RMT_ONE_BLOCK (1u << 16)
#define RMT_UPDATE BIT(24)
#define RMT_INT_RAW 0x60016070u
#define RMT_INT_CLR 0x6001607Cu
#define RMT_SYS_CONF 0x600160C0u
#define RMT_DIRECT_MEMORY BIT(0)
#define RMT_CLOCK_APB (1u << 24)
#define RMT_CLOCK_ACTIVE BIT(26)
#define RMT_MEMORY(channel, word) (0x60016800u + 192u * (channel) + 4u * (word))

/* ---- LEDC: pulse width modulation ---- */
#define LEDC_CONF0(channel) (0x60019000u + 20u * (channel))
#define LEDC_OUTPUT BIT(2)
#define LEDC_CHANNEL_UPDATE BIT(4)
#define LEDC_HPOINT(channel) (0x60019004u + 20u * (channel))
#define LEDC_DUTY(channel) (0x60019008u + 20u * (channel))
#define LEDC_CONF1(channel) (0x6001900Cu + 20u * (channel))
#define LEDC_DUTY_START BIT(31)
#define LEDC_DUTY_UP BIT(30)
#define LEDC_TIMER_CONF(timer) (0x600190A0u + 8u * (timer))
#define LEDC_TIMER_UPDATE BIT(25)
#define LEDC_CONF 0x600190D0u
#define LEDC_CLOCK_APB 1u

/* ---- Analog: the bus to the PLL and the regulators ---- */
#define ANA_CONFIG 0x6000E044u
#define ANA_CONFIG2 0x6000E048u
#define I2C_MST_ANA_CONF0 0x6000E040u

/* ---- Timer groups: only their watchdogs ---- */
#define TIMG0_BASE 0x6001F000u
#define TIMG1_BASE 0x60020000u
#define TIMG_WDTCONFIG0 0x48u
#define TIMG_WDTWPROTECT 0x64u

/* ---- System timer, 16 MHz ---- */
#define SYSTIMER_UNIT0_OP 0x60023004u
#define SYSTIMER_UNIT0_VALUE_HI 0x60023040u
#define SYSTIMER_UNIT0_VALUE_LO 0x60023044u

/* ---- SYSCON ---- */
#define SYSCON_WIFI_CLK_EN 0x60026014u
#define SYSCON_SRAM_ECC 0x60026058u

#define RNG_DATA 0x6003507Cu

/* ---- USB-Serial-JTAG ---- */
#define USB_EP1 0x60038000u
#define USB_EP1_CONF 0x60038004u
#define USB_INT_RAW 0x60038008u
#define USB_BUS_RESET BIT(9)
#define USB_FRAME_NUMBER 0x60038024u

/* ---- SYSTEM: clocks and the second core ---- */
#define SYSTEM_CORE_1_CONTROL_0 0x600C0000u
#define SYSTEM_CPU_PER_CONF 0x600C0010u
#define SYSTEM_PERIP_CLK_EN0 0x600C0018u
#define SYSTEM_PERIP_CLK_EN1 0x600C001Cu
#define SYSTEM_PERIP_RST_EN0 0x600C0020u
#define CLOCK_RMT BIT(9)
#define CLOCK_LEDC BIT(11)
#define SYSTEM_CPU_INTR_FROM_CPU(n) (0x600C0030u + 4u * (n))
#define SYSTEM_SYSCLK_CONF 0x600C0060u

/* ---- Interrupt matrix: which interrupt of which core a source raises ---- */
#define INTERRUPT_MAP(core, source) (0x600C2000u + 0x800u * (core) + 4u * (source))
#define SOURCE_FROM_CPU(n) (79u + (n))

/* ---- Caches and the table that maps external memory ---- */
#define EXTMEM_DCACHE_CTRL1 0x600C4004u
#define EXTMEM_ICACHE_CTRL1 0x600C4064u
#define EXTMEM_CACHE_STATE 0x600C4130u
#define MMU_TABLE 0x600C5000u

#endif
