/* A backup is a folder: the two stores as portable files (store/backup.h), the keys, the kept files, and a manifest
 * with each file's SHA-256, written last: a folder without it is no backup. The stores are copied first, so every kept
 * file that they speak of is there when its turn comes. The county folder is text that a county keeps under version
 * control; it is named, not copied. */
#include "cli/app.h"
#include "cli/commands.h"

#include "base/json.h"
#include "guard/audit.h"
#include "ingest/kept_file.h"
#include "ingest/landing.h"
#include "lists/declaration.h"
#include "store/backup.h"

#include <stdio.h>

#define MANIFEST_HEAD "Staithe backup folder 1"

struct copying {
    struct invocation *invocation;
    struct slice from, to; /* folders */
    struct buffer manifest;
    uint64_t files, bytes;
};

static struct slice in(struct arena *arena, struct slice folder, struct slice name)
{
    return arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(name));
}

/* Hashes the file, and copies it when `to` is not empty. */
static bool read_through(const struct host *host, struct slice from, struct slice to, struct digest *ret,
                         uint64_t *ret_size, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct host_file *source, *target = NULL;
    struct hash_state hash;
    size_t size = 1 << 20, got = 1;
    char *block = arena_array(scratch, char, size);
    uint64_t all = 0;
    bool good = host_open(host, from, HOST_READ, scratch, &source, err) &&
                (!to.len || host_open(host, to, HOST_CREATE, scratch, &target, err));
    hash_start(&hash);
    while (good && got) {
        good = host_read(source, block, size, &got, err) && (!target || host_write(target, block, got, err));
        if (good)
            hash_more(&hash, slice_from(block, got));
        all += got;
    }
    good = good && (!target || host_sync(target, err));
    arena_free(scratch);
    if (good) {
        *ret = hash_end(&hash);
        *ret_size = all;
    }
    return good;
}

static void note_file(struct copying *copying, struct slice name, const struct digest *digest, uint64_t size)
{
    buffer_format(&copying->manifest, "%.*s %llu %.*s\n", PRINT(digest_hex(copying->invocation->arena, digest)),
                  (unsigned long long)size, PRINT(name));
    copying->files++;
    copying->bytes += size;
}

static bool copy_one(struct copying *copying, struct slice name, struct error *err)
{
    struct arena *arena = copying->invocation->arena;
    struct slice from = in(arena, copying->from, name);
    struct digest digest;
    uint64_t size;
    if (!host_exists(from))
        return true;
    if (!read_through(copying->invocation->host, from, in(arena, copying->to, name), &digest, &size, err))
        return false;
    note_file(copying, name, &digest, size);
    return true;
}

static bool copy_kept(struct copying *copying, struct error *err)
{
    struct arena *arena = copying->invocation->arena;
    struct slice folder = in(arena, copying->from, S("kept")), *names;
    size_t count;
    if (!host_exists(folder))
        return true;
    if (!host_list_folder(folder, arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        /* What is being kept just now has another name; it is not in the stores' snapshot. */
        if (names[i].len == 64 && !copy_one(copying, in(arena, S("kept"), names[i]), err))
            return false;
    return true;
}

static bool back_up_store(struct copying *copying, struct store *store, struct slice name,
                          struct backup_summary *summary, struct error *err)
{
    struct slice path = in(copying->invocation->arena, copying->to, name);
    struct digest digest;
    uint64_t size;
    if (!store_backup(store, path, summary, err) ||
        !read_through(copying->invocation->host, path, NO_SLICE, &digest, &size, err))
        return false;
    note_file(copying, name, &digest, size);
    return true;
}

static bool make_folders(struct invocation *invocation, struct slice folder, struct error *err)
{
    return host_make_folder(invocation->host, folder, err) &&
           host_make_folder(invocation->host, in(invocation->arena, folder, S("keys")), err) &&
           host_make_folder(invocation->host, in(invocation->arena, folder, S("kept")), err);
}

static const struct slice small_files[] = {S_INIT("guard.key"), S_INIT("audit.head"), S_INIT("keys/kept.key")};

bool run_backup(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct slice to = invocation->words[0];
    struct backup_summary hub, audit;
    if (host_exists(to))
        return error_set(err, ERROR_CONFLICT, "%.*s is there already; name a new folder for the backup", PRINT(to));
    if (!app_open(invocation, false, &app, err))
        return false;
    struct copying copying = {.invocation = invocation, .from = app->data, .to = to, .manifest = buffer_make(arena)};
    buffer_add(&copying.manifest, S(MANIFEST_HEAD "\n"));
    if (!make_folders(invocation, to, err) || !back_up_store(&copying, app->store, S("hub.backup"), &hub, err) ||
        !back_up_store(&copying, app->audit_store, S("audit.backup"), &audit, err))
        return false;
    for (size_t i = 0; i < countof(small_files); i++)
        if (!copy_one(&copying, small_files[i], err))
            return false;
    if (!copy_kept(&copying, err) ||
        !host_write_file(invocation->host, in(arena, to, S("MANIFEST")), buffer_slice(&copying.manifest), err))
        return false;
    struct buffer out = buffer_make(arena);
    if (invocation->json) {
        struct json json = json_to(&out);
        json_object(&json);
        json_pair_integer(&json, "files", (int64_t)copying.files);
        json_pair_integer(&json, "bytes", (int64_t)copying.bytes);
        json_pair_integer(&json, "rows", hub.rows + audit.rows);
        json_end(&json);
        buffer_add(&out, S("\n"));
    } else {
        buffer_format(&out, "%llu files of %.1f MB in %.*s: %lld rows of the hub, %lld of the audit\n",
                      (unsigned long long)copying.files, (double)copying.bytes / 1e6, PRINT(to), (long long)hub.rows,
                      (long long)audit.rows);
    }
    print_out(&out);
    return true;
}

/* ---- Restore ---- */

struct manifest_line {
    struct slice name;
    struct digest digest;
    uint64_t size;
};

/* Names in a manifest are those that a backup writes, and nothing that leads out of the folder. */
static bool name_fits(struct slice name)
{
    if (slice_equal(name, S("hub.backup")) || slice_equal(name, S("audit.backup")))
        return true;
    for (size_t i = 0; i < countof(small_files); i++)
        if (slice_equal(name, small_files[i]))
            return true;
    struct digest digest;
    return slice_starts(name, S("kept/")) && digest_from_hex(slice_part(name, 5, name.len), &digest);
}

static bool read_manifest(struct invocation *invocation, struct slice from, struct manifest_line **ret,
                          size_t *ret_count, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct slice path = in(arena, from, S("MANIFEST")), text, line, part;
    size_t capacity = 0;
    uint64_t number = 1;
    *ret = NULL;
    *ret_count = 0;
    if (!host_read_file(invocation->host, path, 64 << 20, arena, &text, err))
        return err->code == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_INPUT, "%.*s is no whole backup, as it has no MANIFEST; take another one",
                               PRINT(from))
                   : false;
    if (!slice_cut(&text, '\n', &line) || !slice_equal(line, S(MANIFEST_HEAD)))
        return error_set_at(err, ERROR_INPUT, path, 1, 0,
                            "this is not the manifest of a backup that this program reads");
    while (slice_cut(&text, '\n', &line)) {
        number++;
        struct manifest_line found = {0};
        int64_t size;
        if (!line.len)
            continue;
        struct slice rest = line;
        if (!slice_cut(&rest, ' ', &part) || !digest_from_hex(part, &found.digest) || !slice_cut(&rest, ' ', &part) ||
            !slice_integer(part, &size) || size < 0 || !name_fits(rest))
            return error_set_at(err, ERROR_INPUT, path, number, 0,
                                "this line of the manifest cannot be read; take another backup");
        found.name = rest;
        found.size = (uint64_t)size;
        ARENA_GROW(arena, *ret, *ret_count, capacity);
        (*ret)[(*ret_count)++] = found;
    }
    return true;
}

static bool put_back(struct invocation *invocation, struct slice from, struct slice to,
                     const struct manifest_line *line, bool copy, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct digest digest;
    uint64_t size;
    if (!read_through(invocation->host, in(arena, from, line->name), copy ? in(arena, to, line->name) : NO_SLICE,
                      &digest, &size, err))
        return err->code == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_INPUT, "%.*s is missing from the backup; take another backup",
                               PRINT(line->name))
                   : error_wrap(err, "restoring %.*s", PRINT(line->name));
    if (size != line->size || !digest_equal(&digest, &line->digest))
        return error_set(err, ERROR_INPUT,
                         "%.*s in the backup is damaged: its digest is not that of the manifest; take another backup",
                         PRINT(line->name));
    return true;
}

struct restored {
    struct backup_summary hub, audit;
};

/* Everything into the folder `to`, which is made. */
static bool restore_into(struct invocation *invocation, struct slice from, struct slice to,
                         const struct manifest_line *lines, size_t count, struct slice county, struct restored *ret,
                         struct error *err)
{
    struct arena *arena = invocation->arena;
    if (!make_folders(invocation, to, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!slice_ends(lines[i].name, S(".backup")) && !put_back(invocation, from, to, &lines[i], true, err))
            return false;
    struct app_settings settings = {.data = to,
                                    .store = invocation->store.len ? app_store_address(arena, invocation->store)
                                                                   : S("hub.db"),
                                    .county = county};
    bool postgresql = invocation->store.len && slice_search(invocation->store, S("://")) < invocation->store.len;
    struct store_options options = {.address = invocation->store.len ? invocation->store : in(arena, to, S("hub.db")),
                                    .host = invocation->host,
                                    .schema = STORE_HUB};
    if (!store_restore(&options, in(arena, from, S("hub.backup")), &ret->hub, err))
        return false;
    options.schema = STORE_AUDIT;
    if (!postgresql)
        options.address = in(arena, to, S("audit.db"));
    return store_restore(&options, in(arena, from, S("audit.backup")), &ret->audit, err) &&
           app_settings_write(invocation, &settings, err);
}

bool run_restore(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct slice from = invocation->words[0], to = invocation->data, county;
    struct manifest_line *lines;
    size_t count;
    if (!to.len || !invocation->county.len)
        return error_set(
            err, ERROR_USAGE,
            "say into which new folder, and for which county: staithe restore %.*s --data DIR --county DIR",
            PRINT(from));
    while (to.len > 1 && slice_ends(to, S("/")))
        to.len--;
    if (host_exists(to))
        return error_set(err, ERROR_CONFLICT, "%.*s is there already; name a new folder", PRINT(to));
    /* It gets its name when it is whole: what a restore that failed leaves behind is taken for no hub by anybody. */
    struct slice part = arena_format(arena, "%.*s.part", PRINT(to));
    if (host_exists(part))
        return error_set(err, ERROR_CONFLICT,
                         "%.*s is there, from a restore that did not end well; take it away, then try again",
                         PRINT(part));
    if (!app_county_folder(arena, invocation->county, &county, err) ||
        !read_manifest(invocation, from, &lines, &count, err))
        return false;
    /* Everything is held against its digest before anything is made. */
    for (size_t i = 0; i < count; i++)
        if (!put_back(invocation, from, to, &lines[i], false, err))
            return false;
    struct restored restored = {0};
    if (!restore_into(invocation, from, part, lines, count, county, &restored, err))
        return error_wrap(err, "what was restored so far lies in %.*s and is no hub; take it away", PRINT(part));
    if (!host_rename(invocation->host, part, to, err) || !host_sync_folder(invocation->host, host_folder_of(to), err))
        return false;
    struct buffer out = buffer_make(arena);
    if (invocation->json) {
        struct json json = json_to(&out);
        json_object(&json);
        json_pair_text(&json, "data", to);
        json_pair_integer(&json, "files", (int64_t)count);
        json_pair_integer(&json, "hub_rows", restored.hub.rows);
        json_pair_integer(&json, "audit_rows", restored.audit.rows);
        json_end(&json);
        buffer_add(&out, S("\n"));
    } else {
        buffer_format(&out, "Restored into %.*s: %lld rows of the hub, %lld of the audit, %zu files.\n", PRINT(to),
                      (long long)restored.hub.rows, (long long)restored.audit.rows, count);
    }
    print_out(&out);
    return true;
}

/* ---- Check ---- */

struct keeping {
    const struct keeper *keeper;
    const struct host *host;
    struct invocation *invocation;
};

static bool check_kept_files(void *context, struct transaction *transaction, struct check_report *report,
                             struct error *err)
{
    const struct keeping *keeping = context;
    struct landing *landings;
    size_t count;
    if (!landing_all(transaction, keeping->invocation->arena, &landings, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct error fault = NO_ERROR;
        bool blanked = false;
        if (!keeper_check(keeping->keeper, &landings[i].digest, &blanked, &fault))
            check_found(report, "the kept file of landing %lld (%.*s): %s", (long long)landings[i].id,
                        PRINT(landings[i].source), fault.text);
        report->checks++;
    }
    return true;
}

static bool check_lists(struct invocation *invocation, struct app *app, struct check_report *report, struct error *err)
{
    struct lists lists;
    if (!lists_read(app->catalogue, invocation->arena, &lists, err))
        return false;
    report->checks += lists.count + lists.fault_count;
    for (size_t i = 0; i < lists.fault_count; i++) {
        char words[1024];
        error_print(&lists.faults[i].fault, words, sizeof words);
        check_found(report, "the list %.*s: %s", PRINT(lists.faults[i].name), words);
    }
    return true;
}

static bool check_audit_chain(struct invocation *invocation, struct app *app, struct check_report *report,
                              struct audit_head *ret_head, struct error *err)
{
    struct audit_head witness;
    struct slice given = option_text(invocation, "witness", "");
    if (given.len && !audit_head_read(given, &witness))
        return error_set(err, ERROR_USAGE,
                         "--witness takes a head as `staithe check` prints it: a number and 64 hexadecimal digits");
    struct error fault = NO_ERROR;
    report->checks++;
    if (!audit_check(app->guard, given.len ? &witness : NULL, ret_head, &fault))
        check_found(report, "the chain of the audit: %s", fault.text);
    return true;
}

bool run_check(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct keeper *keeper;
    struct check_report hub, audit;
    struct audit_head head = {0};
    if (!app_open(invocation, false, &app, err) || !keeper_open(invocation->host, app->data, arena, &keeper, err))
        return false;
    struct keeping keeping = {keeper, invocation->host, invocation};
    struct store_checker kept = {"the digests of kept files", check_kept_files, &keeping};
    if (!store_check(app->store, &kept, 1, arena, &hub, err) ||
        !store_check(app->audit_store, NULL, 0, arena, &audit, err) || !check_lists(invocation, app, &audit, err) ||
        !check_audit_chain(invocation, app, &audit, &head, err))
        return false;
    size_t found = hub.count + audit.count;
    struct buffer out = buffer_make(arena);
    struct slice witness = audit_head_text(&head, arena);
    if (invocation->json) {
        struct json json = json_to(&out);
        json_object(&json);
        json_pair_integer(&json, "checks", (int64_t)(hub.checks + audit.checks));
        json_key(&json, "found");
        json_array(&json);
        for (size_t i = 0; i < found; i++)
            json_text(&json, i < hub.count ? hub.found[i] : audit.found[i - hub.count]);
        json_end(&json);
        json_pair_text(&json, "audit_head", witness);
        json_end(&json);
        buffer_add(&out, S("\n"));
    } else {
        for (size_t i = 0; i < found; i++)
            buffer_format(&out, "%.*s\n", PRINT(i < hub.count ? hub.found[i] : audit.found[i - hub.count]));
        buffer_format(&out, "%zu checks, %zu faults; the audit's head is %.*s\n", hub.checks + audit.checks, found,
                      PRINT(witness));
    }
    print_out(&out);
    invocation->exit_status = found ? 1 : 0;
    return true;
}
