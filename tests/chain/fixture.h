/* A local network of validators in a simulated world, and a workshop that makes whatever block a test wants. */
#ifndef PH_TESTS_CHAIN_FIXTURE_H
#define PH_TESTS_CHAIN_FIXTURE_H

#include "support/cmocka.h"

#include <stdio.h>

#include "chain/private.h"
#include "crypto/hash.h"
#include "env/sim/world.h"
#include "service/local.h"

enum { VALIDATORS = 3, NODES_MAX = 4, SLOT_MS = 6000, EPOCH = 10, START_SLOT = 1000 };
#define SECOND  UINT64_C(1000000)
#define SLOT_US (SLOT_MS * UINT64_C(1000))

typedef struct fixture fixture_t;

typedef struct node {
    fixture_t *f;
    uint32_t index;
    ph_env_t *env;
    ph_keystore_t *keystore;
    ph_chain_t *chain;
    bool silent; /* leaves the author without inherent data */
    bool late;   /* answers after the author has given up */
    ph_inherent_done_fn done;
    void *done_ctx;
    unsigned imported, best, finalized, failures, asked;
    ph_err_t failed_with;
    uint32_t finalized_number;
    bool parents_first;
} node_t;

struct fixture {
    ph_local_t *local;
    ph_world_t *world;
    node_t nodes[NODES_MAX];
    size_t node_count;
    uint32_t depth;
    ph_log_t log;
    PH_LIST(ph_relay_block_t *) made;
    unsigned traced_refusals;
    char refusal[120];
};

static void quiet(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static void on_trace(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                     const ph_trace_fields_t *fields)
{
    fixture_t *f = ctx;
    (void)now_us, (void)node, (void)subsystem;
    if (strcmp(event, "block-refused") != 0)
        return;
    f->traced_refusals++;
    snprintf(f->refusal, sizeof f->refusal, "%s", fields->reason);
}

static inline fixture_t *fixture_new(const ph_world_config_t *config, uint32_t depth)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    char why[200] = "";
    ph_local_config_t local = {
        .validators = VALIDATORS, .slot_ms = SLOT_MS, .session_slots = EPOCH, .rotation_blocks = 5};
    if (ph_local_new(&f->local, &local, why, sizeof why) != PH_OK)
        fail_msg("genesis: %s", why);
    ph_world_config_t c = *config;
    f->log = (ph_log_t){quiet, PH_LOG_ERROR};
    c.start_us = START_SLOT * SLOT_US + 1;
    c.log = &f->log;
    c.trace = on_trace;
    c.trace_ctx = f;
    f->world = ph_world_new(&c);
    f->depth = depth;
    return f;
}

/* ---- nodes ---- */

static void on_imported(void *ctx, ph_relay_block_t *block, bool best)
{
    node_t *n = ctx;
    n->imported++;
    n->best += best;
    if (n->chain && !ph_chain_block(n->chain, &block->header.parent_hash))
        n->parents_first = false;
}

static void on_finalized(void *ctx, ph_relay_block_t *block)
{
    node_t *n = ctx;
    n->finalized++;
    assert_true(block->header.number > n->finalized_number);
    n->finalized_number = block->header.number;
}

static void answer_late(void *ctx)
{
    node_t *n = ctx;
    n->done(n->done_ctx, NULL);
}

static void request_inherent(void *ctx, const ph_hash_t *parent, ph_inherent_done_fn done, void *done_ctx)
{
    static const ph_provisioner_inherent_data_t none;
    node_t *n = ctx;
    n->asked++;
    assert_non_null(ph_chain_block(n->chain, parent));
    n->done = done;
    n->done_ctx = done_ctx;
    if (n->late)
        ph_env_timer(n->env, SLOT_US / 2, answer_late, n);
    else if (!n->silent)
        done(done_ctx, &none);
}

static void on_failed(void *ctx, ph_err_t err, const char *what)
{
    node_t *n = ctx;
    assert_non_null(what);
    n->failures++;
    n->failed_with = err;
}

static inline void node_raise(node_t *n, bool authors, bool fresh)
{
    fixture_t *f = n->f;
    ph_keystore_free(n->keystore);
    n->keystore = ph_keystore_new(n->env, fresh);
    n->parents_first = true;
    n->finalized_number = 0;
    if (authors)
        ph_keystore_add(n->keystore, PH_KEY_BABE, f->local->validators[n->index].seed);
    n->chain = NULL;
    ph_chain_config_t config = {.env = n->env,
                                .keystore = authors ? n->keystore : NULL,
                                .genesis = f->local->genesis,
                                .slot_ms = SLOT_MS,
                                .finality_depth = f->depth,
                                .roles = 4,
                                .peers_wanted = 3,
                                .hooks = {n, on_imported, on_finalized, request_inherent, on_failed}};
    assert_int_equal(ph_chain_new(&n->chain, &config), PH_OK);
}

static inline node_t *node_add(fixture_t *f, bool authors)
{
    char name[16];
    node_t *n = &f->nodes[f->node_count];
    n->f = f;
    n->index = (uint32_t)f->node_count++;
    snprintf(name, sizeof name, "n%u", n->index);
    n->env = ph_world_add_node(f->world, name);
    node_raise(n, authors, true);
    return n;
}

static inline void node_crash(node_t *n)
{
    ph_chain_free(n->chain);
    n->chain = NULL;
    ph_world_crash(n->f->world, n->index);
}

static inline void node_restart(node_t *n, bool authors)
{
    ph_world_restart(n->f->world, n->index);
    node_raise(n, authors, false);
    ph_chain_start(n->chain);
}

static inline void run(fixture_t *f, uint64_t us)
{
    ph_world_run_until(f->world, ph_world_now_us(f->world) + us);
}
static inline void run_slots(fixture_t *f, uint64_t slots)
{
    run(f, slots * SLOT_US);
}

static inline void fixture_free(fixture_t *f)
{
    for (size_t i = 0; i < f->node_count; i++) {
        ph_chain_free(f->nodes[i].chain);
        ph_keystore_free(f->nodes[i].keystore);
    }
    for (size_t i = 0; i < f->made.count; i++)
        ph_relay_block_unref(f->made.items[i]);
    ph_list_free(&f->made);
    ph_world_free(f->world);
    ph_local_free(f->local);
    ph_mem_free(f);
}

/* ---- the workshop ---- */

typedef enum wish { ANY, PRIMARY, SECONDARY } wish_t;

/* Changes the unsealed header before it is signed. */
typedef void tamper_fn(ph_header_t *header);

static inline bool claim_for(fixture_t *f, ph_babe_claim_t *claim, ph_relay_block_t *parent, uint64_t slot, wish_t wish)
{
    ph_babe_epoch_rules_t epoch;
    assert_int_equal(ph_chain_epoch_for(f->nodes[0].chain, &epoch, parent, (ph_slot_t){slot}), PH_OK);
    for (uint32_t i = 0; i < VALIDATORS; i++) {
        ph_sr25519_keypair_t pair;
        ph_sr25519_from_mini_secret(&pair, f->local->validators[i].seed);
        ph_babe_own_key_t own = {i, &pair};
        if (ph_babe_claim_slot(claim, &epoch, slot, &own, 1, NULL) &&
            (wish == ANY || (claim->kind == PH_BABE_PRIMARY) == (wish == PRIMARY)))
            return true;
    }
    return false;
}

static inline ph_relay_block_t *make_with(fixture_t *f, ph_relay_block_t *parent, uint64_t slot, wish_t wish,
                                          tamper_fn *tamper, uint32_t sealed_by)
{
    ph_babe_claim_t claim;
    ph_arena_t *arena = ph_arena_new();
    if (!claim_for(f, &claim, parent, slot, wish)) {
        ph_arena_free(arena);
        return NULL;
    }
    uint8_t pre_digest[PH_BABE_PRE_DIGEST_MAX];
    size_t len = ph_babe_claim_encode(pre_digest, &claim);
    ph_parachains_inherent_data_t inherent = {.parent_header = parent->header};
    ph_writer_t w = ph_writer_in(arena);
    ph_parachains_inherent_data_encode(&w, &inherent);
    ph_header_t header;
    ph_vec_opaque_extrinsic_t body;
    ph_state_t *state = NULL;
    char why[200] = "";
    if (ph_build_block(arena, &header, &body, &state, parent, ph_bytes(pre_digest, len), slot * SLOT_MS + 1,
                       ph_writer_bytes(&w), NULL, why, sizeof why) != PH_OK)
        fail_msg("cannot build: %s", why);
    if (tamper)
        tamper(&header);
    ph_hash_t pre_seal = ph_relay_block_header_hash(&header);
    ph_sr25519_keypair_t pair;
    uint8_t signature[64];
    ph_sr25519_from_mini_secret(&pair, f->local->validators[sealed_by < VALIDATORS ? sealed_by : claim.authority].seed);
    ph_sr25519_sign(&pair, signature, ph_bytes(pre_seal.bytes, 32), NULL);
    ph_digest_item_t *items = ph_arena_alloc(arena, (header.digest.logs.count + 1) * sizeof *items);
    memcpy(items, header.digest.logs.items, header.digest.logs.count * sizeof *items);
    items[header.digest.logs.count] =
        (ph_digest_item_t){.kind = PH_DIGEST_ITEM_SEAL, .seal = {{"BABE"}, ph_bytes(signature, 64)}};
    header.digest.logs.items = items;
    header.digest.logs.count++;
    ph_relay_block_t *block;
    const char *reason = "";
    if (ph_relay_block_make(&block, &header, &body, &reason) != PH_OK)
        fail_msg("made no block: %s", reason);
    block->state = state;
    ph_arena_free(arena);
    ph_list_push(NULL, &f->made, block);
    return block;
}

/* A good block in that slot, or NULL if nobody owns it in that way. */
static inline ph_relay_block_t *make(fixture_t *f, ph_relay_block_t *parent, uint64_t slot, wish_t wish)
{
    return make_with(f, parent, slot, wish, NULL, VALIDATORS);
}

/* In the next slot that somebody owns in that way. */
static inline ph_relay_block_t *make_next(fixture_t *f, ph_relay_block_t *parent, uint64_t *slot, wish_t wish)
{
    for (int i = 0; i < 200; i++) {
        ph_relay_block_t *block = make(f, parent, ++*slot, wish);
        if (block)
            return block;
    }
    fail_msg("nobody owns a slot");
    return NULL;
}

static inline void submit(node_t *n, const ph_relay_block_t *block)
{
    ph_chain_submit(n->chain, block->encoded);
}
static inline bool has(const node_t *n, const ph_relay_block_t *block)
{
    return ph_chain_block(n->chain, &block->hash) != NULL;
}
static inline bool best_is(const node_t *n, const ph_relay_block_t *block)
{
    return memcmp(&ph_chain_best(n->chain)->hash, &block->hash, sizeof block->hash) == 0;
}

#endif
