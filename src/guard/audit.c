/* The audit of reads.
 *
 * Callers put an entry on their own stack into the queue and sleep; the one writer thread takes whatever waits, numbers
 * and chains it behind the newest entry of the database, writes it in one transaction and wakes them. While a commit
 * syncs the next batch gathers, so the more threads wait the more entries ride on one sync. The newest entry is read
 * again in each transaction: another program may have written since, and the store has one writer over all programs, so
 * the sequence stays one.
 *
 * Canonical form of an entry, for whoever checks it without us: the hash before (32 bytes), then id, at, account, role,
 * purpose, agreements, action, linkage, subject, anchors, fields, place, each as netstring ("5:sam.s,"), numbers in
 * decimal. SHA-256 over that.
 *
 * The head lies beside in audit.head, as two lines of fixed width that are written in turn, each with its own check: a
 * torn write leaves the other. It is not synced for each batch: after a power cut an older head is there, which says
 * less but nothing false. When the database holds fewer entries than the head says, or another one in its place,
 * entries were lost: that is written to audit.lost, which stands, and fails every check, until a person has looked into
 * it and takes it away. */
#include "guard/audit.h"

#include "guard/inside.h"

#include <stdio.h>
#include <time.h>

#define MOST_IN_BATCH 1000
#define HEAD_LINE     104 /* 20 digits, space, 64 hex, space, 16 hex, padding, newline */
#define LONGEST_TEXT  ((size_t)1 << 20)
#define GATHER_NS     300000
#define TIDY_EACH     20 /* entries: what is moved at once is synced at once, and a commit waits for the same disk */

struct waiting {
    struct waiting *next;
    const struct audit_entry *entry; /* without id, at and hash */
    bool finished, written;
    struct error *err;
    pthread_cond_t woken;
};

struct audit {
    struct arena *arena;
    struct store *store;
    const struct host *host;
    const struct log *log;
    struct slice lost_path;
    struct host_file *head_file;
    int head_slot;          /* the line that is written next */
    struct audit_head head; /* as last written there */
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct waiting *first, **last;
    int count;    /* that wait */
    int about;    /* how many were there together of late: the batch before, and who came while it was written */
    int64_t took; /* nanoseconds that the batch before took to be durable */
    bool ending;
    pthread_t writer;
    int untidy; /* entries since the log was last moved into the file */
    pthread_cond_t tidying;
    pthread_t tidier;
};

/* ---- The chain ---- */

static void netstring(struct hash_state *state, struct slice s)
{
    char length[24];
    int size = snprintf(length, sizeof length, "%zu:", s.len);
    hash_more(state, slice_from(length, (size_t)size));
    hash_more(state, s);
    hash_more(state, S(","));
}

static void netnumber(struct hash_state *state, int64_t number)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%lld", (long long)number);
    netstring(state, slice_from(text, (size_t)size));
}

static struct digest entry_hash(const struct audit_entry *entry, const struct digest *before)
{
    struct hash_state state;
    hash_start(&state);
    hash_more(&state, slice_from(before->bytes, sizeof before->bytes));
    netnumber(&state, entry->id);
    netnumber(&state, entry->at);
    netstring(&state, entry->account);
    netstring(&state, entry->role);
    netstring(&state, entry->purpose);
    netstring(&state, entry->agreements);
    netstring(&state, entry->action);
    netnumber(&state, entry->linkage);
    netstring(&state, entry->subject);
    netstring(&state, entry->anchors);
    netstring(&state, entry->fields);
    netstring(&state, entry->place);
    return hash_end(&state);
}

static struct digest cell_digest(const struct value *cell)
{
    struct digest out = {{0}};
    struct slice bytes = cell_text(cell);
    if (bytes.len == sizeof out.bytes)
        memcpy(out.bytes, bytes.at, sizeof out.bytes);
    return out;
}

static struct audit_entry entry_of_row(const struct value *row)
{
    return (struct audit_entry){
        .id = cell_integer(&row[0]),
        .at = cell_integer(&row[1]),
        .account = cell_text(&row[2]),
        .role = cell_text(&row[3]),
        .purpose = cell_text(&row[4]),
        .agreements = cell_text(&row[5]),
        .action = cell_text(&row[6]),
        .linkage = cell_integer(&row[7]),
        .subject = cell_text(&row[8]),
        .anchors = cell_text(&row[9]),
        .fields = cell_text(&row[10]),
        .place = cell_text(&row[11]),
        .hash = cell_digest(&row[13]),
    };
}

static bool newest(struct transaction *transaction, struct arena *arena, struct audit_head *ret, struct error *err)
{
    struct result rows;
    if (!store_query(transaction, STATEMENT_READING_LAST, NO_ARGS, arena, &rows, err))
        return false;
    *ret = (struct audit_head){0};
    if (rows.rows)
        *ret = (struct audit_head){cell_integer(&rows.cells[0]), cell_digest(&rows.cells[1])};
    return true;
}

/* ---- The head beside ---- */

struct slice audit_head_text(const struct audit_head *head, struct arena *arena)
{
    struct slice hex = digest_hex(arena, &head->hash);
    return arena_format(arena, "%lld %.*s", (long long)head->count, PRINT(hex));
}

bool audit_head_read(struct slice text, struct audit_head *ret)
{
    struct slice rest = slice_trim(text), count;
    struct audit_head head;
    if (!slice_cut(&rest, ' ', &count) || !slice_integer(count, &head.count) || head.count < 0 ||
        !digest_from_hex(slice_trim(rest), &head.hash))
        return false;
    *ret = head;
    return true;
}

static void head_line(const struct audit_head *head, struct arena *arena, char out[HEAD_LINE])
{
    struct slice hex = digest_hex(arena, &head->hash);
    struct slice body = arena_format(arena, "%020lld %.*s", (long long)head->count, PRINT(hex));
    struct digest check = hash_sha256(body);
    struct slice check_hex = slice_part(digest_hex(arena, &check), 0, 16);
    struct slice whole = arena_format(arena, "%.*s %.*s ", PRINT(body), PRINT(check_hex));
    must(whole.len == HEAD_LINE - 1);
    memcpy(out, whole.at, whole.len);
    out[HEAD_LINE - 1] = '\n';
}

static bool head_of_line(struct slice line, struct arena *arena, struct audit_head *ret)
{
    if (line.len != HEAD_LINE || !audit_head_read(slice_part(line, 0, 85), ret))
        return false;
    char expected[HEAD_LINE];
    head_line(ret, arena, expected);
    return slice_equal(line, slice_from(expected, HEAD_LINE));
}

/* The higher of the two lines that are whole; false when neither is. *ret_slot is the other one. */
static bool head_of_file(struct host_file *file, struct arena *arena, struct audit_head *ret, int *ret_slot,
                         struct error *err)
{
    char text[2 * HEAD_LINE];
    size_t got = 0, more = 1;
    while (got < sizeof text && more) {
        if (!host_read_at(file, got, text + got, sizeof text - got, &more, err))
            return false;
        got += more;
    }
    bool found = false;
    for (int slot = 0; slot < 2; slot++) {
        struct audit_head head;
        struct slice line = slice_part(slice_from(text, got), (size_t)slot * HEAD_LINE, (size_t)(slot + 1) * HEAD_LINE);
        if (head_of_line(line, arena, &head) && (!found || head.count > ret->count)) {
            *ret = head;
            *ret_slot = 1 - slot;
            found = true;
        }
    }
    return found ||
           error_set(err, ERROR_STORE,
                     "audit.head is damaged; hold the audit against a head that was sent to a partner, then remove it");
}

static void head_write(struct audit *audit, const struct audit_head *head, struct arena *scratch)
{
    char line[HEAD_LINE];
    struct error err;
    head_line(head, scratch, line);
    audit->head = *head;
    if (host_write_at(audit->head_file, (uint64_t)audit->head_slot * HEAD_LINE, line, sizeof line, &err))
        audit->head_slot = 1 - audit->head_slot;
    else if (audit->log)
        log_line(audit->log, LOG_ERROR, "the audit's head could not be written: %s", err.text);
}

/* Does the database hold what the head says? ERROR_STORE with the sentence when entries were lost. */
static bool head_fits(struct transaction *transaction, const struct audit_head *stored, const struct audit_head *head,
                      const char *whose, struct arena *arena, struct error *err)
{
    if (head->count == 0)
        return true;
    if (stored->count < head->count)
        return error_set(err, ERROR_STORE,
                         "the audit has lost entries: it ends at %lld, and %s says that there were %lld; find out who "
                         "could write to it, and restore it from a backup",
                         (long long)stored->count, whose, (long long)head->count);
    const struct value *row;
    struct digest there = stored->hash;
    if (stored->count > head->count) {
        if (!store_query_one(transaction, STATEMENT_READING_HASH, ARGS(value_integer(head->count)), arena,
                             "the audit has lost the entry that its head names; restore it from a backup", &row, err)) {
            if (err->code == ERROR_NOT_FOUND)
                err->code = ERROR_STORE;
            return false;
        }
        there = cell_digest(&row[0]);
    }
    if (!digest_equal(&there, &head->hash))
        return error_set(err, ERROR_STORE,
                         "the audit was rewritten: its entry %lld is not the one that %s names; find out who could "
                         "write to it, and restore it from a backup",
                         (long long)head->count, whose);
    return true;
}

/* ---- The writer ---- */

static bool write_one(struct transaction *transaction, const struct audit_entry *entry, const struct digest *before,
                      struct error *err)
{
    return store_execute(transaction, STATEMENT_READING_INSERT,
                         ARGS(value_integer(entry->id), value_integer(entry->at), value_text(entry->account),
                              value_text(entry->role), value_text(entry->purpose), value_text(entry->agreements),
                              value_text(entry->action), value_integer(entry->linkage), value_text(entry->subject),
                              value_text(entry->anchors), value_text(entry->fields), value_text(entry->place),
                              value_bytes(before->bytes, sizeof before->bytes),
                              value_bytes(entry->hash.bytes, sizeof entry->hash.bytes)),
                         NULL, err);
}

static bool write_batch(struct audit *audit, const struct waiting *first, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct audit_head head;
    bool done = store_begin(audit->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
                newest(transaction, scratch, &head, err) &&
                head_fits(transaction, &head, &audit->head, "the head beside it", scratch, err);
    for (const struct waiting *at = first; done && at; at = at->next) {
        struct audit_entry entry = *at->entry;
        entry.id = head.count + 1;
        entry.at = host_now(audit->host);
        entry.hash = entry_hash(&entry, &head.hash);
        done = write_one(transaction, &entry, &head.hash, err);
        head = (struct audit_head){entry.id, entry.hash};
    }
    done = done && transaction_commit(transaction, err);
    if (done)
        head_write(audit, &head, scratch);
    arena_free(scratch);
    return done;
}

/* Those who were woken together come back together, and find those at the front who came while they were written. If
 * the writer went off with these at once, the two halves would take turns for ever, each with a sync of its own: so it
 * waits a moment for all who were there of late, never longer than a sync would take. Alone, nobody waits: with one
 * caller at a time there is nobody else to wait for. */
static void gather(struct audit *audit)
{
    struct timespec until;
    must(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    until.tv_nsec += audit->took < GATHER_NS ? audit->took : GATHER_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (audit->count < audit->about && !audit->ending)
        if (pthread_cond_timedwait(&audit->arrived, &audit->lock, &until) != 0)
            break;
}

static void *write_what_waits(void *argument)
{
    struct audit *audit = argument;
    pthread_mutex_lock(&audit->lock);
    for (;;) {
        while (!audit->first && !audit->ending)
            pthread_cond_wait(&audit->arrived, &audit->lock);
        if (!audit->first)
            break;
        gather(audit);
        struct waiting *batch = audit->first, **end = &batch;
        int size = 0;
        for (; *end && size < MOST_IN_BATCH; size++)
            end = &(*end)->next;
        audit->count -= size;
        audit->first = *end;
        *end = NULL;
        if (!audit->first)
            audit->last = &audit->first;
        pthread_mutex_unlock(&audit->lock);
        struct error err = NO_ERROR;
        int64_t begun = host_monotonic(audit->host);
        bool written = write_batch(audit, batch, &err);
        int64_t took = host_monotonic(audit->host) - begun;
        if (!written && audit->log)
            log_line(audit->log, LOG_ERROR, "the audit of reads could not be written: %s", err.text);
        pthread_mutex_lock(&audit->lock);
        audit->about = size + audit->count;
        audit->took = took;
        audit->untidy += size;
        if (audit->untidy >= TIDY_EACH)
            pthread_cond_signal(&audit->tidying);
        while (batch) {
            struct waiting *next = batch->next; /* once woken it may be gone */
            batch->written = written;
            if (!written)
                *batch->err = err;
            batch->finished = true;
            pthread_cond_signal(&batch->woken);
            batch = next;
        }
    }
    pthread_mutex_unlock(&audit->lock);
    return NULL;
}

/* A thread of its own, so that no entry waits for it. When it fails the database does it within a commit, which says
 * what is wrong if there it fails too. */
static void *tidy_at_times(void *argument)
{
    struct audit *audit = argument;
    pthread_mutex_lock(&audit->lock);
    while (!audit->ending) {
        if (audit->untidy < TIDY_EACH) {
            pthread_cond_wait(&audit->tidying, &audit->lock);
            continue;
        }
        audit->untidy = 0;
        pthread_mutex_unlock(&audit->lock);
        struct error err;
        if (!store_tidy(audit->store, &err) && audit->log)
            log_line(audit->log, LOG_WARNING, "the audit's log could not be moved into its file: %s", err.text);
        pthread_mutex_lock(&audit->lock);
    }
    pthread_mutex_unlock(&audit->lock);
    return NULL;
}

/* ---- Life ---- */

static bool head_open(struct audit *audit, struct slice folder, struct error *err)
{
    struct slice path = arena_format(audit->arena, "%.*s/audit.head", PRINT(folder));
    audit->lost_path = arena_format(audit->arena, "%.*s/audit.lost", PRINT(folder));
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct audit_head stored;
    bool done = store_begin(audit->store, TRANSACTION_READ, NULL, scratch, &transaction, err) &&
                newest(transaction, scratch, &stored, err);
    if (done && !host_exists(path)) {
        char lines[2 * HEAD_LINE];
        head_line(&stored, scratch, lines);
        head_line(&stored, scratch, lines + HEAD_LINE);
        if (stored.count && audit->log)
            log_line(audit->log, LOG_WARNING, "audit.head was missing and is made anew from %lld entries",
                     (long long)stored.count);
        done = host_make_folder(audit->host, folder, err) &&
               host_write_file(audit->host, path, slice_from(lines, sizeof lines), err);
    }
    done = done && host_open(audit->host, path, HOST_UPDATE, audit->arena, &audit->head_file, err) &&
           head_of_file(audit->head_file, scratch, &audit->head, &audit->head_slot, err);
    struct error lost;
    if (done && !head_fits(transaction, &stored, &audit->head, "the head beside it", scratch, &lost)) {
        /* The hub goes on, and the loss stays on record whatever is written behind it. */
        struct slice words = arena_format(scratch, "%s\n", lost.text);
        done = host_exists(audit->lost_path) || host_write_file(audit->host, audit->lost_path, words, err);
        if (audit->log)
            log_line(audit->log, LOG_ERROR, "%s", lost.text);
        audit->head = stored;
    }
    arena_free(scratch);
    return done;
}

static void end_threads(struct audit *audit, bool writer, bool tidier)
{
    pthread_mutex_lock(&audit->lock);
    audit->ending = true;
    pthread_cond_signal(&audit->arrived);
    pthread_cond_signal(&audit->tidying);
    pthread_mutex_unlock(&audit->lock);
    if (writer)
        pthread_join(audit->writer, NULL);
    if (tidier)
        pthread_join(audit->tidier, NULL);
    pthread_cond_destroy(&audit->arrived);
    pthread_cond_destroy(&audit->tidying);
    pthread_mutex_destroy(&audit->lock);
}

bool audit_open(const struct audit_options *options, struct audit **ret, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct audit *audit = arena_new(arena, struct audit);
    *audit = (struct audit){
        .arena = arena, .store = options->store, .host = options->host, .log = options->log, .last = NULL};
    audit->last = &audit->first;
    if (!head_open(audit, options->folder, err)) {
        arena_free(arena);
        return error_wrap(err, "opening the audit of reads");
    }
    must(pthread_mutex_init(&audit->lock, NULL) == 0);
    pthread_condattr_t monotonic;
    must(pthread_condattr_init(&monotonic) == 0 && pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
         pthread_cond_init(&audit->arrived, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    must(pthread_cond_init(&audit->tidying, NULL) == 0);
    bool writes = pthread_create(&audit->writer, NULL, write_what_waits, audit) == 0;
    if (!writes || pthread_create(&audit->tidier, NULL, tidy_at_times, audit) != 0) {
        end_threads(audit, writes, false);
        arena_free(arena);
        return error_set(err, ERROR_IO, "the audit's threads could not be started; there are too many threads");
    }
    *ret = audit;
    return true;
}

void audit_close(struct audit *audit)
{
    if (!audit)
        return;
    end_threads(audit, true, true);
    struct error err;
    if (!host_sync(audit->head_file, &err) && audit->log)
        log_line(audit->log, LOG_WARNING, "the audit's head could not be synced: %s", err.text);
    arena_free(audit->arena);
}

/* ---- Writing ---- */

static bool queue_and_wait(struct audit *audit, const struct audit_entry *entry, struct error *err)
{
    struct waiting waiting = {.entry = entry, .err = err};
    must(pthread_cond_init(&waiting.woken, NULL) == 0);
    pthread_mutex_lock(&audit->lock);
    must(!audit->ending);
    *audit->last = &waiting;
    audit->last = &waiting.next;
    audit->count++;
    pthread_cond_signal(&audit->arrived);
    while (!waiting.finished)
        pthread_cond_wait(&waiting.woken, &audit->lock);
    pthread_mutex_unlock(&audit->lock);
    pthread_cond_destroy(&waiting.woken);
    if (waiting.written)
        return true;
    if (err->code != ERROR_BUSY)
        err->code = ERROR_IO;
    return error_wrap(err, "the answer is held back because the audit of reads could not be written");
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sorted, each once. */
static struct slice fields_text(const struct slice *fields, size_t *count, struct slice *sorted, struct arena *arena)
{
    size_t kept = 0;
    if (*count) {
        memcpy(sorted, fields, *count * sizeof *sorted);
        array_sort(sorted, *count, sizeof *sorted, compare_slices);
    }
    for (size_t i = 0; i < *count; i++)
        if (i == 0 || !slice_equal(sorted[i], sorted[kept - 1]))
            sorted[kept++] = sorted[i];
    *count = kept;
    return arena_join(arena, sorted, kept, S(" "));
}

static struct slice anchors_text(const int64_t *anchors, size_t count, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    int64_t *sorted = arena_array(arena, int64_t, count ? count : 1);
    if (count) {
        memcpy(sorted, anchors, count * sizeof *sorted);
        array_sort(sorted, count, sizeof *sorted, compare_numbers);
    }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || sorted[i] != sorted[i - 1])
            buffer_format(&out, "%s%lld", out.len ? " " : "", (long long)sorted[i]);
    return buffer_slice(&out);
}

bool audit_read(const struct guard_session *session, const struct audit_reading *reading, struct error *err)
{
    struct guard *guard = guard_of(session);
    const struct guard_who *who = guard_who(session);
    const struct grant *grant = guard_grant(session);
    if (!guard->audit)
        return error_set(err, ERROR_IO, "the audit of reads is not open, so nothing is read; open it with the hub");
    struct arena *scratch = arena_make(0);
    size_t field_count = reading->field_count;
    struct slice *fields = arena_array(scratch, struct slice, field_count ? field_count : 1);
    struct slice fields_words = fields_text(reading->fields, &field_count, fields, scratch);
    const struct audit_entry entry = {
        .account = who->name,
        .role = who->role,
        .purpose = who->purpose,
        .agreements = grant ? grant_agreements(grant, fields, field_count, scratch) : NO_SLICE,
        .action = reading->action,
        .linkage = reading->linkage,
        .subject = reading->subject,
        .anchors = anchors_text(reading->anchors, reading->anchor_count, scratch),
        .fields = fields_words,
        .place = who->place,
    };
    bool done = entry.anchors.len > LONGEST_TEXT || entry.subject.len > LONGEST_TEXT
                    ? error_set(err, ERROR_TOO_BIG,
                                "this shows more records than one entry of the audit can name; ask "
                                "for fewer at a time")
                    : queue_and_wait(guard->audit, &entry, err);
    arena_free(scratch);
    return done;
}

/* ---- Reading ---- */

static bool may_list(const struct guard_session *session, const struct audit_filter *filter, struct error *err)
{
    if (filter->account.len && slice_equal(filter->account, guard_who(session)->name) && !guard_who(session)->system)
        return true;
    if (!guard_needs(session, ABILITY_AUDIT, err) || !session_in_force(session, err))
        return false;
    /* Who looks into the audit is looked at too. */
    const struct audit_reading reading = {
        .action = S("audit"),
        .linkage = filter->linkage,
        .subject = filter->subject.len   ? filter->subject
                   : filter->account.len ? filter->account
                                         : S("everybody"),
        .anchors = &filter->anchor,
        .anchor_count = filter->anchor > 0,
    };
    return audit_read(session, &reading, err);
}

bool audit_list(const struct guard_session *session, const struct audit_filter *filter, struct arena *arena,
                struct audit_entry **ret, size_t *ret_count, bool *ret_more, struct error *err)
{
    struct guard *guard = guard_of(session);
    if (!guard->audit)
        return error_set(err, ERROR_IO, "the audit of reads is not open; open it with the hub");
    if (!may_list(session, filter, err))
        return false;
    int64_t limit = filter->limit > 0 && filter->limit <= 1000 ? filter->limit : 50;
    enum statement statement = filter->account.len                      ? STATEMENT_READING_PAGE_ACCOUNT
                               : filter->subject.len && filter->linkage ? STATEMENT_READING_PAGE_SUBJECT
                                                                        : STATEMENT_READING_PAGE;
    struct slice pattern = filter->anchor > 0 ? arena_format(arena, "%% %lld %%", (long long)filter->anchor) : NO_SLICE;
    struct transaction *transaction;
    struct result rows;
    if (!store_begin(guard->audit->store, TRANSACTION_READ, NULL, arena, &transaction, err))
        return false;
    bool done =
        store_query(transaction, statement,
                    ARGS(value_integer(filter->before > 0 ? filter->before : INT64_MAX), value_text(filter->account),
                         value_integer(filter->from), value_integer(filter->until > 0 ? filter->until : INT64_MAX),
                         value_text(filter->action), value_text(filter->subject), value_text(pattern),
                         value_integer(filter->linkage), value_integer(limit + 1)),
                    arena, &rows, err);
    transaction_rollback(transaction);
    if (!done)
        return false;
    size_t count = rows.rows > (size_t)limit ? (size_t)limit : rows.rows;
    struct audit_entry *entries = arena_array(arena, struct audit_entry, count ? count : 1);
    for (size_t i = 0; i < count; i++)
        entries[i] = entry_of_row(result_row(&rows, i));
    *ret = entries;
    *ret_count = count;
    *ret_more = rows.rows > count;
    return true;
}

/* ---- Proving ---- */

bool audit_head(struct guard *guard, struct audit_head *ret, struct error *err)
{
    if (!guard->audit)
        return error_set(err, ERROR_IO, "the audit of reads is not open; open it with the hub");
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    bool done = store_begin(guard->audit->store, TRANSACTION_READ, NULL, scratch, &transaction, err) &&
                newest(transaction, scratch, ret, err);
    arena_free(scratch);
    return done;
}

struct walk {
    struct audit_head head;
};

static bool walk_entry(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct walk *walk = context;
    must(columns == 14);
    struct audit_entry entry = entry_of_row(cells);
    if (entry.id != walk->head.count + 1)
        return error_set(err, ERROR_STORE,
                         "the audit has lost entries: entry %lld follows entry %lld; restore it from a backup",
                         (long long)entry.id, (long long)walk->head.count);
    struct digest before = cell_digest(&cells[12]), hash = entry_hash(&entry, &walk->head.hash);
    if (!digest_equal(&before, &walk->head.hash) || !digest_equal(&hash, &entry.hash))
        return error_set(err, ERROR_STORE,
                         "the audit was changed: entry %lld does not fit its hash or the entry before it; find out who "
                         "could write to it, and restore it from a backup",
                         (long long)entry.id);
    walk->head = (struct audit_head){entry.id, entry.hash};
    return true;
}

/* What was noted at an earlier start stays a fault. */
static bool nothing_lost(const struct audit *audit, struct arena *arena, struct error *err)
{
    if (!host_exists(audit->lost_path))
        return true;
    struct slice words;
    if (!host_read_file(audit->host, audit->lost_path, 65536, arena, &words, err))
        return false;
    return error_set(err, ERROR_STORE, "%.*s (noted in audit.lost; take that file away when it is cleared up)",
                     PRINT(slice_trim(words)));
}

bool audit_check(struct guard *guard, const struct audit_head *witness, struct audit_head *ret, struct error *err)
{
    struct audit *audit = guard->audit;
    if (!audit)
        return error_set(err, ERROR_IO, "the audit of reads is not open; open it with the hub");
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct walk walk = {{0}};
    struct audit_head beside = {0};
    int slot = 0;
    /* The head before the walk: entries that arrive meanwhile are behind both. */
    bool done = nothing_lost(audit, scratch, err) && head_of_file(audit->head_file, scratch, &beside, &slot, err) &&
                store_begin(audit->store, TRANSACTION_READ, NULL, scratch, &transaction, err) &&
                store_each(transaction, STATEMENT_READING_CHAIN, NO_ARGS, walk_entry, &walk, err) &&
                head_fits(transaction, &walk.head, &beside, "the head beside it", scratch, err) &&
                (!witness || head_fits(transaction, &walk.head, witness, "the witness", scratch, err));
    arena_free(scratch);
    if (done)
        *ret = walk.head;
    return done;
}
