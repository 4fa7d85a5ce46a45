/* routes.h: the one table of everything that this server answers.
 *
 * It feeds dispatch and permissions (dispatch.c), the help page, and the OpenAPI document (openapi.c): a route that is
 * not in the table does not exist, and one that is in it is described. Patterns hold {names} for whole segments. */
#ifndef STAITHE_WEB_ROUTES_H
#define STAITHE_WEB_ROUTES_H

#include "catalogue/catalogue.h"

#include "web/request.h"

struct call;
typedef bool handler(struct call *call, struct error *err);

enum route_flag {
    ROUTE_OPEN = 1 << 0,       /* nobody need be signed in */
    ROUTE_NO_PURPOSE = 1 << 1, /* signed in, but role and purpose need not be chosen */
    ROUTE_UPLOAD = 1 << 2,     /* its POST may stream a file */
    ROUTE_PLAIN = 1 << 3,      /* neither session nor catalogue is looked up: files of the program itself */
};

enum answer_kind { ANSWER_PAGE, ANSWER_JSON, ANSWER_CSV, ANSWER_REDIRECT, ANSWER_FILE };

enum parameter_place { IN_PATH, IN_QUERY, IN_FORM };
enum parameter_kind { KIND_TEXT, KIND_INTEGER, KIND_DATE, KIND_BOOL, KIND_FILE };

struct route_parameter {
    const char *name;
    enum parameter_place place;
    enum parameter_kind kind;
    bool required;
    const char *about;
};

struct route {
    enum method method;
    const char *pattern; /* "/people/{id}" */
    handler *handle;
    unsigned ability; /* of enum ability; 0: none in particular. Several: any one of them */
    unsigned flags;
    enum answer_kind answer;
    const char *group;   /* for help and the API description */
    const char *summary; /* one line */
    const char *task;    /* set where the page stands on the start page: its words there */
    const struct route_parameter *parameters;
    size_t parameter_count;
    const char *shape; /* of a JSON answer, as shapes.h writes it; NULL for others */
};

const struct route *route_table(size_t *ret_count);

/* The route of this method and path; its {values} are added to *values. NULL when there is none: then *ret_other says
 * whether the path is known under another method. */
const struct route *route_find(enum method method, struct slice path, struct arena *arena, struct parameters *values,
                               bool *ret_other);

#endif
