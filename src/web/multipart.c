/* multipart.c: a window over the stream. The body is taken to begin with a line end, so that the first delimiter is
 * like all others: CR LF "--" boundary. In data everything is handed on but the last bytes that might begin a
 * delimiter. */
#include "web/multipart.h"

#include "base/text.h"

enum { WINDOW = 64 << 10, HEAD_MAX = 4 << 10, PARTS_MAX = 100 };

enum state { PREAMBLE, AFTER_DELIMITER, HEAD, DATA, EPILOGUE };

struct multipart {
    struct multipart_sink sink;
    struct arena *arena;
    enum state state;
    int parts;
    char delimiter[80];
    size_t delimiter_len;
    char *window;
    size_t len;
};

/* The value of `name` in "form-data; name=\"a\"; filename=\"b\"", quotes and backslashes undone. */
static bool header_value(struct slice header, struct slice name, struct arena *arena, struct slice *ret)
{
    size_t at = slice_find(header, ';');
    while (at < header.len) {
        struct slice rest = slice_trim(slice_part(header, at + 1, header.len));
        size_t equals = slice_find(rest, '=');
        struct slice key = slice_trim(slice_part(rest, 0, equals));
        struct slice value = slice_trim(slice_part(rest, equals + 1, rest.len));
        size_t used;
        struct slice found;
        if (value.len && value.at[0] == '"') {
            char *out = arena_array(arena, char, value.len);
            size_t len = 0;
            for (used = 1; used < value.len && value.at[used] != '"'; used++) {
                if (value.at[used] == '\\' && used + 1 < value.len &&
                    (value.at[used + 1] == '"' || value.at[used + 1] == '\\'))
                    used++;
                out[len++] = value.at[used];
            }
            used += used < value.len;
            found = slice_from(out, len);
        } else {
            used = slice_find(value, ';');
            found = slice_trim(slice_part(value, 0, used));
        }
        if (slice_equal_nocase(key, name)) {
            *ret = found;
            return true;
        }
        struct slice after = slice_part(value, used, value.len);
        size_t next = slice_find(after, ';');
        at = (size_t)(after.at + next - header.at);
        if (after.len == next)
            break;
    }
    return false;
}

bool multipart_make(struct slice content_type, struct multipart_sink sink, struct arena *arena, struct multipart **ret,
                    struct error *err)
{
    struct slice kind = slice_trim(slice_part(content_type, 0, slice_find(content_type, ';'))), boundary;
    if (!slice_equal_nocase(kind, S("multipart/form-data")) ||
        !header_value(content_type, S("boundary"), arena, &boundary) || boundary.len < 1 || boundary.len > 70)
        return error_set(err, ERROR_USAGE,
                         "the form was not sent as multipart/form-data with a boundary; send it from the page");
    struct multipart *made = arena_new(arena, struct multipart);
    made->sink = sink;
    made->arena = arena;
    made->state = PREAMBLE;
    memcpy(made->delimiter, "\r\n--", 4);
    memcpy(made->delimiter + 4, boundary.at, boundary.len);
    made->delimiter_len = 4 + boundary.len;
    made->window = arena_array(arena, char, WINDOW);
    memcpy(made->window, "\r\n", 2);
    made->len = 2;
    *ret = made;
    return true;
}

static bool read_head(struct multipart *m, struct slice head, struct error *err)
{
    struct slice rest = head, line, name = NO_SLICE, file_name = NO_SLICE;
    bool named = false, is_file = false;
    while (slice_cut(&rest, '\n', &line)) {
        line = slice_trim(line);
        size_t colon = slice_find(line, ':');
        if (!slice_equal_nocase(slice_trim(slice_part(line, 0, colon)), S("content-disposition")))
            continue;
        struct slice value = slice_part(line, colon + 1, line.len);
        named = header_value(value, S("name"), m->arena, &name);
        is_file = header_value(value, S("filename"), m->arena, &file_name);
    }
    if (!named)
        return error_set(err, ERROR_USAGE, "a part of the form has no name; send it from the page");
    if (text_valid_utf8(name) != name.len || text_valid_utf8(file_name) != file_name.len ||
        slice_find(name, '\0') != name.len || slice_find(file_name, '\0') != file_name.len)
        return error_set(err, ERROR_USAGE, "a name in the form is not UTF-8 text; rename the file");
    if (++m->parts > PARTS_MAX)
        return error_set(err, ERROR_USAGE, "the form has more than %d parts; send fewer", PARTS_MAX);
    return m->sink.start(m->sink.context, name, is_file, file_name, err);
}

static void drop(struct multipart *m, size_t count)
{
    memmove(m->window, m->window + count, m->len - count);
    m->len -= count;
}

/* One step; *ret_more is false when more bytes are needed. */
static bool step(struct multipart *m, bool *ret_more, struct error *err)
{
    struct slice window = slice_from(m->window, m->len);
    *ret_more = true;
    if (m->state == PREAMBLE || m->state == DATA) {
        size_t at = slice_search(window, slice_from(m->delimiter, m->delimiter_len));
        bool found = at < window.len;
        size_t keep = m->delimiter_len - 1;
        size_t give = found ? at : window.len > keep ? window.len - keep : 0;
        if (m->state == DATA && give && !m->sink.data(m->sink.context, slice_part(window, 0, give), err))
            return false;
        drop(m, found ? at + m->delimiter_len : give);
        if (found) {
            if (m->state == DATA && !m->sink.end(m->sink.context, err))
                return false;
            m->state = AFTER_DELIMITER;
        }
        *ret_more = found;
    } else if (m->state == AFTER_DELIMITER) {
        size_t at = 0;
        while (at < window.len && (window.at[at] == ' ' || window.at[at] == '\t'))
            at++;
        if (at > HEAD_MAX)
            return error_set(err, ERROR_USAGE,
                             "the form's parts are not told apart as they should be; send it from the page");
        if (window.len < at + 2) {
            *ret_more = false;
        } else if (at == 0 && memcmp(window.at, "--", 2) == 0) {
            m->state = EPILOGUE;
        } else if (memcmp(window.at + at, "\r\n", 2) == 0) {
            drop(m, at + 2);
            m->state = HEAD;
        } else {
            return error_set(err, ERROR_USAGE,
                             "the form's parts are not told apart as they should be; send it from the page");
        }
    } else if (m->state == HEAD) {
        size_t end = slice_search(window, S("\r\n\r\n"));
        if (end > HEAD_MAX || (end == window.len && window.len > HEAD_MAX))
            return error_set(err, ERROR_USAGE, "the head of a part of the form is too long; send it from the page");
        if (end < window.len) {
            if (!read_head(m, slice_part(window, 0, end), err))
                return false;
            drop(m, end + 4);
            m->state = DATA;
        }
        *ret_more = end < window.len;
    } else {
        m->len = 0;
        *ret_more = false;
    }
    return true;
}

bool multipart_feed(struct multipart *m, struct slice bytes, struct error *err)
{
    while (bytes.len) {
        size_t take = WINDOW - m->len;
        must(take > 0);
        if (take > bytes.len)
            take = bytes.len;
        memcpy(m->window + m->len, bytes.at, take);
        m->len += take;
        bytes = slice_part(bytes, take, bytes.len);
        bool more = true;
        while (more)
            if (!step(m, &more, err))
                return false;
    }
    return true;
}

bool multipart_finish(struct multipart *m, struct error *err)
{
    if (m->state != EPILOGUE)
        return error_set(err, ERROR_USAGE, "the form ended before its last part was whole; send it again");
    return true;
}
