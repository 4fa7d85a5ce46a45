/* The real host, and files on any host.
 *
 * A file keeps its own position beside the kernel's, because a change is announced with its offset before it happens.
 * Writes in sequence go by write(2), not pwrite(2), so that a pipe works too. O_APPEND and O_TRUNC are not used: the
 * cutting is a change of its own that a fault host must see, and with O_APPEND the offset would be the kernel's secret.
 *
 * fdatasync is enough for a file: it covers the size. New names are made durable by syncing their folder. */
#include "base/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAGIC 0x46494c45u
/* One read(2) or write(2) moves at most this; Linux itself stops a little below 2 GiB. */
#define LARGEST_STEP ((size_t)1 << 30)

struct host_file {
    uint32_t magic;
    int fd;
    const struct host *host;
    struct arena *arena;
    const char *path;
    uint64_t position;
};

static int64_t real_now(void *context)
{
    (void)context;
    struct timespec t;
    must(clock_gettime(CLOCK_REALTIME, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t real_monotonic(void *context)
{
    (void)context;
    struct timespec t;
    must(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void real_random(void *context, void *out, size_t size)
{
    (void)context;
    char *at = out;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0) {
            must(errno == EINTR);
            continue;
        }
        at += got;
        size -= (size_t)got;
    }
}

const struct host *host_real(void)
{
    static const struct host real = {.now = real_now, .monotonic = real_monotonic, .random = real_random};
    return &real;
}

int64_t host_now(const struct host *host)
{
    return host->now(host->context);
}

int64_t host_monotonic(const struct host *host)
{
    return host->monotonic(host->context);
}

void host_random(const struct host *host, void *out, size_t size)
{
    host->random(host->context, out, size);
}

static int announce(const struct host *host, const struct host_change *change)
{
    return host->before ? host->before(host->context, change) : 0;
}

/* A path as the system wants it; in out, which holds PATH_MAX bytes. */
static bool system_path(struct slice path, char out[PATH_MAX], struct error *err)
{
    if (path.len == 0)
        return error_set(err, ERROR_INPUT, "the path of a file is empty; give it a name");
    if (path.len >= PATH_MAX || memchr(path.at, '\0', path.len))
        return error_set(err, ERROR_INPUT, "the path %.*s… is no path of a file; it is too long or holds a NUL byte",
                         (int)(path.len > 60 ? 60 : path.len), path.at);
    memcpy(out, path.at, path.len);
    out[path.len] = '\0';
    return true;
}

static void close_file(void *handle)
{
    struct host_file *file = handle;
    must(file->magic == FILE_MAGIC);
    file->magic = 0;
    if (file->fd > STDERR_FILENO)
        (void)close(file->fd);
    file->fd = -1;
}

static struct host_file *file_make(const struct host *host, int fd, const char *path, struct arena *arena)
{
    struct host_file *file = arena_new(arena, struct host_file);
    *file = (struct host_file){FILE_MAGIC, fd, host, arena, arena_cstr(arena, slice_of(path)), 0};
    arena_defer(arena, close_file, file);
    return file;
}

static int open_again(const char *path, int flags)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);
    while (fd < 0 && errno == EINTR);
    return fd;
}

bool host_open(const struct host *host, struct slice path, enum host_open_mode mode, struct arena *arena,
               struct host_file **ret, struct error *err)
{
    static const int flags[] = {
        [HOST_READ] = O_RDONLY,
        [HOST_CREATE] = O_WRONLY | O_CREAT | O_EXCL,
        [HOST_OVERWRITE] = O_WRONLY | O_CREAT,
        [HOST_APPEND] = O_WRONLY | O_CREAT,
        [HOST_UPDATE] = O_RDWR,
    };
    char name[PATH_MAX];
    if (!system_path(path, name, err))
        return false;
    if (mode == HOST_READ && slice_equal(path, S("-"))) {
        *ret = file_make(host, STDIN_FILENO, "standard input", arena);
        return true;
    }
    if (mode != HOST_READ) {
        int refused = announce(host, &(struct host_change){.operation = HOST_OPEN, .path = name});
        if (refused)
            return error_from_errno(err, refused, "opening %s for writing", name);
    }
    int fd = open_again(name, flags[mode]);
    if (fd < 0)
        return error_from_errno(err, errno, "opening %s", name);
    struct stat found;
    int failed = fstat(fd, &found) == 0 ? 0 : errno;
    if (!failed && S_ISDIR(found.st_mode))
        failed = EISDIR;
    uint64_t position = 0;
    if (!failed && mode == HOST_OVERWRITE && S_ISREG(found.st_mode) && found.st_size > 0) {
        failed = announce(host, &(struct host_change){.operation = HOST_TRUNCATE, .path = name});
        if (!failed && ftruncate(fd, 0) != 0)
            failed = errno;
    }
    if (!failed && mode == HOST_APPEND && S_ISREG(found.st_mode)) {
        off_t end = lseek(fd, 0, SEEK_END);
        if (end < 0)
            failed = errno;
        else
            position = (uint64_t)end;
    }
    if (failed) {
        (void)close(fd);
        return error_from_errno(err, failed, "opening %s", name);
    }
    *ret = file_make(host, fd, name, arena);
    (*ret)->position = position;
    return true;
}

static int open_nameless(const char *folder, const char *name)
{
    int fd = open_again(folder, O_RDWR | O_TMPFILE);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    fd = open_again(name, O_RDWR | O_CREAT | O_EXCL); /* a file system that knows none of that kind */
    if (fd >= 0)
        (void)unlink(name);
    return fd;
}

bool host_open_nameless(const struct host *host, struct slice folder, struct arena *arena, struct host_file **ret,
                        struct error *err)
{
    char path[PATH_MAX];
    if (!system_path(folder, path, err))
        return false;
    uint64_t random;
    host_random(host, &random, sizeof random);
    struct slice name = arena_format(arena, "%s/staithe-%016llx", path, (unsigned long long)random);
    int failed = announce(host, &(struct host_change){.operation = HOST_OPEN, .path = name.at});
    int fd = failed ? -1 : open_nameless(path, name.at);
    if (fd < 0)
        return error_from_errno(err, failed ? failed : errno, "making a temporary file in %s", path);
    *ret = file_make(host, fd, name.at, arena);
    return true;
}

struct map {
    void *at;
    size_t size;
};

static void map_end(void *handle)
{
    struct map *map = handle;
    must(munmap(map->at, map->size) == 0);
}

bool host_map(struct host_file *file, uint64_t size, const void **ret, struct error *err)
{
    must(file->magic == FILE_MAGIC && size > 0);
    void *at = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, file->fd, 0);
    if (at == MAP_FAILED)
        return error_from_errno(err, errno, "mapping %s", file->path);
    (void)madvise(at, (size_t)size, MADV_RANDOM);
    struct map *map = arena_new(file->arena, struct map);
    *map = (struct map){at, (size_t)size};
    arena_defer(file->arena, map_end, map);
    *ret = at;
    return true;
}

void host_map_rest(const void *map, uint64_t size)
{
    (void)madvise((void *)(uintptr_t)map, (size_t)size, MADV_DONTNEED);
}

void host_close(struct host_file *file)
{
    must(file->magic == FILE_MAGIC);
    arena_undefer(file->arena, file);
    close_file(file);
}

bool host_read(struct host_file *file, void *out, size_t size, size_t *ret_read, struct error *err)
{
    must(file->magic == FILE_MAGIC);
    ssize_t got;
    do
        got = read(file->fd, out, size < LARGEST_STEP ? size : LARGEST_STEP);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_from_errno(err, errno, "reading %s", file->path);
    file->position += (uint64_t)got;
    *ret_read = (size_t)got;
    return true;
}

bool host_read_at(struct host_file *file, uint64_t offset, void *out, size_t size, size_t *ret_read, struct error *err)
{
    must(file->magic == FILE_MAGIC);
    if (offset > INT64_MAX) {
        *ret_read = 0;
        return true;
    }
    ssize_t got;
    do
        got = pread(file->fd, out, size < LARGEST_STEP ? size : LARGEST_STEP, (off_t)offset);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_from_errno(err, errno, "reading %s at byte %llu", file->path, (unsigned long long)offset);
    *ret_read = (size_t)got;
    return true;
}

static bool write_all(struct host_file *file, bool in_sequence, uint64_t offset, const void *data, size_t size,
                      struct error *err)
{
    must(file->magic == FILE_MAGIC);
    if (size == 0)
        return true;
    struct host_change change = {
        .operation = HOST_WRITE, .path = file->path, .offset = offset, .size = size, .data = data};
    int refused = announce(file->host, &change);
    if (refused)
        return error_from_errno(err, refused, "writing %s", file->path);
    const char *at = data;
    while (size > 0) {
        size_t step = size < LARGEST_STEP ? size : LARGEST_STEP;
        ssize_t done = in_sequence ? write(file->fd, at, step) : pwrite(file->fd, at, step, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return error_from_errno(err, errno, "writing %s", file->path);
        at += done;
        offset += (uint64_t)done;
        size -= (size_t)done;
        if (in_sequence)
            file->position = offset;
    }
    return true;
}

bool host_write(struct host_file *file, const void *data, size_t size, struct error *err)
{
    return write_all(file, true, file->position, data, size, err);
}

bool host_write_at(struct host_file *file, uint64_t offset, const void *data, size_t size, struct error *err)
{
    if (offset > INT64_MAX || size > (uint64_t)INT64_MAX - offset)
        return error_set(err, ERROR_INPUT, "byte %llu lies past the end of any file", (unsigned long long)offset);
    return write_all(file, false, offset, data, size, err);
}

bool host_cut(struct host_file *file, uint64_t size, struct error *err)
{
    must(file->magic == FILE_MAGIC);
    struct host_change change = {.operation = HOST_TRUNCATE, .path = file->path, .size = size};
    int failed = announce(file->host, &change);
    if (!failed && ftruncate(file->fd, (off_t)size) != 0)
        failed = errno;
    return failed ? error_from_errno(err, failed, "cutting %s", file->path) : true;
}

bool host_sync(struct host_file *file, struct error *err)
{
    must(file->magic == FILE_MAGIC);
    int refused = announce(file->host, &(struct host_change){.operation = HOST_SYNC, .path = file->path});
    if (refused)
        return error_from_errno(err, refused, "making %s durable", file->path);
    if (fdatasync(file->fd) != 0)
        return error_from_errno(err, errno, "making %s durable", file->path);
    return true;
}

bool host_hold(struct host_file *file, bool *ret_held, struct error *err)
{
    must(file->magic == FILE_MAGIC);
    struct stat found;
    int done;
    while ((done = flock(file->fd, LOCK_EX | LOCK_NB)) != 0 && errno == EINTR)
        ;
    if (done != 0 && errno != EWOULDBLOCK)
        return error_from_errno(err, errno, "holding %s", file->path);
    if (done == 0 && fstat(file->fd, &found) != 0)
        return error_from_errno(err, errno, "looking at %s", file->path);
    *ret_held = done == 0 && found.st_nlink > 0;
    return true;
}

bool host_file_size(struct host_file *file, uint64_t *ret_size, struct error *err)
{
    must(file->magic == FILE_MAGIC);
    struct stat found;
    if (fstat(file->fd, &found) != 0)
        return error_from_errno(err, errno, "looking at %s", file->path);
    *ret_size = (uint64_t)found.st_size;
    return true;
}

bool host_read_file(const struct host *host, struct slice path, uint64_t limit, struct arena *arena,
                    struct slice *ret_text, struct error *err)
{
    if (host->read_file)
        return host->read_file(host->context, path, limit, arena, ret_text, err);
    struct arena *scratch = arena_make(0);
    struct host_file *file;
    bool done = false;
    if (!host_open(host, path, HOST_READ, scratch, &file, err))
        goto out;
    /* The size is only a first guess: standard input has none, and a file may grow under us. */
    uint64_t size = 0;
    if (!host_file_size(file, &size, err))
        goto out;
    if (size > limit) {
        error_set(err, ERROR_TOO_BIG, "%s is of %llu bytes and at most %llu are read; give a smaller file", file->path,
                  (unsigned long long)size, (unsigned long long)limit);
        goto out;
    }
    size_t capacity = (size_t)size + 1 > 4096 ? (size_t)size + 1 : 4096, used = 0, got;
    char *text = arena_alloc(arena, 1, capacity, 1);
    do {
        if (used == capacity - 1) {
            char *larger = arena_alloc(arena, 2, capacity, 1);
            memcpy(larger, text, used);
            text = larger;
            capacity *= 2;
        }
        if (!host_read(file, text + used, capacity - 1 - used, &got, err))
            goto out;
        used += got;
        if (used > limit) {
            error_set(err, ERROR_TOO_BIG,
                      "%s holds more than the %llu bytes that are read at most; give a smaller file", file->path,
                      (unsigned long long)limit);
            goto out;
        }
    } while (got > 0);
    *ret_text = slice_from(text, used);
    done = true;
out:
    arena_free(scratch);
    return done;
}

struct slice host_folder_of(struct slice path)
{
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    while (path.len > 0 && path.at[path.len - 1] != '/')
        path.len--;
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    return path.len ? path : S(".");
}

static bool write_parts(struct host_file *file, host_next_part *next, void *context, struct error *err)
{
    struct slice part;
    while (next(context, &part, err)) {
        if (part.len == 0)
            return true;
        if (!host_write(file, part.at, part.len, err))
            return false;
    }
    return false;
}

/* Where symbolic links lead to, whether there is anything or not. */
static bool led_to(struct slice path, char target[PATH_MAX], struct error *err)
{
    char link[PATH_MAX];
    struct stat found;
    if (!system_path(path, target, err))
        return false;
    for (int links = 0; lstat(target, &found) == 0 && S_ISLNK(found.st_mode); links++) {
        ssize_t length = readlink(target, link, sizeof link - 1);
        size_t folder = 0;
        if (links == 40 || length <= 0)
            return error_set(err, ERROR_INPUT, "%.*s is a link that leads nowhere; name the file", PRINT(path));
        link[length] = 0;
        for (folder = link[0] == '/' ? 0 : strlen(target); folder > 0 && target[folder - 1] != '/'; folder--)
            ;
        if (folder + (size_t)length + 1 > PATH_MAX)
            return error_set(err, ERROR_INPUT, "%.*s leads to a name that is too long; name the file", PRINT(path));
        memcpy(target + folder, link, (size_t)length + 1);
    }
    return true;
}

/* Nothing to rename over: a device that was replaced by a file would be gone for everybody. */
static bool write_into(const struct host *host, struct slice path, host_next_part *next, void *context,
                       struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct host_file *file;
    bool done = host_open(host, path, HOST_OVERWRITE, scratch, &file, err) && write_parts(file, next, context, err);
    arena_free(scratch);
    return done;
}

bool host_write_parts(const struct host *host, struct slice path, host_next_part *next, void *context,
                      struct error *err)
{
    char target[PATH_MAX];
    if (host_is_stream(path))
        return write_into(host, path, next, context, err);
    if (!led_to(path, target, err))
        return false;
    path = slice_of(target);
    struct arena *scratch = arena_make(0);
    uint64_t random;
    host_random(host, &random, sizeof random);
    /* In the same folder, since a rename works within one file system only. */
    struct slice beside = arena_format(scratch, "%.*s.new-%016llx", PRINT(path), (unsigned long long)random);
    struct host_file *file;
    bool done = false;
    if (!host_open(host, beside, HOST_CREATE, scratch, &file, err))
        goto out;
    if (!write_parts(file, next, context, err) || !host_sync(file, err) || !host_rename(host, beside, path, err)) {
        struct error ignored; /* The first fault is the one to tell. */
        (void)!host_delete(host, beside, &ignored);
        goto out;
    }
    done = host_sync_folder(host, host_folder_of(path), err);
out:
    arena_free(scratch);
    return done;
}

static bool whole_text(void *context, struct slice *ret_part, struct error *err)
{
    struct slice *left = context;
    (void)err;
    *ret_part = *left;
    *left = NO_SLICE;
    return true;
}

bool host_write_file(const struct host *host, struct slice path, struct slice text, struct error *err)
{
    return host_write_parts(host, path, whole_text, &text, err);
}

bool host_rename(const struct host *host, struct slice from, struct slice to, struct error *err)
{
    char old[PATH_MAX], new[PATH_MAX];
    if (!system_path(from, old, err) || !system_path(to, new, err))
        return false;
    int failed = announce(host, &(struct host_change){.operation = HOST_RENAME, .path = old, .other = new});
    if (!failed && rename(old, new) != 0)
        failed = errno;
    return failed ? error_from_errno(err, failed, "renaming %s to %s", old, new) : true;
}

bool host_delete(const struct host *host, struct slice path, struct error *err)
{
    char name[PATH_MAX];
    if (!system_path(path, name, err))
        return false;
    int failed = announce(host, &(struct host_change){.operation = HOST_DELETE, .path = name});
    if (!failed && unlink(name) != 0)
        failed = errno;
    return failed ? error_from_errno(err, failed, "deleting %s", name) : true;
}

bool host_exists(struct slice path)
{
    struct error ignored;
    char name[PATH_MAX];
    return system_path(path, name, &ignored) && access(name, F_OK) == 0;
}

bool host_is_stream(struct slice path)
{
    struct error ignored;
    char name[PATH_MAX];
    struct stat found;
    return system_path(path, name, &ignored) && stat(name, &found) == 0 && !S_ISREG(found.st_mode) &&
           !S_ISDIR(found.st_mode);
}

/* The file's own place and number, or its folder's and the name it would have there. */
static bool place_of(struct slice path, struct arena *arena, struct stat *ret, struct slice *ret_name)
{
    struct error ignored;
    char name[PATH_MAX];
    char *target = arena_array(arena, char, PATH_MAX);
    *ret_name = NO_SLICE;
    if (system_path(path, name, &ignored) && stat(name, ret) == 0)
        return true;
    if (!led_to(path, target, &ignored))
        return false;
    path = slice_of(target);
    if (!system_path(host_folder_of(path), name, &ignored) || stat(name, ret) != 0)
        return false;
    size_t from = path.len;
    while (from > 0 && path.at[from - 1] != '/')
        from--;
    *ret_name = slice_part(path, from, path.len);
    return true;
}

bool host_same_file(struct slice a, struct slice b)
{
    struct stat one, two;
    struct slice name_one, name_two;
    struct arena *scratch = arena_make(0);
    bool same = place_of(a, scratch, &one, &name_one) && place_of(b, scratch, &two, &name_two) &&
                one.st_dev == two.st_dev && one.st_ino == two.st_ino && slice_equal(name_one, name_two);
    arena_free(scratch);
    return same;
}

bool host_may_write(struct slice path, struct error *err)
{
    char name[PATH_MAX], target[PATH_MAX];
    struct stat found;
    if (host_is_stream(path))
        return system_path(path, name, err) &&
               (access(name, W_OK) == 0 || error_from_errno(err, errno, "writing %s", name));
    if (!led_to(path, target, err))
        return false;
    size_t len = strlen(target);
    if ((len > 0 && target[len - 1] == '/') || (stat(target, &found) == 0 && S_ISDIR(found.st_mode)))
        return error_set(err, ERROR_INPUT, "%.*s cannot be written: it is a folder; name a file in it", PRINT(path));
    if (!system_path(host_folder_of(slice_of(target)), name, err))
        return false;
    if (access(name, F_OK) != 0)
        return error_set(err, ERROR_NOT_FOUND, "%.*s cannot be written: there is no folder %s; make it first",
                         PRINT(path), name);
    return access(name, W_OK | X_OK) == 0 ||
           error_set(err, ERROR_IO, "%.*s cannot be written: you may not write in the folder %s; choose another",
                     PRINT(path), name);
}

bool host_sync_folder(const struct host *host, struct slice path, struct error *err)
{
    char name[PATH_MAX];
    if (!system_path(path, name, err))
        return false;
    int failed = announce(host, &(struct host_change){.operation = HOST_SYNC_FOLDER, .path = name});
    if (!failed) {
        int fd = open_again(name, O_RDONLY | O_DIRECTORY);
        if (fd < 0 || fsync(fd) != 0)
            failed = errno;
        if (fd >= 0)
            (void)close(fd);
    }
    return failed ? error_from_errno(err, failed, "making the folder %s durable", name) : true;
}

bool host_make_folder(const struct host *host, struct slice path, struct error *err)
{
    char name[PATH_MAX];
    if (!system_path(path, name, err))
        return false;
    struct stat found;
    if (stat(name, &found) == 0) {
        if (S_ISDIR(found.st_mode))
            return true;
        return error_set(err, ERROR_CONFLICT,
                         "%s is a file where a folder is wanted; move it away or choose another name", name);
    }
    struct slice parent = host_folder_of(path);
    /* The parent of "/" is "/", of "." is ".": both are there. Anything else has a shorter parent, so this ends. */
    if (parent.len < path.len && !host_make_folder(host, parent, err))
        return false;
    int failed = announce(host, &(struct host_change){.operation = HOST_MAKE_FOLDER, .path = name});
    if (!failed && mkdir(name, 0700) != 0 && errno != EEXIST)
        failed = errno;
    if (failed)
        return error_from_errno(err, failed, "making the folder %s", name);
    return host_sync_folder(host, parent, err);
}

static int by_bytes(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

bool host_list_folder(struct slice path, struct arena *arena, struct slice **ret_names, size_t *ret_count,
                      struct error *err)
{
    char name[PATH_MAX];
    if (!system_path(path, name, err))
        return false;
    DIR *folder = opendir(name);
    if (!folder)
        return error_from_errno(err, errno, "looking into the folder %s", name);
    struct slice *names = NULL;
    size_t count = 0, capacity = 0;
    const struct dirent *entry;
    for (errno = 0; (entry = readdir(folder)); errno = 0) {
        struct slice found = slice_of(entry->d_name);
        if (slice_equal(found, S(".")) || slice_equal(found, S("..")))
            continue;
        ARENA_GROW(arena, names, count, capacity);
        names[count++] = arena_copy(arena, found);
    }
    int failed = errno;
    (void)closedir(folder);
    if (failed)
        return error_from_errno(err, failed, "looking into the folder %s", name);
    array_sort(names, count, sizeof *names, by_bytes);
    *ret_names = names;
    *ret_count = count;
    return true;
}
