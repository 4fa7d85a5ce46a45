/* serve.h: the command `staithe serve`: the web face, started from the command line. It stands above both faces, as
 * does the table of commands, so that neither knows of the other. */
#ifndef STAITHE_PROGRAM_SERVE_H
#define STAITHE_PROGRAM_SERVE_H

#include "cli/command.h"

bool run_serve(struct invocation *invocation, struct error *err) MUST_USE;

#endif
