/* Sentences for people: what a status means and what to do. */
#include "s3lm.h"

const char *s3lm_status_text(s3lm_status status) {
    static const char *const texts[S3LM_STATUS_COUNT] = {
        [S3LM_OK] = "All is well.",
        [S3LM_ERR_ALIGNMENT] =
            "The package does not start at a multiple of 64 bytes in memory. Load it to an aligned address.",
        [S3LM_ERR_TRUNCATED] = "The package is cut short. Copy or download it again.",
        [S3LM_ERR_MAGIC] = "This is not a model package. Convert the model folder first, then load the .s3lm file.",
        [S3LM_ERR_VERSION] = "The package was made by an older version of the converter. Convert the model again with "
                             "the converter that "
                             "belongs to this engine.",
        [S3LM_ERR_NEWER] =
            "The package was made by a newer version of the converter. Use a newer engine, or convert the model again "
            "with the converter that belongs to this engine.",
        [S3LM_ERR_LENGTH] = "The package's length differs from what its header says. Copy or download it again.",
        [S3LM_ERR_TABLE] = "The section table of the package is inconsistent. Convert the model again.",
        [S3LM_ERR_TABLE_CRC] =
            "The checksum of the package's header is wrong: bytes were damaged. Copy or download it again.",
        [S3LM_ERR_SECTION_CRC] =
            "The checksum of a section is wrong: bytes were damaged. Copy or download the package again.",
        [S3LM_ERR_RESERVED] = "Bytes of the package that must be zero are not. Convert the model again.",
        [S3LM_ERR_SECTION_UNKNOWN] = "The package needs a feature that this engine does not know. Use a newer engine.",
        [S3LM_ERR_SECTION_MISSING] = "A section that every package has is missing. Convert the model again.",
        [S3LM_ERR_SECTION_DUPLICATE] = "A section occurs twice in the package. Convert the model again.",
        [S3LM_ERR_SECTION_LENGTH] = "A section has a length that does not fit its content. Convert the model again.",
        [S3LM_ERR_FIELD] =
            "A field of the package is outside the range that this engine supports. Convert the model again, "
            "or use a smaller model.",
        [S3LM_ERR_TENSOR_UNKNOWN] = "The package holds a tensor that this engine does not know. Use a newer engine.",
        [S3LM_ERR_TENSOR_DUPLICATE] = "A tensor occurs twice in the package. Convert the model again.",
        [S3LM_ERR_TENSOR_MISSING] = "A tensor that the model needs is missing. Convert the model again.",
        [S3LM_ERR_TENSOR_CONFLICT] = "Tensors of the package exclude each other. Convert the model again.",
        [S3LM_ERR_TENSOR_SHAPE] = "A tensor's shape, encoding or tables do not fit the model. Convert the model again.",
        [S3LM_ERR_TENSOR_PLACE] = "A tensor lies outside the weights or over another one. Convert the model again.",
        [S3LM_ERR_TENSOR_CODE] = "A weight has a code that the format forbids. Convert the model again.",
        [S3LM_ERR_TENSOR_NUMBER] =
            "A number in the weights is not finite or a scale is negative. Check the original model "
            "for NaN and infinity, then convert it again.",
        [S3LM_ERR_OPTIONS] = "The options ask for something impossible. Check context, batch and sampling parameters.",
        [S3LM_ERR_MEMORY] = "There is not enough memory for this model. Use a shorter context or a smaller model.",
        [S3LM_ERR_TOKEN] = "A token id is outside the vocabulary. Encode the text with this package's tokenizer.",
        [S3LM_ERR_CONTEXT] = "The tokens do not fit in the context. Shorten the text or start afresh.",
        [S3LM_ERR_NUMERIC] =
            "The model's numbers overflowed. Check the original model for NaN and infinity, then convert it "
            "again.",
    };
    return (uint32_t)status < S3LM_STATUS_COUNT ? texts[status] : "Unknown status.";
}
