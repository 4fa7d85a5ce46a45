/* Given values and the lines of registers. A line of years alone heads the columns of the value lines under it. */
#include "plan/parse.h"

#include "base/text.h"

static const char *const register_words[] = {"bids", "savings", "virements", "capital", "reserves", NULL};
static const char *const attributes[] = {
    "owner",    "rag",      "eqia",       "consultation", "state",         "by", "on", "lead",
    "replaces", "delivers", "difficulty", "approval",     "business-case", NULL};

static bool is_attribute(struct slice word)
{
    for (size_t i = 0; attributes[i]; i++)
        if (slice_equal(word, slice_of(attributes[i])))
            return true;
    return slice_starts(word, S("score-"));
}

static bool span_begins(const struct parser *p)
{
    const struct token *t = parse_token(p);
    return t->kind == TOKEN_NAME && t[1].kind == TOKEN_YEAR &&
           (parse_is(p, "in") || parse_is(p, "from") || parse_is(p, "to"));
}

static bool value_begins(const struct parser *p)
{
    const struct token *t = parse_token(p);
    return t->kind == TOKEN_NUMBER || parse_is_sign(p, '-') || parse_is_sign(p, '.');
}

/* Room for one more: four at first, then twice as many each time. */
static void grow_values(struct parser *p, struct plan_values *v)
{
    size_t n = v->count;
    if (n != 0 && (n < 4 || (n & (n - 1)) != 0))
        return;
    size_t room = n ? n * 2 : 4;
    struct plan_values old = *v;
    v->values = arena_array(p->arena, struct number, room);
    v->present = arena_array(p->arena, bool, room);
    v->percent = arena_array(p->arena, bool, room);
    v->places = arena_array(p->arena, struct plan_place, room);
    if (n == 0)
        return;
    memcpy(v->values, old.values, n * sizeof *v->values);
    memcpy(v->present, old.present, n * sizeof *v->present);
    memcpy(v->percent, old.percent, n * sizeof *v->percent);
    memcpy(v->places, old.places, n * sizeof *v->places);
}

static bool add_value(struct parser *p, struct plan_values *v, struct error *err)
{
    grow_values(p, v);
    v->places[v->count] = parse_place(p, parse_token(p));
    if (parse_take_sign(p, '.')) {
        v->count++;
        return true;
    }
    if (!parse_number(p, &v->values[v->count], &v->percent[v->count], err))
        return false;
    v->present[v->count++] = true;
    return true;
}

/* `2024-25 4.99, 2025-26 1.99` */
static bool year_pairs(struct parser *p, struct plan_values *v, size_t start, struct error *err)
{
    size_t capacity = 0;
    v->years = NULL;
    v->year_count = 0;
    while (!parse_line_ended(p, start) && parse_token(p)->kind == TOKEN_YEAR) {
        ARENA_GROW(p->arena, v->years, v->year_count, capacity);
        v->years[v->year_count++] = parse_word_of(p, parse_token(p));
        p->at++;
        if (parse_line_ended(p, start) || !value_begins(p))
            return parse_wanted(p, "the year's value", err);
        if (!add_value(p, v, err))
            return false;
        if (parse_is_sign(p, ',') && parse_token(p)[1].kind == TOKEN_YEAR)
            p->at++;
    }
    return true;
}

static bool line_values(struct parser *p, struct plan_values *v, size_t start, struct error *err)
{
    if (parse_take(p, "always")) {
        v->always = true;
        if (!value_begins(p))
            return parse_wanted(p, "a value", err);
        return add_value(p, v, err);
    }
    if (span_begins(p)) {
        if (!parse_span(p, &v->span, err))
            return false;
        if (parse_line_ended(p, start) || !value_begins(p))
            return parse_wanted(p, "a value", err);
        return add_value(p, v, err);
    }
    if (parse_token(p)->kind == TOKEN_YEAR)
        return year_pairs(p, v, start, err);
    if (!value_begins(p))
        return parse_wanted(p, "a value, or a dot for none,", err);
    while (!parse_line_ended(p, start) && value_begins(p))
        if (!add_value(p, v, err))
            return false;
    return true;
}

/* v->years holds the header in force. */
bool parse_value_line(struct parser *p, struct plan_values *v, struct error *err)
{
    size_t start = p->at, capacity = 0;
    v->place = parse_place(p, parse_token(p));
    if (parse_is(p, "reprofile")) {
        v->reprofile = true;
        p->at++;
    }
    while (!parse_line_ended(p, start) && !span_begins(p) && !parse_is(p, "always") &&
           (parse_token(p)->kind == TOKEN_NAME || parse_token(p)->kind == TOKEN_STRING ||
            parse_token(p)->kind == TOKEN_WORD)) {
        ARENA_GROW(p->arena, v->members, v->member_count, capacity);
        v->members[v->member_count++] = parse_word_of(p, parse_token(p));
        p->at++;
        if (parse_is_sign(p, ',') && parse_token(p)[1].kind == TOKEN_NAME)
            p->at++;
    }
    if (parse_line_ended(p, start))
        return parse_wanted(p, "a value, or a dot for none,", err);
    if (!line_values(p, v, start, err))
        return false;
    return parse_line_ended(p, start) || parse_source_use(p, &v->source, err);
}

/* A line of years alone. */
static bool is_header(const struct parser *p)
{
    const struct token *t = parse_token(p);
    size_t count = 0;
    while (t[count].kind == TOKEN_YEAR && (count == 0 || !t[count].starts_line))
        count++;
    return count > 0 && t[count].starts_line;
}

/* `in 2024-25` without a value: of the value lines that follow. */
static bool is_span_alone(const struct parser *p)
{
    if (!span_begins(p))
        return false;
    const struct token *t = parse_token(p) + 2;
    if (t->kind == TOKEN_NAME && slice_equal(t->text, S("to")) && t[1].kind == TOKEN_YEAR)
        t += 2;
    return t->starts_line ||
           !(t->kind == TOKEN_NUMBER || (t->kind == TOKEN_SIGN && (t->sign == '-' || t->sign == '.')));
}

static void header(struct parser *p, struct plan_values *columns)
{
    size_t start = p->at, capacity = 0;
    columns->years = NULL;
    columns->year_count = 0;
    columns->span = (struct plan_span){0};
    while (!parse_line_ended(p, start)) {
        ARENA_GROW(p->arena, columns->years, columns->year_count, capacity);
        columns->years[columns->year_count++] = parse_word_of(p, parse_token(p));
        p->at++;
    }
}

static bool pairs(struct parser *p, struct plan_from *f, struct error *err)
{
    size_t capacity = 0;
    while (parse_is_sign(p, ',') && parse_token(p)[1].kind == TOKEN_NAME && parse_token(p)[2].kind == TOKEN_NAME &&
           slice_equal(parse_token(p)[2].text, S("is"))) {
        p->at++;
        ARENA_GROW(p->arena, f->columns, f->column_count, capacity);
        struct plan_pair *pair = &f->columns[f->column_count++];
        pair->key = parse_word_of(p, parse_token(p));
        p->at += 2;
        if (!parse_any_word(p, "the name of a column", &pair->value, err))
            return false;
    }
    return true;
}

static bool where(struct parser *p, struct plan_from *f, struct error *err)
{
    size_t capacity = 0;
    if (!parse_take(p, "where"))
        return true;
    do {
        ARENA_GROW(p->arena, f->where, f->where_count, capacity);
        struct plan_pair *pair = &f->where[f->where_count++];
        if (!parse_any_word(p, "the name of a column", &pair->key, err))
            return false;
        if (!parse_take(p, "is"))
            return parse_wanted(p, "is and a word", err);
        pair->is_not = parse_take(p, "not");
        if (!parse_any_word(p, "a word to compare with", &pair->value, err))
            return false;
    } while (parse_take(p, "and"));
    return true;
}

bool parse_from(struct parser *p, struct plan_from *f, struct error *err)
{
    static const char *const wanted = "a file in quotes, or savings, bids, virements, capital or reserves,";
    f->place = parse_place(p, parse_token(p));
    p->at++;
    if (parse_ended(p))
        return parse_wanted(p, wanted, err);
    if (parse_token(p)->kind == TOKEN_STRING)
        f->file = parse_word_of(p, parse_token(p));
    else {
        bool known = false;
        for (size_t i = 0; register_words[i]; i++)
            known |= parse_is(p, register_words[i]);
        if (!known)
            return parse_unknown(p, "a file in quotes or a register", register_words, err);
        f->register_name = parse_word_of(p, parse_token(p));
    }
    p->at++;
    if (!pairs(p, f, err) || !where(p, f, err) || !parse_span(p, &f->span, err))
        return false;
    if (parse_take(p, "missing")) {
        f->missing_given = true;
        if (!parse_number(p, &f->missing, NULL, err))
            return false;
    }
    return parse_source_use(p, &f->source, err);
}

static bool from_begins(const struct parser *p)
{
    return parse_is(p, "from") && parse_token(p)[1].kind != TOKEN_YEAR;
}

/* Value lines, headers, `from`, source, note: the body of given and of registers. */
struct body {
    struct plan_values columns;
    size_t values_capacity, froms_capacity, attributes_capacity;
    bool is_entry;
};

static bool add_values(struct parser *p, struct plan_statement *s, struct body *body, struct error *err)
{
    struct plan_values *v;
    ARENA_GROW(p->arena, s->values, s->value_count, body->values_capacity);
    v = &s->values[s->value_count++];
    *v = (struct plan_values){
        .years = body->columns.years, .year_count = body->columns.year_count, .span = body->columns.span};
    return parse_value_line(p, v, err);
}

static bool add_from(struct parser *p, struct plan_statement *s, struct body *body, struct error *err)
{
    ARENA_GROW(p->arena, s->froms, s->from_count, body->froms_capacity);
    struct plan_from *from = &s->froms[s->from_count++];
    if (!parse_from(p, from, err))
        return false;
    if (!from->span.given)
        from->span = body->columns.span;
    return true;
}

bool parse_attribute(struct parser *p, struct plan_attribute *a, struct error *err)
{
    if (!parse_name(p, "an attribute", &a->key, err))
        return false;
    if (parse_token(p)->kind == TOKEN_NUMBER || parse_is_sign(p, '-')) {
        const struct token *t = parse_token(p);
        if (!parse_number(p, &a->number, NULL, err))
            return false;
        a->is_number = true;
        a->value = parse_word_of(p, t);
        a->value.text = slice_part(p->lexer.text, t->first, parse_token(p)[-1].last);
        return true;
    }
    return parse_any_word(p, "the attribute's value", &a->value, err);
}

static bool body_item(struct parser *p, struct plan_statement *s, struct body *body, struct error *err)
{
    const struct token *t = parse_token(p);
    parse_begin(p);
    if (is_header(p)) {
        header(p, &body->columns);
        return true;
    }
    if (is_span_alone(p))
        return parse_span(p, &body->columns.span, err);
    if (from_begins(p) && !body->is_entry)
        return add_from(p, s, body, err);
    if (parse_is(p, "source")) {
        if (s->source.id.text.len)
            return parse_fault(p, t, err, "the source stands twice; keep one of them");
        return parse_source_use(p, &s->source, err);
    }
    if (parse_is(p, "note") && t[1].kind == TOKEN_STRING) {
        p->at++;
        s->note = parse_title(p);
        return true;
    }
    if (body->is_entry && t->kind == TOKEN_NAME && is_attribute(t->text)) {
        ARENA_GROW(p->arena, s->attributes, s->attribute_count, body->attributes_capacity);
        return parse_attribute(p, &s->attributes[s->attribute_count++], err);
    }
    return add_values(p, s, body, err);
}

static bool parse_body(struct parser *p, struct plan_statement *s, struct body *body, struct error *err)
{
    while (parse_token(p)->kind != TOKEN_END)
        if (!body_item(p, s, body, err))
            return false;
    return true;
}

bool parse_given(struct parser *p, struct plan_statement *s, struct error *err)
{
    struct body body = {.is_entry = false};
    if (!parse_name(p, "the name of a row", &s->name, err) || !parse_index(p, &s->index, &s->index_count, err))
        return false;
    s->title = parse_title(p);
    const struct token *t = parse_token(p);
    if (!parse_ended(p) &&
        (t->kind == TOKEN_UNIT || parse_is_sign(p, '%') ||
         (t->kind == TOKEN_NAME && !t->starts_line && !parse_is(p, "from") && !parse_is(p, "in") &&
          !parse_is(p, "to") && !parse_is(p, "always") && !parse_is(p, "source") && !parse_is(p, "note")))) {
        s->unit = parse_word_of(p, t);
        p->at++;
    }
    if (parse_is(p, "always") && (parse_token(p)[1].starts_line || parse_token(p)[1].kind == TOKEN_NAME)) {
        s->flags[0] = true;
        p->at++;
    }
    return parse_body(p, s, &body, err);
}

bool parse_entry(struct parser *p, struct plan_statement *s, struct error *err)
{
    struct body body = {.is_entry = true};
    size_t capacity = 0;
    if (!parse_any_word(p, "the line's name in the register", &s->name, err))
        return false;
    s->title = parse_title(p);
    if (parse_take(p, "for"))
        do {
            ARENA_GROW(p->arena, s->words, s->word_count, capacity);
            if (!parse_any_word(p, "the name of a member", &s->words[s->word_count], err))
                return false;
            s->word_count++;
        } while (parse_take_sign(p, ','));
    if (!parse_ended(p) && parse_token(p)->kind == TOKEN_UNIT) {
        s->unit = parse_word_of(p, parse_token(p));
        p->at++;
    }
    return parse_body(p, s, &body, err);
}
