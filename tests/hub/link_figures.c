/* link_figures: links a sample county in a fresh store and prints how well, held against the truth. For tuning; the
 * test of it is test_linking_truth.c.
 *     link_figures SAMPLE-FOLDER COUNTY-FOLDER STORE-ADDRESS [THREADS [train]]
 * TELL_MISSED=1 prints each missed pair with its weights, TIME_READS=1 times searches and views. */
#include "base/hash.h"
#include "guard/account.h"
#include "hub/county_loader.h"
#include "hub/linked.h"
#include "hub/linking.h"
#include "hub/search.h"
#include "hub/truth.h"
#include "hub/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fail(const struct error *err)
{
    char text[1200];
    error_print(err, text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
    return 1;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Searches for people whom the GP list has, a letter wrong in every third name, and opens the first hit. */
static bool time_reads(const struct hub *hub, struct guard *guard, struct error *err)
{
    enum { TRIES = 600 };
    struct arena *arena = arena_make(0);
    struct slice role = S("administrator"), worker = S("social_worker"), token;
    struct guard_session *session;
    struct guard_visit visit = {.place = S("figures"), .client = S("local")};
    struct account_options options = {.name = S("ann.admin"),
                                      .shown = S("A"),
                                      .agency = S("norfolk_county_council"),
                                      .roles = &role,
                                      .role_count = 1,
                                      .password = S("three words together")};
    struct transaction *t;
    struct result rows;
    struct sql sql = {S("SELECT surname, forenames, date_of_birth FROM source_gp_list ORDER BY (record * 7919) % "
                        "100003, record LIMIT 600")};
    static double search_ms[TRIES], view_ms[TRIES];
    size_t count = 0, found = 0;
    bool done = account_first_administrator(guard, &options, err) &&
                guard_sign_in(guard, options.name, options.password, &visit, arena, &token, &session, err);
    options = (struct account_options){.name = S("sam.worker"),
                                       .shown = S("S"),
                                       .agency = S("norfolk_county_council"),
                                       .roles = &worker,
                                       .role_count = 1,
                                       .password = S("three words together")};
    done = done && account_make(session, &options, err) &&
           guard_sign_in(guard, options.name, options.password, &visit, arena, &token, &session, err) &&
           guard_choose(&session, S("social_worker"), S("care_assessment"), arena, err) &&
           store_begin(hub->store, TRANSACTION_READ, NULL, arena, &t, err) &&
           store_query_sql(t, &sql, NO_ARGS, arena, &rows, err);
    if (done)
        transaction_rollback(t);
    for (size_t i = 0; done && i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        struct arena *request = arena_make(0);
        struct guard_session *own;
        struct search_answer *answer = NULL;
        struct person_view *view;
        struct slice given = cell_text(&row[1]);
        (void)slice_cut(&given, ' ', &given);
        struct slice words = arena_format(request, i % 2 ? "%.*s %.*s %.4s" : "%.*s %.*s", PRINT(given),
                                          PRINT(cell_text(&row[0])), cell_text(&row[2]).at);
        if (i % 3 == 0 && words.len > 4)
            words = arena_format(request, "%.*s%.*s", PRINT(slice_part(words, 0, 2)),
                                 PRINT(slice_part(words, 3, words.len)));
        visit.token = token;
        struct search_question question = {.words = words};
        int64_t start = host_monotonic(host_real()), middle;
        done =
            guard_resume(guard, &visit, request, &own, err) && hub_search(hub, own, &question, request, &answer, err);
        middle = host_monotonic(host_real());
        if (done && answer->hit_count && answer->hits[0].entity) {
            found++;
            done = hub_view(hub, own, answer->hits[0].entity, request, &view, err);
        }
        search_ms[count] = (double)(middle - start) / 1e6;
        view_ms[count++] = (double)(host_monotonic(host_real()) - middle) / 1e6;
        arena_free(request);
    }
    arena_free(arena);
    if (!done)
        return false;
    qsort(search_ms, count, sizeof *search_ms, by_time);
    qsort(view_ms, count, sizeof *view_ms, by_time);
    (void)printf("%zu searches, %zu found somebody: p50 %.2f ms p99 %.2f ms; views p50 %.2f ms p99 %.2f ms (with audit "
                 "and session, one at a time)\n",
                 count, found, search_ms[count / 2], search_ms[count * 99 / 100], view_ms[count / 2],
                 view_ms[count * 99 / 100]);
    return true;
}

/* ---- Missed pairs, each with what the engine says of the two records alone ---- */

struct telling {
    struct arena *arena;
    struct linked linked;
    struct link_spec *spec;
    struct link_records *records;
    struct link_model *model;
};

static bool telling_start(struct telling *telling, const struct guard_session *session, struct error *err)
{
    struct transaction *t;
    struct person_model person;
    struct link_options options = {0};
    if (!linked_read(session, telling->arena, &telling->linked, err))
        return false;
    linked_place(&telling->linked, telling->arena);
    if (!guard_read_begin(session, USE_MATCH, telling->arena, &t, err) ||
        !person_model_read(t, telling->arena, &person, err))
        return false;
    transaction_rollback(t);
    telling->spec = person.spec, telling->model = person.model;
    return linked_fill(&telling->linked, telling->spec, telling->arena, &telling->records, err) &&
           link_prepare(telling->records, &options, err);
}

static void tell_missed(void *context, const struct truth_missed *missed)
{
    struct telling *telling = context;
    int64_t a = linked_find(&telling->linked, missed->anchor_a), b = linked_find(&telling->linked, missed->anchor_b);
    struct link_explanation e;
    link_explain(telling->records, telling->model, (uint32_t)a, (uint32_t)b, telling->arena, &e);
    (void)printf("MISSED\t%.*s\t%.*s\t%.1f\t%.*s\t%.*s (%.*s) = %.*s (%.*s) %.*s %.*s", PRINT(missed->source_a),
                 PRINT(missed->source_b), e.total, PRINT(e.guard), PRINT(missed->key_a), PRINT(missed->faults_a),
                 PRINT(missed->key_b), PRINT(missed->faults_b), PRINT(missed->person), PRINT(missed->tags));
    for (size_t i = 0; i < e.part_count; i++)
        if (e.parts[i].a.len && e.parts[i].b.len)
            (void)printf("\t%.*s: %.*s = %.*s [%.*s %.1f]", PRINT(e.parts[i].field), PRINT(e.parts[i].a),
                         PRINT(e.parts[i].b), PRINT(e.parts[i].level), e.parts[i].weight);
    (void)printf("\n");
}

int main(int count, char **arguments)
{
    if (count < 4)
        return 64;
    struct error err = NO_ERROR;
    struct arena *arena = arena_make(0);
    struct catalogue *catalogue;
    char folder[] = "/tmp/staithe-figures-XXXXXX";
    must(mkdtemp(folder));
    struct store *store, *audit;
    struct guard *guard;
    struct guard_session *session;
    struct slice audit_address = arena_format(arena, "%s/audit.db", folder);
    struct store_options options = {.address = slice_of(arguments[3]), .host = host_real(), .create = true};
    struct store_options audit_options = {
        .address = audit_address, .host = host_real(), .create = true, .schema = STORE_AUDIT};
    if (!catalogue_read(slice_of(arguments[2]), arena, &catalogue, &err) || !store_open(&options, &store, &err) ||
        !store_open(&audit_options, &audit, &err))
        return fail(&err);
    int64_t start = host_monotonic(host_real());
    struct result rows;
    struct transaction *t;
    if (!store_begin(store, TRANSACTION_READ, NULL, arena, &t, &err) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, arena, &rows, &err))
        return fail(&err);
    transaction_rollback(t);
    if (rows.rows == 0 && !load_county(store, catalogue, slice_of(arguments[1]), NULL, &err))
        return fail(&err);
    (void)printf("loaded in %.2f s\n", (double)(host_monotonic(host_real()) - start) / 1e9);
    struct guard_options guard_options = {.store = store,
                                          .audit_store = audit,
                                          .catalogue = guard_fixed_catalogue(catalogue),
                                          .host = host_real(),
                                          .folder = slice_of(folder),
                                          .cheap_passwords = true};
    struct hub_link_options link_options = {.threads = count > 4 ? (unsigned)atoi(arguments[4]) : 0,
                                            .train = count > 5};
    struct hub_link_result result;
    if (!guard_open(&guard_options, &guard, &err) ||
        !guard_system_session(guard, S("linking"), S("test"), S("link_figures"), arena, &session, &err))
        return fail(&err);
    struct hub hub = {host_real(), store, guard, catalogue};
    if (!hub_link(&hub, session, &link_options, arena, &result, &err))
        return fail(&err);
    (void)printf("linked %zu records in %.2f s: %zu pairs, %zu edges, %zu doubts (%.2f%%), %zu refused, %zu homes, %zu "
                 "placed (%zu by address), %zu not\n",
                 result.records, result.seconds, result.pairs, result.edges, result.doubts,
                 100.0 * (double)result.doubts / (double)result.records, result.refused, result.homes, result.placed,
                 result.placed_by_address, result.unplaced);
    for (size_t i = 0; i < result.linkage_count; i++)
        (void)printf("linkage %lld: %zu records, %zu entities; %.*s\n", (long long)result.linkages[i].id,
                     result.linkages[i].records, result.linkages[i].entities, PRINT(result.linkages[i].sources));
    (void)printf("digest %.*s\n", PRINT(digest_hex(arena, &result.digest)));
    struct telling telling = {.arena = arena};
    struct truth_question question = {.store = store,
                                      .session = session,
                                      .folder = slice_of(arguments[1]),
                                      .linkage = result.linkages[0].id,
                                      .print = true,
                                      .context = &telling};
    struct truth_figures figures;
    if (getenv("TELL_MISSED")) {
        if (!telling_start(&telling, session, &err))
            return fail(&err);
        question.missed = tell_missed;
    }
    if (!truth_measure(&question, arena, &figures, &err))
        return fail(&err);
    if (getenv("TIME_READS") && !time_reads(&hub, guard, &err))
        return fail(&err);
    arena_free(arena);
    guard_close(guard);
    store_close(store);
    store_close(audit);
    return 0;
}
