/* spec_print.c: a specification written back as YAML, with every default in it, to copy and change.
 *
 * The text read again gives the same specification (tested); the digest that ties a model to it is taken over this
 * text. */
#include "link/spec.h"

#include <stdio.h>

static const char *const type_words[] = {"dedupe", "link", "link_and_dedupe"};
static const char *const order_words[] = {"ymd", "dmy", "mdy"};
static const char *const class_words[] = {"missing",   "same",   "close",   "similar",
                                          "different", "common", "initial", "within"};

static void quoted(struct buffer *out, struct slice s)
{
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"' || s.at[i] == '\\')
            buffer_add_byte(out, '\\');
        if (s.at[i] == '\n')
            buffer_add(out, S("\\n"));
        else if ((unsigned char)s.at[i] < ' ')
            buffer_format(out, "\\x%02x", (unsigned char)s.at[i]);
        else
            buffer_add_byte(out, s.at[i]);
    }
    buffer_add_byte(out, '"');
}

static void print_id(const struct link_spec *spec, struct buffer *out)
{
    if (spec->id_header_count == 0)
        return;
    buffer_add(out, spec->id_header_count > 1 ? S("id: [") : S("id: "));
    for (size_t h = 0; h < spec->id_header_count; h++) {
        if (h > 0)
            buffer_add(out, S(", "));
        quoted(out, spec->id_headers[h]);
    }
    buffer_add(out, spec->id_header_count > 1 ? S("]\n") : S("\n"));
}

static void print_columns(const struct link_spec *spec, struct buffer *out)
{
    buffer_add(out, S("columns:\n"));
    for (size_t i = 0; i < spec->column_count; i++) {
        const struct link_column *column = &spec->columns[i];
        const struct link_made *made = &spec->made[i];
        buffer_add(out, S("  "));
        quoted(out, column->name);
        buffer_format(out, ": {kind: %s", link_kind_words[column->kind]);
        if (column->header_count > 1) {
            buffer_add(out, S(", headers: ["));
            for (size_t h = 1; h < column->header_count; h++) {
                if (h > 1)
                    buffer_add(out, S(", "));
                quoted(out, column->headers[h]);
            }
            buffer_add(out, S("]"));
        }
        if (i >= spec->input_count) {
            buffer_format(out, ", %s: [", made->either ? "either" : "join");
            for (size_t p = 0; p < made->part_count; p++) {
                if (p)
                    buffer_add(out, S(", "));
                quoted(out, spec->columns[made->parts[p]].name);
            }
            buffer_add(out, S("]"));
        }
        buffer_format(out, ", common: %u, keep: %u}\n", spec->common[i], spec->keep[i]);
    }
}

/* The shortest text that reads back the same number: 0.1, not 0.10000000000000001. */
static void print_real(struct buffer *out, double value)
{
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        double back = 0;
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (slice_real(slice_of(text), &back) && back == value)
            break;
    }
    buffer_add(out, slice_of(text));
}

static void print_comparison(const struct link_spec *spec, const struct link_comparison *comparison, struct buffer *out)
{
    buffer_add(out, S("{name: "));
    quoted(out, comparison->name);
    buffer_add(out, S(", column: "));
    quoted(out, spec->columns[comparison->columns[0]].name);
    buffer_format(out, ", method: %s, fuzzy: %s, frequency: %s, train: %s, different: ",
                  comparison->method == LINK_METHOD_TOKENS ? "tokens" : "levels", comparison->fuzzy ? "true" : "false",
                  comparison->frequency ? "true" : "false", comparison->train ? "true" : "false");
    print_real(out, comparison->different_max);
    if (comparison->method == LINK_METHOD_LEVELS) {
        buffer_add(out, S(", levels: ["));
        for (size_t l = 0; l < comparison->level_count; l++) {
            const struct link_level *level = &comparison->levels[l];
            buffer_format(out, "%s{%s: ", l ? ", " : "", link_test_words[level->test]);
            bool argument = level->test == LINK_TEST_EDITS || level->test == LINK_TEST_JARO ||
                            level->test == LINK_TEST_YEARS || level->test == LINK_TEST_PREFIX ||
                            level->test == LINK_TEST_NEAR;
            if (argument) {
                print_real(out, level->argument);
                buffer_add(out, S(", column: "));
            }
            quoted(out, spec->columns[level->column].name);
            buffer_add_byte(out, '}');
        }
        buffer_add_byte(out, ']');
    }
    buffer_add(out, S("}"));
}

static void print_conditions(const struct link_spec *spec, const char *key, const struct link_condition *conditions,
                             size_t count, struct buffer *out)
{
    if (count == 0)
        return;
    buffer_format(out, ", %s: {", key);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add(out, S(", "));
        quoted(out, spec->columns[conditions[i].column].name);
        buffer_add(out, S(": ["));
        bool any = false;
        for (unsigned c = 0; c < countof(class_words); c++)
            if (conditions[i].classes & (1u << c)) {
                buffer_format(out, "%s%s", any ? ", " : "", class_words[c]);
                any = true;
            }
        buffer_add_byte(out, ']');
    }
    buffer_add_byte(out, '}');
}

static void print_guards(const struct link_spec *spec, bool rules, struct buffer *out)
{
    bool any = false;
    for (size_t i = 0; i < spec->guard_count; i++) {
        const struct link_guard *guard = &spec->guards[i];
        if ((guard->then == LINK_JOIN) != rules)
            continue;
        if (!any)
            buffer_format(out, "%s:\n", rules ? "rules" : "guards");
        any = true;
        buffer_add(out, S("  - {name: "));
        quoted(out, guard->name);
        print_conditions(spec, rules ? "join" : "when", guard->when, guard->when_count, out);
        print_conditions(spec, "unless", guard->unless, guard->unless_count, out);
        if (!rules)
            buffer_format(out, ", then: %s",
                          guard->then == LINK_REVIEW  ? "review"
                          : guard->then == LINK_QUIET ? "quiet"
                                                      : "apart");
        buffer_add(out, S("}\n"));
    }
}

struct slice link_spec_print(const struct link_spec *spec, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    buffer_format(&out, "link: %s\n", type_words[spec->type]);
    print_id(spec, &out);
    buffer_format(&out, "date_order: %s\n", order_words[spec->date_order]);
    print_columns(spec, &out);
    buffer_add(&out, S("blocking:\n"));
    for (size_t i = 0; i < spec->rule_count; i++) {
        buffer_add(&out, S("  - "));
        quoted(&out, spec->rules[i].text);
        buffer_add_byte(&out, '\n');
    }
    buffer_format(&out, "block_cap: %u\n", spec->rules[0].cap);
    buffer_add(&out, S("comparisons:\n"));
    for (size_t i = 0; i < spec->comparison_count; i++) {
        const struct link_comparison *comparison = &spec->comparisons[i];
        buffer_add(&out, S("  - "));
        if (comparison->method == LINK_METHOD_JOINT) {
            buffer_add(&out, S("joint:\n      - "));
            print_comparison(spec, &spec->inner[comparison->first], &out);
            buffer_add(&out, S("\n      - "));
            print_comparison(spec, &spec->inner[comparison->second], &out);
        } else {
            print_comparison(spec, comparison, &out);
        }
        buffer_add_byte(&out, '\n');
    }
    print_guards(spec, true, &out);
    print_guards(spec, false, &out);
    static const char *const names[] = {"thresholds: {join: ", ", review: ", ", floor: ", ", margin: "};
    const double thresholds[] = {spec->join, spec->review, spec->floor, spec->margin};
    for (size_t i = 0; i < countof(names); i++) {
        buffer_add(&out, slice_of(names[i]));
        print_real(&out, thresholds[i]);
    }
    buffer_add(&out, S("}\n"));
    if (spec->all_without_duplicates) {
        buffer_add(&out, S("sources: {no_duplicates: all}\n"));
    } else if (spec->no_duplicate_count > 0) {
        buffer_add(&out, S("sources: {no_duplicates: ["));
        for (size_t i = 0; i < spec->no_duplicate_count; i++) {
            if (i)
                buffer_add(&out, S(", "));
            quoted(&out, spec->no_duplicates[i]);
        }
        buffer_add(&out, S("]}\n"));
    }
    if (spec->components)
        buffer_add(&out, S("clusters: components\n"));
    buffer_format(&out, "one_to_one: %s\nlearn: %s\nattach: %s\nrelatives: %s\nrandom_pairs: %.0f\n",
                  spec->one_to_one        ? "true"
                  : spec->one_to_one_open ? "auto"
                                          : "false",
                  spec->learn ? "true" : "false", spec->attach ? "true" : "false", spec->relatives ? "true" : "false",
                  spec->random_pairs);
    if (!slice_empty(spec->truth_column)) {
        buffer_add(&out, S("truth: {column: "));
        quoted(&out, spec->truth_column);
        if (!slice_empty(spec->truth_until)) {
            buffer_add(&out, S(", until: "));
            quoted(&out, spec->truth_until);
        }
        buffer_format(&out, ", times: %lld}\n", (long long)spec->truth_times);
    }
    return buffer_slice(&out);
}

/* ---- What the default comparisons leave out ---- */

static void mark_read(const struct link_spec *spec, size_t column, uint64_t *read)
{
    *read |= 1ull << column;
    for (size_t p = 0; p < spec->made[column].part_count; p++)
        mark_read(spec, spec->made[column].parts[p], read);
}

struct slice spec_note(const struct link_spec *spec)
{
    uint64_t read = 0;
    struct buffer names = buffer_make(spec->arena);
    for (size_t i = 0; i < spec->comparison_count; i++)
        for (size_t c = 0; c < spec->comparisons[i].column_count; c++)
            mark_read(spec, spec->comparisons[i].columns[c], &read);
    for (size_t i = 0; i < spec->input_count; i++)
        if (!(read & 1ull << i))
            buffer_format(&names, "%s%.*s", names.len ? ", " : "", PRINT(spec->columns[i].name));
    if (!names.len)
        return NO_SLICE;
    return arena_format(spec->arena,
                        "not compared: %.*s (at most %d comparisons are made, all of a name as one); leave columns out "
                        "that say little of who it is, or write comparisons: yourself",
                        PRINT(buffer_slice(&names)), LINK_FIELDS_MAX);
}

struct slice link_spec_note(const struct link_spec *spec)
{
    return spec->note;
}

void link_spec_show(const struct link_spec *spec, struct buffer *out)
{
    if (spec->note.len)
        buffer_format(out, "# %.*s\n", PRINT(spec->note));
    buffer_add(out, link_spec_print(spec, out->arena));
}
