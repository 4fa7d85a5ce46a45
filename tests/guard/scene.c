#include "guard/scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char county[] =
    "county: Testshire\n"
    "agencies:\n"
    "  council: The Council\n"
    "  board: The Care Board\n"
    "  fire: The Fire Service\n"
    "  hub: The hub itself\n"
    "purposes:\n"
    "  assess: {title: Care assessment}\n"
    "  prevent: {title: Fire prevention}\n"
    "  answer: {title: Answering callers}\n"
    "  linking: {title: Linking}\n"
    "  oversight: {title: Oversight}\n"
    "roles:\n"
    "  worker: {title: Social worker, may: [search, view], purposes: [assess]}\n"
    "  officer: {title: Fire safety officer, may: [search, view, list], purposes: [prevent, assess]}\n"
    "  contact: {title: Contact officer, may: [search, view, note], caller_check: true, purposes: [answer]}\n"
    "  lead: {title: Information governance lead, may: [audit], purposes: [oversight]}\n"
    "  admin: {title: Administrator, may: [administer], purposes: [oversight]}\n"
    "  linker: {title: The linking engine, may: [], purposes: [linking]}\n";

static const char care[] = "apiVersion: v3.0.2\n"
                           "kind: DataContract\n"
                           "id: care\n"
                           "name: Care clients\n"
                           "version: 1.0.0\n"
                           "schema:\n"
                           "  - name: care\n"
                           "    properties:\n"
                           "      - {name: number, logicalType: string, primaryKey: true}\n"
                           "      - {name: surname, logicalType: string}\n"
                           "      - {name: born, logicalType: date, logicalTypeOptions: {format: yyyy-mm-dd}}\n"
                           "      - {name: need, logicalType: string}\n"
                           "staithe:\n"
                           "  agency: council\n"
                           "  agreement: supply_care\n"
                           "  subject: person\n"
                           "  delivery: snapshot\n"
                           "  attributes:\n"
                           "    person.family_name: surname\n"
                           "    person.birth_date: born\n";
static const char gp[] = "apiVersion: v3.0.2\n"
                         "kind: DataContract\n"
                         "id: gp\n"
                         "name: GP list\n"
                         "version: 1.0.0\n"
                         "schema:\n"
                         "  - name: gp\n"
                         "    properties:\n"
                         "      - {name: nhs_number, logicalType: string, primaryKey: true}\n"
                         "      - {name: surname, logicalType: string}\n"
                         "      - {name: born, logicalType: date, logicalTypeOptions: {format: yyyy-mm-dd}}\n"
                         "      - {name: practice, logicalType: string}\n"
                         "staithe:\n"
                         "  agency: board\n"
                         "  agreement: supply_gp\n"
                         "  subject: person\n"
                         "  delivery: snapshot\n"
                         "  attributes:\n"
                         "    person.nhs_number: nhs_number\n"
                         "    person.family_name: surname\n"
                         "    person.birth_date: born\n";
static const char homes[] = "apiVersion: v3.0.2\n"
                            "kind: DataContract\n"
                            "id: homes\n"
                            "name: Gazetteer\n"
                            "version: 1.0.0\n"
                            "schema:\n"
                            "  - name: homes\n"
                            "    properties:\n"
                            "      - {name: uprn, logicalType: string, primaryKey: true}\n"
                            "      - {name: address, logicalType: string}\n"
                            "staithe:\n"
                            "  agency: council\n"
                            "  agreement: supply_homes\n"
                            "  subject: home\n"
                            "  delivery: snapshot\n"
                            "  gazetteer: true\n"
                            "  attributes:\n"
                            "    place.uprn: uprn\n"
                            "    place.address: address\n";

#define BASIS "lawful_basis: UK GDPR Article 6(1)(e)\n"
#define SPAN  "from: 2026-01-01\nuntil: 2027-12-31\nreview: 2027-01-31\n"
#define SUPPLY(name, agency, source)                                                                                   \
    "agreement: " name "\ntitle: Supply of " source "\nbetween: [" agency ", hub]\npurposes: [oversight]\n" BASIS SPAN \
    "clauses:\n  - {clause: \"1\", source: " source ", roles: [admin], count: true}\n"

const char scene_supply_care[] = SUPPLY("supply_care", "council", "care");
const char scene_supply_gp[] = SUPPLY("supply_gp", "board", "gp");
const char scene_supply_homes[] = SUPPLY("supply_homes", "council", "homes");
const char scene_assessing[] =
    "agreement: assessing\n"
    "title: Sharing for assessments\n"
    "between: [council, board]\n"
    "purposes: [assess]\n" BASIS SPAN "clauses:\n"
    "  - {clause: \"1.1\", source: care, roles: [worker], match: all, show: all, count: true}\n"
    "  - clause: \"1.2\"\n"
    "    source: gp\n"
    "    roles: [worker]\n"
    "    match: all\n"
    "    show: [surname, practice]\n"
    "    subjects: adults\n"
    "  - {clause: \"1.3\", source: homes, roles: [worker], match: all, show: all}\n"
    "  - {clause: \"1.4\", source: recorded_visits, roles: [worker], show: all}\n";
const char scene_linking[] = "agreement: linking\n"
                             "title: Joining records\n"
                             "between: [hub, council, board]\n"
                             "purposes: [linking]\n" BASIS SPAN "clauses:\n"
                             "  - {clause: \"1\", source: care, roles: [linker], match: all}\n"
                             "  - {clause: \"2\", source: gp, roles: [linker], match: all}\n";
const char scene_oversight[] = "agreement: oversight\n"
                               "title: Oversight\n"
                               "between: [council, board, fire]\n"
                               "purposes: [oversight]\n" BASIS SPAN "clauses:\n"
                               "  - {clause: \"1\", source: care, roles: [lead], count: true}\n";

/* ---- The county ---- */

void scene_write(struct slice folder, const char *name, const char *text, struct arena *arena)
{
    struct error err;
    GOOD(host_write_file(host_real(), arena_format(arena, "%.*s/%s", PRINT(folder), name), slice_of(text), &err));
}

void scene_write_county(struct slice folder, struct arena *arena)
{
    struct error err;
    GOOD(host_make_folder(host_real(), arena_format(arena, "%.*s/sources", PRINT(folder)), &err));
    GOOD(host_make_folder(host_real(), arena_format(arena, "%.*s/agreements", PRINT(folder)), &err));
    scene_write(folder, "county.yaml", county, arena);
    scene_write(folder, "sources/care.yaml", care, arena);
    scene_write(folder, "sources/gp.yaml", gp, arena);
    scene_write(folder, "sources/homes.yaml", homes, arena);
    scene_write(folder, "agreements/assessing.yaml", scene_assessing, arena);
    scene_write(folder, "agreements/linking.yaml", scene_linking, arena);
    scene_write(folder, "agreements/oversight.yaml", scene_oversight, arena);
    scene_write(folder, "agreements/supply_care.yaml", scene_supply_care, arena);
    scene_write(folder, "agreements/supply_gp.yaml", scene_supply_gp, arena);
    scene_write(folder, "agreements/supply_homes.yaml", scene_supply_homes, arena);
}

const struct catalogue *scene_read_county(struct slice folder, struct arena *arena)
{
    struct error err;
    struct catalogue *catalogue = NULL;
    GOOD(catalogue_read(folder, arena, &catalogue, &err));
    return catalogue;
}

void scene_catalogue(struct scene *scene)
{
    scene->catalogue = scene_read_county(scene->county, scene->both->life);
}

void scene_agreement(struct scene *scene, const char *name, const char *text)
{
    scene_write(scene->county, arena_cstr(scene->arena, arena_format(scene->arena, "agreements/%s.yaml", name)), text,
                scene->arena);
    scene_catalogue(scene);
}

/* ---- The host ---- */

static int64_t scene_now(void *context)
{
    return ((struct scene *)context)->now;
}

static int64_t scene_monotonic(void *context)
{
    (void)context;
    return host_monotonic(host_real());
}

static void scene_random(void *context, void *out, size_t size)
{
    (void)context;
    host_random(host_real(), out, size);
}

static int scene_before(void *context, const struct host_change *change)
{
    (void)change;
    return ((struct scene *)context)->disk_fails ? EIO : 0;
}

/* ---- The guard ---- */

static const struct catalogue *take(void *context)
{
    struct scene *scene = context;
    __atomic_add_fetch(&scene->taken, 1, __ATOMIC_SEQ_CST);
    return scene->catalogue;
}

static void give(void *context, const struct catalogue *catalogue)
{
    struct scene *scene = context;
    assert_non_null(catalogue);
    __atomic_sub_fetch(&scene->taken, 1, __ATOMIC_SEQ_CST);
}

bool scene_open(struct scene *scene, struct error *err)
{
    const struct store_options audit = {
        .address = scene->audit_address, .host = &scene->host, .schema = STORE_AUDIT, .create = true};
    if (!store_open(&audit, &scene->audit_store, err))
        return false;
    const struct guard_options options = {
        .store = scene->both->store,
        .audit_store = scene->audit_store,
        .catalogue = {take, give, scene},
        .host = &scene->host,
        .folder = scene->folder,
        .cheap_passwords = true,
    };
    return guard_open(&options, &scene->guard, err);
}

void scene_close(struct scene *scene)
{
    guard_close(scene->guard);
    store_close(scene->audit_store);
    scene->guard = NULL;
    scene->audit_store = NULL;
}

void scene_reopen(struct scene *scene)
{
    struct error err;
    scene_close(scene);
    GOOD(scene_open(scene, &err));
}

int scene_set_up(void **state)
{
    if (both_set_up(state) != 0)
        return -1;
    struct both *both = *state;
    struct scene *scene = arena_new(both->life, struct scene);
    scene->both = both;
    *state = scene;
    if (both->missing)
        return 0;
    scene->arena = both->arena;
    scene->now = NOON;
    scene->host = (struct host){scene, scene_now, scene_monotonic, scene_random, scene_before};
    scene->folder = arena_format(both->life, "%.*s/data", PRINT(both->folder));
    scene->county = arena_format(both->life, "%.*s/county", PRINT(both->folder));
    scene->audit_address = both->dialect == STORE_SQLITE ? both_fresh_address(both, STORE_SQLITE) : both->address;
    scene_write_county(scene->county, both->life);
    scene_catalogue(scene);
    struct error err;
    GOOD(scene_open(scene, &err));
    return 0;
}

int scene_tear_down(void **state)
{
    struct scene *scene = *state;
    struct both *both = scene->both;
    if (!both->missing) {
        arena_free(both->arena);
        both->arena = NULL;
        scene_close(scene);
        assert_int_equal(scene->taken, 0);
    }
    *state = both;
    return both_tear_down(state);
}

struct scene *scene_of(void **state)
{
    struct scene *scene = *state;
    void *both = scene->both;
    (void)both_of(&both);
    return scene;
}

/* ---- People ---- */

void scene_administrator(struct scene *scene)
{
    struct error err;
    const struct slice role = S("admin");
    const struct account_options options = {.name = S("ada.admin"),
                                            .shown = S("Ada Admin"),
                                            .agency = S("council"),
                                            .roles = &role,
                                            .role_count = 1,
                                            .password = S(SCENE_WORD)};
    GOOD(account_first_administrator(scene->guard, &options, &err));
}

void scene_account(struct scene *scene, const char *name, const char *agency, const char *roles)
{
    struct error err;
    struct slice list[8], rest = slice_of(roles), part;
    size_t count = 0;
    while (slice_cut(&rest, ' ', &part))
        list[count++] = part;
    const struct account_options options = {.name = slice_of(name),
                                            .shown = slice_of(name),
                                            .agency = slice_of(agency),
                                            .roles = list,
                                            .role_count = count,
                                            .password = S(SCENE_WORD)};
    GOOD(account_make(scene_sign_in(scene, "ada.admin", NULL), &options, &err));
}

struct guard_session *scene_sign_in(struct scene *scene, const char *name, struct slice *ret_token)
{
    struct error err;
    struct slice token;
    struct guard_session *session = NULL;
    const struct guard_visit visit = {.place = S("test"), .client = S("192.0.2.7")};
    GOOD(guard_sign_in(scene->guard, slice_of(name), S(SCENE_WORD), &visit, scene->arena, &token, &session, &err));
    if (ret_token)
        *ret_token = token;
    return session;
}

bool scene_try(struct scene *scene, const char *name, const char *password, const char *client, struct error *err)
{
    struct slice token;
    struct guard_session *session;
    struct arena *arena = arena_make(0);
    const struct guard_visit visit = {.place = S("test"), .client = slice_of(client)};
    bool done = guard_sign_in(scene->guard, slice_of(name), slice_of(password), &visit, arena, &token, &session, err);
    arena_free(arena);
    return done;
}

struct guard_session *scene_resume(struct scene *scene, struct slice token)
{
    struct error err;
    struct guard_session *session = NULL;
    const struct guard_visit visit = {.token = token, .place = S("test")};
    GOOD(guard_resume(scene->guard, &visit, scene->arena, &session, &err));
    return session;
}
