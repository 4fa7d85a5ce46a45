#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void same(struct slice got, const char *wanted)
{
    if (!slice_equal(got, slice_of(wanted)))
        fail_msg("got \"%.*s\", wanted \"%s\"", PRINT(got), wanted);
}

static void only_well_formed_utf8_is_valid(void **state)
{
    (void)state;
    static const struct {
        struct slice text;
        size_t valid;
    } cases[] = {
        {S_INIT("plain"), 5},
        {S_INIT("caf\xc3\xa9"), 5},
        {S_INIT("\xf0\x9f\x9a\x92"), 4},
        {S_INIT("\xf4\x8f\xbf\xbf"), 4},
        {S_INIT("a\0b"), 3},
        {S_INIT("a\x80"), 1},            /* a continuation alone */
        {S_INIT("\xc0\xaf"), 0},         /* overlong */
        {S_INIT("\xe0\x9f\xbf"), 0},     /* overlong */
        {S_INIT("\xed\xa0\x80"), 0},     /* a surrogate */
        {S_INIT("\xf4\x90\x80\x80"), 0}, /* past the end of Unicode */
        {S_INIT("\xf5\x80\x80\x80"), 0},
        {S_INIT("0123456789\xc3"), 10}, /* cut */
        {S_INIT("x\xe2\x82"), 1},
    };
    for (size_t i = 0; i < countof(cases); i++)
        assert_int_equal(text_valid_utf8(cases[i].text), cases[i].valid);
}

static void every_character_survives_writing_and_checking(void **state)
{
    (void)state;
    for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 37) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        char out[4];
        size_t len = text_put_character(out, c);
        assert_int_equal(text_valid_utf8(slice_from(out, len)), len);
        assert_int_equal(text_valid_utf8(slice_from(out, len - 1)), 0);
    }
}

static void guesses(struct slice text, enum text_encoding encoding, size_t mark)
{
    size_t got;
    assert_int_equal(text_guess(text, true, &got), encoding);
    assert_int_equal(got, mark);
}

static void the_encoding_is_guessed_from_mark_or_bytes(void **state)
{
    (void)state;
    guesses(S("\xef\xbb\xbfname"), TEXT_UTF8, 3);
    guesses(S("\xff\xfen\0"), TEXT_UTF16_LE, 2);
    guesses(S("\xfe\xff\0n"), TEXT_UTF16_BE, 2);
    guesses(S("n\0a\0m\0e\0,\0x\0"), TEXT_UTF16_LE, 0);
    guesses(S("\0n\0a\0m\0e\0,\0x"), TEXT_UTF16_BE, 0);
    guesses(S("Zo\xc3\xab"), TEXT_UTF8, 0);
    guesses(S("Zo\xeb"), TEXT_WINDOWS_1252, 0);
    guesses(S("na\0me"), TEXT_UTF8, 0);
    guesses(NO_SLICE, TEXT_UTF8, 0);
    size_t mark;
    assert_int_equal(text_guess(S("Zo\xc3"), false, &mark), TEXT_UTF8);
    assert_int_equal(text_guess(S("Zo\xc3"), true, &mark), TEXT_WINDOWS_1252);
}

static void a_few_bad_bytes_do_not_make_a_utf8_text_windows_1252(void **state)
{
    (void)state;
    struct buffer text = buffer_make(arena);
    for (int i = 0; i < 20; i++)
        buffer_add(&text, S("Zo\xc3\xab, "));
    buffer_add(&text, S("caf\xe9, "));
    guesses(buffer_slice(&text), TEXT_UTF8, 0);
}

static void windows_1252_becomes_utf8(void **state)
{
    (void)state;
    same(text_from_windows_1252(arena, S("\x80 \x93"
                                         "O\x92"
                                         "Brien\x94 \xe9 \x9f")),
         "\xe2\x82\xac \xe2\x80\x9cO\xe2\x80\x99"
         "Brien\xe2\x80\x9d \xc3\xa9 \xc5\xb8");
    same(text_from_windows_1252(arena, S("\x81\x8d\x8f\x90\x9d")),
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    same(text_from_windows_1252(arena, S("plain")), "plain");
}

static void folding_takes_away_what_does_not_tell_people_apart(void **state)
{
    (void)state;
    same(text_fold(arena, S("É. O’Brien ")), "e. o'brien");
    same(text_fold(arena, S("  Anne\t\n MARIE  ")), "anne marie");
    same(text_fold(arena, S("Zoë–Ann")), "zoe-ann");
    same(text_fold(arena, S("Łukasz Sørensen")), "lukasz sorensen");
    same(text_fold(arena, S("Æthelred Þór Straße")), "aethelred thor strasse");
    same(text_fold(arena, S("İstanbul Iğdır")), "istanbul igdir");
    same(text_fold(arena, S("O`Neill O´Neill Oʼneill")), "o'neill o'neill o'neill");
    same(text_fold(arena, S("ﬁne Ⅳ ①")), "fine iv 1");
    same(text_fold(arena, S("a\xc2\xa0"
                            "b\xe2\x80\x83"
                            "c")),
         "a b c");
    same(text_fold(arena, S("a\xe2\x80\x8b"
                            "b\xc2\xad"
                            "c\xef\xbb\xbf")),
         "abc");
    same(text_fold(arena, S("e\xcc\x81")), "e");
    same(text_fold(arena, S("x\xffy")), "x\xef\xbf\xbdy");
    same(text_fold(arena, S("한국")), "한국");
    same(text_fold(arena, S("ΣΊΣΥΦΟΣ")), "σισυφοσ");
    same(text_fold(arena, S("")), "");
    same(text_fold(arena, S("\xc2\xa0")), "");
    same(text_fold(arena, S("a\0b")), "a b");
}

static void folding_again_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"É. O’Brien", "ﬁne Ⅳ", "İstanbul", "한국",
                                        "Þór – Łódź", "½ ™ ﷺ", "ǅ ß ẞ ſ",  "x\xffy"};
    for (size_t i = 0; i < countof(texts); i++) {
        struct slice once = text_fold(arena, slice_of(texts[i])), twice = text_fold(arena, once);
        assert_true(slice_equal(once, twice));
        assert_int_equal(text_valid_utf8(once), once.len);
    }
}

static void letters_and_tokens_leave_the_rest_out(void **state)
{
    (void)state;
    same(text_letters(arena, S("O'Brien-Smith")), "obriensmith");
    same(text_letters(arena, S(" 12b, St. Stephen’s Rd ")), "12bststephensrd");
    same(text_letters(arena, S("Zoë Łuk")), "zoeluk");
    same(text_letters(arena, S("--")), "");
    struct slice *tokens;
    assert_int_equal(text_tokens(arena, S("Mary-Ann O’Brien, J.R. "), &tokens), 5);
    same(tokens[0], "mary");
    same(tokens[1], "ann");
    same(tokens[2], "obrien");
    same(tokens[3], "j");
    same(tokens[4], "r");
    assert_int_equal(text_tokens(arena, S(" ' - "), &tokens), 0);
    assert_int_equal(text_tokens(arena, S("d'"), &tokens), 1);
    same(tokens[0], "d");
}

static void soundex_follows_the_census_rules(void **state)
{
    (void)state;
    static const struct {
        const char *name, *code;
    } known[] = {{"Robert", "R163"},
                 {"Rupert", "R163"},
                 {"Rubin", "R150"},
                 {"Ashcraft", "A261"},
                 {"Ashcroft", "A261"},
                 {"Tymczak", "T522"},
                 {"Pfister", "P236"},
                 {"Honeyman", "H555"},
                 {"Jackson", "J250"},
                 {"Lee", "L000"},
                 {"Gutierrez", "G362"},
                 {"VanDeusen", "V532"},
                 {"Washington", "W252"},
                 {"Lloyd", "L300"},
                 {"O'Brien", "O165"},
                 {"obrien", "O165"},
                 {"Zoë", "Z000"},
                 {"Łukasz", "L220"},
                 {"Smith", "S530"},
                 {"Smythe", "S530"},
                 {"", ""},
                 {"123", ""},
                 {"  x", "X000"},
                 {"Müller", "M460"},
                 {"Euler", "E460"},
                 {"Gauss", "G200"},
                 {"Hilbert", "H416"},
                 {"Knuth", "K530"},
                 {"Lukasiewicz", "L222"},
                 {"한국", ""}};
    for (size_t i = 0; i < countof(known); i++) {
        char code[5];
        text_soundex(slice_of(known[i].name), code);
        if (strcmp(code, known[i].code) != 0)
            fail_msg("%s gave %s, wanted %s", known[i].name, code, known[i].code);
    }
}

static void postcodes_are_put_in_their_form_or_refused(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"nr13aa", "NR1 3AA"},  {" NR 31 0 QE ", "NR31 0QE"}, {"M1 1AE", "M1 1AE"},
        {"B33 8TH", "B33 8TH"}, {"CR2 6XH", "CR2 6XH"},       {"DN55 1PT", "DN55 1PT"},
        {"W1A 0AX", "W1A 0AX"}, {"EC1A 1BB", "EC1A 1BB"},     {"gir0aa", "GIR 0AA"}};
    for (size_t i = 0; i < countof(good); i++) {
        struct slice code = NO_SLICE;
        assert_true(text_postcode(arena, slice_of(good[i][0]), &code));
        same(code, good[i][1]);
    }
    static const char *const bad[] = {"",        "NR1",      "NR1 3A",          "NR1 3AAA", "1NR 3AA",   "NR1-3AA",
                                      "QR1 3AA", "NR1 3CA",  "NR1 AAA",         "NRR 3AA",  "NR111 3AA", "NI1 3AA",
                                      "W1I 0AX", "EC1C 1BB", "NR1 3AA NR1 3AB", "É1 1AA",   "A 1AA"};
    for (size_t i = 0; i < countof(bad); i++) {
        struct slice code = NO_SLICE;
        if (text_postcode(arena, slice_of(bad[i]), &code))
            fail_msg("\"%s\" gave %.*s", bad[i], PRINT(code));
    }
}

static void nhs_numbers_hold_to_their_check_digit(void **state)
{
    (void)state;
    struct slice number = NO_SLICE;
    assert_true(text_nhs_number(arena, S(" 999 000 0018 "), &number));
    same(number, "9990000018");
    assert_true(text_nhs_number(arena, S("999-000-0026"), &number));
    same(number, "9990000026");
    /* Among ten last digits one is right at most; a check of ten has none. */
    int with_none = 0;
    for (int stem = 0; stem < 1000; stem++) {
        int right = 0;
        for (int last = 0; last < 10; last++) {
            struct slice text = arena_format(arena, "999000%03d%d", stem, last);
            right += text_nhs_number(arena, text, &number);
        }
        assert_true(right <= 1);
        with_none += right == 0;
    }
    assert_true(with_none > 60 && with_none < 120);
    static const char *const bad[] = {"",           "9990000019", "999000001",  "99900000181", "999 000 001X",
                                      "0000000000", "9999999999", "1111111111", "999.000.0018"};
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(text_nhs_number(arena, slice_of(bad[i]), &number));
}

static void uprns_lose_their_leading_zeros(void **state)
{
    (void)state;
    struct slice uprn = NO_SLICE;
    assert_true(text_uprn(arena, S(" 000100090915 "), &uprn));
    same(uprn, "100090915");
    assert_true(text_uprn(arena, S("123456789012"), &uprn));
    static const char *const bad[] = {"", "0", "000000000000", "1234567890123", "1E10", "-1", "1.0", "1 2"};
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(text_uprn(arena, slice_of(bad[i]), &uprn));
}

static void distances_count_a_swap_as_one(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned distance;
    } known[] = {{"", "", 0},
                 {"a", "", 1},
                 {"smith", "smith", 0},
                 {"smith", "smiht", 1},
                 {"kitten", "sitting", 3},
                 {"ca", "abc", 3},
                 {"margaret", "margret", 1},
                 {"abcd", "badc", 2},
                 {"flaw", "lawn", 2},
                 {"ab", "ba", 1},
                 {"xaby", "xbay", 1}};
    for (size_t i = 0; i < countof(known); i++) {
        struct slice a = slice_of(known[i].a), b = slice_of(known[i].b);
        assert_int_equal(text_distance(a, b, 10), known[i].distance);
        assert_int_equal(text_distance(b, a, 10), known[i].distance);
        if (known[i].distance)
            assert_int_equal(text_distance(a, b, known[i].distance - 1), known[i].distance);
    }
    assert_int_equal(text_distance(S("abcdef"), S("uvwxyz"), 2), 3);
    struct buffer one = buffer_make(arena), two = buffer_make(arena);
    for (int i = 0; i < 500; i++) {
        buffer_add(&one, i % 50 == 7 ? S("x") : S("a"));
        buffer_add(&two, i % 50 == 7 ? S("y") : S("a"));
    }
    assert_int_equal(text_distance(buffer_slice(&one), buffer_slice(&two), 100), 10);
}

/* The plain definition, full table, for comparison. */
static unsigned plain_distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned t[12][12];
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                t[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned best = t[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = t[i - 1][j] + 1 < best ? t[i - 1][j] + 1 : best;
            best = t[i][j - 1] + 1 < best ? t[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && t[i - 2][j - 2] + 1 < best)
                best = t[i - 2][j - 2] + 1;
            t[i][j] = best;
        }
    return t[n][m];
}

static void distances_agree_with_the_plain_definition(void **state)
{
    (void)state;
    uint32_t seed = 12345;
    for (int round = 0; round < 200000; round++) {
        char a[10], b[10];
        size_t n = 0, m = 0;
        seed = seed * 1664525 + 1013904223;
        n = seed >> 24 & 7;
        m = seed >> 28 & 7;
        for (size_t i = 0; i < 10; i++) {
            seed = seed * 1664525 + 1013904223;
            a[i] = (char)('a' + (seed >> 20 & 1) + (seed >> 24 & 1));
            b[i] = (char)('a' + (seed >> 22 & 1) + (seed >> 26 & 1));
        }
        unsigned limit = seed >> 29 & 7, wanted = plain_distance(a, n, b, m);
        unsigned got = text_distance(slice_from(a, n), slice_from(b, m), limit);
        if (got != (wanted > limit ? limit + 1 : wanted))
            fail_msg("%.*s %.*s limit %u: %u, wanted %u", (int)n, a, (int)m, b, limit, got, wanted);
    }
}

static void the_nearest_word_is_suggested_or_none(void **state)
{
    (void)state;
    static const struct slice words[] = {S_INIT("columns"), S_INIT("source"), S_INIT("agreement"), S_INIT("id")};
    same(text_nearest(S("colums"), words, countof(words)), "columns");
    same(text_nearest(S("Agrement"), words, countof(words)), "agreement");
    same(text_nearest(S("soruce"), words, countof(words)), "source");
    same(text_nearest(S("Id"), words, countof(words)), "id");
    same(text_nearest(S("retention"), words, countof(words)), "");
    same(text_nearest(S(""), words, countof(words)), "");
}

static void what_is_shown_ends_with_a_whole_letter(void **state)
{
    (void)state;
    same(text_at_most(S("Zoë Łuk"), 3), "Zoë");
    same(text_at_most(S("Zoë"), 3), "Zoë");
    same(text_at_most(S("Zoë"), 40), "Zoë");
    same(text_at_most(NO_SLICE, 40), "");
}

static void digits_are_taken_as_they_stand(void **state)
{
    (void)state;
    same(text_digits(arena, S("+44 (0)1603 ٣ 22")), "440160322");
    same(text_digits(arena, S("none")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_well_formed_utf8_is_valid),
        cmocka_unit_test(every_character_survives_writing_and_checking),
        cmocka_unit_test(the_encoding_is_guessed_from_mark_or_bytes),
        cmocka_unit_test(a_few_bad_bytes_do_not_make_a_utf8_text_windows_1252),
        cmocka_unit_test(windows_1252_becomes_utf8),
        cmocka_unit_test(folding_takes_away_what_does_not_tell_people_apart),
        cmocka_unit_test(folding_again_changes_nothing),
        cmocka_unit_test(letters_and_tokens_leave_the_rest_out),
        cmocka_unit_test(soundex_follows_the_census_rules),
        cmocka_unit_test(postcodes_are_put_in_their_form_or_refused),
        cmocka_unit_test(nhs_numbers_hold_to_their_check_digit),
        cmocka_unit_test(uprns_lose_their_leading_zeros),
        cmocka_unit_test(distances_count_a_swap_as_one),
        cmocka_unit_test(distances_agree_with_the_plain_definition),
        cmocka_unit_test(the_nearest_word_is_suggested_or_none),
        cmocka_unit_test(what_is_shown_ends_with_a_whole_letter),
        cmocka_unit_test(digits_are_taken_as_they_stand),
    };
    return cmocka_run_group_tests_name("text", tests, set_up, tear_down);
}
