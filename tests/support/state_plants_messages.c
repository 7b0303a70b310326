#include "support/state_plants.h"

#include "primitives/keys.h"
#include "primitives/types.h"
#include "runtime/storage/dmp.h"
#include "runtime/storage/hrmp.h"
#include "runtime/storage/message_queue.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/system.h"
#include "runtime/vec.h"

static const ph_hrmp_channel_id_t of_nobody = {.sender = {2000}, .recipient = {77777}};

static bool some_para(ph_rt_t *rt, ph_para_id_t *para)
{
    ph_bytes_t cursor = {0};
    return ph_paras_heads_next(rt, &cursor, para, NULL);
}

/* ---- channels ---- */

static bool some_channel(ph_rt_t *rt, ph_hrmp_channel_id_t *id, ph_hrmp_channel_t *channel)
{
    ph_bytes_t cursor = {0};
    return ph_hrmp_hrmp_channels_next(rt, &cursor, id, channel);
}

/* One with something in it. */
static bool some_contents(ph_rt_t *rt, ph_hrmp_channel_id_t *id, ph_vec_inbound_hrmp_message_t *contents)
{
    ph_bytes_t cursor = {0};
    return ph_hrmp_hrmp_channel_contents_next(rt, &cursor, id, contents) && contents->count > 0;
}

static bool other_head(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_hrmp_channel_t channel;
    if (!some_channel(rt, &id, &channel))
        return false;
    channel.mqc_head = (ph_opt_hash_t){true, {{1}}};
    ph_hrmp_hrmp_channels_set(rt, &id, &channel);
    return true;
}

static bool below_watermark(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_vec_inbound_hrmp_message_t contents;
    if (!some_contents(rt, &id, &contents))
        return false;
    ph_hrmp_hrmp_watermarks_set(rt, id.recipient, contents.items[0].sent_at);
    return true;
}

static bool messages_out_of_order(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_vec_inbound_hrmp_message_t contents;
    if (!some_contents(rt, &id, &contents))
        return false;
    contents.items[0].sent_at--;
    ph_hrmp_hrmp_channel_contents_append(rt, &id, &contents.items[0]);
    return true;
}

static bool not_announced(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_vec_inbound_hrmp_message_t contents;
    if (!some_contents(rt, &id, &contents))
        return false;
    ph_hrmp_hrmp_channel_digests_remove(rt, id.recipient);
    return true;
}

static bool message_lost(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_vec_inbound_hrmp_message_t contents;
    if (!some_contents(rt, &id, &contents))
        return false;
    ph_hrmp_hrmp_channel_contents_remove(rt, &id);
    return true;
}

static bool over_limit(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_vec_inbound_hrmp_message_t contents;
    ph_hrmp_channel_t channel;
    if (!some_contents(rt, &id, &contents) || !ph_hrmp_hrmp_channels_get(rt, &id, &channel))
        return false;
    channel.max_capacity = 0;
    ph_hrmp_hrmp_channels_set(rt, &id, &channel);
    return true;
}

static bool not_indexed(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_hrmp_channel_t channel;
    if (!some_channel(rt, &id, &channel))
        return false;
    ph_hrmp_hrmp_egress_channels_index_remove(rt, id.sender);
    return true;
}

static bool index_out_of_order(ph_rt_t *rt)
{
    ph_hrmp_channel_id_t id;
    ph_hrmp_channel_t channel;
    if (!some_channel(rt, &id, &channel))
        return false;
    ph_hrmp_hrmp_ingress_channels_index_append(rt, id.recipient, &(ph_para_id_t){0});
    return true;
}

static bool index_of_nothing(ph_rt_t *rt)
{
    ph_hrmp_hrmp_egress_channels_index_append(rt, (ph_para_id_t){2000}, &(ph_para_id_t){77777});
    return true;
}

static bool contents_of_nothing(ph_rt_t *rt)
{
    const ph_inbound_hrmp_message_t message = {.sent_at = 5, .data = PH_BYTES_LIT("lost")};
    ph_hrmp_hrmp_channel_contents_append(rt, &of_nobody, &message);
    return true;
}

/* ---- requests ---- */

static bool request_not_listed(ph_rt_t *rt)
{
    ph_hrmp_hrmp_open_channel_requests_set(rt, &of_nobody, &(ph_hrmp_open_channel_request_t){0});
    return true;
}

static bool close_not_listed(ph_rt_t *rt)
{
    ph_hrmp_hrmp_close_channel_requests_set(rt, &of_nobody);
    return true;
}

static bool listed_without_request(ph_rt_t *rt)
{
    ph_hrmp_hrmp_open_channel_requests_list_append(rt, &of_nobody);
    return true;
}

static bool open_miscounted(ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_hrmp_channel_id_t id;
    if (!ph_hrmp_hrmp_open_channel_requests_next(rt, &cursor, &id, NULL))
        return false;
    ph_hrmp_hrmp_open_channel_request_count_remove(rt, id.sender);
    return true;
}

static bool accepted_miscounted(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!some_para(rt, &para))
        return false;
    ph_hrmp_hrmp_accepted_channel_request_count_set(rt, para, 9);
    return true;
}

static bool channel_of_nobody(ph_rt_t *rt)
{
    ph_hrmp_hrmp_channels_set(rt, &of_nobody, &(ph_hrmp_channel_t){0});
    return true;
}

/* ---- downward ---- */

static bool some_downward(ph_rt_t *rt, ph_para_id_t *para, ph_inbound_downward_queue_meta_t *meta)
{
    ph_bytes_t cursor = {0};
    while (ph_dmp_downward_message_queue_meta_next(rt, &cursor, para, meta))
        if (meta->first_full < meta->first_free)
            return true;
    return false;
}

static bool downward_backwards(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!some_para(rt, &para))
        return false;
    ph_dmp_downward_message_queue_meta_set(rt, para, &(ph_inbound_downward_queue_meta_t){5, 4});
    return true;
}

static bool downward_lost(ph_rt_t *rt)
{
    ph_para_id_t para;
    ph_inbound_downward_queue_meta_t meta;
    if (!some_downward(rt, &para, &meta))
        return false;
    ph_dmp_downward_message_queue_pages_remove(rt, para, meta.first_full);
    return true;
}

static bool downward_other_head(ph_rt_t *rt)
{
    ph_para_id_t para;
    ph_inbound_downward_queue_meta_t meta;
    if (!some_downward(rt, &para, &meta))
        return false;
    ph_dmp_downward_message_queue_heads_set(rt, para, &(ph_hash_t){{1}});
    return true;
}

static bool downward_astray(ph_rt_t *rt)
{
    ph_para_id_t para;
    if (!some_para(rt, &para))
        return false;
    ph_dmp_downward_message_queue_pages_set(rt, para, 1000, &(ph_inbound_downward_message_t){0});
    return true;
}

static bool head_without_queue(ph_rt_t *rt)
{
    ph_para_id_t para;
    ph_inbound_downward_queue_meta_t meta;
    if (!some_downward(rt, &para, &meta))
        return false;
    ph_dmp_downward_message_queue_meta_remove(rt, para);
    return true;
}

/* ---- upward ---- */

static bool some_page(ph_rt_t *rt, ph_aggregate_message_origin_t *origin, uint32_t *index,
                      ph_message_queue_page_t *page)
{
    ph_bytes_t cursor = {0};
    return ph_message_queue_pages_next(rt, &cursor, origin, index, page) && page->heap.len > 5;
}

static bool some_book(ph_rt_t *rt, ph_aggregate_message_origin_t *origin, ph_message_queue_book_t *book, bool ready)
{
    ph_bytes_t cursor = {0};
    while (ph_message_queue_book_state_for_next(rt, &cursor, origin, book))
        if (book->ready_neighbours.some == ready)
            return true;
    return false;
}

static bool page_cut(ph_rt_t *rt)
{
    ph_aggregate_message_origin_t origin;
    ph_message_queue_page_t page;
    uint32_t index;
    if (!some_page(rt, &origin, &index, &page))
        return false;
    page.heap.len--;
    ph_message_queue_pages_set(rt, &origin, index, &page);
    return true;
}

static bool page_miscounted(ph_rt_t *rt)
{
    ph_aggregate_message_origin_t origin;
    ph_message_queue_page_t page;
    uint32_t index;
    if (!some_page(rt, &origin, &index, &page))
        return false;
    page.remaining++;
    ph_message_queue_pages_set(rt, &origin, index, &page);
    return true;
}

static bool page_empty(ph_rt_t *rt)
{
    const ph_aggregate_message_origin_t origin = {.ump.para = {2000}};
    ph_message_queue_pages_set(rt, &origin, 5000, &(ph_message_queue_page_t){0});
    ph_message_queue_book_t book;
    ph_message_queue_book_state_for_get(rt, &origin, &book);
    ph_message_queue_book_state_for_set(rt, &origin, &book);
    return true;
}

static bool size_wrong(ph_rt_t *rt)
{
    ph_aggregate_message_origin_t origin;
    ph_message_queue_book_t book;
    if (!some_book(rt, &origin, &book, false) && !some_book(rt, &origin, &book, true))
        return false;
    ph_host_storage_set(rt, ph_key_dispatch_queue_size(rt->arena, origin.ump.para), PH_BYTES_LIT("12345678"));
    return true;
}

static bool ring_lost(ph_rt_t *rt)
{
    ph_aggregate_message_origin_t origin;
    ph_message_queue_book_t book;
    if (!some_book(rt, &origin, &book, true))
        return false;
    ph_message_queue_service_head_remove(rt);
    return true;
}

static bool ring_broken(ph_rt_t *rt)
{
    ph_aggregate_message_origin_t origin;
    ph_message_queue_book_t book;
    if (!some_book(rt, &origin, &book, true))
        return false;
    book.ready_neighbours.value.next.ump.para.v = 77777;
    ph_message_queue_book_state_for_set(rt, &origin, &book);
    return true;
}

static bool ring_of_strangers(ph_rt_t *rt)
{
    const ph_aggregate_message_origin_t stranger = {.ump.para = {77777}};
    ph_message_queue_book_t book = {.ready_neighbours = {true, {stranger, stranger}}, .begin = 0, .end = 1};
    ph_message_queue_book_state_for_set(rt, &stranger, &book);
    ph_message_queue_book_state_for_get(rt, &(ph_aggregate_message_origin_t){.ump.para = {77778}}, &book);
    return ph_message_queue_service_head_exists(rt);
}

static bool book_wrong(ph_rt_t *rt)
{
    ph_message_queue_book_t book = {.message_count = 3};
    ph_message_queue_book_state_for_set(rt, &(ph_aggregate_message_origin_t){.ump.para = {77777}}, &book);
    return true;
}

static bool book_backwards(ph_rt_t *rt)
{
    ph_message_queue_book_t book = {.begin = 3, .end = 2};
    ph_message_queue_book_state_for_set(rt, &(ph_aggregate_message_origin_t){.ump.para = {77777}}, &book);
    return true;
}

static bool book_not_ready(ph_rt_t *rt)
{
    ph_message_queue_book_t book = {.begin = 1, .end = 2};
    ph_message_queue_book_state_for_set(rt, &(ph_aggregate_message_origin_t){.ump.para = {77777}}, &book);
    return true;
}

static bool page_without_book(ph_rt_t *rt)
{
    ph_message_queue_pages_set(rt, &(ph_aggregate_message_origin_t){.ump.para = {77777}}, 0,
                               &(ph_message_queue_page_t){0});
    return true;
}

const ph_state_plant_t ph_state_plants_messages[] = {
    {other_head, ": its head does not chain"},
    {below_watermark, "lies below the watermark"},
    {messages_out_of_order, "messages out of order"},
    {not_announced, "is in no digest"},
    {message_lost, "bytes are counted as"},
    {over_limit, "is over its limits"},
    {not_indexed, "is not in the indices"},
    {index_out_of_order, "HrmpIngressChannelsIndex of para"},
    {index_of_nothing, "incoming and"},
    {contents_of_nothing, "messages of 2000-77777 without a channel"},
    {request_not_listed, "the request for channel 2000-77777 is not listed once"},
    {close_not_listed, "the request to close 2000-77777 is not listed once"},
    {listed_without_request, "to close are listed as"},
    {open_miscounted, "its requests for channels are miscounted"},
    {accepted_miscounted, "accepted requests are miscounted"},
    {channel_of_nobody, "has something of it"},
    {downward_backwards, "its downward queue ends before it begins"},
    {downward_lost, "is missing"},
    {downward_other_head, "the head of its downward queue does not chain"},
    {downward_astray, "downward message 1000 is in no queue"},
    {head_without_queue, "a head without a downward queue"},
    {page_cut, "ends in the middle of one"},
    {page_miscounted, "upward messages of"},
    {page_empty, "an empty page of upward messages"},
    {page_empty, "page 5000 of upward messages is beyond the book"},
    {size_wrong, "is told another size of its upward queue"},
    {ring_lost, "and the ring is empty"},
    {ring_broken, "the ring is broken behind para"},
    {ring_of_strangers, "in the ring"},
    {book_wrong, "the book of its upward queue says 3"},
    {book_backwards, "its upward queue ends before it begins"},
    {book_not_ready, "its upward queue is ready, or should be"},
    {page_without_book, "upward messages without a book"},
};
const size_t ph_state_plants_messages_count = sizeof ph_state_plants_messages / sizeof *ph_state_plants_messages;
