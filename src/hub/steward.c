/* A decision, one transaction: the writer is taken first, so two stewards come one after the other; the second finds
 * the first's word in force (or the unique index refuses him) and is told. Then the component is read, clustered in
 * every linkage, written, and the record of changes with it. */
#include "hub/steward.h"

#include "base/json.h"
#include "guard/change.h"
#include "hub/component.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/linking_state.h"
#include "hub/reading.h"
#include "link/link.h"

#include <inttypes.h>

static void order_pair(int64_t *a, int64_t *b)
{
    if (*a > *b) {
        int64_t swap = *a;
        *a = *b;
        *b = swap;
    }
}

static bool may_decide(const struct guard_session *session, struct slice reason, struct error *err)
{
    if (!guard_needs(session, ABILITY_STEWARD, err))
        return false;
    if (slice_trim(reason).len == 0 || reason.len > 2000)
        return error_set(err, ERROR_INPUT,
                         "write in at most 2,000 characters why you decide so; it stands beside the decision");
    return true;
}

/* The entities of these anchors in the session's linkage; 0 where there is none. */
static bool entities_of(struct transaction *t, int64_t linkage, const int64_t *anchors, size_t count,
                        struct arena *arena, int64_t *ret, struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(linkage), id_list(t, anchors, count, arena)), arena, &rows, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        ret[i] = 0;
        for (size_t k = 0; k < rows.rows; k++)
            if (cell_integer(&result_row(&rows, k)[0]) == anchors[i])
                ret[i] = cell_integer(&result_row(&rows, k)[1]);
    }
    return true;
}

static bool session_linkage(struct transaction *t, const struct guard_session *session, struct arena *arena,
                            int64_t *ret, struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_LINKAGE_FIND,
                     ARGS(value_text(S("person")), value_text(guard_grant(session)->match_sources)), arena, &rows, err))
        return false;
    if (rows.rows == 0)
        return error_set(err, ERROR_NOT_FOUND, "the hub was not linked since this agreement came up; run staithe link");
    *ret = cell_integer(&result_row(&rows, 0)[0]);
    return true;
}

/* Both records are there, and the session's grant may match on their sources. */
static bool pair_there(struct transaction *t, const struct guard_session *session, int64_t a, int64_t b,
                       struct arena *arena, struct error *err)
{
    struct result rows;
    int64_t anchors[2] = {a, b};
    if (!store_query(t, STATEMENT_HUB_VERSIONS, ARGS(id_list(t, anchors, 2, arena)), arena, &rows, err))
        return false;
    if (a == b || rows.rows < 2)
        return error_set(err, ERROR_NOT_FOUND, "one of the two records is not there any more; open the list again");
    for (size_t i = 0; i < rows.rows; i++)
        if (!grant_matches(guard_grant(session), cell_text(&result_row(&rows, i)[2])))
            return error_set(err, ERROR_DENIED, "no agreement in force lets you decide on records of %.*s",
                             PRINT(cell_text(&result_row(&rows, i)[2])));
    return true;
}

/* The linkage whose doubts the stewards decide is that of all sources that may be linked. */
static bool main_sources(const struct guard_session *session, struct arena *arena, struct slice *ret, struct error *err)
{
    const struct grant *grant;
    struct grant_request request = {S("hub"), S("linker"), S("linking"), guard_today(guard_of(session))};
    if (!grant_compile(guard_catalogue(session), &request, arena, &grant, err))
        return false;
    *ret = grant->match_sources;
    return true;
}

static bool write_decision(struct transaction *t, const struct hub *hub, const struct guard_session *session, int64_t a,
                           int64_t b, enum verdict verdict, struct slice reason, struct arena *arena, int64_t *ret_id,
                           struct error *err)
{
    order_pair(&a, &b);
    struct slice word = verdict == VERDICT_JOIN ? S("join") : S("keep_apart");
    int64_t id;
    if (!store_next_ids(t, "decision", 1, &id, err) ||
        !store_execute(t, STATEMENT_HUB_DECISION_INSERT,
                       ARGS(value_integer(id), value_integer(a), value_integer(b), value_text(word),
                            value_text(guard_who(session)->name), value_integer(host_now(hub->host)),
                            value_text(slice_trim(reason))),
                       NULL, err))
        return false;
    *ret_id = id;
    return change_write(t, session, S("decision"), arena_format(arena, "%" PRId64 " %" PRId64, a, b),
                        arena_format(arena, "{\"verdict\":\"%.*s\",\"decision\":%" PRId64 "}", PRINT(word), id), err);
}

/* In the record of changes: the decision on this pair holds no more. */
static bool write_undo(struct transaction *t, const struct guard_session *session, int64_t a, int64_t b,
                       struct slice verdict, int64_t decision, struct arena *arena, struct error *err)
{
    struct buffer detail = buffer_make(arena);
    struct json json = json_to(&detail);
    json_object(&json);
    json_pair_text(&json, "undone", verdict);
    json_pair_integer(&json, "decision", decision);
    json_end(&json);
    return change_write(t, session, S("decision"), arena_format(arena, "%" PRId64 " %" PRId64, a, b),
                        buffer_slice(&detail), err);
}

static bool recluster(struct transaction *t, const struct hub *hub, const struct guard_session *session,
                      const int64_t *anchors, size_t count, struct slice cause, struct arena *arena,
                      struct component *component, size_t *ret_changed, struct error *err)
{
    struct component_options options = {0};
    struct linkage_state *linkages;
    struct hub_linkage *changed;
    struct linking_state last;
    struct reclustering word = {
        .component = component, .what = RECLUSTER_DECIDED, .now = host_now(hub->host), .cause = cause, .threads = 1};
    if (!main_sources(session, arena, &word.main_sources, err) || !linking_last(t, arena, &last, err) ||
        !linkages_read(t, arena, &linkages, &word.linkage_count, err) ||
        !component_read(t, guard_catalogue(session), anchors, count, &options, arena, component, err))
        return false;
    word.linkages = linkages;
    word.linking = last.id;
    if (!component_recluster(t, &word, arena, &changed, err))
        return false;
    *ret_changed = 0;
    for (size_t i = 0; i < word.linkage_count; i++)
        *ret_changed += changed[i].moved;
    return true;
}

/* What a decision came to, in a sentence. */
static struct slice outcome_of(const struct component *c, int64_t a, int64_t b, enum verdict verdict, bool together,
                               struct slice sources, struct arena *arena)
{
    int64_t x = linked_find(&c->linked, a), y = linked_find(&c->linked, b);
    if (verdict == VERDICT_KEEP_APART)
        return S("The two records are of two people now, and stay so whenever the hub is linked again.");
    if (together)
        return S("The two records are of one person now, and stay so whenever the hub is linked again.");
    uint64_t *codes = verified_codes(&c->linked, sources, arena);
    if (x >= 0 && y >= 0 && codes[x] && codes[y] && codes[x] != codes[y])
        return S("The decision is kept, but the two stay apart: they have two different verified NHS numbers.");
    return S("The decision is kept, but the two stay apart: a keep-apart or two different verified NHS numbers among "
             "their other records forbid it.");
}

/* ---- What else moved ---- */

struct company {
    int64_t *anchors;
    size_t count;
};

/* All members of the two entities, each once. */
static bool company_of(struct transaction *t, int64_t linkage, const int64_t entities[2], struct arena *arena,
                       struct company *ret, struct error *err)
{
    struct result rows[2] = {{0}};
    for (size_t i = 0; i < 2; i++)
        if (entities[i] && (i == 0 || entities[1] != entities[0]) &&
            !store_query(t, STATEMENT_HUB_MEMBERS_OF, ARGS(value_integer(linkage), value_integer(entities[i])), arena,
                         &rows[i], err))
            return false;
    *ret = (struct company){.anchors = arena_array(arena, int64_t, rows[0].rows + rows[1].rows + 1)};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < rows[i].rows; k++)
            ret->anchors[ret->count++] = cell_integer(&result_row(&rows[i], k)[0]);
    return true;
}

static bool among(int64_t anchor, const int64_t *anchors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (anchors[i] == anchor)
            return true;
    return false;
}

static bool tell_moved(struct transaction *t, int64_t linkage, const struct company *before, struct arena *arena,
                       struct decided *decided, struct error *err)
{
    struct company after;
    if (!company_of(t, linkage, (const int64_t[]){decided->entity_a, decided->entity_b}, arena, &after, err))
        return false;
    int64_t *parted = arena_array(arena, int64_t, before->count + 1);
    for (size_t i = 0; i < before->count; i++)
        if (!among(before->anchors[i], after.anchors, after.count))
            parted[decided->parted_count++] = before->anchors[i];
    for (size_t i = 0; i < after.count; i++)
        decided->drawn_count += !among(after.anchors[i], before->anchors, before->count);
    decided->parted = parted;
    if (decided->parted_count)
        decided->outcome = arena_format(
            arena, "%.*s %zu other %s with them before %s of somebody else now, by the rules of the linkage.",
            PRINT(decided->outcome), decided->parted_count, decided->parted_count == 1 ? "record" : "records",
            decided->parted_count == 1 ? "is" : "are");
    if (decided->drawn_count)
        decided->outcome =
            arena_format(arena, "%.*s %zu other %s to them.", PRINT(decided->outcome), decided->drawn_count,
                         decided->drawn_count == 1 ? "record came" : "records came");
    return true;
}

/* What a decision, its undoing or a split is made of. */
struct deed {
    const struct hub *hub;
    const struct guard_session *session;
    struct slice reason;
    struct arena *arena;
    struct transaction *t;
    int64_t linkage;
    struct decided decided;
};

static bool deed_begin(struct deed *deed, struct error *err)
{
    return may_decide(deed->session, deed->reason, err) && guard_write_begin(deed->session, deed->arena, &deed->t, err);
}

static bool deed_end(struct deed *deed, bool good, struct decided *ret, struct error *err)
{
    if (!transaction_finish(deed->t, good, err))
        return false;
    *ret = deed->decided;
    return true;
}

static bool decide_in(struct deed *d, int64_t a, int64_t b, enum verdict verdict, struct error *err)
{
    struct arena *arena = d->arena;
    struct result rows;
    struct component component;
    struct company before;
    int64_t anchors[2] = {a, b}, asked[2] = {a, b}, entities[2];
    if (!pair_there(d->t, d->session, a, b, arena, err) || !session_linkage(d->t, d->session, arena, &d->linkage, err))
        return false;
    order_pair(&anchors[0], &anchors[1]);
    if (!store_query(d->t, STATEMENT_HUB_DECISION_IN_FORCE, ARGS(value_integer(anchors[0]), value_integer(anchors[1])),
                     arena, &rows, err))
        return false;
    if (rows.rows) {
        const struct value *row = result_row(&rows, 0);
        return error_set(
            err, ERROR_CONFLICT, "%.*s has decided this pair already (%s); undo that decision first if it is wrong",
            PRINT(cell_text(&row[2])), slice_equal(cell_text(&row[1]), S("join")) ? "one person" : "two people");
    }
    struct slice cause = arena_format(arena, "decision of %.*s", PRINT(guard_who(d->session)->name));
    if (!entities_of(d->t, d->linkage, anchors, 2, arena, entities, err) ||
        !company_of(d->t, d->linkage, entities, arena, &before, err) ||
        !write_decision(d->t, d->hub, d->session, a, b, verdict, d->reason, arena, &d->decided.decision, err) ||
        !recluster(d->t, d->hub, d->session, anchors, 2, cause, arena, &component, &d->decided.linkages_changed, err) ||
        !entities_of(d->t, d->linkage, asked, 2, arena, entities, err) ||
        !store_execute(d->t, STATEMENT_HUB_DOUBT_DELETE, ARGS(value_integer(anchors[0]), value_integer(anchors[1])),
                       NULL, err))
        return false;
    d->decided.entity_a = entities[0], d->decided.entity_b = entities[1];
    d->decided.outcome = outcome_of(&component, a, b, verdict, entities[0] == entities[1],
                                    guard_grant(d->session)->match_sources, arena);
    return tell_moved(d->t, d->linkage, &before, arena, &d->decided, err);
}

bool hub_decide(const struct hub *hub, const struct guard_session *session, int64_t a, int64_t b, enum verdict verdict,
                struct slice reason, struct arena *arena, struct decided *ret, struct error *err)
{
    struct deed deed = {.hub = hub, .session = session, .reason = reason, .arena = arena};
    return deed_begin(&deed, err) && deed_end(&deed, decide_in(&deed, a, b, verdict, err), ret, err);
}

static bool undo_in(struct deed *d, int64_t decision, struct error *err)
{
    struct arena *arena = d->arena;
    const struct value *row;
    struct component component;
    struct company before;
    int64_t changed, entities[2];
    struct slice by = guard_who(d->session)->name, cause = arena_format(arena, "decision undone by %.*s", PRINT(by));
    if (!store_query_one(d->t, STATEMENT_HUB_DECISION, ARGS(value_integer(decision)), arena,
                         "there is no such decision; open the list again", &row, err))
        return false;
    int64_t anchors[2] = {cell_integer(&row[0]), cell_integer(&row[1])};
    if (!cell_null(&row[6]))
        return error_set(err, ERROR_CONFLICT, "%.*s has undone this decision already", PRINT(cell_text(&row[5])));
    if (!store_execute(d->t, STATEMENT_HUB_DECISION_UNDO,
                       ARGS(value_integer(decision), value_text(by), value_integer(host_now(d->hub->host)),
                            value_text(slice_trim(d->reason))),
                       &changed, err))
        return false;
    if (changed != 1)
        return error_set(err, ERROR_CONFLICT, "somebody has undone this decision already");
    if (!write_undo(d->t, d->session, anchors[0], anchors[1], cell_text(&row[2]), decision, arena, err) ||
        !session_linkage(d->t, d->session, arena, &d->linkage, err) ||
        !entities_of(d->t, d->linkage, anchors, 2, arena, entities, err) ||
        !company_of(d->t, d->linkage, entities, arena, &before, err) ||
        !recluster(d->t, d->hub, d->session, anchors, 2, cause, arena, &component, &d->decided.linkages_changed, err) ||
        !entities_of(d->t, d->linkage, anchors, 2, arena, entities, err))
        return false;
    d->decided.entity_a = entities[0], d->decided.entity_b = entities[1];
    d->decided.outcome = entities[0] == entities[1]
                             ? S("The decision is undone; by their weight the two records are of one person.")
                             : S("The decision is undone; by their weight the two records are of two people.");
    return tell_moved(d->t, d->linkage, &before, arena, &d->decided, err);
}

bool hub_undo(const struct hub *hub, const struct guard_session *session, int64_t decision, struct slice reason,
              struct arena *arena, struct decided *ret, struct error *err)
{
    struct deed deed = {
        .hub = hub, .session = session, .reason = reason, .arena = arena, .decided = {.decision = decision}};
    return deed_begin(&deed, err) && deed_end(&deed, undo_in(&deed, decision, err), ret, err);
}

/* Keep-apart of each pair between the two sides; a join in force between them is undone by it. */
static bool write_split(struct transaction *t, const struct hub *hub, const struct guard_session *session,
                        const int64_t *apart, size_t apart_count, const int64_t *rest, size_t rest_count,
                        struct slice reason, struct arena *arena, int64_t *ret_last, struct error *err)
{
    for (size_t i = 0; i < apart_count; i++)
        for (size_t k = 0; k < rest_count; k++) {
            struct result rows;
            int64_t a = apart[i], b = rest[k];
            order_pair(&a, &b);
            if (!store_query(t, STATEMENT_HUB_DECISION_IN_FORCE, ARGS(value_integer(a), value_integer(b)), arena, &rows,
                             err))
                return false;
            if (rows.rows && slice_equal(cell_text(&result_row(&rows, 0)[1]), S("keep_apart")))
                continue;
            if (rows.rows &&
                (!store_execute(t, STATEMENT_HUB_DECISION_UNDO,
                                ARGS(result_row(&rows, 0)[0], value_text(guard_who(session)->name),
                                     value_integer(host_now(hub->host)), value_text(slice_trim(reason))),
                                NULL, err) ||
                 !write_undo(t, session, a, b, S("join"), cell_integer(&result_row(&rows, 0)[0]), arena, err)))
                return false;
            if (!write_decision(t, hub, session, a, b, VERDICT_KEEP_APART, reason, arena, ret_last, err) ||
                !store_execute(t, STATEMENT_HUB_DOUBT_DELETE, ARGS(value_integer(a), value_integer(b)), NULL, err))
                return false;
        }
    return true;
}

/* The person's records in two: those to be split off, and the rest. */
struct two_sides {
    int64_t *all, *out, *rest;
    size_t count, out_count, rest_count;
};

static bool two_sides(struct deed *d, int64_t entity, const int64_t *apart, size_t apart_count, struct two_sides *ret,
                      struct error *err)
{
    struct result rows;
    if (!session_linkage(d->t, d->session, d->arena, &d->linkage, err) ||
        !store_query(d->t, STATEMENT_HUB_MEMBERS_OF, ARGS(value_integer(d->linkage), value_integer(entity)), d->arena,
                     &rows, err))
        return false;
    if (rows.rows == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no such person for this purpose; search again");
    struct two_sides s = {.all = arena_array(d->arena, int64_t, rows.rows),
                          .out = arena_array(d->arena, int64_t, rows.rows),
                          .rest = arena_array(d->arena, int64_t, rows.rows),
                          .count = rows.rows};
    for (size_t i = 0; i < rows.rows; i++) {
        s.all[i] = cell_integer(&result_row(&rows, i)[0]);
        if (among(s.all[i], apart, apart_count))
            s.out[s.out_count++] = s.all[i];
        else
            s.rest[s.rest_count++] = s.all[i];
    }
    if (s.out_count == 0 || s.rest_count == 0)
        return error_set(err, ERROR_INPUT, "choose some of the person's records, not none and not all of them");
    for (size_t i = 0; i < apart_count; i++)
        if (!among(apart[i], s.all, s.count))
            return error_set(err, ERROR_CONFLICT,
                             "one of the records chosen is not this person's any more; open the person again");
    if (s.out_count * s.rest_count > 4000)
        return error_set(err, ERROR_TOO_BIG, "these are too many pairs to keep apart at once; split off fewer records");
    *ret = s;
    return true;
}

static bool split_in(struct deed *d, int64_t entity, const int64_t *apart, size_t apart_count, struct error *err)
{
    struct two_sides s = {0};
    struct component component;
    struct slice cause = arena_format(d->arena, "split by %.*s", PRINT(guard_who(d->session)->name));
    if (!two_sides(d, entity, apart, apart_count, &s, err) ||
        !write_split(d->t, d->hub, d->session, s.out, s.out_count, s.rest, s.rest_count, d->reason, d->arena,
                     &d->decided.decision, err) ||
        !recluster(d->t, d->hub, d->session, s.all, s.count, cause, d->arena, &component, &d->decided.linkages_changed,
                   err) ||
        !entities_of(d->t, d->linkage, &s.rest[0], 1, d->arena, &d->decided.entity_a, err) ||
        !entities_of(d->t, d->linkage, &s.out[0], 1, d->arena, &d->decided.entity_b, err))
        return false;
    d->decided.outcome = arena_format(
        d->arena, "%zu of %zu records are another person's now, and stay so whenever the hub is linked again.",
        s.out_count, s.count);
    return true;
}

bool hub_split(const struct hub *hub, const struct guard_session *session, int64_t entity, const int64_t *apart,
               size_t apart_count, struct slice reason, struct arena *arena, struct decided *ret, struct error *err)
{
    struct deed deed = {.hub = hub, .session = session, .reason = reason, .arena = arena};
    return deed_begin(&deed, err) && deed_end(&deed, split_in(&deed, entity, apart, apart_count, err), ret, err);
}

bool hub_decisions(const struct hub *hub, const struct guard_session *session, int64_t before, int limit,
                   struct arena *arena, struct decision_line **ret, size_t *ret_count, struct error *err)
{
    (void)hub;
    struct transaction *t;
    struct result rows;
    if (!guard_needs(session, ABILITY_STEWARD, err) || !guard_read_begin(session, USE_SHOW, arena, &t, err) ||
        !store_query(
            t, STATEMENT_HUB_DECISIONS_LIST,
            ARGS(value_integer(before ? before : INT64_MAX), value_integer(limit > 0 && limit <= 1000 ? limit : 50)),
            arena, &rows, err))
        return false;
    transaction_rollback(t);
    struct decision_line *lines = arena_array(arena, struct decision_line, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        lines[i] = (struct decision_line){.id = cell_integer(&row[0]),
                                          .a = cell_integer(&row[1]),
                                          .b = cell_integer(&row[2]),
                                          .verdict = slice_equal(cell_text(&row[3]), S("join")) ? VERDICT_JOIN
                                                                                                : VERDICT_KEEP_APART,
                                          .decided_by = cell_text(&row[4]),
                                          .decided_at = cell_integer(&row[5]),
                                          .reason = cell_text(&row[6]),
                                          .undone_by = cell_text(&row[7]),
                                          .undone_at = cell_integer(&row[8]),
                                          .undone_reason = cell_text(&row[9])};
    }
    *ret = lines;
    *ret_count = rows.rows;
    return true;
}
