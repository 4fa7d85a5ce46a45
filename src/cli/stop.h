/* stop.h: what Ctrl-C does to long work. The first SIGINT or SIGTERM asks it to stop at the next place where nothing is
 * half done: the work's progress callback asks stop_asked. A second one, or ten seconds without an end, ends the
 * program: files are then as after a power cut, the old content or the new.
 *
 * Call stop_watch before the work makes threads, so that they leave the signals to the one that waits for them. */
#ifndef STAITHE_CLI_STOP_H
#define STAITHE_CLI_STOP_H

#include "base/arena.h"

struct stop;
/* Until the arena ends. NULL where the system gives no thread: the signals then do what they always do. */
struct stop *stop_watch(struct arena *arena);
bool stop_asked(const struct stop *stop); /* any thread; NULL: never */

#endif
