/* address_reason.c: a comparison told in words. */
#include "link/address_inside.h"

#include "base/text.h"

struct list {
    struct slice *at;
    size_t count;
};

static void add(struct list *list, struct slice text)
{
    list->at[list->count++] = text;
}

static struct slice number_text(struct address_number n, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    if (n.prefix)
        buffer_add_byte(&out, n.prefix);
    if (n.low)
        buffer_format(&out, "%u", n.low);
    if (n.letter)
        buffer_add_byte(&out, n.letter);
    if (n.high && n.high != n.low)
        buffer_format(&out, "-%u", n.high);
    else if (n.high)
        buffer_add_byte(&out, '-');
    if (n.high_letter)
        buffer_add_byte(&out, n.high_letter);
    return buffer_slice(&out);
}

static const char *conflict_words(uint8_t conflicts)
{
    return conflicts & CONFLICT_NUMBER    ? "its number differs"
           : conflicts & CONFLICT_UNIT    ? "its flat or unit differs"
           : conflicts & CONFLICT_NAME    ? "its name differs"
           : conflicts & CONFLICT_UNSAID  ? "the address gives no number"
           : conflicts & CONFLICT_NO_UNIT ? "the address does not say which flat"
           : conflicts & CONFLICT_EXTRA   ? "another number is left over"
                                          : NULL;
}

static void say_list(struct buffer *out, const char *before, const struct list *list, const char *after)
{
    if (!list->count)
        return;
    buffer_format(out, "%s%s", out->len ? "; " : "", before);
    for (size_t i = 0; i < list->count; i++)
        buffer_format(out, "%s%.*s", i ? ", " : "", PRINT(list->at[i]));
    buffer_add(out, slice_of(after));
}

static void compare_words(const struct address_index *index, const struct address_comparison *c, struct list lists[4])
{
    static const char *const postcodes[] = {
        NULL, NULL, "postcode district", "postcode sector", "postcode but for one letter", "postcode"};
    const struct address_score *best = &c->best;
    const struct address_home *home = &index->homes[best->home];
    const struct address_parts *parts = &c->question->parts;
    for (size_t i = 0; i < home->word_count; i++) {
        struct slice text = index->words[index->home_words[home->words + i]].text;
        enum address_part part = address_part_of(index->home_parts[home->words + i]);
        if (best->met >> i & 1)
            add(&lists[0], text);
        else if (best->nearly >> i & 1)
            add(&lists[1], text);
        else if (part != PART_PLACE && part != PART_ORGANISATION)
            add(&lists[3], text);
    }
    for (size_t j = 0; j < parts->word_count; j++)
        if (!(best->used >> j & 1))
            add(&lists[2], parts->words[j]);
    if (best->postcode >= 2)
        add(&lists[best->postcode == 5 ? 0 : 1], slice_of(postcodes[best->postcode]));
}

static void compare_numbers(const struct address_comparison *c, struct arena *arena, struct list lists[4])
{
    const struct address_parts *parts = &c->question->parts;
    for (size_t i = 0; i < parts->number_count; i++) {
        const struct address_numeral *n = &parts->numbers[i];
        struct slice text = arena_format(arena, "%s %.*s",
                                         n->unit == UNIT_ROOM    ? "room"
                                         : n->unit == UNIT_UNIT  ? "unit"
                                         : n->unit == UNIT_PITCH ? "pitch"
                                         : n->role == ROLE_UNIT  ? "flat"
                                                                 : "number",
                                         PRINT(number_text(n->value, arena)));
        add(&lists[c->best.numbers_used >> i & 1 ? (c->best.inexact ? 1 : 0) : 2], text);
    }
}

static struct slice say(const struct address_index *index, const struct address_answer *answer,
                        const struct list lists[4], struct arena *arena)
{
    const struct address_comparison *c = answer->comparison;
    struct buffer out = buffer_make(arena);
    if (c->best.home == NO_WORD) {
        const struct address_parts *parts = &c->question->parts;
        return parts->word_count || parts->number_count ? S("no home of the gazetteer is near")
               : parts->postcode_count                  ? S("only a postcode")
                                                        : S("no address");
    }
    struct slice line = index->lines[index->homes[c->best.home].entry];
    if (answer->class == ADDRESS_NONE) {
        const char *why = conflict_words(c->best.conflicts);
        buffer_format(&out, "nearest is %.*s, but %s", PRINT(line), why ? why : "too little agrees");
    } else if (answer->class == ADDRESS_AMBIGUOUS) {
        buffer_format(&out, "%s",
                      answer->candidate_count > 1 ? "several homes fit as well"
                      : c->best.conflicts         ? conflict_words(c->best.conflicts)
                                                  : "neither postcode nor place says where");
    }
    say_list(&out, "", &lists[0], lists[0].count == 1 ? " agrees" : " agree");
    say_list(&out, "nearly: ", &lists[1], "");
    say_list(&out, "left over: ", &lists[2], "");
    say_list(&out, "not said: ", &lists[3], "");
    return buffer_slice(&out);
}

void address_reason(const struct address_index *index, const struct address_answer *answer, struct arena *arena,
                    struct address_reason *ret)
{
    const struct address_comparison *c = answer->comparison;
    struct list lists[4];
    size_t most = ADDRESS_WORDS + ADDRESS_HOME_WORDS + ADDRESS_NUMBERS + 1;
    struct slice *room = arena_array(arena, struct slice, 4 * most);
    for (size_t i = 0; i < 4; i++)
        lists[i] = (struct list){room + i * most, 0};
    if (c->best.home != NO_WORD) {
        compare_numbers(c, arena, lists);
        compare_words(index, c, lists);
    }
    *ret = (struct address_reason){
        .agreed = lists[0].at,
        .agreed_count = lists[0].count,
        .nearly = lists[1].at,
        .nearly_count = lists[1].count,
        .left_over = lists[2].at,
        .left_over_count = lists[2].count,
        .missing = lists[3].at,
        .missing_count = lists[3].count,
        .sentence = say(index, answer, lists, arena),
    };
}
