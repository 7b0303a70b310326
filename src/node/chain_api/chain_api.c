#include "node/chain_api/chain_api.h"

#include "protocol/chain_api.h"

/* Asking for more is answered with this many. */
enum { ANCESTORS_MAX = 4096 };

static ph_chain_t *chain_of(ph_subsystem_t *self)
{
    return ((const ph_chain_api_config_t *)ph_config(self))->chain;
}

static void block_number(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_relay_block_t *block = ph_chain_block(chain_of(self), &ph_msg_as_chain_api_block_number(msg)->block);
    ph_opt_u32_t number = {.some = block != NULL, .value = block ? block->header.number : 0};
    ph_reply_chain_api_block_number(self, msg, &number);
}

static void block_header(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_relay_block_t *block = ph_chain_block(chain_of(self), &ph_msg_as_chain_api_block_header(msg)->block);
    ph_opt_header_t header = {.some = block != NULL};
    if (block)
        header.value = block->header;
    ph_reply_chain_api_block_header(self, msg, &header);
}

static void finalized_block_hash(ph_subsystem_t *self, ph_msg_t *msg)
{
    ph_block_number_t number = ph_msg_as_chain_api_finalized_block_hash(msg)->number;
    ph_chain_t *chain = chain_of(self);
    ph_opt_hash_t hash = {.some = number <= ph_chain_finalized(chain)->header.number};
    if (hash.some)
        hash.value = ph_chain_at(chain, number)->hash;
    ph_reply_chain_api_finalized_block_hash(self, msg, &hash);
}

static void finalized_block_number(ph_subsystem_t *self, ph_msg_t *msg)
{
    ph_block_number_t number = ph_chain_finalized(chain_of(self))->header.number;
    ph_reply_chain_api_finalized_block_number(self, msg, &number);
}

static void ancestors(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_msg_chain_api_ancestors_t *ask = ph_msg_as_chain_api_ancestors(msg);
    ph_chain_t *chain = chain_of(self);
    uint32_t most = ask->k < ANCESTORS_MAX ? ask->k : ANCESTORS_MAX;
    ph_arena_t *arena = ph_arena_new();
    ph_vec_hash_t list = {.items = ph_arena_alloc(arena, most * sizeof *list.items)};
    const ph_relay_block_t *block = ph_chain_block(chain, &ask->block);
    while (block && block->header.number > 0 && list.count < most) {
        block = ph_chain_block(chain, &block->header.parent_hash);
        if (block)
            list.items[list.count++] = block->hash;
    }
    ph_note(self, "ancestors-asked", PH_FIELDS(.block = &ask->block, PH_F_NUMBER(list.count)));
    ph_reply_chain_api_ancestors(self, msg, &list);
    ph_arena_free(arena);
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_chain_api_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_CHAIN_API_BLOCK_NUMBER:
        block_number(self, msg);
        break;
    case PH_MSG_CHAIN_API_BLOCK_HEADER:
        block_header(self, msg);
        break;
    case PH_MSG_CHAIN_API_FINALIZED_BLOCK_HASH:
        finalized_block_hash(self, msg);
        break;
    case PH_MSG_CHAIN_API_FINALIZED_BLOCK_NUMBER:
        finalized_block_number(self, msg);
        break;
    case PH_MSG_CHAIN_API_ANCESTORS:
        ancestors(self, msg);
        break;
    }
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    case PH_IN_START:
    case PH_IN_ACTIVE_LEAVES:
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

const ph_subsystem_ops_t ph_chain_api_ops = {.handle = handle};
