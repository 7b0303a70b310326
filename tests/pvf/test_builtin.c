/* The built-in chains: undying against the real one, courier, and that what a builder foretells is what the validation
 * function finds. */
#include "support/cmocka.h"

#include "base/log.h"
#include "crypto/hash.h"
#include "pvf/adder_collator.h"
#include "pvf/builder.h"
#include "pvf/fixtures.h"
#include "pvf/pvf.h"
#include "support/random.h"
#include "support/wasm_signals.h"

enum { RELAY_NUMBER = 17 };
#define FUEL UINT64_C(2000000000)

static ph_pvf_t *pvf;
static ph_arena_t *arena;

static int setup(void **state)
{
    (void)state;
    pvf = ph_pvf_new(NULL, NULL);
    arena = ph_arena_new();
    ph_test_save_signals();
    return pvf ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ph_pvf_free(pvf);
    ph_arena_free(arena);
    return 0;
}

static ph_pvf_executed_t execute(ph_bytes_t code, ph_bytes_t head, ph_bytes_t block)
{
    ph_pvf_executed_t out;
    ph_validation_params_t params = {.parent_head.v = head, .block_data.v = block, .relay_parent_number = RELAY_NUMBER};
    ph_validation_code_hash_t hash;
    ph_blake2_256(hash.bytes, code);
    ph_test_restore_signals();
    ph_pvf_execute_in_process(pvf, arena, &out, &hash, code, &params, PH_PVF_POV_BOMB_LIMIT, FUEL);
    return out;
}

static void assert_refused(ph_bytes_t code, ph_bytes_t head, ph_bytes_t block, const char *why)
{
    ph_pvf_executed_t executed = execute(code, head, block);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "execution-failed");
    if (!memmem(executed.detail.data, executed.detail.len, why, strlen(why)))
        fail_msg("%.*s, expected %s", (int)executed.detail.len, (char *)executed.detail.data, why);
}

/* The next block of the builder, and its head: what validating it gives is what the builder says. */
static ph_built_t step(ph_builder_t *builder, ph_bytes_t code, ph_bytes_t head, const ph_constraints_t *limits)
{
    ph_built_t built;
    ph_builder_parent_t parent = {.head = head, .relay_parent_number = RELAY_NUMBER, .limits = limits};
    ph_blake2_256(parent.code_hash.bytes, code);
    assert_int_equal(ph_builder_next(builder, arena, &built, &parent), PH_OK);
    ph_pvf_executed_t executed = execute(code, head, built.block_data);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "valid");
    ph_writer_t foretold = ph_writer_in(arena);
    ph_validation_result_encode(&foretold, &built.result);
    assert_true(ph_bytes_equal(ph_writer_bytes(&foretold), executed.result));
    return built;
}

static ph_err_t step_error(ph_builder_t *builder, ph_builtin_t chain, ph_bytes_t head, const ph_constraints_t *limits)
{
    ph_built_t built;
    ph_builder_parent_t parent = {
        .head = head, .code_hash = ph_builtin_code_hash(chain), .relay_parent_number = RELAY_NUMBER, .limits = limits};
    return ph_builder_next(builder, arena, &built, &parent);
}

static ph_bytes_t head_after(const ph_built_t *built)
{
    return built->result.head_data.v;
}

static ph_bytes_t run(ph_builder_t *builder, ph_bytes_t code, ph_bytes_t head, size_t blocks)
{
    for (size_t i = 0; i < blocks; i++) {
        ph_built_t built = step(builder, code, head, NULL);
        head = head_after(&built);
    }
    return head;
}

/* ---- undying ---- */

static void test_undying_chain(void **state)
{
    static const size_t lengths[] = {0, 1, 10000, 100001};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        ph_builder_t *builder = ph_builder_new(lengths[i]);
        ph_bytes_t head = ph_builtin_genesis_head(arena, PH_BUILTIN_UNDYING, lengths[i]);
        ph_built_t built = step(builder, ph_builtin_code(PH_BUILTIN_UNDYING), head, NULL);
        assert_int_equal(built.chain, PH_BUILTIN_UNDYING);
        assert_true(built.block_data.len >= lengths[i] && built.block_data.len < lengths[i] + 1500);
        head = run(builder, ph_builtin_code(PH_BUILTIN_UNDYING), head_after(&built), 6);
        assert_int_equal(ph_get_u64(head.data), 7);
        ph_builder_free(builder);
        /* Another collator, or the same one after it lost everything. */
        builder = ph_builder_new(lengths[i]);
        run(builder, ph_builtin_code(PH_BUILTIN_UNDYING), head, 1);
        ph_builder_free(builder);
    }
}

static void test_real_undying_chain(void **state)
{
    (void)state;
    ph_bytes_t real = ph_test_shared(arena, "pvf/undying-2000.wasm"), head;
    ph_bytes_t text = ph_test_shared(arena, "pvf/undying-2000.genesis-head.hex");
    if (!real.data)
        skip();
    assert_int_equal(ph_unhex(arena, (char *)text.data, strcspn((char *)text.data, "\n"), &head), PH_OK);
    assert_true(ph_bytes_equal(head, ph_builtin_genesis_head(arena, PH_BUILTIN_UNDYING, 100000)));
    ph_builder_t *builder = ph_builder_new(0); /* finds out by itself which chain it is, and its size */
    run(builder, real, head, 4);
    ph_bytes_t forked = run(builder, ph_builtin_code(PH_BUILTIN_UNDYING), head, 5);
    run(builder, real, forked, 2);
    ph_builder_free(builder);
}

/* A block that fits its head, then perhaps spoilt. */
static void random_undying(ph_test_random_t *random, ph_adder_head_t *head, ph_bytes_t *block)
{
    uint8_t graves[70];
    ph_undying_block_t data = {
        .state = {.graveyard = ph_bytes(graves, ph_test_below(random, sizeof graves)), .zombies = ph_test_u64(random)},
        .tombstones = ph_test_below(random, 40),
        .iterations = (uint32_t)ph_test_below(random, 4)};
    ph_test_fill(random, graves, sizeof graves);
    ph_test_fill(random, data.state.seal.bytes, 32);
    ph_test_fill(random, head, sizeof *head);
    data.state.index = ph_test_below(random, data.state.graveyard.len + 1);
    if (ph_test_below(random, 6) == 0)
        data.state.index = ph_test_below(random, 3) ? ph_test_u64(random) : UINT64_MAX;
    if (ph_test_below(random, 6) == 0)
        data.state.index |= UINT64_C(1) << 32;
    ph_writer_t w = ph_writer_in(arena), state = ph_writer_in(arena);
    ph_undying_state_encode(&state, &data.state);
    ph_keccak_256(head->post_state, ph_writer_bytes(&state));
    ph_undying_block_encode(&w, &data);
    for (size_t i = ph_test_below(random, 5); i > 0; i--)
        ph_write_u8(&w, 7);
    *block = ph_writer_bytes(&w);
    switch (ph_test_below(random, 8)) {
    case 0:
        block->data[ph_test_below(random, block->len)] ^= 4;
        break;
    case 1:
        block->len = ph_test_below(random, block->len);
        break;
    case 2:
        head->post_state[0] ^= 1;
        break;
    default:
        break;
    }
}

/* Valid, broken and truncated inputs: the built-in undying and the real one agree on every one. */
static void test_undyings_agree(void **state)
{
    (void)state;
    ph_bytes_t real = ph_test_shared(arena, "pvf/undying-2000.wasm"), ours = ph_builtin_code(PH_BUILTIN_UNDYING);
    if (!real.data)
        skip();
    ph_test_random_t random = ph_test_random(11);
    size_t valid = 0;
    for (size_t round = 0; round < 600; round++) {
        ph_arena_t *outer = arena;
        arena = ph_arena_new();
        ph_adder_head_t head;
        ph_bytes_t block;
        uint8_t encoded[PH_ADDER_HEAD_LEN + 1] = {0};
        random_undying(&random, &head, &block);
        ph_adder_head_encode(encoded, &head);
        size_t len = PH_ADDER_HEAD_LEN + (ph_test_below(&random, 12) == 0) - (ph_test_below(&random, 12) == 0);
        ph_pvf_executed_t a = execute(ours, ph_bytes(encoded, len), block);
        ph_pvf_executed_t b = execute(real, ph_bytes(encoded, len), block);
        if (a.reason.kind != b.reason.kind || !ph_bytes_equal(a.result, b.result))
            fail_msg("round %zu: ours %s, theirs %s", round, ph_pvf_reason_text(a.reason),
                     ph_pvf_reason_text(b.reason));
        valid += a.reason.kind == PH_PVF_REASON_VALID;
        ph_arena_free(arena);
        arena = outer;
    }
    assert_in_range(valid, 150, 550);
}

static void test_undying_refuses(void **state)
{
    (void)state;
    ph_bytes_t code = ph_builtin_code(PH_BUILTIN_UNDYING), head = ph_builtin_genesis_head(arena, PH_BUILTIN_UNDYING, 9);
    ph_undying_state_t empty = {0};
    ph_undying_block_t block = {empty, 1, 1};
    ph_writer_t w = ph_writer_in(arena), s = ph_writer_in(arena);
    ph_undying_block_encode(&w, &block);
    assert_refused(code, head, ph_writer_bytes(&w), "state mismatch");
    assert_refused(code, head, ph_bytes(w.data, w.len - 1), "unexpected end");
    assert_refused(code, ph_bytes(head.data, 71), ph_writer_bytes(&w), "invalid parent head format");
    ph_adder_head_t none = {0};
    uint8_t encoded[PH_ADDER_HEAD_LEN];
    ph_undying_state_encode(&s, &empty);
    ph_keccak_256(none.post_state, ph_writer_bytes(&s));
    ph_adder_head_encode(encoded, &none);
    assert_refused(code, ph_bytes(encoded, sizeof encoded), ph_writer_bytes(&w), "no such grave");
    /* And its builder. */
    ph_builder_t *builder = ph_builder_new(0);
    assert_int_equal(step_error(builder, PH_BUILTIN_UNDYING, ph_bytes(encoded, 71), NULL), PH_ERR_MALFORMED);
    assert_int_equal(step_error(builder, PH_BUILTIN_UNDYING, ph_bytes(encoded, 72), NULL), PH_ERR_NOT_FOUND);
    none.number = UINT64_MAX; /* not to be worked out */
    ph_adder_head_encode(encoded, &none);
    assert_int_equal(step_error(builder, PH_BUILTIN_UNDYING, ph_bytes(encoded, 72), NULL), PH_ERR_NOT_FOUND);
    ph_constraints_t limits = {.dmp_remaining_messages = {(uint32_t[]){3}, 1}};
    assert_int_equal(step_error(builder, PH_BUILTIN_UNDYING, head, &limits), PH_ERR_REFUSED);
    ph_builder_free(builder);
}

/* ---- courier ---- */

static ph_courier_action_t send_to(uint32_t para, const char *text)
{
    ph_courier_action_t action = {.kind = PH_COURIER_ACTION_SEND};
    action.send.recipient.v = para;
    action.send.data = ph_bytes(text, strlen(text));
    return action;
}

static ph_courier_action_t report(const char *text)
{
    ph_courier_action_t action = {.kind = PH_COURIER_ACTION_REPORT};
    action.report = ph_bytes(text, strlen(text));
    return action;
}

static ph_courier_action_t upgrade(ph_bytes_t code)
{
    ph_courier_action_t action = {.kind = PH_COURIER_ACTION_UPGRADE};
    action.upgrade.v = code;
    return action;
}

static void act(ph_builder_t *builder, ph_courier_action_t action)
{
    assert_int_equal(ph_builder_act(builder, &action), PH_OK);
}

enum { CHANNELS = 3 }; /* to 2001, 2002, 2003 */

typedef struct chain {
    ph_builder_t *builder;
    ph_bytes_t head; /* on chain */
    ph_constraints_t limits;
    ph_tup_para_id_outbound_hrmp_channel_limitations_t channels[CHANNELS];
    ph_block_number_t downward[4];
} chain_t;

static void chain_init(chain_t *c)
{
    *c = (chain_t){.builder = ph_builder_new(0), .head = ph_builtin_genesis_head(arena, PH_BUILTIN_COURIER, 0)};
    for (uint32_t i = 0; i < CHANNELS; i++) {
        c->channels[i]._0.v = 2001 + i;
        c->channels[i]._1.messages_remaining = 10;
        c->channels[i]._1.bytes_remaining = 1000;
    }
    c->limits = (ph_constraints_t){.max_pov_size = 1 << 20,
                                   .max_code_size = 1 << 20,
                                   .ump_remaining = 10,
                                   .ump_remaining_bytes = 1000,
                                   .max_ump_num_per_candidate = 10,
                                   .max_hrmp_num_per_candidate = 10,
                                   .hrmp_channels_out = {c->channels, CHANNELS},
                                   .dmp_remaining_messages = {c->downward, 0}};
}

/* The block on `head`, seen from a relay block after which c->head is the para's. */
static ph_built_t courier_on(chain_t *c, ph_bytes_t head)
{
    c->limits.required_parent.v = c->head;
    return step(c->builder, ph_builtin_code(PH_BUILTIN_COURIER), head, &c->limits);
}

static ph_built_t courier(chain_t *c)
{
    return courier_on(c, c->head);
}

static ph_built_t courier_included(chain_t *c)
{
    ph_built_t built = courier(c);
    c->head = head_after(&built);
    return built;
}

static void test_courier_is_adder(void **state)
{
    (void)state;
    ph_bytes_t head = ph_builtin_genesis_head(arena, PH_BUILTIN_ADDER, 0), code = ph_builtin_code(PH_BUILTIN_COURIER);
    uint8_t block[PH_ADDER_BLOCK_LEN], next[PH_ADDER_HEAD_LEN];
    assert_int_equal(ph_adder_next(block, next, head), PH_OK);
    ph_pvf_executed_t a = execute(code, head, ph_bytes(block, sizeof block));
    ph_pvf_executed_t b = execute(ph_builtin_code(PH_BUILTIN_ADDER), head, ph_bytes(block, sizeof block));
    assert_string_equal(ph_pvf_reason_text(a.reason), "valid");
    assert_true(ph_bytes_equal(a.result, b.result));
    /* Upgraded to courier and back, with actions on the way. */
    ph_builder_t *builder = ph_builder_new(100);
    head = run(builder, ph_builtin_code(PH_BUILTIN_ADDER), head, 3);
    head = run(builder, code, head, 3);
    chain_t c;
    chain_init(&c);
    c.head = head;
    act(c.builder, report("hello"));
    courier_included(&c);
    courier_included(&c);
    head = run(builder, ph_builtin_code(PH_BUILTIN_ADDER), c.head, 3);
    assert_int_equal(ph_get_u64(head.data), 11);
    assert_int_equal(step_error(builder, PH_BUILTIN_UNDYING, head, NULL), PH_ERR_NOT_FOUND);
    ph_builder_free(c.builder);
    ph_builder_free(builder);
}

static void test_courier_delivers(void **state)
{
    (void)state;
    chain_t c;
    chain_init(&c);
    act(c.builder, send_to(2003, "three"));
    act(c.builder, report("first"));
    act(c.builder, send_to(2001, "one"));
    act(c.builder, upgrade(PH_BYTES_LIT("new code")));
    act(c.builder, send_to(2001, "one more"));
    act(c.builder, report("second"));
    c.limits.dmp_remaining_messages.count = 2;
    ph_built_t built = courier_included(&c);
    const ph_validation_result_t *r = &built.result;
    assert_int_equal(r->horizontal_messages.count, 2); /* by recipient, one for each */
    assert_int_equal(r->horizontal_messages.items[0].recipient.v, 2001);
    assert_true(ph_bytes_equal(r->horizontal_messages.items[0].data, PH_BYTES_LIT("one")));
    assert_int_equal(r->horizontal_messages.items[1].recipient.v, 2003);
    assert_int_equal(r->upward_messages.count, 2);
    assert_true(ph_bytes_equal(r->upward_messages.items[0], PH_BYTES_LIT("first")));
    assert_true(r->new_validation_code.some);
    assert_int_equal(r->processed_downward_messages, 2);
    assert_int_equal(r->hrmp_watermark, RELAY_NUMBER);
    c.limits.dmp_remaining_messages.count = 0;
    built = courier_included(&c);
    assert_int_equal(built.result.horizontal_messages.count, 1);
    assert_true(ph_bytes_equal(built.result.horizontal_messages.items[0].data, PH_BYTES_LIT("one more")));
    assert_int_equal(built.result.upward_messages.count, 0);
    built = courier_included(&c);
    assert_int_equal(built.result.horizontal_messages.count, 0);
    assert_false(built.result.new_validation_code.some);
    ph_builder_free(c.builder);
}

/* Whatever branch the para's chain takes, each action is done on it exactly once. */
static void test_courier_forks(void **state)
{
    (void)state;
    chain_t c;
    chain_init(&c);
    ph_built_t without = courier(&c);
    act(c.builder, report("x"));
    ph_built_t with = courier(&c), again = courier(&c);
    assert_int_equal(with.result.upward_messages.count, 1);
    assert_true(ph_bytes_equal(head_after(&with), head_after(&again)));
    assert_false(ph_bytes_equal(head_after(&with), head_after(&without)));
    c.head = head_after(&without);
    assert_int_equal(courier_included(&c).result.upward_messages.count, 1);
    assert_int_equal(courier_included(&c).result.upward_messages.count, 0);
    c.head = head_after(&with);
    assert_int_equal(courier_included(&c).result.upward_messages.count, 0);
    act(c.builder, report("y"));
    for (int i = 0; i < 60; i++)
        assert_int_equal(courier_included(&c).result.upward_messages.count, i == 0);
    ph_builder_free(c.builder);
}

/* A block that stands on one that is backed, but not included yet, counts what that one uses. */
static void test_courier_counts_what_is_under_way(void **state)
{
    (void)state;
    chain_t c;
    chain_init(&c);
    c.limits.ump_remaining = 1;
    c.channels[0]._1.messages_remaining = 1;
    c.channels[1]._1.bytes_remaining = 3;
    act(c.builder, report("a"));
    act(c.builder, report("b"));
    act(c.builder, send_to(2001, "a"));
    act(c.builder, send_to(2001, "b"));
    act(c.builder, send_to(2002, "aa"));
    act(c.builder, send_to(2002, "bb"));
    act(c.builder, upgrade(PH_BYTES_LIT("new code")));
    act(c.builder, upgrade(PH_BYTES_LIT("newer code")));
    ph_built_t first = courier(&c), second = courier_on(&c, head_after(&first));
    assert_int_equal(first.result.upward_messages.count, 1);
    assert_int_equal(first.result.horizontal_messages.count, 2);
    assert_true(first.result.new_validation_code.some);
    assert_int_equal(second.result.upward_messages.count, 0);
    assert_int_equal(second.result.horizontal_messages.count, 0);
    assert_false(second.result.new_validation_code.some);
    c.head = head_after(&first);
    second = courier(&c); /* included; the relay chain has passed everything on */
    assert_int_equal(second.result.upward_messages.count, 1);
    assert_int_equal(second.result.horizontal_messages.count, 2);
    assert_true(second.result.new_validation_code.some);
    /* On a parent that somebody else built nothing is sent: who knows what it uses. */
    uint8_t block[PH_ADDER_BLOCK_LEN], other[PH_ADDER_HEAD_LEN];
    assert_int_equal(ph_adder_next_adding(block, other, c.head, 60000), PH_OK);
    assert_int_equal(courier_on(&c, ph_bytes(other, sizeof other)).result.upward_messages.count, 0);
    ph_builder_free(c.builder);
}

static void test_courier_takes_messages_from_above(void **state)
{
    (void)state;
    chain_t c;
    chain_init(&c);
    c.limits.dmp_remaining_messages.count = 1;
    ph_built_t one = courier(&c);
    assert_int_equal(one.result.processed_downward_messages, 1);
    /* All that the relay chain has are taken under way, and it would have another block take one. */
    c.limits.required_parent.v = c.head;
    assert_int_equal(step_error(c.builder, PH_BUILTIN_COURIER, head_after(&one), &c.limits), PH_ERR_REFUSED);
    c.limits.dmp_remaining_messages.count = 3;
    assert_int_equal(courier_on(&c, head_after(&one)).result.processed_downward_messages, 2);
    ph_built_t three = courier(&c); /* a block that takes three is another block, with another head */
    assert_int_equal(three.result.processed_downward_messages, 3);
    assert_false(ph_bytes_equal(head_after(&one), head_after(&three)));
    c.head = head_after(&one);
    c.limits.dmp_remaining_messages.count = 0;
    assert_int_equal(courier(&c).result.processed_downward_messages, 0);
    ph_builder_free(c.builder);
}

static void test_courier_keeps_within_limits(void **state)
{
    (void)state;
    chain_t c;
    chain_init(&c);
    act(c.builder, send_to(2009, "no channel"));
    act(c.builder, send_to(2001, "message"));
    act(c.builder, send_to(2002, "message"));
    act(c.builder, report("message"));
    act(c.builder, report("m"));
    act(c.builder, upgrade(PH_BYTES_LIT("new code")));
    ph_constraints_t usual = c.limits;
    c.limits.max_hrmp_num_per_candidate = 1;
    c.limits.max_ump_num_per_candidate = 1;
    c.limits.max_code_size = 7;
    ph_built_t b = courier(&c);
    assert_int_equal(b.result.horizontal_messages.count, 1);
    assert_int_equal(b.result.upward_messages.count, 1);
    assert_false(b.result.new_validation_code.some);
    c.limits = usual;
    c.limits.ump_remaining_bytes = 3; /* the second would fit, but does not overtake */
    c.limits.upgrade_restriction.some = true;
    c.channels[0]._1.bytes_remaining = 6;
    c.channels[1]._1.messages_remaining = 0;
    b = courier(&c);
    assert_int_equal(b.result.horizontal_messages.count, 0);
    assert_int_equal(b.result.upward_messages.count, 0);
    assert_false(b.result.new_validation_code.some);
    c.limits = usual;
    c.limits.future_validation_code.some = true;
    c.limits.max_pov_size = 1030;
    b = courier(&c);
    assert_int_equal(b.result.upward_messages.count, 1); /* "m" has room */
    assert_false(b.result.new_validation_code.some);
    /* Without knowledge of the limits nothing is sent. */
    b = step(c.builder, ph_builtin_code(PH_BUILTIN_COURIER), c.head, NULL);
    assert_int_equal(b.result.upward_messages.count, 0);
    for (int i = 0; i < 1018; i++)
        act(c.builder, report("z"));
    ph_courier_action_t more = report("z");
    assert_int_equal(ph_builder_act(c.builder, &more), PH_ERR_FULL);
    ph_builder_free(c.builder);
}

/* What the relay chain will not have holds the para up for a while, not for ever. */
static void test_courier_gives_up(void **state)
{
    (void)state;
    chain_t c;
    chain_init(&c);
    act(c.builder, report("poison"));
    int plain = 0, rounds = 0;
    for (; plain < 4 && rounds < 100; rounds++) {
        ph_built_t b = courier(&c);
        if (b.result.upward_messages.count)
            continue; /* refused */
        c.head = head_after(&b);
        plain++;
    }
    assert_in_range(rounds, 20, 60);
    act(c.builder, report("fine"));
    assert_int_equal(courier_included(&c).result.upward_messages.count, 1);
    ph_builder_free(c.builder);
}

static void test_courier_refuses(void **state)
{
    (void)state;
    ph_bytes_t head = ph_builtin_genesis_head(arena, PH_BUILTIN_COURIER, 0), code = ph_builtin_code(PH_BUILTIN_COURIER);
    uint8_t block[64] = {[8] = 2, [16] = 1, [20] = 17, [24] = 1 << 2};
    assert_refused(code, head, ph_bytes(block, 17), "unexpected end");
    assert_refused(code, head, ph_bytes(block, 25), "unexpected end");
    block[25] = 3;
    assert_refused(code, head, ph_bytes(block, 64), "unknown action");
    memcpy(block + 24, (uint8_t[]){2 << 2, 2, 0, 2, 0}, 5);
    assert_refused(code, head, ph_bytes(block, 64), "two upgrades in a block");
    memcpy(block + 24, (uint8_t[]){0xfe, 0xff, 0xff, 0xff}, 4); /* so many actions there cannot be */
    assert_refused(code, head, ph_bytes(block, 64), "unexpected end");
    block[0] = 1;
    assert_refused(code, head, ph_bytes(block, 64), "state mismatch");
    assert_refused(code, ph_bytes(head.data, 71), ph_bytes(block, 64), "invalid parent head format");
}

/* ---- any chain ---- */

static void test_code_tells_the_chain(void **state)
{
    (void)state;
    assert_string_equal(ph_builtin_names[PH_BUILTIN_UNDYING], "undying");
    for (ph_builtin_t chain = 0; chain < PH_BUILTIN_COUNT; chain++) {
        ph_bytes_t code = ph_builtin_code(chain), head = ph_builtin_genesis_head(arena, chain, 0);
        ph_builder_t *builder = ph_builder_new(0);
        assert_int_equal(step(builder, code, head, NULL).chain, chain);
        ph_builder_free(builder);
        ph_validation_code_hash_t hash = ph_builtin_code_hash(chain);
        uint8_t expected[32];
        ph_blake2_256(expected, code);
        assert_memory_equal(hash.bytes, expected, 32);
    }
    /* Unknown code: the head tells. */
    ph_builder_t *builder = ph_builder_new(0);
    ph_built_t built;
    ph_builder_parent_t parent = {.head = ph_builtin_genesis_head(arena, PH_BUILTIN_ADDER, 0), .code_hash = {{1}}};
    assert_int_equal(ph_builder_next(builder, arena, &built, &parent), PH_OK);
    assert_int_equal(built.chain, PH_BUILTIN_ADDER);
    parent = (ph_builder_parent_t){.head = ph_builtin_genesis_head(arena, PH_BUILTIN_UNDYING, 0), .code_hash = {{2}}};
    assert_int_equal(ph_builder_next(builder, arena, &built, &parent), PH_OK);
    assert_int_equal(built.chain, PH_BUILTIN_UNDYING);
    parent = (ph_builder_parent_t){.head = PH_BYTES_LIT("?"), .code_hash = {{3}}};
    assert_int_equal(ph_builder_next(builder, arena, &built, &parent), PH_ERR_MALFORMED);
    ph_builder_free(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undying_chain),
        cmocka_unit_test(test_real_undying_chain),
        cmocka_unit_test(test_undyings_agree),
        cmocka_unit_test(test_undying_refuses),
        cmocka_unit_test(test_courier_is_adder),
        cmocka_unit_test(test_courier_delivers),
        cmocka_unit_test(test_courier_forks),
        cmocka_unit_test(test_courier_counts_what_is_under_way),
        cmocka_unit_test(test_courier_takes_messages_from_above),
        cmocka_unit_test(test_courier_keeps_within_limits),
        cmocka_unit_test(test_courier_gives_up),
        cmocka_unit_test(test_courier_refuses),
        cmocka_unit_test(test_code_tells_the_chain),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
