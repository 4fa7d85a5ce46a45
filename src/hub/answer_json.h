/* answer_json.h: the answers of this room as JSON: one form for the API and for `--json` on the command line.
 *
 * Each function writes one value (an object or array) at the writer's place. The form is described, for the API, in
 * /api/openapi.json; names are those of the headers. Dates are ISO, times ISO with seconds in UTC; what is not known or
 * not shown is left out. Nothing is read here: what stands in the answer went through the guard already. */
#ifndef STAITHE_HUB_ANSWER_JSON_H
#define STAITHE_HUB_ANSWER_JSON_H

#include "base/json.h"
#include "hub/homes.h"
#include "hub/search.h"
#include "hub/steward.h"
#include "hub/view.h"
#include "hub/what_if.h"
#include "hub/why.h"

void search_json(struct json *json, const struct search_answer *answer, struct arena *arena);
void person_json(struct json *json, const struct person_view *view, struct arena *arena);
void home_json(struct json *json, const struct home_view *view, struct arena *arena);
void why_json(struct json *json, const struct why_view *why);
/* found and the examples of it that are shown. */
void what_if_json(struct json *json, const struct hub_what_if *found, const struct what_if_view *view,
                  struct arena *arena);
/* The versions of one record, newest first; there is at least one. */
void versions_json(struct json *json, const struct view_record *versions, size_t count, struct arena *arena);
void doubt_json(struct json *json, const struct doubt_detail *detail, struct arena *arena);
void freshness_json(struct json *json, const struct freshness *freshness, size_t count, struct arena *arena);
/* The sources of which nothing is shown, whether or not they hold anything about the person. */
void excluded_json(struct json *json, const struct grant *grant);

#endif
