/* Uses what lies beside a graph: the files as data, the tokenizer, the sampler. Prints what cli/tflite.test.ts compares. */
#include <stdio.h>
#include <string.h>

#include "model_facts.h"
#include "pick.h"
#include "tokenizer.h"

static uint64_t scratch[2048];
static uint8_t text[256];
static uint32_t seen[S3LM_PICK_WORDS(4)];

int main(void) {
    if ((uintptr_t)s3lm_tflm_model % 16u != 0u) {
        return 2;
    }
    printf("%.4s\n", (const char *)s3lm_tflm_model + 4);

    s3lm_tokenizer tokenizer;
    uint32_t ids[32];
    size_t count = 0;
    const char *words = "turn on the lamp";
    if (s3lm_tokenizer_open(s3lm_tflm_tokenizer, (size_t)(s3lm_tflm_tokenizer_end - s3lm_tflm_tokenizer), &tokenizer) ||
        s3lm_encode(&tokenizer, (const uint8_t *)words, strlen(words), 0, scratch, sizeof scratch, ids, 32, &count)) {
        return 3;
    }
    size_t length = s3lm_decode(&tokenizer, ids, count, true, text, sizeof text);
    printf("%.*s\n", (int)length, (const char *)text);

    const float logits[4] = {0.0f, 2.0f, 2.5f, -1.0f};
    const uint32_t before[1] = {2};
    s3lm_picker picker;
    s3lm_pick_sampling greedy = {.temperature = 1.0f, .top_p = 1.0f, .repetition_penalty = 1.0f};
    s3lm_pick_sampling wary = greedy, wrong = greedy;
    wary.repetition_penalty = 2.0f;
    wrong.do_sample = true;
    wrong.top_p = -1.0f;
    s3lm_picker_start(&picker, 4, seen, 1);
    uint32_t likeliest = s3lm_pick(&picker, &greedy, logits, before, 1);
    uint32_t other = s3lm_pick(&picker, &wary, logits, before, 1);
    printf("%u %u %u\n", (unsigned)likeliest, (unsigned)other, (unsigned)s3lm_pick(&picker, &wrong, logits, before, 1));

    /* Shares of e^0, e^2, e^2.5 and e^-1; 250 of 10000 draws are five standard deviations. */
    const double shares[4] = {0.0478, 0.3529, 0.5818, 0.0176};
    s3lm_pick_sampling drawn = greedy;
    drawn.do_sample = true;
    uint32_t times[4] = {0};
    for (uint32_t i = 0; i < 10000u; i++) {
        times[s3lm_pick(&picker, &drawn, logits, NULL, 0)]++;
    }
    for (uint32_t i = 0; i < 4u; i++) {
        double wanted = 10000.0 * shares[i];
        if (times[i] < wanted - 250.0 || times[i] > wanted + 250.0) {
            printf("%u: %u times instead of %.0f\n", (unsigned)i, (unsigned)times[i], wanted);
            return 4;
        }
    }
    puts("as likely");
    return 0;
}
