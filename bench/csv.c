/* How fast the CSV reader reads: the same rows plain, with every field quoted, as Windows-1252 with a letter beyond
 * ASCII in each row, and as UTF-16.
 *
 *     bench_csv [ROWS] [RUNS]
 *
 * The file lies in memory, so that no disk is measured; processor time, the best of RUNS (5). */
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum shape { PLAIN, QUOTED, WINDOWS, UTF_16, SHAPES };

static const char *const names[SHAPES] = {
    [PLAIN] = "plain", [QUOTED] = "all quoted", [WINDOWS] = "Windows-1252", [UTF_16] = "UTF-16"};

struct memory {
    const char *at;
    size_t size, given;
};

static bool give(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    (void)err;
    struct memory *memory = context;
    size_t left = memory->size - memory->given;
    *ret_read = size < left ? size : left;
    memcpy(out, memory->at + memory->given, *ret_read);
    memory->given += *ret_read;
    return true;
}

static size_t row_text(enum shape shape, unsigned number, char *out, size_t size)
{
    static const char *const form[] = {
        [PLAIN] = "P%07u,999%07u,LARKMERE,OLIVIA GRACE,1956%02u%02u,F,D82%03u,%u MILL ROAD,NR%u 1AB\r\n",
        [QUOTED] = "\"P%07u\",\"999%07u\",\"LARKMERE\",\"OLIVIA GRACE\",\"1956%02u%02u\",\"F\",\"D82%03u\","
                   "\"%u MILL ROAD\",\"NR%u 1AB\"\r\n",
        [WINDOWS] = "P%07u,999%07u,LARKM\xc8RE,OLIVIA GRACE,1956%02u%02u,F,D82%03u,%u MILL ROAD,NR%u 1AB\r\n"};
    return (size_t)snprintf(out, size, form[shape == UTF_16 ? PLAIN : shape], number, number * 7919 % 10000000,
                            number % 12 + 1, number % 28 + 1, number % 120, number % 200 + 1, number % 35 + 1);
}

static struct memory make(enum shape shape, unsigned rows)
{
    struct memory memory = {0};
    char *text = malloc((size_t)rows * 260 + 2);
    must(text);
    if (shape == UTF_16) {
        memcpy(text, "\xff\xfe", 2);
        memory.size = 2;
    }
    for (unsigned i = 0; i < rows; i++) {
        char row[200];
        size_t len = row_text(shape, i, row, sizeof row);
        for (size_t k = 0; k < len; k++) {
            text[memory.size++] = row[k];
            if (shape == UTF_16)
                text[memory.size++] = '\0';
        }
    }
    memory.at = text;
    return memory;
}

static double seconds(void)
{
    struct timespec t;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool read_all(struct memory *memory, size_t *ret_rows, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct csv_reader *reader;
    const struct csv_row *row = NULL;
    memory->given = 0;
    *ret_rows = 0;
    bool good = csv_open(give, memory, NULL, arena, &reader, err) && csv_read(reader, &row, err);
    while (good && row) {
        must(row->count == 9);
        ++*ret_rows;
        good = csv_read(reader, &row, err);
    }
    arena_free(arena);
    return good;
}

int main(int argc, char **argv)
{
    int rows = argc > 1 ? atoi(argv[1]) : 1000000, runs = argc > 2 ? atoi(argv[2]) : 5;
    if (rows < 1 || rows > 10000000 || runs < 1) {
        fprintf(stderr, "bench_csv [ROWS] [RUNS]\n");
        return 64;
    }
    printf("Reading CSV, %d rows, processor time, the best of %d runs\n", rows, runs);
    for (enum shape shape = PLAIN; shape < SHAPES; shape++) {
        struct memory memory = make(shape, (unsigned)rows);
        double best = 0;
        for (int i = 0; i < runs; i++) {
            struct error err = NO_ERROR;
            size_t read;
            double begun = seconds();
            if (!read_all(&memory, &read, &err) || read != (size_t)rows) {
                fprintf(stderr, "%s: %s\n", names[shape], err.text);
                return 1;
            }
            double speed = (double)memory.size / 1e6 / (seconds() - begun);
            best = speed > best ? speed : best;
        }
        printf("  %-14s %6.0f MB/s of %.0f MB\n", names[shape], best, (double)memory.size / 1e6);
        free((void *)(uintptr_t)memory.at);
    }
    return 0;
}
