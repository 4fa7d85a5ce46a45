/* row.h: a line of a register (a bid, saving, virement, scheme, reserve) as fields of a form, and as the planning
 * language writes it.
 *
 * row_of_entry takes the fields out of a computed plan; row_text writes the whole statement; read back it gives the
 * same fields. Words are cleaned on the way: a quotation mark becomes an apostrophe and a control character a space, so
 * that nothing typed into a form can end its statement or begin another. Figures are text as typed, checked to be
 * numbers. Everything lies in the arena. Pure. */
#ifndef STAITHE_PLANS_ROW_H
#define STAITHE_PLANS_ROW_H

#include "plan/model.h"

#define ROW_LINES_MAX  24
#define ROW_NAME_MAX   40  /* bytes of an id */
#define ROW_TEXT_MAX   200 /* of a title or attribute */
#define ROW_FIGURE_MAX 40

struct row_line {
    struct slice members[PLAN_SETS_MAX]; /* names, one of each of the register's sets; empty ones are left out */
    size_t member_count;
    bool reprofile;
    struct slice *figures; /* one a year of the plan, empty where there is none */
};

struct row_attribute {
    struct slice key, value;
};

struct row {
    enum plan_register kind;
    struct slice id, title, unit; /* unit is empty when it is the plan's own */
    struct slice source, where;
    struct slice note;
    struct row_attribute *attributes;
    size_t attribute_count, attribute_capacity;
    struct row_line *lines;
    size_t line_count;
    size_t line_years; /* figures of each line: the years of the plan */
};

/* The statement's keyword of a register: saving; its title for people: "Savings". */
const char *row_keyword(enum plan_register kind);
const char *row_register_title(enum plan_register kind);
/* By its word: savings; PLAN_REGISTERS when there is none. */
enum plan_register row_register(struct slice word);

struct row row_of_entry(const struct plan_model *model, const struct plan_entry *entry, struct arena *arena);
/* The value of an attribute, or the empty slice. */
struct slice row_get(const struct row *row, const char *key);
/* Sets it, or takes it away when the value is empty. */
void row_set(struct row *row, const char *key, struct slice value, struct arena *arena);

/* ERROR_INPUT says which field and why: id, attribute words, figures. Cleans the texts. */
bool row_check(struct row *row, struct arena *arena, struct error *err) MUST_USE;
struct slice row_text(const struct row *row, const struct plan_model *model, struct arena *arena);
/* Both say the same: fields, lines and figures. */
bool row_same(const struct row *a, const struct row *b);
/* Whether lines and figures alone are the same. */
bool row_same_figures(const struct row *a, const struct row *b);

/* The base sets that a register's lines choose from: those of the rows that add it up, else those that its lines use.
 */
size_t row_sets(const struct plan_model *model, enum plan_register kind, uint32_t ret[PLAN_SETS_MAX]);

#endif
