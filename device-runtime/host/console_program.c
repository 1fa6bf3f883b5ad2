/* The board's application as a program: what a serial port would carry goes through standard input and output.
 *
 *   s3lm-console [FILE] [--psram none|quad|octal]
 *
 * FILE is a model package; without one the board has no model. A reboot starts the application anew; the program ends
 * when its input has ended and nothing is under way.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake_board.h"
#include "load.h"

/* Rounds without anything to do, after which the program sleeps until something comes in. */
#define IDLE_ROUNDS 200u
#define SLEEP_MILLISECONDS 2

static struct {
    bool ended;  /* of standard input */
    bool active; /* something happened since the last round */
    uint32_t idle;
} state;

static void give_up(const char *what) {
    fprintf(stderr, "s3lm-console: %s: %s\n", what, strerror(errno));
    exit(1);
}

static size_t read_input(void *port, uint8_t *bytes, size_t capacity) {
    (void)port;
    ssize_t count = capacity > 0u && !state.ended ? read(STDIN_FILENO, bytes, capacity) : -1;
    if (capacity > 0u && !state.ended && count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        give_up("standard input");
    }
    state.ended |= capacity > 0u && count == 0;
    state.active |= count > 0;
    return count > 0 ? (size_t)count : 0u;
}

static size_t write_output(void *port, const uint8_t *bytes, size_t count) {
    (void)port;
    ssize_t taken = write(STDOUT_FILENO, bytes, count);
    if (taken < 0 && errno == EPIPE) {
        exit(0);
    }
    if (taken < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        give_up("standard output");
    }
    state.active |= taken > 0;
    return taken > 0 ? (size_t)taken : 0u;
}

static void flush(void *port) { (void)port; }

static uint64_t micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static uint32_t cycles(void) { return (uint32_t)(micros() * 240u); }

static uint32_t next_random(void) { return (uint32_t)(micros() * 2654435761u); }

static void reset(void) { fake.resets++; }

/* Once a round. */
static void feed(void) {
    state.idle = state.active ? 0u : state.idle + 1u;
    state.active = false;
    if (state.idle > IDLE_ROUNDS && state.ended) {
        exit(0);
    }
    if (state.idle > IDLE_ROUNDS) {
        struct pollfd input = {STDIN_FILENO, POLLIN, 0};
        poll(&input, 1, SLEEP_MILLISECONDS);
    }
}

static void parallel(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    (void)user;
    (void)multiple;
    state.active = true;
    work(job, 0, 0, units);
}

static void without_blocking(int file) {
    int flags = fcntl(file, F_GETFL);
    if (flags < 0 || fcntl(file, F_SETFL, flags | O_NONBLOCK) < 0) {
        give_up("standard input and output");
    }
}

static int bad_usage(void) {
    fprintf(stderr, "usage: s3lm-console [FILE] [--psram none|quad|octal]\n");
    return 2;
}

int main(int argc, char **argv) {
    static const char *const kinds[] = {"none", "quad", "octal"};
    const char *file = NULL;
    app_psram_kind psram = APP_PSRAM_OCTAL;
    size_t length = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--psram") == 0 && i + 1 < argc) {
            uint32_t kind = 0;
            i++;
            while (kind < 3u && strcmp(argv[i], kinds[kind]) != 0) {
                kind++;
            }
            if (kind == 3u) {
                return bad_usage();
            }
            psram = (app_psram_kind)kind;
        } else if (argv[i][0] == '-' || file) {
            return bad_usage();
        } else {
            file = argv[i];
        }
    }
    uint8_t *bytes = file ? host_read(file, &length) : NULL;
    if (file && !bytes) {
        give_up(file);
    }
    fake_start(bytes, length, psram);
    app_board *board = &fake.board;
    board->port_count = 1;
    board->ports[0] = (app_port){"USB", read_input, write_output, flush, NULL};
    board->micros = micros;
    board->cycles = cycles;
    board->random = next_random;
    board->reset = reset;
    board->feed = feed;
    board->parallel = parallel;
    without_blocking(STDIN_FILENO);
    without_blocking(STDOUT_FILENO);
    for (;;) {
        app_main(board);
        board->reset_reason = "software";
    }
}
