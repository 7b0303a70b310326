#include <string.h>

#include "node/availability_store/availability_store.h"
#include "node/availability_store/store.h"
#include "primitives/hash_of.h"

/* What blocks do to candidates: a new leaf and its unseen ancestors tell what they backed and included; finality
 * settles it. */

enum { ANCESTORS = 24 };
#define HOUR_MS UINT64_C(3600000)

typedef struct leaf {
    ph_leaf_t block;
    ph_vec_hash_t blocks; /* the leaf and its ancestors, newest first */
    size_t at;            /* asked about: blocks.items[at] */
    uint32_t validators;
} leaf_t;

static void next_block(ph_job_t *job, leaf_t *leaf);

static void note_included(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, const including_block_t *block,
                          uint32_t validators)
{
    entry_t *entry = ph_av_note(self, candidate, validators);
    if (entry->state == FINALIZED)
        return;
    for (size_t i = 0; i < entry->blocks.count; i++)
        if (memcmp(&entry->blocks.items[i].hash, &block->hash, sizeof block->hash) == 0)
            return;
    if (entry->state == UNAVAILABLE)
        entry->since_ms = ph_env_now_ms(ph_env_of(self));
    entry->state = UNFINALIZED;
    ph_list_push(NULL, &entry->blocks, *block);
    if (ph_av_save(self, candidate, entry) != PH_OK)
        ph_complain(self, PH_LOG_ERROR, "cannot record that a candidate was included");
}

static void take_events(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_vec_candidate_event_runtime_api_error_t *events)
{
    ph_subsystem_t *self = ph_job_self(job);
    store_t *store = ph_state(self);
    leaf_t *leaf = flow;
    including_block_t block = {leaf->block.number - (uint32_t)leaf->at, leaf->blocks.items[leaf->at]};
    if (!err && events->kind == PH_RES_VEC_CANDIDATE_EVENT_RUNTIME_API_ERROR_OK) {
        *(uint32_t *)ph_map_put(&store->seen, &block.hash, NULL) = block.number;
        for (size_t i = 0; i < events->ok.count; i++) {
            const ph_candidate_event_t *e = &events->ok.items[i];
            ph_candidate_hash_t candidate;
            if (e->kind == PH_CANDIDATE_EVENT_CANDIDATE_BACKED) {
                candidate = ph_hash_of_receipt(&e->candidate_backed._0);
                entry_t *entry = ph_av_note(self, &candidate, leaf->validators);
                if (ph_av_save(self, &candidate, entry) != PH_OK)
                    ph_complain(self, PH_LOG_ERROR, "cannot record that a candidate was backed");
            } else if (e->kind == PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED) {
                candidate = ph_hash_of_receipt(&e->candidate_included._0);
                note_included(self, &candidate, &block, leaf->validators);
            }
        }
    }
    leaf->at++;
    next_block(job, leaf);
}

static void on_validators(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    leaf_t *leaf = flow;
    leaf->validators = 0;
    if (!err && validators->kind == PH_RES_VEC_VALIDATOR_ID_RUNTIME_API_ERROR_OK)
        leaf->validators = (uint32_t)validators->ok.count;
    ph_ask_runtime_api_request_candidate_events(job, &leaf->blocks.items[leaf->at], leaf, take_events);
}

/* The block's candidates were backed by the validators of its parent's session. */
static void next_block(ph_job_t *job, leaf_t *leaf)
{
    store_t *store = ph_state(ph_job_self(job));
    bool over = leaf->at >= leaf->blocks.count || leaf->at >= ANCESTORS || leaf->at >= leaf->block.number;
    if (over || ph_map_get(&store->seen, &leaf->blocks.items[leaf->at])) {
        ph_job_end(job);
        return;
    }
    size_t parent = leaf->at + 1 < leaf->blocks.count ? leaf->at + 1 : leaf->at;
    ph_ask_runtime_api_request_validators(job, &leaf->blocks.items[parent], leaf, on_validators);
}

static void on_ancestors(ph_job_t *job, void *flow, ph_err_t err, const ph_vec_hash_t *ancestors)
{
    leaf_t *leaf = flow;
    size_t count = err ? 0 : ancestors->count;
    leaf->blocks.items = ph_arena_alloc(ph_job_arena(job), (count + 1) * sizeof *leaf->blocks.items);
    leaf->blocks.items[leaf->blocks.count++] = leaf->block.hash;
    for (size_t i = 0; i < count; i++)
        leaf->blocks.items[leaf->blocks.count++] = ancestors->items[i];
    next_block(job, leaf);
}

/* The work goes on if the leaf is replaced meanwhile: what it backed stays of interest. */
void ph_av_on_leaf(ph_subsystem_t *self, const ph_leaf_t *block)
{
    store_t *store = ph_state(self);
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(leaf_t));
    leaf_t *leaf = ph_job_state(job);
    leaf->block = *block;
    store->leaf = block->hash;
    store->has_leaf = true;
    ph_ask_chain_api_ancestors(job, &block->hash, ANCESTORS, leaf, on_ancestors);
}

/* ---- finality ---- */

typedef struct finality {
    ph_leaf_t block;
    ph_vec_hash_t chain; /* the final chain below the block, newest first, itself included */
} finality_t;

typedef enum fate { FATE_OPEN, FATE_FINAL, FATE_DEAD } fate_t;

/* Open: higher than what is final, or further down than we asked (the next finality tells). */
static fate_t fate_of(const finality_t *f, const including_block_t *block)
{
    if (block->number > f->block.number || f->block.number - block->number >= f->chain.count)
        return FATE_OPEN;
    return memcmp(&f->chain.items[f->block.number - block->number], &block->hash, sizeof block->hash) == 0 ? FATE_FINAL
                                                                                                           : FATE_DEAD;
}

/* Finalized if a block that included it is final; Unavailable again if all were on dead forks. */
static void settle(ph_subsystem_t *self, const finality_t *f, const ph_candidate_hash_t *candidate, entry_t *entry)
{
    bool final = false;
    size_t kept = 0, before = entry->blocks.count;
    if (entry->state != UNFINALIZED)
        return;
    for (size_t i = 0; i < before; i++) {
        including_block_t block = entry->blocks.items[i];
        fate_t fate = fate_of(f, &block);
        final |= fate == FATE_FINAL;
        if (fate == FATE_OPEN)
            entry->blocks.items[kept++] = block;
    }
    entry->blocks.count = final ? 0 : kept;
    if (entry->blocks.count == before)
        return;
    if (entry->blocks.count == 0) {
        entry->state = final ? FINALIZED : UNAVAILABLE;
        entry->since_ms = ph_env_now_ms(ph_env_of(self));
        /* Chunks are seldom asked for from now on; they can be made again. */
        ph_coded_unref(entry->coded);
        entry->coded = NULL;
    }
    if (ph_av_save(self, candidate, entry) != PH_OK)
        ph_complain(self, PH_LOG_ERROR, "cannot record that a candidate is final");
}

static void on_final_chain(ph_job_t *job, void *flow, ph_err_t err, const ph_vec_hash_t *ancestors)
{
    ph_subsystem_t *self = ph_job_self(job);
    store_t *store = ph_state(self);
    finality_t *f = flow;
    const void *key;
    void *value;
    size_t count = err ? 0 : ancestors->count;
    f->chain.items = ph_arena_alloc(ph_job_arena(job), (count + 1) * sizeof *f->chain.items);
    f->chain.items[f->chain.count++] = f->block.hash;
    for (size_t i = 0; i < count; i++)
        f->chain.items[f->chain.count++] = ancestors->items[i];
    for (size_t i = 0; ph_map_next(&store->entries, &i, &key, &value);)
        settle(self, f, key, value);
    for (size_t i = 0; ph_map_next(&store->seen, &i, &key, &value);)
        if (*(uint32_t *)value + ANCESTORS < f->block.number)
            ph_map_remove(&store->seen, key);
    ph_job_end(job);
}

/* How far below the final block candidates wait to hear of it. */
static uint32_t depth_wanted(const store_t *store, ph_block_number_t final)
{
    uint32_t depth = 0;
    void *value;
    for (size_t i = 0; ph_map_next(&store->entries, &i, NULL, &value);) {
        const entry_t *entry = value;
        for (size_t b = 0; b < entry->blocks.count; b++)
            if (entry->blocks.items[b].number < final && final - entry->blocks.items[b].number > depth)
                depth = final - entry->blocks.items[b].number;
    }
    return depth;
}

void ph_av_on_finalized(ph_subsystem_t *self, const ph_leaf_t *block)
{
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(finality_t));
    finality_t *f = ph_job_state(job);
    f->block = *block;
    ph_ask_chain_api_ancestors(job, &block->hash, depth_wanted(ph_state(self), block->number), f, on_final_chain);
}

/* ---- pruning ---- */

uint64_t ph_av_prune_period(ph_subsystem_t *self)
{
    const ph_availability_store_config_t *config = ph_config(self);
    return config->prune_every_ms ? config->prune_every_ms : HOUR_MS / 12;
}

void ph_av_prune(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    store_t *store = ph_state(self);
    const ph_availability_store_config_t *config = ph_config(self);
    uint64_t keep_unavailable = config->keep_unavailable_ms ? config->keep_unavailable_ms : HOUR_MS;
    uint64_t keep_finalized = config->keep_finalized_ms ? config->keep_finalized_ms : 25 * HOUR_MS;
    uint64_t now = ph_env_now_ms(ph_env_of(self));
    const void *key;
    void *value;
    PH_LIST(ph_candidate_hash_t) gone = {0};
    for (size_t i = 0; ph_map_next(&store->entries, &i, &key, &value);) {
        const entry_t *entry = value;
        uint64_t keep = entry->state == UNAVAILABLE ? keep_unavailable
                        : entry->state == FINALIZED ? keep_finalized
                                                    : UINT64_MAX;
        if (keep != UINT64_MAX && now >= entry->since_ms + keep)
            ph_list_push(NULL, &gone, *(const ph_candidate_hash_t *)key);
    }
    for (size_t i = 0; i < gone.count; i++)
        ph_av_forget(self, &gone.items[i]);
    ph_list_free(&gone);
    (void)flow;
    ph_job_after(job, ph_av_prune_period(self), ph_av_prune, NULL);
}
