/* The tokenizer and the chat turns for JavaScript (src/tokenizer/device-tokenizer.ts). Thin: the caller owns all
 * memory, structures too, and asks here for their sizes. Pointers and sizes are 32 bits. */
#include "../engine/chat.h"
#include "../engine/tokenizer.h"

#define EXPORT(name) __attribute__((export_name(name), used))

EXPORT("tokenizer_struct_bytes") uint32_t tokenizer_struct_bytes(void) { return sizeof(s3lm_tokenizer); }

EXPORT("tokenizer_open")
uint32_t tokenizer_open(const uint8_t *section, uint32_t length, s3lm_tokenizer *out) {
    return (uint32_t)s3lm_tokenizer_open(section, length, out);
}

EXPORT("tokenizer_status_text") const char *tokenizer_status_text(uint32_t status) {
    return s3lm_tokenizer_status_text((s3lm_tokenizer_status)status);
}

EXPORT("tokenizer_scratch_bytes") uint32_t tokenizer_scratch_bytes(const s3lm_tokenizer *t, uint32_t text_bytes) {
    return (uint32_t)s3lm_encode_scratch_bytes(t, text_bytes);
}

/* *count is a 32-bit word. */
EXPORT("tokenizer_encode")
uint32_t tokenizer_encode(const s3lm_tokenizer *t, const uint8_t *text, uint32_t text_bytes, uint32_t flags,
                          void *scratch, uint32_t scratch_bytes, uint32_t *ids, uint32_t capacity, uint32_t *count) {
    size_t made = 0;
    s3lm_tokenizer_status status =
        s3lm_encode(t, text, text_bytes, flags, scratch, scratch_bytes, ids, capacity, &made);
    *count = (uint32_t)made;
    return (uint32_t)status;
}

EXPORT("tokenizer_decode")
uint32_t tokenizer_decode(const s3lm_tokenizer *t, const uint32_t *ids, uint32_t count, uint32_t skip_special,
                          uint8_t *out, uint32_t capacity) {
    return (uint32_t)s3lm_decode(t, ids, count, skip_special != 0, out, capacity);
}

EXPORT("tokenizer_decoder_bytes") uint32_t tokenizer_decoder_bytes(void) { return sizeof(s3lm_decoder); }

EXPORT("tokenizer_decoder_start")
void tokenizer_decoder_start(s3lm_decoder *d, const s3lm_tokenizer *t, uint32_t skip_special) {
    s3lm_decoder_start(d, t, skip_special != 0);
}

EXPORT("tokenizer_decoder_room") uint32_t tokenizer_decoder_room(const s3lm_tokenizer *t) {
    return (uint32_t)s3lm_decoder_room(t);
}

EXPORT("tokenizer_decoder_push") uint32_t tokenizer_decoder_push(s3lm_decoder *d, uint32_t id, uint8_t *out) {
    return (uint32_t)s3lm_decoder_push(d, id, out);
}

EXPORT("tokenizer_decoder_finish") uint32_t tokenizer_decoder_finish(s3lm_decoder *d, uint8_t *out) {
    return (uint32_t)s3lm_decoder_finish(d, out);
}

EXPORT("chat_struct_bytes") uint32_t chat_struct_bytes(void) { return sizeof(s3lm_chat); }

EXPORT("chat_open") uint32_t chat_open(const uint8_t *section, uint32_t length, s3lm_chat *out) {
    return (uint32_t)s3lm_chat_open(section, length, out);
}

EXPORT("chat_takes_turns") uint32_t chat_takes_turns(const s3lm_chat *chat) { return s3lm_chat_takes_turns(chat); }

EXPORT("chat_takes_system") uint32_t chat_takes_system(const s3lm_chat *chat) { return s3lm_chat_takes_system(chat); }

EXPORT("chat_scratch_bytes")
uint32_t chat_scratch_bytes(const s3lm_chat *chat, const s3lm_tokenizer *t, uint32_t text_bytes) {
    return (uint32_t)s3lm_chat_scratch_bytes(chat, t, text_bytes);
}

/* system: 0 for the template's default. */
EXPORT("chat_encode")
uint32_t chat_encode(const s3lm_chat *chat, const s3lm_tokenizer *t, uint32_t first, const uint8_t *user,
                     uint32_t user_bytes, const uint8_t *system, uint32_t system_bytes, void *scratch,
                     uint32_t scratch_bytes, uint32_t *ids, uint32_t capacity, uint32_t *count) {
    s3lm_turn turn = {first != 0, user, user_bytes, system, system_bytes};
    size_t made = 0;
    s3lm_tokenizer_status status = s3lm_chat_encode(chat, t, &turn, scratch, scratch_bytes, ids, capacity, &made);
    *count = (uint32_t)made;
    return (uint32_t)status;
}
