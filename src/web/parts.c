/* parts.c: the shared shapes. */
#include "web/parts.h"

#include "link/picture.h"
#include "web/svg.h"

#include <math.h>

struct slice words_joined(struct arena *arena, const struct slice *pieces, size_t count, struct slice separator)
{
    struct slice *kept = arena_array(arena, struct slice, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!slice_empty(pieces[i]))
            kept[n++] = pieces[i];
    return arena_join(arena, kept, n, separator);
}

struct slice words_with_capital(struct arena *arena, struct slice words)
{
    char *copy = arena_cstr(arena, words);
    if (copy[0] >= 'a' && copy[0] <= 'z')
        copy[0] = (char)(copy[0] - 'a' + 'A');
    return slice_from(copy, words.len);
}

struct slice words_of_error(struct arena *arena, const struct error *err)
{
    return words_with_capital(arena, slice_of(err->text));
}

struct slice words_of_count(struct arena *arena, int64_t count, const char *one, const char *many)
{
    struct buffer out = buffer_make(arena);
    html_integer(&out, count, true);
    buffer_format(&out, " %s", count == 1 ? one : many);
    return buffer_slice(&out);
}

struct slice words_of_address(struct arena *arena, struct slice address, struct slice postcode)
{
    if (slice_ends(address, postcode))
        return address;
    return words_joined(arena, (const struct slice[]){address, postcode}, 2, S(", "));
}

struct slice words_of_span(struct arena *arena, struct date from, struct date until)
{
    if (date_known(from) && date_known(until))
        return arena_format(arena, "%.*s to %.*s", PRINT(date_words(arena, from)), PRINT(date_words(arena, until)));
    if (date_known(from))
        return arena_format(arena, "since %.*s", PRINT(date_words(arena, from)));
    if (date_known(until))
        return arena_format(arena, "until %.*s", PRINT(date_words(arena, until)));
    return NO_SLICE;
}

static struct slice title_of_agreement(struct call *call, struct slice name)
{
    const struct agreement *agreement = catalogue_agreement(call->catalogue, name);
    return agreement ? agreement->title : name;
}

struct slice words_of_agreements(struct call *call, const struct grant *grant)
{
    return words_of_clauses(call, grant->agreements);
}

static bool digit_at(struct slice s, size_t at)
{
    return at < s.len && s.at[at] >= '0' && s.at[at] <= '9';
}

/* Letter by letter, but numbers by their value: 1.1, 1.2, 1.10. */
static int natural_order(const void *pa, const void *pb)
{
    struct slice a = *(const struct slice *)pa, b = *(const struct slice *)pb;
    size_t i = 0, k = 0;
    while (i < a.len && k < b.len) {
        if (digit_at(a, i) && digit_at(b, k)) {
            unsigned long long x = 0, y = 0;
            for (; digit_at(a, i); i++)
                x = x * 10 + (unsigned long long)(a.at[i] - '0');
            for (; digit_at(b, k); k++)
                y = y * 10 + (unsigned long long)(b.at[k] - '0');
            if (x != y)
                return x < y ? -1 : 1;
        } else if (a.at[i] != b.at[k])
            return (unsigned char)a.at[i] < (unsigned char)b.at[k] ? -1 : 1;
        else {
            i++;
            k++;
        }
    }
    return (i < a.len) - (k < b.len);
}

struct slice words_of_clauses(struct call *call, struct slice clauses)
{
    struct slice rest = clauses, piece, before = NO_SLICE;
    struct slice *pieces = arena_array(call->arena, struct slice, clauses.len / 2 + 1);
    struct buffer out = buffer_make(call->arena);
    size_t count = 0;
    while (!slice_empty(rest) && slice_cut(&rest, ' ', &piece))
        if (!slice_empty(piece))
            pieces[count++] = piece;
    array_sort(pieces, count, sizeof *pieces, natural_order);
    for (size_t i = 0; i < count; i++) {
        size_t colon = slice_find(pieces[i], ':');
        struct slice name = slice_part(pieces[i], 0, colon), clause = slice_part(pieces[i], colon + 1, pieces[i].len);
        bool several = i + 1 < count && slice_starts(pieces[i + 1], slice_part(pieces[i], 0, colon + 1));
        if (slice_equal(name, before))
            buffer_format(&out, ", %.*s", PRINT(clause));
        else
            buffer_format(&out, "%s%.*s, %s %.*s", out.len ? "; " : "", PRINT(title_of_agreement(call, name)),
                          several ? "clauses" : "clause", PRINT(clause));
        before = name;
    }
    return buffer_slice(&out);
}

const struct part_evidence *part_of_evidence(struct call *call, const struct evidence *e)
{
    struct part_evidence *part = arena_new(call->arena, struct part_evidence);
    *part = (struct part_evidence){
        .source = e->source_title,
        .agency = e->agency_title,
        .row = e->row_title,
        .said = words_with_capital(call->arena, evidence_words(e, call->arena)),
        .received = e->received_at ? time_words(call->arena, e->received_at) : NO_SLICE,
        .file = e->file_name,
        .line = e->line,
        .digest = e->file_digest,
        .stale = e->stale,
        .written_here = e->source == NULL,
    };
    if (!slice_empty(e->agreement))
        part->clause = arena_format(call->arena, "%.*s, clause %.*s", PRINT(title_of_agreement(call, e->agreement)),
                                    PRINT(e->clause));
    if (e->source)
        part->record = url_path(call->arena, "/records/%", text_of_integer(call->arena, e->anchor));
    return part;
}

/* What tells a record from its like in a long list: when, or what. */
static struct slice hint_of(const struct view_record *record)
{
    static const enum attribute telling[] = {ATTRIBUTE_EVENT_DATE, ATTRIBUTE_EVENT_KIND, ATTRIBUTE_RESIDENCE_FROM};
    for (size_t k = 0; k < countof(telling); k++)
        for (size_t i = 0; i < record->field_count; i++)
            if (record->fields[i].column->attribute == telling[k])
                return record->fields[i].value;
    return NO_SLICE;
}

struct part_record part_of_record(struct call *call, const struct view_record *record, size_t number, int64_t person,
                                  bool open)
{
    struct part_record_field *fields = arena_array(call->arena, struct part_record_field, record->field_count);
    for (size_t i = 0; i < record->field_count; i++)
        fields[i] =
            (struct part_record_field){.title = record->fields[i].column->title, .value = record->fields[i].value};
    struct slice anchor = text_of_integer(call->arena, record->evidence.anchor);
    return (struct part_record){
        .number = (int64_t)number,
        .id = anchor,
        .row = record->evidence.row_title,
        .hint = hint_of(record),
        .open = open,
        .source = record->evidence.source_title,
        .as_at = evidence_words_in_full(&record->evidence, call->arena),
        .fields = fields,
        .fields_count = record->field_count,
        .evidence = part_of_evidence(call, &record->evidence),
        .wrong = person
                     ? url_path(call->arena, "/people/%/concern?anchor=%", text_of_integer(call->arena, person), anchor)
                     : (struct url){NO_SLICE},
    };
}

const struct part_excluded *parts_of_excluded(struct call *call, const struct grant *grant)
{
    struct part_excluded *parts = arena_array(call->arena, struct part_excluded, grant->excluded_count);
    for (size_t i = 0; i < grant->excluded_count; i++)
        parts[i] =
            (struct part_excluded){grant->excluded[i].title, grant->excluded[i].reason, grant->excluded[i].matched};
    return parts;
}

/* "more than 1,000 to 1 that they are of one person": the odds behind a weight, as people say them. */
static struct slice words_of_odds(struct arena *arena, double bits)
{
    double odds = exp2(fabs(bits));
    const char *which = bits >= 0 ? "that they are of one person" : "that they are of two people";
    if (odds >= 1e6)
        return arena_format(arena, "more than a million to one %s", which);
    if (odds >= 10) {
        struct buffer out = buffer_make(arena);
        buffer_add(&out, S("about "));
        html_integer(&out, (int64_t)(odds >= 1000 ? round(odds / 100) * 100 : round(odds)), true);
        buffer_format(&out, " to 1 %s", which);
        return buffer_slice(&out);
    }
    return arena_format(arena, "about %.1f to 1 %s", odds, which);
}

/* Case notes all bear one name: where source and name do not tell two records apart, their numbers do. */
static struct slice words_of_record(struct call *call, const struct why_view *why, size_t number)
{
    const struct why_record *record = &why->records[number];
    size_t alike = 0;
    for (size_t i = 0; i < why->record_count; i++)
        alike += slice_equal(why->records[i].source_title, record->source_title) &&
                 slice_equal(why->records[i].name, record->name);
    struct slice words =
        words_joined(call->arena, (const struct slice[]){record->source_title, record->name}, 2, S(": "));
    return alike < 2 ? words : arena_format(call->arena, "%.*s (record %lld)", PRINT(words), (long long)record->anchor);
}

/* Compared values as the other pages write them. */
static struct slice words_of_compared(struct arena *arena, const struct why_part *part, struct slice value)
{
    static const struct date_form iso = {.order = DATE_YMD, .partial = true};
    struct date date;
    if (!value.len)
        return S("–");
    return part->dates && date_read(value, &iso, &date) ? date_words(arena, date) : value;
}

struct part_waterfall part_of_link(struct call *call, const struct why_view *why, const struct why_link *link,
                                   size_t number)
{
    struct arena *arena = call->arena;
    struct part_waterfall_row *rows = arena_array(arena, struct part_waterfall_row, link->part_count);
    struct picture_step *steps = arena_array(arena, struct picture_step, link->part_count + 1);
    steps[0] = (struct picture_step){S("Before comparing"), link->prior};
    for (size_t i = 0; i < link->part_count; i++) {
        const struct why_part *p = &link->parts[i];
        rows[i] = (struct part_waterfall_row){
            .field = words_with_capital(arena, p->field),
            .a = words_of_compared(arena, p, p->a),
            .b = words_of_compared(arena, p, p->b),
            .hidden = !p->shown && !slice_equal(p->level, S("missing")),
            .level = p->level,
            .weight = arena_format(arena, "%+.1f", p->weight),
            .rarity = fabs(p->frequency) < 0.05 ? NO_SLICE : arena_format(arena, "%+.1f", p->frequency),
        };
        steps[i + 1] = (struct picture_step){rows[i].field, p->weight};
    }
    struct slice a = words_of_record(call, why, link->a), b = words_of_record(call, why, link->b);
    struct slice odds = words_of_odds(arena, link->total);
    struct picture picture = {
        .id = arena_format(arena, "waterfall-%zu", number),
        .title = arena_format(arena, "Match weights of %.*s and %.*s", PRINT(a), PRINT(b)),
        .description = arena_format(
            arena, "From %+.1f bits before any comparison to %+.1f in total, %.*s. The table below has each step.",
            link->prior, link->total, PRINT(odds)),
    };
    struct buffer drawn = buffer_make(arena);
    size_t step_count = why->way && number == 1 ? why->link_count - 1 : 0;
    struct picture_link *way = arena_array(arena, struct picture_link, step_count);
    for (size_t i = 0; i < step_count; i++) {
        const struct why_link *step = &why->links[i + 1];
        way[i] = (struct picture_link){words_of_record(call, why, step->b),
                                       step->said.len
                                           ? arena_format(arena, "%+.1f bits; %.*s", step->total, PRINT(step->said))
                                           : arena_format(arena, "%+.1f bits", step->total),
                                       step->total < why->join};
    }
    picture_waterfall(&drawn, &picture, steps, link->part_count + 1, why->join, a, way, step_count);
    return (struct part_waterfall){
        .number = (int64_t)number,
        .open = number == 1,
        .a = a,
        .b = b,
        .total = arena_format(arena, "%+.1f", link->total),
        .prior = arena_format(arena, "%+.1f", link->prior),
        .probability = odds,
        .said = link->said,
        .picture = html_drawn(buffer_slice(&drawn)),
        .parts = rows,
        .parts_count = link->part_count,
    };
}

const struct part_problem *part_of_problem(struct call *call, struct slice words, const char *field)
{
    if (slice_empty(words))
        return NULL;
    struct part_problem *part = arena_new(call->arena, struct part_problem);
    *part = (struct part_problem){words, slice_of(field)};
    return part;
}

/* Addresses carry a word, never a sentence: nobody can make a page say what they like by a link. */
static const struct {
    const char *word, *sentence;
} done_words[] = {
    {"note", "The note is saved. It stands in the timeline."},
    {"concern", "Thank you. A data steward will look at it."},
    {"caller", "The caller is identified. Details are open until you look at somebody else or change your purpose."},
    {"decided", "Your decision stands, and the people were joined or divided accordingly."},
    {"elsewhere", "Wherever else you were signed in, that has ended."},
    {"undone", "The decision is taken back."},
    {"split", "The join is split. Both people are shown as they stand now."},
    {"closed", "The concern is closed; whoever raised it can read your answer."},
    {"taken", "It is yours now. Your colleagues see that you have taken it."},
    {"given-back", "It is back on the list."},
    {"recorded", "The outcome is recorded. It stands in the person's view."},
    {"shown", "The landing is shown now."},
    {"refused", "The landing was refused; what was shown before stays."},
    {"made", "The account is made."},
    {"changed", "The change is made."},
    {"password", "The password is changed."},
    {"row", "The row is written. It stands in the figures, in the journal and in the audit."},
    {"approved", "The row is approved."},
    {"challenge", "The challenge is recorded."},
    {"scenario", "The scenario is saved. Here is what moves."},
    {"frozen", "The version is approved and frozen with all its texts."},
};

/* What else a steward's decision moved: numbers only. */
static struct slice words_of_moved(struct call *call)
{
    int64_t parted = 0, drawn = 0;
    struct slice words = NO_SLICE;
    if (slice_integer(parameters_get(&call->request->query, S("parted")), &parted) && parted > 0)
        words = arena_format(call->arena, "%.*s of theirs before %s of somebody else now, by the rules of the linkage.",
                             PRINT(words_of_count(call->arena, parted, "other record", "other records")),
                             parted == 1 ? "is" : "are");
    if (slice_integer(parameters_get(&call->request->query, S("drawn")), &drawn) && drawn > 0)
        words = words_joined(
            call->arena,
            (const struct slice[]){words, arena_format(call->arena, "%.*s to them.",
                                                       PRINT(words_of_count(call->arena, drawn, "other record came",
                                                                            "other records came")))},
            2, S(" "));
    return words;
}

const struct part_done *part_of_done(struct call *call)
{
    struct slice word = parameters_get(&call->request->query, S("done"));
    for (size_t i = 0; i < countof(done_words); i++)
        if (slice_equal(word, slice_of(done_words[i].word))) {
            struct part_done *part = arena_new(call->arena, struct part_done);
            part->words = words_joined(
                call->arena, (const struct slice[]){slice_of(done_words[i].sentence), words_of_moved(call)}, 2, S(" "));
            return part;
        }
    return NULL;
}
