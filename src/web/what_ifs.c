/* One list under one lock, the newest first; a thread that takes the oldest that waits. An entry is counted by its
 * users (requests, the thread, an adoption of it) and freed when it is off the list and nobody uses it. */
#include "web/what_ifs.h"

#include "base/hash.h"
#include "hub/linking.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* Whoever waits holds a worker of the server: when so many do, others are told at once that there is no answer yet. */
enum { WAIT_SECONDS = 2, WAITING_MOST = 3 };
/* The server goes on serving. */
enum { ENGINE_THREADS = 1 };

struct entry {
    struct entry *next;
    struct arena *arena; /* of the entry and its answer */
    struct what_ifs *owner;
    unsigned users;
    bool listed, withdrawn;
    char id[17];
    struct what_if_asker asker;
    enum what_if_progress progress;
    const char *stage;
    double share;
    struct what_if_question question;
    struct hub_what_if *found;
    struct entry *adopted; /* of an adoption: the question; counted */
    struct slice reason;
    struct hub_link_result linked;
    struct error error;
};

struct what_ifs {
    const struct web_options *options;
    pthread_mutex_t lock;
    pthread_cond_t arrived, changed;
    struct entry *first;
    pthread_t thread;
    bool started, ending;
    unsigned waiting;
};

/* ---- Entries; the lock is held ---- */

static void drop(struct entry *entry)
{
    if (!entry || entry->users || entry->listed)
        return;
    struct entry *adopted = entry->adopted;
    arena_free(entry->arena);
    if (adopted) {
        adopted->users--;
        drop(adopted);
    }
}

static void take_off(struct what_ifs *w, struct entry *entry)
{
    struct entry **at = &w->first;
    while (*at && *at != entry)
        at = &(*at)->next;
    if (*at)
        *at = entry->next;
    entry->listed = false;
    entry->withdrawn = true;
    drop(entry);
}

static bool over(const struct entry *entry)
{
    return entry->progress == WHAT_IF_DONE || entry->progress == WHAT_IF_FAILED;
}

/* Of those that are answered the newest are kept. */
static void trim(struct what_ifs *w)
{
    size_t kept = 0;
    for (struct entry *entry = w->first, *next; entry; entry = next) {
        next = entry->next;
        if (over(entry) && ++kept > WHAT_IFS_KEPT)
            take_off(w, entry);
    }
}

static struct entry *find(struct what_ifs *w, int64_t account, struct slice id)
{
    struct entry *entry = w->first;
    while (entry && (entry->asker.account != account || !slice_equal(slice_of(entry->id), id)))
        entry = entry->next;
    return entry;
}

struct entry_use {
    struct what_ifs *owner;
    struct entry *entry;
};

static void end_use(void *handle)
{
    struct entry_use *use = handle;
    pthread_mutex_lock(&use->owner->lock);
    use->entry->users--;
    drop(use->entry);
    pthread_mutex_unlock(&use->owner->lock);
}

static void hand_out(struct what_ifs *w, struct entry *entry, struct arena *arena, struct what_if_state *ret)
{
    struct entry_use *use = arena_new(arena, struct entry_use);
    *use = (struct entry_use){w, entry};
    entry->users++;
    arena_defer(arena, end_use, use);
    bool done = entry->progress == WHAT_IF_DONE;
    *ret = (struct what_if_state){
        .id = entry->id,
        .progress = entry->progress,
        .adopts = entry->adopted != NULL,
        .stage = entry->stage,
        .share = entry->share,
        .question = &entry->question,
        .found = entry->adopted ? entry->adopted->found
                 : done         ? entry->found
                                : NULL,
        .linked = done && entry->adopted ? &entry->linked : NULL,
        .error = entry->progress == WHAT_IF_FAILED ? &entry->error : NULL,
    };
}

/* ---- The thread ---- */

static bool told(void *context, const char *stage, double share)
{
    struct entry *entry = context;
    pthread_mutex_lock(&entry->owner->lock);
    entry->stage = stage;
    entry->share = share;
    bool on = !entry->withdrawn && !entry->owner->ending;
    pthread_mutex_unlock(&entry->owner->lock);
    return on;
}

static bool put_in_force(struct entry *entry, const struct hub *hub, struct arena *arena, struct error *err)
{
    struct guard_session *session;
    struct hub_link_adopt adopt = entry->adopted->found->adopt;
    struct hub_link_options options = {.threads = ENGINE_THREADS,
                                       .index = hub_link_index(entry->owner->options->folder, arena),
                                       .progress = told,
                                       .context = entry,
                                       .adopt = &adopt};
    adopt.reason = entry->reason;
    return guard_system_session(hub->guard, S("linking"), entry->asker.name, entry->asker.place, arena, &session,
                                err) &&
           hub_link(hub, session, &options, entry->arena, &entry->linked, err);
}

static bool work_out(struct entry *entry, struct error *err)
{
    const struct web_options *options = entry->owner->options;
    const struct catalogue *catalogue = options->catalogue.take(options->catalogue.context);
    struct hub hub = {options->host, options->store, options->guard, catalogue};
    struct guard_visit visit = {
        .token = entry->asker.token, .place = entry->asker.place, .client = entry->asker.client};
    struct hub_link_options engine = {.threads = ENGINE_THREADS, .progress = told, .context = entry};
    struct arena *arena = arena_make(0);
    struct guard_session *session;
    bool done =
        guard_resume(options->guard, &visit, arena, &session, err) && guard_needs(session, ABILITY_STEWARD, err) &&
        (entry->adopted ? put_in_force(entry, &hub, arena, err)
                        : hub_what_if(&hub, session, &entry->question, &engine, entry->arena, &entry->found, err));
    arena_free(arena);
    options->catalogue.give(options->catalogue.context, catalogue);
    return done;
}

static struct entry *oldest_that_waits(struct what_ifs *w)
{
    struct entry *oldest = NULL;
    for (struct entry *entry = w->first; entry; entry = entry->next)
        if (entry->progress == WHAT_IF_WAITS)
            oldest = entry;
    return oldest;
}

static void *work(void *argument)
{
    struct what_ifs *w = argument;
    pthread_mutex_lock(&w->lock);
    while (!w->ending) {
        struct entry *entry = oldest_that_waits(w);
        if (!entry) {
            pthread_cond_wait(&w->arrived, &w->lock);
            continue;
        }
        entry->progress = WHAT_IF_WORKS;
        entry->users++;
        pthread_mutex_unlock(&w->lock);
        struct error err = NO_ERROR;
        bool done = work_out(entry, &err);
        pthread_mutex_lock(&w->lock);
        entry->progress = done ? WHAT_IF_DONE : WHAT_IF_FAILED;
        entry->error = err;
        entry->users--;
        drop(entry);
        trim(w);
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- Asking ---- */

static struct what_if_asker copy_of_asker(const struct what_if_asker *asker, struct arena *arena)
{
    return (struct what_if_asker){asker->account, arena_copy(arena, asker->name), arena_copy(arena, asker->token),
                                  arena_copy(arena, asker->client), arena_copy(arena, asker->place)};
}

static struct entry *entry_make(struct what_ifs *w, const struct what_if_asker *asker, struct slice words)
{
    struct arena *arena = arena_make(0);
    struct entry *entry = arena_new(arena, struct entry);
    struct digest digest = hash_sha256(words);
    *entry = (struct entry){.arena = arena, .owner = w, .asker = copy_of_asker(asker, arena)};
    memcpy(entry->id, digest_hex(arena, &digest).at, sizeof entry->id - 1);
    return entry;
}

static bool add(struct what_ifs *w, struct entry *entry, struct error *err)
{
    if (!w->started && pthread_create(&w->thread, NULL, work, w) != 0)
        return error_set(err, ERROR_IO, "there are too many threads on this machine; try again in a moment");
    w->started = true;
    for (struct entry *other = w->first, *next; other; other = next) {
        next = other->next;
        if (other->asker.account == entry->asker.account && !over(other) && !other->adopted)
            take_off(w, other);
    }
    entry->listed = true;
    entry->next = w->first;
    w->first = entry;
    pthread_cond_signal(&w->arrived);
    return true;
}

static void wait_a_little(struct what_ifs *w, const struct entry *entry)
{
    struct timespec until;
    if (w->waiting >= WAITING_MOST)
        return;
    w->waiting++;
    must(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    until.tv_sec += WAIT_SECONDS;
    while (!over(entry) && !w->ending && pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
        ;
    w->waiting--;
}

/* What was asked, of what, and by whom: %a is exact. */
static struct slice name_of(const struct what_if_asker *asker, const struct what_if_question *question,
                            const struct model_in_force *model, struct arena *arena)
{
    const struct link_thresholds *t = &question->thresholds;
    return arena_format(arena, "%" PRId64 " %" PRId64 " %" PRId64 " %a %a %a\n%.*s\n%.*s", asker->account,
                        model->version, model->linked_at, t->join, t->review, t->margin, PRINT(question->specification),
                        PRINT(question->model));
}

bool what_ifs_ask(struct what_ifs *w, const struct what_if_asker *asker, const struct what_if_question *question,
                  const struct model_in_force *model, struct arena *arena, struct what_if_state *ret, struct error *err)
{
    struct entry *entry = entry_make(w, asker, name_of(asker, question, model, arena)), *known;
    entry->question = *question;
    entry->question.specification = arena_copy(entry->arena, question->specification);
    entry->question.specification_of = arena_copy(entry->arena, question->specification_of);
    entry->question.model = arena_copy(entry->arena, question->model);
    entry->question.model_of = arena_copy(entry->arena, question->model_of);
    pthread_mutex_lock(&w->lock);
    known = find(w, asker->account, slice_of(entry->id));
    if (known && known->progress == WHAT_IF_FAILED) { /* tried again */
        take_off(w, known);
        known = NULL;
    }
    bool done = known || add(w, entry, err);
    if (known || !done)
        drop(entry);
    if (done) {
        struct entry *asked = known ? known : entry;
        asked->users++;
        wait_a_little(w, asked);
        hand_out(w, asked, arena, ret);
        asked->users--;
    }
    pthread_mutex_unlock(&w->lock);
    return done;
}

bool what_ifs_known(struct what_ifs *w, const struct what_if_asker *asker, const struct what_if_question *question,
                    const struct model_in_force *model, struct arena *arena, struct what_if_state *ret)
{
    struct entry *named = entry_make(w, asker, name_of(asker, question, model, arena));
    pthread_mutex_lock(&w->lock);
    struct entry *entry = find(w, asker->account, slice_of(named->id));
    drop(named);
    if (entry)
        hand_out(w, entry, arena, ret);
    pthread_mutex_unlock(&w->lock);
    return entry != NULL;
}

bool what_ifs_find(struct what_ifs *w, int64_t account, struct slice id, struct arena *arena, struct what_if_state *ret,
                   struct error *err)
{
    pthread_mutex_lock(&w->lock);
    struct entry *entry = find(w, account, id);
    if (entry) {
        entry->users++;
        wait_a_little(w, entry);
        hand_out(w, entry, arena, ret);
        entry->users--;
    }
    pthread_mutex_unlock(&w->lock);
    return entry || error_set(err, ERROR_NOT_FOUND, "this question is kept no more; ask it again");
}

bool what_ifs_adopt(struct what_ifs *w, const struct what_if_asker *asker, struct slice id, struct slice reason,
                    struct arena *arena, struct what_if_state *ret, struct error *err)
{
    bool done = false;
    pthread_mutex_lock(&w->lock);
    struct entry *asked = find(w, asker->account, id);
    if (!asked) {
        error_set(err, ERROR_NOT_FOUND, "this question is kept no more; ask it again");
    } else if (asked->progress != WHAT_IF_DONE || asked->adopted) {
        error_set(err, ERROR_CONFLICT, "this question is not answered yet; wait for the answer first");
    } else {
        struct entry *entry = entry_make(w, asker, arena_format(arena, "adopt %.*s", PRINT(id)));
        struct entry *before = find(w, asker->account, slice_of(entry->id));
        if (before && !over(before)) { /* pressed twice */
            drop(entry);
            entry = before;
            done = true;
        } else {
            if (before)
                take_off(w, before);
            entry->reason = arena_copy(entry->arena, reason);
            entry->adopted = asked;
            asked->users++;
            done = add(w, entry, err);
            if (!done)
                drop(entry);
        }
        if (done) {
            entry->users++;
            wait_a_little(w, entry);
            hand_out(w, entry, arena, ret);
            entry->users--;
        }
    }
    pthread_mutex_unlock(&w->lock);
    return done;
}

/* ---- Life ---- */

struct what_ifs *what_ifs_make(const struct web_options *options)
{
    pthread_condattr_t attributes;
    struct what_ifs *w = calloc(1, sizeof *w);
    must(w != NULL);
    w->options = options;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->arrived, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return w;
}

void what_ifs_free(struct what_ifs *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->arrived);
    pthread_mutex_unlock(&w->lock);
    if (w->started)
        pthread_join(w->thread, NULL);
    while (w->first)
        take_off(w, w->first);
    pthread_cond_destroy(&w->arrived);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
