/* The change of sessions. */
#include "runtime/session.h"

#include <string.h>

#include "base/check.h"
#include "runtime/babe.h"
#include "runtime/historical.h"
#include "runtime/hooks.h"
#include "runtime/session_keys.h"
#include "runtime/support.h"
#include "runtime/system.h"
#include "runtime/vec.h"

typedef ph_vec_tup_account_id_session_keys_t queue_t;

/* ---- telling the modules ---- */

static ph_session_change_t change_of(ph_rt_t *rt, bool changed, ph_session_index_t session, const queue_t *now,
                                     const queue_t *next)
{
    ph_account_id_t *accounts = ph_arena_alloc(rt->arena, (now->count + next->count) * sizeof *accounts);
    ph_session_keys_t *keys = ph_arena_alloc(rt->arena, (now->count + next->count) * sizeof *keys);
    for (size_t i = 0; i < now->count; i++) {
        accounts[i] = now->items[i]._0;
        keys[i] = now->items[i]._1;
    }
    for (size_t i = 0; i < next->count; i++) {
        accounts[now->count + i] = next->items[i]._0;
        keys[now->count + i] = next->items[i]._1;
    }
    return (ph_session_change_t){
        .changed = changed,
        .session = session,
        .validator_count = now->count,
        .queued_count = next->count,
        .validators = accounts,
        .keys = keys,
        .queued = accounts + now->count,
        .queued_keys = keys + now->count,
    };
}

/* In the order of the session keys. */
static ph_err_t tell_new_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    PH_TRY(ph_grandpa_on_new_session(rt, change));
    PH_TRY(ph_babe_on_new_session(rt, change));
    PH_TRY(ph_initializer_on_new_session(rt, change));
    PH_TRY(ph_para_session_info_on_new_session(rt, change));
    return ph_authority_discovery_on_new_session(rt, change);
}

/* Initializer last: it makes the first session of the paras, for which the others' keys must be known. (On Rococo the
 * order is as above, and session 0 has no such keys; runtime/genesis.h.) */
static ph_err_t tell_genesis_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    PH_TRY(ph_grandpa_on_genesis_session(rt, change));
    PH_TRY(ph_babe_on_genesis_session(rt, change));
    PH_TRY(ph_authority_discovery_on_genesis_session(rt, change));
    PH_TRY(ph_para_session_info_on_new_session(rt, change));
    return ph_initializer_on_genesis_session(rt, change);
}

/* ---- rotation ---- */

/* The validators with the keys they have now; one without keys stays out. */
static void load_queue(ph_rt_t *rt, queue_t *out, const ph_vec_account_id_t *validators)
{
    ph_vec_alloc(rt, out, validators->count);
    out->count = 0;
    for (size_t i = 0; i < validators->count; i++) {
        ph_tup_account_id_session_keys_t *entry = &out->items[out->count];
        entry->_0 = validators->items[i];
        if (ph_session_next_keys_get(rt, &entry->_0, &entry->_1))
            out->count++;
        else
            ph_rt_log(rt, PH_LOG_WARN, "session", "a validator without session keys stays out of the next session");
    }
}

/* Do the keys that are queued differ from those in use? */
static bool keys_differ(const queue_t *now, const queue_t *next)
{
    for (size_t i = 0; i < next->count && i < now->count; i++)
        if (!ph_session_keys_equal(&now->items[i]._1, &next->items[i]._1))
            return true;
    return false;
}

/* Chooses what comes after the session that begins. */
static void plan_next(ph_rt_t *rt, queue_t *next, const queue_t *now, ph_session_index_t after_next)
{
    ph_vec_account_id_t validators;
    bool changed = ph_historical_new_session(rt, &validators, after_next);
    if (changed)
        ph_session_event_new_queued(rt);
    else
        ph_session_validators_get(rt, &validators);
    load_queue(rt, next, &validators);
    ph_session_queued_keys_set(rt, next);
    ph_session_queued_changed_set(rt, changed || keys_differ(now, next));
}

ph_err_t ph_session_rotate(ph_rt_t *rt)
{
    ph_session_index_t session;
    bool changed;
    queue_t now, next;
    ph_session_current_index_get(rt, &session);
    ph_session_queued_changed_get(rt, &changed);
    ph_session_queued_keys_get(rt, &now);

    ph_vec_account_id_t validators;
    ph_vec_alloc(rt, &validators, now.count);
    for (size_t i = 0; i < now.count; i++)
        validators.items[i] = now.items[i]._0;
    ph_session_validators_set(rt, &validators);
    if (changed)
        ph_session_disabled_validators_remove(rt);

    session.v++;
    ph_session_current_index_set(rt, session);
    plan_next(rt, &next, &now, (ph_session_index_t){session.v + 1});
    ph_session_event_new_session(rt, session);
    ph_session_change_t change = change_of(rt, changed, session, &now, &next);
    return tell_new_session(rt, &change);
}

/* The block that rotates has no room for transactions. */
ph_err_t ph_session_on_initialize(ph_rt_t *rt, ph_block_number_t now)
{
    if (!ph_babe_should_end_session(rt, now))
        return PH_OK;
    PH_TRY(ph_session_rotate(rt));
    ph_system_register_whole_block(rt);
    return PH_OK;
}

/* ---- disabled validators ---- */

/* The first entry at or after `validator`; *found says if it is its own. */
static size_t find_disabled(const ph_vec_tup_u32_perbill_t *disabled, uint32_t validator, bool *found)
{
    size_t i = 0;
    while (i < disabled->count && disabled->items[i]._0 < validator)
        i++;
    *found = i < disabled->count && disabled->items[i]._0 == validator;
    return i;
}

bool ph_session_is_disabled(ph_rt_t *rt, uint32_t validator)
{
    ph_vec_tup_u32_perbill_t disabled;
    ph_session_disabled_validators_get(rt, &disabled);
    bool found;
    (void)find_disabled(&disabled, validator, &found);
    return found;
}

bool ph_session_disable(ph_rt_t *rt, uint32_t validator, ph_perbill_t severity)
{
    ph_vec_account_id_t validators;
    ph_session_validators_get(rt, &validators);
    if (validator >= validators.count)
        return false;
    ph_vec_tup_u32_perbill_t disabled;
    ph_session_disabled_validators_get(rt, &disabled);
    bool found;
    size_t at = find_disabled(&disabled, validator, &found);
    if (found) {
        if (severity.v > disabled.items[at]._1.v)
            disabled.items[at]._1 = severity;
    } else {
        ph_session_event_validator_disabled(rt, &validators.items[validator]);
        ph_tup_u32_perbill_t entry = {._0 = validator, ._1 = severity};
        ph_vec_insert(rt, &disabled, at, entry);
        ph_grandpa_on_disabled(rt, validator);
        ph_babe_on_disabled(rt, validator);
    }
    ph_session_disabled_validators_set(rt, &disabled);
    return true;
}

bool ph_session_reenable(ph_rt_t *rt, uint32_t validator)
{
    ph_vec_account_id_t validators;
    ph_session_validators_get(rt, &validators);
    ph_vec_tup_u32_perbill_t disabled;
    ph_session_disabled_validators_get(rt, &disabled);
    bool found;
    size_t at = find_disabled(&disabled, validator, &found);
    if (validator >= validators.count)
        return false;
    if (found) {
        ph_session_event_validator_reenabled(rt, &validators.items[validator]);
        ph_vec_remove(&disabled, at);
    }
    ph_session_disabled_validators_set(rt, &disabled);
    return found;
}

/* ---- genesis ---- */

/* The manager has no say in the first two sessions. */
static void plan_genesis(ph_rt_t *rt)
{
    ph_vec_account_id_t unchanged;
    for (uint32_t i = 0; i <= 1; i++) {
        bool changed = ph_historical_new_session(rt, &unchanged, (ph_session_index_t){i});
        PH_CHECK(!changed);
    }
}

ph_err_t ph_session_genesis_build(ph_rt_t *rt, const ph_genesis_validator_t *validators, size_t count)
{
    ph_vec_account_id_t accounts;
    ph_vec_alloc(rt, &accounts, count);
    for (size_t i = 0; i < count; i++) {
        accounts.items[i] = validators[i].account;
        bool had;
        ph_session_keys_t old;
        if (ph_session_put_keys(rt, &had, &old, &validators[i].account, &validators[i].keys) != PH_OK)
            return ph_rt_panic(rt, "genesis config must not contain duplicates: keys of validator %zu", i);
        if (ph_system_inc_consumers_without_limit(rt, &validators[i].account) != PH_OK)
            ph_system_inc_providers(rt, &validators[i].account);
    }
    plan_genesis(rt);
    queue_t queue;
    load_queue(rt, &queue, &accounts);
    ph_session_validators_set(rt, &accounts);
    ph_session_queued_keys_set(rt, &queue);
    ph_session_change_t change = change_of(rt, false, (ph_session_index_t){0}, &queue, &queue);
    return tell_genesis_session(rt, &change);
}
