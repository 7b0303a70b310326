/* The message queue's pages and ring, and its calls: NotReapable, NoPage, NoMessage, AlreadyProcessed, Queued,
 * InsufficientWeight. Never raised here: TemporarilyUnprocessable and RecursiveDisallowed (no executor that could ask
 * to wait, or call back), QueuePaused (nothing pauses a queue).
 */
#include "support/rt_para.h"

#include "runtime/message_queue.h"
#include "runtime/storage/hrmp.h"
#include "runtime/storage/message_limits.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/upward.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

static const ph_origin_t alice = {.kind = PH_ORIGIN_SIGNED};
static const ph_weight_t enough = {.ref_time = UINT64_C(1000000000)};

static ph_aggregate_message_origin_t from(uint32_t para)
{
    return (ph_aggregate_message_origin_t){.kind = PH_AGGREGATE_MESSAGE_ORIGIN_UMP,
                                           .ump = {.kind = PH_UMP_QUEUE_ID_PARA, .para = {para}}};
}

/* `count` messages of `len` bytes each, remarks that end in their number. */
static void send(para_world_t *w, uint32_t para, size_t count, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        size_t text_len = len - 2 - (len < 64 ? 1 : len < 16384 ? 2 : 4);
        uint8_t *text = ph_arena_alloc(w->rt->arena, text_len);
        text[text_len - 1] = (uint8_t)i;
        ph_writer_t message = ph_writer_in(w->rt->arena);
        ph_write(&message, "\0\0", 2);
        ph_write_bytes(&message, ph_bytes(text, text_len));
        ph_bytes_t bytes = ph_writer_bytes(&message);
        assert_int_equal(bytes.len, len);
        ph_message_queue_enqueue(w->rt, pw_para(para), &bytes, 1);
    }
}

static ph_message_queue_book_t book_of(para_world_t *w, uint32_t para)
{
    ph_message_queue_book_t book;
    ph_aggregate_message_origin_t origin = from(para);
    ph_message_queue_book_state_for_get(w->rt, &origin, &book);
    return book;
}

static ph_err_t reap(para_world_t *w, uint32_t para, uint32_t page)
{
    ph_aggregate_message_origin_t origin = from(para);
    return ph_message_queue_call_reap_page(w->rt, &alice, &origin, page);
}

static ph_err_t execute_one(para_world_t *w, uint32_t para, uint32_t page, uint32_t index, const ph_weight_t *limit)
{
    ph_aggregate_message_origin_t origin = from(para);
    return ph_message_queue_call_execute_overweight(w->rt, &alice, &origin, page, index, limit);
}

/* Three messages a block; queues in turn, from another one with each block. */
static void test_turns(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_begin(w);
    send(w, 10, 4, 9);
    send(w, 11, 2, 9);
    static const struct {
        uint64_t ten, eleven;
    } left[] = {{1, 2}, {0, 0}, {0, 0}};
    for (size_t i = 0; i < COUNT_OF(left); i++) {
        ph_message_queue_on_initialize(w->rt);
        assert_int_equal(ph_message_queue_footprint(w->rt, pw_para(10)).count, left[i].ten);
        assert_int_equal(ph_message_queue_footprint(w->rt, pw_para(11)).count, left[i].eleven);
    }
    assert_int_equal(pw_events(w, 64, 1), 6);
    assert_false(ph_message_queue_service_head_exists(w->rt));
    assert_int_equal(book_of(w, 10).count, 0);
    assert_int_equal(book_of(w, 10).size, 0);
    pw_close(w);
}

static void test_pages(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_begin(w);
    send(w, 10, 3, 32768 / 2 - 5); /* two fill a page to the last byte */
    assert_int_equal(book_of(w, 10).count, 2);
    assert_int_equal(book_of(w, 10).end, 2);
    send(w, 10, 1, 32768 - 4); /* does not fit any page: dropped */
    assert_int_equal(book_of(w, 10).message_count, 3);
    send(w, 10, 1, 32768 - 5);
    assert_int_equal(book_of(w, 10).message_count, 4);
    assert_int_equal(book_of(w, 10).size, 3 * (32768 / 2 - 5) + 32768 - 5);
    assert_int_equal(book_of(w, 10).count, 3);
    pw_close(w);
}

static void test_execute_overweight(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_begin(w);
    send(w, 10, 2, 100);
    assert_int_equal(execute_one(w, 10, 0, 0, &enough), PH_MESSAGE_QUEUE_ERR_QUEUED);
    ph_message_queue_sweep(w->rt, pw_para(10));
    assert_int_equal(execute_one(w, 10, 1, 0, &enough), PH_MESSAGE_QUEUE_ERR_NO_PAGE);
    assert_int_equal(execute_one(w, 10, 0, 2, &enough), PH_MESSAGE_QUEUE_ERR_NO_MESSAGE);
    assert_int_equal(execute_one(w, 10, 0, UINT32_MAX, &enough), PH_MESSAGE_QUEUE_ERR_NO_MESSAGE);
    ph_weight_t less = {.ref_time = enough.ref_time - 1};
    assert_int_equal(execute_one(w, 10, 0, 1, &less), PH_MESSAGE_QUEUE_ERR_INSUFFICIENT_WEIGHT);
    assert_int_equal(execute_one(w, 10, 0, 1, &enough), PH_OK);
    assert_int_equal(execute_one(w, 10, 0, 1, &enough), PH_MESSAGE_QUEUE_ERR_ALREADY_PROCESSED);
    assert_int_equal(ph_message_queue_footprint(w->rt, pw_para(10)).size, 100);
    assert_int_equal(execute_one(w, 10, 0, 0, &enough), PH_OK); /* the page goes with its last message */
    assert_int_equal(execute_one(w, 10, 0, 0, &enough), PH_MESSAGE_QUEUE_ERR_NO_PAGE);
    assert_int_equal(book_of(w, 10).count, 0);
    assert_int_equal(pw_events(w, 64, 1), 2);
    ph_origin_t root = {.kind = PH_ORIGIN_ROOT};
    ph_aggregate_message_origin_t origin = from(10);
    assert_int_equal(ph_message_queue_call_execute_overweight(w->rt, &root, &origin, 0, 0, &enough), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_message_queue_call_reap_page(w->rt, &root, &origin, 0), PH_ERR_BAD_ORIGIN);
    pw_close(w);
}

/* Messages that no block has time for are passed by, and wait in their page for somebody with a higher limit. */
static void test_overweight(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_begin(w);
    send(w, 10, 2, 100);
    send(w, 11, 1, 100);
    ph_message_limits_service_ref_time_set(w->rt, enough.ref_time - 1);
    ph_message_queue_on_initialize(w->rt);
    assert_int_equal(pw_events(w, 64, 2), 3);
    assert_false(ph_message_queue_service_head_exists(w->rt));
    ph_message_queue_book_t book = book_of(w, 10);
    assert_int_equal(book.begin, 1);
    assert_int_equal(book.end, 1);
    assert_int_equal(book.count, 1);
    assert_int_equal(book.message_count, 2);
    assert_int_equal(book.size, 200);
    assert_false(book.ready_neighbours.some);
    ph_aggregate_message_origin_t origin = from(10);
    ph_message_queue_page_t page;
    assert_true(ph_message_queue_pages_get(w->rt, &origin, 0, &page));
    assert_int_equal(page.remaining, 2);
    assert_int_equal(page.first_index, 2);
    assert_int_equal(page.first, 210);
    assert_int_equal(page.last, 105);
    ph_message_queue_on_initialize(w->rt);
    assert_int_equal(pw_events(w, 64, 2), 3); /* not tried again */
    assert_int_equal(execute_one(w, 10, 0, 1, &enough), PH_OK);
    assert_int_equal(execute_one(w, 10, 0, 1, &enough), PH_MESSAGE_QUEUE_ERR_ALREADY_PROCESSED);
    assert_int_equal(execute_one(w, 10, 0, 0, &enough), PH_OK);
    assert_int_equal(book_of(w, 10).count, 0);
    assert_int_equal(book_of(w, 10).size, 0);
    pw_close(w);
}

/* A configuration may allow longer messages than fit a page: those are dropped, and the event does not count them. */
static void test_too_long(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_begin(w);
    ph_bytes_t messages[] = {ph_bytes(ph_arena_alloc(w->rt->arena, 32768 - 4), 32768 - 4), PH_BYTES_LIT("short"),
                             PH_BYTES_LIT(""), PH_BYTES_LIT("no message")};
    ph_candidate_commitments_t c = {.upward_messages = {messages, 1}};
    ph_aggregate_message_origin_t origin = from(10);
    ph_upward_receive(w->rt, pw_para(10), &c);
    assert_false(ph_message_queue_book_state_for_exists(w->rt, &origin));
    assert_false(ph_message_queue_service_head_exists(w->rt));
    ph_vec_event_record_t events;
    ph_system_events_get(w->rt, &events);
    assert_int_equal(events.count, 0);
    c.upward_messages.count = COUNT_OF(messages);
    ph_upward_receive(w->rt, pw_para(10), &c);
    assert_int_equal(book_of(w, 10).message_count, 1);
    assert_int_equal(book_of(w, 10).size, 5);
    ph_system_events_get(w->rt, &events);
    assert_int_equal(events.count, 1);
    assert_int_equal(events.items[0].event.para_inclusion.upward_messages_received.count, 1);
    pw_close(w);
}

/* ---- messages as calls ---- */

static void send_call(para_world_t *w, uint32_t para, const ph_call_t *call)
{
    ph_writer_t message = ph_writer_in(w->rt->arena);
    ph_call_encode(&message, call);
    ph_bytes_t bytes = ph_writer_bytes(&message);
    ph_message_queue_enqueue(w->rt, pw_para(para), &bytes, 1);
}

static ph_event_message_queue_t last_event(para_world_t *w)
{
    ph_vec_event_record_t events;
    ph_system_events_get(w->rt, &events);
    for (size_t i = events.count; i-- > 0;)
        if (events.items[i].event.kind == PH_EVENT_MESSAGE_QUEUE)
            return events.items[i].event.message_queue;
    fail_msg("the message queue has said nothing");
    return (ph_event_message_queue_t){0};
}

/* 2000 asks for a channel to 2001: it is the para that asks. The second time it fails, and leaves nothing behind. */
static void test_a_message_is_a_call_of_the_para(void **state)
{
    (void)state;
    para_world_t *w = pw_new(2);
    pw_begin(w);
    ph_call_t call = {.kind = PH_CALL_HRMP, .hrmp.kind = PH_CALL_HRMP_HRMP_INIT_OPEN_CHANNEL};
    call.hrmp.hrmp_init_open_channel.recipient.v = 2001;
    call.hrmp.hrmp_init_open_channel.proposed_max_capacity = 1;
    call.hrmp.hrmp_init_open_channel.proposed_max_message_size = 8;
    const ph_hrmp_channel_id_t id = {.sender = {2000}, .recipient = {2001}};
    for (size_t i = 0; i < 2; i++) {
        send_call(w, 2000, &call);
        ph_message_queue_on_initialize(w->rt);
        ph_event_message_queue_t event = last_event(w);
        assert_int_equal(event.kind, PH_EVENT_MESSAGE_QUEUE_PROCESSED);
        assert_int_equal(event.processed.success, i == 0);
        assert_true(ph_hrmp_hrmp_open_channel_requests_exists(w->rt, &id));
        assert_int_equal(ph_hrmp_hrmp_open_channel_requests_list_count(w->rt), 1);
    }
    assert_int_equal(ph_overlay_depth(w->overlay), 0);
    assert_null(w->rt->panic);
    pw_close(w);
}

/* Calls that are none of a para's: of signers, root, nobody; and what is no call. */
static void test_messages_that_fail(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    static const uint8_t calls[][2] = {{0, 1}, {8, 1}, {70, 5}, {62, 0}};
    pw_begin(w);
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        ph_bytes_t message = i == 0 ? PH_BYTES_LIT("\0\1\0\0\0\0\0\0\0\0") : ph_bytes(calls[i], 2);
        ph_message_queue_enqueue(w->rt, pw_para(2000), &message, 1);
        ph_message_queue_on_initialize(w->rt);
        assert_int_equal(last_event(w).kind, PH_EVENT_MESSAGE_QUEUE_PROCESSED);
        assert_false(last_event(w).processed.success);
    }
    ph_bytes_t junk = PH_BYTES_LIT("no call");
    ph_message_queue_enqueue(w->rt, pw_para(2000), &junk, 1);
    ph_message_queue_on_initialize(w->rt);
    assert_int_equal(last_event(w).kind, PH_EVENT_MESSAGE_QUEUE_PROCESSING_FAILED);
    assert_int_equal(last_event(w).processing_failed.error.kind, PH_PROCESS_MESSAGE_ERROR_BAD_FORMAT);
    assert_int_equal(ph_message_queue_footprint(w->rt, pw_para(2000)).count, 0);
    pw_close(w);
}

/* Recorded chains have a stand-in that likes everything. */
static void test_messages_of_recorded_chains(void **state)
{
    (void)state;
    para_world_t *w = pw_new(1);
    pw_begin(w);
    ph_parachain_limits_limits_set(w->rt,
                                   &(ph_parachain_limits_t){.existential_deposit = 1, .messages_always_succeed = true});
    ph_bytes_t junk = PH_BYTES_LIT("no call");
    ph_message_queue_enqueue(w->rt, pw_para(2000), &junk, 1);
    ph_message_queue_on_initialize(w->rt);
    assert_int_equal(last_event(w).kind, PH_EVENT_MESSAGE_QUEUE_PROCESSED);
    assert_true(last_event(w).processed.success);
    pw_close(w);
}

/* Of stale pages the oldest may go, the more of them the newer ones too; eight always stay. */
static void test_reap(void **state)
{
    (void)state;
    static const struct {
        uint32_t pages, reapable;
    } cases[] = {
        {8, 0}, {9, 0}, {16, 8}, {17, 9}, {12, 0}, {13, 1}, {40, 32},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        para_world_t *w = pw_new(1);
        pw_begin(w);
        send(w, 10, cases[i].pages, 32768 - 5);
        assert_int_equal(reap(w, 10, 0), PH_MESSAGE_QUEUE_ERR_NOT_REAPABLE); /* not passed by */
        ph_message_queue_sweep(w->rt, pw_para(10));
        assert_int_equal(reap(w, 10, cases[i].reapable), PH_MESSAGE_QUEUE_ERR_NOT_REAPABLE);
        if (cases[i].reapable > 0) {
            assert_int_equal(reap(w, 10, cases[i].reapable - 1), PH_OK);
            assert_int_equal(reap(w, 10, cases[i].reapable - 1), PH_MESSAGE_QUEUE_ERR_NO_PAGE);
            assert_int_equal(book_of(w, 10).message_count, cases[i].pages - 1);
            assert_int_equal(book_of(w, 10).size, (cases[i].pages - 1) * (32768 - 5));
            assert_int_equal(book_of(w, 10).count, cases[i].pages - 1);
            assert_int_equal(pw_events(w, 64, 3), 1);
        }
        pw_close(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_a_message_is_a_call_of_the_para),
        cmocka_unit_test(test_messages_that_fail),
        cmocka_unit_test(test_messages_of_recorded_chains),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_execute_overweight),
        cmocka_unit_test(test_overweight),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_reap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
