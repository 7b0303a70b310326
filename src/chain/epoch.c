#include <string.h>

#include "chain/private.h"

/* Who may author on top of a block: asked of the runtime there, kept per parent, shared by the nodes of a process. */
typedef struct epoch {
    size_t refs;
    ph_arena_t *arena;
    bool genesis;
    ph_babe_epoch_rules_t current, next;
} epoch_t;

static void rules_from(ph_babe_epoch_rules_t *out, ph_arena_t *arena, const ph_babe_epoch_t *epoch)
{
    ph_babe_authority_t *authorities = ph_arena_alloc(arena, epoch->authorities.count * sizeof *authorities);
    for (size_t i = 0; i < epoch->authorities.count; i++) {
        memcpy(authorities[i].public_key, epoch->authorities.items[i]._0.bytes, 32);
        authorities[i].weight = epoch->authorities.items[i]._1;
    }
    *out = (ph_babe_epoch_rules_t){.index = epoch->epoch_index,
                                   .start_slot = epoch->start_slot.v,
                                   .duration = epoch->duration,
                                   .c_numerator = epoch->config.c._0,
                                   .c_denominator = epoch->config.c._1,
                                   .allowed_slots = (ph_babe_slots_t)epoch->config.allowed_slots.kind,
                                   .authorities = authorities,
                                   .authority_count = epoch->authorities.count};
    memcpy(out->randomness, epoch->randomness.bytes, 32);
}

static ph_err_t ask(ph_chain_t *chain, ph_babe_epoch_rules_t *out, ph_arena_t *arena, ph_relay_block_t *parent,
                    const char *method)
{
    ph_buf_t *result;
    ph_babe_epoch_t epoch;
    PH_TRY(ph_chain_call_at(chain->env, &result, parent, method, (ph_bytes_t){0}));
    ph_arena_defer(arena, ph_buf_unref, result);
    PH_TRY(ph_babe_epoch_decode_all(ph_buf_bytes(result), arena, &epoch));
    if (epoch.duration == 0)
        return PH_ERR_INTERNAL;
    rules_from(out, arena, &epoch);
    return PH_OK;
}

static void *ref_epoch(void *ptr)
{
    ((epoch_t *)ptr)->refs++;
    return ptr;
}

static void unref_epoch(void *ptr)
{
    epoch_t *epoch = ptr;
    if (--epoch->refs != 0)
        return;
    ph_arena_free(epoch->arena);
    ph_mem_free(epoch);
}

static ph_err_t load(ph_chain_t *chain, epoch_t **out, ph_relay_block_t *parent)
{
    epoch_t *epoch = ph_mem_alloc(NULL, sizeof *epoch);
    epoch->refs = 1;
    epoch->arena = ph_arena_new();
    epoch->genesis = parent->header.number == 0;
    ph_err_t err = ask(chain, &epoch->current, epoch->arena, parent, "BabeApi_current_epoch");
    if (err == PH_OK)
        err = ask(chain, &epoch->next, epoch->arena, parent, "BabeApi_next_epoch");
    if (err != PH_OK) {
        unref_epoch(epoch);
        return err;
    }
    *out = epoch;
    return PH_OK;
}

static ph_err_t recall_or_load(ph_chain_t *chain, epoch_t **out, ph_relay_block_t *parent)
{
    ph_memo_t *memo = chain->env->memo;
    if (!memo)
        return load(chain, out, parent);
    ph_memo_key_t key;
    ph_memo_key(&key, "epochs", (ph_bytes_t[]){ph_bytes(parent->hash.bytes, sizeof parent->hash.bytes)}, 1);
    if ((*out = ph_memo_get(memo, &key)))
        return PH_OK;
    PH_TRY(load(chain, out, parent));
    ph_memo_put(memo, &key, *out, ref_epoch, unref_epoch);
    return PH_OK;
}

void ph_chain_epochs_free(ph_chain_t *chain)
{
    void *value;
    for (size_t i = 0; ph_map_next(&chain->epochs, &i, NULL, &value);)
        unref_epoch(*(epoch_t **)value);
    ph_map_free(&chain->epochs);
}

/* An epoch begins with the first slot that has a block; epochs in which there was none are skipped, and the announced
 * next epoch then serves at a later index. (sc-consensus-babe, skipped epochs) */
ph_err_t ph_chain_epoch_for(ph_chain_t *chain, ph_babe_epoch_rules_t *out, ph_relay_block_t *parent, ph_slot_t slot)
{
    epoch_t **slot_of = ph_map_get(&chain->epochs, &parent->hash), *epoch = slot_of ? *slot_of : NULL;
    if (!epoch) {
        PH_TRY(recall_or_load(chain, &epoch, parent));
        if (chain->epochs.count >= 64)
            ph_chain_epochs_free(chain);
        *(epoch_t **)ph_map_put(&chain->epochs, &parent->hash, NULL) = epoch;
    }
    *out = epoch->current;
    if (epoch->genesis) {
        out->index = 0;
        out->start_slot = slot.v;
        return PH_OK;
    }
    if (slot.v < epoch->current.start_slot)
        return PH_ERR_INVALID;
    if (slot.v < epoch->current.start_slot + epoch->current.duration)
        return PH_OK;
    *out = epoch->next;
    uint64_t ahead = (slot.v - epoch->next.start_slot) / epoch->next.duration;
    if (slot.v >= epoch->next.start_slot) {
        out->index += ahead;
        out->start_slot += ahead * epoch->next.duration;
    }
    return PH_OK;
}
