/* A session for tests of subsystems that sign, gossip and fetch: validators with real keys, groups, cores, and the
 * answers of the runtime about them. Validator i has the seed of i and, as a peer, node i + 1 (we are node 0 of the
 * harness). */
#ifndef PH_TESTS_NODE_SESSION_PARTS_H
#define PH_TESTS_NODE_SESSION_PARTS_H

#include "support/cmocka.h"

#include "crypto/sr25519.h"
#include "keystore/keystore.h"
#include "primitives/rotation.h"
#include "protocol/chain_api.h"
#include "protocol/runtime_api.h"
#include "support/harness.h"

enum { SESSION_MAX = 64, SESSION = 3 };

typedef struct session {
    uint32_t count, index;
    uint8_t seeds[SESSION_MAX][32];
    ph_sr25519_keypair_t pairs[SESSION_MAX];
    ph_validator_id_t validators[SESSION_MAX];
    ph_authority_discovery_id_t discovery[SESSION_MAX];
    uint32_t group_size;
    ph_validator_index_t members[SESSION_MAX];
    ph_vec_validator_index_t groups[SESSION_MAX];
    uint32_t group_count;
    bool mapping;
    uint8_t randomness[32];
} session_t;

static inline void session_init(session_t *s, uint32_t count, uint32_t group_size)
{
    *s = (session_t){.count = count, .index = SESSION, .group_size = group_size, .randomness = {7}};
    for (uint32_t i = 0; i < count; i++) {
        s->seeds[i][0] = (uint8_t)(i + 1);
        ph_sr25519_from_mini_secret(&s->pairs[i], s->seeds[i]);
        memcpy(s->validators[i].bytes, s->pairs[i].public_key, 32);
        memcpy(s->discovery[i].bytes, s->pairs[i].public_key, 32);
        s->members[i].v = i;
        if (i % group_size == 0)
            s->groups[s->group_count++].items = &s->members[i];
        s->groups[s->group_count - 1].count++;
    }
}

/* Gives every validator a node in the harness's world, where its discovery key is found. */
static inline void session_register(const session_t *s, ph_harness_t *h)
{
    for (uint32_t i = 0; i < s->count; i++) {
        (void)ph_world_add_node(ph_harness_world(h), "peer");
        ph_hub_register(ph_world_hub(ph_harness_world(h)), i + 1, &s->discovery[i]);
    }
}

static inline ph_session_info_t session_info(const session_t *s)
{
    ph_session_info_t info = {0};
    info.validators = (ph_vec_validator_id_t){(ph_validator_id_t *)(uintptr_t)s->validators, s->count};
    info.discovery_keys =
        (ph_vec_authority_discovery_id_t){(ph_authority_discovery_id_t *)(uintptr_t)s->discovery, s->count};
    info.validator_groups =
        (ph_vec_vec_validator_index_t){(ph_vec_validator_index_t *)(uintptr_t)s->groups, s->group_count};
    info.n_cores = s->group_count;
    return info;
}

#define EXPECT_API(h, method) ph_harness_expect((h), PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_##method)

static inline void session_answer_validators(const session_t *s, ph_harness_t *h)
{
    ph_harness_reply(h, EXPECT_API(h, VALIDATORS),
                     &(ph_res_vec_validator_id_runtime_api_error_t){
                         .kind = PH_RES_OK, .ok = {(ph_validator_id_t *)(uintptr_t)s->validators, s->count}});
}

static inline void session_answer_index(const session_t *s, ph_harness_t *h)
{
    ph_harness_reply(h, EXPECT_API(h, SESSION_INDEX_FOR_CHILD),
                     &(ph_res_session_index_runtime_api_error_t){.kind = PH_RES_OK, .ok = {s->index}});
}

static inline void session_answer_info(const session_t *s, ph_harness_t *h)
{
    ph_harness_reply(h, EXPECT_API(h, SESSION_INFO),
                     &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK, .ok = {true, session_info(s)}});
}

static inline void session_answer_features(const session_t *s, ph_harness_t *h)
{
    uint8_t bits = s->mapping ? 1 << PH_FEATURE_AVAILABILITY_CHUNK_MAPPING : 0;
    ph_harness_reply(h, EXPECT_API(h, NODE_FEATURES),
                     &(ph_res_bits_runtime_api_error_t){.kind = PH_RES_OK, .ok = {&bits, 8}});
}

static inline void session_answer_cores(ph_harness_t *h, const ph_core_state_t *cores, size_t count)
{
    ph_harness_reply(h, EXPECT_API(h, AVAILABILITY_CORES),
                     &(ph_res_vec_core_state_runtime_api_error_t){.kind = PH_RES_OK,
                                                                  .ok = {(ph_core_state_t *)(uintptr_t)cores, count}});
}

/* The ancestors of a block, nearest first, by their numbers in the harness. */
static inline void session_answer_ancestors(ph_harness_t *h, const uint32_t *blocks, size_t count)
{
    ph_hash_t hashes[8];
    assert_in_range(count, 0, 8);
    for (size_t i = 0; i < count; i++)
        hashes[i] = ph_harness_hash(blocks[i]);
    ph_harness_reply(h, ph_harness_expect(h, PH_SUBSYSTEM_CHAIN_API, PH_MSG_CHAIN_API_ANCESTORS),
                     &(ph_vec_hash_t){hashes, count});
}

/* The runtime does not know, does not offer it, or panicked. */
static inline void session_answer_error(ph_harness_t *h, uint8_t kind)
{
    /* Every answer is a result: its tag, and the error behind it. */
    ph_res_session_index_runtime_api_error_t error = {.kind = PH_RES_ERR,
                                                      .err = {.kind = PH_RUNTIME_API_ERROR_NOT_SUPPORTED}};
    assert_int_equal(kind, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    ph_harness_reply(h, ph_harness_expect(h, PH_SUBSYSTEM_RUNTIME_API, kind), &error);
}

static inline ph_keystore_t *session_keystore(const session_t *s, ph_env_t *env, uint32_t me)
{
    ph_keystore_t *ks = ph_keystore_new(env, true);
    ph_keystore_add(ks, PH_KEY_PARA_VALIDATOR, s->seeds[me]);
    ph_keystore_add(ks, PH_KEY_AUTHORITY_DISCOVERY, s->seeds[me]);
    return ks;
}

static inline void activate(ph_harness_t *h, uint32_t block, uint32_t number, uint32_t parent)
{
    ph_hash_t hash = ph_harness_hash(block), above = ph_harness_hash(parent);
    ph_harness_activate(h, &hash, number, &above);
}

#endif
