/* A list of a few, newest use first, under one lock; counted users, as of grants (guard/kept_grant.c). */
#include "lists/kept.h"

#include <pthread.h>
#include <stdlib.h>

struct kept_list {
    struct kept_list *next;
    struct kept_lists *home;
    struct kept_key key;
    struct worked *worked; /* everything here lies in its arena */
    size_t bytes;
    int users; /* the keeper itself counts as one */
};

struct kept_lists {
    pthread_mutex_t lock;
    struct kept_list *first;
};

struct kept_lists *kept_lists_make(void)
{
    struct kept_lists *kept = calloc(1, sizeof *kept);
    must(kept);
    must(pthread_mutex_init(&kept->lock, NULL) == 0);
    return kept;
}

void kept_lists_free(struct kept_lists *kept)
{
    if (!kept)
        return;
    for (struct kept_list *list = kept->first, *next; list; list = next) {
        next = list->next;
        must(list->users == 1);
        arena_free(list->worked->arena);
    }
    pthread_mutex_destroy(&kept->lock);
    free(kept);
}

static void give_back(void *handle)
{
    struct kept_list *list = handle;
    pthread_mutex_lock(&list->home->lock);
    bool last = --list->users == 0;
    pthread_mutex_unlock(&list->home->lock);
    if (last)
        arena_free(list->worked->arena);
}

const struct worked *kept_lists_find(struct kept_lists *kept, const struct kept_key *key, struct arena *arena)
{
    if (!kept)
        return NULL;
    pthread_mutex_lock(&kept->lock);
    struct kept_list **at = &kept->first, *found;
    while (*at && !(slice_equal((*at)->key.what, key->what) && slice_equal((*at)->key.state, key->state)))
        at = &(*at)->next;
    found = *at;
    if (found) {
        found->users++;
        *at = found->next;
        found->next = kept->first;
        kept->first = found;
    }
    pthread_mutex_unlock(&kept->lock);
    if (!found)
        return NULL;
    arena_defer(arena, give_back, found);
    return found->worked;
}

/* Takes off the list what is older than `list`, or past the bounds, and gives those that nobody uses. */
static struct kept_list *prune(struct kept_lists *kept, const struct kept_list *newest)
{
    struct kept_list *unused = NULL, **at = &kept->first;
    size_t bytes = 0;
    for (int count = 0; *at;) {
        struct kept_list *list = *at;
        bool stays = list == newest || (!slice_equal(list->key.what, newest->key.what) && count < KEPT_LISTS_MOST &&
                                        bytes + list->bytes <= KEPT_LISTS_BYTES);
        if (stays) {
            bytes += list->bytes;
            count++;
            at = &list->next;
            continue;
        }
        *at = list->next;
        if (--list->users == 0) {
            list->next = unused;
            unused = list;
        }
    }
    return unused;
}

static void free_worked(void *handle)
{
    arena_free(handle);
}

void kept_lists_add(struct kept_lists *kept, const struct kept_key *key, struct worked *worked, struct arena *arena)
{
    size_t bytes = arena_used(worked->arena);
    if (!kept || bytes > KEPT_LISTS_BYTES) {
        arena_defer(arena, free_worked, worked->arena);
        return;
    }
    struct kept_list *list = arena_new(worked->arena, struct kept_list);
    *list = (struct kept_list){.home = kept,
                               .key = {arena_copy(worked->arena, key->what), arena_copy(worked->arena, key->state)},
                               .worked = worked,
                               .bytes = bytes,
                               .users = 2};
    pthread_mutex_lock(&kept->lock);
    list->next = kept->first;
    kept->first = list;
    struct kept_list *unused = prune(kept, list);
    pthread_mutex_unlock(&kept->lock);
    while (unused) {
        struct kept_list *next = unused->next;
        arena_free(unused->worked->arena);
        unused = next;
    }
    arena_defer(arena, give_back, list);
}
