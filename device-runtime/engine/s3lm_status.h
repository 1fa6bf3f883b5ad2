/* What can go wrong in the engine, and where in a package it did. Part of s3lm.h. */
#ifndef S3LM_STATUS_H
#define S3LM_STATUS_H

#include <stdint.h>

typedef enum {
    S3LM_OK = 0,
    /* The container. */
    S3LM_ERR_ALIGNMENT,       /* the bytes do not start at a multiple of S3LM_ALIGNMENT */
    S3LM_ERR_TRUNCATED,       /* shorter than the header says, or than a header */
    S3LM_ERR_MAGIC,           /* not a model package */
    S3LM_ERR_VERSION,         /* made by an older major version */
    S3LM_ERR_LENGTH,          /* total length inconsistent */
    S3LM_ERR_TABLE,           /* section table inconsistent */
    S3LM_ERR_TABLE_CRC,       /* checksum of header and section table */
    S3LM_ERR_SECTION_CRC,     /* checksum of a section */
    S3LM_ERR_RESERVED,        /* a field or padding that must be zero is not */
    S3LM_ERR_SECTION_UNKNOWN, /* a required section that this engine does not know */
    S3LM_ERR_SECTION_MISSING, /* a section that every package has is absent */
    S3LM_ERR_SECTION_DUPLICATE,
    S3LM_ERR_SECTION_LENGTH, /* a section whose length contradicts its content */
    /* The model inside it. */
    S3LM_ERR_FIELD,          /* a field outside its range; fault.field names it */
    S3LM_ERR_TENSOR_UNKNOWN, /* a tensor role that this engine does not know */
    S3LM_ERR_TENSOR_DUPLICATE,
    S3LM_ERR_TENSOR_MISSING,  /* fault.index is the step or table, fault.field the role */
    S3LM_ERR_TENSOR_CONFLICT, /* fused and separate matrices together, or a bias without its matrix */
    S3LM_ERR_TENSOR_SHAPE,
    S3LM_ERR_TENSOR_PLACE,  /* data or tables outside WGHT, overlapping or unaligned */
    S3LM_ERR_TENSOR_CODE,   /* an int8 code of -128, or a padding column that is not zero */
    S3LM_ERR_TENSOR_NUMBER, /* an f32 that is not finite, or a negative scale */
    /* Running it. */
    S3LM_ERR_OPTIONS, /* impossible request in s3lm_options or s3lm_generation_options */
    S3LM_ERR_MEMORY,  /* the memory handed in is too small or unaligned, or the need exceeds 2 GiB */
    S3LM_ERR_TOKEN,   /* a token id outside the vocabulary */
    S3LM_ERR_CONTEXT, /* the tokens do not fit in what is left of the context */
    S3LM_ERR_NUMERIC, /* the logits are not finite numbers */
    S3LM_ERR_NEWER,   /* made by a newer major version */
    S3LM_STATUS_COUNT
} s3lm_status;

/* Where a package was found to be broken. */
typedef struct {
    s3lm_status code;
    uint32_t section; /* kind of the section as in the file ('C','O','N','F' -> 0x464E4F43), 0 for the header */
    uint32_t
        index; /* section table entry, step, rotary table, or tensor directory entry; S3LM_NONE when there is none */
    uint32_t offset;   /* byte in the package */
    const char *field; /* name of the field or tensor role; never NULL */
} s3lm_fault;

/* One plain sentence for people: what is wrong and what to do. Never NULL. */
const char *s3lm_status_text(s3lm_status status);

#endif
