/* lock.c: flock(2), which belongs to the open file and not to the process, so that two threads of a server exclude each
 * other too. The host table is not asked: a lock changes nothing on the disk. */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct file_lock {
    int fd;
    struct arena *arena;
};

static void let_go(void *handle)
{
    struct file_lock *lock = handle;
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}

void file_unlock(struct file_lock *lock)
{
    if (!lock)
        return;
    arena_undefer(lock->arena, lock);
    let_go(lock);
}

bool file_lock(struct slice path, bool wait, struct arena *arena, struct file_lock **ret, struct error *err)
{
    int fd = open(arena_cstr(arena, path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_from_errno(err, errno, "opening the lock %.*s", PRINT(path));
    int done;
    while ((done = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB))) != 0 && errno == EINTR)
        ;
    int why = errno;
    if (done != 0) {
        close(fd);
        if (why != EWOULDBLOCK)
            return error_from_errno(err, why, "taking the lock %.*s", PRINT(path));
        *ret = NULL;
        return true;
    }
    struct file_lock *lock = arena_new(arena, struct file_lock);
    *lock = (struct file_lock){fd, arena};
    arena_defer(arena, let_go, lock);
    *ret = lock;
    return true;
}
