/* link_files: runs link_files() alone, for measuring: link_files SPEC FILE… [--truth COLUMN] [--clusters OUT] [--pairs
 * OUT]
 * [--threads N] [--seed N] [--model FILE] [--save-model FILE] [--json] [--print]. */
#include "link/link_files.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct arena *arena = arena_make(0);
    struct slice *files = arena_array(arena, struct slice, (size_t)argc + 1);
    struct link_files_request request = {.host = host_real(), .files = files};
    const struct {
        const char *name;
        struct slice *text;
    } texts[] = {{"--truth", &request.truth},
                 {"--clusters", &request.clusters},
                 {"--pairs", &request.pairs},
                 {"--model", &request.model},
                 {"--save-model", &request.save_model}};
    for (int i = 1; i < argc; i++) {
        struct slice word = slice_of(argv[i]), value = i + 1 < argc ? slice_of(argv[i + 1]) : NO_SLICE;
        int64_t number = 0;
        bool known = false;
        for (size_t t = 0; t < countof(texts); t++)
            if (slice_equal(word, slice_of(texts[t].name))) {
                *texts[t].text = value;
                known = true;
                i++;
            }
        if (known)
            continue;
        if (slice_equal(word, S("--json")))
            request.json = true;
        else if (slice_equal(word, S("--print")))
            request.print_specification = true;
        else if (slice_equal(word, S("--threads")) && slice_integer(value, &number) && i++)
            request.options.threads = (unsigned)number;
        else if (slice_equal(word, S("--seed")) && slice_integer(value, &number) && i++)
            request.options.seed = (uint64_t)number;
        else if (slice_empty(request.specification))
            request.specification = word;
        else
            files[request.file_count++] = word;
    }
    struct buffer out = buffer_make(arena);
    struct error err = NO_ERROR;
    int status = 0;
    if (link_files(&request, &out, &err)) {
        (void)fwrite(out.at, 1, out.len, stdout);
    } else {
        char text[900];
        error_print(&err, text, sizeof text);
        (void)fprintf(stderr, "%s\n", text);
        status = error_exit_status(err.code);
    }
    arena_free(arena);
    return status;
}
