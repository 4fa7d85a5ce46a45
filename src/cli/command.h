/* command.h: the one table of commands, and what is read from it: dispatch, checking of arguments, --help, the man
 * page.
 *
 * A command line is `staithe COMMAND [words] [--option value]…`. Options may stand anywhere; `--` ends them. Unknown
 * commands and options are refused with the nearest known word. Every command has --help; those whose answer is data
 * have --json. The exit status is that of error.h (0 done, 3 held for a person's word, 64 usage, 65 input, 66 not
 * found, 70 store, 74 disk, 75 try again, 77 not allowed). */
#ifndef STAITHE_CLI_COMMAND_H
#define STAITHE_CLI_COMMAND_H

#include "base/log.h"
#include "cli/stop.h"

#define COMMAND_OPTIONS 24

struct invocation;

struct command_option {
    const char *name;  /* without the dashes */
    const char *value; /* name of its value in capitals, or of two with a space between; NULL: a switch */
    const char *about;
};

struct command {
    const char *name;
    const char *arguments; /* as shown in the usage line */
    int least, most;       /* number of words; most -1: any number */
    const char *summary;   /* one line */
    const char *about;     /* a paragraph for --help and the manual */
    struct command_option options[COMMAND_OPTIONS];
    bool (*run)(struct invocation *invocation, struct error *err);
};

/* One command as it was typed. Lives in its arena. */
struct invocation {
    const struct command *command;
    struct arena *arena;
    const struct host *host;
    const struct log *log;
    const struct slice *words;
    size_t word_count;
    bool json;
    bool terminal; /* standard error is a terminal: progress may be shown */
    struct slice values[COMMAND_OPTIONS], seconds[COMMAND_OPTIONS]; /* seconds: of options of two values */
    bool given[COMMAND_OPTIONS];
    /* Repeated options keep the last value; these are common to all commands: */
    struct slice data, store, county;
    int exit_status; /* a command may set another status than 0 on success, as `check` does */
};

/* The table, ended by a command without a name; program/commands.c defines it. */
const struct command *command_table(void);

/* Reads the words after the program's name. On `--help` prints help and sets *ret to NULL. */
bool command_parse(int argc, char **argv, struct arena *arena, struct invocation **ret, struct error *err) MUST_USE;

/* An option of this command; must() when the command has none of that name. */
bool option_given(const struct invocation *invocation, const char *name);
struct slice option_text(const struct invocation *invocation, const char *name, const char *otherwise);
/* The second value of an option that takes two. */
struct slice option_second(const struct invocation *invocation, const char *name);
bool option_integer(const struct invocation *invocation, const char *name, int64_t low, int64_t high, int64_t *ret,
                    struct error *err) MUST_USE;

/* Refuses each of these options (names, ended by NULL) that is given: "--NAME " and then `why`. */
bool options_absent(const struct invocation *invocation, const char *const *names, const char *why,
                    struct error *err) MUST_USE;

void command_help(const struct command *command, struct buffer *out); /* NULL: of the whole program */
void command_manual(struct buffer *out);                              /* mdoc, section 1 */

/* Shows one line of progress on a terminal, at most ten times a second; `done` of `all`, or all 0 when unknown. */
struct progress {
    const struct invocation *invocation;
    const struct stop *stop; /* NULL: nothing asks to stop */
    int64_t shown_at;
    bool showing;
};
void progress_show(void *context, const char *what, uint64_t done, uint64_t all);
/* The same as a callback of link/ and hub/: a stage and the share of it that is done; false once a stop was asked. */
bool progress_share(void *context, const char *stage, double share);
void progress_end(struct progress *progress);

#endif
