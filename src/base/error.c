#define STAITHE_ERROR_C
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
    int http, exit;
} statuses[] = {
    [ERROR_NONE] = {200, 0},       [ERROR_USAGE] = {400, 64},         [ERROR_INPUT] = {422, 65},
    [ERROR_NOT_FOUND] = {404, 66}, [ERROR_NOT_SIGNED_IN] = {401, 77}, [ERROR_DENIED] = {403, 77},
    [ERROR_CONFLICT] = {409, 75},  [ERROR_HELD] = {409, 3},           [ERROR_TOO_MANY] = {429, 75},
    [ERROR_TOO_BIG] = {413, 65},   [ERROR_BUSY] = {503, 75},          [ERROR_FULL] = {507, 74},
    [ERROR_IO] = {500, 74},        [ERROR_STORE] = {500, 70},         [ERROR_CANCELLED] = {499, 130},
};

int error_http_status(enum error_code code)
{
    return statuses[code].http;
}

int error_exit_status(enum error_code code)
{
    return statuses[code].exit;
}

/* Cuts a text that filled its buffer back to a whole UTF-8 character. */
static void cut_at_character(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t end = size - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xc0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)text[end - 1] >= 0xc0)
        end--;
    text[end] = '\0';
}

static void set_text(struct error *err, const char *format, va_list arguments)
{
    int wanted = vsnprintf(err->text, sizeof err->text, format, arguments);
    cut_at_character(err->text, sizeof err->text, wanted);
}

bool error_set(struct error *err, enum error_code code, const char *format, ...)
{
    must(code != ERROR_NONE);
    *err = (struct error){.code = code};
    va_list arguments;
    va_start(arguments, format);
    set_text(err, format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_at(struct error *err, enum error_code code, struct slice file, uint64_t line, uint64_t column,
                  const char *format, ...)
{
    must(code != ERROR_NONE);
    *err = (struct error){.code = code, .line = line, .column = column};
    int wanted = snprintf(err->file, sizeof err->file, "%.*s", PRINT(file));
    cut_at_character(err->file, sizeof err->file, wanted);
    va_list arguments;
    va_start(arguments, format);
    set_text(err, format, arguments);
    va_end(arguments);
    return false;
}

bool error_wrap(struct error *err, const char *format, ...)
{
    must(err->code != ERROR_NONE);
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    va_list arguments;
    va_start(arguments, format);
    int context = vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    size_t used = context < 0 ? 0 : (size_t)context;
    if (used + 3 >= sizeof err->text) {
        cut_at_character(err->text, sizeof err->text, context);
        return false;
    }
    int wanted = snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
    cut_at_character(err->text, sizeof err->text, wanted < 0 ? wanted : wanted + (int)used);
    return false;
}

bool error_from_errno(struct error *err, int errno_value, const char *what, ...)
{
    char doing[400];
    va_list arguments;
    va_start(arguments, what);
    int wanted = vsnprintf(doing, sizeof doing, what, arguments);
    va_end(arguments);
    cut_at_character(doing, sizeof doing, wanted);
    switch (errno_value) {
    case ENOSPC:
    case EDQUOT:
        return error_set(err, ERROR_FULL, "%s failed because the disk is full; free some space and try again", doing);
    case ENOENT:
        return error_set(err, ERROR_NOT_FOUND, "%s failed because there is no such file; check the path", doing);
    case EISDIR:
        return error_set(err, ERROR_INPUT, "%s failed because it is a folder; name a file", doing);
    case EACCES:
    case EPERM:
        return error_set(err, ERROR_IO, "%s is not permitted for this account; check the file's owner and mode", doing);
    default: {
        char reason[120];
        return error_set(err, ERROR_IO, "%s failed: %s", doing, strerror_r(errno_value, reason, sizeof reason));
    }
    }
}

void error_print(const struct error *err, char *out, size_t size)
{
    int wanted;
    size_t len = strlen(err->text);
    const char *stop = len && strchr(".?!", err->text[len - 1]) ? "" : ".";
    if (err->file[0] && err->line && err->column)
        wanted = snprintf(out, size, "%s:%llu:%llu: %s%s", err->file, (unsigned long long)err->line,
                          (unsigned long long)err->column, err->text, stop);
    else if (err->file[0] && err->line)
        wanted = snprintf(out, size, "%s:%llu: %s%s", err->file, (unsigned long long)err->line, err->text, stop);
    else if (err->file[0])
        wanted = snprintf(out, size, "%s: %s%s", err->file, err->text, stop);
    else
        wanted = snprintf(out, size, "%s%s", err->text, stop);
    cut_at_character(out, size, wanted);
}
