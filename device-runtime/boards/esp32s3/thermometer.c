/* The chip's thermometer, which has power while it is asked. Cold code: it runs after an answer. Registers, formula and
 * the time that it needs: ESP-IDF components/soc/esp32s3/include/soc/sens_reg.h, components/hal/esp32s3/include/hal/
 * temperature_sensor_ll.h, components/esp_driver_tsens; what the factory measured: components/efuse/esp32s3. */
#include "board.h"
#include "registers.h"

#define SETTLE_MICROS 300u
#define PATIENCE_MICROS 10000u

/* EFUSE_RD_SYS_PART1_4: version of the block in 1:0; by how many tenths of a degree this chip's thermometer says too
 * much in 11:4, and its sign. Other versions than 1 have none. */
#define VERSION(word) ((word) & 3u)
#define TOO_MUCH(word) ((word) >> 4 & 0xFFu)
#define TOO_MUCH_SIGN BIT(12)

/* 0.4386 degrees a step, 20.52 below 0 at step 0, in ten-thousandths. */
#define STEP 4386
#define AT_ZERO 205200
#define TENTH 1000

static bool convert(uint32_t *number) {
    register_set(SENS_SAR_TSENS_CTRL, TSENS_DUMP_OUT);
    uint64_t end = time_micros() + PATIENCE_MICROS;
    bool is_ready = false;
    while (!is_ready && time_micros() < end) is_ready = (register_read(SENS_SAR_TSENS_CTRL) & TSENS_READY) != 0u;
    register_clear(SENS_SAR_TSENS_CTRL, TSENS_DUMP_OUT);
    *number = register_read(SENS_SAR_TSENS_CTRL) & TSENS_OUT_MASK;
    return is_ready;
}

bool thermometer_read(int32_t *celsius) {
    uint32_t number;
    register_set(SENS_SAR_PERI_CLK_GATE_CONF, TSENS_CLOCK);
    register_clear(SENS_SAR_PERI_RESET_CONF, TSENS_CLOCK);
    register_field(SENS_SAR_TSENS_CTRL2, TSENS_XPD_FORCE_SHIFT, TSENS_XPD_FORCE_MASK, 1);
    register_set(SENS_SAR_TSENS_CTRL, TSENS_POWER_UP | TSENS_POWER_UP_FORCE);
    wait_micros(SETTLE_MICROS);
    bool is_ready = convert(&number);
    register_clear(SENS_SAR_TSENS_CTRL, TSENS_POWER_UP | TSENS_POWER_UP_FORCE);
    register_field(SENS_SAR_TSENS_CTRL2, TSENS_XPD_FORCE_SHIFT, TSENS_XPD_FORCE_MASK, 0);
    register_clear(SENS_SAR_PERI_CLK_GATE_CONF, TSENS_CLOCK);
    if (!is_ready) return false;

    int32_t degrees = STEP * (int32_t)number - AT_ZERO;
    uint32_t word = register_read(EFUSE_RD_SYS_PART1_4);
    if (VERSION(word) == 1u) {
        int32_t too_much = TENTH * (int32_t)TOO_MUCH(word);
        degrees -= (word & TOO_MUCH_SIGN) != 0u ? -too_much : too_much;
    }
    /* To the nearest whole degree, away from 0 in the middle. */
    int32_t half = degrees < 0 ? -5 * TENTH : 5 * TENTH;
    *celsius = (degrees + half) / (10 * TENTH);
    return true;
}
