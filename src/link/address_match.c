/* address_match.c: which homes can be meant, and which of them is.
 *
 * First the homes of the postcode, some fifteen, each in well under a microsecond. Only where none of them is accepted
 * does it look further: the sector by number, number with word over the whole gazetteer (a mistyped word by the words
 * one edit away), the rarest words. Each list has a bound, so that no address costs more than some thousand homes.
 *
 * The odds of the best are against all others together and against "none of these", whose weight is the size of the
 * gazetteer: a home that is not in it agrees with some home of it by chance that often. */
#include "link/address_inside.h"

#include "base/text.h"

#include <math.h>

enum {
    POSTCODE_HOMES = 1024, /* more of one postcode are not looked at; real ones have at most about 100 */
    SECTOR_HOMES = 16384,  /* looked at by number alone */
    LIST_HOMES = 256,      /* of one pair of number and word, or one word */
    ALL_HOMES = 4096,
    TELL_APART = 64,
};

static const double accept = 2, margin = 3, none_of_these = -1, near_enough = 10;

const char *const address_class_names[4] = {"none", "ambiguous", "near", "exact"};

struct search {
    const struct address_index *index;
    const struct address_question *question;
    struct arena *arena;
    struct address_score *scores;
    size_t count, capacity;
    uint32_t *further;
    size_t further_count, further_capacity;
};

static void score_home(struct search *s, uint32_t home, bool fine)
{
    ARENA_GROW(s->arena, s->scores, s->count, s->capacity);
    address_score(s->index, s->question, home, fine, &s->scores[s->count++]);
}

static void score_postcodes(struct search *s)
{
    const struct address_parts *parts = &s->question->parts;
    for (size_t p = 0; p < parts->postcode_count; p++) {
        size_t until, from = address_homes_find(s->index, parts->postcodes[p], 0, &until);
        for (size_t h = from; h < until && h < from + POSTCODE_HOMES; h++)
            score_home(s, (uint32_t)h, false);
    }
}

/* ---- Further afield ---- */

static void further_add(struct search *s, uint32_t home)
{
    if (s->further_count == ALL_HOMES)
        return;
    ARENA_GROW(s->arena, s->further, s->further_count, s->further_capacity);
    s->further[s->further_count++] = home;
}

static void add_keys(struct search *s, uint64_t hash)
{
    const struct address_index *index = s->index;
    size_t until, from = address_keys_find(index->pairs, index->pair_count, hash, &until);
    for (size_t k = from; k < until && k < from + LIST_HOMES; k++)
        further_add(s, index->pairs[k].home);
}

static void add_names(struct search *s, uint32_t first, uint32_t second)
{
    if (first != NO_WORD && second != NO_WORD)
        add_keys(s, address_names_hash(first, second));
}

/* A named home, with one of the address's words in its name. */
static bool name_fits(const struct search *s, const struct address_home *home)
{
    const struct address_question *q = s->question;
    for (size_t i = 0; home->name_only && i < home->word_count; i++)
        for (size_t j = 0; j < q->parts.word_count; j++)
            if (s->index->home_words[home->words + i] == q->ids[j])
                return s->index->home_parts[home->words + i] == PART_BUILDING;
    return false;
}

static bool number_fits(const struct search *s, const struct address_home *home)
{
    const struct address_parts *parts = &s->question->parts;
    for (size_t i = 0; i < parts->number_count; i++) {
        uint32_t low = parts->numbers[i].value.low;
        if (low && (home->house.low == low || home->unit.low == low))
            return true;
    }
    return false;
}

static void add_sector(struct search *s)
{
    const struct address_parts *parts = &s->question->parts;
    for (size_t p = 0; p < parts->postcode_count; p++) {
        size_t until, from = address_homes_find(s->index, ADDRESS_SECTOR(parts->postcodes[p]), 16, &until);
        for (size_t h = from; h < until && h < from + SECTOR_HOMES; h++)
            if (number_fits(s, &s->index->homes[h]) || name_fits(s, &s->index->homes[h]))
                further_add(s, (uint32_t)h);
    }
}

static void add_pairs(struct search *s, uint32_t word)
{
    const struct address_parts *parts = &s->question->parts;
    for (size_t i = 0; i < parts->number_count; i++) {
        if (!parts->numbers[i].value.low)
            continue;
        add_keys(s, address_pair_hash(parts->numbers[i].value.low, word));
    }
}

static void add_word(struct search *s, uint32_t word)
{
    const struct address_word *w = &s->index->words[word];
    add_pairs(s, word);
    if (w->core <= LIST_HOMES)
        for (uint32_t k = 0; k < w->core; k++) {
            uint32_t home = s->index->postings[w->posting + k];
            if (s->question->parts.number_count == 0 || number_fits(s, &s->index->homes[home]) ||
                s->index->homes[home].name_only)
                further_add(s, home);
        }
}

/* Words of the gazetteer one edit away. */
static void add_alike(struct search *s, struct slice text)
{
    enum { WORDS = 16 };
    uint32_t seen[WORDS];
    size_t seen_count = 0;
    if (text.len < 4)
        return;
    for (size_t i = 0; i <= text.len; i++) {
        size_t until,
            from = address_keys_find(s->index->shorter, s->index->shorter_count, address_short_hash(text, i), &until);
        for (size_t k = from; k < until; k++) {
            uint32_t word = s->index->shorter[k].home;
            bool again = false;
            for (size_t j = 0; j < seen_count; j++)
                again |= seen[j] == word;
            if (again || seen_count == WORDS || text_distance(s->index->words[word].text, text, 1) > 1)
                continue;
            seen[seen_count++] = word;
            add_word(s, word);
        }
    }
}

/* Two words that the gazetteer writes as one. */
static void add_joined(struct search *s, struct slice a, struct slice b)
{
    struct slice both = arena_format(s->arena, "%.*s%.*s", PRINT(a), PRINT(b));
    uint32_t word = address_word_find(s->index, both);
    if (word != NO_WORD)
        add_word(s, word);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void score_further(struct search *s)
{
    const struct address_question *q = s->question;
    for (size_t i = 0; i < q->parts.word_count; i++) {
        if (q->parts.harmless >> i & 1)
            continue;
        if (q->ids[i] != NO_WORD && s->index->words[q->ids[i]].core)
            add_word(s, q->ids[i]);
        else
            add_alike(s, q->parts.words[i]);
        if (i + 1 < q->parts.word_count)
            add_names(s, q->ids[i], q->ids[i + 1]);
        if (i + 1 < q->parts.word_count)
            add_joined(s, q->parts.words[i], q->parts.words[i + 1]);
    }
    add_sector(s);
    array_sort(s->further, s->further_count, sizeof *s->further, by_number);
    for (size_t i = 0; i < s->further_count; i++) {
        if (i && s->further[i] == s->further[i - 1])
            continue;
        bool had = false;
        for (size_t p = 0; p < q->parts.postcode_count; p++)
            had |= s->index->homes[s->further[i]].postcode == q->parts.postcodes[p];
        if (!had)
            score_home(s, s->further[i], true);
    }
}

/* ---- Deciding ---- */

static struct slice uprn_of(const struct search *s, const struct address_score *score)
{
    return s->index->entries[s->index->homes[score->home].entry].uprn;
}

/* Heavier first; of equals the one that stands first in the gazetteer. */
static int by_weight(const void *a, const void *b)
{
    const struct address_score *x = a, *y = b;
    bool left = x->conflicts == 0, right = y->conflicts == 0;
    if (left != right)
        return left ? -1 : 1;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->home > y->home) - (x->home < y->home);
}

/* A word that few of the near homes have tells them apart, however common it is elsewhere. */
static void tell_apart(const struct search *s, struct address_score *scores, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        scores[i].weight -= scores[i].apart;
        scores[i].apart = 0;
    }
    for (size_t j = 0; j < s->question->parts.word_count && count > 1; j++) {
        size_t have = 0;
        for (size_t i = 0; i < count; i++)
            have += scores[i].used >> j & 1;
        if (have == 0 || have == count)
            continue;
        double bonus = log2((double)count / (double)have);
        for (size_t i = 0; i < count; i++)
            if (scores[i].used >> j & 1)
                scores[i].apart += bonus > 2 ? 2 : bonus;
    }
    for (size_t i = 0; i < count; i++)
        scores[i].weight += scores[i].apart;
}

static bool anchored(const struct search *s, const struct address_score *score)
{
    const struct address_home *home = &s->index->homes[score->home];
    if (score->place_met || score->postcode >= 2)
        return true;
    bool place = false;
    for (size_t i = 0; i < home->word_count; i++)
        place |= s->index->home_parts[home->words + i] == PART_PLACE;
    return !place && !home->postcode;
}

/* Homes that fit but for what is not said: flats of a building that is meant as a whole; or two addresses in one field.
 */
static void decide_unsaid(const struct search *s, double none, struct address_answer *ret)
{
    for (size_t i = 0; i < s->count && ret->candidate_count < ADDRESS_CANDIDATES; i++) {
        const struct address_score *score = &s->scores[i];
        bool two = score->conflicts == CONFLICT_EXTRA && s->question->parts.postcode_count > 1;
        if ((score->conflicts != CONFLICT_NO_UNIT && !two) || score->weight - none < accept || !anchored(s, score))
            continue;
        ret->candidates[ret->candidate_count++] =
            (struct address_candidate){s->index->homes[score->home].entry, score->weight};
        ret->class = ADDRESS_AMBIGUOUS;
    }
}

/* The best of the fitting homes against all others and none. */
static void decide_best(const struct search *s, size_t fitting, double none, struct address_answer *ret)
{
    const struct address_score *best = &s->scores[0];
    double against = exp2(none - best->weight), next = 0;
    for (size_t i = 0; i < fitting && i < ALL_HOMES; i++) {
        const struct address_score *score = &s->scores[i];
        bool again = false;
        for (size_t k = 0; k < ret->candidate_count && !again; k++)
            again = slice_equal(s->index->entries[ret->candidates[k].entry].uprn, uprn_of(s, score));
        if (again)
            continue;
        if (i) {
            against += exp2(score->weight - best->weight);
            next = next > 0 ? next : exp2(score->weight - best->weight);
        }
        if (ret->candidate_count < ADDRESS_CANDIDATES && score->weight > best->weight - near_enough)
            ret->candidates[ret->candidate_count++] =
                (struct address_candidate){s->index->homes[score->home].entry, score->weight};
    }
    ret->bits = -log2(against > 1e-9 ? against : 1e-9);
    bool apart = next == 0 || -log2(next) >= margin;
    if (!anchored(s, best) || !apart || ret->bits < accept) {
        ret->class = ADDRESS_AMBIGUOUS;
        return;
    }
    ret->class = best->exact ? ADDRESS_EXACT : ADDRESS_NEAR;
    ret->entry = s->index->homes[best->home].entry;
}

static void decide(struct search *s, struct address_answer *ret)
{
    size_t fitting = 0, near = 0;
    ret->class = ADDRESS_NONE;
    ret->entry = -1;
    ret->bits = 0;
    ret->candidate_count = 0;
    if (s->count == 0)
        return;
    array_sort(s->scores, s->count, sizeof *s->scores, by_weight);
    while (fitting < s->count && s->scores[fitting].conflicts == 0)
        fitting++;
    while (near < fitting && near < TELL_APART && s->scores[near].weight > s->scores[0].weight - near_enough)
        near++;
    if (near > 1) {
        tell_apart(s, s->scores, near);
        array_sort(s->scores, near, sizeof *s->scores, by_weight);
    }
    double none = s->index->size + none_of_these;
    if (fitting && s->scores[0].weight - none >= accept)
        decide_best(s, fitting, none, ret);
    else
        decide_unsaid(s, none, ret);
}

static void score_finely(struct search *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!(s->scores[i].conflicts & (CONFLICT_NUMBER | CONFLICT_UNIT | CONFLICT_EXTRA)))
            address_score(s->index, s->question, s->scores[i].home, true, &s->scores[i]);
}

/* For the reason: the best, or of those that were refused the one of which most agrees. */
static struct address_score nearest(const struct search *s, bool refused)
{
    struct address_score best = {.home = NO_WORD}, score;
    for (size_t i = 0; i < s->count && (refused || i == 0); i++) {
        address_score(s->index, s->question, s->scores[i].home, true, &score);
        if (best.home == NO_WORD || score.weight > best.weight)
            best = score;
    }
    return best;
}

void address_match(const struct address_index *index, struct slice address, struct slice postcode,
                   struct arena *scratch, struct address_answer *ret)
{
    struct address_question *question = arena_new(scratch, struct address_question);
    struct address_comparison *comparison = arena_new(scratch, struct address_comparison);
    address_question_read(index, address, postcode, scratch, question);
    *ret = (struct address_answer){.class = ADDRESS_NONE, .entry = -1, .comparison = comparison};
    comparison->question = question;
    comparison->best.home = NO_WORD;
    if (question->parts.word_count == 0 && question->parts.number_count == 0)
        return;
    struct search s = {.index = index, .question = question, .arena = scratch};
    score_postcodes(&s);
    decide(&s, ret);
    if (ret->class != ADDRESS_EXACT && s.count) {
        score_finely(&s);
        decide(&s, ret);
    }
    if (ret->class < ADDRESS_NEAR) {
        score_further(&s);
        decide(&s, ret);
    }
    comparison->best = nearest(&s, ret->class == ADDRESS_NONE);
}
