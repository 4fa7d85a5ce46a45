/* How many entries the audit of reads takes in a second, each durable before its caller goes on; and what a grant costs
 * to compile.
 *
 *     bench_audit COUNTY-FOLDER ADDRESS [THREADS] [SECONDS] [SYNC-MICROSECONDS] [RATE]
 *
 * With SYNC-MICROSECONDS each sync of the disk takes that much longer, so that the figures of a given disk can be had
 * on any: 0 for none. With RATE so many entries a second are asked for at even times, and the time of each counts from
 * when it was due. ADDRESS is a fresh SQLite file's path, or postgresql://…; the head lies in the folder that the
 * working folder has as `bench-audit`. */
#include "guard/audit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST_THREADS 64

#define MOST_TIMES 100000

struct bench {
    struct guard *guard;
    struct host host;
    int64_t sync_ns;
    atomic_llong syncs;
    atomic_bool ending;
    atomic_llong done, asked;
    int64_t start, apart; /* nanoseconds from one entry to the next; 0: as many as go */
    int64_t *times;
};

static void rest(int64_t ns)
{
    struct timespec pause = {ns / 1000000000, ns % 1000000000};
    if (ns > 0)
        nanosleep(&pause, NULL);
}

static int before_change(void *context, const struct host_change *change)
{
    struct bench *bench = context;
    if (change->operation == HOST_SYNC) {
        bench->syncs++;
        rest(bench->sync_ns);
    }
    return 0;
}

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
    while (!bench->ending) {
        int64_t number = bench->asked++, due = bench->start + number * bench->apart;
        if (bench->apart)
            rest(due - host_monotonic(host_real()));
        if (!audit_read(session, &reading, &err))
            fail(&err);
        bench->done++;
        if (bench->apart && number < MOST_TIMES)
            bench->times[number] = host_monotonic(host_real()) - due;
    }
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

static int by_time(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return one < two ? -1 : one > two;
}

static void say_times(int64_t *times, size_t count)
{
    qsort(times, count, sizeof *times, by_time);
    printf("from when it was due till durable: p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n",
           (double)times[count / 2] / 1e6, (double)times[count * 99 / 100] / 1e6, (double)times[count - 1] / 1e6);
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
        fprintf(stderr, "bench_audit COUNTY-FOLDER ADDRESS [THREADS] [SECONDS] [SYNC-MICROSECONDS] [RATE]\n");
        return 64;
    }
    int threads = argc > 3 ? atoi(argv[3]) : 8, seconds = argc > 4 ? atoi(argv[4]) : 5;
    if (threads < 1 || threads > MOST_THREADS || seconds < 1)
        return 64;
    struct arena *arena = arena_make(0);
    struct error err;
    struct catalogue *catalogue;
    struct store *store;
    static struct bench bench;
    bench.host = *host_real();
    bench.host.context = &bench;
    bench.host.before = before_change;
    int rate = argc > 6 ? atoi(argv[6]) : 0;
    bench.apart = rate > 0 ? 1000000000 / rate : 0;
    bench.times = arena_array(arena, int64_t, MOST_TIMES);
    if (!catalogue_read(slice_of(argv[1]), arena, &catalogue, &err))
        fail(&err);
    const struct store_options options = {
        .address = slice_of(argv[2]), .host = &bench.host, .schema = STORE_AUDIT, .create = true};
    const struct guard_options guard = {
        .catalogue = guard_fixed_catalogue(catalogue), .host = &bench.host, .folder = S("bench-audit")};
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
    bench.start = start;
    bench.syncs = 0;
    bench.sync_ns = argc > 5 ? atoll(argv[5]) * 1000 : 0;
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
    printf("%lld syncs: %.1f entries each\n", (long long)bench.syncs,
           (double)bench.done / (double)(bench.syncs ? bench.syncs : 1));
    if (bench.apart)
        say_times(bench.times, (size_t)(bench.done < MOST_TIMES ? bench.done : MOST_TIMES));
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
