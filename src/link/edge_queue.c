/* edge_queue.c: threads take the tasks in their order, so few are ever done before their turn: those wait aside. */
#include "link/edge_queue.h"

#include <pthread.h>

struct put_task {
    bool done;
    size_t count;
    struct link_edge *edges; /* NULL: none */
};

struct edge_queue {
    pthread_mutex_t lock;
    struct arena *arena; /* of what waits */
    struct spill *spill;
    struct put_task *tasks;
    size_t next, task_count;
    size_t count;
    uint64_t pairs;
    bool failed;
    struct error err;
};

struct edge_queue *edge_queue_make(const struct link_options *options, uint64_t room, size_t tasks, struct arena *arena)
{
    struct edge_queue *queue = arena_new(arena, struct edge_queue);
    must(pthread_mutex_init(&queue->lock, NULL) == 0);
    queue->arena = arena_child(arena);
    queue->spill = spill_make(options, room, arena);
    queue->tasks = arena_array(queue->arena, struct put_task, tasks + 1);
    queue->task_count = tasks;
    return queue;
}

static void take(struct edge_queue *queue, const struct link_edge *edges, size_t count)
{
    queue->failed |= !spill_add(queue->spill, edges, count * sizeof *edges, &queue->err);
    queue->count += count;
    queue->next++;
}

static void take_waiting(struct edge_queue *queue)
{
    while (!queue->failed && queue->next < queue->task_count && queue->tasks[queue->next].done) {
        const struct put_task *task = &queue->tasks[queue->next];
        struct link_edge *edges = task->edges;
        take(queue, edges, task->count);
        if (edges)
            arena_give_back(queue->arena, edges);
    }
}

void edge_queue_put(struct edge_queue *queue, size_t task, const struct link_edge *edges, size_t count, uint64_t pairs)
{
    must(pthread_mutex_lock(&queue->lock) == 0);
    queue->pairs += pairs;
    if (task == queue->next && !queue->failed) {
        take(queue, edges, count);
        take_waiting(queue);
    } else if (!queue->failed) {
        struct put_task *waiting = &queue->tasks[task];
        *waiting = (struct put_task){.done = true, .count = count};
        if (count > 0) {
            waiting->edges = arena_large(queue->arena, count * sizeof *edges);
            memcpy(waiting->edges, edges, count * sizeof *edges);
        }
    }
    must(pthread_mutex_unlock(&queue->lock) == 0);
}

bool edge_queue_failed(struct edge_queue *queue)
{
    must(pthread_mutex_lock(&queue->lock) == 0);
    bool failed = queue->failed;
    must(pthread_mutex_unlock(&queue->lock) == 0);
    return failed;
}

bool edge_queue_end(struct edge_queue *queue, struct link_edges *ret, struct error *err)
{
    const void *edges = NULL;
    if (queue->failed) {
        *err = queue->err;
        return false;
    }
    must(queue->next == queue->task_count);
    if (!spill_end(queue->spill, &edges, err))
        return false;
    *ret = (struct link_edges){
        .edges = (struct link_edge *)(uintptr_t)edges, .count = queue->count, .pairs = queue->pairs};
    if (spill_on_disk(queue->spill))
        ret->spill = queue->spill;
    return true;
}
