/* Formulas by recursive descent. Each nesting counts against PLAN_DEPTH_MAX, so the depth of the C stack is bounded
 * whatever is written. */
#include "plan/parse.h"

static const char *const reserved[] = {"if",     "then",  "else", "and",     "or",        "not",     "year",
                                       "was",    "known", "sum",  "largest", "smallest",  "over",    "round",
                                       "ratio",  "min",   "max",  "abs",     "otherwise", "in",      "is",
                                       "within", "from",  "to",   "source",  "note",      "printed", "always"};

bool parse_is_reserved(struct slice name)
{
    for (size_t i = 0; i < countof(reserved); i++)
        if (slice_equal(name, slice_of(reserved[i])))
            return true;
    return false;
}

static bool deeper(struct parser *p, struct error *err)
{
    if (p->operators >= PLAN_OPERATORS_MAX)
        return parse_fault(p, parse_token(p), err,
                           "this statement has %d operators and more; give a part of its formula a row of its own",
                           PLAN_OPERATORS_MAX);
    if (++p->depth <= PLAN_DEPTH_MAX)
        return true;
    return parse_fault(p, parse_token(p), err,
                       "this formula is nested more than %d deep; give its inner part a row of its own",
                       PLAN_DEPTH_MAX);
}

static struct plan_formula *node(struct parser *p, enum plan_formula_kind kind, const struct token *at, size_t parts)
{
    struct plan_formula *f = arena_new(p->arena, struct plan_formula);
    f->kind = kind;
    f->place = parse_place(p, at);
    f->first = at->first;
    f->last = at->last;
    f->part_count = parts;
    if (parts)
        f->parts = arena_array(p->arena, struct plan_formula *, parts);
    return f;
}

/* The text of f ends before the present token. */
static void close(struct parser *p, struct plan_formula *f)
{
    f->last = parse_token(p)[-1].last;
}

static struct plan_formula *pair(struct parser *p, enum plan_formula_kind kind, const struct token *at,
                                 struct plan_formula *left, struct plan_formula *right)
{
    struct plan_formula *f = node(p, kind, at, 2);
    p->operators++;
    f->parts[0] = left;
    f->parts[1] = right;
    f->first = left->first;
    close(p, f);
    return f;
}

static struct plan_formula_more *more(struct parser *p, struct plan_formula *f)
{
    if (!f->more)
        f->more = arena_new(p->arena, struct plan_formula_more);
    return f->more;
}

static bool simple(struct parser *p, struct plan_formula **ret, struct error *err);
static bool amount(struct parser *p, struct plan_formula **ret, struct error *err);

static bool number(struct parser *p, struct plan_formula **ret, struct error *err)
{
    const struct token *t = parse_token(p);
    struct plan_formula *f = node(p, PLAN_NUMBER, t, 0);
    if (!number_read(t->text, p->arena, &f->value))
        return parse_fault(p, t, err, "this number has more than %d digits", NUMBER_DIGITS_MAX);
    f->name = t->unit;
    p->at++;
    if (parse_take_sign(p, '%')) {
        f->value = number_shift(p->arena, f->value, -2);
        f->name = S("%");
        close(p, f);
    }
    *ret = f;
    return true;
}

/* The year that a name speaks of: ' or '' or @2024-25. */
static bool when(struct parser *p, struct plan_formula *f, struct error *err)
{
    if (parse_is_sign(p, '\'')) {
        more(p, f)->when = PLAN_WHEN_BEFORE;
        while (parse_take_sign(p, '\''))
            more(p, f)->back++;
        return true;
    }
    if (!parse_take_sign(p, '@'))
        return true;
    if (parse_take(p, "first"))
        more(p, f)->when = PLAN_WHEN_FIRST;
    else if (parse_take(p, "last"))
        more(p, f)->when = PLAN_WHEN_LAST;
    else if (parse_take(p, "next"))
        more(p, f)->when = PLAN_WHEN_NEXT;
    else if (!parse_ended(p) && parse_token(p)->kind == TOKEN_YEAR) {
        more(p, f)->when = PLAN_WHEN_AT;
        f->more->year = parse_word_of(p, parse_token(p));
        p->at++;
    } else
        return parse_wanted(p, "a year such as 2025-26, or first, last or next,", err);
    return true;
}

bool parse_reference(struct parser *p, struct plan_formula **ret, struct error *err)
{
    const struct token *t = parse_token(p);
    if (parse_ended(p) || t->kind != TOKEN_NAME)
        return parse_wanted(p, "the name of a row", err);
    if (parse_is_reserved(t->text))
        return parse_fault(p, t, err, "a row's name is wanted here; %.*s is a word of the language", PRINT(t->text));
    struct plan_formula *f = node(p, PLAN_NAME, t, 0);
    f->name = t->text;
    p->at++;
    if (parse_is_sign(p, '[')) {
        struct plan_formula_more *m = more(p, f);
        if (!parse_index(p, &m->index, &m->index_count, err))
            return false;
    }
    if (!when(p, f, err))
        return false;
    close(p, f);
    *ret = f;
    return true;
}

/* round(…, …) and its like: the parts within parentheses. */
static bool call(struct parser *p, enum plan_formula_kind kind, size_t least, size_t most, const char *how,
                 struct plan_formula **ret, struct error *err)
{
    const struct token *t = parse_token(p);
    struct plan_formula *f = node(p, kind, t, 0);
    size_t capacity = 0;
    p->at++;
    if (!parse_take_sign(p, '('))
        return parse_wanted(p, how, err);
    do {
        ARENA_GROW(p->arena, f->parts, f->part_count, capacity);
        if (!parse_formula(p, &f->parts[f->part_count], err))
            return false;
        f->part_count++;
    } while (parse_take_sign(p, ','));
    if (!parse_take_sign(p, ')'))
        return parse_wanted(p, "a comma or the closing parenthesis", err);
    if (f->part_count < least || f->part_count > most)
        return parse_fault(p, t, err, "%.*s is written %s", PRINT(t->text), how);
    close(p, f);
    *ret = f;
    return true;
}

/* Another set of a sum: `and dept`, unless what follows compares, which begins another claim. */
static bool another_set(const struct parser *p)
{
    const struct token *t = parse_token(p);
    if (parse_ended(p) || !parse_is(p, "and") || t[1].kind != TOKEN_NAME)
        return false;
    if (parse_is_reserved(t[1].text) && !slice_equal(t[1].text, S("year")))
        return false;
    return t[2].kind != TOKEN_SIGN || strchr(")]+-*/,", t[2].sign < 256 ? t[2].sign : '=');
}

/* What a sum goes over. */
static bool over(struct parser *p, struct plan_formula *f, struct error *err)
{
    struct plan_formula_more *m = more(p, f);
    size_t capacity = 0;
    if (parse_take(p, "over")) {
        for (;;) {
            if (parse_take(p, "years")) {
                m->over_years = true;
            } else {
                ARENA_GROW(p->arena, m->over, m->over_count, capacity);
                if (!parse_name(p, "the name of a set", &m->over[m->over_count], err))
                    return false;
                m->over_count++;
            }
            if (!another_set(p))
                break;
            p->at++;
        }
    }
    if (!parse_span(p, &m->span, err))
        return false;
    m->over_years |= m->span.given;
    return true;
}

static bool fold(struct parser *p, enum plan_formula_kind kind, struct plan_formula **ret, struct error *err)
{
    struct plan_formula *f = node(p, kind, parse_token(p), 1);
    p->at++;
    if (!simple(p, &f->parts[0], err) || !over(p, f, err))
        return false;
    close(p, f);
    *ret = f;
    return true;
}

static bool prefix(struct parser *p, enum plan_formula_kind kind, struct plan_formula **ret, struct error *err)
{
    struct plan_formula *f = node(p, kind, parse_token(p), 1);
    p->at++;
    if (!(kind == PLAN_KNOWN ? parse_reference(p, &f->parts[0], err) : simple(p, &f->parts[0], err)))
        return false;
    close(p, f);
    *ret = f;
    return true;
}

static bool word(struct parser *p, struct plan_formula **ret, struct error *err)
{
    static const struct {
        const char *word;
        enum plan_formula_kind kind;
        size_t least, most;
        const char *how;
    } calls[] = {
        {"round", PLAN_ROUND, 2, 2, "round(amount, step)"},
        {"ratio", PLAN_RATIO, 3, 3, "ratio(amount, amount, decimals)"},
        {"min", PLAN_MIN, 2, SIZE_MAX, "min(amount, amount, …)"},
        {"max", PLAN_MAX, 2, SIZE_MAX, "max(amount, amount, …)"},
        {"abs", PLAN_ABSOLUTE, 1, 1, "abs(amount)"},
    };
    for (size_t i = 0; i < countof(calls); i++)
        if (parse_is(p, calls[i].word))
            return call(p, calls[i].kind, calls[i].least, calls[i].most, calls[i].how, ret, err);
    if (parse_is(p, "sum"))
        return fold(p, PLAN_SUM, ret, err);
    if (parse_is(p, "largest"))
        return fold(p, PLAN_LARGEST, ret, err);
    if (parse_is(p, "smallest"))
        return fold(p, PLAN_SMALLEST, ret, err);
    if (parse_is(p, "known"))
        return prefix(p, PLAN_KNOWN, ret, err);
    if (parse_is(p, "year") || parse_is(p, "was")) {
        *ret = node(p, parse_is(p, "was") ? PLAN_WAS : PLAN_YEAR, parse_token(p), 0);
        p->at++;
        return true;
    }
    return parse_reference(p, ret, err);
}

static bool simple_inner(struct parser *p, struct plan_formula **ret, struct error *err)
{
    const struct token *t = parse_token(p);
    if (parse_ended(p))
        return parse_wanted(p, "an amount", err);
    if (t->kind == TOKEN_NUMBER)
        return number(p, ret, err);
    if (t->kind == TOKEN_YEAR) {
        *ret = node(p, PLAN_YEAR_IS, t, 0);
        (*ret)->name = t->text;
        p->at++;
        return true;
    }
    if (parse_take_sign(p, '(')) {
        if (!parse_formula(p, ret, err))
            return false;
        if (!parse_take_sign(p, ')'))
            return parse_wanted(p, "the closing parenthesis", err);
        (*ret)->first = t->first;
        close(p, *ret);
        return true;
    }
    if (t->kind != TOKEN_NAME)
        return parse_wanted(p, "an amount", err);
    return word(p, ret, err);
}

static bool simple(struct parser *p, struct plan_formula **ret, struct error *err)
{
    if (!deeper(p, err) || !simple_inner(p, ret, err))
        return false;
    p->depth--;
    return true;
}

static bool factor(struct parser *p, struct plan_formula **ret, struct error *err)
{
    const struct token *t = parse_token(p);
    if (parse_take_sign(p, '-')) {
        struct plan_formula *f = node(p, PLAN_NEGATE, t, 1);
        if (!deeper(p, err) || !factor(p, &f->parts[0], err))
            return false;
        p->depth--;
        close(p, f);
        *ret = f;
        return true;
    }
    if (!simple(p, ret, err))
        return false;
    if (!parse_ended(p) && parse_is(p, "in") && parse_token(p)[1].kind == TOKEN_UNIT) {
        struct plan_formula *f = node(p, PLAN_IN_UNIT, parse_token(p), 1);
        f->parts[0] = *ret;
        f->first = (*ret)->first;
        p->at++;
        f->name = parse_token(p)->text;
        p->at++;
        close(p, f);
        *ret = f;
    }
    return true;
}

/* A chain of operators of one rank, from the left. Its length does not nest the C stack; but who walks the tree does,
 * so a chain counts against the depth of its left side as well: plan_formula's readers go down the left in a loop. */
static bool term(struct parser *p, struct plan_formula **ret, struct error *err)
{
    if (!factor(p, ret, err))
        return false;
    for (;;) {
        const struct token *t = parse_token(p);
        enum plan_formula_kind kind = parse_is_sign(p, '/') ? PLAN_DIVIDE : PLAN_MULTIPLY;
        if (!parse_take_sign(p, '*') && !parse_take_sign(p, '/'))
            return true;
        struct plan_formula *right;
        if (!factor(p, &right, err))
            return false;
        *ret = pair(p, kind, t, *ret, right);
    }
}

static bool added(struct parser *p, struct plan_formula **ret, struct error *err)
{
    if (!term(p, ret, err))
        return false;
    for (;;) {
        const struct token *t = parse_token(p);
        enum plan_formula_kind kind = parse_is_sign(p, '+') ? PLAN_ADD : PLAN_SUBTRACT;
        if (!parse_take_sign(p, '+') && !parse_take_sign(p, '-'))
            return true;
        struct plan_formula *right;
        if (!term(p, &right, err))
            return false;
        *ret = pair(p, kind, t, *ret, right);
    }
}

static bool amount(struct parser *p, struct plan_formula **ret, struct error *err)
{
    if (!added(p, ret, err))
        return false;
    const struct token *t = parse_token(p);
    if (!parse_take(p, "otherwise"))
        return true;
    struct plan_formula *right;
    if (!deeper(p, err) || !amount(p, &right, err))
        return false;
    p->depth--;
    *ret = pair(p, PLAN_OTHERWISE, t, *ret, right);
    return true;
}

static bool membership(struct parser *p, struct plan_formula **ret, struct error *err)
{
    const struct token *t = parse_token(p);
    if ((*ret)->kind != PLAN_NAME || (*ret)->more)
        return parse_fault(p, t, err, "before %.*s stands the name of a set alone, as in `if dept in front then …`",
                           PRINT(t->text));
    struct plan_formula *f = node(p, PLAN_WITHIN, t, 0);
    f->first = (*ret)->first;
    f->name = (*ret)->name;
    f->place = (*ret)->place;
    p->at++;
    struct plan_formula_more *m = more(p, f);
    m->over = arena_new(p->arena, struct plan_word);
    m->over_count = 1;
    if (!parse_any_word(p, "the name of a set or member", m->over, err))
        return false;
    close(p, f);
    *ret = f;
    return true;
}

static bool claim(struct parser *p, struct plan_formula **ret, struct error *err)
{
    static const struct {
        int sign;
        enum plan_formula_kind kind;
    } signs[] = {{'=', PLAN_EQUAL},   {SIGN_NOT_EQUAL, PLAN_DIFFERENT},
                 {'<', PLAN_LESS},    {SIGN_LESS_EQUAL, PLAN_LESS_EQUAL},
                 {'>', PLAN_GREATER}, {SIGN_GREATER_EQUAL, PLAN_GREATER_EQUAL}};
    const struct token *t = parse_token(p);
    if (parse_take(p, "not")) {
        struct plan_formula *f = node(p, PLAN_NOT, t, 1);
        if (!deeper(p, err) || !claim(p, &f->parts[0], err))
            return false;
        p->depth--;
        close(p, f);
        *ret = f;
        return true;
    }
    if (!amount(p, ret, err))
        return false;
    if (parse_ended(p))
        return true;
    t = parse_token(p);
    if (parse_is(p, "is") || (parse_is(p, "in") && parse_token(p)[1].kind != TOKEN_YEAR))
        return membership(p, ret, err);
    for (size_t i = 0; i < countof(signs); i++)
        if (parse_take_sign(p, signs[i].sign)) {
            struct plan_formula *right;
            if (!amount(p, &right, err))
                return false;
            *ret = pair(p, signs[i].kind, t, *ret, right);
            return true;
        }
    return true;
}

static bool joined(struct parser *p, bool either, struct plan_formula **ret, struct error *err)
{
    if (!(either ? joined(p, false, ret, err) : claim(p, ret, err)))
        return false;
    for (;;) {
        const struct token *t = parse_token(p);
        if (!parse_take(p, either ? "or" : "and"))
            return true;
        struct plan_formula *right;
        if (!(either ? joined(p, false, &right, err) : claim(p, &right, err)))
            return false;
        *ret = pair(p, either ? PLAN_OR : PLAN_AND, t, *ret, right);
    }
}

static bool choice(struct parser *p, struct plan_formula **ret, struct error *err)
{
    struct plan_formula *f = node(p, PLAN_IF, parse_token(p), 3);
    p->at++;
    if (!parse_formula(p, &f->parts[0], err))
        return false;
    if (!parse_take(p, "then"))
        return parse_wanted(p, "then", err);
    if (!parse_formula(p, &f->parts[1], err))
        return false;
    if (!parse_take(p, "else"))
        return parse_wanted(p, "else", err);
    if (!parse_formula(p, &f->parts[2], err))
        return false;
    close(p, f);
    *ret = f;
    return true;
}

bool parse_formula(struct parser *p, struct plan_formula **ret, struct error *err)
{
    if (!deeper(p, err))
        return false;
    if (!(!parse_ended(p) && parse_is(p, "if") ? choice(p, ret, err) : joined(p, true, ret, err)))
        return false;
    p->depth--;
    return true;
}
