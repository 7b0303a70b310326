#include "support/state_plants.h"

#include <string.h>

#include "runtime/storage/paras.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/vec.h"

/* A para that nobody has heard of. */
static const ph_para_id_t nobody = {77777};

static bool find(ph_rt_t *rt, ph_para_id_t *para, ph_para_lifecycle_kind_t kind)
{
    ph_bytes_t cursor = {0};
    ph_para_lifecycle_t state;
    while (ph_paras_para_lifecycles_next(rt, &cursor, para, &state))
        if (state.kind == kind)
            return true;
    return false;
}

static bool some_code(ph_rt_t *rt, ph_validation_code_hash_t *hash)
{
    ph_bytes_t cursor = {0};
    return ph_paras_code_by_hash_refs_next(rt, &cursor, hash, NULL);
}

/* ---- code ---- */

static bool one_reference_more(ph_rt_t *rt)
{
    ph_validation_code_hash_t hash;
    uint32_t refs;
    if (!some_code(rt, &hash))
        return false;
    ph_paras_code_by_hash_refs_get(rt, &hash, &refs);
    ph_paras_code_by_hash_refs_set(rt, &hash, refs + 1);
    return true;
}

static bool no_code_any_more(ph_rt_t *rt)
{
    ph_validation_code_hash_t hash;
    if (!some_code(rt, &hash))
        return false;
    ph_paras_code_by_hash_remove(rt, &hash);
    return true;
}

static bool used_without_reference(ph_rt_t *rt)
{
    ph_validation_code_hash_t hash;
    if (!some_code(rt, &hash))
        return false;
    ph_paras_code_by_hash_refs_remove(rt, &hash);
    return true;
}

static bool other_code(ph_rt_t *rt)
{
    ph_validation_code_hash_t hash;
    if (!some_code(rt, &hash))
        return false;
    ph_paras_code_by_hash_set(rt, &hash, (ph_validation_code_t){PH_BYTES_LIT("something else")});
    return true;
}

static bool code_of_nobody(ph_rt_t *rt)
{
    ph_paras_code_by_hash_set(rt, &(ph_validation_code_hash_t){{9}}, (ph_validation_code_t){PH_BYTES_LIT("x")});
    return true;
}

/* ---- votes ---- */

static bool some_vote(ph_rt_t *rt, ph_validation_code_hash_t *subject, ph_pvf_check_active_vote_state_t *vote)
{
    ph_bytes_t cursor = {0};
    return ph_paras_pvf_active_vote_map_next(rt, &cursor, subject, vote);
}

static bool vote_of_others(ph_rt_t *rt)
{
    ph_validation_code_hash_t subject;
    ph_pvf_check_active_vote_state_t vote;
    if (!some_vote(rt, &subject, &vote))
        return false;
    vote.votes_accept = ph_bits_new(rt->arena, vote.votes_accept.count + 1);
    ph_paras_pvf_active_vote_map_set(rt, &subject, &vote);
    return true;
}

static bool vote_about_nothing(ph_rt_t *rt)
{
    ph_validation_code_hash_t subject;
    ph_pvf_check_active_vote_state_t vote;
    if (!some_vote(rt, &subject, &vote))
        return false;
    vote.causes.count = 0;
    ph_paras_pvf_active_vote_map_set(rt, &subject, &vote);
    return true;
}

static bool vote_for_nobody(ph_rt_t *rt)
{
    ph_validation_code_hash_t subject;
    ph_pvf_check_active_vote_state_t vote;
    if (!some_vote(rt, &subject, &vote))
        return false;
    ph_pvf_check_cause_t cause = {.kind = PH_PVF_CHECK_CAUSE_ONBOARDING, .onboarding = nobody};
    ph_vec_push(rt, &vote.causes, cause);
    ph_paras_pvf_active_vote_map_set(rt, &subject, &vote);
    return true;
}

static bool vote_not_listed(ph_rt_t *rt)
{
    ph_validation_code_hash_t subject;
    ph_pvf_check_active_vote_state_t vote;
    if (!some_vote(rt, &subject, &vote))
        return false;
    ph_paras_pvf_active_vote_list_set(rt, &(ph_vec_validation_code_hash_t){0});
    return true;
}

static bool listed_without_vote(ph_rt_t *rt)
{
    ph_vec_validation_code_hash_t list;
    ph_validation_code_hash_t none;
    memset(&none, 0xff, sizeof none);
    ph_paras_pvf_active_vote_list_get(rt, &list);
    ph_vec_push(rt, &list, none);
    ph_paras_pvf_active_vote_list_set(rt, &list);
    return true;
}

static bool votes_out_of_order(ph_rt_t *rt)
{
    ph_vec_validation_code_hash_t list;
    ph_paras_pvf_active_vote_list_get(rt, &list);
    if (list.count == 0)
        return false;
    ph_vec_push(rt, &list, list.items[0]);
    ph_paras_pvf_active_vote_list_set(rt, &list);
    return true;
}

/* ---- lifecycles ---- */

static bool another_parachain(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_PARATHREAD))
        return false;
    ph_paras_para_lifecycles_set(rt, para, (ph_para_lifecycle_t){PH_PARA_LIFECYCLE_PARACHAIN});
    return true;
}

static bool headless(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_PARACHAIN))
        return false;
    ph_paras_heads_remove(rt, para);
    return true;
}

static bool unborn_for_ever(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_ONBOARDING))
        return false;
    ph_paras_upcoming_paras_genesis_remove(rt, para);
    return true;
}

static bool codeless(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_PARACHAIN))
        return false;
    ph_paras_current_code_hash_remove(rt, para);
    return true;
}

static bool forgotten_action(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_UPGRADING_PARATHREAD))
        return false;
    ph_paras_actions_queue_clear(rt);
    return true;
}

static bool parachains_out_of_order(ph_rt_t *rt)
{
    ph_vec_para_id_t list;
    ph_paras_parachains_get(rt, &list);
    if (list.count == 0)
        return false;
    ph_vec_push(rt, &list, list.items[0]);
    ph_paras_parachains_set(rt, &list);
    return true;
}

static bool parachain_of_nobody(ph_rt_t *rt)
{
    ph_paras_parachains_append(rt, &nobody);
    return true;
}

static bool old_actions(ph_rt_t *rt)
{
    ph_session_index_t now;
    ph_paras_shared_current_session_index_get(rt, &now);
    ph_paras_actions_queue_append(rt, now, &nobody);
    return true;
}

static bool actions_out_of_order(ph_rt_t *rt)
{
    ph_session_index_t now;
    ph_paras_shared_current_session_index_get(rt, &now);
    ph_session_index_t later = {now.v + 50};
    ph_paras_actions_queue_append(rt, later, &nobody);
    ph_paras_actions_queue_append(rt, later, &nobody);
    return true;
}

/* ---- timers ---- */

static bool upgrade_of_nobody(ph_rt_t *rt)
{
    ph_paras_upcoming_upgrades_append(rt, &(ph_tup_para_id_block_number_t){nobody, UINT32_MAX});
    return true;
}

static bool upgrade_to_nothing_at(ph_rt_t *rt)
{
    ph_paras_future_code_upgrades_at_append(rt, &(ph_tup_para_id_block_number_t){nobody, UINT32_MAX});
    return true;
}

static bool upgrades_out_of_order(ph_rt_t *rt)
{
    ph_paras_upgrade_cooldowns_append(rt, &(ph_tup_para_id_block_number_t){nobody, 7});
    ph_paras_upgrade_cooldowns_append(rt, &(ph_tup_para_id_block_number_t){nobody, 6});
    return true;
}

static bool code_that_waits(ph_rt_t *rt)
{
    ph_para_id_t para;
    ph_validation_code_hash_t hash;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_PARACHAIN) || ph_paras_future_code_hash_exists(rt, para) ||
        !some_code(rt, &hash))
        return false;
    ph_paras_future_code_hash_set(rt, para, &hash);
    return true;
}

static bool upgrade_to_nothing(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_PARACHAIN) || ph_paras_future_code_hash_exists(rt, para))
        return false;
    ph_paras_future_code_upgrades_set(rt, para, 100000);
    return true;
}

static bool restricted(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!find(rt, &para, PH_PARA_LIFECYCLE_PARACHAIN))
        return false;
    ph_paras_upgrade_restriction_signal_set(rt, para, (ph_upgrade_restriction_t){PH_UPGRADE_RESTRICTION_PRESENT});
    ph_paras_upgrade_cooldowns_set(rt, &(ph_vec_tup_para_id_block_number_t){0});
    return true;
}

/* ---- past code ---- */

static bool meta_of_nobody(ph_rt_t *rt)
{
    ph_paras_past_code_meta_set(rt, nobody, &(ph_para_past_code_meta_t){0});
    return true;
}

static bool some_past(ph_rt_t *rt, ph_tup_para_id_block_number_t *key)
{
    ph_bytes_t cursor = {0};
    return ph_paras_past_code_hash_next(rt, &cursor, key, NULL);
}

static bool past_code_lost(ph_rt_t *rt)
{
    ph_tup_para_id_block_number_t key;
    if (!some_past(rt, &key))
        return false;
    ph_paras_past_code_hash_remove(rt, &key);
    return true;
}

static bool never_pruned(ph_rt_t *rt)
{
    ph_tup_para_id_block_number_t key;
    if (!some_past(rt, &key))
        return false;
    ph_paras_past_code_pruning_set(rt, &(ph_vec_tup_para_id_block_number_t){0});
    return true;
}

static bool past_not_noted(ph_rt_t *rt)
{
    ph_tup_para_id_block_number_t key;
    if (!some_past(rt, &key))
        return false;
    ph_paras_past_code_meta_remove(rt, key._0);
    return true;
}

/* ---- what is left ---- */

static bool context_of_nobody(ph_rt_t *rt)
{
    ph_paras_most_recent_context_set(rt, nobody, 5);
    return true;
}

static bool signal_of_nobody(ph_rt_t *rt)
{
    ph_paras_upgrade_go_ahead_signal_set(rt, nobody, (ph_upgrade_go_ahead_t){PH_UPGRADE_GO_AHEAD_ABORT});
    return true;
}

static bool key_of_no_para(ph_rt_t *rt)
{
    ph_bytes_t key = ph_bytes_copy(rt->arena, ph_paras_heads_key(rt, nobody));
    ph_host_storage_set(rt, ph_bytes(key.data, 40), ph_bytes("\0", 1));
    return true;
}

const ph_state_plant_t ph_state_plants_paras[] = {
    {one_reference_more, "references and"},
    {no_code_any_more, "is used and not there"},
    {used_without_reference, "codes are used"},
    {other_code, "has another hash"},
    {code_of_nobody, "nobody uses code 09"},
    {vote_of_others, "validators, there are"},
    {vote_about_nothing, "a vote about nothing"},
    {vote_for_nobody, "who does not wait for it"},
    {vote_not_listed, "votes are listed, "},
    {listed_without_vote, "a listed vote is missing"},
    {votes_out_of_order, "the list of votes is out of order"},
    {another_parachain, "at odds with Parachains"},
    {headless, "at odds with Heads"},
    {unborn_for_ever, "at odds with UpcomingParasGenesis"},
    {codeless, "has no code"},
    {forgotten_action, "nothing will move it"},
    {parachains_out_of_order, "Paras.Parachains is out of order"},
    {parachain_of_nobody, "77777 of Parachains has no lifecycle"},
    {old_actions, "are still there in"},
    {actions_out_of_order, "Paras.ActionsQueue is out of order"},
    {upgrade_of_nobody, "UpcomingUpgrades is at odds"},
    {upgrade_to_nothing_at, "an upgrade is due to no code"},
    {upgrades_out_of_order, "UpgradeCooldowns is out of order"},
    {code_that_waits, "its future code waits for nothing"},
    {upgrade_to_nothing, "an upgrade to no code"},
    {restricted, "restricted for ever"},
    {meta_of_nobody, "is gone, and PastCodeMeta is not"},
    {past_code_lost, "past code of"},
    {never_pruned, "its past code is never pruned"},
    {past_not_noted, "past codes are noted"},
    {context_of_nobody, "77777 is gone, and Paras.MostRecentContext"},
    {signal_of_nobody, "77777 is gone, and Paras.UpgradeGoAheadSignal"},
    {key_of_no_para, "has a key without a para"},
};
const size_t ph_state_plants_paras_count = sizeof ph_state_plants_paras / sizeof *ph_state_plants_paras;
