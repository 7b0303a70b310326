/* The outside world of one node, behind one interface: clock, timers, randomness, network, disk, background work,
 * trace.
 *
 * env/real implements it on libuv and the wall clock; env/sim on virtual time, where a run is a pure function of its
 * seed. Everything here is called from the node's own event loop (one thread); callbacks come on it too. No callback
 * runs inside the call that caused it. A node's env ends with the node: nothing registered through it fires afterwards.
 */
#ifndef PH_ENV_ENV_H
#define PH_ENV_ENV_H

#include "base/bytes.h"
#include "base/log.h"
#include "env/memo.h"
#include "primitives/protocols.h"
#include "primitives/types.h"

typedef struct ph_env ph_env_t;

/* ---- network ----
 * Peers are known by handles (ph_peer_id_t) that are dense, small and mean one remote node for this node's life.
 * Protocols are indices of ph_protocols[] (primitives/protocols.h). A notification protocol has at most one stream a
 * peer; streams keep order, messages may be lost only by the simulator's --loss. Oversized messages end the stream. */
typedef uint64_t ph_net_ticket_t; /* names one incoming request until it is answered or its peer is gone */

typedef struct ph_net_handler {
    /* A stream of `proto` to `peer` is open, whoever asked for it; their handshake is borrowed. */
    void (*opened)(void *ctx, ph_peer_id_t peer, ph_bytes_t handshake);
    /* It is closed (by them, by us, by the network), or could not be opened (was_open false). */
    void (*closed)(void *ctx, ph_peer_id_t peer, bool was_open);
    void (*notified)(void *ctx, ph_peer_id_t peer, ph_buf_t *message);
    /* A request; answer it once with ph_net_respond, at any later time. */
    void (*requested)(void *ctx, ph_peer_id_t peer, ph_net_ticket_t ticket, ph_buf_t *request);
} ph_net_handler_t;

/* err: PH_OK with the response; PH_ERR_TIMEOUT, PH_ERR_DISCONNECTED, PH_ERR_REFUSED, PH_ERR_TOO_LARGE with NULL. */
typedef void (*ph_net_response_fn)(void *ctx, ph_err_t err, ph_buf_t *response);

/* ---- trace: what a run is known by (events file, digest, live view) ---- */
typedef struct ph_trace_fields {
    const ph_hash_t *block;
    const ph_candidate_hash_t *candidate;
    bool has_para, has_validator, has_peer, has_number;
    ph_para_id_t para;
    ph_validator_index_t validator;
    ph_peer_id_t peer;
    uint64_t number;
    const char *reason;
} ph_trace_fields_t;

typedef uint64_t ph_timer_t; /* 0: none */

typedef struct ph_env_ops {
    uint64_t (*now_us)(ph_env_t *env);
    ph_timer_t (*timer)(ph_env_t *env, uint64_t delay_us, void (*fn)(void *ctx), void *ctx);
    void (*timer_cancel)(ph_env_t *env, ph_timer_t timer);
    void (*random)(ph_env_t *env, void *out, size_t len);
    void (*work)(ph_env_t *env, uint64_t cost_us, void (*run)(void *ctx), void (*done)(void *ctx), void *ctx);
    void (*net_handle)(ph_env_t *env, ph_protocol_id_t proto, const ph_net_handler_t *handler, void *ctx,
                       ph_bytes_t handshake);
    void (*net_open)(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto);
    void (*net_close)(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto);
    void (*net_notify)(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *message);
    void (*net_request)(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *request,
                        ph_net_response_fn fn, void *ctx);
    void (*net_respond)(ph_env_t *env, ph_net_ticket_t ticket, ph_err_t err, ph_buf_t *response);
    void (*net_ban)(ph_env_t *env, ph_peer_id_t peer, uint64_t for_us);
    bool (*net_resolve)(ph_env_t *env, const ph_authority_discovery_id_t *authority, ph_peer_id_t *peer);
    bool (*net_authority_of)(ph_env_t *env, ph_peer_id_t peer, ph_authority_discovery_id_t *authority);
    size_t (*net_known)(ph_env_t *env, ph_peer_id_t *out, size_t cap);
    ph_err_t (*disk_put)(ph_env_t *env, ph_bytes_t key, ph_buf_t *value);
    ph_buf_t *(*disk_get)(ph_env_t *env, ph_bytes_t key);
    void (*disk_delete)(ph_env_t *env, ph_bytes_t key);
    bool (*disk_next)(ph_env_t *env, ph_arena_t *arena, ph_bytes_t prefix, ph_bytes_t *cursor, ph_buf_t **value);
    ph_err_t (*disk_sync)(ph_env_t *env);
    void (*trace)(ph_env_t *env, const char *subsystem, const char *event, const ph_trace_fields_t *fields);
} ph_env_ops_t;

struct ph_env {
    const ph_env_ops_t *ops;
    ph_memo_t *memo; /* shared by the nodes of a process; NULL: nothing is remembered */
    ph_log_t *log;
    const char *name; /* of the node, for messages */
    uint32_t index;   /* of the node in its process */
};

/* Microseconds since the Unix epoch; never goes back. */
static inline uint64_t ph_env_now_us(ph_env_t *env)
{
    return env->ops->now_us(env);
}
static inline uint64_t ph_env_now_ms(ph_env_t *env)
{
    return env->ops->now_us(env) / 1000;
}

/* Calls fn(ctx) once, delay_us from now. */
static inline ph_timer_t ph_env_timer(ph_env_t *env, uint64_t delay_us, void (*fn)(void *ctx), void *ctx)
{
    return env->ops->timer(env, delay_us, fn, ctx);
}
/* Harmless on 0 and on timers that have fired. */
static inline void ph_env_timer_cancel(ph_env_t *env, ph_timer_t timer)
{
    env->ops->timer_cancel(env, timer);
}

static inline void ph_env_random(ph_env_t *env, void *out, size_t len)
{
    env->ops->random(env, out, len);
}

/* Runs run(ctx) off the loop (it may touch ctx and immutable shared things only), then done(ctx) on the loop. done
 * always comes, also when the node is ending, unless the whole process ends. cost_us is how long it lasts under virtual
 * time: a declared function of the work, never measured. */
static inline void ph_env_work(ph_env_t *env, uint64_t cost_us, void (*run)(void *ctx), void (*done)(void *ctx),
                               void *ctx)
{
    env->ops->work(env, cost_us, run, done, ctx);
}

/* Who hears about `proto`; the handshake we present is copied. One handler a protocol; before any stream opens. Calling
 * again changes the handshake. */
static inline void ph_net_handle(ph_env_t *env, ph_protocol_id_t proto, const ph_net_handler_t *handler, void *ctx,
                                 ph_bytes_t handshake)
{
    env->ops->net_handle(env, proto, handler, ctx, handshake);
}
static inline void ph_net_open(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto)
{
    env->ops->net_open(env, peer, proto);
}
static inline void ph_net_close(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto)
{
    env->ops->net_close(env, peer, proto);
}
/* Keeps a reference to message while it needs it. Without an open stream it is dropped. */
static inline void ph_net_notify(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *message)
{
    env->ops->net_notify(env, peer, proto, message);
}
/* fn is called exactly once (unless the node ends first), after the protocol's time-out at the latest. Connects if
 * needed. */
static inline void ph_net_request(ph_env_t *env, ph_peer_id_t peer, ph_protocol_id_t proto, ph_buf_t *request,
                                  ph_net_response_fn fn, void *ctx)
{
    env->ops->net_request(env, peer, proto, request, fn, ctx);
}
/* err PH_OK: with a response (a reference is kept as needed); otherwise the asker sees PH_ERR_REFUSED. */
static inline void ph_net_respond(ph_env_t *env, ph_net_ticket_t ticket, ph_err_t err, ph_buf_t *response)
{
    env->ops->net_respond(env, ticket, err, response);
}
/* Closes every stream to the peer and takes no connection from it for a while. */
static inline void ph_net_ban(ph_env_t *env, ph_peer_id_t peer, uint64_t for_us)
{
    env->ops->net_ban(env, peer, for_us);
}
/* Where an authority is reached, as far as known (authority discovery). */
static inline bool ph_net_resolve(ph_env_t *env, const ph_authority_discovery_id_t *authority, ph_peer_id_t *peer)
{
    return env->ops->net_resolve(env, authority, peer);
}
static inline bool ph_net_authority_of(ph_env_t *env, ph_peer_id_t peer, ph_authority_discovery_id_t *authority)
{
    return env->ops->net_authority_of(env, peer, authority);
}
/* Peers that could be connected to; returns how many there are, writes at most cap. */
static inline size_t ph_net_known(ph_env_t *env, ph_peer_id_t *out, size_t cap)
{
    return env->ops->net_known(env, out, cap);
}

/* ---- disk: an ordered key-value store. What was put is durable after the next successful sync; a crash loses what was
 * not. PH_ERR_FULL: no room; PH_ERR_IO: the device failed. Values are shared by reference. ---- */
PH_MUST_CHECK static inline ph_err_t ph_disk_put(ph_env_t *env, ph_bytes_t key, ph_buf_t *value)
{
    return env->ops->disk_put(env, key, value);
}
/* A new reference, or NULL. */
static inline ph_buf_t *ph_disk_get(ph_env_t *env, ph_bytes_t key)
{
    return env->ops->disk_get(env, key);
}
static inline void ph_disk_delete(ph_env_t *env, ph_bytes_t key)
{
    env->ops->disk_delete(env, key);
}
/* Walks keys with the prefix in order: *cursor starts empty and becomes each key (in arena); value (may be NULL) gets a
 * new reference. */
static inline bool ph_disk_next(ph_env_t *env, ph_arena_t *arena, ph_bytes_t prefix, ph_bytes_t *cursor,
                                ph_buf_t **value)
{
    return env->ops->disk_next(env, arena, prefix, cursor, value);
}
PH_MUST_CHECK static inline ph_err_t ph_disk_sync(ph_env_t *env)
{
    return env->ops->disk_sync(env);
}

/* An event of the run; names are those of the command line's promise (docs: cli). Fields are borrowed. */
static inline void ph_trace(ph_env_t *env, const char *subsystem, const char *event, const ph_trace_fields_t *fields)
{
    env->ops->trace(env, subsystem, event, fields);
}
#define PH_FIELDS(...)    (&(const ph_trace_fields_t){__VA_ARGS__})
#define PH_F_PARA(p)      .has_para = true, .para = (p)
#define PH_F_VALIDATOR(i) .has_validator = true, .validator = (i)
#define PH_F_PEER(p)      .has_peer = true, .peer = (p)
#define PH_F_NUMBER(n)    .has_number = true, .number = (n)

/* sr25519 verification in context "substrate", remembered in env->memo. */
bool ph_env_verify_sr25519(ph_env_t *env, const uint8_t signature[64], ph_bytes_t message,
                           const uint8_t public_key[32]);

#endif
