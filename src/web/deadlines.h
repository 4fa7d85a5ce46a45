/* deadlines.h: the instant at which each connection is ended, whatever it does.
 *
 * libmicrohttpd's own timeout counts silence only: a client that sends a byte a second holds its connection for ever.
 * Here each connection carries an absolute deadline, moved on by stage (head, body, sending); one thread looks four
 * times a second and resets the sockets that are past theirs. It sleeps while there is no connection.
 *
 * Threads: any; a deadline belongs to one connection. The lock is held while a connection is taken off, before its
 * socket is closed, so that a number that was closed and given out again is never hit. */
#ifndef STAITHE_WEB_DEADLINES_H
#define STAITHE_WEB_DEADLINES_H

#include "base/host.h"

struct deadlines;
struct deadline;

/* Starts the watching thread; the host outlives it. */
struct deadlines *deadlines_make(const struct host *host) MUST_USE;
/* Stops it. Every connection must have been removed. NULL is fine. */
void deadlines_free(struct deadlines *deadlines);
/* A connection on this socket, to be ended after so many milliseconds. */
struct deadline *deadlines_add(struct deadlines *deadlines, int fd, int64_t milliseconds) MUST_USE;
/* Before the socket is closed. */
void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline);
/* From now; below 0: none for the time being. */
void deadline_set(struct deadlines *deadlines, struct deadline *deadline, int64_t milliseconds);

#endif
