/* visitor.h: somebody at the small county of stage.h, through real sockets as a browser or a program comes.
 *
 * The test program defines `stage`; open_stage and close_stage are its group's set-up and tear-down. */
#ifndef STAITHE_TESTS_WEB_VISITOR_H
#define STAITHE_TESTS_WEB_VISITOR_H

#include "web/stage.h"

extern struct stage stage;

struct visitor {
    struct slice session, form; /* cookies */
    struct slice csrf;
};

/* Sends these bytes, and returns all that comes back until the server closes. */
struct slice ask(struct arena *arena, struct slice words);
struct slice cookies_of(struct arena *arena, const struct visitor *visitor);
struct slice get(struct arena *arena, const struct visitor *visitor, const char *path);
struct slice post(struct arena *arena, const struct visitor *visitor, const char *path, struct slice body);
bool has(struct slice text, const char *piece);
struct slice between(struct slice text, const char *before, const char *after);
/* Signs in with the demonstration password; `choice`: "role/purpose", NULL where there is one only. */
struct visitor come(struct arena *arena, const char *name, const char *choice);

int open_stage(void **state);
int close_stage(void **state);

#endif
