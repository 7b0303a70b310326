/* Registration of paras by anyone, and by root through ParasSudoWrapper: each call, error and event. */
#include "support/rt_para.h"

#include "runtime/dmp.h"
#include "runtime/origin.h"
#include "runtime/params.h"
#include "runtime/registrar.h"
#include "runtime/storage/coretime.h"
#include "runtime/storage/hrmp.h"
#include "runtime/storage/paras_sudo_wrapper.h"
#include "runtime/system.h"

#define UNIT ((ph_balance_t)1000000000000)

static const ph_origin_t root = {.kind = PH_ORIGIN_ROOT};
static const ph_origin_t none = {.kind = PH_ORIGIN_NONE};

static ph_account_id_t account(uint8_t i)
{
    ph_account_id_t who;
    memset(who.bytes, i, 32);
    return who;
}

static ph_origin_t by(uint8_t i)
{
    ph_account_id_t who = account(i);
    return ph_origin_signed(&who);
}

static ph_origin_t para_origin(uint32_t para)
{
    return ph_origin_parachain((ph_para_id_t){para});
}

static void fund(para_world_t *w, uint8_t i, ph_balance_t free)
{
    ph_account_id_t who = account(i);
    ph_account_info_t info = {.providers = 1, .data = {.free = free, .flags = (ph_u128_t)1 << 127}};
    ph_system_account_set(w->rt, &who, &info);
}

static ph_balance_t reserved(para_world_t *w, uint8_t i)
{
    ph_account_id_t who = account(i);
    ph_account_info_t info;
    ph_system_account_get(w->rt, &who, &info);
    return info.data.reserved;
}

/* Paras 2000 and 2001 are parachains of genesis, which nobody registered. Accounts 1 and 2 are rich, 3 is poor. */
static para_world_t *world(void)
{
    para_world_t *w = pw_new(2);
    ph_genesis_para_t paras[2] = {{.id = {2000}}, {.id = {2001}}};
    ph_registrar_genesis_build(w->rt, paras, 2);
    fund(w, 1, 1000 * UNIT);
    fund(w, 2, 1000 * UNIT);
    fund(w, 3, 39 * UNIT);
    pw_pass(w, 1);
    return w;
}

static ph_validation_code_t code(const char *text)
{
    return (ph_validation_code_t){pw_text(text)};
}

static int lifecycle(para_world_t *w, uint32_t para)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(w->rt, pw_para(para), &state) ? state.kind : -1;
}

static ph_para_info_t info_of(para_world_t *w, uint32_t para)
{
    ph_para_info_t info;
    assert_true(ph_registrar_paras_get(w->rt, pw_para(para), &info));
    return info;
}

static ph_err_t reserve_id(para_world_t *w, uint8_t who)
{
    ph_origin_t origin = by(who);
    return ph_registrar_call_reserve(w->rt, &origin);
}

static ph_err_t register_id(para_world_t *w, uint8_t who, uint32_t id, const char *text)
{
    ph_origin_t origin = by(who);
    return ph_registrar_call_register(w->rt, &origin, pw_para(id), (ph_head_data_t){pw_text("head")}, code(text));
}

static ph_balance_t full_deposit(size_t head_len)
{
    return PH_PARA_DEPOSIT + PH_DATA_DEPOSIT_PER_BYTE * ((ph_balance_t)head_len + pw_config().max_code_size);
}

static void next_session(para_world_t *w)
{
    pw_begin(w);
    pw_announce_session(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    pw_end(w);
}

static void accept_code(para_world_t *w, const char *text)
{
    ph_vec_validator_index_t order;
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    for (uint32_t i = 0; i < 5; i++) { /* of six */
        ph_pvf_check_statement_t s = {.accept = true,
                                      .subject = ph_hash_of_code(code(text)),
                                      .session_index = ph_paras_shared_session(w->rt),
                                      .validator_index = {i}};
        ph_validator_signature_t signature;
        ph_bytes_t payload = ph_payload_of_pvf_check(w->rt->arena, &s);
        ph_sr25519_sign(&w->keys[order.items[i].v], signature.bytes, payload, NULL);
        assert_int_equal(ph_paras_call_include_pvf_check_statement(w->rt, &none, &s, &signature), PH_OK);
    }
}

/* Registered by account 1 and onboarded: an on-demand para. */
static void make_parathread(para_world_t *w, uint32_t id, const char *text)
{
    assert_int_equal(register_id(w, 1, id, text), PH_OK);
    pw_begin(w);
    accept_code(w, text);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    pw_end(w);
    next_session(w);
    next_session(w);
    pw_pass(w, 1);
    assert_int_equal(lifecycle(w, id), PH_PARA_LIFECYCLE_PARATHREAD);
}

/* ---- reserving ---- */

static void test_reserve(void **state)
{
    (void)state;
    para_world_t *w = world();
    assert_int_equal(ph_registrar_call_reserve(w->rt, &root), PH_ERR_BAD_ORIGIN);
    assert_int_equal(reserve_id(w, 3), PH_BALANCES_ERR_INSUFFICIENT_BALANCE);
    assert_int_equal(reserve_id(w, 1), PH_OK);
    assert_int_equal(pw_events(w, PH_EVENT_REGISTRAR, PH_EVENT_REGISTRAR_RESERVED), 1);
    ph_para_info_t info = info_of(w, 2002);
    ph_account_id_t owner = account(1);
    assert_memory_equal(info.manager.bytes, owner.bytes, 32);
    assert_true(info.deposit == PH_PARA_DEPOSIT);
    assert_false(info.locked.some);
    assert_true(reserved(w, 1) == PH_PARA_DEPOSIT);
    ph_para_id_t next;
    ph_registrar_next_free_para_id_get(w->rt, &next);
    assert_int_equal(next.v, 2003);
    ph_registrar_next_free_para_id_set(w->rt, pw_para(2001)); /* is a para without a manager */
    assert_int_equal(reserve_id(w, 1), PH_REGISTRAR_ERR_ALREADY_REGISTERED);
    ph_registrar_next_free_para_id_set(w->rt, pw_para(2002)); /* is reserved */
    assert_int_equal(reserve_id(w, 1), PH_REGISTRAR_ERR_ALREADY_REGISTERED);
    ph_registrar_next_free_para_id_set(w->rt, pw_para(5)); /* ids of the system are not given away */
    assert_int_equal(reserve_id(w, 1), PH_REGISTRAR_ERR_ALREADY_REGISTERED);
    pw_close(w);
}

/* ---- registering ---- */

static void test_register(void **state)
{
    (void)state;
    para_world_t *w = world();
    assert_int_equal(register_id(w, 1, 2002, "nine byte code"), PH_REGISTRAR_ERR_NOT_RESERVED);
    assert_int_equal(reserve_id(w, 1), PH_OK);
    assert_int_equal(ph_registrar_call_register(w->rt, &root, pw_para(2002), (ph_head_data_t){0}, code("nine bytes")),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(register_id(w, 2, 2002, "nine bytes"), PH_REGISTRAR_ERR_NOT_OWNER);
    assert_int_equal(register_id(w, 1, 2002, "8 bytes."), PH_REGISTRAR_ERR_INVALID_CODE);
    ph_host_configuration_t config = pw_config(), small = config;
    ph_configuration_active_config_get(w->rt, &config);
    small = config;
    small.max_code_size = 9;
    ph_configuration_active_config_set(w->rt, &small);
    assert_int_equal(register_id(w, 1, 2002, "ten bytes."), PH_REGISTRAR_ERR_CODE_TOO_LARGE);
    small.max_head_data_size = 3;
    ph_configuration_active_config_set(w->rt, &small);
    assert_int_equal(register_id(w, 1, 2002, "9 bytes.."), PH_REGISTRAR_ERR_HEAD_DATA_TOO_LARGE);
    ph_configuration_active_config_set(w->rt, &config);

    assert_int_equal(register_id(w, 1, 2002, "nine bytes"), PH_OK);
    assert_int_equal(pw_events(w, PH_EVENT_REGISTRAR, PH_EVENT_REGISTRAR_REGISTERED), 1);
    assert_int_equal(lifecycle(w, 2002), PH_PARA_LIFECYCLE_ONBOARDING);
    assert_true(info_of(w, 2002).deposit == full_deposit(4));
    assert_true(reserved(w, 1) == full_deposit(4)); /* what was reserved counts */
    assert_int_equal(register_id(w, 1, 2002, "nine bytes"), PH_REGISTRAR_ERR_ALREADY_REGISTERED);

    assert_int_equal(reserve_id(w, 2), PH_OK); /* 2003; then it cannot pay for the data */
    fund(w, 2, 41 * UNIT);
    assert_int_equal(register_id(w, 2, 2003, "nine bytes"), PH_BALANCES_ERR_INSUFFICIENT_BALANCE);
    pw_close(w);
}

static void test_force_register(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_account_id_t who = account(1);
    ph_origin_t manager = by(1);
    ph_head_data_t head = {pw_text("head")};
    assert_int_equal(
        ph_registrar_call_force_register(w->rt, &manager, &who, 0, pw_para(1000), head, code("nine bytes")),
        PH_ERR_BAD_ORIGIN);
    assert_int_equal(
        ph_registrar_call_force_register(w->rt, &root, &who, 7 * UNIT, pw_para(1000), head, code("nine bytes")), PH_OK);
    assert_int_equal(lifecycle(w, 1000), PH_PARA_LIFECYCLE_ONBOARDING);
    assert_true(reserved(w, 1) == 7 * UNIT);
    /* Less than what lay there already: the rest comes back. */
    assert_int_equal(reserve_id(w, 1), PH_OK);
    assert_true(reserved(w, 1) == 7 * UNIT + PH_PARA_DEPOSIT);
    assert_int_equal(
        ph_registrar_call_force_register(w->rt, &root, &who, UNIT, pw_para(2002), head, code("nine bytes")), PH_OK);
    assert_true(reserved(w, 1) == 8 * UNIT);
    assert_int_equal(
        ph_registrar_call_force_register(w->rt, &root, &who, UNIT, pw_para(2001), head, code("nine bytes")),
        PH_REGISTRAR_ERR_ALREADY_REGISTERED);
    pw_close(w);
}

/* From reserving to the first candidates: root assigns a core, and the para is in the claim queue. */
static void test_registered_para_gets_a_core(void **state)
{
    (void)state;
    para_world_t *w = world();
    assert_int_equal(reserve_id(w, 1), PH_OK);
    make_parathread(w, 2002, "code of the third");
    assert_true(pw_head_is(w, 2002, "head"));
    ph_tup_core_assignment_parts_of57600_t all = {._0 = {.kind = PH_CORE_ASSIGNMENT_TASK, .task = 2002}, ._1 = {57600}};
    ph_vec_tup_core_assignment_parts_of57600_t assignment = {&all, 1};
    assert_int_equal(ph_coretime_call_request_core_count(w->rt, &root, 3), PH_OK);
    assert_int_equal(
        ph_coretime_call_assign_core(w->rt, &root, 2, ph_now(w->rt) + 1, &assignment, &(ph_opt_block_number_t){0}),
        PH_OK);
    next_session(w);
    next_session(w);
    pw_pass(w, 2);
    ph_claim_queue_t queue;
    ph_scheduler_claim_queue(w->rt, &queue);
    bool found = false;
    for (size_t i = 0; i < queue.count; i++)
        for (size_t k = 0; k < queue.items[i].value.count; k++)
            found |= queue.items[i].key.v == 2 && queue.items[i].value.items[k].v == 2002;
    assert_true(found);
    pw_close(w);
}

/* ---- who may ---- */

static void test_locks(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_origin_t manager = by(1), stranger = by(2), self = para_origin(2002), other = para_origin(2001);
    ph_para_id_t id = pw_para(2002);
    assert_int_equal(ph_registrar_call_add_lock(w->rt, &manager, id), PH_REGISTRAR_ERR_NOT_REGISTERED);
    assert_int_equal(reserve_id(w, 1), PH_OK);
    assert_int_equal(ph_registrar_call_add_lock(w->rt, &none, id), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_registrar_call_add_lock(w->rt, &stranger, id), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_registrar_call_add_lock(w->rt, &other, id), PH_REGISTRAR_ERR_NOT_OWNER);
    assert_int_equal(ph_registrar_call_add_lock(w->rt, &manager, id), PH_OK);
    assert_true(info_of(w, 2002).locked.some && info_of(w, 2002).locked.value);
    assert_int_equal(ph_registrar_call_add_lock(w->rt, &manager, id), PH_REGISTRAR_ERR_PARA_LOCKED);
    assert_int_equal(register_id(w, 1, 2002, "nine bytes"), PH_REGISTRAR_ERR_PARA_LOCKED);
    assert_int_equal(ph_registrar_call_remove_lock(w->rt, &manager, id), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_registrar_call_remove_lock(w->rt, &other, id), PH_REGISTRAR_ERR_NOT_OWNER);
    assert_int_equal(ph_registrar_call_remove_lock(w->rt, &self, id), PH_OK);
    assert_true(info_of(w, 2002).locked.some && !info_of(w, 2002).locked.value);
    /* A new head locks what nobody has said anything about. */
    ph_registrar_on_new_head(w->rt, id);
    assert_false(info_of(w, 2002).locked.value);
    assert_int_equal(register_id(w, 1, 2002, "nine bytes"), PH_OK);
    assert_false(info_of(w, 2002).locked.some);
    ph_paras_note_new_head(w->rt, id, (ph_head_data_t){pw_text("first block")}, 1);
    assert_true(info_of(w, 2002).locked.some && info_of(w, 2002).locked.value);
    ph_registrar_on_new_head(w->rt, pw_para(2000)); /* has no manager: nothing to lock */
    assert_false(ph_registrar_paras_exists(w->rt, pw_para(2000)));
    assert_int_equal(ph_registrar_call_remove_lock(w->rt, &root, pw_para(2000)), PH_OK);
    pw_close(w);
}

static void test_code_and_head(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_origin_t manager = by(1), stranger = by(2);
    assert_int_equal(reserve_id(w, 1), PH_OK);
    make_parathread(w, 2002, "code of the third");
    ph_para_id_t id = pw_para(2002);
    assert_int_equal(ph_registrar_call_set_current_head(w->rt, &stranger, id, (ph_head_data_t){pw_text("x")}),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_registrar_call_set_current_head(w->rt, &manager, id, (ph_head_data_t){pw_text("new head")}),
                     PH_OK);
    assert_true(pw_head_is(w, 2002, "new head"));
    assert_int_equal(ph_registrar_call_schedule_code_upgrade(w->rt, &stranger, id, code("upgraded")),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_registrar_call_schedule_code_upgrade(w->rt, &manager, id, code("x")),
                     PH_PARAS_ERR_INVALID_CODE);
    assert_int_equal(ph_registrar_call_schedule_code_upgrade(w->rt, &manager, id, code("upgraded code")), PH_OK);
    assert_int_equal(ph_registrar_call_schedule_code_upgrade(w->rt, &manager, id, code("upgraded again")),
                     PH_PARAS_ERR_CANNOT_UPGRADE_CODE);
    pw_close(w);
}

/* ---- leaving ---- */

static void test_deregister(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_origin_t manager = by(1), stranger = by(2);
    ph_para_id_t id = pw_para(2002);
    assert_int_equal(ph_registrar_call_deregister(w->rt, &root, pw_para(2000)), PH_REGISTRAR_ERR_NOT_PARATHREAD);
    assert_int_equal(reserve_id(w, 1), PH_OK); /* may be given back at once */
    assert_int_equal(ph_registrar_call_deregister(w->rt, &stranger, id), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_registrar_call_deregister(w->rt, &manager, id), PH_OK);
    assert_int_equal(pw_events(w, PH_EVENT_REGISTRAR, PH_EVENT_REGISTRAR_DEREGISTERED), 1);
    assert_true(reserved(w, 1) == 0);
    assert_int_equal(reserve_id(w, 1), PH_OK);
    make_parathread(w, 2003, "code of another");
    ph_registrar_pending_swap_set(w->rt, pw_para(2003), pw_para(2000));
    /* While its code is being voted on it must stay. */
    assert_int_equal(ph_registrar_call_schedule_code_upgrade(w->rt, &manager, pw_para(2003), code("upgraded code")),
                     PH_OK);
    assert_int_equal(ph_registrar_call_deregister(w->rt, &manager, pw_para(2003)), PH_REGISTRAR_ERR_CANNOT_DEREGISTER);
    accept_code(w, "upgraded code");
    pw_pass(w, 1);
    assert_int_equal(ph_registrar_call_deregister(w->rt, &manager, pw_para(2003)), PH_OK);
    assert_false(ph_registrar_paras_exists(w->rt, pw_para(2003)));
    assert_false(ph_registrar_pending_swap_exists(w->rt, pw_para(2003)));
    assert_true(reserved(w, 1) == 0);
    assert_int_equal(lifecycle(w, 2003), PH_PARA_LIFECYCLE_OFFBOARDING_PARATHREAD);
    next_session(w);
    next_session(w);
    pw_pass(w, 1);
    assert_int_equal(lifecycle(w, 2003), -1);
    pw_close(w);
}

/* ---- swapping ---- */

static void expect_pending(para_world_t *w, uint32_t para, uint32_t other)
{
    ph_para_id_t wanted = {0};
    assert_int_equal(ph_registrar_pending_swap_get(w->rt, pw_para(para), &wanted), other != 0);
    assert_int_equal(wanted.v, other);
}

static ph_err_t swap(para_world_t *w, const ph_origin_t *origin, uint32_t id, uint32_t other)
{
    return ph_registrar_call_swap(w->rt, origin, pw_para(id), pw_para(other));
}

static void test_swap(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_origin_t manager = by(1), first = para_origin(2000), second = para_origin(2001);
    assert_int_equal(reserve_id(w, 1), PH_OK);
    assert_int_equal(swap(w, &manager, 2002, 2000), PH_REGISTRAR_ERR_NOT_REGISTERED);
    assert_int_equal(swap(w, &second, 2000, 2001), PH_REGISTRAR_ERR_NOT_OWNER);
    /* two parachains: they agree, and nothing of theirs changes here */
    assert_int_equal(swap(w, &first, 2000, 2001), PH_OK);
    expect_pending(w, 2000, 2001);
    assert_int_equal(swap(w, &first, 2000, 2000), PH_OK); /* taken back */
    expect_pending(w, 2000, 0);
    assert_int_equal(swap(w, &first, 2000, 2001), PH_OK);
    assert_int_equal(swap(w, &second, 2001, 2000), PH_OK);
    expect_pending(w, 2000, 0);
    expect_pending(w, 2001, 0);
    assert_int_equal(pw_events(w, PH_EVENT_REGISTRAR, PH_EVENT_REGISTRAR_SWAPPED), 1);
    assert_int_equal(lifecycle(w, 2000), PH_PARA_LIFECYCLE_PARACHAIN);
    /* a parachain and one on demand change places */
    make_parathread(w, 2002, "code of the third");
    assert_int_equal(swap(w, &manager, 2002, 2000), PH_OK);
    assert_int_equal(swap(w, &first, 2000, 2002), PH_OK);
    assert_int_equal(lifecycle(w, 2000), PH_PARA_LIFECYCLE_DOWNGRADING_PARACHAIN);
    assert_int_equal(lifecycle(w, 2002), PH_PARA_LIFECYCLE_UPGRADING_PARATHREAD);
    /* in between they cannot */
    assert_int_equal(swap(w, &second, 2001, 2000), PH_OK);
    assert_int_equal(swap(w, &first, 2000, 2001), PH_REGISTRAR_ERR_CANNOT_SWAP);
    next_session(w);
    next_session(w);
    pw_pass(w, 1);
    assert_int_equal(lifecycle(w, 2000), PH_PARA_LIFECYCLE_PARATHREAD);
    assert_int_equal(lifecycle(w, 2002), PH_PARA_LIFECYCLE_PARACHAIN);
    /* asked for by the one on demand last */
    assert_int_equal(swap(w, &second, 2001, 2000), PH_OK);
    assert_int_equal(swap(w, &first, 2000, 2001), PH_OK);
    assert_int_equal(lifecycle(w, 2001), PH_PARA_LIFECYCLE_DOWNGRADING_PARACHAIN);
    /* the other side is no para any more */
    ph_registrar_pending_swap_set(w->rt, pw_para(3000), pw_para(2002));
    assert_int_equal(swap(w, &root, 2002, 3000), PH_REGISTRAR_ERR_NOT_REGISTERED);
    pw_close(w);
}

/* CannotUpgrade and CannotDowngrade are what Paras would have to refuse after the lifecycle was found right: it never
 * does. */
static void test_lifecycle_for_other_modules(void **state)
{
    (void)state;
    para_world_t *w = world();
    assert_int_equal(ph_registrar_make_parachain(w->rt, pw_para(2000)), PH_REGISTRAR_ERR_NOT_PARATHREAD);
    assert_int_equal(ph_registrar_make_parathread(w->rt, pw_para(9)), PH_REGISTRAR_ERR_NOT_PARACHAIN);
    assert_int_equal(ph_registrar_make_parathread(w->rt, pw_para(2000)), PH_OK);
    next_session(w);
    next_session(w);
    pw_pass(w, 1);
    assert_int_equal(ph_registrar_make_parachain(w->rt, pw_para(2000)), PH_OK);
    assert_int_equal(lifecycle(w, 2000), PH_PARA_LIFECYCLE_UPGRADING_PARATHREAD);
    pw_close(w);
}

/* ---- ParasSudoWrapper ---- */

/* TooManyCores is not used by the pallet; CannotUpgrade and CannotDowngrade as above. */
static void test_sudo_wrapper(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_origin_t user = by(1);
    ph_para_genesis_args_t args = {
        .genesis_head = {pw_text("head")}, .validation_code = code("code of root's"), .para_kind = true};
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_para_initialize(w->rt, &user, pw_para(1000), &args),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_para_cleanup(w->rt, &user, pw_para(2000)),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_parathread_upgrade(w->rt, &user, pw_para(2000)),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_parachain_downgrade(w->rt, &user, pw_para(2000)),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(
        ph_paras_sudo_wrapper_call_sudo_establish_hrmp_channel(w->rt, &user, pw_para(2000), pw_para(2001), 1, 1),
        PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_para_initialize(w->rt, &root, pw_para(1000), &args),
                     PH_OK);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    assert_int_equal(config.scheduler_params.num_cores, 3); /* a core of its own */
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_para_initialize(w->rt, &root, pw_para(1000), &args),
                     PH_PARAS_SUDO_WRAPPER_ERR_PARA_ALREADY_EXISTS);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_para_cleanup(w->rt, &root, pw_para(1000)),
                     PH_PARAS_SUDO_WRAPPER_ERR_COULDNT_CLEANUP);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_parathread_upgrade(w->rt, &root, pw_para(2000)),
                     PH_PARAS_SUDO_WRAPPER_ERR_NOT_PARATHREAD);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_parachain_downgrade(w->rt, &root, pw_para(1000)),
                     PH_PARAS_SUDO_WRAPPER_ERR_NOT_PARACHAIN);
    assert_int_equal(
        ph_paras_sudo_wrapper_call_sudo_establish_hrmp_channel(w->rt, &root, pw_para(2000), pw_para(2000), 1, 1),
        PH_HRMP_ERR_OPEN_HRMP_CHANNEL_TO_SELF);
    assert_int_equal(
        ph_paras_sudo_wrapper_call_sudo_establish_hrmp_channel(w->rt, &root, pw_para(2000), pw_para(2001), 2, 100),
        PH_OK);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_parachain_downgrade(w->rt, &root, pw_para(2000)), PH_OK);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_para_cleanup(w->rt, &root, pw_para(2001)), PH_OK);
    next_session(w);
    next_session(w);
    pw_pass(w, 1);
    assert_int_equal(lifecycle(w, 2000), PH_PARA_LIFECYCLE_PARATHREAD);
    assert_int_equal(lifecycle(w, 2001), -1);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_parathread_upgrade(w->rt, &root, pw_para(2000)), PH_OK);
    pw_close(w);
}

static ph_err_t send_xcm(para_world_t *w, const ph_origin_t *origin, uint32_t para, ph_bytes_t encoded)
{
    ph_versioned_xcm_t xcm;
    assert_int_equal(ph_versioned_xcm_decode_all(encoded, w->rt->arena, &xcm), PH_OK);
    return ph_paras_sudo_wrapper_call_sudo_queue_downward_xcm(w->rt, origin, pw_para(para), &xcm);
}

/* What is sent is the encoding, with its version in front. */
static void test_downward_xcm(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_origin_t user = by(1);
    static const char trap_and_more[] = "\x05\x0c\x19\x0c\x0a\x16\x04\x14";
    const ph_bytes_t xcm = ph_bytes(trap_and_more, sizeof trap_and_more - 1);
    ph_vec_inbound_downward_message_t queue;
    ph_validation_code_t some = code("code of somebody's");
    ph_para_genesis_args_t args = {.genesis_head = {pw_text("head")}, .validation_code = some};
    assert_int_equal(send_xcm(w, &user, 2000, xcm), PH_ERR_BAD_ORIGIN);
    assert_int_equal(send_xcm(w, &root, 2999, xcm), PH_PARAS_SUDO_WRAPPER_ERR_PARA_DOESNT_EXIST);
    assert_int_equal(ph_paras_sudo_wrapper_call_sudo_schedule_para_initialize(w->rt, &root, pw_para(2999), &args),
                     PH_OK); /* onboarding */
    assert_int_equal(send_xcm(w, &root, 2999, xcm), PH_PARAS_SUDO_WRAPPER_ERR_PARA_DOESNT_EXIST);
    assert_int_equal(send_xcm(w, &root, 2000, xcm), PH_OK);
    ph_dmp_contents(w->rt, &queue, pw_para(2000));
    assert_int_equal(queue.count, 1);
    assert_true(ph_bytes_equal(queue.items[0].msg, xcm));

    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    config.max_downward_message_size = (uint32_t)xcm.len;
    ph_configuration_active_config_set(w->rt, &config);
    assert_int_equal(send_xcm(w, &root, 2000, xcm), PH_OK);
    config.max_downward_message_size--;
    ph_configuration_active_config_set(w->rt, &config);
    assert_int_equal(send_xcm(w, &root, 2000, xcm), PH_PARAS_SUDO_WRAPPER_ERR_EXCEEDS_MAX_MESSAGE_SIZE);
    config.max_downward_message_size++;
    ph_configuration_active_config_set(w->rt, &config);
    /* A queue whose pages have run out of numbers. */
    ph_inbound_downward_queue_meta_t meta;
    assert_true(ph_dmp_downward_message_queue_meta_get(w->rt, pw_para(2000), &meta));
    meta = (ph_inbound_downward_queue_meta_t){.first_full = UINT64_MAX - 1, .first_free = UINT64_MAX};
    ph_dmp_downward_message_queue_meta_set(w->rt, pw_para(2000), &meta);
    assert_int_equal(send_xcm(w, &root, 2000, xcm), PH_PARAS_SUDO_WRAPPER_ERR_EXCEEDS_MAX_QUEUE_SIZE);
    ph_paras_heads_remove(w->rt, pw_para(2001));
    assert_int_equal(send_xcm(w, &root, 2001, xcm), PH_PARAS_SUDO_WRAPPER_ERR_UNROUTABLE);
    pw_close(w);
}

/* A channel is open in the next session. */
static void test_established_channel(void **state)
{
    (void)state;
    para_world_t *w = world();
    assert_int_equal(
        ph_paras_sudo_wrapper_call_sudo_establish_hrmp_channel(w->rt, &root, pw_para(2000), pw_para(2001), 2, 100),
        PH_OK);
    next_session(w);
    next_session(w);
    pw_pass(w, 1);
    ph_hrmp_channel_id_t id = {.sender = {2000}, .recipient = {2001}};
    assert_true(ph_hrmp_hrmp_channels_exists(w->rt, &id));
    pw_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_register),
        cmocka_unit_test(test_force_register),
        cmocka_unit_test(test_registered_para_gets_a_core),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_code_and_head),
        cmocka_unit_test(test_deregister),
        cmocka_unit_test(test_swap),
        cmocka_unit_test(test_lifecycle_for_other_modules),
        cmocka_unit_test(test_sudo_wrapper),
        cmocka_unit_test(test_downward_xcm),
        cmocka_unit_test(test_established_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
