/* parts.h: answers of the domain turned into the shapes of the templates' parts, and the words that several pages
 * share.
 *
 * All in the request's arena; pure but for that. */
#ifndef STAITHE_WEB_PARTS_H
#define STAITHE_WEB_PARTS_H

#include "hub/view.h"
#include "hub/why.h"

#include "web/call.h"

#include "generated/templates.h"

const struct part_evidence *part_of_evidence(struct call *call, const struct evidence *evidence);
/* `person` is whom "this looks wrong" is about; 0: no such link. `open`: its fields are unfolded. */
struct part_record part_of_record(struct call *call, const struct view_record *record, size_t number, int64_t person,
                                  bool open);
const struct part_excluded *parts_of_excluded(struct call *call, const struct grant *grant);
struct part_waterfall part_of_link(struct call *call, const struct why_view *why, const struct why_link *link,
                                   size_t number);
const struct part_problem *part_of_problem(struct call *call, struct slice words, const char *field);
/* What ?done=… says, from a fixed list; NULL for none. */
const struct part_done *part_of_done(struct call *call);

/* The grant's clauses, shortened when there are many: "care_assessment, clauses 3.1, 3.2". */
struct slice words_of_agreements(struct call *call, const struct grant *grant);
/* The same of "name:clause name:clause …". */
struct slice words_of_clauses(struct call *call, struct slice clauses);
/* "2019 to 2023", "since 3 March 2020", "until 2021", or empty. */
struct slice words_of_span(struct arena *arena, struct date from, struct date until);
/* Pieces joined by `separator`, empty ones left out. */
struct slice words_joined(struct arena *arena, const struct slice *pieces, size_t count, struct slice separator);
struct slice words_with_capital(struct arena *arena, struct slice words);
/* The address, with the postcode behind it unless it ends with it already. */
struct slice words_of_address(struct arena *arena, struct slice address, struct slice postcode);
/* "1 pair", "1,234 pairs". */
struct slice words_of_count(struct arena *arena, int64_t count, const char *one, const char *many);
/* The sentence of an error with a capital first letter. */
struct slice words_of_error(struct arena *arena, const struct error *err);

#endif
