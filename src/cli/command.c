/* The table itself stands in program/commands.c; here it is read. Three options are common to all commands (--data,
 * --store,
 * --county), so that a table entry lists only its own. */
#include "cli/command.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct command_option common[] = {
    {"data", "DIR", "the folder that holds the hub (default: $STAITHE_DATA, else ./data)"},
    {"store", "ADDRESS", "postgresql://… or a SQLite file (default: as `staithe init` recorded it)"},
    {"county", "DIR", "the county folder (default: as `staithe init` recorded it)"},
    {"json", NULL, "answer in JSON"},
    {"help", NULL, "say how the command is used"},
};

static size_t option_count(const struct command *command)
{
    size_t count = 0;
    while (count < COMMAND_OPTIONS && command->options[count].name)
        count++;
    return count;
}

static const struct command *find(struct slice name)
{
    for (const struct command *c = command_table(); c->name; c++)
        if (slice_equal(name, slice_of(c->name)))
            return c;
    return NULL;
}

static bool unknown_command(struct slice name, struct error *err)
{
    struct slice names[64];
    size_t count = 0;
    for (const struct command *c = command_table(); c->name && count < countof(names); c++)
        names[count++] = slice_of(c->name);
    struct slice near = text_nearest(name, names, count);
    if (near.len)
        return error_set(err, ERROR_USAGE,
                         "there is no command \"%.*s\"; did you mean \"%.*s\"? (`staithe help` lists them)",
                         PRINT(name), PRINT(near));
    return error_set(err, ERROR_USAGE, "there is no command \"%.*s\"; `staithe help` lists them", PRINT(name));
}

static bool unknown_option(const struct command *command, struct slice name, struct error *err)
{
    struct slice names[COMMAND_OPTIONS + countof(common)];
    size_t count = 0;
    for (; count < option_count(command); count++)
        names[count] = slice_of(command->options[count].name);
    for (size_t i = 0; i < countof(common); i++)
        names[count++] = slice_of(common[i].name);
    struct slice near = text_nearest(name, names, count);
    if (near.len)
        return error_set(err, ERROR_USAGE, "`staithe %s` has no option --%.*s; did you mean --%.*s?", command->name,
                         PRINT(name), PRINT(near));
    return error_set(err, ERROR_USAGE, "`staithe %s` has no option --%.*s; `staithe %s --help` lists them",
                     command->name, PRINT(name), command->name);
}

/* What an option of this name is for this command: its place in options, or count + place in common; -1 when unknown.
 */
static int find_option(const struct command *command, struct slice name, const struct command_option **ret)
{
    size_t own = option_count(command);
    for (size_t i = 0; i < own; i++)
        if (slice_equal(name, slice_of(command->options[i].name))) {
            *ret = &command->options[i];
            return (int)i;
        }
    for (size_t i = 0; i < countof(common); i++)
        if (slice_equal(name, slice_of(common[i].name))) {
            *ret = &common[i];
            return (int)(COMMAND_OPTIONS + i);
        }
    return -1;
}

static void set_option(struct invocation *invocation, int place, struct slice value, bool *ret_help)
{
    if (place < COMMAND_OPTIONS) {
        invocation->values[place] = value;
        invocation->given[place] = true;
        return;
    }
    switch (place - COMMAND_OPTIONS) {
    case 0:
        invocation->data = value;
        break;
    case 1:
        invocation->store = value;
        break;
    case 2:
        invocation->county = value;
        break;
    case 3:
        invocation->json = true;
        break;
    default:
        *ret_help = true;
        break;
    }
}

static void print_help(const struct command *command, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    command_help(command, &out);
    fwrite(out.at, 1, out.len, stdout);
}

bool command_parse(int argc, char **argv, struct arena *arena, struct invocation **ret, struct error *err)
{
    *ret = NULL;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(NULL, arena);
        return true;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("staithe %s\n", STAITHE_VERSION);
        return true;
    }
    const struct command *command = find(slice_of(argv[1]));
    if (!command)
        return unknown_command(slice_of(argv[1]), err);
    struct invocation *invocation = arena_new(arena, struct invocation);
    invocation->command = command;
    invocation->arena = arena;
    struct slice *words = arena_array(arena, struct slice, (size_t)argc);
    bool options_end = false, help = false;
    for (int i = 2; i < argc; i++) {
        struct slice word = slice_of(argv[i]);
        if (text_valid_utf8(word) != word.len)
            return error_set(err, ERROR_USAGE, "word %d of the command line is not UTF-8; check its letters", i);
        if (options_end || word.len < 2 || word.at[0] != '-') {
            words[invocation->word_count++] = word;
            continue;
        }
        if (slice_equal(word, S("--"))) {
            options_end = true;
            continue;
        }
        if (slice_equal(word, S("-h"))) {
            help = true;
            continue;
        }
        if (word.at[1] != '-')
            return error_set(err, ERROR_USAGE, "options are written with two dashes; \"%.*s\" is none", PRINT(word));
        struct slice name = slice_part(word, 2, word.len);
        size_t equals = slice_find(name, '=');
        bool joined = equals < name.len;
        struct slice value = joined ? slice_part(name, equals + 1, name.len) : NO_SLICE;
        name = slice_part(name, 0, equals);
        const struct command_option *option;
        int place = find_option(command, name, &option);
        if (place < 0)
            return unknown_option(command, name, err);
        if (!option->value && joined)
            return error_set(err, ERROR_USAGE, "--%s takes no value", option->name);
        bool two = option->value && strchr(option->value, ' ');
        if (option->value && i + !joined + two >= argc)
            return error_set(err, ERROR_USAGE, "--%s needs %s: --%s %s", option->name, two ? "two values" : "a value",
                             option->name, option->value);
        if (option->value && !joined)
            value = slice_of(argv[++i]);
        if (option->value && !value.len)
            return error_set(err, ERROR_USAGE, "--%s is given nothing; write --%s %s, or leave it out", option->name,
                             option->name, option->value);
        if (two)
            invocation->seconds[place] = slice_of(argv[++i]);
        if (two && !invocation->seconds[place].len)
            return error_set(err, ERROR_USAGE, "--%s is given nothing as its second value; write --%s %s", option->name,
                             option->name, option->value);
        set_option(invocation, place, value, &help);
    }
    if (help) {
        print_help(command, arena);
        return true;
    }
    invocation->words = words;
    int count = (int)invocation->word_count;
    if (count < command->least || (command->most >= 0 && count > command->most))
        return error_set(err, ERROR_USAGE, "`staithe %s` is used as: staithe %s%s%s", command->name, command->name,
                         *command->arguments ? " " : "", command->arguments);
    invocation->terminal = isatty(2);
    *ret = invocation;
    return true;
}

static size_t own_option(const struct invocation *invocation, const char *name)
{
    for (size_t i = 0; i < option_count(invocation->command); i++)
        if (strcmp(invocation->command->options[i].name, name) == 0)
            return i;
    never("the command has no option of that name");
    return 0;
}

bool option_given(const struct invocation *invocation, const char *name)
{
    return invocation->given[own_option(invocation, name)];
}

struct slice option_text(const struct invocation *invocation, const char *name, const char *otherwise)
{
    size_t i = own_option(invocation, name);
    return invocation->given[i] ? invocation->values[i] : slice_of(otherwise);
}

struct slice option_second(const struct invocation *invocation, const char *name)
{
    return invocation->seconds[own_option(invocation, name)];
}

bool option_integer(const struct invocation *invocation, const char *name, int64_t low, int64_t high, int64_t *ret,
                    struct error *err)
{
    size_t i = own_option(invocation, name);
    if (!invocation->given[i])
        return true;
    int64_t value;
    if (!slice_integer(invocation->values[i], &value) || value < low || value > high)
        return error_set(err, ERROR_USAGE, "--%s takes a whole number from %lld to %lld, not \"%.*s\"", name,
                         (long long)low, (long long)high, PRINT(invocation->values[i]));
    *ret = value;
    return true;
}

bool options_absent(const struct invocation *invocation, const char *const *names, const char *why, struct error *err)
{
    for (; *names; names++)
        if (option_given(invocation, *names))
            return error_set(err, ERROR_USAGE, "--%s %s", *names, why);
    return true;
}

static void option_line(const struct command_option *option, struct buffer *out)
{
    char name[64];
    (void)snprintf(name, sizeof name, "--%s%s%s", option->name, option->value ? " " : "",
                   option->value ? option->value : "");
    buffer_format(out, "  %-24s %s\n", name, option->about);
}

void command_help(const struct command *command, struct buffer *out)
{
    if (!command) {
        buffer_format(out, "staithe %s: a multi-agency information hub for a county\n\nusage: staithe COMMAND …\n\n",
                      STAITHE_VERSION);
        for (const struct command *c = command_table(); c->name; c++)
            buffer_format(out, "  %-10s %s\n", c->name, c->summary);
        buffer_format(out, "\n`staithe COMMAND --help` says more; the manual is staithe(1).\n");
        return;
    }
    buffer_format(out, "usage: staithe %s%s%s\n\n%s\n\n", command->name, *command->arguments ? " " : "",
                  command->arguments, command->about);
    for (size_t i = 0; i < option_count(command); i++)
        option_line(&command->options[i], out);
    for (size_t i = 0; i < countof(common); i++)
        option_line(&common[i], out);
}

/* Text as mdoc likes it: a new line at each new sentence, none longer than 78, none that begins with a dot or a quote.
 */
static void manual_text(const char *text, struct buffer *out)
{
    size_t column = 0;
    bool sentence_ended = false;
    struct slice rest = slice_of(text), word;
    while (slice_cut(&rest, ' ', &word)) {
        if (!word.len)
            continue;
        if (column && (sentence_ended || column + 1 + word.len > 78)) {
            buffer_add_byte(out, '\n');
            column = 0;
        } else if (column) {
            buffer_add_byte(out, ' ');
            column++;
        }
        if (column == 0 && (word.at[0] == '.' || word.at[0] == '\''))
            buffer_add(out, S("\\&"));
        for (size_t i = 0; i < word.len; i++)
            if (word.at[i] == '\\')
                buffer_add(out, S("\\e"));
            else
                buffer_add_byte(out, word.at[i]);
        column += word.len;
        sentence_ended = slice_find(S(".?!"), word.at[word.len - 1]) < 3;
    }
    buffer_add_byte(out, '\n');
}

static void manual_option(const struct command_option *option, struct buffer *out)
{
    buffer_format(out, ".It Fl -%s%s%s\n", option->name, option->value ? " Ar " : "",
                  option->value ? option->value : "");
    manual_text(option->about, out);
}

void command_manual(struct buffer *out)
{
    buffer_format(
        out, ".Dd November 27, 2026\n.Dt STAITHE 1\n.Os\n.Sh NAME\n.Nm staithe\n.Nd multi-agency information hub for a "
             "county\n.Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar words\n.Op Fl -option Ar value\n.Sh DESCRIPTION\n");
    manual_text(
        "Public bodies of one county land their records in one lawful place; Staithe links the records of the same "
        "person or home and gives each user one view, under the agreements that allow it.",
        out);
    buffer_format(out, ".Sh COMMANDS\n");
    for (const struct command *c = command_table(); c->name; c++) {
        buffer_format(out, ".Ss staithe %s %s\n", c->name, c->arguments);
        manual_text(c->about, out);
        if (option_count(c) == 0)
            continue;
        buffer_format(out, ".Bl -tag -width Ds\n");
        for (size_t i = 0; i < option_count(c); i++)
            manual_option(&c->options[i], out);
        buffer_format(out, ".El\n");
    }
    buffer_format(out, ".Sh OPTIONS OF EVERY COMMAND\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < countof(common); i++)
        manual_option(&common[i], out);
    buffer_add(out,
               S(".El\n.Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev STAITHE_DATA\nthe folder that holds the hub\n.El\n"
                 ".Sh EXIT STATUS\n.Bl -tag -width Ds\n"));
    static const struct {
        int status;
        const char *meaning;
    } statuses[] = {
        {0, "done"},
        {1, "a check found a fault"},
        {3, "held: a person has to decide"},
        {64, "the command line is not one that the program knows"},
        {65, "a file or value does not fit"},
        {66, "there is no such thing, or not for you"},
        {70, "the database refused"},
        {74, "reading, writing or syncing failed, or the disk is full"},
        {75, "somebody else holds it now; try again"},
        {77, "nobody is signed in, or no agreement allows it"},
        {130, "stopped on request"},
    };
    for (size_t i = 0; i < countof(statuses); i++) {
        buffer_format(out, ".It %d\n", statuses[i].status);
        manual_text(statuses[i].meaning, out);
    }
    buffer_add(out, S(".El\n"));
}

void progress_show(void *context, const char *what, uint64_t done, uint64_t all)
{
    struct progress *progress = context;
    if (!progress->invocation->terminal)
        return;
    int64_t now = host_monotonic(progress->invocation->host);
    if (progress->showing && now - progress->shown_at < 100000000)
        return;
    progress->shown_at = now;
    progress->showing = true;
    if (all)
        fprintf(stderr, "\r\033[K%s: %llu of %llu (%d%%)", what, (unsigned long long)done, (unsigned long long)all,
                (int)(done * 100 / all));
    else
        fprintf(stderr, "\r\033[K%s: %llu", what, (unsigned long long)done);
}

bool progress_share(void *context, const char *stage, double share)
{
    const struct progress *progress = context;
    progress_show(context, stage, (uint64_t)(share * 1000), 1000);
    return !stop_asked(progress->stop);
}

void progress_end(struct progress *progress)
{
    if (progress->showing)
        fprintf(stderr, "\r\033[K");
    progress->showing = false;
}
