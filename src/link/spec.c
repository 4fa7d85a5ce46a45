/* spec.c: reads a linkage specification.
 *
 * Everything is checked here, with file, line and column, so that the engine never meets a wrong specification: a
 * column that is not there, a function that does not fit a kind, a condition on nothing. What is left out is filled in
 * by spec_default.c; link_spec_print writes the whole back, and its digest ties a model to it. */
#include "link/spec.h"

#include "base/hash.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

const char *const link_kind_words[] = {"given_name", "family_name", "full_name",  "date",  "postcode",
                                       "address",    "place",       "identifier", "email", "telephone",
                                       "category",   "number",      "text",       NULL};
static const char *const type_words[] = {"dedupe", "link", "link_and_dedupe", NULL};
static const char *const order_words[] = {"ymd", "dmy", "mdy", NULL};
static const char *const method_words[] = {"levels", "tokens", NULL};
static const char *const then_words[] = {"review", "quiet", "apart", NULL};
static const enum link_verdict then_verdicts[] = {LINK_REVIEW, LINK_QUIET, LINK_APART};

const char *const link_test_words[] = {"equal",   "nickname",   "initial", "contains", "edits",   "jaro_winkler",
                                       "soundex", "learned",    "swapped", "digit",    "partial", "day_month",
                                       "year",    "years",      "sector",  "district", "area",    "prefix",
                                       "parts",   "local_part", "near",    NULL};
static const bool test_has_argument[LINK_TESTS] = {[LINK_TEST_EDITS] = true,
                                                   [LINK_TEST_JARO] = true,
                                                   [LINK_TEST_YEARS] = true,
                                                   [LINK_TEST_PREFIX] = true,
                                                   [LINK_TEST_NEAR] = true};

static const char *const class_words[] = {"missing", "same",    "close",  "similar", "different",
                                          "common",  "initial", "within", NULL};

int link_spec_find(const struct link_spec *spec, struct slice name)
{
    for (size_t i = 0; i < spec->column_count; i++)
        if (slice_equal(spec->columns[i].name, name))
            return (int)i;
    return -1;
}

size_t link_spec_columns(const struct link_spec *spec)
{
    return spec->input_count;
}

const struct link_column *link_spec_column(const struct link_spec *spec, size_t index)
{
    must(index < spec->input_count);
    return &spec->columns[index];
}

enum link_type link_spec_type(const struct link_spec *spec)
{
    return spec->type;
}

static bool unknown_column(const struct link_spec *spec, const struct yaml *node, struct slice name, struct error *err)
{
    struct slice names[LINK_COLUMNS_MAX];
    for (size_t i = 0; i < spec->column_count; i++)
        names[i] = spec->columns[i].name;
    struct slice near = text_nearest(name, names, spec->column_count);
    if (slice_empty(near))
        return yaml_error(node, err, "there is no column %.*s; name one of those under columns", PRINT(name));
    return yaml_error(node, err, "there is no column %.*s; did you mean %.*s?", PRINT(name), PRINT(near));
}

static bool column_of(const struct link_spec *spec, const struct yaml *node, uint16_t *ret, struct error *err)
{
    if (node->kind != YAML_SCALAR)
        return yaml_error(node, err, "the name of a column is wanted here");
    int column = link_spec_find(spec, node->text);
    if (column < 0)
        return unknown_column(spec, node, node->text, err);
    *ret = (uint16_t)column;
    return true;
}

static bool word_of(const struct yaml *node, const char *const *words, const char *what, int *ret, struct error *err)
{
    struct slice candidates[32];
    size_t count = 0;
    for (; words[count]; count++) {
        candidates[count] = slice_of(words[count]);
        if (node->kind == YAML_SCALAR && slice_equal(node->text, candidates[count])) {
            *ret = (int)count;
            return true;
        }
    }
    if (node->kind != YAML_SCALAR)
        return yaml_error(node, err, "%s is wanted here as one word", what);
    struct slice near = text_nearest(node->text, candidates, count);
    if (!slice_empty(near))
        return yaml_error(node, err, "%.*s is not %s; did you mean %.*s?", PRINT(node->text), what, PRINT(near));
    char list[400];
    size_t at = 0;
    for (size_t i = 0; i < count && at < sizeof list - 32; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", words[i]);
    return yaml_error(node, err, "%.*s is not %s; write one of %s", PRINT(node->text), what, list);
}

static bool name_fits(struct slice name)
{
    if (slice_empty(name) || name.len > 64)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (strchr(" ,()+:#\"'[]{}&*!|>%@`", name.at[i]) || (unsigned char)name.at[i] < ' ')
            return false;
    return true;
}

static bool read_made(const struct yaml *item, struct link_spec *spec, size_t index, struct error *err)
{
    struct link_made *made = &spec->made[index];
    const struct yaml *parts = yaml_get(item, "join");
    if (!parts) {
        parts = yaml_get(item, "either");
        made->either = true;
    }
    if (parts->kind != YAML_SEQUENCE || parts->count < 2 || parts->count > countof(made->parts))
        return yaml_error(parts, err, "join and either take a list of two to six columns");
    for (size_t i = 0; i < parts->count; i++)
        if (!column_of(spec, &parts->items[i], &made->parts[i], err))
            return false;
    made->part_count = (uint8_t)parts->count;
    made->name = spec->columns[index].name;
    return true;
}

static bool read_column(const struct yaml *name_place, struct slice name, const struct yaml *item,
                        struct link_spec *spec, struct error *err)
{
    static const char *const known[] = {"kind", "headers", "join", "either", "common", "keep", NULL};
    if (!name_fits(name))
        return yaml_error(name_place, err,
                          "%.*s cannot be a column's name here: at most 64 bytes and none of space , ( ) + : and the "
                          "like; give the file's own header under headers",
                          PRINT(name));
    if (spec->column_count == LINK_COLUMNS_MAX)
        return yaml_error(item, err, "there are more than %d columns; leave out what says little of who it is",
                          LINK_COLUMNS_MAX);
    size_t index = spec->column_count;
    struct link_column *column = &spec->columns[index];
    struct slice *headers = arena_array(spec->arena, struct slice, 1);
    headers[0] = name;
    *column = (struct link_column){.name = name, .headers = headers, .header_count = 1};
    const struct yaml *kind = item;
    int64_t common = -1, keep = -1;
    if (item->kind == YAML_MAPPING) {
        if (!yaml_only_keys(item, known, "a column", err))
            return false;
        struct slice *more = NULL;
        size_t more_count = 0;
        if (!yaml_maybe_texts(item, "headers", spec->arena, &more, &more_count, err) ||
            !yaml_maybe_integer(item, "common", 2, UINT32_MAX, &common, err) ||
            !yaml_maybe_integer(item, "keep", 1, UINT32_MAX, &keep, err))
            return false;
        if (more_count > 0) {
            headers = arena_array(spec->arena, struct slice, more_count + 1);
            headers[0] = name;
            memcpy(headers + 1, more, more_count * sizeof *more);
            column->headers = headers;
            column->header_count = more_count + 1;
        }
        kind = yaml_get(item, "kind");
        if (yaml_get(item, "join") || yaml_get(item, "either")) {
            if (!read_made(item, spec, index, err))
                return false;
        } else if (spec->input_count < index) {
            return yaml_error(item, err, "columns made by join or either stand after all columns of the files");
        }
        if (!kind)
            return yaml_error(item, err, "the column %.*s has no kind; write kind: and what it is", PRINT(name));
    } else if (spec->input_count < index) {
        return yaml_error(item, err, "columns made by join or either stand after all columns of the files");
    }
    int word = 0;
    const char *meant = kind->kind == YAML_SCALAR ? spec_kind_meant(kind->text) : NULL;
    if (meant)
        return yaml_error(kind, err, "%.*s is not a kind of column; write %s", PRINT(kind->text), meant);
    if (!word_of(kind, link_kind_words, "a kind of column", &word, err))
        return false;
    column->kind = (enum link_kind)word;
    spec->made[index].kind = column->kind;
    spec->column_count++;
    if (!spec->made[index].part_count)
        spec->input_count = spec->column_count;
    spec_default_column(spec, index);
    if (common > 0)
        spec->common[index] = (uint32_t)common;
    if (keep > 0)
        spec->keep[index] = (uint32_t)keep;
    return true;
}

static bool read_columns(const struct yaml *root, struct link_spec *spec, struct error *err)
{
    const struct yaml *columns = NULL;
    if (!yaml_mapping(root, "columns", &columns, err))
        return false;
    for (size_t i = 0; i < columns->count; i++)
        if (!read_column(&columns->key_places[i], columns->keys[i], &columns->items[i], spec, err))
            return false;
    if (spec->input_count == 0)
        return yaml_error(columns, err, "columns is empty; name at least one column and its kind");
    return true;
}

/* ---- Comparisons ---- */

static bool read_level(const struct yaml *item, const struct link_spec *spec, struct link_comparison *comparison,
                       struct error *err)
{
    if (comparison->level_count == LINK_LEVELS_MAX)
        return yaml_error(item, err, "a comparison has at most %d levels", LINK_LEVELS_MAX);
    struct link_level *level = &comparison->levels[comparison->level_count];
    *level = (struct link_level){.column = comparison->columns[0]};
    int word = 0;
    if (item->kind == YAML_SCALAR) {
        if (!word_of(item, link_test_words, "a level", &word, err))
            return false;
        if (test_has_argument[word])
            return yaml_error(item, err, "%s wants a number: {%s: …}", link_test_words[word], link_test_words[word]);
    } else if (item->kind == YAML_MAPPING && item->count >= 1) {
        if (!word_of(&item->key_places[0], link_test_words, "a level", &word, err))
            return false;
        if (test_has_argument[word]) {
            if (!yaml_maybe_real(item, link_test_words[word], &level->argument, err))
                return false;
            double most = word == LINK_TEST_JARO || word == LINK_TEST_NEAR ? 1 : word == LINK_TEST_YEARS ? 100 : 20;
            if (!(level->argument > 0 && level->argument <= most))
                return yaml_error(&item->items[0], err, "%s takes a number above 0 and at most %g",
                                  link_test_words[word], most);
        } else if (!column_of(spec, &item->items[0], &level->column, err)) {
            return false;
        }
        for (size_t i = 1; i < item->count; i++) {
            if (!slice_equal(item->keys[i], S("column")))
                return yaml_error(&item->key_places[i], err, "beside its test a level has only column:");
            if (!column_of(spec, &item->items[i], &level->column, err))
                return false;
        }
    } else {
        return yaml_error(item, err, "a level is a word such as equal, or a test with its number such as {edits: 1}");
    }
    level->test = (enum link_test)word;
    bool held = false;
    for (size_t i = 0; i < comparison->column_count; i++)
        held |= comparison->columns[i] == level->column;
    if (!held) {
        if (comparison->column_count == countof(comparison->columns))
            return yaml_error(item, err, "a comparison reads at most %zu columns", countof(comparison->columns));
        comparison->columns[comparison->column_count++] = level->column;
    }
    comparison->level_count++;
    return true;
}

static bool read_comparison(const struct yaml *item, struct link_spec *spec, struct link_comparison *ret,
                            struct error *err)
{
    static const char *const known[] = {"name",      "column", "method",    "levels", "fuzzy",
                                        "frequency", "train",  "different", NULL};
    struct link_comparison comparison = {.fuzzy = true, .frequency = true, .train = true};
    struct yaml whole = {0};
    if (item->kind == YAML_SCALAR) {
        if (!column_of(spec, item, &comparison.columns[0], err))
            return false;
    } else {
        if (item->kind != YAML_MAPPING)
            return yaml_error(item, err, "a comparison is a column's name or a mapping with column:");
        if (!yaml_only_keys(item, known, "a comparison", err))
            return false;
        whole = *item;
        const struct yaml *column = yaml_get(&whole, "column");
        if (!column)
            return yaml_error(item, err, "a comparison wants column:");
        if (!column_of(spec, column, &comparison.columns[0], err))
            return false;
    }
    comparison.column_count = 1;
    comparison.kind = spec->columns[comparison.columns[0]].kind;
    comparison.name = spec->columns[comparison.columns[0]].name;
    spec_default_levels(spec, &comparison);
    if (item->kind == YAML_MAPPING) {
        int method = comparison.method == LINK_METHOD_TOKENS;
        double different = comparison.different_max;
        bool levels_given = yaml_get(item, "levels") != NULL;
        if (levels_given)
            method = 0;
        if (!yaml_maybe_text(item, "name", &comparison.name, err) ||
            !yaml_maybe_word(item, "method", method_words, &method, err) ||
            !yaml_maybe_bool(item, "fuzzy", &comparison.fuzzy, err) ||
            !yaml_maybe_bool(item, "frequency", &comparison.frequency, err) ||
            !yaml_maybe_bool(item, "train", &comparison.train, err) ||
            !yaml_maybe_real(item, "different", &different, err))
            return false;
        if (!(different > 0 && different <= 1))
            return yaml_error(yaml_get(item, "different"), err, "different is a share above 0 and at most 1");
        comparison.different_max = different;
        comparison.method = method ? LINK_METHOD_TOKENS : LINK_METHOD_LEVELS;
        if (levels_given) {
            const struct yaml *levels = NULL;
            if (method)
                return yaml_error(yaml_get(item, "levels"), err, "a comparison of tokens has no levels of its own");
            if (!yaml_sequence(item, "levels", &levels, err))
                return false;
            comparison.level_count = 0;
            for (size_t i = 0; i < levels->count; i++)
                if (!read_level(&levels->items[i], spec, &comparison, err))
                    return false;
        }
        if (comparison.method == LINK_METHOD_LEVELS && comparison.level_count == 0)
            return yaml_error(item, err, "the comparison %.*s has no levels; write levels: [equal] at least",
                              PRINT(comparison.name));
    }
    *ret = comparison;
    return true;
}

static bool read_joint(const struct yaml *item, const struct yaml *both, struct link_spec *spec, struct error *err)
{
    if (item->count != 1 || both->kind != YAML_SEQUENCE || both->count != 2)
        return yaml_error(both, err, "joint takes a list of two comparisons and stands alone");
    struct link_comparison *joint = &spec->comparisons[spec->comparison_count];
    struct link_comparison *first = &spec->inner[spec->inner_count], *second = first + 1;
    if (!read_comparison(&both->items[0], spec, first, err) || !read_comparison(&both->items[1], spec, second, err))
        return false;
    *joint = (struct link_comparison){.method = LINK_METHOD_JOINT,
                                      .kind = first->kind,
                                      .train = true,
                                      .frequency = true,
                                      .different_max = 1,
                                      .first = (int)spec->inner_count,
                                      .second = (int)spec->inner_count + 1};
    if (first->method != LINK_METHOD_LEVELS || second->method != LINK_METHOD_LEVELS)
        return yaml_error(both, err, "a joint comparison takes two comparisons by levels");
    joint->name = arena_format(spec->arena, "%.*s × %.*s", PRINT(first->name), PRINT(second->name));
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < (s ? second : first)->column_count; i++) {
            if (joint->column_count == countof(joint->columns))
                return yaml_error(both, err, "a joint comparison reads at most %zu columns", countof(joint->columns));
            joint->columns[joint->column_count++] = (s ? second : first)->columns[i];
        }
    spec->inner_count += 2;
    if (spec_level_count(spec, joint) >= LINK_PATTERN_LEVELS)
        return yaml_error(both, err, "the two comparisons have %u combined levels; at most %d fit: take levels away",
                          spec_level_count(spec, joint), LINK_PATTERN_LEVELS - 1);
    spec->comparison_count++;
    return true;
}

static bool read_comparisons(const struct yaml *root, struct link_spec *spec, bool *ret_given, struct error *err)
{
    const struct yaml *list = yaml_get(root, "comparisons");
    *ret_given = list != NULL;
    if (!list)
        return true;
    if (list->kind != YAML_SEQUENCE || list->count == 0)
        return yaml_error(list, err, "comparisons is a list of columns or mappings");
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *item = &list->items[i];
        if (spec->comparison_count == LINK_FIELDS_MAX)
            return yaml_error(item, err,
                              "there are more than %d comparisons; join columns that say the same, or leave some out",
                              LINK_FIELDS_MAX);
        const struct yaml *both = item->kind == YAML_MAPPING ? yaml_get(item, "joint") : NULL;
        if (both) {
            if (!read_joint(item, both, spec, err))
                return false;
        } else if (!read_comparison(item, spec, &spec->comparisons[spec->comparison_count], err)) {
            return false;
        } else {
            spec->comparison_count++;
        }
    }
    return true;
}

/* ---- Rules and guards ---- */

static bool read_conditions(const struct yaml *node, const struct link_spec *spec, struct link_condition *conditions,
                            uint8_t *ret_count, struct error *err)
{
    if (node->kind != YAML_MAPPING || node->count == 0)
        return yaml_error(node, err, "conditions are columns with what must be: {birth_date: same}");
    if (node->count > LINK_CONDITIONS_MAX)
        return yaml_error(node, err, "there are more than %d conditions", LINK_CONDITIONS_MAX);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *value = &node->items[i];
        int column = link_spec_find(spec, node->keys[i]);
        if (column < 0)
            return unknown_column(spec, &node->key_places[i], node->keys[i], err);
        struct link_condition condition = {.column = (uint16_t)column};
        size_t words = value->kind == YAML_SEQUENCE ? value->count : 1;
        for (size_t w = 0; w < words; w++) {
            const struct yaml *word = value->kind == YAML_SEQUENCE ? &value->items[w] : value;
            int class = 0;
            if (!word_of(word, class_words, "a degree of agreement", &class, err))
                return false;
            condition.classes |= (uint8_t)(1u << class);
        }
        if (!condition.classes)
            return yaml_error(value, err, "a condition wants at least one word");
        conditions[i] = condition;
    }
    *ret_count = (uint8_t)node->count;
    return true;
}

static bool read_guard(const struct yaml *item, struct link_spec *spec, bool rule, struct error *err)
{
    static const char *const guard_keys[] = {"name", "when", "unless", "then", NULL};
    static const char *const rule_keys[] = {"name", "join", "unless", NULL};
    if (item->kind != YAML_MAPPING)
        return yaml_error(item, err, rule ? "a rule is a mapping with join:" : "a guard is a mapping with when:");
    if (spec->guard_count == LINK_GUARDS_MAX)
        return yaml_error(item, err, "there are more than %d rules and guards; put some together", LINK_GUARDS_MAX);
    if (!yaml_only_keys(item, rule ? rule_keys : guard_keys, rule ? "a rule" : "a guard", err))
        return false;
    struct link_guard *guard = &spec->guards[spec->guard_count];
    *guard = (struct link_guard){.then = rule ? LINK_JOIN : LINK_REVIEW};
    guard->name = arena_format(spec->arena, "%s %zu", rule ? "rule" : "guard", spec->guard_count + 1);
    int then = 0;
    const struct yaml *when = NULL, *unless = yaml_get(item, "unless");
    if (!yaml_maybe_text(item, "name", &guard->name, err) || !yaml_mapping(item, rule ? "join" : "when", &when, err) ||
        !read_conditions(when, spec, guard->when, &guard->when_count, err) ||
        (unless && !read_conditions(unless, spec, guard->unless, &guard->unless_count, err)) ||
        !yaml_maybe_word(item, "then", then_words, &then, err))
        return false;
    if (!rule)
        guard->then = then_verdicts[then];
    spec->guard_count++;
    return true;
}

static bool read_guards(const struct yaml *root, struct link_spec *spec, struct error *err)
{
    static const char *const keys[] = {"rules", "guards"};
    for (size_t k = 0; k < 2; k++) {
        const struct yaml *list = yaml_get(root, keys[k]);
        if (!list)
            continue;
        if (list->kind != YAML_SEQUENCE)
            return yaml_error(list, err, "%s is a list", keys[k]);
        for (size_t i = 0; i < list->count; i++)
            if (!read_guard(&list->items[i], spec, k == 0, err))
                return false;
    }
    return true;
}

/* ---- The rest ---- */

static bool read_rules(const struct yaml *root, struct link_spec *spec, bool *ret_given, struct error *err)
{
    const struct yaml *list = yaml_get(root, "blocking");
    *ret_given = list != NULL;
    int64_t cap = 80;
    if (!yaml_maybe_integer(root, "block_cap", 0, 1000000, &cap, err))
        return false;
    if (list && (list->kind != YAML_SEQUENCE || list->count == 0))
        return yaml_error(list, err, "blocking is a list of rules such as soundex(family_name) + year(birth_date)");
    for (size_t i = 0; list && i < list->count; i++) {
        if (spec->rule_count == LINK_RULES_MAX)
            return yaml_error(&list->items[i], err, "there are more than %d blocking rules; keep those that find most",
                              LINK_RULES_MAX);
        struct link_rule *rule = &spec->rules[spec->rule_count];
        if (!spec_rule_read(&list->items[i], spec, rule, err))
            return false;
        rule->cap = (uint32_t)cap;
        spec->rule_count++;
    }
    if (!list)
        spec->rules[0].cap = (uint32_t)cap; /* spec_defaults reads it here */
    return true;
}

static bool read_thresholds(const struct yaml *root, struct link_spec *spec, struct error *err)
{
    static const char *const known[] = {"join", "review", "floor", "margin", NULL};
    const struct yaml *node = yaml_get(root, "thresholds");
    if (!node)
        return true;
    if (node->kind != YAML_MAPPING)
        return yaml_error(node, err, "thresholds is a mapping of join, review, floor and margin to bits");
    if (!yaml_only_keys(node, known, "a threshold", err) || !yaml_maybe_real(node, "join", &spec->join, err))
        return false;
    spec->review = fmin(spec->review, spec->join);
    if (!yaml_maybe_real(node, "review", &spec->review, err))
        return false;
    spec->floor = fmin(spec->floor, spec->review);
    if (!yaml_maybe_real(node, "floor", &spec->floor, err) || !yaml_maybe_real(node, "margin", &spec->margin, err))
        return false;
    if (!(spec->floor <= spec->review && spec->review <= spec->join))
        return yaml_error(node, err, "thresholds must rise from floor over review to join, and here are %g, %g and %g",
                          spec->floor, spec->review, spec->join);
    if (!(spec->join < 1000 && spec->floor > -1000 && spec->margin >= 0 && spec->margin < 1000))
        return yaml_error(node, err, "thresholds are bits between -1000 and 1000, margin from 0");
    return true;
}

static bool read_sources(const struct yaml *root, struct link_spec *spec, struct error *err)
{
    static const char *const known[] = {"no_duplicates", NULL};
    const struct yaml *node = yaml_get(root, "sources");
    if (!node)
        return true;
    if (node->kind != YAML_MAPPING)
        return yaml_error(node, err, "sources is a mapping with no_duplicates:");
    if (!yaml_only_keys(node, known, "a setting of sources", err))
        return false;
    const struct yaml *list = yaml_get(node, "no_duplicates");
    if (list && list->kind == YAML_SCALAR && slice_equal(list->text, S("all"))) {
        spec->all_without_duplicates = true;
        return true;
    }
    return yaml_maybe_texts(node, "no_duplicates", spec->arena, &spec->no_duplicates, &spec->no_duplicate_count, err);
}

static bool read_truth(const struct yaml *root, struct link_spec *spec, struct error *err)
{
    static const char *const known[] = {"column", "until", "times", NULL};
    const struct yaml *node = yaml_get(root, "truth");
    spec->truth_times = 1;
    if (!node)
        return true;
    if (node->kind != YAML_MAPPING)
        return yaml_error(node, err, "truth is a mapping with column: and, for a part of it, until: and times:");
    return yaml_only_keys(node, known, "a setting of truth", err) &&
           yaml_text(node, "column", &spec->truth_column, err) &&
           yaml_maybe_text(node, "until", &spec->truth_until, err) &&
           yaml_maybe_integer(node, "times", 1, 100, &spec->truth_times, err);
}

static bool read_clusters(const struct yaml *root, struct link_spec *spec, struct error *err)
{
    static const char *const words[] = {"refined", "components", NULL};
    int kind = 0;
    if (!yaml_maybe_word(root, "clusters", words, &kind, err))
        return false;
    spec->components = kind == 1;
    bool apart =
        spec->one_to_one || spec->one_to_one_open || spec->all_without_duplicates || spec->no_duplicate_count > 0;
    for (size_t i = 0; i < spec->guard_count; i++)
        apart |= spec->guards[i].then != LINK_JOIN;
    if (spec->components && apart)
        return yaml_error(yaml_get(root, "clusters"), err,
                          "components keeps nothing apart; take out guards, one_to_one and sources without duplicates, "
                          "or say refined");
    return true;
}

/* Where files are linked across alone it is left to the files, unless something else is said of them. */
static bool read_one_to_one(const struct yaml *root, struct link_spec *spec, struct error *err)
{
    const struct yaml *said = yaml_get(root, "one_to_one"), *clusters = yaml_get(root, "clusters");
    bool components = clusters && slice_equal(clusters->text, S("components"));
    bool left_open = said ? slice_equal(said->text, S("auto"))
                          : spec->type == LINK_LINK && !yaml_get(root, "sources") && !components;
    spec->one_to_one_open = left_open;
    if (!left_open && !yaml_maybe_bool(root, "one_to_one", &spec->one_to_one, err))
        return false;
    if (left_open && spec->type != LINK_LINK)
        return yaml_error(said, err, "auto is for link: link, which looks across files alone; say true or false");
    return true;
}

bool link_spec_read(struct slice text, struct slice file, struct arena *arena, struct link_spec **ret,
                    struct error *err)
{
    static const char *const known[] = {"link",      "id",         "columns",      "date_order", "blocking",
                                        "block_cap", "rules",      "comparisons",  "guards",     "thresholds",
                                        "sources",   "one_to_one", "learn",        "attach",     "clusters",
                                        "relatives", "truth",      "random_pairs", NULL};
    struct yaml root;
    if (!yaml_read(text, file, arena, &root, err))
        return false;
    if (root.kind != YAML_MAPPING)
        return yaml_error(&root, err, "a linkage specification begins with columns: and their kinds");
    if (!yaml_only_keys(&root, known, "a part of a linkage specification", err))
        return false;
    struct link_spec *spec = arena_new(arena, struct link_spec);
    *spec = (struct link_spec){.arena = arena,
                               .file = arena_copy(arena, file),
                               .date_order = DATE_DMY,
                               .join = 0,
                               .review = -3,
                               .floor = -8,
                               .margin = 3,
                               .learn = true,
                               .attach = true,
                               .relatives = true,
                               .random_pairs = 100000};
    int type = 0, order = DATE_DMY;
    bool rules_given = false, comparisons_given = false;
    if (!yaml_maybe_word(&root, "link", type_words, &type, err))
        return false;
    spec->type = (enum link_type)type;
    if (!yaml_maybe_texts(&root, "id", arena, &spec->id_headers, &spec->id_header_count, err) ||
        !yaml_maybe_word(&root, "date_order", order_words, &order, err) || !read_one_to_one(&root, spec, err) ||
        !yaml_maybe_bool(&root, "learn", &spec->learn, err) || !yaml_maybe_bool(&root, "attach", &spec->attach, err) ||
        !yaml_maybe_bool(&root, "relatives", &spec->relatives, err) ||
        !yaml_maybe_real(&root, "random_pairs", &spec->random_pairs, err) || !read_columns(&root, spec, err) ||
        !read_rules(&root, spec, &rules_given, err) || !read_comparisons(&root, spec, &comparisons_given, err) ||
        !read_guards(&root, spec, err) || !read_thresholds(&root, spec, err) || !read_sources(&root, spec, err) ||
        !read_clusters(&root, spec, err) || !read_truth(&root, spec, err))
        return false;
    spec->date_order = (enum date_order)order;
    if (!(spec->random_pairs >= 1000 && spec->random_pairs <= 1e8))
        return yaml_error(yaml_get(&root, "random_pairs"), err, "random_pairs is a number from 1000 to 100000000");
    if (spec->one_to_one && spec->type == LINK_DEDUPE)
        return yaml_error(yaml_get(&root, "one_to_one"), err,
                          "one_to_one is for link or link_and_dedupe; this specification dedupes");
    if (!spec_defaults(spec, rules_given, comparisons_given, err))
        return false;
    spec->digest = hash64(link_spec_print(spec, arena), 7);
    if (!comparisons_given)
        spec->note = spec_note(spec);
    *ret = spec;
    return true;
}
