/* Small things that every parachains pallet needs. */
#ifndef PH_RUNTIME_SUPPORT_H
#define PH_RUNTIME_SUPPORT_H

#include <string.h>

#include "primitives/digest.h"
#include "runtime/system.h"

/* The number of the block being executed (or of the last one, in a runtime API call). */
static inline ph_block_number_t ph_now(ph_rt_t *rt)
{
    ph_block_number_t number;
    ph_system_number_get(rt, &number);
    return number;
}

static inline uint32_t ph_sat_add_u32(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}
static inline uint32_t ph_sat_sub_u32(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}
static inline uint64_t ph_sat_add_u64(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
static inline uint64_t ph_sat_sub_u64(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

#define ph_hash_is(a, b) (memcmp((a)->bytes, (b)->bytes, 32) == 0)

/* BLAKE2b-256 of byte strings, as every hash in Polkadot's parachains. */
static inline ph_hash_t ph_rt_blake2(ph_rt_t *rt, ph_bytes_t bytes)
{
    ph_hash_t hash;
    ph_host_blake2_256(rt, hash.bytes, bytes);
    return hash;
}

/* Puts an item of the parachains' engine into the block's digest. */
static inline void ph_deposit_consensus_log(ph_rt_t *rt, const ph_consensus_log_t *log)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_consensus_log_encode(&w, log);
    ph_system_deposit_consensus(rt, PH_ENGINE_PARACHAINS, ph_writer_bytes(&w));
}

#endif
