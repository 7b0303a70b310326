/* Changes of GRANDPA's authorities and of its state: what is scheduled, announced in the digest and done, block by
 * block. */
#include "support/cmocka.h"

#include "chain/native_host.h"
#include "primitives/digest.h"
#include "runtime/grandpa.h"
#include "runtime/hooks.h"
#include "runtime/origin.h"
#include "runtime/storage/session.h"
#include "runtime/system.h"
#include "runtime/vec.h"

static const ph_origin_t root = {.kind = PH_ORIGIN_ROOT}, none = {.kind = PH_ORIGIN_NONE};

typedef struct world {
    ph_trie_store_t *store;
    ph_native_host_t host;
    ph_rt_t rt;
} world_t;

static ph_rt_t *open_world(world_t *w)
{
    *w = (world_t){.store = ph_trie_store_new(NULL)};
    ph_state_t *empty = ph_state_empty(w->store);
    w->host.overlay = ph_overlay_new(empty);
    ph_state_unref(empty);
    w->rt = (ph_rt_t){.arena = ph_arena_new(), .ops = &ph_native_host_ops, .host = &w->host};
    return &w->rt;
}

static void close_world(world_t *w)
{
    ph_overlay_free(w->host.overlay);
    ph_native_host_end(&w->host);
    ph_arena_free(w->rt.arena);
    ph_trie_store_free(w->store);
}

static void begin(ph_rt_t *rt, ph_block_number_t number)
{
    ph_system_reset_events(rt);
    ph_system_number_set(rt, number);
    ph_system_digest_set(rt, &(ph_digest_t){0});
}

/* Ends the block: its only GRANDPA item (kind 0: none), and the only event of the pallet (-1: none). */
static void end(ph_rt_t *rt, ph_block_number_t number, int log_kind, int event_kind, ph_grandpa_consensus_log_t *log)
{
    ph_digest_t digest;
    ph_vec_event_record_t events;
    assert_int_equal(ph_grandpa_on_finalize(rt, number), PH_OK);
    ph_system_digest_get(rt, &digest);
    assert_int_equal(digest.logs.count, log_kind != 0);
    if (log_kind != 0) {
        const ph_digest_item_t *item = &digest.logs.items[0];
        assert_int_equal(item->kind, PH_DIGEST_ITEM_CONSENSUS);
        assert_memory_equal(item->consensus._0.bytes, "FRNK", 4);
        assert_int_equal(ph_grandpa_consensus_log_decode_all(item->consensus._1, rt->arena, log), PH_OK);
        assert_int_equal(log->kind, log_kind);
    }
    ph_system_events_get(rt, &events);
    assert_int_equal(events.count, event_kind >= 0);
    if (event_kind >= 0) {
        assert_int_equal(events.items[0].event.kind, PH_EVENT_GRANDPA);
        assert_int_equal(events.items[0].event.grandpa.kind, event_kind);
    }
}

static ph_grandpa_authority_list_t authorities(ph_rt_t *rt, uint8_t mark)
{
    ph_grandpa_authority_list_t list;
    ph_vec_alloc(rt, &list, 2);
    for (size_t i = 0; i < 2; i++) {
        list.items[i]._0.bytes[0] = mark;
        list.items[i]._1 = 1;
    }
    return list;
}

static void expect_authorities(ph_rt_t *rt, uint8_t mark)
{
    ph_grandpa_authority_list_t list;
    ph_grandpa_authorities_get(rt, &list);
    assert_int_equal(list.count, mark != 0 ? 2 : 0);
    if (mark != 0)
        assert_int_equal(list.items[0]._0.bytes[0], mark);
}

static void test_scheduled_change(void **state)
{
    (void)state;
    world_t w;
    ph_grandpa_consensus_log_t log;
    ph_rt_t *rt = open_world(&w);
    ph_grandpa_authority_list_t next = authorities(rt, 7);
    begin(rt, 10);
    assert_int_equal(ph_grandpa_schedule_change(rt, &next, 2, NULL), PH_OK);
    assert_int_equal(ph_grandpa_schedule_change(rt, &next, 0, NULL), PH_GRANDPA_ERR_CHANGE_PENDING);
    end(rt, 10, PH_GRANDPA_CONSENSUS_LOG_SCHEDULED_CHANGE, -1, &log);
    assert_int_equal(log.scheduled_change.delay, 2);
    expect_authorities(rt, 0);
    begin(rt, 11);
    end(rt, 11, 0, -1, &log);
    begin(rt, 12);
    end(rt, 12, 0, PH_EVENT_GRANDPA_NEW_AUTHORITIES, &log);
    expect_authorities(rt, 7);
    assert_false(ph_grandpa_pending_change_exists(rt));
    close_world(&w);
}

static void test_forced_change(void **state)
{
    (void)state;
    world_t w;
    ph_grandpa_consensus_log_t log;
    ph_rt_t *rt = open_world(&w);
    ph_grandpa_authority_list_t next = authorities(rt, 9);
    ph_block_number_t median = 4, next_forced;
    begin(rt, 10);
    assert_int_equal(ph_grandpa_schedule_change(rt, &next, 1, &median), PH_OK);
    assert_true(ph_grandpa_next_forced_get(rt, &next_forced));
    assert_int_equal(next_forced, 12);
    end(rt, 10, PH_GRANDPA_CONSENSUS_LOG_FORCED_CHANGE, -1, &log);
    assert_int_equal(log.forced_change._0, 4);
    begin(rt, 11);
    end(rt, 11, 0, PH_EVENT_GRANDPA_NEW_AUTHORITIES, &log);
    begin(rt, 11);
    assert_int_equal(ph_grandpa_schedule_change(rt, &next, 1, &median), PH_GRANDPA_ERR_TOO_SOON);
    assert_false(ph_grandpa_pending_change_exists(rt));
    assert_int_equal(ph_grandpa_schedule_change(rt, &next, 0, NULL), PH_OK); /* an ordinary one may */
    end(rt, 11, PH_GRANDPA_CONSENSUS_LOG_SCHEDULED_CHANGE, PH_EVENT_GRANDPA_NEW_AUTHORITIES, &log);
    begin(rt, 12);
    assert_int_equal(ph_grandpa_schedule_change(rt, &next, 1, &median), PH_OK);
    close_world(&w);
}

static void test_pause_and_resume(void **state)
{
    (void)state;
    world_t w;
    ph_grandpa_consensus_log_t log;
    ph_rt_t *rt = open_world(&w);
    begin(rt, 20);
    assert_int_equal(ph_grandpa_schedule_resume(rt, 1), PH_GRANDPA_ERR_RESUME_FAILED);
    assert_int_equal(ph_grandpa_schedule_pause(rt, 1), PH_OK);
    assert_int_equal(ph_grandpa_schedule_pause(rt, 1), PH_GRANDPA_ERR_PAUSE_FAILED);
    end(rt, 20, PH_GRANDPA_CONSENSUS_LOG_PAUSE, -1, &log);
    assert_int_equal(log.pause, 1);
    begin(rt, 21);
    assert_int_equal(ph_grandpa_schedule_resume(rt, 1), PH_GRANDPA_ERR_RESUME_FAILED);
    end(rt, 21, 0, PH_EVENT_GRANDPA_PAUSED, &log);
    begin(rt, 22);
    assert_int_equal(ph_grandpa_schedule_pause(rt, 0), PH_GRANDPA_ERR_PAUSE_FAILED);
    assert_int_equal(ph_grandpa_schedule_resume(rt, 0), PH_OK);
    end(rt, 22, PH_GRANDPA_CONSENSUS_LOG_RESUME, PH_EVENT_GRANDPA_RESUMED, &log);
    begin(rt, 23);
    end(rt, 23, 0, -1, &log);
    assert_int_equal(ph_grandpa_schedule_pause(rt, 0), PH_OK);
    close_world(&w);
}

/* The stall stays noted until a session could force a change because of it. */
static void test_stalled(void **state)
{
    (void)state;
    world_t w;
    ph_grandpa_consensus_log_t log;
    ph_rt_t *rt = open_world(&w);
    ph_session_keys_t keys = {.grandpa = {{3}}};
    ph_session_change_t change = {.session = {8}, .validator_count = 1, .keys = &keys};
    uint64_t set_id;
    assert_int_equal(ph_grandpa_call_note_stalled(rt, &none, 3, 40), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_grandpa_call_note_stalled(rt, &root, 3, 40), PH_OK);
    ph_grandpa_next_forced_set(rt, 100);
    begin(rt, 50);
    assert_int_equal(ph_grandpa_on_new_session(rt, &change), PH_OK);
    assert_true(ph_grandpa_stalled_exists(rt));
    ph_grandpa_current_set_id_get(rt, &set_id);
    assert_int_equal(set_id, 0);
    end(rt, 50, 0, -1, &log);
    begin(rt, 100);
    change.session.v = 9;
    assert_int_equal(ph_grandpa_on_new_session(rt, &change), PH_OK);
    assert_false(ph_grandpa_stalled_exists(rt));
    ph_grandpa_current_set_id_get(rt, &set_id);
    assert_int_equal(set_id, 1);
    ph_session_index_t last;
    assert_true(ph_grandpa_set_id_session_get(rt, 0, &last));
    assert_int_equal(last.v, 8);
    assert_true(ph_grandpa_set_id_session_get(rt, 1, &last));
    assert_int_equal(last.v, 9);
    end(rt, 100, PH_GRANDPA_CONSENSUS_LOG_FORCED_CHANGE, -1, &log);
    assert_int_equal(log.forced_change._0, 40);
    assert_int_equal(log.forced_change._1.delay, 3);
    close_world(&w);
}

/* The sessions of sets are remembered for as many sets as there are sessions in a bonding period. */
static void test_old_sets_are_forgotten(void **state)
{
    (void)state;
    world_t w;
    ph_rt_t *rt = open_world(&w);
    ph_session_keys_t keys = {.grandpa = {{3}}};
    ph_session_change_t change = {.changed = true, .validator_count = 1, .keys = &keys};
    for (uint32_t i = 1; i <= 170; i++) {
        begin(rt, i);
        change.session.v = i;
        assert_int_equal(ph_grandpa_on_new_session(rt, &change), PH_OK);
        assert_int_equal(ph_grandpa_on_finalize(rt, i), PH_OK);
    }
    assert_false(ph_grandpa_set_id_session_exists(rt, 2));
    assert_true(ph_grandpa_set_id_session_exists(rt, 3));
    assert_true(ph_grandpa_set_id_session_exists(rt, 170));
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scheduled_change),       cmocka_unit_test(test_forced_change),
        cmocka_unit_test(test_pause_and_resume),       cmocka_unit_test(test_stalled),
        cmocka_unit_test(test_old_sets_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
