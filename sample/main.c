/* main.c: a small program around sample_make, for use without the whole of staithe: make_sample RESIDENTS SEED FOLDER
 * [THREADS]. */
#include "sample/sample.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments)
{
    int64_t residents, seed, threads = 0;
    if (count < 4 || count > 5 || !slice_integer(slice_of(arguments[1]), &residents) ||
        !slice_integer(slice_of(arguments[2]), &seed) || residents < 0 ||
        (count == 5 && (!slice_integer(slice_of(arguments[4]), &threads) || threads < 0 || threads > 64))) {
        (void)fprintf(stderr, "usage: make_sample RESIDENTS SEED FOLDER [THREADS]\n");
        return 64;
    }
    struct sample_options options = {.host = host_real(),
                                     .out = slice_of(arguments[3]),
                                     .residents = (uint64_t)residents,
                                     .seed = (uint64_t)seed,
                                     .threads = (unsigned)threads};
    struct sample_counts counts;
    struct error err = NO_ERROR;
    int64_t started = host_monotonic(options.host);
    if (!sample_make(&options, NULL, &counts, &err)) {
        char text[1024];
        error_print(&err, text, sizeof text);
        (void)fprintf(stderr, "%s\n", text);
        return error_exit_status(err.code);
    }
    (void)printf("%llu residents in %llu households and %llu homes; %llu records, %llu rows, %.1f MB in %.2f s\n",
                 (unsigned long long)counts.residents, (unsigned long long)counts.households,
                 (unsigned long long)counts.homes, (unsigned long long)counts.records, (unsigned long long)counts.rows,
                 (double)counts.bytes / 1e6, (double)(host_monotonic(options.host) - started) / 1e9);
    return 0;
}
