#include "runtime/message_queue.h"

#include "runtime/calls.h"
#include "runtime/dispatch.h"
#include "runtime/storage/message_limits.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/support.h"
#include "runtime/upward.h"

#define HEAP_SIZE       ((uint32_t)PH_MESSAGE_QUEUE_CONST_HEAP_SIZE)
#define ITEM_HEADER_LEN 5u /* length u32, is it processed */
/* Stale pages, passed by with messages left in them, that may pile up before the oldest are dropped. */
#define MAX_STALE ((uint32_t)PH_MESSAGE_QUEUE_CONST_MAX_STALE)
/* Picoseconds a block may spend on messages, where the chain does not say, and what one costs. */
#define SERVICE_REF_TIME UINT64_C(3000000000)
#define MESSAGE_REF_TIME UINT64_C(1000000000)

typedef ph_message_queue_book_t book_t;
typedef ph_message_queue_page_t page_t;
typedef ph_aggregate_message_origin_t origin_t;

static origin_t origin_of(ph_para_id_t para)
{
    return (origin_t){.kind = PH_AGGREGATE_MESSAGE_ORIGIN_UMP, .ump = {.kind = PH_UMP_QUEUE_ID_PARA, .para = para}};
}

static bool same(const origin_t *a, const origin_t *b)
{
    return a->ump.para.v == b->ump.para.v;
}

ph_message_queue_footprint_t ph_message_queue_footprint(ph_rt_t *rt, ph_para_id_t para)
{
    book_t book;
    origin_t origin = origin_of(para);
    ph_message_queue_book_state_for_get(rt, &origin, &book);
    return (ph_message_queue_footprint_t){book.message_count, book.size};
}

/* ---- the ring of queues that have something to execute ---- */

/* Puts the origin before the ring's head. */
static bool knit(ph_rt_t *rt, ph_message_queue_neighbours_t *out, const origin_t *origin)
{
    origin_t head;
    book_t book;
    if (!ph_message_queue_service_head_get(rt, &head)) {
        ph_message_queue_service_head_set(rt, origin);
        *out = (ph_message_queue_neighbours_t){.prev = *origin, .next = *origin};
        return true;
    }
    ph_message_queue_book_state_for_get(rt, &head, &book);
    if (!book.ready_neighbours.some)
        return false;
    *out = (ph_message_queue_neighbours_t){.prev = book.ready_neighbours.value.prev, .next = head};
    book.ready_neighbours.value.prev = *origin;
    ph_message_queue_book_state_for_set(rt, &head, &book);
    ph_message_queue_book_state_for_get(rt, &out->prev, &book);
    if (!book.ready_neighbours.some)
        return false;
    book.ready_neighbours.value.next = *origin;
    ph_message_queue_book_state_for_set(rt, &out->prev, &book);
    return true;
}

static void unknit(ph_rt_t *rt, const origin_t *origin, const ph_message_queue_neighbours_t *n)
{
    origin_t head;
    book_t book;
    if (same(origin, &n->next)) {
        ph_message_queue_service_head_remove(rt);
        return;
    }
    ph_message_queue_book_state_for_get(rt, &n->next, &book);
    if (book.ready_neighbours.some)
        book.ready_neighbours.value.prev = n->prev;
    ph_message_queue_book_state_for_set(rt, &n->next, &book);
    ph_message_queue_book_state_for_get(rt, &n->prev, &book);
    if (book.ready_neighbours.some)
        book.ready_neighbours.value.next = n->next;
    ph_message_queue_book_state_for_set(rt, &n->prev, &book);
    if (ph_message_queue_service_head_get(rt, &head) && same(&head, origin))
        ph_message_queue_service_head_set(rt, &n->next);
}

void ph_message_queue_sweep(ph_rt_t *rt, ph_para_id_t para)
{
    book_t book;
    origin_t origin = origin_of(para);
    if (!ph_message_queue_book_state_for_exists(rt, &origin))
        return;
    ph_message_queue_book_state_for_get(rt, &origin, &book);
    book.begin = book.end;
    if (book.ready_neighbours.some)
        unknit(rt, &origin, &book.ready_neighbours.value);
    book.ready_neighbours.some = false;
    ph_message_queue_book_state_for_set(rt, &origin, &book);
}

/* ---- enqueueing ---- */

static bool fits_a_page(ph_bytes_t message)
{
    return message.len <= HEAP_SIZE - ITEM_HEADER_LEN;
}

/* Appends to the page's heap; the caller knows that it fits. */
static void append(ph_rt_t *rt, page_t *page, ph_bytes_t message)
{
    uint8_t *heap = ph_arena_alloc(rt->arena, page->heap.len + ITEM_HEADER_LEN + message.len);
    if (page->heap.len > 0)
        memcpy(heap, page->heap.data, page->heap.len);
    ph_put_u32(heap + page->heap.len, (uint32_t)message.len);
    if (message.len > 0)
        memcpy(heap + page->heap.len + ITEM_HEADER_LEN, message.data, message.len);
    page->last = (uint32_t)page->heap.len;
    page->heap = ph_bytes(heap, page->heap.len + ITEM_HEADER_LEN + message.len);
    page->remaining++;
    page->remaining_size += (uint32_t)message.len;
}

/* A page being filled: the last one of the book, or a new one. */
static void enqueue_one(ph_rt_t *rt, const origin_t *origin, book_t *book, page_t *page, bool *open, ph_bytes_t message)
{
    if (*open && page->heap.len + ITEM_HEADER_LEN + message.len > HEAP_SIZE) {
        ph_message_queue_pages_set(rt, origin, book->end - 1, page);
        *open = false;
    }
    if (!*open) {
        book->end++;
        book->count++;
        *page = (page_t){0};
        *open = true;
    }
    append(rt, page, message);
    book->message_count++;
    book->size += message.len;
}

static size_t count_fitting(ph_rt_t *rt, ph_para_id_t para, const ph_bytes_t *messages, size_t count)
{
    size_t fitting = 0;
    for (size_t i = 0; i < count; i++) {
        if (fits_a_page(messages[i]))
            fitting++;
        else
            ph_rt_log(rt, PH_LOG_ERROR, "message-queue", "message of para %u is too long", para.v);
    }
    return fitting;
}

size_t ph_message_queue_enqueue(ph_rt_t *rt, ph_para_id_t para, const ph_bytes_t *messages, size_t count)
{
    book_t book;
    page_t page;
    origin_t origin = origin_of(para);
    size_t fitting = count_fitting(rt, para, messages, count);
    if (fitting == 0)
        return 0;
    ph_message_queue_book_state_for_get(rt, &origin, &book);
    bool open = book.end > book.begin && ph_message_queue_pages_get(rt, &origin, book.end - 1, &page);
    for (size_t i = 0; i < count; i++)
        if (fits_a_page(messages[i]))
            enqueue_one(rt, &origin, &book, &page, &open, messages[i]);
    if (open)
        ph_message_queue_pages_set(rt, &origin, book.end - 1, &page);
    if (!book.ready_neighbours.some)
        book.ready_neighbours.some = knit(rt, &book.ready_neighbours.value, &origin);
    ph_message_queue_book_state_for_set(rt, &origin, &book);
    ph_upward_queue_changed(rt, para, book.message_count, book.size);
    return fitting;
}

/* ---- executing ---- */

/* A message is a call, which the para makes. Whatever becomes of it, the block goes on. */
static bool dispatch(ph_rt_t *rt, const origin_t *origin, const ph_call_t *call)
{
    ph_origin_t para = ph_origin_parachain(origin->ump.para);
    ph_dispatch_result_t result;
    bool pays_no = rt->pays_no; /* of whoever had the message executed */
    ph_err_t err = ph_dispatch_in_layer(rt, &result, &para, call);
    rt->pays_no = pays_no;
    if (err != PH_OK)
        rt->panic = NULL;
    return err == PH_OK && result.kind == PH_RES_OK;
}

static bool is_always_good(ph_rt_t *rt)
{
    ph_parachain_limits_t limits;
    return ph_parachain_limits_limits_get(rt, &limits) && limits.messages_always_succeed;
}

static void execute(ph_rt_t *rt, const origin_t *origin, ph_bytes_t message)
{
    ph_hash_t id = ph_rt_blake2(rt, message);
    ph_call_t call;
    bool success = is_always_good(rt);
    if (!success && ph_call_decode_all(message, rt->arena, &call) != PH_OK) {
        ph_message_queue_event_processing_failed(
            rt, &id, origin, &(ph_process_message_error_t){.kind = PH_PROCESS_MESSAGE_ERROR_BAD_FORMAT});
        return;
    }
    if (!success)
        success = dispatch(rt, origin, &call);
    ph_message_queue_event_processed(rt, &id, origin, &(ph_weight_t){.ref_time = MESSAGE_REF_TIME}, success);
}

typedef enum { PAGE_DONE, PAGE_OUT_OF_TIME } page_status_t;

/* The time for messages of this block: all of it, and what is left. */
typedef struct budget {
    uint64_t all, left;
} budget_t;

static budget_t new_budget(ph_rt_t *rt)
{
    uint64_t all;
    if (!ph_message_limits_service_ref_time_get(rt, &all))
        all = SERVICE_REF_TIME;
    return (budget_t){all, all};
}

/* A message that no block has time for stays behind in its page, for whoever brings the time. */
static void note_overweight(ph_rt_t *rt, const origin_t *origin, const book_t *book, const page_t *page,
                            ph_bytes_t message)
{
    ph_hash_t hash = ph_rt_blake2(rt, message);
    ph_u8x32_t id;
    memcpy(id.bytes, hash.bytes, sizeof id.bytes);
    ph_message_queue_event_overweight_enqueued(rt, &id, origin, book->begin, page->first_index);
}

/* The item at the position of the heap; false: there is no whole one. */
static bool item_at(const page_t *page, size_t position, uint8_t **item, uint32_t *len)
{
    if (position > page->heap.len || page->heap.len - position < ITEM_HEADER_LEN)
        return false;
    *item = page->heap.data + position;
    *len = ph_get_u32(*item);
    return *len <= page->heap.len - position - ITEM_HEADER_LEN;
}

static void note_processed(page_t *page, uint8_t *item, uint32_t len)
{
    item[4] = 1;
    page->remaining--;
    page->remaining_size -= len;
}

/* Executes messages of one page. */
static page_status_t service_page(ph_rt_t *rt, const origin_t *origin, book_t *book, page_t *page, budget_t *budget,
                                  uint32_t *executed)
{
    while (page->remaining > 0 && page->first <= page->last) {
        uint8_t *item;
        uint32_t len;
        if (!item_at(page, page->first, &item, &len))
            break; /* corrupt */
        ph_bytes_t message = ph_bytes(item + ITEM_HEADER_LEN, len);
        if (budget->all < MESSAGE_REF_TIME) {
            note_overweight(rt, origin, book, page, message);
        } else if (budget->left < MESSAGE_REF_TIME) {
            return PAGE_OUT_OF_TIME;
        } else {
            budget->left -= MESSAGE_REF_TIME;
            execute(rt, origin, message);
            note_processed(page, item, len);
            book->message_count--;
            book->size -= len;
            ++*executed;
        }
        page->first += ITEM_HEADER_LEN + len;
        page->first_index++;
    }
    return PAGE_DONE;
}

/* Executes messages of one queue. *next is the queue after it in the ring, false: none. */
static bool service_queue(ph_rt_t *rt, origin_t *next, uint32_t *executed, const origin_t *origin, budget_t *budget)
{
    book_t book;
    page_t page;
    *executed = 0;
    ph_message_queue_book_state_for_get(rt, origin, &book);
    while (book.end > book.begin) {
        page_status_t status = PAGE_DONE;
        if (ph_message_queue_pages_get(rt, origin, book.begin, &page)) {
            status = service_page(rt, origin, &book, &page, budget, executed);
            if (page.remaining == 0) {
                ph_message_queue_pages_remove(rt, origin, book.begin);
                book.count--;
            } else {
                ph_message_queue_pages_set(rt, origin, book.begin, &page);
            }
        }
        if (status == PAGE_OUT_OF_TIME)
            break;
        book.begin++;
    }
    bool has_next = book.ready_neighbours.some;
    *next = book.ready_neighbours.value.next;
    if (book.begin >= book.end && has_next) {
        unknit(rt, origin, &book.ready_neighbours.value);
        book.ready_neighbours.some = false;
    }
    ph_message_queue_book_state_for_set(rt, origin, &book);
    if (*executed > 0)
        ph_upward_queue_changed(rt, origin->ump.para, book.message_count, book.size);
    return has_next;
}

/* The ring's head moves on with every block, so that every queue has its turn. */
void ph_message_queue_on_initialize(ph_rt_t *rt)
{
    origin_t at, next, idle = {0};
    book_t book;
    budget_t budget = new_budget(rt);
    uint32_t executed;
    if (!ph_message_queue_service_head_get(rt, &at))
        return;
    ph_message_queue_book_state_for_get(rt, &at, &book);
    if (!book.ready_neighbours.some)
        return;
    ph_message_queue_service_head_set(rt, &book.ready_neighbours.value.next);
    for (bool has_idle = false; service_queue(rt, &next, &executed, &at, &budget); at = next) {
        if (executed > 0) {
            has_idle = false;
        } else if (has_idle && same(&idle, &next)) {
            break; /* once around without progress */
        } else if (!has_idle) {
            has_idle = true;
            idle = at;
        }
    }
}

/* ---- pages passed by ---- */

/* May a page with messages in it be dropped? The more pages are stale, the less far back they are kept. */
static bool is_cullable(const book_t *book, uint32_t page_index)
{
    uint32_t ready = ph_sat_sub_u32(book->end, book->begin), stale = ph_sat_sub_u32(book->count, ready);
    if (stale <= MAX_STALE)
        return false;
    uint32_t backlog = MAX_STALE * MAX_STALE / (stale - MAX_STALE);
    return page_index < ph_sat_sub_u32(book->begin, backlog > MAX_STALE ? backlog : MAX_STALE);
}

ph_err_t ph_message_queue_call_reap_page(ph_rt_t *rt, const ph_origin_t *origin, const origin_t *message_origin,
                                         uint32_t page_index)
{
    ph_account_id_t who;
    book_t book;
    page_t page;
    PH_TRY(ph_ensure_signed(origin, &who));
    ph_message_queue_book_state_for_get(rt, message_origin, &book);
    if (page_index >= book.begin)
        return PH_MESSAGE_QUEUE_ERR_NOT_REAPABLE;
    if (!ph_message_queue_pages_get(rt, message_origin, page_index, &page))
        return PH_MESSAGE_QUEUE_ERR_NO_PAGE;
    if (page.remaining > 0 && !is_cullable(&book, page_index))
        return PH_MESSAGE_QUEUE_ERR_NOT_REAPABLE;
    ph_message_queue_pages_remove(rt, message_origin, page_index);
    book.count = ph_sat_sub_u32(book.count, 1);
    book.message_count = ph_sat_sub_u64(book.message_count, page.remaining);
    book.size = ph_sat_sub_u64(book.size, page.remaining_size);
    ph_message_queue_book_state_for_set(rt, message_origin, &book);
    ph_upward_queue_changed(rt, message_origin->ump.para, book.message_count, book.size);
    ph_message_queue_event_page_reaped(rt, message_origin, page_index);
    return PH_OK;
}

/* The message by its index in the page. */
static bool find_message(const page_t *page, uint32_t index, size_t *position, uint8_t **item, uint32_t *len)
{
    *position = 0;
    for (; item_at(page, *position, item, len); index--) { /* every item has a header, so this ends */
        if (index == 0)
            return true;
        *position += ITEM_HEADER_LEN + *len;
    }
    return false;
}

ph_err_t ph_message_queue_call_execute_overweight(ph_rt_t *rt, const ph_origin_t *origin,
                                                  const origin_t *message_origin, uint32_t page_index, uint32_t index,
                                                  const ph_weight_t *weight_limit)
{
    ph_account_id_t who;
    book_t book;
    page_t page;
    size_t position;
    uint8_t *item;
    uint32_t len;
    PH_TRY(ph_ensure_signed(origin, &who));
    ph_message_queue_book_state_for_get(rt, message_origin, &book);
    if (!ph_message_queue_pages_get(rt, message_origin, page_index, &page))
        return PH_MESSAGE_QUEUE_ERR_NO_PAGE;
    if (!find_message(&page, index, &position, &item, &len))
        return PH_MESSAGE_QUEUE_ERR_NO_MESSAGE;
    if (page_index > book.begin || (page_index == book.begin && position >= page.first))
        return PH_MESSAGE_QUEUE_ERR_QUEUED;
    if (item[4] != 0)
        return PH_MESSAGE_QUEUE_ERR_ALREADY_PROCESSED;
    if (weight_limit->ref_time < MESSAGE_REF_TIME)
        return PH_MESSAGE_QUEUE_ERR_INSUFFICIENT_WEIGHT;
    execute(rt, message_origin, ph_bytes(item + ITEM_HEADER_LEN, len));
    note_processed(&page, item, len);
    book.message_count = ph_sat_sub_u64(book.message_count, 1);
    book.size = ph_sat_sub_u64(book.size, len);
    if (page.remaining > 0) {
        ph_message_queue_pages_set(rt, message_origin, page_index, &page);
    } else {
        ph_message_queue_pages_remove(rt, message_origin, page_index);
        book.count = ph_sat_sub_u32(book.count, 1);
    }
    ph_message_queue_book_state_for_set(rt, message_origin, &book);
    ph_upward_queue_changed(rt, message_origin->ump.para, book.message_count, book.size);
    return PH_OK;
}
