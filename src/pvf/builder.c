#include "pvf/builder.h"

#include <string.h>

#include "primitives/hash_of.h"
#include "pvf/adder_collator.h"
#include "pvf/builtin.h"
#include "pvf/courier_collator.h"
#include "pvf/undying_collator.h"

const char *const ph_builtin_names[PH_BUILTIN_COUNT] = {
    [PH_BUILTIN_ADDER] = "adder", [PH_BUILTIN_UNDYING] = "undying", [PH_BUILTIN_COURIER] = "courier"};

ph_bytes_t ph_builtin_code(ph_builtin_t builtin)
{
    switch (builtin) {
    case PH_BUILTIN_ADDER:
        return ph_bytes(ph_pvf_adder_wasm, ph_pvf_adder_wasm_len);
    case PH_BUILTIN_UNDYING:
        return ph_bytes(ph_pvf_undying_wasm, ph_pvf_undying_wasm_len);
    case PH_BUILTIN_COURIER:
    case PH_BUILTIN_COUNT:
        break;
    }
    return ph_bytes(ph_pvf_courier_wasm, ph_pvf_courier_wasm_len);
}

ph_validation_code_hash_t ph_builtin_code_hash(ph_builtin_t builtin)
{
    return ph_hash_of_code((ph_validation_code_t){ph_builtin_code(builtin)});
}

ph_bytes_t ph_builtin_genesis_head(ph_arena_t *arena, ph_builtin_t builtin, size_t pov_len)
{
    uint8_t *head = ph_arena_alloc(arena, PH_ADDER_HEAD_LEN);
    ph_adder_head_t genesis;
    ph_adder_genesis(&genesis);
    if (builtin == PH_BUILTIN_UNDYING)
        ph_undying_genesis(head, pov_len);
    else
        ph_adder_head_encode(head, &genesis);
    return ph_bytes(head, PH_ADDER_HEAD_LEN);
}

struct ph_builder {
    size_t pov_len;
    ph_undying_t *undying;
    ph_courier_t *courier;
    bool knows_code; /* the last code, and the chain it was taken for */
    ph_validation_code_hash_t code_hash;
    ph_builtin_t chain;
};

ph_builder_t *ph_builder_new(size_t pov_len)
{
    ph_builder_t *builder = ph_mem_alloc(NULL, sizeof *builder);
    builder->pov_len = pov_len;
    builder->undying = ph_undying_new(pov_len);
    builder->courier = ph_courier_new();
    return builder;
}

void ph_builder_free(ph_builder_t *builder)
{
    if (!builder)
        return;
    ph_undying_free(builder->undying);
    ph_courier_free(builder->courier);
    ph_mem_free(builder);
}

ph_err_t ph_builder_act(ph_builder_t *builder, const ph_courier_action_t *action)
{
    return ph_courier_act(builder->courier, action);
}

static ph_err_t chain_of(ph_builtin_t *out, const ph_builder_parent_t *parent)
{
    ph_adder_head_t head;
    uint64_t state;
    for (*out = 0; *out < PH_BUILTIN_COUNT; ++*out) {
        ph_validation_code_hash_t hash = ph_builtin_code_hash(*out);
        if (ph_validation_code_hash_equal(&hash, &parent->code_hash))
            return PH_OK;
    }
    PH_TRY(ph_adder_head_decode(&head, parent->head));
    *out = ph_adder_state(&state, &head) == PH_OK ? PH_BUILTIN_ADDER : PH_BUILTIN_UNDYING;
    return PH_OK;
}

static ph_err_t find_chain(ph_builder_t *builder, const ph_builder_parent_t *parent)
{
    if (builder->knows_code && ph_validation_code_hash_equal(&builder->code_hash, &parent->code_hash))
        return PH_OK;
    PH_TRY(chain_of(&builder->chain, parent));
    builder->knows_code = true;
    builder->code_hash = parent->code_hash;
    return PH_OK;
}

static ph_err_t build(ph_builder_t *builder, ph_arena_t *arena, ph_writer_t *block, ph_built_t *out,
                      const ph_builder_parent_t *parent)
{
    uint8_t *head = ph_arena_alloc(arena, PH_ADDER_HEAD_LEN);
    out->result = (ph_validation_result_t){.head_data = {ph_bytes(head, PH_ADDER_HEAD_LEN)},
                                           .hrmp_watermark = parent->relay_parent_number};
    bool must_listen = parent->limits && parent->limits->dmp_remaining_messages.count > 0;
    if (must_listen && out->chain != PH_BUILTIN_COURIER)
        return PH_ERR_REFUSED;
    switch (out->chain) {
    case PH_BUILTIN_ADDER:
        return ph_adder_next_padded(block, head, parent->head, 0);
    case PH_BUILTIN_UNDYING:
        return ph_undying_next(builder->undying, block, head, parent->head);
    case PH_BUILTIN_COURIER:
    case PH_BUILTIN_COUNT:
        break;
    }
    return ph_courier_next(builder->courier, arena, block, &out->result,
                           &(ph_courier_parent_t){parent->head, parent->relay_parent_number, parent->limits});
}

ph_err_t ph_builder_next(ph_builder_t *builder, ph_arena_t *arena, ph_built_t *out, const ph_builder_parent_t *parent)
{
    ph_writer_t block = ph_writer_in(arena);
    PH_TRY(find_chain(builder, parent));
    out->chain = builder->chain;
    PH_TRY(build(builder, arena, &block, out, parent));
    ph_adder_pad(&block, out->result.head_data.v.data, builder->pov_len);
    out->block_data = ph_writer_bytes(&block);
    return PH_OK;
}
