/* Turns of a conversation: see chat.h. */
#include "chat.h"

#include "bytes.h"
#include "unicode.h"

enum {
    CHAT_VERSION = 1,
    CHAT_HEADER = 48,
    /* flags */
    CHAT_TRIM_USER = 1,   /* white space around the user's text is removed */
    CHAT_TRIM_SYSTEM = 2, /* and around the system text */
    CHAT_ADD_SPECIAL = 4, /* the first turn gets what the post-processor adds */
    CHAT_TURNS = 8,       /* there is a later turn */
    CHAT_SYSTEM = 16,     /* the caller may give a system text */
    CHAT_CONTINUE = 32    /* a later turn's text continues the assistant's: no space is put before it */
};

/* A template's own text; the longest default system texts have some thousand bytes. */
#define CHAT_TEXT_LIMIT 16384u

static uint32_t field(const uint8_t *section, uint32_t index) {
    return s3lm_u32((const uint8_t *)__builtin_assume_aligned(section, 4) + (size_t)index * 4u);
}

s3lm_tokenizer_status s3lm_chat_open(const uint8_t *section, size_t length, s3lm_chat *out) {
    if (length < CHAT_HEADER || length > 6 * CHAT_TEXT_LIMIT || ((uintptr_t)section & 3u))
        return S3LM_TOKENIZER_BAD_SECTION;
    if (field(section, 0) != CHAT_VERSION) return S3LM_TOKENIZER_BAD_VERSION;
    out->flags = field(section, 1);
    if (out->flags & ~63u) return S3LM_TOKENIZER_BAD_SECTION;
    s3lm_text *texts[5] = {&out->first, &out->later, &out->suffix, &out->system_before, &out->system_after};
    uint32_t at = CHAT_HEADER;
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t offset = field(section, 2 + 2 * i), bytes = field(section, 3 + 2 * i);
        if (offset != at || bytes > CHAT_TEXT_LIMIT || bytes > length - at) return S3LM_TOKENIZER_BAD_SECTION;
        uint32_t end = (at + bytes + 3u) & ~3u;
        if (end > length) return S3LM_TOKENIZER_BAD_SECTION;
        for (uint32_t p = at + bytes; p < end; p++)
            if (section[p]) return S3LM_TOKENIZER_BAD_SECTION;
        texts[i]->at = section + at;
        texts[i]->length = bytes;
        for (uint32_t p = 0; p < bytes;) {
            int step = s3lm_utf8_step(section + at + p, bytes - p);
            if (step <= 0) return S3LM_TOKENIZER_BAD_SECTION;
            p += (uint32_t)step;
        }
        at = end;
    }
    if (!(out->flags & CHAT_TURNS) && out->later.length) return S3LM_TOKENIZER_BAD_SECTION;
    if (!(out->flags & CHAT_SYSTEM) && (out->system_before.length || out->system_after.length))
        return S3LM_TOKENIZER_BAD_SECTION;
    return at == length ? S3LM_TOKENIZER_OK : S3LM_TOKENIZER_BAD_SECTION;
}

bool s3lm_chat_takes_turns(const s3lm_chat *chat) { return (chat->flags & CHAT_TURNS) != 0; }

bool s3lm_chat_takes_system(const s3lm_chat *chat) { return (chat->flags & CHAT_SYSTEM) != 0; }

/* White space as the template language's `trim` has it: Python's str.strip. */
static bool is_blank(uint32_t c) { return (c >= 0x1C && c <= 0x1F) || (s3lm_char_class(c) & S3LM_SPACE); }

/* Moves the ends of a text inwards over white space. Bytes that are not UTF-8 count as no white space. */
static void trim(const uint8_t **text, size_t *length) {
    uint32_t read;
    while (*length) {
        int step = s3lm_utf8_step(*text, *length);
        if (step <= 0 || !is_blank(s3lm_utf8_read(*text, &read))) break;
        *text += step;
        *length -= (size_t)step;
    }
    while (*length) {
        size_t back = 1;
        while (back < *length && back < 4 && ((*text)[*length - back] & 0xC0) == 0x80) back++;
        const uint8_t *last = *text + *length - back;
        if (s3lm_utf8_step(last, back) != (int)back || !is_blank(s3lm_utf8_read(last, &read))) break;
        *length -= back;
    }
}

static size_t append(uint8_t *out, size_t capacity, size_t at, const uint8_t *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (at + i < capacity) out[at + i] = text[i];
    return at + length;
}

size_t s3lm_chat_text(const s3lm_chat *chat, const s3lm_turn *turn, uint8_t *out, size_t capacity) {
    const uint8_t *user = turn->user, *system = turn->system;
    size_t user_bytes = turn->user_bytes, system_bytes = turn->system_bytes, at = 0;
    if (chat->flags & CHAT_TRIM_USER) trim(&user, &user_bytes);
    if (turn->first && system) {
        if (chat->flags & CHAT_TRIM_SYSTEM) trim(&system, &system_bytes);
        at = append(out, capacity, at, chat->system_before.at, chat->system_before.length);
        at = append(out, capacity, at, system, system_bytes);
        at = append(out, capacity, at, chat->system_after.at, chat->system_after.length);
    } else {
        const s3lm_text *before = turn->first ? &chat->first : &chat->later;
        at = append(out, capacity, at, before->at, before->length);
    }
    at = append(out, capacity, at, user, user_bytes);
    return append(out, capacity, at, chat->suffix.at, chat->suffix.length);
}

static size_t longest_frame(const s3lm_chat *chat) {
    size_t most = chat->first.length > chat->later.length ? chat->first.length : chat->later.length;
    size_t system = chat->system_before.length + chat->system_after.length;
    return (most > system ? most : system) + chat->suffix.length;
}

size_t s3lm_chat_scratch_bytes(const s3lm_chat *chat, const s3lm_tokenizer *tokenizer, size_t text_bytes) {
    if (text_bytes > S3LM_TEXT_LIMIT) return 0;
    size_t text = text_bytes + longest_frame(chat), encode = s3lm_encode_scratch_bytes(tokenizer, text);
    return encode ? ((text + 7u) & ~(size_t)7u) + encode : 0;
}

s3lm_tokenizer_status s3lm_chat_encode(const s3lm_chat *chat, const s3lm_tokenizer *tokenizer, const s3lm_turn *turn,
                                       void *scratch, size_t scratch_bytes, uint32_t *ids, size_t capacity,
                                       size_t *count) {
    *count = 0;
    if (!turn->first && (turn->system || !s3lm_chat_takes_turns(chat))) return S3LM_TOKENIZER_NO_TURN;
    if (turn->system && !s3lm_chat_takes_system(chat)) return S3LM_TOKENIZER_NO_TURN;
    if (turn->user_bytes > S3LM_TEXT_LIMIT || turn->system_bytes > S3LM_TEXT_LIMIT) return S3LM_TOKENIZER_TOO_LONG;
    uint8_t *text = scratch;
    size_t bytes = s3lm_chat_text(chat, turn, text, scratch_bytes), take = (bytes + 7u) & ~(size_t)7u;
    if (take > scratch_bytes) return S3LM_TOKENIZER_SCRATCH;
    uint32_t flags = 0;
    if (turn->first && (chat->flags & CHAT_ADD_SPECIAL)) flags |= S3LM_ENCODE_ADD_SPECIAL;
    if (!turn->first && (chat->flags & CHAT_CONTINUE)) flags |= S3LM_ENCODE_CONTINUE;
    return s3lm_encode(tokenizer, text, bytes, flags, text + take, scratch_bytes - take, ids, capacity, count);
}
