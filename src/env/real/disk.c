#include "env/real/disk.h"

#include <errno.h>
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NO_LOG = 6 /* above every level */ };

struct ph_real_disk {
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_readoptions_t *reading;
    rocksdb_writeoptions_t *writing;
    ph_log_t *log;
    char *path;
    bool dirty;      /* something was written since the last sync */
    ph_err_t failed; /* the first failure, which stays */
};

/* ---- errors ---- */

static bool is_full(const char *text)
{
    return strstr(text, strerror(ENOSPC)) || strstr(text, strerror(EDQUOT)) || strstr(text, "No space left on device");
}

/* Takes RocksDB's text, if there is one. */
static ph_err_t look_at(ph_real_disk_t *disk, char *text, const char *what)
{
    if (!text)
        return PH_OK;
    ph_err_t err = is_full(text) ? PH_ERR_FULL : PH_ERR_IO;
    if (disk->failed == PH_OK) {
        disk->failed = err;
        if (err == PH_ERR_FULL)
            ph_log(disk->log, PH_LOG_ERROR, "disk", "no room left on the disk that holds %s", disk->path);
        else
            ph_log(disk->log, PH_LOG_ERROR, "disk", "%s in %s failed: %s", what, disk->path, text);
    }
    rocksdb_free(text);
    return err;
}

/* ---- opening ---- */

static ph_err_t make_folders(const char *path, char *why, size_t why_len)
{
    char part[4096];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part) {
        snprintf(why, why_len, "%s: not a path", path);
        return PH_ERR_IO;
    }
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != 0)
            continue;
        char end = part[i];
        part[i] = 0;
        /* The folder itself holds the keys that the node makes. */
        bool last = !end || !part[i + 1];
        if (mkdir(part, last ? 0700 : 0755) != 0 && errno != EEXIST) {
            snprintf(why, why_len, "%s: cannot be made: %s", part, strerror(errno));
            return PH_ERR_IO;
        }
        part[i] = end;
    }
    return PH_OK;
}

static rocksdb_options_t *make_options(void)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_write_buffer_size(options, 16u << 20);
    rocksdb_options_set_max_open_files(options, 256);
    rocksdb_options_set_keep_log_file_num(options, 1);
    /* No log of its own, not even errors: it asserts that it can be written, which a full disk refutes. We see the
     * errors. */
    rocksdb_options_set_info_log_level(options, NO_LOG);
    rocksdb_options_set_compression(options, rocksdb_no_compression);
    return options;
}

ph_err_t ph_real_disk_open(ph_real_disk_t **out, const char *path, ph_log_t *log, char *why, size_t why_len)
{
    char *text = NULL;
    PH_TRY(make_folders(path, why, why_len));
    rocksdb_options_t *options = make_options();
    rocksdb_t *db = rocksdb_open(options, path, &text);
    if (text) {
        bool in_use = strstr(text, "lock") != NULL;
        snprintf(why, why_len, in_use ? "%s: another process uses it (%s)" : "%s: cannot be opened: %s", path, text);
        ph_err_t err = is_full(text) ? PH_ERR_FULL : PH_ERR_IO;
        rocksdb_free(text);
        rocksdb_options_destroy(options);
        return err;
    }
    ph_real_disk_t *disk = ph_mem_alloc(NULL, sizeof *disk);
    disk->db = db;
    disk->options = options;
    disk->reading = rocksdb_readoptions_create();
    disk->writing = rocksdb_writeoptions_create();
    disk->log = log;
    disk->path = (char *)ph_bytes_copy(NULL, ph_bytes(path, strlen(path) + 1)).data;
    *out = disk;
    return PH_OK;
}

void ph_real_disk_close(ph_real_disk_t *disk)
{
    if (!disk)
        return;
    rocksdb_close(disk->db);
    rocksdb_readoptions_destroy(disk->reading);
    rocksdb_writeoptions_destroy(disk->writing);
    rocksdb_options_destroy(disk->options);
    ph_mem_free(disk->path);
    ph_mem_free(disk);
}

/* ---- keys: the node's name, a zero, the key ---- */

static ph_bytes_t full_key(ph_writer_t *w, const char *node, ph_bytes_t key)
{
    ph_write(w, node, strlen(node) + 1);
    ph_write(w, key.data, key.len);
    return ph_writer_bytes(w);
}

ph_err_t ph_real_disk_put(ph_real_disk_t *disk, const char *node, ph_bytes_t key, ph_bytes_t value)
{
    char *text = NULL;
    if (disk->failed)
        return disk->failed;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_bytes_t full = full_key(&w, node, key);
    rocksdb_put(disk->db, disk->writing, (const char *)full.data, full.len, (const char *)value.data, value.len, &text);
    ph_writer_free(&w);
    disk->dirty = true;
    return look_at(disk, text, "writing");
}

ph_buf_t *ph_real_disk_get(ph_real_disk_t *disk, const char *node, ph_bytes_t key)
{
    char *text = NULL;
    size_t len = 0;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_bytes_t full = full_key(&w, node, key);
    char *value = rocksdb_get(disk->db, disk->reading, (const char *)full.data, full.len, &len, &text);
    ph_writer_free(&w);
    if (look_at(disk, text, "reading") != PH_OK || !value)
        return NULL;
    ph_buf_t *buf = ph_buf_new(ph_bytes(value, len));
    rocksdb_free(value);
    return buf;
}

void ph_real_disk_delete(ph_real_disk_t *disk, const char *node, ph_bytes_t key)
{
    char *text = NULL;
    if (disk->failed)
        return;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_bytes_t full = full_key(&w, node, key);
    rocksdb_delete(disk->db, disk->writing, (const char *)full.data, full.len, &text);
    ph_writer_free(&w);
    disk->dirty = true;
    (void)look_at(disk, text, "deleting"); /* shows at the next put or sync */
}

static bool take_entry(rocksdb_iterator_t *it, ph_arena_t *arena, ph_bytes_t prefix, size_t skip, ph_bytes_t *cursor,
                       ph_buf_t **value)
{
    size_t key_len, value_len;
    const char *key = rocksdb_iter_key(it, &key_len);
    if (!ph_bytes_start_with(ph_bytes(key, key_len), prefix))
        return false;
    *cursor = ph_bytes_copy(arena, ph_bytes(key + skip, key_len - skip));
    if (value) {
        const char *data = rocksdb_iter_value(it, &value_len);
        *value = ph_buf_new(ph_bytes(data, value_len));
    }
    return true;
}

bool ph_real_disk_next(ph_real_disk_t *disk, ph_arena_t *arena, const char *node, ph_bytes_t prefix, ph_bytes_t *cursor,
                       ph_buf_t **value)
{
    char *text = NULL;
    ph_writer_t from = PH_WRITER_HEAP, within = PH_WRITER_HEAP;
    ph_bytes_t start = full_key(&from, node, cursor->data ? *cursor : prefix);
    ph_bytes_t all = full_key(&within, node, prefix);
    rocksdb_iterator_t *it = rocksdb_create_iterator(disk->db, disk->reading);
    rocksdb_iter_seek(it, (const char *)start.data, start.len);
    if (cursor->data && rocksdb_iter_valid(it)) {
        size_t len;
        const char *key = rocksdb_iter_key(it, &len);
        if (ph_bytes_equal(ph_bytes(key, len), start))
            rocksdb_iter_next(it);
    }
    bool found = rocksdb_iter_valid(it) && take_entry(it, arena, all, strlen(node) + 1, cursor, value);
    rocksdb_iter_get_error(it, &text);
    rocksdb_iter_destroy(it);
    ph_writer_free(&from);
    ph_writer_free(&within);
    return look_at(disk, text, "reading") == PH_OK && found;
}

ph_err_t ph_real_disk_sync(ph_real_disk_t *disk)
{
    char *text = NULL;
    if (disk->failed || !disk->dirty)
        return disk->failed;
    rocksdb_flush_wal(disk->db, 1, &text);
    PH_TRY(look_at(disk, text, "syncing"));
    disk->dirty = false;
    return PH_OK;
}
