/* log.h: one line an event on standard error: time, level, words; never personal data, never a control character. */
#ifndef STAITHE_BASE_LOG_H
#define STAITHE_BASE_LOG_H

#include "base/host.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* One logger a program; thread-safe; a line is written with one write(2). */
struct log {
    const struct host *host;
    enum log_level level;
    int fd; /* 2 is standard error; -1 throws everything away */
};

void log_line(const struct log *log, enum log_level level, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
