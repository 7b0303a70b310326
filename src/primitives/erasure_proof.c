/* The codec of an erasure chunk's proof: a list like any other, but neither it nor a node of it may be empty. */
#include "primitives/types.h"

static const ph_type_t *nodes_type(void)
{
    return ph_type_erasure_proof.fields[0].type;
}

void ph_erasure_proof_encode_custom(ph_writer_t *w, const ph_erasure_proof_t *v)
{
    ph_type_encode(w, nodes_type(), &v->v);
}

static bool is_proof(const ph_erasure_proof_t *proof)
{
    for (size_t i = 0; i < proof->v.count; i++)
        if (proof->v.items[i].len == 0)
            return false;
    return proof->v.count > 0;
}

ph_err_t ph_erasure_proof_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_erasure_proof_t *out)
{
    PH_TRY(ph_type_decode(r, arena, nodes_type(), &out->v));
    if (is_proof(out))
        return PH_OK;
    if (arena == NULL)
        ph_type_free(nodes_type(), &out->v);
    return ph_reader_fail(r, "a proof of 1 to 8 nodes of 1 to 612 bytes");
}
