/* The relay chain of one node: block tree and store, import with full verification and re-execution, BABE authorship,
 * fork choice, finality by depth, blocks announced and fetched, runtime calls at a block.
 *
 * Fork choice: most primary slots on the way from genesis, then length, then what was here first. Until GRANDPA, the
 * block `finality_depth` below the best one counts as final (depth-final).
 *
 * (Guide 2 "Architecture: Node-side"; sc-consensus-babe 0.60; polkadot-node-core-parachains-inherent.)
 */
#ifndef PH_CHAIN_CHAIN_H
#define PH_CHAIN_CHAIN_H

#include "chain/block.h"
#include "chain/pool.h"
#include "keystore/keystore.h"

typedef struct ph_chain ph_chain_t;

/* What parachains have to say in a block: SCALE of ParachainsInherentData without its parent header. */
typedef void (*ph_inherent_done_fn)(void *ctx, const ph_provisioner_inherent_data_t *data /* NULL: none came */);

typedef struct ph_chain_hooks {
    void *ctx;
    /* A block joined the tree, in order, parents first. best: it is the new best block. */
    void (*imported)(void *ctx, ph_relay_block_t *block, bool best);
    /* Everything up to this block is final; pruned blocks are gone right after. */
    void (*finalized)(void *ctx, ph_relay_block_t *block);
    /* The author asks what to put in on top of `parent`; answer once with done(done_ctx, …), at any later time. */
    void (*request_inherent)(void *ctx, const ph_hash_t *parent, ph_inherent_done_fn done, void *done_ctx);
    /* The node cannot go on: disk full, disk broken. */
    void (*failed)(void *ctx, ph_err_t err, const char *what);
} ph_chain_hooks_t;

typedef struct ph_chain_config {
    ph_env_t *env;
    ph_keystore_t *keystore;   /* NULL: this node authors nothing */
    ph_relay_block_t *genesis; /* block 0, or the one to begin with (ph_relay_block_base); a reference is taken */
    uint64_t slot_ms;
    uint32_t finality_depth;
    uint8_t roles;       /* handshake: 1 full node, 4 authority */
    size_t peers_wanted; /* block-announce streams to open */
    ph_chain_hooks_t hooks;
} ph_chain_config_t;

/* Reads stored blocks from the env's disk and re-executes them. */
PH_MUST_CHECK ph_err_t ph_chain_new(ph_chain_t **out, const ph_chain_config_t *config);
/* Opens streams, starts the slot clock. */
void ph_chain_start(ph_chain_t *chain);
void ph_chain_free(ph_chain_t *chain);

/* Borrowed as long as the block is in the tree. */
ph_relay_block_t *ph_chain_block(const ph_chain_t *chain, const ph_hash_t *hash); /* NULL: unknown or pruned */
ph_relay_block_t *ph_chain_best(const ph_chain_t *chain);
ph_relay_block_t *ph_chain_finalized(const ph_chain_t *chain);
/* Of block 0, which the chain may have begun after. */
ph_hash_t ph_chain_genesis_hash(const ph_chain_t *chain);
/* The block of that height on the best chain, NULL above it and below the one it began with. Final blocks stay in the
 * tree. */
ph_relay_block_t *ph_chain_at(const ph_chain_t *chain, ph_block_number_t number);
bool ph_chain_is_ancestor(const ph_chain_t *chain, const ph_hash_t *ancestor, const ph_hash_t *of);
/* Blocks without children, oldest first. */
size_t ph_chain_leaves(const ph_chain_t *chain, ph_relay_block_t **out, size_t cap);

typedef struct ph_chain_stats {
    uint64_t reorgs, blocks_authored, blocks_imported, blocks_refused;
    uint32_t deepest_reorg;
} ph_chain_stats_t;
void ph_chain_stats(const ph_chain_t *chain, ph_chain_stats_t *out);

/* The chain's transactions that wait for a block (chain/pool.h). */
ph_pool_t *ph_chain_pool(ph_chain_t *chain);
/* The youngest of the last `depth` blocks of the best chain that holds the extrinsic of that hash; NULL: none. */
ph_relay_block_t *ph_chain_find_extrinsic(const ph_chain_t *chain, const ph_hash_t *hash, uint32_t depth);

/* A block from elsewhere: the same path as one from a peer. */
void ph_chain_submit(ph_chain_t *chain, ph_buf_t *encoded_block);

/* ---- runtime calls (chain/execute.c) ---- */

/* Calls a runtime API at the state after `block`; writes are dropped. Answers are remembered in env->memo. *result is a
 * new reference. Errors: NOT_FOUND (block unknown), UNSUPPORTED (no such method), INTERNAL (the runtime panicked;
 * logged). */
PH_MUST_CHECK ph_err_t ph_chain_call(ph_chain_t *chain, ph_buf_t **result, const ph_hash_t *block, const char *method,
                                     ph_bytes_t args);
/* The same at a block at hand. */
PH_MUST_CHECK ph_err_t ph_chain_call_at(ph_env_t *env, ph_buf_t **result, ph_relay_block_t *block, const char *method,
                                        ph_bytes_t args);
/* Calls a method that hands in transactions (ParachainHost_submit_…) and gives them to this node's pool, as local ones.
 * Never remembered. Errors as those of ph_chain_call. */
PH_MUST_CHECK ph_err_t ph_chain_call_submit(ph_chain_t *chain, ph_buf_t **result, const ph_hash_t *block,
                                            const char *method, ph_bytes_t args);
/* A call of the node's owner, which may use the keys of this node and make new ones
 * (SessionKeys_generate_session_keys). Never remembered. Errors as those of ph_chain_call. */
PH_MUST_CHECK ph_err_t ph_chain_call_with_keys(ph_chain_t *chain, ph_buf_t **result, const ph_hash_t *block,
                                               const char *method, ph_bytes_t args, const ph_keyring_t *keys);

#endif
