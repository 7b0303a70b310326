/* `parahost tool vectors FILE…`: checks files in the format of shared/data's vectors. One function a file; each reports
 * every entry of every list by name. The recorded answer must never flow into our computation of it.
 */
#ifndef PH_CLI_VECTORS_H
#define PH_CLI_VECTORS_H

#include <jansson.h>

#include "base/arena.h"
#include <stdbool.h>

#include "base/err.h"

typedef struct ph_vectors {
    size_t passed, failed;
    const char *file;  /* for messages */
    ph_arena_t *arena; /* reset after each entry's report */
} ph_vectors_t;

/* Reports one entry: ok counts as passed; otherwise prints "FAIL file list/name: why" to standard error. */
void ph_vectors_report(ph_vectors_t *v, const char *list, const char *name, bool ok, const char *why, ...)
    PH_PRINTF(5, 6);

/* What a file is, is seen by its top-level lists. A missing or wrongly typed member of an entry fails that entry. An
 * unknown list or entry kind fails too: nothing is passed over in silence. */
void ph_vectors_hashes(ph_vectors_t *v, const json_t *file); /* prefixes, long, bip39, phrases */
void ph_vectors_keys(ph_vectors_t *v, const json_t *file);   /* sr25519.json */
void ph_vectors_vrf(ph_vectors_t *v, const json_t *file);
void ph_vectors_blocks(ph_vectors_t *v, const json_t *file); /* transcripts, ristretto, shuffles, indices, grid */
void ph_vectors_trie(ph_vectors_t *v, const json_t *file);
void ph_vectors_types(ph_vectors_t *v, const json_t *file);
void ph_vectors_network(ph_vectors_t *v, const json_t *file);
void ph_vectors_erasure(ph_vectors_t *v, const json_t *file);
void ph_vectors_runtime(ph_vectors_t *v, const json_t *file); /* recordings of pallets: genesis, steps */

#endif
