/* Opening, accepting and closing channels. What is asked for in a session happens at its end. */
#include "primitives/keys.h"
#include "runtime/currency.h"
#include "runtime/dmp.h"
#include "runtime/hrmp.h"
#include "runtime/hrmp_internal.h"
#include "runtime/paras.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

typedef ph_hrmp_channel_id_t chan_t;

/* ---- helpers ---- */

static bool same(const chan_t *a, const chan_t *b)
{
    return a->sender.v == b->sender.v && a->recipient.v == b->recipient.v;
}

static bool takes_part(const chan_t *id, ph_para_id_t para)
{
    return id->sender.v == para.v || id->recipient.v == para.v;
}

/* Channels of system paras cost no deposit. */
static bool free_of_charge(const chan_t *id)
{
    return ph_hrmp_is_system(id->sender) || ph_hrmp_is_system(id->recipient);
}

static void refund(ph_rt_t *rt, ph_para_id_t para, ph_balance_t amount)
{
    ph_account_id_t account = ph_key_sovereign_account(para);
    ph_currency_unreserve(rt, &account, amount);
}

static ph_err_t hold(ph_rt_t *rt, ph_para_id_t para, ph_balance_t amount)
{
    ph_account_id_t account = ph_key_sovereign_account(para);
    return ph_currency_reserve(rt, &account, amount);
}

/* One instruction of XCM version 5, with compact arguments, to the para. */
static void notify(ph_rt_t *rt, ph_para_id_t to, uint8_t instruction, const uint32_t *args, size_t arg_count)
{
    ph_host_configuration_t config;
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_configuration_active_config_get(rt, &config);
    ph_write_u8(&w, 5);
    ph_write_compact(&w, 1);
    ph_write_u8(&w, instruction);
    for (size_t i = 0; i < arg_count; i++)
        ph_write_compact(&w, args[i]);
    if (ph_dmp_queue(rt, &config, to, ph_writer_bytes(&w)) == PH_DMP_EXCEEDS_MAX_MESSAGE_SIZE)
        ph_rt_log(rt, PH_LOG_ERROR, "hrmp", "para %u could not be notified", to.v);
}

enum { XCM_HRMP_NEW_CHANNEL_OPEN_REQUEST = 7, XCM_HRMP_CHANNEL_ACCEPTED = 8, XCM_HRMP_CHANNEL_CLOSING = 9 };

/* ---- counts and indices ---- */

static void decrease_open(ph_rt_t *rt, ph_para_id_t sender)
{
    uint32_t count;
    ph_hrmp_hrmp_open_channel_request_count_get(rt, sender, &count);
    if (count <= 1)
        ph_hrmp_hrmp_open_channel_request_count_remove(rt, sender);
    else
        ph_hrmp_hrmp_open_channel_request_count_set(rt, sender, count - 1);
}

static void decrease_accepted(ph_rt_t *rt, ph_para_id_t recipient)
{
    uint32_t count;
    ph_hrmp_hrmp_accepted_channel_request_count_get(rt, recipient, &count);
    if (count <= 1)
        ph_hrmp_hrmp_accepted_channel_request_count_remove(rt, recipient);
    else
        ph_hrmp_hrmp_accepted_channel_request_count_set(rt, recipient, count - 1);
}

static void add_id(ph_rt_t *rt, ph_vec_para_id_t *ids, ph_para_id_t id)
{
    size_t i = 0;
    while (i < ids->count && ids->items[i].v < id.v)
        i++;
    if (i == ids->count || ids->items[i].v != id.v)
        ph_vec_insert(rt, ids, i, id);
}

static void drop_id(ph_vec_para_id_t *ids, ph_para_id_t id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (ids->items[i].v == id.v) {
            ph_vec_remove(ids, i);
            return;
        }
}

static void index_channel(ph_rt_t *rt, const chan_t *id, bool in)
{
    ph_vec_para_id_t index;
    ph_hrmp_hrmp_egress_channels_index_get(rt, id->sender, &index);
    in ? add_id(rt, &index, id->recipient) : drop_id(&index, id->recipient);
    ph_hrmp_hrmp_egress_channels_index_set(rt, id->sender, &index);
    ph_hrmp_hrmp_ingress_channels_index_get(rt, id->recipient, &index);
    in ? add_id(rt, &index, id->sender) : drop_id(&index, id->sender);
    ph_hrmp_hrmp_ingress_channels_index_set(rt, id->recipient, &index);
}

/* Removes element i of a list whose order does not matter, as Rust's swap_remove. */
static void swap_remove(ph_vec_hrmp_channel_id_t *list, size_t i)
{
    list->items[i] = list->items[--list->count];
}

/* ---- requests ---- */

static ph_err_t check_open(ph_rt_t *rt, const chan_t *id, uint32_t capacity, uint32_t size,
                           const ph_host_configuration_t *config)
{
    uint32_t requests;
    if (id->sender.v == id->recipient.v)
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_TO_SELF;
    if (!ph_paras_is_valid(rt, id->recipient))
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_INVALID_RECIPIENT;
    if (capacity == 0)
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ZERO_CAPACITY;
    if (capacity > config->hrmp_channel_max_capacity)
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_CAPACITY_EXCEEDS_LIMIT;
    if (size == 0)
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ZERO_MESSAGE_SIZE;
    if (size > config->hrmp_channel_max_message_size)
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_MESSAGE_SIZE_EXCEEDS_LIMIT;
    if (ph_hrmp_hrmp_open_channel_requests_exists(rt, id))
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ALREADY_REQUESTED;
    if (ph_hrmp_hrmp_channels_exists(rt, id))
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ALREADY_EXISTS;
    ph_hrmp_hrmp_open_channel_request_count_get(rt, id->sender, &requests);
    if (ph_hrmp_hrmp_egress_channels_index_count(rt, id->sender) + requests >=
        config->hrmp_max_parachain_outbound_channels)
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_LIMIT_EXCEEDED;
    return PH_OK;
}

ph_err_t ph_hrmp_init_open(ph_rt_t *rt, const chan_t *id, uint32_t capacity, uint32_t size)
{
    ph_host_configuration_t config;
    uint32_t requests;
    ph_configuration_active_config_get(rt, &config);
    PH_TRY(check_open(rt, id, capacity, size, &config));
    ph_hrmp_open_channel_request_t request = {.sender_deposit = free_of_charge(id) ? 0 : config.hrmp_sender_deposit,
                                              .max_message_size = size,
                                              .max_capacity = capacity,
                                              .max_total_size = config.hrmp_channel_max_total_size};
    PH_TRY(hold(rt, id->sender, request.sender_deposit));
    ph_hrmp_hrmp_open_channel_request_count_get(rt, id->sender, &requests);
    ph_hrmp_hrmp_open_channel_request_count_set(rt, id->sender, requests + 1);
    ph_hrmp_hrmp_open_channel_requests_set(rt, id, &request);
    ph_hrmp_hrmp_open_channel_requests_list_append(rt, id);
    notify(rt, id->recipient, XCM_HRMP_NEW_CHANNEL_OPEN_REQUEST, (uint32_t[]){id->sender.v, size, capacity}, 3);
    return PH_OK;
}

ph_err_t ph_hrmp_accept_open(ph_rt_t *rt, const chan_t *id)
{
    ph_host_configuration_t config;
    ph_hrmp_open_channel_request_t request;
    uint32_t accepted;
    ph_configuration_active_config_get(rt, &config);
    if (!ph_hrmp_hrmp_open_channel_requests_get(rt, id, &request))
        return PH_HRMP_ERR_ACCEPT_HRMP_CHANNEL_DOESNT_EXIST;
    if (request.confirmed)
        return PH_HRMP_ERR_ACCEPT_HRMP_CHANNEL_ALREADY_CONFIRMED;
    ph_hrmp_hrmp_accepted_channel_request_count_get(rt, id->recipient, &accepted);
    if (ph_hrmp_hrmp_ingress_channels_index_count(rt, id->recipient) + accepted >=
        config.hrmp_max_parachain_inbound_channels)
        return PH_HRMP_ERR_ACCEPT_HRMP_CHANNEL_LIMIT_EXCEEDED;
    PH_TRY(hold(rt, id->recipient, free_of_charge(id) ? 0 : config.hrmp_recipient_deposit));
    request.confirmed = true;
    ph_hrmp_hrmp_open_channel_requests_set(rt, id, &request);
    ph_hrmp_hrmp_accepted_channel_request_count_set(rt, id->recipient, accepted + 1);
    notify(rt, id->sender, XCM_HRMP_CHANNEL_ACCEPTED, (uint32_t[]){id->recipient.v}, 1);
    return PH_OK;
}

ph_err_t ph_hrmp_cancel_open(ph_rt_t *rt, ph_para_id_t by, const chan_t *id)
{
    ph_hrmp_open_channel_request_t request;
    ph_vec_hrmp_channel_id_t list;
    if (!takes_part(id, by))
        return PH_HRMP_ERR_CANCEL_HRMP_OPEN_CHANNEL_UNAUTHORIZED;
    if (!ph_hrmp_hrmp_open_channel_requests_get(rt, id, &request))
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_DOESNT_EXIST;
    if (request.confirmed)
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_ALREADY_CONFIRMED;
    ph_hrmp_hrmp_open_channel_requests_remove(rt, id);
    ph_hrmp_hrmp_open_channel_requests_list_get(rt, &list);
    for (size_t i = 0; i < list.count; i++)
        if (same(&list.items[i], id)) {
            swap_remove(&list, i);
            break;
        }
    ph_hrmp_hrmp_open_channel_requests_list_set(rt, &list);
    decrease_open(rt, id->sender);
    refund(rt, id->sender, request.sender_deposit);
    return PH_OK;
}

ph_err_t ph_hrmp_ask_close(ph_rt_t *rt, ph_para_id_t by, const chan_t *id)
{
    if (!takes_part(id, by))
        return PH_HRMP_ERR_CLOSE_HRMP_CHANNEL_UNAUTHORIZED;
    if (!ph_hrmp_hrmp_channels_exists(rt, id))
        return PH_HRMP_ERR_CLOSE_HRMP_CHANNEL_DOESNT_EXIST;
    if (ph_hrmp_hrmp_close_channel_requests_exists(rt, id))
        return PH_HRMP_ERR_CLOSE_HRMP_CHANNEL_ALREADY_UNDERWAY;
    ph_hrmp_hrmp_close_channel_requests_set(rt, id);
    ph_hrmp_hrmp_close_channel_requests_list_append(rt, id);
    ph_para_id_t other = by.v == id->sender.v ? id->recipient : id->sender;
    notify(rt, other, XCM_HRMP_CHANNEL_CLOSING, (uint32_t[]){by.v, id->sender.v, id->recipient.v}, 3);
    return PH_OK;
}

/* ---- at the end of a session ---- */

static void close_channel(ph_rt_t *rt, const chan_t *id)
{
    ph_hrmp_channel_t channel;
    if (ph_hrmp_hrmp_channels_take(rt, id, &channel)) {
        refund(rt, id->sender, channel.sender_deposit);
        refund(rt, id->recipient, channel.recipient_deposit);
    }
    ph_hrmp_hrmp_channel_contents_remove(rt, id);
    index_channel(rt, id, false);
}

void ph_hrmp_process_close_requests(ph_rt_t *rt)
{
    ph_vec_hrmp_channel_id_t list;
    ph_hrmp_hrmp_close_channel_requests_list_take(rt, &list);
    for (size_t i = 0; i < list.count; i++) {
        ph_hrmp_hrmp_close_channel_requests_remove(rt, &list.items[i]);
        close_channel(rt, &list.items[i]);
    }
}

static void open_channel(ph_rt_t *rt, const chan_t *id, const ph_hrmp_open_channel_request_t *request,
                         const ph_host_configuration_t *config)
{
    ph_hrmp_channel_t channel = {.max_capacity = request->max_capacity,
                                 .max_total_size = request->max_total_size,
                                 .max_message_size = request->max_message_size,
                                 .sender_deposit = request->sender_deposit,
                                 .recipient_deposit = free_of_charge(id) ? 0 : config->hrmp_recipient_deposit};
    ph_hrmp_hrmp_channels_set(rt, id, &channel);
    index_channel(rt, id, true);
}

/* Confirmed requests become channels if both sides still live. The list is walked from its end, and a request that is
 * done is replaced by the last one. */
void ph_hrmp_process_open_requests(ph_rt_t *rt, const ph_host_configuration_t *config)
{
    ph_vec_hrmp_channel_id_t list;
    ph_hrmp_hrmp_open_channel_requests_list_get(rt, &list);
    if (list.count == 0)
        return;
    for (size_t i = list.count; i-- > 0;) {
        chan_t id = list.items[i];
        ph_hrmp_open_channel_request_t request;
        if (!ph_hrmp_hrmp_open_channel_requests_get(rt, &id, &request) || !request.confirmed)
            continue;
        if (ph_paras_is_valid(rt, id.sender) && ph_paras_is_valid(rt, id.recipient))
            open_channel(rt, &id, &request, config);
        decrease_open(rt, id.sender);
        decrease_accepted(rt, id.recipient);
        swap_remove(&list, i);
        ph_hrmp_hrmp_open_channel_requests_remove(rt, &id);
    }
    ph_hrmp_hrmp_open_channel_requests_list_set(rt, &list);
}

static int compare_ids(const chan_t *a, const chan_t *b)
{
    if (a->sender.v != b->sender.v)
        return a->sender.v < b->sender.v ? -1 : 1;
    return a->recipient.v < b->recipient.v ? -1 : a->recipient.v > b->recipient.v;
}

static void collect(ph_rt_t *rt, ph_vec_hrmp_channel_id_t *list, ph_para_id_t sender, ph_para_id_t recipient)
{
    chan_t id = {.sender = sender, .recipient = recipient};
    size_t i = 0;
    while (i < list->count && compare_ids(&list->items[i], &id) < 0)
        i++;
    if (i == list->count || compare_ids(&list->items[i], &id) != 0)
        ph_vec_insert(rt, list, i, id);
}

void ph_hrmp_clean_para(ph_rt_t *rt, ph_para_id_t para)
{
    ph_vec_para_id_t senders, recipients;
    ph_vec_hrmp_channel_id_t channels = {0};
    ph_hrmp_hrmp_open_channel_request_count_remove(rt, para);
    ph_hrmp_hrmp_accepted_channel_request_count_remove(rt, para);
    ph_hrmp_hrmp_ingress_channels_index_take(rt, para, &senders);
    ph_hrmp_hrmp_egress_channels_index_take(rt, para, &recipients);
    for (size_t i = 0; i < senders.count; i++)
        collect(rt, &channels, senders.items[i], para);
    for (size_t i = 0; i < recipients.count; i++)
        collect(rt, &channels, para, recipients.items[i]);
    for (size_t i = 0; i < channels.count; i++)
        close_channel(rt, &channels.items[i]);
}

static bool is_outgoing(const ph_vec_para_id_t *outgoing, ph_para_id_t para)
{
    for (size_t i = 0; i < outgoing->count; i++)
        if (outgoing->items[i].v == para.v)
            return true;
    return false;
}

/* A request dies with either side; the one that stays gets its deposit back. */
static void drop_request(ph_rt_t *rt, const chan_t *id, const ph_vec_para_id_t *outgoing,
                         const ph_host_configuration_t *config)
{
    ph_hrmp_open_channel_request_t request;
    if (!ph_hrmp_hrmp_open_channel_requests_take(rt, id, &request))
        return;
    if (!is_outgoing(outgoing, id->sender))
        refund(rt, id->sender, request.sender_deposit);
    if (!request.confirmed)
        return;
    if (!is_outgoing(outgoing, id->recipient))
        refund(rt, id->recipient, config->hrmp_recipient_deposit);
    decrease_accepted(rt, id->recipient);
}

static void drop_requests(ph_rt_t *rt, const ph_vec_para_id_t *outgoing, const ph_host_configuration_t *config)
{
    ph_vec_hrmp_channel_id_t list, stay, go = {0};
    ph_hrmp_hrmp_open_channel_requests_list_get(rt, &list);
    ph_vec_alloc(rt, &stay, list.count);
    stay.count = 0;
    for (size_t i = 0; i < list.count; i++) {
        if (is_outgoing(outgoing, list.items[i].sender) || is_outgoing(outgoing, list.items[i].recipient))
            ph_vec_push(rt, &go, list.items[i]);
        else
            stay.items[stay.count++] = list.items[i];
    }
    ph_hrmp_hrmp_open_channel_requests_list_set(rt, &stay);
    for (size_t i = 0; i < go.count; i++)
        drop_request(rt, &go.items[i], outgoing, config);
}

void ph_hrmp_on_new_session(ph_rt_t *rt, const ph_vec_para_id_t *outgoing, const ph_host_configuration_t *config)
{
    drop_requests(rt, outgoing, config);
    for (size_t i = 0; i < outgoing->count; i++)
        ph_hrmp_clean_para(rt, outgoing->items[i]);
    ph_hrmp_process_open_requests(rt, config);
    ph_hrmp_process_close_requests(rt);
}

/* ---- deposits ---- */

static ph_err_t adjust(ph_rt_t *rt, ph_para_id_t para, ph_balance_t have, ph_balance_t want)
{
    if (have > want)
        refund(rt, para, have - want);
    return have < want ? hold(rt, para, want - have) : PH_OK;
}

ph_err_t ph_hrmp_poke_deposits(ph_rt_t *rt, const chan_t *id)
{
    ph_host_configuration_t config;
    ph_hrmp_channel_t channel;
    ph_configuration_active_config_get(rt, &config);
    ph_balance_t sender = free_of_charge(id) ? 0 : config.hrmp_sender_deposit;
    ph_balance_t recipient = free_of_charge(id) ? 0 : config.hrmp_recipient_deposit;
    if (!ph_hrmp_hrmp_channels_get(rt, id, &channel))
        return PH_HRMP_ERR_OPEN_HRMP_CHANNEL_DOESNT_EXIST;
    PH_TRY(adjust(rt, id->sender, channel.sender_deposit, sender));
    PH_TRY(adjust(rt, id->recipient, channel.recipient_deposit, recipient));
    channel.sender_deposit = sender;
    channel.recipient_deposit = recipient;
    ph_hrmp_hrmp_channels_set(rt, id, &channel);
    return PH_OK;
}
