/* catalogue_current.c: one read of the inotify descriptor a request (a third of a microsecond) says whether anything
 * changed; only then is anything read. Only closed or renamed files count, so a file half written is not looked at. */
#include "web/catalogue_current.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

struct version {
    struct version *next;
    struct arena *arena;
    struct catalogue *catalogue;
    int64_t taken;
};

struct catalogue_current {
    pthread_mutex_t lock;
    const struct log *log;
    char *folder;
    int watch;
    struct version *versions; /* the newest first; older ones only while taken */
};

static const char *const watched[] = {"", "/sources", "/agreements", "/lists", "/link"};

static void watch_folders(struct catalogue_current *current)
{
    for (size_t i = 0; i < countof(watched); i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s%s", current->folder, watched[i]);
        /* A folder that is not there yet is watched once its making was seen in the one above. */
        (void)inotify_add_watch(current->watch, path,
                                IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR);
    }
}

static bool changed(struct catalogue_current *current)
{
    _Alignas(struct inotify_event) char events[4096];
    bool any = false;
    while (current->watch >= 0 && read(current->watch, events, sizeof events) > 0)
        any = true;
    return any;
}

static bool read_version(struct catalogue_current *current, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct version *made = arena_new(arena, struct version);
    made->arena = arena;
    if (!catalogue_read(slice_of(current->folder), arena, &made->catalogue, err)) {
        arena_free(arena);
        return false;
    }
    made->next = current->versions;
    current->versions = made;
    return true;
}

static void drop_old(struct catalogue_current *current)
{
    struct version **at = &current->versions->next;
    while (*at) {
        struct version *old = *at;
        if (old->taken) {
            at = &old->next;
        } else {
            *at = old->next;
            arena_free(old->arena);
        }
    }
}

bool catalogue_current_open(struct slice folder, const struct log *log, struct catalogue_current **ret,
                            struct error *err)
{
    struct catalogue_current *made = calloc(1, sizeof *made);
    must(made != NULL);
    pthread_mutex_init(&made->lock, NULL);
    made->log = log;
    made->folder = strndup(folder.at, folder.len);
    must(made->folder != NULL);
    made->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (made->watch < 0)
        log_line(log, LOG_WARNING, "the county folder cannot be watched; changes need a restart");
    else
        watch_folders(made);
    if (!read_version(made, err)) {
        catalogue_current_close(made);
        return false;
    }
    *ret = made;
    return true;
}

void catalogue_current_close(struct catalogue_current *current)
{
    if (!current)
        return;
    for (struct version *v = current->versions, *next; v; v = next) {
        must(v->taken == 0);
        next = v->next;
        arena_free(v->arena);
    }
    if (current->watch >= 0)
        close(current->watch);
    pthread_mutex_destroy(&current->lock);
    free(current->folder);
    free(current);
}

static const struct catalogue *take(void *context)
{
    struct catalogue_current *current = context;
    struct error err = NO_ERROR;
    pthread_mutex_lock(&current->lock);
    if (changed(current)) {
        watch_folders(current);
        char words[1024];
        if (read_version(current, &err)) {
            log_line(current->log, LOG_INFO, "the county folder changed and was read anew");
            drop_old(current);
        } else {
            error_print(&err, words, sizeof words);
            log_line(current->log, LOG_ERROR,
                     "the county folder changed and does not hold together, the one before stays in force: %s", words);
        }
    }
    current->versions->taken++;
    const struct catalogue *catalogue = current->versions->catalogue;
    pthread_mutex_unlock(&current->lock);
    return catalogue;
}

static void give(void *context, const struct catalogue *catalogue)
{
    struct catalogue_current *current = context;
    pthread_mutex_lock(&current->lock);
    struct version *v = current->versions;
    while (v && v->catalogue != catalogue)
        v = v->next;
    must(v && v->taken > 0);
    v->taken--;
    drop_old(current);
    pthread_mutex_unlock(&current->lock);
}

struct guard_catalogue catalogue_current_accessor(struct catalogue_current *current)
{
    return (struct guard_catalogue){.take = take, .give = give, .context = current};
}
