/* Writing JSON to stdout. */
#ifndef S3LM_HOST_JSON_H
#define S3LM_HOST_JSON_H

#include <stddef.h>
#include <stdint.h>

/* A string of valid UTF-8, quoted and escaped. */
void json_string(const uint8_t *text, size_t length);
/* [1,2,3] */
void json_ids(const uint32_t *ids, uint32_t count);
/* Floats with nine significant digits: enough to read the same bits back. */
void json_floats(const float *values, uint32_t count);

#endif
