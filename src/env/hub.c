#include "env/hub.h"

#include <string.h>

#include "base/check.h"

/* How long it takes to notice that nobody answers. */
#define GIVE_UP_US 10000000
/* How fast a refused or broken connection is noticed. */
#define NOTICE_US 1000

/* A stream belongs to two nodes; `side[0]` is the lower index. What is under way holds a reference. */
typedef struct stream {
    unsigned refs;
    uint32_t node[2], incarnation[2];
    ph_protocol_id_t proto;
    bool asked[2];               /* side i wants it and has not been told yet how that went */
    bool open[2], dead;          /* dead: no longer in the table */
    uint64_t last_arrival_us[2]; /* at side i: keeps order */
    ph_hub_t *hub;
} stream_t;

/* When the last word of a closed stream arrives at either side: a new stream between the two must not overtake it. */
typedef struct farewell {
    uint64_t last_arrival_us[2];
} farewell_t;

typedef struct stream_key {
    uint32_t low, high, proto;
} stream_key_t;

typedef enum flight_kind {
    FLIGHT_OPEN,
    FLIGHT_ACCEPTED,
    FLIGHT_CLOSED,
    FLIGHT_OPEN_FAILED,
    FLIGHT_NOTIFY
} flight_kind_t;

typedef struct flight {
    stream_t *stream;
    ph_buf_t *content;
    flight_kind_t kind;
    uint8_t to; /* side */
} flight_t;

typedef struct request {
    ph_hub_t *hub;
    ph_net_ticket_t ticket;
    uint32_t from, to, from_incarnation, to_incarnation;
    ph_protocol_id_t proto;
    ph_buf_t *content;
    ph_net_response_fn fn;
    void *ctx;
    ph_timer_t timeout, flight;
    ph_err_t err;
    bool answered;
} request_t;

static ph_hub_node_t *node_of(ph_env_t *env)
{
    return (ph_hub_node_t *)env;
}

static uint64_t now(ph_hub_t *hub)
{
    return hub->driver.now_us(hub->ctx);
}

static void observe(ph_hub_t *hub, ph_hub_event_t event, uint32_t from, uint32_t to, ph_protocol_id_t proto,
                    ph_buf_t *content)
{
    if (hub->driver.observe)
        hub->driver.observe(hub->ctx, event, from, to, proto, content);
}

/* ---- the hub ---- */

ph_hub_t *ph_hub_new(const ph_hub_driver_t *driver, void *ctx)
{
    ph_hub_t *hub = ph_mem_alloc(NULL, sizeof *hub);
    hub->driver = *driver;
    hub->ctx = ctx;
    ph_map_init(&hub->streams, sizeof(stream_key_t), sizeof(stream_t *));
    ph_map_init(&hub->farewells, sizeof(stream_key_t), sizeof(farewell_t));
    ph_map_init(&hub->tickets, sizeof(ph_net_ticket_t), sizeof(request_t *));
    ph_map_init(&hub->authorities, sizeof(ph_authority_discovery_id_t), sizeof(uint32_t));
    ph_map_init(&hub->authority_of, sizeof(uint32_t), sizeof(ph_authority_discovery_id_t));
    return hub;
}

static void stream_unref(stream_t *stream)
{
    if (--stream->refs == 0)
        ph_mem_free(stream);
}

static void free_request(request_t *request)
{
    ph_map_remove(&request->hub->tickets, &request->ticket);
    ph_buf_unref(request->content);
    ph_mem_free(request);
}

void ph_hub_free(ph_hub_t *hub)
{
    if (!hub)
        return;
    void *value;
    for (size_t i = 0; ph_map_next(&hub->streams, &i, NULL, &value);)
        stream_unref(*(stream_t **)value);
    for (size_t i = 0; ph_map_next(&hub->tickets, &i, NULL, &value);) {
        request_t *request = *(request_t **)value;
        ph_buf_unref(request->content);
        ph_mem_free(request);
    }
    for (size_t i = 0; i < hub->nodes.count; i++) {
        ph_hub_node_t *node = hub->nodes.items[i];
        for (size_t p = 0; p < PH_PROTOCOL_COUNT; p++) {
            ph_buf_unref(node->handshake[p]);
            ph_mem_free(node->streams[p]);
        }
        ph_map_free(&node->bans);
        ph_memdisk_free(node->disk);
        ph_mem_free((void *)(uintptr_t)node->env.name);
        ph_mem_free(node);
    }
    ph_list_free(&hub->nodes);
    ph_map_free(&hub->streams);
    ph_map_free(&hub->farewells);
    ph_map_free(&hub->tickets);
    ph_map_free(&hub->authorities);
    ph_map_free(&hub->authority_of);
    ph_mem_free(hub);
}

ph_hub_node_t *ph_hub_add(ph_hub_t *hub, const ph_env_ops_t *ops, const char *name)
{
    ph_hub_node_t *node = ph_mem_alloc(NULL, sizeof *node);
    size_t len = strlen(name) + 1;
    char *copy = ph_mem_alloc(NULL, len);
    memcpy(copy, name, len);
    node->env = (ph_env_t){.ops = ops, .name = copy, .index = (uint32_t)hub->nodes.count};
    node->hub = hub;
    node->index = (uint32_t)hub->nodes.count;
    node->alive = true;
    ph_map_init(&node->bans, sizeof(uint32_t), sizeof(uint64_t));
    ph_list_push(NULL, &hub->nodes, node);
    return node;
}

void ph_hub_register(ph_hub_t *hub, uint32_t node, const ph_authority_discovery_id_t *authority)
{
    *(uint32_t *)ph_map_put(&hub->authorities, authority, NULL) = node;
    *(ph_authority_discovery_id_t *)ph_map_put(&hub->authority_of, &node, NULL) = *authority;
}

/* ---- streams ---- */

static stream_key_t key_of(uint32_t a, uint32_t b, ph_protocol_id_t proto)
{
    return (stream_key_t){a < b ? a : b, a < b ? b : a, (uint32_t)proto};
}

static stream_t *find_stream(ph_hub_t *hub, uint32_t a, uint32_t b, ph_protocol_id_t proto)
{
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    const ph_hub_node_t *node = hub->nodes.items[low];
    return high < node->streams_cap[proto] ? node->streams[proto][high] : NULL;
}

static void set_stream(ph_hub_t *hub, stream_key_t key, stream_t *stream)
{
    ph_hub_node_t *node = hub->nodes.items[key.low];
    size_t cap = node->streams_cap[key.proto];
    if (key.high >= cap) {
        size_t grown = hub->nodes.count;
        node->streams[key.proto] =
            ph_mem_grow(NULL, node->streams[key.proto], cap * sizeof(stream_t *), grown * sizeof(stream_t *));
        node->streams_cap[key.proto] = grown;
    }
    node->streams[key.proto][key.high] = stream;
}

static bool side_lives(const stream_t *stream, unsigned side)
{
    const ph_hub_node_t *node = stream->hub->nodes.items[stream->node[side]];
    return node->alive && node->incarnation == stream->incarnation[side];
}

static void land(void *arg);

/* Puts something on its way to `side`, after everything sent there before. Where control traffic does not get through,
 * the connection is given up after a while: an opening comes back as failed, a close is noticed late. */
static void launch(stream_t *stream, flight_kind_t kind, unsigned side, ph_buf_t *content)
{
    ph_hub_t *hub = stream->hub;
    uint64_t delay = 0, size = ph_buf_bytes(content).len;
    bool control = kind != FLIGHT_NOTIFY;
    if (!hub->driver.travel(hub->ctx, stream->node[!side], stream->node[side], size, control, &delay)) {
        if (!control) {
            hub->stats.dropped++;
            return;
        }
        delay = GIVE_UP_US;
        if (kind == FLIGHT_OPEN) {
            kind = FLIGHT_OPEN_FAILED;
            side = !side;
        }
    }
    uint64_t due = now(hub) + delay;
    if (due < stream->last_arrival_us[side])
        due = stream->last_arrival_us[side];
    stream->last_arrival_us[side] = due;
    flight_t *flight = ph_mem_alloc(NULL, sizeof *flight);
    *flight = (flight_t){
        .stream = stream, .content = content ? ph_buf_ref(content) : NULL, .kind = kind, .to = (uint8_t)side};
    stream->refs++;
    hub->driver.at(hub->ctx, due - now(hub), land, flight);
}

static void forget_stream(stream_t *stream)
{
    if (stream->dead)
        return;
    stream->dead = true;
    stream_key_t key = key_of(stream->node[0], stream->node[1], stream->proto);
    ph_map_remove(&stream->hub->streams, &key);
    set_stream(stream->hub, key, NULL);
    stream_unref(stream);
}

static bool banned(ph_hub_node_t *node, uint32_t peer)
{
    uint64_t *until = ph_map_get(&node->bans, &peer);
    return until && *until > now(node->hub);
}

static void call_opened(stream_t *stream, unsigned side)
{
    ph_hub_t *hub = stream->hub;
    ph_hub_node_t *node = hub->nodes.items[stream->node[side]], *peer = hub->nodes.items[stream->node[!side]];
    stream->open[side] = true;
    stream->asked[side] = false;
    observe(hub, PH_HUB_OPENED, peer->index, node->index, stream->proto, NULL);
    node->handlers[stream->proto]->opened(node->handler_ctx[stream->proto], (ph_peer_id_t){peer->index},
                                          ph_buf_bytes(peer->handshake[stream->proto]));
}

static void call_closed(stream_t *stream, unsigned side, bool was_open)
{
    ph_hub_t *hub = stream->hub;
    ph_hub_node_t *node = hub->nodes.items[stream->node[side]];
    stream->open[side] = stream->asked[side] = false;
    observe(hub, PH_HUB_CLOSED, stream->node[!side], node->index, stream->proto, NULL);
    node->handlers[stream->proto]->closed(node->handler_ctx[stream->proto], (ph_peer_id_t){stream->node[!side]},
                                          was_open);
}

static void land_open(stream_t *stream, unsigned side)
{
    ph_hub_t *hub = stream->hub;
    ph_hub_node_t *node = hub->nodes.items[stream->node[side]];
    if (stream->dead)
        return;
    stream->incarnation[side] = node->incarnation;
    if (!node->alive || !node->handlers[stream->proto] || banned(node, stream->node[!side])) {
        launch(stream, FLIGHT_OPEN_FAILED, !side, NULL);
        return;
    }
    launch(stream, FLIGHT_ACCEPTED, !side, NULL);
    call_opened(stream, side);
}

static void land(void *arg)
{
    flight_t flight = *(flight_t *)arg;
    stream_t *stream = flight.stream;
    unsigned side = flight.to;
    ph_mem_free(arg);
    if (flight.kind == FLIGHT_OPEN) {
        land_open(stream, side);
    } else if (side_lives(stream, side)) {
        ph_hub_node_t *node = stream->hub->nodes.items[stream->node[side]];
        switch (flight.kind) {
        case FLIGHT_OPEN:
            break;
        case FLIGHT_ACCEPTED:
            if (!stream->dead && !stream->open[side])
                call_opened(stream, side);
            break;
        case FLIGHT_OPEN_FAILED:
            forget_stream(stream);
            if (stream->asked[!side])
                launch(stream, FLIGHT_CLOSED, !side, NULL);
            if (stream->asked[side])
                call_closed(stream, side, false);
            break;
        case FLIGHT_CLOSED:
            if (stream->open[side] || stream->asked[side])
                call_closed(stream, side, stream->open[side]);
            break;
        case FLIGHT_NOTIFY:
            if (!stream->open[side])
                break;
            stream->hub->stats.messages++;
            stream->hub->stats.bytes += ph_buf_bytes(flight.content).len;
            observe(stream->hub, PH_HUB_NOTIFIED, stream->node[!side], node->index, stream->proto, flight.content);
            node->handlers[stream->proto]->notified(node->handler_ctx[stream->proto],
                                                    (ph_peer_id_t){stream->node[!side]}, flight.content);
            break;
        }
    }
    ph_buf_unref(flight.content);
    stream_unref(stream);
}

void ph_hub_net_handle(ph_env_t *env, ph_protocol_id_t proto, const ph_net_handler_t *handler, void *ctx,
                       ph_bytes_t handshake)
{
    ph_hub_node_t *node = node_of(env);
    node->handlers[proto] = handler;
    node->handler_ctx[proto] = ctx;
    ph_buf_unref(node->handshake[proto]);
    node->handshake[proto] = ph_buf_new(handshake);
}

void ph_hub_net_open(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto)
{
    ph_hub_node_t *node = node_of(env);
    ph_hub_t *hub = node->hub;
    unsigned side = node->index > peer.v;
    PH_CHECK(node->handlers[proto] && !ph_protocols[proto].is_request);
    if (peer.v >= hub->nodes.count || peer.v == node->index)
        return;
    stream_t *stream = find_stream(hub, node->index, peer.v, proto);
    if (stream) {
        /* Theirs is on its way: we hear of it too, however it ends. */
        if (!stream->open[side]) {
            stream->asked[side] = true;
            stream->incarnation[side] = node->incarnation;
        }
        return;
    }
    stream = ph_mem_alloc(NULL, sizeof *stream);
    stream_key_t key = key_of(node->index, peer.v, proto);
    stream->refs = 1;
    stream->hub = hub;
    stream->proto = proto;
    stream->node[0] = key.low;
    stream->node[1] = key.high;
    stream->incarnation[side] = node->incarnation;
    stream->asked[side] = true;
    farewell_t *farewell = ph_map_get(&hub->farewells, &key);
    if (farewell) {
        memcpy(stream->last_arrival_us, farewell->last_arrival_us, sizeof stream->last_arrival_us);
        ph_map_remove(&hub->farewells, &key);
    }
    *(stream_t **)ph_map_put(&hub->streams, &key, NULL) = stream;
    set_stream(hub, key, stream);
    launch(stream, FLIGHT_OPEN, !side, NULL);
}

/* Both ends that know of it hear of it; the table forgets it now, so that it can be opened anew. */
static void close_stream(stream_t *stream)
{
    if (stream->dead)
        return;
    stream->refs++;
    forget_stream(stream);
    for (unsigned side = 0; side < 2; side++)
        launch(stream, FLIGHT_CLOSED, side, NULL);
    stream_key_t key = key_of(stream->node[0], stream->node[1], stream->proto);
    farewell_t *farewell = ph_map_put(&stream->hub->farewells, &key, NULL);
    memcpy(farewell->last_arrival_us, stream->last_arrival_us, sizeof farewell->last_arrival_us);
    stream_unref(stream);
}

void ph_hub_net_close(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto)
{
    ph_hub_node_t *node = node_of(env);
    stream_t *stream = find_stream(node->hub, node->index, peer.v, proto);
    if (stream)
        close_stream(stream);
}

void ph_hub_net_notify(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *message)
{
    ph_hub_node_t *node = node_of(env);
    stream_t *stream = find_stream(node->hub, node->index, peer.v, proto);
    unsigned side = node->index > peer.v;
    if (!stream || !stream->open[side])
        return;
    if (ph_buf_bytes(message).len > ph_protocols[proto].max_message) {
        close_stream(stream);
        return;
    }
    launch(stream, FLIGHT_NOTIFY, !side, message);
}

/* ---- requests ---- */

static void request_end(request_t *request, ph_err_t err, ph_buf_t *response)
{
    ph_hub_t *hub = request->hub;
    ph_hub_node_t *asker = hub->nodes.items[request->from];
    ph_net_response_fn fn = request->fn;
    void *ctx = request->ctx;
    bool lives = asker->alive && asker->incarnation == request->from_incarnation;
    hub->driver.cancel(hub->ctx, request->timeout);
    hub->driver.cancel(hub->ctx, request->flight);
    if (response)
        ph_buf_ref(response);
    observe(hub, PH_HUB_RESPONDED, request->to, request->from, request->proto, response);
    free_request(request);
    if (lives)
        fn(ctx, err, response);
    ph_buf_unref(response);
}

static void request_timeout(void *arg)
{
    request_t *request = arg;
    request->timeout = 0;
    request_end(request, PH_ERR_TIMEOUT, NULL);
}

static void request_fails(void *arg)
{
    request_t *request = arg;
    request->flight = 0;
    request_end(request, request->err, NULL);
}

static void request_arrives(void *arg)
{
    request_t *request = arg;
    ph_hub_t *hub = request->hub;
    ph_hub_node_t *node = hub->nodes.items[request->to];
    request->flight = 0;
    if (!node->alive || !node->handlers[request->proto] || banned(node, request->from)) {
        request->err = node->alive ? PH_ERR_REFUSED : PH_ERR_DISCONNECTED;
        request->flight = hub->driver.at(hub->ctx, NOTICE_US, request_fails, request);
        return;
    }
    request->to_incarnation = node->incarnation;
    ph_buf_t *content = request->content;
    request->content = NULL;
    hub->stats.messages++;
    hub->stats.bytes += ph_buf_bytes(content).len;
    observe(hub, PH_HUB_REQUESTED, request->from, request->to, request->proto, content);
    node->handlers[request->proto]->requested(node->handler_ctx[request->proto], (ph_peer_id_t){request->from},
                                              request->ticket, content);
    ph_buf_unref(content);
}

void ph_hub_net_request(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *content,
                        ph_net_response_fn fn, void *ctx)
{
    ph_hub_node_t *node = node_of(env);
    ph_hub_t *hub = node->hub;
    const ph_protocol_t *info = &ph_protocols[proto];
    PH_CHECK(info->is_request);
    request_t *request = ph_mem_alloc(NULL, sizeof *request);
    *request = (request_t){.hub = hub,
                           .ticket = ++hub->next_ticket,
                           .from = node->index,
                           .to = peer.v,
                           .from_incarnation = node->incarnation,
                           .proto = proto,
                           .content = ph_buf_ref(content),
                           .fn = fn,
                           .ctx = ctx};
    *(request_t **)ph_map_put(&hub->tickets, &request->ticket, NULL) = request;
    uint64_t delay = 0;
    if (peer.v >= hub->nodes.count || peer.v == node->index) {
        request->to = node->index;
        request->err = PH_ERR_DISCONNECTED;
        request->flight = hub->driver.at(hub->ctx, 0, request_fails, request);
    } else if (ph_buf_bytes(content).len > info->max_message) {
        request->err = PH_ERR_TOO_LARGE;
        request->flight = hub->driver.at(hub->ctx, 0, request_fails, request);
    } else {
        request->timeout = hub->driver.at(hub->ctx, (uint64_t)info->timeout_ms * 1000, request_timeout, request);
        if (hub->driver.travel(hub->ctx, node->index, peer.v, ph_buf_bytes(content).len, false, &delay))
            request->flight = hub->driver.at(hub->ctx, delay, request_arrives, request);
        else
            hub->stats.dropped++;
    }
}

static void response_arrives(void *arg)
{
    request_t *request = arg;
    request->flight = 0;
    ph_buf_t *content = request->content;
    request->content = NULL;
    if (request->err == PH_OK) {
        request->hub->stats.messages++;
        request->hub->stats.bytes += ph_buf_bytes(content).len;
    }
    request_end(request, request->err, request->err == PH_OK ? content : NULL);
    ph_buf_unref(content);
}

void ph_hub_net_respond(ph_env_t *env, ph_net_ticket_t ticket, ph_err_t err, ph_buf_t *response)
{
    ph_hub_node_t *node = node_of(env);
    ph_hub_t *hub = node->hub;
    request_t **slot = ph_map_get(&hub->tickets, &ticket);
    if (!slot || (*slot)->answered || (*slot)->to != node->index || (*slot)->to_incarnation != node->incarnation)
        return;
    request_t *request = *slot;
    request->answered = true;
    request->err = err == PH_OK ? PH_OK : PH_ERR_REFUSED;
    if (err == PH_OK && ph_buf_bytes(response).len > ph_protocols[request->proto].max_response)
        request->err = PH_ERR_TOO_LARGE;
    uint64_t delay = 0;
    if (request->err == PH_OK)
        request->content = ph_buf_ref(response);
    if (hub->driver.travel(hub->ctx, request->to, request->from, ph_buf_bytes(response).len, false, &delay))
        request->flight = hub->driver.at(hub->ctx, delay, response_arrives, request);
    else
        hub->stats.dropped++;
}

/* ---- bans, addresses, life ---- */

static void close_all_of(ph_hub_t *hub, uint32_t index, uint32_t peer, bool any_peer)
{
    PH_LIST(stream_t *) hit = {0};
    void *value;
    for (size_t i = 0; ph_map_next(&hub->streams, &i, NULL, &value);) {
        stream_t *stream = *(stream_t **)value;
        bool mine = stream->node[0] == index || stream->node[1] == index;
        if (mine && (any_peer || stream->node[0] == peer || stream->node[1] == peer))
            ph_list_push(NULL, &hit, stream);
    }
    for (size_t i = 0; i < hit.count; i++)
        close_stream(hit.items[i]);
    ph_list_free(&hit);
}

void ph_hub_net_ban(ph_env_t *env, ph_peer_id_t peer, uint64_t for_us)
{
    ph_hub_node_t *node = node_of(env);
    *(uint64_t *)ph_map_put(&node->bans, &peer.v, NULL) = now(node->hub) + for_us;
    close_all_of(node->hub, node->index, peer.v, false);
}

bool ph_hub_net_resolve(ph_env_t *env, const ph_authority_discovery_id_t *authority, ph_peer_id_t *peer)
{
    uint32_t *index = ph_map_get(&node_of(env)->hub->authorities, authority);
    if (index)
        peer->v = *index;
    return index != NULL;
}

bool ph_hub_net_authority_of(ph_env_t *env, ph_peer_id_t peer, ph_authority_discovery_id_t *authority)
{
    ph_authority_discovery_id_t *id = ph_map_get(&node_of(env)->hub->authority_of, &peer.v);
    if (id)
        *authority = *id;
    return id != NULL;
}

size_t ph_hub_net_known(ph_env_t *env, ph_peer_id_t *out, size_t cap)
{
    ph_hub_node_t *node = node_of(env);
    size_t count = 0;
    for (uint32_t i = 0; i < node->hub->nodes.count; i++) {
        if (i == node->index)
            continue;
        if (count < cap)
            out[count].v = i;
        count++;
    }
    return count;
}

void ph_hub_down(ph_hub_t *hub, uint32_t index)
{
    ph_hub_node_t *node = hub->nodes.items[index];
    close_all_of(hub, index, 0, true);
    node->alive = false;
    node->incarnation++;
    memset(node->handlers, 0, sizeof node->handlers);
    ph_map_free(&node->bans);
    PH_LIST(request_t *) gone = {0};
    void *value;
    for (size_t i = 0; ph_map_next(&hub->tickets, &i, NULL, &value);) {
        request_t *request = *(request_t **)value;
        if (request->from == index) {
            ph_list_push(NULL, &gone, request);
        } else if (request->to == index && !request->content && !request->answered && !request->flight) {
            /* It had arrived and was being worked on: the broken connection tells the asker. */
            request->answered = true;
            request->err = PH_ERR_DISCONNECTED;
            request->flight = hub->driver.at(hub->ctx, NOTICE_US, request_fails, request);
        }
    }
    for (size_t i = 0; i < gone.count; i++) {
        hub->driver.cancel(hub->ctx, gone.items[i]->timeout);
        hub->driver.cancel(hub->ctx, gone.items[i]->flight);
        free_request(gone.items[i]);
    }
    ph_list_free(&gone);
}

void ph_hub_up(ph_hub_t *hub, uint32_t index)
{
    hub->nodes.items[index]->alive = true;
}

void ph_hub_cut(ph_hub_t *hub, bool (*cut)(void *ctx, uint32_t a, uint32_t b), void *ctx)
{
    PH_LIST(stream_t *) hit = {0};
    void *value;
    for (size_t i = 0; ph_map_next(&hub->streams, &i, NULL, &value);) {
        stream_t *stream = *(stream_t **)value;
        if (cut(ctx, stream->node[0], stream->node[1]))
            ph_list_push(NULL, &hit, stream);
    }
    for (size_t i = 0; i < hit.count; i++)
        close_stream(hit.items[i]);
    ph_list_free(&hit);
}
