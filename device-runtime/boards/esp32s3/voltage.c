/* The core voltage that 240 MHz needs. The factory measures each chip and leaves in its eFuse at which setting of the
 * digital regulator it runs at 240 MHz, and how voltage follows the settings of both regulators. Chips from before that
 * (block version below 0.1, or 1.0) get settings that suit all of them. Formula and constants: ESP-IDF
 * components/esp_hw_support/port/esp32s3/rtc_init.c. Voltages are in tenths of a millivolt. */
#include "board.h"
#include "registers.h"

#define UNCALIBRATED 28u
/* EFUSE_RD_MAC_3 26:24 and EFUSE_RD_SYS_PART1_4 1:0. */
#define VERSION_MINOR(word) ((word) >> 24 & 7u)
#define VERSION_MAJOR(word) ((word) & 3u)
/* EFUSE_RD_MAC_4 and EFUSE_RD_MAC_5: by how much this chip's regulators differ from the usual ones, per step and at
 * setting 20, with a sign bit on top; and the digital setting of the factory's test. */
#define RTC_STEP(word4) ((word4) >> 13 & 0x7Fu)
#define DIGITAL_STEP(word4) ((word4) >> 20 & 0x7Fu)
#define RTC_AT_20(word4, word5) (((word5) & 7u) << 5 | (word4) >> 27)
#define DIGITAL_AT_20(word5) ((word5) >> 3 & 0xFFu)
#define DIGITAL_TESTED(word5) ((word5) >> 11 & 0x1Fu)
#define STEP_SIGN BIT(6)
#define AT_20_SIGN BIT(7)
/* The usual regulators, and what one unit of AT_20 is. */
#define USUAL_RTC_STEP 198
#define USUAL_DIGITAL_STEP 211
#define USUAL_RTC_AT_20 10181
#define USUAL_DIGITAL_AT_20 10841
#define AT_20_UNIT 20
/* Above what the test needed, for heat and age; never above 1.3 V. */
#define MARGIN 3u
#define MOST_DIGITAL 13000
/* The RTC's regulator may lie this much below the digital one. */
#define RTC_BELOW 250
#define FIRST_SETTING 15u
#define LAST_SETTING 31u

static int32_t signed_field(uint32_t field, uint32_t sign) {
    int32_t value = (int32_t)(field & (sign - 1u));
    return (field & sign) != 0u ? -value : value;
}

static int32_t voltage_of(uint32_t setting, int32_t at_20, int32_t step) {
    return at_20 + step * ((int32_t)setting - 20);
}

static uint32_t first_that_gives(int32_t wanted, int32_t at_20, int32_t step) {
    uint32_t setting = FIRST_SETTING;
    while (setting < LAST_SETTING && voltage_of(setting, at_20, step) < wanted) setting++;
    return setting;
}

core_voltage voltage_240_mhz(void) {
    uint32_t minor = VERSION_MINOR(register_read(EFUSE_RD_MAC_3));
    uint32_t major = VERSION_MAJOR(register_read(EFUSE_RD_SYS_PART1_4));
    uint32_t word4 = register_read(EFUSE_RD_MAC_4), word5 = register_read(EFUSE_RD_MAC_5);
    uint32_t tested = DIGITAL_TESTED(word5);
    bool is_measured = minor == 1u || major > 1u || (major == 1u && minor >= 2u);
    if (!is_measured || tested == 0u) return (core_voltage){UNCALIBRATED, UNCALIBRATED, false};

    int32_t step = USUAL_DIGITAL_STEP + signed_field(DIGITAL_STEP(word4), STEP_SIGN);
    int32_t at_20 = USUAL_DIGITAL_AT_20 + AT_20_UNIT * signed_field(DIGITAL_AT_20(word5), AT_20_SIGN);
    uint32_t digital = tested + MARGIN, most = first_that_gives(MOST_DIGITAL, at_20, step);
    if (digital > most) digital = most;
    uint32_t rtc = first_that_gives(voltage_of(digital, at_20, step) - RTC_BELOW,
                                    USUAL_RTC_AT_20 + AT_20_UNIT * signed_field(RTC_AT_20(word4, word5), AT_20_SIGN),
                                    USUAL_RTC_STEP + signed_field(RTC_STEP(word4), STEP_SIGN));
    return (core_voltage){rtc, digital, true};
}
