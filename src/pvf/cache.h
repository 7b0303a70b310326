/* Prepared artifacts by code hash, in memory and, if wanted, in a directory.
 *
 * An artifact is machine code: whoever can write to the directory can run code in the execution workers. It is created
 * for its owner alone, and files of other owners or that others may write to are not read. A file is the artifact
 * behind a checksum, so a torn one is noticed; its name says code hash and executor.
 */
#ifndef PH_PVF_CACHE_H
#define PH_PVF_CACHE_H

#include "pvf/pvf.h"

typedef struct ph_pvf_cache ph_pvf_cache_t;

/* directory NULL: memory only. IO: it can not be made, or is not ours alone. */
PH_MUST_CHECK ph_err_t ph_pvf_cache_new(ph_pvf_cache_t **out, const char *directory, const ph_pvf_executor_t *executor,
                                        size_t memory_max /* bytes of artifacts; least used go first */);
void ph_pvf_cache_free(ph_pvf_cache_t *cache); /* NULL allowed */

/* Names the artifact of this code under this executor. */
void ph_pvf_artifact_id(ph_hash_t *out, const ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash);
/* A new reference to the artifact, or NULL. Reads the directory if it is not in memory. */
ph_buf_t *ph_pvf_cache_get(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash);
/* Keeps a reference; writes it to the directory too (a failure there only costs a later preparation). */
void ph_pvf_cache_put(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash, ph_buf_t *artifact);
/* Forgets it everywhere: after CorruptedArtifact or RuntimeConstruction. */
void ph_pvf_cache_remove(ph_pvf_cache_t *cache, const ph_validation_code_hash_t *code_hash);

#endif
