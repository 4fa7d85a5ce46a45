#include "cli/commands.h"

#include "link/address_files.h"

bool run_address(struct invocation *invocation, struct error *err)
{
    int64_t threads = 0;
    if (!option_integer(invocation, "threads", 1, 64, &threads, err))
        return false;
    if (!slice_equal(invocation->words[0], S("match")))
        return error_set(err, ERROR_USAGE, "`staithe address` does match, not \"%.*s\"", PRINT(invocation->words[0]));
    struct progress shown = {.invocation = invocation, .stop = stop_watch(invocation->arena)};
    struct buffer out = buffer_make(invocation->arena);
    struct address_files_request request = {
        .host = invocation->host,
        .gazetteer = invocation->words[1],
        .file = invocation->words[2],
        .column = option_text(invocation, "column", ""),
        .postcode = option_text(invocation, "postcode", ""),
        .out = option_text(invocation, "out", ""),
        .json = invocation->json,
        .options = {.threads = (unsigned)threads, .progress = progress_share, .context = &shown}};
    bool matched = address_files(&request, &out, err);
    progress_end(&shown);
    if (matched)
        print_out(&out);
    return matched;
}
