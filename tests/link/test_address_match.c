#include "base/arena.h"
#include "link/address.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* What the hub has of a home: one line, the words of its place, and the postcode. */
#define HOME(number, code, address, place_words)                                                                       \
    {                                                                                                                  \
        .uprn = S_INIT(number), .postcode = S_INIT(code), .line = S_INIT(address), .place = S_INIT(place_words)        \
    }

static const struct address_entry lines[] = {
    HOME("1", "NR19 1AA", "14 High Street, Dereham, NR19 1AA", "Dereham Breckland"),
    HOME("2", "NR19 1AA", "Flat 2, 14 High Street, Dereham, NR19 1AA", "Dereham Breckland"),
    HOME("3", "NR19 1AA", "14A High Street, Dereham, NR19 1AA", "Dereham Breckland"),
    HOME("4", "NR19 2BB", "Rose Cottage, Mill Lane, Dereham, NR19 2BB", "Dereham Breckland"),
    HOME("5", "NR19 2BB", "Rose Farm, Mill Lane, Dereham, NR19 2BB", "Dereham Breckland"),
    HOME("6", "NR20 3BB", "3 St John's Road, Swanton, NR20 3BB", "Swanton Dereham"),
    HOME("7", "NR21 4DD", "3 St John's Road, Fakenham, NR21 4DD", "Fakenham"),
    HOME("8", "NR19 5EE", "7 Dereham Road, Dereham, NR19 5EE", "Dereham"),
};

/* In the parts of BS 7666, as real gazetteers have them. */
#define PARTS(number, flat, house, road, where, code)                                                                  \
    {                                                                                                                  \
        .uprn = S_INIT(number), .unit = S_INIT(flat), .building = S_INIT(house), .street = S_INIT(road),               \
        .place = S_INIT(where), .postcode = S_INIT(code)                                                               \
    }

static const struct address_entry parts[] = {
    PARTS("101", "FLAT 2", "10", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    PARTS("102", "FLAT 10", "2", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    PARTS("103", "", "12-14", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    PARTS("104", "FLAT A", "20", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    PARTS("105", "FLAT B", "20", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    PARTS("106", "FIRST FLOOR FLAT", "22", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    PARTS("107", "GROUND FLOOR FLAT", "22", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    {.uprn = S_INIT("108"),
     .organisation = S_INIT("BAYFIELD BREAD LTD"),
     .building = S_INIT("24"),
     .street = S_INIT("HIGH STREET"),
     .place = S_INIT("HOLT, NORTH NORFOLK"),
     .postcode = S_INIT("NR25 6BN")},
    PARTS("109", "THE FLAT", "24", "HIGH STREET", "HOLT, NORTH NORFOLK", "NR25 6BN"),
    PARTS("110", "", "THE OLD RECTORY", "CHURCH LANE", "SAXTHORPE, CORPUSTY, NORWICH", "NR11 6QR"),
    PARTS("111", "", "THE RECTORY", "CHURCH LANE", "SAXTHORPE, CORPUSTY, NORWICH", "NR11 6QR"),
    PARTS("112", "", "OLD RECTORY BARN", "CHURCH LANE", "SAXTHORPE, CORPUSTY, NORWICH", "NR11 6QR"),
    PARTS("113", "", "CEDAR HOUSE RESIDENTIAL HOME", "39 NORWICH ROAD", "HORSFORD, NORWICH", "NR10 3DD"),
    PARTS("114", "12", "PINEWOOD CARAVAN PARK", "HOLT ROAD", "HIGH KELLING, HOLT", "NR25 6RG"),
    PARTS("115", "13", "PINEWOOD CARAVAN PARK", "HOLT ROAD", "HIGH KELLING, HOLT", "NR25 6RG"),
    PARTS("116", "FLAT 7", "WENSUM COURT", "BARN ROAD", "NORWICH", "NR2 4QT"),
    PARTS("117", "FLAT 8", "WENSUM COURT", "BARN ROAD", "NORWICH", "NR2 4QT"),
    PARTS("118", "", "8", "BARN ROAD", "NORWICH", "NR2 4QU"),
    PARTS("119", "", "3", "HEOL Y BONT", "ABERYSTWYTH, CEREDIGION", "SY23 1AB"),
    PARTS("120", "", "4", "BRIDGE STREET", "ABERYSTWYTH, CEREDIGION", "SY23 1AB"),
    PARTS("121", "", "17", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("122", "", "17", "MILL LANE", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("123", "", "17", "CAISTER-ON-SEA BYPASS", "GREAT YARMOUTH", "NR30 5HB"),
    PARTS("124", "UNIT 4", "STAITHE WORKS", "HUNDRED ACRE WAY", "NORWICH", "NR8 5RE"),
    PARTS("125", "", "5", "100 ACRE LANE", "NORWICH", "NR8 5RE"),
    PARTS("126", "", "WISTERIA COTTAGE", "THE STREET", "REEDHAM, NORWICH", "NR13 3HJ"),
    PARTS("127", "", "HIGHFIELD", "THE STREET", "REEDHAM, NORWICH", "NR13 3HJ"),
    PARTS("129", "", "30", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("130", "THE ANNEXE", "30", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("131", "FLAT 2/1", "32", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("132", "FLAT 2/2", "32", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("133", "FLAT 1", "34", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("134", "FLAT 2", "34", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    PARTS("135", "LAND REAR OF", "36", "MILL ROAD", "REEDHAM, NORWICH", "NR13 3TL"),
    {.uprn = S_INIT("136"),
     .organisation = S_INIT("REEDHAM PRIMARY SCHOOL"),
     .street = S_INIT("SCHOOL HILL"),
     .place = S_INIT("REEDHAM, NORWICH"),
     .postcode = S_INIT("NR13 3TJ")},
    PARTS("137", "", "2 MILL COTTAGES", "FERRY ROAD", "REEDHAM, NORWICH", "NR13 3HA"),
    PARTS("138", "", "2", "FERRY ROAD", "REEDHAM, NORWICH", "NR13 3HA"),
    PARTS("128", "", "1A", "O'CONNELL SQUARE", "NORWICH", "NR1 1OB"),
};

static struct address_answer ask(const struct address_entry *entries, size_t count, const char *address,
                                 const char *postcode, char uprn[8])
{
    struct arena *arena = arena_make(0);
    const struct address_index *index = address_index_make(entries, count, arena);
    struct address_answer answer;
    address_match(index, slice_of(address), slice_of(postcode), arena, &answer);
    struct address_reason reason;
    address_reason(index, &answer, arena, &reason);
    assert_true(reason.sentence.len > 0);
    struct slice found = answer.entry < 0 ? S("0") : entries[answer.entry].uprn;
    memcpy(uprn, found.at, found.len);
    uprn[found.len] = 0;
    arena_free(arena);
    answer.comparison = NULL;
    return answer;
}

#define line_is(address, postcode, wanted)                                                                             \
    do {                                                                                                               \
        char uprn_[8];                                                                                                 \
        (void)ask(lines, countof(lines), address, postcode, uprn_);                                                    \
        assert_string_equal(uprn_, wanted);                                                                            \
    } while (0)

#define home_is(address, postcode, wanted, how)                                                                        \
    do {                                                                                                               \
        char uprn_[8];                                                                                                 \
        struct address_answer answer_ = ask(parts, countof(parts), address, postcode, uprn_);                          \
        assert_string_equal(uprn_, wanted);                                                                            \
        assert_string_equal(address_class_names[answer_.class], how);                                                  \
    } while (0)

static void an_address_fits_its_home_whatever_its_spelling(void **state)
{
    (void)state;
    line_is("14 High Street, Dereham", "NR19 1AA", "1");
    line_is("14 HIGH ST", "nr191aa", "1");
    line_is("Flat 2 14 High St. Dereham Norfolk NR19 1AA", "NR19 1AA", "2");
    line_is("Apt 2, 14 Hihg Street", "NR19 1AA", "2");
    line_is("14 a High St", "NR19 1AA", "3");
    line_is("Rose Cott., Mill Ln", "NR19 2BB", "4");
    line_is("3 Saint Johns Rd", "NR20 3BB", "6");
    line_is("7 Dereham Rd", "NR19 5EE", "8");
}

static void an_address_that_fits_two_homes_or_none_is_put_nowhere(void **state)
{
    (void)state;
    line_is("Rose, Mill Lane", "NR19 2BB", "0");
    line_is("High Street", "NR19 1AA", "0");
    line_is("15 High Street", "NR19 1AA", "0");
    line_is("3 St Johns Road", "", "0");
    line_is("", "NR19 1AA", "0");
    line_is("Flat 9, 14 High Street", "NR19 1AA", "0");
}

static void without_a_postcode_the_place_decides(void **state)
{
    (void)state;
    line_is("3 St Johns Road, Fakenham", "", "7");
    line_is("3 St Johns Road, Swanton", "", "6");
    line_is("14 High Street", "NR19 1AB", "1");
    line_is("14 High Street", "NR33 9ZZ", "0");
    line_is("Rose Cottage Mill Ln Dereham", "", "4");
    line_is("Rose Cottage Mill Ln", "", "0");
    line_is("Rose Mill Ln Dereham", "", "0");
}

static void numbers_are_held_to_their_role(void **state)
{
    (void)state;
    home_is("Flat 2, 10 High Street, Holt", "NR25 6BN", "101", "exact");
    home_is("flat 10 2 high st holt NR256BN", "", "102", "exact");
    home_is("2, 10 High Street, Holt NR25 6BN", "", "101", "exact");
    home_is("10 High Street Flat 2, Holt, NR25 6BN", "", "101", "exact");
    home_is("10, Flat 2, High Street, Holt", "NR25 6BN", "101", "exact");
    home_is("Flat 2, 2 High Street, Holt", "NR25 6BN", "0", "none");
    home_is("Flat 7, Wensum Court, Barn Road, Norwich", "NR2 4QT", "116", "exact");
    home_is("8 Wensum Court, Barn Rd, Norwich", "NR2 4QT", "117", "exact");
    home_is("8 Barn Road, Norwich, NR2 4QU", "", "118", "exact");
    home_is("Unit 4, Staithe Works, Hundred Acre Way", "NR8 5RE", "124", "exact");
    home_is("5 100 Acre Lane, Norwich", "NR8 5RE", "125", "exact");
}

static void letters_ranges_and_floors_are_read(void **state)
{
    (void)state;
    home_is("12-14 High Street, Holt", "NR25 6BN", "103", "exact");
    home_is("12 - 14 High St, Holt", "NR25 6BN", "103", "exact");
    home_is("12 High Street, Holt", "NR25 6BN", "103", "near");
    home_is("14 High Street, Holt", "NR25 6BN", "103", "near");
    home_is("13 High Street, Holt", "NR25 6BN", "0", "none");
    home_is("20B High Street, Holt", "NR25 6BN", "105", "near");
    home_is("Flat B, 20 High Street, Holt", "NR25 6BN", "105", "exact");
    home_is("First Floor Flat, 20 High Street, Holt", "NR25 6BN", "105", "near");
    home_is("Ground floor flat, 20 High Street, Holt", "NR25 6BN", "104", "near");
    home_is("1st Floor Flat 22 High Street Holt", "NR25 6BN", "106", "exact");
    home_is("GFF, 22 High Street, Holt", "NR25 6BN", "107", "exact");
    home_is("Flat A, 22 High Street, Holt", "NR25 6BN", "107", "near");
    home_is("20 High Street, Holt", "NR25 6BN", "0", "ambiguous");
}

static void a_shop_is_not_the_flat_above_it(void **state)
{
    (void)state;
    home_is("24 High Street, Holt, NR25 6BN", "", "108", "exact");
    home_is("Bayfield Bread, 24 High Street, Holt", "NR25 6BN", "108", "exact");
    home_is("The Flat, 24 High Street, Holt, NR25 6BN", "", "109", "exact");
    home_is("Flat above Bayfield Bread, 24 High Street, Holt", "NR25 6BN", "109", "near");
    home_is("Flat 3, 24 High Street, Holt", "NR25 6BN", "0", "none");
}

static void named_houses_are_told_by_their_whole_name(void **state)
{
    (void)state;
    home_is("The Old Rectory, Church Lane, Corpusty, Norwich", "NR11 6QR", "110", "exact");
    home_is("Old Rectory Church Ln Saxthorpe NR11 6QR", "", "110", "exact");
    home_is("The Rectory, Church Lane, Corpusty", "NR11 6QR", "111", "exact");
    home_is("Old Rectory Barn, Church Lane", "NR11 6QR", "112", "exact");
    home_is("The Old Vicarage, Church Lane, Corpusty", "NR11 6QR", "0", "none");
    home_is("Wisteria, The Street, Reedham", "NR13 3HJ", "126", "near");
    home_is("Wisteria Barn, The Street, Reedham", "NR13 3HJ", "0", "none");
    home_is("High Field, The Street, Reedham", "NR13 3HJ", "127", "near");
    home_is("Highfield, Reedham, Norwich, Norfolk", "NR13 3HJ", "127", "near");
}

static void care_homes_and_caravan_parks_are_found(void **state)
{
    (void)state;
    home_is("Room 14, Cedar House Residential Home, 39 Norwich Road, Horsford", "NR10 3DD", "113", "near");
    home_is("Cedar House, 39 Norwich Rd, Horsford, Norwich", "NR10 3DD", "113", "near");
    home_is("Cedar House Care Home, Norwich Road, Horsford", "NR10 3DD", "113", "near");
    home_is("Caravan 12, Pinewood Caravan Park, High Kelling", "NR25 6RG", "114", "near");
    home_is("13 Pinewood Caravan Pk, Holt Road, High Kelling, Holt", "NR25 6RG", "115", "exact");
    home_is("Pinewood Caravan Park, Holt Road, High Kelling", "NR25 6RG", "0", "ambiguous");
}

static void parts_beside_the_house_are_homes_of_their_own(void **state)
{
    (void)state;
    home_is("30 Mill Road, Reedham", "NR13 3TL", "129", "exact");
    home_is("The Annexe, 30 Mill Road, Reedham", "NR13 3TL", "130", "exact");
    home_is("Annexe at 30 Mill Road Reedham", "NR13 3TL", "130", "exact");
    home_is("Land adj 30 Mill Road, Reedham", "NR13 3TL", "0", "none");
    home_is("Land rear of 36 Mill Road, Reedham", "NR13 3TL", "135", "exact");
    home_is("Garage, 17 Mill Road, Reedham", "NR13 3TL", "0", "none");
    home_is("2 Mill Cottages, Ferry Road, Reedham", "NR13 3HA", "137", "exact");
    home_is("2 Ferry Road, Reedham", "NR13 3HA", "138", "exact");
}

static void flats_are_numbered_in_many_ways(void **state)
{
    (void)state;
    home_is("Flat 2/1, 32 Mill Road, Reedham", "NR13 3TL", "131", "exact");
    home_is("2/2 32 Mill Road, Reedham", "NR13 3TL", "132", "exact");
    home_is("34/2 Mill Road, Reedham", "NR13 3TL", "134", "near");
    home_is("Flat One, 34 Mill Road, Reedham", "NR13 3TL", "133", "exact");
    home_is("Flat2, 34 Mill Road, Reedham", "NR13 3TL", "134", "exact");
    home_is("Flt. No. 2, 34 Mill Rd, Reedham", "NR13 3TL", "134", "exact");
    home_is("3O Mill Road, Reedham", "NR13 3TL", "129", "exact");
    home_is("l7 Mill Road, Reedham", "NR13 3TL", "121", "exact");
}

static void a_business_is_found_by_its_name(void **state)
{
    (void)state;
    home_is("Reedham Primary School, School Hill", "NR13 3TJ", "136", "exact");
    home_is("Reedham Primary, School Hill, Reedham", "NR13 3TJ", "136", "near");
    home_is("Bayfield Bread, High Street, Holt", "NR25 6BN", "108", "near");
}

static void mill_road_is_not_mill_lane(void **state)
{
    (void)state;
    home_is("17 Mill Road, Reedham", "NR13 3TL", "121", "exact");
    home_is("17 Mill Ln, Reedham", "NR13 3TL", "122", "exact");
    home_is("17 Mill, Reedham", "NR13 3TL", "0", "ambiguous");
}

static void what_people_add_does_no_harm(void **state)
{
    (void)state;
    home_is("c/o Mrs Tenford, 17 Mill Road, Reedham, Norwich, Norfolk, England", "NR13 3TL", "121", "exact");
    home_is("The Occupier, 17 Mill Road, Norwich, Norwich NR13 3TL", "", "121", "exact");
    home_is("No. 17, Mill Road\nReedham\nNorfolk\nNR13 3TL", "", "121", "exact");
    home_is("3 Heol-y-Bont, Aberystwyth", "SY23 1AB", "119", "exact");
    home_is("4 Bridge Street, Aberystwyth, Dyfed SY23 1AB", "", "120", "exact");
    home_is("1a O\xe2\x80\x99"
            "Connell Sq, Norwich",
            "NR1 1OB", "128", "exact");
}

static void slips_in_a_postcode_are_put_right(void **state)
{
    (void)state;
    home_is("17 Mill Road, Reedham", "NRI3 3TL", "121", "exact");
    home_is("17 Mill Road, Reedham NR13 3T1", "", "121", "near");
    home_is("17 Mill Road, Reedham", "nr13  3tl.", "121", "exact");
    home_is("4 Bridge Street, Aberystwyth", "SY23 lAB", "120", "exact");
    home_is("4 Bridge Street, Aberystwyth", "SY23 1BA", "120", "near");
    home_is("4 Bridge Street, Aberystwyth", "SY32 1AB", "120", "near");
}

static void what_is_no_address_has_no_home(void **state)
{
    (void)state;
    static const char *const nothing[] = {"",
                                          " ",
                                          ",,,",
                                          "NR25 6BN",
                                          "Holt",
                                          "Norwich, Norfolk",
                                          "\x01\x02\xff\xfe\x80",
                                          "01603 012345",
                                          "no fixed abode",
                                          "unknown"};
    for (size_t i = 0; i < countof(nothing); i++) {
        char uprn[8];
        struct address_answer answer = ask(parts, countof(parts), nothing[i], "", uprn);
        assert_int_equal(answer.entry, -1);
        assert_int_equal(answer.class, ADDRESS_NONE);
    }
    char long_line[10241];
    for (size_t i = 0; i < sizeof long_line - 1; i++)
        long_line[i] = "17 Mill Road, Reedham "[i % 22];
    long_line[sizeof long_line - 1] = 0;
    char uprn[8];
    (void)ask(parts, countof(parts), long_line, "NR13 3TL", uprn);
    home_is("17 Mill Road, Reedham, NR13 3TL; 8 Barn Road, Norwich, NR2 4QU", "", "0", "ambiguous");
}

static void usual_short_forms_are_read_in_full(void **state)
{
    (void)state;
    static const char *const words[][2] = {
        {"14 High St", "14 high st"},
        {"Rose Cott, Mill Ln", "rose cottage mill lane"},
        {"Flat 2, 14 St. John's Rd", "f2 14 st johns road"},
        {"Apt. 3 Upr Gt Ave", "f3 upper great avenue"},
        {"The Yd, Wd Wk", "yard wood walk"},
        {"1st Ave, Norfolk, UK", "first avenue"},
        {"14 a, 14A", "14a"},
    };
    struct arena *arena = arena_make(0);
    for (size_t i = 0; i < countof(words); i++) {
        struct slice *found;
        size_t count = address_words(arena, slice_of(words[i][0]), &found);
        struct slice text = arena_join(arena, found, count, S(" "));
        assert_string_equal(arena_cstr(arena, text), words[i][1]);
    }
    arena_free(arena);
}

static void an_empty_gazetteer_has_no_homes(void **state)
{
    (void)state;
    char uprn[8];
    struct address_answer answer = ask(parts, 0, "17 Mill Road, Reedham", "NR13 3TL", uprn);
    assert_int_equal(answer.class, ADDRESS_NONE);
}

static void other_spellings_of_one_home_do_not_compete(void **state)
{
    (void)state;
    static const struct address_entry twice[] = {
        PARTS("1", "", "17", "MILL ROAD", "REEDHAM", "NR13 3TL"),
        PARTS("1", "", "17 WINDMILL VIEW", "MILL ROAD", "REEDHAM", "NR13 3TL"),
        PARTS("2", "", "19", "MILL ROAD", "REEDHAM", "NR13 3TL"),
        PARTS("3", "", "19", "MILL ROAD", "REEDHAM", "NR13 3TL"),
    };
    char uprn[8];
    (void)ask(twice, countof(twice), "17 Mill Road, Reedham", "NR13 3TL", uprn);
    assert_string_equal(uprn, "1");
    struct address_answer answer = ask(twice, countof(twice), "19 Mill Road, Reedham", "NR13 3TL", uprn);
    assert_int_equal(answer.class, ADDRESS_AMBIGUOUS);
    assert_int_equal(answer.candidate_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_fits_its_home_whatever_its_spelling),
        cmocka_unit_test(an_address_that_fits_two_homes_or_none_is_put_nowhere),
        cmocka_unit_test(without_a_postcode_the_place_decides),
        cmocka_unit_test(numbers_are_held_to_their_role),
        cmocka_unit_test(letters_ranges_and_floors_are_read),
        cmocka_unit_test(a_shop_is_not_the_flat_above_it),
        cmocka_unit_test(named_houses_are_told_by_their_whole_name),
        cmocka_unit_test(care_homes_and_caravan_parks_are_found),
        cmocka_unit_test(parts_beside_the_house_are_homes_of_their_own),
        cmocka_unit_test(flats_are_numbered_in_many_ways),
        cmocka_unit_test(a_business_is_found_by_its_name),
        cmocka_unit_test(mill_road_is_not_mill_lane),
        cmocka_unit_test(what_people_add_does_no_harm),
        cmocka_unit_test(slips_in_a_postcode_are_put_right),
        cmocka_unit_test(what_is_no_address_has_no_home),
        cmocka_unit_test(usual_short_forms_are_read_in_full),
        cmocka_unit_test(an_empty_gazetteer_has_no_homes),
        cmocka_unit_test(other_spellings_of_one_home_do_not_compete),
    };
    return cmocka_run_group_tests_name("address match", tests, NULL, NULL);
}
