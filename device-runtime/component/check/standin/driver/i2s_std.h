/* See ../esp_err.h. */
#ifndef STANDIN_I2S_STD_H
#define STANDIN_I2S_STD_H

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

typedef struct i2s_channel_obj_t *i2s_chan_handle_t;

#define I2S_NUM_AUTO (-1)
#define I2S_GPIO_UNUSED (-1)
typedef enum { I2S_ROLE_MASTER } i2s_role_t;
typedef enum { I2S_DATA_BIT_WIDTH_32BIT = 32 } i2s_data_bit_width_t;
typedef enum { I2S_SLOT_MODE_MONO = 1 } i2s_slot_mode_t;

typedef struct {
    int id;
    i2s_role_t role;
} i2s_chan_config_t;
typedef struct {
    uint32_t sample_rate_hz;
} i2s_std_clk_config_t;
typedef struct {
    i2s_data_bit_width_t data_bit_width;
    i2s_slot_mode_t slot_mode;
} i2s_std_slot_config_t;
typedef struct {
    int mclk, bclk, ws, dout, din;
} i2s_std_gpio_config_t;
typedef struct {
    i2s_std_clk_config_t clk_cfg;
    i2s_std_slot_config_t slot_cfg;
    i2s_std_gpio_config_t gpio_cfg;
} i2s_std_config_t;

#define I2S_CHANNEL_DEFAULT_CONFIG(number, as) {.id = number, .role = as}
#define I2S_STD_CLK_DEFAULT_CONFIG(rate) {.sample_rate_hz = rate}
#define I2S_STD_PHILIPS_SLOT_DEFAULT_CONFIG(bits, slots) {.data_bit_width = bits, .slot_mode = slots}

esp_err_t i2s_new_channel(const i2s_chan_config_t *config, i2s_chan_handle_t *out, i2s_chan_handle_t *in);
esp_err_t i2s_channel_init_std_mode(i2s_chan_handle_t channel, const i2s_std_config_t *config);
esp_err_t i2s_channel_enable(i2s_chan_handle_t channel);
esp_err_t i2s_channel_read(i2s_chan_handle_t channel, void *to, size_t bytes, size_t *read, uint32_t timeout_ms);

#endif
