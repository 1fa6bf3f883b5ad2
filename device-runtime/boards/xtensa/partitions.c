/* Finds the model's partition in the table at 0x8000 of the flash (ESP-IDF's format, docs/flash-image.md). The table's
 * MD5 is not computed: tools check it when they write, and the model's package has checks of its own. */
#include "board.h"

#define TABLE_OFFSET 0x8000u
#define ROW_BYTES 32u
#define MAX_ROWS (0xC00u / ROW_BYTES)
#define ROW_MAGIC 0x50AAu
#define TYPE_DATA 1u
#define SUBTYPE_MODEL 0x40u
#define NAME_BYTES 16u
#define FIRST_OFFSET 0x9000u
#define ALIGNMENT 0x1000u

static uint32_t word_at(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool is_named_model(const uint8_t *row) {
    static const char NAME[NAME_BYTES] = "model";
    for (uint32_t i = 0; i < NAME_BYTES; i++) {
        if (row[12u + i] != (uint8_t)NAME[i]) return false;
    }
    return true;
}

const char *partitions_find_model(uint32_t flash_bytes, partition_place *place) {
    cache_map(EXTERNAL_BEGIN, MAP_FLASH, 0, 1);
    const uint8_t *table = (const uint8_t *)(uintptr_t)(EXTERNAL_BEGIN + TABLE_OFFSET);
    const uint8_t *found = NULL;
    uint32_t rows = 0;
    for (; rows < MAX_ROWS; rows++) {
        const uint8_t *row = table + ROW_BYTES * rows;
        if (((uint32_t)row[0] | (uint32_t)row[1] << 8) != ROW_MAGIC) break;
        if (row[2] != TYPE_DATA) continue;
        /* The name counts; without it, the first of the subtype. */
        if (is_named_model(row)) {
            found = row;
            break;
        }
        if (found == NULL && row[3] == SUBTYPE_MODEL) found = row;
    }
    if (found == NULL) {
        return rows == 0u ? "There is no partition table at 0x8000 of the flash: write the whole image again."
                          : "The partition table names no partition for a model: write the whole image again.";
    }
    place->offset = word_at(found + 4);
    place->bytes = word_at(found + 8);
    if (place->offset < FIRST_OFFSET || place->offset % ALIGNMENT != 0u || place->bytes == 0u) {
        return "The partition table is damaged: write the whole image again.";
    }
    if (place->offset > flash_bytes || place->bytes > flash_bytes - place->offset) {
        return "The model's partition ends after the flash: the image was made for a board with more flash.";
    }
    return NULL;
}
