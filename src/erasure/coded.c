#include "erasure/coded.h"

#include <stdatomic.h>
#include <string.h>

#include "base/check.h"
#include "erasure/erasure.h"

struct ph_coded {
    atomic_uint refs;
    size_t validators, chunk_len;
    uint8_t *chunks;
    ph_erasure_tree_t *tree;
    ph_hash_t root;
};

ph_err_t ph_coded_new(ph_coded_t **out, size_t validators, ph_bytes_t payload)
{
    size_t threshold;
    PH_TRY(ph_erasure_threshold(&threshold, validators));
    if (payload.len == 0)
        return PH_ERR_INVALID;
    ph_coded_t *coded = ph_mem_alloc(NULL, sizeof *coded);
    ph_erasure_t *erasure = ph_erasure_new(NULL);
    atomic_init(&coded->refs, 1);
    coded->validators = validators;
    coded->chunk_len = ph_erasure_chunk_len(validators, payload.len);
    coded->chunks = ph_mem_alloc(NULL, validators * coded->chunk_len);
    ph_err_t err = ph_erasure_encode(erasure, coded->chunks, validators * coded->chunk_len, validators, payload);
    ph_erasure_free(erasure);
    PH_CHECK(err == PH_OK);
    coded->tree = ph_erasure_tree_of_chunks(coded->chunks, coded->chunk_len, validators);
    memcpy(coded->root.bytes, ph_erasure_tree_root(coded->tree), 32);
    *out = coded;
    return PH_OK;
}

ph_coded_t *ph_coded_ref(ph_coded_t *coded)
{
    atomic_fetch_add_explicit(&coded->refs, 1, memory_order_relaxed);
    return coded;
}

void ph_coded_unref(void *ptr)
{
    ph_coded_t *coded = ptr;
    if (!coded || atomic_fetch_sub_explicit(&coded->refs, 1, memory_order_acq_rel) != 1)
        return;
    ph_erasure_tree_free(coded->tree);
    ph_mem_free(coded->chunks);
    ph_mem_free(coded);
}

const ph_hash_t *ph_coded_root(const ph_coded_t *coded)
{
    return &coded->root;
}
size_t ph_coded_validators(const ph_coded_t *coded)
{
    return coded->validators;
}

void ph_coded_chunk(const ph_coded_t *coded, ph_arena_t *arena, ph_erasure_chunk_t *out, uint32_t index)
{
    PH_CHECK(index < coded->validators);
    ph_bytes_t *nodes = ph_arena_alloc(arena, PH_ERASURE_PROOF_NODES_MAX * sizeof *nodes);
    size_t count = ph_erasure_tree_proof(coded->tree, nodes, index);
    *out = (ph_erasure_chunk_t){.chunk = {coded->chunks + index * coded->chunk_len, coded->chunk_len},
                                .index = {index},
                                .proof = {{nodes, count}}};
}
