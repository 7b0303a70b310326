#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[] = {"error", "warn", "info", "debug", "trace"};

void ph_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *format, ...)
{
    if (level > (log ? log->max_level : PH_LOG_WARN))
        return;
    char text[1024]; /* longer lines are cut */
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0)
        return;
    if (log)
        log->write(log, level, target, text);
    else
        fprintf(stderr, "%s %s: %s\n", names[level], target, text);
}
