/* memory_plan.h: what a linking takes of memory, reckoned from what it is made of before it is taken, and what of it
 * goes to disk where options.memory is less.
 *
 * In this order: edges; then the blocks' arrays, rule by rule; then the texts' codes as they stood in the files, which
 * only explanations ask for. What cannot go anywhere is the records in their plain form with their words, and what
 * clustering holds of each. Reckoned by the data alone, not by what the process happens to hold. */
#ifndef STAITHE_LINK_MEMORY_PLAN_H
#define STAITHE_LINK_MEMORY_PLAN_H

#include "link/block.h"

struct memory_plan {
    uint64_t table;      /* the records, their words, and what each thread needs */
    uint64_t raw;        /* of the table: codes as they stood in the files */
    uint64_t blocks;     /* all rules' */
    uint64_t making;     /* for a while: making one rule's, or putting the records in order */
    uint64_t learning;   /* for a while, too */
    uint64_t clustering; /* and writing */
};
void memory_plan_make(const struct link_records *records, const struct link_options *options, struct memory_plan *ret);
/* With everything in memory, at the most; and with all that can be on disk. `edges`: bytes of them. */
uint64_t memory_needed(const struct memory_plan *plan, uint64_t edges);
uint64_t memory_least(const struct memory_plan *plan);

/* What the options make of it. */
bool memory_spills_blocks(const struct link_records *records, const struct link_options *options);
bool memory_spills_raw(const struct link_records *records, const struct link_options *options);
uint64_t memory_for_edges(const struct blocks *blocks, const struct link_options *options);

/* What is left for tables of value pairs, on all threads together; however little, learning begins with a table of some
 * megabytes, which is counted with the threads. */
uint64_t memory_for_learning(const struct link_records *records, const struct link_options *options);

/* What is left for the working of one component that is too great for a thread's tables, beside edges of so many bytes.
 */
uint64_t memory_for_component(const struct link_records *records, uint64_t edges, const struct link_options *options);

/* A room of so many bytes (UINT64_MAX: no bounds) that threads take parts of and give back. Who asks for more than is
 * left waits for the others, so nobody may ask who holds a part already. Lives in the arena. */
struct memory_room;
struct memory_room *memory_room_make(uint64_t bytes, struct arena *arena);
uint64_t memory_room_whole(const struct memory_room *room);
/* What was taken: so many bytes, or the whole room where that is less. */
uint64_t memory_room_take(struct memory_room *room, uint64_t bytes);
void memory_room_give(struct memory_room *room, uint64_t bytes);

/* Refuses what has no room even so (ERROR_TOO_BIG), with what it needs. While files are read: for so large a part of
 * all of them; once all are read, `part` is 1. */
bool memory_suffices(const struct link_records *records, const struct link_options *options, double part,
                     struct error *err) MUST_USE;

#endif
