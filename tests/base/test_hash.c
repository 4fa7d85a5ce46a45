#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void sha_256_gives_the_published_values(void **state)
{
    (void)state;
    struct arena *a = arena_make(0);
    struct digest d = hash_sha256(S("abc"));
    assert_string_equal(digest_hex(a, &d).at, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    d = hash_sha256(NO_SLICE);
    assert_string_equal(digest_hex(a, &d).at, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    struct hash_state running;
    hash_start(&running);
    for (int i = 0; i < 100000; i++) /* A million times "a" (FIPS 180-4). */
        hash_more(&running, S("aaaaaaaaaa"));
    struct hash_state copy = running;
    hash_more(&copy, S("b"));
    d = hash_end(&running);
    assert_string_equal(digest_hex(a, &d).at, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    struct digest other = hash_end(&copy);
    assert_false(digest_equal(&d, &other));
    arena_free(a);
}

static void a_key_changes_the_digest(void **state)
{
    (void)state;
    uint8_t one[32] = {1}, two[32] = {2};
    struct digest a = hash_keyed(one, S("row")), b = hash_keyed(two, S("row")), again = hash_keyed(one, S("row"));
    assert_true(digest_equal(&a, &again) && !digest_equal(&a, &b));
}

static void hex_goes_there_and_back(void **state)
{
    (void)state;
    struct arena *a = arena_make(0);
    struct digest d = hash_sha256(S("x")), back;
    struct slice hex = digest_hex(a, &d);
    assert_true(digest_from_hex(hex, &back) && digest_equal(&d, &back));
    assert_true(digest_from_hex(S("2D711642B726B04401627CA9FBAC32F5C8530FB1903CC4DB02258717921A4881"), &back));
    assert_true(digest_equal(&d, &back));
    assert_false(digest_from_hex(slice_part(hex, 0, 63), &back));
    assert_false(digest_from_hex(S("g0000000000000000000000000000000000000000000000000000000000000000"), &back));
    assert_false(digest_from_hex(S("g000000000000000000000000000000000000000000000000000000000000000"), &back));
    arena_free(a);
}

static void quick_hashes_are_the_published_xxh3(void **state)
{
    (void)state;
    assert_true(hash64(NO_SLICE, 0) == 0x2d06800538d394c2u);
    uint64_t wide[2];
    hash128(NO_SLICE, wide);
    assert_true(wide[0] == 0x6001c324468d497fu && wide[1] == 0x99aa06d3014798d8u);
    assert_true(hash64(S("a"), 0) != hash64(S("a"), 1) && hash64(S("a"), 0) != hash64(S("b"), 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha_256_gives_the_published_values),
        cmocka_unit_test(a_key_changes_the_digest),
        cmocka_unit_test(hex_goes_there_and_back),
        cmocka_unit_test(quick_hashes_are_the_published_xxh3),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
