/* stage.h: a whole small county for the tests of the web: sample extracts landed and linked, demonstration accounts, a
 * server on a free port of loopback. Real rooms all the way down; only the passwords are hashed cheaply. */
#ifndef STAITHE_TESTS_WEB_STAGE_H
#define STAITHE_TESTS_WEB_STAGE_H

#include "guard/account.h"
#include "web/catalogue_current.h"
#include "web/server.h"
#include "web/web.h"

struct stage {
    struct arena *arena;
    char folder[512]; /* of the data; the county's copy and the extracts lie below it */
    struct slice county;
    struct log log;
    struct store *store, *audit;
    struct catalogue_current *catalogue;
    struct guard *guard;
    struct web *web;
    struct server *server;
    uint16_t port;
};

/* `folder` NULL: a new one below /tmp, removed by stage_close. With a folder that holds a county already, that one is
 * opened. */
bool stage_open(struct stage *stage, const char *folder, uint16_t port, uint64_t residents, struct error *err) MUST_USE;
void stage_close(struct stage *stage, bool remove);

#endif
