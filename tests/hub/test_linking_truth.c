/* A sample county linked as any county is and then held against the truth that the hub never reads. With 20,000
 * residents each pair of sources has enough people in common for a share of them to mean something; on PostgreSQL a
 * smaller county, for there the linking is the same and only the writing is another. */
#include "hub/county_loader.h"
#include "hub/linking.h"
#include "hub/truth.h"
#include "sample/sample.h"
#include "store/both.h"

#include <stdlib.h>

static void a_sample_county_is_linked_as_the_issue_asks(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct catalogue *catalogue;
    struct store *audit;
    struct guard *guard;
    struct guard_session *session;
    struct sample_counts counts;
    struct hub_link_result result;
    struct truth_figures figures;
    uint64_t residents = both->dialect == STORE_SQLITE ? 20000 : 2000;
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    struct slice county = arena_format(both->life, "%s/county/norfolk", root ? root : ".");
    struct slice folder = arena_format(both->life, "%.*s/sample", PRINT(both->folder));
    struct sample_options options = {
        .host = host_real(), .out = folder, .residents = residents, .seed = 5, .threads = 2};
    GOOD(sample_make(&options, NULL, &counts, &err));
    GOOD(catalogue_read(county, both->life, &catalogue, &err));
    const struct store_options audit_options = {
        .address = both->dialect == STORE_SQLITE ? both_fresh_address(both, STORE_SQLITE) : both->address,
        .host = host_real(),
        .schema = STORE_AUDIT,
        .create = true};
    GOOD(store_open(&audit_options, &audit, &err));
    const struct guard_options guard_options = {.store = both->store,
                                                .audit_store = audit,
                                                .catalogue = guard_fixed_catalogue(catalogue),
                                                .host = host_real(),
                                                .folder = arena_format(both->life, "%.*s/data", PRINT(both->folder)),
                                                .cheap_passwords = true};
    GOOD(guard_open(&guard_options, &guard, &err));
    GOOD(load_county(both->store, catalogue, folder, NULL, &err));
    struct arena *arena = arena_make(0);
    GOOD(guard_system_session(guard, S("linking"), S("hub"), S("test"), arena, &session, &err));
    struct hub hub = {host_real(), both->store, guard, catalogue};
    struct hub_link_options link_options = {.threads = 2};
    GOOD(hub_link(&hub, session, &link_options, arena, &result, &err));
    const struct truth_question question = {
        .store = both->store, .session = session, .folder = folder, .linkage = result.linkages[0].id, .print = true};
    GOOD(truth_measure(&question, arena, &figures, &err));

    assert_true(figures.precision >= 0.999);
    assert_true(figures.full_recall >= 0.99);
    assert_true(figures.recall >= 0.95);
    if (both->dialect == STORE_SQLITE)
        assert_true(figures.lowest_recall >= 0.95);
    assert_int_equal(figures.shared_wrong, 0);
    assert_int_equal(figures.twin_wrong, 0);
    assert_true(result.doubts * 100 <= result.records);
    assert_true(result.linkage_count >= 3);
    /* No two different verified NHS numbers in one entity, in any linkage; one that superseded the other is no other.
     */
    struct transaction *t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(
        both_integer(both, t,
                     "SELECT COUNT(*) FROM member a JOIN member b ON b.linkage = a.linkage AND b.entity = a.entity AND "
                     "b.anchor > a.anchor JOIN record r ON r.anchor = a.anchor AND r.to_landing IS NULL JOIN record q "
                     "ON q.anchor = b.anchor AND q.to_landing IS NULL JOIN source_gp_list g ON g.record = r.id JOIN "
                     "source_gp_list h ON h.record = q.id WHERE g.nhs_number <> h.nhs_number AND "
                     "COALESCE(g.superseded_nhs_number, '') <> h.nhs_number AND COALESCE(h.superseded_nhs_number, '') "
                     "<> g.nhs_number"),
        0);
    transaction_rollback(t);
    arena_free(arena);
    guard_close(guard);
    store_close(audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_BOTH(a_sample_county_is_linked_as_the_issue_asks)};
    return cmocka_run_group_tests_name("linking_truth", tests, NULL, NULL);
}
