/* The work itself is base/threads.c; here is what linking says between its chunks. */
#include "link/threads.h"

struct reporter {
    const struct link_options *options;
    const char *stage;
};

unsigned threads_count(const struct link_options *options)
{
    return threads_meant(options ? options->threads : 0);
}

static bool report_share(void *context, double share)
{
    const struct reporter *reporter = context;
    return reporter->options->progress(reporter->options->context, reporter->stage, share);
}

static bool stopped(const char *stage, struct error *err)
{
    return error_set(err, ERROR_CANCELLED, "linking was stopped while %s", stage);
}

bool threads_may_go_on(const struct link_options *options, const char *stage, double share, struct error *err)
{
    return !options || !options->progress || options->progress(options->context, stage, share) || stopped(stage, err);
}

bool threads_run(const struct link_options *options, const char *stage, size_t chunks,
                 void (*work)(void *context, size_t chunk, unsigned thread), void *context, struct error *err)
{
    struct reporter reporter = {options, stage};
    struct threads_work shared = {.threads = threads_count(options),
                                  .chunks = chunks,
                                  .work = work,
                                  .context = context,
                                  .between = options && options->progress ? report_share : NULL,
                                  .between_context = &reporter};
    return threads_share(&shared) || stopped(stage, err);
}
