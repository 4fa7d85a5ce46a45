/* The locality law of verified numbers: what a component's records are to each other does not depend on who else is
 * looked at. */
#include "hub/clustering.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FIRST  "9990000018"
#define SECOND "9990000026"

/* Patients of one practice; the numbers are in the order of the records. */
struct practice {
    struct source source;
    struct linked_source linked_source;
    struct linked_record records[3];
    struct linked linked;
};

static void make_practice(struct practice *p, size_t count)
{
    *p = (struct practice){.source = {.name = S_INIT("gp")}};
    p->linked_source = (struct linked_source){.source = &p->source, .count = (uint32_t)count, .verified = true};
    p->records[0].form.nhs_number = S(FIRST);
    p->records[1].form.nhs_number = S(SECOND);
    p->records[2].form.nhs_number = S(SECOND);
    p->records[2].form.superseded = S(FIRST);
    for (size_t i = 0; i < countof(p->records); i++)
        p->records[i].anchor = (int64_t)i + 1;
    p->linked = (struct linked){.sources = &p->linked_source, .source_count = 1, .records = p->records, .count = count};
}

static void that_a_number_was_superseded_is_known_in_the_component_that_says_so(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct practice all, part;
    struct link_edge edges[2] = {{.a = 0, .b = 1, .weight = 9}, {.a = 1, .b = 2, .weight = 9}};
    struct clustering clustering = {.edges = edges, .edge_count = 1};
    make_practice(&all, 3);
    make_practice(&part, 2);
    /* Two records that are linked, and a third of another component that says the numbers are of one patient. */
    clustering.linked = &part.linked;
    uint64_t *alone = clustering_codes(&clustering, S("gp"), arena);
    clustering.linked = &all.linked;
    uint64_t *among = clustering_codes(&clustering, S("gp"), arena);
    assert_true(alone[0] && alone[1] && alone[0] != alone[1]);
    assert_true(among[0] && among[1] && among[0] != among[1]);
    /* Linked to one of them, it is heard. */
    clustering.edge_count = 2;
    among = clustering_codes(&clustering, S("gp"), arena);
    assert_true(among[0] && among[0] == among[1] && among[1] == among[2]);
    /* Asked about together, they are looked at as one; of another source nothing is known. */
    among = verified_codes(&all.linked, S("gp"), arena);
    assert_true(among[0] && among[0] == among[1]);
    among = clustering_codes(&clustering, S("tax"), arena);
    assert_true(!among[0] && !among[1] && !among[2]);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(that_a_number_was_superseded_is_known_in_the_component_that_says_so),
    };
    return cmocka_run_group_tests_name("clustering", tests, NULL, NULL);
}
