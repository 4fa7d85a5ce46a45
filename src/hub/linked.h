/* linked.h: the current records of all sources as hub_link has them in memory, in canonical order. Private to this
 * room.
 *
 * Canonical order is (source name, key): numbers of records are their places in it, so that nothing that is computed
 * from them depends on the order of landing. */
#ifndef STAITHE_HUB_LINKED_H
#define STAITHE_HUB_LINKED_H

#include "hub/homes.h"
#include "hub/hub.h"
#include "hub/person_form.h"

#include "link/link.h"

struct linked_source {
    const struct source *source;
    int64_t id;
    uint32_t first, count; /* of its records */
    bool verified;         /* its NHS numbers are */
};

enum placed { PLACED_NOWHERE, PLACED_BY_UPRN, PLACED_BY_ADDRESS };

struct linked_record {
    int64_t anchor;
    struct slice key;
    uint8_t hash[16];
    uint32_t source;
    uint32_t home; /* number, when placed */
    enum placed placed;
    struct slice seen; /* ISO day of the version: when its source says so first */
    int64_t version;   /* its number, where versions were read by anchor */
    struct person_form form;
};

struct linked_home {
    struct slice uprn; /* in byte order */
    struct person_form form;
};

struct linked {
    struct linked_source *sources; /* of persons, in byte order of name */
    size_t source_count;
    struct linked_record *records;
    size_t count;
    struct linked_home *homes;
    size_t home_count;
    struct anchor_place {
        int64_t anchor;
        uint32_t record;
    } * by_anchor;
};

/* Reads through the session's grant (USE_MATCH): sources that it may not match on are not there. */
bool linked_read(const struct guard_session *session, struct arena *arena, struct linked *ret,
                 struct error *err) MUST_USE;
/* Only these anchors of person sources, inside a transaction that may read them; homes from the hub's own table of
 * residences. `catalogue` tells the contracts. */
bool linked_read_some(struct transaction *transaction, const struct catalogue *catalogue, const int64_t *anchors,
                      size_t count, struct arena *arena, struct linked *ret, struct error *err) MUST_USE;
/* The same as they were at a linking (linking_state.h), in no home. */
bool linked_read_at(struct transaction *transaction, const struct catalogue *catalogue, int64_t linking,
                    const int64_t *anchors, size_t count, struct arena *arena, struct linked *ret,
                    struct error *err) MUST_USE;
/* Puts the records into homes. */
void linked_place(struct linked *linked, struct arena *arena);
/* The same of a few that linked_read_some gave. One that says where it is as it did in `before` stays where it was,
 * since homes are the same; of the others UPRNs are looked up in the hub's own homes, and the gazetteer is read only
 * where an address has to say. Needs the right to read homes and the gazetteer. */
bool linked_place_some(struct transaction *transaction, const struct catalogue *catalogue, struct linked *linked,
                       const struct linked *before, struct arena *arena, struct error *err) MUST_USE;
/* Sorts into canonical order and fills by_anchor. */
void linked_order(struct linked *linked, struct arena *arena);
/* The record's number, or -1. */
int64_t linked_find(const struct linked *linked, int64_t anchor);
/* The row of a source among those of STATEMENT_HUB_SOURCES; NULL when it has none. */
const struct value *linked_source_row(const struct result *sources, struct slice name);

/* ---- linked_table.c ---- */

/* The words of county/<county>/link/person.yaml as they stand today. */
bool person_spec_text(const struct catalogue *catalogue, const struct host *host, struct arena *arena,
                      struct slice *ret, struct error *err) MUST_USE;
/* Reads them; its columns must be of those that linked_fill knows. `file` names it in errors. */
bool person_spec_read(struct slice text, struct slice file, struct arena *arena, struct link_spec **ret,
                      struct error *err) MUST_USE;
/* All records into the engine's table, with the same numbers. */
bool linked_fill(const struct linked *linked, const struct link_spec *spec, struct arena *arena,
                 struct link_records **ret, struct error *err) MUST_USE;
/* A record's id in the engine's table: its anchor. */
struct slice linked_id(const struct linked_record *record, struct arena *arena);
int64_t linked_anchor_of_id(struct slice id);
/* Canonical keys of a table that linked_fill filled, once it is prepared: for `keys` of link_cluster. */
const uint64_t *linked_keys(const struct linked *linked, const struct link_records *records, struct arena *arena);
/* One record's values, one a column of the specification. */
const struct slice *linked_values(const struct linked *linked, size_t record, const struct link_spec *spec,
                                  struct arena *arena);
/* The model in force with the specification that it was trained with, whatever the county's file says by now; `model`
 * is NULL when there is none yet. It lies in an arena of its own that ends with the one that is given: a model grows
 * with the hub, and what one request may hold bounds its answer. */
struct person_model {
    int64_t version;
    struct slice specification; /* its text */
    struct link_spec *spec;
    struct link_model *model;
};
bool person_model_read(struct transaction *transaction, struct arena *arena, struct person_model *ret,
                       struct error *err) MUST_USE;

/* "[1,2,3]" or "{1,2,3}": a list of ids as one argument of the statements in hub.sql. */
struct value id_list(const struct transaction *transaction, const int64_t *ids, size_t count, struct arena *arena);
/* The same of texts that are digits only. */
struct value digits_list(const struct transaction *transaction, const struct slice *texts, size_t count,
                         struct arena *arena);

#endif
