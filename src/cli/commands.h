/* commands.h: the functions that the command table names, one file for each kind of work. Each opens what it needs
 * (app.h), calls one domain function, prints. */
#ifndef STAITHE_CLI_COMMANDS_H
#define STAITHE_CLI_COMMANDS_H

#include "cli/command.h"

/* commands_help.c */
bool run_help(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_set_up.c */
bool run_init(struct invocation *invocation, struct error *err) MUST_USE;
bool run_sample(struct invocation *invocation, struct error *err) MUST_USE;
bool run_user(struct invocation *invocation, struct error *err) MUST_USE;
bool run_login(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_land.c */
bool run_source(struct invocation *invocation, struct error *err) MUST_USE;
bool run_land(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_link.c */
bool run_link(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_address.c */
bool run_address(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_index.c */
bool run_index(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_plan.c */
bool run_plan(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_read.c */
bool run_find(struct invocation *invocation, struct error *err) MUST_USE;
bool run_view(struct invocation *invocation, struct error *err) MUST_USE;
bool run_list(struct invocation *invocation, struct error *err) MUST_USE;
bool run_audit(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_events.c */
bool run_events(struct invocation *invocation, struct error *err) MUST_USE;

/* commands_keep.c */
bool run_backup(struct invocation *invocation, struct error *err) MUST_USE;
bool run_restore(struct invocation *invocation, struct error *err) MUST_USE;
bool run_check(struct invocation *invocation, struct error *err) MUST_USE;

/* Writes to standard output; used by all of them. print_json ends the text with a line feed. */
void print_out(const struct buffer *out);
/* One link with its weights, field by field. */
struct why_view;
struct why_link;
void print_why_link(const struct why_view *why, const struct why_link *link, struct buffer *out);

#endif
