#include "crypto/babe.h"

#include <math.h>
#include <string.h>

#include "crypto/hash.h"

void ph_babe_transcript(ph_merlin_t *out, const uint8_t randomness[32], uint64_t slot, uint64_t epoch_index)
{
    ph_merlin_init(out, "BABE");
    ph_merlin_append_u64(out, "slot number", slot);
    ph_merlin_append_u64(out, "current epoch", epoch_index);
    ph_merlin_append(out, "chain randomness", ph_bytes(randomness, 32));
}

uint64_t ph_babe_epoch_index_of_slot(const ph_babe_epoch_rules_t *epoch, uint64_t slot)
{
    return slot < epoch->start_slot ? epoch->index : epoch->index + (slot - epoch->start_slot) / epoch->duration;
}

ph_err_t ph_babe_score(ph_u128_t *out, const ph_merlin_t *transcript, const uint8_t pre_output[32],
                       const uint8_t public_key[32])
{
    uint8_t bytes[16];
    PH_TRY(ph_vrf_make_bytes(bytes, sizeof bytes, "substrate-babe-vrf", transcript, pre_output, public_key));
    *out = (ph_u128_t)ph_get_u64(bytes + 8) << 64 | ph_get_u64(bytes);
    return PH_OK;
}

ph_err_t ph_babe_vrf_randomness(uint8_t out[32], const ph_merlin_t *transcript, const uint8_t pre_output[32],
                                const uint8_t public_key[32])
{
    return ph_vrf_make_bytes(out, 32, "BabeVRFInOutContext", transcript, pre_output, public_key);
}

ph_err_t ph_babe_relay_vrf_story(uint8_t out[32], const ph_merlin_t *transcript, const uint8_t pre_output[32],
                                 const uint8_t public_key[32])
{
    return ph_vrf_make_bytes(out, 32, "A&V RC-VRF", transcript, pre_output, public_key);
}

void ph_babe_epoch_randomness(uint8_t out[32], const uint8_t last[32], uint64_t epoch_index,
                              const uint8_t (*values)[32], size_t count)
{
    ph_blake2b_t h;
    uint8_t index[8];
    ph_put_u64(index, epoch_index);
    ph_blake2b_init(&h, 32);
    ph_blake2b_update(&h, ph_bytes(last, 32));
    ph_blake2b_update(&h, ph_bytes(index, sizeof index));
    ph_blake2b_update(&h, ph_bytes(values, 32 * count));
    ph_blake2b_final(&h, out, 32);
}

/* ⌊2^128 · p⌋ for p in [0, 1): the double's mantissa moved by its exponent. */
static ph_u128_t fraction_of_2_128(double p)
{
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(p, &exponent), 53); /* p = mantissa · 2^(exponent − 53) */
    int shift = 128 + exponent - 53;
    if (shift <= -64)
        return 0;
    return shift >= 0 ? (ph_u128_t)mantissa << shift : (ph_u128_t)(mantissa >> -shift);
}

ph_err_t ph_babe_threshold_of_weight(ph_u128_t *out, uint64_t c_numerator, uint64_t c_denominator, uint64_t weight,
                                     uint64_t total)
{
    *out = 0;
    if (c_denominator == 0)
        return PH_OK;
    double c = (double)c_numerator / (double)c_denominator;
    double theta = (double)weight / (double)total;
    double p = 1.0 - pow(1.0 - c, theta);
    if (weight == 0 || !(p >= 0.0 && p < 1.0))
        return PH_ERR_INVALID;
    *out = fraction_of_2_128(p);
    return PH_OK;
}

ph_err_t ph_babe_threshold(ph_u128_t *out, const ph_babe_epoch_rules_t *epoch, size_t authority)
{
    uint64_t total = 0;
    *out = 0;
    if (epoch->c_denominator == 0 || authority >= epoch->authority_count)
        return PH_OK;
    for (size_t i = 0; i < epoch->authority_count; i++)
        if (__builtin_add_overflow(total, epoch->authorities[i].weight, &total))
            return PH_ERR_INVALID;
    return ph_babe_threshold_of_weight(out, epoch->c_numerator, epoch->c_denominator,
                                       epoch->authorities[authority].weight, total);
}

/* The hash as a big-endian number modulo the number of authorities. */
ph_err_t ph_babe_secondary_author(size_t *out, const uint8_t randomness[32], uint64_t slot, size_t authorities)
{
    uint8_t in[40], hash[32];
    ph_u128_t rest = 0;
    if (authorities == 0)
        return PH_ERR_NOT_FOUND;
    memcpy(in, randomness, 32);
    ph_put_u64(in + 32, slot);
    ph_blake2_256(hash, ph_bytes(in, sizeof in));
    for (int i = 0; i < 32; i++)
        rest = (rest << 8 | hash[i]) % authorities;
    *out = (size_t)rest;
    return PH_OK;
}

/* ---- claims ---- */

static void slot_transcript(ph_merlin_t *out, const ph_babe_epoch_rules_t *epoch, uint64_t slot)
{
    ph_babe_transcript(out, epoch->randomness, slot, ph_babe_epoch_index_of_slot(epoch, slot));
}

static bool beats_threshold(const ph_babe_epoch_rules_t *epoch, uint32_t authority, const ph_merlin_t *transcript,
                            const uint8_t pre_output[32], const uint8_t public_key[32])
{
    ph_u128_t score, threshold;
    return ph_babe_threshold(&threshold, epoch, authority) == PH_OK &&
           ph_babe_score(&score, transcript, pre_output, public_key) == PH_OK && ph_babe_is_primary(score, threshold);
}

static bool claim_primary(ph_babe_claim_t *out, const ph_babe_epoch_rules_t *epoch, uint64_t slot,
                          const ph_babe_own_key_t *key, const uint8_t random[32])
{
    ph_merlin_t transcript;
    uint8_t pre_output[32];
    slot_transcript(&transcript, epoch, slot);
    ph_vrf_pre_output(key->pair, pre_output, &transcript);
    if (!beats_threshold(epoch, key->authority, &transcript, pre_output, key->pair->public_key))
        return false;
    *out = (ph_babe_claim_t){.kind = PH_BABE_PRIMARY, .authority = key->authority, .slot = slot};
    ph_vrf_sign(key->pair, &out->vrf, &transcript, NULL, random);
    return true;
}

static bool is_secondary_author(const ph_babe_epoch_rules_t *epoch, uint64_t slot, const uint8_t public_key[32])
{
    size_t expected;
    return ph_babe_secondary_author(&expected, epoch->randomness, slot, epoch->authority_count) == PH_OK &&
           memcmp(epoch->authorities[expected].public_key, public_key, 32) == 0;
}

static void claim_secondary(ph_babe_claim_t *out, const ph_babe_epoch_rules_t *epoch, uint64_t slot,
                            const ph_babe_own_key_t *key, const uint8_t random[32])
{
    ph_merlin_t transcript;
    bool with_vrf = epoch->allowed_slots == PH_BABE_PRIMARY_AND_SECONDARY_VRF_SLOTS;
    *out = (ph_babe_claim_t){
        .kind = with_vrf ? PH_BABE_SECONDARY_VRF : PH_BABE_SECONDARY_PLAIN, .authority = key->authority, .slot = slot};
    if (!with_vrf)
        return;
    slot_transcript(&transcript, epoch, slot);
    ph_vrf_sign(key->pair, &out->vrf, &transcript, NULL, random);
}

bool ph_babe_claim_slot(ph_babe_claim_t *out, const ph_babe_epoch_rules_t *epoch, uint64_t slot,
                        const ph_babe_own_key_t *keys, size_t key_count, const uint8_t random[32])
{
    for (size_t i = 0; i < key_count; i++)
        if (claim_primary(out, epoch, slot, &keys[i], random))
            return true;
    if (epoch->allowed_slots == PH_BABE_PRIMARY_SLOTS)
        return false;
    for (size_t i = 0; i < key_count; i++)
        if (is_secondary_author(epoch, slot, keys[i].pair->public_key)) {
            claim_secondary(out, epoch, slot, &keys[i], random);
            return true;
        }
    return false;
}

ph_err_t ph_babe_check_claim(const ph_babe_epoch_rules_t *epoch, const ph_babe_claim_t *claim)
{
    ph_merlin_t transcript;
    if (claim->authority >= epoch->authority_count)
        return PH_ERR_INVALID;
    const uint8_t *key = epoch->authorities[claim->authority].public_key;
    bool primary = claim->kind == PH_BABE_PRIMARY;
    if (!primary &&
        ((unsigned)claim->kind != (unsigned)epoch->allowed_slots + 1 || !is_secondary_author(epoch, claim->slot, key)))
        return PH_ERR_INVALID;
    if (claim->kind == PH_BABE_SECONDARY_PLAIN)
        return PH_OK;
    slot_transcript(&transcript, epoch, claim->slot);
    bool good = ph_vrf_verify(&claim->vrf, &transcript, NULL, key) &&
                (!primary || beats_threshold(epoch, claim->authority, &transcript, claim->vrf.pre_output, key));
    return good ? PH_OK : PH_ERR_INVALID;
}

/* ---- pre-digests: kind, authority u32, slot u64, then the VRF signature unless plain ---- */

#define PLAIN_LEN 13

size_t ph_babe_claim_encode(uint8_t out[PH_BABE_PRE_DIGEST_MAX], const ph_babe_claim_t *claim)
{
    out[0] = (uint8_t)claim->kind;
    ph_put_u32(out + 1, claim->authority);
    ph_put_u64(out + 5, claim->slot);
    if (claim->kind == PH_BABE_SECONDARY_PLAIN)
        return PLAIN_LEN;
    memcpy(out + PLAIN_LEN, claim->vrf.pre_output, 32);
    memcpy(out + PLAIN_LEN + 32, claim->vrf.proof, 64);
    return PH_BABE_PRE_DIGEST_MAX;
}

ph_err_t ph_babe_claim_decode(ph_babe_claim_t *out, ph_bytes_t in)
{
    if (in.len < PLAIN_LEN || in.data[0] < PH_BABE_PRIMARY || in.data[0] > PH_BABE_SECONDARY_VRF)
        return PH_ERR_MALFORMED;
    *out = (ph_babe_claim_t){.kind = (ph_babe_claim_kind_t)in.data[0],
                             .authority = ph_get_u32(in.data + 1),
                             .slot = ph_get_u64(in.data + 5)};
    if (out->kind == PH_BABE_SECONDARY_PLAIN)
        return in.len == PLAIN_LEN ? PH_OK : PH_ERR_MALFORMED;
    if (in.len != PH_BABE_PRE_DIGEST_MAX)
        return PH_ERR_MALFORMED;
    memcpy(out->vrf.pre_output, in.data + PLAIN_LEN, 32);
    memcpy(out->vrf.proof, in.data + PLAIN_LEN + 32, 64);
    return ph_vrf_proof_decodes(out->vrf.proof) ? PH_OK : PH_ERR_MALFORMED;
}

size_t ph_babe_claim_digest_item(uint8_t out[PH_BABE_DIGEST_ITEM_MAX], const ph_babe_claim_t *claim)
{
    static const uint8_t head[5] = {6, 'B', 'A', 'B', 'E'};
    uint8_t body[PH_BABE_PRE_DIGEST_MAX];
    size_t len = ph_babe_claim_encode(body, claim), at = sizeof head;
    memcpy(out, head, sizeof head);
    if (len < 64) { /* SCALE compact: one byte, else two */
        out[at++] = (uint8_t)(len << 2);
    } else {
        ph_put_u16(out + at, (uint16_t)(len << 2 | 1));
        at += 2;
    }
    memcpy(out + at, body, len);
    return at + len;
}
