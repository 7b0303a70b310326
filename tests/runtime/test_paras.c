/* The registry: genesis, lifecycle, upgrades, pre-checking votes; every error of the pallet by its name. */
#include "support/rt_para.h"

#include "runtime/origin.h"

static const ph_origin_t root = {.kind = PH_ORIGIN_ROOT};
static const ph_origin_t none = {.kind = PH_ORIGIN_NONE};

static ph_validation_code_t code(const char *text)
{
    return (ph_validation_code_t){pw_text(text)};
}

static int lifecycle(para_world_t *w, uint32_t para)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(w->rt, pw_para(para), &state) ? state.kind : -1;
}

static void next_session(para_world_t *w)
{
    pw_begin(w);
    pw_announce_session(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    pw_end(w);
}

static ph_err_t vote(para_world_t *w, uint32_t active, const char *subject, bool accept)
{
    ph_vec_validator_index_t order;
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    ph_pvf_check_statement_t s = {.accept = accept,
                                  .subject = ph_hash_of_code(code(subject)),
                                  .session_index = ph_paras_shared_session(w->rt),
                                  .validator_index = {active}};
    ph_validator_signature_t signature;
    ph_bytes_t payload = ph_payload_of_pvf_check(w->rt->arena, &s);
    ph_sr25519_sign(&w->keys[order.items[active].v], signature.bytes, payload, NULL);
    return ph_paras_call_include_pvf_check_statement(w->rt, &none, &s, &signature);
}

static ph_err_t onboard(para_world_t *w, uint32_t para, const char *text, bool is_parachain)
{
    ph_para_genesis_args_t args = {
        .genesis_head = {pw_text("head")}, .validation_code = code(text), .para_kind = is_parachain};
    return ph_paras_schedule_initialize(w->rt, pw_para(para), &args);
}

/* ---- genesis ---- */

static void test_genesis(void **state)
{
    (void)state;
    para_world_t *w = pw_new(2);
    ph_vec_para_id_t parachains;
    ph_paras_parachains_get(w->rt, &parachains);
    assert_int_equal(parachains.count, 2);
    assert_int_equal(lifecycle(w, 2001), PH_PARA_LIFECYCLE_PARACHAIN);
    assert_true(pw_head_is(w, 2001, "genesis head of 2001"));
    ph_validation_code_t stored;
    assert_true(ph_paras_current_code(w->rt, pw_para(2001), &stored));
    assert_true(ph_bytes_equal(stored.v, pw_text("genesis code of 2001")));
    ph_validation_code_hash_t hash = ph_hash_of_code(stored);
    uint32_t refs;
    ph_paras_code_by_hash_refs_get(w->rt, &hash, &refs);
    assert_int_equal(refs, 1);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    assert_int_equal(config.scheduler_params.num_cores, 2);
    ph_genesis_para_t no_code = {.id = {9}, .head = pw_text("x")};
    assert_int_equal(ph_paras_genesis_build(w->rt, &no_code, 1), PH_ERR_INTERNAL);
    pw_close(w);
}

/* Paras with the same code share it; it goes with the last of them. */
static void test_shared_code(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_genesis_para_t twin = {.id = {7}, .head = pw_text("h"), .code = pw_text("genesis code of 2000")};
    assert_int_equal(ph_paras_genesis_build(w->rt, &twin, 1), PH_OK);
    ph_validation_code_hash_t hash = ph_hash_of_code(code("genesis code of 2000"));
    uint32_t refs;
    ph_paras_code_by_hash_refs_get(w->rt, &hash, &refs);
    assert_int_equal(refs, 2);
    assert_int_equal(lifecycle(w, 7), PH_PARA_LIFECYCLE_PARATHREAD);
    pw_close(w);
}

/* ---- lifecycle ---- */

static void test_onboarding(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1); /* three validators: all of them must accept */
    pw_begin(w);
    assert_int_equal(onboard(w, 5, "new code", true), PH_OK);
    assert_int_equal(lifecycle(w, 5), PH_PARA_LIFECYCLE_ONBOARDING);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(vote(w, i, "new code", true), PH_OK);
    assert_int_equal(pw_events(w, PH_PALLET_PARAS, PH_EVENT_PARAS_PVF_CHECK_ACCEPTED), 1);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    pw_end(w);
    next_session(w);
    assert_int_equal(lifecycle(w, 5), PH_PARA_LIFECYCLE_ONBOARDING);
    next_session(w);
    assert_int_equal(lifecycle(w, 5), PH_PARA_LIFECYCLE_PARACHAIN);
    assert_true(pw_head_is(w, 5, "head"));
    pw_close(w);
}

static void test_rejected_onboarding_leaves_nothing(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_begin(w);
    assert_int_equal(onboard(w, 5, "bad code", true), PH_OK);
    assert_int_equal(vote(w, 0, "bad code", false), PH_OK);
    assert_int_equal(lifecycle(w, 5), -1);
    ph_validation_code_hash_t hash = ph_hash_of_code(code("bad code"));
    assert_false(ph_paras_code_by_hash_exists(w->rt, &hash));
    assert_false(ph_paras_current_code_hash_exists(w->rt, pw_para(5)));
    assert_false(ph_paras_upcoming_paras_genesis_exists(w->rt, pw_para(5)));
    assert_int_equal(ph_paras_pvf_active_vote_list_count(w->rt), 0);
    pw_close(w);
}

/* A vote that no session settles is lost after pvf_voting_ttl sessions. */
static void test_votes_run_out(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    assert_int_equal(onboard(w, 5, "slow code", true), PH_OK);
    next_session(w);
    assert_int_equal(lifecycle(w, 5), PH_PARA_LIFECYCLE_ONBOARDING);
    next_session(w);
    assert_int_equal(lifecycle(w, 5), -1);
    pw_close(w);
}

static void test_moves_and_offboarding(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    assert_int_equal(ph_paras_schedule_parachain_downgrade(w->rt, pw_para(2000)), PH_OK);
    next_session(w);
    next_session(w);
    assert_int_equal(lifecycle(w, 2000), PH_PARA_LIFECYCLE_PARATHREAD);
    assert_int_equal(ph_paras_parachains_count(w->rt), 0);
    assert_int_equal(ph_paras_schedule_parathread_upgrade(w->rt, pw_para(2000)), PH_OK);
    next_session(w);
    next_session(w);
    assert_int_equal(lifecycle(w, 2000), PH_PARA_LIFECYCLE_PARACHAIN);
    assert_int_equal(ph_paras_schedule_cleanup(w->rt, pw_para(2000)), PH_OK);
    assert_true(ph_paras_is_offboarding(w->rt, pw_para(2000)));
    assert_false(ph_paras_is_valid(w->rt, pw_para(2000)));
    next_session(w);
    next_session(w);
    assert_int_equal(lifecycle(w, 2000), -1);
    assert_false(ph_paras_heads_exists(w->rt, pw_para(2000)));
    ph_validation_code_hash_t hash = ph_hash_of_code(code("genesis code of 2000"));
    assert_true(ph_paras_code_by_hash_exists(w->rt, &hash)); /* for disputes, as long as past code is kept */
    assert_int_equal(ph_paras_schedule_cleanup(w->rt, pw_para(2000)), PH_OK); /* nothing to do */
    pw_close(w);
}

/* ---- upgrades ---- */

static void test_upgrade_with_go_ahead(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_host_configuration_t config = pw_config();
    ph_block_number_t at;
    ph_upgrade_go_ahead_t signal;
    pw_begin(w);
    ph_paras_schedule_code_upgrade(w->rt, pw_para(2000), code("upgraded code"), 1, &config,
                                   (ph_upgrade_strategy_t){PH_UPGRADE_STRATEGY_SET_GO_AHEAD_SIGNAL});
    assert_false(ph_paras_can_upgrade(w->rt, pw_para(2000)));
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(vote(w, i, "upgraded code", true), PH_OK);
    assert_true(ph_paras_future_code_upgrades_get(w->rt, pw_para(2000), &at));
    assert_int_equal(at, 1 + config.minimum_validation_upgrade_delay);
    assert_false(ph_paras_upgrade_go_ahead_signal_get(w->rt, pw_para(2000), &signal));
    ph_paras_on_initialize(w->rt, at);
    assert_true(ph_paras_upgrade_go_ahead_signal_get(w->rt, pw_para(2000), &signal));
    assert_int_equal(signal.kind, PH_UPGRADE_GO_AHEAD_GO_AHEAD);
    ph_head_data_t head = {pw_text("a head")};
    ph_validation_code_t now;
    ph_paras_note_new_head(w->rt, pw_para(2000), head, at - 1); /* executed too early */
    assert_true(ph_paras_current_code(w->rt, pw_para(2000), &now));
    assert_true(ph_bytes_equal(now.v, pw_text("genesis code of 2000")));
    ph_paras_note_new_head(w->rt, pw_para(2000), head, at);
    assert_true(ph_paras_current_code(w->rt, pw_para(2000), &now));
    assert_true(ph_bytes_equal(now.v, pw_text("upgraded code")));
    assert_false(ph_paras_upgrade_go_ahead_signal_exists(w->rt, pw_para(2000)));
    ph_paras_on_finalize(w->rt, 1 + config.validation_upgrade_cooldown);
    assert_true(ph_paras_can_upgrade(w->rt, pw_para(2000)));
    pw_close(w);
}

static void test_rejected_upgrade_signals_abort(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_host_configuration_t config = pw_config();
    ph_upgrade_go_ahead_t signal;
    pw_begin(w);
    ph_paras_schedule_code_upgrade(w->rt, pw_para(2000), code("malicious"), 1, &config,
                                   (ph_upgrade_strategy_t){PH_UPGRADE_STRATEGY_SET_GO_AHEAD_SIGNAL});
    assert_int_equal(vote(w, 2, "malicious", false), PH_OK);
    assert_true(ph_paras_upgrade_go_ahead_signal_get(w->rt, pw_para(2000), &signal));
    assert_int_equal(signal.kind, PH_UPGRADE_GO_AHEAD_ABORT);
    assert_true(ph_paras_upgrade_restriction_signal_exists(w->rt, pw_para(2000))); /* the cooldown goes on */
    ph_paras_note_new_head(w->rt, pw_para(2000), (ph_head_data_t){pw_text("x")}, 1);
    assert_false(ph_paras_upgrade_go_ahead_signal_exists(w->rt, pw_para(2000)));
    pw_close(w);
}

static void test_ignored_upgrades(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_host_configuration_t config = pw_config();
    config.max_code_size = 30;
    const char *ignored[] = {"12345678", "genesis code of 2000", "a code that is longer than thirty bytes"};
    for (size_t i = 0; i < 3; i++) {
        ph_paras_schedule_code_upgrade(w->rt, pw_para(2000), code(ignored[i]), 1, &config, (ph_upgrade_strategy_t){0});
        assert_false(ph_paras_future_code_hash_exists(w->rt, pw_para(2000)));
    }
    pw_close(w);
}

static void test_old_code_is_pruned(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_host_configuration_t config = pw_config();
    config.code_retention_period = 10;
    ph_configuration_active_config_set(w->rt, &config);
    pw_begin(w);
    assert_int_equal(ph_paras_call_force_set_current_code(w->rt, &root, pw_para(2000), code("forced code")), PH_OK);
    ph_validation_code_hash_t old = ph_hash_of_code(code("genesis code of 2000"));
    ph_paras_on_initialize(w->rt, 1 + 10);
    assert_true(ph_paras_code_by_hash_exists(w->rt, &old));
    ph_paras_on_initialize(w->rt, 1 + 11);
    assert_false(ph_paras_code_by_hash_exists(w->rt, &old));
    assert_int_equal(ph_paras_past_code_pruning_count(w->rt), 0);
    pw_close(w);
}

/* ---- errors ---- */

static void test_errors_of_lifecycle(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    assert_int_equal(onboard(w, 2000, "x code x code", true), PH_PARAS_ERR_CANNOT_ONBOARD);
    assert_int_equal(onboard(w, 5, "", true), PH_PARAS_ERR_CANNOT_ONBOARD);
    assert_int_equal(ph_paras_schedule_parathread_upgrade(w->rt, pw_para(5)), PH_PARAS_ERR_NOT_REGISTERED);
    assert_int_equal(ph_paras_schedule_parachain_downgrade(w->rt, pw_para(5)), PH_PARAS_ERR_NOT_REGISTERED);
    assert_int_equal(ph_paras_schedule_parathread_upgrade(w->rt, pw_para(2000)), PH_PARAS_ERR_CANNOT_UPGRADE);
    assert_int_equal(ph_paras_schedule_parachain_downgrade(w->rt, pw_para(2000)), PH_OK);
    assert_int_equal(ph_paras_schedule_parachain_downgrade(w->rt, pw_para(2000)), PH_PARAS_ERR_CANNOT_DOWNGRADE);
    assert_int_equal(ph_paras_schedule_cleanup(w->rt, pw_para(2000)), PH_PARAS_ERR_CANNOT_OFFBOARD);
    pw_close(w);
}

static void test_errors_of_upgrades(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_upgrade_strategy_t go = {PH_UPGRADE_STRATEGY_SET_GO_AHEAD_SIGNAL};
    assert_int_equal(ph_paras_schedule_code_upgrade_checked(w->rt, pw_para(2000), code("tiny"), go),
                     PH_PARAS_ERR_INVALID_CODE);
    assert_int_equal(ph_paras_schedule_code_upgrade_checked(w->rt, pw_para(2000), code("good code"), go), PH_OK);
    assert_int_equal(ph_paras_schedule_code_upgrade_checked(w->rt, pw_para(2000), code("more code"), go),
                     PH_PARAS_ERR_CANNOT_UPGRADE_CODE);
    assert_int_equal(ph_paras_schedule_cleanup(w->rt, pw_para(2000)), PH_PARAS_ERR_CANNOT_OFFBOARD); /* under vote */
    pw_close(w);
}

/* Where there is no cooldown nothing is paid, but the pallet writes its list back: absent becomes empty. */
static void test_no_cooldown_to_remove(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_account_id_t who = {{1}};
    ph_origin_t by = ph_origin_signed(&who);
    assert_false(ph_paras_upgrade_cooldowns_exists(w->rt));
    assert_int_equal(ph_paras_call_remove_upgrade_cooldown(w->rt, &by, pw_para(2000)), PH_OK);
    assert_true(ph_paras_upgrade_cooldowns_exists(w->rt));
    assert_int_equal(ph_paras_upgrade_cooldowns_count(w->rt), 0);
    ph_vec_event_record_t events;
    ph_system_events_get(w->rt, &events);
    assert_int_equal(events.count, 0);
    pw_close(w);
}

static void test_errors_of_authorized_code(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_validation_code_t c = code("authorized code");
    ph_validation_code_hash_t hash = ph_hash_of_code(c);
    ph_para_id_t para = pw_para(2000);
    assert_int_equal(ph_paras_call_authorize_force_set_current_code_hash(w->rt, &none, para, &hash, 5),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_paras_call_authorize_force_set_current_code_hash(w->rt, &root, pw_para(5), &hash, 5),
                     PH_PARAS_ERR_NOT_REGISTERED);
    assert_int_equal(ph_paras_call_apply_authorized_force_set_current_code(w->rt, &none, para, c),
                     PH_PARAS_ERR_NOTHING_AUTHORIZED);
    assert_int_equal(ph_paras_call_authorize_force_set_current_code_hash(w->rt, &root, para, &hash, 0), PH_OK);
    assert_int_equal(ph_paras_call_apply_authorized_force_set_current_code(w->rt, &none, para, c),
                     PH_PARAS_ERR_INVALID_BLOCK_NUMBER);
    assert_int_equal(ph_paras_call_authorize_force_set_current_code_hash(w->rt, &root, para, &hash, 5), PH_OK);
    assert_int_equal(ph_paras_call_apply_authorized_force_set_current_code(w->rt, &none, para, code("another")),
                     PH_PARAS_ERR_UNAUTHORIZED);
    assert_int_equal(ph_paras_call_apply_authorized_force_set_current_code(w->rt, &none, para, c), PH_OK);
    assert_int_equal(ph_paras_call_apply_authorized_force_set_current_code(w->rt, &none, para, c),
                     PH_PARAS_ERR_NOTHING_AUTHORIZED);
    assert_int_equal(ph_paras_call_authorize_force_set_current_code_hash(w->rt, &root, para, &hash, 5), PH_OK);
    ph_paras_on_initialize(w->rt, 5);
    assert_int_equal(ph_paras_call_apply_authorized_force_set_current_code(w->rt, &none, para, c),
                     PH_PARAS_ERR_NOTHING_AUTHORIZED);
    pw_close(w);
}

static void test_errors_of_votes(void **state)
{
    (void)state;
    para_world_t *w = pw_new(2); /* six validators */
    assert_int_equal(vote(w, 0, "unknown", true), PH_PARAS_ERR_PVF_CHECK_SUBJECT_INVALID);
    assert_int_equal(onboard(w, 5, "some code", true), PH_OK);
    assert_int_equal(vote(w, 0, "some code", true), PH_OK);
    assert_int_equal(vote(w, 0, "some code", false), PH_PARAS_ERR_PVF_CHECK_DOUBLE_VOTE);
    ph_pvf_check_statement_t s = {.subject = ph_hash_of_code(code("some code")), .validator_index = {1}};
    ph_validator_signature_t signature = {{0}};
    assert_int_equal(ph_paras_call_include_pvf_check_statement(w->rt, &none, &s, &signature),
                     PH_PARAS_ERR_PVF_CHECK_INVALID_SIGNATURE);
    assert_int_equal(ph_paras_call_include_pvf_check_statement(w->rt, &root, &s, &signature), PH_ERR_BAD_ORIGIN);
    s.validator_index.v = 6;
    assert_int_equal(ph_paras_call_include_pvf_check_statement(w->rt, &none, &s, &signature),
                     PH_PARAS_ERR_PVF_CHECK_VALIDATOR_INDEX_OUT_OF_BOUNDS);
    s.session_index.v = 1;
    assert_int_equal(ph_paras_call_include_pvf_check_statement(w->rt, &none, &s, &signature),
                     PH_PARAS_ERR_PVF_CHECK_STATEMENT_FUTURE);
    ph_paras_shared_current_session_index_set(w->rt, (ph_session_index_t){2});
    assert_int_equal(ph_paras_call_include_pvf_check_statement(w->rt, &none, &s, &signature),
                     PH_PARAS_ERR_PVF_CHECK_STATEMENT_STALE);
    pw_close(w);
}

/* ---- the transaction pool ---- */

static void test_unsigned_validity(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_call_paras_t call = {.kind = PH_CALL_PARAS_FORCE_QUEUE_ACTION};
    ph_transaction_validity_t validity;
    ph_paras_validate_unsigned(w->rt, &validity, &call);
    assert_int_equal(validity.kind, 1);
    assert_int_equal(validity.err.invalid.kind, PH_INVALID_TRANSACTION_CALL);
    call = (ph_call_paras_t){.kind = PH_CALL_PARAS_APPLY_AUTHORIZED_FORCE_SET_CURRENT_CODE};
    call.apply_authorized_force_set_current_code.para = pw_para(2000);
    call.apply_authorized_force_set_current_code.new_code = code("authorized code");
    ph_paras_validate_unsigned(w->rt, &validity, &call);
    assert_int_equal(validity.err.invalid.custom, 4);
    ph_validation_code_hash_t hash = ph_hash_of_code(code("authorized code"));
    assert_int_equal(ph_paras_call_authorize_force_set_current_code_hash(w->rt, &root, pw_para(2000), &hash, 5), PH_OK);
    ph_paras_validate_unsigned(w->rt, &validity, &call);
    assert_int_equal(validity.kind, 0);
    assert_int_equal(validity.ok.longevity, 5);
    assert_true(validity.ok.propagate);
    pw_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_genesis),
        cmocka_unit_test(test_shared_code),
        cmocka_unit_test(test_onboarding),
        cmocka_unit_test(test_rejected_onboarding_leaves_nothing),
        cmocka_unit_test(test_votes_run_out),
        cmocka_unit_test(test_moves_and_offboarding),
        cmocka_unit_test(test_upgrade_with_go_ahead),
        cmocka_unit_test(test_rejected_upgrade_signals_abort),
        cmocka_unit_test(test_ignored_upgrades),
        cmocka_unit_test(test_old_code_is_pruned),
        cmocka_unit_test(test_errors_of_lifecycle),
        cmocka_unit_test(test_errors_of_upgrades),
        cmocka_unit_test(test_no_cooldown_to_remove),
        cmocka_unit_test(test_errors_of_authorized_code),
        cmocka_unit_test(test_errors_of_votes),
        cmocka_unit_test(test_unsigned_validity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
