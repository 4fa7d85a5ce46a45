/* catalogue.c: reads the county folder as a whole and checks that its parts hang together.
 *
 * county.yaml names the agencies, purposes and roles; sources/ and agreements/ hold one file each. Files are read in
 * byte order of their names, so that the first fault is the same one every time. The checks between files are made
 * last, over the trees that the readers kept, so that each can point at the word that is wrong: a county folder is
 * edited by people who did not write this program. */
#include "base/host.h"

#include "catalogue/reading.h"

#include <stdlib.h>

#define COUNTY_LONGEST ((size_t)1 << 20)

static const char *const county_keys[] = {"county",   "product",  "organisation", "colour", "help",
                                          "agencies", "purposes", "roles",        NULL};
static const char *const purpose_keys[] = {"title", "about", NULL};
static const char *const role_keys[] = {"title", "may", "purposes", "caller_check", NULL};
static const struct slice ability_words[] = {S_INIT("search"), S_INIT("view"), S_INIT("land"),     S_INIT("steward"),
                                             S_INIT("list"),   S_INIT("note"), S_INIT("audit"),    S_INIT("administer"),
                                             S_INIT("export"), S_INIT("plan"), S_INIT("register"), S_INIT("approve")};

static bool county_agencies(const struct yaml *tree, struct arena *arena, struct catalogue *c, struct error *err)
{
    const struct yaml *map;
    if (!yaml_mapping(tree, "agencies", &map, err))
        return false;
    c->agencies = arena_array(arena, struct agency, map->count);
    for (size_t i = 0; i < map->count; i++) {
        struct agency *agency = &c->agencies[c->agency_count++];
        agency->name = map->keys[i];
        if (!name_check(agency->name, &map->key_places[i], "an agency", err))
            return false;
        if (map->items[i].kind != YAML_SCALAR)
            return yaml_error(&map->items[i], err, "an agency is written `name: its title in full`");
        agency->title = map->items[i].text;
    }
    return true;
}

static bool county_purposes(const struct yaml *tree, struct arena *arena, struct catalogue *c, struct error *err)
{
    const struct yaml *map;
    if (!yaml_mapping(tree, "purposes", &map, err))
        return false;
    c->purposes = arena_array(arena, struct purpose, map->count);
    for (size_t i = 0; i < map->count; i++) {
        struct purpose *purpose = &c->purposes[c->purpose_count++];
        const struct yaml *node = &map->items[i];
        purpose->name = map->keys[i];
        if (!name_check(purpose->name, &map->key_places[i], "a purpose", err))
            return false;
        if (node->kind != YAML_MAPPING)
            return yaml_error(&map->key_places[i], err, "a purpose has a title and says what it is about");
        if (!yaml_only_keys(node, purpose_keys, "a purpose", err) || !yaml_text(node, "title", &purpose->title, err) ||
            !yaml_maybe_text(node, "about", &purpose->about, err))
            return false;
    }
    return true;
}

static bool county_roles(const struct yaml *tree, struct arena *arena, struct catalogue *c, struct error *err)
{
    const struct yaml *map;
    if (!yaml_mapping(tree, "roles", &map, err))
        return false;
    struct slice *purposes = arena_array(arena, struct slice, c->purpose_count);
    for (size_t i = 0; i < c->purpose_count; i++)
        purposes[i] = c->purposes[i].name;
    c->roles = arena_array(arena, struct role, map->count);
    for (size_t i = 0; i < map->count; i++) {
        struct role *role = &c->roles[c->role_count++];
        const struct yaml *node = &map->items[i];
        struct slice *may = NULL;
        size_t may_count = 0;
        role->name = map->keys[i];
        if (!name_check(role->name, &map->key_places[i], "a role", err))
            return false;
        if (node->kind != YAML_MAPPING)
            return yaml_error(&map->key_places[i], err, "a role has a title, what it may do, and its purposes");
        if (!yaml_only_keys(node, role_keys, "a role", err) || !yaml_text(node, "title", &role->title, err) ||
            !yaml_maybe_texts(node, "may", arena, &may, &may_count, err) ||
            !yaml_maybe_texts(node, "purposes", arena, &role->purposes, &role->purpose_count, err) ||
            !yaml_maybe_bool(node, "caller_check", &role->caller_check, err))
            return false;
        for (size_t k = 0; k < may_count; k++) {
            size_t word = 0;
            while (word < countof(ability_words) && !slice_equal(ability_words[word], may[k]))
                word++;
            if (word == countof(ability_words))
                return unknown_word(place_of(node, "may", k), may[k], "ability of a role", ability_words,
                                    countof(ability_words), err);
            role->abilities |= 1u << word;
        }
        for (size_t k = 0; k < role->purpose_count; k++)
            if (!catalogue_purpose(c, role->purposes[k]))
                return unknown_word(place_of(node, "purposes", k), role->purposes[k], "purpose of this county",
                                    purposes, c->purpose_count, err);
        if (!role->purpose_count)
            return yaml_error(node, err, "the role %.*s has no purpose; list those that it may choose under purposes",
                              PRINT(role->name));
    }
    return true;
}

static bool county_read(struct slice text, struct slice file, struct arena *arena, struct catalogue *c,
                        struct error *err)
{
    struct yaml tree;
    if (!yaml_read(text, file, arena, &tree, err))
        return false;
    if (tree.kind != YAML_MAPPING)
        return error_set_at(err, ERROR_INPUT, file, 1, 1,
                            "the file does not describe a county; begin from a copy of county/norfolk/county.yaml");
    struct wording *w = &c->wording;
    if (!yaml_only_keys(&tree, county_keys, "county.yaml", err) || !yaml_text(&tree, "county", &w->county, err))
        return false;
    w->product = S("Staithe");
    w->organisation = w->county;
    w->colour = S("#1d70b8");
    w->help = NO_SLICE;
    if (!yaml_maybe_text(&tree, "product", &w->product, err) ||
        !yaml_maybe_text(&tree, "organisation", &w->organisation, err) ||
        !yaml_maybe_text(&tree, "colour", &w->colour, err) || !yaml_maybe_text(&tree, "help", &w->help, err))
        return false;
    bool hex = w->colour.len == 7 && w->colour.at[0] == '#';
    for (size_t i = 1; hex && i < 7; i++)
        hex = strchr("0123456789abcdefABCDEF", w->colour.at[i]) && w->colour.at[i];
    if (!hex)
        return yaml_error(yaml_get(&tree, "colour"), err, "a colour is written like \"#005e5d\", in quotes");
    return county_agencies(&tree, arena, c, err) && county_purposes(&tree, arena, c, err) &&
           county_roles(&tree, arena, c, err);
}

/* An agency that a contract brings with it: a new partner is one contract and one agreement, and no other file changes.
 */
static bool agency_add(struct catalogue *c, const struct source *source, const struct yaml *tree, struct arena *arena,
                       struct error *err)
{
    const struct agency *known = catalogue_agency(c, source->agency);
    if (known && !slice_equal(known->title, source->agency_title))
        return yaml_error(yaml_get(yaml_get(tree, "staithe"), "agency"), err,
                          "the agency %.*s is called \"%.*s\" elsewhere; write its name alone here",
                          PRINT(source->agency), PRINT(known->title));
    if (known)
        return true;
    struct agency *agencies = arena_array(arena, struct agency, c->agency_count + 1);
    memcpy(agencies, c->agencies, c->agency_count * sizeof *agencies);
    agencies[c->agency_count++] = (struct agency){source->agency, source->agency_title};
    c->agencies = agencies;
    return true;
}

/* ---- The folder ---- */

struct listing {
    struct catalogue_file *files;
    size_t count;
};

/* The .yaml files of a folder below the county's. A file with another ending is refused: gp_list.yml would else be a
 * source that is silently not there. */
static bool files_read(struct slice folder, const char *part, struct arena *arena, struct listing *ret,
                       struct error *err)
{
    struct slice *names;
    size_t count;
    struct slice path = arena_format(arena, "%.*s/%s", PRINT(folder), part);
    struct listing listing = {0};
    if (!host_list_folder(path, arena, &names, &count, err))
        return error_wrap(err, "a county folder has a folder %s", part);
    listing.files = arena_array(arena, struct catalogue_file, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (names[i].at[0] == '.' || slice_ends(names[i], S("~")))
            continue;
        struct slice file = arena_format(arena, "%.*s/%.*s", PRINT(path), PRINT(names[i]));
        if (slice_ends(names[i], S(".md")) || slice_ends(names[i], S(".txt")))
            continue;
        if (!slice_ends(names[i], S(".yaml")))
            return error_set_at(err, ERROR_INPUT, file, 0, 0,
                                "files here end in .yaml; rename this one or take it away");
        if (!host_read_file(host_real(), file, COUNTY_LONGEST, arena, &listing.files[listing.count].text, err))
            return error_wrap(err, "reading %.*s", PRINT(file));
        listing.files[listing.count++].path = file;
    }
    *ret = listing;
    return true;
}

/* gp_list lives in gp_list.yaml, so that a person who knows its name finds it. */
static bool named_as_file(struct slice path, struct slice name, const struct yaml *place, struct error *err)
{
    size_t start = path.len;
    while (start > 0 && path.at[start - 1] != '/')
        start--;
    struct slice stem = slice_part(path, start, path.len - 5);
    return slice_equal(stem, name) ||
           yaml_error(place, err, "it is called %.*s here, and its file is %.*s.yaml; give both one name", PRINT(name),
                      PRINT(stem));
}

/* ---- What hangs together ---- */

static struct slice *source_names(const struct catalogue *c, struct arena *arena, size_t *ret_count)
{
    struct slice *names = arena_array(arena, struct slice, c->source_count + 3);
    for (size_t i = 0; i < c->source_count; i++)
        names[i] = c->sources[i].name;
    names[c->source_count] = S(SOURCE_RECORDED_VISITS);
    names[c->source_count + 1] = S(SOURCE_CONTACT_NOTES);
    names[c->source_count + 2] = S(SOURCE_PLANS);
    *ret_count = c->source_count + 3;
    return names;
}

static bool source_check(const struct catalogue *c, const struct source *source, const struct yaml *tree,
                         struct arena *arena, struct error *err)
{
    const struct yaml *block = yaml_get(tree, "staithe");
    if (source_is_built_in(source->name))
        return yaml_error(yaml_get(tree, "id"), err,
                          "%.*s is a source that the hub itself writes; call this one something else",
                          PRINT(source->name));
    if (!catalogue_agency(c, source->agency)) {
        struct slice *names = arena_array(arena, struct slice, c->agency_count);
        for (size_t i = 0; i < c->agency_count; i++)
            names[i] = c->agencies[i].name;
        return unknown_word(yaml_get(block, "agency"), source->agency, "agency of county.yaml", names, c->agency_count,
                            err);
    }
    const struct agreement *agreement = catalogue_agreement(c, source->agreement);
    if (!agreement) {
        struct slice *names = arena_array(arena, struct slice, c->agreement_count);
        for (size_t i = 0; i < c->agreement_count; i++)
            names[i] = c->agreements[i].name;
        return unknown_word(yaml_get(block, "agreement"), source->agreement, "agreement in the folder agreements",
                            names, c->agreement_count, err);
    }
    bool party = false, clause = false;
    for (size_t i = 0; i < agreement->party_count; i++)
        party |= slice_equal(agreement->parties[i], source->agency);
    for (size_t i = 0; i < agreement->clause_count; i++)
        clause |= slice_equal(agreement->clauses[i].source, source->name);
    if (!party)
        return yaml_error(yaml_get(block, "agreement"), err,
                          "%.*s sends this source, but is no party to the agreement %.*s; add it under "
                          "`between` there",
                          PRINT(source->agency), PRINT(agreement->name));
    if (!clause)
        return yaml_error(yaml_get(block, "agreement"), err,
                          "no clause of the agreement %.*s is about %.*s; add one there, or name the "
                          "agreement that governs it",
                          PRINT(agreement->name), PRINT(source->name));
    return true;
}

static bool clause_check(const struct catalogue *c, const struct clause *clause, const struct yaml *node,
                         struct arena *arena, struct error *err)
{
    const struct source *source = catalogue_source(c, clause->source);
    if (!source && !source_is_built_in(clause->source)) {
        size_t count;
        struct slice *names = source_names(c, arena, &count);
        return unknown_word(yaml_get(node, "source"), clause->source, "source of this county", names, count, err);
    }
    for (size_t i = 0; i < clause->role_count; i++)
        if (!catalogue_role(c, clause->roles[i])) {
            struct slice *names = arena_array(arena, struct slice, c->role_count);
            for (size_t k = 0; k < c->role_count; k++)
                names[k] = c->roles[k].name;
            return unknown_word(place_of(node, "roles", i), clause->roles[i], "role of county.yaml", names,
                                c->role_count, err);
        }
    for (size_t i = 0; source && i < clause->show_count; i++)
        if (!source_column(source, clause->show[i])) {
            struct slice *names = arena_array(arena, struct slice, source->column_count);
            for (size_t k = 0; k < source->column_count; k++)
                names[k] = source->columns[k].name;
            struct slice what = arena_format(arena, "column of %.*s", PRINT(source->name));
            return unknown_word(place_of(node, "show", i), clause->show[i], arena_cstr(arena, what), names,
                                source->column_count, err);
        }
    return true;
}

static bool agreement_check(const struct catalogue *c, const struct agreement *agreement, const struct yaml *tree,
                            struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < agreement->party_count; i++)
        if (!catalogue_agency(c, agreement->parties[i])) {
            struct slice *names = arena_array(arena, struct slice, c->agency_count);
            for (size_t k = 0; k < c->agency_count; k++)
                names[k] = c->agencies[k].name;
            return unknown_word(place_of(tree, "between", i), agreement->parties[i], "agency of county.yaml", names,
                                c->agency_count, err);
        }
    for (size_t i = 0; i < agreement->purpose_count; i++)
        if (!catalogue_purpose(c, agreement->purposes[i])) {
            struct slice *names = arena_array(arena, struct slice, c->purpose_count);
            for (size_t k = 0; k < c->purpose_count; k++)
                names[k] = c->purposes[k].name;
            return unknown_word(place_of(tree, "purposes", i), agreement->purposes[i], "purpose of county.yaml", names,
                                c->purpose_count, err);
        }
    const struct yaml *clauses = yaml_get(tree, "clauses");
    for (size_t i = 0; i < agreement->clause_count; i++)
        if (!clause_check(c, &agreement->clauses[i], &clauses->items[i], arena, err))
            return false;
    return true;
}

/* What is being read: beside the catalogue, the trees of its parts in the same order. */
struct reading {
    struct catalogue *c;
    struct yaml *source_trees, *agreement_trees;
    struct hash_state hash;
    struct arena *arena;
};

static bool everything_hangs_together(const struct reading *r, struct error *err)
{
    const struct catalogue *c = r->c;
    for (size_t i = 0; i < c->agreement_count; i++)
        if (!agreement_check(c, &c->agreements[i], &r->agreement_trees[i], r->arena, err))
            return false;
    const struct source *gazetteer = NULL;
    for (size_t i = 0; i < c->source_count; i++) {
        if (!source_check(c, &c->sources[i], &r->source_trees[i], r->arena, err))
            return false;
        if (!c->sources[i].gazetteer)
            continue;
        if (gazetteer)
            return yaml_error(yaml_get(yaml_get(&r->source_trees[i], "staithe"), "gazetteer"), err,
                              "%.*s is the gazetteer already; only one source is", PRINT(gazetteer->name));
        gazetteer = &c->sources[i];
    }
    return true;
}

static bool contract_add(struct reading *r, const struct source *source, const struct yaml *tree, struct error *err)
{
    struct catalogue *c = r->c;
    if (source->agency_title.len && !agency_add(c, source, tree, r->arena, err))
        return false;
    size_t at = c->source_count++;
    for (; at > 0 && slice_compare(c->sources[at - 1].name, source->name) > 0; at--) {
        c->sources[at] = c->sources[at - 1];
        r->source_trees[at] = r->source_trees[at - 1];
    }
    c->sources[at] = *source;
    r->source_trees[at] = *tree;
    hash_more(&r->hash, slice_from(source->digest.bytes, sizeof source->digest.bytes));
    return true;
}

static bool contract_of_file(struct reading *r, const struct catalogue_file *file, bool of_folder, struct error *err)
{
    struct source source;
    struct yaml tree;
    if (!contract_read_tree(file->text, file->path, r->arena, &tree, &source, err))
        return false;
    if (!of_folder && catalogue_source(r->c, source.name))
        return yaml_error(yaml_get(&tree, "id"), err, "two of the files are of %.*s; name one of them",
                          PRINT(source.name));
    if (of_folder && !named_as_file(file->path, source.name, yaml_get(&tree, "id"), err))
        return false;
    /* One that was named stands in the place of the folder's. */
    return catalogue_source(r->c, source.name) || contract_add(r, &source, &tree, err);
}

static bool agreement_of_file(struct reading *r, const struct catalogue_file *file, bool of_folder, struct error *err)
{
    struct catalogue *c = r->c;
    struct agreement *agreement = &c->agreements[c->agreement_count];
    struct yaml *tree = &r->agreement_trees[c->agreement_count];
    if (!agreement_read_tree(file->text, file->path, r->arena, tree, agreement, err))
        return false;
    const struct yaml *place = yaml_get(tree, "agreement");
    bool there = catalogue_agreement(c, agreement->name);
    if (!of_folder && there)
        return yaml_error(place, err, "two of the files are of %.*s; name one of them", PRINT(agreement->name));
    if (of_folder && !named_as_file(file->path, agreement->name, place, err))
        return false;
    if (!there) {
        hash_more(&r->hash, slice_from(agreement->digest.bytes, sizeof agreement->digest.bytes));
        c->agreement_count++;
    }
    return true;
}

static bool parts_read(struct reading *r, const struct catalogue_file *files, size_t count, struct error *err)
{
    struct listing sources, agreements;
    if (!files_read(r->c->folder, "sources", r->arena, &sources, err) ||
        !files_read(r->c->folder, "agreements", r->arena, &agreements, err))
        return false;
    r->c->sources = arena_array(r->arena, struct source, sources.count + count);
    r->source_trees = arena_array(r->arena, struct yaml, sources.count + count);
    r->c->agreements = arena_array(r->arena, struct agreement, agreements.count + count + 1);
    r->agreement_trees = arena_array(r->arena, struct yaml, agreements.count + count + 1);
    for (size_t i = 0; i < count; i++)
        if (!(files[i].is_agreement ? agreement_of_file(r, &files[i], false, err)
                                    : contract_of_file(r, &files[i], false, err)))
            return false;
    for (size_t i = 0; i < sources.count; i++)
        if (!contract_of_file(r, &sources.files[i], true, err))
            return false;
    for (size_t i = 0; i < agreements.count; i++)
        if (!agreement_of_file(r, &agreements.files[i], true, err))
            return false;
    return true;
}

bool catalogue_read_with(struct slice folder, const struct catalogue_file *files, size_t count, struct arena *arena,
                         struct catalogue **ret, struct error *err)
{
    struct reading r = {.c = arena_new(arena, struct catalogue), .arena = arena};
    struct slice text;
    *err = NO_ERROR;
    r.c->folder = arena_copy(arena, folder);
    struct slice county = arena_format(arena, "%.*s/county.yaml", PRINT(folder));
    if (!host_read_file(host_real(), county, COUNTY_LONGEST, arena, &text, err))
        return error_wrap(err, "a county folder has a file county.yaml");
    hash_start(&r.hash);
    hash_more(&r.hash, text);
    if (!county_read(text, county, arena, r.c, err) || !parts_read(&r, files, count, err) ||
        !everything_hangs_together(&r, err))
        return false;
    r.c->digest = hash_end(&r.hash);
    *ret = r.c;
    return true;
}

bool catalogue_read(struct slice folder, struct arena *arena, struct catalogue **ret, struct error *err)
{
    return catalogue_read_with(folder, NULL, 0, arena, ret, err);
}

/* ---- Finding. A county has tens of each; a look from front to back is quicker than it sounds. ---- */

#define FIND(list, count)                                                                                              \
    for (size_t i = 0; i < (count); i++)                                                                               \
        if (slice_equal((list)[i].name, name))                                                                         \
            return &(list)[i];                                                                                         \
    return NULL

const struct source *catalogue_source(const struct catalogue *catalogue, struct slice name)
{
    FIND(catalogue->sources, catalogue->source_count);
}

const struct agreement *catalogue_agreement(const struct catalogue *catalogue, struct slice name)
{
    FIND(catalogue->agreements, catalogue->agreement_count);
}

const struct role *catalogue_role(const struct catalogue *catalogue, struct slice name)
{
    FIND(catalogue->roles, catalogue->role_count);
}

const struct purpose *catalogue_purpose(const struct catalogue *catalogue, struct slice name)
{
    FIND(catalogue->purposes, catalogue->purpose_count);
}

const struct agency *catalogue_agency(const struct catalogue *catalogue, struct slice name)
{
    FIND(catalogue->agencies, catalogue->agency_count);
}

const struct column *source_column(const struct source *source, struct slice name)
{
    FIND(source->columns, source->column_count);
}

const struct column *source_attribute(const struct source *source, enum attribute attribute)
{
    for (size_t i = 0; i < source->column_count; i++)
        if (source->columns[i].attribute == attribute)
            return &source->columns[i];
    return NULL;
}

bool source_is_built_in(struct slice name)
{
    return slice_equal(name, S(SOURCE_RECORDED_VISITS)) || slice_equal(name, S(SOURCE_CONTACT_NOTES)) ||
           slice_equal(name, S(SOURCE_PLANS));
}
