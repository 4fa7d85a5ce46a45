/* lock.h: one at a time, between threads and programs of one machine.
 *
 * A lock is a file, held by flock(2): the system lets go of it when its holder ends, however it ends, so nothing stale
 * is ever left. Each file_lock is a lock of its own, also within one thread. The file is empty, stays, and means
 * nothing. */
#ifndef STAITHE_BASE_LOCK_H
#define STAITHE_BASE_LOCK_H

#include "base/host.h"

struct file_lock;

/* Takes the lock; its folder must be there. `wait` false: *ret is NULL, and true is returned, when somebody else holds
 * it. Let go of by file_unlock or when the arena ends. */
bool file_lock(struct slice path, bool wait, struct arena *arena, struct file_lock **ret, struct error *err) MUST_USE;
void file_unlock(struct file_lock *lock);

#endif
