/* BABE's pure rules: who may author a slot, how a claim is checked, how randomness moves on. Keys and chain state stay
 * with the caller. (Source: sp-consensus-babe 0.50, sc-consensus-babe 0.61, pallet-babe 50.)
 */
#ifndef PH_CRYPTO_BABE_H
#define PH_CRYPTO_BABE_H

#include "crypto/sr25519.h"

typedef enum ph_babe_slots {
    PH_BABE_PRIMARY_SLOTS = 0,
    PH_BABE_PRIMARY_AND_SECONDARY_PLAIN_SLOTS = 1,
    PH_BABE_PRIMARY_AND_SECONDARY_VRF_SLOTS = 2
} ph_babe_slots_t;

typedef struct ph_babe_authority {
    uint8_t public_key[32];
    uint64_t weight;
} ph_babe_authority_t;

typedef struct ph_babe_epoch_rules {
    uint64_t index, start_slot;
    uint64_t duration;                   /* slots, at least 1 */
    uint64_t c_numerator, c_denominator; /* 1 − c is the probability that a slot has no primary author */
    ph_babe_slots_t allowed_slots;
    uint8_t randomness[32];
    const ph_babe_authority_t *authorities;
    size_t authority_count;
} ph_babe_epoch_rules_t;

/* ---- VRF ---- */

void ph_babe_transcript(ph_merlin_t *out, const uint8_t randomness[32], uint64_t slot, uint64_t epoch_index);
/* The epoch index that belongs to a slot: slots after the epoch's end count on (epochs without a block were skipped).
 */
uint64_t ph_babe_epoch_index_of_slot(const ph_babe_epoch_rules_t *epoch, uint64_t slot);

/* The three values drawn from a verified slot VRF: the score compared with the threshold, the contribution to the next
 * epoch's randomness, and the relay VRF story of approval voting. MALFORMED as ph_vrf_make_bytes. */
PH_MUST_CHECK ph_err_t ph_babe_score(ph_u128_t *out, const ph_merlin_t *transcript, const uint8_t pre_output[32],
                                     const uint8_t public_key[32]);
PH_MUST_CHECK ph_err_t ph_babe_vrf_randomness(uint8_t out[32], const ph_merlin_t *transcript,
                                              const uint8_t pre_output[32], const uint8_t public_key[32]);
PH_MUST_CHECK ph_err_t ph_babe_relay_vrf_story(uint8_t out[32], const ph_merlin_t *transcript,
                                               const uint8_t pre_output[32], const uint8_t public_key[32]);

/* BLAKE2b-256(last randomness ‖ index of the new epoch, u64 LE ‖ the old epoch's VRF randomness values). */
void ph_babe_epoch_randomness(uint8_t out[32], const uint8_t last[32], uint64_t epoch_index,
                              const uint8_t (*values)[32], size_t count);

/* ---- authorship ---- */

/* The score below which an authority is primary author: 2^128 · (1 − (1 − c)^(weight/total)), the inner part in f64. No
 * authority of that index or c_denominator 0: threshold 0. INVALID where the reference panics: weight 0, a sum of
 * weights above 2^64, c of 1 and more.
 *
 * The power is libm's pow, as in the reference. The last bit of a power may differ between C libraries (glibc and musl
 * use one algorithm, with and without fused multiplication); it moves the threshold by less than 2^-50 of itself. */
PH_MUST_CHECK ph_err_t ph_babe_threshold(ph_u128_t *out, const ph_babe_epoch_rules_t *epoch, size_t authority);
/* The same for a known weight and sum of weights. */
PH_MUST_CHECK ph_err_t ph_babe_threshold_of_weight(ph_u128_t *out, uint64_t c_numerator, uint64_t c_denominator,
                                                   uint64_t weight, uint64_t total);
static inline bool ph_babe_is_primary(ph_u128_t score, ph_u128_t threshold)
{
    return score < threshold;
}

/* The author of a slot that has no primary one. NOT_FOUND without authorities. */
PH_MUST_CHECK ph_err_t ph_babe_secondary_author(size_t *out, const uint8_t randomness[32], uint64_t slot,
                                                size_t authorities);

/* ---- pre-digests ---- */

typedef enum ph_babe_claim_kind {
    PH_BABE_PRIMARY = 1,
    PH_BABE_SECONDARY_PLAIN = 2,
    PH_BABE_SECONDARY_VRF = 3
} ph_babe_claim_kind_t;

typedef struct ph_babe_claim {
    ph_babe_claim_kind_t kind;
    uint32_t authority;
    uint64_t slot;
    ph_vrf_t vrf; /* zeros for SECONDARY_PLAIN */
} ph_babe_claim_t;

/* A key of our own that is among the epoch's authorities. */
typedef struct ph_babe_own_key {
    uint32_t authority;
    const ph_sr25519_keypair_t *pair;
} ph_babe_own_key_t;

/* Claims a slot with the first own key that may: as primary author, else as secondary one if the epoch allows it.
 * False: not ours. `random`: 32 bytes for the proof's nonce or NULL. */
bool ph_babe_claim_slot(ph_babe_claim_t *out, const ph_babe_epoch_rules_t *epoch, uint64_t slot,
                        const ph_babe_own_key_t *keys, size_t key_count, const uint8_t random[32]);

/* Does this authority own this slot in this way? INVALID: no, or the VRF is wrong, or the epoch does not allow the
 * kind. */
PH_MUST_CHECK ph_err_t ph_babe_check_claim(const ph_babe_epoch_rules_t *epoch, const ph_babe_claim_t *claim);

#define PH_BABE_PRE_DIGEST_MAX 109
/* SCALE; returns the length. */
size_t ph_babe_claim_encode(uint8_t out[PH_BABE_PRE_DIGEST_MAX], const ph_babe_claim_t *claim);
/* MALFORMED: not a whole pre-digest, or the proof's scalars do not decode. */
PH_MUST_CHECK ph_err_t ph_babe_claim_decode(ph_babe_claim_t *out, ph_bytes_t in);
/* The header digest item around it: PreRuntime, "BABE", length; returns the length. */
#define PH_BABE_DIGEST_ITEM_MAX (PH_BABE_PRE_DIGEST_MAX + 7)
size_t ph_babe_claim_digest_item(uint8_t out[PH_BABE_DIGEST_ITEM_MAX], const ph_babe_claim_t *claim);

#endif
