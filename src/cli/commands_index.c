#include "cli/commands.h"

#include "link/index_files.h"

static bool read_deed(const struct invocation *invocation, enum index_deed *ret, struct error *err)
{
    static const struct slice words[] = {
        [INDEX_BUILD] = S_INIT("build"), [INDEX_ADD] = S_INIT("add"),     [INDEX_REMOVE] = S_INIT("remove"),
        [INDEX_FIND] = S_INIT("find"),   [INDEX_CHECK] = S_INIT("check"), [INDEX_COMPACT] = S_INIT("compact")};
    for (size_t i = 0; i < countof(words); i++)
        if (slice_equal(invocation->words[0], words[i])) {
            *ret = (enum index_deed)i;
            return true;
        }
    return error_set(err, ERROR_USAGE, "`staithe index` does build, add, remove, find, check and compact, not \"%.*s\"",
                     PRINT(invocation->words[0]));
}

/* What would be left out of account without a word. */
static bool options_fit(const struct invocation *invocation, enum index_deed deed, struct error *err)
{
    static const char *const build[] = {"model", NULL}, *const find[] = {"least", "most", NULL},
                             *const remove[] = {"erase", NULL};
    if ((deed != INDEX_BUILD &&
         !options_absent(invocation, build, "is of `staithe index build`: a built index keeps its model", err)) ||
        (deed != INDEX_FIND && !options_absent(invocation, find, "is of `staithe index find`; leave it out", err)) ||
        (deed != INDEX_REMOVE && !options_absent(invocation, remove,
                                                 "is of `staithe index remove`; `staithe index compact` takes out of "
                                                 "the files what was removed before",
                                                 err)))
        return false;
    if ((deed == INDEX_CHECK || deed == INDEX_COMPACT) && invocation->word_count > 2)
        return error_set(err, ERROR_USAGE, "`staithe index %.*s` takes a folder alone, not \"%.*s\" too",
                         PRINT(invocation->words[0]), PRINT(invocation->words[2]));
    if (deed == INDEX_ADD && invocation->word_count < 3)
        return error_set(err, ERROR_USAGE, "say what to add: staithe index add FOLDER FILE…");
    return true;
}

bool run_index(struct invocation *invocation, struct error *err)
{
    int64_t threads = 0, least = 0, most = 10;
    bool sound = true;
    struct progress shown = {.invocation = invocation, .stop = stop_watch(invocation->arena)};
    struct buffer out = buffer_make(invocation->arena);
    struct index_files_request request = {.host = invocation->host,
                                          .folder = invocation->words[1],
                                          .words = invocation->words + 2,
                                          .word_count = invocation->word_count - 2,
                                          .model = option_text(invocation, "model", ""),
                                          .erase = option_given(invocation, "erase"),
                                          .json = invocation->json};
    if (!read_deed(invocation, &request.deed, err) || !options_fit(invocation, request.deed, err) ||
        !option_integer(invocation, "threads", 1, 64, &threads, err) ||
        !option_integer(invocation, "least", -100, 200, &least, err) ||
        !option_integer(invocation, "most", 1, 100000, &most, err))
        return false;
    request.least = (double)least;
    request.most = (size_t)most;
    request.options =
        (struct link_options){.threads = (unsigned)threads, .progress = progress_share, .context = &shown};
    bool done = index_files(&request, &out, &sound, err);
    progress_end(&shown);
    if (done)
        print_out(&out);
    if (!sound)
        invocation->exit_status = 65;
    return done;
}
