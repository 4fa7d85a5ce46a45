/* deeds.c: the words. A change's kind says too little by itself ("account"): its deed is found by what its detail or
 * subject holds, the first line of the table that fits, and what the words say already is left out of the detail. */
#include "web/deeds.h"

#include "web/routes.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* ---- Looks ---- */

static const struct look_deed looks[] = {
    {"search", "Searched for people and homes"},
    {"view", "Opened a person's record"},
    {"record", "Opened one record of a person, with its earlier versions"},
    {"identity check", "Checked who was calling"},
    {"home", "Opened a home"},
    {"why", "Saw why records are one person"},
    {"doubts", "Opened the doubtful links"},
    {"doubt", "Opened a doubtful link"},
    {"concerns", "Opened the concerns"},
    {"what if", "Asked what other thresholds or rules would change"},
    {"events", "Followed which people's records joined and split"},
    {"list", "Opened a list"},
    {"export", "Exported a list"},
    {"quarantine", "Opened rows in quarantine"},
    {"audit", "Read the audit"},
};

const struct look_deed *deeds_of_looks(size_t *ret_count)
{
    *ret_count = countof(looks);
    return looks;
}

/* The two of a pair: "2:7 and 2:9". */
static bool pair_of(struct slice subject, struct slice *ret_a, struct slice *ret_b)
{
    size_t at = slice_find(subject, ' ');
    if (at == subject.len || !slice_starts(slice_part(subject, at, subject.len), S(" and ")))
        return false;
    *ret_a = slice_part(subject, 0, at);
    *ret_b = slice_part(subject, at + 5, subject.len);
    return true;
}

struct slice deed_of_look(const struct audit_entry *entry)
{
    struct slice a, b;
    if (slice_equal(entry->action, S("why")) && pair_of(entry->subject, &a, &b))
        return S("Saw why two records are not one person");
    if (slice_equal(entry->action, S("concerns")) && slice_equal(entry->subject, S("my own")))
        return S("Opened the answers to their own concerns");
    for (size_t i = 0; i < countof(looks); i++)
        if (slice_equal(entry->action, slice_of(looks[i].action)))
            return slice_of(looks[i].words);
    return entry->action;
}

struct slice deed_place(struct slice place, struct arena *arena)
{
    size_t count;
    const struct route *routes = route_table(&count);
    if (slice_starts(place, S("command line ")))
        return arena_format(arena, "Command: staithe %.*s", PRINT(slice_part(place, 13, place.len)));
    for (size_t i = 0; i < count; i++) {
        bool post = routes[i].method == METHOD_POST;
        if (slice_equal(place, arena_format(arena, "web %s %s", post ? "POST" : "GET", routes[i].pattern)))
            return arena_format(arena, "%s: %s", routes[i].answer == ANSWER_JSON ? "Program" : "Page",
                                routes[i].summary);
    }
    return place;
}

/* ---- Whom a look is about ---- */

static struct url looks_at(struct slice subject, struct arena *arena)
{
    return url_path(arena, "/audit?subject=%", subject);
}

/* "2:17" is person 17 of linkage 2. */
static bool person_of(struct slice text, const struct deed_reader *reader, struct arena *arena,
                      struct deed_subject *ret)
{
    int64_t linkage, person;
    size_t colon = slice_find(text, ':');
    if (colon == text.len || !slice_integer(slice_part(text, 0, colon), &linkage) ||
        !slice_integer(slice_part(text, colon + 1, text.len), &person) || person <= 0)
        return false;
    *ret =
        (struct deed_subject){.words = arena_format(arena, "person %" PRId64, person), .looks = looks_at(text, arena)};
    if (reader->views && linkage == reader->linkage)
        ret->to = url_path(arena, "/people/%", text_of_integer(arena, person));
    return true;
}

static struct slice spaced(struct slice name, struct arena *arena)
{
    char *copy = arena_cstr(arena, name);
    for (size_t i = 0; i < name.len; i++)
        if (copy[i] == '_')
            copy[i] = ' ';
    return slice_from(copy, name.len);
}

static struct slice source_title(const struct catalogue *catalogue, struct slice name)
{
    const struct source *source = catalogue_source(catalogue, name);
    return source ? source->title : name;
}

size_t deed_subjects(const struct audit_entry *entry, const struct deed_reader *reader, struct arena *arena,
                     struct deed_subject ret[DEED_SUBJECTS])
{
    struct slice subject = entry->subject, action = entry->action, a, b;
    /* A search's subject is a keyed digest: it tells two searches apart and says nothing to a reader. */
    if (slice_empty(subject) || slice_equal(action, S("search")))
        return 0;
    if (pair_of(subject, &a, &b))
        return person_of(a, reader, arena, &ret[0]) && person_of(b, reader, arena, &ret[1]) ? 2 : 0;
    if (person_of(subject, reader, arena, &ret[0]))
        return 1;
    ret[0] = (struct deed_subject){.words = subject, .looks = looks_at(subject, arena)};
    if (slice_equal(action, S("doubts")) || slice_equal(action, S("concerns")) || slice_equal(subject, S("everybody")))
        return 0;
    if (slice_equal(action, S("home"))) {
        ret[0].words = arena_format(arena, "home %.*s", PRINT(subject));
        ret[0].to = reader->views ? url_path(arena, "/homes/%", subject) : (struct url){NO_SLICE};
    } else if (slice_equal(action, S("list")) || slice_equal(action, S("export"))) {
        ret[0].words = spaced(subject, arena);
        ret[0].to = reader->lists ? url_path(arena, "/lists/%", subject) : (struct url){NO_SLICE};
    } else if (slice_equal(action, S("quarantine"))) {
        ret[0].words = source_title(reader->catalogue, subject);
        ret[0].to = url_path(arena, "/sources/%", subject);
    }
    return 1;
}

/* ---- Changes ---- */

/* `of`: a name of the detail, a text in it, or the whole subject of a session's change; NULL: of any other. */
static const struct {
    const char *what, *of, *words;
} changes[] = {
    {"landing", "kept", "Received an extract"},
    {"landing", "checking", "Checked an extract"},
    {"landing", "current", "Showed the extract: it is what is seen now"},
    {"landing", "held", "Held the extract for a person's word"},
    {"landing", "refused", "Refused the extract"},
    {"landing", "failed", "Failed the extract: it does not fit its contract"},
    {"landing", NULL, "Landed an extract"},
    {"decision", "undone", "Took a decision back"},
    {"decision", "join", "Joined two records"},
    {"decision", "keep_apart", "Kept two records apart"},
    {"decision", NULL, "Decided on two records"},
    {"concern", "raised", "Said that something looks wrong"},
    {"concern", "closed", "Answered a concern and closed it"},
    {"concern", NULL, "Changed a concern"},
    {"entry", "taken", "Took a person from a list"},
    {"entry", "given_back", "Gave a person back to a list"},
    {"entry", "outcome", "Recorded what happened"},
    {"entry", "contact_note", "Wrote a contact note"},
    {"entry", NULL, "Wrote an entry"},
    {"account", "make first administrator", "Made the first administrator"},
    {"account", "make", "Made an account"},
    {"account", "make for demonstration", "Made a demonstration account"},
    {"account", "remove demonstration accounts", "Removed the demonstration accounts"},
    {"account", "disable", "Disabled an account"},
    {"account", "enable", "Opened an account again"},
    {"account", "set roles", "Set an account's roles"},
    {"account", "set password", "Set an account's password"},
    {"account", "reset password", "Reset an account's password at the machine"},
    {"account", "sign out everywhere", "Signed an account out everywhere"},
    {"account", NULL, "Changed an account"},
    {"plan", "row", "Wrote a row of a plan's register"},
    {"plan", "approved", "Approved a row of a plan"},
    {"plan", "challenge", "Recorded a budget challenge"},
    {"plan", "scenario", "Tried a scenario of a plan"},
    {"plan", "locked", "Locked a plan's register"},
    {"plan", "opened", "Opened a plan's register again"},
    {"plan", "version", "Approved and froze a version of a plan"},
    {"plan", NULL, "Changed a plan"},
    {"session", "sign in", "Signed in"},
    {"session", "choose", "Chose a purpose"},
    {"session", "caller identified", "Identified a caller"},
    {"session", "sign out", "Signed out"},
    {"session", NULL, "Changed their session"},
    {"model", "adopted", "Put other thresholds or rules in force for how records match"},
    {"model", NULL, "Took a model of how records match"},
    {"link", NULL, "Linked the records"},
};

static bool told_by(json_t *object, struct slice subject, const char *of)
{
    const char *key;
    json_t *value;
    if (slice_equal(subject, slice_of(of)))
        return true;
    json_object_foreach(object, key, value)
    {
        if (strcmp(key, of) == 0 || (json_is_string(value) && strcmp(json_string_value(value), of) == 0))
            return true;
    }
    return false;
}

/* "rows in: 120, decision: 12" of {"rows_in":120,"decision":12}; what is no flat object stays as it is. `said`: what
 * the deed's words say already. */
static struct slice detail_words(json_t *object, struct slice detail, const char *said, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    const char *key;
    json_t *value;
    bool flat = json_is_object(object);
    json_object_foreach(object, key, value)
    {
        struct slice name = spaced(slice_of(key), arena);
        if (said && (strcmp(key, said) == 0 || (json_is_string(value) && strcmp(json_string_value(value), said) == 0)))
            continue;
        buffer_format(&out, "%s%.*s", out.len ? ", " : "", PRINT(name));
        if (json_is_string(value)) {
            struct slice text = slice_from(json_string_value(value), json_string_length(value));
            bool digest = slice_equal(name, S("digest"));
            buffer_format(&out, ": %.*s", PRINT(digest ? slice_part(text, 0, 16) : text));
        } else if (json_is_integer(value))
            buffer_format(&out, ": %lld", (long long)json_integer_value(value));
        else if (json_is_real(value))
            buffer_format(&out, ": %g", json_real_value(value));
        else if (json_is_boolean(value))
            buffer_add(&out, json_is_true(value) ? S("") : S(": no"));
        else
            flat = false;
    }
    return flat ? buffer_slice(&out) : detail;
}

static struct slice subject_words(const struct change *change, const struct catalogue *catalogue, struct arena *arena)
{
    struct slice what = change->what, subject = change->subject;
    size_t space = slice_find(subject, ' ');
    if (slice_equal(what, S("session")) || slice_equal(what, S("link")))
        return NO_SLICE;
    if (slice_equal(what, S("landing")))
        return source_title(catalogue, subject);
    if (slice_equal(what, S("decision")) && space < subject.len)
        return arena_format(arena, "records %.*s and %.*s", PRINT(slice_part(subject, 0, space)),
                            PRINT(slice_part(subject, space + 1, subject.len)));
    if (slice_equal(what, S("concern")) || slice_equal(what, S("entry")))
        return arena_format(arena, "%.*s %.*s", PRINT(what), PRINT(subject));
    return subject;
}

const char *deed_of_change(const struct change *change, const struct catalogue *catalogue, struct arena *arena,
                           struct slice *ret_subject, struct slice *ret_detail)
{
    json_t *object = json_loadb(change->detail.at, change->detail.len, 0, NULL);
    struct slice of = slice_equal(change->what, S("session")) ? change->subject : NO_SLICE;
    const char *words = NULL, *said = NULL;
    for (size_t i = 0; i < countof(changes) && !words; i++)
        if (slice_equal(change->what, slice_of(changes[i].what)) &&
            (!changes[i].of || told_by(object, of, changes[i].of))) {
            words = changes[i].words;
            said = changes[i].of;
        }
    *ret_subject = subject_words(change, catalogue, arena);
    *ret_detail = change->detail.len ? detail_words(object, change->detail, said, arena) : NO_SLICE;
    json_decref(object);
    return words;
}
