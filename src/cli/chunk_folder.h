/* Erasure chunks as files: DIR/<index> holds a chunk, DIR/<index>.proof its proof (SCALE Vec<Vec<u8>>). */
#ifndef PH_CLI_CHUNK_FOLDER_H
#define PH_CLI_CHUNK_FOLDER_H

#include "erasure/coded.h"
#include "erasure/erasure.h"

/* Writes all chunks and proofs: the folder appears complete or not at all. 0, or 2 after one line on standard error,
 * which begins with `what`; so does a folder that is there already and not empty. */
int ph_chunk_folder_write(const char *what, const char *dir, const ph_coded_t *coded);

typedef struct ph_chunk_folder {
    ph_erasure_piece_t *pieces; /* by index */
    size_t count;
} ph_chunk_folder_t;

/* Reads the chunks below `validators` that are there. With `root` (32 bytes, or NULL) only those whose proof holds; of
 * the others a line on standard error tells. PH_OPTIONS_GO, or 2 after one line on standard error. */
int ph_chunk_folder_read(const char *what, ph_arena_t *arena, ph_chunk_folder_t *out, const char *dir,
                         size_t validators, const uint8_t *root);

#endif
