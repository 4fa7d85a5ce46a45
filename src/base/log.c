/* A line is put together on the stack and leaves with one write(2), so that lines of several threads never mix. What a
 * terminal or a log reader could take for an order (controls, line ends, direction marks, bytes that are no UTF-8)
 * leaves as '?'. */
#include "base/log.h"

#include "base/date.h"
#include "base/text.h"

#include <stdio.h>
#include <unistd.h>

#define LONGEST_LINE 2000

static const char *const level_names[] = {"error", "warning", "info", "debug"};

/* Length of the harmless character at the start of s; 0 when it must not pass. */
static size_t harmless(struct slice s)
{
    unsigned char c = (unsigned char)s.at[0];
    if (c < 0x80)
        return c >= 0x20 && c != 0x7f;
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (len > s.len || text_valid_utf8(slice_part(s, 0, len)) != len)
        return 0;
    unsigned char d = (unsigned char)s.at[1];
    if (c == 0xc2 && d < 0xa0) /* C1 controls */
        return 0;
    if (c == 0xe2 && (d == 0x80 || d == 0x81)) { /* line separators, direction marks */
        unsigned char e = (unsigned char)s.at[2];
        if ((d == 0x80 && (e == 0x8e || e == 0x8f || (e >= 0xa8 && e <= 0xae))) ||
            (d == 0x81 && e >= 0xa6 && e <= 0xa9))
            return 0;
    }
    return len;
}

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
    if (level > log->level || log->fd < 0)
        return;
    char words[LONGEST_LINE], line[LONGEST_LINE + 64];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (len < 0)
        return;
    int64_t now = host_now(log->host), seconds = now / 1000;
    struct date day = date_of_time(now);
    int of_day = (int)(((seconds % 86400) + 86400) % 86400);
    int head = snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02dZ %s ", day.year, day.month, day.day,
                        of_day / 3600, of_day / 60 % 60, of_day % 60, level_names[level]);
    size_t used = (size_t)head;
    struct slice rest = slice_of(words);
    while (rest.len > 0) {
        size_t pass = harmless(rest);
        if (pass) {
            memcpy(line + used, rest.at, pass);
            used += pass;
        } else {
            line[used++] = '?';
        }
        rest = slice_part(rest, pass ? pass : 1, rest.len);
    }
    line[used++] = '\n';
    /* A log that cannot be written has nobody to tell. */
    ssize_t ignored = write(log->fd, line, used);
    (void)ignored;
}
