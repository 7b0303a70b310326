#include "pvf/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "crypto/hash.h"

#define CHECKSUM_LEN 32u
#define FILE_MAX     ((off_t)1 << 30)
#define NAME_MAX_LEN (2 * 32 + 8)

struct ph_pvf_cache {
    ph_map_t artifacts; /* code hash to entry_t */
    size_t memory_len, memory_max;
    uint64_t clock;
    char *directory;
    ph_hash_t executor;
};

typedef struct entry {
    ph_buf_t *artifact;
    uint64_t used_at;
} entry_t;

static bool ours_alone(int fd, mode_t kind)
{
    struct stat st;
    return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == kind && st.st_uid == geteuid() && (st.st_mode & 022) == 0;
}

static ph_err_t open_directory(int *fd, const char *path)
{
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return PH_ERR_IO;
    if (ours_alone(*fd, S_IFDIR))
        return PH_OK;
    close(*fd);
    return PH_ERR_IO;
}

ph_err_t ph_pvf_cache_new(ph_pvf_cache_t **out, const char *directory, const ph_pvf_executor_t *executor,
                          size_t memory_max)
{
    if (directory) {
        int fd;
        if (mkdir(directory, 0700) != 0 && errno != EEXIST)
            return PH_ERR_IO;
        PH_TRY(open_directory(&fd, directory));
        close(fd);
    }
    ph_pvf_cache_t *cache = ph_mem_alloc(NULL, sizeof *cache);
    ph_map_init(&cache->artifacts, sizeof(ph_validation_code_hash_t), sizeof(entry_t));
    cache->memory_max = memory_max;
    if (directory) {
        size_t len = strlen(directory) + 1;
        cache->directory = ph_mem_alloc(NULL, len);
        memcpy(cache->directory, directory, len);
    }
    ph_pvf_executor_hash(&cache->executor, executor);
    *out = cache;
    return PH_OK;
}

void ph_pvf_cache_free(ph_pvf_cache_t *cache)
{
    if (!cache)
        return;
    void *value;
    for (size_t i = 0; ph_map_next(&cache->artifacts, &i, NULL, &value);)
        ph_buf_unref(((entry_t *)value)->artifact);
    ph_map_free(&cache->artifacts);
    ph_mem_free(cache->directory);
    ph_mem_free(cache);
}

void ph_pvf_artifact_id(ph_hash_t *out, const ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash)
{
    uint8_t both[64];
    memcpy(both, code_hash->bytes, 32);
    memcpy(both + 32, cache->executor.bytes, 32);
    ph_blake2_256(out->bytes, ph_bytes(both, sizeof both));
}

/* ---- memory ---- */

static void forget(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash)
{
    entry_t *entry = ph_map_get(&cache->artifacts, code_hash);
    if (!entry)
        return;
    cache->memory_len -= ph_buf_bytes(entry->artifact).len;
    ph_buf_unref(entry->artifact);
    ph_map_remove(&cache->artifacts, code_hash);
}

static void make_room(ph_pvf_cache_t *cache, size_t len)
{
    while (cache->artifacts.count > 0 && cache->memory_len + len > cache->memory_max) {
        const void *key;
        void *value;
        uint64_t oldest_use = UINT64_MAX;
        ph_validation_code_hash_t oldest = {{0}};
        for (size_t i = 0; ph_map_next(&cache->artifacts, &i, &key, &value);) {
            if (((entry_t *)value)->used_at < oldest_use) {
                oldest_use = ((entry_t *)value)->used_at;
                memcpy(&oldest, key, sizeof oldest);
            }
        }
        forget(cache, &oldest);
    }
}

static void remember(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash, ph_buf_t *artifact)
{
    size_t len = ph_buf_bytes(artifact).len;
    forget(cache, code_hash);
    make_room(cache, len);
    *(entry_t *)ph_map_put(&cache->artifacts, code_hash, NULL) = (entry_t){ph_buf_ref(artifact), ++cache->clock};
    cache->memory_len += len;
}

/* ---- directory ---- */

static void name_of(char out[NAME_MAX_LEN + 1], const ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash)
{
    ph_hash_t id;
    ph_pvf_artifact_id(&id, cache, code_hash);
    ph_hex(out, ph_bytes(id.bytes, sizeof id.bytes));
    memcpy(out + 2 * sizeof id.bytes, ".pvf", sizeof ".pvf");
}

static bool read_all(int fd, uint8_t *out, size_t len)
{
    while (len > 0) {
        ssize_t n = read(fd, out, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        out += n;
        len -= (size_t)n;
    }
    return true;
}

static bool write_all(int fd, ph_bytes_t bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.data, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.data += n;
        bytes.len -= (size_t)n;
    }
    return true;
}

static ph_buf_t *read_artifact(int fd)
{
    struct stat st;
    uint8_t checksum[CHECKSUM_LEN], actual[32];
    if (!ours_alone(fd, S_IFREG) || fstat(fd, &st) != 0 || st.st_size < (off_t)CHECKSUM_LEN || st.st_size > FILE_MAX)
        return NULL;
    size_t len = (size_t)st.st_size - CHECKSUM_LEN;
    uint8_t *data = ph_mem_alloc(NULL, len);
    if (read_all(fd, checksum, sizeof checksum) && read_all(fd, data, len)) {
        ph_blake2_256(actual, ph_bytes(data, len));
        if (memcmp(actual, checksum, sizeof actual) == 0)
            return ph_buf_take(data, len);
    }
    ph_mem_free(data);
    return NULL;
}

static ph_buf_t *load(const ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash)
{
    char name[NAME_MAX_LEN + 1];
    int dir;
    if (!cache->directory || open_directory(&dir, cache->directory) != PH_OK)
        return NULL;
    name_of(name, cache, code_hash);
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    close(dir);
    if (fd < 0)
        return NULL;
    ph_buf_t *artifact = read_artifact(fd);
    close(fd);
    return artifact;
}

/* Under another name first: a file under its right name is whole. */
static void store(const ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash, ph_bytes_t artifact)
{
    char name[NAME_MAX_LEN + 1], part[NAME_MAX_LEN + 32];
    uint8_t checksum[32];
    int dir;
    if (!cache->directory || open_directory(&dir, cache->directory) != PH_OK)
        return;
    name_of(name, cache, code_hash);
    snprintf(part, sizeof part, "%s.%ld.part", name, (long)getpid());
    ph_blake2_256(checksum, artifact);
    int fd = openat(dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok =
        fd >= 0 && write_all(fd, ph_bytes(checksum, sizeof checksum)) && write_all(fd, artifact) && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (!ok || renameat(dir, part, dir, name) != 0)
        unlinkat(dir, part, 0);
    close(dir);
}

/* ---- both ---- */

ph_buf_t *ph_pvf_cache_get(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash)
{
    entry_t *entry = ph_map_get(&cache->artifacts, code_hash);
    if (entry) {
        entry->used_at = ++cache->clock;
        return ph_buf_ref(entry->artifact);
    }
    ph_buf_t *artifact = load(cache, code_hash);
    if (artifact)
        remember(cache, code_hash, artifact);
    return artifact;
}

void ph_pvf_cache_put(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash, ph_buf_t *artifact)
{
    remember(cache, code_hash, artifact);
    store(cache, code_hash, ph_buf_bytes(artifact));
}

void ph_pvf_cache_remove(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash)
{
    char name[NAME_MAX_LEN + 1];
    int dir;
    forget(cache, code_hash);
    if (!cache->directory || open_directory(&dir, cache->directory) != PH_OK)
        return;
    name_of(name, cache, code_hash);
    unlinkat(dir, name, 0);
    close(dir);
}
