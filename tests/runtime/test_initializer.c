/* Initializer: a session change waits for the end of its block. Guide 2 bricks a chain that hears of a new session
 * after initialization; here that is a moment like any other. */
#include "support/rt_para.h"

#include "crypto/hash.h"
#include "runtime/origin.h"
#include "runtime/storage/para_session_info.h"

enum { WHEN_BEFORE, WHEN_INITIALIZED, WHEN_ENTERED, WHENS };
enum { PARAS = 2, OLD_PERIOD = 6, NEW_PERIOD = 9 };

typedef struct digest {
    uint8_t bytes[32];
} digest_t;

/* Of the whole storage, but (unless asked for) the changes that wait. */
static digest_t storage(para_world_t *w, bool with_buffer)
{
    ph_bytes_t key = {0}, next, value, buffer = ph_initializer_buffered_session_changes_key(w->rt);
    ph_blake2b_t h;
    uint8_t lengths[8];
    digest_t digest;
    size_t count = 0;
    ph_blake2b_init(&h, 32);
    for (; ph_host_storage_next_key(w->rt, &next, key); key = next) {
        if (!with_buffer && ph_bytes_equal(next, buffer))
            continue;
        assert_true(ph_host_storage_get(w->rt, &value, next));
        ph_put_u32(lengths, (uint32_t)next.len);
        ph_put_u32(lengths + 4, (uint32_t)value.len);
        ph_blake2b_update(&h, ph_bytes(lengths, sizeof lengths));
        ph_blake2b_update(&h, next);
        ph_blake2b_update(&h, value);
        count++;
    }
    ph_blake2b_final(&h, digest.bytes, sizeof digest.bytes);
    assert_true(count > 20);
    return digest;
}

static bool same(digest_t a, digest_t b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

static uint32_t dispute_period(para_world_t *w)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    return config.dispute_period.v;
}

/* In session 1, with a change of the configuration due in session 2. */
static para_world_t *world(void)
{
    static const ph_origin_t root = {.kind = PH_ORIGIN_ROOT};
    para_world_t *w = pw_new(PARAS);
    assert_int_equal(ph_configuration_call_set_dispute_period(w->rt, &root, (ph_session_index_t){NEW_PERIOD}), PH_OK);
    pw_begin(w);
    pw_announce_session(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    pw_end(w);
    pw_pass(w, 1);
    assert_int_equal(ph_paras_shared_session(w->rt).v, 1);
    return w;
}

/* Noting the change writes nothing but the note. */
static void announce(para_world_t *w)
{
    digest_t before = storage(w, false), whole = storage(w, true);
    assert_false(ph_initializer_upcoming_session_change(w->rt));
    pw_announce_session(w);
    assert_true(same(storage(w, false), before));
    assert_false(same(storage(w, true), whole));
    assert_int_equal(ph_initializer_buffered_session_changes_count(w->rt), 1);
}

static void assert_still_in_session_1(para_world_t *w)
{
    assert_true(ph_initializer_upcoming_session_change(w->rt));
    assert_int_equal(ph_paras_shared_session(w->rt).v, 1);
    assert_int_equal(dispute_period(w), OLD_PERIOD);
    assert_true(ph_para_session_info_sessions_exists(w->rt, (ph_session_index_t){1}));
    assert_false(ph_para_session_info_sessions_exists(w->rt, (ph_session_index_t){2}));
}

static digest_t block_with_change(para_world_t *w, int when)
{
    if (when == WHEN_BEFORE)
        announce(w);
    pw_begin(w);
    assert_true(ph_initializer_has_initialized_get(w->rt));
    if (when == WHEN_INITIALIZED)
        announce(w);
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    if (when == WHEN_ENTERED)
        announce(w);
    assert_still_in_session_1(w);
    pw_end(w);
    assert_false(ph_initializer_upcoming_session_change(w->rt));
    assert_false(ph_initializer_buffered_session_changes_exists(w->rt));
    assert_false(ph_initializer_has_initialized_exists(w->rt));
    assert_int_equal(ph_paras_shared_session(w->rt).v, 2);
    assert_int_equal(dispute_period(w), NEW_PERIOD);
    assert_true(ph_para_session_info_sessions_exists(w->rt, (ph_session_index_t){2}));
    return storage(w, true);
}

static void test_a_change_waits_for_the_end_whenever_it_comes(void **state)
{
    (void)state;
    digest_t after[WHENS];
    for (int when = 0; when < WHENS; when++) {
        para_world_t *w = world();
        after[when] = block_with_change(w, when);
        pw_pass(w, 2); /* the chain goes on */
        assert_int_equal(ph_paras_shared_session(w->rt).v, 2);
        pw_close(w);
    }
    assert_true(same(after[WHEN_INITIALIZED], after[WHEN_BEFORE]));
    assert_true(same(after[WHEN_ENTERED], after[WHEN_BEFORE]));
}

static void test_the_last_of_several_changes_counts(void **state)
{
    (void)state;
    para_world_t *w = world();
    ph_vec_validator_id_t all, fewer;
    pw_validators(w, &all);
    fewer = all;
    fewer.count--;
    pw_begin(w);
    digest_t before = storage(w, false);
    assert_int_equal(ph_initializer_note_session(w->rt, (ph_session_index_t){2}, &all, &all), PH_OK);
    assert_int_equal(ph_initializer_note_session(w->rt, (ph_session_index_t){3}, &fewer, &all), PH_OK);
    assert_int_equal(ph_initializer_buffered_session_changes_count(w->rt), 2);
    assert_true(same(storage(w, false), before));
    ph_parachains_inherent_data_t data = pw_data(w);
    assert_int_equal(pw_enter(w, &data), PH_OK);
    pw_end(w);
    ph_session_info_t info;
    assert_int_equal(ph_paras_shared_session(w->rt).v, 3);
    assert_false(ph_para_session_info_sessions_exists(w->rt, (ph_session_index_t){2}));
    assert_true(ph_para_session_info_sessions_get(w->rt, (ph_session_index_t){3}, &info));
    assert_int_equal(info.validators.count, fewer.count);
    pw_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_waits_for_the_end_whenever_it_comes),
        cmocka_unit_test(test_the_last_of_several_changes_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
