/* Addresses and bits of the ESP32 that the firmware touches. The names are those of the chip's Technical Reference
 * Manual and of ESP-IDF's register headers (components/soc/esp32/register/soc), which is where the numbers come from;
 * docs/firmware.md says what each is for. */
#ifndef ESP32_REGISTERS_H
#define ESP32_REGISTERS_H

#include "../xtensa/registers_access.h"

/* ---- DPORT: clocks, caches, the second core (dport_reg.h) ---- */
#define DPORT_APPCPU_CTRL_A 0x3FF0002Cu
#define DPORT_APPCPU_CTRL_B 0x3FF00030u
#define DPORT_APPCPU_CTRL_C 0x3FF00034u
/* Where the second core begins; start.s has it as well. */
#define DPORT_APPCPU_CTRL_D 0x3FF00038u
#define DPORT_CPU_PER_CONF 0x3FF0003Cu
/* The same bits in the same places for both cores, but for DRAM_HL. */
#define DPORT_CACHE_CTRL(core) (0x3FF00040u + 0x18u * (core))
#define CACHE_ENABLE BIT(3)
#define CACHE_DRAM_SPLIT BIT(11)
#define CACHE_DRAM_HL(core) ((core) == 0u ? BIT(16) : BIT(14))
#define DPORT_CACHE_CTRL1(core) (0x3FF00044u + 0x18u * (core))
#define CACHE_MASK_IRAM0 BIT(0)
#define CACHE_MASK_IRAM1 BIT(1)
#define CACHE_MASK_IROM0 BIT(2)
#define CACHE_MASK_DRAM1 BIT(3)
#define CACHE_MASK_DROM0 BIT(4)
#define CACHE_MASK_OPSDRAM BIT(5)
#define CACHE_SRAM_PAGE_SHIFT 6u
#define CACHE_SRAM_PAGE_MASK 7u
#define CACHE_MMU_IA_CLR BIT(13)
#define DPORT_HOST_INF_SEL 0x3FF000BCu
#define DPORT_PERIP_CLK_EN 0x3FF000C0u
#define DPORT_PERIP_RST_EN 0x3FF000C4u
#define CLOCK_UART0 BIT(2)
#define CLOCK_RMT BIT(9)
#define CLOCK_LEDC BIT(11)
#define CLOCK_TIMERGROUP0 BIT(13)
#define CLOCK_UART_MEMORY BIT(24)
/* The names of the ESP32-S3's, which panic.c of both chips uses: the interrupt by which one core stops the other. */
#define SYSTEM_CPU_INTR_FROM_CPU(n) (0x3FF000DCu + 4u * (n))
#define INTERRUPT_MAP(core, source) ((core) == 0u ? 0x3FF00104u + 4u * (source) : 0x3FF00218u + 4u * (source))
#define SOURCE_FROM_CPU(n) (24u + (n))
#define DPORT_DCACHE_DBUG0(core) (0x3FF003F0u + 0x28u * (core))
#define CACHE_STATE_SHIFT 7u
#define CACHE_STATE_MASK 0xFFFu
#define CACHE_STATE_IDLE 1u
/* Tables of the memory management units, a word an entry. */
#define MMU_TABLE(core) (0x3FF10000u + 0x2000u * (core))

/* ---- UART0 (uart_reg.h) ---- */
#define UART0_FIFO 0x3FF40000u
/* The same FIFO on the other bus, which loses no byte when several are written at once. */
#define UART0_FIFO_AHB 0x60000000u
#define UART0_CLKDIV 0x3FF40014u
#define UART0_STATUS 0x3FF4001Cu
/* Bytes that wait to be received and to be sent; the state of the sender, 0 when it is idle. */
#define UART_RX_COUNT(status) ((status) & 0xFFu)
#define UART_TX_COUNT(status) ((status) >> 16 & 0xFFu)
#define UART_TX_STATE(status) ((status) >> 24 & 0xFu)
#define UART0_CONF0 0x3FF40020u
/* The clock of the bus, not the 1 MHz tick. */
#define UART_BUS_CLOCK BIT(27)
#define UART0_MEM_RX_STATUS 0x3FF40060u
#define UART_RX_READ_AT(status) ((status) >> 2 & 0x7FFu)
#define UART_RX_WRITE_AT(status) ((status) >> 13 & 0x7FFu)

/* ---- SPI memory controllers: 1 runs commands, 0 serves the caches (spi_reg.h) ---- */
#define SPI1_BASE 0x3FF42000u
#define SPI0_BASE 0x3FF43000u
#define SPI_CMD 0x00u
#define SPI_ADDR 0x04u
#define SPI_CTRL 0x08u
#define SPI_CTRL2 0x14u
#define SPI_CLOCK 0x18u
#define SPI_USER 0x1Cu
#define SPI_USER1 0x20u
#define SPI_USER2 0x24u
#define SPI_MOSI_DLEN 0x28u
#define SPI_MISO_DLEN 0x2Cu
#define SPI_PIN 0x34u
#define SPI_CACHE_SCTRL 0x54u
#define SPI_SRAM_DRD_CMD 0x5Cu
#define SPI_SRAM_DWR_CMD 0x60u
#define SPI_W0 0x80u
#define SPI_EXT2 0xF8u
#define SPI_EXT3 0xFCu
#define SPI_DATE 0x3FCu

/* ---- Pins (gpio_reg.h, io_mux_reg.h, gpio_sig_map.h) ---- */
/* Pins 0 to 31, then 32 to 39 in the next bank. */
#define GPIO_OUT_SET(bank) (0x3FF44008u + 12u * (bank))
#define GPIO_OUT_CLEAR(bank) (0x3FF4400Cu + 12u * (bank))
#define GPIO_ENABLE_SET(bank) (0x3FF44024u + 12u * (bank))
#define GPIO_ENABLE_CLEAR(bank) (0x3FF44028u + 12u * (bank))
#define GPIO_IN(bank) (0x3FF4403Cu + 4u * (bank))
/* Which pin a signal of a unit comes from, through the matrix. */
#define GPIO_IN_SELECT(signal) (0x3FF44130u + 4u * (signal))
#define GPIO_IN_BY_MATRIX BIT(7)
/* Which signal drives a pin; 256 is the pin's own bit of OUT. */
#define GPIO_OUT_SELECT(pin) (0x3FF44530u + 4u * (pin))
#define GPIO_OUT_PLAIN 256u
#define GPIO_OUT_INVERTED BIT(9)
#define GPIO_OUT_ENABLED_BY_GPIO BIT(10)
#define IO_MUX_BASE 0x3FF49000u
#define IO_MUX_FUNCTION_SHIFT 12u
#define IO_MUX_FUNCTION_MASK 7u
/* The unit whose pads these are: the flash's clock. */
#define IO_MUX_FUNCTION_SPI 1u
#define IO_MUX_FUNCTION_GPIO 2u
#define IO_MUX_DRIVE_SHIFT 10u
#define IO_MUX_DRIVE_MASK 3u
#define IO_MUX_DRIVE_20MA (2u << IO_MUX_DRIVE_SHIFT)
#define IO_MUX_INPUT BIT(9)
#define IO_MUX_PULL_UP BIT(8)
#define IO_MUX_PULL_DOWN BIT(7)
#define SIGNAL_SPICLK 0u
#define SIGNAL_SPIQ 1u
#define SIGNAL_SPID 2u
#define SIGNAL_SPIHD 3u
#define SIGNAL_SPIWP 4u
#define SIGNAL_SPICS0 5u
#define SIGNAL_SPICS1 6u
#define SIGNAL_LEDC(channel) (71u + (channel))
#define SIGNAL_RMT(channel) (87u + (channel))

/* ---- Real-time clock domain (rtc_cntl_reg.h) ---- */
#define RTC_CNTL_OPTIONS0 0x3FF48000u
#define RTC_CNTL_RESET_STATE 0x3FF48034u
#define RESET_CAUSE_MASK 0x3Fu
/* Words that survive a reset: 2 counts panics (start.s, panic.c), 4 is the crystal, as in ESP-IDF. */
#define RTC_CNTL_STORE2 0x3FF48054u
#define RTC_CNTL_STORE3 0x3FF48058u
#define RTC_CNTL_STORE4 0x3FF480B0u
#define RTC_CNTL_CLK_CONF 0x3FF48070u
#define SOC_CLK_SHIFT 27u
#define SOC_CLK_MASK 3u
#define SOC_CLK_CRYSTAL 0u
#define SOC_CLK_PLL 1u
#define RTC_CNTL_VOLTAGE 0x3FF4807Cu
#define RTC_CNTL_WDTCONFIG0 0x3FF4808Cu
#define RTC_CNTL_WDTCONFIG1 0x3FF48090u
#define RTC_CNTL_WDTFEED 0x3FF480A0u
#define RTC_CNTL_WDTWPROTECT 0x3FF480A4u
/* Written to a watchdog's protection register this opens its other registers; anything else closes them. */
#define WATCHDOG_KEY 0x50D83AA1u
#define WATCHDOG_FEED BIT(31)
#define RTC_CNTL_SW_CPU_STALL 0x3FF480ACu

/* ---- RMT: pulses out of a memory (rmt_reg.h) ---- */
#define RMT_CONF0(channel) (0x3FF56020u + 8u * (channel))
#define RMT_DIVIDER(n) (n)
#define RMT_ONE_BLOCK (1u << 24)
#define RMT_CLOCK_ACTIVE BIT(31)
#define RMT_CONF1(channel) (0x3FF56024u + 8u * (channel))
#define RMT_TX_START BIT(0)
#define RMT_MEMORY_RESET (BIT(3) | BIT(4))
#define RMT_BUS_CLOCK BIT(17)
#define RMT_IDLE_OUTPUT BIT(19)
#define RMT_INT_RAW 0x3FF560A0u
#define RMT_INT_CLR 0x3FF560ACu
/* Three bits a channel. */
#define RMT_TX_END(channel) BIT(3u * (channel))
#define RMT_APB_CONF 0x3FF560F0u
#define RMT_DIRECT_MEMORY BIT(0)
#define RMT_MEMORY(channel, word) (0x3FF56800u + 256u * (channel) + 4u * (word))

/* ---- LEDC: pulse width modulation, the half that follows the bus's clock (ledc_reg.h) ---- */
#define LEDC_CONF0(channel) (0x3FF59000u + 20u * (channel))
#define LEDC_OUTPUT BIT(2)
#define LEDC_HPOINT(channel) (0x3FF59004u + 20u * (channel))
#define LEDC_DUTY(channel) (0x3FF59008u + 20u * (channel))
#define LEDC_CONF1(channel) (0x3FF5900Cu + 20u * (channel))
#define LEDC_DUTY_START BIT(31)
#define LEDC_DUTY_UP BIT(30)
/* One change, after one period. */
#define LEDC_DUTY_ONCE (1u << 20 | 1u << 10)
#define LEDC_TIMER_CONF(timer) (0x3FF59140u + 8u * (timer))
#define LEDC_TIMER_BUS_CLOCK BIT(25)
#define LEDC_TIMER_DIVIDER_SHIFT 5u

/* ---- eFuse, as read after reset (efuse_reg.h) ---- */
#define EFUSE_BLK0_RDATA(word) (0x3FF5A000u + 4u * (word))

/* ---- Timer groups: timer 0 of group 0, and the watchdogs (timer_group_reg.h) ---- */
#define TIMG0_BASE 0x3FF5F000u
#define TIMG1_BASE 0x3FF60000u
#define TIMG_T0CONFIG 0x00u
#define TIMG_T0LO 0x04u
#define TIMG_T0HI 0x08u
#define TIMG_T0UPDATE 0x0Cu
#define TIMG_T0LOADLO 0x18u
#define TIMG_T0LOADHI 0x1Cu
#define TIMG_T0LOAD 0x20u
#define TIMG_WDTCONFIG0 0x48u
#define TIMG_WDTWPROTECT 0x64u

/* ---- SYSCON (syscon_reg.h, apb_ctrl_reg.h) ---- */
#define SYSCON_SYSCLK_CONF 0x3FF66000u
#define SYSCON_DIVIDER_MASK 0x3FFu
#define SYSCON_XTAL_TICK_CONF 0x3FF66004u
#define SYSCON_PLL_TICK_CONF 0x3FF66008u
#define SYSCON_DATE 0x3FF6607Cu

/* ---- Analog: keeps the bus away from units (regi2c_defs.h) ---- */
#define ANA_CONFIG 0x6000E044u

/* components/soc/esp32/include/soc/wdev_reg.h */
#define RNG_DATA 0x60035144u

#endif
