#include "web/stage.h"

#include "base/csv.h"
#include "hub/linking.h"
#include "ingest/landing.h"
#include "sample/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct slice below(struct stage *stage, const char *name)
{
    return arena_format(stage->arena, "%s/%s", stage->folder, name);
}

static bool copy_county(struct stage *stage, struct error *err)
{
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    char command[2048];
    stage->county = below(stage, "county");
    if (host_exists(stage->county))
        return true;
    snprintf(command, sizeof command, "mkdir -p '%s' && cp -r '%s/county/norfolk' '%.*s'", stage->folder,
             root ? root : ".", PRINT(stage->county));
    return system(command) == 0 || error_set(err, ERROR_IO, "the county folder could not be copied");
}

static bool open_store(struct stage *stage, enum store_schema schema, const char *name, struct store **ret,
                       struct error *err)
{
    struct store_options options = {
        .address = below(stage, name), .host = host_real(), .schema = schema, .create = true};
    return store_open(&options, ret, err);
}

static bool land_one(struct stage *stage, const struct guard_session *session, struct slice source, struct slice path,
                     struct arena *arena, struct error *err)
{
    struct intake_options options = {.session = session, .source = source, .folder = slice_of(stage->folder)};
    struct landing_file file = {.path = path};
    struct intake *intake;
    struct landing landing;
    if (!intake_open(&options, arena, &intake, err) || !landing_accept(intake, &file, arena, &landing, err) ||
        !(landing.same_again || landing_run(intake, landing.id, NULL, arena, &landing, err)))
        return error_wrap(err, "landing %.*s", PRINT(path));
    if (landing.state == LANDING_HELD)
        return landing_decide(intake, landing.id, true, S("for the test"), arena, &landing, err);
    return landing.state == LANDING_CURRENT ||
           error_set(err, ERROR_INPUT, "%.*s ended as %.*s: %.*s", PRINT(source),
                     PRINT(landing_state_name(landing.state)), PRINT(landing.reason));
}

/* extracts.csv is ours and plain: source, file, as_at, no quotes. */
static bool land_all(struct stage *stage, struct error *err)
{
    struct guard_session *session;
    struct slice text, line, extracts = below(stage, "extracts");
    if (!guard_system_session(stage->guard, S("stewarding"), S("hub"), S("test"), stage->arena, &session, err) ||
        !host_read_file(host_real(), arena_format(stage->arena, "%.*s/extracts.csv", PRINT(extracts)), 1 << 20,
                        stage->arena, &text, err))
        return false;
    slice_cut(&text, '\n', &line);
    while (slice_cut(&text, '\n', &line)) {
        struct slice rest = slice_trim(line), source, file;
        if (slice_empty(rest))
            continue;
        slice_cut(&rest, ',', &source);
        slice_cut(&rest, ',', &file);
        struct arena *arena = arena_make(0);
        bool done = land_one(stage, session, source, arena_format(arena, "%.*s/%.*s", PRINT(extracts), PRINT(file)),
                             arena, err);
        arena_free(arena);
        if (!done)
            return false;
    }
    return true;
}

static struct hub hub_of(struct stage *stage, const struct guard_session *session)
{
    return (struct hub){host_real(), stage->store, stage->guard, guard_catalogue(session)};
}

static bool link_all(struct stage *stage, struct error *err)
{
    struct guard_session *session;
    struct hub_link_result result;
    if (!guard_system_session(stage->guard, S("linking"), S("hub"), S("test"), stage->arena, &session, err))
        return false;
    struct hub hub = hub_of(stage, session);
    return hub_link(&hub, session, &(struct hub_link_options){.threads = 1}, stage->arena, &result, err);
}

static bool fill(struct stage *stage, uint64_t residents, struct error *err)
{
    struct sample_options sample = {
        .host = host_real(), .out = below(stage, "extracts"), .residents = residents, .seed = 7};
    struct sample_counts counts;
    struct account *accounts;
    size_t count;
    return sample_make(&sample, NULL, &counts, err) &&
           account_demonstration(stage->guard, stage->arena, &accounts, &count, err) && land_all(stage, err) &&
           link_all(stage, err);
}

static bool open_guard(struct stage *stage, struct error *err)
{
    struct guard_options options = {
        .store = stage->store,
        .audit_store = stage->audit,
        .catalogue = catalogue_current_accessor(stage->catalogue),
        .host = host_real(),
        .log = &stage->log,
        .folder = slice_of(stage->folder),
        .cheap_passwords = true,
    };
    return guard_open(&options, &stage->guard, err);
}

static bool serve(struct stage *stage, uint16_t port, struct error *err)
{
    struct web_options web = {
        .store = stage->store,
        .guard = stage->guard,
        .catalogue = catalogue_current_accessor(stage->catalogue),
        .host = host_real(),
        .log = &stage->log,
        .folder = slice_of(stage->folder),
    };
    if (!web_make(&web, stage->arena, &stage->web, err))
        return false;
    struct server_options options = {
        .port = port,
        .upload_folder = below(stage, "uploads"),
        .host = host_real(),
        .log = &stage->log,
        .handle = web_handle,
        .takes_upload = web_takes_upload,
        .refuse = web_refuse,
        .context = stage->web,
    };
    if (!server_start(&options, &stage->server, err))
        return false;
    stage->port = server_port(stage->server);
    return true;
}

bool stage_open(struct stage *stage, const char *folder, uint16_t port, uint64_t residents, struct error *err)
{
    *stage = (struct stage){.arena = arena_make(0)};
    stage->log = (struct log){.host = host_real(), .level = LOG_INFO, .fd = getenv("STAGE_LOG") ? 2 : -1};
    if (folder) {
        snprintf(stage->folder, sizeof stage->folder, "%s", folder);
    } else {
        snprintf(stage->folder, sizeof stage->folder, "/tmp/staithe-web-XXXXXX");
        must(mkdtemp(stage->folder) != NULL);
    }
    bool there = host_exists(below(stage, "hub.db"));
    return copy_county(stage, err) && open_store(stage, STORE_HUB, "hub.db", &stage->store, err) &&
           open_store(stage, STORE_AUDIT, "audit.db", &stage->audit, err) &&
           catalogue_current_open(stage->county, &stage->log, &stage->catalogue, err) && open_guard(stage, err) &&
           (there || fill(stage, residents, err)) && serve(stage, port, err);
}

void stage_close(struct stage *stage, bool remove)
{
    char command[1024];
    server_stop(stage->server, 2000);
    arena_free(stage->arena);
    guard_close(stage->guard);
    catalogue_current_close(stage->catalogue);
    store_close(stage->audit);
    store_close(stage->store);
    snprintf(command, sizeof command, "rm -rf '%s'", stage->folder);
    if (remove)
        must(system(command) == 0);
}
