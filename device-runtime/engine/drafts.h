/* What a generation asks of its guesses (drafts.c). */
#ifndef S3LM_DRAFTS_H
#define S3LM_DRAFTS_H

#include "s3lm_generation.h"

/* Odds that nobody has seen yet. */
void s3lm_drafts_start(s3lm_drafts *drafts);

/* Remembers `n` tokens that the model reads. */
void s3lm_drafts_push(s3lm_model *model, const uint32_t *ids, uint32_t n);

/* Remembers `n` tokens that the model reads without asking for guesses, and forgets those that it has. */
void s3lm_drafts_drop(s3lm_model *model, const uint32_t *ids, uint32_t n);

/* Whether the last pass guessed the pending token, so that it has been run already. */
bool s3lm_drafts_hold(s3lm_generation *generation);

/* Takes that guess: the logits after it. */
s3lm_status s3lm_drafts_next(s3lm_generation *generation);

/* Runs the pending token with as many guesses as are worth it: the logits after it. */
s3lm_status s3lm_drafts_run(s3lm_generation *generation);

#endif
