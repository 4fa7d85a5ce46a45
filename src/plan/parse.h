/* parse.h: what the files of the parser share; inside plan/. */
#ifndef STAITHE_PLAN_PARSE_H
#define STAITHE_PLAN_PARSE_H

#include "plan/lex.h"

struct parser {
    struct arena *arena;
    const struct host *host;
    struct plan_syntax *syntax;
    struct plan_statement **tail;
    struct lexer lexer;
    uint32_t file;
    size_t at, start;          /* of the lexer's tokens; the first of what is being read */
    uint32_t limit_indent;     /* a line indented no deeper ends what is being read */
    uint32_t depth, operators; /* of the statement's formulas */
    size_t files_capacity;
};

/* ---- parse.c ---- */

static inline const struct token *parse_token(const struct parser *p)
{
    return &p->lexer.tokens[p->at];
}
/* The token is the last of what is being read: the end, or the first of a line that is not indented deeper. */
static inline bool parse_ended(const struct parser *p)
{
    const struct token *t = parse_token(p);
    return t->kind == TOKEN_END || (t->starts_line && p->at > p->start && t->indent <= p->limit_indent);
}
/* A line of a statement begins here, and ends before the next that is indented no deeper. */
static inline void parse_begin(struct parser *p)
{
    p->start = p->at;
    p->limit_indent = parse_token(p)->starts_line ? parse_token(p)->indent : 0;
}
/* At the end of the line that token `first` stands on. */
static inline bool parse_line_ended(const struct parser *p, size_t first)
{
    const struct token *t = parse_token(p);
    return t->kind == TOKEN_END || (t->starts_line && p->at > first);
}
bool parse_is(const struct parser *p, const char *word);
bool parse_is_sign(const struct parser *p, int sign);
bool parse_take(struct parser *p, const char *word);
bool parse_take_sign(struct parser *p, int sign);
bool parse_fault(const struct parser *p, const struct token *at, struct error *err, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* "X is wanted here, not Y". */
bool parse_wanted(const struct parser *p, const char *what, struct error *err);
struct plan_place parse_place(const struct parser *p, const struct token *token);
struct plan_word parse_word_of(const struct parser *p, const struct token *token);
bool parse_name(struct parser *p, const char *what, struct plan_word *ret, struct error *err) MUST_USE;
/* A name, number or other word, or a text in quotes. */
bool parse_any_word(struct parser *p, const char *what, struct plan_word *ret, struct error *err) MUST_USE;
bool parse_index(struct parser *p, struct plan_word **ret, size_t *ret_count, struct error *err) MUST_USE;
/* Nothing, or in/from/to and years. */
bool parse_span(struct parser *p, struct plan_span *ret, struct error *err) MUST_USE;
bool parse_source_use(struct parser *p, struct plan_source_use *ret, struct error *err) MUST_USE;
struct slice parse_title(struct parser *p);
/* An optional sign and a number; *ret_percent (may be NULL) when a % stands behind, the value then is as written. */
bool parse_number(struct parser *p, struct number *ret, bool *ret_percent, struct error *err) MUST_USE;
struct plan_statement *parse_add(struct parser *p, struct plan_statement ***tail, enum plan_statement_kind kind);
/* Everything was read up to the end. */
bool parse_end(struct parser *p, struct error *err) MUST_USE;
bool parse_unknown(const struct parser *p, const char *what, const char *const *words, struct error *err);

/* ---- parse_formula.c ---- */

bool parse_formula(struct parser *p, struct plan_formula **ret, struct error *err) MUST_USE;
/* A row's name with index and year. */
bool parse_reference(struct parser *p, struct plan_formula **ret, struct error *err) MUST_USE;
bool parse_is_reserved(struct slice name);

/* ---- parse_values.c ---- */

bool parse_given(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;
bool parse_entry(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;
bool parse_from(struct parser *p, struct plan_from *ret, struct error *err) MUST_USE;
bool parse_value_line(struct parser *p, struct plan_values *ret, struct error *err) MUST_USE;
bool parse_attribute(struct parser *p, struct plan_attribute *ret, struct error *err) MUST_USE;

/* ---- parse_table.c ---- */

bool parse_table(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;

/* ---- parse_overlay.c ---- */

bool parse_overlay(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;
bool parse_vary(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;
bool parse_risk(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;
bool parse_step(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;
bool parse_gate(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;
bool parse_rank(struct parser *p, struct plan_statement *s, struct error *err) MUST_USE;

#endif
