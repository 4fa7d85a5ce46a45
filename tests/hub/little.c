#include "hub/little.h"

#include "hub/answer_json.h"
#include "hub/search.h"
#include "hub/view.h"

#include <stdio.h>
#include <stdlib.h>

static const char county[] =
    "county: Littleshire\n"
    "agencies:\n"
    "  council: The Council\n"
    "  board: The Care Board\n"
    "  fire: The Fire Service\n"
    "  force: The Constabulary\n"
    "  hub: The hub itself\n"
    "purposes:\n"
    "  assess: {title: Care assessment}\n"
    "  prevent: {title: Fire prevention}\n"
    "  answer: {title: Answering callers}\n"
    "  linking: {title: Linking}\n"
    "  stewarding: {title: Stewarding}\n"
    "  oversight: {title: Oversight}\n"
    "roles:\n"
    "  worker: {title: Social worker, may: [search, view, list, export], purposes: [assess]}\n"
    "  officer: {title: Fire safety officer, may: [search, view, list], purposes: [prevent]}\n"
    "  contact: {title: Contact officer, may: [search, view, note], caller_check: true, purposes: [answer]}\n"
    "  data_steward: {title: Data steward, may: [search, view, steward], purposes: [stewarding]}\n"
    "  admin: {title: Administrator, may: [administer], purposes: [oversight]}\n"
    "  linker: {title: The linking engine, may: [], purposes: [linking]}\n";

#define HEAD(id, title)                                                                                                \
    "apiVersion: v3.0.2\nkind: DataContract\nid: " id "\nname: " title "\nversion: 1.0.0\nschema:\n  - name: " id      \
    "\n    properties:\n"
#define TEXT(name) "      - {name: " name ", logicalType: string}\n"
#define KEY(name)  "      - {name: " name ", logicalType: string, required: true, primaryKey: true}\n"
#define DAY(name)  "      - {name: " name ", logicalType: date, logicalTypeOptions: {format: yyyy-mm-dd}}\n"
#define TAIL(agency, agreement, called)                                                                                \
    "staithe:\n  agency: " agency "\n  agreement: " agreement                                                          \
    "\n  subject: person\n  delivery: snapshot\n  record_called: " called "\n"

static const char care[] = HEAD("care", "Care clients") KEY("number") TEXT("given") TEXT("family") TEXT("known_as")
    DAY("born") TEXT("address") TEXT("postcode") TEXT("uprn") TEXT("phone") TEXT("safety") TEXT("need")
        TAIL("council", "supply_care",
             "Care record") "  attributes:\n    person.given_name: given\n    person.family_name: family\n    "
                            "person.known_as: known_as\n    person.birth_date: born\n    place.address: address\n    "
                            "place.postcode: postcode\n    place.uprn: uprn\n    person.telephone: phone\n    "
                            "person.staff_safety: safety\n";
static const char gp[] = HEAD("gp", "GP list") KEY("nhs_number") TEXT("old_number") TEXT("family") TEXT("given")
    DAY("born") DAY("died") TEXT("address") TEXT("postcode") TEXT("phone")
        TAIL("board", "supply_gp",
             "GP registration") "  no_duplicates: true\n  attributes:\n    person.nhs_number: {column: nhs_number, "
                                "verified: true}\n    person.superseded_nhs_number: old_number\n    "
                                "person.family_name: family\n    person.given_name: given\n    person.birth_date: "
                                "born\n    person.death_date: died\n    place.address: address\n    place.postcode: "
                                "postcode\n    person.telephone: phone\n";
static const char tax[] =
    HEAD("tax", "Council tax") KEY("account") TEXT("name") TEXT("uprn") TEXT("address") TEXT("postcode") DAY("since")
        TAIL("council", "supply_tax",
             "Council tax account") "  attributes:\n    person.full_name: name\n    place.uprn: uprn\n    "
                                    "place.address: address\n    place.postcode: postcode\n    residence.from: since\n";
static const char police[] = HEAD("police", "Police notices") KEY("number") TEXT("family") TEXT("given") DAY("born")
    TEXT("address") TEXT("postcode") DAY("day") TEXT("kind") TEXT("words")
        TAIL("force", "supply_police",
             "Notice") "  attributes:\n    person.family_name: family\n    person.given_name: given\n    "
                       "person.birth_date: born\n    place.address: address\n    place.postcode: postcode\n    "
                       "event.date: day\n    event.kind: kind\n    event.text: words\n";
static const char homes[] = HEAD("homes", "Gazetteer") KEY("uprn") TEXT("address") TEXT("town") TEXT("postcode")
    TEXT("kind") "staithe:\n  agency: council\n  agreement: supply_homes\n  subject: home\n  delivery: snapshot\n  "
                 "gazetteer: true\n"
                 "  attributes:\n    place.uprn: uprn\n    place.address: address\n    place.town: town\n    "
                 "place.postcode: postcode\n    place.kind: kind\n";

#define BASIS "lawful_basis: UK GDPR Article 6(1)(e)\n"
#define SPAN  "from: 2026-01-01\nuntil: 2027-12-31\nreview: 2027-01-31\n"
#define SUPPLY(name, agency, source)                                                                                   \
    "agreement: " name "\ntitle: Supply of " source "\nbetween: [" agency ", hub]\npurposes: [oversight]\n" BASIS SPAN \
    "clauses:\n  - {clause: \"1\", source: " source ", roles: [admin], count: true}\n"
static const char assessing[] =
    "agreement: assessing\ntitle: Sharing for assessments\nbetween: [council, board]\npurposes: [assess]\n" BASIS SPAN
    "clauses:\n"
    "  - {clause: \"1.1\", source: care, roles: [worker], match: all, show: all, count: true}\n"
    "  - {clause: \"1.2\", source: gp, roles: [worker], match: all, show: [nhs_number, family, given, born, died, "
    "address, postcode]}\n"
    "  - {clause: \"1.3\", source: tax, roles: [worker], match: all, show: [name, uprn, address, postcode, since], "
    "count: true}\n"
    "  - {clause: \"1.4\", source: homes, roles: [worker], match: all, show: all, count: true}\n"
    "  - {clause: \"1.5\", source: recorded_visits, roles: [worker], show: all, count: true}\n"
    "  - {clause: \"1.6\", source: contact_notes, roles: [worker], show: all}\n";
static const char preventing[] =
    "agreement: preventing\ntitle: Sharing for fire prevention\nbetween: [fire, council, board]\npurposes: "
    "[prevent]\n" BASIS SPAN "clauses:\n"
    "  - {clause: \"2.1\", source: gp, roles: [officer], match: all, show: [family, given]}\n"
    "  - {clause: \"2.2\", source: tax, roles: [officer], match: all, show: [name, uprn, address, postcode]}\n"
    "  - {clause: \"2.3\", source: homes, roles: [officer], match: all, show: all}\n"
    "  - {clause: \"2.4\", source: recorded_visits, roles: [officer], show: all}\n";
static const char answering[] =
    "agreement: answering\ntitle: Answering callers\nbetween: [council]\npurposes: [answer]\n" BASIS SPAN "clauses:\n"
    "  - {clause: \"3.1\", source: care, roles: [contact], match: all, show: all}\n"
    "  - {clause: \"3.2\", source: homes, roles: [contact], match: all, show: all}\n"
    "  - {clause: \"3.3\", source: contact_notes, roles: [contact], show: all}\n";
#define EVERY(role)                                                                                                    \
    "  - {clause: \"1\", source: care, roles: [" role                                                                  \
    "], match: all, show: all}\n  - {clause: \"2\", source: gp, roles: [" role "], match: all, show: all}\n"           \
    "  - {clause: \"3\", source: tax, roles: [" role                                                                   \
    "], match: all, show: all}\n  - {clause: \"4\", source: police, roles: [" role "], match: all, show: all}\n"       \
    "  - {clause: \"5\", source: homes, roles: [" role "], match: all, show: all}\n"
static const char linking[] =
    "agreement: linking\ntitle: Joining records\nbetween: [hub, council, board, force]\npurposes: [linking]\n" BASIS
        SPAN "clauses:\n" EVERY("linker");
static const char stewarding[] =
    "agreement: stewarding\ntitle: Deciding doubtful links\nbetween: [hub, council, board, force]\npurposes: "
    "[stewarding]\n" BASIS SPAN "clauses:\n" EVERY("data_steward");

static void put(struct little *little, const char *name, const char *text)
{
    struct error err;
    GOOD(host_write_file(host_real(), arena_format(little->both->life, "%.*s/%s", PRINT(little->county), name),
                         slice_of(text), &err));
}

static void write_county(struct little *little)
{
    struct error err;
    const char *folders[] = {"sources", "agreements", "link"};
    struct slice spec;
    for (size_t i = 0; i < countof(folders); i++)
        GOOD(host_make_folder(host_real(),
                              arena_format(little->both->life, "%.*s/%s", PRINT(little->county), folders[i]), &err));
    put(little, "county.yaml", county);
    put(little, "sources/care.yaml", care);
    put(little, "sources/gp.yaml", gp);
    put(little, "sources/tax.yaml", tax);
    put(little, "sources/police.yaml", police);
    put(little, "sources/homes.yaml", homes);
    put(little, "agreements/supply_care.yaml", SUPPLY("supply_care", "council", "care"));
    put(little, "agreements/supply_gp.yaml", SUPPLY("supply_gp", "board", "gp"));
    put(little, "agreements/supply_tax.yaml", SUPPLY("supply_tax", "council", "tax"));
    put(little, "agreements/supply_police.yaml", SUPPLY("supply_police", "force", "police"));
    put(little, "agreements/supply_homes.yaml", SUPPLY("supply_homes", "council", "homes"));
    put(little, "agreements/assessing.yaml", assessing);
    put(little, "agreements/preventing.yaml", preventing);
    put(little, "agreements/answering.yaml", answering);
    put(little, "agreements/linking.yaml", linking);
    put(little, "agreements/stewarding.yaml", stewarding);
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    GOOD(host_read_file(host_real(),
                        arena_format(little->both->life, "%s/county/norfolk/link/person.yaml", root ? root : "."),
                        1 << 20, little->both->life, &spec, &err));
    put(little, "link/person.yaml", arena_cstr(little->both->life, spec));
}

static int64_t now(void *context)
{
    return ((const struct little *)context)->now;
}

static int64_t monotonic(void *context)
{
    (void)context;
    return host_monotonic(host_real());
}

static void random_bytes(void *context, void *out, size_t size)
{
    (void)context;
    host_random(host_real(), out, size);
}

static const struct catalogue *take_catalogue(void *context)
{
    return ((const struct little *)context)->catalogue;
}

static void give_catalogue(void *context, const struct catalogue *catalogue)
{
    (void)context;
    (void)catalogue; /* it lives as long as the store */
}

static void make_accounts(struct little *little)
{
    struct error err;
    struct slice token, role = S("admin");
    struct guard_session *admin;
    const struct guard_visit visit = {.place = S("test"), .client = S("192.0.2.7")};
    struct account_options options = {.name = S("ann.admin"),
                                      .shown = S("Ann"),
                                      .agency = S("council"),
                                      .roles = &role,
                                      .role_count = 1,
                                      .password = S("three words together")};
    GOOD(account_first_administrator(little->guard, &options, &err));
    GOOD(guard_sign_in(little->guard, S("ann.admin"), S("three words together"), &visit, little->arena, &token, &admin,
                       &err));
    static const char *const people[][3] = {
        {"sam.worker", "council", "worker"},    {"sue.worker", "council", "worker"},
        {"fay.officer", "fire", "officer"},     {"con.contact", "council", "contact"},
        {"ada.steward", "hub", "data_steward"}, {"ben.steward", "hub", "data_steward"}};
    for (size_t i = 0; i < countof(people); i++) {
        struct slice own = slice_of(people[i][2]);
        options = (struct account_options){.name = slice_of(people[i][0]),
                                           .shown = slice_of(people[i][0]),
                                           .agency = slice_of(people[i][1]),
                                           .roles = &own,
                                           .role_count = 1,
                                           .password = S("three words together")};
        GOOD(account_make(admin, &options, &err));
    }
}

int little_set_up(void **state)
{
    if (both_set_up(state) != 0)
        return -1;
    struct both *both = *state;
    struct little *little = arena_new(both->life, struct little);
    struct catalogue *catalogue;
    struct error err;
    little->both = both;
    *state = little;
    if (both->missing)
        return 0;
    little->arena = both->arena;
    little->now = LITTLE_NOON;
    little->host = (struct host){little, now, monotonic, random_bytes, NULL};
    little->folder = arena_format(both->life, "%.*s/data", PRINT(both->folder));
    little->county = arena_format(both->life, "%.*s/county", PRINT(both->folder));
    write_county(little);
    GOOD(catalogue_read(little->county, both->life, &catalogue, &err));
    little->catalogue = catalogue;
    const struct store_options audit = {
        .address = both->dialect == STORE_SQLITE ? both_fresh_address(both, STORE_SQLITE) : both->address,
        .host = &little->host,
        .schema = STORE_AUDIT,
        .create = true};
    GOOD(store_open(&audit, &little->audit_store, &err));
    const struct guard_options options = {.store = both->store,
                                          .audit_store = little->audit_store,
                                          .catalogue = {take_catalogue, give_catalogue, little},
                                          .host = &little->host,
                                          .folder = little->folder,
                                          .cheap_passwords = true};
    GOOD(guard_open(&options, &little->guard, &err));
    little->hub = (struct hub){&little->host, both->store, little->guard, catalogue};
    make_accounts(little);
    return 0;
}

void little_rewrite(struct little *little, const char *name, const char *piece, const char *instead)
{
    struct error err;
    struct slice text, path = arena_format(little->both->life, "%.*s/%s", PRINT(little->county), name);
    struct catalogue *catalogue;
    GOOD(host_read_file(host_real(), path, 1 << 20, little->both->life, &text, &err));
    size_t at = slice_search(text, slice_of(piece)), after = at + strlen(piece);
    assert_true(at < text.len);
    text = arena_format(little->both->life, "%.*s%s%.*s", (int)at, text.at, instead, (int)(text.len - after),
                        text.at + after);
    GOOD(host_write_file(host_real(), path, text, &err));
    GOOD(catalogue_read(little->county, little->both->life, &catalogue, &err));
    little->catalogue = little->hub.catalogue = catalogue;
}

int little_tear_down(void **state)
{
    struct little *little = *state;
    struct both *both = little->both;
    if (!both->missing) {
        arena_free(both->arena);
        both->arena = NULL;
        guard_close(little->guard);
        store_close(little->audit_store);
    }
    *state = both;
    return both_tear_down(state);
}

struct little *little_of(void **state)
{
    struct little *little = *state;
    void *both = little->both;
    (void)both_of(&both);
    return little;
}

/* ---- The background ---- */

static const char *const given_names[] = {"Alan",   "Barbara", "Colette", "Derek",    "Elaine",  "Frank", "Gillian",
                                          "Harold", "Irene",   "James",   "Kathleen", "Leonard", "Moira", "Norman",
                                          "Olive",  "Patrick", "Queenie", "Robert",   "Sheila",  "Thomas"};
static const char *const family_names[] = {"Abbs",       "Betts",   "Catchpole", "Dack",    "Eke",       "Fuller",
                                           "Gathercole", "Howes",   "Ives",      "Jermy",   "Kerrison",  "Larter",
                                           "Mallett",    "Nobbs",   "Overy",     "Pitcher", "Quantrill", "Rix",
                                           "Sadd",       "Thirtle", "Utting",    "Vout",    "Wymer",     "Yaxley"};
static const char *const streets[] = {"Mill Lane", "Church Road", "Station Road", "The Street",
                                      "Back Lane", "Green Lane",  "Heath Road",   "Marsh Way"};

enum { BACKGROUND = 240, ROWS_MAX = LITTLE_ROWS_MAX };

struct sheet {
    struct loader_row *rows;
    size_t count;
};

static const char *text(struct little *little, const char *format, ...) PRINTF_LIKE(2, 3);
static const char *text(struct little *little, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct slice made = arena_vformat(little->both->life, format, list);
    va_end(list);
    return arena_cstr(little->both->life, made);
}

/* A valid NHS number of the range that is never issued. */
static const char *nhs(struct little *little, unsigned n)
{
    for (;; n++) {
        char digits[11];
        (void)snprintf(digits, sizeof digits, "999%06u", n % 1000000);
        unsigned sum = 0;
        for (unsigned i = 0; i < 9; i++)
            sum += (unsigned)(digits[i] - '0') * (10 - i);
        unsigned check = 11 - sum % 11;
        if (check == 10)
            continue;
        return text(little, "%s%u", digits, check == 11 ? 0 : check);
    }
}

#define ROW(...) ((struct loader_row){{__VA_ARGS__}})

static struct sheet background(struct little *little, struct slice source)
{
    struct sheet sheet = {arena_array(little->both->life, struct loader_row, ROWS_MAX), 0};
    for (unsigned i = 0; i < BACKGROUND; i++) {
        const char *given = given_names[(i * 7 + i / 20) % countof(given_names)],
                   *family = family_names[(i * 5 + i / 24) % countof(family_names)];
        unsigned house = i / 2; /* two people a home */
        const char *number = text(little, "%u", house % 60 + 1), *street = streets[(house / 7) % countof(streets)];
        const char *address = text(little, "%s %s, Littleham", number, street),
                   *postcode = text(little, "NR%u %uAB", 20 + house % 5, house / 60 + 1);
        const char *born = text(little, "%u-%02u-%02u", 1930 + (i * 13) % 70, 1 + (i * 5) % 12, 1 + (i * 11) % 28),
                   *uprn = text(little, "1000%05u", house + 1);
        const char *phone = text(little, "01362 %06u", 100000 + i * 37);
        if (slice_equal(source, S("homes")) && i % 2 == 0)
            sheet.rows[sheet.count++] =
                ROW(uprn, text(little, "%s, %s", address, postcode), "Littleham", postcode, "Dwelling");
        if (slice_equal(source, S("care")) && i % 3 != 1)
            sheet.rows[sheet.count++] =
                ROW(text(little, "C%04u", i), i % 17 ? given : text(little, "%c%s", given[0], given + 2), family, "",
                    born, address, postcode, uprn, phone, "", i % 5 ? "" : "Bathing");
        if (slice_equal(source, S("gp")))
            sheet.rows[sheet.count++] = ROW(nhs(little, i * 11 + 1000), "", family, given,
                                            i % 23 ? born : text(little, "%.8s%02u", born, 1 + (i * 11 + 1) % 28), "",
                                            address, postcode, i % 4 ? phone : "");
        if (slice_equal(source, S("tax")) && i % 2 == 0)
            sheet.rows[sheet.count++] = ROW(text(little, "T%04u", i), text(little, "MR/S %c %s", given[0], family),
                                            uprn, address, postcode, "2015-04-01");
        if (slice_equal(source, S("police")) && i % 10 == 3)
            sheet.rows[sheet.count++] = ROW(text(little, "P%04u", i), family, given, born, address, postcode,
                                            "2026-05-06", "Fraud victim", "Was rung by strangers");
    }
    return sheet;
}

static struct sheet known(struct little *little, struct slice source)
{
    struct sheet sheet = background(little, source);
    struct loader_row *r = sheet.rows;
#define ADD(...) (r[sheet.count++] = ROW(__VA_ARGS__))
    if (slice_equal(source, S("homes"))) {
        ADD("200000001", "4 Heron Way, Littleham, NR29 4DD", "Littleham", "NR29 4DD", "Dwelling");
        ADD("200000002", "8 Heron Way, Littleham, NR29 4DD", "Littleham", "NR29 4DD", "Dwelling");
    } else if (slice_equal(source, S("care"))) {
        ADD("C9001", "Peggy", "Osgood", "", "1952-02-03", "4 Heron Way", "NR29 4DD", "200000001", "01493 700001",
            "Dog not safe with strangers", "Falls");
        ADD("C9002", "Clive", "Rudd", "", "1980-09-09", "8 Heron Way", "NR29 4DD", "200000002", "01493 700002", "", "");
        ADD("C9003", "Colin", "Rudd", "", "1980-09-09", "8 Heron Way", "NR29 4DD", "200000002", "01493 700002", "", "");
    } else if (slice_equal(source, S("gp"))) {
        ADD(nhs(little, 900001), "", "OSGOOD", "MARGARET ANN", "1952-02-03", "", "4 Heron Way, Littleham", "NR29 4DD",
            "01493 700001");
        ADD(nhs(little, 900101), "", "OSGOOD", "ALBERT", "1949-05-12", "", "4 Heron Way, Littleham", "NR29 4DD",
            "01493 700001");
        ADD(nhs(little, 900201), "", "RUDD", "CLIVE", "1980-09-09", "", "8 Heron Way, Littleham", "NR29 4DD", "");
        ADD(nhs(little, 900301), "", "RUDD", "COLIN", "1980-09-09", "", "8 Heron Way, Littleham", "NR29 4DD", "");
    } else if (slice_equal(source, S("tax"))) {
        ADD("T9001", "MRS MARGARET OSGOOD", "200000001", "4 HERON WAY", "NR29 4DD", "1999-06-01");
        ADD("T9002", "MR ALBERT OSGOOD", "200000001", "4 HERON WAY", "NR29 4DD", "1999-06-01");
    } else if (slice_equal(source, S("police"))) {
        ADD("P9001", "Osgood", "Margaret", "1952-02-03", "4 Heron Way", "NR29 4DD", "2026-08-09", "Door-step seller",
            "Paid for a roof");
        ADD("P9002", "Rudd", "Clive", "1980-09-09", "8 Heron Way", "NR29 4DD", "2026-03-01", "Missing",
            "Came back himself");
    }
#undef ADD
    return sheet;
}

void little_reload(struct little *little, const char *source, const struct loader_row *extra, size_t count,
                   const char *as_at)
{
    struct error err;
    struct sheet sheet = known(little, slice_of(source));
    /* A row of the same key takes the place of that which is there. */
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < sheet.count && !slice_equal(slice_of(sheet.rows[at].fields[0]), slice_of(extra[i].fields[0])))
            at++;
        assert_true(at < ROWS_MAX);
        sheet.rows[at] = extra[i];
        sheet.count += at == sheet.count;
    }
    GOOD(load_rows(little->both->store, catalogue_source(little->catalogue, slice_of(source)), sheet.rows, sheet.count,
                   slice_of(as_at), &err));
}

void little_load(struct little *little, const char *const *order)
{
    static const char *const usual[] = {"homes", "care", "gp", "tax", "police", NULL};
    for (const char *const *name = order ? order : usual; *name; name++)
        little_reload(little, *name, NULL, 0, "2026-11-01");
}

size_t little_rows(struct little *little, const char *source, struct loader_row *ret)
{
    struct sheet sheet = known(little, slice_of(source));
    memcpy(ret, sheet.rows, sheet.count * sizeof *ret);
    return sheet.count;
}

struct hub_link_result little_link_with(struct little *little, const struct hub_link_options *options)
{
    struct error err;
    struct guard_session *session;
    struct hub_link_result result = {0};
    GOOD(guard_system_session(little->guard, S("linking"), S("hub"), S("test"), little->arena, &session, &err));
    GOOD(hub_link(&little->hub, session, options, little->arena, &result, &err));
    return result;
}

struct hub_link_result little_link(struct little *little, unsigned threads)
{
    return little_link_with(little, &(struct hub_link_options){.threads = threads});
}

struct guard_session *little_sign_in(struct little *little, const char *name)
{
    struct error err;
    struct slice token;
    struct guard_session *session = NULL;
    const struct guard_visit visit = {.place = S("test"), .client = S("192.0.2.7")};
    GOOD(guard_sign_in(little->guard, slice_of(name), S("three words together"), &visit, little->arena, &token,
                       &session, &err));
    return session;
}

int64_t little_find(struct little *little, const struct guard_session *session, const char *words)
{
    struct error err;
    struct search_answer *answer = NULL;
    struct search_question question = {.words = slice_of(words)};
    GOOD(hub_search(&little->hub, session, &question, little->arena, &answer, &err));
    return answer->hit_count ? answer->hits[0].entity : 0;
}

struct slice little_view(struct little *little, const struct guard_session *session, int64_t entity)
{
    struct error err;
    struct person_view *view = NULL;
    struct buffer out = buffer_make(little->arena);
    struct json json = json_to(&out);
    GOOD(hub_view(&little->hub, session, entity, little->arena, &view, &err));
    person_json(&json, view, little->arena);
    return buffer_slice(&out);
}

int64_t little_anchor(struct little *little, const char *source, const char *key)
{
    struct transaction *t = both_begin(little->both, TRANSACTION_READ);
    int64_t anchor =
        both_integer(little->both, t,
                     arena_cstr(little->arena, arena_format(little->arena,
                                                            "SELECT MIN(r.anchor) FROM record r JOIN source s ON s.id "
                                                            "= r.source WHERE s.name = '%s' AND r.key = '%s'",
                                                            source, key)));
    transaction_rollback(t);
    return anchor;
}

int64_t little_audited(struct little *little)
{
    struct error err;
    struct audit_head head;
    GOOD(audit_head(little->guard, &head, &err));
    return head.count;
}
