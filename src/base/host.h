/* host.h: everything that comes from outside the program: time, randomness, the disk.
 *
 * One `struct host` is made in main and handed down. A test, a fuzzer or a fault injector is another host: it may fix
 * the clock, seed the randomness, and it sees every change of the disk *before* it happens (`before`), where it may
 * refuse it with an errno value. All files of the program, and SQLite's through the VFS shim (vfs.h), go this way; so
 * "fail the n-th write" and "lose what was not synced" are enumerations in a test, not luck.
 *
 * host_real() is shared and immutable; its functions may be called from any thread. */
#ifndef STAITHE_BASE_HOST_H
#define STAITHE_BASE_HOST_H

#include "base/arena.h"
#include "base/error.h"

enum host_operation {
    HOST_OPEN,     /* a file is created or opened for writing */
    HOST_WRITE,    /* data[0..size) is written at offset */
    HOST_TRUNCATE, /* the file is cut or grown to size */
    HOST_SYNC,     /* what was written to the file becomes durable */
    HOST_SYNC_FOLDER,
    HOST_RENAME, /* path becomes other */
    HOST_DELETE,
    HOST_MAKE_FOLDER,
};

struct host_change {
    enum host_operation operation;
    const char *path, *other;
    uint64_t offset, size;
    const void *data;
};

struct host {
    void *context;
    /* Milliseconds since 1970-01-01 UTC; may jump. */
    int64_t (*now)(void *context);
    /* Nanoseconds that never go back. */
    int64_t (*monotonic)(void *context);
    /* Fills with random bytes fit for keys. */
    void (*random)(void *context, void *out, size_t size);
    /* Told before each change of the disk; 0 lets it happen, an errno value makes it fail so. NULL: all happen. */
    int (*before)(void *context, const struct host_change *change);
    /* Does the whole of host_read_file, for texts that lie elsewhere than on the disk; NULL: the disk is read. */
    bool (*read_file)(void *context, struct slice path, uint64_t limit, struct arena *arena, struct slice *ret_text,
                      struct error *err);
};

const struct host *host_real(void);

int64_t host_now(const struct host *host);
int64_t host_monotonic(const struct host *host);
void host_random(const struct host *host, void *out, size_t size);

/* ---- Files, in the manner of POSIX; paths are NUL-terminated and relative to the working folder. ---- */

struct host_file;

enum host_open_mode {
    HOST_READ,      /* "-" is standard input */
    HOST_CREATE,    /* for writing, mode 0600; fails if it is there */
    HOST_OVERWRITE, /* for writing, cut to nothing (HOST_OPEN, then HOST_TRUNCATE), made if absent */
    HOST_APPEND,    /* for writing at the end, made if absent */
    HOST_UPDATE,    /* for reading and writing in place; must be there */
};

/* Opens; the file is closed when the arena ends, or before by host_close. */
bool host_open(const struct host *host, struct slice path, enum host_open_mode mode, struct arena *arena,
               struct host_file **ret, struct error *err) MUST_USE;
void host_close(struct host_file *file);
/* A file in this folder that has no name, for reading and writing, mode 0600: it is gone when it is closed and when the
 * program ends, however that is. */
bool host_open_nameless(const struct host *host, struct slice folder, struct arena *arena, struct host_file **ret,
                        struct error *err) MUST_USE;
/* The first size bytes of a file as memory, to be read until the file's arena ends, also after the file is closed.
 * Pages that were read count as the process's own until host_map_rest lets them go; they are read again when wanted. */
bool host_map(struct host_file *file, uint64_t size, const void **ret, struct error *err) MUST_USE;
void host_map_rest(const void *map, uint64_t size);
/* Up to size bytes; *ret_read is 0 at the end only. */
bool host_read(struct host_file *file, void *out, size_t size, size_t *ret_read, struct error *err) MUST_USE;
bool host_read_at(struct host_file *file, uint64_t offset, void *out, size_t size, size_t *ret_read,
                  struct error *err) MUST_USE;
/* All of data or an error. */
bool host_write(struct host_file *file, const void *data, size_t size, struct error *err) MUST_USE;
bool host_write_at(struct host_file *file, uint64_t offset, const void *data, size_t size, struct error *err) MUST_USE;
/* Cuts a file that was opened for writing. */
bool host_cut(struct host_file *file, uint64_t size, struct error *err) MUST_USE;
/* Makes what was written durable. After a failure the file's state is unknown: never try again as if fine. */
bool host_sync(struct host_file *file, struct error *err) MUST_USE;
/* Takes the file for this program (flock(2)) until it is closed, without waiting. *ret_held is false when another
 * holds it, or when it has no name any more. Changes nothing on the disk. */
bool host_hold(struct host_file *file, bool *ret_held, struct error *err) MUST_USE;
bool host_file_size(struct host_file *file, uint64_t *ret_size, struct error *err) MUST_USE;

/* The whole file, refused with ERROR_TOO_BIG past limit bytes. "-" is standard input. */
bool host_read_file(const struct host *host, struct slice path, uint64_t limit, struct arena *arena,
                    struct slice *ret_text, struct error *err) MUST_USE;
/* Writes beside, syncs, renames over, syncs the folder: the old content or the new, never a mixture. A symbolic link
 * stays and leads to the new content; a pipe, a terminal or a device is written into, and never replaced. */
bool host_write_file(const struct host *host, struct slice path, struct slice text, struct error *err) MUST_USE;
/* The same from parts, one after the other until one is empty: for what is too much to be held at once. What `next`
 * refuses leaves the old content. */
typedef bool host_next_part(void *context, struct slice *ret_part, struct error *err);
bool host_write_parts(const struct host *host, struct slice path, host_next_part *next, void *context,
                      struct error *err) MUST_USE;
bool host_rename(const struct host *host, struct slice from, struct slice to, struct error *err) MUST_USE;
bool host_delete(const struct host *host, struct slice path, struct error *err) MUST_USE;
bool host_exists(struct slice path);
/* Whether a path leads to a pipe or the like, which gives what it holds only once, to whoever opens it first. */
bool host_is_stream(struct slice path);
/* Whether two paths lead to one file, or would when it is made. */
bool host_same_file(struct slice a, struct slice b);
/* Says what keeps host_write_file from writing there, before there is anything to write: no folder, no right to write
 * in it, a folder of that name. Changes nothing. */
bool host_may_write(struct slice path, struct error *err) MUST_USE;
/* The folder that a path lies in, as a part of it; "." when it names none. */
struct slice host_folder_of(struct slice path);
/* With its parents, mode 0700, each made durable in its own parent; it is no error when it is there. */
bool host_make_folder(const struct host *host, struct slice path, struct error *err) MUST_USE;
bool host_sync_folder(const struct host *host, struct slice path, struct error *err) MUST_USE;
/* Names in the folder in byte order, without "." and "..". */
bool host_list_folder(struct slice path, struct arena *arena, struct slice **ret_names, size_t *ret_count,
                      struct error *err) MUST_USE;

#endif
