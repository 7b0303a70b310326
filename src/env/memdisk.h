/* A disk in memory: keeps what was synced over a crash and forgets the rest. */
#ifndef PH_ENV_MEMDISK_H
#define PH_ENV_MEMDISK_H

#include "base/bytes.h"

typedef struct ph_memdisk ph_memdisk_t;
ph_memdisk_t *ph_memdisk_new(void);
void ph_memdisk_free(ph_memdisk_t *disk);
void ph_memdisk_put(ph_memdisk_t *disk, ph_bytes_t key, ph_buf_t *value);
ph_buf_t *ph_memdisk_get(ph_memdisk_t *disk, ph_bytes_t key); /* a new reference, or NULL */
void ph_memdisk_delete(ph_memdisk_t *disk, ph_bytes_t key);
bool ph_memdisk_next(ph_memdisk_t *disk, ph_arena_t *arena, ph_bytes_t prefix, ph_bytes_t *cursor, ph_buf_t **value);
void ph_memdisk_sync(ph_memdisk_t *disk);
void ph_memdisk_crash(ph_memdisk_t *disk); /* undoes what was not synced */
size_t ph_memdisk_count(const ph_memdisk_t *disk);

#endif
