/* edge_queue.h: the edges of many tasks, done in any order on any thread, one after another in the order of the tasks:
 * in memory, or on disk beyond what the options allow (spill.h). */
#ifndef STAITHE_LINK_EDGE_QUEUE_H
#define STAITHE_LINK_EDGE_QUEUE_H

#include "link/spill.h"

struct edge_queue;

/* `room`: bytes of edges that may be memory. Lives in the arena, as the edges do. */
struct edge_queue *edge_queue_make(const struct link_options *options, uint64_t room, size_t tasks,
                                   struct arena *arena) MUST_USE;
/* The edges of a task, copied, and how many pairs it compared. Any thread; each task once. One that failed takes
 * nothing more. */
void edge_queue_put(struct edge_queue *queue, size_t task, const struct link_edge *edges, size_t count, uint64_t pairs);
bool edge_queue_failed(struct edge_queue *queue);
/* When all tasks are put: the whole. What failed in putting is told here. */
bool edge_queue_end(struct edge_queue *queue, struct link_edges *ret, struct error *err) MUST_USE;

#endif
