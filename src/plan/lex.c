/* The characters that a word processor puts in place of plain ones (typographic quotes, dashes, the no-break space) are
 * read as what they stand for, for plans are written by people who paste. */
#include "plan/lex.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

struct lexer lex_start(struct slice path, struct slice text, struct arena *arena)
{
    struct lexer lexer = {.arena = arena, .path = path, .text = text, .line = 1, .counted = 1};
    if (slice_starts(text, S("\xef\xbb\xbf")))
        lexer.at = lexer.line_start = 3;
    return lexer;
}

/* Goes on from where it last counted on this line, so that a line of megabytes costs one pass. */
static uint32_t column_of(struct lexer *l, size_t at)
{
    if (l->counted_at < l->line_start || l->counted_at > at) {
        l->counted_at = l->line_start;
        l->counted = 1;
    }
    for (; l->counted_at < at; l->counted_at++)
        l->counted += (l->text.at[l->counted_at] & 0xc0) != 0x80;
    return l->counted;
}

static bool fault(struct lexer *l, size_t at, struct error *err, const char *words)
{
    return error_set_at(err, ERROR_INPUT, l->path, l->line, column_of(l, at), "%s", words);
}

static unsigned char byte_at(const struct lexer *l, size_t at)
{
    return at < l->text.len ? (unsigned char)l->text.at[at] : 0;
}

static bool piece_at(const struct lexer *l, size_t at, const char *piece)
{
    size_t len = strlen(piece);
    return at + len <= l->text.len && memcmp(l->text.at + at, piece, len) == 0;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* Length of a letter (or a mark, or another script's digit) at this place; 0 when there is none. */
static size_t letter_at(const struct lexer *l, size_t at)
{
    unsigned char c = byte_at(l, at);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return 1;
    if (c < 0x80)
        return 0;
    utf8proc_int32_t character;
    utf8proc_ssize_t len =
        utf8proc_iterate((const utf8proc_uint8_t *)l->text.at + at, (utf8proc_ssize_t)(l->text.len - at), &character);
    if (len <= 0)
        return 0;
    utf8proc_category_t category = utf8proc_category(character);
    bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
    return letter ? (size_t)len : 0;
}

static size_t name_end(const struct lexer *l, size_t at)
{
    for (;;) {
        size_t len = is_digit(byte_at(l, at)) ? 1 : letter_at(l, at);
        if (len == 0 && byte_at(l, at) == '-' && (is_digit(byte_at(l, at + 1)) || letter_at(l, at + 1)))
            len = 1;
        if (len == 0)
            return at;
        at += len;
    }
}

/* Decomposed letters (as some systems store them) are the same name as composed ones. */
static struct slice composed(struct lexer *l, struct slice name)
{
    if (text_ascii(name) == name.len)
        return name;
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)name.at, (utf8proc_ssize_t)name.len, &out,
                                        UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    if (len < 0)
        return name;
    struct slice copy = arena_copy(l->arena, slice_from(out, (size_t)len));
    free(out);
    return copy;
}

static struct token *add(struct lexer *l, enum token_kind kind, size_t first, size_t last)
{
    ARENA_GROW(l->arena, l->tokens, l->count, l->capacity);
    struct token *token = &l->tokens[l->count++];
    uint32_t column = column_of(l, first);
    *token = (struct token){.kind = kind,
                            .text = slice_part(l->text, first, last),
                            .first = (uint32_t)first,
                            .last = (uint32_t)last,
                            .line = l->line,
                            .column = column,
                            .length = column_of(l, last) - column};
    token->starts_line = l->count == 1 || token[-1].line != l->line;
    token->indent = token->starts_line ? column - 1 : token[-1].indent;
    l->at = last;
    return token;
}

static size_t blank_at(const struct lexer *l, size_t at)
{
    unsigned char c = byte_at(l, at);
    if (c == ' ' || c == '\t' || c == '\r')
        return 1;
    return piece_at(l, at, "\xc2\xa0") ? 2 : 0;
}

static bool number(struct lexer *l, size_t from, struct error *err)
{
    size_t at = from;
    while (is_digit(byte_at(l, at)))
        at++;
    if (at - from == 4 && byte_at(l, at) == '-' && is_digit(byte_at(l, at + 1)) && is_digit(byte_at(l, at + 2))) {
        size_t end = at + 3;
        if (byte_at(l, end) == '-' && is_digit(byte_at(l, end + 1)) && is_digit(byte_at(l, end + 2)) &&
            !is_digit(byte_at(l, end + 3))) {
            add(l, TOKEN_DATE, from, end + 3);
            return true;
        }
        if (!is_digit(byte_at(l, end)) && !letter_at(l, end)) {
            add(l, TOKEN_YEAR, from, end);
            return true;
        }
    }
    if (byte_at(l, at) == '.' && is_digit(byte_at(l, at + 1)))
        for (at++; is_digit(byte_at(l, at));)
            at++;
    bool word = letter_at(l, at) || (byte_at(l, at) == '.' && is_digit(byte_at(l, at + 1)));
    if (!word) {
        add(l, TOKEN_NUMBER, from, at);
        return true;
    }
    size_t end = at;
    for (;;) {
        size_t next = name_end(l, end);
        if (byte_at(l, next) == '.' && (is_digit(byte_at(l, next + 1)) || letter_at(l, next + 1)))
            next++;
        if (next == end)
            break;
        end = next;
    }
    if (end == from)
        return fault(l, from, err, "a number is wanted here");
    add(l, TOKEN_WORD, from, end);
    return true;
}

/* £, £m, or £0.250m. */
static bool money(struct lexer *l, struct error *err)
{
    static const char *const sizes[] = {"bn", "m", "k"};
    size_t from = l->at, at = from + 2;
    bool has_number = is_digit(byte_at(l, at));
    size_t digits = at;
    if (has_number) {
        while (is_digit(byte_at(l, at)))
            at++;
        if (byte_at(l, at) == '.' && is_digit(byte_at(l, at + 1)))
            for (at++; is_digit(byte_at(l, at));)
                at++;
    }
    size_t end = at;
    for (size_t i = 0; i < countof(sizes) && end == at; i++)
        if (piece_at(l, at, sizes[i]))
            end = at + strlen(sizes[i]);
    if (letter_at(l, end))
        return fault(l, from, err, "money is written in £, £k, £m or £bn");
    struct token *token = add(l, has_number ? TOKEN_NUMBER : TOKEN_UNIT, from, end);
    if (has_number) {
        token->text = slice_part(l->text, digits, at);
        token->unit = arena_format(l->arena, "£%.*s", PRINT(slice_part(l->text, at, end)));
    }
    return true;
}

static bool string(struct lexer *l, struct error *err)
{
    size_t open = byte_at(l, l->at) == '"' ? 1 : 3, from = l->at, at = from + open;
    for (;;) {
        unsigned char c = byte_at(l, at);
        if (c == 0 || c == '\n')
            return fault(l, from, err, "this text has no closing quote on its line; write \" at its end");
        size_t close = c == '"' ? 1 : piece_at(l, at, "\xe2\x80\x9d") ? 3 : 0;
        if (close) {
            struct token *token = add(l, TOKEN_STRING, from, at + close);
            token->text = slice_part(l->text, from + open, at);
            return true;
        }
        at++;
    }
}

/* The words of a source: to the end of the line, but for a comment. */
static void rest(struct lexer *l)
{
    size_t from = l->at;
    for (size_t blank; (blank = blank_at(l, from)) != 0;)
        from += blank;
    size_t at = from;
    while (at < l->text.len && l->text.at[at] != '\n' && l->text.at[at] != '#')
        at++;
    while (at > from && strchr(" \t\r", l->text.at[at - 1]))
        at--;
    if (at > from)
        add(l, TOKEN_REST, from, at);
}

static bool sign(struct lexer *l, struct error *err)
{
    static const struct {
        const char *piece;
        int sign;
    } long_signs[] = {{"<>", SIGN_NOT_EQUAL},
                      {"<=", SIGN_LESS_EQUAL},
                      {">=", SIGN_GREATER_EQUAL},
                      {"\xe2\x89\xa0", SIGN_NOT_EQUAL},
                      {"\xe2\x89\xa4", SIGN_LESS_EQUAL},
                      {"\xe2\x89\xa5", SIGN_GREATER_EQUAL},
                      {"\xe2\x80\x99", '\''},
                      {"\xe2\x80\x98", '\''},
                      {"\xe2\x88\x92", '-'},
                      {"\xe2\x80\x93", '-'},
                      {"\xc3\x97", '*'}};
    size_t from = l->at;
    for (size_t i = 0; i < countof(long_signs); i++)
        if (piece_at(l, from, long_signs[i].piece)) {
            add(l, TOKEN_SIGN, from, from + strlen(long_signs[i].piece))->sign = long_signs[i].sign;
            return true;
        }
    unsigned char c = byte_at(l, from);
    if (c == 0 || !strchr("[](),'@=<>+-*/%.:", c)) {
        char words[120];
        (void)snprintf(words, sizeof words, "the character “%.*s” has no meaning here; text stands in double quotes",
                       c < 0x80 ? 1 : 4, c ? l->text.at + from : " ");
        words[text_valid_utf8(slice_of(words))] = '\0';
        return fault(l, from, err, c < 0x80 && c >= ' ' ? words : "this character has no meaning in a plan");
    }
    add(l, TOKEN_SIGN, from, from + 1)->sign = c;
    return true;
}

/* `source C` that does not begin a statement: it then is a use of the source, and words follow. */
static bool is_source(const struct lexer *l)
{
    const struct token *last = &l->tokens[l->count - 1];
    return l->count >= 3 && last[-1].kind == TOKEN_NAME && slice_equal(last[-1].text, S("source")) &&
           last[-1].line == last->line;
}

static bool token(struct lexer *l, struct error *err)
{
    unsigned char c = byte_at(l, l->at);
    if (is_digit(c))
        return number(l, l->at, err);
    if (letter_at(l, l->at)) {
        struct token *name = add(l, TOKEN_NAME, l->at, name_end(l, l->at));
        name->text = composed(l, name->text);
        if (is_source(l))
            rest(l);
        return true;
    }
    if (c == '"' || piece_at(l, l->at, "\xe2\x80\x9c"))
        return string(l, err);
    if (piece_at(l, l->at, "\xc2\xa3"))
        return money(l, err);
    return sign(l, err);
}

bool lex_statement(struct lexer *l, struct error *err)
{
    l->count = 0;
    while (l->at < l->text.len) {
        unsigned char c = byte_at(l, l->at);
        size_t blank = blank_at(l, l->at);
        if (c == '\n') {
            l->line++;
            l->line_start = ++l->at;
        } else if (blank) {
            l->at += blank;
        } else if (c == '#') {
            while (l->at < l->text.len && l->text.at[l->at] != '\n')
                l->at++;
        } else {
            if (l->count && l->at == l->line_start)
                break; /* the next statement */
            if (!l->count && l->at != l->line_start)
                return fault(l, l->at, err,
                             "this line begins with spaces, but no statement stands above it; begin it at the left "
                             "margin");
            if (!token(l, err))
                return false;
        }
    }
    size_t at = l->at;
    add(l, TOKEN_END, at, at)->starts_line = true;
    l->tokens[l->count - 1].indent = 0;
    return true;
}
