/* Storage keys that parachains and tools read of relay-chain state, and the accounts of parachains. The runtime's own
 * items have generated accessors; these are for readers of state they do not run. (runtime.md, polkadot-primitives'
 * well-known keys)
 *
 * Keys are in the arena (NULL: on the heap, free with ph_mem_free).
 */
#ifndef PH_PRIMITIVES_KEYS_H
#define PH_PRIMITIVES_KEYS_H

#include "primitives/types.h"

/* twox128(pallet) ‖ twox128(item). */
ph_bytes_t ph_key_value(ph_arena_t *arena, const char *pallet, const char *item);
/* The same followed by twox64(key) ‖ key. */
ph_bytes_t ph_key_twox64(ph_arena_t *arena, const char *pallet, const char *item, ph_bytes_t key);

ph_bytes_t ph_key_active_config(ph_arena_t *arena);
ph_bytes_t ph_key_para_head(ph_arena_t *arena, ph_para_id_t para);
ph_bytes_t ph_key_dmq_mqc_head(ph_arena_t *arena, ph_para_id_t para);
ph_bytes_t ph_key_hrmp_ingress(ph_arena_t *arena, ph_para_id_t para);
ph_bytes_t ph_key_hrmp_egress(ph_arena_t *arena, ph_para_id_t para);
ph_bytes_t ph_key_hrmp_channel(ph_arena_t *arena, const ph_hrmp_channel_id_t *channel);
ph_bytes_t ph_key_upgrade_go_ahead(ph_arena_t *arena, ph_para_id_t para);
ph_bytes_t ph_key_upgrade_restriction(ph_arena_t *arena, ph_para_id_t para);
/* (messages, bytes) that still fit into a para's upward queue: a raw key, no pallet's item. */
ph_bytes_t ph_key_dispatch_queue_remaining(ph_arena_t *arena, ph_para_id_t para);
/* (messages, bytes) in the queue: kept for old parachains. */
ph_bytes_t ph_key_dispatch_queue_size(ph_arena_t *arena, ph_para_id_t para);

/* The account of a parachain on the relay chain ("para"), and on a sibling parachain ("sibl"). */
ph_account_id_t ph_key_sovereign_account(ph_para_id_t para);
ph_account_id_t ph_key_sibling_account(ph_para_id_t para);

#endif
