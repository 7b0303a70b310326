/* The misbehaving validation functions of pvf/fixtures, and where shared data is. */
#ifndef PH_TESTS_PVF_FIXTURES_H
#define PH_TESTS_PVF_FIXTURES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"

extern const uint8_t ph_pvf_mischief_wasm[];
extern const size_t ph_pvf_mischief_wasm_len;
extern const uint8_t ph_pvf_rubbish_wasm[];
extern const size_t ph_pvf_rubbish_wasm_len;

/* First byte of mischief's block data. */
enum {
    MISCHIEF_ECHO,
    MISCHIEF_TRAP,
    MISCHIEF_LOOP,
    MISCHIEF_EAT_MEMORY,
    MISCHIEF_RECURSE,
    MISCHIEF_CALL_MISSING,
    MISCHIEF_OUT_OF_BOUNDS,
    MISCHIEF_GROW_ALL,
    MISCHIEF_LOG_WILDLY,
    MISCHIEF_DIVIDE,
    MISCHIEF_FREE_TWICE,
    MISCHIEF_HOST_HEAP,
    MISCHIEF_SPIN_HASH
};

/* A file of shared data; data NULL when it is not there (then the test is to be skipped). */
static inline ph_bytes_t ph_test_shared(ph_arena_t *arena, const char *name)
{
    const char *dir = getenv("PH_SHARED_DATA");
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir ? dir : "../shared/data", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return ph_bytes(NULL, 0);
    ph_writer_t w = ph_writer_in(arena);
    uint8_t piece[65536];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        ph_write(&w, piece, n);
    fclose(f);
    return ph_writer_bytes(&w);
}

#endif
