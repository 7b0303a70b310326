/* Channels between paras: each error of Hrmp by its name, and the way of a message. */
#include "support/rt_para.h"

#include "runtime/hrmp.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

static const ph_origin_t root = {.kind = PH_ORIGIN_ROOT};

static ph_origin_t para(uint32_t id)
{
    return (ph_origin_t){.kind = PH_ORIGIN_PARACHAIN, .para = {id}};
}

static ph_hrmp_channel_id_t channel(uint32_t sender, uint32_t recipient)
{
    return (ph_hrmp_channel_id_t){.sender = {sender}, .recipient = {recipient}};
}

static ph_err_t request(para_world_t *w, uint32_t sender, uint32_t recipient, uint32_t capacity, uint32_t size)
{
    ph_origin_t origin = para(sender);
    return ph_hrmp_call_hrmp_init_open_channel(w->rt, &origin, pw_para(recipient), capacity, size);
}

static ph_err_t accept_by(para_world_t *w, uint32_t recipient, uint32_t sender)
{
    ph_origin_t origin = para(recipient);
    return ph_hrmp_call_hrmp_accept_open_channel(w->rt, &origin, pw_para(sender));
}

static ph_err_t close_by(para_world_t *w, uint32_t by, ph_hrmp_channel_id_t id)
{
    ph_origin_t origin = para(by);
    return ph_hrmp_call_hrmp_close_channel(w->rt, &origin, &id);
}

static ph_err_t cancel_by(para_world_t *w, uint32_t by, ph_hrmp_channel_id_t id, uint32_t witness)
{
    ph_origin_t origin = para(by);
    return ph_hrmp_call_hrmp_cancel_open_request(w->rt, &origin, &id, witness);
}

/* Two channels each way at most, four messages of at most 64 bytes wait in one. */
static para_world_t *world(size_t paras)
{
    static para_world_t w;
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.max_validators_per_core.some = false;
    config.hrmp_max_parachain_inbound_channels = 2;
    config.hrmp_max_parachain_outbound_channels = 2;
    config.hrmp_channel_max_capacity = 4;
    config.hrmp_channel_max_message_size = 64;
    config.hrmp_channel_max_total_size = 128;
    pw_genesis(&w, &config, 1, paras);
    pw_begin(&w);
    return &w;
}

static void open_now(para_world_t *w, uint32_t sender, uint32_t recipient)
{
    assert_int_equal(request(w, sender, recipient, 4, 64), PH_OK);
    assert_int_equal(accept_by(w, recipient, sender), PH_OK);
    assert_int_equal(ph_hrmp_call_force_process_hrmp_open(w->rt, &root, 100), PH_OK);
    ph_hrmp_channel_id_t id = channel(sender, recipient);
    assert_true(ph_hrmp_hrmp_channels_exists(w->rt, &id));
}

static void test_errors_of_requests(void **state)
{
    (void)state;
    para_world_t *w = world(6);
    open_now(w, 2000, 2001);
    assert_int_equal(request(w, 2000, 2002, 4, 64), PH_OK);
    static const struct {
        uint32_t sender, recipient, capacity, size;
        ph_err_t expected;
    } cases[] = {
        {2000, 2000, 4, 64, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_TO_SELF},
        {2003, 2999, 4, 64, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_INVALID_RECIPIENT},
        {2003, 2001, 0, 64, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ZERO_CAPACITY},
        {2003, 2001, 5, 64, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_CAPACITY_EXCEEDS_LIMIT},
        {2003, 2001, 4, 0, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ZERO_MESSAGE_SIZE},
        {2003, 2001, 4, 65, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_MESSAGE_SIZE_EXCEEDS_LIMIT},
        {2000, 2001, 4, 64, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ALREADY_EXISTS},
        {2000, 2002, 4, 64, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ALREADY_REQUESTED},
        {2000, 2003, 4, 64, PH_HRMP_ERR_OPEN_HRMP_CHANNEL_LIMIT_EXCEEDED},
        {2003, 2001, 1, 1, PH_OK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (request(w, cases[i].sender, cases[i].recipient, cases[i].capacity, cases[i].size) != cases[i].expected)
            fail_msg("case %zu", i);
    assert_int_equal(ph_hrmp_call_hrmp_init_open_channel(w->rt, &root, pw_para(2001), 1, 1), PH_ERR_BAD_ORIGIN);
    pw_close(w);
}

static void test_errors_of_answers(void **state)
{
    (void)state;
    para_world_t *w = world(6);
    assert_int_equal(accept_by(w, 2001, 2000), PH_HRMP_ERR_ACCEPT_HRMP_CHANNEL_DOESNT_EXIST);
    assert_int_equal(request(w, 2000, 2001, 4, 64), PH_OK);
    assert_int_equal(cancel_by(w, 2002, channel(2000, 2001), 1), PH_HRMP_ERR_CANCEL_HRMP_OPEN_CHANNEL_UNAUTHORIZED);
    assert_int_equal(cancel_by(w, 2000, channel(2000, 2002), 1), PH_HRMP_ERR_OPEN_HRMP_CHANNEL_DOESNT_EXIST);
    assert_int_equal(cancel_by(w, 2000, channel(2000, 2001), 0), PH_HRMP_ERR_WRONG_WITNESS);
    assert_int_equal(cancel_by(w, 2001, channel(2000, 2001), 1), PH_OK); /* either side may */
    assert_int_equal(request(w, 2000, 2001, 4, 64), PH_OK);
    assert_int_equal(accept_by(w, 2001, 2000), PH_OK);
    assert_int_equal(accept_by(w, 2001, 2000), PH_HRMP_ERR_ACCEPT_HRMP_CHANNEL_ALREADY_CONFIRMED);
    assert_int_equal(cancel_by(w, 2000, channel(2000, 2001), 1), PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ALREADY_CONFIRMED);
    assert_int_equal(ph_hrmp_call_force_process_hrmp_open(w->rt, &root, 0), PH_HRMP_ERR_WRONG_WITNESS);
    open_now(w, 2002, 2001);
    assert_int_equal(request(w, 2003, 2001, 4, 64), PH_OK);
    assert_int_equal(accept_by(w, 2001, 2003), PH_HRMP_ERR_ACCEPT_HRMP_CHANNEL_LIMIT_EXCEEDED);
    pw_close(w);
}

static void test_errors_of_closing(void **state)
{
    (void)state;
    para_world_t *w = world(3);
    open_now(w, 2000, 2001);
    assert_int_equal(close_by(w, 2002, channel(2000, 2001)), PH_HRMP_ERR_CLOSE_HRMP_CHANNEL_UNAUTHORIZED);
    assert_int_equal(close_by(w, 2000, channel(2000, 2002)), PH_HRMP_ERR_CLOSE_HRMP_CHANNEL_DOESNT_EXIST);
    assert_int_equal(close_by(w, 2001, channel(2000, 2001)), PH_OK);
    assert_int_equal(close_by(w, 2000, channel(2000, 2001)), PH_HRMP_ERR_CLOSE_HRMP_CHANNEL_ALREADY_UNDERWAY);
    assert_int_equal(ph_hrmp_call_force_process_hrmp_close(w->rt, &root, 0), PH_HRMP_ERR_WRONG_WITNESS);
    assert_int_equal(ph_hrmp_call_force_process_hrmp_close(w->rt, &root, 1), PH_OK);
    ph_hrmp_channel_id_t id = channel(2000, 2001);
    assert_false(ph_hrmp_hrmp_channels_exists(w->rt, &id));
    open_now(w, 2000, 2001);
    assert_int_equal(ph_hrmp_call_force_clean_hrmp(w->rt, &root, pw_para(2001), 0, 0), PH_HRMP_ERR_WRONG_WITNESS);
    assert_int_equal(ph_hrmp_call_force_clean_hrmp(w->rt, &root, pw_para(2001), 1, 0), PH_OK);
    assert_false(ph_hrmp_hrmp_channels_exists(w->rt, &id));
    pw_close(w);
}

static void test_system_channels(void **state)
{
    (void)state;
    para_world_t *w = world(2);
    ph_origin_t anybody = {.kind = PH_ORIGIN_SIGNED}, from_para = para(2000);
    assert_int_equal(ph_hrmp_call_establish_system_channel(w->rt, &anybody, pw_para(1000), pw_para(2000)),
                     PH_HRMP_ERR_CHANNEL_CREATION_NOT_AUTHORIZED);
    assert_int_equal(ph_hrmp_call_establish_channel_with_system(w->rt, &from_para, pw_para(2001)),
                     PH_HRMP_ERR_CHANNEL_CREATION_NOT_AUTHORIZED);
    ph_genesis_para_t system = {
        .id = {1000}, .head = pw_text("head"), .code = pw_text("code of 1000"), .is_parachain = true};
    assert_int_equal(ph_paras_genesis_build(w->rt, &system, 1), PH_OK);
    assert_int_equal(ph_hrmp_call_establish_channel_with_system(w->rt, &from_para, pw_para(1000)), PH_OK);
    assert_int_equal(ph_hrmp_hrmp_open_channel_requests_list_count(w->rt), 2);
    assert_int_equal(ph_hrmp_call_poke_channel_deposits(w->rt, &anybody, pw_para(2000), pw_para(1000)),
                     PH_HRMP_ERR_OPEN_HRMP_CHANNEL_DOESNT_EXIST); /* opens with the next session */
    pw_close(w);
}

/* ---- messages ---- */

static bool may_send(para_world_t *w, uint32_t sender, uint32_t recipient, size_t count, size_t len)
{
    ph_horizontal_messages_t messages = {0};
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    for (size_t i = 0; i < count; i++) {
        ph_outbound_hrmp_message_t m = {.recipient = {recipient + (uint32_t)i}};
        m.data = ph_bytes(ph_arena_alloc(w->rt->arena, len), len);
        memset(m.data.data, 0x11, len);
        ph_vec_push(w->rt, &messages, m);
    }
    if (!ph_hrmp_check_outbound(w->rt, &config, pw_para(sender), &messages))
        return false;
    ph_hrmp_queue_outbound(w->rt, pw_para(sender), &messages);
    return true;
}

static void test_messages(void **state)
{
    (void)state;
    para_world_t *w = world(3);
    open_now(w, 2000, 2001);
    assert_false(may_send(w, 2000, 2002, 1, 1));  /* no channel */
    assert_false(may_send(w, 2001, 2000, 1, 1));  /* nor in this direction */
    assert_false(may_send(w, 2000, 2001, 1, 65)); /* longer than agreed */
    assert_false(may_send(w, 2000, 2001, 2, 1));  /* the second is for 2002 */
    assert_true(may_send(w, 2000, 2001, 1, 64));
    assert_true(may_send(w, 2000, 2001, 1, 63));
    assert_false(may_send(w, 2000, 2001, 1, 2)); /* 129 bytes would wait */
    assert_true(may_send(w, 2000, 2001, 1, 1));
    assert_true(may_send(w, 2000, 2001, 1, 0));
    assert_false(may_send(w, 2000, 2001, 1, 0)); /* five messages would wait */

    ph_map_para_id_vec_inbound_hrmp_message_t inbound;
    ph_hrmp_inbound_contents(w->rt, &inbound, pw_para(2001));
    assert_int_equal(inbound.count, 1);
    assert_int_equal(inbound.items[0].key.v, 2000);
    assert_int_equal(inbound.items[0].value.count, 4);
    assert_int_equal(inbound.items[0].value.items[1].data.len, 63);

    uint32_t now = ph_now(w->rt);
    static const struct {
        uint32_t relay_parent, watermark;
        bool good;
    } cases[] = {
        {9, 9, true},   /* the relay parent, always */
        {9, 1, true},   /* a block with messages */
        {9, 2, false},  /* one without */
        {9, 10, false}, /* after the relay parent */
        {9, 0, false},  /* behind the watermark */
    };
    assert_int_equal(now, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (ph_hrmp_check_watermark(w->rt, pw_para(2001), cases[i].relay_parent, cases[i].watermark) != cases[i].good)
            fail_msg("watermark case %zu", i);
    ph_hrmp_prune(w->rt, pw_para(2001), 1);
    ph_hrmp_inbound_contents(w->rt, &inbound, pw_para(2001));
    assert_int_equal(inbound.items[0].value.count, 0);
    assert_true(may_send(w, 2000, 2001, 1, 64));
    assert_false(ph_hrmp_check_watermark(w->rt, pw_para(2001), 9, 0));
    pw_close(w);
}

/* Two candidates of one block are checked against the same channel, and both fill it: what remains is less than none.
 */
static void test_overfilled(void **state)
{
    (void)state;
    para_world_t *w = world(2);
    open_now(w, 2000, 2001);
    ph_hrmp_channel_id_t id = channel(2000, 2001);
    ph_hrmp_channel_t overfull;
    assert_true(ph_hrmp_hrmp_channels_get(w->rt, &id, &overfull));
    overfull.msg_count = overfull.max_capacity + 1;
    overfull.total_size = overfull.max_total_size + 25;
    ph_hrmp_hrmp_channels_set(w->rt, &id, &overfull);
    ph_vec_tup_para_id_outbound_hrmp_channel_limitations_t limits;
    ph_hrmp_outbound_limits(w->rt, &limits, pw_para(2000));
    assert_int_equal(limits.count, 1);
    assert_int_equal(limits.items[0]._0.v, 2001);
    assert_int_equal(limits.items[0]._1.bytes_remaining, UINT32_MAX - 24);
    assert_int_equal(limits.items[0]._1.messages_remaining, UINT32_MAX);
    pw_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_of_requests), cmocka_unit_test(test_errors_of_answers),
        cmocka_unit_test(test_errors_of_closing),  cmocka_unit_test(test_system_channels),
        cmocka_unit_test(test_messages),           cmocka_unit_test(test_overfilled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
