/* Opening a TOKN section: every rule of docs/tokenizer-tables.md is checked here, so that encoding and decoding can
 * read the tables without looking back. */
#include "tokenizer.h"

#include "tokenizer_forms.h"
#include "tokenizer_machine.h"
#include "tokenizer_map.h"
#include "tokenizer_models.h"
#include "tokenizer_tables.h"
#include "unicode.h"

const char *s3lm_tokenizer_status_text(s3lm_tokenizer_status status) {
    switch (status) {
    case S3LM_TOKENIZER_OK:
        return "The tokenizer is in order.";
    case S3LM_TOKENIZER_BAD_SECTION:
        return "The tokenizer tables are inconsistent. Convert the model again.";
    case S3LM_TOKENIZER_BAD_VERSION:
        return "The tokenizer tables have a layout that this engine does not know. "
               "Use an engine as new as the package.";
    case S3LM_TOKENIZER_SCRATCH:
        return "The text needs more memory than the tokenizer was given. Shorten the text.";
    case S3LM_TOKENIZER_TOO_MANY:
        return "The text has more tokens than there is room for. Shorten the text.";
    case S3LM_TOKENIZER_TOO_LONG:
        return "The text is longer than the tokenizer takes at once. Shorten the text.";
    case S3LM_TOKENIZER_NO_TURN:
        return "The model's chat template has no such turn. Start a new conversation.";
    }
    return "Unknown tokenizer status.";
}

bool s3lm_token_is_special(const s3lm_tokenizer *t, uint32_t id) {
    return id < t->vocab_size && (s3lm_token_flags(t, id) & S3LM_TOKEN_SPECIAL) != 0;
}

static bool is_scalar(uint32_t c) { return c < 0x110000u && !(c >= 0xD800u && c < 0xE000u); }

static bool is_utf8(const uint8_t *text, uint32_t length) {
    for (uint32_t at = 0; at < length;) {
        int step = s3lm_utf8_step(text + at, length - at);
        if (step <= 0) return false;
        at += (uint32_t)step;
    }
    return true;
}

/* -1, 0 or 1: order of two byte strings. */
static int compare(const uint8_t *a, uint32_t a_length, const uint8_t *b, uint32_t b_length) {
    for (uint32_t i = 0; i < a_length && i < b_length; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
}

static bool is_hexadecimal(uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* One raw byte of byte fallback, or <0xNN>. */
static bool is_byte_token(const s3lm_tokenizer *t, const uint8_t *text, uint32_t length) {
    if (t->decoder != S3LM_DECODE_PIECES) return false;
    if (!(t->flags & S3LM_TOKN_SPELLED)) return length == 1;
    return length == 6 && text[0] == '<' && text[1] == '0' && text[2] == 'x' && is_hexadecimal(text[3]) &&
           is_hexadecimal(text[4]) && text[5] == '>';
}

/* Flags that a token can have. */
static uint32_t known_flags(const s3lm_tokenizer *t) {
    uint32_t all = S3LM_TOKEN_SPECIAL | S3LM_TOKEN_BYTE | S3LM_TOKEN_ABSENT;
    if (t->decoder == S3LM_DECODE_WORDS) return all | S3LM_TOKEN_GLUED;
    return t->decoder == S3LM_DECODE_ENDS ? all | S3LM_TOKEN_END : all;
}

/* Token entries: offsets ascend from 0 to the end of the bytes, only known flags, text where text must be. */
static bool check_tokens(s3lm_tokenizer *t) {
    uint32_t before = 0, room = 0;
    if (t->tokens.count != t->vocab_size + 1) return false;
    for (uint32_t id = 0; id <= t->vocab_size; id++) {
        uint32_t entry = s3lm_word(t->tokens.at, id), offset = entry & 0xFFFFFFu;
        if (offset < before || offset > t->bytes.count || (id == 0 && offset != 0)) return false;
        before = offset;
    }
    if (s3lm_word(t->tokens.at, t->vocab_size) != t->bytes.count) return false; /* the end has no flags */
    for (uint32_t id = 0; id < t->vocab_size; id++) {
        uint32_t flags = s3lm_token_flags(t, id), length, most = 0;
        const uint8_t *text = s3lm_token_bytes(t, id, &length);
        if (flags & ~known_flags(t)) return false;
        if ((flags & S3LM_TOKEN_ABSENT) && (flags != S3LM_TOKEN_ABSENT || length != 0)) return false;
        if (flags & S3LM_TOKEN_BYTE) {
            if (!is_byte_token(t, text, length)) return false;
        } else if (t->decoder != S3LM_DECODE_BYTES && !is_utf8(text, length)) return false;
        /* Each byte that is not ASCII may turn out to be invalid and become three. */
        for (uint32_t i = 0; i < length; i++) most += text[i] < 0x80 ? 1 : 3;
        if (most > room) room = most;
    }
    /* Three held bytes of an incomplete character may become U+FFFD each; a space may go before a word. */
    t->room = room + 9 + (t->decoder >= S3LM_DECODE_WORDS ? 1 : 0);
    return t->room <= S3LM_TOKN_PIECE_LIMIT;
}

/* Ids that encoding can give must name tokens that exist. */
static bool is_token(const s3lm_tokenizer *t, uint32_t id) {
    return id < t->vocab_size && !(s3lm_token_flags(t, id) & S3LM_TOKEN_ABSENT);
}

static bool check_symbols(const s3lm_tokenizer *t) {
    bool byte_level = t->flags & S3LM_TOKN_BYTE_LEVEL, fallback = t->flags & S3LM_TOKN_FALLBACK;
    if (byte_level && (fallback || t->characters.count)) return false;
    if (t->byte_ids.count != (byte_level || fallback ? 256u : 0u)) return false;
    for (uint32_t i = 0; i < t->byte_ids.count; i++) {
        uint32_t id = s3lm_word(t->byte_ids.at, i);
        if (id != S3LM_NO_ID && !is_token(t, id)) return false;
    }
    uint32_t places = (t->flags & S3LM_TOKN_CONTINUED ? S3LM_CHARACTER_CONTINUES : 0) |
                      (t->flags & S3LM_TOKN_ENDED ? S3LM_CHARACTER_ENDS : 0);
    if (places && (byte_level || fallback)) return false;
    for (uint32_t i = 0; i < t->characters.count; i++) {
        uint32_t c = s3lm_word(t->characters.at, 2 * i);
        if (!is_scalar(c & ~places) || !is_token(t, s3lm_word(t->characters.at, 2 * i + 1))) return false;
        if (i && s3lm_word(t->characters.at, 2 * i - 2) >= c) return false;
    }
    bool whole = (t->flags & S3LM_TOKN_IGNORE_MERGES) && (byte_level || (t->flags & S3LM_TOKN_SPELLED));
    if (t->lookup.count && !whole && s3lm_model(t) == S3LM_MODEL_BPE) return false;
    for (uint32_t i = 0; i < t->lookup.count; i++) {
        uint32_t id = s3lm_small_id(t, t->lookup.at, i), length, before_length;
        if (!is_token(t, id)) return false;
        const uint8_t *text = s3lm_token_bytes(t, id, &length);
        if (length == 0) return false;
        if (i == 0) continue;
        const uint8_t *before = s3lm_token_bytes(t, s3lm_small_id(t, t->lookup.at, i - 1), &before_length);
        if (compare(before, before_length, text, length) >= 0) return false;
    }
    for (uint32_t i = 0; i < t->merges.count; i++) {
        s3lm_merge m = s3lm_merge_at(t, i);
        if (!is_token(t, m.left) || !is_token(t, m.right) || !is_token(t, m.made)) return false;
        if (m.rank >= S3LM_TOKN_MERGES_LIMIT) return false;
        if (i == 0) continue;
        s3lm_merge before = s3lm_merge_at(t, i - 1);
        if (before.left > m.left || (before.left == m.left && before.right >= m.right)) return false;
    }
    return true;
}

/* A range of the strings that is UTF-8, `least` to `most` bytes long. */
static bool check_string(const s3lm_tokenizer *t, uint32_t offset, uint32_t length, uint32_t least, uint32_t most) {
    if (length < least || length > most) return false;
    if (offset > t->strings.count || length > t->strings.count - offset) return false;
    return is_utf8(t->strings.at + offset, length);
}

static bool check_added(const s3lm_tokenizer *t, const s3lm_table *table, uint32_t first[8]) {
    for (int i = 0; i < 8; i++) first[i] = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        const uint8_t *entry = table->at + (size_t)i * 16u;
        if (!check_string(t, s3lm_word(entry, 0), s3lm_word(entry, 1), 1, S3LM_TOKN_ADDED_BYTES)) return false;
        s3lm_added added = s3lm_added_at(t, table, i);
        if (!is_token(t, added.id) || (added.flags & ~15u)) return false;
        first[added.text[0] >> 5] |= 1u << (added.text[0] & 31);
        if (i == 0) continue;
        s3lm_added before = s3lm_added_at(t, table, i - 1);
        if (compare(before.text, before.length, added.text, added.length) >= 0) return false;
    }
    return true;
}

/* Whether a part of this kind begins at a word. */
static bool is_part(const s3lm_tokenizer *t, uint32_t place, uint32_t kind) {
    for (uint32_t at = 0; at < t->parts.count; at += s3lm_word(t->parts.at, at) >> 8)
        if (at == place) return (s3lm_word(t->parts.at, at) & 0xFFu) == kind;
    return false;
}

/* The parts follow one another and fill their table. */
static bool check_parts(const s3lm_tokenizer *t) {
    for (uint32_t at = 0, words; at < t->parts.count; at += words) {
        uint32_t head = s3lm_word(t->parts.at, at);
        words = head >> 8;
        if (words == 0 || words > t->parts.count - at) return false;
        const uint8_t *part = t->parts.at + (size_t)at * 4u;
        uint32_t kind = head & 0xFFu, growth;
        bool good = false;
        if (kind == S3LM_PART_MACHINE) good = s3lm_machine_check(part, words);
        else if (kind == S3LM_PART_FORM) good = s3lm_form_check(part, words);
        else if (kind == S3LM_PART_MAP) good = s3lm_map_check(part, words, &growth);
        if (!good) return false;
    }
    return true;
}

static bool check_normalizer(s3lm_tokenizer *t) {
    t->normal_growth = 1;
    t->normal_extra = 0;
    for (uint32_t i = 0; i < t->normalizer.count; i++) {
        const uint8_t *entry = t->normalizer.at + (size_t)i * 20u;
        uint32_t kind = s3lm_word(entry, 0), pattern = s3lm_word(entry, 2), content = s3lm_word(entry, 4);
        uint32_t least = kind == S3LM_NORMAL_REPLACE || kind == S3LM_NORMAL_REPLACE_START ? 1 : 0, growth = 1;
        if (kind == S3LM_NORMAL_REPLACE_MATCHES) {
            if (pattern || !is_part(t, s3lm_word(entry, 1), S3LM_PART_MACHINE)) return false;
        } else if (kind == S3LM_NORMAL_FORM) {
            if (pattern || content || !is_part(t, s3lm_word(entry, 1), S3LM_PART_FORM)) return false;
            s3lm_form form = s3lm_form_open(t->parts.at + (size_t)s3lm_word(entry, 1) * 4u);
            growth = s3lm_form_growth(&form);
        } else if (kind == S3LM_NORMAL_MAP) {
            uint32_t place = s3lm_word(entry, 1);
            if (pattern || content || !is_part(t, place, S3LM_PART_MAP)) return false;
            s3lm_map_check(t->parts.at + (size_t)place * 4u, s3lm_word(t->parts.at, place) >> 8, &growth);
        } else if (kind == S3LM_NORMAL_TRIM) {
            if (pattern == 0 || pattern > (S3LM_TRIM_LEFT | S3LM_TRIM_RIGHT) || content) return false;
            if (!is_part(t, s3lm_word(entry, 1), S3LM_PART_MACHINE)) return false;
        } else if (kind != S3LM_NORMAL_PREPEND && !least) return false;
        else if (!check_string(t, s3lm_word(entry, 1), pattern, least, least * S3LM_TOKN_OP_BYTES)) return false;
        least = kind == S3LM_NORMAL_PREPEND ? 1 : 0;
        if (!check_string(t, s3lm_word(entry, 3), content, least, S3LM_TOKN_OP_BYTES)) return false;
        if (kind == S3LM_NORMAL_PREPEND || kind == S3LM_NORMAL_REPLACE_START) t->normal_extra += content;
        else if (content > pattern) growth = pattern ? s3lm_groups(content, pattern) : content;
        t->normal_growth *= growth;
        t->normal_extra *= growth;
        if (t->normal_growth > S3LM_TOKN_GROWTH_LIMIT || t->normal_extra > 1024u) return false;
    }
    return true;
}

static bool check_stages(const s3lm_tokenizer *t) {
    bool byte_level = false, last = false;
    for (uint32_t i = 0; i < t->stages.count; i++) {
        const uint8_t *entry = t->stages.at + (size_t)i * 12u;
        uint32_t kind = s3lm_word(entry, 0), a = s3lm_word(entry, 1), b = s3lm_word(entry, 2);
        if (last || (byte_level && kind != S3LM_STAGE_PATTERN)) return false;
        if (kind == S3LM_STAGE_SPLIT) {
            if (a < S3LM_RULE_GPT2 || a > S3LM_RULE_DIGIT || b != 0) return false;
        } else if (kind == S3LM_STAGE_DIGITS) {
            if (a > 1 || b != 0) return false;
        } else if (kind == S3LM_STAGE_BYTE_LEVEL) {
            if (a > 1 || b > 1) return false;
            byte_level = true;
        } else if (kind == S3LM_STAGE_METASPACE) {
            if (a > S3LM_METASPACE_NEVER || b > 1 || (a == S3LM_METASPACE_FIRST && t->normalizer.count)) return false;
            last = true;
        } else if (kind == S3LM_STAGE_PATTERN) {
            if ((b & 7u) > S3LM_PIECES_CONTIGUOUS || b > 15u || !is_part(t, a, S3LM_PART_MACHINE)) return false;
        } else return false;
    }
    return byte_level == ((t->flags & S3LM_TOKN_BYTE_LEVEL) != 0);
}

static bool check_ids(const s3lm_tokenizer *t, const s3lm_table *table) {
    for (uint32_t i = 0; i < table->count; i++)
        if (!is_token(t, s3lm_word(table->at, i))) return false;
    return true;
}

static bool check_header(const s3lm_tokenizer *t, const uint8_t *section) {
    if (t->flags & ~(uint32_t)S3LM_TOKN_FLAGS) return false;
    if (t->vocab_size == 0 || t->vocab_size > S3LM_TOKN_VOCAB_LIMIT) return false;
    if (!(t->flags & S3LM_TOKN_WIDE) && t->vocab_size > 65536u) return false;
    if (t->decoder < S3LM_DECODE_BYTES || t->decoder > S3LM_DECODE_ENDS) return false;
    if (t->strip_count > 16 || !is_scalar(t->strip_character) || !is_scalar(t->metaspace)) return false;
    if (t->strip_count && t->decoder != S3LM_DECODE_PIECES && t->decoder != S3LM_DECODE_METASPACE) return false;
    if (t->decoder == S3LM_DECODE_METASPACE && t->strip_count > 1) return false;
    if (t->word_limit && s3lm_model(t) != S3LM_MODEL_WORDPIECE) return false;
    return s3lm_word(section, 11) == 0;
}

s3lm_tokenizer_status s3lm_tokenizer_open(const uint8_t *section, size_t length, s3lm_tokenizer *t) {
    if (length < S3LM_TOKN_HEADER || length > 0x7FFFFFFFu || ((uintptr_t)section & 3u))
        return S3LM_TOKENIZER_BAD_SECTION;
    uint32_t version = s3lm_word(section, 0);
    if (version < S3LM_TOKN_FIRST_VERSION || version > S3LM_TOKN_VERSION) return S3LM_TOKENIZER_BAD_VERSION;
    t->flags = s3lm_word(section, 1);
    t->vocab_size = s3lm_word(section, 2);
    t->unk_id = s3lm_word(section, 3);
    t->bos_id = s3lm_word(section, 4);
    t->eos_id = s3lm_word(section, 5);
    t->decoder = s3lm_word(section, 6);
    t->strip_character = s3lm_word(section, 7);
    t->strip_count = s3lm_word(section, 8);
    t->metaspace = s3lm_word(section, 9);
    t->word_limit = s3lm_word(section, 10);
    if (!check_header(t, section)) return S3LM_TOKENIZER_BAD_SECTION;

    /* The tables follow one another, each at the next multiple of 4, and end where the section ends. */
    uint32_t id = t->flags & S3LM_TOKN_WIDE ? 4 : 2;
    s3lm_table unused = {section, 0};
    t->merges = t->scores = t->continuing = unused;
    struct {
        s3lm_table *table;
        uint32_t size, most;
    } order[14] = {
        {&t->tokens, 4, S3LM_TOKN_VOCAB_LIMIT + 1},
        {&t->bytes, 1, S3LM_TOKN_BLOB_LIMIT - 1},
        {&t->byte_ids, 4, 256},
        {&t->characters, 8, S3LM_TOKN_VOCAB_LIMIT},
        {&t->lookup, id, S3LM_TOKN_VOCAB_LIMIT},
        {&t->merges, 4 * id, S3LM_TOKN_MERGES_LIMIT}, /* or what the model has in its place */
        {&t->raw_added, 16, S3LM_TOKN_ADDED_LIMIT},
        {&t->normal_added, 16, S3LM_TOKN_ADDED_LIMIT},
        {&t->normalizer, 20, S3LM_TOKN_OPS_LIMIT},
        {&t->stages, 12, S3LM_TOKN_STAGES_LIMIT},
        {&t->prefix, 4, S3LM_TOKN_EXTRA_LIMIT},
        {&t->suffix, 4, S3LM_TOKN_EXTRA_LIMIT},
        {&t->strings, 1, S3LM_TOKN_BLOB_LIMIT - 1},
        {&t->parts, 4, S3LM_TOKN_PARTS_LIMIT},
    };
    t->parts.count = 0;
    uint32_t tables = version == S3LM_TOKN_FIRST_VERSION ? 13 : 14;
    if (tables == 13 && (s3lm_word(section, 38) || s3lm_word(section, 39))) return S3LM_TOKENIZER_BAD_SECTION;
    order[5].table = s3lm_model_table(t, &order[5].size, &order[5].most);
    uint32_t at = S3LM_TOKN_HEADER;
    for (uint32_t i = 0; i < tables; i++) {
        uint32_t offset = s3lm_word(section, 12 + 2 * i), count = s3lm_word(section, 13 + 2 * i);
        if (count > order[i].most || offset != at) return S3LM_TOKENIZER_BAD_SECTION;
        uint32_t bytes = count * order[i].size; /* at most 2^24 entries of 1, or 2^20 of 16 bytes: no overflow */
        if (bytes > length - at) return S3LM_TOKENIZER_BAD_SECTION;
        uint32_t end = (at + bytes + 3u) & ~3u;
        if (end > length) return S3LM_TOKENIZER_BAD_SECTION;
        for (uint32_t p = at + bytes; p < end; p++)
            if (section[p]) return S3LM_TOKENIZER_BAD_SECTION;
        order[i].table->at = section + at;
        order[i].table->count = count;
        at = end;
    }
    if (at != length) return S3LM_TOKENIZER_BAD_SECTION;

    bool good = check_tokens(t) && check_symbols(t) && s3lm_check_model(t) &&
                check_added(t, &t->raw_added, t->raw_first) && check_added(t, &t->normal_added, t->normal_first) &&
                check_parts(t) && check_normalizer(t) && check_stages(t) && check_ids(t, &t->prefix) &&
                check_ids(t, &t->suffix);
    if (t->unk_id != S3LM_NO_ID) good = good && is_token(t, t->unk_id);
    if (t->bos_id != S3LM_NO_ID) good = good && is_token(t, t->bos_id);
    if (t->eos_id != S3LM_NO_ID) good = good && is_token(t, t->eos_id);
    return good ? S3LM_TOKENIZER_OK : S3LM_TOKENIZER_BAD_SECTION;
}
