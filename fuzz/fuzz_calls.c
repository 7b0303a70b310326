/* Input: the SCALE of a RuntimeCall. It is dispatched by every kind of origin (nobody, accounts, root, paras), and sent
 * upward as a message of a para (which any bytes may be), on a small state in the middle of a block: paras of every
 * kind, channels open, asked for and closing, code under vote, upgrades and an onboarding under way, messages waiting,
 * an order, a core handed over later. Whatever comes, dispatch ends; a call that fails leaves the state as it was;
 * after one that succeeds the block can be closed, and the next one opened with a new session. A message never hinders
 * the block.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "chain/native_host.h"
#include "primitives/keys.h"
#include "runtime/calls.h"
#include "runtime/dispatch.h"
#include "runtime/genesis.h"
#include "runtime/hooks.h"
#include "runtime/initializer.h"
#include "runtime/message_queue.h"
#include "runtime/storage/paras_shared.h"

enum { VALIDATORS = 3, ACCOUNTS = 3, ORIGINS = 8, PARAS = 5 };
static const uint32_t paras[PARAS] = {1000, 2000, 2001, 2002, 2003}; /* 2003 is being onboarded */

typedef struct world {
    ph_trie_store_t *store;
    ph_state_t *state;
    ph_log_t log;
} world_t;

static void no_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

/* ---- the state ---- */

static ph_account_id_t account(unsigned i)
{
    ph_account_id_t out;
    memset(out.bytes, (int)i + 1, sizeof out.bytes);
    return out;
}

static void make_genesis(world_t *w, ph_overlay_t *overlay)
{
    ph_genesis_validator_t validators[VALIDATORS];
    ph_genesis_para_t chains[4];
    ph_genesis_balance_t balances[ACCOUNTS + PARAS];
    char panic[200] = "";
    for (unsigned i = 0; i < VALIDATORS; i++) {
        memset(&validators[i], (int)i + 0x40, sizeof validators[i]);
        validators[i].account = account(i);
    }
    for (unsigned i = 0; i < 4; i++)
        chains[i] = (ph_genesis_para_t){.id = {paras[i]},
                                        .head = PH_BYTES_LIT("head"),
                                        .code = PH_BYTES_LIT("the code they all began with"),
                                        .is_parachain = i != 3};
    for (unsigned i = 0; i < ACCOUNTS + PARAS; i++)
        balances[i] = (ph_genesis_balance_t){
            i < ACCOUNTS ? account(i) : ph_key_sovereign_account((ph_para_id_t){paras[i - ACCOUNTS]}),
            (ph_balance_t)UINT64_C(1000000000000000000)};
    const ph_genesis_t genesis = {.validators = validators,
                                  .validator_count = VALIDATORS,
                                  .paras = chains,
                                  .para_count = 4,
                                  .balances = balances,
                                  .balance_count = ACCOUNTS + PARAS,
                                  .sudo = &balances[0].account,
                                  .chain = {.slot_ms = 6000, .epoch_slots = 10}};
    ph_native_host_t host = {.overlay = overlay, .log = &w->log};
    PH_CHECK(ph_genesis_build(&ph_native_host_ops, &host, &genesis, panic, sizeof panic) == PH_OK);
    ph_native_host_end(&host);
}

static void must(ph_rt_t *rt, ph_origin_t origin, ph_call_t call)
{
    PH_CHECK(ph_dispatch(rt, &origin, &call) == PH_OK);
}

static void open_channel(ph_rt_t *rt, uint32_t from, uint32_t to)
{
    ph_call_t call = {.kind = PH_CALL_HRMP, .hrmp.kind = PH_CALL_HRMP_FORCE_OPEN_HRMP_CHANNEL};
    call.hrmp.force_open_hrmp_channel.sender.v = from;
    call.hrmp.force_open_hrmp_channel.recipient.v = to;
    call.hrmp.force_open_hrmp_channel.max_capacity = 2;
    call.hrmp.force_open_hrmp_channel.max_message_size = 8;
    must(rt, ph_origin_root(), call);
}

/* 2000 → 2001 open, 2001 → 2000 closing, 2000 → 2002 accepted, 2002 → 2000 asked for. */
static void make_channels(ph_rt_t *rt)
{
    open_channel(rt, 2000, 2001);
    open_channel(rt, 2001, 2000);
    ph_call_t call = {.kind = PH_CALL_HRMP, .hrmp.kind = PH_CALL_HRMP_FORCE_PROCESS_HRMP_OPEN};
    call.hrmp.force_process_hrmp_open.channels = 2;
    must(rt, ph_origin_root(), call);
    call.hrmp.kind = PH_CALL_HRMP_HRMP_CLOSE_CHANNEL;
    call.hrmp.hrmp_close_channel.channel_id = (ph_hrmp_channel_id_t){.sender = {2001}, .recipient = {2000}};
    must(rt, ph_origin_parachain((ph_para_id_t){2000}), call);
    open_channel(rt, 2000, 2002);
    call.hrmp.kind = PH_CALL_HRMP_HRMP_INIT_OPEN_CHANNEL;
    memset(&call.hrmp.hrmp_init_open_channel, 0, sizeof call.hrmp.hrmp_init_open_channel);
    call.hrmp.hrmp_init_open_channel.recipient.v = 2000;
    call.hrmp.hrmp_init_open_channel.proposed_max_capacity = 1;
    call.hrmp.hrmp_init_open_channel.proposed_max_message_size = 9;
    must(rt, ph_origin_parachain((ph_para_id_t){2002}), call);
}

/* New code for 2000 is under vote, trusted code for 2001 waits for its block, 2003 is being onboarded by account 0. */
static void make_upgrades(ph_rt_t *rt)
{
    ph_account_id_t owner = account(0);
    ph_call_t call = {.kind = PH_CALL_PARAS, .paras.kind = PH_CALL_PARAS_FORCE_SCHEDULE_CODE_UPGRADE};
    call.paras.force_schedule_code_upgrade.para.v = 2000;
    call.paras.force_schedule_code_upgrade.new_code.v = PH_BYTES_LIT("code under vote");
    must(rt, ph_origin_root(), call);
    call.paras.kind = PH_CALL_PARAS_ADD_TRUSTED_VALIDATION_CODE;
    memset(&call.paras.add_trusted_validation_code, 0, sizeof call.paras.add_trusted_validation_code);
    call.paras.add_trusted_validation_code.validation_code.v = PH_BYTES_LIT("trusted code");
    must(rt, ph_origin_root(), call);
    call.paras.kind = PH_CALL_PARAS_FORCE_SCHEDULE_CODE_UPGRADE;
    call.paras.force_schedule_code_upgrade.para.v = 2001;
    call.paras.force_schedule_code_upgrade.new_code.v = PH_BYTES_LIT("trusted code");
    call.paras.force_schedule_code_upgrade.relay_parent_number = 0;
    must(rt, ph_origin_root(), call);
    call = (ph_call_t){.kind = PH_CALL_REGISTRAR, .registrar.kind = PH_CALL_REGISTRAR_FORCE_REGISTER};
    call.registrar.force_register.who = owner;
    call.registrar.force_register.deposit = 5000;
    call.registrar.force_register.id.v = 2003;
    call.registrar.force_register.genesis_head.v = PH_BYTES_LIT("head");
    call.registrar.force_register.validation_code.v = PH_BYTES_LIT("code of a newcomer");
    must(rt, ph_origin_root(), call);
}

/* What a signed order needs is that blocks go by; root's batch does not. */
static void make_orders(ph_rt_t *rt)
{
    ph_tup_para_id_block_number_t order = {{2002}, 1};
    ph_tup_core_assignment_parts_of57600_t task = {{.kind = PH_CORE_ASSIGNMENT_POOL}, {57600}};
    ph_call_t call = {.kind = PH_CALL_CORETIME, .coretime.kind = PH_CALL_CORETIME_QUEUE_ON_DEMAND_BATCH};
    call.coretime.queue_on_demand_batch.batch.items = &order;
    call.coretime.queue_on_demand_batch.batch.count = 1;
    must(rt, ph_origin_root(), call);
    call.coretime.kind = PH_CALL_CORETIME_ASSIGN_CORE;
    memset(&call.coretime.assign_core, 0, sizeof call.coretime.assign_core);
    call.coretime.assign_core.begin = 8;
    call.coretime.assign_core.assignment.items = &task;
    call.coretime.assign_core.assignment.count = 1;
    must(rt, ph_origin_root(), call);
    const ph_bytes_t messages[] = {PH_BYTES_LIT("upward"), PH_BYTES_LIT("messages")};
    ph_message_queue_enqueue(rt, (ph_para_id_t){2001}, messages, 2);
}

static void open_block(ph_rt_t *rt, ph_block_number_t number)
{
    const ph_digest_t digest = {0};
    const ph_hash_t parent = {{(uint8_t)number}};
    PH_CHECK(ph_system_initialize(rt, number, &parent, &digest) == PH_OK);
    PH_CHECK(ph_initializer_on_initialize(rt, number) == PH_OK || rt->panic != NULL);
    ph_system_note_finished_initialize(rt);
}

static void make_world(world_t *w)
{
    w->log = (ph_log_t){.write = no_log, .max_level = PH_LOG_ERROR};
    w->store = ph_trie_store_new(NULL);
    ph_state_t *empty = ph_state_empty(w->store);
    ph_overlay_t *overlay = ph_overlay_new(empty);
    make_genesis(w, overlay);
    ph_native_host_t host = {.overlay = overlay, .log = &w->log};
    ph_rt_t rt = {.arena = ph_arena_new(), .ops = &ph_native_host_ops, .host = &host};
    open_block(&rt, 1);
    make_channels(&rt);
    make_upgrades(&rt);
    make_orders(&rt);
    PH_CHECK(rt.panic == NULL && ph_overlay_state(overlay, &w->state, 1) == PH_OK);
    ph_native_host_end(&host);
    ph_arena_free(rt.arena);
    ph_overlay_free(overlay);
    ph_state_unref(empty);
}

/* ---- one call ---- */

static ph_origin_t origin_of(unsigned i)
{
    if (i == 0)
        return ph_origin_none();
    if (i == 1)
        return ph_origin_root();
    ph_account_id_t who = account(i - 2);
    if (i < 4)
        return ph_origin_signed(&who);
    return ph_origin_parachain((ph_para_id_t){paras[i - 4]});
}

/* The end of the block and of its session; refusals are fine. */
static void go_on(ph_rt_t *rt)
{
    ph_vec_validator_id_t keys;
    ph_session_index_t session;
    ph_paras_shared_active_validator_keys_get(rt, &keys);
    ph_paras_shared_current_session_index_get(rt, &session);
    if (session.v == UINT32_MAX)
        return;
    session.v++;
    if (ph_initializer_note_session(rt, session, &keys, &keys) != PH_OK || ph_initializer_on_finalize(rt, 1) != PH_OK)
        return;
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    if (now < UINT32_MAX)
        open_block(rt, now + 1);
}

static void dispatch(ph_rt_t *rt, ph_overlay_t *overlay, const uint8_t *before, ph_origin_t origin, ph_bytes_t in)
{
    ph_call_t call;
    ph_dispatch_result_t result;
    uint8_t after[32];
    if (ph_call_decode_all(in, rt->arena, &call) != PH_OK)
        return;
    ph_err_t err = ph_dispatch_in_layer(rt, &result, &origin, &call);
    PH_CHECK(ph_overlay_depth(overlay) == 1 && ph_overlay_error(overlay) == PH_OK);
    if (err != PH_OK) {
        PH_CHECK(rt->panic != NULL); /* who called would drop everything */
    } else if (result.kind == PH_RES_ERR) {
        ph_overlay_root(overlay, after, 1);
        PH_CHECK(memcmp(before, after, 32) == 0);
    } else {
        go_on(rt);
    }
}

/* Behind the two messages that wait already: all three have their turn in the next block. */
static void send_upward(ph_rt_t *rt, ph_overlay_t *overlay, ph_bytes_t in)
{
    if (in.len > 30000) /* fits into a page */
        return;
    ph_message_queue_enqueue(rt, (ph_para_id_t){2001}, &in, 1);
    PH_CHECK(ph_message_queue_footprint(rt, (ph_para_id_t){2001}).count == 3);
    ph_message_queue_on_initialize(rt);
    PH_CHECK(rt->panic == NULL && ph_overlay_depth(overlay) == 1);
    PH_CHECK(ph_message_queue_footprint(rt, (ph_para_id_t){2001}).count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world_t world;
    ph_call_t call;
    if (!world.state)
        make_world(&world);
    ph_arena_t *arena = ph_arena_new();
    bool readable = ph_call_decode_all(ph_bytes(data, size), arena, &call) == PH_OK;
    if (readable) {
        ph_writer_t w = ph_writer_in(arena);
        ph_call_t again;
        ph_call_encode(&w, &call);
        PH_CHECK(ph_call_decode_all(ph_writer_bytes(&w), arena, &again) == PH_OK && ph_call_equal(&call, &again));
    }
    for (unsigned i = readable ? 0 : ORIGINS; i <= ORIGINS; i++) {
        ph_overlay_t *overlay = ph_overlay_new(world.state);
        ph_native_host_t host = {.overlay = overlay, .log = &world.log};
        ph_rt_t rt = {.arena = arena, .ops = &ph_native_host_ops, .host = &host};
        ph_overlay_start(overlay);
        if (i < ORIGINS)
            dispatch(&rt, overlay, ph_state_root(world.state), origin_of(i), ph_bytes(data, size));
        else
            send_upward(&rt, overlay, ph_bytes(data, size));
        ph_native_host_end(&host);
        ph_overlay_free(overlay);
    }
    ph_arena_free(arena);
    return 0;
}
