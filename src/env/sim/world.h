/* Virtual time: one thread, one queue of events ordered by (time, order of making), seeded generators for everything
 * random. What happens in a world is a pure function of its configuration and of what its nodes do; the digest covers
 * every network event and every trace event in order.
 */
#ifndef PH_ENV_SIM_WORLD_H
#define PH_ENV_SIM_WORLD_H

#include "env/hub.h"

typedef struct ph_world ph_world_t;

typedef struct ph_world_config {
    uint64_t seed;
    uint64_t start_us;                       /* the Unix time at which the world begins */
    uint64_t latency_min_us, latency_max_us; /* uniform, per message */
    double loss_percent;                     /* of notifications, requests and answers */
    uint64_t bytes_per_us;                   /* link speed; 0: infinite */
    bool memo;
    size_t memo_entries;
    /* Every trace event, as it happens. May be NULL. */
    void (*trace)(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                  const ph_trace_fields_t *fields);
    void *trace_ctx;
    ph_log_t *log;
} ph_world_config_t;

ph_world_t *ph_world_new(const ph_world_config_t *config);
void ph_world_free(ph_world_t *world); /* after the nodes have been shut down */
ph_hub_t *ph_world_hub(ph_world_t *world);
/* Nodes get the indices 0, 1, …; the env lives as long as the world. */
ph_env_t *ph_world_add_node(ph_world_t *world, const char *name);
uint64_t ph_world_now_us(const ph_world_t *world);
/* Runs everything due up to and including `until_us`; the clock then stands there. */
void ph_world_run_until(ph_world_t *world, uint64_t until_us);
/* A callback of the run's director, not of a node. */
void ph_world_at(ph_world_t *world, uint64_t at_us, void (*fn)(void *ctx), void *ctx);
/* The node's process dies: free its parts first (they must not run any more); timers and network go, unsynced disk is
 * lost. */
void ph_world_crash(ph_world_t *world, uint32_t node);
void ph_world_restart(ph_world_t *world, uint32_t node);
/* Cuts the network in two: side_of[node] is 0 or 1 for the first `count` nodes. NULL heals it. */
void ph_world_partition(ph_world_t *world, const uint8_t *side_of, size_t count);
/* From now on latency and loss are those (a healed network for the liveness phase). */
void ph_world_set_network(ph_world_t *world, uint64_t latency_min_us, uint64_t latency_max_us, double loss_percent);
/* A generator of the run, for its director: the same seed gives the same numbers. */
uint64_t ph_world_random(ph_world_t *world, uint64_t below);
void ph_world_digest(ph_world_t *world, uint8_t out[32]);
uint64_t ph_world_events(const ph_world_t *world);
ph_memo_t *ph_world_memo(ph_world_t *world);

#endif
