/* Scenarios, versions, what-if questions, risks; the timetable and its gates. */
#include "plan/parse.h"

/* ROW[index] [years] */
static bool target(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_name(p, "the name of a row", &s->name, err) || !parse_index(p, &s->index, &s->index_count, err))
        return false;
    return parse_span(p, &s->span, err);
}

bool parse_overlay(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_name(p, "a name", &s->name, err))
        return false;
    s->title = parse_title(p);
    if (parse_take(p, "based")) {
        if (!parse_take(p, "on"))
            return parse_wanted(p, "on and a scenario's name", err);
        if (!parse_name(p, "a scenario's name", &s->of, err))
            return false;
    }
    if (parse_take(p, "on")) {
        struct plan_word on;
        if (!parse_any_word(p, "a date", &on, err))
            return false;
        s->note = on.text;
    }
    struct plan_statement **tail = &s->body;
    while (parse_token(p)->kind != TOKEN_END) {
        parse_begin(p);
        struct plan_statement *setting = parse_add(p, &tail, PLAN_SETTING);
        if (!target(p, setting, err))
            return false;
        if (!parse_take_sign(p, '='))
            return parse_wanted(p, "the sign = and a formula", err);
        if (!parse_formula(p, &setting->formula, err) || !parse_source_use(p, &setting->source, err))
            return false;
        if (!parse_ended(p))
            return parse_wanted(p, "the end of the line", err);
    }
    return true;
}

bool parse_vary(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!target(p, s, err))
        return false;
    if (!parse_take(p, "by"))
        return parse_wanted(p, "by and an amount", err);
    if (!parse_number(p, &s->number, &s->flags[0], err))
        return false;
    s->title = parse_title(p);
    return true;
}

bool parse_risk(struct parser *p, struct plan_statement *s, struct error *err)
{
    static const struct {
        const char *word;
        size_t figures;
    } chances[] = {{"triangle", 3}, {"uniform", 2}, {"normal", 2}, {"chance", 1}};
    const char *words[countof(chances) + 1] = {NULL};
    if (!parse_any_word(p, "the risk's name", &s->name, err))
        return false;
    s->title = parse_title(p);
    for (size_t i = 0; i < countof(chances); i++) {
        words[i] = chances[i].word;
        if (s->style.len || !parse_take(p, chances[i].word))
            continue;
        s->style = slice_of(chances[i].word);
        for (; s->number_count < chances[i].figures; s->number_count++)
            if (!parse_number(p, &s->numbers[s->number_count], NULL, err))
                return false;
    }
    if (!s->style.len)
        return parse_unknown(p, "a kind of chance", words, err);
    struct plan_statement **tail = &s->body;
    while (!parse_ended(p)) {
        if (parse_is(p, "source")) {
            if (!parse_source_use(p, &s->source, err))
                return false;
            continue;
        }
        struct plan_statement *moves = parse_add(p, &tail, PLAN_MOVES);
        if (!parse_take(p, "moves"))
            return parse_wanted(p, "moves and a row", err);
        if (!target(p, moves, err))
            return false;
        if (!parse_take(p, "by"))
            return parse_wanted(p, "by and an amount", err);
        if (!parse_number(p, &moves->number, &moves->flags[0], err))
            return false;
        moves->numbers[0] = NUMBER_ONE;
        if (parse_take(p, "each") && !parse_number(p, &moves->numbers[0], NULL, err))
            return false;
    }
    return s->body || parse_wanted(p, "moves and a row", err);
}

bool parse_step(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_any_word(p, "the step's number", &s->name, err))
        return false;
    s->title = parse_title(p);
    while (!parse_ended(p)) {
        if (parse_take(p, "tbc"))
            s->flags[0] = true;
        else if (parse_take(p, "external"))
            s->flags[1] = true;
        else if (parse_take(p, "when") || parse_take(p, "on")) {
            struct plan_word when;
            if (!parse_any_word(p, "a date, or a time in quotes", &when, err))
                return false;
            s->note = when.text;
        } else
            return parse_wanted(p, "when, tbc or external", err);
    }
    return true;
}

bool parse_gate(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_name(p, "the gate's name", &s->name, err))
        return false;
    s->title = parse_title(p);
    s->words = arena_new(p->arena, struct plan_word);
    if (parse_take(p, "before") && !parse_any_word(p, "a step of the timetable", &s->words[s->word_count++], err))
        return false;
    if (!parse_take(p, "for"))
        return parse_wanted(p, "for and a register", err);
    if (!parse_name(p, "a register", &s->of, err))
        return false;
    if (!parse_take(p, "needs"))
        return parse_wanted(p, "needs and what must be", err);
    size_t capacity = 0;
    do {
        ARENA_GROW(p->arena, s->attributes, s->attribute_count, capacity);
        if (!parse_attribute(p, &s->attributes[s->attribute_count], err))
            return false;
        s->attribute_count++;
    } while (parse_take(p, "and"));
    return true;
}

bool parse_rank(struct parser *p, struct plan_statement *s, struct error *err)
{
    if (!parse_name(p, "a register", &s->of, err))
        return false;
    if (!parse_take(p, "by"))
        return parse_wanted(p, "by and a criterion", err);
    size_t capacity = 0;
    do {
        ARENA_GROW(p->arena, s->attributes, s->attribute_count, capacity);
        if (!parse_attribute(p, &s->attributes[s->attribute_count], err))
            return false;
        s->attribute_count++;
    } while (parse_take_sign(p, ','));
    return !parse_take(p, "within") || parse_formula(p, &s->formula, err);
}
