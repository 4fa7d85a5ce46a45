/* grant.h: what one agency's people may do in a role, for a purpose, on a day: agreements compiled.
 *
 * A grant is source × column × subjects × {match, show, count}, made from the catalogue alone, and the only thing that
 * the rooms above ask. Deny is the default: what no clause of an agreement in force gives is not in it, and stands
 * among `excluded` with its reason, whether or not that source holds anything about the person who is looked at. A
 * clause gives when
 *   - its agreement is in force on the day (from, until, not withdrawn), and the agency of the person is a party to it;
 *   - it names the role, and the purpose (or, naming none, its agreement does);
 *   - the agreement under which the source itself is supplied is in force too: without it the data should not be here.
 *
 * Subjects: a clause may be for adults or children only. Whoever's age cannot be told (no whole year of birth among the
 * records that the grant may match on) is admitted only by clauses for all: not knowing never opens anything.
 *
 * match_sources is the key of the linkage that a grant sees: the person sources that it may match on, in byte order,
 * joined by spaces. Records outside it do not shape what it sees. Homes have one linkage, the gazetteer's, and are no
 * part of the key.
 *
 * Ownership: immutable, in the arena given to grant_compile; its slices point into the catalogue, which must live as
 * long. Any thread may read it. grant_compile costs a few hundred
 * microseconds; sessions take one that is kept (kept_grant.c). */
#ifndef STAITHE_GUARD_GRANT_H
#define STAITHE_GUARD_GRANT_H

#include "base/error.h"
#include "catalogue/catalogue.h"
#include "store/store.h"

/* Who a fact is about, for clauses that say adults or children. Bits, so that a set of them fits an unsigned. */
enum age_group { AGE_ADULT = 1, AGE_CHILD = 2, AGE_UNKNOWN = 4 };
#define AGE_ANY (AGE_ADULT | AGE_CHILD | AGE_UNKNOWN)

/* From the birth dates that a person's records give (partial ones too; only a year suffices when it decides). Under 18
 * by every date: a child; 18 or more by every date: an adult; otherwise, or with no date at all, unknown. */
enum age_group age_group_of(const struct date *births, size_t count, struct date day);

/* The clause that gives something: for the audit and for "under which agreement". */
struct grant_clause {
    const struct agreement *agreement;
    const struct clause *clause;
};

struct grant_column {
    struct slice name;
    unsigned ages; /* of enum age_group: whose values may be shown */
    const struct grant_clause *clauses;
    size_t clause_count;
};

struct grant_source {
    struct slice name, title;
    const struct source *source; /* NULL for a built-in one */
    unsigned match;              /* age groups that may be found and joined on its mapped columns; 0: not matched on */
    unsigned count;              /* age groups that may be counted */
    const struct grant_column *columns; /* that may be shown, in byte order; none: nothing of it is shown */
    size_t column_count;
    const struct grant_clause *clauses; /* every clause that gives something here, in order of agreement and clause */
    size_t clause_count;
};

/* A source of which nothing is shown. */
struct grant_excluded {
    struct slice name, title;
    struct slice reason; /* "no agreement in force lets a fire safety officer use the GP list for fire prevention" */
    const struct agreement
        *agreement; /* one that ended, was withdrawn, has not begun, leaves the agency out, or only matches; or NULL */
    bool matched;   /* it is used to find and join, and not shown */
};

struct grant {
    const struct catalogue *catalogue;
    struct slice agency; /* name */
    const struct role *role;
    const struct purpose *purpose;
    struct date day;
    const struct grant_source *sources; /* in byte order of name: those with any use at all */
    size_t source_count;
    const struct grant_excluded *excluded; /* in byte order of name */
    size_t excluded_count;
    struct slice match_sources; /* key of the linkage, see above; empty: no linkage, nobody can be found */
    struct slice agreements;    /* "care_assessment:3.1 care_assessment:3.2": all clauses it rests on, in byte order */
    /* The second line of defence, by use. show: the shown columns, and the birth dates that tell an age group apart.
     * match: all mapped columns of matched sources and their search tables, for finding and scoring; what it reads is
     * never handed out. */
    struct store_rights show_rights, match_rights;
    struct digest digest; /* of its content: sources, columns, ages and uses */
};

struct grant_request {
    struct slice agency, role, purpose;
    struct date day;
};

/* ERROR_DENIED when the role is unknown or may not take that purpose, or the agency is unknown. When no clause gives
 * anything it succeeds with an empty grant, whose `excluded` says why: guard_read_begin then refuses. */
bool grant_compile(const struct catalogue *catalogue, const struct grant_request *request, struct arena *arena,
                   const struct grant **ret, struct error *err) MUST_USE;

/* NULL when the grant has no use of that source. */
const struct grant_source *grant_source(const struct grant *grant, struct slice source);
const struct grant_column *grant_column(const struct grant *grant, struct slice source, struct slice column);

/* May a value of this column be shown, of a person of this age group? Of a home: AGE_UNKNOWN asks a clause for all. */
bool grant_shows(const struct grant *grant, struct slice source, struct slice column, enum age_group age);
/* May records of the source be used to find and join people at all, and those of this age group? */
bool grant_matches(const struct grant *grant, struct slice source);
bool grant_matches_age(const struct grant *grant, struct slice source, enum age_group age);
bool grant_counts(const struct grant *grant, struct slice source, enum age_group age);
/* May a person of this age group be seen at all: is any source matched or shown for it? Entities that it does not admit
 * are not there. */
bool grant_admits(const struct grant *grant, enum age_group age);
/* True when every use is for all ages: nobody's age need be worked out. */
bool grant_ageless(const struct grant *grant);
/* "agreement:clause" of all clauses behind the fields (source.column), in byte order joined by spaces; no fields: all
 * of the grant. */
struct slice grant_agreements(const struct grant *grant, const struct slice *fields, size_t count, struct arena *arena);

/* The columns of a built-in source (what people write in the hub itself): what `show: all` means there. */
const struct slice *built_in_columns(struct slice source, size_t *ret_count);
struct slice built_in_title(struct slice source);

/* The distinct sets of sources that some grant may match on today, over all agencies, roles and purposes: hub/linking
 * clusters one linkage for each. Byte order; the empty set is left out. */
bool grant_match_sets(const struct catalogue *catalogue, struct date day, struct arena *arena, struct slice **ret_sets,
                      size_t *ret_count, struct error *err) MUST_USE;
/* The distinct grants (one for each different content, whoever is the first to have it), empty ones left out. */
bool grant_distinct(const struct catalogue *catalogue, struct date day, struct arena *arena, const struct grant ***ret,
                    size_t *ret_count, struct error *err) MUST_USE;

/* "Who can see this?": each clause in force by which a role may show (or match on, or count) a column. column empty:
 * any use of the source. */
struct grant_seer {
    struct slice agency, role, purpose;
    const struct agreement *agreement;
    const struct clause *clause;
    unsigned uses; /* of enum use */
    enum subjects subjects;
};
void grant_who_sees(const struct catalogue *catalogue, struct date day, struct slice source, struct slice column,
                    struct arena *arena, const struct grant_seer **ret, size_t *ret_count);

#endif
