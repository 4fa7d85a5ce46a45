/* sample.c: makes blocks on several threads and writes them in order.
 *
 * Blocks go in waves of WAVE jobs: threads take the next number of the wave until none is left, then the calling thread
 * appends all texts to the files, in block order, through large writes. So the bytes do not depend on who made which
 * block. A wave's texts are some 10 MiB and are used again by the next. Two waves side by side (writing one while
 * making the other) were not worth their memory: writing to the page cache takes a twentieth of the time. */
#include "sample/sample.h"

#include "sample/extracts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAVE = 64, TRUTH_FILES = 3, THREADS_MOST = 16 };

struct crew {
    struct job *jobs;
    uint32_t first, count;
    atomic_uint next;
};

static void *crew_work(void *context)
{
    struct crew *crew = context;
    for (;;) {
        uint32_t i = atomic_fetch_add(&crew->next, 1);
        if (i >= crew->count)
            return NULL;
        job_run(&crew->jobs[i], crew->first + i);
    }
}

static void run_wave(struct crew *crew, unsigned threads)
{
    pthread_t others[THREADS_MOST];
    unsigned started = 0;
    atomic_store(&crew->next, 0);
    while (started + 1 < threads && pthread_create(&others[started], NULL, crew_work, crew) == 0)
        started++;
    (void)crew_work(crew);
    for (unsigned i = 0; i < started; i++)
        must(pthread_join(others[i], NULL) == 0);
}

struct files {
    struct host_file *extracts[SOURCES][MONTHS], *people, *records, *cases;
};

static bool open_file(const struct sample_options *options, struct arena *arena, const char *name,
                      struct host_file **ret, struct error *err)
{
    return host_open(options->host, arena_format(arena, "%.*s/%s", PRINT(options->out), name), HOST_OVERWRITE, arena,
                     ret, err);
}

static bool make_folder(const struct sample_options *options, struct arena *arena, const char *name, struct error *err)
{
    return host_make_folder(options->host, arena_format(arena, "%.*s/%s", PRINT(options->out), name), err);
}

static bool write_text(struct host_file *file, const char *text, struct sample_counts *counts, struct error *err)
{
    counts->bytes += strlen(text);
    return host_write(file, text, strlen(text), err);
}

static bool open_files(const struct sample_options *options, const struct county *county, struct arena *arena,
                       struct files *files, struct sample_counts *counts, struct error *err)
{
    char path[96];
    for (unsigned m = 0; m < MONTHS; m++) {
        int32_t day = m == 0 ? county->month_ago : county->today;
        extract_path(SOURCE_GP, day, path);
        path[7] = 0; /* "2026-10" */
        if (!make_folder(options, arena, path, err))
            return false;
        for (unsigned s = 0; s < SOURCES; s++) {
            if (m == 1 && source_forms[s].once)
                continue;
            extract_path((enum source_number)s, day, path);
            struct out heading = {0};
            struct sheet sheet = {.out = &heading, .form = &source_forms[s].form};
            sheet_heading(&sheet);
            bool good = open_file(options, arena, path, &files->extracts[s][m], err) &&
                        host_write(files->extracts[s][m], heading.at, heading.len, err);
            counts->bytes += heading.len;
            out_free(&heading);
            if (!good)
                return false;
        }
    }
    return make_folder(options, arena, "truth", err) &&
           open_file(options, arena, "truth/people.csv", &files->people, err) &&
           open_file(options, arena, "truth/records.csv", &files->records, err) &&
           open_file(options, arena, "truth/hard_cases.csv", &files->cases, err) &&
           write_text(files->people, "person_id,given_name,family_name,birth_date,sex,uprn,died,tags\r\n", counts,
                      err) &&
           write_text(files->records, "source,key,person_id,uprn,first_seen,last_seen,faults\r\n", counts, err) &&
           write_text(files->cases, "tag,person_id,other_person_id\r\n", counts, err);
}

static bool append(struct host_file *file, const struct out *out, struct sample_counts *counts, struct error *err)
{
    counts->bytes += out->len;
    return out->len == 0 || host_write(file, out->at, out->len, err);
}

static bool write_job(const struct files *files, const struct job *job, struct sample_counts *counts, struct error *err)
{
    for (unsigned s = 0; s < SOURCES; s++)
        for (unsigned m = 0; m < MONTHS; m++) {
            if (!files->extracts[s][m])
                continue;
            if (!append(files->extracts[s][m], &job->text[s][m], counts, err))
                return false;
            counts->rows += job->sheets[s][m].rows;
        }
    counts->homes += job->sheets[SOURCE_GAZETTEER][0].rows;
    counts->residents += job->people.people_count;
    for (unsigned i = 0; i < job->people.household_count; i++)
        counts->households += job->people.households[i].count > 0 && job->people.households[i].kind < HOUSEHOLD_KINDS;
    counts->records += job->records;
    return append(files->people, &job->truth_people, counts, err) &&
           append(files->records, &job->truth_records, counts, err) &&
           append(files->cases, &job->truth_cases, counts, err);
}

/* The gazetteer first, so that homes are there when the others name them; then each month's extracts. */
static bool write_manifest(const struct sample_options *options, const struct county *county, struct arena *arena,
                           struct error *err)
{
    struct buffer text = buffer_make(arena);
    buffer_add(&text, S("source,file,as_at\r\n"));
    for (unsigned m = 0; m < MONTHS; m++)
        for (unsigned s = 0; s < SOURCES; s++) {
            if (m == 1 && source_forms[s].once)
                continue;
            char path[96];
            int32_t day = m == 0 ? county->month_ago : county->today;
            extract_path((enum source_number)s, day, path);
            struct slice iso = date_iso(arena, date_from_days(day));
            buffer_format(&text, "%s,%s,%.*s\r\n", source_forms[s].name, path, PRINT(iso));
        }
    return host_write_file(options->host, arena_format(arena, "%.*s/extracts.csv", PRINT(options->out)),
                           buffer_slice(&text), err);
}

bool sample_make(const struct sample_options *options, const struct sample_progress *progress,
                 struct sample_counts *ret_counts, struct error *err)
{
    if (options->residents < SAMPLE_FEWEST || options->residents > SAMPLE_MOST)
        return error_set(err, ERROR_USAGE,
                         "a sample county has %d to %d residents, not %llu; choose a number between them",
                         SAMPLE_FEWEST, SAMPLE_MOST, (unsigned long long)options->residents);
    struct date as_at = date_known(options->as_at) ? options->as_at : (struct date){2026, 11, 1};
    if (!date_whole(as_at) || !date_valid(as_at) || as_at.year < 1990 || as_at.year > 2090)
        return error_set(err, ERROR_USAGE,
                         "the as-at day is a whole date between 1990 and 2090; write it as 2026-11-01");
    struct date before = as_at;
    before.month = (uint8_t)(as_at.month == 1 ? 12 : as_at.month - 1);
    before.year = (int16_t)(as_at.month == 1 ? as_at.year - 1 : as_at.year);
    before.day = (uint8_t)(as_at.day > 28 ? 28 : as_at.day);

    struct arena *arena = arena_make(0);
    struct sample_counts counts = {0};
    struct county county = {
        .world = world_make(arena, options->seed, options->residents),
        .names = names_make(arena),
        .numbers = nhs_numbers_make(arena, options->seed),
        .residents = options->residents,
        .today = (int32_t)date_days(as_at),
        .month_ago = (int32_t)date_days(before),
    };
    struct job *jobs = arena_array(arena, struct job, WAVE);
    for (unsigned i = 0; i < WAVE; i++)
        job_start(&jobs[i], &county);
    unsigned threads = options->threads ? options->threads : 2;
    if (threads > THREADS_MOST)
        threads = THREADS_MOST;
    struct files files = {0};
    bool good = open_files(options, &county, arena, &files, &counts, err);
    uint32_t blocks = world_blocks(county.world);
    for (uint32_t first = 0; good && first < blocks; first += WAVE) {
        struct crew crew = {.jobs = jobs, .first = first, .count = blocks - first < WAVE ? blocks - first : WAVE};
        run_wave(&crew, threads);
        for (uint32_t i = 0; good && i < crew.count; i++)
            good = write_job(&files, &jobs[i], &counts, err);
        if (good && progress && progress->report)
            progress->report(progress->context, counts.residents, options->residents);
    }
    good = good && write_manifest(options, &county, arena, err);
    for (unsigned i = 0; i < WAVE; i++)
        job_free(&jobs[i]);
    arena_free(arena);
    if (good)
        *ret_counts = counts;
    return good || error_wrap(err, "making the sample county in %.*s", PRINT(options->out));
}
