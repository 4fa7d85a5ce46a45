/* block_key.c: what a blocking rule makes of a record: the functions of a rule's terms, their hashes, and the key. */
#include "link/block.h"

#include "base/hash.h"
#include "base/text.h"

/* ---- Functions of values ---- */

static struct slice token_of(struct slice s, enum link_function function)
{
    struct slice rest = s, part, chosen = NO_SLICE;
    while (slice_cut(&rest, ' ', &part)) {
        if (slice_empty(part))
            continue;
        if (function == LINK_FN_FIRST)
            return part;
        if (function == LINK_FN_LAST || part.len > chosen.len ||
            (part.len == chosen.len && slice_compare(part, chosen) < 0))
            chosen = part;
    }
    return chosen;
}

static struct slice sorted_tokens(struct slice s, struct arena *arena)
{
    struct slice tokens[32], rest = s, part;
    size_t count = 0;
    while (count < countof(tokens) && slice_cut(&rest, ' ', &part)) {
        size_t at = count++;
        for (; at > 0 && slice_compare(part, tokens[at - 1]) < 0; at--)
            tokens[at] = tokens[at - 1];
        tokens[at] = part;
    }
    return arena_join(arena, tokens, count, S(" "));
}

/* Of a word's lots the least counts, and long words and those with a digit have more of them: what tells texts apart is
 * drawn sooner than "the". With one lot a word, two texts would draw the same one as often as they share words. */
static unsigned lots_of(struct slice word)
{
    unsigned letters = 0, digits = 0;
    for (size_t i = 0; i < word.len; i++) {
        digits += word.at[i] >= '0' && word.at[i] <= '9';
        letters += ((unsigned char)word.at[i] & 0xc0) != 0x80;
    }
    unsigned lots = letters <= 3 ? 1 : letters < 10 ? letters - 2 : 8;
    return digits > 0 && letters >= 3 ? 2 * lots : lots;
}

static struct slice drawn_token(struct slice s, unsigned lot)
{
    struct slice rest = s, part, chosen = NO_SLICE;
    uint64_t least = UINT64_MAX;
    while (slice_cut(&rest, ' ', &part)) {
        uint64_t hash = hash64(part, 1000 + lot);
        for (unsigned lots = lots_of(part); lots > 0; lots--) {
            hash ^= hash >> 29;
            hash = hash * 0x9e3779b97f4a7c15ull + 1;
            hash ^= hash >> 32;
            if (hash < least && !slice_empty(part)) {
                least = hash;
                chosen = part;
            }
        }
    }
    return chosen;
}

static struct slice known_digits(struct slice s, size_t from, size_t to)
{
    struct slice part = slice_part(s, from, to);
    for (size_t i = 0; i < part.len; i++)
        if (part.at[i] != '0')
            return part;
    return NO_SLICE;
}

static struct slice day_and_month(struct slice s, struct arena *arena)
{
    struct slice month = known_digits(s, 4, 6), day = known_digits(s, 6, 8);
    if (slice_empty(month) || slice_empty(day))
        return NO_SLICE;
    bool order = slice_compare(month, day) <= 0;
    struct slice both[2] = {order ? month : day, order ? day : month};
    return arena_join(arena, both, 2, NO_SLICE);
}

static struct slice apply_call(struct link_call call, const struct value *value, struct slice s, struct arena *arena)
{
    switch (call.function) {
    case LINK_FN_SOUNDEX: {
        char *code = arena_array(arena, char, 5);
        text_soundex(s, code);
        return slice_of(code);
    }
    case LINK_FN_YEAR:
        return s.len == 8 ? known_digits(s, 0, 4) : NO_SLICE;
    case LINK_FN_MONTH:
        return s.len == 8 ? known_digits(s, 4, 6) : NO_SLICE;
    case LINK_FN_DAY:
        return s.len == 8 ? known_digits(s, 6, 8) : NO_SLICE;
    case LINK_FN_DAY_MONTH:
        return s.len == 8 ? day_and_month(s, arena) : NO_SLICE;
    case LINK_FN_PREFIX:
        return text_first_letters(s, call.argument);
    case LINK_FN_SUFFIX:
        return text_last_letters(s, call.argument);
    case LINK_FN_FIRST:
    case LINK_FN_LAST:
    case LINK_FN_LONGEST:
        return token_of(s, call.function);
    case LINK_FN_SORTED:
        return sorted_tokens(s, arena);
    case LINK_FN_DRAWN:
        return drawn_token(s, call.argument);
    case LINK_FN_DIGITS:
        return text_digits(arena, s);
    case LINK_FN_AREA:
        return slice_part(value->text, 0, value->area);
    case LINK_FN_DISTRICT:
        return slice_part(value->text, 0, value->district);
    case LINK_FN_SECTOR:
        return slice_part(value->text, 0, value->sector);
    case LINK_FUNCTIONS:
        break;
    }
    return NO_SLICE;
}

static struct slice term_text(const struct link_term *term, const struct value *value, struct arena *arena)
{
    struct slice s = value->text;
    for (unsigned i = 0; i < term->call_count && !slice_empty(s); i++)
        s = apply_call(term->calls[i], value, s, arena);
    return s;
}

struct slice block_key_text(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                            struct arena *arena)
{
    struct slice parts[LINK_TERMS_MAX];
    for (unsigned t = 0; t < rule->term_count; t++) {
        parts[t] = term_text(&rule->terms[t], record_value(records, record, rule->terms[t].column), arena);
        if (slice_empty(parts[t]))
            return NO_SLICE;
    }
    return arena_join(arena, parts, rule->term_count, S(" | "));
}

uint64_t block_term_hash(const struct link_term *term, const struct value *value, struct arena *scratch)
{
    struct slice text = term_text(term, value, scratch);
    return slice_empty(text) ? 0 : hash64(text, 21);
}

/* ---- Keys ---- */

uint64_t block_key(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                   struct arena *scratch)
{
    uint64_t key = 0;
    for (unsigned t = 0; t < rule->term_count && (t == 0 || key); t++)
        key = block_join(
            key, t, block_term_hash(&rule->terms[t], record_value(records, record, rule->terms[t].column), scratch));
    return key;
}

static bool same_term(const struct link_term *a, const struct link_term *b)
{
    if (a->column != b->column || a->call_count != b->call_count)
        return false;
    for (unsigned i = 0; i < a->call_count; i++)
        if (a->calls[i].function != b->calls[i].function || a->calls[i].argument != b->calls[i].argument)
            return false;
    return true;
}

void block_terms_list(const struct link_spec *spec, struct block_terms *ret)
{
    *ret = (struct block_terms){.spec = spec, .rule_count = spec->rule_count};
    for (size_t r = 0; r < spec->rule_count; r++)
        for (unsigned t = 0; t < spec->rules[r].term_count; t++) {
            const struct link_term *term = &spec->rules[r].terms[t];
            size_t k = 0;
            while (k < ret->term_count && !same_term(ret->terms[k], term))
                k++;
            if (k == ret->term_count)
                ret->terms[ret->term_count++] = term;
            ret->of[r][t] = (uint16_t)k;
        }
}

void block_keys(const struct link_records *records, const struct block_terms *terms, uint32_t record,
                struct arena *scratch, uint64_t *ret_keys)
{
    uint64_t hashes[LINK_RULES_MAX * LINK_TERMS_MAX];
    for (size_t k = 0; k < terms->term_count; k++)
        hashes[k] = block_term_hash(terms->terms[k], record_value(records, record, terms->terms[k]->column), scratch);
    for (size_t r = 0; r < terms->rule_count; r++) {
        uint64_t key = 0;
        for (unsigned t = 0; t < terms->spec->rules[r].term_count && (t == 0 || key); t++)
            key = block_join(key, t, hashes[terms->of[r][t]]);
        ret_keys[r] = key;
    }
}
