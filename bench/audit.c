/* How many entries the audit of reads takes in a second, each durable before its caller goes on; and what a grant costs
 * to compile.
 *
 *     bench_audit COUNTY-FOLDER ADDRESS [THREADS] [SECONDS]
 *
 * ADDRESS is a fresh SQLite file's path, or postgresql://…; the head lies in the folder that the working folder has as
 * `bench-audit`. */
#include "guard/audit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST_THREADS 64

struct bench {
    struct guard *guard;
    atomic_bool ending;
    atomic_llong done, failed;
};

static _Noreturn void fail(const struct error *err)
{
    char text[1024];
    error_print(err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    exit(error_exit_status(err->code));
}

static void *look(void *argument)
{
    struct bench *bench = argument;
    static const struct slice fields[] = {S_INIT("gp_list.surname"), S_INIT("gp_list.forenames"),
                                          S_INIT("gp_list.date_of_birth"), S_INIT("council_tax.liable_name")};
    static const int64_t anchors[] = {104, 20931, 77, 1000042};
    struct arena *arena = arena_make(0);
    struct guard_session *session;
    struct error err;
    if (!guard_system_session(bench->guard, S("linking"), S("bench"), S("bench"), arena, &session, &err))
        fail(&err);
    const struct audit_reading reading = {.action = S("view"),
                                          .linkage = 1,
                                          .subject = S("12345"),
                                          .anchors = anchors,
                                          .anchor_count = 4,
                                          .fields = fields,
                                          .field_count = 4};
    while (!bench->ending)
        if (audit_read(session, &reading, &err))
            bench->done++;
        else
            fail(&err);
    arena_free(arena);
    return NULL;
}

/* Processor time of the whole program, in nanoseconds: other programs on the machine do not count. */
static int64_t processor_time(void)
{
    struct timespec t;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void time_grants(struct guard *guard, const struct catalogue *catalogue)
{
    enum { TIMES = 2000 };
    const struct grant_request request = {S("norfolk_county_council"), S("social_worker"), S("care_assessment"),
                                          guard_today(guard)};
    struct error err;
    int64_t start = processor_time();
    for (int i = 0; i < TIMES; i++) {
        struct arena *arena = arena_make(0);
        const struct grant *grant;
        if (!grant_compile(catalogue, &request, arena, &grant, &err))
            fail(&err);
        arena_free(arena);
    }
    int64_t compiled = processor_time();
    for (int i = 0; i < TIMES; i++) {
        struct arena *arena = arena_make(0);
        struct guard_session *session;
        if (!guard_system_session(guard, S("linking"), S("bench"), S("bench"), arena, &session, &err))
            fail(&err);
        arena_free(arena);
    }
    printf("processor time: a grant compiled %.1f microseconds, a session with a kept grant %.1f\n",
           (double)(compiled - start) / 1000.0 / (double)TIMES,
           (double)(processor_time() - compiled) / 1000.0 / (double)TIMES);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "bench_audit COUNTY-FOLDER ADDRESS [THREADS] [SECONDS]\n");
        return 64;
    }
    int threads = argc > 3 ? atoi(argv[3]) : 8, seconds = argc > 4 ? atoi(argv[4]) : 5;
    if (threads < 1 || threads > MOST_THREADS || seconds < 1)
        return 64;
    struct arena *arena = arena_make(0);
    struct error err;
    struct catalogue *catalogue;
    struct store *store;
    struct bench bench = {0};
    if (!catalogue_read(slice_of(argv[1]), arena, &catalogue, &err))
        fail(&err);
    const struct store_options options = {
        .address = slice_of(argv[2]), .host = host_real(), .schema = STORE_AUDIT, .create = true};
    const struct guard_options guard = {
        .catalogue = guard_fixed_catalogue(catalogue), .host = host_real(), .folder = S("bench-audit")};
    if (!store_open(&options, &store, &err))
        fail(&err);
    struct guard_options whole = guard;
    whole.audit_store = whole.store = store;
    if (!guard_open(&whole, &bench.guard, &err))
        fail(&err);
    time_grants(bench.guard, catalogue);
    pthread_t workers[MOST_THREADS];
    int64_t worked = processor_time();
    int64_t start = host_monotonic(host_real());
    for (int i = 0; i < threads; i++)
        must(pthread_create(&workers[i], NULL, look, &bench) == 0);
    while (host_monotonic(host_real()) - start < (int64_t)seconds * 1000000000) {
        struct timespec pause = {0, 20000000};
        nanosleep(&pause, NULL);
    }
    bench.ending = true;
    for (int i = 0; i < threads; i++)
        pthread_join(workers[i], NULL);
    double passed = (double)(host_monotonic(host_real()) - start) / 1e9;
    printf("%lld entries in %.2f s by %d threads: %.0f a second, each durable before its caller went on\n",
           (long long)bench.done, passed, threads, (double)bench.done / passed);
    printf("processor time: %.1f microseconds an entry\n",
           (double)(processor_time() - worked) / 1000.0 / (double)(bench.done ? bench.done : 1));
    struct audit_head head;
    start = host_monotonic(host_real());
    if (!audit_check(bench.guard, NULL, &head, &err))
        fail(&err);
    passed = (double)(host_monotonic(host_real()) - start) / 1e9;
    printf("the chain of %lld proved in %.2f s: %.0f a second\n", (long long)head.count, passed,
           (double)head.count / passed);
    guard_close(bench.guard);
    store_close(store);
    arena_free(arena);
    return 0;
}
