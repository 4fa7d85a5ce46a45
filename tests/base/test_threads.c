#include "base/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CHUNKS = 1000 };

struct seen {
    unsigned times[CHUNKS];
    bool thread_too_large;
    unsigned threads;
};

static void mark(void *context, size_t chunk, unsigned thread)
{
    struct seen *seen = context;
    seen->times[chunk]++;
    if (thread >= seen->threads)
        seen->thread_too_large = true;
}

static void each_chunk_is_done_once_by_any_number_of_threads(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct seen seen = {.threads = threads};
        struct threads_work work = {.threads = threads, .chunks = CHUNKS, .work = mark, .context = &seen};
        assert_true(threads_share(&work));
        for (size_t i = 0; i < CHUNKS; i++)
            assert_int_equal(seen.times[i], 1);
        assert_false(seen.thread_too_large);
    }
}

static bool stop_at_once(void *context, double share)
{
    (void)context;
    assert_true(share > 0 && share <= 1);
    return false;
}

static void it_stops_when_told_so(void **state)
{
    (void)state;
    struct seen seen = {.threads = 1};
    struct threads_work work = {
        .threads = 1, .chunks = CHUNKS, .work = mark, .context = &seen, .between = stop_at_once};
    assert_false(threads_share(&work));
    assert_int_equal(seen.times[0], 1);
    assert_int_equal(seen.times[1], 0);
}

static void nothing_means_one_thread_a_processor_within_the_most(void **state)
{
    (void)state;
    assert_true(threads_meant(0) >= 1 && threads_meant(0) <= THREADS_MAX);
    assert_int_equal(threads_meant(3), 3);
    assert_int_equal(threads_meant(1000), THREADS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_chunk_is_done_once_by_any_number_of_threads),
        cmocka_unit_test(it_stops_when_told_so),
        cmocka_unit_test(nothing_means_one_thread_a_processor_within_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
