/* Kept plans are a list of a few, newest use first, under one lock; users are counted, as with lists (lists/kept.c).
 * What is kept under a plan's name, version and newest entry holds while its files are the same, byte by byte: no clock
 * of a file system has a say. Evaluations that nobody uses wait in their plan and are handed out whole. */
#include "plans/plans.h"

#include "base/text.h"
#include "plans/row.h"

#include <pthread.h>
#include <stdlib.h>

enum { EVALUATIONS_KEPT = 6, LEFT_OUT_MOST = 50 };

struct kept_evaluation {
    struct kept_evaluation *next;
    struct kept_plan *plan;
    struct arena *arena; /* this lies in it */
    struct plan_evaluation *evaluation;
    uint32_t overlay;
};

struct kept_plan {
    struct kept_plan *next;
    struct plans *home;
    struct arena *arena; /* this and all of the plan lie in it */
    struct slice version;
    struct texts *texts;
    struct open_plan open;
    struct kept_evaluation *free; /* evaluations that nobody uses */
    size_t free_count;
    const uint32_t *lines; /* first line of each entry of the journal in the registers' text; 0: it is not in it */
    int users;             /* the keeper itself counts as one */
};

struct plans {
    const struct host *host;
    pthread_mutex_t lock;
    struct kept_plan *first;
};

struct plans *plans_make(const struct host *host)
{
    struct plans *plans = calloc(1, sizeof *plans);
    must(plans);
    plans->host = host;
    must(pthread_mutex_init(&plans->lock, NULL) == 0);
    return plans;
}

static void free_plan(struct kept_plan *plan)
{
    for (struct kept_evaluation *e = plan->free, *next; e; e = next) {
        next = e->next;
        arena_free(e->arena);
    }
    arena_free(plan->arena);
}

void plans_free(struct plans *plans)
{
    if (!plans)
        return;
    for (struct kept_plan *plan = plans->first, *next; plan; plan = next) {
        next = plan->next;
        must(plan->users == 1);
        free_plan(plan);
    }
    pthread_mutex_destroy(&plans->lock);
    free(plans);
}

static void give_back(void *handle)
{
    struct kept_plan *plan = handle;
    pthread_mutex_lock(&plan->home->lock);
    bool last = --plan->users == 0;
    pthread_mutex_unlock(&plan->home->lock);
    if (last)
        free_plan(plan);
}

/* ---- Who may ---- */

bool plans_may(const struct guard_session *session, enum ability ability, struct error *err)
{
    if (!guard_needs(session, ability, err))
        return false;
    const struct grant *grant = guard_grant(session);
    const struct grant_source *source = grant ? grant_source(grant, S(SOURCE_PLANS)) : NULL;
    return (source && source->column_count) ||
           error_set(err, ERROR_DENIED,
                     "no agreement in force today shows plans to your role for this purpose; ask the information "
                     "governance lead");
}

/* ---- The folder ---- */

static struct slice folder_of(const struct guard_session *session, struct arena *arena)
{
    return arena_format(arena, "%.*s/plan", PRINT(guard_catalogue(session)->folder));
}

/* The title of a text with a line `model NAME "title"`; false when it has none. */
static bool title_of(struct slice text, struct slice *ret)
{
    struct slice line;
    while (slice_cut(&text, '\n', &line)) {
        if (!slice_starts(line, S("model ")) && !slice_starts(line, S("model\t")))
            continue;
        size_t open = slice_find(line, '"');
        struct slice title = slice_part(line, open + 1, line.len);
        *ret = slice_part(title, 0, slice_find(title, '"'));
        return true;
    }
    return false;
}

bool plans_list(struct plans *plans, const struct guard_session *session, struct arena *arena, struct plan_listed **ret,
                size_t *ret_count, struct error *err)
{
    struct slice folder = folder_of(session, arena), *names;
    size_t count = 0;
    *ret_count = 0;
    if (!plans_may(session, ABILITY_PLAN, err))
        return false;
    if (!host_exists(folder))
        return true;
    if (!host_list_folder(folder, arena, &names, &count, err))
        return false;
    struct plan_listed *list = arena_array(arena, struct plan_listed, count);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice text, title;
        if (!slice_ends(names[i], S(".plan")))
            continue;
        if (!host_read_file(plans->host, arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(names[i])),
                            PLAN_FILE_MAX, arena, &text, err))
            return false;
        if (!title_of(text, &title))
            continue;
        struct slice name = slice_part(names[i], 0, names[i].len - 5);
        list[found++] = (struct plan_listed){name, title.len ? title : name};
    }
    *ret = list;
    *ret_count = found;
    return true;
}

static bool not_there(struct plans *plans, const struct guard_session *session, struct slice name, struct arena *arena,
                      struct error *err)
{
    struct plan_listed *list = NULL;
    size_t count;
    if (!plans_list(plans, session, arena, &list, &count, err))
        return false;
    struct slice *names = arena_array(arena, struct slice, count);
    for (size_t i = 0; i < count; i++)
        names[i] = list[i].name;
    struct slice near = text_nearest(name, names, count);
    return error_set(err, ERROR_NOT_FOUND, "the county has no plan of this name%s%.*s%s",
                     near.len ? "; did you mean " : "; choose one of its plans", PRINT(near), near.len ? "?" : "");
}

static bool is_plan(struct plans *plans, const struct guard_session *session, struct slice name, struct arena *arena,
                    struct error *err)
{
    struct slice path = arena_format(arena, "%.*s/%.*s.plan", PRINT(folder_of(session, arena)), PRINT(name)), text,
                 title;
    bool plain = name.len && name.at[0] != '.' && slice_find(name, '/') == name.len;
    if (!plain || !host_exists(path))
        return not_there(plans, session, name, arena, err);
    return host_read_file(plans->host, path, PLAN_FILE_MAX, arena, &text, err) &&
           (title_of(text, &title) || not_there(plans, session, name, arena, err));
}

/* ---- The registers' text ---- */

static bool is_text(const struct journal_entry *entry)
{
    return row_register(entry->register_name) != PLAN_REGISTERS ||
           slice_equal(entry->register_name, S(JOURNAL_SCENARIOS));
}

static bool newest_of(const struct journal *journal, size_t at)
{
    const struct journal_entry *entry = &journal->entries[at];
    return journal_find(journal, entry->register_name, entry->subject) == entry;
}

/* What stands, in the order of writing, each under a comment that says who wrote it. The first line includes the plan.
 */
static struct slice registers_text(struct slice name, const struct journal *journal, const bool *left_out,
                                   struct arena *arena, uint32_t *lines)
{
    struct buffer out = buffer_make(arena);
    uint32_t line = 2;
    if (name.len)
        buffer_format(&out, "include \"%.*s.plan\"\n", PRINT(name));
    for (size_t i = 0; i < journal->count; i++) {
        const struct journal_entry *entry = &journal->entries[i];
        lines[i] = 0;
        if (left_out[i] || !is_text(entry) || !newest_of(journal, i) || !entry->body.len)
            continue;
        buffer_format(&out, "# entry %lld, %.*s, %.*s\n", (long long)entry->id, PRINT(entry->by),
                      PRINT(time_iso(arena, entry->at)));
        buffer_add(&out, entry->body);
        lines[i] = line;
        line++;
        for (size_t k = 0; k < entry->body.len; k++)
            line += entry->body.at[k] == '\n';
    }
    return buffer_slice(&out);
}

/* Takes statements of the files off the list where the registers' text has one of the same kind and id. */
static void stand_over(struct plan_syntax *syntax)
{
    for (const struct plan_statement *over = syntax->statements; over; over = over->next) {
        if (over->place.file != 0 || over->kind == PLAN_INCLUDE)
            continue;
        for (struct plan_statement **at = &syntax->statements; *at;) {
            const struct plan_statement *s = *at;
            if (s != over && s->place.file != 0 && s->kind == over->kind && slice_equal(s->name.text, over->name.text))
                *at = s->next;
            else
                at = &(*at)->next;
        }
    }
}

static bool parse_and_resolve(const struct host *host, struct slice text, struct arena *arena, struct plan_model **ret,
                              struct error *err)
{
    struct plan_syntax *syntax = NULL;
    if (!plan_parse_text(host, text, S(PLANS_REGISTERS_FILE), arena, &syntax, err))
        return false;
    stand_over(syntax);
    return plan_resolve(host, syntax, arena, ret, err);
}

/* The entry whose text holds this line; journal->count: none. */
static size_t entry_of_line(const struct journal *journal, const uint32_t *lines, uint64_t line)
{
    size_t found = journal->count;
    for (size_t i = 0; i < journal->count; i++)
        if (lines[i] && lines[i] <= line)
            found = i;
    return found;
}

/* ---- Loading ---- */

static bool fault_of(struct slice name, struct error *err)
{
    char words[900];
    struct error fault = *err;
    if (fault.code != ERROR_INPUT && fault.code != ERROR_NOT_FOUND && fault.code != ERROR_TOO_BIG)
        return false;
    if (slice_starts(slice_of(fault.file), S("./")))
        memmove(fault.file, fault.file + 2, strlen(fault.file + 2) + 1);
    error_print(&fault, words, sizeof words);
    size_t length = strlen(words);
    if (length && words[length - 1] == '.')
        words[length - 1] = '\0';
    return error_set(err, ERROR_CONFLICT, "the plan %.*s cannot be computed: %s", PRINT(name), words);
}

/* Loads with all rows that fit; each that does not is left out and named. */
static bool load(struct kept_plan *kept, struct error *err)
{
    struct open_plan *open = &kept->open;
    struct arena *arena = kept->arena;
    const struct journal *journal = open->journal;
    struct plan_left_out *left_out = arena_array(arena, struct plan_left_out, LEFT_OUT_MOST);
    bool *out = arena_array(arena, bool, journal->count);
    uint32_t *lines = arena_array(arena, uint32_t, journal->count);
    for (;;) {
        struct plan_model *model;
        open->registers = registers_text(open->name, journal, out, arena, lines);
        if (parse_and_resolve(&kept->texts->host, open->registers, arena, &model, err)) {
            open->model = model;
            break;
        }
        size_t at = entry_of_line(journal, lines, err->line);
        if (!slice_equal(slice_of(err->file), S(PLANS_REGISTERS_FILE)) || at == journal->count ||
            open->left_out_count == LEFT_OUT_MOST)
            return fault_of(open->name, err);
        out[at] = true;
        left_out[open->left_out_count++] = (struct plan_left_out){
            journal->entries[at].register_name, journal->entries[at].subject, arena_copy(arena, slice_of(err->text))};
        *err = NO_ERROR;
    }
    open->left_out = left_out;
    kept->lines = lines;
    open->digest = texts_digest(open->texts, open->registers);
    return true;
}

bool plans_try(const struct open_plan *plan, const struct journal *journal, struct arena *arena, struct error *err)
{
    struct texts *texts = texts_of_folder(plan->texts->disk, plan->texts->folder, arena);
    bool *out = arena_array(arena, bool, journal->count);
    uint32_t *lines = arena_array(arena, uint32_t, journal->count);
    struct plan_model *model;
    for (size_t i = 0; i < journal->count; i++)
        for (size_t k = 0; k < plan->left_out_count; k++)
            out[i] = out[i] || (i + 1 < journal->count &&
                                slice_equal(journal->entries[i].register_name, plan->left_out[k].register_name) &&
                                slice_equal(journal->entries[i].subject, plan->left_out[k].subject));
    return parse_and_resolve(&texts->host, registers_text(plan->name, journal, out, arena, lines), arena, &model, err);
}

const struct journal_entry *plans_entry_at(const struct open_plan *plan, uint32_t line)
{
    size_t at = entry_of_line(plan->journal, plan->kept->lines, line);
    return at < plan->journal->count ? &plan->journal->entries[at] : NULL;
}

/* ---- A frozen version ---- */

static bool read_version(struct transaction *transaction, const struct plan_wanted *wanted, struct arena *arena,
                         struct texts **ret, int64_t *ret_entry, struct error *err)
{
    const struct value *row;
    struct result rows;
    if (!store_query_one(transaction, STATEMENT_PLANS_VERSION,
                         ARGS(value_text(wanted->name), value_text(wanted->version)), arena,
                         "the plan has no approved version of this name; choose one of its versions", &row, err) ||
        !store_query(transaction, STATEMENT_PLANS_VERSION_TEXTS,
                     ARGS(value_text(wanted->name), value_text(wanted->version)), arena, &rows, err))
        return false;
    *ret_entry = cell_integer(&row[4]);
    struct plan_text *texts = arena_array(arena, struct plan_text, rows.rows);
    for (size_t i = 0; i < rows.rows; i++)
        texts[i] = (struct plan_text){cell_text(&result_row(&rows, i)[1]), cell_text(&result_row(&rows, i)[2])};
    *ret = texts_frozen(texts, rows.rows, arena);
    return true;
}

/* ---- Keeping ---- */

static struct kept_plan *take(struct plans *plans, const struct plan_wanted *wanted, int64_t newest)
{
    pthread_mutex_lock(&plans->lock);
    struct kept_plan **at = &plans->first, *found;
    while (*at && !(slice_equal((*at)->open.name, wanted->name) && slice_equal((*at)->version, wanted->version) &&
                    (wanted->version.len || (*at)->open.newest == newest)))
        at = &(*at)->next;
    found = *at;
    if (found) {
        found->users++;
        *at = found->next;
        found->next = plans->first;
        plans->first = found;
    }
    pthread_mutex_unlock(&plans->lock);
    return found;
}

/* Off the list: what is stale. Whoever uses it still goes on. */
static void forget(struct plans *plans, struct kept_plan *plan)
{
    pthread_mutex_lock(&plans->lock);
    bool listed = false;
    for (struct kept_plan **at = &plans->first; *at && !listed; at = listed ? at : &(*at)->next)
        if (*at == plan) {
            *at = plan->next;
            plan->users--;
            listed = true;
        }
    pthread_mutex_unlock(&plans->lock);
    give_back(plan);
}

static void keep(struct plans *plans, struct kept_plan *plan)
{
    struct kept_plan *gone = NULL;
    pthread_mutex_lock(&plans->lock);
    plan->users = 2;
    plan->next = plans->first;
    plans->first = plan;
    size_t count = 0;
    for (struct kept_plan **at = &plans->first; *at;) {
        struct kept_plan *p = *at;
        if (++count <= PLANS_KEPT) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        if (--p->users == 0) {
            p->next = gone;
            gone = p;
        }
    }
    pthread_mutex_unlock(&plans->lock);
    while (gone) {
        struct kept_plan *next = gone->next;
        free_plan(gone);
        gone = next;
    }
}

/* The journal of the state that is wanted, and its newest entry. */
static bool look(const struct guard_session *session, const struct plan_wanted *wanted, struct arena *arena,
                 struct journal *journal, struct texts **ret_frozen, int64_t *ret_newest, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    int64_t until = INT64_MAX;
    bool done = guard_read_begin(session, USE_SHOW, scratch, &transaction, err);
    if (done && wanted->version.len)
        done = read_version(transaction, wanted, arena, ret_frozen, &until, err);
    done = done && journal_read(transaction, wanted->name, until, arena, journal, err);
    arena_free(scratch);
    if (!done)
        return false;
    if (date_known(wanted->day) && !wanted->version.len)
        until = journal_until(journal, wanted->day);
    while (journal->count && journal->entries[journal->count - 1].id > until)
        journal->count--;
    *ret_newest = journal->count ? journal->entries[journal->count - 1].id : 0;
    return true;
}

static struct kept_plan *make(struct plans *plans, const struct guard_session *session,
                              const struct plan_wanted *wanted, struct arena *arena, const struct journal *journal,
                              struct texts *frozen, int64_t newest)
{
    struct kept_plan *kept = arena_new(arena, struct kept_plan);
    kept->home = plans;
    kept->arena = arena;
    kept->version = arena_copy(arena, wanted->version);
    struct journal *copy = arena_new(arena, struct journal);
    *copy = *journal;
    kept->texts = frozen ? frozen : texts_of_folder(plans->host, folder_of(session, arena), arena);
    kept->open = (struct open_plan){
        .name = arena_copy(arena, wanted->name),
        .journal = copy,
        .newest = newest,
        .texts = kept->texts,
        .kept = kept,
    };
    return kept;
}

bool plans_open(struct plans *plans, const struct guard_session *session, const struct plan_wanted *wanted,
                struct arena *arena, const struct open_plan **ret, struct error *err)
{
    struct arena *own = arena_make(0);
    struct journal journal;
    struct texts *frozen = NULL;
    int64_t newest;
    if (!plans_may(session, ABILITY_PLAN, err) ||
        (!wanted->version.len && !is_plan(plans, session, wanted->name, own, err)) ||
        !look(session, wanted, own, &journal, &frozen, &newest, err)) {
        arena_free(own);
        return false;
    }
    struct kept_plan *plan = take(plans, wanted, newest);
    if (plan && !texts_unchanged(plan->open.texts)) {
        forget(plans, plan);
        plan = NULL;
    }
    if (plan) {
        arena_free(own);
    } else {
        plan = make(plans, session, wanted, own, &journal, frozen, newest);
        if (!load(plan, err)) {
            arena_free(own);
            return false;
        }
        keep(plans, plan);
    }
    arena_defer(arena, give_back, plan);
    *ret = &plan->open;
    return true;
}

/* ---- Evaluations ---- */

static void put_back(void *handle)
{
    struct kept_evaluation *e = handle;
    struct kept_plan *plan = e->plan;
    pthread_mutex_lock(&plan->home->lock);
    bool stays = plan->free_count < EVALUATIONS_KEPT;
    if (stays) {
        e->next = plan->free;
        plan->free = e;
        plan->free_count++;
    }
    pthread_mutex_unlock(&plan->home->lock);
    if (!stays)
        arena_free(e->arena);
}

struct plan_evaluation *plans_evaluation(const struct open_plan *plan, uint32_t overlay, struct arena *arena)
{
    struct kept_plan *kept = plan->kept;
    pthread_mutex_lock(&kept->home->lock);
    struct kept_evaluation **at = &kept->free, *found;
    while (*at && (*at)->overlay != overlay)
        at = &(*at)->next;
    found = *at;
    if (found) {
        *at = found->next;
        kept->free_count--;
    }
    pthread_mutex_unlock(&kept->home->lock);
    if (!found) {
        struct arena *own = arena_make(0);
        found = arena_new(own, struct kept_evaluation);
        *found = (struct kept_evaluation){
            .plan = kept, .arena = own, .evaluation = plan_evaluate(plan->model, overlay, own), .overlay = overlay};
        (void)plan_compute_all(found->evaluation);
    }
    arena_defer(arena, put_back, found);
    return found->evaluation;
}
