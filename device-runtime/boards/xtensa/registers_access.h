/* The way to touch registers of the chip; the folder of each chip has their addresses in registers.h. */
#ifndef XTENSA_REGISTERS_ACCESS_H
#define XTENSA_REGISTERS_ACCESS_H

#include <stdint.h>

/* MEMW waits for all earlier loads and stores: the core may let a load overtake a store, and another core must see what
 * was written in the order in which it was. It also keeps the compiler from moving memory accesses over it. */
static inline void memory_barrier(void) { __asm__ volatile("memw" ::: "memory"); }

/* The compiler puts MEMW before every volatile access, so devices see them in order. */
static inline uint32_t register_read(uint32_t address) { return *(volatile uint32_t *)(uintptr_t)address; }

static inline void register_write(uint32_t address, uint32_t value) {
    *(volatile uint32_t *)(uintptr_t)address = value;
}

static inline void register_set(uint32_t address, uint32_t bits) {
    register_write(address, register_read(address) | bits);
}

static inline void register_clear(uint32_t address, uint32_t bits) {
    register_write(address, register_read(address) & ~bits);
}

/* The field `mask << shift` becomes `value`; the other bits stay. */
static inline void register_field(uint32_t address, uint32_t shift, uint32_t mask, uint32_t value) {
    register_write(address, (register_read(address) & ~(mask << shift)) | (value << shift));
}

#define BIT(n) (1u << (n))

#endif
