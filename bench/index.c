/* index: how fast an index takes records and answers, and how big it is, in memory and on disk:
 * index SPEC.yaml RECORDS [--threads N] [--model FILE] [--folder FOLDER] [--single N] [--train N].
 *
 * RECORDS records of invented residents, about six each, as six systems of a county would hold them, some with slips;
 * one in 20,000 has a thousand case notes, all under one client number. SPEC.yaml is the county's person.yaml. The
 * model is trained on the first N of them in a shuffled order (all; or read from --model, or written there when it is
 * not there yet). Nine tenths are put in at the start; the rest in bulk, half of it with one thread and half with all;
 * but for the last N, which come one by one, each synced, are asked for before and go again after. Then the index is
 * written anew, closed and opened.
 *
 * Each time is given as wall clock and as processor time of all threads, which other work on the machine does not
 * lengthen much; of single records as processor time, and the sync, which is all waiting, as wall clock. */
#include "link/index_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FIELDS = 14, BATCH = 50000 };

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
    struct arena *arena; /* of the specification and the trained model */
    struct arena *own;   /* of the index */
    struct slice specification, folder;
    struct link_spec *spec;
    struct link_model *model;
    struct index_file *file;
    uint64_t records, trained;
    double before; /* MiB that the process has without an index */
    unsigned threads;
};

struct moment {
    double wall, cpu;
};

static double read_clock(clockid_t clock)
{
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct moment now(void)
{
    return (struct moment){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_PROCESS_CPUTIME_ID)};
}

static struct moment since(struct moment start)
{
    struct moment end = now();
    return (struct moment){end.wall - start.wall, end.cpu - start.cpu};
}

static void rate(const char *what, uint64_t count, unsigned threads, struct moment spent)
{
    printf("%s, %u thread%s: %llu in %.1f s, %.0f a second; %.1f s of processor, %.0f a second of it\n", what, threads,
           threads == 1 ? "" : "s", (unsigned long long)count, spent.wall, (double)count / spent.wall, spent.cpu,
           (double)count / spent.cpu);
    (void)fflush(stdout);
}

static void stop(struct error *err)
{
    char text[900];
    error_print(err, text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
    exit(1);
}

/* Of the process, now, in MiB. */
static double resident(void)
{
    unsigned long long whole = 0, here = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%llu %llu", &whole, &here) != 2)
            here = 0;
        (void)fclose(file);
    }
    return (double)here * 4096 / 1048576;
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
    struct link_records *records = table(bench, 0, bench->trained, own);
    struct moment start = now();
    if (!link_train(records, &options, bench->arena, &bench->model, NULL, &err))
        stop(&err);
    rate("model trained", bench->trained, bench->threads, since(start));
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
    struct error err = NO_ERROR;
    struct arena *scratch = arena_make(0);
    struct slice *names;
    size_t count;
    double disk = 0;
    link_index_measure(index_file_index(bench->file), &measured);
    if (!host_list_folder(bench->folder, scratch, &names, &count, &err))
        stop(&err);
    for (size_t i = 0; i < count; i++) {
        struct host_file *file;
        uint64_t bytes = 0;
        if (!host_open(host_real(), arena_format(scratch, "%.*s/%.*s", PRINT(bench->folder), PRINT(names[i])),
                       HOST_READ, scratch, &file, &err) ||
            !host_file_size(file, &bytes, &err))
            stop(&err);
        disk += (double)bytes;
    }
    printf("%s: %zu records, %zu edges, %zu keys, greatest component %zu records; %.0f bytes a record in memory (the "
           "process has %.0f MiB), %.0f on disk\n",
           when, measured.records, measured.edges, measured.keys, link_index_largest(index_file_index(bench->file)),
           (resident() - bench->before) * 1048576 / (double)measured.records, resident(),
           disk / (double)measured.records);
    (void)fflush(stdout);
    arena_free(scratch);
}

static struct index_row row_of(const struct bench *bench, uint64_t n, struct arena *arena)
{
    static const struct slice sources[] = {S_INIT("s0"), S_INIT("s1"), S_INIT("s2"),
                                           S_INIT("s3"), S_INIT("s4"), S_INIT("s5")};
    struct slice *values = arena_array(arena, struct slice, FIELDS);
    uint64_t who;
    unsigned number;
    who_is(n, bench->records, &who, &number);
    make(who, number, arena, values);
    return (struct index_row){sources[number], arena_format(arena, "%llu", (unsigned long long)n), values};
}

static void build(struct bench *bench, uint64_t count)
{
    struct error err = NO_ERROR;
    struct link_options options = {.threads = bench->threads};
    bench->before = resident();
    bench->own = arena_make(0);
    struct link_records *start = table(bench, 0, count, bench->own);
    struct moment began = now();
    if (!index_file_create(host_real(), bench->folder, bench->specification, start, bench->model, &options, bench->own,
                           &bench->file, &err))
        stop(&err);
    rate("made and written", count, bench->threads, since(began));
}

static void in_bulk(const struct bench *bench, uint64_t from, uint64_t to, unsigned threads)
{
    struct error err = NO_ERROR;
    struct link_options options = {.threads = threads};
    struct moment spent = {0, 0};
    for (uint64_t at = from; at < to; at += BATCH) {
        struct arena *arena = arena_make(0);
        size_t count = to - at < BATCH ? to - at : BATCH;
        struct index_row *rows = arena_array(arena, struct index_row, count);
        for (size_t i = 0; i < count; i++)
            rows[i] = row_of(bench, at + i, arena);
        struct moment start = now();
        if (!index_file_put(bench->file, rows, count, &options, &err) || !index_file_sync(bench->file, &err))
            stop(&err);
        struct moment took = since(start);
        spent.wall += took.wall;
        spent.cpu += took.cpu;
        arena_free(arena);
    }
    rate("added in bulk", to - from, threads, spent);
}

static void one_by_one(const struct bench *bench, uint64_t from, uint64_t to)
{
    struct error err = NO_ERROR;
    struct link_options options = {.threads = 1};
    struct arena *arena = arena_make(0);
    size_t count = (size_t)(to - from), found_all = 0;
    double *times[4];
    for (size_t i = 0; i < countof(times); i++)
        times[i] = calloc(count, sizeof **times);
    for (size_t i = 0; i < count; i++) {
        struct index_row row = row_of(bench, from + i, arena);
        struct link_found *found;
        size_t found_count;
        struct moment start = now();
        if (!link_index_find(index_file_index(bench->file), row.values, 0, 20, arena, &found, &found_count, &err))
            stop(&err);
        times[0][i] = since(start).cpu;
        found_all += found_count > 0;
        start = now();
        if (!index_file_put(bench->file, &row, 1, &options, &err))
            stop(&err);
        times[1][i] = since(start).cpu;
        start = now();
        if (!index_file_sync(bench->file, &err))
            stop(&err);
        times[2][i] = since(start).wall;
        arena_reset(arena);
    }
    size(bench, "at its fullest");
    for (size_t i = 0; i < count; i++) {
        struct index_row row = row_of(bench, from + i, arena);
        size_t removed;
        struct moment start = now();
        if (!index_file_remove(bench->file, &row, 1, &options, &removed, &err))
            stop(&err);
        times[3][i] = since(start).cpu;
        arena_reset(arena);
    }
    tell("find", times[0], count);
    printf("  %.1f %% found somebody\n", 100.0 * (double)found_all / (double)count);
    tell("add", times[1], count);
    tell("its sync, wall clock", times[2], count);
    tell("remove", times[3], count);
    arena_free(arena);
    for (size_t i = 0; i < countof(times); i++)
        free(times[i]);
}

static void open_again(struct bench *bench, unsigned threads)
{
    struct error err = NO_ERROR;
    struct link_options options = {.threads = threads};
    arena_free(bench->own);
    bench->own = arena_make(0);
    struct moment start = now();
    if (!index_file_open(host_real(), bench->folder, true, &options, bench->own, &bench->file, &err))
        stop(&err);
    rate("opened", link_index_count(index_file_index(bench->file)), threads, since(start));
}

static void run(struct bench *bench, uint64_t single)
{
    struct error err = NO_ERROR;
    uint64_t most = bench->records - single, begin = most * 9 / 10, half = begin + (most - begin) / 2;
    build(bench, begin);
    size(bench, "then");
    in_bulk(bench, begin, half, 1);
    in_bulk(bench, half, most, bench->threads);
    one_by_one(bench, most, bench->records);
    struct link_options options = {.threads = bench->threads};
    struct moment start = now();
    if (!index_file_compact(bench->file, &options, &err))
        stop(&err);
    rate("written anew", most, bench->threads, since(start));
    open_again(bench, 1);
    open_again(bench, bench->threads);
    size(bench, "opened");
    arena_free(bench->own);
    if (!index_file_delete(host_real(), bench->folder, &err))
        stop(&err);
}

int main(int argc, char **argv)
{
    struct bench bench = {.arena = arena_make(0), .folder = S("/tmp/staithe-bench-index"), .threads = 2};
    struct error err = NO_ERROR;
    struct slice model = NO_SLICE;
    int64_t single = 20000;
    if (argc < 3)
        return 64;
    bench.records = bench.trained = (uint64_t)atoll(argv[2]);
    for (int i = 3; i + 1 < argc; i += 2) {
        int64_t number = atoll(argv[i + 1]);
        if (slice_equal(slice_of(argv[i]), S("--threads")))
            bench.threads = (unsigned)number;
        else if (slice_equal(slice_of(argv[i]), S("--single")))
            single = number;
        else if (slice_equal(slice_of(argv[i]), S("--train")))
            bench.trained = (uint64_t)number;
        else if (slice_equal(slice_of(argv[i]), S("--model")))
            model = slice_of(argv[i + 1]);
        else if (slice_equal(slice_of(argv[i]), S("--folder")))
            bench.folder = slice_of(argv[i + 1]);
    }
    if (!host_read_file(host_real(), slice_of(argv[1]), 1 << 20, bench.arena, &bench.specification, &err) ||
        !link_spec_read(bench.specification, slice_of(argv[1]), bench.arena, &bench.spec, &err))
        stop(&err);
    get_model(&bench, model);
    run(&bench, (uint64_t)single);
    arena_free(bench.arena);
    return 0;
}
