/* `staithe events`: what came, and with --follow what comes, until a signal or the time says that it is enough.
 *
 * Following looks every other second whether there is anything; only then it reads, and reading is in the audit. The
 * session is resumed each time and the county folder read anew each minute, so what ends there ends here. */
#include "cli/app.h"
#include "cli/commands.h"

#include "base/json.h"
#include "hub/events.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { EVERY_SECONDS = 2, ROUNDS = 30 }; /* of one opening of the hub */

static void put_event(const struct hub_event *event, bool as_json, struct arena *arena, struct buffer *out)
{
    struct slice at = time_iso(arena, event->at);
    if (!as_json) {
        buffer_format(out, "%lld %.*s person %lld %.*s", (long long)event->id, PRINT(at), (long long)event->entity,
                      PRINT(event->kind));
        if (event->other)
            buffer_format(out, " %lld", (long long)event->other);
        buffer_format(out, " (%.*s)\n", PRINT(event->cause));
        return;
    }
    struct json json = json_to(out);
    json_object(&json);
    json_pair_integer(&json, "id", event->id);
    json_pair_text(&json, "at", at);
    json_pair_text(&json, "kind", event->kind);
    json_pair_integer(&json, "person", event->entity);
    if (event->other)
        json_pair_integer(&json, "other", event->other);
    json_pair_text(&json, "cause", event->cause);
    json_end(&json);
    buffer_add(out, S("\n"));
}

/* Prints what came after *since, at most `limit`, and moves *since on. */
static bool print_events(const struct invocation *invocation, const struct app *app,
                         const struct guard_session *session, int64_t limit, int64_t *since, bool *ret_more,
                         struct error *err)
{
    struct hub_event *events;
    size_t count;
    if (!hub_events(&app->hub, session, *since, (size_t)limit, invocation->arena, &events, &count, ret_more, err))
        return false;
    struct buffer out = buffer_make(invocation->arena);
    for (size_t i = 0; i < count; i++)
        put_event(&events[i], invocation->json, invocation->arena, &out);
    print_out(&out);
    if (fflush(stdout) != 0)
        return error_set(err, ERROR_IO, "nobody reads what is printed any more");
    if (count)
        *since = events[count - 1].id;
    return true;
}

struct following {
    sigset_t stops;
    int64_t limit, since;
    int64_t until; /* host_monotonic; 0: for ever */
    bool over;
};

/* One look; in an arena of its own, as following may last for days. */
static bool look(struct invocation *invocation, struct app *app, struct following *following, struct error *err)
{
    struct invocation own = *invocation;
    struct guard_session *session;
    bool any = false;
    own.arena = arena_make(0);
    bool done = app_session(&own, app, &session, err) &&
                hub_events_any(&app->hub, session, following->since, own.arena, &any, err);
    while (done && any)
        done = print_events(&own, app, session, following->limit, &following->since, &any, err);
    arena_free(own.arena);
    return done;
}

static void rest(const struct invocation *invocation, struct following *following)
{
    struct timespec pause = {EVERY_SECONDS, 0};
    if (following->until) {
        int64_t left = following->until - host_monotonic(invocation->host), most = INT64_C(1000000000) * EVERY_SECONDS;
        left = left < 0 ? 0 : left > most ? most : left;
        pause = (struct timespec){left / 1000000000, left % 1000000000};
    }
    following->over = sigtimedwait(&following->stops, NULL, &pause) >= 0 ||
                      (following->until && host_monotonic(invocation->host) >= following->until);
}

static bool follow(struct invocation *invocation, struct following *following, struct error *err)
{
    bool done = true;
    sigemptyset(&following->stops);
    sigaddset(&following->stops, SIGINT);
    sigaddset(&following->stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &following->stops, NULL);
    while (done && !following->over) {
        struct invocation own = *invocation;
        struct app *app;
        own.arena = arena_make(0);
        done = app_open(&own, false, &app, err);
        for (int round = 0; done && round < ROUNDS && !following->over; round++) {
            done = look(&own, app, following, err);
            if (done)
                rest(invocation, following);
        }
        arena_free(own.arena);
    }
    return done;
}

bool run_events(struct invocation *invocation, struct error *err)
{
    struct following following = {.limit = 1000};
    int64_t seconds = 0;
    struct app *app;
    struct guard_session *session;
    bool more;
    if (!option_integer(invocation, "since", 0, INT64_MAX, &following.since, err) ||
        !option_integer(invocation, "limit", 1, 1000, &following.limit, err) ||
        !option_integer(invocation, "for", 1, INT64_C(100000000), &seconds, err))
        return false;
    if (option_given(invocation, "limit") && option_given(invocation, "follow"))
        return error_set(err, ERROR_USAGE,
                         "--follow prints all that comes, and --limit so many; leave one of the two out");
    if (seconds && !option_given(invocation, "follow"))
        return error_set(err, ERROR_USAGE, "--for says how long --follow follows; give both");
    if (seconds)
        following.until = host_monotonic(invocation->host) + seconds * 1000000000;
    if (option_given(invocation, "follow"))
        return follow(invocation, &following, err);
    if (!app_open(invocation, false, &app, err) || !app_session(invocation, app, &session, err) ||
        !print_events(invocation, app, session, following.limit, &following.since, &more, err))
        return false;
    if (more && !invocation->json)
        (void)printf("There are more: staithe events --since %lld\n", (long long)following.since);
    return true;
}
