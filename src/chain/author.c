#include <string.h>

#include "chain/private.h"

/* BABE authorship. At the start of each slot we look whether it is ours, ask for parachain data, build on the best
 * block, seal. Secondary authors never wait for primaries. */

typedef struct authoring {
    ph_chain_t *chain; /* NULL once the chain is gone */
    struct authoring *next, **link;
    ph_arena_t *arena;
    ph_relay_block_t *parent;
    ph_babe_claim_t claim;
    ph_slot_t slot;
    uint8_t babe_key[32];
    ph_timer_t give_up;
    bool answered, building, finished;
    bool inherent_open; /* the answer has yet to come: the struct must stay */
    ph_bytes_t inherent;
    ph_offers_t offers;
    uint64_t timestamp_ms;
    /* results */
    ph_err_t err;
    ph_header_t header;
    ph_vec_opaque_extrinsic_t body;
    ph_state_t *state;
    char why[200];
} authoring_t;

static void dispose(authoring_t *work)
{
    if (work->chain) {
        *work->link = work->next;
        if (work->next)
            work->next->link = work->link;
    }
    ph_chain_pool_built(NULL, work->parent, &work->offers);
    ph_relay_block_unref(work->parent);
    ph_state_unref(work->state);
    ph_arena_free(work->arena);
    ph_mem_free(work);
}

/* Nothing more will be done; it stays until the answer it still waits for has come. */
static void finish(authoring_t *work)
{
    work->finished = true;
    work->building = false;
    if (!work->chain || !work->inherent_open)
        dispose(work);
}

/* ---- seal ---- */

static void seal(authoring_t *work)
{
    ph_chain_t *chain = work->chain;
    ph_hash_t pre_seal = ph_relay_block_header_hash(&work->header);
    uint8_t signature[64];
    ph_err_t err = ph_keystore_sign_block(chain->config.keystore, signature, work->babe_key, work->slot, &pre_seal);
    if (err == PH_ERR_FULL || err == PH_ERR_IO) {
        chain->config.hooks.failed(chain->config.hooks.ctx, err, "what was signed cannot be recorded");
        return;
    }
    if (err != PH_OK) {
        ph_log(chain->env->log, PH_LOG_INFO, "chain", "%s: slot %llu is left empty: %s", chain->env->name,
               (unsigned long long)work->slot.v, ph_err_text(err));
        return;
    }
    ph_vec_digest_item_t *logs = &work->header.digest.logs;
    ph_digest_item_t *items = ph_arena_alloc(work->arena, (logs->count + 1) * sizeof *items);
    if (logs->count)
        memcpy(items, logs->items, logs->count * sizeof *items);
    items[logs->count] = (ph_digest_item_t){.kind = PH_DIGEST_ITEM_SEAL, .seal = {{"BABE"}, ph_bytes(signature, 64)}};
    logs->items = items;
    logs->count++;
    ph_relay_block_t *block;
    const char *why;
    err = ph_relay_block_make(&block, &work->header, &work->body, &why);
    PH_CHECK(err == PH_OK);
    block->state = ph_state_ref(work->state);
    block->executor = work->parent->executor;
    chain->stats.blocks_authored++;
    ph_trace(chain->env, "chain", "block-authored",
             PH_FIELDS(.block = &block->hash, PH_F_NUMBER(block->header.number),
                       .reason = block->primary ? "primary" : "secondary"));
    ph_import_own(chain, block);
}

/* ---- build ---- */

static void run_build(void *ctx)
{
    authoring_t *work = ctx;
    uint8_t pre_digest[PH_BABE_PRE_DIGEST_MAX];
    size_t len = ph_babe_claim_encode(pre_digest, &work->claim);
    work->err =
        ph_build_block(work->arena, &work->header, &work->body, &work->state, work->parent, ph_bytes(pre_digest, len),
                       work->timestamp_ms, work->inherent, &work->offers, work->why, sizeof work->why);
}

static void build_done(void *ctx)
{
    authoring_t *work = ctx;
    if (work->chain)
        ph_chain_pool_built(work->chain, work->parent, &work->offers);
    if (work->chain && work->err != PH_OK) {
        ph_log(work->chain->env->log, PH_LOG_ERROR, "chain", "%s: could not build a block: %s", work->chain->env->name,
               work->why);
        ph_trace(work->chain->env, "chain", "build-failed",
                 PH_FIELDS(.block = &work->parent->hash, .reason = work->why));
    } else if (work->chain) {
        seal(work);
    }
    finish(work);
}

/* As long as a block may take, however many wait. */
static uint64_t offers_cost_us(const ph_offers_t *offers)
{
    uint64_t cost = 0;
    for (size_t i = 0; i < offers->count; i++)
        cost += 200 + ph_buf_bytes(offers->items[i].xt).len / 20;
    return cost < 1000000 ? cost : 1000000;
}

static void build(authoring_t *work, const ph_provisioner_inherent_data_t *data)
{
    ph_chain_t *chain = work->chain;
    ph_parachains_inherent_data_t inherent = {.parent_header = work->parent->header};
    if (data) {
        inherent.bitfields = data->bitfields;
        inherent.backed_candidates = data->backed_candidates;
        inherent.disputes = data->disputes;
    }
    ph_writer_t w = ph_writer_in(work->arena);
    ph_parachains_inherent_data_encode(&w, &inherent);
    work->inherent = ph_writer_bytes(&w);
    /* The clock, kept inside the slot that was claimed. */
    uint64_t begin = work->slot.v * chain->config.slot_ms, now = ph_env_now_ms(chain->env);
    work->timestamp_ms = now < begin                            ? begin
                         : now >= begin + chain->config.slot_ms ? begin + chain->config.slot_ms - 1
                                                                : now;
    work->offers = ph_chain_pool_offers(chain, work->arena, work->parent);
    work->building = true;
    ph_env_timer_cancel(chain->env, work->give_up);
    work->give_up = 0;
    ph_env_work(chain->env, 3000 + work->inherent.len / 10 + offers_cost_us(&work->offers), run_build, build_done,
                work);
}

static void inherent_came(void *ctx, const ph_provisioner_inherent_data_t *data)
{
    authoring_t *work = ctx;
    work->inherent_open = false;
    if (work->finished) {
        dispose(work);
    } else if (!work->answered) {
        work->answered = true;
        build(work, data);
    }
}

static void give_up_waiting(void *ctx)
{
    authoring_t *work = ctx;
    work->give_up = 0;
    work->answered = true;
    build(work, NULL);
}

/* ---- slots ---- */

static void try_slot(ph_chain_t *chain, ph_slot_t slot)
{
    ph_babe_epoch_rules_t epoch;
    ph_babe_claim_t claim;
    ph_relay_block_t *parent = ph_chain_best(chain);
    if (parent->slot.v >= slot.v || ph_chain_epoch_for(chain, &epoch, parent, slot) != PH_OK ||
        !ph_keystore_claim_slot(chain->config.keystore, &claim, &epoch, slot))
        return;
    authoring_t *work = ph_mem_alloc(NULL, sizeof *work);
    work->chain = chain;
    work->arena = ph_arena_new();
    work->parent = ph_relay_block_ref(parent);
    work->claim = claim;
    work->slot = slot;
    memcpy(work->babe_key, epoch.authorities[claim.authority].public_key, 32);
    work->next = chain->authorings;
    work->link = &chain->authorings;
    if (work->next)
        work->next->link = &work->next;
    chain->authorings = work;
    work->inherent_open = true;
    /* 2.5 s of 6 s for the parachains' part, as the inherent data provider allows. */
    work->give_up = ph_env_timer(chain->env, chain->config.slot_ms * 1000 * 5 / 12, give_up_waiting, work);
    chain->config.hooks.request_inherent(chain->config.hooks.ctx, &parent->hash, inherent_came, work);
}

static void on_slot(void *ctx)
{
    ph_chain_t *chain = ctx;
    uint64_t now_us = ph_env_now_us(chain->env), slot_us = chain->config.slot_ms * 1000;
    uint64_t slot = now_us / slot_us;
    chain->slot_timer = ph_env_timer(chain->env, (slot + 1) * slot_us - now_us, on_slot, chain);
    if (slot == chain->last_slot)
        return;
    chain->last_slot = slot;
    try_slot(chain, (ph_slot_t){slot});
}

void ph_author_start(ph_chain_t *chain)
{
    uint64_t now_us = ph_env_now_us(chain->env), slot_us = chain->config.slot_ms * 1000;
    if (!chain->config.keystore)
        return;
    chain->last_slot = now_us / slot_us;
    chain->slot_timer = ph_env_timer(chain->env, (chain->last_slot + 1) * slot_us - now_us, on_slot, chain);
}

void ph_author_stop(ph_chain_t *chain)
{
    ph_env_timer_cancel(chain->env, chain->slot_timer);
    for (authoring_t *work; (work = chain->authorings);) {
        ph_env_timer_cancel(chain->env, work->give_up);
        if (!work->building) {
            dispose(work);
            continue;
        }
        /* Under way in the background: its end disposes of it. */
        chain->authorings = work->next;
        if (work->next)
            work->next->link = &chain->authorings;
        work->chain = NULL;
    }
}
