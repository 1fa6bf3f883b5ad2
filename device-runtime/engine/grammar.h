/* What a model may say: the package's section GRAM, an automaton over its tokens (docs/grammars.md). A state allows the
 * tokens that lead on, and where a text may end, the package's stop ids. From every state a text can be ended. */
#ifndef S3LM_GRAMMAR_H
#define S3LM_GRAMMAR_H

#include "s3lm.h"

/* An opened section; the bytes stay where they are. */
struct s3lm_grammar {
    const uint8_t *states;
    const uint32_t *ids;   /* of arcs, ascending within a state */
    const uint16_t *next;  /* where each leads */
    const uint32_t *masks; /* sets of tokens that lead to one state, a bit each */
    const s3lm_package *package;
    uint32_t mask_words;
};

/* Opens the package's grammar and checks every number in it, `package` being open. False when it is damaged, for
 * another vocabulary, or a state of it allows nothing. A package without the section gives a grammar without `states`.
 */
bool s3lm_grammar_open(s3lm_grammar *grammar, const s3lm_package *package);

/* The same of a section that lies anywhere, at a multiple of 4. */
bool s3lm_grammar_read(s3lm_grammar *grammar, const s3lm_package *package, const uint8_t *section, uint32_t length);

/* Where a text is, and how many tokens there are left for it. */
typedef struct {
    const s3lm_grammar *grammar; /* NULL: everything is allowed */
    uint32_t state;
    uint32_t left; /* at least 1 */
} s3lm_place;

/* The state behind a token; S3LM_NONE for one that leads nowhere. */
uint32_t s3lm_grammar_next(const s3lm_grammar *grammar, uint32_t state, uint32_t id);

/* Whether a token may come: it leads on, to where the tokens that are left can still end the text, or ends it. */
bool s3lm_may_come(const s3lm_place *place, uint32_t id);

/* The only token that may come, whatever the model says; S3LM_NONE when there are others. */
uint32_t s3lm_only_token(const s3lm_place *place);

/* s3lm_sample of what may come at a place. When what would be picked without a grammar may come, it is that, with the
 * same numbers drawn. Otherwise the logits of all that may not come are minus infinity afterwards. */
uint32_t s3lm_sample_at(s3lm_model *model, const s3lm_sampling *sampling, s3lm_random *random, float *logits,
                        const s3lm_place *place);

/* Makes the logits of all tokens that may not come minus infinity. */
void s3lm_forbid(const s3lm_place *place, float *logits);

#endif
