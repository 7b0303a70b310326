#include "cli/chunk_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "cli/bytes_arg.h"
#include "cli/options.h"
#include "erasure/proof.h"

#define CHUNK_MAX ((size_t)64 << 20)
#define PROOF_MAX ((size_t)64 << 10)

static int complain(const char *what, const char *path, const char *reason)
{
    fprintf(stderr, "%s: %s %s\n", what, path, reason);
    return 2;
}

/* ---- writing ---- */

static bool write_file(const char *path, ph_bytes_t content)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    bool ok = content.len == 0 || fwrite(content.data, 1, content.len, file) == content.len;
    return fclose(file) == 0 && ok;
}

static bool write_chunk(ph_arena_t *arena, const char *dir, const ph_coded_t *coded, uint32_t index)
{
    ph_erasure_chunk_t chunk;
    ph_writer_t proof = ph_writer_in(arena);
    ph_coded_chunk(coded, arena, &chunk, index);
    ph_erasure_proof_encode(&proof, &chunk.proof);
    bool ok = write_file(ph_arena_printf(arena, "%s/%u", dir, index), chunk.chunk) &&
              write_file(ph_arena_printf(arena, "%s/%u.proof", dir, index), ph_writer_bytes(&proof));
    ph_arena_reset(arena);
    return ok;
}

static void remove_folder(ph_arena_t *arena, const char *dir, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unlink(ph_arena_printf(arena, "%s/%zu", dir, i));
        unlink(ph_arena_printf(arena, "%s/%zu.proof", dir, i));
    }
    rmdir(dir);
}

/* The path without slashes at its end, and a name beside it. */
static char *beside(ph_arena_t *arena, const char *dir)
{
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    return ph_arena_printf(arena, "%.*s.part-XXXXXX", (int)len, dir);
}

int ph_chunk_folder_write(const char *what, const char *dir, const ph_coded_t *coded)
{
    ph_arena_t *names = ph_arena_new(), *arena = ph_arena_new();
    char *part = beside(names, dir);
    size_t count = ph_coded_validators(coded);
    mode_t mask = umask(0);
    umask(mask);
    bool made = mkdtemp(part) != NULL, ok = made && chmod(part, 0777 & ~mask) == 0;
    for (size_t i = 0; i < count && ok; i++)
        ok = write_chunk(arena, part, coded, (uint32_t)i);
    /* Takes the place of an empty folder, and of no other. */
    ok = ok && rename(part, dir) == 0;
    int reason = errno, status = 0;
    if (!ok) {
        if (made)
            remove_folder(arena, part, count);
        status = complain(
            what, dir,
            ph_arena_printf(names, "cannot be written (%s); expected a folder that does not exist yet or is empty",
                            strerror(reason)));
    }
    ph_arena_free(arena);
    ph_arena_free(names);
    return status;
}

/* ---- reading ---- */

static bool is_index(const char *name, size_t validators, uint32_t *out)
{
    uint64_t v;
    if (!ph_options_number(&v, name, 0, validators - 1) || (name[0] == '0' && name[1] != '\0'))
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool proves(ph_arena_t *arena, const char *dir, uint32_t index, ph_bytes_t chunk, const uint8_t root[32])
{
    ph_bytes_t encoded;
    ph_erasure_proof_t proof;
    if (ph_cli_read_file(arena, &encoded, ph_arena_printf(arena, "%s/%u.proof", dir, index), PROOF_MAX) != PH_OK)
        return false;
    if (ph_erasure_proof_decode_all(encoded, arena, &proof) != PH_OK)
        return false;
    return ph_erasure_proof_verify(root, index, chunk, proof.v.items, proof.v.count) == PH_OK;
}

static int by_index(const void *a, const void *b)
{
    uint32_t x = ((const ph_erasure_piece_t *)a)->index, y = ((const ph_erasure_piece_t *)b)->index;
    return (x > y) - (x < y);
}

typedef PH_LIST(ph_erasure_piece_t) piece_list_t;

static int read_chunk(const char *what, ph_arena_t *arena, piece_list_t *list, const char *dir, uint32_t index,
                      const uint8_t *root)
{
    ph_bytes_t chunk;
    const char *path = ph_arena_printf(arena, "%s/%u", dir, index);
    ph_err_t err = ph_cli_read_file(arena, &chunk, path, CHUNK_MAX);
    if (err != PH_OK)
        return complain(what, path, ph_arena_printf(arena, "cannot be read (%s)", ph_cli_read_why(err)));
    if (root && !proves(arena, dir, index, chunk, root))
        complain(what, path, "is left out: it does not prove to be under the root");
    else
        ph_list_push(arena, list, ((ph_erasure_piece_t){index, chunk}));
    return PH_OPTIONS_GO;
}

int ph_chunk_folder_read(const char *what, ph_arena_t *arena, ph_chunk_folder_t *out, const char *dir,
                         size_t validators, const uint8_t *root)
{
    piece_list_t list = {0};
    struct dirent *entry;
    uint32_t index;
    int status = PH_OPTIONS_GO;
    DIR *folder = opendir(dir);
    if (!folder)
        return complain(what, dir, "cannot be read; expected a folder of chunks");
    while (status == PH_OPTIONS_GO && (entry = readdir(folder)) != NULL)
        if (is_index(entry->d_name, validators, &index))
            status = read_chunk(what, arena, &list, dir, index, root);
    closedir(folder);
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, by_index);
    *out = (ph_chunk_folder_t){list.items, list.count};
    return status;
}
