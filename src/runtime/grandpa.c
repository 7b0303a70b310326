/* Grandpa: the authorities of finality. A session with another set schedules a change, which takes effect at the end of
 * the same block; a stalled finality gets a forced one. (pallet-grandpa 50.) */
#include "runtime/grandpa.h"

#include <string.h>

#include "runtime/hooks.h"
#include "runtime/params.h"
#include "runtime/storage/session.h"
#include "runtime/support.h"
#include "runtime/system.h"
#include "runtime/vec.h"

#define ENGINE "FRNK"

static void deposit_log(ph_rt_t *rt, const ph_grandpa_consensus_log_t *log)
{
    ph_writer_t encoded = ph_writer_in(rt->arena);
    ph_grandpa_consensus_log_encode(&encoded, log);
    ph_system_deposit_consensus(rt, ENGINE, ph_writer_bytes(&encoded));
}

void ph_grandpa_on_disabled(ph_rt_t *rt, uint32_t validator)
{
    deposit_log(rt,
                &(ph_grandpa_consensus_log_t){.kind = PH_GRANDPA_CONSENSUS_LOG_ON_DISABLED, .on_disabled = validator});
}

/* ---- end of a block ---- */

static void announce_change(ph_rt_t *rt, const ph_grandpa_stored_pending_change_t *pending)
{
    ph_grandpa_scheduled_change_t change = {.next_authorities = pending->next_authorities, .delay = pending->delay};
    ph_grandpa_consensus_log_t log;
    memset(&log, 0, sizeof log);
    if (pending->forced.some) {
        log.kind = PH_GRANDPA_CONSENSUS_LOG_FORCED_CHANGE;
        log.forced_change._0 = pending->forced.value;
        log.forced_change._1 = change;
    } else {
        log.kind = PH_GRANDPA_CONSENSUS_LOG_SCHEDULED_CHANGE;
        log.scheduled_change = change;
    }
    deposit_log(rt, &log);
}

static void change_authorities(ph_rt_t *rt, ph_block_number_t now)
{
    ph_grandpa_stored_pending_change_t pending;
    if (!ph_grandpa_pending_change_get(rt, &pending))
        return;
    if (now == pending.scheduled_at)
        announce_change(rt, &pending);
    if (now == pending.scheduled_at + pending.delay) {
        ph_grandpa_authorities_set(rt, &pending.next_authorities);
        ph_grandpa_event_new_authorities(rt, &pending.next_authorities);
        ph_grandpa_pending_change_remove(rt);
    }
}

static void change_state(ph_rt_t *rt, ph_block_number_t now)
{
    ph_grandpa_stored_state_t state;
    ph_grandpa_state_get(rt, &state);
    switch ((ph_grandpa_stored_state_kind_t)state.kind) {
    case PH_GRANDPA_STORED_STATE_LIVE:
    case PH_GRANDPA_STORED_STATE_PAUSED:
        return;
    case PH_GRANDPA_STORED_STATE_PENDING_PAUSE:
        if (now == state.pending_pause.scheduled_at)
            deposit_log(rt, &(ph_grandpa_consensus_log_t){.kind = PH_GRANDPA_CONSENSUS_LOG_PAUSE,
                                                          .pause = state.pending_pause.delay});
        if (now == state.pending_pause.scheduled_at + state.pending_pause.delay) {
            ph_grandpa_state_set(rt, &(ph_grandpa_stored_state_t){.kind = PH_GRANDPA_STORED_STATE_PAUSED});
            ph_grandpa_event_paused(rt);
        }
        return;
    case PH_GRANDPA_STORED_STATE_PENDING_RESUME:
        if (now == state.pending_resume.scheduled_at)
            deposit_log(rt, &(ph_grandpa_consensus_log_t){.kind = PH_GRANDPA_CONSENSUS_LOG_RESUME,
                                                          .resume = state.pending_resume.delay});
        if (now == state.pending_resume.scheduled_at + state.pending_resume.delay) {
            ph_grandpa_state_set(rt, &(ph_grandpa_stored_state_t){.kind = PH_GRANDPA_STORED_STATE_LIVE});
            ph_grandpa_event_resumed(rt);
        }
        return;
    }
}

ph_err_t ph_grandpa_on_finalize(ph_rt_t *rt, ph_block_number_t now)
{
    change_authorities(rt, now);
    change_state(rt, now);
    return PH_OK;
}

/* ---- sessions ---- */

static ph_grandpa_authority_list_t authorities_of(ph_rt_t *rt, const ph_session_change_t *change)
{
    ph_grandpa_authority_list_t out;
    ph_vec_alloc(rt, &out, change->validator_count);
    for (size_t i = 0; i < change->validator_count; i++) {
        out.items[i]._0 = change->keys[i].grandpa;
        out.items[i]._1 = 1;
    }
    return out;
}

ph_err_t ph_grandpa_schedule_change(ph_rt_t *rt, const ph_grandpa_authority_list_t *next, ph_block_number_t delay,
                                    const ph_block_number_t *forced)
{
    if (ph_grandpa_pending_change_exists(rt))
        return PH_GRANDPA_ERR_CHANGE_PENDING;
    ph_block_number_t now = ph_now(rt), next_forced;
    ph_grandpa_stored_pending_change_t pending = {.scheduled_at = now, .delay = delay, .next_authorities = *next};
    if (forced != NULL) {
        if (ph_grandpa_next_forced_get(rt, &next_forced) && next_forced > now)
            return PH_GRANDPA_ERR_TOO_SOON;
        ph_grandpa_next_forced_set(rt, now + delay * 2);
        pending.forced.some = true;
        pending.forced.value = *forced;
    }
    ph_grandpa_pending_change_set(rt, &pending);
    return PH_OK;
}

ph_err_t ph_grandpa_schedule_pause(ph_rt_t *rt, ph_block_number_t delay)
{
    ph_grandpa_stored_state_t state;
    ph_grandpa_state_get(rt, &state);
    if (state.kind != PH_GRANDPA_STORED_STATE_LIVE)
        return PH_GRANDPA_ERR_PAUSE_FAILED;
    state = (ph_grandpa_stored_state_t){.kind = PH_GRANDPA_STORED_STATE_PENDING_PAUSE,
                                        .pending_pause = {.scheduled_at = ph_now(rt), .delay = delay}};
    ph_grandpa_state_set(rt, &state);
    return PH_OK;
}

ph_err_t ph_grandpa_schedule_resume(ph_rt_t *rt, ph_block_number_t delay)
{
    ph_grandpa_stored_state_t state;
    ph_grandpa_state_get(rt, &state);
    if (state.kind != PH_GRANDPA_STORED_STATE_PAUSED)
        return PH_GRANDPA_ERR_RESUME_FAILED;
    state = (ph_grandpa_stored_state_t){.kind = PH_GRANDPA_STORED_STATE_PENDING_RESUME,
                                        .pending_resume = {.scheduled_at = ph_now(rt), .delay = delay}};
    ph_grandpa_state_set(rt, &state);
    return PH_OK;
}

/* A set gets the next number when its change could be scheduled; the numbers of long ago are forgotten. */
static void begin_set(ph_rt_t *rt, uint64_t *set_id, const ph_session_change_t *change)
{
    ph_grandpa_authority_list_t next = authorities_of(rt, change);
    ph_tup_u32_u32_t stalled;
    ph_err_t err = ph_grandpa_stalled_get(rt, &stalled) ? ph_grandpa_schedule_change(rt, &next, stalled._0, &stalled._1)
                                                        : ph_grandpa_schedule_change(rt, &next, 0, NULL);
    if (err != PH_OK)
        return;
    ph_grandpa_stalled_remove(rt);
    ph_grandpa_current_set_id_set(rt, ++*set_id);
    if (*set_id >= PH_MAX_SET_ID_SESSION_ENTRIES)
        ph_grandpa_set_id_session_remove(rt, *set_id - PH_MAX_SET_ID_SESSION_ENTRIES);
}

ph_err_t ph_grandpa_on_new_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    uint64_t set_id;
    ph_grandpa_current_set_id_get(rt, &set_id);
    if (change->changed || ph_grandpa_stalled_exists(rt))
        begin_set(rt, &set_id, change);
    ph_grandpa_set_id_session_set(rt, set_id, change->session);
    return PH_OK;
}

ph_err_t ph_grandpa_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    ph_grandpa_current_set_id_set(rt, 0);
    if (change->validator_count > 0) {
        if (ph_grandpa_authorities_count(rt) != 0)
            return ph_rt_panic(rt, "Authorities are already initialized!");
        ph_grandpa_authority_list_t authorities = authorities_of(rt, change);
        ph_grandpa_authorities_set(rt, &authorities);
    }
    ph_grandpa_set_id_session_set(rt, 0, (ph_session_index_t){0});
    return PH_OK;
}

ph_err_t ph_grandpa_call_note_stalled(ph_rt_t *rt, const ph_origin_t *origin, ph_block_number_t delay,
                                      ph_block_number_t best_finalized)
{
    PH_TRY(ph_ensure_root(origin));
    ph_tup_u32_u32_t stalled = {._0 = delay, ._1 = best_finalized};
    ph_grandpa_stalled_set(rt, &stalled);
    return PH_OK;
}
