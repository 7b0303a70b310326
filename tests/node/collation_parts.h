/* What the tests of the three subsystems that handle collations have in common: answers of a small chain. There are as
 * many cores as groups; validator v is in group v % groups, its authority key is filled with v + 1. */
#ifndef PH_TESTS_NODE_COLLATION_PARTS_H
#define PH_TESTS_NODE_COLLATION_PARTS_H

#include "support/cmocka.h"

#include "protocol/runtime_api.h"
#include "support/harness.h"

#define ASKED(h, method) ph_harness_take((h), PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_##method)

enum { PARTS_MAX = 8 };

typedef struct parts {
    size_t validators, groups;
    uint32_t rotation, now;        /* session starts at block 0 */
    uint32_t claims[PARTS_MAX][3]; /* by core, by depth; 0: none */
    bool occupied[PARTS_MAX];
    uint32_t session;
    uint8_t keys[PARTS_MAX][32]; /* of the validators; zero unless set */
} parts_t;

static inline void parts_answer_cores(ph_harness_t *h, const parts_t *p)
{
    ph_msg_t *asked = ASKED(h, AVAILABILITY_CORES);
    ph_core_state_t states[PARTS_MAX] = {0};
    assert_non_null(asked);
    for (size_t i = 0; i < p->groups; i++) {
        ph_scheduled_core_t up = {.para_id = {p->claims[i][0]}};
        states[i].kind = PH_CORE_STATE_FREE;
        if (p->occupied[i]) {
            states[i].kind = PH_CORE_STATE_OCCUPIED;
            states[i].occupied.next_up_on_available = (ph_opt_scheduled_core_t){p->claims[i][0] != 0, up};
        } else if (p->claims[i][0]) {
            states[i].kind = PH_CORE_STATE_SCHEDULED;
            states[i].scheduled = up;
        }
    }
    ph_res_vec_core_state_runtime_api_error_t reply = {.ok = {states, p->groups}};
    ph_harness_reply(h, asked, &reply);
}

static inline void parts_answer_claims(ph_harness_t *h, const parts_t *p)
{
    ph_msg_t *asked = ASKED(h, CLAIM_QUEUE);
    ph_claim_queue_entry_t rows[PARTS_MAX] = {0};
    ph_para_id_t paras[PARTS_MAX][3];
    ph_res_map_core_index_vec_para_id_runtime_api_error_t reply = {.ok = {rows, 0}};
    assert_non_null(asked);
    for (uint32_t i = 0; i < p->groups; i++) {
        ph_claim_queue_entry_t *row = &rows[reply.ok.count];
        row->key.v = i;
        row->value.items = paras[i];
        row->value.count = 0;
        for (size_t d = 0; d < 3 && p->claims[i][d]; d++)
            row->value.items[row->value.count++].v = p->claims[i][d];
        reply.ok.count += row->value.count > 0;
    }
    ph_harness_reply(h, asked, &reply);
}

static inline void parts_answer_groups(ph_harness_t *h, const parts_t *p)
{
    ph_msg_t *asked = ASKED(h, VALIDATOR_GROUPS);
    ph_validator_index_t members[PARTS_MAX][PARTS_MAX];
    ph_vec_validator_index_t groups[PARTS_MAX] = {0};
    assert_non_null(asked);
    for (uint32_t v = 0; v < p->validators; v++) {
        size_t g = v % p->groups;
        groups[g].items = members[g];
        members[g][groups[g].count++].v = v;
    }
    ph_res_tup_vec_vec_validator_index_group_rotation_info_runtime_api_error_t reply = {
        .ok = {{groups, p->groups}, {.group_rotation_frequency = p->rotation, .now = p->now}}};
    ph_harness_reply(h, asked, &reply);
}

static inline void parts_answer_validators(ph_harness_t *h, const parts_t *p)
{
    ph_msg_t *asked = ASKED(h, VALIDATORS);
    ph_validator_id_t ids[PARTS_MAX];
    assert_non_null(asked);
    for (size_t i = 0; i < p->validators; i++)
        memcpy(ids[i].bytes, p->keys[i], 32);
    ph_res_vec_validator_id_runtime_api_error_t reply = {.ok = {ids, p->validators}};
    ph_harness_reply(h, asked, &reply);
}

static inline void parts_answer_session(ph_harness_t *h, const parts_t *p)
{
    ph_msg_t *asked = ASKED(h, SESSION_INDEX_FOR_CHILD);
    ph_res_session_index_runtime_api_error_t reply = {.ok = {p->session}};
    assert_non_null(asked);
    ph_harness_reply(h, asked, &reply);
}

static inline ph_authority_discovery_id_t parts_authority(uint32_t validator)
{
    ph_authority_discovery_id_t id;
    memset(id.bytes, (int)validator + 1, sizeof id.bytes);
    return id;
}

static inline void parts_answer_session_info(ph_harness_t *h, const parts_t *p)
{
    ph_msg_t *asked = ASKED(h, SESSION_INFO);
    ph_authority_discovery_id_t ids[PARTS_MAX];
    ph_validator_id_t keys[PARTS_MAX];
    assert_non_null(asked);
    for (uint32_t i = 0; i < p->validators; i++) {
        ids[i] = parts_authority(i);
        memcpy(keys[i].bytes, p->keys[i], 32);
    }
    ph_res_opt_session_info_runtime_api_error_t reply = {.ok = {.some = true}};
    reply.ok.value.discovery_keys = (ph_vec_authority_discovery_id_t){ids, p->validators};
    reply.ok.value.validators = (ph_vec_validator_id_t){keys, p->validators};
    ph_harness_reply(h, asked, &reply);
}

static inline void parts_answer_lookahead(ph_harness_t *h, uint32_t lookahead)
{
    ph_msg_t *asked = ASKED(h, SCHEDULING_LOOKAHEAD);
    ph_res_u32_runtime_api_error_t reply = {.ok = lookahead};
    assert_non_null(asked);
    ph_harness_reply(h, asked, &reply);
}

/* A shared PoV of that many bytes, all the same. */
static inline ph_shared_pov_t parts_pov(size_t len, uint8_t with)
{
    uint8_t *bytes = ph_mem_alloc(NULL, len);
    memset(bytes, with, len);
    ph_pov_t pov = {{{bytes, len}}};
    ph_shared_pov_t shared = ph_shared_pov_new(&pov);
    ph_mem_free(bytes);
    return shared;
}

#endif
