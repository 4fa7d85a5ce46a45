/* texts.h: the files that a plan is made of, as the engine reads them: remembered as they are read, so that they can be
 * frozen; or given back from a frozen version in the place of the disk.
 *
 * The engine sees names relative to the folder of the county's plans ("norfolk.plan", "data/base.csv"): so no path of a
 * machine stands in what it says. Lives in its arena; one thread. */
#ifndef STAITHE_PLANS_TEXTS_H
#define STAITHE_PLANS_TEXTS_H

#include "base/hash.h"
#include "base/host.h"

struct plan_text {
    struct slice file, body;
};

struct texts {
    struct host host;        /* what is handed to the engine; its context is this struct */
    const struct host *disk; /* NULL: frozen, nothing else is there */
    struct slice folder;     /* of the county's plans */
    struct arena *arena;
    struct plan_text *items; /* in the order of reading, each once */
    size_t count, capacity;
};

/* A file's name for people: without the "./" that the engine puts before what is included. */
struct slice texts_name(struct slice file);
struct texts *texts_of_folder(const struct host *disk, struct slice folder, struct arena *arena);
struct texts *texts_frozen(const struct plan_text *items, size_t count, struct arena *arena);
/* Whether all files on the disk still are what was read. Those of a frozen version are. */
bool texts_unchanged(const struct texts *texts);
/* Over names and texts in their order, `first` (of no file) before them. */
struct digest texts_digest(const struct texts *texts, struct slice first);

#endif
