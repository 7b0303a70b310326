/* Messages: channels between paras, downward queues, upward queues. */
#include "support/state_checks.h"

#include <string.h>

#include "primitives/keys.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/dmp.h"
#include "runtime/storage/hrmp.h"
#include "runtime/storage/message_queue.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/system.h"

#define same_hash(a, b) (memcmp((a)->bytes, (b)->bytes, 32) == 0)

/* ---- channels ---- */

static bool in_list(const ph_vec_para_id_t *list, ph_para_id_t para)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].v == para.v)
            return true;
    return false;
}

/* The chain goes on from where it was before the block by the messages of the block. */
static void check_channel_chain(ph_state_checker_t *c, ph_rt_t *rt, const ph_hrmp_channel_id_t *id,
                                const ph_hrmp_channel_t *channel, const ph_vec_inbound_hrmp_message_t *contents)
{
    const ph_chain_link_t *before = ph_state_link(c->channels.items, c->channels.count, id->sender.v, id->recipient.v);
    ph_hash_t head = before ? before->head : (ph_hash_t){{0}};
    for (size_t i = 0; i < contents->count; i++)
        if (contents->items[i].sent_at > c->number)
            head = ph_state_next_head(rt->arena, &head, contents->items[i].sent_at, contents->items[i].data);
    ph_hash_t now = channel->mqc_head.some ? channel->mqc_head.value : (ph_hash_t){{0}};
    PH_STATE_RULE(c, same_hash(&now, &head), "channel %u-%u: its head does not chain", id->sender.v, id->recipient.v);
}

static bool is_announced(ph_rt_t *rt, const ph_hrmp_channel_id_t *id, ph_block_number_t sent_at)
{
    ph_vec_tup_block_number_vec_para_id_t digest;
    ph_hrmp_hrmp_channel_digests_get(rt, id->recipient, &digest);
    for (size_t i = 0; i < digest.count; i++)
        if (digest.items[i]._0 == sent_at && in_list(&digest.items[i]._1, id->sender))
            return true;
    return false;
}

/* The pallets weigh each candidate against the channel as it is, not against those that wait to be included. */
static uint32_t candidates_at_once(const ph_state_checker_t *c, ph_para_id_t sender)
{
    for (size_t i = 0; i < c->several.count; i++)
        if (c->several.items[i].v == sender.v)
            return 8; /* as many as there are cores */
    return 1;
}

static void check_contents(ph_state_checker_t *c, ph_rt_t *rt, const ph_hrmp_channel_id_t *id,
                           const ph_hrmp_channel_t *channel)
{
    ph_vec_inbound_hrmp_message_t contents;
    ph_block_number_t watermark = 0;
    size_t size = 0;
    ph_hrmp_hrmp_channel_contents_get(rt, id, &contents);
    (void)!ph_hrmp_hrmp_watermarks_get(rt, id->recipient, &watermark);
    for (size_t i = 0; i < contents.count; i++) {
        size += contents.items[i].data.len;
        PH_STATE_RULE(c, contents.items[i].sent_at > watermark,
                      "channel %u-%u: a message of %u lies below the watermark %u", id->sender.v, id->recipient.v,
                      contents.items[i].sent_at, watermark);
        PH_STATE_RULE(c, i == 0 || contents.items[i - 1].sent_at <= contents.items[i].sent_at,
                      "channel %u-%u: messages out of order", id->sender.v, id->recipient.v);
        PH_STATE_RULE(c, is_announced(rt, id, contents.items[i].sent_at),
                      "channel %u-%u: a message of %u is in no digest", id->sender.v, id->recipient.v,
                      contents.items[i].sent_at);
    }
    PH_STATE_RULE(c, channel->msg_count == contents.count && channel->total_size == size,
                  "channel %u-%u: %zu messages of %zu bytes are counted as %u of %u", id->sender.v, id->recipient.v,
                  contents.count, size, channel->msg_count, channel->total_size);
    uint32_t at_once = candidates_at_once(c, id->sender);
    PH_STATE_RULE(c,
                  channel->msg_count <= at_once * channel->max_capacity &&
                      channel->total_size <= at_once * channel->max_total_size,
                  "channel %u-%u is over its limits", id->sender.v, id->recipient.v);
    check_channel_chain(c, rt, id, channel, &contents);
}

static void check_index(ph_state_checker_t *c, const char *name, ph_para_id_t para, const ph_vec_para_id_t *list)
{
    for (size_t i = 1; i < list->count; i++)
        PH_STATE_RULE(c, list->items[i - 1].v < list->items[i].v, "%s of para %u is out of order", name, para.v);
}

static void check_channels(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_hrmp_channel_id_t id;
    ph_hrmp_channel_t channel;
    ph_para_id_t para;
    ph_vec_para_id_t list;
    size_t channels = 0, ingress = 0, egress = 0;
    while (ph_hrmp_hrmp_channels_next(rt, &cursor, &id, &channel)) {
        channels++;
        ph_hrmp_hrmp_ingress_channels_index_get(rt, id.recipient, &list);
        bool in = in_list(&list, id.sender);
        ph_hrmp_hrmp_egress_channels_index_get(rt, id.sender, &list);
        PH_STATE_RULE(c, in && in_list(&list, id.recipient), "channel %u-%u is not in the indices", id.sender.v,
                      id.recipient.v);
        check_contents(c, rt, &id, &channel);
    }
    for (cursor = (ph_bytes_t){0}; ph_hrmp_hrmp_ingress_channels_index_next(rt, &cursor, &para, &list);) {
        check_index(c, "HrmpIngressChannelsIndex", para, &list);
        ingress += list.count;
    }
    for (cursor = (ph_bytes_t){0}; ph_hrmp_hrmp_egress_channels_index_next(rt, &cursor, &para, &list);) {
        check_index(c, "HrmpEgressChannelsIndex", para, &list);
        egress += list.count;
    }
    PH_STATE_RULE(c, ingress == channels && egress == channels, "Hrmp: %zu channels, %zu incoming and %zu outgoing",
                  channels, ingress, egress);
    for (cursor = (ph_bytes_t){0}; ph_hrmp_hrmp_channel_contents_next(rt, &cursor, &id, NULL);)
        PH_STATE_RULE(c, ph_hrmp_hrmp_channels_exists(rt, &id), "messages of %u-%u without a channel", id.sender.v,
                      id.recipient.v);
}

/* ---- requests ---- */

static size_t count_requests(ph_rt_t *rt, ph_para_id_t para, bool accepted)
{
    ph_bytes_t cursor = {0};
    ph_hrmp_channel_id_t id;
    ph_hrmp_open_channel_request_t request;
    size_t count = 0;
    while (ph_hrmp_hrmp_open_channel_requests_next(rt, &cursor, &id, &request))
        count += accepted ? request.confirmed && id.recipient.v == para.v : id.sender.v == para.v;
    return count;
}

static size_t count_listed(const ph_vec_hrmp_channel_id_t *list, const ph_hrmp_channel_id_t *id)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->items[i].sender.v == id->sender.v && list->items[i].recipient.v == id->recipient.v;
    return count;
}

/* The pallet forgets to count a sender's request down when its recipient leaves. */
static void check_counts(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    while (ph_paras_para_lifecycles_next(rt, &cursor, &para, NULL)) {
        uint32_t open, accepted;
        ph_hrmp_hrmp_open_channel_request_count_get(rt, para, &open);
        ph_hrmp_hrmp_accepted_channel_request_count_get(rt, para, &accepted);
        size_t requests = count_requests(rt, para, false);
        PH_STATE_RULE(c, open == requests || (open > requests && ph_state_has_left(c, rt)),
                      "para %u: its requests for channels are miscounted", para.v);
        PH_STATE_RULE(c, accepted == count_requests(rt, para, true), "para %u: accepted requests are miscounted",
                      para.v);
    }
}

static void check_requests(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_vec_hrmp_channel_id_t open, close;
    ph_bytes_t cursor = {0};
    ph_hrmp_channel_id_t id;
    size_t opening = 0, closing = 0;
    ph_hrmp_hrmp_open_channel_requests_list_get(rt, &open);
    ph_hrmp_hrmp_close_channel_requests_list_get(rt, &close);
    while (ph_hrmp_hrmp_open_channel_requests_next(rt, &cursor, &id, NULL)) {
        opening++;
        PH_STATE_RULE(c, count_listed(&open, &id) == 1, "the request for channel %u-%u is not listed once", id.sender.v,
                      id.recipient.v);
    }
    for (cursor = (ph_bytes_t){0}; ph_hrmp_hrmp_close_channel_requests_next(rt, &cursor, &id);) {
        closing++;
        PH_STATE_RULE(c, count_listed(&close, &id) == 1, "the request to close %u-%u is not listed once", id.sender.v,
                      id.recipient.v);
    }
    PH_STATE_RULE(c, opening == open.count && closing == close.count,
                  "Hrmp: %zu requests to open and %zu to close are listed as %zu and %zu", opening, closing, open.count,
                  close.count);
}

void ph_state_check_hrmp(ph_state_checker_t *c, ph_rt_t *rt)
{
    check_channels(c, rt);
    check_requests(c, rt);
    check_counts(c, rt);
}

/* ---- downward ---- */

static void check_downward_chain(ph_state_checker_t *c, ph_rt_t *rt, ph_para_id_t para,
                                 const ph_inbound_downward_queue_meta_t *meta)
{
    const ph_chain_link_t *before = ph_state_link(c->downward.items, c->downward.count, para.v, 0);
    ph_hash_t head = before ? before->head : (ph_hash_t){{0}}, now;
    for (uint64_t i = meta->first_full; i < meta->first_free; i++) {
        ph_inbound_downward_message_t message;
        if (ph_dmp_downward_message_queue_pages_get(rt, para, i, &message) && message.sent_at > c->number)
            head = ph_state_next_head(rt->arena, &head, message.sent_at, message.msg);
    }
    ph_dmp_downward_message_queue_heads_get(rt, para, &now);
    PH_STATE_RULE(c, same_hash(&now, &head), "para %u: the head of its downward queue does not chain", para.v);
}

void ph_state_check_downward(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    uint64_t index;
    ph_inbound_downward_queue_meta_t meta;
    while (ph_dmp_downward_message_queue_meta_next(rt, &cursor, &para, &meta)) {
        PH_STATE_RULE(c, meta.first_full <= meta.first_free && meta.first_free - meta.first_full < 100000,
                      "para %u: its downward queue ends before it begins", para.v);
        for (uint64_t i = meta.first_full; i < meta.first_free && i - meta.first_full < 100000; i++)
            PH_STATE_RULE(c, ph_dmp_downward_message_queue_pages_exists(rt, para, i),
                          "para %u: downward message %llu is missing", para.v, (unsigned long long)i);
        check_downward_chain(c, rt, para, &meta);
    }
    for (cursor = (ph_bytes_t){0}; ph_dmp_downward_message_queue_pages_next(rt, &cursor, &para, &index, NULL);) {
        ph_tup_u64_u64_t lazy;
        bool inside = ph_dmp_downward_message_queue_meta_get(rt, para, &meta) && meta.first_full <= index &&
                      index < meta.first_free;
        bool goes =
            ph_dmp_downward_message_queue_lazy_delete_get(rt, para, &lazy) && lazy._0 <= index && index < lazy._1;
        PH_STATE_RULE(c, inside || goes, "para %u: downward message %llu is in no queue", para.v,
                      (unsigned long long)index);
    }
    ph_hash_t head;
    for (cursor = (ph_bytes_t){0}; ph_dmp_downward_message_queue_heads_next(rt, &cursor, &para, &head);)
        PH_STATE_RULE(c, ph_dmp_downward_message_queue_meta_get(rt, para, &meta),
                      "para %u: a head without a downward queue", para.v);
}

/* ---- upward ---- */

typedef struct sums {
    uint64_t messages, bytes;
    uint32_t pages;
} sums_t;

/* What the page's heap says of itself: items of length, flag, bytes; `first` to `last` are to be done. */
static void check_page(ph_state_checker_t *c, const ph_message_queue_page_t *page, uint32_t para)
{
    uint32_t messages = 0, bytes = 0;
    size_t at = 0;
    while (page->heap.len - at >= 5) {
        uint32_t len = ph_get_u32(page->heap.data + at);
        if (len > page->heap.len - at - 5)
            break;
        if (page->heap.data[at + 4] == 0) {
            messages++;
            bytes += len;
        }
        at += 5 + len;
    }
    PH_STATE_RULE(c, at == page->heap.len, "para %u: a page of upward messages ends in the middle of one", para);
    PH_STATE_RULE(c, messages == page->remaining && bytes == page->remaining_size,
                  "para %u: %u upward messages of %u bytes are counted as %u of %u", para, messages, bytes,
                  page->remaining, page->remaining_size);
    PH_STATE_RULE(c, page->remaining > 0, "para %u: an empty page of upward messages", para);
}

static sums_t check_pages(ph_state_checker_t *c, ph_rt_t *rt, const ph_aggregate_message_origin_t *origin,
                          const ph_message_queue_book_t *book)
{
    sums_t sums = {0};
    ph_bytes_t cursor = {0};
    uint32_t index, para = origin->ump.para.v;
    ph_message_queue_page_t page;
    while (ph_message_queue_pages_next_under(rt, origin, &cursor, &index, &page)) {
        check_page(c, &page, para);
        PH_STATE_RULE(c, index < book->end, "para %u: page %u of upward messages is beyond the book", para, index);
        sums.messages += page.remaining;
        sums.bytes += page.remaining_size;
        sums.pages++;
    }
    return sums;
}

static void check_sizes(ph_state_checker_t *c, ph_rt_t *rt, ph_para_id_t para, const ph_message_queue_book_t *book)
{
    ph_bytes_t value;
    if (!ph_host_storage_get(rt, &value, ph_key_dispatch_queue_size(rt->arena, para)))
        return;
    PH_STATE_RULE(
        c, value.len == 8 && ph_get_u32(value.data) == book->message_count && ph_get_u32(value.data + 4) == book->size,
        "para %u is told another size of its upward queue", para.v);
}

/* Once around from the head: as many as are ready, each the neighbour of its neighbours. */
static void check_ring(ph_state_checker_t *c, ph_rt_t *rt, size_t ready)
{
    ph_aggregate_message_origin_t head, at;
    ph_message_queue_book_t book, next;
    size_t seen = 0;
    if (!ph_message_queue_service_head_get(rt, &head)) {
        PH_STATE_RULE(c, ready == 0, "MessageQueue: %zu queues are ready, and the ring is empty", ready);
        return;
    }
    at = head;
    do {
        ph_message_queue_book_state_for_get(rt, &at, &book);
        if (!book.ready_neighbours.some)
            break;
        ph_message_queue_book_state_for_get(rt, &book.ready_neighbours.value.next, &next);
        PH_STATE_RULE(c, next.ready_neighbours.some && next.ready_neighbours.value.prev.ump.para.v == at.ump.para.v,
                      "MessageQueue: the ring is broken behind para %u", at.ump.para.v);
        at = book.ready_neighbours.value.next;
        seen++;
    } while (at.ump.para.v != head.ump.para.v && seen <= ready);
    PH_STATE_RULE(c, seen == ready, "MessageQueue: %zu queues are ready, %zu in the ring", ready, seen);
}

void ph_state_check_upward(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_aggregate_message_origin_t origin;
    ph_message_queue_book_t book;
    uint32_t index;
    size_t ready = 0;
    while (ph_message_queue_book_state_for_next(rt, &cursor, &origin, &book)) {
        uint32_t para = origin.ump.para.v;
        sums_t sums = check_pages(c, rt, &origin, &book);
        PH_STATE_RULE(c, sums.messages == book.message_count && sums.bytes == book.size && sums.pages == book.count,
                      "para %u: the book of its upward queue says %llu messages on %u pages, there are %llu on %u",
                      para, (unsigned long long)book.message_count, book.count, (unsigned long long)sums.messages,
                      sums.pages);
        PH_STATE_RULE(c, book.begin <= book.end, "para %u: its upward queue ends before it begins", para);
        PH_STATE_RULE(c, book.ready_neighbours.some == (book.begin < book.end),
                      "para %u: its upward queue is ready, or should be", para);
        ready += book.ready_neighbours.some;
        check_sizes(c, rt, origin.ump.para, &book);
    }
    for (cursor = (ph_bytes_t){0}; ph_message_queue_pages_next(rt, &cursor, &origin, &index, NULL);)
        PH_STATE_RULE(c, ph_message_queue_book_state_for_exists(rt, &origin), "para %u: upward messages without a book",
                      origin.ump.para.v);
    check_ring(c, rt, ready);
}
