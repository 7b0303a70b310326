/* What is constant in the runtime: versions, limits, durations. Rococo's values, except where a local chain's differ
 * (pallet ChainParameters). (rococo-runtime 39, polkadot-runtime-common 34; reference runtime.md section 1.)
 */
#ifndef PH_RUNTIME_PARAMS_H
#define PH_RUNTIME_PARAMS_H

#include "primitives/types.h"
#include "runtime/host.h"

/* tools/runtime_wasm/sections.py reads these lines too. */
#define PH_SPEC_NAME         "parahost"
#define PH_IMPL_NAME         "parahost-c"
#define PH_AUTHORING_VERSION 0u
#ifndef PH_SPEC_VERSION /* tests build the next one too */
#define PH_SPEC_VERSION 1025002u
#endif
#define PH_IMPL_VERSION        0u
#define PH_TRANSACTION_VERSION 26u
/* The state root has layout V1, the extrinsics root V0. */
#define PH_SYSTEM_VERSION     1u
#define PH_STATE_VERSION      1
#define PH_EXTRINSICS_VERSION 0

/* Hashes of this many blocks are kept; that of genesis always. */
#define PH_BLOCK_HASH_COUNT 4096u

/* Bytes of a block, and of its header before its state root is known. */
#define PH_MAX_BLOCK_LEN  (5u << 20)
#define PH_MAX_HEADER_LEN (PH_MAX_BLOCK_LEN / 5)
/* Picoseconds of a block; the proof size is not limited. */
#define PH_MAX_BLOCK_REF_TIME UINT64_C(2000000000000)
/* Ordinary transactions may take three quarters of either. */
#define PH_NORMAL_BLOCK_LEN (PH_MAX_BLOCK_LEN / 4 * 3)
#define PH_NORMAL_REF_TIME  (PH_MAX_BLOCK_REF_TIME / 4 * 3)

/* Picoseconds that an access to the state is reckoned at. */
#define PH_DB_READ_REF_TIME  UINT64_C(25000000)
#define PH_DB_WRITE_REF_TIME UINT64_C(100000000)

/* Most authorities of BABE, GRANDPA and discovery that a genesis may name. */
#define PH_MAX_AUTHORITIES 100000u
/* Sets whose last session GRANDPA remembers: sessions of a bonding period. */
#define PH_MAX_SET_ID_SESSION_ENTRIES 168u

/* A block's time may be at most this far ahead of the clock of the node that checks it. */
#define PH_MAX_TIMESTAMP_DRIFT_MS 30000u

/* Deposits for paras: for the id, and for each byte of head and code. */
#define PH_PARA_DEPOSIT          ((ph_balance_t)40000000000000)
#define PH_DATA_DEPOSIT_PER_BYTE ((ph_balance_t)33333333)

/* Milliseconds of a slot (never 0). */
uint64_t ph_params_slot_ms(ph_rt_t *rt);
/* Milliseconds that must lie between blocks: half a slot. */
uint64_t ph_params_minimum_period(ph_rt_t *rt);
/* Slots of an epoch, which is a session (never 0). */
uint64_t ph_params_epoch_slots(ph_rt_t *rt);

/* What transactions may use and cost. */
void ph_params_transactions(ph_rt_t *rt, ph_transaction_params_t *out);
/* Of a block, for ordinary transactions: picoseconds; bytes for those of a class. */
uint64_t ph_params_normal_ref_time(const ph_transaction_params_t *params);
uint32_t ph_params_max_len(const ph_transaction_params_t *params, ph_dispatch_class_t class_);

/* The version of this runtime, with the list of its APIs. */
void ph_params_runtime_version(ph_rt_t *rt, ph_runtime_version_t *out);

#endif
