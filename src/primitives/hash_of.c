#include "primitives/hash_of.h"

#include <string.h>

#include "crypto/hash.h"

ph_hash_t ph_hash_of_value(const ph_type_t *type, const void *value)
{
    ph_hash_t hash;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_type_encode(&w, type, value);
    ph_blake2_256(hash.bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return hash;
}

ph_candidate_hash_t ph_hash_of_receipt(const ph_candidate_receipt_t *receipt)
{
    ph_candidate_hash_t out;
    ph_hash_t hash = ph_hash_of_value(&ph_type_candidate_receipt, receipt);
    memcpy(out.bytes, hash.bytes, sizeof out.bytes);
    return out;
}

ph_candidate_hash_t ph_hash_of_committed(const ph_committed_candidate_receipt_t *receipt)
{
    ph_candidate_receipt_t plain;
    ph_hash_to_plain_receipt(&plain, receipt);
    return ph_hash_of_receipt(&plain);
}

void ph_hash_to_plain_receipt(ph_candidate_receipt_t *out, const ph_committed_candidate_receipt_t *receipt)
{
    out->descriptor = receipt->descriptor;
    out->commitments_hash = ph_hash_of_commitments(&receipt->commitments);
}

ph_hash_t ph_hash_of_commitments(const ph_candidate_commitments_t *commitments)
{
    return ph_hash_of_value(&ph_type_candidate_commitments, commitments);
}

ph_hash_t ph_hash_of_validation_data(const ph_persisted_validation_data_t *data)
{
    return ph_hash_of_value(&ph_type_persisted_validation_data, data);
}

ph_hash_t ph_hash_of_pov(const ph_pov_t *pov)
{
    return ph_hash_of_value(&ph_type_pov, pov);
}

ph_hash_t ph_hash_of_head(ph_head_data_t head)
{
    ph_hash_t hash;
    ph_blake2_256(hash.bytes, head.v);
    return hash;
}

ph_validation_code_hash_t ph_hash_of_code(ph_validation_code_t code)
{
    ph_validation_code_hash_t hash;
    ph_blake2_256(hash.bytes, code.v);
    return hash;
}

ph_hash_t ph_hash_of_header(const ph_header_t *header)
{
    return ph_hash_of_value(&ph_type_header, header);
}

ph_executor_params_hash_t ph_hash_of_executor_params(const ph_executor_params_t *params)
{
    ph_executor_params_hash_t out;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_executor_params_encode(&w, params);
    ph_blake2_256(out.bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return out;
}

ph_executor_params_prep_hash_t ph_hash_of_executor_prep(const ph_executor_params_t *params)
{
    ph_executor_params_prep_hash_t out;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_write(&w, "prep", 4);
    for (size_t i = 0; i < params->count; i++) {
        const ph_executor_param_t *param = &params->items[i];
        if (param->kind == PH_EXECUTOR_PARAM_STACK_LOGICAL_MAX || param->kind == PH_EXECUTOR_PARAM_WASM_EXT_BULK_MEMORY)
            ph_executor_param_encode(&w, param);
    }
    ph_blake2_256(out.bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return out;
}
