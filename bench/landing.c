/* Lands a file into a fresh or existing hub folder and says how long each part took and how much memory it came to:
 * driven by landing.py.
 *
 *     landing FOLDER CONTRACT FILE…
 *
 * One line of JSON a file. */
#include "base/json.h"
#include "ingest/landing_inside.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* "VmRSS", "VmHWM" of this process, in KiB. */
static long status_of(const char *name)
{
    char line[256];
    long value = 0;
    FILE *file = fopen("/proc/self/status", "r");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            (void)sscanf(line + strlen(name) + 1, "%ld", &value);
    fclose(file);
    return value;
}

static double cpu_seconds(void)
{
    struct rusage use;
    if (getrusage(RUSAGE_SELF, &use) != 0)
        return 0;
    return (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static bool land(struct intake *intake, const char *path, long at_start, struct error *err)
{
    const struct host *host = host_real();
    struct arena *arena = arena_make(0);
    struct landing landing;
    struct landing_file file = {.path = slice_of(path)};
    int64_t begun = host_monotonic(host), accepted = 0, ended;
    double cpu = cpu_seconds();
    bool good = landing_accept(intake, &file, arena, &landing, err);
    accepted = host_monotonic(host);
    good = good && (landing.same_again || landing_run(intake, landing.id, NULL, arena, &landing, err));
    ended = host_monotonic(host);
    if (good) {
        struct buffer text = buffer_make(arena);
        struct json json = json_to(&text);
        landing_json(&json, &landing, arena);
        printf("{\"accept\": %.3f, \"run\": %.3f, \"cpu\": %.3f, \"start_kib\": %ld, \"peak_kib\": %ld, \"landing\": "
               "%.*s}\n",
               (double)(accepted - begun) / 1e9, (double)(ended - accepted) / 1e9, cpu_seconds() - cpu, at_start,
               status_of("VmHWM"), PRINT(buffer_slice(&text)));
    }
    arena_free(arena);
    return good;
}

static bool all(int argc, char **argv, struct arena *arena, struct error *err)
{
    struct slice folder = slice_of(argv[1]), text;
    struct source source;
    struct store *store;
    struct intake *intake;
    long at_start = status_of("VmRSS");
    struct store_options options = {
        .address = arena_format(arena, "%s/hub.db", argv[1]), .host = host_real(), .create = true};
    if (!host_read_file(host_real(), slice_of(argv[2]), 1 << 20, arena, &text, err) ||
        !contract_read(text, slice_of(argv[2]), arena, &source, err) || !host_make_folder(host_real(), folder, err) ||
        !store_open(&options, &store, err))
        return false;
    struct arena *life = arena_make(0);
    bool good = intake_make(store, &source, folder, S("bench"), life, &intake, err);
    for (int i = 3; good && i < argc; i++)
        good = land(intake, argv[i], at_start, err);
    arena_free(life);
    store_close(store);
    return good;
}

int main(int argc, char **argv)
{
    struct error err = NO_ERROR;
    char words[1024];
    if (argc < 4) {
        fprintf(stderr, "usage: landing FOLDER CONTRACT FILE…\n");
        return 64;
    }
    struct arena *arena = arena_make(0);
    bool good = all(argc, argv, arena, &err);
    if (!good) {
        error_print(&err, words, sizeof words);
        fprintf(stderr, "%s\n", words);
    }
    arena_free(arena);
    return good ? 0 : error_exit_status(err.code);
}
