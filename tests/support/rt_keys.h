/* Validators with real session keys, and a chain of them: for tests of what is signed with such keys. Static functions;
 * tests include it once, in place of rt_chain.h. */
#ifndef PH_TESTS_RT_KEYS_H
#define PH_TESTS_RT_KEYS_H

#include "support/rt_chain.h"

#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/sr25519.h"

typedef struct real_keys {
    ph_ed25519_keypair_t grandpa;
    ph_sr25519_keypair_t babe, para_validator, para_assignment, authority_discovery;
    ph_ecdsa_keypair_t beefy;
} real_keys_t;

static void rk_seed(uint8_t seed[32], const char *what, size_t i)
{
    rt_key(seed, 32, what, i);
}

/* The keys number `i`. */
RT_UNUSED static real_keys_t rk_keys(size_t i)
{
    real_keys_t k;
    uint8_t seed[32];
    rk_seed(seed, "gran", i);
    ph_ed25519_from_seed(&k.grandpa, seed);
    rk_seed(seed, "babe", i);
    ph_sr25519_from_mini_secret(&k.babe, seed);
    rk_seed(seed, "para", i);
    ph_sr25519_from_mini_secret(&k.para_validator, seed);
    rk_seed(seed, "asgn", i);
    ph_sr25519_from_mini_secret(&k.para_assignment, seed);
    rk_seed(seed, "audi", i);
    ph_sr25519_from_mini_secret(&k.authority_discovery, seed);
    rk_seed(seed, "beef", i);
    assert_int_equal(ph_ecdsa_from_seed(&k.beefy, seed), PH_OK);
    return k;
}

RT_UNUSED static ph_session_keys_t rk_public(const real_keys_t *k)
{
    ph_session_keys_t out;
    memcpy(out.grandpa.bytes, k->grandpa.public_key, 32);
    memcpy(out.babe.bytes, k->babe.public_key, 32);
    memcpy(out.para_validator.bytes, k->para_validator.public_key, 32);
    memcpy(out.para_assignment.bytes, k->para_assignment.public_key, 32);
    memcpy(out.authority_discovery.bytes, k->authority_discovery.public_key, 32);
    memcpy(out.beefy.bytes, k->beefy.public_key, 33);
    return out;
}

#define RK_PROOF_LEN (5 * 64 + 65)

/* The six signatures that show that the keys are the account's. */
RT_UNUSED static void rk_prove(uint8_t proof[RK_PROOF_LEN], const real_keys_t *k, const ph_account_id_t *who)
{
    uint8_t text[36] = {'P', 'O', 'P', '_'};
    memcpy(text + 4, who->bytes, 32);
    ph_bytes_t message = ph_bytes(text, sizeof text);
    ph_ed25519_sign(&k->grandpa, proof, message);
    ph_sr25519_sign(&k->babe, proof + 64, message, NULL);
    ph_sr25519_sign(&k->para_validator, proof + 128, message, NULL);
    ph_sr25519_sign(&k->para_assignment, proof + 192, message, NULL);
    ph_sr25519_sign(&k->authority_discovery, proof + 256, message, NULL);
    ph_ecdsa_sign(&k->beefy, proof + 320, message);
}

/* As rt_chain_new, without paras: validator number i has the keys number i. */
RT_UNUSED static rt_chain_t *rk_chain(size_t validators, uint64_t epoch_slots)
{
    ph_arena_t *arena = ph_arena_new();
    rt_chain_t *c = ph_arena_alloc(arena, sizeof *c);
    c->arena = arena;
    c->store = ph_trie_store_new(NULL);
    c->log = (ph_log_t){.write = rt_no_log, .max_level = PH_LOG_ERROR};
    c->validators = ph_arena_alloc(arena, validators * sizeof *c->validators);
    c->validator_count = validators;
    for (size_t i = 0; i < validators; i++) {
        real_keys_t keys = rk_keys(i);
        c->validators[i] = rt_validator(i, NULL);
        c->validators[i].keys = rk_public(&keys);
    }
    c->slot_ms = 6000;
    ph_genesis_t genesis = {.validators = c->validators,
                            .validator_count = validators,
                            .chain = {.slot_ms = c->slot_ms, .epoch_slots = epoch_slots}};
    rt_chain_genesis(c, &genesis);
    return c;
}

#endif
