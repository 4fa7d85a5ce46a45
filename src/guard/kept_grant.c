/* Grants kept between requests.
 *
 * Compiling one takes a few hundred microseconds, most of it for the names of its rights, and thousands of requests in
 * a row want the same few. One is kept under all that it is made from: the catalogue (by address: the keeper holds it,
 * so that no other can come to lie there), the day, and the agency, role and purpose. When the county folder is read
 * again the address is another, and what was kept for the old one is let go; so nothing can be stale. Each user counts
 * as one, and the last one frees. */
#include "guard/inside.h"

#define MOST_KEPT 128

struct kept_grant {
    struct kept_grant *next;
    struct guard *guard;
    struct arena *arena;
    const struct catalogue *catalogue;
    struct grant_request request;
    const struct grant *grant;
    int users; /* the list itself counts as one */
};

static void let_go(struct kept_grant *kept)
{
    kept->guard->catalogue.give(kept->guard->catalogue.context, kept->catalogue);
    arena_free(kept->arena);
}

static void give_back(void *handle)
{
    struct kept_grant *kept = handle;
    struct guard *guard = kept->guard;
    pthread_mutex_lock(&guard->lock);
    bool last = --kept->users == 0;
    pthread_mutex_unlock(&guard->lock);
    if (last)
        let_go(kept);
}

static bool fits(const struct kept_grant *kept, const struct catalogue *catalogue, const struct grant_request *request)
{
    return kept->catalogue == catalogue && date_compare(kept->request.day, request->day) == 0 &&
           slice_equal(kept->request.purpose, request->purpose) && slice_equal(kept->request.role, request->role) &&
           slice_equal(kept->request.agency, request->agency);
}

/* Takes off the list what is of another catalogue or day, and the oldest past the most; gives those that nobody uses.
 */
static struct kept_grant *prune(struct guard *guard, const struct catalogue *catalogue, struct date day)
{
    struct kept_grant *free_list = NULL, **at = &guard->grants;
    for (int count = 0; *at; count++) {
        struct kept_grant *kept = *at;
        if (count < MOST_KEPT && kept->catalogue == catalogue && date_compare(kept->request.day, day) == 0) {
            at = &kept->next;
            continue;
        }
        *at = kept->next;
        if (--kept->users == 0) {
            kept->next = free_list;
            free_list = kept;
        }
    }
    return free_list;
}

static void let_all_go(struct kept_grant *list)
{
    while (list) {
        struct kept_grant *next = list->next;
        let_go(list);
        list = next;
    }
}

bool kept_grant(struct guard *guard, const struct catalogue *catalogue, const struct grant_request *request,
                struct arena *arena, const struct grant **ret, struct error *err)
{
    pthread_mutex_lock(&guard->lock);
    struct kept_grant *kept = guard->grants;
    while (kept && !fits(kept, catalogue, request))
        kept = kept->next;
    if (kept)
        kept->users++;
    pthread_mutex_unlock(&guard->lock);
    if (!kept) {
        const struct catalogue *held = guard->catalogue.take(guard->catalogue.context);
        struct arena *own = arena_make(0);
        const struct grant_request copy = {arena_copy(own, request->agency), arena_copy(own, request->role),
                                           arena_copy(own, request->purpose), request->day};
        const struct grant *grant;
        /* (The folder may have been read again since the session took its catalogue: then this one is for the session
         * alone.) */
        if (held != catalogue || !grant_compile(catalogue, &copy, own, &grant, err)) {
            guard->catalogue.give(guard->catalogue.context, held);
            arena_free(own);
            return held != catalogue && grant_compile(catalogue, request, arena, ret, err);
        }
        kept = arena_new(own, struct kept_grant);
        *kept = (struct kept_grant){NULL, guard, own, catalogue, copy, grant, 2};
        pthread_mutex_lock(&guard->lock);
        struct kept_grant *old = prune(guard, catalogue, request->day);
        kept->next = guard->grants;
        guard->grants = kept;
        pthread_mutex_unlock(&guard->lock);
        let_all_go(old);
    }
    arena_defer(arena, give_back, kept);
    *ret = kept->grant;
    return true;
}

void kept_grants_end(struct guard *guard)
{
    struct kept_grant *list = guard->grants;
    guard->grants = NULL;
    for (struct kept_grant *kept = list; kept; kept = kept->next)
        must(kept->users == 1); /* all sessions have ended */
    let_all_go(list);
}
