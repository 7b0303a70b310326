/* A state dumped at any block goes on: the old chain's next blocks are imported on it, and a network that begins with
 * it includes paras' blocks, moves messages, upgrades code, takes transactions and changes sessions, with everything
 * checked at each block and under faults. */
#include "sim/run.h"

#include "crypto/hash.h"
#include "pvf/builder.h"
#include "runtime/calls.h"
#include "service/summary.h"
#include "support/transfers.h"

enum { VALIDATORS = 4, SENDER = 2000, RECEIVER = 2001, SLOTS = 60, SESSION = 6, GOES_ON = 40, HEALED = 24, FROM = 12 };

/* What makes a block worth dumping. */
typedef enum trait { BOUNDARY, PENDING, VOTED /* by some */, MESSAGES, UPGRADE, TRAIT_COUNT } trait_t;

typedef struct fixture {
    ph_arena_t *arena;
    ph_sim_t *sim; /* the old chain's */
    ph_hash_t genesis;
    ph_sim_extrinsic_t extrinsics[2];
    ph_sim_act_t acts[9];
    size_t act_count;
} fixture_t;

/* ---- the old chain ---- */

static ph_sim_config_t usual(uint64_t seed)
{
    ph_sim_config_t config = ph_sim_usual(seed, VALIDATORS, 2, SLOTS);
    config.session_slots = SESSION;
    config.rotation_blocks = 3;
    config.loss_percent = 10;
    return config;
}

static ph_bytes_t open_channel(fixture_t *f)
{
    ph_call_t inner = {.kind = PH_CALL_PARAS_SUDO_WRAPPER,
                       .paras_sudo_wrapper = {.kind = PH_CALL_PARAS_SUDO_WRAPPER_SUDO_ESTABLISH_HRMP_CHANNEL}};
    inner.paras_sudo_wrapper.sudo_establish_hrmp_channel.sender.v = SENDER;
    inner.paras_sudo_wrapper.sudo_establish_hrmp_channel.recipient.v = RECEIVER;
    inner.paras_sudo_wrapper.sudo_establish_hrmp_channel.max_capacity = 4;
    inner.paras_sudo_wrapper.sudo_establish_hrmp_channel.max_message_size = 100;
    ph_call_t call = {.kind = PH_CALL_SUDO, .sudo = {.kind = PH_CALL_SUDO_SUDO}};
    ph_writer_t w = ph_writer_in(f->arena);
    call.sudo.sudo.call = &inner;
    ph_call_encode(&w, &call);
    transfer_t alice = {.from = "//Alice"};
    return make_signed(f->arena, &f->genesis, alice, ph_writer_bytes(&w));
}

/* A message every few slots, and the sender's upgrade to adder late in the run. */
static void plan(fixture_t *f, ph_sim_config_t *config)
{
    ph_courier_action_t send = {.kind = PH_COURIER_ACTION_SEND}, upgrade = {.kind = PH_COURIER_ACTION_UPGRADE};
    send.send.recipient.v = RECEIVER;
    send.send.data = PH_BYTES_LIT("good morning");
    upgrade.upgrade.v = ph_builtin_code(PH_BUILTIN_ADDER);
    for (uint32_t slot = 16; slot < 48; slot += 4)
        f->acts[f->act_count++] = (ph_sim_act_t){slot, {SENDER}, send};
    f->acts[f->act_count++] = (ph_sim_act_t){30, {SENDER}, upgrade};
    f->extrinsics[0] = (ph_sim_extrinsic_t){3, 0, open_channel(f)};
    transfer_t first = {.from = "//Bob", .to = "//Charlie", .value = 1000000000000};
    f->extrinsics[1] = (ph_sim_extrinsic_t){5, 1, make_transfer(f->arena, &f->genesis, first)};
    config->extrinsics = f->extrinsics;
    config->extrinsic_count = 2;
    config->acts = f->acts;
    config->act_count = f->act_count;
}

static ph_chain_t *view_of(ph_sim_t *sim)
{
    return ph_node_chain(ph_fleet_view(ph_sim_fleet(sim)));
}

static void run_sim(ph_sim_t *sim, uint32_t slot)
{
    char why[200] = "";
    if (ph_sim_run_to(sim, slot, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
}

static void begin_with(fixture_t *f, uint64_t seed)
{
    ph_sim_config_t config = usual(seed);
    char why[200] = "";
    *f = (fixture_t){.arena = ph_arena_new()};
    ph_test_restore_signals();
    ph_fleet_code_t courier = {ph_builtin_code(PH_BUILTIN_COURIER),
                               ph_builtin_genesis_head(f->arena, PH_BUILTIN_COURIER, 0)};
    config.codes = &courier;
    config.code_count = 1;
    assert_int_equal(ph_sim_new(&f->sim, &config, why, sizeof why), PH_OK);
    f->genesis = ph_sim_fleet(f->sim)->local->genesis->hash;
    ph_sim_free(f->sim);
    plan(f, &config);
    assert_int_equal(ph_sim_new(&f->sim, &config, why, sizeof why), PH_OK);
    run_sim(f->sim, SLOTS);
}

static void end(fixture_t *f)
{
    ph_sim_free(f->sim);
    ph_arena_free(f->arena);
}

/* ---- dumps ---- */

static void append(void *ctx, const char *text, size_t len)
{
    ph_write(ctx, text, len);
}

static ph_err_t load(ph_local_t **out, const ph_relay_block_t *block, char *why, size_t why_len)
{
    ph_writer_t text = PH_WRITER_HEAP;
    ph_write_state(block, append, &text);
    ph_err_t err = ph_local_from_spec(out, ph_writer_bytes(&text), (ph_bytes_t){0}, why, why_len);
    ph_writer_free(&text);
    return err;
}

static ph_local_t *load_well(const ph_relay_block_t *block)
{
    ph_local_t *local;
    char why[300] = "";
    if (load(&local, block, why, sizeof why) != PH_OK)
        fail_msg("block %u: %s", block->header.number, why);
    assert_memory_equal(&local->genesis->hash, &block->hash, 32);
    assert_int_equal(local->genesis->slot.v, block->slot.v);
    assert_int_equal(local->validator_count, VALIDATORS);
    assert_int_equal(local->para_count, 2);
    return local;
}

/* ---- what a block is like ---- */

static ph_buf_t *ask(ph_chain_t *chain, const ph_relay_block_t *block, const char *method, uint32_t para)
{
    uint8_t args[4];
    ph_buf_t *answer;
    ph_put_u32(args, para);
    assert_int_equal(ph_chain_call(chain, &answer, &block->hash, method, ph_bytes(args, para ? 4 : 0)), PH_OK);
    return answer;
}

static uint32_t session_at(ph_chain_t *chain, const ph_relay_block_t *block)
{
    ph_buf_t *answer = ask(chain, block, "ParachainHost_session_index_for_child", 0);
    uint32_t session = ph_get_u32(ph_buf_bytes(answer).data);
    ph_buf_unref(answer);
    return session;
}

static bool answers_some(ph_chain_t *chain, const ph_relay_block_t *block, const char *method, uint32_t para)
{
    ph_buf_t *answer = ask(chain, block, method, para);
    bool some = ph_buf_bytes(answer).data[0] != 0;
    ph_buf_unref(answer);
    return some;
}

static bool has_messages(fixture_t *f, ph_chain_t *chain, const ph_relay_block_t *block)
{
    ph_map_para_id_vec_inbound_hrmp_message_t all;
    bool some = false;
    ph_buf_t *answer = ask(chain, block, "ParachainHost_inbound_hrmp_channels_contents", RECEIVER);
    assert_int_equal(ph_map_para_id_vec_inbound_hrmp_message_decode_all(ph_buf_bytes(answer), f->arena, &all), PH_OK);
    for (size_t i = 0; i < all.count; i++)
        some |= all.items[i].value.count > 0;
    ph_buf_unref(answer);
    return some;
}

/* Has a candidate votes, though not enough, and some time left to get them? */
static bool has_votes(fixture_t *f, ph_chain_t *chain, const ph_relay_block_t *block)
{
    ph_vec_core_state_t cores;
    bool some = false;
    ph_buf_t *answer = ask(chain, block, "ParachainHost_availability_cores", 0);
    assert_int_equal(ph_vec_core_state_decode_all(ph_buf_bytes(answer), f->arena, &cores), PH_OK);
    for (size_t i = 0; i < cores.count; i++)
        some |= cores.items[i].kind == PH_CORE_STATE_OCCUPIED &&
                cores.items[i].occupied.time_out_at > block->header.number + 2 &&
                ph_bits_ones(cores.items[i].occupied.availability) > 0;
    ph_buf_unref(answer);
    return some;
}

/* Is there an entry under that item? */
static bool has_entry(const ph_relay_block_t *block, const char *pallet, const char *item)
{
    uint8_t prefix[32];
    ph_bytes_t key, value;
    ph_twox_128(prefix, ph_bytes(pallet, strlen(pallet)));
    ph_twox_128(prefix + 16, ph_bytes(item, strlen(item)));
    ph_state_iter_t it = ph_state_iter(block->state, ph_bytes(prefix, sizeof prefix));
    bool found = ph_state_iter_next(&it, &key, &value) == PH_OK;
    ph_state_iter_free(&it);
    return found;
}

static bool is_like(fixture_t *f, trait_t trait, const ph_relay_block_t *block)
{
    ph_chain_t *chain = view_of(f->sim);
    switch (trait) {
    case BOUNDARY:
        return session_at(chain, block) != session_at(chain, ph_chain_at(chain, block->header.number - 1));
    case PENDING:
        return answers_some(chain, block, "ParachainHost_candidate_pending_availability", SENDER);
    case VOTED:
        return !is_like(f, BOUNDARY, ph_chain_at(chain, block->header.number + 1)) && has_votes(f, chain, block);
    case MESSAGES:
        return has_messages(f, chain, block);
    case UPGRADE:
        return has_entry(block, "Paras", "FutureCodeHash");
    case TRAIT_COUNT:
        break;
    }
    return false;
}

static ph_relay_block_t *find(fixture_t *f, trait_t trait, uint32_t from)
{
    ph_chain_t *chain = view_of(f->sim);
    for (uint32_t n = from; n + 6 < ph_chain_best(chain)->header.number; n++)
        if (is_like(f, trait, ph_chain_at(chain, n)))
            return ph_chain_at(chain, n);
    return NULL;
}

static bool has_all_traits(fixture_t *f)
{
    bool all = true;
    for (trait_t trait = 0; trait < TRAIT_COUNT; trait++)
        all = all && find(f, trait, FROM) != NULL;
    return all;
}

/* What a run has of all that is chance: the first one with a block of every kind. */
static void begin(fixture_t *f)
{
    enum { FIRST = 5, LAST = 24 };
    for (uint64_t seed = FIRST; seed <= LAST; seed++) {
        begin_with(f, seed);
        if (has_all_traits(f))
            return;
        end(f);
    }
    fail_msg("no seed from %d to %d has blocks of all kinds", FIRST, LAST);
}

/* ---- the old chain's blocks ---- */

typedef struct importer {
    unsigned failures;
} importer_t;

static void on_failed(void *ctx, ph_err_t err, const char *what)
{
    importer_t *importer = ctx;
    (void)err, (void)what;
    importer->failures++;
}

/* All the old chain's blocks after the dumped one, forks too, into a node that knows the dump alone. */
static void import_the_rest(fixture_t *f, ph_local_t *local, const ph_relay_block_t *base)
{
    ph_chain_t *old = view_of(f->sim), *chain;
    ph_relay_block_t *best = ph_chain_best(old);
    importer_t importer = {0};
    ph_world_t *world = ph_world_new(&(ph_world_config_t){.seed = 1, .start_us = best->slot.v * 6000000});
    ph_env_t *env = ph_world_add_node(world, "importer");
    ph_chain_config_t config = {.env = env,
                                .genesis = local->genesis,
                                .slot_ms = 6000,
                                .finality_depth = 24,
                                .hooks = {.ctx = &importer, .failed = on_failed}};
    void *value;
    assert_int_equal(ph_chain_new(&chain, &config), PH_OK);
    ph_hash_t genesis = ph_chain_genesis_hash(chain);
    assert_memory_equal(&genesis, &f->genesis, 32);
    for (size_t i = 0; ph_map_next(&ph_sim_fleet(f->sim)->blocks, &i, NULL, &value);) {
        ph_relay_block_t *block = *(ph_relay_block_t **)value;
        if (block->header.number > base->header.number && ph_chain_is_ancestor(old, &base->hash, &block->hash))
            ph_chain_submit(chain, block->encoded);
    }
    ph_world_run_until(world, (best->slot.v + 100) * 6000000);
    ph_chain_stats_t stats;
    ph_chain_stats(chain, &stats);
    assert_int_equal(stats.blocks_refused, 0);
    assert_int_equal(importer.failures, 0);
    assert_memory_equal(&ph_chain_best(chain)->hash, &best->hash, 32);
    assert_memory_equal(ph_state_root(ph_chain_best(chain)->state), ph_state_root(best->state), 32);
    for (uint32_t n = base->header.number; n <= best->header.number; n++)
        assert_memory_equal(&ph_chain_at(chain, n)->hash, &ph_chain_at(old, n)->hash, 32);
    assert_null(ph_chain_at(chain, base->header.number - 1));
    assert_null(ph_chain_at(chain, best->header.number + 1));
    if (best->header.number > base->header.number + 24)
        assert_int_equal(ph_chain_finalized(chain)->header.number, best->header.number - 24);
    ph_chain_free(chain);
    ph_world_free(world);
}

static void test_next_blocks_are_imported_from_every_dump(void **state)
{
    fixture_t f;
    (void)state;
    begin(&f);
    ph_chain_t *old = view_of(f.sim);
    for (uint32_t n = 1; n < ph_chain_best(old)->header.number; n += 7) {
        ph_local_t *local = load_well(ph_chain_at(old, n));
        import_the_rest(&f, local, ph_chain_at(old, n));
        ph_local_free(local);
    }
    end(&f);
}

/* ---- a new network ---- */

static void check_progress(fixture_t *f, ph_sim_t *sim, ph_check_t *check, const ph_sim_config_t *config,
                           const ph_relay_block_t *base)
{
    ph_chain_t *chain = view_of(sim);
    ph_relay_block_t *best = ph_chain_best(chain);
    size_t found = 0;
    (void)f;
    assert_true(best->header.number > base->header.number + 40);
    assert_true(session_at(chain, best) > session_at(chain, base) + 5);
    assert_true(ph_check_included(check, &best->hash, (ph_para_id_t){SENDER}) >= 12);
    assert_true(ph_check_included(check, &best->hash, (ph_para_id_t){RECEIVER}) >= 12);
    assert_false(has_entry(best, "Paras", "FutureCodeHash"));
    for (size_t i = 0; i < config->extrinsic_count; i++) {
        ph_hash_t hash = ph_pool_hash(config->extrinsics[i].xt);
        found += ph_chain_find_extrinsic(chain, &hash, GOES_ON + HEALED) != NULL;
    }
    assert_int_equal(found, config->extrinsic_count);
}

/* With another seed, faults, and a transaction that speaks of the old genesis. */
static void goes_on(fixture_t *f, const ph_relay_block_t *base, uint64_t seed)
{
    ph_local_t *local = load_well(base);
    ph_sim_config_t config = usual(5);
    size_t printed = 0;
    transfer_t second = {.from = "//Bob", .to = "//Charlie", .value = 1000000000000, .nonce = 1};
    ph_sim_extrinsic_t extrinsic[VALIDATORS]; /* to all, for whoever is down */
    for (uint32_t i = 0; i < VALIDATORS; i++)
        extrinsic[i] = (ph_sim_extrinsic_t){6, i, make_transfer(f->arena, &f->genesis, second)};
    config.seed = seed;
    config.slots = GOES_ON;
    config.local = local;
    config.session_slots = config.rotation_blocks = 0; /* the state says them */
    config.extrinsics = extrinsic;
    config.extrinsic_count = VALIDATORS;
    config.loss_percent = 2;
    config.crashes = 2;
    config.bad_collators = 1;
    config.has_partition = true;
    config.partition_from = 10;
    config.partition_to = 16;
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = config.slot_ms, .adder = true});
    ph_check_hook(check, &config);
    ph_sim_t *sim = start_sim(check, &config);
    run_sim(sim, GOES_ON);
    ph_sim_heal(sim);
    run_sim(sim, GOES_ON + HEALED);
    check_progress(f, sim, check, &config, base);
    assert_int_equal(ph_check_end(check, sim, print_violation, &printed), 0);
    ph_sim_free(sim);
    ph_check_free(check);
    ph_local_free(local);
}

static void test_networks_go_on_from_dumps(void **state)
{
    fixture_t f;
    (void)state;
    begin(&f);
    for (trait_t trait = 0; trait < TRAIT_COUNT; trait++) {
        const ph_relay_block_t *base = find(&f, trait, FROM);
        print_message("from block %u\n", base->header.number);
        goes_on(&f, base, 100 + trait);
    }
    end(&f);
}

/* A network as new as its dump has signed nothing before: nobody waits for the next session, however late it is. */
static void test_all_work_from_the_first_session_on(void **state)
{
    fixture_t f;
    (void)state;
    begin(&f);
    const ph_relay_block_t *base = find(&f, BOUNDARY, 30);
    ph_local_t *local = load_well(base);
    ph_sim_config_t config = ph_sim_usual(3, VALIDATORS, 2, SESSION - 1);
    config.local = local;
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = config.slot_ms, .adder = true});
    ph_check_hook(check, &config);
    ph_sim_t *sim = start_sim(check, &config);
    run_sim(sim, SESSION - 1);
    ph_chain_t *chain = view_of(sim);
    assert_int_equal(ph_chain_best(chain)->header.number,
                     base->header.number + SESSION - 2); /* one a slot but the first */
    assert_int_equal(session_at(chain, ph_chain_at(chain, base->header.number + 2)), session_at(chain, base));
    assert_true(ph_check_included(check, &ph_chain_best(chain)->hash, (ph_para_id_t){SENDER}) >= 1);
    assert_int_equal(ph_check_end(check, sim, NULL, NULL), 0);
    ph_sim_free(sim);
    ph_check_free(check);
    ph_local_free(local);
    end(&f);
}

/* ---- what is no dump ---- */

static void test_header_and_state_belong_together(void **state)
{
    fixture_t f;
    ph_local_t *local;
    char why[300] = "";
    (void)state;
    begin(&f);
    ph_chain_t *old = view_of(f.sim);
    ph_relay_block_t mixed = *ph_chain_at(old, 9);
    mixed.header = ph_chain_at(old, 10)->header;
    assert_int_equal(load(&local, &mixed, why, sizeof why), PH_ERR_INVALID);
    assert_non_null(strstr(why, "the state has another root than it says"));
    mixed.header.state_root = ph_chain_at(old, 9)->header.state_root;
    assert_int_equal(load(&local, &mixed, why, sizeof why), PH_ERR_INVALID);
    assert_non_null(strstr(why, "the state is that of block #9 and the header that of #10"));
    mixed.header = ph_chain_at(old, 9)->header;
    mixed.header.digest.logs.count--; /* the seal */
    assert_int_equal(load(&local, &mixed, why, sizeof why), PH_ERR_INVALID);
    assert_non_null(strstr(why, "no BABE seal"));
    /* A dump of block 0 is its genesis. */
    assert_int_equal(load(&local, ph_chain_at(old, 0), why, sizeof why), PH_OK);
    assert_memory_equal(&local->genesis->hash, &f.genesis, 32);
    ph_local_free(local);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_blocks_are_imported_from_every_dump),
        cmocka_unit_test(test_networks_go_on_from_dumps),
        cmocka_unit_test(test_all_work_from_the_first_session_on),
        cmocka_unit_test(test_header_and_state_belong_together),
    };
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
