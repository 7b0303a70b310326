/* Events of the parachains pallets, by name and with their fields, that no other test looks into.
 *
 * Two that are declared, because metadata says so, are never deposited here:
 * - Dmp.DmpQueueV0Cleaned: polkadot-sdk's migration of the queues' first layout deposits it, one queue after another;
 *   this chain has had the paged layout since genesis, and no such migration.
 * - Coretime.RevenueInfoRequested: polkadot-sdk declares it and deposits it nowhere.
 */
#include "support/rt_para.h"

#include "runtime/currency.h"
#include "runtime/disputes.h"
#include "runtime/hrmp.h"
#include "runtime/message_queue.h"
#include "runtime/on_demand.h"
#include "runtime/storage/coretime.h"
#include "runtime/storage/message_limits.h"

static const ph_origin_t root = {.kind = PH_ORIGIN_ROOT};
static const ph_account_id_t alice = {.bytes = {0xa1}};

static ph_origin_t by_alice(void)
{
    return (ph_origin_t){.kind = PH_ORIGIN_SIGNED, .account = alice};
}

static ph_origin_t by_para(uint32_t id)
{
    return (ph_origin_t){.kind = PH_ORIGIN_PARACHAIN, .para = {id}};
}

static para_world_t *world(size_t paras)
{
    para_world_t *w = pw_new(paras);
    pw_begin(w);
    ph_system_reset_events(w->rt);
    return w;
}

/* The event number `nth` of its kind, of the `count` that there are in System.Events. */
static ph_event_t event_of(para_world_t *w, ph_event_kind_t pallet, uint8_t kind, size_t nth, size_t count)
{
    ph_vec_event_record_t events;
    ph_event_t found = {0};
    size_t seen = 0;
    ph_system_events_get(w->rt, &events);
    for (size_t i = 0; i < events.count; i++) {
        ph_writer_t e = ph_writer_in(w->rt->arena);
        ph_event_encode(&e, &events.items[i].event);
        if (e.data[0] == pallet && e.data[1] == kind && seen++ == nth)
            found = events.items[i].event;
    }
    assert_int_equal(seen, count);
    assert_int_equal(found.kind, pallet);
    return found;
}

static ph_event_t only(para_world_t *w, ph_event_kind_t pallet, uint8_t kind)
{
    return event_of(w, pallet, kind, 0, 1);
}

/* ---- Hrmp ---- */

static void request(para_world_t *w, uint32_t sender, uint32_t recipient)
{
    ph_origin_t origin = by_para(sender);
    assert_int_equal(ph_hrmp_call_hrmp_init_open_channel(w->rt, &origin, pw_para(recipient), 1, 8), PH_OK);
}

static void open_now(para_world_t *w, uint32_t sender, uint32_t recipient)
{
    ph_origin_t origin = by_para(recipient);
    request(w, sender, recipient);
    assert_int_equal(ph_hrmp_call_hrmp_accept_open_channel(w->rt, &origin, pw_para(sender)), PH_OK);
    assert_int_equal(ph_hrmp_call_force_process_hrmp_open(w->rt, &root, 1), PH_OK);
}

static void test_channel_canceled_and_closed(void **state)
{
    (void)state;
    para_world_t *w = world(2);
    const ph_hrmp_channel_id_t id = {.sender = {2000}, .recipient = {2001}};
    ph_origin_t sender = by_para(2000), recipient = by_para(2001);
    request(w, 2000, 2001);
    assert_int_equal(ph_hrmp_call_hrmp_cancel_open_request(w->rt, &recipient, &id, 1), PH_OK);
    ph_event_hrmp_open_channel_canceled_t canceled =
        only(w, PH_EVENT_HRMP, PH_EVENT_HRMP_OPEN_CHANNEL_CANCELED).hrmp.open_channel_canceled;
    assert_int_equal(canceled.by_parachain.v, 2001);
    assert_int_equal(canceled.channel_id.sender.v, 2000);
    assert_int_equal(canceled.channel_id.recipient.v, 2001);
    open_now(w, 2000, 2001);
    assert_int_equal(ph_hrmp_call_hrmp_close_channel(w->rt, &sender, &id), PH_OK);
    ph_event_hrmp_channel_closed_t closed = only(w, PH_EVENT_HRMP, PH_EVENT_HRMP_CHANNEL_CLOSED).hrmp.channel_closed;
    assert_int_equal(closed.by_parachain.v, 2000);
    assert_int_equal(closed.channel_id.sender.v, 2000);
    assert_int_equal(closed.channel_id.recipient.v, 2001);
    pw_close(w);
}

/* One event a direction; capacity and size are the configured ones. */
static void test_system_channel_opened(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    ph_genesis_para_t system = {.id = {1000}, .head = pw_text("head"), .code = pw_text("code"), .is_parachain = true};
    assert_int_equal(ph_paras_genesis_build(w->rt, &system, 1), PH_OK);
    ph_origin_t origin = by_para(2000);
    assert_int_equal(ph_hrmp_call_establish_channel_with_system(w->rt, &origin, pw_para(1000)), PH_OK);
    for (size_t i = 0; i < 2; i++) {
        ph_event_hrmp_hrmp_system_channel_opened_t opened =
            event_of(w, PH_EVENT_HRMP, PH_EVENT_HRMP_HRMP_SYSTEM_CHANNEL_OPENED, i, 2).hrmp.hrmp_system_channel_opened;
        assert_int_equal(opened.sender.v, i == 0 ? 2000 : 1000);
        assert_int_equal(opened.recipient.v, i == 0 ? 1000 : 2000);
        assert_int_equal(opened.proposed_max_capacity, config.hrmp_channel_max_capacity);
        assert_int_equal(opened.proposed_max_message_size, config.hrmp_channel_max_message_size);
    }
    pw_close(w);
}

static void test_deposits_updated(void **state)
{
    (void)state;
    para_world_t *w = world(2);
    ph_origin_t anybody = by_alice();
    open_now(w, 2000, 2001);
    assert_int_equal(ph_hrmp_call_poke_channel_deposits(w->rt, &anybody, pw_para(2000), pw_para(2001)), PH_OK);
    ph_event_hrmp_open_channel_deposits_updated_t updated =
        only(w, PH_EVENT_HRMP, PH_EVENT_HRMP_OPEN_CHANNEL_DEPOSITS_UPDATED).hrmp.open_channel_deposits_updated;
    assert_int_equal(updated.sender.v, 2000);
    assert_int_equal(updated.recipient.v, 2001);
    pw_close(w);
}

/* ---- MessageQueue ---- */

static void test_page_reaped(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    const ph_aggregate_message_origin_t queue = {.kind = PH_AGGREGATE_MESSAGE_ORIGIN_UMP,
                                                 .ump = {.kind = PH_UMP_QUEUE_ID_PARA, .para = {10}}};
    ph_bytes_t message = ph_bytes(ph_arena_alloc(w->rt->arena, 32768 - 5), 32768 - 5);
    memset(message.data, 0, message.len);
    for (size_t i = 0; i < 16; i++) /* each fills a page; of sixteen stale pages eight may go */
        ph_message_queue_enqueue(w->rt, pw_para(10), &message, 1);
    ph_message_queue_sweep(w->rt, pw_para(10));
    ph_origin_t origin = by_alice();
    assert_int_equal(ph_message_queue_call_reap_page(w->rt, &origin, &queue, 7), PH_OK);
    ph_event_message_queue_page_reaped_t reaped =
        only(w, PH_EVENT_MESSAGE_QUEUE, PH_EVENT_MESSAGE_QUEUE_PAGE_REAPED).message_queue.page_reaped;
    assert_int_equal(reaped.origin.kind, PH_AGGREGATE_MESSAGE_ORIGIN_UMP);
    assert_int_equal(reaped.origin.ump.para.v, 10);
    assert_int_equal(reaped.index, 7);
    pw_close(w);
}

/* Three messages a block, whatever is in them: none is too heavy, and nothing says that one was; unless the chain gives
 * a block less time than one message costs. */
static void test_overweight_enqueued(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_bytes_t message = ph_bytes(ph_arena_alloc(w->rt->arena, 32768 - 5), 32768 - 5);
    memset(message.data, 0xff, message.len);
    for (size_t i = 0; i < 4; i++)
        ph_message_queue_enqueue(w->rt, pw_para(10), &message, 1);
    ph_message_queue_on_initialize(w->rt);
    assert_int_equal(ph_message_queue_footprint(w->rt, pw_para(10)).count, 1);
    assert_int_equal(pw_events(w, PH_EVENT_MESSAGE_QUEUE, PH_EVENT_MESSAGE_QUEUE_PROCESSING_FAILED), 3);
    assert_int_equal(pw_events(w, PH_EVENT_MESSAGE_QUEUE, PH_EVENT_MESSAGE_QUEUE_OVERWEIGHT_ENQUEUED), 0);

    ph_message_limits_service_ref_time_set(w->rt, UINT64_C(999999999));
    ph_message_queue_on_initialize(w->rt);
    ph_event_message_queue_overweight_enqueued_t overweight =
        only(w, PH_EVENT_MESSAGE_QUEUE, PH_EVENT_MESSAGE_QUEUE_OVERWEIGHT_ENQUEUED).message_queue.overweight_enqueued;
    ph_hash_t id = ph_rt_blake2(w->rt, message);
    assert_memory_equal(overweight.id.bytes, id.bytes, 32);
    assert_int_equal(overweight.origin.ump.para.v, 10);
    assert_int_equal(overweight.page_index, 3);
    assert_int_equal(overweight.message_index, 0);
    pw_close(w);
}

/* ---- OnDemandAssignmentProvider and Coretime ---- */

#define ON_DEMAND PH_EVENT_ON_DEMAND_ASSIGNMENT_PROVIDER

static ph_vec_tup_para_id_block_number_t batch_of(para_world_t *w, size_t count)
{
    ph_vec_tup_para_id_block_number_t batch;
    ph_vec_alloc(w->rt, &batch, count);
    for (size_t i = 0; i < count; i++) {
        batch.items[i]._0.v = 2000 + (uint32_t)i;
        batch.items[i]._1 = 1;
    }
    return batch;
}

/* First the price rises to the base fee; then, with the queue full, d = 1/2 over the target, by 1 + d + d²/2 = 13/8. */
static void test_spot_price_set(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    config.scheduler_params.on_demand_queue_max_size = 4;
    config.scheduler_params.on_demand_target_queue_utilization.v = 500000000;
    config.scheduler_params.on_demand_fee_variability.v = 1000000000;
    config.scheduler_params.on_demand_base_fee = 8000;
    ph_configuration_active_config_set(w->rt, &config);
    const ph_on_demand_order_status_t free_of_charge = {0};
    ph_on_demand_assignment_provider_order_status_set(w->rt, &free_of_charge);
    for (size_t i = 0; i < 2; i++) {
        ph_system_reset_events(w->rt);
        ph_on_demand_on_initialize(w->rt);
        ph_event_t event = only(w, ON_DEMAND, PH_EVENT_ON_DEMAND_ASSIGNMENT_PROVIDER_SPOT_PRICE_SET);
        assert_true(event.on_demand_assignment_provider.spot_price_set.spot_price == (i == 0 ? 8000 : 13000));
        ph_vec_tup_para_id_block_number_t batch = batch_of(w, 4);
        ph_on_demand_queue_batch(w->rt, &batch);
    }
    pw_close(w);
}

static void test_account_credited(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_origin_t broker = by_para(PH_CORETIME_CONST_BROKER_ID);
    assert_int_equal(ph_coretime_call_credit_account(w->rt, &broker, &alice, 77), PH_OK);
    ph_event_on_demand_assignment_provider_account_credited_t credited =
        only(w, ON_DEMAND, PH_EVENT_ON_DEMAND_ASSIGNMENT_PROVIDER_ACCOUNT_CREDITED)
            .on_demand_assignment_provider.account_credited;
    assert_memory_equal(credited.who.bytes, alice.bytes, 32);
    assert_true(credited.amount == 77);
    pw_close(w);
}

static void test_batches(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_vec_tup_para_id_block_number_t two = batch_of(w, 2), many = batch_of(w, 10003);
    assert_int_equal(ph_coretime_call_queue_on_demand_batch(w->rt, &root, &two), PH_OK);
    ph_event_t event = only(w, ON_DEMAND, PH_EVENT_ON_DEMAND_ASSIGNMENT_PROVIDER_BATCH_QUEUED);
    assert_int_equal(event.on_demand_assignment_provider.batch_queued.batch.count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(event.on_demand_assignment_provider.batch_queued.batch.items[i]._0.v, 2000 + i);
        assert_int_equal(event.on_demand_assignment_provider.batch_queued.batch.items[i]._1, 1);
    }
    assert_int_equal(ph_coretime_call_queue_on_demand_batch(w->rt, &root, &many), PH_OK); /* 9998 fit */
    event = only(w, ON_DEMAND, PH_EVENT_ON_DEMAND_ASSIGNMENT_PROVIDER_UNEXPECTED_QUEUE_FULL);
    assert_int_equal(event.on_demand_assignment_provider.unexpected_queue_full.dropped, 5);
    assert_int_equal(pw_events(w, ON_DEMAND, PH_EVENT_ON_DEMAND_ASSIGNMENT_PROVIDER_BATCH_QUEUED), 1);
    pw_close(w);
}

/* Revenue is claimed without a word, as in polkadot-sdk. */
static void test_revenue_is_claimed_silently(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    assert_int_equal(ph_coretime_call_request_revenue_at(w->rt, &root, 1), PH_OK);
    assert_int_equal(pw_events(w, PH_EVENT_CORETIME, PH_EVENT_CORETIME_REVENUE_INFO_REQUESTED), 0);
    pw_close(w);
}

/* ---- Paras ---- */

static void test_forced_by_root(void **state)
{
    (void)state;
    para_world_t *w = world(2);
    ph_head_data_t head = {pw_text("a head")};
    assert_int_equal(ph_paras_call_force_set_current_head(w->rt, &root, pw_para(2001), head), PH_OK);
    assert_int_equal(only(w, PH_EVENT_PARAS, PH_EVENT_PARAS_CURRENT_HEAD_UPDATED).paras.current_head_updated.v, 2001);
    assert_int_equal(
        ph_paras_call_force_set_current_code(w->rt, &root, pw_para(2001), (ph_validation_code_t){pw_text("a code")}),
        PH_OK);
    assert_int_equal(only(w, PH_EVENT_PARAS, PH_EVENT_PARAS_CURRENT_CODE_UPDATED).paras.current_code_updated.v, 2001);
    assert_int_equal(ph_paras_call_force_note_new_head(w->rt, &root, pw_para(2000), head), PH_OK);
    assert_int_equal(only(w, PH_EVENT_PARAS, PH_EVENT_PARAS_NEW_HEAD_NOTED).paras.new_head_noted.v, 2000);
    ph_paras_shared_current_session_index_set(w->rt, (ph_session_index_t){6});
    assert_int_equal(ph_paras_call_force_queue_action(w->rt, &root, pw_para(2000)), PH_OK);
    ph_event_paras_t queued = only(w, PH_EVENT_PARAS, PH_EVENT_PARAS_ACTION_QUEUED).paras;
    assert_int_equal(queued.action_queued._0.v, 2000);
    assert_int_equal(queued.action_queued._1.v, 7);
    pw_close(w);
}

static void test_pvf_check_started(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_validation_code_t code = {pw_text("the code of five")};
    ph_validation_code_hash_t hash = ph_hash_of_code(code);
    ph_para_genesis_args_t args = {.genesis_head = {pw_text("head")}, .validation_code = code, .para_kind = true};
    assert_int_equal(ph_paras_schedule_initialize(w->rt, pw_para(5), &args), PH_OK);
    ph_event_paras_t started = only(w, PH_EVENT_PARAS, PH_EVENT_PARAS_PVF_CHECK_STARTED).paras;
    assert_memory_equal(&started.pvf_check_started._0, &hash, 32);
    assert_int_equal(started.pvf_check_started._1.v, 5);
    pw_close(w);
}

static void test_code_authorized(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_validation_code_hash_t hash = ph_hash_of_code((ph_validation_code_t){pw_text("authorized code")});
    ph_para_id_t para = pw_para(2000);
    assert_int_equal(ph_paras_call_authorize_force_set_current_code_hash(w->rt, &root, para, &hash, 20), PH_OK);
    ph_event_paras_code_authorized_t authorized =
        only(w, PH_EVENT_PARAS, PH_EVENT_PARAS_CODE_AUTHORIZED).paras.code_authorized;
    assert_int_equal(authorized.para_id.v, 2000);
    assert_memory_equal(&authorized.code_hash, &hash, 32);
    assert_int_equal(authorized.expire_at, ph_now(w->rt) + 20);
    pw_close(w);
}

/* Paid for by the block that need not be waited; nothing is said where there is nothing to wait for. */
static void test_upgrade_cooldown_removed(void **state)
{
    (void)state;
    para_world_t *w = world(1);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    ph_origin_t origin = by_alice();
    const uint64_t per_block = UINT64_C(69444444444); /* Rococo's: a thousand units a day */
    ph_balance_t money = UINT64_C(1000000000000000000);
    assert_int_equal(ph_currency_force_free(w->rt, &alice, &money), PH_OK);
    assert_int_equal(ph_paras_call_remove_upgrade_cooldown(w->rt, &origin, pw_para(2000)), PH_OK);
    assert_int_equal(pw_events(w, PH_EVENT_PARAS, PH_EVENT_PARAS_UPGRADE_COOLDOWN_REMOVED), 0);
    ph_paras_schedule_code_upgrade(w->rt, pw_para(2000), (ph_validation_code_t){pw_text("upgraded code")},
                                   ph_now(w->rt), &config,
                                   (ph_upgrade_strategy_t){PH_UPGRADE_STRATEGY_SET_GO_AHEAD_SIGNAL});
    assert_true(ph_paras_upgrade_restriction_signal_exists(w->rt, pw_para(2000)));
    assert_int_equal(ph_paras_call_remove_upgrade_cooldown(w->rt, &origin, pw_para(2000)), PH_OK);
    ph_event_paras_t removed = only(w, PH_EVENT_PARAS, PH_EVENT_PARAS_UPGRADE_COOLDOWN_REMOVED).paras;
    assert_int_equal(removed.upgrade_cooldown_removed.para_id.v, 2000);
    assert_false(ph_paras_upgrade_restriction_signal_exists(w->rt, pw_para(2000)));
    ph_account_info_t info;
    ph_system_account_get(w->rt, &alice, &info);
    assert_true(config.validation_upgrade_cooldown > 0);
    assert_true(money - info.data.free == (ph_balance_t)per_block * config.validation_upgrade_cooldown);
    pw_close(w);
}

/* ---- ParasDisputes ---- */

/* Nine validators' votes on a candidate: number 0 backs it, the first `against` of the others are against it, and the
 * rest up to number 7 for it. */
static void dispute(para_world_t *w, const ph_candidate_hash_t *candidate, uint32_t against)
{
    ph_dispute_statement_set_t set = {.candidate_hash = *candidate};
    ph_vec_validator_index_t order;
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    for (uint32_t i = 0; i < 8; i++) {
        ph_tup_dispute_statement_validator_index_validator_signature_t vote = {._1 = {i}};
        ph_bytes_t payload;
        vote._0.kind = i > 0 && i <= against ? PH_DISPUTE_STATEMENT_INVALID : PH_DISPUTE_STATEMENT_VALID;
        if (i == 0)
            vote._0.valid.kind = PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_VALID;
        else if (i > against)
            vote._0.valid.kind = PH_VALID_DISPUTE_STATEMENT_KIND_EXPLICIT;
        assert_int_equal(ph_payload_of_dispute(w->rt->arena, &payload, &vote._0, candidate, set.session), PH_OK);
        ph_sr25519_sign(&w->keys[order.items[i].v], vote._2.bytes, payload, NULL);
        ph_vec_push(w->rt, &set.statements, vote);
    }
    assert_int_equal(ph_disputes_import(w->rt, &(ph_vec_dispute_statement_set_t){&set, 1}), PH_OK);
}

static void test_disputes(void **state)
{
    (void)state;
    static const struct {
        uint32_t against, included_in; /* 0: not here */
        ph_dispute_result_kind_t result;
        ph_dispute_location_kind_t location;
    } cases[] = {
        {7, 8, PH_DISPUTE_RESULT_INVALID, PH_DISPUTE_LOCATION_LOCAL},
        {7, 0, PH_DISPUTE_RESULT_INVALID, PH_DISPUTE_LOCATION_REMOTE},
        {1, 8, PH_DISPUTE_RESULT_VALID, PH_DISPUTE_LOCATION_LOCAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        para_world_t *w = world(3);
        const ph_candidate_hash_t candidate = {.bytes = {5}};
        if (cases[i].included_in > 0)
            ph_disputes_note_included(w->rt, (ph_session_index_t){0}, &candidate, cases[i].included_in);
        dispute(w, &candidate, cases[i].against);
        ph_event_t event = only(w, PH_EVENT_PARAS_DISPUTES, PH_EVENT_PARAS_DISPUTES_DISPUTE_INITIATED);
        assert_memory_equal(&event.paras_disputes.dispute_initiated._0, &candidate, 32);
        assert_int_equal(event.paras_disputes.dispute_initiated._1.kind, cases[i].location);
        event = only(w, PH_EVENT_PARAS_DISPUTES, PH_EVENT_PARAS_DISPUTES_DISPUTE_CONCLUDED);
        assert_memory_equal(&event.paras_disputes.dispute_concluded._0, &candidate, 32);
        assert_int_equal(event.paras_disputes.dispute_concluded._1.kind, cases[i].result);
        if (i == 0) { /* the block to revert is the one that included it */
            event = only(w, PH_EVENT_PARAS_DISPUTES, PH_EVENT_PARAS_DISPUTES_REVERT);
            assert_int_equal(event.paras_disputes.revert, cases[i].included_in);
        } else {
            assert_int_equal(pw_events(w, PH_EVENT_PARAS_DISPUTES, PH_EVENT_PARAS_DISPUTES_REVERT), 0);
        }
        pw_close(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_canceled_and_closed),
        cmocka_unit_test(test_system_channel_opened),
        cmocka_unit_test(test_deposits_updated),
        cmocka_unit_test(test_page_reaped),
        cmocka_unit_test(test_overweight_enqueued),
        cmocka_unit_test(test_spot_price_set),
        cmocka_unit_test(test_account_credited),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_revenue_is_claimed_silently),
        cmocka_unit_test(test_forced_by_root),
        cmocka_unit_test(test_pvf_check_started),
        cmocka_unit_test(test_code_authorized),
        cmocka_unit_test(test_upgrade_cooldown_removed),
        cmocka_unit_test(test_disputes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
