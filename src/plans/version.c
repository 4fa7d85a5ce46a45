#include "plans/version.h"

#include "plan/check.h"
#include "plans/register.h"

static struct version version_of(const struct value *row)
{
    struct version version = {
        .name = cell_text(&row[0]),
        .title = cell_text(&row[1]),
        .by = cell_text(&row[2]),
        .at = cell_integer(&row[3]),
        .entry = cell_integer(&row[4]),
    };
    struct slice digest = cell_text(&row[5]);
    if (digest.len == sizeof version.digest.bytes)
        memcpy(version.digest.bytes, digest.at, digest.len);
    return version;
}

bool version_list(const struct guard_session *session, struct slice plan, struct arena *arena, struct version **ret,
                  size_t *ret_count, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct result rows;
    bool done = plans_may(session, ABILITY_PLAN, err) &&
                guard_read_begin(session, USE_SHOW, scratch, &transaction, err) &&
                store_query(transaction, STATEMENT_PLANS_VERSIONS, ARGS(value_text(plan)), arena, &rows, err);
    arena_free(scratch);
    if (!done)
        return false;
    *ret = arena_array(arena, struct version, rows.rows);
    *ret_count = rows.rows;
    for (size_t i = 0; i < rows.rows; i++)
        (*ret)[i] = version_of(result_row(&rows, i));
    return true;
}

bool version_find(const struct guard_session *session, struct slice plan, struct slice name, struct arena *arena,
                  struct version *ret, struct error *err)
{
    struct version *versions;
    size_t count;
    if (!version_list(session, plan, arena, &versions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (slice_equal(versions[i].name, name)) {
            *ret = versions[i];
            return true;
        }
    return error_set(err, ERROR_NOT_FOUND, "the plan has no approved version of this name; choose one of its versions");
}

struct slice version_missing(const struct open_plan *plan, struct arena *arena)
{
    struct plan_report report;
    if (plan->left_out_count)
        return arena_format(arena, "the row %.*s of the register of %.*s does not fit the plan's text",
                            PRINT(plan->left_out[0].subject), PRINT(plan->left_out[0].register_name));
    plan_check(plans_evaluation(plan, PLAN_NONE, arena), arena, &report);
    for (size_t i = 0; i < report.finding_count; i++)
        if (report.findings[i].kind == PLAN_FINDING_FAILURE || report.findings[i].kind == PLAN_FINDING_REGISTER)
            return report.findings[i].sentence;
    return NO_SLICE;
}

static bool check_name(struct slice name, struct error *err)
{
    bool fine = name.len > 0 && name.len <= ROW_NAME_MAX;
    for (size_t i = 0; fine && i < name.len; i++) {
        char c = name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        fine = letter || (i > 0 && ((c >= '0' && c <= '9') || c == '-'));
    }
    return fine || error_set(err, ERROR_INPUT,
                             "\"%.*s\" is no name for a version; write letters, digits and hyphens, a letter first, as "
                             "in cabinet-january-2025",
                             PRINT(slice_part(name, 0, 60)));
}

static bool insert_texts(struct transaction *transaction, const struct open_plan *plan, struct slice name,
                         struct error *err)
{
    for (size_t i = 0; i < plan->texts->count; i++)
        if (!store_execute(transaction, STATEMENT_PLANS_VERSION_TEXT_INSERT,
                           ARGS(value_text(plan->name), value_text(name), value_integer((int64_t)i),
                                value_text(plan->texts->items[i].file), value_text(plan->texts->items[i].body)),
                           NULL, err))
            return false;
    return true;
}

static bool write_version(struct transaction *transaction, const struct open_plan *plan,
                          const struct guard_session *session, const struct version_making *making, struct arena *arena,
                          struct error *err)
{
    int64_t newest;
    struct journal_entry entry = {
        .plan = plan->name,
        .register_name = S(JOURNAL_VERSIONS),
        .subject = making->name,
        .body = digest_hex(arena, &plan->digest),
        .reason = making->reason,
    };
    if (!journal_newest(transaction, plan->name, arena, &newest, err))
        return false;
    if (newest != plan->newest)
        return error_set(err, ERROR_CONFLICT, "the plan was changed meanwhile; look at it again before you approve it");
    return store_execute(transaction, STATEMENT_PLANS_VERSION_INSERT,
                         ARGS(value_text(plan->name), value_text(making->name), value_text(making->title),
                              value_text(guard_who(session)->name),
                              value_integer(host_now(guard_host(guard_of(session)))), value_integer(plan->newest),
                              value_bytes(plan->digest.bytes, sizeof plan->digest.bytes)),
                         NULL, err) &&
           insert_texts(transaction, plan, making->name, err) &&
           journal_add(transaction, session, "version", &entry, err);
}

bool version_freeze(const struct open_plan *plan, const struct guard_session *session,
                    const struct version_making *given, struct arena *arena, struct error *err)
{
    struct version_making making = *given;
    struct transaction *transaction;
    making.name = slice_trim(making.name);
    making.title = slice_trim(making.title);
    if (!plans_may(session, ABILITY_APPROVE, err) || !check_name(making.name, err) ||
        !reason_check(&making.reason, err))
        return false;
    if (!making.title.len || making.title.len > ROW_TEXT_MAX)
        return error_set(err, ERROR_INPUT, "a title of at most %d letters is needed; say what this version is for",
                         ROW_TEXT_MAX);
    if (!slice_equal(digest_hex(arena, &plan->digest), making.seen))
        return error_set(err, ERROR_CONFLICT, "the plan was changed meanwhile; look at it again before you approve it");
    struct slice missing = version_missing(plan, arena);
    if (missing.len)
        return error_set(err, ERROR_HELD, "the plan cannot be approved: %.*s", PRINT(missing));
    if (!guard_write_begin(session, arena, &transaction, err))
        return false;
    bool written = write_version(transaction, plan, session, &making, arena, err);
    if (!written && err->code == ERROR_CONFLICT &&
        slice_search(slice_of(err->text), S("meanwhile")) == strlen(err->text))
        error_set(err, ERROR_CONFLICT, "there is a version %.*s already; choose another name", PRINT(making.name));
    return transaction_finish(transaction, written, err);
}
