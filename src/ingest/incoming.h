/* incoming.h: a file that is still being received: made, and out of the way again whatever happens.
 *
 * Such a file lies in a folder below the data folder, is called incoming- and 32 random hexadecimal digits, is of mode
 * 0600, and is held (host_hold) by the program that fills it for as long as that program wants it. So a sweep, by any
 * program at any time, takes away exactly those whose program has ended, and never one of a program that still runs: a
 * server and a command may work side by side.
 *
 * Two things come in this way: what the keeper writes into kept/ (sealed already: also what `staithe land SOURCE -`
 * reads from standard input, which goes straight into the keeper), and the files of web forms, in uploads/. Those lie
 * there as they were sent, since the library of HTTP pushes a body while the keeper pulls, and the form's token, which
 * says whether its file may be kept at all, may come after the file. They live as long as their request, and the next
 * start of the server sweeps what a killed one left.
 *
 * One belongs to the arena that it was made in, and to one thread at a time. */
#ifndef STAITHE_INGEST_INCOMING_H
#define STAITHE_INGEST_INCOMING_H

#include "base/host.h"

struct incoming {
    struct host_file *file; /* open for writing */
    struct slice path;
    const struct host *host;
    struct arena *arena;
    bool there; /* it is still incoming: neither dropped nor become something */
};

/* The folder must be there. Dropped when the arena ends, unless it became something before. */
bool incoming_make(const struct host *host, struct slice folder, struct arena *arena, struct incoming **ret,
                   struct error *err) MUST_USE;
/* Syncs it, gives it the name `path` in its own folder, over what is called so, and syncs the folder: when it returns
 * true the file outlives a power cut. After a failure it is still incoming, or has its new name but perhaps not
 * durably. */
bool incoming_become(struct incoming *incoming, struct slice path, struct error *err) MUST_USE;
/* Deletes it and closes it. After a failure it is closed, and left to the next sweep. */
bool incoming_drop(struct incoming *incoming, struct error *err) MUST_USE;

/* Deletes what programs that have ended left behind in the folder. */
bool incoming_sweep(const struct host *host, struct slice folder, struct error *err) MUST_USE;

#endif
