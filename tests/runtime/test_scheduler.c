/* Groups, rotation, claims on cores; the errors AssignmentsEmpty and DisallowedInsert; on-demand orders and the
 * broker's calls that feed the cores.
 */
#include "support/rt_para.h"

#include "runtime/on_demand.h"
#include "runtime/storage/coretime.h"
#include "runtime/storage/on_demand_assignment_provider.h"

static const ph_origin_t root = {.kind = PH_ORIGIN_ROOT};

static ph_tup_core_assignment_parts_of57600_t task(uint32_t para, uint16_t parts)
{
    return (ph_tup_core_assignment_parts_of57600_t){._0 = {.kind = PH_CORE_ASSIGNMENT_TASK, .task = para},
                                                    ._1 = {parts}};
}

static ph_tup_core_assignment_parts_of57600_t pool(uint16_t parts)
{
    return (ph_tup_core_assignment_parts_of57600_t){._0 = {.kind = PH_CORE_ASSIGNMENT_POOL}, ._1 = {parts}};
}

static ph_err_t assign(para_world_t *w, uint32_t core, uint32_t begin, ph_tup_core_assignment_parts_of57600_t *items,
                       size_t count)
{
    ph_vec_tup_core_assignment_parts_of57600_t list = {items, count};
    return ph_scheduler_assign_core(w->rt, (ph_core_index_t){core}, begin, &list, &(ph_opt_block_number_t){0});
}

/* n cores of one validator each, without any assignment. */
static para_world_t *cores(uint32_t n)
{
    static para_world_t w;
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.num_cores = n;
    config.scheduler_params.max_validators_per_core.some = false;
    pw_genesis(&w, &config, n, 0);
    return &w;
}

/* ---- groups ---- */

static void test_group_sizes(void **state)
{
    (void)state;
    /* every small world: sizes differ by at most one, larger ones first, nobody left out */
    for (uint32_t core_count = 0; core_count <= 6; core_count++) {
        for (size_t validators = 0; validators <= 13; validators++) {
            static para_world_t w;
            ph_host_configuration_t config = pw_config();
            config.scheduler_params.num_cores = core_count;
            config.scheduler_params.max_validators_per_core.some = false;
            pw_genesis(&w, &config, validators, 0);
            ph_vec_vec_validator_index_t groups;
            ph_para_scheduler_validator_groups_get(w.rt, &groups);
            assert_int_equal(groups.count, validators == 0 ? 0 : core_count);
            uint32_t next = 0;
            for (size_t g = 0; g < groups.count; g++) {
                size_t more = g < validators % core_count;
                assert_int_equal(groups.items[g].count, validators / core_count + more);
                for (size_t i = 0; i < groups.items[g].count; i++)
                    assert_int_equal(groups.items[g].items[i].v, next++);
            }
            if (groups.count > 0)
                assert_int_equal(next, validators);
            pw_close(&w);
        }
    }
}

static void test_max_validators_per_core_makes_cores(void **state)
{
    (void)state;
    const struct {
        uint32_t limit;
        size_t expected;
    } cases[] = {{0, 1}, {1, 7}, {2, 3}, {3, 2}, {7, 1}, {8, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static para_world_t w;
        ph_host_configuration_t config = pw_config();
        config.scheduler_params.num_cores = 1;
        config.scheduler_params.max_validators_per_core = (ph_opt_u32_t){true, cases[i].limit};
        pw_genesis(&w, &config, 7, 0);
        assert_int_equal(ph_scheduler_core_count(w.rt), cases[i].expected);
        pw_close(&w);
    }
}

static void test_rotation(void **state)
{
    (void)state;
    para_world_t *w = cores(3);
    uint32_t frequency = pw_config().scheduler_params.group_rotation_frequency;
    ph_group_index_t group;
    assert_false(ph_scheduler_group_assigned_to_core(w->rt, &group, (ph_core_index_t){0}, 0)); /* before the session */
    assert_false(ph_scheduler_group_assigned_to_core(w->rt, &group, (ph_core_index_t){3}, 1)); /* no such core */
    for (uint32_t at = 1; at < 1 + 4 * frequency; at++)
        for (uint32_t core = 0; core < 3; core++) {
            assert_true(ph_scheduler_group_assigned_to_core(w->rt, &group, (ph_core_index_t){core}, at));
            assert_int_equal(group.v, (core + (at - 1) / frequency) % 3);
        }
    pw_close(w);
}

/* ---- claims ---- */

/* The row of a core in the claim queue as text: "2000 2000". */
static const char *row(para_world_t *w, uint32_t core)
{
    ph_claim_queue_t queue;
    char *text = ph_arena_strdup(w->rt->arena, "");
    ph_scheduler_claim_queue(w->rt, &queue);
    for (size_t i = 0; i < queue.count; i++)
        for (size_t j = 0; queue.items[i].key.v == core && j < queue.items[i].value.count; j++)
            text = ph_arena_printf(w->rt->arena, "%s%s%u", text, j ? " " : "", queue.items[i].value.items[j].v);
    return text;
}

static void test_full_assignment_fills_the_row(void **state)
{
    (void)state;
    para_world_t *w = pw_new(2);
    assert_string_equal(row(w, 0), "2000 2000 2000 2000 2000");
    assert_string_equal(row(w, 1), "2001 2001 2001 2001 2001");
    pw_pass(w, 3);
    assert_string_equal(row(w, 1), "2001 2001 2001 2001 2001");
    pw_close(w);
}

/* Root may say a look ahead of any length; rows grow in the memory that they need. */
static void test_a_long_look_ahead_is_cheap(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_host_configuration_t config;
    ph_claim_queue_t queue;
    ph_configuration_active_config_get(w->rt, &config);
    config.scheduler_params.lookahead = 4096;
    ph_configuration_active_config_set(w->rt, &config);
    size_t before = ph_arena_size(w->rt->arena);
    ph_scheduler_claim_queue(w->rt, &queue);
    assert_int_equal(queue.items[0].value.count, 4096);
    assert_int_equal(queue.items[0].value.items[4095].v, 2000);
    assert_true(ph_arena_size(w->rt->arena) - before < 1 << 20);
    pw_close(w);
}

static void test_shared_core_alternates(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_tup_core_assignment_parts_of57600_t shares[] = {task(7, 57600 / 3), task(8, 57600 / 3 * 2)};
    assert_int_equal(assign(w, 0, 1, shares, 2), PH_OK);
    assert_string_equal(row(w, 0), "7 8 8 7 8");
    pw_pass(w, 1);
    assert_string_equal(row(w, 0), "8 8 7 8 8");
    pw_close(w);
}

/* The pallet counts a core's assignments with 16 bits: of 65537 it serves the first. */
static void test_assignments_count_modulo_65536(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    static ph_tup_core_assignment_parts_of57600_t shares[65537];
    for (size_t i = 0; i < 65537; i++)
        shares[i] = task(i == 0 ? 7 : 8, 1);
    assert_int_equal(assign(w, 0, 1, shares, 65537), PH_OK);
    assert_string_equal(row(w, 0), "7 7 7 7 7");
    pw_close(w);
}

static void test_idle_makes_a_gap(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_tup_core_assignment_parts_of57600_t shares[] = {task(7, 28800),
                                                       {._0 = {.kind = PH_CORE_ASSIGNMENT_IDLE}, ._1 = {28800}}};
    assert_int_equal(assign(w, 0, 1, shares, 2), PH_OK);
    assert_string_equal(row(w, 0), "7");
    pw_pass(w, 1);
    assert_string_equal(row(w, 0), "7 7"); /* a row that would begin with a gap serves its first claim twice */
    pw_close(w);
}

static void test_assign_core_errors(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_tup_core_assignment_parts_of57600_t a = task(7, 57600), b = task(8, 57600);
    assert_int_equal(assign(w, 0, 1, NULL, 0), PH_PARA_SCHEDULER_ERR_ASSIGNMENTS_EMPTY);
    assert_int_equal(assign(w, 0, 30, &a, 1), PH_OK);
    assert_int_equal(assign(w, 0, 29, &b, 1), PH_PARA_SCHEDULER_ERR_DISALLOWED_INSERT);
    assert_int_equal(assign(w, 0, 30, &b, 1), PH_OK); /* shares the core from then on */
    ph_schedule_t schedule;
    ph_tup_block_number_core_index_t key = {30, {0}};
    assert_true(ph_para_scheduler_core_schedules_get(w->rt, &key, &schedule));
    assert_int_equal(schedule.assignments.count, 2);
    assert_int_equal(assign(w, 0, 40, &b, 1), PH_OK);
    assert_true(ph_para_scheduler_core_schedules_get(w->rt, &key, &schedule));
    assert_true(schedule.next_schedule.some && schedule.next_schedule.value == 40);
    pw_close(w);
}

/* What the claim queue has announced stays: a new assignment starts behind it. */
static void test_new_assignment_waits_for_the_claim_queue(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_tup_core_assignment_parts_of57600_t a = task(7, 57600), b = task(8, 57600);
    assert_int_equal(assign(w, 0, 1, &a, 1), PH_OK);
    pw_pass(w, 1);
    assert_int_equal(assign(w, 0, 2, &b, 1), PH_OK);
    assert_string_equal(row(w, 0), "7 7 7 7 7");
    pw_pass(w, 1);
    assert_string_equal(row(w, 0), "7 7 7 7 8");
    pw_pass(w, 4);
    assert_string_equal(row(w, 0), "8 8 8 8 8");
    pw_close(w);
}

static void test_end_hint_ends_work(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_tup_core_assignment_parts_of57600_t a = task(7, 57600);
    ph_vec_tup_core_assignment_parts_of57600_t list = {&a, 1};
    assert_int_equal(ph_scheduler_assign_core(w->rt, (ph_core_index_t){0}, 1, &list, &(ph_opt_block_number_t){true, 4}),
                     PH_OK);
    assert_string_equal(row(w, 0), "7 7 7");
    pw_pass(w, 3);
    assert_string_equal(row(w, 0), "");
    pw_close(w);
}

static void test_blocked_cores_yield_nothing(void **state)
{
    (void)state;
    para_world_t *w = pw_new(2);
    pw_begin(w);
    ph_core_claims_t claims;
    ph_bits_t blocked = ph_bits_new(w->rt->arena, 2);
    ph_bits_set(blocked, 0, true);
    ph_scheduler_advance_claim_queue(w->rt, &claims, blocked, false);
    assert_int_equal(claims.count, 1);
    assert_int_equal(claims.items[0].core.v, 1);
    assert_int_equal(claims.items[0].para.v, 2001);
    ph_scheduler_advance_claim_queue(w->rt, &claims, blocked, true);
    assert_int_equal(claims.count, 0);
    pw_close(w);
}

/* ---- on demand ---- */

static void order(para_world_t *w, uint32_t para)
{
    ph_tup_para_id_block_number_t one = {{para}, ph_now(w->rt)};
    ph_on_demand_queue_batch(w->rt, &(ph_vec_tup_para_id_block_number_t){&one, 1});
}

static void test_orders_fill_pool_cores(void **state)
{
    (void)state;
    para_world_t *w = cores(2);
    ph_tup_core_assignment_parts_of57600_t whole = pool(57600);
    assert_int_equal(assign(w, 0, 1, &whole, 1), PH_OK);
    assert_int_equal(assign(w, 1, 1, &whole, 1), PH_OK);
    pw_pass(w, 1);
    order(w, 9);
    order(w, 5);
    order(w, 9);
    /* ready two blocks after they were placed, one a para and block, ascending by para over the cores */
    assert_string_equal(row(w, 0), "5 5 9");
    assert_string_equal(row(w, 1), "9 9");
    pw_close(w);
}

/* The order of a pool core that is occupied goes back into the queue, as if placed now. */
static void test_order_of_a_blocked_core_is_kept(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_tup_core_assignment_parts_of57600_t whole = pool(57600);
    assert_int_equal(assign(w, 0, 1, &whole, 1), PH_OK);
    order(w, 5);
    ph_system_number_set(w->rt, 4);
    ph_core_claims_t claims;
    ph_scheduler_advance_claim_queue(w->rt, &claims, ph_bits_new(w->rt->arena, 1), true);
    ph_vec_enqueued_order_t queue;
    ph_on_demand_peek_queue(w->rt, &queue);
    assert_int_equal(queue.count, 1);
    assert_int_equal(queue.items[0].ordered_at, 4);
    pw_close(w);
}

/* ---- how many blocks an order yields ---- */

typedef struct order_world {
    para_world_t *w;
    uint32_t backed_at; /* of the candidate that is pending */
    uint32_t blocks;    /* included so far */
} order_world_t;

/* One pool core, one para on it, and an order for it. */
static order_world_t order_world(void)
{
    static para_world_t w;
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.max_validators_per_core.some = false;
    pw_genesis(&w, &config, 3, 1);
    ph_tup_core_assignment_parts_of57600_t whole = pool(57600);
    assert_int_equal(assign(&w, 0, 2, &whole, 1), PH_OK);
    pw_pass(&w, 12);
    assert_string_equal(row(&w, 0), "");
    order(&w, 2000);
    return (order_world_t){.w = &w};
}

/* A block by a collator who never sleeps and validators who have a candidate available `delay` blocks after it was
 * backed; the last one of its session or not. */
static void busy_block(order_world_t *o, uint32_t delay, bool ends_session)
{
    para_world_t *w = o->w;
    pw_begin(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    uint32_t now = ph_now(w->rt);
    bool pending = pw_pending(w, 2000) > 0, available = pending && now >= o->backed_at + delay;
    if (available)
        pw_bitfields(w, &data, 3, 1);
    if (!pending || available) {
        ph_committed_candidate_receipt_t c = pw_candidate(w, 2000, 0);
        ph_vec_push(w->rt, &data.backed_candidates, pw_back(w, &c, 0, 2));
    }
    if (ends_session)
        pw_announce_session(w);
    ph_parachains_inherent_data_t kept;
    ph_overlay_start(w->overlay); /* what the core is not claimed for falls out */
    assert_int_equal(ph_para_inherent_process(w->rt, &kept, &data), PH_OK);
    assert_int_equal(ph_overlay_rollback(w->overlay), PH_OK);
    assert_int_equal(pw_enter(w, &kept), PH_OK);
    o->blocks += available;
    if (kept.backed_candidates.count > 0)
        o->backed_at = now;
    pw_end(w);
}

static size_t queued_orders(order_world_t *o)
{
    ph_vec_enqueued_order_t queue;
    ph_on_demand_peek_queue(o->w->rt, &queue);
    return queue.count;
}

/* Served ahead of its time and in its time. */
static void test_an_order_yields_two_blocks(void **state)
{
    (void)state;
    order_world_t o = order_world();
    for (size_t i = 0; i < 12; i++)
        busy_block(&o, 1, false);
    assert_int_equal(queued_orders(&o), 0);
    assert_int_equal(o.blocks, 2);
    pw_close(o.w);
}

/* In the last block of a session no core is served: an order whose time has come there goes back into the queue, though
 * it was served ahead of its time before. */
static void test_an_order_at_the_end_of_a_session_yields_three(void **state)
{
    (void)state;
    order_world_t o = order_world();
    for (size_t i = 0; i < 12; i++)
        busy_block(&o, 1, i == 1);
    assert_int_equal(queued_orders(&o), 0);
    assert_int_equal(o.blocks, 3);
    pw_close(o.w);
}

/* Where a candidate holds its core for two blocks, its order finds the core occupied each time it is due, goes back,
 * and is served ahead of time again when the core is free: so it goes on until a candidate is in time. */
static void test_an_order_of_a_slow_core_comes_again(void **state)
{
    (void)state;
    order_world_t o = order_world();
    for (size_t i = 0; i < 21; i++) {
        assert_int_equal(queued_orders(&o), 1);
        busy_block(&o, 2, false);
    }
    assert_int_equal(o.blocks, 10);
    for (size_t i = 0; i < 12; i++)
        busy_block(&o, 1, false);
    assert_int_equal(queued_orders(&o), 0);
    assert_int_equal(o.blocks, 12);
    pw_close(o.w);
}

static void test_on_demand_errors(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_account_id_t who = {{1}};
    ph_origin_t signed_ = ph_origin_signed(&who), none = ph_origin_none();
    ph_balance_t fee = pw_config().scheduler_params.on_demand_base_fee;
    ph_para_id_t para = {5};
    ph_on_demand_on_initialize(w->rt); /* the price is at its default from now on */
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &none, fee, para),
                     PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &signed_, fee - 1, para),
                     PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_SPOT_PRICE_HIGHER_THAN_MAX_AMOUNT);
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &signed_, fee, para),
                     PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_INSUFFICIENT_CREDITS);
    assert_int_equal(ph_coretime_call_credit_account(w->rt, &root, &who, fee), PH_OK);
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &signed_, fee, para), PH_OK);
    ph_balance_t credits;
    ph_on_demand_assignment_provider_credits_get(w->rt, &who, &credits);
    assert_true(credits == 0);
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.on_demand_queue_max_size = 1;
    ph_configuration_active_config_set(w->rt, &config);
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &signed_, 2 * fee, para),
                     PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_QUEUE_FULL);
    pw_close(w);
}

/* A forced configuration may allow more orders than the queue can hold: then who cannot pay hears that first. */
static void test_the_queue_is_bounded_after_payment(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_account_id_t who = {{1}};
    ph_origin_t by = ph_origin_signed(&who);
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.on_demand_queue_max_size = 10001;
    ph_configuration_active_config_set(w->rt, &config);
    ph_vec_tup_para_id_block_number_t batch;
    ph_vec_alloc(w->rt, &batch, 9999);
    ph_on_demand_queue_batch(w->rt, &batch);
    ph_balance_t much = (ph_balance_t)1 << 100;
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &by, much, pw_para(5)),
                     PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_INSUFFICIENT_CREDITS);
    assert_int_equal(ph_coretime_call_credit_account(w->rt, &root, &who, much), PH_OK);
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &by, much, pw_para(5)),
                     PH_OK);
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &by, much, pw_para(5)),
                     PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_QUEUE_FULL);
    ph_account_id_t poor = {{2}};
    by = ph_origin_signed(&poor);
    assert_int_equal(ph_on_demand_assignment_provider_call_place_order_with_credits(w->rt, &by, much, pw_para(5)),
                     PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_INSUFFICIENT_CREDITS);
    pw_close(w);
}

/* ---- the broker ---- */

/* Revenue before a block is burnt from the pot; orders paid with credits leave nothing there to burn. */
static void test_revenue(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_origin_t other = ph_origin_parachain(pw_para(1006));
    ph_system_number_set(w->rt, 5);
    assert_int_equal(ph_coretime_call_request_revenue_at(w->rt, &other, 1), PH_CORETIME_ERR_NOT_BROKER);
    assert_int_equal(ph_coretime_call_request_revenue_at(w->rt, &root, 6), PH_CORETIME_ERR_REQUESTED_FUTURE_REVENUE);
    assert_int_equal(ph_coretime_call_request_revenue_at(w->rt, &root, 5), PH_OK); /* none */
    ph_balance_t paid[] = {0, 70};                                                 /* in blocks 5 and 4 */
    ph_on_demand_assignment_provider_revenue_set(w->rt, &(ph_vec_balance_t){paid, 2});
    assert_int_equal(ph_coretime_call_request_revenue_at(w->rt, &root, 4), PH_OK);
    assert_int_equal(ph_coretime_call_request_revenue_at(w->rt, &root, 5), PH_CORETIME_ERR_ASSET_TRANSFER_FAILED);
    pw_close(w);
}

static void test_only_root_and_the_broker_assign_cores(void **state)
{
    (void)state;
    para_world_t *w = cores(1);
    ph_tup_core_assignment_parts_of57600_t a = task(7, 57600);
    ph_vec_tup_core_assignment_parts_of57600_t list = {&a, 1};
    ph_opt_block_number_t never = {0};
    ph_origin_t none = ph_origin_none(), broker = ph_origin_parachain(pw_para(1005)),
                other = ph_origin_parachain(pw_para(1006));
    assert_int_equal(ph_coretime_call_assign_core(w->rt, &none, 0, 9, &list, &never), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_coretime_call_assign_core(w->rt, &other, 0, 9, &list, &never), PH_CORETIME_ERR_NOT_BROKER);
    assert_int_equal(ph_coretime_call_assign_core(w->rt, &broker, 0, 9, &list, &never), PH_OK);
    assert_int_equal(ph_coretime_call_assign_core(w->rt, &root, 0, 10, &list, &never), PH_OK);
    assert_int_equal(ph_coretime_call_request_core_count(w->rt, &broker, 3), PH_OK);
    ph_vec_tup_session_index_host_configuration_t pending;
    ph_configuration_pending_configs_get(w->rt, &pending);
    assert_int_equal(pending.items[0]._1.scheduler_params.num_cores, 3);
    pw_close(w);
}

/* A number of cores with which no node could go on is a panic of the block that ends the session, not of the node. */
static void test_too_many_cores(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    config.scheduler_params.num_cores = UINT32_MAX;
    ph_configuration_active_config_set(w->rt, &config);
    pw_begin(w);
    pw_announce_session(w);
    assert_int_equal(ph_initializer_on_finalize(w->rt, ph_now(w->rt)), PH_ERR_INTERNAL);
    assert_string_equal(w->rt->panic, "4294967295 cores are too many");
    pw_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_many_cores),
        cmocka_unit_test(test_group_sizes),
        cmocka_unit_test(test_max_validators_per_core_makes_cores),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_full_assignment_fills_the_row),
        cmocka_unit_test(test_a_long_look_ahead_is_cheap),
        cmocka_unit_test(test_shared_core_alternates),
        cmocka_unit_test(test_assignments_count_modulo_65536),
        cmocka_unit_test(test_idle_makes_a_gap),
        cmocka_unit_test(test_assign_core_errors),
        cmocka_unit_test(test_new_assignment_waits_for_the_claim_queue),
        cmocka_unit_test(test_end_hint_ends_work),
        cmocka_unit_test(test_blocked_cores_yield_nothing),
        cmocka_unit_test(test_orders_fill_pool_cores),
        cmocka_unit_test(test_order_of_a_blocked_core_is_kept),
        cmocka_unit_test(test_an_order_yields_two_blocks),
        cmocka_unit_test(test_an_order_at_the_end_of_a_session_yields_three),
        cmocka_unit_test(test_an_order_of_a_slow_core_comes_again),
        cmocka_unit_test(test_on_demand_errors),
        cmocka_unit_test(test_the_queue_is_bounded_after_payment),
        cmocka_unit_test(test_revenue),
        cmocka_unit_test(test_only_root_and_the_broker_assign_cores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
