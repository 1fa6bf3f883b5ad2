// A text goes on: a model of esp32-llm-converter in TensorFlow Lite Micro, with the converter's tokenizer and sampler.
//
// Compile with everything in this folder, beside TensorFlow Lite Micro (docs/tflite-micro.md lists the commands).
#include <cstdio>
#include <cstring>

#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/schema/schema_generated.h"

#include "model_facts.h"
#include "model_resolver.h"
#include "pick.h"

extern "C" {
#include "chat.h"
#include "tokenizer.h"
}

// Where there is PSRAM, it may lie there: heap_caps_aligned_alloc(16, S3LM_TFLM_ARENA_BYTES, MALLOC_CAP_SPIRAM).
alignas(16) static uint8_t arena[S3LM_TFLM_ARENA_BYTES];
static uint32_t ids[S3LM_TFLM_CONTEXT];
static uint32_t seen[S3LM_PICK_WORDS(S3LM_TFLM_VOCAB)];
// Enough for prompts of some hundred bytes; s3lm_encode says when it is not.
alignas(8) static uint8_t scratch[16384];
static uint8_t piece[S3LM_PIECE_BYTES];
static s3lm_picker picker;

// One step: the logits of the token after `id`, which stands at `position`.
static const float *step(tflite::MicroInterpreter &interpreter, uint32_t id, uint32_t position) {
    interpreter.input(0)->data.i32[0] = static_cast<int32_t>(id);
    interpreter.input(1)->data.i32[0] = static_cast<int32_t>(position);
#if S3LM_TFLM_CACHE_TENSORS > 0
    // Inputs share their memory with what comes between: what the last step left was kept apart.
    static float kept[S3LM_TFLM_CACHE_BYTES / sizeof(float)];
    if (position == 0) {
        memset(kept, 0, sizeof kept);
    }
    uint8_t *from = reinterpret_cast<uint8_t *>(kept);
    for (size_t i = 0; i < S3LM_TFLM_CACHE_TENSORS; i++) {
        TfLiteTensor *input = interpreter.input(2 + i);
        memcpy(input->data.raw, from, input->bytes);
        from += input->bytes;
    }
#endif
    if (interpreter.Invoke() != kTfLiteOk) {
        return nullptr;
    }
#if S3LM_TFLM_CACHE_TENSORS > 0
    uint8_t *to = reinterpret_cast<uint8_t *>(kept);
    for (size_t i = 0; i < S3LM_TFLM_CACHE_TENSORS; i++) {
        TfLiteTensor *output = interpreter.output(1 + i);
        memcpy(to, output->data.raw, output->bytes);
        to += output->bytes;
    }
#endif
    return interpreter.output(0)->data.f;
}

static bool ends(uint32_t id) {
    static const uint32_t stops[] = {S3LM_TFLM_STOP_IDS};
    for (uint32_t stop : stops) {
        if (id == stop) {
            return true;
        }
    }
    return false;
}

// The ids of a prompt: a user's words where the model chats, else a text that goes on. 0 when they do not fit.
static size_t encode(const s3lm_tokenizer *tokenizer, const char *prompt) {
    const uint8_t *text = reinterpret_cast<const uint8_t *>(prompt);
    size_t count = 0;
    s3lm_tokenizer_status status;
#if S3LM_TFLM_HAS_CHAT
    s3lm_chat chat;
    status = s3lm_chat_open(s3lm_tflm_chat, static_cast<size_t>(s3lm_tflm_chat_end - s3lm_tflm_chat), &chat);
    s3lm_turn turn = {};
    turn.first = true;
    turn.user = text;
    turn.user_bytes = strlen(prompt);
    if (status == S3LM_TOKENIZER_OK) {
        status = s3lm_chat_encode(&chat, tokenizer, &turn, scratch, sizeof scratch, ids, S3LM_TFLM_CONTEXT, &count);
    }
#else
    status = s3lm_encode(tokenizer, text, strlen(prompt), S3LM_ENCODE_ADD_SPECIAL, scratch, sizeof scratch, ids,
                         S3LM_TFLM_CONTEXT, &count);
#endif
    if (status != S3LM_TOKENIZER_OK) {
        printf("%s\n", s3lm_tokenizer_status_text(status));
        return 0;
    }
    return count;
}

static int generate(const char *prompt, uint64_t seed) {
    static S3lmTflmResolver resolver;
    if (s3lm_tflm_add_operators(resolver) != kTfLiteOk) {
        return 1;
    }
    const tflite::Model *model = tflite::GetModel(s3lm_tflm_model);
    // The number of variables is said when the interpreter is made.
    tflite::MicroAllocator *allocator = tflite::MicroAllocator::Create(arena, sizeof arena);
    tflite::MicroResourceVariables *variables =
        S3LM_TFLM_VARIABLES == 0 ? nullptr : tflite::MicroResourceVariables::Create(allocator, S3LM_TFLM_VARIABLES);
    tflite::MicroInterpreter interpreter(model, resolver, allocator, variables);
    if (interpreter.AllocateTensors() != kTfLiteOk) {
        return 1;
    }

    s3lm_tokenizer tokenizer;
    const size_t bytes = static_cast<size_t>(s3lm_tflm_tokenizer_end - s3lm_tflm_tokenizer);
    s3lm_tokenizer_status status = s3lm_tokenizer_open(s3lm_tflm_tokenizer, bytes, &tokenizer);
    if (status != S3LM_TOKENIZER_OK) {
        printf("%s\n", s3lm_tokenizer_status_text(status));
        return 1;
    }
    if (s3lm_decoder_room(&tokenizer) > sizeof piece) {
        return 1;
    }
    s3lm_decoder decoder;
    s3lm_decoder_start(&decoder, &tokenizer, true);
    s3lm_picker_start(&picker, S3LM_TFLM_VOCAB, seen, seed);
    const s3lm_pick_sampling sampling = S3LM_TFLM_SAMPLING;

    size_t count = encode(&tokenizer, prompt);
    const float *logits = nullptr;
    for (size_t position = 0; position < count; position++) {
        logits = step(interpreter, ids[position], static_cast<uint32_t>(position));
    }
    while (logits != nullptr && count < S3LM_TFLM_CONTEXT) {
        const uint32_t id = s3lm_pick(&picker, &sampling, logits, ids, static_cast<uint32_t>(count));
        if (ends(id)) {
            break;
        }
        ids[count] = id;
        fwrite(piece, 1, s3lm_decoder_push(&decoder, id, piece), stdout);
        fflush(stdout);
        logits = step(interpreter, id, static_cast<uint32_t>(count++));
    }
    fwrite(piece, 1, s3lm_decoder_finish(&decoder, piece), stdout);
    printf("\n[%u tokens, %u bytes of the arena]\n", static_cast<unsigned>(count),
           static_cast<unsigned>(interpreter.arena_used_bytes()));
    return logits == nullptr ? 1 : 0;
}

#ifdef ESP_PLATFORM
extern "C" void app_main(void) { generate("Once upon a time", 1); }
#else
int main(int count, char **words) { return generate(count > 1 ? words[1] : "Once upon a time", 1); }
#endif
