/* Keys from the terms give candidate records, all keys of a step in one statement; a key's token tells much of how well
 * the record fits, so that only the forms of the best are read.
 *
 * What was tried: intersecting the lists of two common names. Pairs of sounds ("J500 S530") do the same in one walk,
 * catch most misspellings and swapped fields on the way, and are short lists. */
#include "hub/search_inside.h"

#include "base/text.h"
#include "store/search_table.h"

enum { KEY_LIMIT = 120, NEAR_LIMIT = 40, VARIANTS_MAX = 24, KEYS_MAX = 96, PLACES = 1024 };
_Static_assert(PLACES >= 2 * CANDIDATES_MAX && (PLACES & (PLACES - 1)) == 0, "a place is found in a step or two");

/* ---- The candidates, each once ---- */

struct candidate_place {
    int64_t anchor;  /* 0: free */
    uint32_t number; /* in candidates */
};

/* NULL when there is no room for it. */
static struct candidate *candidate_of(struct searching *s, int64_t anchor, size_t source, size_t row)
{
    if (!s->places)
        s->places = arena_array(s->r->arena, struct candidate_place, PLACES);
    size_t at = ((uint64_t)anchor * UINT64_C(0x9e3779b97f4a7c15)) >> 54;
    while (s->places[at].anchor && s->places[at].anchor != anchor)
        at = (at + 1) & (PLACES - 1);
    if (s->places[at].anchor)
        return &s->candidates[s->places[at].number];
    if (s->count == CANDIDATES_MAX)
        return NULL;
    s->places[at] = (struct candidate_place){anchor, (uint32_t)s->count};
    s->candidates[s->count] = (struct candidate){.anchor = anchor, .source = source, .row = row};
    return &s->candidates[s->count++];
}

static void told(struct candidate *candidate, size_t term, double quality)
{
    if (quality > candidate->told[term])
        candidate->told[term] = quality;
}

/* What a row says of the terms. Behind two sounds, or a sound and a year, there are ten bytes, then the words. */
static void note_told(const struct searching *s, struct slice attribute, struct slice token,
                      struct candidate *candidate)
{
    bool pair = slice_equal(attribute, S("pair")), year = slice_equal(attribute, S("year"));
    if (pair || year || slice_equal(attribute, S("name"))) {
        struct slice rest = pair || year ? slice_part(token, 10, token.len) : token, word;
        while (slice_cut(&rest, ' ', &word))
            for (size_t t = 0; t < s->terms.count; t++)
                told(candidate, t, search_fit_name(s->fitting, t, word));
        for (size_t t = 0; year && t < s->terms.count; t++)
            if (s->terms.list[t].kind == TERM_YEAR && slice_equal(s->terms.list[t].text, slice_part(token, 5, 9)))
                told(candidate, t, 1);
        return;
    }
    static const struct {
        struct slice attribute;
        enum term_kind kind;
    } whole[] = {{S_INIT("nhs"), TERM_NHS},
                 {S_INIT("uprn"), TERM_UPRN},
                 {S_INIT("born"), TERM_DATE},
                 {S_INIT("code"), TERM_POSTCODE}};
    for (size_t i = 0; i < countof(whole); i++)
        for (size_t t = 0; slice_equal(attribute, whole[i].attribute) && t < s->terms.count; t++)
            if (s->terms.list[t].kind == whole[i].kind && slice_equal(s->terms.list[t].text, token))
                told(candidate, t, 1);
}

/* ---- Asking for keys ---- */

struct keys {
    struct search_key list[KEYS_MAX];
    size_t count;
};

static struct slice after(struct arena *arena, struct slice prefix)
{
    char *at = arena_cstr(arena, prefix);
    at[prefix.len - 1]++; /* prefixes end in ASCII */
    return slice_from(at, prefix.len);
}

static void add_range(struct keys *keys, struct slice attribute, struct slice low, struct slice high)
{
    if (keys->count < KEYS_MAX)
        keys->list[keys->count++] = (struct search_key){attribute, low, high};
}

/* This token alone: no byte of one is below a space. */
static void add_key(struct keys *keys, struct slice attribute, struct slice token, struct arena *arena)
{
    add_range(keys, attribute, token, arena_format(arena, "%.*s\x01", PRINT(token)));
}

/* The tokens that begin with these words. */
static void add_beginning(struct keys *keys, struct slice attribute, struct slice words, struct arena *arena)
{
    struct slice low = arena_format(arena, "%.*s ", PRINT(words));
    add_range(keys, attribute, low, after(arena, low));
}

struct found {
    size_t key, source;
    int64_t anchor;
    struct slice token;
};

static int by_key(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    int order = slice_compare(x->token, y->token);
    return order ? order : (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

/* What the tables have of these keys, by key, source, token and anchor. */
static bool ask(struct searching *s, const struct keys *keys, int64_t limit, struct found **ret, size_t *ret_count,
                struct error *err)
{
    struct arena *arena = s->r->arena;
    enum store_dialect dialect = store_dialect(transaction_store(s->r->transaction));
    struct found *list = NULL;
    size_t found = 0, capacity = 0, most = search_keys_most(s->source_count);
    for (size_t from = 0; from < keys->count; from += most) {
        struct sql sql;
        const struct value *args;
        size_t arg_count;
        struct result rows;
        search_table_select(s->sources, s->source_count, keys->list + from,
                            keys->count - from < most ? keys->count - from : most, limit, dialect, arena, &sql, &args,
                            &arg_count);
        if (!store_query_sql(s->r->transaction, &sql, args, arg_count, arena, &rows, err))
            return false;
        for (size_t i = 0; i < rows.rows; i++) {
            const struct value *row = result_row(&rows, i);
            ARENA_GROW(arena, list, found, capacity);
            list[found++] = (struct found){from + (size_t)cell_integer(&row[0]), (size_t)cell_integer(&row[1]),
                                           cell_integer(&row[2]), cell_text(&row[3])};
            must(list[found - 1].key < keys->count && list[found - 1].source < s->source_count);
        }
    }
    array_sort(list, found, sizeof *list, by_key);
    *ret = list;
    *ret_count = found;
    return true;
}

/* Candidates of these keys, the first keys first. */
static bool take(struct searching *s, const struct keys *keys, struct error *err)
{
    struct found *list;
    size_t found, run = 0;
    if (keys->count == 0)
        return true;
    if (s->count >= CANDIDATES_MAX) {
        s->too_common = true;
        return true;
    }
    if (!ask(s, keys, KEY_LIMIT, &list, &found, err))
        return false;
    for (size_t i = 0; i < found; i++) {
        run = i && list[i].key == list[i - 1].key && list[i].source == list[i - 1].source ? run + 1 : 1;
        struct candidate *candidate = list[i].anchor ? candidate_of(s, list[i].anchor, list[i].source, run) : NULL;
        if (candidate)
            note_told(s, keys->list[list[i].key].attribute, list[i].token, candidate);
        if (run == KEY_LIMIT || (list[i].anchor && !candidate))
            s->too_common = true;
    }
    return true;
}

/* ---- Words and what they may be a slip for ---- */

struct words {
    struct slice list[VARIANTS_MAX];
    size_t count;
};

static void add_word(struct words *words, struct slice word)
{
    for (size_t i = 0; i < words->count; i++)
        if (slice_equal(words->list[i], word))
            return;
    if (words->count < VARIANTS_MAX)
        words->list[words->count++] = word;
}

/* The name words of the sources that a misspelt one may mean: by one letter, or by sound. */
static bool find_near(struct searching *s, const struct term *term, struct words *words, struct error *err)
{
    struct arena *arena = s->r->arena;
    struct slice word = term->text;
    struct keys keys = {0};
    if (word.len < 3 || word.len > 30)
        return true;
    add_beginning(&keys, S("near"), word, arena); /* a letter is missing */
    for (size_t i = 0; i < word.len; i++)         /* a letter is wrong, or there is one too many */
        if ((unsigned char)word.at[i] < 0x80) {
            struct slice less = arena_format(arena, "%.*s%.*s", PRINT(slice_part(word, 0, i)),
                                             PRINT(slice_part(word, i + 1, word.len)));
            if (text_valid_utf8(less) == less.len)
                add_beginning(&keys, S("near"), less, arena);
        }
    size_t spelt = keys.count;
    char sound[5];
    text_soundex(word, sound);
    if (sound[0])
        add_beginning(&keys, S("sound"), slice_of(sound), arena);
    struct found *list;
    size_t found, at = 0;
    if (!ask(s, &keys, NEAR_LIMIT, &list, &found, err))
        return false;
    for (size_t k = 0; k < keys.count; k++) {
        struct slice low = keys.list[k].low;
        if (k == spelt && words->count >= VARIANTS_MAX / 2)
            break; /* enough without those that only sound alike */
        for (; at < found && list[at].key == k; at++) {
            struct slice known = slice_part(list[at].token, low.len, list[at].token.len);
            if (text_distance(word, known, 2) <= 2)
                add_word(words, known);
        }
        if (k > 0 && k < spelt)
            add_word(words, slice_part(low, 0, low.len - 1));
    }
    return true;
}

const struct term *search_term(const struct terms *terms, enum term_kind kind)
{
    for (size_t i = 0; i < terms->count; i++)
        if (terms->list[i].kind == kind)
            return &terms->list[i];
    return NULL;
}

/* The words that are telling enough to be looked up, longest first kept in the order asked. */
static size_t telling(const struct terms *terms, const struct term **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < terms->count; i++)
        if (terms->list[i].kind == TERM_WORD && terms->list[i].weight >= 6 && count < 4)
            ret[count++] = &terms->list[i];
    return count;
}

static void sounds_of(const struct term *term, struct words *sounds, struct arena *arena)
{
    char sound[5];
    text_soundex(term->text, sound);
    if (sound[0])
        add_word(sounds, arena_copy(arena, slice_of(sound)));
    for (size_t i = 0; i < term->form_count && sounds->count < 5; i++) {
        text_soundex(term->forms[i], sound);
        if (sound[0])
            add_word(sounds, arena_copy(arena, slice_of(sound)));
    }
}

/* ---- From terms to keys ---- */

static void add_pairs(struct searching *s, const struct term *a, const struct term *b, struct keys *keys)
{
    struct words first = {0}, second = {0};
    sounds_of(a, &first, s->r->arena);
    sounds_of(b, &second, s->r->arena);
    for (size_t i = 0; i < first.count; i++)
        for (size_t k = 0; k < second.count; k++) {
            if (i && k) /* at most one of the two is a nickname */
                continue;
            bool order = slice_compare(first.list[i], second.list[k]) <= 0;
            add_beginning(keys, S("pair"),
                          arena_format(s->r->arena, "%.*s %.*s", PRINT(order ? first.list[i] : second.list[k]),
                                       PRINT(order ? second.list[k] : first.list[i])),
                          s->r->arena);
        }
}

static void add_years(struct searching *s, const struct term *word, struct slice year, struct keys *keys)
{
    struct words sounds = {0};
    sounds_of(word, &sounds, s->r->arena);
    for (size_t i = 0; i < sounds.count; i++)
        add_beginning(keys, S("year"), arena_format(s->r->arena, "%.*s %.*s", PRINT(sounds.list[i]), PRINT(year)),
                      s->r->arena);
}

static bool find_names(struct searching *s, const struct term *term, struct error *err)
{
    struct arena *arena = s->r->arena;
    struct keys keys = {0};
    add_key(&keys, S("name"), term->text, arena);
    for (size_t i = 0; i < term->form_count && i < 6; i++)
        add_key(&keys, S("name"), term->forms[i], arena);
    if (!take(s, &keys, err))
        return false;
    keys.count = 0;
    add_range(&keys, S("name"), term->text, after(arena, term->text));
    if (term->text.len >= 3 && s->count < CANDIDATES_MAX / 2 && !take(s, &keys, err))
        return false;
    if (s->count >= KEY_LIMIT / 2)
        return true;
    struct words near = {0};
    if (!find_near(s, term, &near, err))
        return false;
    keys.count = 0;
    for (size_t i = 0; i < near.count; i++)
        add_key(&keys, S("name"), near.list[i], arena);
    return take(s, &keys, err);
}

/* Everybody at the first half of a postcode, up to the limit. Of the second half the first letter after its digit tells
 * NR1 0AA from NR10 0AA: the keys have no space. */
static bool find_outward(struct searching *s, struct slice outward, struct error *err)
{
    struct keys keys = {0};
    for (int digit = 0; digit <= 9; digit++)
        add_range(&keys, S("code"), arena_format(s->r->arena, "%.*s%dA", PRINT(outward), digit),
                  arena_format(s->r->arena, "%.*s%d[", PRINT(outward), digit)); /* [ follows Z */
    return take(s, &keys, err);
}

static void add_whole(struct searching *s, enum term_kind kind, struct slice attribute, struct keys *keys)
{
    const struct term *term = search_term(&s->terms, kind);
    if (term)
        add_key(keys, attribute, term->text, s->r->arena);
}

/* The keys that two terms or one rare one make; exact ones before those that only sound so, or the hundred Jon Smyths
 * of a common sound could stand before the one John Smith. */
static void add_narrow(struct searching *s, const struct term *const *words, size_t word_count, struct keys *keys)
{
    struct arena *arena = s->r->arena;
    const struct terms *terms = &s->terms;
    const struct term *term;
    add_whole(s, TERM_NHS, S("nhs"), keys);
    add_whole(s, TERM_UPRN, S("uprn"), keys);
    add_whole(s, TERM_DATE, S("born"), keys);
    add_whole(s, TERM_POSTCODE, S("code"), keys);
    if ((term = search_term(terms, TERM_NUMBER)))
        for (size_t i = 0; i < word_count; i++)
            add_key(keys, S("street"), arena_format(arena, "%.*s %.*s", PRINT(term->text), PRINT(words[i]->text)),
                    arena);
    struct slice year = NO_SLICE;
    if ((term = search_term(terms, TERM_YEAR)))
        year = term->text;
    else if ((term = search_term(terms, TERM_DATE)))
        year = slice_part(term->text, 0, 4);
    for (size_t i = 0; i < word_count && year.len; i++) {
        char sound[5];
        text_soundex(words[i]->text, sound);
        if (sound[0])
            add_key(keys, S("year"), arena_format(arena, "%s %.*s %.*s", sound, PRINT(year), PRINT(words[i]->text)),
                    arena);
    }
    for (size_t i = 0; i < word_count; i++)
        for (size_t k = i + 1; k < word_count; k++) {
            struct slice token = search_pair_token(words[i]->text, words[k]->text, arena);
            if (token.len)
                add_key(keys, S("pair"), token, arena);
        }
    for (size_t i = 0; i < word_count && year.len; i++)
        add_years(s, words[i], year, keys);
    for (size_t i = 0; i < word_count; i++)
        for (size_t k = i + 1; k < word_count; k++)
            add_pairs(s, words[i], words[k], keys);
}

bool search_find(struct searching *s, struct error *err)
{
    const struct term *words[4], *term;
    size_t word_count = telling(&s->terms, words);
    struct keys keys = {0};
    add_narrow(s, words, word_count, &keys);
    if (!take(s, &keys, err))
        return false;
    /* One word alone, or nothing found by the keys of two: each word by itself, the longest first. */
    if (word_count && (word_count == 1 || s->count == 0)) {
        if (word_count == 1 && s->count >= 20)
            return true;
        size_t longest = 0;
        for (size_t i = 1; i < word_count; i++)
            if (words[i]->text.len > words[longest]->text.len)
                longest = i;
        if (!find_names(s, words[longest], err))
            return false;
        for (size_t i = 0; i < word_count && s->count < KEY_LIMIT; i++)
            if (i != longest && !find_names(s, words[i], err))
                return false;
    }
    if (s->count == 0 && (term = search_term(&s->terms, TERM_PART_POSTCODE)))
        return find_outward(s, term->text, err);
    return true;
}

bool search_widen(struct searching *s, struct error *err)
{
    const struct term *words[4];
    size_t word_count = telling(&s->terms, words);
    s->widened = true;
    for (size_t i = 0; i < word_count; i++)
        if (!find_names(s, words[i], err))
            return false;
    return true;
}
