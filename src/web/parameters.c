/* parameters.c: decoding happens once, here, pair by pair, into the arena; a name or value without anything to decode
 * stays where it was, so that a plain query allocates nothing but its table. */
#include "web/parameters.h"

#include "base/text.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool percent_decode(struct slice text, bool form, struct arena *arena, struct slice *ret, struct error *err)
{
    bool plain = true;
    for (size_t i = 0; i < text.len && plain; i++)
        plain = text.at[i] != '%' && !(form && text.at[i] == '+');
    struct slice decoded = text;
    if (!plain) {
        char *out = arena_array(arena, char, text.len);
        size_t len = 0;
        for (size_t i = 0; i < text.len; i++) {
            char c = text.at[i];
            if (c == '+' && form)
                c = ' ';
            else if (c == '%') {
                bool whole = text.len - i > 2;
                int high = whole ? hex_digit(text.at[i + 1]) : -1;
                int low = whole ? hex_digit(text.at[i + 2]) : -1;
                if (high < 0 || low < 0)
                    return error_set(
                        err, ERROR_USAGE,
                        "the address or form holds a %% without two hexadecimal digits; write %%25 for a %% itself");
                c = (char)(high * 16 + low);
                i += 2;
            }
            out[len++] = c;
        }
        decoded = slice_from(out, len);
    }
    if (slice_find(decoded, '\0') != decoded.len || text_valid_utf8(decoded) != decoded.len)
        return error_set(err, ERROR_USAGE, "the address or form holds bytes that are not text; send it as UTF-8");
    *ret = decoded;
    return true;
}

bool parameters_read(struct slice text, struct arena *arena, struct parameters *into, struct error *err)
{
    struct slice rest = text, pair;
    struct parameters found = *into;
    size_t capacity = found.count;
    while (slice_cut(&rest, '&', &pair)) {
        if (slice_empty(pair))
            continue;
        if (found.count >= PARAMETERS_MAX)
            return error_set(err, ERROR_USAGE, "the address or form holds more than %d values; send fewer",
                             PARAMETERS_MAX);
        size_t equals = slice_find(pair, '=');
        struct parameter one;
        if (!percent_decode(slice_part(pair, 0, equals), true, arena, &one.name, err) ||
            !percent_decode(slice_part(pair, equals + 1, pair.len), true, arena, &one.value, err))
            return false;
        ARENA_GROW(arena, found.items, found.count, capacity);
        found.items[found.count++] = one;
    }
    *into = found;
    return true;
}

void cookies_read(struct slice text, struct arena *arena, struct parameters *into)
{
    struct slice rest = text, piece;
    size_t capacity = into->count;
    while (into->count < PARAMETERS_MAX && slice_cut(&rest, ';', &piece)) {
        piece = slice_trim(piece);
        size_t equals = slice_find(piece, '=');
        if (equals == 0 || equals == piece.len)
            continue;
        struct slice value = slice_trim(slice_part(piece, equals + 1, piece.len));
        if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
            value = slice_part(value, 1, value.len - 1);
        ARENA_GROW(arena, into->items, into->count, capacity);
        into->items[into->count++] = (struct parameter){slice_trim(slice_part(piece, 0, equals)), value};
    }
}

static const struct parameter *find(const struct parameters *parameters, struct slice name)
{
    for (size_t i = 0; i < parameters->count; i++)
        if (slice_equal(parameters->items[i].name, name))
            return &parameters->items[i];
    return NULL;
}

struct slice parameters_get(const struct parameters *parameters, struct slice name)
{
    const struct parameter *found = find(parameters, name);
    return found ? found->value : NO_SLICE;
}

bool parameters_has(const struct parameters *parameters, struct slice name)
{
    return find(parameters, name) != NULL;
}

void percent_encode(struct buffer *out, struct slice text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_' || c == '~') {
            buffer_add_byte(out, (char)c);
        } else {
            buffer_add_byte(out, '%');
            buffer_add_byte(out, digits[c >> 4]);
            buffer_add_byte(out, digits[c & 15]);
        }
    }
}
