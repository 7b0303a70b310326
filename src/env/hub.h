/* A network of nodes inside one process, with real serialisation: what env/sim and `parahost dev` have in common. The
 * hub keeps streams, requests, bans and the address book; when things happen, and whether they happen at all, is the
 * driver's.
 */
#ifndef PH_ENV_HUB_H
#define PH_ENV_HUB_H

#include "base/map.h"
#include "base/vec.h"
#include "env/env.h"
#include "env/memdisk.h"

typedef struct ph_hub ph_hub_t;
typedef struct ph_hub_node ph_hub_node_t;

typedef enum ph_hub_event {
    PH_HUB_OPENED,
    PH_HUB_CLOSED,
    PH_HUB_NOTIFIED,
    PH_HUB_REQUESTED,
    PH_HUB_RESPONDED
} ph_hub_event_t;

typedef struct ph_hub_driver {
    uint64_t (*now_us)(void *ctx);
    /* fn(arg) after delay_us; calls with equal due times run in order of their making. */
    ph_timer_t (*at)(void *ctx, uint64_t delay_us, void (*fn)(void *arg), void *arg);
    void (*cancel)(void *ctx, ph_timer_t timer);
    /* How long `size` bytes travel; false: they are lost (control is true for what only a partition loses). */
    bool (*travel)(void *ctx, uint32_t from, uint32_t to, size_t size, bool control, uint64_t *delay_us);
    /* Something reached `to` from `from`. May be NULL. */
    void (*observe)(void *ctx, ph_hub_event_t event, uint32_t from, uint32_t to, ph_protocol_id_t proto,
                    ph_buf_t *content /* or NULL */);
} ph_hub_driver_t;

typedef struct ph_hub_stats {
    uint64_t messages, bytes, dropped;
} ph_hub_stats_t;

struct ph_hub_node {
    ph_env_t env; /* first member */
    ph_hub_t *hub;
    uint32_t index;
    uint32_t incarnation; /* counts restarts */
    bool alive;
    const ph_net_handler_t *handlers[PH_PROTOCOL_COUNT];
    void *handler_ctx[PH_PROTOCOL_COUNT];
    ph_buf_t *handshake[PH_PROTOCOL_COUNT];
    ph_map_t bans;                              /* peer index → until_us */
    struct stream **streams[PH_PROTOCOL_COUNT]; /* by the index of the other node, if that is higher */
    size_t streams_cap[PH_PROTOCOL_COUNT];
    ph_memdisk_t *disk; /* NULL where the driver has another */
    uint64_t rng[4];
    void *driver_data;
};

struct ph_hub {
    ph_hub_driver_t driver;
    void *ctx;
    PH_LIST(ph_hub_node_t *) nodes;
    ph_map_t streams;      /* (low, high, proto) → stream * */
    ph_map_t farewells;    /* the same → when the last word of the stream before arrives */
    ph_map_t tickets;      /* ticket → request * */
    ph_map_t authorities;  /* authority id → node index */
    ph_map_t authority_of; /* node index → authority id */
    uint64_t next_ticket;
    ph_hub_stats_t stats;
};

ph_hub_t *ph_hub_new(const ph_hub_driver_t *driver, void *ctx);
void ph_hub_free(ph_hub_t *hub); /* after everything scheduled has been dropped or run */
/* The ops must have the ph_hub_net_* functions below in their net_ slots. */
ph_hub_node_t *ph_hub_add(ph_hub_t *hub, const ph_env_ops_t *ops, const char *name);
/* The address book: `node` answers to this key. */
void ph_hub_register(ph_hub_t *hub, uint32_t node, const ph_authority_discovery_id_t *authority);
/* The node is gone: its streams close at the other ends, its requests are forgotten. */
void ph_hub_down(ph_hub_t *hub, uint32_t node);
void ph_hub_up(ph_hub_t *hub, uint32_t node);
/* Closes every stream between nodes for which `cut` says so, at both ends. */
void ph_hub_cut(ph_hub_t *hub, bool (*cut)(void *ctx, uint32_t a, uint32_t b), void *ctx);

/* env operations */
void ph_hub_net_handle(ph_env_t *env, ph_protocol_id_t proto, const ph_net_handler_t *handler, void *ctx,
                       ph_bytes_t handshake);
void ph_hub_net_open(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto);
void ph_hub_net_close(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto);
void ph_hub_net_notify(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *message);
void ph_hub_net_request(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *request,
                        ph_net_response_fn fn, void *ctx);
void ph_hub_net_respond(ph_env_t *env, ph_net_ticket_t ticket, ph_err_t err, ph_buf_t *response);
void ph_hub_net_ban(ph_env_t *env, ph_peer_id_t peer, uint64_t for_us);
bool ph_hub_net_resolve(ph_env_t *env, const ph_authority_discovery_id_t *authority, ph_peer_id_t *peer);
bool ph_hub_net_authority_of(ph_env_t *env, ph_peer_id_t peer, ph_authority_discovery_id_t *authority);
size_t ph_hub_net_known(ph_env_t *env, ph_peer_id_t *out, size_t cap);

#endif
