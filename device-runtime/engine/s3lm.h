/* The public interface of the inference engine: open a model package, plan its memory, run it, sample from it.
 *
 * C11, freestanding: no libc, no libm, no allocation, no recursion, no mutable globals. Memory is handed in once and
 * its size is known before. The same package, ids and seed give the same logits to the last bit in every build
 * (numerics.h says how), provided it is built with -ffp-contract=off (no fused multiply-add) and -fno-strict-aliasing
 * (tensors are read in place as what the package says they are). Any one thread or core may call these functions, one
 * at a time per model; the only code that runs on several cores is what the engine hands to s3lm_options.parallel.
 *
 * Order of calls: s3lm_package_open -> s3lm_state_bytes -> s3lm_init -> s3lm_forward (or s3lm_generation_*).
 */
#ifndef S3LM_H
#define S3LM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Limits. Each keeps a size inside 32 bits or an integer sum inside int32 on the smallest target. ---- */

/* A flash chip holds tens of layers; 128 keeps the tensor directory below 3,000 entries, so that the quadratic
 * duplicate check stays cheap. */
#define S3LM_MAX_LAYERS 128u
/* Keeps a row of int8 products inside int32 with room to spare, and rows below 64 KiB. */
#define S3LM_MAX_HIDDEN 16384u
/* 127 * 127 * 65,536 < 2^31: the longest row whose int8 dot product cannot overflow. */
#define S3LM_MAX_FFN 65536u
/* Ids fit in 20 bits; the largest vocabularies in use have 262,144 entries. */
#define S3LM_MAX_VOCAB (1u << 20)
/* Positions fit in 16 bits. */
#define S3LM_MAX_CONTEXT 65536u
/* Query heads of one layer; with S3LM_MAX_HEAD_DIM it bounds a projection to 65,536 rows. */
#define S3LM_MAX_HEADS 256u
/* 16,383 * 127 * 256 < 2^31: the longest head whose int16 x int8 dot product cannot overflow. */
#define S3LM_MAX_HEAD_DIM 256u
/* Tokens of one prefill pass; more does not help a chip whose weights stream from flash. */
#define S3LM_MAX_BATCH 32u
/* Distinct rotary tables (one per rotary variety, not per layer). */
#define S3LM_MAX_ROTARY_TABLES 16u
/* Section table entries. */
#define S3LM_MAX_SECTIONS 64u
/* Ids that end a generation. */
#define S3LM_MAX_STOP_IDS 32u
/* Strings that end a generation, and the longest of them in bytes. */
#define S3LM_MAX_STOP_STRINGS 8u
#define S3LM_MAX_STOP_BYTES 64u
/* Bytes of text that one token may add to the output. */
#define S3LM_MAX_PIECE_BYTES 1024u
/* Cores that may share one matrix product. */
#define S3LM_MAX_WORKERS 8u
/* Alignment of the package and of the handed-in memory, in bytes: one cache line. */
#define S3LM_ALIGNMENT 64u

/* "No such id / table" in the package. */
#define S3LM_NONE 0xFFFFFFFFu

/* ---- What can go wrong ---- */

typedef enum {
    S3LM_OK = 0,
    /* The container. */
    S3LM_ERR_ALIGNMENT,       /* the bytes do not start at a multiple of S3LM_ALIGNMENT */
    S3LM_ERR_TRUNCATED,       /* shorter than the header says, or than a header */
    S3LM_ERR_MAGIC,           /* not a model package */
    S3LM_ERR_VERSION,         /* another major version */
    S3LM_ERR_LENGTH,          /* total length inconsistent */
    S3LM_ERR_TABLE,           /* section table inconsistent */
    S3LM_ERR_TABLE_CRC,       /* checksum of header and section table */
    S3LM_ERR_SECTION_CRC,     /* checksum of a section */
    S3LM_ERR_RESERVED,        /* a field or padding that must be zero is not */
    S3LM_ERR_SECTION_UNKNOWN, /* a required section that this engine does not know */
    S3LM_ERR_SECTION_MISSING, /* CONF, LAYR, TDIR, WGHT or SAMP is absent */
    S3LM_ERR_SECTION_DUPLICATE,
    S3LM_ERR_SECTION_LENGTH, /* a section whose length contradicts its content */
    /* The model inside it. */
    S3LM_ERR_FIELD,          /* a field outside its range; fault.field names it */
    S3LM_ERR_TENSOR_UNKNOWN, /* a tensor role that this engine does not know */
    S3LM_ERR_TENSOR_DUPLICATE,
    S3LM_ERR_TENSOR_MISSING,  /* fault.index is the layer, fault.field the role */
    S3LM_ERR_TENSOR_CONFLICT, /* fused and separate matrices together, or a bias without its matrix */
    S3LM_ERR_TENSOR_SHAPE,
    S3LM_ERR_TENSOR_PLACE,  /* data or scales outside WGHT, overlapping or unaligned */
    S3LM_ERR_TENSOR_CODE,   /* an int8 code of -128, or a padding column that is not zero */
    S3LM_ERR_TENSOR_NUMBER, /* an f32 that is not finite, or a negative scale */
    /* Running it. */
    S3LM_ERR_OPTIONS, /* impossible request in s3lm_options or s3lm_generation_options */
    S3LM_ERR_MEMORY,  /* the memory handed in is too small or unaligned, or the need exceeds 2 GiB */
    S3LM_ERR_TOKEN,   /* a token id outside the vocabulary */
    S3LM_ERR_CONTEXT, /* the tokens do not fit in what is left of the context */
    S3LM_ERR_NUMERIC, /* the logits are not finite numbers */
    S3LM_STATUS_COUNT
} s3lm_status;

/* Where a package was found to be broken. */
typedef struct {
    s3lm_status code;
    uint32_t section;  /* kind of the section as in the file ('C','O','N','F' -> 0x464E4F43), 0 for the header */
    uint32_t index;    /* section table entry, layer, or tensor directory entry; S3LM_NONE when there is none */
    uint32_t offset;   /* byte in the package */
    const char *field; /* name of the field or tensor role; never NULL */
} s3lm_fault;

/* One plain sentence for people: what is wrong and what to do. Never NULL. */
const char *s3lm_status_text(s3lm_status status);

/* ---- Model package (docs/model-package.md) ---- */

#define S3LM_FOURCC(a, b, c, d) ((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))

typedef enum { S3LM_KV_INT8 = 0, S3LM_KV_F32 = 1 } s3lm_kv_kind;

typedef enum {
    S3LM_ACTIVATION_DYNAMIC = 0, /* int8, scale computed per token */
    S3LM_ACTIVATION_STATIC = 1,  /* int8, scale from the tensor record where it is not 0 */
    S3LM_ACTIVATION_F32 = 2      /* not quantized; all matrices are f32 */
} s3lm_activation_kind;

typedef enum {
    S3LM_F32 = 0,
    S3LM_I8_TENSOR = 1, /* one scale per source tensor */
    S3LM_I8_ROW = 2,    /* one scale per row */
    S3LM_I8_GROUP = 3   /* one scale per group of columns */
} s3lm_encoding;

typedef enum {
    S3LM_EMBED = 1,
    S3LM_HEAD = 2,
    S3LM_FINAL_NORM = 3,
    S3LM_ROTARY = 4,
    S3LM_HEAD_BIAS = 5,
    S3LM_ATTN_NORM = 16, /* first role that belongs to a layer */
    S3LM_QKV = 17,
    S3LM_QKV_BIAS = 18,
    S3LM_O = 19,
    S3LM_O_BIAS = 20,
    S3LM_MLP_NORM = 21,
    S3LM_GATE_UP = 22,
    S3LM_GATE_UP_BIAS = 23,
    S3LM_DOWN = 24,
    S3LM_DOWN_BIAS = 25,
    S3LM_Q = 26,
    S3LM_Q_BIAS = 27,
    S3LM_K = 28,
    S3LM_K_BIAS = 29,
    S3LM_V = 30,
    S3LM_V_BIAS = 31,
    S3LM_GATE = 32,
    S3LM_GATE_BIAS = 33,
    S3LM_UP = 34,
    S3LM_UP_BIAS = 35
} s3lm_role;

#define S3LM_LAYER_ROLE_FIRST 16u
#define S3LM_LAYER_ROLE_COUNT 20u

/* CONF. */
typedef struct {
    uint32_t hidden_size;
    uint32_t layers;
    uint32_t vocab_size;
    uint32_t context;   /* positions that the rotary tables cover */
    uint32_t max_batch; /* tokens of one prefill pass that the writer planned memory for */
    s3lm_kv_kind kv_kind;
    s3lm_activation_kind activation_kind;
    uint32_t bos_id; /* S3LM_NONE when the model has none */
    float final_norm_eps;
    float embedding_scale;
    float logit_scale;
    uint32_t rotary_tables;
} s3lm_config;

/* One LAYR record. */
typedef struct {
    uint32_t heads;
    uint32_t kv_heads;
    uint32_t head_dim;
    uint32_t ffn_size;
    uint32_t window; /* tokens that a query sees, itself included; 0 = all */
    uint32_t rotary; /* rotary table, S3LM_NONE */
    uint32_t rotary_dim;
    float attn_norm_eps;
    float mlp_norm_eps;
    float score_scale;
} s3lm_layer_config;

/* One TDIR record with its addresses resolved. `data` and `scales` may be re-pointed after s3lm_init (see
 * s3lm_model_tensor) to copies in faster memory that are aligned alike. */
typedef struct {
    const void *data;    /* rows * row_stride bytes, 16-byte aligned */
    const float *scales; /* NULL when there are none */
    uint32_t rows;
    uint32_t cols;
    uint32_t row_stride; /* bytes */
    uint32_t group;      /* columns per scale, 0 unless S3LM_I8_GROUP */
    uint32_t scale_count;
    uint32_t split[2];      /* S3LM_I8_TENSOR: rows from split[0] on have scale 1, from split[1] on scale 2 */
    float activation_scale; /* static scale of this matrix's input, 0 = dynamic */
    uint16_t role;          /* s3lm_role */
    uint16_t layer;         /* rotary table for S3LM_ROTARY, 0xFFFF for other global tensors */
    uint8_t encoding;       /* s3lm_encoding */
    uint8_t placement;      /* 0 flash, 1 PSRAM, 2 SRAM: what the writer planned */
    bool interleaved;       /* S3LM_I8_TENSOR: even rows have scale 0, odd rows scale 1 */
} s3lm_tensor;

/* Sampling parameters; `off` values in parentheses. Applied in this order: repetition penalty, temperature, top-k,
 * top-p, min-p. */
typedef struct {
    bool do_sample;           /* false: always the most likely token (after the repetition penalty) */
    float temperature;        /* > 0; 0 means do_sample = false */
    uint32_t top_k;           /* (0) */
    float top_p;              /* (1) */
    float min_p;              /* (0) */
    float repetition_penalty; /* (1) */
    uint32_t max_new_tokens;  /* 0: until the context is full */
} s3lm_sampling;

/* An opened package: a checked view of bytes that stay where they are. */
typedef struct {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t section_count;
    s3lm_config config;
    s3lm_sampling sampling;
    uint32_t stop_ids[S3LM_MAX_STOP_IDS];
    uint32_t stop_id_count;
    uint32_t tensor_count;
    const uint8_t *layers;    /* LAYR records */
    const uint8_t *directory; /* TDIR records */
    const uint8_t *weights;   /* WGHT */
} s3lm_package;

/* Reads the total length out of a package header, for callers who know only an upper bound (a flash partition).
 * Checks nothing but magic, version and that the length is at most `available`. */
s3lm_status s3lm_package_length(const uint8_t *bytes, size_t available, uint32_t *length);

/* Checks everything that docs/model-package.md demands, every checksum and every weight included, and fills `package`.
 * `bytes` starts at a multiple of S3LM_ALIGNMENT and stays valid and unchanged while the package is in use; `length` is
 * exactly the package's length. Reads nothing outside [bytes, bytes + length). On failure `fault` says where
 * (it may be NULL) and `package` is unusable. */
s3lm_status s3lm_package_open(const uint8_t *bytes, size_t length, s3lm_package *package, s3lm_fault *fault);

/* Work that may be split: does units [begin, end) as worker `worker`. */
typedef void (*s3lm_work)(void *job, uint32_t worker, uint32_t begin, uint32_t end);

/* Splits units [0, units) into at most S3LM_MAX_WORKERS ranges whose borders are multiples of `multiple`, runs `work`
 * once for each with distinct worker numbers below S3LM_MAX_WORKERS, and returns when all are done. */
typedef void (*s3lm_parallel)(void *user, s3lm_work work, void *job, uint32_t units, uint32_t multiple);

/* The same with checksums and weights checked by several cores; `parallel` NULL: by this one. */
s3lm_status s3lm_package_open_on(const uint8_t *bytes, size_t length, s3lm_parallel parallel, void *user,
                                 s3lm_package *package, s3lm_fault *fault);

/* Content of a section of an opened package, NULL when it is absent. */
const uint8_t *s3lm_package_section(const s3lm_package *package, uint32_t kind, uint32_t *length);

/* Record `layer` < config.layers of an opened package. */
s3lm_layer_config s3lm_package_layer(const s3lm_package *package, uint32_t layer);

/* Tensor `index` < tensor_count of an opened package. */
s3lm_tensor s3lm_package_tensor(const s3lm_package *package, uint32_t index);

/* Name of a tensor role as docs/model-package.md writes it, "?" for an unknown one. */
const char *s3lm_role_name(uint32_t role);

/* IEEE 802.3 CRC-32 (zlib's); start with crc = 0 and pass the result on to continue. */
uint32_t s3lm_crc32(uint32_t crc, const uint8_t *bytes, size_t length);

/* Checksum of two stretches of bytes that follow each other, from those of each. */
uint32_t s3lm_crc32_join(uint32_t first, uint32_t second, size_t second_length);

/* ---- Model ---- */

/* A set of inner loops (kernels.h). All sets give the same results to the last bit. */
typedef struct s3lm_kernels s3lm_kernels;
extern const s3lm_kernels s3lm_kernels_scalar;
/* The fastest set that this build has: wasm simd128, AVX2, SSE4.1, or the scalar one. */
const s3lm_kernels *s3lm_kernels_best(void);
const char *s3lm_kernels_name(const s3lm_kernels *kernels);

/* Zero-initialize for the defaults. */
typedef struct {
    const s3lm_kernels *kernels; /* NULL: s3lm_kernels_best() */
    uint32_t context;            /* 0: the package's; else at most that */
    uint32_t max_batch;          /* 0: the package's; else 1..S3LM_MAX_BATCH */
    uint32_t workers;            /* 0 or 1: no splitting; else at most S3LM_MAX_WORKERS */
    s3lm_parallel parallel;      /* on at most `workers` workers; NULL: one range */
    void *parallel_user;
    /* Separate memory for the KV cache (s3lm_cache_bytes, S3LM_ALIGNMENT); NULL: it is part of the state. */
    void *cache;
    size_t cache_bytes;
} s3lm_options;

/* One transformer block, resolved. */
typedef struct {
    s3lm_layer_config config;
    s3lm_tensor *tensor[S3LM_LAYER_ROLE_COUNT]; /* by role - S3LM_LAYER_ROLE_FIRST; NULL when absent */
    /* Cache planes [kv_heads][context][cache_stride]; cache_stride = head_dim rounded up to 16 (int8) or 4 (f32). */
    void *keys;
    void *values;
    float *key_scales; /* [kv_heads][context]; NULL for an f32 cache */
    float *value_scales;
    uint32_t cache_stride; /* elements */
} s3lm_layer;

/* Quantized activations of up to max_batch tokens. */
typedef struct {
    int8_t *codes;   /* [max_batch][stride], zero-padded */
    int16_t *wide;   /* the same codes as int16, only for kernels that ask for it; else NULL */
    float *scales;   /* [max_batch] */
    uint32_t stride; /* elements, multiple of 16 */
} s3lm_activations;

/* A model that runs. Fields are read-only for callers except where a function says otherwise. */
typedef struct {
    const s3lm_package *package;
    const s3lm_kernels *kernels;
    s3lm_options options;
    uint32_t context;
    uint32_t max_batch;
    uint32_t length; /* tokens in the cache */
    uint32_t *ids;   /* [context] the tokens in the cache */

    s3lm_tensor *tensors; /* [package->tensor_count], directory order */
    s3lm_layer *layers;
    s3lm_tensor *embed;
    s3lm_tensor *head; /* = embed when tied */
    s3lm_tensor *head_bias;
    s3lm_tensor *final_norm;
    s3lm_tensor *rotary[S3LM_MAX_ROTARY_TABLES];
    float inverse_hidden; /* 1 / hidden_size */

    /* Working memory; strides in elements. */
    float *x;         /* [max_batch][hidden_stride] residual stream */
    float *normed;    /* [max_batch][hidden_stride] */
    float *projected; /* [max_batch][projected_stride] q|k|v, or gate and up, then the gated product */
    float *attended;  /* [max_batch][attended_stride] */
    s3lm_activations quantized;
    uint32_t score_heads; /* query heads of one key/value head that are looked up together */
    float *scores;        /* [workers][score_heads][context_stride] */
    int16_t *score_codes; /* [workers][context_stride] */
    float *logits;        /* [vocab_size] for s3lm_generation_* and callers without a buffer of their own */
    uint32_t *seen;       /* [ceil(vocab_size / 32)] for the sampler */
    uint64_t *histogram;  /* [256] for the sampler */
    uint32_t hidden_stride;
    uint32_t projected_stride;
    uint32_t attended_stride;
    uint32_t context_stride;
} s3lm_model;

/* Bytes that s3lm_init needs, 0 when the options are impossible or the need exceeds 2 GiB. */
size_t s3lm_state_bytes(const s3lm_package *package, const s3lm_options *options);

/* Bytes of the KV cache alone (part of s3lm_state_bytes unless options->cache is given), 0 as above. */
size_t s3lm_cache_bytes(const s3lm_package *package, const s3lm_options *options);

/* Lays the model's state out in `memory` (S3LM_ALIGNMENT, at least s3lm_state_bytes). `package`, `memory` and
 * `options->cache` must outlive the model; `options` itself is copied.
 * Returns S3LM_ERR_OPTIONS or S3LM_ERR_MEMORY. */
s3lm_status s3lm_init(s3lm_model *model, const s3lm_package *package, const s3lm_options *options, void *memory,
                      size_t bytes);

/* Tensor `index` of the directory as the model uses it; its data and scales may be re-pointed to equal copies. */
s3lm_tensor *s3lm_model_tensor(s3lm_model *model, uint32_t index);

/* Forgets all tokens. */
void s3lm_reset(s3lm_model *model);

/* Forgets the tokens from position `length` on; does nothing when there are fewer. Exact: what follows is as if
 * they had never been seen. */
void s3lm_truncate(s3lm_model *model, uint32_t length);

/* Appends n >= 1 tokens and computes logits: of the last token (`all` false, vocab_size floats) or of every token
 * (`all` true, n * vocab_size floats, row by row). `logits` NULL: none are computed. Works in passes of max_batch
 * tokens; the result does not depend on how the tokens are cut into calls or passes.
 * Returns S3LM_ERR_OPTIONS (n = 0), S3LM_ERR_TOKEN or S3LM_ERR_CONTEXT with the model unchanged, or S3LM_ERR_NUMERIC
 * after which the caller should s3lm_reset. */
s3lm_status s3lm_forward(s3lm_model *model, const uint32_t *ids, uint32_t n, float *logits, bool all);

/* ---- Sampling ---- */

/* PCG32 (O'Neill 2014, XSH-RR 64/32) on the stream 0xda3e39cb94b95bdb. */
typedef struct {
    uint64_t state;
} s3lm_random;

void s3lm_random_seed(s3lm_random *random, uint64_t seed);
uint32_t s3lm_random_next(s3lm_random *random);

/* Whether the parameters are finite and inside their ranges. */
bool s3lm_sampling_valid(const s3lm_sampling *sampling);

/* Picks a token from vocab_size logits (left as they are). The repetition penalty looks at the tokens in the model's
 * context. Ties: greedy takes the lowest id; top-k and top-p keep all that tie with the last one kept. */
uint32_t s3lm_sample(s3lm_model *model, const s3lm_sampling *sampling, s3lm_random *random, const float *logits);

/* ---- Generation ---- */

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
    bool pending; /* `token` was produced but not yet run through the model */
    uint32_t token;
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

/* The next step ends with S3LM_END_CANCELLED. Text held back for stop strings is given out with it. */
void s3lm_generation_cancel(s3lm_generation *generation);

#endif
