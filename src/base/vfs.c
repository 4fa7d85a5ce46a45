/* A file of ours is a small head before the file of SQLite's own unix layer, in one allocation that SQLite makes:
 *
 *     | sqlite3_file · host · path · folder_due | unix's sqlite3_file … |
 *
 * The unix layer syncs the folder of a new journal or WAL inside the first sync of that file, and inside a delete when
 * asked to. Both are announced as changes of their own here, in the same order, so that a fault host's picture of what
 * is durable is the disk's.
 *
 * A map of the file (xFetch) is for reading: SQLite writes by xWrite whether it has one or not, unless it was built
 * with SQLITE_MMAP_READWRITE, which is refused; so no write passes unseen. Shared memory is no change of the disk that
 * counts: it is made anew after a crash. Time and randomness come from the host too. */
#include "base/vfs.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

struct shim_file {
    sqlite3_file base;
    const struct host *host;
    const char *path; /* SQLite's, alive as long as the file; "" for a temporary file */
    bool folder_due;
};

_Static_assert(sizeof(struct shim_file) % 8 == 0, "the file behind the head is aligned");

struct shim {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    const struct host *host;
    char name[40];
};

static struct shim_file *shim_of(sqlite3_file *file)
{
    return (struct shim_file *)(void *)file;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)(void *)(shim_of(file) + 1);
}

static sqlite3_vfs *real_vfs(sqlite3_vfs *vfs)
{
    return ((struct shim *)vfs->pAppData)->real;
}

static const struct host *host_of(sqlite3_vfs *vfs)
{
    return ((struct shim *)vfs->pAppData)->host;
}

/* SQLITE_OK, or what SQLite would say had the disk refused: a full disk by its own name. */
static int announce(const struct host *host, const struct host_change *change, int otherwise)
{
    int refused = host->before ? host->before(host->context, change) : 0;
    if (!refused)
        return SQLITE_OK;
    return refused == ENOSPC || refused == EDQUOT ? SQLITE_FULL : otherwise;
}

static int sync_folder_of(const struct host *host, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    struct host_change change = {.operation = HOST_SYNC_FOLDER, .path = folder[0] ? folder : "/"};
    return announce(host, &change, SQLITE_IOERR_DIR_FSYNC);
}

/* ---- A file ---- */

static int shim_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int shim_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, size, offset);
}

static int shim_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    const struct shim_file *shim = shim_of(file);
    struct host_change change = {
        .operation = HOST_WRITE, .path = shim->path, .offset = (uint64_t)offset, .size = (uint64_t)size, .data = data};
    int refused = announce(shim->host, &change, SQLITE_IOERR_WRITE);
    return refused ? refused : real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    const struct shim_file *shim = shim_of(file);
    struct host_change change = {.operation = HOST_TRUNCATE, .path = shim->path, .size = (uint64_t)size};
    int refused = announce(shim->host, &change, SQLITE_IOERR_TRUNCATE);
    return refused ? refused : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    struct shim_file *shim = shim_of(file);
    int refused =
        announce(shim->host, &(struct host_change){.operation = HOST_SYNC, .path = shim->path}, SQLITE_IOERR_FSYNC);
    if (!refused && shim->folder_due) {
        refused = sync_folder_of(shim->host, shim->path);
        shim->folder_due = refused != SQLITE_OK;
    }
    return refused ? refused : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int shim_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int shim_check_reserved_lock(sqlite3_file *file, int *held)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int shim_file_control(sqlite3_file *file, int operation, void *argument)
{
    /* A hint of the size would let the unix layer grow the file unannounced. */
    if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE)
        return SQLITE_OK;
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int shim_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_device_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shim_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, memory);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_shm_unmap(sqlite3_file *file, int delete_file)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_file);
}

static int shim_fetch(sqlite3_file *file, sqlite3_int64 offset, int size, void **ret)
{
    return real_of(file)->pMethods->xFetch(real_of(file), offset, size, ret);
}

static int shim_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *page)
{
    return real_of(file)->pMethods->xUnfetch(real_of(file), offset, page);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 3,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_file_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_reserved_lock,
    .xFileControl = shim_file_control,
    .xSectorSize = shim_sector_size,
    .xDeviceCharacteristics = shim_device_characteristics,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
    .xFetch = shim_fetch,
    .xUnfetch = shim_unfetch,
};

/* ---- The layer ---- */

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags, int *ret_flags)
{
    struct shim_file *shim = shim_of(file);
    *shim = (struct shim_file){.host = host_of(vfs), .path = path ? path : ""};
    if (flags & (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) {
        struct host_change change = {.operation = HOST_OPEN, .path = shim->path};
        int refused = announce(shim->host, &change, SQLITE_CANTOPEN);
        if (refused)
            return refused;
    }
    memset(real_of(file), 0, (size_t)real_vfs(vfs)->szOsFile);
    int result = real_vfs(vfs)->xOpen(real_vfs(vfs), path, real_of(file), flags, ret_flags);
    if (result != SQLITE_OK)
        return result; /* Without methods SQLite does not close it. */
    must(real_of(file)->pMethods->iVersion >= 3);
    shim->folder_due = path && (flags & SQLITE_OPEN_CREATE) &&
                       (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL));
    shim->base.pMethods = &shim_methods;
    return SQLITE_OK;
}

static int shim_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    struct host_change change = {.operation = HOST_DELETE, .path = path};
    int result = announce(host_of(vfs), &change, SQLITE_IOERR_DELETE);
    if (result)
        return result;
    result = real_vfs(vfs)->xDelete(real_vfs(vfs), path, 0);
    if (result || !sync_folder)
        return result;
    result = sync_folder_of(host_of(vfs), path);
    if (result)
        return result;
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct slice name = slash ? slice_from(path, (size_t)(slash - path)) : S(".");
    must(name.len < sizeof folder);
    /* Announced above, so done here on the real host. */
    struct error ignored;
    return host_sync_folder(host_real(), name.len ? name : S("/"), &ignored) ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

static int shim_access(sqlite3_vfs *vfs, const char *path, int flags, int *result)
{
    return real_vfs(vfs)->xAccess(real_vfs(vfs), path, flags, result);
}

static int shim_full_pathname(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
    return real_vfs(vfs)->xFullPathname(real_vfs(vfs), path, size, out);
}

static int shim_randomness(sqlite3_vfs *vfs, int size, char *out)
{
    host_random(host_of(vfs), out, (size_t)size);
    return size;
}

static int shim_sleep(sqlite3_vfs *vfs, int microseconds)
{
    return real_vfs(vfs)->xSleep(real_vfs(vfs), microseconds);
}

/* Milliseconds since noon of 24 November 4714 BC, as SQLite counts. */
static int shim_current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
    *ret = host_now(host_of(vfs)) + 210866760000000;
    return SQLITE_OK;
}

static int shim_current_time(sqlite3_vfs *vfs, double *ret)
{
    sqlite3_int64 now;
    (void)shim_current_time_int64(vfs, &now);
    *ret = (double)now / 86400000.0;
    return SQLITE_OK;
}

static int shim_get_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    return real_vfs(vfs)->xGetLastError(real_vfs(vfs), size, out);
}

static struct shim *shim_make(const struct host *host, sqlite3_vfs *real)
{
    struct shim *shim = calloc(1, sizeof *shim); /* SQLite's list keeps it to the end of the program. */
    if (!shim)
        return NULL;
    shim->real = real;
    shim->host = host;
    shim->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = (int)sizeof(struct shim_file) + real->szOsFile,
        .mxPathname = real->mxPathname,
        .zName = shim->name,
        .pAppData = shim,
        .xOpen = shim_open,
        .xDelete = shim_delete,
        .xAccess = shim_access,
        .xFullPathname = shim_full_pathname,
        .xRandomness = shim_randomness,
        .xSleep = shim_sleep,
        .xCurrentTime = shim_current_time,
        .xGetLastError = shim_get_last_error,
        .xCurrentTimeInt64 = shim_current_time_int64,
    };
    return shim;
}

bool vfs_register(const struct host *host, const char **ret_name, struct error *err)
{
    must(!sqlite3_compileoption_used("MMAP_READWRITE"));
    if (sqlite3_initialize() != SQLITE_OK)
        return error_set(err, ERROR_STORE, "SQLite does not start; there may be too little memory");
    sqlite3_mutex *mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
    sqlite3_mutex_enter(mutex);
    char name[40];
    (void)snprintf(name, sizeof name, "staithe-%llx", (unsigned long long)(uintptr_t)host);
    const sqlite3_vfs *found = sqlite3_vfs_find(name);
    bool done = found != NULL;
    if (done) {
        *ret_name = found->zName;
    } else {
        sqlite3_vfs *real = sqlite3_vfs_find("unix");
        struct shim *shim = real ? shim_make(host, real) : NULL;
        if (shim) {
            memcpy(shim->name, name, sizeof name);
            done = sqlite3_vfs_register(&shim->vfs, 0) == SQLITE_OK;
        }
        if (done)
            *ret_name = shim->name;
        else
            free(shim);
    }
    sqlite3_mutex_leave(mutex);
    return done || error_set(err, ERROR_STORE, "SQLite's file layer cannot be set up; there may be too little memory");
}
