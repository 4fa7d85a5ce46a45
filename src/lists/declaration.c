/* Reading is strict, so that a list never quietly selects nobody because a word was misspelt: every source, column,
 * value of a column with allowed values, attribute, role, purpose and outcome is looked up. */
#include "lists/declaration.h"

#include "base/host.h"
#include "base/text.h"

static bool unknown(const struct yaml *node, const char *what, struct slice word, const struct slice *known,
                    size_t count, struct error *err)
{
    struct slice near = text_nearest(word, known, count);
    if (near.len)
        return yaml_error(node, err, "there is no %s \"%.*s\"; did you mean \"%.*s\"?", what, PRINT(word), PRINT(near));
    return yaml_error(node, err, "there is no %s \"%.*s\"; write one that the county folder declares", what,
                      PRINT(word));
}

static const struct source *find_source(const struct catalogue *catalogue, const struct yaml *node, struct slice name,
                                        struct arena *arena, struct error *err)
{
    const struct source *source = catalogue_source(catalogue, name);
    if (source)
        return source;
    struct slice *names = arena_array(arena, struct slice, catalogue->source_count);
    for (size_t i = 0; i < catalogue->source_count; i++)
        names[i] = catalogue->sources[i].name;
    (void)unknown(node, "source", name, names, catalogue->source_count, err);
    return NULL;
}

/* A value that the contract does not allow would never match. */
static bool check_words(const struct yaml *node, const struct column *column, const struct list_condition *c,
                        struct error *err)
{
    if (c->test != LIST_IS && c->test != LIST_IN)
        return true;
    for (size_t i = 0; i < c->word_count && column->allowed_count; i++) {
        bool found = false;
        for (size_t k = 0; k < column->allowed_count; k++)
            found = found || slice_equal(column->allowed[k], c->words[i]);
        if (!found)
            return unknown(node, "allowed value", c->words[i], column->allowed, column->allowed_count, err);
    }
    return true;
}

static bool read_test(const struct yaml *node, struct arena *arena, struct list_condition *c, struct error *err)
{
    static const char *const names[] = {"is",      "in",     "contains",    "at_least",     "at_most",
                                        "present", "absent", "within_days", "age_at_least", NULL};
    int found = -1;
    for (int i = 0; names[i]; i++)
        if (yaml_get(node, names[i])) {
            if (found >= 0)
                return yaml_error(node, err, "this condition has both \"%s\" and \"%s\"; write two conditions",
                                  names[found], names[i]);
            found = i;
        }
    if (found < 0 && yaml_get(node, "age_under"))
        found = 8;
    if (found < 0)
        return yaml_error(
            node, err,
            "this condition tests nothing; add one of is, in, contains, at_least, at_most, present, absent, "
            "within_days, age_at_least, age_under");
    c->test = (enum list_test)found;
    bool yes = true;
    switch (c->test) {
    case LIST_IS:
    case LIST_IN:
    case LIST_CONTAINS:
        if (!yaml_maybe_texts(node, names[found], arena, &c->words, &c->word_count, err))
            return false;
        if (c->word_count == 0 || (c->test != LIST_IN && c->word_count != 1))
            return yaml_error(node, err, "\"%s\" needs %s", names[found],
                              c->test == LIST_IN ? "a list of values" : "one value");
        return true;
    case LIST_AT_LEAST:
        return yaml_maybe_integer(node, "at_least", INT64_MIN, INT64_MAX, &c->low, err);
    case LIST_AT_MOST:
        return yaml_maybe_integer(node, "at_most", INT64_MIN, INT64_MAX, &c->high, err);
    case LIST_PRESENT:
    case LIST_ABSENT:
        if (!yaml_maybe_bool(node, names[found], &yes, err))
            return false;
        return yes || yaml_error(node, err, "write \"%s: true\"", names[found]);
    case LIST_WITHIN_DAYS:
        return yaml_maybe_integer(node, "within_days", 1, 36500, &c->high, err);
    case LIST_AGE:
        c->high = INT64_MAX;
        return yaml_maybe_integer(node, "age_at_least", 0, 150, &c->low, err) &&
               yaml_maybe_integer(node, "age_under", 1, 150, &c->high, err);
    }
    return false;
}

static bool read_condition(const struct yaml *node, const struct catalogue *catalogue, struct arena *arena,
                           struct list_condition *c, struct error *err)
{
    static const char *const keys[] = {"source",      "column",       "attribute", "is",      "in",
                                       "contains",    "at_least",     "at_most",   "present", "absent",
                                       "within_days", "age_at_least", "age_under", NULL};
    if (!yaml_only_keys(node, keys, "a condition", err))
        return false;
    c->attribute = ATTRIBUTE_NONE;
    struct slice attribute = NO_SLICE;
    if (!yaml_maybe_text(node, "source", &c->source, err) || !yaml_maybe_text(node, "column", &c->column, err) ||
        !yaml_maybe_text(node, "attribute", &attribute, err) || !read_test(node, arena, c, err))
        return false;
    if (attribute.len) {
        if (c->source.len || c->column.len)
            return yaml_error(node, err, "a condition names either an attribute or a source and a column, not both");
        if (attribute_find(attribute, &c->attribute))
            return true;
        struct slice near = attribute_nearest(attribute);
        return unknown(yaml_get(node, "attribute"), "attribute", attribute, &near, near.len ? 1 : 0, err);
    }
    if (!c->source.len || !c->column.len)
        return yaml_error(node, err, "a condition names a source and a column, or an attribute; add what is missing");
    const struct source *source = find_source(catalogue, yaml_get(node, "source"), c->source, arena, err);
    if (!source)
        return false;
    const struct column *column = source_column(source, c->column);
    if (!column) {
        struct slice *names = arena_array(arena, struct slice, source->column_count);
        for (size_t i = 0; i < source->column_count; i++)
            names[i] = source->columns[i].name;
        return unknown(yaml_get(node, "column"), "column", c->column, names, source->column_count, err);
    }
    if ((c->test == LIST_WITHIN_DAYS || c->test == LIST_AGE) && column->type != TYPE_DATE)
        return yaml_error(node, err, "the column %.*s holds no dates; choose a column that does", PRINT(c->column));
    if ((c->test == LIST_AT_LEAST || c->test == LIST_AT_MOST) && column->type != TYPE_INTEGER)
        return yaml_error(node, err, "the column %.*s holds no whole numbers; choose a column that does",
                          PRINT(c->column));
    return check_words(node, column, c, err);
}

/* Of whom a rule or an outcome speaks; 1 is the home. */
static const char *const whose[] = {"person", "home", NULL};

static bool read_rule(const struct yaml *node, const struct catalogue *catalogue, bool with_points, struct arena *arena,
                      struct list_rule *rule, struct error *err)
{
    static const char *const reason_keys[] = {"reason", "points", "when", "of", NULL};
    static const char *const out_keys[] = {"reason", "when", "of", NULL};
    int of = 0;
    if (!yaml_only_keys(node, with_points ? reason_keys : out_keys, with_points ? "a reason" : "a leave_out rule",
                        err) ||
        !yaml_text(node, "reason", &rule->reason, err) || !yaml_maybe_word(node, "of", whose, &of, err))
        return false;
    rule->of_home = of == 1;
    rule->points = with_points ? 1 : 0;
    if (with_points && !yaml_maybe_integer(node, "points", 1, 1000, &rule->points, err))
        return false;
    const struct yaml *when = yaml_get(node, "when");
    if (!when)
        return yaml_error(node, err, "\"%.*s\" says no condition; add \"when\"", PRINT(rule->reason));
    const struct yaml *items = when->kind == YAML_SEQUENCE ? when->items : when;
    rule->condition_count = when->kind == YAML_SEQUENCE ? when->count : 1;
    if (rule->condition_count == 0)
        return yaml_error(when, err, "\"when\" is empty; add a condition");
    rule->conditions = arena_array(arena, struct list_condition, rule->condition_count);
    for (size_t i = 0; i < rule->condition_count; i++) {
        struct list_condition *c = &rule->conditions[i];
        if (!read_condition(&items[i], catalogue, arena, c, err))
            return false;
        /* All conditions of one rule are asked of one row; across sources each is a rule of its own. */
        if (c->attribute != rule->conditions[0].attribute || !slice_equal(c->source, rule->conditions[0].source))
            return yaml_error(&items[i], err, "the conditions of one rule must be about one source; write two rules");
    }
    return true;
}

static bool read_rules(const struct yaml *root, const char *key, const struct catalogue *catalogue, bool with_points,
                       struct arena *arena, struct list_rule **ret, size_t *ret_count, struct error *err)
{
    const struct yaml *node = yaml_get(root, key);
    if (!node)
        return true;
    if (!yaml_sequence(root, key, &node, err))
        return false;
    *ret = arena_array(arena, struct list_rule, node->count);
    *ret_count = node->count;
    for (size_t i = 0; i < node->count; i++)
        if (!read_rule(&node->items[i], catalogue, with_points, arena, &(*ret)[i], err))
            return false;
    return true;
}

static bool read_outcomes(const struct yaml *root, struct arena *arena, struct list *list, struct error *err)
{
    static const char *const keys[] = {"title", "off_for_days", "of", NULL};
    const struct yaml *node;
    if (!yaml_mapping(root, "outcomes", &node, err))
        return false;
    list->outcomes = arena_array(arena, struct list_outcome, node->count);
    list->outcome_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        struct list_outcome *outcome = &list->outcomes[i];
        outcome->name = node->keys[i];
        int of = 0;
        outcome->off_for_days = 365;
        if (!yaml_only_keys(&node->items[i], keys, "an outcome", err) ||
            !yaml_text(&node->items[i], "title", &outcome->title, err) ||
            !yaml_maybe_integer(&node->items[i], "off_for_days", 1, 36500, &outcome->off_for_days, err) ||
            !yaml_maybe_word(&node->items[i], "of", whose, &of, err))
            return false;
        outcome->of_home = of == 1;
    }
    return list->outcome_count || yaml_error(node, err, "a list needs an outcome that can be recorded");
}

static bool read_order(const struct yaml *root, struct arena *arena, struct list *list, struct error *err)
{
    static const struct slice words[] = {S_INIT("points"), S_INIT("oldest"), S_INIT("address")};
    static const struct slice said[] = {S_INIT("most points first"), S_INIT("the oldest first"), S_INIT("by address")};
    struct slice *given = NULL;
    size_t count = 0;
    if (!yaml_maybe_texts(root, "order", arena, &given, &count, err))
        return false;
    if (count > countof(list->order))
        return yaml_error(yaml_get(root, "order"), err, "an order has at most three parts");
    struct slice shown[countof(list->order)];
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < countof(words) && !slice_equal(words[k], given[i]))
            k++;
        if (k == countof(words))
            return unknown(yaml_get(root, "order"), "order", given[i], words, countof(words), err);
        list->order[list->order_count] = (enum list_order)k;
        shown[list->order_count++] = said[k];
    }
    if (count == 0) {
        list->order[list->order_count++] = LIST_BY_POINTS;
        shown[0] = said[0];
    }
    list->order_words = arena_join(arena, shown, list->order_count, S(", then "));
    return true;
}

static bool read_names(const struct yaml *root, const struct catalogue *catalogue, struct arena *arena,
                       struct list *list, struct error *err)
{
    if (!catalogue_purpose(catalogue, list->purpose)) {
        struct slice *names = arena_array(arena, struct slice, catalogue->purpose_count);
        for (size_t i = 0; i < catalogue->purpose_count; i++)
            names[i] = catalogue->purposes[i].name;
        return unknown(yaml_get(root, "purpose"), "purpose", list->purpose, names, catalogue->purpose_count, err);
    }
    for (size_t i = 0; i < list->role_count; i++) {
        if (catalogue_role(catalogue, list->roles[i]))
            continue;
        struct slice *names = arena_array(arena, struct slice, catalogue->role_count);
        for (size_t k = 0; k < catalogue->role_count; k++)
            names[k] = catalogue->roles[k].name;
        return unknown(yaml_get(root, "roles"), "role", list->roles[i], names, catalogue->role_count, err);
    }
    for (size_t i = 0; i < list->people_in_count; i++)
        if (!find_source(catalogue, yaml_get(root, "people_in"), list->people_in[i], arena, err))
            return false;
    return true;
}

bool list_read(struct slice text, struct slice file, const struct catalogue *catalogue, struct arena *arena,
               struct list *ret, struct error *err)
{
    static const char *const keys[] = {"list",     "title",   "about",     "purpose",  "roles", "people_in",
                                       "at_least", "reasons", "leave_out", "outcomes", "order", NULL};
    struct yaml root;
    struct list list = {.file = file, .at_least = 1, .digest = hash_sha256(text)};
    if (!yaml_read(text, file, arena, &root, err) || !yaml_only_keys(&root, keys, "a list", err) ||
        !yaml_text(&root, "list", &list.name, err) || !yaml_text(&root, "title", &list.title, err) ||
        !yaml_maybe_text(&root, "about", &list.about, err) || !yaml_text(&root, "purpose", &list.purpose, err) ||
        !yaml_maybe_texts(&root, "roles", arena, &list.roles, &list.role_count, err) ||
        !yaml_maybe_texts(&root, "people_in", arena, &list.people_in, &list.people_in_count, err) ||
        !yaml_maybe_integer(&root, "at_least", 1, 100000, &list.at_least, err) ||
        !read_names(&root, catalogue, arena, &list, err) ||
        !read_rules(&root, "reasons", catalogue, true, arena, &list.reasons, &list.reason_count, err) ||
        !read_rules(&root, "leave_out", catalogue, false, arena, &list.leave_out, &list.leave_out_count, err) ||
        !read_outcomes(&root, arena, &list, err) || !read_order(&root, arena, &list, err))
        return false;
    if (list.role_count == 0)
        return yaml_error(&root, err, "the list names no roles, so nobody could open it; add \"roles\"");
    if (list.reason_count == 0)
        return yaml_error(&root, err, "the list gives no reasons, so nobody would stand on it; add \"reasons\"");
    *ret = list;
    return true;
}

static bool list_of_file(const struct lists *lists, struct slice path, const struct catalogue *catalogue,
                         struct arena *arena, struct list *ret, struct error *err)
{
    struct slice text;
    if (!host_read_file(host_real(), path, 1 << 20, arena, &text, err) ||
        !list_read(text, path, catalogue, arena, ret, err))
        return false;
    return !lists_find(lists, ret->name) ||
           error_set_at(err, ERROR_INPUT, path, 0, 0, "the list %.*s is declared in another file too; rename one",
                        PRINT(ret->name));
}

bool lists_read(const struct catalogue *catalogue, struct arena *arena, struct lists *ret, struct error *err)
{
    struct slice folder = arena_format(arena, "%.*s/lists", PRINT(catalogue->folder));
    struct lists lists = {0};
    if (host_exists(folder)) {
        struct slice *names;
        size_t count;
        if (!host_list_folder(folder, arena, &names, &count, err))
            return false;
        lists.lists = arena_array(arena, struct list, count);
        lists.faults = arena_array(arena, struct list_fault, count);
        for (size_t i = 0; i < count; i++) {
            if (!slice_ends(names[i], S(".yaml")))
                continue;
            struct slice path = arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(names[i]));
            struct list_fault fault = {.name = slice_part(names[i], 0, names[i].len - 5), .fault = NO_ERROR};
            if (list_of_file(&lists, path, catalogue, arena, &lists.lists[lists.count], &fault.fault))
                lists.count++;
            else
                lists.faults[lists.fault_count++] = fault;
        }
    }
    *ret = lists;
    return true;
}

const struct list_fault *lists_fault(const struct lists *lists, struct slice name)
{
    for (size_t i = 0; i < lists->fault_count; i++)
        if (slice_equal(lists->faults[i].name, name))
            return &lists->faults[i];
    return NULL;
}

const struct list *lists_find(const struct lists *lists, struct slice name)
{
    for (size_t i = 0; i < lists->count; i++)
        if (slice_equal(lists->lists[i].name, name))
            return &lists->lists[i];
    return NULL;
}

const struct list_outcome *list_outcome(const struct list *list, struct slice name)
{
    for (size_t i = 0; i < list->outcome_count; i++)
        if (slice_equal(list->outcomes[i].name, name))
            return &list->outcomes[i];
    return NULL;
}
