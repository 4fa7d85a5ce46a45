#include "sample/people.h"

#include "base/date.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct county county, million;
    struct block_people *block;
};

static int set_up(void **state)
{
    static struct fixture f;
    f.arena = arena_make(0);
    f.county = (struct county){
        .world = world_make(f.arena, 11, 30000),
        .names = names_make(f.arena),
        .numbers = nhs_numbers_make(f.arena, 11),
        .residents = 30000,
        .today = (int32_t)date_days((struct date){2026, 11, 1}),
        .month_ago = (int32_t)date_days((struct date){2026, 10, 1}),
    };
    f.million = f.county;
    f.million.world = world_make(f.arena, 11, 1000000);
    f.million.residents = 1000000;
    f.block = arena_new(f.arena, struct block_people);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    return 0;
}

static void there_are_exactly_as_many_residents_as_were_asked_for(void **state)
{
    struct fixture *f = *state;
    static const uint64_t sizes[] = {100, 249, 250, 251, 399, 1001, 4999};
    for (unsigned i = 0; i < countof(sizes); i++) {
        struct county county = f->county;
        county.world = world_make(f->arena, 5, sizes[i]);
        county.residents = sizes[i];
        uint64_t sum = 0;
        for (uint32_t b = 0; b < world_blocks(county.world); b++) {
            people_make(&county, b, f->block);
            sum += f->block->people_count;
        }
        assert_int_equal(sum, sizes[i]);
    }
}

static void ages_and_households_follow_the_census_within_two_points(void **state)
{
    struct fixture *f = *state;
    /* Census 2021, TS007A, Norfolk, rounded: 0-9, 10-19, … 80 and over; in tenths of a per cent. */
    static const unsigned wanted[9] = {97, 105, 109, 115, 113, 143, 131, 123, 71};
    unsigned ages[9] = {0}, people = 0, homes = 0, alone = 0, social = 0, towns[7] = {0};
    for (uint32_t b = 0; b < world_blocks(f->county.world); b++) {
        people_make(&f->county, b, f->block);
        towns[world_district(f->county.world, b)]++;
        for (unsigned i = 0; i < f->block->people_count; i++) {
            int decade = age_at(&f->block->people[i], f->county.today) / 10;
            ages[decade > 8 ? 8 : decade]++;
            people++;
        }
        for (unsigned i = 0; i < f->block->household_count; i++) {
            const struct household *h = &f->block->households[i];
            if (h->kind >= HOUSEHOLD_KINDS)
                continue;
            homes++;
            alone += h->count == 1;
            social += h->social;
        }
    }
    must(people > 0 && homes > 0);
    for (unsigned d = 0; d < 9; d++) {
        unsigned share = ages[d] * 1000 / people;
        print_message("# age %u0: %u of 1,000, census %u\n", d, share, wanted[d]);
        assert_in_range(share, wanted[d] - 20, wanted[d] + 20);
    }
    assert_in_range(alone * 1000 / homes, 270, 360);
    assert_in_range(social * 1000 / homes, 130, 190);
    assert_in_range(people * 100 / homes, 200, 240);
    for (unsigned d = 0; d < 7; d++)
        assert_in_range(towns[d] * 1000 / world_blocks(f->county.world), 95, 180);
}

static void nhs_numbers_are_valid_never_issued_and_each_given_once(void **state)
{
    struct fixture *f = *state;
    size_t count = nhs_numbers_count(f->county.numbers);
    assert_int_equal(count, 909091);
    uint8_t *seen = calloc(1000000, 1);
    assert_non_null(seen);
    struct arena *scratch = arena_make(0);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = nhs_numbers_at(f->county.numbers, i);
        assert_in_range(number, 9990000000u, 9999999999u);
        uint8_t *mark = &seen[number / 10 % 1000000];
        assert_int_equal(*mark, 0);
        *mark = 1;
        if (i % 97 == 0) {
            struct slice text = arena_format(scratch, "%llu", (unsigned long long)number), read;
            assert_true(text_nhs_number(scratch, text, &read));
            arena_reset(scratch);
        }
    }
    arena_free(scratch);
    free(seen);
}

static void at_a_million_residents_no_number_is_given_twice(void **state)
{
    struct fixture *f = *state;
    uint8_t *seen = calloc(1000000, 1);
    assert_non_null(seen);
    unsigned people = 0, numbered = 0;
    for (uint32_t b = 0; b < world_blocks(f->million.world); b += 9) {
        people_make(&f->million, b, f->block);
        for (unsigned i = 0; i < f->block->people_count; i++) {
            const struct person *p = &f->block->people[i];
            uint64_t both[] = {p->nhs_number, p->superseded_nhs_number};
            people++;
            numbered += p->nhs_number != 0;
            for (unsigned k = 0; k < 2; k++)
                if (both[k]) {
                    assert_int_equal(seen[both[k] / 10 % 1000000], 0);
                    seen[both[k] / 10 % 1000000] = 1;
                }
        }
    }
    free(seen);
    must(people > 0);
    assert_in_range(numbered * 1000 / people, 840, 910);
}

static void twins_share_their_birthday_and_a_father_and_son_do_not(void **state)
{
    struct fixture *f = *state;
    unsigned twins = 0, namesakes = 0;
    for (uint32_t b = 0; b < world_blocks(f->county.world); b++) {
        people_make(&f->county, b, f->block);
        for (unsigned i = 0; i < f->block->people_count; i++) {
            const struct person *p = &f->block->people[i];
            if (p->twin) {
                const struct person *other = &f->block->people[p->twin - 1];
                assert_int_equal(other->birth, p->birth);
                assert_int_equal(other->household, p->household);
                assert_string_not_equal(other->given, p->given);
                twins++;
            }
            if (p->namesake) {
                const struct person *other = &f->block->people[p->namesake - 1];
                assert_string_equal(other->given, p->given);
                assert_int_not_equal(other->birth, p->birth);
                namesakes++;
            }
        }
    }
    assert_true(twins > 50 && namesakes > 30);
}

static void a_block_is_the_same_whenever_it_is_made(void **state)
{
    struct fixture *f = *state;
    struct block_people *again = arena_new(f->arena, struct block_people);
    people_make(&f->county, 17, f->block);
    people_make(&f->county, 3, again);
    people_make(&f->county, 17, again);
    assert_int_equal(f->block->people_count, again->people_count);
    for (unsigned i = 0; i < again->people_count; i++) {
        assert_string_equal(f->block->people[i].given, again->people[i].given);
        assert_string_equal(f->block->people[i].family, again->people[i].family);
        assert_int_equal(f->block->people[i].birth, again->people[i].birth);
        assert_int_equal(f->block->people[i].nhs_number, again->people[i].nhs_number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_exactly_as_many_residents_as_were_asked_for),
        cmocka_unit_test(ages_and_households_follow_the_census_within_two_points),
        cmocka_unit_test(nhs_numbers_are_valid_never_issued_and_each_given_once),
        cmocka_unit_test(at_a_million_residents_no_number_is_given_twice),
        cmocka_unit_test(twins_share_their_birthday_and_a_father_and_son_do_not),
        cmocka_unit_test(a_block_is_the_same_whenever_it_is_made),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
