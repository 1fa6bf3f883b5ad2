/* A board made of memory: see fake_board.h. */
#include "fake_board.h"

#include <stdlib.h>
#include <string.h>

#include "load.h"

fake_board fake;

static size_t read_port(void *user, uint8_t *bytes, size_t capacity) {
    fake_port *p = user;
    size_t count = p->input_end - p->input_begin;
    count = count < capacity ? count : capacity;
    memcpy(bytes, p->input + p->input_begin, count);
    p->input_begin += count;
    return count;
}

static size_t write_port(void *user, const uint8_t *bytes, size_t count) {
    fake_port *p = user;
    count = count < p->most ? count : p->most;
    count = count < FAKE_OUTPUT_BYTES - p->output_length ? count : FAKE_OUTPUT_BYTES - p->output_length;
    memcpy(p->output + p->output_length, bytes, count);
    p->output_length += count;
    return count;
}

static void flush_port(void *user) { (void)user; }

static uint64_t micros(void) { return fake.now += fake.tick; }
static uint32_t cycles(void) { return (uint32_t)(micros() * 240u); }
static uint32_t next_random(void) { return fake.random = fake.random * 1664525u + 1013904223u; }
static void reset(void) { fake.resets++; }
static void feed(void) { fake.fed++; }

/* ---- Pins: what was last done to each ---- */

static bool is_free(uint32_t pin) {
    return pin < FAKE_PINS && pin != 0u && pin != 3u && !(pin >= 19u && pin <= 20u) && !(pin >= 26u && pin <= 37u) &&
           !(pin >= 43u && pin <= 46u);
}

static void note(uint32_t pin, fake_pin_use use, uint32_t value) {
    if (pin >= FAKE_PINS || !is_free(pin)) {
        abort();
    }
    fake.pins[pin].use = use;
    fake.pins[pin].value = value;
    fake.pins[pin].changes++;
}

static void level(uint32_t pin, bool high) { note(pin, FAKE_LEVEL, high); }
static void dim(uint32_t channel, uint32_t pin, bool inverted, uint32_t share) {
    (void)channel;
    note(pin, FAKE_DIMMED, inverted ? 65536u - share : share);
}
static void servo(uint32_t channel, uint32_t pin, bool inverted, uint32_t width) {
    (void)channel;
    (void)inverted;
    note(pin, FAKE_SERVO, width);
}
static void light(uint32_t channel, uint32_t pin, uint32_t colour) {
    (void)channel;
    note(pin, FAKE_LIGHT, colour);
}
static void input(uint32_t pin, app_pull pull) {
    note(pin, FAKE_INPUT, pull);
    fake.pins[pin].outside = pull == APP_PULL_UP;
}
static bool read_pin(uint32_t pin) { return fake.pins[pin].outside; }

static bool temperature(int32_t *celsius) {
    *celsius = fake.celsius;
    return !fake.is_without_thermometer;
}

static const app_pins pins = {is_free, level, dim, servo, light, input, read_pin, temperature};

static void parallel(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    uint32_t middle = units / 2u / multiple * multiple;
    (void)user;
    fake.split++;
    if (middle > 0u) {
        work(job, 1, 0, middle);
    }
    work(job, 0, middle, units);
}

bool fake_send(uint32_t port, const void *bytes, size_t count) {
    fake_port *p = &fake.ports[port];
    if (p->input_begin == p->input_end) {
        p->input_begin = p->input_end = 0;
    }
    if (count > FAKE_INPUT_BYTES - p->input_end) {
        return false;
    }
    memcpy(p->input + p->input_end, bytes, count);
    p->input_end += count;
    return true;
}

void fake_start(const uint8_t *package, size_t bytes, app_psram_kind psram) {
    static const char *const names[APP_MAX_PORTS] = {"USB", "UART0"};
    static uint8_t *sram, *outer, *outputs[APP_MAX_PORTS];
    if (!sram) {
        sram = host_allocate(FAKE_SRAM_BYTES);
        outer = host_allocate(FAKE_PSRAM_BYTES);
        for (uint32_t i = 0; i < APP_MAX_PORTS; i++) {
            outputs[i] = host_allocate(FAKE_OUTPUT_BYTES);
        }
    }
    if (!sram || !outer || !outputs[0] || !outputs[1]) {
        abort();
    }
    memset(&fake, 0, sizeof fake);
    fake.tick = 1;
    fake.random = 1;
    /* As warm as the emulated chip. */
    fake.celsius = 35;
    fake.board = (app_board){.chip = "ESP32-S3",
                             .firmware = "0.1.0",
                             .chip_revision = 2,
                             .mac = {2, 0, 0, 0xAB, 0xCD, 0xEF},
                             .reset_reason = "power on",
                             .cores = 2,
                             .cpu_hz = 240000000,
                             .sram = {sram, FAKE_SRAM_BYTES},
                             .psram = {outer, psram == APP_PSRAM_NONE ? 0u : FAKE_PSRAM_BYTES},
                             .psram_kind = psram,
                             .psram_mhz = psram == APP_PSRAM_NONE ? 0u : 80u,
                             .flash_bytes = 8u << 20,
                             .flash_mode = "QIO 80 MHz",
                             .model = package,
                             .model_bytes = bytes,
                             .model_fault = package ? NULL : "The flash has no model partition. Write a whole image.",
                             .port_count = APP_MAX_PORTS,
                             .pins = &pins,
                             .micros = micros,
                             .cycles = cycles,
                             .random = next_random,
                             .reset = reset,
                             .feed = feed,
                             .parallel = parallel};
    for (uint32_t i = 0; i < APP_MAX_PORTS; i++) {
        fake.ports[i].most = SIZE_MAX;
        fake.ports[i].output = outputs[i];
        fake.board.ports[i] = (app_port){names[i], read_port, write_port, flush_port, &fake.ports[i]};
    }
}
