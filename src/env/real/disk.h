/* The disks of all nodes of a process in one RocksDB database: each node's keys stand behind its name. What was put is
 * durable after ph_real_disk_sync.
 *
 * A read that fails looks like a missing key to the reader; so after one, nothing is written any more (IO): a
 * node that cannot know what it signed must not sign.
 */
#ifndef PH_ENV_REAL_DISK_H
#define PH_ENV_REAL_DISK_H

#include "base/bytes.h"
#include "base/log.h"

typedef struct ph_real_disk ph_real_disk_t;

/* Makes the folder (and those above it) and the database if need be. IO: cannot be opened or is in use, why says how.
 */
PH_MUST_CHECK ph_err_t ph_real_disk_open(ph_real_disk_t **out, const char *path, ph_log_t *log, char *why,
                                         size_t why_len);
void ph_real_disk_close(ph_real_disk_t *disk); /* NULL allowed */

/* FULL: no room on the device; IO. Said plainly in the log, once. */
PH_MUST_CHECK ph_err_t ph_real_disk_put(ph_real_disk_t *disk, const char *node, ph_bytes_t key, ph_bytes_t value);
ph_buf_t *ph_real_disk_get(ph_real_disk_t *disk, const char *node, ph_bytes_t key); /* a new reference, or NULL */
void ph_real_disk_delete(ph_real_disk_t *disk, const char *node, ph_bytes_t key);
bool ph_real_disk_next(ph_real_disk_t *disk, ph_arena_t *arena, const char *node, ph_bytes_t prefix, ph_bytes_t *cursor,
                       ph_buf_t **value);
PH_MUST_CHECK ph_err_t ph_real_disk_sync(ph_real_disk_t *disk);

#endif
