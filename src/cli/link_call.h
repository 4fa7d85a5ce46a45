/* link_call.h: between commands_link.c and its other parts. */
#ifndef STAITHE_CLI_LINK_CALL_H
#define STAITHE_CLI_LINK_CALL_H

#include "cli/app.h"

#include "hub/what_if.h"

/* Refuses options that would be left out of account beside the others. */
bool link_options_fit(const struct invocation *invocation, struct error *err) MUST_USE;

/* What the hub's people would be under the question; nothing is changed. Examples are those of whoever is signed in as
 * a data steward; else the weights alone are told. `session`: the hub's own for linking. */
bool what_if_the_hub(struct invocation *invocation, struct app *app, const struct guard_session *session,
                     const struct what_if_question *question, const struct hub_link_options *options,
                     struct error *err) MUST_USE;

#endif
