/* yaml.h: the county's text files as a tree that remembers where each word stood.
 *
 * A careful part of YAML, read with libyaml: mappings, sequences, scalars. Aliases, anchors, tags, several documents,
 * duplicate keys, merge keys, depth past 32 and texts past 4 MiB are refused with file, line and column. Scalars are
 * text; the accessors below read them as what the caller expects and say what was expected when they are not. */
#ifndef STAITHE_BASE_YAML_H
#define STAITHE_BASE_YAML_H

#include "base/arena.h"
#include "base/date.h"
#include "base/error.h"

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml {
    enum yaml_kind kind;
    struct slice file;
    uint32_t line, column;
    bool quoted;             /* a scalar in quotes: never null, true or a number */
    struct slice text;       /* scalar */
    size_t count;            /* children */
    struct slice *keys;      /* mapping */
    struct yaml *key_places; /* mapping: where each key stands */
    struct yaml *items;      /* sequence, or values of the mapping */
};

bool yaml_read(struct slice text, struct slice file, struct arena *arena, struct yaml *ret, struct error *err) MUST_USE;

/* The value of a key, or NULL when it is absent or null. node may be NULL. */
const struct yaml *yaml_get(const struct yaml *node, const char *key);
/* Fails at the first key that is not among `known` (NULL-terminated), with the nearest known word as suggestion. `what`
 * names the thing: "a column". */
bool yaml_only_keys(const struct yaml *node, const char *const *known, const char *what, struct error *err) MUST_USE;

/* Required values: missing or of the wrong kind is an error that names key and place. */
bool yaml_text(const struct yaml *node, const char *key, struct slice *ret, struct error *err) MUST_USE;
bool yaml_sequence(const struct yaml *node, const char *key, const struct yaml **ret, struct error *err) MUST_USE;
bool yaml_mapping(const struct yaml *node, const char *key, const struct yaml **ret, struct error *err) MUST_USE;
/* Optional values: *ret keeps its old content when the key is absent; wrong form is an error. */
bool yaml_maybe_text(const struct yaml *node, const char *key, struct slice *ret, struct error *err) MUST_USE;
bool yaml_maybe_bool(const struct yaml *node, const char *key, bool *ret, struct error *err) MUST_USE;
bool yaml_maybe_integer(const struct yaml *node, const char *key, int64_t low, int64_t high, int64_t *ret,
                        struct error *err) MUST_USE;
bool yaml_maybe_real(const struct yaml *node, const char *key, double *ret, struct error *err) MUST_USE;
bool yaml_maybe_date(const struct yaml *node, const char *key, struct date *ret, struct error *err) MUST_USE;
/* A sequence of scalars, or one scalar taken as a sequence of one. */
bool yaml_maybe_texts(const struct yaml *node, const char *key, struct arena *arena, struct slice **ret,
                      size_t *ret_count, struct error *err) MUST_USE;
/* One of `words` (NULL-terminated): its index; the error lists them and suggests the nearest. */
bool yaml_maybe_word(const struct yaml *node, const char *key, const char *const *words, int *ret,
                     struct error *err) MUST_USE;

/* error_set_at with the node's place. */
bool yaml_error(const struct yaml *node, struct error *err, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
