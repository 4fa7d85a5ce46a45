/* link_figures: links a sample county in a fresh store and prints how well, held against the truth. For tuning; the
 * test of it is test_linking_truth.c.
 *     link_figures SAMPLE-FOLDER COUNTY-FOLDER STORE-ADDRESS [THREADS] */
#include "base/hash.h"
#include "hub/county_loader.h"
#include "hub/linking.h"
#include "hub/truth.h"

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
    if (!truth_print(store, slice_of(arguments[1]), result.linkages[0].id, arena, &err))
        return fail(&err);
    arena_free(arena);
    guard_close(guard);
    store_close(store);
    store_close(audit);
    return 0;
}
