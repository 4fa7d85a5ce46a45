/* json.h: writes JSON into a buffer, as a stream of calls; reading is jansson's work.
 *
 * Text is escaped for JSON and also for a place inside HTML (< > & U+2028 U+2029 as \u00XX), invalid UTF-8 as U+FFFD.
 * Commas are placed by itself; must() catches a value without a key inside an object. No allocation but the buffer's.
 */
#ifndef STAITHE_BASE_JSON_H
#define STAITHE_BASE_JSON_H

#include "base/arena.h"

/* jansson, which the same program links, exports functions of these names: in the object files ours are called
 * otherwise, or each would be taken for the other. A file includes this header or jansson.h, never both. */
#define json_object  staithe_json_object
#define json_array   staithe_json_array
#define json_integer staithe_json_integer
#define json_real    staithe_json_real
#define json_null    staithe_json_null

struct json {
    struct buffer *out;
    uint64_t in_object; /* one bit a level */
    uint64_t not_first;
    int depth; /* at most 60 */
    bool after_key;
};

struct json json_to(struct buffer *out);
void json_object(struct json *json);
void json_array(struct json *json);
void json_end(struct json *json); /* of the innermost object or array */
void json_key(struct json *json, const char *key);
void json_text(struct json *json, struct slice text);
void json_integer(struct json *json, int64_t value);
void json_real(struct json *json, double value); /* shortest that reads back the same; not finite: null */
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
/* Key and value in one. */
void json_pair_text(struct json *json, const char *key, struct slice text);
/* Left out when it is empty. */
void json_maybe_text(struct json *json, const char *key, struct slice text);
void json_pair_integer(struct json *json, const char *key, int64_t value);
void json_pair_real(struct json *json, const char *key, double value);
void json_pair_bool(struct json *json, const char *key, bool value);

#endif
