/* The escaping is the stricter of two: JSON's own, and that of a script element inside HTML, where "</script>", "<!--"
 * and the two line separators of Unicode would end what they stand in. Runs of harmless bytes are copied in one piece.
 */
#include "base/json.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct json json_to(struct buffer *out)
{
    return (struct json){.out = out};
}

static uint64_t level(const struct json *json)
{
    return (uint64_t)1 << json->depth;
}

/* Before each value: its comma, unless its key has placed one. */
static void value_starts(struct json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    must(!(json->in_object & level(json)));
    must(json->depth > 0 || !(json->not_first & 1)); /* One value at the top. */
    if (json->not_first & level(json))
        buffer_add_byte(json->out, ',');
    json->not_first |= level(json);
}

static void opens(struct json *json, bool object)
{
    value_starts(json);
    must(json->depth < 60);
    json->depth++;
    json->not_first &= ~level(json);
    json->in_object = object ? json->in_object | level(json) : json->in_object & ~level(json);
    buffer_add_byte(json->out, object ? '{' : '[');
}

void json_object(struct json *json)
{
    opens(json, true);
}

void json_array(struct json *json)
{
    opens(json, false);
}

void json_end(struct json *json)
{
    must(json->depth > 0 && !json->after_key);
    buffer_add_byte(json->out, json->in_object & level(json) ? '}' : ']');
    json->in_object &= ~level(json);
    json->depth--;
}

static void add_escaped(struct buffer *out, struct slice text)
{
    buffer_add_byte(out, '"');
    while (text.len > 0) {
        size_t valid = text_valid_utf8(text), plain = 0;
        for (size_t i = 0; i < valid; i++) {
            unsigned char c = (unsigned char)text.at[i];
            bool separator =
                c == 0xe2 && (unsigned char)text.at[i + 1] == 0x80 && ((unsigned char)text.at[i + 2] & 0xfe) == 0xa8;
            if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0x7f && !separator)
                continue;
            buffer_add(out, slice_part(text, plain, i));
            plain = i + 1;
            if (separator) {
                buffer_format(out, "\\u20%02x", (unsigned char)text.at[i + 2] & 0x7f);
                i += 2;
                plain = i + 1;
            } else if (c == '"' || c == '\\') {
                buffer_add_byte(out, '\\');
                buffer_add_byte(out, (char)c);
            } else if (c == '\n') {
                buffer_add(out, S("\\n"));
            } else if (c == '\t') {
                buffer_add(out, S("\\t"));
            } else if (c == '\r') {
                buffer_add(out, S("\\r"));
            } else {
                buffer_format(out, "\\u%04x", c);
            }
        }
        buffer_add(out, slice_part(text, plain, valid));
        if (valid < text.len) {
            buffer_add(out, S("\\ufffd"));
            valid++;
        }
        text = slice_part(text, valid, text.len);
    }
    buffer_add_byte(out, '"');
}

void json_key(struct json *json, const char *key)
{
    must(json->in_object & level(json) && !json->after_key);
    if (json->not_first & level(json))
        buffer_add_byte(json->out, ',');
    json->not_first |= level(json);
    add_escaped(json->out, slice_of(key));
    buffer_add_byte(json->out, ':');
    json->after_key = true;
}

void json_text(struct json *json, struct slice text)
{
    value_starts(json);
    add_escaped(json->out, text);
}

void json_integer(struct json *json, int64_t value)
{
    value_starts(json);
    buffer_format(json->out, "%lld", (long long)value);
}

void json_real(struct json *json, double value)
{
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    value_starts(json);
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buffer_add(json->out, slice_of(text));
}

void json_bool(struct json *json, bool value)
{
    value_starts(json);
    buffer_add(json->out, value ? S("true") : S("false"));
}

void json_null(struct json *json)
{
    value_starts(json);
    buffer_add(json->out, S("null"));
}

void json_pair_text(struct json *json, const char *key, struct slice text)
{
    json_key(json, key);
    json_text(json, text);
}

void json_maybe_text(struct json *json, const char *key, struct slice text)
{
    if (text.len)
        json_pair_text(json, key, text);
}

void json_pair_integer(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_integer(json, value);
}

void json_pair_real(struct json *json, const char *key, double value)
{
    json_key(json, key);
    json_real(json, value);
}

void json_pair_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}
