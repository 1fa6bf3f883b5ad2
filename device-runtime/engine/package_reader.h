/* What the two halves of the package reader share: the container (package.c) and the model in it (package_model.c). */
#ifndef S3LM_PACKAGE_READER_H
#define S3LM_PACKAGE_READER_H

#include "s3lm.h"

#define S3LM_HEADER_BYTES 64u
#define S3LM_ENTRY_BYTES 32u
#define S3LM_CONFIG_BYTES 64u
#define S3LM_LAYER_BYTES 64u
#define S3LM_TENSOR_BYTES 64u
#define S3LM_SAMPLING_BYTES 32u

#define S3LM_KIND_CONF S3LM_FOURCC('C', 'O', 'N', 'F')
#define S3LM_KIND_LAYR S3LM_FOURCC('L', 'A', 'Y', 'R')
#define S3LM_KIND_TDIR S3LM_FOURCC('T', 'D', 'I', 'R')
#define S3LM_KIND_WGHT S3LM_FOURCC('W', 'G', 'H', 'T')
#define S3LM_KIND_SAMP S3LM_FOURCC('S', 'A', 'M', 'P')
#define S3LM_KIND_TOKN S3LM_FOURCC('T', 'O', 'K', 'N')
#define S3LM_KIND_CHAT S3LM_FOURCC('C', 'H', 'A', 'T')
#define S3LM_KIND_META S3LM_FOURCC('M', 'E', 'T', 'A')

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

/* Reads and checks CONF, LAYR and SAMP (package_model.c). */
s3lm_status s3lm_read_config(s3lm_reader *reader);
s3lm_status s3lm_read_layers(s3lm_reader *reader);
s3lm_status s3lm_read_sampling(s3lm_reader *reader);

/* Checks TDIR against CONF and LAYR, and every number in WGHT (package_tensors.c). */
s3lm_status s3lm_check_tensors(s3lm_reader *reader);

#endif
