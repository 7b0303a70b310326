/* Logging goes through a hook; the default prints "level target: text" to standard error for warnings and errors. */
#ifndef PH_BASE_LOG_H
#define PH_BASE_LOG_H

#include "base/err.h"

typedef enum { PH_LOG_ERROR, PH_LOG_WARN, PH_LOG_INFO, PH_LOG_DEBUG, PH_LOG_TRACE } ph_log_level_t;

typedef struct ph_log ph_log_t;
struct ph_log {
    void (*write)(ph_log_t *log, ph_log_level_t level, const char *target, const char *text);
    ph_log_level_t max_level;
};

/* log may be NULL: the default. `target` names the room or subsystem. */
void ph_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *format, ...) PH_PRINTF(4, 5);

#endif
