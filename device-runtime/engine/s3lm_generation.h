/* From a prompt to text, step by step: the part of s3lm.h that stands on the rest of it. */
#ifndef S3LM_GENERATION_H
#define S3LM_GENERATION_H

#include "s3lm.h"

typedef enum {
    S3LM_RUNNING = 0,
    S3LM_END_EOS,       /* a stop id was produced */
    S3LM_END_LENGTH,    /* max_new_tokens were produced */
    S3LM_END_STOP,      /* a stop string was produced */
    S3LM_END_CONTEXT,   /* the context is full and the policy is to stop */
    S3LM_END_CANCELLED, /* s3lm_generation_cancel was called */
    S3LM_END_ERROR      /* see s3lm_generation.status */
} s3lm_reason;

typedef enum {
    S3LM_FULL_STOP = 0, /* end with S3LM_END_CONTEXT */
    /* Keep the first `keep` tokens and the newest half of the rest, recompute from position `keep`, go on. */
    S3LM_FULL_SLIDE = 1
} s3lm_full_policy;

/* Text of a token in its place in the sequence: writes at most `capacity` bytes of UTF-8 and returns how many.
 * `capacity` is at least S3LM_MAX_PIECE_BYTES for a token and 12 for `id` S3LM_NONE, which asks for what is still held
 * back at the end. Characters may be cut between two calls; the generation puts them together. */
typedef uint32_t (*s3lm_piece)(void *user, uint32_t id, uint8_t *out, uint32_t capacity);

/* Zero-initialize, then set. Arrays and strings must outlive the generation. */
typedef struct {
    s3lm_sampling sampling;
    uint64_t seed;
    const uint32_t *stop_ids;
    uint32_t stop_id_count;
    const uint8_t *const *stop_strings; /* UTF-8, 1..S3LM_MAX_STOP_BYTES each */
    const uint32_t *stop_lengths;
    uint32_t stop_count;
    s3lm_full_policy full;
    uint32_t keep;
    bool no_drafts; /* run each token by itself: the ids are the same, and so are the logits */
    /* What may be said; NULL: anything. Tokens that it leaves no choice of are given out without the model being asked,
     * and run through it together, unless the logits of `every` token are wanted. */
    const s3lm_grammar *grammar;
    bool every;
    s3lm_piece piece; /* NULL: ids only, stop strings are then refused */
    void *piece_user;
} s3lm_generation_options;

/* A generation under way; memory of the caller. */
typedef struct {
    s3lm_model *model;
    s3lm_generation_options options;
    s3lm_random random;
    const uint32_t *prompt;
    uint32_t prompt_count;
    uint32_t prompt_done;
    uint32_t new_tokens;
    uint32_t drafted, accepted; /* guesses that passes have run, and those that were right */
    uint32_t pass_tokens;       /* of the pass of the last step, 0 when it ran none; s3lm_generation_timed */
    bool used_draft;            /* the last step's token was a guess */
    /* Tokens that were produced but not yet run through the model: `token` is the last of them, and those before it
     * stand behind the context's in model->ids. */
    uint32_t pending;
    uint32_t token;
    uint32_t state; /* of the grammar */
    s3lm_reason reason;
    s3lm_status status;
    uint32_t held;  /* bytes in `text` that are not given out yet */
    uint32_t given; /* bytes at the start of `text` that the last event showed */
    uint8_t text[S3LM_MAX_PIECE_BYTES + S3LM_MAX_STOP_BYTES + 16u];
} s3lm_generation;

typedef enum {
    S3LM_EVENT_PREFILL, /* prompt_done of prompt_count tokens have been read */
    S3LM_EVENT_TOKEN,   /* `id` was produced; `text` may be empty */
    S3LM_EVENT_END      /* nothing was produced: `reason` says why */
} s3lm_event_kind;

typedef struct {
    s3lm_event_kind kind;
    uint32_t id;
    const uint8_t *text; /* whole UTF-8 characters, valid until the next step */
    uint32_t text_length;
    s3lm_reason reason; /* S3LM_RUNNING, or why this was the last event */
} s3lm_event;

/* Prepares a generation that appends `count` prompt ids to what the model already holds (s3lm_reset before it for a
 * fresh start; count >= 1). `prompt` must outlive the prefill. With S3LM_FULL_SLIDE a prompt may be longer than the
 * context. Returns S3LM_ERR_OPTIONS, S3LM_ERR_TOKEN or S3LM_ERR_CONTEXT. */
s3lm_status s3lm_generation_begin(s3lm_generation *generation, s3lm_model *model,
                                  const s3lm_generation_options *options, const uint32_t *prompt, uint32_t count);

/* One pass over up to max_batch prompt tokens, or one new token. After an event whose reason is not S3LM_RUNNING
 * further steps return S3LM_EVENT_END with that reason. After S3LM_EVENT_TOKEN, model->logits still holds the logits
 * that the token was picked from. A stop id is reported as a token (without text of its own). */
s3lm_event s3lm_generation_step(s3lm_generation *generation);

/* How long the last step took, in any unit: what guesses cost and save on this machine. Decides how many are made,
 * never which tokens come. Callers without a clock need not tell. */
void s3lm_generation_timed(s3lm_generation *generation, uint32_t ticks);
/* Runs through the model what was produced and not run, but for the last token, which whoever goes on feeds first.
 * Steps that end do so by themselves; it is for callers that end in between. */
s3lm_status s3lm_generation_settle(s3lm_generation *generation);

/* The next step ends with S3LM_END_CANCELLED. Text held back for stop strings is given out with it. */
void s3lm_generation_cancel(s3lm_generation *generation);

#endif
