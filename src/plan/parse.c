/* A statement at a time: the lexer gives the words of one, the first word says which it is, and a function of its own
 * reads the rest. What is not read is a fault at that place, so nothing that is written is ever passed over. */
#include "plan/parse.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

bool parse_is(const struct parser *p, const char *word)
{
    const struct token *t = parse_token(p);
    return t->kind == TOKEN_NAME && slice_equal(t->text, slice_of(word));
}

bool parse_is_sign(const struct parser *p, int sign)
{
    return parse_token(p)->kind == TOKEN_SIGN && parse_token(p)->sign == sign;
}

bool parse_take(struct parser *p, const char *word)
{
    bool is = !parse_ended(p) && parse_is(p, word);
    p->at += is;
    return is;
}

bool parse_take_sign(struct parser *p, int sign)
{
    bool is = !parse_ended(p) && parse_is_sign(p, sign);
    p->at += is;
    return is;
}

bool parse_fault(const struct parser *p, const struct token *at, struct error *err, const char *format, ...)
{
    char words[600];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    words[text_valid_utf8(slice_of(words))] = '\0';
    uint32_t line = at->line, column = at->column;
    if (at->kind == TOKEN_END && at > p->lexer.tokens) { /* behind the last word, not on the next statement */
        line = at[-1].line;
        column = at[-1].column + at[-1].length;
    }
    return error_set_at(err, ERROR_INPUT, p->lexer.path, line, column, "%s", words);
}

bool parse_wanted(const struct parser *p, const char *what, struct error *err)
{
    const struct token *t = parse_token(p);
    if (parse_ended(p)) {
        if (t->kind != TOKEN_END)
            t--;
        struct token behind = *t;
        behind.column += t->kind == TOKEN_END ? 0 : t->length;
        return t->kind == TOKEN_END ? parse_fault(p, t, err, "%s is wanted here, but the statement ends", what)
                                    : parse_fault(p, &behind, err, "%s is wanted here, but the line ends", what);
    }
    struct slice text = slice_part(p->lexer.text, t->first, t->last);
    return parse_fault(p, t, err, "%s is wanted here, not %.*s", what, PRINT(slice_part(text, 0, 60)));
}

struct plan_place parse_place(const struct parser *p, const struct token *token)
{
    return (struct plan_place){.file = p->file, .line = token->line, .column = token->column, .length = token->length};
}

struct plan_word parse_word_of(const struct parser *p, const struct token *token)
{
    return (struct plan_word){.text = token->text, .place = parse_place(p, token)};
}

bool parse_name(struct parser *p, const char *what, struct plan_word *ret, struct error *err)
{
    if (parse_ended(p) || parse_token(p)->kind != TOKEN_NAME)
        return parse_wanted(p, what, err);
    *ret = parse_word_of(p, parse_token(p));
    p->at++;
    return true;
}

bool parse_any_word(struct parser *p, const char *what, struct plan_word *ret, struct error *err)
{
    enum token_kind kind = parse_token(p)->kind;
    if (parse_ended(p) || kind == TOKEN_SIGN || kind == TOKEN_UNIT || kind == TOKEN_REST)
        return parse_wanted(p, what, err);
    *ret = parse_word_of(p, parse_token(p));
    p->at++;
    return true;
}

struct slice parse_title(struct parser *p)
{
    if (parse_ended(p) || parse_token(p)->kind != TOKEN_STRING)
        return NO_SLICE;
    p->at++;
    return parse_token(p)[-1].text;
}

bool parse_index(struct parser *p, struct plan_word **ret, size_t *ret_count, struct error *err)
{
    size_t capacity = 0;
    *ret_count = 0;
    if (!parse_take_sign(p, '['))
        return true;
    do {
        ARENA_GROW(p->arena, *ret, *ret_count, capacity);
        if (!parse_any_word(p, "the name of a set or member", &(*ret)[*ret_count], err))
            return false;
        ++*ret_count;
    } while (parse_take_sign(p, ','));
    if (!parse_take_sign(p, ']'))
        return parse_wanted(p, "the closing bracket ]", err);
    return true;
}

static bool year(struct parser *p, struct plan_word *ret, struct error *err)
{
    if (parse_ended(p) || parse_token(p)->kind != TOKEN_YEAR)
        return parse_wanted(p, "a year such as 2025-26", err);
    *ret = parse_word_of(p, parse_token(p));
    p->at++;
    return true;
}

bool parse_span(struct parser *p, struct plan_span *ret, struct error *err)
{
    *ret = (struct plan_span){0};
    if (parse_ended(p) || parse_token(p)[1].kind != TOKEN_YEAR || parse_token(p)->kind != TOKEN_NAME)
        return true;
    if (parse_take(p, "in")) {
        ret->given = true;
        if (!year(p, &ret->from, err))
            return false;
        ret->to = ret->from;
        return !parse_take(p, "to") || year(p, &ret->to, err);
    }
    if (parse_take(p, "from")) {
        ret->given = true;
        return year(p, &ret->from, err) && (!parse_take(p, "to") || year(p, &ret->to, err));
    }
    if (!parse_take(p, "to"))
        return true;
    ret->given = true;
    return year(p, &ret->to, err);
}

bool parse_source_use(struct parser *p, struct plan_source_use *ret, struct error *err)
{
    if (!parse_take(p, "source"))
        return true;
    if (!parse_name(p, "the name of a source", &ret->id, err))
        return false;
    if (parse_token(p)->kind == TOKEN_REST) {
        ret->where = parse_token(p)->text;
        p->at++;
    }
    return true;
}

bool parse_number(struct parser *p, struct number *ret, bool *ret_percent, struct error *err)
{
    size_t start = p->at;
    bool negative = parse_take_sign(p, '-');
    const struct token *t = parse_token(p);
    if (parse_ended(p) || t->kind != TOKEN_NUMBER) {
        p->at = start;
        return parse_wanted(p, "a number", err);
    }
    struct number value = NUMBER_ZERO;
    struct slice text = t->text;
    /* 1,672.11: groups of three behind commas without a space are one number, where values stand. */
    size_t last = p->at;
    while (p->lexer.tokens[last + 1].kind == TOKEN_SIGN && p->lexer.tokens[last + 1].sign == ',' &&
           p->lexer.tokens[last + 2].kind == TOKEN_NUMBER && !slice_empty(text) &&
           p->lexer.tokens[last + 2].first == p->lexer.tokens[last].last + 1 &&
           slice_find(p->lexer.tokens[last].text, '.') == p->lexer.tokens[last].text.len &&
           slice_find(p->lexer.tokens[last + 2].text, '.') == 3)
        last += 2;
    while (p->lexer.tokens[last + 1].kind == TOKEN_SIGN && p->lexer.tokens[last + 1].sign == ',' &&
           p->lexer.tokens[last + 2].kind == TOKEN_NUMBER && p->lexer.tokens[last + 2].text.len == 3 &&
           p->lexer.tokens[last + 2].first == p->lexer.tokens[last].last + 1 &&
           slice_find(p->lexer.tokens[last].text, '.') == p->lexer.tokens[last].text.len)
        last += 2;
    if (last > p->at) {
        struct buffer digits = buffer_make(p->arena);
        for (size_t i = p->at; i <= last; i += 2)
            buffer_add(&digits, p->lexer.tokens[i].text);
        text = buffer_slice(&digits);
    }
    if (!number_read(text, p->arena, &value))
        return parse_fault(p, t, err, "this number has more than %d digits", NUMBER_DIGITS_MAX);
    p->at = last + 1;
    bool percent = parse_take_sign(p, '%');
    if (ret_percent)
        *ret_percent = percent;
    else if (percent)
        value = number_shift(p->arena, value, -2);
    *ret = negative ? number_negate(p->arena, value) : value;
    return true;
}

struct plan_statement *parse_add(struct parser *p, struct plan_statement ***tail, enum plan_statement_kind kind)
{
    struct plan_statement *s = arena_new(p->arena, struct plan_statement);
    s->kind = kind;
    s->place = parse_place(p, parse_token(p));
    **tail = s;
    *tail = &s->next;
    return s;
}

bool parse_end(struct parser *p, struct error *err)
{
    if (parse_token(p)->kind == TOKEN_END)
        return true;
    const struct token *t = parse_token(p);
    struct slice text = slice_part(p->lexer.text, t->first, t->last);
    return parse_fault(p, t, err, "%.*s has no place here; the statement is complete before it",
                       PRINT(slice_part(text, 0, 60)));
}

bool parse_unknown(const struct parser *p, const char *what, const char *const *words, struct error *err)
{
    struct slice names[64];
    size_t count = 0;
    while (words[count] && count < countof(names)) {
        names[count] = slice_of(words[count]);
        count++;
    }
    const struct token *t = parse_token(p);
    if (t->kind != TOKEN_NAME)
        return parse_wanted(p, what, err);
    struct slice near = text_nearest(t->text, names, count);
    if (near.len)
        return parse_fault(p, t, err, "%.*s is not %s; did you mean %.*s?", PRINT(t->text), what, PRINT(near));
    char list[500];
    size_t at = 0;
    for (size_t i = 0; i < count && at < sizeof list - 32; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", words[i]);
    return parse_fault(p, t, err, "%.*s is not %s: %s", PRINT(slice_part(t->text, 0, 60)), what, list);
}

/* ---- The small statements ---- */

static bool named(struct parser *p, struct plan_statement *s, const char *what, struct error *err)
{
    if (!parse_name(p, what, &s->name, err))
        return false;
    s->title = parse_title(p);
    return true;
}

static bool parse_model(struct parser *p, struct plan_statement *s, struct error *err)
{
    return named(p, s, "the plan's name", err);
}

static bool add_word(struct parser *p, struct plan_statement *s, struct plan_word word, size_t *capacity)
{
    ARENA_GROW(p->arena, s->words, s->word_count, *capacity);
    s->words[s->word_count++] = word;
    return true;
}

/* The year after: 2024-25, 2025-26; 2099-00 follows 2098-99. */
static struct slice year_after(struct arena *arena, struct slice label)
{
    int64_t number = 0;
    must(slice_integer(slice_part(label, 0, 4), &number));
    return arena_format(arena, "%04lld-%02lld", (long long)number + 1, (long long)(number + 2) % 100);
}

static bool parse_years(struct parser *p, struct plan_statement *s, struct error *err)
{
    size_t capacity = 0;
    while (!parse_ended(p)) {
        const struct token *t = parse_token(p);
        if (t->kind == TOKEN_YEAR) {
            int64_t first = 0, second = 0;
            must(slice_integer(slice_part(t->text, 0, 4), &first) && slice_integer(slice_part(t->text, 5, 7), &second));
            if (second != (first + 1) % 100)
                return parse_fault(p, t, err, "%.*s is no financial year; the year after %lld is written %02lld",
                                   PRINT(t->text), (long long)first, (long long)(first + 1) % 100);
            add_word(p, s, parse_word_of(p, t), &capacity);
            p->at++;
        } else if (s->word_count && parse_take(p, "to")) {
            struct plan_word last;
            if (!year(p, &last, err))
                return false;
            struct plan_word next = s->words[s->word_count - 1];
            while (!slice_equal(next.text, last.text)) {
                if (s->word_count > 500)
                    return parse_fault(p, parse_token(p) - 1, err, "there are more than 500 years up to %.*s",
                                       PRINT(last.text));
                next.text = year_after(p->arena, next.text);
                add_word(p, s, next, &capacity);
            }
        } else {
            return parse_wanted(p, "a year such as 2025-26", err);
        }
    }
    return s->word_count > 0 || parse_wanted(p, "a year such as 2025-26", err);
}

static bool parse_unit(struct parser *p, struct plan_statement *s, struct error *err)
{
    const struct token *t = parse_token(p);
    if (t->kind != TOKEN_NAME && t->kind != TOKEN_UNIT && !parse_is_sign(p, '%'))
        return parse_wanted(p, "a unit such as £m, % or homes", err);
    s->name = parse_word_of(p, t);
    p->at++;
    if (!parse_take(p, "print"))
        return parse_wanted(p, "print and a step, as in `print 0.001`,", err);
    t = parse_token(p);
    if (!parse_number(p, &s->number, NULL, err))
        return false;
    return number_sign(s->number) > 0 || parse_fault(p, t, err, "the step of a unit is above zero");
}

static bool parse_source(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!named(p, s, "the source's name", err))
        return false;
    s->flags[1] = parse_take(p, "fitted");
    if (!parse_take(p, "rounded"))
        return true;
    if (!parse_take(p, "to"))
        return parse_wanted(p, "to and a step, as in `rounded to 0.001`,", err);
    s->flags[0] = true;
    const struct token *t = parse_token(p);
    if (!parse_number(p, &s->number, NULL, err))
        return false;
    return number_sign(s->number) > 0 || parse_fault(p, t, err, "what a source is rounded to is above zero");
}

static bool parse_set(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_name(p, "the set's name", &s->name, err))
        return false;
    if (parse_take(p, "of") && !parse_name(p, "the set that it is part of", &s->of, err))
        return false;
    s->title = parse_title(p);
    struct plan_statement **tail = &s->body;
    while (!parse_ended(p)) {
        struct plan_statement *member = parse_add(p, &tail, PLAN_MEMBER);
        if (parse_take_sign(p, ','))
            member->place = parse_place(p, parse_token(p));
        if (!parse_any_word(p, "a member's name", &member->name, err))
            return false;
        member->title = parse_title(p);
        size_t capacity = 0;
        if (s->of.text.len && member->title.len) { /* files may say it, as what stands behind `also` */
            ARENA_GROW(p->arena, member->words, member->word_count, capacity);
            member->words[member->word_count++] = parse_word_of(p, &parse_token(p)[-1]);
        }
        while (!parse_ended(p) && parse_is(p, "also") && parse_token(p)[1].kind == TOKEN_STRING) {
            p->at++;
            ARENA_GROW(p->arena, member->words, member->word_count, capacity);
            member->words[member->word_count++] = parse_word_of(p, parse_token(p));
            p->at++;
        }
    }
    return true;
}

static bool parse_calc(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_name(p, "the name of a row", &s->name, err) || !parse_index(p, &s->index, &s->index_count, err))
        return false;
    s->title = parse_title(p);
    const struct token *t = parse_token(p);
    if (t->kind == TOKEN_UNIT || parse_is_sign(p, '%') ||
        (t->kind == TOKEN_NAME && !parse_is(p, "from") && !parse_is(p, "in") && !parse_is(p, "to") &&
         !parse_is(p, "always"))) {
        s->unit = parse_word_of(p, t);
        p->at++;
    }
    s->flags[0] = parse_take(p, "always");
    if (!parse_span(p, &s->span, err))
        return false;
    if (!parse_take_sign(p, '='))
        return parse_wanted(p, "the sign = and a formula", err);
    if (!parse_formula(p, &s->formula, err) || !parse_source_use(p, &s->source, err))
        return false;
    if (parse_take(p, "note"))
        s->note = parse_title(p);
    return true;
}

/* differs ASC 2025-26 by 0.600 because "…" */
static bool differs(struct parser *p, struct plan_statement ***tail, struct error *err)
{
    struct plan_statement *s = parse_add(p, tail, PLAN_DIFFERS);
    size_t capacity = 0;
    p->at++;
    while (parse_token(p)->kind != TOKEN_YEAR) {
        ARENA_GROW(p->arena, s->words, s->word_count, capacity);
        if (!parse_any_word(p, "a year, or the names of members and a year,", &s->words[s->word_count++], err))
            return false;
    }
    if (!year(p, &s->name, err))
        return false;
    if (!parse_take(p, "by"))
        return parse_wanted(p, "by and how much the left side is above the right,", err);
    if (!parse_number(p, &s->number, NULL, err))
        return false;
    if (!parse_take(p, "because"))
        return parse_wanted(p, "because and a reason in quotes", err);
    s->title = parse_title(p);
    return s->title.len > 0 || parse_wanted(p, "a reason in quotes", err);
}

static bool parse_check(struct parser *p, struct plan_statement *s, struct error *err)
{
    s->style = parse_token(p)[-1].text;
    if (!parse_name(p, "the check's name", &s->name, err) || !parse_index(p, &s->index, &s->index_count, err))
        return false;
    s->title = parse_title(p);
    if (!parse_span(p, &s->span, err))
        return false;
    if (!parse_take(p, "that"))
        return parse_wanted(p, "that and what must hold", err);
    if (!parse_formula(p, &s->formula, err))
        return false;
    if (parse_take(p, "within") && !parse_formula(p, &s->second, err))
        return false;
    if (!s->span.given && !parse_span(p, &s->span, err))
        return false;
    if (!parse_source_use(p, &s->source, err))
        return false;
    struct plan_statement **tail = &s->body;
    while (slice_equal(s->style, S("tie")) && parse_is(p, "differs"))
        if (!differs(p, &tail, err))
            return false;
    return true;
}

/* ---- Files ---- */

static bool add_file(struct parser *p, struct slice path, struct slice text, struct error *err);

static bool parse_include(struct parser *p, struct plan_statement *s, struct error *err)
{
    const struct token *t = parse_token(p);
    if (t->kind != TOKEN_STRING)
        return parse_wanted(p, "a file's name in quotes", err);
    s->name = parse_word_of(p, t);
    p->at++;
    struct slice path = t->text;
    if (path.len && path.at[0] != '/')
        path = arena_format(p->arena, "%.*s/%.*s", PRINT(host_folder_of(p->lexer.path)), PRINT(path));
    for (size_t i = 0; i < p->syntax->file_count; i++)
        if (slice_equal(p->syntax->files[i].path, path))
            return true;
    struct slice text;
    if (!host_read_file(p->host, path, PLAN_FILE_MAX, p->arena, &text, err)) {
        struct error inner = *err;
        return parse_fault(p, t, err, "%s", inner.text);
    }
    return add_file(p, path, text, err);
}

static const struct {
    const char *word;
    enum plan_statement_kind kind;
    bool (*parse)(struct parser *p, struct plan_statement *s, struct error *err);
} statements[] = {
    {"model", PLAN_MODEL, parse_model},       {"include", PLAN_INCLUDE, parse_include},
    {"years", PLAN_YEARS, parse_years},       {"unit", PLAN_UNIT, parse_unit},
    {"source", PLAN_SOURCE, parse_source},    {"set", PLAN_SET, parse_set},
    {"given", PLAN_GIVEN, parse_given},       {"calc", PLAN_CALC, parse_calc},
    {"check", PLAN_CHECK, parse_check},       {"rule", PLAN_CHECK, parse_check},
    {"tie", PLAN_CHECK, parse_check},         {"table", PLAN_TABLE, parse_table},
    {"bid", PLAN_BID, parse_entry},           {"saving", PLAN_SAVING, parse_entry},
    {"virement", PLAN_VIREMENT, parse_entry}, {"scheme", PLAN_SCHEME, parse_entry},
    {"reserve", PLAN_RESERVE, parse_entry},   {"scenario", PLAN_SCENARIO, parse_overlay},
    {"version", PLAN_VERSION, parse_overlay}, {"vary", PLAN_VARY, parse_vary},
    {"risk", PLAN_RISK, parse_risk},          {"step", PLAN_STEP, parse_step},
    {"gate", PLAN_GATE, parse_gate},          {"rank", PLAN_RANK, parse_rank},
};

static bool parse_statement(struct parser *p, struct error *err)
{
    for (size_t i = 0; i < countof(statements); i++)
        if (parse_is(p, statements[i].word)) {
            struct plan_statement *s = parse_add(p, &p->tail, statements[i].kind);
            p->at++;
            return statements[i].parse(p, s, err) && parse_end(p, err);
        }
    const char *words[countof(statements) + 1] = {NULL};
    for (size_t i = 0; i < countof(statements); i++)
        words[i] = statements[i].word;
    return parse_unknown(p, "a statement of the planning language", words, err);
}

/* Reads the file's statements; the including file's lexer is put aside meanwhile. */
static bool add_file(struct parser *p, struct slice path, struct slice text, struct error *err)
{
    if (p->syntax->file_count == PLAN_FILES_MAX)
        return error_set_at(err, ERROR_TOO_BIG, path, 0, 0, "a plan has at most %d files", PLAN_FILES_MAX);
    if (text.len > PLAN_FILE_MAX)
        return error_set_at(err, ERROR_TOO_BIG, path, 0, 0, "a file of a plan has at most 64 MiB");
    size_t valid = text_valid_utf8(text);
    if (valid != text.len) {
        uint64_t line = 1;
        for (size_t i = 0; i < valid; i++)
            line += text.at[i] == '\n';
        return error_set_at(err, ERROR_INPUT, path, line, 0, "this line is not UTF-8; save the file in UTF-8");
    }
    ARENA_GROW(p->arena, p->syntax->files, p->syntax->file_count, p->files_capacity);
    struct lexer outer = p->lexer;
    size_t at = p->at;
    uint32_t file = p->file;
    p->file = (uint32_t)p->syntax->file_count;
    p->syntax->files[p->syntax->file_count++] = (struct plan_file){.path = path, .text = text};
    p->lexer = lex_start(path, text, p->arena);
    for (;;) {
        p->at = p->start = 0;
        p->limit_indent = 0;
        p->depth = p->operators = 0;
        if (!lex_statement(&p->lexer, err))
            return false;
        if (p->lexer.count == 1)
            break;
        if (!parse_statement(p, err))
            return false;
    }
    p->lexer = outer;
    p->depth = p->operators = 0;
    p->at = at;
    p->start = 0;
    p->file = file;
    p->limit_indent = 0;
    return true;
}

bool plan_parse_text(const struct host *host, struct slice text, struct slice path, struct arena *arena,
                     struct plan_syntax **ret, struct error *err)
{
    struct plan_syntax *syntax = arena_new(arena, struct plan_syntax);
    syntax->arena = arena;
    *ret = syntax; /* also when it fails: the files are there, for showing the place */
    struct parser parser = {.arena = arena, .host = host, .syntax = syntax, .tail = &syntax->statements};
    return add_file(&parser, path, text, err);
}

bool plan_parse(const struct host *host, struct slice path, struct arena *arena, struct plan_syntax **ret,
                struct error *err)
{
    struct slice text;
    return host_read_file(host, path, PLAN_FILE_MAX, arena, &text, err) &&
           plan_parse_text(host, text, path, arena, ret, err);
}

/* How many characters the word at this column has: a place that came by way of an error knows its start alone. */
static uint32_t word_length(struct slice line, uint32_t column)
{
    size_t at = 0;
    for (uint32_t i = 1; i < column && at < line.len; i++)
        for (at++; at < line.len && (line.at[at] & 0xc0) == 0x80;)
            at++;
    uint32_t length = 0;
    for (; at < line.len && !strchr(" \t[](),'@=<>+*/:\"", line.at[at]); at++)
        length += (line.at[at] & 0xc0) != 0x80;
    return length ? length : 1;
}

void plan_show_place(const struct plan_syntax *syntax, struct plan_place place, struct buffer *out)
{
    if (place.line == 0 || place.file >= syntax->file_count)
        return;
    struct slice rest = syntax->files[place.file].text, line = NO_SLICE;
    for (uint32_t i = 0; i < place.line; i++)
        if (!slice_cut(&rest, '\n', &line))
            return;
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    struct slice shown = text_first_letters(line, 160);
    if (shown.len == 0)
        shown = line;
    buffer_format(out, "%6u | %.*s\n", place.line, PRINT(shown));
    if (place.column == 0)
        return;
    buffer_add(out, S("       | "));
    for (uint32_t i = 1; i < place.column && i <= 160; i++)
        buffer_add_byte(out, i <= line.len && line.at[i - 1] == '\t' ? '\t' : ' ');
    uint32_t length = place.length ? place.length : word_length(line, place.column);
    for (uint32_t i = 0; i < length && i < 80; i++)
        buffer_add_byte(out, '^');
    buffer_add_byte(out, '\n');
}
