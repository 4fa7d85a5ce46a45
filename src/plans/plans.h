/* plans.h: the county's plans, opened under a session and kept computed.
 *
 * A plan is a file of <county>/plan/ with a line `model NAME "title"`, and what it includes; its own name here is the
 * file's without .plan. Over its texts stands what people wrote on pages (journal.h): the newest rows of the registers
 * and the scenarios take the place of those of the same id, and are read by the engine as one more file called
 * PLANS_REGISTERS_FILE. A row that does not fit the texts any more (its department is gone, say) is left out and named.
 *
 * A model is loaded once and kept until a file of it changes or something new is written; so are evaluations that are
 * computed whole, one for each opening at a time. Each opening reads the files again to see whether they changed: about
 * 0.3 ms for 30 files. At most PLANS_KEPT models are kept, the one used longest ago is let go first.
 *
 * Who may: a session whose role may `plan` and whose grant shows the built-in source `plans`. Plans hold no personal
 * data, so opening one is not in the audit of reads. Any thread; each user counts, the last one frees. */
#ifndef STAITHE_PLANS_PLANS_H
#define STAITHE_PLANS_PLANS_H

#include "plan/evaluate.h"
#include "plans/journal.h"
#include "plans/texts.h"

#define PLANS_REGISTERS_FILE "registers of the hub"
enum { PLANS_KEPT = 24 };

struct plans;

struct plans *plans_make(const struct host *host);
/* Nobody uses any. NULL is fine. */
void plans_free(struct plans *plans);

struct plan_listed {
    struct slice name, title;
};
/* In byte order of name; no folder is no plan. */
bool plans_list(struct plans *plans, const struct guard_session *session, struct arena *arena, struct plan_listed **ret,
                size_t *ret_count, struct error *err) MUST_USE;

/* Which state of a plan. */
struct plan_wanted {
    struct slice name;
    struct slice version; /* a frozen one; empty: as it stands */
    struct date day;      /* the texts of now with what was written up to this day; NO_DATE: all of it */
};

struct plan_left_out {
    struct slice register_name, subject, why;
};

struct open_plan {
    struct slice name;
    const struct plan_model *model;
    const struct journal *journal; /* up to this state */
    int64_t newest;                /* its newest entry, 0 for none */
    struct slice registers;        /* the text that the journal gives */
    const struct texts *texts;
    struct digest digest; /* over the registers' text and all files */
    const struct plan_left_out *left_out;
    size_t left_out_count;
    struct kept_plan *kept;
};

/* Lives until the arena ends. ERROR_NOT_FOUND names the nearest plan; ERROR_CONFLICT when its text is at fault, with
 * the place. */
bool plans_open(struct plans *plans, const struct guard_session *session, const struct plan_wanted *wanted,
                struct arena *arena, const struct open_plan **ret, struct error *err) MUST_USE;
/* An evaluation computed whole, the caller's own until the arena ends: plan_set is not for it. */
struct plan_evaluation *plans_evaluation(const struct open_plan *plan, uint32_t overlay, struct arena *arena);

/* Guard for all of this room: ERROR_DENIED when the role may not, or no agreement in force shows plans. */
bool plans_may(const struct guard_session *session, enum ability ability, struct error *err) MUST_USE;
/* Which entry of the journal a line of PLANS_REGISTERS_FILE belongs to, or NULL. */
const struct journal_entry *plans_entry_at(const struct open_plan *plan, uint32_t line);
/* Whether the plan would load with this journal in the place of its own: for whoever is about to add to it. The error
 * is that of the text. */
bool plans_try(const struct open_plan *plan, const struct journal *journal, struct arena *arena,
               struct error *err) MUST_USE;

#endif
