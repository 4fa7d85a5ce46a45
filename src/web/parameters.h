/* parameters.h: names and values out of a URL's query, a form's body and the Cookie header.
 *
 * One parser for each (query and form share theirs), strict where laxness would hide something: a percent sign without
 * two hex digits, a NUL, text that is not UTF-8 and more than PARAMETERS_MAX pairs are refused with ERROR_USAGE. A name
 * may stand several times (tick boxes); parameters_get gives the first. Names and values live in the arena. Pure; any
 * thread; linear. */
#ifndef STAITHE_WEB_PARAMETERS_H
#define STAITHE_WEB_PARAMETERS_H

#include "base/arena.h"
#include "base/error.h"

enum { PARAMETERS_MAX = 200 };

struct parameter {
    struct slice name, value;
};

struct parameters {
    struct parameter *items;
    size_t count;
};

/* application/x-www-form-urlencoded: "name=Ann+Smith&year=1952", plus as space. What came before stays in *into (count
 * may be above 0). */
bool parameters_read(struct slice text, struct arena *arena, struct parameters *into, struct error *err) MUST_USE;
/* "a=1; b=2" as browsers send it; a value in double quotes loses them. Malformed pieces are left out, as RFC 6265 wants
 * it. */
void cookies_read(struct slice text, struct arena *arena, struct parameters *into);
/* The first value, or the empty slice. */
struct slice parameters_get(const struct parameters *parameters, struct slice name);
bool parameters_has(const struct parameters *parameters, struct slice name);
/* %XX undone; with `form`, a plus is a space. Refuses what parameters_read refuses. */
bool percent_decode(struct slice text, bool form, struct arena *arena, struct slice *ret, struct error *err) MUST_USE;
/* Everything but letters, digits, - . _ ~ as %XX: fit for a path segment or a query value. */
void percent_encode(struct buffer *out, struct slice text);

#endif
