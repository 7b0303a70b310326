/* One node out of its parts: chain, keystore, overseer with all subsystems, for any env. A node is a validator, a
 * collator, or just follows the chain; the difference is which keys and collators it is given.
 */
#ifndef PH_SERVICE_NODE_H
#define PH_SERVICE_NODE_H

#include "chain/chain.h"
#include "node/collation_generation/collation_generation.h"
#include "pvf/service.h"

typedef struct ph_node ph_node_t;

typedef struct ph_node_hooks {
    void *ctx;
    /* A block joined this node's tree. */
    void (*imported)(void *ctx, ph_node_t *node, ph_relay_block_t *block, bool best);
    void (*finalized)(void *ctx, ph_node_t *node, ph_relay_block_t *block);
    /* What the Provisioner keeps of misbehaviour, as it learns of it. */
    void (*misbehaviour)(void *ctx, ph_node_t *node, const char *kind, ph_validator_index_t validator,
                         const ph_candidate_hash_t *candidate);
    /* The node cannot go on; it is to be stopped, and freed outside this call. */
    void (*failed)(void *ctx, ph_node_t *node, const char *part, ph_err_t err);
    ph_signature_log_fn signature; /* every statement, bitfield and block signed; may be NULL */
    void *signature_ctx;
} ph_node_hooks_t;

typedef struct ph_node_config {
    ph_env_t *env;
    ph_relay_block_t *genesis;      /* block 0, or the one to begin with; a reference is taken */
    bool network_begins;            /* with that block: nobody can have signed anything in the network before */
    const uint8_t *validator_seed;  /* 32 bytes: mini secret of all session keys; NULL: no validator */
    const uint8_t *collator_seed;   /* likewise for a collator */
    const ph_collator_t *collators; /* paras this node collates for; outlive the node */
    size_t collator_count;
    ph_pvf_service_t *pvf; /* outlives the node */
    uint64_t slot_ms;
    uint32_t finality_depth;
    size_t block_peers; /* block-announce streams to open */
    ph_node_hooks_t hooks;
} ph_node_config_t;

PH_MUST_CHECK ph_err_t ph_node_new(ph_node_t **out, const ph_node_config_t *config);
void ph_node_start(ph_node_t *node);
/* Conclude; then the env must be ended (nothing of it may fire any more) and the node freed. */
void ph_node_conclude(ph_node_t *node);
void ph_node_free(ph_node_t *node); /* also without conclude: a crash */

ph_env_t *ph_node_env(ph_node_t *node);
ph_chain_t *ph_node_chain(ph_node_t *node);
ph_overseer_t *ph_node_overseer(ph_node_t *node);
ph_keystore_t *ph_node_keystore(ph_node_t *node);

#endif
