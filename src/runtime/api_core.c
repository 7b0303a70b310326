/* Core and BlockBuilder: executing blocks and making them. */
#include <string.h>

#include "runtime/apis.h"
#include "runtime/executive.h"
#include "runtime/hooks.h"
#include "runtime/params.h"
#include "runtime/timestamp.h"
#include "runtime/vec.h"

#define PARAS_INHERENT "parachn0"

/* ---- Core ---- */

ph_err_t ph_api_core_version(ph_rt_t *rt, ph_runtime_version_t *out)
{
    ph_params_runtime_version(rt, out);
    return PH_OK;
}

ph_err_t ph_api_core_execute_block(ph_rt_t *rt, const ph_block_t *block)
{
    return ph_executive_execute_block(rt, block);
}

ph_err_t ph_api_core_initialize_block(ph_rt_t *rt, const ph_header_t *header, ph_extrinsic_inclusion_mode_t *out)
{
    *out = (ph_extrinsic_inclusion_mode_t){.kind = PH_EXTRINSIC_INCLUSION_MODE_ALL_EXTRINSICS};
    return ph_executive_initialize_block(rt, header);
}

/* ---- BlockBuilder ---- */

ph_err_t ph_api_block_builder_apply_extrinsic(ph_rt_t *rt, ph_bytes_t extrinsic, ph_apply_extrinsic_result_t *out)
{
    return ph_executive_apply_extrinsic(rt, out, extrinsic);
}

ph_err_t ph_api_block_builder_finalize_block(ph_rt_t *rt, ph_header_t *out)
{
    return ph_executive_finalize_block(rt, out);
}

/* What the node knows under an identifier; empty if it has nothing. */
static ph_bytes_t inherent_data(const ph_inherent_data_t *data, const char id[8])
{
    for (size_t i = 0; i < data->data.count; i++)
        if (memcmp(data->data.items[i].key.bytes, id, 8) == 0)
            return data->data.items[i].value;
    return (ph_bytes_t){0};
}

typedef ph_err_t create_fn(ph_rt_t *rt, bool *some, ph_writer_t *call, ph_bytes_t data);

/* Making an inherent changes nothing. */
static ph_err_t add_inherent(ph_rt_t *rt, ph_vec_bytes_t *out, create_fn *create, ph_bytes_t data)
{
    bool some = false;
    ph_writer_t call = ph_writer_in(rt->arena);
    ph_host_storage_start_transaction(rt);
    ph_err_t err = create(rt, &some, &call, data);
    ph_host_storage_rollback_transaction(rt);
    PH_TRY(err);
    if (some)
        ph_vec_push(rt, out, ph_extrinsic_bare(rt, ph_writer_bytes(&call)));
    return PH_OK;
}

ph_err_t ph_api_block_builder_inherent_extrinsics(ph_rt_t *rt, const ph_inherent_data_t *inherent, ph_vec_bytes_t *out)
{
    *out = (ph_vec_bytes_t){0};
    PH_TRY(add_inherent(rt, out, ph_timestamp_create_inherent, inherent_data(inherent, PH_TIMESTAMP_INHERENT)));
    return add_inherent(rt, out, ph_para_inherent_create_inherent, inherent_data(inherent, PARAS_INHERENT));
}

/* A fatal error stands alone. */
static void put_fatal(ph_rt_t *rt, ph_check_inherents_result_t *out, const char id[8], uint8_t error)
{
    out->okay = false;
    out->fatal_error = true;
    ph_vec_alloc(rt, &out->errors.data, 1);
    memcpy(out->errors.data.items[0].key.bytes, id, 8);
    out->errors.data.items[0].value = ph_bytes_copy(rt->arena, ph_bytes(&error, 1));
}

static ph_err_t check_time(ph_rt_t *rt, ph_check_inherents_result_t *out, uint64_t now, const ph_inherent_data_t *data)
{
    ph_timestamp_verdict_t verdict;
    PH_TRY(ph_timestamp_check_inherent(rt, &verdict, now, inherent_data(data, PH_TIMESTAMP_INHERENT)));
    if (verdict != PH_TIMESTAMP_GOOD)
        put_fatal(rt, out, PH_TIMESTAMP_INHERENT, (uint8_t)(verdict - PH_TIMESTAMP_TOO_EARLY));
    return PH_OK;
}

ph_err_t ph_api_block_builder_check_inherents(ph_rt_t *rt, const ph_block_t *block, const ph_inherent_data_t *data,
                                              ph_check_inherents_result_t *out)
{
    *out = (ph_check_inherents_result_t){.okay = true};
    for (size_t i = 0; i < block->extrinsics.count && !out->fatal_error; i++) {
        ph_extrinsic_t xt;
        const char *why = NULL;
        if (ph_extrinsic_decode(rt, &xt, &why, block->extrinsics.items[i]) != PH_OK)
            return ph_rt_panic(rt, "extrinsic %zu: %s", i, why);
        if (!xt.is_inherent)
            break;
        if (xt.call.kind == PH_CALL_TIMESTAMP)
            PH_TRY(check_time(rt, out, xt.call.timestamp.set.now, data));
    }
    return PH_OK;
}
