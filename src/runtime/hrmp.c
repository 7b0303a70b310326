/* Messages in channels: acceptance, queueing, pruning. */
#include "runtime/hrmp.h"

#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

typedef ph_vec_tup_block_number_vec_para_id_t digest_t;

/* ---- watermarks ---- */

bool ph_hrmp_check_watermark(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t relay_parent_number,
                             ph_block_number_t watermark)
{
    ph_block_number_t last;
    if (watermark == relay_parent_number)
        return true;
    if (watermark > relay_parent_number)
        return false;
    if (ph_hrmp_hrmp_watermarks_get(rt, para, &last)) {
        if (watermark < last)
            return false;
        if (watermark == last)
            return true;
    }
    digest_t digest;
    ph_hrmp_hrmp_channel_digests_get(rt, para, &digest);
    for (size_t i = 0; i < digest.count; i++)
        if (digest.items[i]._0 == watermark)
            return true;
    return false;
}

void ph_hrmp_valid_watermarks(ph_rt_t *rt, ph_vec_block_number_t *out, ph_para_id_t para)
{
    digest_t digest;
    ph_block_number_t last;
    ph_hrmp_hrmp_channel_digests_get(rt, para, &digest);
    ph_vec_alloc(rt, out, digest.count);
    for (size_t i = 0; i < digest.count; i++)
        out->items[i] = digest.items[i]._0;
    if (out->count > 0 && ph_hrmp_hrmp_watermarks_get(rt, para, &last) && out->items[0] > last)
        ph_vec_insert(rt, out, 0, last);
}

/* ---- outbound ---- */

static bool fits(const ph_hrmp_channel_t *channel, size_t len)
{
    return len <= channel->max_message_size && channel->total_size + (uint64_t)len <= channel->max_total_size &&
           channel->msg_count < channel->max_capacity;
}

bool ph_hrmp_check_outbound(ph_rt_t *rt, const ph_host_configuration_t *config, ph_para_id_t sender,
                            const ph_horizontal_messages_t *messages)
{
    if (messages->count > config->hrmp_max_message_num_per_candidate)
        return false;
    for (size_t i = 0; i < messages->count; i++) {
        const ph_outbound_hrmp_message_t *message = &messages->items[i];
        ph_hrmp_channel_id_t id = {.sender = sender, .recipient = message->recipient};
        ph_hrmp_channel_t channel;
        if (i > 0 && message->recipient.v <= messages->items[i - 1].recipient.v)
            return false;
        if (!ph_hrmp_hrmp_channels_get(rt, &id, &channel) || !fits(&channel, message->data.len))
            return false;
    }
    return true;
}

/* The next link of the channel's hash chain: of the old head, the block, and the message's hash. */
static void note_in_chain(ph_rt_t *rt, ph_opt_hash_t *head, const ph_inbound_hrmp_message_t *message)
{
    ph_writer_t encoded = ph_writer_in(rt->arena), link = ph_writer_in(rt->arena);
    static const ph_hash_t none;
    ph_write_bytes(&encoded, message->data);
    ph_hash_t message_hash = ph_rt_blake2(rt, ph_writer_bytes(&encoded));
    ph_write(&link, head->some ? head->value.bytes : none.bytes, 32);
    ph_write_u32(&link, message->sent_at);
    ph_write(&link, message_hash.bytes, 32);
    *head = (ph_opt_hash_t){true, ph_rt_blake2(rt, ph_writer_bytes(&link))};
}

static void note_in_digest(ph_rt_t *rt, ph_para_id_t recipient, ph_para_id_t sender, ph_block_number_t now)
{
    digest_t digest;
    ph_hrmp_hrmp_channel_digests_get(rt, recipient, &digest);
    if (digest.count == 0 || digest.items[digest.count - 1]._0 != now)
        ph_vec_push(rt, &digest, ((__typeof__(*digest.items)){._0 = now}));
    ph_vec_push(rt, &digest.items[digest.count - 1]._1, sender);
    ph_hrmp_hrmp_channel_digests_set(rt, recipient, &digest);
}

void ph_hrmp_queue_outbound(ph_rt_t *rt, ph_para_id_t sender, const ph_horizontal_messages_t *messages)
{
    ph_block_number_t now = ph_now(rt);
    for (size_t i = 0; i < messages->count; i++) {
        ph_hrmp_channel_id_t id = {.sender = sender, .recipient = messages->items[i].recipient};
        ph_hrmp_channel_t channel;
        if (!ph_hrmp_hrmp_channels_get(rt, &id, &channel))
            continue; /* closed since the candidate was accepted */
        ph_inbound_hrmp_message_t inbound = {.sent_at = now, .data = messages->items[i].data};
        channel.msg_count++;
        channel.total_size += (uint32_t)inbound.data.len;
        note_in_chain(rt, &channel.mqc_head, &inbound);
        ph_hrmp_hrmp_channels_set(rt, &id, &channel);
        ph_hrmp_hrmp_channel_contents_append(rt, &id, &inbound);
        note_in_digest(rt, id.recipient, sender, now);
    }
}

/* ---- pruning ---- */

static void add_sender(ph_rt_t *rt, ph_vec_para_id_t *senders, ph_para_id_t sender)
{
    size_t i = 0;
    while (i < senders->count && senders->items[i].v < sender.v)
        i++;
    if (i == senders->count || senders->items[i].v != sender.v)
        ph_vec_insert(rt, senders, i, sender);
}

/* Takes blocks up to the watermark out of the recipient's digest; *senders are the paras they name. */
static void prune_digest(ph_rt_t *rt, ph_vec_para_id_t *senders, ph_para_id_t recipient, ph_block_number_t watermark)
{
    digest_t digest;
    ph_hrmp_hrmp_channel_digests_get(rt, recipient, &digest);
    size_t kept = 0;
    *senders = (ph_vec_para_id_t){0};
    for (size_t i = 0; i < digest.count; i++) {
        if (digest.items[i]._0 > watermark) {
            digest.items[kept++] = digest.items[i];
            continue;
        }
        for (size_t j = 0; j < digest.items[i]._1.count; j++)
            add_sender(rt, senders, digest.items[i]._1.items[j]);
    }
    digest.count = kept;
    ph_hrmp_hrmp_channel_digests_set(rt, recipient, &digest);
}

static void prune_channel(ph_rt_t *rt, const ph_hrmp_channel_id_t *id, ph_block_number_t watermark)
{
    ph_vec_inbound_hrmp_message_t contents;
    ph_hrmp_channel_t channel;
    uint32_t pruned_count = 0, pruned_size = 0;
    size_t kept = 0;
    ph_hrmp_hrmp_channel_contents_get(rt, id, &contents);
    for (size_t i = 0; i < contents.count; i++) {
        if (contents.items[i].sent_at > watermark) {
            contents.items[kept++] = contents.items[i];
        } else {
            pruned_count++;
            pruned_size += (uint32_t)contents.items[i].data.len;
        }
    }
    contents.count = kept;
    if (kept > 0)
        ph_hrmp_hrmp_channel_contents_set(rt, id, &contents);
    else
        ph_hrmp_hrmp_channel_contents_remove(rt, id);
    if (!ph_hrmp_hrmp_channels_get(rt, id, &channel))
        return;
    channel.msg_count = ph_sat_sub_u32(channel.msg_count, pruned_count);
    channel.total_size = ph_sat_sub_u32(channel.total_size, pruned_size);
    ph_hrmp_hrmp_channels_set(rt, id, &channel);
}

void ph_hrmp_prune(ph_rt_t *rt, ph_para_id_t recipient, ph_block_number_t watermark)
{
    ph_vec_para_id_t senders;
    prune_digest(rt, &senders, recipient, watermark);
    for (size_t i = 0; i < senders.count; i++)
        prune_channel(rt, &(ph_hrmp_channel_id_t){.sender = senders.items[i], .recipient = recipient}, watermark);
    ph_hrmp_hrmp_watermarks_set(rt, recipient, watermark);
}

/* ---- for runtime APIs ---- */

void ph_hrmp_outbound_limits(ph_rt_t *rt, ph_vec_tup_para_id_outbound_hrmp_channel_limitations_t *out,
                             ph_para_id_t sender)
{
    ph_vec_para_id_t recipients;
    ph_hrmp_hrmp_egress_channels_index_get(rt, sender, &recipients);
    *out = (ph_vec_tup_para_id_outbound_hrmp_channel_limitations_t){0};
    for (size_t i = 0; i < recipients.count; i++) {
        ph_hrmp_channel_id_t id = {.sender = sender, .recipient = recipients.items[i]};
        ph_hrmp_channel_t channel;
        if (!ph_hrmp_hrmp_channels_get(rt, &id, &channel))
            continue;
        /* Candidates in a chain may overfill a channel; the pallet's difference wraps then. */
        ph_outbound_hrmp_channel_limitations_t limits = {.bytes_remaining = channel.max_total_size - channel.total_size,
                                                         .messages_remaining =
                                                             channel.max_capacity - channel.msg_count};
        ph_vec_push(rt, out, ((__typeof__(*out->items)){._0 = id.recipient, ._1 = limits}));
    }
}

void ph_hrmp_inbound_contents(ph_rt_t *rt, ph_map_para_id_vec_inbound_hrmp_message_t *out, ph_para_id_t recipient)
{
    ph_vec_para_id_t senders;
    ph_hrmp_hrmp_ingress_channels_index_get(rt, recipient, &senders);
    ph_vec_alloc(rt, out, senders.count);
    for (size_t i = 0; i < senders.count; i++) {
        ph_hrmp_channel_id_t id = {.sender = senders.items[i], .recipient = recipient};
        out->items[i].key = id.sender;
        ph_hrmp_hrmp_channel_contents_get(rt, &id, &out->items[i].value);
    }
}
