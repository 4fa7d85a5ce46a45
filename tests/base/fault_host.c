/* Two pictures are kept: inodes (content, and the pending changes to it) and names (the durable ones, the live ones,
 * and the pending steps from the one to the other, in order). A sync of a file empties its pending list into its
 * content; a sync of a folder applies the pending steps of that folder to the durable names.
 *
 * before() is told of an opening before it succeeds, so whether a new file came to be is looked up at the next event.
 */
#include "base/fault_host.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct change {
    uint64_t offset, size;
    char *data; /* NULL: a truncation to size */
};

struct inode {
    struct inode *older; /* list of all, for the end */
    bool folder;
    char *content;
    uint64_t size;
    struct change *changes;
    size_t count, capacity;
};

struct name {
    char *path;
    struct inode *inode;
};

struct names {
    struct name *items;
    size_t count, capacity;
};

enum step_kind { STEP_MAKE, STEP_DELETE, STEP_RENAME };

struct step {
    enum step_kind kind;
    char *path, *other;
    struct inode *inode;
};

struct fault_host {
    struct host table;
    pthread_mutex_t lock;
    char root[PATH_MAX];
    struct inode *inodes;
    struct names durable, live;
    struct step *steps;
    size_t step_count, step_capacity;
    bool unsure; /* the last step made a file that may not have come to be */
    uint64_t changes, strike_at;
    int strike_errno;
    bool stopping, struck;
    int64_t clock;
    uint64_t seed;
    char last[PATH_MAX + 100];
};

static void *grown(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? *capacity * 2 : 16;
    array = realloc(array, *capacity * size);
    must(array != NULL);
    return array;
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    must(copy != NULL);
    return copy;
}

static struct inode *inode_make(struct fault_host *f, bool folder)
{
    struct inode *inode = calloc(1, sizeof *inode);
    must(inode != NULL);
    inode->folder = folder;
    inode->older = f->inodes;
    f->inodes = inode;
    return inode;
}

static struct name *names_find(const struct names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].path, path) == 0)
            return &names->items[i];
    return NULL;
}

static void names_remove(struct names *names, const char *path)
{
    struct name *found = names_find(names, path);
    if (!found)
        return;
    free(found->path);
    *found = names->items[--names->count];
}

static void names_put(struct names *names, const char *path, struct inode *inode)
{
    names_remove(names, path);
    names->items = grown(names->items, names->count, &names->capacity, sizeof *names->items);
    names->items[names->count++] = (struct name){copy_of(path), inode};
}

/* A folder's rename takes what is in it along. */
static void names_move(struct names *names, const char *from, const char *to)
{
    struct name *found = names_find(names, from);
    if (!found)
        return;
    struct inode *inode = found->inode;
    names_remove(names, from);
    names_put(names, to, inode);
    size_t len = strlen(from);
    for (size_t i = 0; i < names->count && inode->folder; i++) {
        char *path = names->items[i].path;
        if (strncmp(path, from, len) != 0 || path[len] != '/')
            continue;
        char moved[2 * PATH_MAX];
        (void)snprintf(moved, sizeof moved, "%s%s", to, path + len);
        free(path);
        names->items[i].path = copy_of(moved);
    }
}

static void step_apply(struct names *names, const struct step *step)
{
    switch (step->kind) {
    case STEP_MAKE:
        names_put(names, step->path, step->inode);
        break;
    case STEP_DELETE:
        names_remove(names, step->path);
        break;
    case STEP_RENAME:
        names_move(names, step->path, step->other);
        break;
    }
}

static void step_add(struct fault_host *f, enum step_kind kind, const char *path, const char *other,
                     struct inode *inode)
{
    f->steps = grown(f->steps, f->step_count, &f->step_capacity, sizeof *f->steps);
    f->steps[f->step_count] = (struct step){kind, copy_of(path), other ? copy_of(other) : NULL, inode};
    step_apply(&f->live, &f->steps[f->step_count++]);
}

static void step_drop(struct fault_host *f, size_t i)
{
    free(f->steps[i].path);
    free(f->steps[i].other);
    memmove(&f->steps[i], &f->steps[i + 1], (f->step_count - i - 1) * sizeof *f->steps);
    f->step_count--;
}

/* A file that was to be made, but whose opening failed, is forgotten. */
static void settle(struct fault_host *f)
{
    if (!f->unsure)
        return;
    f->unsure = false;
    const struct step *step = &f->steps[f->step_count - 1];
    if (access(step->path, F_OK) == 0)
        return;
    names_remove(&f->live, step->path);
    step_drop(f, f->step_count - 1);
}

static bool below_root(const struct fault_host *f, const char *path)
{
    size_t len = strlen(f->root);
    return strncmp(path, f->root, len) == 0 && path[len] == '/';
}

/* The absolute path; the folder is resolved, the last part need not be there. */
static void resolve(const char *path, char out[PATH_MAX])
{
    char parent[PATH_MAX], real[PATH_MAX];
    if (realpath(path, out))
        return;
    const char *slash = strrchr(path, '/');
    (void)snprintf(parent, sizeof parent, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1,
                   slash ? path : ".");
    if (!realpath(parent, real)) {
        (void)snprintf(out, PATH_MAX, "%s", path);
        return;
    }
    const char *last = slash ? slash + 1 : path;
    must(strlen(real) + strlen(last) + 2 <= PATH_MAX);
    memcpy(out, real, strlen(real) + 1);
    strcat(out, "/");
    strcat(out, last);
}

/* ---- Content ---- */

static void content_write(struct inode *inode, uint64_t offset, const char *data, uint64_t size)
{
    uint64_t end = offset + size;
    if (end > inode->size) {
        inode->content = realloc(inode->content, end + 1);
        must(inode->content != NULL);
        memset(inode->content + inode->size, 0, end - inode->size);
        inode->size = end;
    }
    if (size)
        memcpy(inode->content + offset, data, size);
}

static void change_apply(struct inode *inode, const struct change *change)
{
    if (change->data)
        content_write(inode, change->offset, change->data, change->size);
    else if (change->size < inode->size)
        inode->size = change->size;
    else
        content_write(inode, change->size, NULL, 0);
}

static void changes_drop(struct inode *inode)
{
    for (size_t i = 0; i < inode->count; i++)
        free(inode->changes[i].data);
    inode->count = 0;
}

static void change_add(struct inode *inode, const struct host_change *told)
{
    inode->changes = grown(inode->changes, inode->count, &inode->capacity, sizeof *inode->changes);
    struct change change = {.offset = told->offset, .size = told->size};
    if (told->operation == HOST_WRITE) {
        change.data = malloc(told->size + 1);
        must(change.data != NULL);
        memcpy(change.data, told->data, told->size);
    }
    inode->changes[inode->count++] = change;
}

/* ---- The host table ---- */

static void describe(struct fault_host *f, const struct host_change *c)
{
    unsigned long long size = c->size, offset = c->offset;
    switch (c->operation) {
    case HOST_OPEN:
        (void)snprintf(f->last, sizeof f->last, "open %s", c->path);
        break;
    case HOST_WRITE:
        (void)snprintf(f->last, sizeof f->last, "write %llu bytes at %llu of %s", size, offset, c->path);
        break;
    case HOST_TRUNCATE:
        (void)snprintf(f->last, sizeof f->last, "cut %s to %llu bytes", c->path, size);
        break;
    case HOST_SYNC:
        (void)snprintf(f->last, sizeof f->last, "sync %s", c->path);
        break;
    case HOST_SYNC_FOLDER:
        (void)snprintf(f->last, sizeof f->last, "sync the folder %s", c->path);
        break;
    case HOST_RENAME:
        (void)snprintf(f->last, sizeof f->last, "rename %.2000s to %.2000s", c->path, c->other);
        break;
    case HOST_DELETE:
        (void)snprintf(f->last, sizeof f->last, "delete %s", c->path);
        break;
    case HOST_MAKE_FOLDER:
        (void)snprintf(f->last, sizeof f->last, "make the folder %s", c->path);
        break;
    }
}

static void sync_folder(struct fault_host *f, const char *folder)
{
    size_t len = strlen(folder);
    for (size_t i = 0; i < f->step_count;) {
        const struct step *step = &f->steps[i];
        const char *path = step->kind == STEP_RENAME ? step->other : step->path;
        if (strncmp(path, folder, len) == 0 && path[len] == '/' && !strchr(path + len + 1, '/')) {
            step_apply(&f->durable, step);
            step_drop(f, i);
        } else {
            i++;
        }
    }
}

static void record(struct fault_host *f, const struct host_change *c)
{
    char path[PATH_MAX], other[PATH_MAX];
    if (!c->path[0])
        return;
    resolve(c->path, path);
    if (c->operation == HOST_SYNC_FOLDER) {
        sync_folder(f, path);
        return;
    }
    if (c->operation == HOST_RENAME) {
        resolve(c->other, other);
        must(below_root(f, path) == below_root(f, other));
        if (names_find(&f->live, path))
            step_add(f, STEP_RENAME, path, other, NULL);
        return;
    }
    if (!below_root(f, path))
        return;
    const struct name *name = names_find(&f->live, path);
    switch (c->operation) {
    case HOST_OPEN:
        if (!name) {
            step_add(f, STEP_MAKE, path, NULL, inode_make(f, false));
            f->unsure = true;
        }
        break;
    case HOST_WRITE:
    case HOST_TRUNCATE:
        must(name != NULL); /* Every file is opened before it is written. */
        change_add(name->inode, c);
        break;
    case HOST_SYNC:
        must(name != NULL);
        for (size_t i = 0; i < name->inode->count; i++)
            change_apply(name->inode, &name->inode->changes[i]);
        changes_drop(name->inode);
        break;
    case HOST_DELETE:
        if (name)
            step_add(f, STEP_DELETE, path, NULL, NULL);
        break;
    case HOST_MAKE_FOLDER:
        if (!name)
            step_add(f, STEP_MAKE, path, NULL, inode_make(f, true));
        break;
    case HOST_SYNC_FOLDER:
    case HOST_RENAME:
        break;
    }
}

static int before(void *context, const struct host_change *change)
{
    struct fault_host *f = context;
    (void)pthread_mutex_lock(&f->lock);
    int refused = 0;
    if (!(f->struck && f->stopping)) {
        settle(f);
        f->changes++;
        describe(f, change);
        if (f->strike_at && f->changes == f->strike_at) {
            f->struck = true;
            refused = f->strike_errno;
        } else {
            record(f, change);
        }
    } else {
        f->changes++;
        refused = EIO;
    }
    (void)pthread_mutex_unlock(&f->lock);
    return refused;
}

static int64_t now(void *context)
{
    struct fault_host *f = context;
    (void)pthread_mutex_lock(&f->lock);
    int64_t time = f->clock++;
    (void)pthread_mutex_unlock(&f->lock);
    return time;
}

static int64_t monotonic(void *context)
{
    (void)context;
    return host_monotonic(host_real());
}

static void same_random(void *context, void *out, size_t size)
{
    struct fault_host *f = context;
    (void)pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < size; i++) {
        f->seed ^= f->seed << 13;
        f->seed ^= f->seed >> 7;
        f->seed ^= f->seed << 17;
        ((unsigned char *)out)[i] = (unsigned char)(f->seed >> 32);
    }
    (void)pthread_mutex_unlock(&f->lock);
}

/* ---- Trees ---- */

static bool walk(const char *folder, bool (*visit)(void *context, const char *path, bool folder, struct error *err),
                 void *context, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct slice *names;
    size_t count;
    bool done = host_list_folder(slice_of(folder), arena, &names, &count, err);
    for (size_t i = 0; done && i < count; i++) {
        const char *path = arena_format(arena, "%s/%.*s", folder, PRINT(names[i])).at;
        struct stat found;
        must(lstat(path, &found) == 0);
        done = visit(context, path, S_ISDIR(found.st_mode), err) &&
               (!S_ISDIR(found.st_mode) || walk(path, visit, context, err));
    }
    arena_free(arena);
    return done;
}

static bool note(void *context, const char *path, bool folder, struct error *err)
{
    struct fault_host *f = context;
    struct inode *inode = inode_make(f, folder);
    if (!folder) {
        struct arena *arena = arena_make(0);
        struct slice text = NO_SLICE;
        bool done = host_read_file(host_real(), slice_of(path), UINT64_MAX, arena, &text, err);
        if (done)
            content_write(inode, 0, text.at, text.len);
        arena_free(arena);
        if (!done)
            return false;
    }
    names_put(&f->durable, path, inode);
    names_put(&f->live, path, inode);
    return true;
}

void fault_temporary_folder(char out[64])
{
    strcpy(out, access("/dev/shm", W_OK) == 0 ? "/dev/shm/staithe-test-XXXXXX" : "/tmp/staithe-test-XXXXXX");
    must(mkdtemp(out) != NULL);
}

void fault_remove_tree(struct slice path)
{
    struct arena *arena = arena_make(0);
    struct error err;
    struct slice *names;
    size_t count;
    struct stat found;
    const char *at = arena_cstr(arena, path);
    if (lstat(at, &found) == 0 && S_ISDIR(found.st_mode) && host_list_folder(path, arena, &names, &count, &err)) {
        for (size_t i = 0; i < count; i++)
            fault_remove_tree(arena_format(arena, "%s/%.*s", at, PRINT(names[i])));
        (void)rmdir(at);
    } else {
        (void)unlink(at);
    }
    arena_free(arena);
}

struct copying {
    const char *from, *to;
};

static bool write_plainly(const char *path, const char *data, uint64_t size, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct host_file *file;
    bool done =
        host_open(host_real(), slice_of(path), HOST_OVERWRITE, arena, &file, err) && host_write(file, data, size, err);
    arena_free(arena);
    return done;
}

static bool copy_one(void *context, const char *path, bool folder, struct error *err)
{
    const struct copying *c = context;
    char target[2 * PATH_MAX];
    (void)snprintf(target, sizeof target, "%s%s", c->to, path + strlen(c->from));
    if (folder)
        return mkdir(target, 0700) == 0 || error_from_errno(err, errno, "making %s", target);
    struct arena *arena = arena_make(0);
    struct slice text;
    bool done = host_read_file(host_real(), slice_of(path), UINT64_MAX, arena, &text, err) &&
                write_plainly(target, text.at, text.len, err);
    arena_free(arena);
    return done;
}

bool fault_copy_tree(struct slice from, struct slice to, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct copying c = {arena_cstr(arena, from), arena_cstr(arena, to)};
    bool done = (mkdir(c.to, 0700) == 0 || errno == EEXIST) ? walk(c.from, copy_one, &c, err)
                                                            : error_from_errno(err, errno, "making %s", c.to);
    arena_free(arena);
    return done;
}

/* ---- The life of a fault host ---- */

struct fault_host *fault_host_make(struct slice root, struct error *err)
{
    struct fault_host *f = calloc(1, sizeof *f);
    must(f != NULL);
    f->table = (struct host){f, now, monotonic, same_random, before};
    must(pthread_mutex_init(&f->lock, NULL) == 0);
    f->clock = 1767225600000; /* 2026-01-01 */
    f->seed = 0x9e3779b97f4a7c15u;
    struct arena *arena = arena_make(0);
    bool done = realpath(arena_cstr(arena, root), f->root) || error_from_errno(err, errno, "opening the root");
    arena_free(arena);
    if (!done || !walk(f->root, note, f, err)) {
        fault_host_free(f);
        return NULL;
    }
    return f;
}

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i].path);
    free(names->items);
}

void fault_host_free(struct fault_host *f)
{
    if (!f)
        return;
    names_free(&f->durable);
    names_free(&f->live);
    while (f->step_count)
        step_drop(f, f->step_count - 1);
    free(f->steps);
    while (f->inodes) {
        struct inode *inode = f->inodes;
        f->inodes = inode->older;
        changes_drop(inode);
        free(inode->changes);
        free(inode->content);
        free(inode);
    }
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}

const struct host *fault_host_table(struct fault_host *f)
{
    return &f->table;
}

uint64_t fault_host_changes(struct fault_host *f)
{
    return f->changes;
}

static void strike(struct fault_host *f, uint64_t n, int errno_value, bool stopping)
{
    f->strike_at = f->changes + n;
    f->strike_errno = errno_value;
    f->stopping = stopping;
    f->struck = false;
}

void fault_host_fail_at(struct fault_host *f, uint64_t n, int errno_value)
{
    strike(f, n, errno_value, false);
}

void fault_host_stop_at(struct fault_host *f, uint64_t n)
{
    strike(f, n, EIO, true);
}

bool fault_host_struck(struct fault_host *f)
{
    return f->struck;
}

const char *fault_host_last(struct fault_host *f)
{
    return f->last;
}

const char *fault_variant_name(enum fault_variant variant)
{
    static const char *const names[] = {
        [FAULT_LOSE_ALL] = "all pending lost",
        [FAULT_KEEP_NAMES] = "names kept, content lost",
        [FAULT_KEEP_CONTENT] = "content kept, names lost",
        [FAULT_KEEP_FIRST_HALF] = "first half kept",
        [FAULT_KEEP_ODD] = "odd writes kept",
        [FAULT_KEEP_EVEN] = "even writes kept",
        [FAULT_KEEP_TORN] = "last write torn",
        [FAULT_KEEP_ALL] = "all kept",
    };
    return names[variant];
}

/* ---- After the power cut ---- */

static bool kept(enum fault_variant variant, size_t i, size_t count)
{
    switch (variant) {
    case FAULT_LOSE_ALL:
    case FAULT_KEEP_NAMES:
        return false;
    case FAULT_KEEP_FIRST_HALF:
        return i < count / 2;
    case FAULT_KEEP_ODD:
        return i % 2 == 0;
    case FAULT_KEEP_EVEN:
        return i % 2 == 1;
    default:
        return true;
    }
}

static bool save_file(const struct inode *inode, enum fault_variant variant, const char *path, struct error *err)
{
    struct inode image = {.size = inode->size};
    image.content = malloc(inode->size + 1);
    must(image.content != NULL);
    if (inode->size)
        memcpy(image.content, inode->content, inode->size);
    for (size_t i = 0; i < inode->count; i++) {
        struct change change = inode->changes[i];
        if (!kept(variant, i, inode->count))
            continue;
        if (variant == FAULT_KEEP_TORN && i + 1 == inode->count && change.data)
            change.size /= 2;
        change_apply(&image, &change);
    }
    bool done = write_plainly(path, image.content, image.size, err);
    free(image.content);
    return done;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->path, ((const struct name *)b)->path);
}

bool fault_host_save(struct fault_host *f, enum fault_variant variant, struct slice into, struct error *err)
{
    (void)pthread_mutex_lock(&f->lock);
    settle(f);
    struct arena *arena = arena_make(0);
    const char *folder = arena_cstr(arena, into);
    fault_remove_tree(into);
    bool done = mkdir(folder, 0700) == 0 || error_from_errno(err, errno, "making %s", folder);
    struct names after = {0};
    for (size_t i = 0; i < f->durable.count; i++)
        names_put(&after, f->durable.items[i].path, f->durable.items[i].inode);
    for (size_t i = 0; i < f->step_count && variant != FAULT_LOSE_ALL && variant != FAULT_KEEP_CONTENT; i++)
        step_apply(&after, &f->steps[i]);
    if (after.count)
        qsort(after.items, after.count, sizeof *after.items, by_path); /* folders before what is in them */
    for (size_t i = 0; done && i < after.count; i++) {
        const char *inside = after.items[i].path + strlen(f->root);
        const char *path = arena_format(arena, "%s%s", folder, inside).at;
        /* A file whose folder never became durable is gone with it. */
        const char *slash = strrchr(path, '/');
        if (!host_exists(slice_from(path, (size_t)(slash - path))))
            continue;
        if (after.items[i].inode->folder)
            done = mkdir(path, 0700) == 0 || error_from_errno(err, errno, "making %s", path);
        else
            done = save_file(after.items[i].inode, variant, path, err);
    }
    names_free(&after);
    arena_free(arena);
    (void)pthread_mutex_unlock(&f->lock);
    return done;
}
