/* Half of each product on the other core, by a task that spins for a moment before it sleeps: waking one takes longer
 * than most products, and a token has dozens of them.
 */
#include "llm.h"

/* Rounds of waiting before the task sleeps: some ten microseconds, more than lies between two products. */
#define SPINS 4000u

static void sleep_until_posted(llm_second_core *second, unsigned seen) {
    atomic_store(&second->asleep, true);
    /* Whoever posts after this sees that the task sleeps; what was posted before is seen here. */
    while (atomic_load(&second->posted) == seen && !atomic_load(&second->stop)) {
        ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    }
    atomic_store(&second->asleep, false);
}

static void second_core_task(void *user) {
    llm_second_core *second = user;
    unsigned seen = 0;
    uint32_t spins = 0;
    while (!atomic_load(&second->stop)) {
        if (atomic_load_explicit(&second->posted, memory_order_acquire) != seen) {
            second->work(second->job, 1, second->begin, second->end);
            seen++;
            spins = 0;
            atomic_store_explicit(&second->done, seen, memory_order_release);
        } else if (++spins == SPINS) {
            sleep_until_posted(second, seen);
            spins = 0;
        }
    }
    atomic_store(&second->stopped, true);
    vTaskDelete(NULL);
}

static void wake(llm_second_core *second) {
    if (atomic_load(&second->asleep)) {
        xTaskNotifyGive(second->task);
    }
}

bool llm_second_core_start(llm_second_core *second, unsigned priority) {
#if portNUM_PROCESSORS > 1
    BaseType_t other = xPortGetCoreID() == 0 ? 1 : 0;
    return xTaskCreatePinnedToCore(second_core_task, "llm", S3LM_STACK_BYTES, second, priority, &second->task, other) ==
           pdPASS;
#else
    (void)second_core_task;
    (void)second;
    (void)priority;
    return false;
#endif
}

void llm_second_core_stop(llm_second_core *second) {
    if (!second->task) {
        return;
    }
    atomic_store(&second->stop, true);
    while (!atomic_load(&second->stopped)) {
        wake(second);
        vTaskDelay(1);
    }
    second->task = NULL;
}

void llm_second_core_parallel(void *user, s3lm_work work, void *job, uint32_t units, uint32_t multiple) {
    llm_second_core *second = user;
    uint32_t parts = (units + multiple - 1u) / multiple;
    uint32_t border = parts < 2u ? units : (parts - parts / 2u) * multiple;
    if (border == units) {
        work(job, 0, 0, units);
        return;
    }
    second->work = work;
    second->job = job;
    second->begin = border;
    second->end = units;
    unsigned order = atomic_load_explicit(&second->posted, memory_order_relaxed) + 1u;
    atomic_store(&second->posted, order);
    wake(second);
    work(job, 0, 0, border);
    /* The other task may have been put aside for a radio's: its core comes back to it. */
    while (atomic_load_explicit(&second->done, memory_order_acquire) != order) {
    }
}
