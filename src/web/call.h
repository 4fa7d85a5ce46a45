/* call.h: what a handler is given: the request, where its answer goes, who asks, and the hub through which to answer.
 *
 * A handler is four lines in spirit: parse, call the domain with the session, render. It returns false with err set and
 * the error page (or its JSON) is sent instead. Lives for one request, in one thread. */
#ifndef STAITHE_WEB_CALL_H
#define STAITHE_WEB_CALL_H

#include "guard/guard.h"
#include "hub/hub.h"

#include "web/html.h"
#include "web/request.h"
#include "web/response.h"
#include "web/routes.h"
#include "web/web.h"

struct web {
    struct web_options options;
    struct slice upload_folder;
    struct kept_lists *kept_lists; /* lists that were worked out (lists/kept.h) */
    struct plans *plans;           /* plans that were computed (plans/plans.h) */
    struct what_ifs *what_ifs;     /* stewards' questions in work (what_ifs.h) */
};

#define SESSION_COOKIE "staithe_session"
#define FORM_COOKIE    "staithe_form" /* of the sign-in form, before there is a session */

struct call {
    const struct web *web;
    const struct route *route; /* NULL: no such page */
    struct request *request;
    struct response *response;
    struct arena *arena; /* the request's */
    const struct catalogue *catalogue;
    struct guard_session *session; /* NULL: nobody is signed in */
    const struct guard_who *who;   /* of the session */
    struct hub hub;
    struct slice place; /* for the audit: "web GET /people/{id}" */
    struct slice token; /* of the session, as it came */
};

struct list;
struct lists;
/* The county's lists. A file of theirs that is at fault is the fault of whoever runs the hub: the place goes to the
 * log, and only its own list is closed. */
bool call_lists(struct call *call, struct lists *ret, struct error *err) MUST_USE;
/* The one that the address names. ERROR_CONFLICT for one that is closed, ERROR_NOT_FOUND. */
bool call_list(struct call *call, const struct lists *lists, const struct list **ret, struct error *err) MUST_USE;
/* The page in the frame that all share. Returns true. */
bool call_page(struct call *call, struct slice title, struct html body);
bool call_page_with_status(struct call *call, int status, struct slice title, struct html body);
/* The answer for programs, status 200. Returns true. */
bool call_json(struct call *call, const struct buffer *out);
/* 303 to a place of ours. Returns true. */
bool call_redirect(struct call *call, struct url to);
/* The error as a page or as JSON, by the route. */
void call_error(struct call *call, const struct error *err);
/* The token that each form carries; empty when nobody is signed in. */
struct slice call_csrf(const struct call *call);
/* What the chosen role may do. */
bool call_may(const struct call *call, enum ability ability);

#endif
