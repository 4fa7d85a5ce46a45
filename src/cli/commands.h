/* commands.h: the functions that the command table names, one file for each kind of work. */
#ifndef STAITHE_CLI_COMMANDS_H
#define STAITHE_CLI_COMMANDS_H

#include "cli/command.h"

/* commands_help.c */
bool run_help(struct invocation *invocation, struct error *err) MUST_USE;

#endif
