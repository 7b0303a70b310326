/* Paras that come, change and talk while the network runs, moved by transactions alone: code that is new is voted on by
 * every validator, a collator that was told to wait begins by itself, code is upgraded from outside and by the para
 * itself, and a message goes from one para to another. Everything is checked at each block. */
#include "sim/run.h"

#include <stdlib.h>

#include "pvf/adder_collator.h"
#include "pvf/builder.h"
#include "runtime/calls.h"
#include "support/transfers.h"

enum { VALIDATORS = 4, SENDER = 2000, RECEIVER = 2001, NEWCOMER = 2002, IMPOSTOR = 2003, END = 76 };

typedef struct fixture {
    ph_arena_t *arena;
    ph_hash_t genesis;
    PH_LIST(ph_sim_extrinsic_t) extrinsics;
    PH_LIST(ph_sim_act_t) acts;
    uint32_t nonce;
    size_t accepts, rejects, collations; /* events; the collations are the newcomer's */
} fixture_t;

/* ---- what is done ---- */

static void sudo(fixture_t *f, uint32_t slot, ph_call_t *inner)
{
    ph_call_t call = {.kind = PH_CALL_SUDO, .sudo = {.kind = PH_CALL_SUDO_SUDO}};
    ph_writer_t w = ph_writer_in(f->arena);
    call.sudo.sudo.call = inner;
    ph_call_encode(&w, &call);
    transfer_t alice = {.from = "//Alice", .nonce = f->nonce++};
    ph_bytes_t xt = make_signed(f->arena, &f->genesis, alice, ph_writer_bytes(&w));
    for (uint32_t node = 0; node < VALIDATORS; node++) /* whoever is down */
        ph_list_push(f->arena, &f->extrinsics, ((ph_sim_extrinsic_t){slot, node, xt}));
}

static void register_para(fixture_t *f, uint32_t slot, uint32_t para, ph_bytes_t code)
{
    ph_call_t call = {.kind = PH_CALL_PARAS_SUDO_WRAPPER,
                      .paras_sudo_wrapper = {.kind = PH_CALL_PARAS_SUDO_WRAPPER_SUDO_SCHEDULE_PARA_INITIALIZE}};
    call.paras_sudo_wrapper.sudo_schedule_para_initialize.id.v = para;
    ph_para_genesis_args_t *args = &call.paras_sudo_wrapper.sudo_schedule_para_initialize.genesis;
    args->genesis_head.v = ph_builtin_genesis_head(f->arena, PH_BUILTIN_ADDER, 0);
    args->validation_code.v = code;
    args->para_kind = true;
    sudo(f, slot, &call);
}

static void upgrade_from_outside(fixture_t *f, uint32_t slot, uint32_t para, ph_bytes_t code)
{
    ph_call_t call = {.kind = PH_CALL_REGISTRAR, .registrar = {.kind = PH_CALL_REGISTRAR_SCHEDULE_CODE_UPGRADE}};
    call.registrar.schedule_code_upgrade.para.v = para;
    call.registrar.schedule_code_upgrade.new_code.v = code;
    sudo(f, slot, &call);
}

static void open_channel(fixture_t *f, uint32_t slot)
{
    ph_call_t call = {.kind = PH_CALL_PARAS_SUDO_WRAPPER,
                      .paras_sudo_wrapper = {.kind = PH_CALL_PARAS_SUDO_WRAPPER_SUDO_ESTABLISH_HRMP_CHANNEL}};
    call.paras_sudo_wrapper.sudo_establish_hrmp_channel.sender.v = SENDER;
    call.paras_sudo_wrapper.sudo_establish_hrmp_channel.recipient.v = RECEIVER;
    call.paras_sudo_wrapper.sudo_establish_hrmp_channel.max_capacity = 4;
    call.paras_sudo_wrapper.sudo_establish_hrmp_channel.max_message_size = 100;
    sudo(f, slot, &call);
}

static void act(fixture_t *f, uint32_t slot, uint32_t para, ph_courier_action_t action)
{
    ph_list_push(f->arena, &f->acts, ((ph_sim_act_t){slot, {para}, action}));
}

static void plan(fixture_t *f)
{
    ph_courier_action_t send = {.kind = PH_COURIER_ACTION_SEND}, upgrade = {.kind = PH_COURIER_ACTION_UPGRADE};
    send.send.recipient.v = RECEIVER;
    send.send.data = PH_BYTES_LIT("good morning");
    upgrade.upgrade.v = ph_builtin_code(PH_BUILTIN_ADDER);
    register_para(f, 3, NEWCOMER, ph_builtin_code(PH_BUILTIN_ADDER));
    register_para(f, 3, IMPOSTOR, PH_BYTES_LIT("this is no validation function"));
    open_channel(f, 4);
    act(f, 1, SENDER, send); /* waits for the channel */
    upgrade_from_outside(f, 34, NEWCOMER, ph_builtin_code(PH_BUILTIN_COURIER));
    act(f, 50, NEWCOMER, upgrade);
}

/* ---- what is seen ---- */

static bool on_line(void *ctx, const char *line, size_t len)
{
    fixture_t *f = ctx;
    (void)len;
    if (strstr(line, "\"vote-submitted\"")) {
        f->accepts += strstr(line, "\"accept\"") != NULL;
        f->rejects += strstr(line, "\"reject\"") != NULL;
    }
    f->collations += strstr(line, "\"collation-built\"") && strstr(line, "\"para\":2002");
    return true;
}

static ph_buf_t *call_at(ph_chain_t *chain, const ph_relay_block_t *block, const char *method, uint32_t para,
                         bool assumption)
{
    uint8_t args[5] = {0, 0, 0, 0, PH_OCCUPIED_CORE_ASSUMPTION_TIMED_OUT};
    ph_buf_t *answer;
    ph_put_u32(args, para);
    assert_int_equal(ph_chain_call(chain, &answer, &block->hash, method, ph_bytes(args, assumption ? 5 : 4)), PH_OK);
    return answer;
}

/* Which chain the para runs as of a block; PH_BUILTIN_COUNT: it has no such code. */
static ph_builtin_t chain_of(ph_chain_t *chain, const ph_relay_block_t *block, uint32_t para)
{
    ph_buf_t *answer = call_at(chain, block, "ParachainHost_validation_code_hash", para, true);
    ph_bytes_t got = ph_buf_bytes(answer);
    ph_builtin_t builtin = 0;
    for (; builtin < PH_BUILTIN_COUNT; builtin++) {
        ph_validation_code_hash_t hash = ph_builtin_code_hash(builtin);
        if (got.len == 33 && got.data[0] == 1 && memcmp(got.data + 1, hash.bytes, 32) == 0)
            break;
    }
    ph_buf_unref(answer);
    return builtin;
}

static uint64_t head_number(fixture_t *f, ph_chain_t *chain, const ph_relay_block_t *block, uint32_t para)
{
    ph_opt_persisted_validation_data_t data;
    ph_adder_head_t head;
    ph_buf_t *answer = call_at(chain, block, "ParachainHost_persisted_validation_data", para, true);
    assert_int_equal(ph_opt_persisted_validation_data_decode_all(ph_buf_bytes(answer), f->arena, &data), PH_OK);
    ph_buf_unref(answer);
    if (!data.some)
        return 0;
    assert_int_equal(ph_adder_head_decode(&head, data.value.parent_head.v), PH_OK);
    return head.number;
}

/* Messages that wait for the receiver. */
static size_t messages_at(fixture_t *f, ph_chain_t *chain, const ph_relay_block_t *block)
{
    ph_map_para_id_vec_inbound_hrmp_message_t all;
    size_t count = 0;
    ph_buf_t *answer = call_at(chain, block, "ParachainHost_inbound_hrmp_channels_contents", RECEIVER, false);
    assert_int_equal(ph_map_para_id_vec_inbound_hrmp_message_decode_all(ph_buf_bytes(answer), f->arena, &all), PH_OK);
    ph_buf_unref(answer);
    for (size_t i = 0; i < all.count; i++)
        for (size_t k = 0; k < all.items[i].value.count; k++) {
            assert_int_equal(all.items[i].key.v, SENDER);
            assert_true(ph_bytes_equal(all.items[i].value.items[k].data, PH_BYTES_LIT("good morning")));
            count++;
        }
    return count;
}

typedef struct seen {
    ph_builtin_t chains[8]; /* of the newcomer, each change */
    size_t changes;
    uint64_t numbers[8]; /* its head at that change */
    size_t with_message;
} seen_t;

static seen_t look(fixture_t *f, ph_chain_t *chain)
{
    seen_t seen = {.chains = {PH_BUILTIN_COUNT}};
    uint32_t best = ph_chain_best(chain)->header.number;
    for (uint32_t n = 1; n <= best; n++) {
        const ph_relay_block_t *block = ph_chain_at(chain, n);
        ph_builtin_t now = chain_of(chain, block, NEWCOMER);
        if (now != seen.chains[seen.changes]) {
            assert_in_range(++seen.changes, 1, 7);
            seen.chains[seen.changes] = now;
            seen.numbers[seen.changes] = head_number(f, chain, block, NEWCOMER);
        }
        seen.with_message += messages_at(f, chain, block);
        assert_int_equal(chain_of(chain, block, IMPOSTOR), PH_BUILTIN_COUNT);
    }
    return seen;
}

static void check_outcome(fixture_t *f, ph_chain_t *chain)
{
    seen_t seen = look(f, chain);
    const ph_relay_block_t *best = ph_chain_best(chain);
    /* Every validator votes, again in each session that begins while a leaf (perhaps a stale one) has the vote. */
    assert_true(f->accepts >= 3);
    assert_true(f->rejects >= 2);
    assert_int_equal(seen.changes, 3);
    assert_int_equal(seen.chains[1], PH_BUILTIN_ADDER);
    assert_int_equal(seen.chains[2], PH_BUILTIN_COURIER);
    assert_int_equal(seen.chains[3], PH_BUILTIN_ADDER);
    assert_true(f->collations > 20);
    assert_true(seen.numbers[2] > seen.numbers[1] + 3);
    assert_true(seen.numbers[3] > seen.numbers[2] + 3);
    /* Where much goes wrong the last upgrade may be late; that it hinders nothing is what counts. */
    assert_true(head_number(f, chain, best, NEWCOMER) > seen.numbers[3]);
    /* The message was there, and was taken. */
    assert_true(seen.with_message > 0);
    assert_int_equal(messages_at(f, chain, best), 0);
    assert_true(head_number(f, chain, best, SENDER) > 30);
    assert_true(head_number(f, chain, best, RECEIVER) > 30);
}

/* ---- runs ---- */

static ph_sim_config_t usual(void)
{
    ph_sim_config_t config = ph_sim_usual(5, VALIDATORS, 2, END);
    config.session_slots = 6;
    config.rotation_blocks = 3;
    return config;
}

/* Gives the configuration its paras and what is done to them; what is signed speaks of its genesis. */
static void furnish(fixture_t *f, ph_sim_config_t *config)
{
    static const ph_para_id_t newcomers[] = {{NEWCOMER}, {IMPOSTOR}};
    ph_fleet_code_t *courier = ph_arena_alloc(f->arena, sizeof *courier);
    char why[200] = "";
    ph_sim_t *sim;
    *courier = (ph_fleet_code_t){ph_builtin_code(PH_BUILTIN_COURIER),
                                 ph_builtin_genesis_head(f->arena, PH_BUILTIN_COURIER, 0)};
    config->codes = courier;
    config->code_count = 1;
    config->collate = newcomers;
    config->collate_count = 2;
    if (ph_sim_new(&sim, config, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    f->genesis = ph_sim_fleet(sim)->local->genesis->hash;
    ph_sim_free(sim);
    plan(f);
    config->extrinsics = f->extrinsics.items;
    config->extrinsic_count = f->extrinsics.count;
    config->acts = f->acts.items;
    config->act_count = f->acts.count;
    config->event_line = on_line;
    config->event_ctx = f;
}

static ph_hash_t run(ph_sim_config_t config)
{
    fixture_t f = {.arena = ph_arena_new()};
    char why[200] = "";
    size_t printed = 0;
    furnish(&f, &config);
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = config.slot_ms, .adder = true});
    ph_check_hook(check, &config);
    ph_sim_t *sim = start_sim(check, &config);
    if (ph_sim_run(sim, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    ph_chain_t *view = ph_node_chain(ph_fleet_view(ph_sim_fleet(sim)));
    check_outcome(&f, view);
    ph_hash_t best = ph_chain_best(view)->hash;
    assert_int_equal(ph_check_end(check, sim, print_violation, &printed), 0);
    ph_sim_free(sim);
    ph_check_free(check);
    ph_arena_free(f.arena);
    return best;
}

static void test_paras_come_change_and_talk(void **state)
{
    (void)state;
    ph_sim_config_t config = usual();
    ph_hash_t best = run(config);
    config.no_memo = true;
    ph_hash_t again = run(config);
    assert_memory_equal(&best, &again, 32);
    config = usual();
    config.runtime_body = PH_RUNTIME_WASM;
    again = run(config);
    assert_memory_equal(&best, &again, 32);
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

/* PH_SIM_SEEDS=N runs N seeds (default 2), from PH_SIM_FIRST (default 1) on. */
static void test_so_they_do_in_a_bad_network(void **state)
{
    (void)state;
    uint64_t first = number_from("PH_SIM_FIRST", 1), count = number_from("PH_SIM_SEEDS", 2);
    ph_sim_config_t config = usual();
    config.slots = END + 24;
    config.loss_percent = 2;
    config.crashes = 3;
    config.bad_collators = 1;
    for (config.seed = first; config.seed < first + count; config.seed++) {
        print_message("seed %llu\n", (unsigned long long)config.seed);
        (void)run(config);
    }
}

/* As if every vote on code had been signed the other way round too. */
static void sign_both_ways(void *ctx, ph_env_t *env, ph_key_type_t type, const uint8_t public_key[32],
                           ph_bytes_t payload, const uint8_t signature[64])
{
    ph_check_signature(ctx, env, type, public_key, payload, signature);
    if (payload.len != 45 || memcmp(payload.data, "VCPC", 4) != 0)
        return;
    uint8_t other[45];
    memcpy(other, payload.data, sizeof other);
    other[4] ^= 1;
    ph_check_signature(ctx, env, type, public_key, ph_bytes(other, sizeof other), signature);
}

static void count_contradictions(void *ctx, ph_check_kind_t kind, const char *text)
{
    size_t *count = ctx;
    assert_int_equal(kind, PH_CHECK_SIGNED);
    *count += strstr(text, "voted both for and against code") != NULL;
}

static void test_contradictory_votes_are_seen(void **state)
{
    (void)state;
    fixture_t f = {.arena = ph_arena_new()};
    ph_sim_config_t config = usual();
    char why[200] = "";
    size_t count = 0;
    config.slots = 8;
    furnish(&f, &config);
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = config.slot_ms, .adder = true});
    ph_check_hook(check, &config);
    config.signature = sign_both_ways;
    ph_sim_t *sim = start_sim(check, &config);
    if (ph_sim_run(sim, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    assert_true(ph_check_end(check, sim, count_contradictions, &count) > 0);
    assert_in_range(count, 4, 4 * VALIDATORS);
    ph_sim_free(sim);
    ph_check_free(check);
    ph_arena_free(f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_paras_come_change_and_talk),
                                       cmocka_unit_test(test_so_they_do_in_a_bad_network),
                                       cmocka_unit_test(test_contradictory_votes_are_seen)};
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
