/* The planning engine on generated plans. One line a measure; processor time of this process, best of the repeats.
 *
 *   bench_plan county         a plan of the size of a council's (about 1,000 figures): read and computed; one changed
 *                             given and all that depends on it
 *   bench_plan large [LINES CENTRES]
 *                             1,000 lines × 300 cost centres × 10 years: read, computed, memory; one changed given
 *   bench_plan text           a text of 8 MB: parsed and resolved
 *   bench_plan file FILE FIGURE
 *                             a plan of your own; what depends on this given */
#include "plan/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double megabytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void stop(const struct error *err)
{
    char line[1000];
    error_print(err, line, sizeof line);
    fprintf(stderr, "bench_plan: %s\n", line);
    exit(1);
}

static struct plan_model *load(struct slice text, struct arena *arena)
{
    struct plan_syntax *syntax;
    struct plan_model *model;
    struct error err = NO_ERROR;
    if (!plan_parse_text(host_real(), text, S("bench.plan"), arena, &syntax, &err) ||
        !plan_resolve(host_real(), syntax, arena, &model, &err))
        stop(&err);
    return model;
}

/* Lines that grow, follow one another, round, and take shares: three quarters stay within 128 bits. */
static struct slice generated(size_t lines, size_t centres, size_t detailed, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    buffer_add(&out, S("model bench\nyears 2024-25 to 2033-34\nunit £m print 0.001\nunit % print 0.01\nset centre\n"));
    for (size_t c = 0; c < centres; c++)
        buffer_format(&out, "  c%zu \"Cost centre %zu\"\n", c, c);
    buffer_add(&out, S("given inflation % 2.5 2.5 2.5 2.5 2.5 2.5 2.5 2.5 2.5 2.5\n"));
    for (size_t k = 0; k < lines; k++) {
        buffer_format(&out, "given line-%zu[centre] \"Line %zu\"\n", k, k);
        if (k < detailed)
            for (size_t c = 0; c < centres; c++)
                buffer_format(&out, "  c%zu 2024-25 %zu.%03zu\n", c, c * 7 % 90 + 1, (k * 31 + c * 17) % 1000);
        else
            buffer_format(&out, "  2024-25 %zu.%03zu\n", k * 7 % 90 + 1, k * 31 % 1000);
        buffer_format(&out, "calc line-%zu[centre] from 2025-26 = ", k);
        if (k % 4 == 0)
            buffer_format(&out, "line-%zu' * (1 + inflation)\n", k);
        else if (k % 4 == 1)
            buffer_format(&out, "line-%zu' + line-%zu * 2%%\n", k, k - 1);
        else if (k % 4 == 2)
            buffer_format(&out, "round(line-%zu' * (1 + inflation), 0.001)\n", k);
        else
            buffer_format(&out, "line-%zu' + line-%zu - line-%zu * 1.5%%\n", k, k - 1, k - 2);
    }
    buffer_add(&out, S("calc total-0 = sum line-0\n"));
    for (size_t k = 1; k < lines; k++)
        buffer_format(&out, "calc total-%zu = total-%zu + sum line-%zu\n", k, k - 1, k);
    return buffer_slice(&out);
}

static void changes(const struct plan_model *model, const char *name, int repeats)
{
    struct arena *arena = arena_make(0);
    struct plan_evaluation *ev = plan_evaluate(model, PLAN_NONE, arena);
    plan_cell cell;
    struct error err = NO_ERROR;
    if (!plan_cell_read(model, slice_of(name), &cell, &err))
        stop(&err);
    plan_compute_all(ev);
    double best = 1e9;
    size_t count = 0;
    for (int i = 0; i < repeats; i++) {
        const plan_cell *cells;
        double start = processor_seconds();
        plan_set(ev, cell, number_of(12345 + i, 3));
        count = plan_recompute(ev, &cells);
        double seconds = processor_seconds() - start;
        best = seconds < best ? seconds : best;
    }
    printf("%s changed: %zu figures computed again in %.1f us\n", name, count, best * 1e6);
    arena_free(arena);
}

static void measure(size_t lines, size_t centres, size_t detailed, int repeats)
{
    double best_read = 1e9, best_compute = 1e9;
    size_t values = 0, cells = 0, bytes = 0;
    for (int i = 0; i < repeats; i++) {
        struct arena *arena = arena_make(0), *texts = arena_make(0);
        struct slice text = generated(lines, centres, detailed, texts);
        bytes = text.len;
        double start = processor_seconds();
        struct plan_model *model = load(text, arena);
        double read = processor_seconds();
        struct plan_evaluation *ev = plan_evaluate(model, PLAN_NONE, arena);
        values = plan_compute_all(ev);
        double computed = processor_seconds();
        cells = model->cells;
        best_read = read - start < best_read ? read - start : best_read;
        best_compute = computed - read < best_compute ? computed - read : best_compute;
        if (i + 1 == repeats) {
            printf(
                "%zu figures (%zu with a value), text of %.2f MB: read in %.3f ms, computed in %.3f ms, together %.3f "
                "ms; peak memory %.0f MB\n",
                cells, values, (double)bytes / 1e6, best_read * 1e3, best_compute * 1e3,
                (best_read + best_compute) * 1e3, megabytes());
            changes(model, "line-0[c0]@2024-25", 20);
            changes(model, "inflation@2033-34", 5);
        }
        arena_free(arena);
        arena_free(texts);
    }
}

static void text_of_ten_megabytes(void)
{
    struct arena *arena = arena_make(0);
    struct slice text = generated(20000, 12, 20000, arena);
    double start = processor_seconds();
    struct plan_model *model = load(text, arena);
    printf("a text of %.1f MB, %zu rows, %zu given: read in %.0f ms; peak memory %.0f MB\n", (double)text.len / 1e6,
           model->row_count, model->given_count, (processor_seconds() - start) * 1e3, megabytes());
    arena_free(arena);
}

static void own_plan(const char *path, const char *figure)
{
    double best_read = 1e9, best_compute = 1e9;
    for (int i = 0; i < 50; i++) {
        struct arena *arena = arena_make(0);
        struct plan_model *model;
        struct error err = NO_ERROR;
        double start = processor_seconds();
        if (!plan_load(host_real(), slice_of(path), arena, &model, NULL, &err))
            stop(&err);
        double read = processor_seconds();
        size_t values = plan_compute_all(plan_evaluate(model, PLAN_NONE, arena));
        double computed = processor_seconds();
        best_read = read - start < best_read ? read - start : best_read;
        best_compute = computed - read < best_compute ? computed - read : best_compute;
        if (i == 49) {
            printf("%zu figures (%zu with a value): read in %.3f ms, computed in %.3f ms, together %.3f ms\n",
                   model->cells, values, best_read * 1e3, best_compute * 1e3, (best_read + best_compute) * 1e3);
            changes(model, figure, 50);
        }
        arena_free(arena);
    }
}

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "county") == 0)
        measure(16, 5, 16, 200);
    else if (argc >= 2 && strcmp(argv[1], "large") == 0)
        measure(argc > 2 ? (size_t)atol(argv[2]) : 1000, argc > 3 ? (size_t)atol(argv[3]) : 300, 100, 1);
    else if (argc >= 2 && strcmp(argv[1], "text") == 0)
        text_of_ten_megabytes();
    else if (argc == 4 && strcmp(argv[1], "file") == 0)
        own_plan(argv[2], argv[3]);
    else {
        fprintf(stderr, "usage: %s county | large [LINES CENTRES] | text | file FILE FIGURE\n", argv[0]);
        return 64;
    }
    return 0;
}
