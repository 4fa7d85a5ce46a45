/* Tables: columns, rows, what the source prints, anomalies. */
#include "plan/parse.h"

static bool span_follows(const struct parser *p)
{
    return parse_is(p, "in") && parse_token(p)[1].kind == TOKEN_YEAR;
}

/* columns 2024-25 to 2028-29, total   ·   columns dept, total in 2025-26 */
static bool columns(struct parser *p, struct plan_statement *s, struct error *err)
{
    size_t capacity = 0;
    while (!parse_ended(p) && !span_follows(p)) {
        const struct token *t = parse_token(p);
        ARENA_GROW(p->arena, s->words, s->word_count, capacity);
        if (parse_is(p, "printed")) {
            s->flags[0] = true;
            p->at++;
            continue;
        }
        if (parse_is(p, "to") && s->word_count == 0)
            return parse_wanted(p, "a year, a set or total", err);
        if (t->kind != TOKEN_YEAR && t->kind != TOKEN_NAME)
            return parse_wanted(p, "a year, a set or total", err);
        s->words[s->word_count++] = parse_word_of(p, t);
        p->at++;
        if (slice_equal(t->text, S("total")))
            s->title = parse_title(p);
        (void)parse_take_sign(p, ',');
    }
    if (s->word_count == 0)
        return parse_wanted(p, "a year, a set or total", err);
    return parse_span(p, &s->span, err);
}

/* column "Existing savings" formula [in 2025-26]; column printed total "Total" */
static bool column(struct parser *p, struct plan_statement *s, struct error *err)
{
    s->flags[0] = parse_take(p, "printed");
    bool total = parse_take(p, "total");
    s->title = parse_title(p);
    if (total || s->flags[0]) {
        s->role = S("total");
        return true;
    }
    return parse_formula(p, &s->formula, err) && parse_span(p, &s->span, err);
}

/* `, total of FORMULA`; `, printed in 2027-28` */
static bool row_ending(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (parse_take(p, "total")) {
        if (!parse_take(p, "of"))
            return parse_wanted(p, "of and what the total adds up", err);
        return parse_formula(p, &s->second, err);
    }
    if (!parse_take(p, "printed") && !parse_take(p, "each"))
        return parse_wanted(p, "printed or each, and years,", err);
    size_t capacity = 0;
    if (!parse_take(p, "in"))
        return parse_wanted(p, "in and years or other columns", err);
    do {
        ARENA_GROW(p->arena, s->words, s->word_count, capacity);
        if (!parse_any_word(p, "a column", &s->words[s->word_count], err))
            return false;
        s->word_count++;
    } while (parse_take_sign(p, ','));
    return true;
}

static bool row(struct parser *p, struct plan_statement *s, struct error *err)
{
    s->style = S("each");
    s->role = S("line");
    if (parse_take(p, "printed"))
        s->style = S("printed");
    else
        (void)parse_take(p, "each");
    if (parse_take(p, "subtotal"))
        s->role = S("subtotal");
    else if (parse_take(p, "total"))
        s->role = S("total");
    if (parse_take(p, "for") && !parse_name(p, "the name of a set", &s->of, err))
        return false;
    s->title = parse_title(p);
    if (!parse_ended(p) && !parse_is_sign(p, ',') && !parse_is(p, "source") && !parse_formula(p, &s->formula, err))
        return false;
    return (!parse_take_sign(p, ',') || row_ending(p, s, err)) && parse_source_use(p, &s->source, err);
}

static bool prints(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (parse_is(p, "from") && parse_token(p)[1].kind == TOKEN_STRING) {
        s->froms = arena_new(p->arena, struct plan_from);
        s->from_count = 1;
        return parse_from(p, s->froms, err);
    }
    s->values = arena_new(p->arena, struct plan_values);
    s->value_count = 1;
    return parse_value_line(p, s->values, err);
}

/* anomaly "Forecast gap" 2028-29 prints 188.651 within 0.001 because "…" */
static bool anomaly(struct parser *p, struct plan_statement *s, struct error *err)
{
    s->words = arena_array(p->arena, struct plan_word, 1);
    if (!parse_any_word(p, "the row's label", &s->name, err) ||
        !parse_any_word(p, "the column's label", &s->words[0], err))
        return false;
    s->word_count = 1;
    if (!parse_take(p, "prints"))
        return parse_wanted(p, "prints and what the source prints", err);
    if (!parse_number(p, &s->number, NULL, err))
        return false;
    if (!parse_take(p, "within"))
        return parse_wanted(p, "within and a bound", err);
    if (!parse_number(p, &s->numbers[0], NULL, err))
        return false;
    if (!parse_take(p, "because"))
        return parse_wanted(p, "because and a reason in quotes", err);
    s->title = parse_title(p);
    return s->title.len > 0 || parse_wanted(p, "a reason in quotes", err);
}

static bool heading(struct parser *p, struct plan_statement *s, struct error *err)
{
    s->title = parse_title(p);
    return s->title.len > 0 || parse_wanted(p, "a text in quotes", err);
}

static bool table_line(struct parser *p, struct plan_statement *s, struct plan_statement ***tail, struct error *err)
{
    static const struct {
        const char *word;
        enum plan_statement_kind kind;
        bool (*parse)(struct parser *p, struct plan_statement *s, struct error *err);
        bool keep_word; /* the row reads it itself */
    } lines[] = {
        {"columns", PLAN_TABLE_COLUMNS, columns, false},
        {"column", PLAN_TABLE_COLUMN, column, false},
        {"each", PLAN_TABLE_ROW, row, true},
        {"printed", PLAN_TABLE_ROW, row, true},
        {"subtotal", PLAN_TABLE_ROW, row, true},
        {"total", PLAN_TABLE_ROW, row, true},
        {"heading", PLAN_TABLE_HEADING, heading, false},
        {"prints", PLAN_TABLE_PRINTS, prints, false},
        {"anomaly", PLAN_ANOMALY, anomaly, false},
    };
    const char *words[countof(lines) + 1] = {NULL};
    parse_begin(p);
    for (size_t i = 0; i < countof(lines); i++) {
        words[i] = lines[i].word;
        if (!parse_is(p, lines[i].word))
            continue;
        struct plan_statement *line = parse_add(p, tail, lines[i].kind);
        p->at += !lines[i].keep_word;
        size_t start = p->at;
        if (!lines[i].parse(p, line, err))
            return false;
        if (parse_ended(p) && (p->at > start || lines[i].keep_word))
            return true;
        return parse_wanted(p, "the end of the line", err);
    }
    parse_begin(p);
    if (parse_is(p, "source"))
        return parse_source_use(p, &s->source, err);
    if (parse_take(p, "note")) {
        s->note = parse_title(p);
        return true;
    }
    return parse_unknown(p, "a line of a table", words, err);
}

bool parse_table(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_any_word(p, "the table's number or name", &s->name, err))
        return false;
    s->title = parse_title(p);
    struct plan_statement **tail = &s->body;
    while (parse_token(p)->kind != TOKEN_END)
        if (!table_line(p, s, &tail, err))
            return false;
    return true;
}
