/* What the self-test says: a line for each verdict, and all of them once more as one line of JSON, for programs. */
#include "selftest.h"

#define MOST_RESULTS 40u

static struct {
    const char *name;
    verdict verdict;
    char value[VALUE_BYTES], expected[EXPECTED_BYTES];
} results[MOST_RESULTS];
static uint32_t result_count;

static const char *const WORDS[] = {[VERDICT_OK] = "ok", [VERDICT_ODD] = "odd", [VERDICT_BAD] = "bad"};

static void keep(char *to, size_t capacity, const char *from, size_t length) {
    if (length > capacity - 1u) length = capacity - 1u;
    app_copy(to, from, length);
    to[length] = '\0';
}

void report(const char *name, verdict verdict, const app_text *value, const char *expected) {
    if (result_count == MOST_RESULTS) return;
    results[result_count].name = name;
    results[result_count].verdict = verdict;
    keep(results[result_count].value, VALUE_BYTES, value->bytes, value->length);
    keep(results[result_count].expected, EXPECTED_BYTES, expected, app_length(expected));
    say(name);
    say(": ");
    say(WORDS[verdict]);
    say(", ");
    say(results[result_count].value);
    if (expected[0] != '\0') {
        say(" (expected ");
        say(results[result_count].expected);
        say(")");
    }
    say("\r\n");
    watchdog_feed();
    result_count++;
}

static void say_field(const char *before, const char *value, const char *after) {
    say(before);
    say(value);
    say(after);
}

void report_end(const char *identity) {
    uint32_t counts[3] = {0};
    for (uint32_t i = 0; i < result_count; i++) counts[results[i].verdict]++;
    say("self-test: ");
    for (uint32_t i = 0; i < 3u; i++) {
        if (i > 0u) say(", ");
        say_decimal(counts[i]);
        say(" ");
        say(WORDS[i]);
    }
    say_field("\r\n{\"selftest\":1,", identity, ",\"results\":[");
    for (uint32_t i = 0; i < result_count; i++) {
        say_field(i > 0u ? ",{\"test\":\"" : "{\"test\":\"", results[i].name, "\",");
        say_field("\"verdict\":\"", WORDS[results[i].verdict], "\",");
        say_field("\"value\":\"", results[i].value, "\",");
        say_field("\"expected\":\"", results[i].expected, "\"}");
    }
    say("]}\r\n");
}
