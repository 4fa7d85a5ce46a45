/* agreement.c: reads one data-sharing agreement: who may use which fields of which source, for which purpose, and until
 * when.
 *
 * What an agreement does not say is denied; so a key that is not known is refused here with all the more reason, for a
 * misspelt limit would widen what the parties agreed. Whether the names in it exist is for catalogue.c to check, which
 * knows the whole county. */
#include "catalogue/reading.h"

#define AGREEMENT_LONGEST ((size_t)1 << 20)

static const char *const agreement_keys[] = {
    "agreement", "title",  "between",   "about",   "purposes", "lawful_basis", "special_category", "from",
    "until",     "review", "withdrawn", "clauses", NULL};
static const char *const clause_keys[] = {"clause", "source", "roles",    "purposes", "match",
                                          "show",   "count",  "subjects", NULL};
static const char *const match_words[] = {"none", "all", NULL};
static const char *const subjects_words[] = {"all", "adults", "children", NULL};

static bool needed_texts(const struct yaml *node, const char *key, const char *what, struct arena *arena,
                         struct slice **ret, size_t *ret_count, struct error *err)
{
    if (!yaml_maybe_texts(node, key, arena, ret, ret_count, err))
        return false;
    if (!*ret_count)
        return yaml_error(yaml_get(node, key) ? yaml_get(node, key) : node, err,
                          "the key %s is missing or empty; list %s under it", key, what);
    for (size_t i = 0; i < *ret_count; i++)
        for (size_t j = 0; j < i; j++)
            if (slice_equal((*ret)[i], (*ret)[j]))
                return yaml_error(place_of(node, key, i), err, "\"%.*s\" stands twice under %s; keep one of them",
                                  PRINT((*ret)[i]), key);
    return true;
}

static bool clause_read(const struct yaml *node, struct arena *arena, struct clause *clause, struct error *err)
{
    int match = 0, subjects = 0;
    if (node->kind != YAML_MAPPING)
        return yaml_error(node, err, "each clause is written `- clause: \"3.1\"` with its other lines below");
    if (!yaml_only_keys(node, clause_keys, "a clause", err) || !yaml_text(node, "clause", &clause->name, err) ||
        !yaml_text(node, "source", &clause->source, err) ||
        !needed_texts(node, "roles", "the roles that may use this source", arena, &clause->roles, &clause->role_count,
                      err) ||
        !yaml_maybe_texts(node, "purposes", arena, &clause->purposes, &clause->purpose_count, err) ||
        !yaml_maybe_word(node, "match", match_words, &match, err) ||
        !yaml_maybe_texts(node, "show", arena, &clause->show, &clause->show_count, err) ||
        !yaml_maybe_bool(node, "count", &clause->count, err) ||
        !yaml_maybe_word(node, "subjects", subjects_words, &subjects, err))
        return false;
    clause->match = match == 1;
    clause->subjects = (enum subjects)subjects;
    const struct yaml *show = yaml_get(node, "show");
    if (show && show->kind == YAML_SCALAR) {
        clause->show_all = slice_equal(show->text, S("all"));
        if (clause->show_all || slice_equal(show->text, S("none")))
            clause->show_count = 0;
    }
    for (size_t i = 0; i < clause->show_count; i++)
        for (size_t j = 0; j < i; j++)
            if (slice_equal(clause->show[i], clause->show[j]))
                return yaml_error(place_of(node, "show", i), err,
                                  "the column %.*s stands twice under show; keep one of them", PRINT(clause->show[i]));
    if (!clause->match && !clause->show_all && !clause->show_count && !clause->count)
        return yaml_error(node, err,
                          "the clause %.*s allows nothing; say match: all, show: or count: true, or take it away",
                          PRINT(clause->name));
    return true;
}

static bool dates_read(const struct yaml *tree, struct agreement *agreement, struct error *err)
{
    if (!yaml_maybe_date(tree, "from", &agreement->from, err) ||
        !yaml_maybe_date(tree, "until", &agreement->until, err) ||
        !yaml_maybe_date(tree, "review", &agreement->review, err) ||
        !yaml_maybe_date(tree, "withdrawn", &agreement->withdrawn, err))
        return false;
    static const char *const keys[] = {"from", "until", "review"};
    const struct date dates[] = {agreement->from, agreement->until, agreement->review};
    for (size_t i = 0; i < countof(keys); i++)
        if (!date_whole(dates[i]))
            return yaml_error(tree, err,
                              "the agreement does not say `%s`; every agreement has a day it runs from, a day it runs "
                              "until and a day of review, written like 2026-01-31",
                              keys[i]);
    if (date_compare(agreement->from, agreement->until) > 0)
        return yaml_error(yaml_get(tree, "until"), err,
                          "the agreement ends before it begins; check `from` and `until`");
    return true;
}

bool agreement_read_tree(struct slice text, struct slice file, struct arena *arena, struct yaml *ret_tree,
                         struct agreement *ret, struct error *err)
{
    struct yaml tree;
    const struct yaml *clauses;
    struct agreement agreement = {
        .file = arena_copy(arena, file), .text = arena_copy(arena, text), .digest = hash_sha256(text)};
    *err = NO_ERROR;
    if (text.len > AGREEMENT_LONGEST)
        return error_set_at(err, ERROR_TOO_BIG, file, 0, 0, "an agreement is 1 MiB at most; this file is no agreement");
    if (!yaml_read(agreement.text, agreement.file, arena, &tree, err))
        return false;
    if (tree.kind != YAML_MAPPING)
        return error_set_at(err, ERROR_INPUT, file, 1, 1, "the file is no agreement; begin from a copy of another");
    if (!yaml_only_keys(&tree, agreement_keys, "an agreement", err) ||
        !yaml_text(&tree, "agreement", &agreement.name, err) ||
        !name_check(agreement.name, yaml_get(&tree, "agreement"), "an agreement", err) ||
        !yaml_text(&tree, "title", &agreement.title, err) ||
        !needed_texts(&tree, "between", "the agencies that are party to it", arena, &agreement.parties,
                      &agreement.party_count, err) ||
        !yaml_maybe_text(&tree, "about", &agreement.about, err) ||
        !needed_texts(&tree, "purposes", "what it is for", arena, &agreement.purposes, &agreement.purpose_count, err) ||
        !yaml_text(&tree, "lawful_basis", &agreement.lawful_basis, err) ||
        !yaml_maybe_text(&tree, "special_category", &agreement.special_category, err) ||
        !dates_read(&tree, &agreement, err) || !yaml_sequence(&tree, "clauses", &clauses, err))
        return false;
    if (!clauses->count)
        return yaml_error(clauses, err, "the agreement has no clause, so it allows nothing; write at least one");
    agreement.clauses = arena_array(arena, struct clause, clauses->count);
    for (size_t i = 0; i < clauses->count; i++) {
        struct clause *clause = &agreement.clauses[agreement.clause_count++];
        if (!clause_read(&clauses->items[i], arena, clause, err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (slice_equal(agreement.clauses[j].name, clause->name))
                return yaml_error(yaml_get(&clauses->items[i], "clause"), err,
                                  "two clauses are called %.*s; number them apart", PRINT(clause->name));
        for (size_t k = 0; k < clause->purpose_count; k++) {
            bool among = false;
            for (size_t m = 0; m < agreement.purpose_count; m++)
                among |= slice_equal(clause->purposes[k], agreement.purposes[m]);
            if (!among)
                return unknown_word(place_of(&clauses->items[i], "purposes", k), clause->purposes[k],
                                    "purpose of this agreement", agreement.purposes, agreement.purpose_count, err);
        }
        if (!clause->purpose_count) {
            clause->purposes = agreement.purposes;
            clause->purpose_count = agreement.purpose_count;
        }
    }
    *ret = agreement;
    *ret_tree = tree;
    return true;
}

bool agreement_read(struct slice text, struct slice file, struct arena *arena, struct agreement *ret, struct error *err)
{
    struct yaml tree;
    return agreement_read_tree(text, file, arena, &tree, ret, err);
}

bool agreement_in_force(const struct agreement *agreement, struct date day)
{
    return date_compare(agreement->from, day) <= 0 && date_compare(day, agreement->until) <= 0 &&
           (!date_known(agreement->withdrawn) || date_compare(day, agreement->withdrawn) < 0);
}
