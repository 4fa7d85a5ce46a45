/* what_ifs.h: the stewards' what-if questions and adoptions that take longer than a page may: worked out one after the
 * other in a thread of their own, the answers kept for whoever asked.
 *
 * A question is called by what it asks and what it is asked of (the model in force, the last linking), so asking the
 * same again finds the answer, until the hub is linked anew. An account has one question in work: a new one withdraws
 * the old. The thread resumes the session of whoever asked, so what a role or an agreement no longer allows fails there
 * as on any page; what it hands back is counts and numbers of records (hub/what_if.h). The last WHAT_IFS_KEPT answers
 * are kept, in memory alone.
 *
 * Any thread may call. What a view points to lives until the arena given ends. */
#ifndef STAITHE_WEB_WHAT_IFS_H
#define STAITHE_WEB_WHAT_IFS_H

#include "hub/what_if.h"

#include "web/web.h"

enum { WHAT_IFS_KEPT = 6 };

struct what_ifs;

/* `options` outlives it. The thread is started by the first question. */
struct what_ifs *what_ifs_make(const struct web_options *options);
/* Withdraws what is in work. NULL is fine. */
void what_ifs_free(struct what_ifs *what_ifs);

/* Who asks. */
struct what_if_asker {
    int64_t account;
    struct slice name;          /* of the account, for the record of changes */
    struct slice token, client; /* of the session */
    struct slice place;         /* for the audit */
};

enum what_if_progress { WHAT_IF_WAITS, WHAT_IF_WORKS, WHAT_IF_DONE, WHAT_IF_FAILED };

struct what_if_state {
    const char *id;
    enum what_if_progress progress;
    bool adopts;
    const char *stage; /* of what is in work, or NULL */
    double share;      /* of the stage */
    const struct what_if_question *question;
    const struct hub_what_if *found;      /* done, of a question; of an adoption what is adopted */
    const struct hub_link_result *linked; /* done, of an adoption */
    const struct error *error;            /* failed */
};

/* Asks, or finds, and waits up to two seconds for the answer. ERROR_IO when there is no thread to be had. */
bool what_ifs_ask(struct what_ifs *what_ifs, const struct what_if_asker *asker, const struct what_if_question *question,
                  const struct model_in_force *model, struct arena *arena, struct what_if_state *ret,
                  struct error *err) MUST_USE;
/* Whether this account asked the same before, and what came of it so far. Nothing is started. */
bool what_ifs_known(struct what_ifs *what_ifs, const struct what_if_asker *asker,
                    const struct what_if_question *question, const struct model_in_force *model, struct arena *arena,
                    struct what_if_state *ret);
/* One that this account asked. ERROR_NOT_FOUND when it is kept no more. */
bool what_ifs_find(struct what_ifs *what_ifs, int64_t account, struct slice id, struct arena *arena,
                   struct what_if_state *ret, struct error *err) MUST_USE;
/* Puts the answer of a question in force and links the hub anew, with the index of the data folder. ERROR_CONFLICT
 * unless it is answered; the adoption fails with it when another model came into force meanwhile. */
bool what_ifs_adopt(struct what_ifs *what_ifs, const struct what_if_asker *asker, struct slice id, struct slice reason,
                    struct arena *arena, struct what_if_state *ret, struct error *err) MUST_USE;

#endif
