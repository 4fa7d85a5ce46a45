/* libyaml's parser gives events; they are built into a tree here, and what the careful part leaves out is refused at
 * the event where it stands. Aliases are refused because they make a small text into a large tree, tags and merge keys
 * because nobody who reads the file sees what they do.
 *
 * Duplicate keys are found when a mapping ends, by sorting its keys: a text of 4 MiB may hold a million of them. */
#include "base/yaml.h"

#include "base/text.h"

#include <stdio.h>
#include <yaml.h>

#define DEEPEST 32
#define LARGEST ((size_t)4 << 20)

struct reading {
    yaml_parser_t parser;
    struct slice text, file;
    struct arena *arena;
    struct error *err;
};

static bool refuse(struct reading *r, yaml_mark_t at, const char *what)
{
    return error_set_at(r->err, ERROR_INPUT, r->file, at.line + 1, at.column + 1, "%s", what);
}

/* Line and column of a byte, for faults of the characters themselves, of which libyaml knows the offset only. */
static yaml_mark_t place_of(struct slice text, size_t offset)
{
    yaml_mark_t at = {0};
    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.at[i] == '\n') {
            at.line++;
            at.column = 0;
        } else if (((unsigned char)text.at[i] & 0xc0) != 0x80) {
            at.column++;
        }
    }
    return at;
}

static bool refuse_syntax(struct reading *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_READER_ERROR) {
        size_t offset = text_valid_utf8(r->text);
        if (offset == r->text.len)
            offset = p->problem_offset;
        return refuse(r, place_of(r->text, offset),
                      "there are bytes here that are no text; save the file as UTF-8 without control characters");
    }
    yaml_mark_t at = p->problem_mark;
    /* A tab in the indentation is the commonest fault, and libyaml has no word for it. */
    struct slice rest = r->text, line = NO_SLICE;
    for (size_t i = 0; i <= at.line && slice_cut(&rest, '\n', &line); i++)
        ;
    size_t indent = 0;
    while (indent < line.len && line.at[indent] == ' ')
        indent++;
    if (indent < line.len && line.at[indent] == '\t')
        return refuse(r, at, "this line is indented with a tab; use spaces");
    const char *problem = p->problem ? p->problem : "it cannot be read";
    char words[400];
    if (p->context)
        (void)snprintf(words, sizeof words,
                       "this is no YAML: %s, %s (begun in line %zu); check the indentation, colons and quotes", problem,
                       p->context, p->context_mark.line + 1);
    else
        (void)snprintf(words, sizeof words, "this is no YAML: %s; check the indentation, colons and quotes", problem);
    return refuse(r, at, words);
}

static bool next(struct reading *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event))
        return true;
    if (r->parser.error == YAML_MEMORY_ERROR)
        return error_set_at(r->err, ERROR_TOO_BIG, r->file, 0, 0, "there is not enough memory to read it");
    return refuse_syntax(r);
}

static struct yaml place(const struct reading *r, enum yaml_kind kind, yaml_mark_t at)
{
    return (struct yaml){
        .kind = kind, .file = r->file, .line = (uint32_t)at.line + 1, .column = (uint32_t)at.column + 1};
}

static bool no_extras(struct reading *r, const yaml_char_t *anchor, const yaml_char_t *tag, yaml_mark_t at)
{
    if (anchor)
        return refuse(r, at, "anchors (&name) are not read here; write the value out at each place");
    if (tag)
        return refuse(r, at, "tags (!name) are not read here; leave the tag out");
    return true;
}

static bool read_node(struct reading *r, const yaml_event_t *event, int depth, struct yaml *ret);

static bool read_scalar(struct reading *r, const yaml_event_t *event, struct yaml *ret)
{
    struct yaml node = place(r, YAML_SCALAR, event->start_mark);
    node.quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node.text = arena_copy(r->arena, slice_from(event->data.scalar.value, event->data.scalar.length));
    if (slice_find(node.text, '\0') < node.text.len)
        return refuse(r, event->start_mark, "this text holds a NUL character; leave it out");
    if (!node.quoted && (node.text.len == 0 || slice_equal(node.text, S("~")) || slice_equal(node.text, S("null")) ||
                         slice_equal(node.text, S("Null")) || slice_equal(node.text, S("NULL"))))
        node.kind = YAML_NULL;
    *ret = node;
    return true;
}

static bool read_sequence(struct reading *r, int depth, struct yaml *ret)
{
    size_t capacity = 0;
    for (;;) {
        yaml_event_t event;
        if (!next(r, &event))
            return false;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return true;
        }
        ARENA_GROW(r->arena, ret->items, ret->count, capacity);
        bool done = read_node(r, &event, depth + 1, &ret->items[ret->count]);
        yaml_event_delete(&event);
        if (!done)
            return false;
        ret->count++;
    }
}

static int by_key_and_place(const void *a, const void *b)
{
    const struct yaml *x = *(const struct yaml *const *)a, *y = *(const struct yaml *const *)b;
    int order = slice_compare(x->text, y->text);
    if (order)
        return order;
    return x < y ? -1 : x > y;
}

static bool keys_differ(struct reading *r, const struct yaml *mapping)
{
    if (mapping->count < 2)
        return true;
    const struct yaml **sorted = arena_array(r->arena, const struct yaml *, mapping->count);
    for (size_t i = 0; i < mapping->count; i++)
        sorted[i] = &mapping->key_places[i];
    array_sort(sorted, mapping->count, sizeof(struct yaml *), by_key_and_place);
    for (size_t i = 1; i < mapping->count; i++)
        if (slice_equal(sorted[i - 1]->text, sorted[i]->text))
            return error_set_at(r->err, ERROR_INPUT, r->file, sorted[i]->line, sorted[i]->column,
                                "the key \"%.*s\" stands twice, first in line %u; keep one of them",
                                PRINT(sorted[i]->text), sorted[i - 1]->line);
    return true;
}

static bool read_key(struct reading *r, const yaml_event_t *event, struct yaml *ret)
{
    yaml_mark_t at = event->start_mark;
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(r, at, "aliases (*name) are not read here; write the value out at each place");
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(r, at, "a key must be a plain word or text; put text that starts with [ or { in quotes");
    if (!no_extras(r, event->data.scalar.anchor, event->data.scalar.tag, at) || !read_scalar(r, event, ret))
        return false;
    if (ret->text.len == 0)
        return refuse(r, at, "there is a value without a key; write the key before the colon");
    if (!ret->quoted && slice_equal(ret->text, S("<<")))
        return refuse(r, at, "merge keys (<<) are not read here; write the keys out at each place");
    ret->kind = YAML_SCALAR;
    return true;
}

static bool read_mapping(struct reading *r, int depth, struct yaml *ret)
{
    size_t key_capacity = 0, item_capacity = 0;
    for (;;) {
        yaml_event_t event;
        if (!next(r, &event))
            return false;
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        ARENA_GROW(r->arena, ret->key_places, ret->count, key_capacity);
        ARENA_GROW(r->arena, ret->items, ret->count, item_capacity);
        bool done = read_key(r, &event, &ret->key_places[ret->count]);
        yaml_event_delete(&event);
        if (!done || !next(r, &event))
            return false;
        done = read_node(r, &event, depth + 1, &ret->items[ret->count]);
        yaml_event_delete(&event);
        if (!done)
            return false;
        ret->count++;
    }
    ret->keys = arena_array(r->arena, struct slice, ret->count);
    for (size_t i = 0; i < ret->count; i++)
        ret->keys[i] = ret->key_places[i].text;
    return keys_differ(r, ret);
}

static bool read_node(struct reading *r, const yaml_event_t *event, int depth, struct yaml *ret)
{
    yaml_mark_t at = event->start_mark;
    if (depth > DEEPEST)
        return refuse(r, at, "this is nested deeper than 32 levels; flatten it");
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return refuse(r, at, "aliases (*name) are not read here; write the value out at each place");
    case YAML_SCALAR_EVENT:
        return no_extras(r, event->data.scalar.anchor, event->data.scalar.tag, at) && read_scalar(r, event, ret);
    case YAML_SEQUENCE_START_EVENT:
        *ret = place(r, YAML_SEQUENCE, at);
        return no_extras(r, event->data.sequence_start.anchor, event->data.sequence_start.tag, at) &&
               read_sequence(r, depth, ret);
    case YAML_MAPPING_START_EVENT:
        *ret = place(r, YAML_MAPPING, at);
        return no_extras(r, event->data.mapping_start.anchor, event->data.mapping_start.tag, at) &&
               read_mapping(r, depth, ret);
    default:
        must(event->type == YAML_NO_EVENT); /* libyaml gives no other here. */
        return false;
    }
}

static bool read_document(struct reading *r, struct yaml *ret)
{
    yaml_event_t event;
    if (!next(r, &event)) /* The start of the stream. */
        return false;
    yaml_event_delete(&event);
    if (!next(r, &event))
        return false;
    yaml_event_type_t type = event.type;
    bool tagged = type == YAML_DOCUMENT_START_EVENT &&
                  event.data.document_start.tag_directives.start != event.data.document_start.tag_directives.end;
    yaml_mark_t at = event.start_mark;
    yaml_event_delete(&event);
    if (type == YAML_STREAM_END_EVENT) {
        *ret = place(r, YAML_NULL, (yaml_mark_t){0});
        return true;
    }
    if (tagged)
        return refuse(r, at, "%TAG is not read here; leave it out");
    struct yaml root;
    if (!next(r, &event))
        return false;
    bool done = read_node(r, &event, 1, &root);
    yaml_event_delete(&event);
    if (!done || !next(r, &event)) /* The end of the document. */
        return false;
    yaml_event_delete(&event);
    if (!next(r, &event))
        return false;
    type = event.type;
    at = event.start_mark;
    yaml_event_delete(&event);
    if (type != YAML_STREAM_END_EVENT)
        return refuse(r, at, "a second document begins here; keep one document in a file, without \"---\" between");
    *ret = root;
    return true;
}

bool yaml_read(struct slice text, struct slice file, struct arena *arena, struct yaml *ret, struct error *err)
{
    if (text.len > LARGEST)
        return error_set_at(err, ERROR_TOO_BIG, file, 0, 0,
                            "it is of %zu bytes and at most 4 MiB are read; split it into several files", text.len);
    struct reading r = {.text = text, .file = arena_copy(arena, file), .arena = arena, .err = err};
    if (!yaml_parser_initialize(&r.parser))
        return error_set_at(err, ERROR_TOO_BIG, file, 0, 0, "there is not enough memory to read it");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    struct slice body = slice_starts(text, S("\xef\xbb\xbf")) ? slice_part(text, 3, text.len) : text;
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(body.at ? body.at : ""), body.len);
    bool done = read_document(&r, ret);
    yaml_parser_delete(&r.parser);
    return done;
}

/* ---- Reading the tree ---- */

bool yaml_error(const struct yaml *node, struct error *err, const char *format, ...)
{
    char words[sizeof err->text];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    must(wanted >= 0);
    if (!node)
        return error_set(err, ERROR_INPUT, "%s", words);
    return error_set_at(err, ERROR_INPUT, node->file, node->line, node->column, "%s", words);
}

static const char *const kind_names[] = {
    [YAML_NULL] = "nothing", [YAML_SCALAR] = "a text", [YAML_SEQUENCE] = "a list", [YAML_MAPPING] = "keys with values"};

const struct yaml *yaml_get(const struct yaml *node, const char *key)
{
    if (!node || node->kind != YAML_MAPPING)
        return NULL;
    struct slice wanted = slice_of(key);
    for (size_t i = 0; i < node->count; i++)
        if (slice_equal(node->keys[i], wanted))
            return node->items[i].kind == YAML_NULL ? NULL : &node->items[i];
    return NULL;
}

static size_t gather(const char *const *words, struct slice *out, size_t most)
{
    size_t count = 0;
    for (; words[count] && count < most; count++)
        out[count] = slice_of(words[count]);
    return count;
}

bool yaml_only_keys(const struct yaml *node, const char *const *known, const char *what, struct error *err)
{
    if (!node || node->kind == YAML_NULL)
        return true;
    if (node->kind != YAML_MAPPING)
        return yaml_error(node, err,
                          "%s is written as keys with values, and here stands %s; write \"key: value\" lines", what,
                          kind_names[node->kind]);
    struct slice words[128];
    size_t count = gather(known, words, countof(words));
    for (size_t i = 0; i < node->count; i++) {
        bool found = false;
        for (size_t k = 0; known[k] && !found; k++)
            found = slice_equal(node->keys[i], slice_of(known[k]));
        if (found)
            continue;
        struct slice nearest = text_nearest(node->keys[i], words, count);
        if (nearest.len)
            return yaml_error(&node->key_places[i], err, "%s has no key \"%.*s\"; did you mean \"%.*s\"?", what,
                              PRINT(node->keys[i]), PRINT(nearest));
        char list[400] = "";
        size_t used = 0;
        for (size_t k = 0; k < count && used < sizeof list; k++)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%.*s", k ? ", " : "", PRINT(words[k]));
        return yaml_error(&node->key_places[i], err, "%s has no key \"%.*s\"; it may have: %s", what,
                          PRINT(node->keys[i]), list);
    }
    return true;
}

static bool missing(const struct yaml *node, const char *key, const char *wanted, struct error *err)
{
    return yaml_error(node, err, "the key \"%s\" is missing here; add it with %s", key, wanted);
}

static bool wrong(const struct yaml *value, const char *key, const char *wanted, struct error *err)
{
    if (value->kind == YAML_SCALAR)
        return yaml_error(value, err, "\"%s\" must be %s, and here stands \"%.*s\"", key, wanted,
                          (int)(value->text.len > 80 ? 80 : value->text.len), value->text.at);
    return yaml_error(value, err, "\"%s\" must be %s, and here stands %s", key, wanted, kind_names[value->kind]);
}

bool yaml_text(const struct yaml *node, const char *key, struct slice *ret, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return missing(node, key, "a text", err);
    if (value->kind != YAML_SCALAR || slice_trim(value->text).len == 0)
        return wrong(value, key, "a text that is not empty", err);
    *ret = value->text;
    return true;
}

bool yaml_sequence(const struct yaml *node, const char *key, const struct yaml **ret, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return missing(node, key, "a list (lines that start with \"- \")", err);
    if (value->kind != YAML_SEQUENCE)
        return wrong(value, key, "a list (lines that start with \"- \")", err);
    *ret = value;
    return true;
}

bool yaml_mapping(const struct yaml *node, const char *key, const struct yaml **ret, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return missing(node, key, "keys and values below it", err);
    if (value->kind != YAML_MAPPING)
        return wrong(value, key, "keys with values", err);
    *ret = value;
    return true;
}

bool yaml_maybe_text(const struct yaml *node, const char *key, struct slice *ret, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return true;
    if (value->kind != YAML_SCALAR)
        return wrong(value, key, "a text", err);
    *ret = value->text;
    return true;
}

bool yaml_maybe_bool(const struct yaml *node, const char *key, bool *ret, struct error *err)
{
    static const char *const words[] = {"true", "yes", "false", "no"};
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return true;
    for (size_t i = 0; i < countof(words) && value->kind == YAML_SCALAR && !value->quoted; i++)
        if (slice_equal_nocase(value->text, slice_of(words[i]))) {
            *ret = i < 2;
            return true;
        }
    return wrong(value, key, "true or false, without quotes", err);
}

bool yaml_maybe_integer(const struct yaml *node, const char *key, int64_t low, int64_t high, int64_t *ret,
                        struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return true;
    int64_t number;
    if (value->kind == YAML_SCALAR && !value->quoted && slice_integer(value->text, &number) && number >= low &&
        number <= high) {
        *ret = number;
        return true;
    }
    char wanted[96];
    (void)snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld, without quotes", (long long)low,
                   (long long)high);
    return wrong(value, key, wanted, err);
}

bool yaml_maybe_real(const struct yaml *node, const char *key, double *ret, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return true;
    double number;
    if (value->kind != YAML_SCALAR || value->quoted || !slice_real(value->text, &number))
        return wrong(value, key, "a number, without quotes", err);
    *ret = number;
    return true;
}

bool yaml_maybe_date(const struct yaml *node, const char *key, struct date *ret, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return true;
    struct date d;
    if (value->kind != YAML_SCALAR || value->text.len != 10 ||
        !date_read(value->text, &(struct date_form){.order = DATE_YMD}, &d))
        return wrong(value, key, "a date like 2026-11-27", err);
    *ret = d;
    return true;
}

bool yaml_maybe_texts(const struct yaml *node, const char *key, struct arena *arena, struct slice **ret,
                      size_t *ret_count, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return true;
    if (value->kind == YAML_MAPPING)
        return wrong(value, key, "a list of texts", err);
    size_t count = value->kind == YAML_SCALAR ? 1 : value->count;
    const struct yaml *items = value->kind == YAML_SCALAR ? value : value->items;
    struct slice *texts = arena_array(arena, struct slice, count);
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != YAML_SCALAR)
            return wrong(&items[i], key, "a list of texts", err);
        texts[i] = items[i].text;
    }
    *ret = texts;
    *ret_count = count;
    return true;
}

bool yaml_maybe_word(const struct yaml *node, const char *key, const char *const *words, int *ret, struct error *err)
{
    const struct yaml *value = yaml_get(node, key);
    if (!value)
        return true;
    for (int i = 0; words[i] && value->kind == YAML_SCALAR; i++)
        if (slice_equal(value->text, slice_of(words[i]))) {
            *ret = i;
            return true;
        }
    char list[400];
    struct slice known[64];
    size_t count = gather(words, known, countof(known)), used = 0;
    for (size_t i = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.*s",
                                 i == 0           ? ""
                                 : i + 1 == count ? " or "
                                                  : ", ",
                                 PRINT(known[i]));
    struct slice nearest = value->kind == YAML_SCALAR ? text_nearest(value->text, known, count) : NO_SLICE;
    if (nearest.len)
        return yaml_error(value, err, "\"%s\" must be %s; did you mean \"%.*s\"?", key, list, PRINT(nearest));
    return wrong(value, key, list, err);
}
