/* What the parts of the package reader share: the container (package.c), the description of the model (package_model.c)
 * and its tensors (package_tensors.c, package_weights.c). */
#ifndef S3LM_PACKAGE_READER_H
#define S3LM_PACKAGE_READER_H

#include "s3lm.h"

/* Remembers the first thing that is wrong. */
typedef struct {
    s3lm_package *package;
    s3lm_fault *fault;
    s3lm_parallel parallel; /* NULL: this core alone */
    void *user;
} s3lm_reader;

/* Notes a fault at absolute byte `offset` and returns its code. */
s3lm_status s3lm_blame(s3lm_reader *reader, s3lm_status code, uint32_t section, uint32_t index, uint32_t offset,
                       const char *field);

/* Runs `work` over [0, units) on all cores that the reader may use. */
void s3lm_read_on_all(s3lm_reader *reader, s3lm_work work, void *job, uint32_t units);

/* Whether all of [bytes, bytes + length) is zero. */
bool s3lm_all_zero(const uint8_t *bytes, size_t length);

/* Checks the record at `p`, part of a section's element `index`: each field's range, and that what is reserved is zero.
 */
s3lm_status s3lm_check_record(s3lm_reader *reader, uint32_t section, uint32_t index, const uint8_t *p,
                              const s3lm_record *record);

/* Reads and checks CONF, STEP and SAMP (package_model.c). */
s3lm_status s3lm_read_config(s3lm_reader *reader);
s3lm_status s3lm_read_steps(s3lm_reader *reader);
s3lm_status s3lm_read_sampling(s3lm_reader *reader);

/* Checks TDIR against CONF and STEP (package_tensors.c). */
s3lm_status s3lm_check_tensors(s3lm_reader *reader);

/* Tensor `index` without its addresses, once its record's role, index and encoding are known to be good
 * (package_tensors.c). */
s3lm_tensor s3lm_describe_tensor(const s3lm_package *package, uint32_t index);

/* Checks where the tensors of TDIR lie in WGHT, and every number there (package_weights.c). */
s3lm_status s3lm_check_weights(s3lm_reader *reader);

#endif
