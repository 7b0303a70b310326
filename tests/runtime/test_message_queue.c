/* The message queue's pages and ring, and its calls: NotReapable, NoPage, NoMessage, AlreadyProcessed, Queued,
 * InsufficientWeight. Never raised here: TemporarilyUnprocessable and RecursiveDisallowed (no executor that could ask
 * to wait, or call back), QueuePaused (nothing pauses a queue).
 */
#include "support/rt_para.h"

#include "runtime/message_queue.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

static const ph_origin_t alice = {.kind = PH_ORIGIN_SIGNED};
static const ph_weight_t enough = {.ref_time = UINT64_C(1000000000)};

static ph_aggregate_message_origin_t from(uint32_t para)
{
    return (ph_aggregate_message_origin_t){.kind = PH_AGGREGATE_MESSAGE_ORIGIN_UMP,
                                           .ump = {.kind = PH_UMP_QUEUE_ID_PARA, .para = {para}}};
}

/* `count` messages of `len` bytes each, the first byte of each its number. */
static void send(para_world_t *w, uint32_t para, size_t count, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t *bytes = ph_arena_alloc(w->rt->arena, len);
        memset(bytes, 0, len);
        bytes[0] = (uint8_t)i;
        ph_bytes_t message = ph_bytes(bytes, len);
        ph_message_queue_enqueue(w->rt, pw_para(para), &message, 1);
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
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_execute_overweight),
        cmocka_unit_test(test_reap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
