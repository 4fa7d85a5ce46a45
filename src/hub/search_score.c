/* Qualities were set by hand so that an equal word beats a nickname, a nickname a letter wrong, a letter wrong a sound;
 * two weak fits never beat one of the same weight that is equal.
 *
 * Comparing two names costs some hundred nanoseconds (a distance and a Soundex), and the few hundred forms of a search
 * hold the same names again and again: what came out is remembered by term and word, in an open hash table that grows
 * when it is half full. A word of an address is told apart by its ends more cheaply than it is looked up. */
#include "hub/search_score.h"

#include "base/text.h"

enum { PLACES_FIRST = 256 };

struct kept_fit {
    struct slice word; /* no bytes: free */
    size_t term;
    struct fit fit;
};

struct fitting {
    struct arena *arena;
    const struct terms *terms;
    char (*sounds)[5]; /* of the terms */
    struct kept_fit *kept;
    size_t kept_count, places; /* places: a power of two */
};

struct fitting *search_fitting(const struct terms *terms, struct arena *arena)
{
    struct fitting *fitting = arena_new(arena, struct fitting);
    fitting->arena = arena;
    fitting->terms = terms;
    fitting->sounds = arena_alloc(arena, sizeof *fitting->sounds, terms->count, 1);
    for (size_t t = 0; t < terms->count; t++)
        text_soundex(terms->list[t].text, fitting->sounds[t]);
    fitting->places = PLACES_FIRST;
    fitting->kept = arena_array(arena, struct kept_fit, fitting->places);
    return fitting;
}

/* Where it is kept, or the free place where it may be. */
static struct kept_fit *place_of(const struct fitting *fitting, size_t term, struct slice word)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ term;
    for (size_t i = 0; i < word.len; i++)
        hash = (hash ^ (unsigned char)word.at[i]) * UINT64_C(0x100000001b3);
    size_t at = (size_t)(hash ^ hash >> 29) & (fitting->places - 1);
    while (fitting->kept[at].word.len && (fitting->kept[at].term != term || !slice_equal(fitting->kept[at].word, word)))
        at = (at + 1) & (fitting->places - 1);
    return &fitting->kept[at];
}

static void keep(struct fitting *fitting, size_t term, struct slice word, struct fit fit)
{
    if (++fitting->kept_count > fitting->places / 2) {
        const struct kept_fit *old = fitting->kept;
        size_t count = fitting->places;
        fitting->places *= 2;
        fitting->kept = arena_array(fitting->arena, struct kept_fit, fitting->places);
        for (size_t i = 0; i < count; i++)
            if (old[i].word.len)
                *place_of(fitting, old[i].term, old[i].word) = old[i];
    }
    *place_of(fitting, term, word) = (struct kept_fit){word, term, fit};
}

static struct fit better(struct fit a, struct fit b)
{
    return b.quality > a.quality ? b : a;
}

static bool ascii_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static struct fit fit_name(const struct term *term, const char sound[5], struct slice word)
{
    struct slice asked = term->text;
    if (slice_equal(asked, word))
        return (struct fit){1.0, FIT_EQUAL, FIT_GIVEN_NAME, word};
    if (asked.len == 1 || word.len == 1)
        return asked.at[0] == word.at[0] ? (struct fit){0.6, FIT_INITIAL, FIT_GIVEN_NAME, word} : (struct fit){0};
    for (size_t i = 0; i < term->form_count; i++)
        if (slice_equal(term->forms[i], word))
            return (struct fit){0.9, FIT_NICKNAME, FIT_GIVEN_NAME, word};
    if (asked.len >= 3 && slice_starts(word, asked))
        return (struct fit){0.85, FIT_PART, FIT_GIVEN_NAME, word};
    size_t longest = asked.len > word.len ? asked.len : word.len;
    unsigned limit = longest >= 8 ? 2 : longest >= 4 ? 1 : 0;
    unsigned edits = limit ? text_distance(asked, word, limit) : 1;
    if (limit && edits <= limit)
        return (struct fit){edits == 1 ? 0.8 : 0.65, FIT_EDIT, FIT_GIVEN_NAME, word};
    char own[5];
    if (!sound[0] || (ascii_letter(word.at[0]) && word.at[0] - 32 != sound[0]))
        return (struct fit){0}; /* a sound begins with the word's own letter */
    text_soundex(word, own);
    if (memcmp(sound, own, 5) == 0)
        return (struct fit){0.55, FIT_SOUND, FIT_GIVEN_NAME, word};
    return (struct fit){0};
}

static struct fit fit_address_word(const struct term *term, struct slice word)
{
    struct slice asked = term->text;
    bool number = term->kind == TERM_NUMBER;
    if (slice_equal(word, asked))
        return (struct fit){0.95, FIT_EQUAL, FIT_ADDRESS, word};
    /* One edit leaves the first letter or the last as it was. */
    bool near =
        word.len && asked.len && (word.at[0] == asked.at[0] || word.at[word.len - 1] == asked.at[asked.len - 1]);
    if (!number && near && asked.len >= 5 && word.len >= 5 && text_distance(asked, word, 1) <= 1)
        return (struct fit){0.7, FIT_EDIT, FIT_ADDRESS, word};
    if (!number && asked.len >= 4 && slice_starts(word, asked))
        return (struct fit){0.7, FIT_PART, FIT_ADDRESS, word};
    return (struct fit){0};
}

static struct fit fit_word(struct fitting *fitting, size_t term, struct slice word)
{
    if (word.len == 0)
        return (struct fit){0};
    const struct kept_fit *kept = place_of(fitting, term, word);
    if (kept->word.len)
        return kept->fit;
    struct fit fit = fit_name(&fitting->terms->list[term], fitting->sounds[term], word);
    keep(fitting, term, word, fit);
    return fit;
}

static struct fit fit_names(struct fitting *fitting, size_t term, const struct slice *words, size_t count,
                            enum fit_where where)
{
    struct fit best = {0};
    for (size_t i = 0; i < count; i++) {
        struct fit fit = fit_word(fitting, term, words[i]);
        fit.where = where;
        best = better(best, fit);
    }
    return best;
}

double search_fit_name(struct fitting *fitting, size_t term, struct slice word)
{
    return fitting->terms->list[term].kind == TERM_WORD ? fit_word(fitting, term, word).quality : 0;
}

/* The first word that fits. */
static struct fit fit_address(struct fitting *fitting, size_t term, const struct search_form *form)
{
    struct fit fit = {0};
    for (size_t i = 0; i < form->address_count && fit.quality <= 0; i++)
        fit = fit_address_word(&fitting->terms->list[term], form->address[i]);
    return fit;
}

static struct fit fit_date(const struct term *term, struct slice birth)
{
    struct slice asked = term->text;
    if (birth.len < 4)
        return (struct fit){0};
    if (slice_equal(asked, birth))
        return (struct fit){1.0, FIT_EQUAL, FIT_BIRTH, birth};
    if (birth.len < 10)
        return slice_starts(asked, birth) ? (struct fit){0.6, FIT_PART, FIT_BIRTH, birth} : (struct fit){0};
    bool year = memcmp(asked.at, birth.at, 4) == 0;
    if (year && memcmp(asked.at + 5, birth.at + 8, 2) == 0 && memcmp(asked.at + 8, birth.at + 5, 2) == 0)
        return (struct fit){0.85, FIT_SWAPPED, FIT_BIRTH, birth};
    unsigned different = 0;
    for (size_t i = 0; i < 10; i++)
        different += asked.at[i] != birth.at[i];
    if (different == 1 || text_distance(asked, birth, 1) <= 1)
        return (struct fit){0.75, FIT_NEAR_DATE, FIT_BIRTH, birth};
    return year ? (struct fit){0.35, FIT_YEAR, FIT_BIRTH, birth} : (struct fit){0};
}

static struct fit fit_year(const struct term *term, struct slice birth)
{
    int64_t asked, own;
    if (birth.len < 4 || !slice_integer(term->text, &asked) || !slice_integer(slice_part(birth, 0, 4), &own))
        return (struct fit){0};
    if (asked == own)
        return (struct fit){1.0, FIT_EQUAL, FIT_BIRTH, birth};
    if (asked - own == 1 || own - asked == 1)
        return (struct fit){0.5, FIT_NEAR_YEAR, FIT_BIRTH, birth};
    return (struct fit){0};
}

struct fit search_fit(struct fitting *fitting, size_t number, const struct search_form *form)
{
    const struct term *term = &fitting->terms->list[number];
    struct fit fit = {0};
    switch (term->kind) {
    case TERM_WORD:
        fit = fit_names(fitting, number, form->family, form->family_count, FIT_FAMILY_NAME);
        fit = better(fit, fit_names(fitting, number, form->given, form->given_count, FIT_GIVEN_NAME));
        fit = better(fit, fit_names(fitting, number, form->other, form->other_count, FIT_OTHER_NAME));
        if (fit.quality < 0.95)
            fit = better(fit, fit_address(fitting, number, form));
        return fit;
    case TERM_NUMBER:
        return fit_address(fitting, number, form);
    case TERM_DATE:
        return fit_date(term, form->birth);
    case TERM_YEAR:
        return fit_year(term, form->birth);
    case TERM_POSTCODE:
        if (slice_equal(term->text, form->postcode))
            return (struct fit){1.0, FIT_EQUAL, FIT_POSTCODE, form->postcode};
        if (form->postcode.len == term->text.len && form->postcode.len > 2 &&
            slice_equal(slice_part(term->text, 0, term->text.len - 2),
                        slice_part(form->postcode, 0, term->text.len - 2)))
            return (struct fit){0.5, FIT_SECTOR, FIT_POSTCODE, form->postcode};
        return fit;
    case TERM_PART_POSTCODE:
        if (form->postcode.len >= term->text.len + 3 &&
            slice_equal(slice_part(form->postcode, 0, form->postcode.len - 3), term->text))
            return (struct fit){1.0, FIT_EQUAL, FIT_POSTCODE, form->postcode};
        return fit;
    case TERM_NHS:
        return slice_equal(term->text, form->nhs_number) ? (struct fit){1.0, FIT_EQUAL, FIT_NHS, form->nhs_number}
                                                         : fit;
    case TERM_UPRN:
        return slice_equal(term->text, form->uprn) ? (struct fit){1.0, FIT_EQUAL, FIT_UPRN, form->uprn} : fit;
    }
    return fit;
}
