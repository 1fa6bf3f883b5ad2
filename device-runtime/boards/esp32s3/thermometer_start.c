/* Where the chip's thermometer measures. The setting lies behind the analog bus, which only functions of the mask ROM
 * reach, so it is made before the application, whether or not a model asks. Sequence: ESP-IDF
 * components/hal/esp32s3/include/hal/regi2c_ctrl_ll.h; the setting: temperature_sensor_periph.c. */
#include "board.h"
#include "registers.h"
#include "rom.h"

/* RTC_CNTL_ANA_CONF, ANA_CONFIG and ANA_CONFIG2: power for the bus to the converters, away from it, and on it. */
#define BUS_POWER BIT(22)
#define BUS_OFF BIT(18)
#define BUS_ON BIT(16)
/* Analog registers: block of the converters, behind host 1; bits 3:0 of register 6 are the range. */
#define HOST 1u
#define CONVERTERS 0x69u
#define RANGE 6u
/* -10 to 80 degrees, the most exact one; its offset is 0. */
#define RANGE_USUAL 15u

void thermometer_start(void) {
    register_set(RTC_CNTL_ANA_CONF, BUS_POWER);
    register_clear(ANA_CONFIG, BUS_OFF);
    register_set(ANA_CONFIG2, BUS_ON);
    rom_regi2c_write_mask(CONVERTERS, HOST, RANGE, 3, 0, RANGE_USUAL);
}
