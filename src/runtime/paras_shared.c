#include "runtime/paras_shared.h"

#include "crypto/chacha.h"
#include "primitives/ump.h"
#include "runtime/storage/session.h"
#include "runtime/support.h"
#include "runtime/vec.h"

ph_session_index_t ph_paras_shared_session(ph_rt_t *rt)
{
    ph_session_index_t session;
    ph_paras_shared_current_session_index_get(rt, &session);
    return session;
}

ph_session_index_t ph_paras_shared_scheduled_session(ph_rt_t *rt)
{
    return (ph_session_index_t){ph_sat_add_u32(ph_paras_shared_session(rt).v, PH_SESSION_DELAY)};
}

/* ---- new session ---- */

static void forget_old_relay_parents(ph_rt_t *rt, ph_session_index_t session, uint32_t max_age)
{
    uint32_t oldest_allowed = ph_sat_sub_u32(session.v, max_age);
    ph_session_index_t oldest;
    ph_paras_shared_oldest_relay_parent_session_get(rt, &oldest);
    if (oldest_allowed <= oldest.v)
        return;
    for (ph_session_index_t s = oldest; s.v < oldest_allowed; s.v++) {
        ph_paras_shared_allowed_relay_parents_clear_under(rt, s);
        ph_paras_shared_minimum_relay_parent_number_remove(rt, s);
    }
    ph_paras_shared_oldest_relay_parent_session_set(rt, (ph_session_index_t){oldest_allowed});
}

/* Positions 0..n in the order of the slice shuffle of rand 0.8 under ChaCha20. */
static void shuffled_indices(ph_rt_t *rt, ph_vec_validator_index_t *out, size_t n, const uint8_t seed[32])
{
    ph_vec_alloc(rt, out, n);
    for (size_t i = 0; i < n; i++)
        out->items[i].v = (uint32_t)i;
    ph_chacha_t rng;
    ph_chacha_init(&rng, seed);
    ph_shuffle(&rng, out->items, n, sizeof *out->items);
}

void ph_paras_shared_on_new_session(ph_rt_t *rt, ph_vec_validator_id_t *active, ph_session_index_t session,
                                    const uint8_t random_seed[32], const ph_host_configuration_t *config,
                                    const ph_vec_validator_id_t *all_validators)
{
    ph_allowed_scheduling_parents_tracker_t tracker;
    ph_paras_shared_allowed_scheduling_parents_get(rt, &tracker);
    tracker.buffer.count = 0;
    ph_paras_shared_allowed_scheduling_parents_set(rt, &tracker);
    forget_old_relay_parents(rt, session, config->max_relay_parent_session_age);
    ph_paras_shared_current_session_index_set(rt, session);

    ph_vec_validator_index_t indices;
    shuffled_indices(rt, &indices, all_validators->count, random_seed);
    if (config->max_validators.some && indices.count > config->max_validators.value)
        indices.count = config->max_validators.value;
    ph_vec_alloc(rt, active, indices.count);
    for (size_t i = 0; i < indices.count; i++)
        active->items[i] = all_validators->items[indices.items[i].v];
    ph_paras_shared_active_validator_indices_set(rt, &indices);
    ph_paras_shared_active_validator_keys_set(rt, active);
}

/* ---- allowed parents ---- */

const ph_scheduling_parent_info_t *
ph_paras_shared_find_scheduling_parent(const ph_allowed_scheduling_parents_tracker_t *tracker,
                                       ph_block_number_t *number, const ph_hash_t *hash)
{
    for (size_t i = 0; i < tracker->buffer.count; i++) {
        if (!ph_hash_is(&tracker->buffer.items[i].scheduling_parent, hash))
            continue;
        *number = tracker->latest_number - (ph_block_number_t)(tracker->buffer.count - 1 - i);
        return &tracker->buffer.items[i];
    }
    return NULL;
}

static void note_scheduling_parent(ph_rt_t *rt, const ph_hash_t *parent, const ph_claim_queue_t *claim_queue,
                                   ph_block_number_t number, uint32_t lookahead)
{
    ph_allowed_scheduling_parents_tracker_t tracker;
    ph_block_number_t known;
    ph_paras_shared_allowed_scheduling_parents_get(rt, &tracker);
    if (!ph_paras_shared_find_scheduling_parent(&tracker, &known, parent)) {
        ph_scheduling_parent_info_t info = {.scheduling_parent = *parent};
        ph_ump_transpose(rt->arena, &info.claim_queue, claim_queue);
        ph_vec_push(rt, &tracker.buffer, info);
        tracker.latest_number = number;
        if (tracker.buffer.count > lookahead)
            ph_vec_drop(&tracker.buffer, tracker.buffer.count - lookahead);
    }
    ph_paras_shared_allowed_scheduling_parents_set(rt, &tracker);
}

void ph_paras_shared_new_block(ph_rt_t *rt, const ph_hash_t *parent, const ph_claim_queue_t *claim_queue,
                               ph_block_number_t parent_number, uint32_t lookahead, const ph_hash_t *state_root,
                               ph_session_index_t session)
{
    note_scheduling_parent(rt, parent, claim_queue, parent_number, lookahead);
    ph_relay_parent_info_t info = {.number = parent_number, .state_root = *state_root};
    ph_paras_shared_allowed_relay_parents_set(rt, session, parent, &info);
    if (!ph_paras_shared_minimum_relay_parent_number_exists(rt, session))
        ph_paras_shared_minimum_relay_parent_number_set(rt, session, parent_number);
}

bool ph_paras_shared_minimum_relay_parent(ph_rt_t *rt, ph_block_number_t *number)
{
    ph_session_index_t oldest;
    ph_paras_shared_oldest_relay_parent_session_get(rt, &oldest);
    return ph_paras_shared_minimum_relay_parent_number_get(rt, oldest, number);
}

void ph_paras_shared_disabled_validators(ph_rt_t *rt, ph_vec_validator_index_t *out)
{
    ph_vec_validator_index_t active;
    ph_vec_tup_u32_perbill_t disabled;
    ph_session_disabled_validators_get(rt, &disabled);
    *out = (ph_vec_validator_index_t){0};
    if (disabled.count == 0)
        return;
    ph_paras_shared_active_validator_indices_get(rt, &active);
    for (size_t i = 0; i < disabled.count; i++)
        for (size_t j = 0; j < active.count; j++)
            if (active.items[j].v == disabled.items[i]._0) {
                ph_vec_push(rt, out, ((ph_validator_index_t){(uint32_t)j}));
                break;
            }
}
