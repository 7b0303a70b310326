/* What a legal chain does not ask for. The pallets trust root (and managers of paras) with calls that leave their books
 * as they are told, whether that makes sense or not: such a call is kept from where it does not, or gets an argument
 * with which it does. Everything else is left as it is, whether it will succeed or fail.
 */
#include "support/chain_maker_private.h"

#include "runtime/storage/hrmp.h"
#include "runtime/storage/message_queue.h"
#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/session.h"
#include "runtime/storage/validator_manager.h"

enum { FEWEST_VALIDATORS = 3, MOST_VALIDATORS = 8 };

/* ---- paras ---- */

static bool is_stable(ph_rt_t *rt, ph_para_id_t para)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(rt, para, &state) &&
           (state.kind == PH_PARA_LIFECYCLE_PARACHAIN || state.kind == PH_PARA_LIFECYCLE_PARATHREAD);
}

/* A parachain, where there is one. */
static ph_para_id_t a_parachain(ph_chain_maker_t *m)
{
    ph_vec_para_id_t list;
    ph_paras_parachains_get(&m->view.rt, &list);
    if (list.count == 0)
        return (ph_para_id_t){ph_maker_paras[maker_below(m, MAKER_PARAS)]};
    return list.items[maker_below(m, list.count)];
}

/* One call a block that changes a para's life, so that the state looked at is that which the call finds. */
static bool touch(ph_chain_maker_t *m, ph_para_id_t para)
{
    for (size_t i = 0; i < m->touched.count; i++)
        if (m->touched.items[i] == para.v)
            return false;
    ph_list_push(m->arena, &m->touched, para.v);
    return true;
}

/* Code, heads and actions are for paras that live, and code only for those with no upgrade under way: the pallets do
 * not look. */
static bool may_force(ph_chain_maker_t *m, ph_para_id_t para, bool code)
{
    ph_rt_t *rt = &m->view.rt;
    if (!is_stable(rt, para) || (code && ph_paras_future_code_hash_exists(rt, para)))
        return false;
    return touch(m, para);
}

/* A candidate with new code that is enacted while its para goes leaves a vote for nobody. Not all shall go. */
static bool may_leave(ph_chain_maker_t *m, ph_para_id_t para)
{
    return maker_chance(m, 30) && !ph_para_inclusion_pending_availability_exists(&m->view.rt, para) && touch(m, para);
}

static bool tame_paras(ph_chain_maker_t *m, ph_call_paras_t *call)
{
    switch ((ph_call_paras_kind_t)call->kind) {
    case PH_CALL_PARAS_FORCE_SET_CURRENT_CODE:
        return may_force(m, call->force_set_current_code.para, true);
    case PH_CALL_PARAS_FORCE_SET_CURRENT_HEAD:
        return may_force(m, call->force_set_current_head.para, false);
    case PH_CALL_PARAS_FORCE_SCHEDULE_CODE_UPGRADE:
        return may_force(m, call->force_schedule_code_upgrade.para, true);
    case PH_CALL_PARAS_FORCE_NOTE_NEW_HEAD:
        return may_force(m, call->force_note_new_head.para, false);
    case PH_CALL_PARAS_FORCE_QUEUE_ACTION:
        return may_force(m, call->force_queue_action.para, false);
    case PH_CALL_PARAS_FORCE_SET_MOST_RECENT_CONTEXT:
        return may_force(m, call->force_set_most_recent_context.para, false);
    case PH_CALL_PARAS_AUTHORIZE_FORCE_SET_CURRENT_CODE_HASH:
        return may_force(m, call->authorize_force_set_current_code_hash.para, false);
    case PH_CALL_PARAS_APPLY_AUTHORIZED_FORCE_SET_CURRENT_CODE:
        return may_force(m, call->apply_authorized_force_set_current_code.para, true);
    case PH_CALL_PARAS_ADD_TRUSTED_VALIDATION_CODE:
        ph_state_checker_trust(&m->checker, call->add_trusted_validation_code.validation_code);
        return true;
    case PH_CALL_PARAS_POKE_UNUSED_VALIDATION_CODE:
    case PH_CALL_PARAS_INCLUDE_PVF_CHECK_STATEMENT:
    case PH_CALL_PARAS_REMOVE_UPGRADE_COOLDOWN:
        return true;
    }
    return true;
}

static bool tame_registrar(ph_chain_maker_t *m, ph_call_registrar_t *call)
{
    switch ((ph_call_registrar_kind_t)call->kind) {
    case PH_CALL_REGISTRAR_SCHEDULE_CODE_UPGRADE:
        return may_force(m, call->schedule_code_upgrade.para, true);
    case PH_CALL_REGISTRAR_SET_CURRENT_HEAD:
        return may_force(m, call->set_current_head.para, false);
    case PH_CALL_REGISTRAR_DEREGISTER:
        return may_leave(m, call->deregister.id);
    case PH_CALL_REGISTRAR_REGISTER:
        return touch(m, call->register_.id);
    case PH_CALL_REGISTRAR_FORCE_REGISTER:
        return touch(m, call->force_register.id);
    case PH_CALL_REGISTRAR_SWAP:
        return touch(m, call->swap.id) && touch(m, call->swap.other);
    case PH_CALL_REGISTRAR_REMOVE_LOCK:
    case PH_CALL_REGISTRAR_RESERVE:
    case PH_CALL_REGISTRAR_ADD_LOCK:
        return true;
    }
    return true;
}

static bool tame_wrapper(ph_chain_maker_t *m, ph_call_paras_sudo_wrapper_t *call)
{
    switch ((ph_call_paras_sudo_wrapper_kind_t)call->kind) {
    case PH_CALL_PARAS_SUDO_WRAPPER_SUDO_SCHEDULE_PARA_INITIALIZE:
        return touch(m, call->sudo_schedule_para_initialize.id);
    case PH_CALL_PARAS_SUDO_WRAPPER_SUDO_SCHEDULE_PARA_CLEANUP:
        return may_leave(m, call->sudo_schedule_para_cleanup.id);
    case PH_CALL_PARAS_SUDO_WRAPPER_SUDO_SCHEDULE_PARATHREAD_UPGRADE:
        return touch(m, call->sudo_schedule_parathread_upgrade.id);
    case PH_CALL_PARAS_SUDO_WRAPPER_SUDO_SCHEDULE_PARACHAIN_DOWNGRADE:
        return touch(m, call->sudo_schedule_parachain_downgrade.id);
    case PH_CALL_PARAS_SUDO_WRAPPER_SUDO_QUEUE_DOWNWARD_XCM:
        return true;
    case PH_CALL_PARAS_SUDO_WRAPPER_SUDO_ESTABLISH_HRMP_CHANNEL:
        call->sudo_establish_hrmp_channel.max_capacity = (uint32_t)maker_below(m, 5);
        call->sudo_establish_hrmp_channel.max_message_size = (uint32_t)maker_below(m, 220);
        return is_stable(&m->view.rt, call->sudo_establish_hrmp_channel.sender);
    }
    return true;
}

/* Cleaning by force drops the counts of requests and leaves the requests; of a channel opened by force only the
 * recipient must live. */
static bool tame_hrmp(ph_chain_maker_t *m, ph_call_hrmp_t *call)
{
    if (call->kind == PH_CALL_HRMP_FORCE_OPEN_HRMP_CHANNEL) {
        if (maker_chance(m, 70)) {
            call->force_open_hrmp_channel.sender = a_parachain(m);
            call->force_open_hrmp_channel.recipient = a_parachain(m);
        }
        call->force_open_hrmp_channel.max_capacity = (uint32_t)maker_below(m, 5);
        call->force_open_hrmp_channel.max_message_size = (uint32_t)maker_below(m, 220);
        return is_stable(&m->view.rt, call->force_open_hrmp_channel.sender);
    }
    if (call->kind == PH_CALL_HRMP_HRMP_INIT_OPEN_CHANNEL) {
        call->hrmp_init_open_channel.proposed_max_capacity = (uint32_t)maker_below(m, 5);
        call->hrmp_init_open_channel.proposed_max_message_size = (uint32_t)maker_below(m, 220);
    }
    if (call->kind == PH_CALL_HRMP_ESTABLISH_SYSTEM_CHANNEL)
        return is_stable(&m->view.rt, call->establish_system_channel.sender);
    return call->kind != PH_CALL_HRMP_FORCE_CLEAN_HRMP ||
           (ph_hrmp_hrmp_open_channel_requests_list_count(&m->view.rt) + m->touched.count == 0 &&
            !ph_message_queue_service_head_exists(&m->view.rt));
}

/* ---- the rest of what root may ---- */

/* Only keys that nobody else has. */
static bool tame_system(ph_chain_maker_t *m, ph_call_system_t *call)
{
    static const char *const mine = ":root's own";
    ph_bytes_t key = ph_bytes_copy(m->c->arena, ph_bytes(mine, strlen(mine)));
    if (call->kind == PH_CALL_SYSTEM_SET_STORAGE)
        for (size_t i = 0; i < call->set_storage.items.count; i++)
            call->set_storage.items.items[i]._0 = key;
    else if (call->kind == PH_CALL_SYSTEM_KILL_STORAGE)
        for (size_t i = 0; i < call->kill_storage.keys.count; i++)
            call->kill_storage.keys.items[i] = key;
    else if (call->kind == PH_CALL_SYSTEM_KILL_PREFIX)
        call->kill_prefix.prefix = key;
    return true;
}

/* Nobody becomes poor who is needed, and reserves stay as they are. */
static bool tame_balances(ph_chain_maker_t *m, ph_call_balances_t *call, size_t signer)
{
    (void)m;
    switch ((ph_call_balances_kind_t)call->kind) {
    case PH_CALL_BALANCES_FORCE_UNRESERVE:
        call->force_unreserve.amount = 0;
        return true;
    case PH_CALL_BALANCES_FORCE_SET_BALANCE:
        call->force_set_balance.new_free += (ph_balance_t)UINT64_C(500000000000000000);
        return true;
    case PH_CALL_BALANCES_TRANSFER_ALL:
        return signer >= MAKER_VALIDATORS;
    case PH_CALL_BALANCES_TRANSFER_ALLOW_DEATH:
    case PH_CALL_BALANCES_FORCE_TRANSFER:
    case PH_CALL_BALANCES_TRANSFER_KEEP_ALIVE:
    case PH_CALL_BALANCES_UPGRADE_ACCOUNTS:
    case PH_CALL_BALANCES_FORCE_ADJUST_TOTAL_ISSUANCE:
    case PH_CALL_BALANCES_BURN:
        return true;
    }
    return true;
}

static bool tame_validators(ph_chain_maker_t *m, ph_call_validator_manager_t *call)
{
    ph_rt_t *rt = &m->view.rt;
    size_t there = ph_session_validators_count(rt);
    if (call->kind == PH_CALL_VALIDATOR_MANAGER_REGISTER_VALIDATORS)
        return there + ph_validator_manager_validators_to_add_count(rt) + call->register_validators.validators.count <=
               MOST_VALIDATORS;
    if (call->deregister_validators.validators.count > 1)
        call->deregister_validators.validators.count = 1;
    /* Once a block, and not while somebody is about to go: two sessions pass before a set is there. */
    return there > FEWEST_VALIDATORS && ph_validator_manager_validators_to_retire_count(rt) == 0 &&
           touch(m, (ph_para_id_t){UINT32_MAX}) && maker_chance(m, 30);
}

/* No limits under which nothing goes on, deposits as they were, no unchecked settings. */
static bool tame_configuration(ph_chain_maker_t *m, ph_call_configuration_t *call)
{
    uint32_t size = 1000 + (uint32_t)maker_below(m, 5000);
    switch (call->kind) {
    case PH_CALL_CONFIGURATION_SET_MAX_CODE_SIZE:
        call->set_max_code_size.new = size;
        return true;
    case PH_CALL_CONFIGURATION_SET_MAX_HEAD_DATA_SIZE:
        call->set_max_head_data_size.new = size;
        return true;
    case PH_CALL_CONFIGURATION_SET_MAX_POV_SIZE:
        call->set_max_pov_size.new = size;
        return true;
    case PH_CALL_CONFIGURATION_SET_MAX_UPWARD_QUEUE_COUNT:
    case PH_CALL_CONFIGURATION_SET_MAX_UPWARD_QUEUE_SIZE:
    case PH_CALL_CONFIGURATION_SET_MAX_UPWARD_MESSAGE_SIZE:
    case PH_CALL_CONFIGURATION_SET_MAX_DOWNWARD_MESSAGE_SIZE:
        call->set_max_upward_queue_size.new = size;
        return true;
    case PH_CALL_CONFIGURATION_SET_HRMP_SENDER_DEPOSIT:
        call->set_hrmp_sender_deposit.new = 1000000;
        return true;
    case PH_CALL_CONFIGURATION_SET_HRMP_RECIPIENT_DEPOSIT:
        call->set_hrmp_recipient_deposit.new = 2000000;
        return true;
    case PH_CALL_CONFIGURATION_SET_BYPASS_CONSISTENCY_CHECK:
        call->set_bypass_consistency_check.new = false;
        return true;
    case PH_CALL_CONFIGURATION_SET_CORETIME_CORES:
        call->set_coretime_cores.new = 4 + size % 4;
        return true;
    case PH_CALL_CONFIGURATION_SET_SCHEDULER_PARAMS: /* num_cores and lookahead by the calls above and below */
    case PH_CALL_CONFIGURATION_SET_DISPUTE_PERIOD:   /* one that shrinks leaves sessions that nobody prunes */
        return false;
    case PH_CALL_CONFIGURATION_SET_SCHEDULING_LOOKAHEAD:
        call->set_scheduling_lookahead.new = 1 + size % 5;
        return true;
    default:
        return maker_chance(m, 30);
    }
}

/* A handful of cores, for paras that live. */
static bool tame_coretime(ph_chain_maker_t *m, ph_call_coretime_t *call)
{
    if (call->kind == PH_CALL_CORETIME_REQUEST_CORE_COUNT)
        call->request_core_count.count = (uint16_t)(4 + maker_below(m, 4));
    if (call->kind != PH_CALL_CORETIME_ASSIGN_CORE || maker_chance(m, 20))
        return true;
    call->assign_core.core = (uint16_t)maker_below(m, 6);
    call->assign_core.begin = m->c->header.number + (uint32_t)maker_below(m, 8);
    if (call->assign_core.end_hint.some)
        call->assign_core.end_hint.value = call->assign_core.begin + 10;
    for (size_t i = 0; i < call->assign_core.assignment.count; i++)
        if (call->assign_core.assignment.items[i]._0.kind == PH_CORE_ASSIGNMENT_TASK)
            call->assign_core.assignment.items[i]._0.task = a_parachain(m).v;
    return true;
}

/* ---- keys ---- */

static bool tame_session(ph_chain_maker_t *m, ph_call_session_t *call, size_t signer)
{
    if (call->kind != PH_CALL_SESSION_SET_KEYS || maker_chance(m, 10))
        return true;
    uint8_t *proof = ph_arena_alloc(m->c->arena, RK_PROOF_LEN);
    const real_keys_t *keys = &m->keys[maker_below(m, MAKER_KEYS)];
    rk_prove(proof, keys, &m->signers[signer].account);
    call->set_keys.keys = rk_public(keys);
    call->set_keys.proof = ph_bytes(proof, RK_PROOF_LEN);
    return true;
}

static size_t signer_of(const ph_chain_maker_t *m, const ph_multi_address_t *who)
{
    for (size_t i = 0; who->kind == PH_MULTI_ADDRESS_ID && i < MAKER_SIGNERS; i++)
        if (memcmp(who->id.bytes, m->signers[i].account.bytes, 32) == 0)
            return i;
    return MAKER_SIGNERS - 1;
}

static bool tame_sudo(ph_chain_maker_t *m, ph_call_sudo_t *call, size_t signer)
{
    switch ((ph_call_sudo_kind_t)call->kind) {
    case PH_CALL_SUDO_SUDO:
        return ph_maker_tame(m, call->sudo.call, signer);
    case PH_CALL_SUDO_SUDO_UNCHECKED_WEIGHT:
        call->sudo_unchecked_weight.weight.ref_time %= 1000000000;
        return ph_maker_tame(m, call->sudo_unchecked_weight.call, signer);
    case PH_CALL_SUDO_SUDO_AS:
        return ph_maker_tame(m, call->sudo_as.call, signer_of(m, &call->sudo_as.who));
    case PH_CALL_SUDO_SET_KEY:
        call->set_key.new = rt_address(&m->signers[0].account);
        return true;
    case PH_CALL_SUDO_REMOVE_KEY:
        return signer != 0;
    }
    return true;
}

bool ph_maker_tame(ph_chain_maker_t *m, ph_call_t *call, size_t signer)
{
    switch (call->kind) {
    case PH_CALL_SYSTEM:
        return tame_system(m, &call->system);
    case PH_CALL_BALANCES:
        return tame_balances(m, &call->balances, signer);
    case PH_CALL_SESSION:
        return tame_session(m, &call->session, signer);
    case PH_CALL_CONFIGURATION:
        return tame_configuration(m, &call->configuration);
    case PH_CALL_PARAS:
        return tame_paras(m, &call->paras);
    case PH_CALL_HRMP:
        return tame_hrmp(m, &call->hrmp);
    case PH_CALL_REGISTRAR:
        return tame_registrar(m, &call->registrar);
    case PH_CALL_PARAS_SUDO_WRAPPER:
        return tame_wrapper(m, &call->paras_sudo_wrapper);
    case PH_CALL_VALIDATOR_MANAGER:
        return tame_validators(m, &call->validator_manager);
    case PH_CALL_CORETIME:
        return tame_coretime(m, &call->coretime);
    case PH_CALL_PARAS_DISPUTES: /* force_unfreeze */
        ph_state_checker_unfreeze(&m->checker);
        return true;
    case PH_CALL_SUDO:
        return tame_sudo(m, &call->sudo, signer);
    default:
        return true;
    }
}
