#include "base/arena.h"
#include "hub/homes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct home_entry homes[] = {
    {S_INIT("1"), S_INIT("NR19 1AA"), S_INIT("14 High Street, Dereham, NR19 1AA"), S_INIT("Dereham Breckland")},
    {S_INIT("2"), S_INIT("NR19 1AA"), S_INIT("Flat 2, 14 High Street, Dereham, NR19 1AA"), S_INIT("Dereham Breckland")},
    {S_INIT("3"), S_INIT("NR19 1AA"), S_INIT("14A High Street, Dereham, NR19 1AA"), S_INIT("Dereham Breckland")},
    {S_INIT("4"), S_INIT("NR19 2BB"), S_INIT("Rose Cottage, Mill Lane, Dereham, NR19 2BB"),
     S_INIT("Dereham Breckland")},
    {S_INIT("5"), S_INIT("NR19 2BB"), S_INIT("Rose Farm, Mill Lane, Dereham, NR19 2BB"), S_INIT("Dereham Breckland")},
    {S_INIT("6"), S_INIT("NR20 3BB"), S_INIT("3 St John's Road, Swanton, NR20 3BB"), S_INIT("Swanton Dereham")},
    {S_INIT("7"), S_INIT("NR21 4DD"), S_INIT("3 St John's Road, Fakenham, NR21 4DD"), S_INIT("Fakenham")},
    {S_INIT("8"), S_INIT("NR19 5EE"), S_INIT("7 Dereham Road, Dereham, NR19 5EE"), S_INIT("Dereham")},
};

static int64_t find(const char *address, const char *postcode)
{
    struct arena *arena = arena_make(0);
    const struct home_index *index = home_index_make(homes, countof(homes), arena);
    int64_t number = home_index_find(index, slice_of(address), slice_of(postcode), arena);
    arena_free(arena);
    return number < 0 ? 0 : number + 1;
}

static void an_address_fits_its_home_whatever_its_spelling(void **state)
{
    (void)state;
    assert_int_equal(find("14 High Street, Dereham", "NR19 1AA"), 1);
    assert_int_equal(find("14 HIGH ST", "nr191aa"), 1);
    assert_int_equal(find("Flat 2 14 High St. Dereham Norfolk NR19 1AA", "NR19 1AA"), 2);
    assert_int_equal(find("Apt 2, 14 Hihg Street", "NR19 1AA"), 2);
    assert_int_equal(find("14 a High St", "NR19 1AA"), 3);
    assert_int_equal(find("Rose Cott., Mill Ln", "NR19 2BB"), 4);
    assert_int_equal(find("3 Saint Johns Rd", "NR20 3BB"), 6);
    assert_int_equal(find("7 Dereham Rd", "NR19 5EE"), 8);
}

static void an_address_that_fits_two_homes_or_none_is_put_nowhere(void **state)
{
    (void)state;
    assert_int_equal(find("Rose, Mill Lane", "NR19 2BB"), 0);
    assert_int_equal(find("High Street", "NR19 1AA"), 0);
    assert_int_equal(find("15 High Street", "NR19 1AA"), 0);
    assert_int_equal(find("3 St Johns Road", ""), 0);
    assert_int_equal(find("", "NR19 1AA"), 0);
    assert_int_equal(find("Flat 9, 14 High Street", "NR19 1AA"), 0);
}

static void without_a_postcode_the_place_decides(void **state)
{
    (void)state;
    assert_int_equal(find("3 St Johns Road, Fakenham", ""), 7);
    assert_int_equal(find("3 St Johns Road, Swanton", ""), 6);
    assert_int_equal(find("14 High Street", "NR19 1AB"), 1);
    assert_int_equal(find("14 High Street", "NR33 9ZZ"), 0);
    assert_int_equal(find("Rose Cottage Mill Ln Dereham", ""), 4);
    assert_int_equal(find("Rose Cottage Mill Ln", ""), 0);
    assert_int_equal(find("Rose Mill Ln Dereham", ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_fits_its_home_whatever_its_spelling),
        cmocka_unit_test(an_address_that_fits_two_homes_or_none_is_put_nowhere),
        cmocka_unit_test(without_a_postcode_the_place_decides),
    };
    return cmocka_run_group_tests_name("home_index", tests, NULL, NULL);
}
