/* index: how fast an index takes records and answers, and how big it is:
 * index SPEC.yaml RECORDS [--threads N] [--model FILE] [--file FOLDER] [--single N] [--cpu].
 *
 * RECORDS records of invented residents, about six each, as six systems of a county would hold them, some with slips;
 * one in 20,000 has a thousand case notes, all under one client number. SPEC.yaml is the county's person.yaml. The
 * model is trained on all records first (or read from --model, or written there when it is not there yet). Nine tenths
 * are put in at the start, the rest in bulk but for the last N, which come one by one. */
#include "link/index.h"
#include "base/host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { FIELDS = 14, BATCH = 20000 };

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31, x *= 0x7fb5d329728ea185ull, x ^= x >> 27, x *= 0x81dadef4bc2dd44dull;
    return x ^ x >> 33;
}

static double share(uint64_t key)
{
    return (double)(mix(key) >> 11) / 9007199254740992.0;
}

/* A rank of 1 … most, a few of them most often, as names are. */
static unsigned rank(uint64_t key, double most)
{
    return (unsigned)exp(share(key) * log(most));
}

static struct slice name(struct arena *arena, unsigned number, unsigned least)
{
    static const char *const parts[] = {"an", "bel", "cor", "den", "el", "far", "gar", "hol", "is",  "jen",
                                        "ka", "lor", "mar", "nel", "os", "per", "ro",  "sal", "tor", "wen"};
    struct buffer out = buffer_make(arena);
    uint64_t x = mix(number * 2654435761ull + least);
    for (unsigned i = 0; i < least || number; i++, number /= 20, x /= 20)
        buffer_add(&out, slice_of(parts[x % countof(parts)]));
    return buffer_slice(&out);
}

static struct slice slip(struct arena *arena, struct slice text, uint64_t key)
{
    char *out = arena_cstr(arena, text);
    if (text.len > 3)
        out[1 + mix(key) % (text.len - 1)] = (char)('a' + mix(key + 1) % 26);
    return slice_from(out, text.len);
}

/* Record `number` of six for person `who`; what its system holds. */
static void make(uint64_t who, unsigned number, struct arena *arena, struct slice *values)
{
    uint64_t home = who * 10 / 24, key = who * 64, slips = (who * 8 + number) * 977 + 5;
    if (home % 600 == 0 && who % 3 > 0)
        home = home / 3000 * 3000; /* a care home */
    struct slice family = name(arena, rank(share(home) < 0.8 ? home * 64 + 1 : key + 1, 30000) + 7000, 2);
    struct slice given = name(arena, rank(key + 2, 900), 2);
    for (unsigned f = 0; f < FIELDS; f++)
        values[f] = NO_SLICE;
    values[0] = share(slips) < 0.04 ? slip(arena, given, slips) : given;
    values[2] = share(slips + 1) < 0.04 ? slip(arena, family, slips) : family;
    if (number != 2 && number != 5)
        values[5] = arena_format(arena, "%04u-%02u-%02u", 1925 + (unsigned)(mix(key + 3) % 98),
                                 1 + (unsigned)(mix(key + 4) % 12),
                                 share(slips + 2) < 0.02 ? 9u : 1 + (unsigned)(mix(key + 5) % 28));
    values[6] = mix(key + 6) % 2 ? S("F") : S("M");
    if (number == 0 || (number == 1 && who % 2) || (number == 3 && who % 5 == 0))
        values[7] = arena_format(arena, "9%09llu", (unsigned long long)(mix(key + 7) % 1000000000));
    if (number == 1 || number == 5)
        values[8] = arena_format(arena, "C%llu", (unsigned long long)who);
    if (number == 0 || number == 3)
        values[9] = arena_format(arena, "07%09llu", (unsigned long long)(mix(key + 8) % 1000000000));
    if (number == 3)
        values[10] = arena_format(arena, "%.*s.%llu@example.org", PRINT(given), (unsigned long long)who);
    if (number != 3 && number != 5) {
        values[11] = arena_format(arena, "%llu", (unsigned long long)(10000000 + home));
        values[12] = arena_format(arena, "%u %.*s Street", 1 + (unsigned)(home % 90),
                                  PRINT(name(arena, (unsigned)(home / 90) + 1, 2)));
        values[13] =
            arena_format(arena, "NR%u %u%c%c", 1 + (unsigned)(home / 15 / 4000 % 90), (unsigned)(home / 15 / 400 % 10),
                         'A' + (char)(home / 15 / 20 % 20), 'A' + (char)(home / 15 % 20));
    }
}

/* Which person and which of its records the n-th of all is: shuffled, so that systems and people come mixed. */
static void who_is(uint64_t n, uint64_t records, uint64_t *ret_who, unsigned *ret_number)
{
    uint64_t notes = records / 120; /* case notes of those who have a thousand */
    uint64_t at = (n * 2654435761ull + 12345) % records;
    *ret_number = at < notes ? 5 : (unsigned)(at % 6);
    *ret_who = at < notes ? at / 1000 * 20000 : at / 6;
}

struct bench {
    struct arena *arena;
    struct link_spec *spec;
    struct link_model *model;
    struct link_index *index;
    uint64_t records;
    unsigned threads;
    bool cpu;
};

/* --cpu: processor time of all threads, for a machine that does other work too. */
static double now(const struct bench *bench)
{
    struct timespec time;
    (void)clock_gettime(bench->cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void stop(struct error *err)
{
    char text[900];
    error_print(err, text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
    exit(1);
}

static double resident(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void id_of(uint64_t n, char *out, size_t size, struct slice *ret)
{
    int length = snprintf(out, size, "%llu", (unsigned long long)n);
    *ret = slice_from(out, (size_t)length);
}

static struct link_records *table(struct bench *bench, uint64_t from, uint64_t to, struct arena *arena)
{
    struct error err = NO_ERROR;
    struct link_records *records = link_records_make(bench->spec, arena);
    struct arena *scratch = arena_make(0);
    uint32_t sources[6];
    for (unsigned s = 0; s < 6; s++) {
        char name_of[8];
        (void)snprintf(name_of, sizeof name_of, "s%u", s);
        if (!link_records_source(records, slice_of(name_of), &sources[s], &err))
            stop(&err);
    }
    for (uint64_t n = from; n < to; n++) {
        struct slice values[LINK_COLUMNS_MAX] = {{0}}, id;
        char text[24];
        uint64_t who;
        unsigned number;
        who_is(n, bench->records, &who, &number);
        make(who, number, scratch, values);
        id_of(n, text, sizeof text, &id);
        if (!link_records_add(records, sources[number], id, values, &err))
            stop(&err);
        arena_reset(scratch);
    }
    arena_free(scratch);
    return records;
}

static void get_model(struct bench *bench, struct slice path)
{
    struct error err = NO_ERROR;
    struct slice text;
    if (path.len && host_exists(path)) {
        if (!host_read_file(host_real(), path, 1u << 30, bench->arena, &text, &err) ||
            !link_model_read(text, path, bench->spec, bench->arena, &bench->model, &err))
            stop(&err);
        return;
    }
    struct arena *own = arena_make(0);
    struct link_options options = {.threads = bench->threads};
    struct link_records *records = table(bench, 0, bench->records, own);
    double start = now(bench);
    if (!link_train(records, &options, bench->arena, &bench->model, NULL, &err))
        stop(&err);
    printf("model trained on %llu records in %.1f s\n", (unsigned long long)bench->records, now(bench) - start);
    if (path.len && !host_write_file(host_real(), path, link_model_write(bench->model, own), &err))
        stop(&err);
    arena_free(own);
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, double *times, size_t count)
{
    qsort(times, count, sizeof *times, by_time);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += times[i];
    printf("%s: p50 %.3f, p99 %.3f, p99.9 %.3f, most %.3f ms; %.0f a second (%zu)\n", what, times[count / 2] * 1e3,
           times[count * 99 / 100] * 1e3, times[count * 999 / 1000] * 1e3, times[count - 1] * 1e3, (double)count / sum,
           count);
}

static void size(const struct bench *bench, const char *when)
{
    struct link_index_size measured;
    link_index_measure(bench->index, &measured);
    printf("%s: %zu records, %zu edges, %zu keys; %.0f bytes a record; the process at most %.0f MiB\n", when,
           measured.records, measured.edges, measured.keys, (double)measured.bytes / (double)measured.records,
           resident());
}

static void in_bulk(struct bench *bench, uint64_t from, uint64_t to)
{
    struct error err = NO_ERROR;
    struct link_options options = {.threads = bench->threads};
    double spent = 0;
    for (uint64_t at = from; at < to; at += BATCH) {
        struct arena *arena = arena_make(0);
        size_t count = to - at < BATCH ? to - at : BATCH;
        struct link_row *rows = arena_array(arena, struct link_row, count);
        for (size_t i = 0; i < count; i++) {
            struct slice *values = arena_array(arena, struct slice, FIELDS);
            uint64_t who;
            unsigned number;
            who_is(at + i, bench->records, &who, &number);
            make(who, number, arena, values);
            rows[i] = (struct link_row){number, arena_format(arena, "%llu", (unsigned long long)(at + i)), values};
        }
        uint32_t first;
        double start = now(bench);
        if (!link_index_add_many(bench->index, rows, count, &options, &first, &err))
            stop(&err);
        spent += now(bench) - start;
        arena_free(arena);
    }
    printf("added in bulk: %llu in %.1f s, %.0f a second\n", (unsigned long long)(to - from), spent,
           (double)(to - from) / spent);
}

static void one_by_one(struct bench *bench, uint64_t from, uint64_t to)
{
    struct error err = NO_ERROR;
    struct arena *arena = arena_make(0);
    size_t count = (size_t)(to - from);
    double *add = calloc(count, sizeof *add), *find = calloc(count, sizeof *find), *go = calloc(count, sizeof *go);
    size_t found_all = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice values[FIELDS], id;
        struct link_found *found;
        size_t found_count;
        char text[24];
        uint64_t who;
        unsigned number;
        uint32_t record;
        who_is(from + i, bench->records, &who, &number);
        make(who, number, arena, values);
        id_of(from + i, text, sizeof text, &id);
        double start = now(bench);
        if (!link_index_find(bench->index, values, 0, 20, arena, &found, &found_count, &err))
            stop(&err);
        find[i] = now(bench) - start;
        found_all += found_count > 0;
        start = now(bench);
        if (!link_index_add(bench->index, number, id, values, &record, &err))
            stop(&err);
        add[i] = now(bench) - start;
        arena_reset(arena);
    }
    for (size_t i = 0; i < count; i++) {
        struct slice id;
        char text[24];
        uint64_t who;
        unsigned number;
        who_is(from + i, bench->records, &who, &number);
        id_of(from + i, text, sizeof text, &id);
        double start = now(bench);
        if (!link_index_remove(bench->index, link_index_record(bench->index, number, id), &err))
            stop(&err);
        go[i] = now(bench) - start;
    }
    tell("find", find, count);
    printf("  %.1f %% found somebody\n", 100.0 * (double)found_all / (double)count);
    tell("add", add, count);
    tell("remove", go, count);
    arena_free(arena);
    free(add), free(find), free(go);
}

int main(int argc, char **argv)
{
    struct bench bench = {.arena = arena_make(0)};
    struct error err = NO_ERROR;
    struct slice text, model = NO_SLICE;
    int64_t single = 20000;
    if (argc < 3)
        return 64;
    bench.cpu = slice_equal(slice_of(argv[argc - 1]), S("--cpu"));
    for (int i = 3; i + 1 < argc; i += 2) {
        int64_t number = atoll(argv[i + 1]);
        if (slice_equal(slice_of(argv[i]), S("--threads")))
            bench.threads = (unsigned)number;
        else if (slice_equal(slice_of(argv[i]), S("--single")))
            single = number;
        else if (slice_equal(slice_of(argv[i]), S("--model")))
            model = slice_of(argv[i + 1]);
    }
    bench.records = (uint64_t)atoll(argv[2]);
    if (!host_read_file(host_real(), slice_of(argv[1]), 1 << 20, bench.arena, &text, &err) ||
        !link_spec_read(text, slice_of(argv[1]), bench.arena, &bench.spec, &err))
        stop(&err);
    get_model(&bench, model);
    struct link_options options = {.threads = bench.threads};
    uint64_t most = bench.records - (uint64_t)single, begin = most * 9 / 10;
    struct link_records *start = table(&bench, 0, begin, bench.arena);
    double began = now(&bench);
    if (!link_index_make(start, bench.model, &options, bench.arena, &bench.index, &err))
        stop(&err);
    printf("made of %llu records in %.1f s, %.0f a second\n", (unsigned long long)begin, now(&bench) - began,
           (double)begin / (now(&bench) - began));
    size(&bench, "then");
    in_bulk(&bench, begin, most);
    one_by_one(&bench, most, bench.records);
    size(&bench, "at the end");
    arena_free(bench.arena);
    return 0;
}
