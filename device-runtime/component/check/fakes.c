/* See fakes.h. A task is a thread, a notification a counter under a lock. */
#define _GNU_SOURCE
#include "fakes.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_partition.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

fake_chip chip;
static int pieces, mappings;
static pthread_mutex_t heap_lock = PTHREAD_MUTEX_INITIALIZER;

int fake_left(void) { return pieces + mappings; }

/* ---- Partition ---- */

void fake_partition(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        exit(2);
    }
    size_t size = (size_t)ftell(file);
    rewind(file);
    chip.partition_bytes = ((uint32_t)size + 0xFFFFu) & ~0xFFFFu;
    chip.partition = aligned_alloc(0x10000, chip.partition_bytes);
    if (!chip.partition || fread(chip.partition, 1, size, file) != size) {
        exit(2);
    }
    memset(chip.partition + size, 0xFF, chip.partition_bytes - size);
    fclose(file);
}

static esp_partition_t partition = {ESP_PARTITION_TYPE_DATA, 0x200000, 0, "model"};

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                                const char *label) {
    (void)subtype;
    partition.size = chip.partition_bytes;
    return type == ESP_PARTITION_TYPE_DATA && strcmp(label, partition.label) == 0 ? &partition : NULL;
}

esp_err_t esp_partition_read(const esp_partition_t *from, size_t offset, void *to, size_t size) {
    if (offset > from->size || size > from->size - offset) {
        return ESP_ERR_INVALID_SIZE;
    }
    memcpy(to, chip.partition + offset, size);
    return ESP_OK;
}

esp_err_t esp_partition_mmap(const esp_partition_t *from, size_t offset, size_t size,
                             esp_partition_mmap_memory_t memory, const void **out,
                             esp_partition_mmap_handle_t *handle) {
    (void)memory;
    if (offset > from->size || size > from->size - offset) {
        return ESP_ERR_INVALID_SIZE;
    }
    mappings++;
    *out = chip.partition + offset;
    *handle = 1;
    return ESP_OK;
}

void esp_partition_munmap(esp_partition_mmap_handle_t handle) { mappings -= (int)handle; }

/* ---- Heap ---- */

/* In front of each piece. */
typedef struct {
    void *whole;
    size_t bytes;
    uint32_t internal;
} head;

static size_t *left_of(uint32_t caps) { return caps & MALLOC_CAP_SPIRAM ? &chip.psram : &chip.internal; }

void *heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t caps) {
    pthread_mutex_lock(&heap_lock);
    size_t *left = left_of(caps);
    head *of = NULL;
    if (size > 0u && size <= *left) {
        size_t room = alignment > sizeof(head) ? alignment : sizeof(head);
        uint8_t *whole = malloc(size + 2u * room);
        uintptr_t at = ((uintptr_t)whole + 2u * room - 1u) / room * room;
        of = (head *)at - 1;
        *of = (head){whole, size, caps & MALLOC_CAP_SPIRAM ? 0u : 1u};
        *left -= size;
        pieces++;
    }
    pthread_mutex_unlock(&heap_lock);
    return of ? of + 1 : NULL;
}

void *heap_caps_malloc(size_t size, uint32_t caps) { return heap_caps_aligned_alloc(sizeof(head), size, caps); }

void *heap_caps_calloc(size_t count, size_t size, uint32_t caps) {
    void *memory = heap_caps_malloc(count * size, caps);
    return memory ? memset(memory, 0, count * size) : NULL;
}

void heap_caps_free(void *memory) {
    if (!memory) {
        return;
    }
    pthread_mutex_lock(&heap_lock);
    head *of = (head *)memory - 1;
    *(of->internal ? &chip.internal : &chip.psram) += of->bytes;
    pieces--;
    free(of->whole);
    pthread_mutex_unlock(&heap_lock);
}

size_t heap_caps_get_free_size(uint32_t caps) {
    pthread_mutex_lock(&heap_lock);
    size_t left = *left_of(caps);
    pthread_mutex_unlock(&heap_lock);
    return left;
}

/* ---- Log, time ---- */

void standin_log(const char *tag, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", tag);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
}

static _Atomic int64_t passed_us;

void fake_pass(int64_t us) { passed_us += us; }

int64_t esp_timer_get_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + passed_us;
}

/* ---- Tasks ---- */

struct tskTaskControlBlock {
    struct tskTaskControlBlock *before;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t notified;
    TaskFunction_t function;
    void *user;
};

static _Thread_local TaskHandle_t current;
/* All that there were. */
static TaskHandle_t last_task;

BaseType_t xPortGetCoreID(void) { return current ? 1 : 0; }

static void *run_task(void *user) {
    current = user;
    current->function(current->user);
    return NULL;
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t function, const char *name, uint32_t stack_bytes, void *user,
                                   UBaseType_t priority, TaskHandle_t *task, BaseType_t core) {
    (void)name;
    (void)stack_bytes;
    (void)priority;
    (void)core;
    TaskHandle_t made = calloc(1, sizeof *made);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    made->function = function;
    made->user = user;
    made->before = last_task;
    last_task = made;
    *task = made;
    if (pthread_create(&made->thread, NULL, run_task, made) != 0) {
        return 0;
    }
    pthread_detach(made->thread);
    return pdPASS;
}

BaseType_t xTaskCreate(TaskFunction_t function, const char *name, uint32_t stack_bytes, void *user,
                       UBaseType_t priority, TaskHandle_t *task) {
    TaskHandle_t unnamed;
    return xTaskCreatePinnedToCore(function, name, stack_bytes, user, priority, task ? task : &unnamed, 0);
}

/* A task ends itself; what little there is of it stays, as somebody may still be about to notify it. */
void vTaskDelete(TaskHandle_t task) {
    (void)task;
    pthread_exit(NULL);
}

void vTaskDelay(TickType_t ticks) {
    struct timespec time = {0, (long)ticks * 1000000};
    nanosleep(&time, NULL);
}

BaseType_t xTaskNotifyGive(TaskHandle_t task) {
    pthread_mutex_lock(&task->lock);
    task->notified++;
    pthread_cond_signal(&task->changed);
    pthread_mutex_unlock(&task->lock);
    return pdPASS;
}

uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks) {
    (void)clear;
    (void)ticks;
    pthread_mutex_lock(&current->lock);
    while (current->notified == 0u) {
        pthread_cond_wait(&current->changed, &current->lock);
    }
    uint32_t notified = current->notified;
    current->notified = 0;
    pthread_mutex_unlock(&current->lock);
    return notified;
}
