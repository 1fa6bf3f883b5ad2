/*
 * Turns of a conversation, from the CHAT section of a model package (docs/tokenizer-tables.md): the text around the
 * user's words as the model's chat template writes it, so that the board needs no template language.
 */
#ifndef S3LM_CHAT_H
#define S3LM_CHAT_H

#include "tokenizer.h"

/* A string inside the section. */
typedef struct {
    const uint8_t *at;
    uint32_t length;
} s3lm_text;

/* A checked view of a CHAT section; points into the section, which must outlive it. */
typedef struct {
    uint32_t flags;
    s3lm_text first;         /* before the first user text, default system text included */
    s3lm_text later;         /* before the user text of a later turn: ends the assistant's turn, begins the user's */
    s3lm_text suffix;        /* after every user text: the assistant's turn begins */
    s3lm_text system_before; /* before a system text of the caller's own ... */
    s3lm_text system_after;  /* ... and between it and the first user text */
} s3lm_chat;

/* Checks a whole CHAT section and opens it. section: aligned to 4. Reads nothing outside `length` bytes. */
s3lm_tokenizer_status s3lm_chat_open(const uint8_t *section, size_t length, s3lm_chat *out);

/* Whether a conversation can go on after its first turn; else every turn starts a new conversation. */
bool s3lm_chat_takes_turns(const s3lm_chat *chat);

/* Whether the caller may give a system text of its own. */
bool s3lm_chat_takes_system(const s3lm_chat *chat);

/* What one turn is made of. */
typedef struct {
    bool first;          /* the context is empty; a later turn follows what the model said, its end token left out */
    const uint8_t *user; /* UTF-8 */
    size_t user_bytes;
    const uint8_t *system; /* UTF-8, first turn only; NULL for the template's default */
    size_t system_bytes;
} s3lm_turn;

/* Scratch memory that is enough for a turn with `text_bytes` bytes of user and system text together. */
size_t s3lm_chat_scratch_bytes(const s3lm_chat *chat, const s3lm_tokenizer *tokenizer, size_t text_bytes);

/*
 * Ids to feed for one turn: everything from the end of the assistant's last words (or from nothing) to the point
 * where the assistant begins. Arguments and answer as s3lm_encode's.
 */
s3lm_tokenizer_status s3lm_chat_encode(const s3lm_chat *chat, const s3lm_tokenizer *tokenizer, const s3lm_turn *turn,
                                       void *scratch, size_t scratch_bytes, uint32_t *ids, size_t capacity,
                                       size_t *count);

/* The text of one turn (which must be one that the chat takes), as s3lm_chat_encode encodes it: writes at most
 * `capacity` bytes, returns the whole length. */
size_t s3lm_chat_text(const s3lm_chat *chat, const s3lm_turn *turn, uint8_t *out, size_t capacity);

#endif
