/* The simulator: a whole local network under virtual time, a pure function of its arguments.
 *
 * Faults are drawn from the seed by the run's director: loss and latency by the world, a partition in two halves,
 * crashes with restarts on the disk that was synced. What a run was like is summed up in JSON (cli.md, `parahost sim`).
 */
#ifndef PH_SIM_SIM_H
#define PH_SIM_SIM_H

#include "base/json.h"
#include "env/sim/world.h"
#include "service/fleet.h"

/* A transaction that somebody hands to a node at the start of a slot. */
typedef struct ph_sim_extrinsic {
    uint32_t slot, node; /* a node that is down then hears nothing */
    ph_bytes_t xt;       /* without its length */
} ph_sim_extrinsic_t;

/* Something for a para's collator to do, from the start of a slot on (ph_fleet_act). */
typedef struct ph_sim_act {
    uint32_t slot;
    ph_para_id_t para;
    ph_courier_action_t action;
} ph_sim_act_t;

typedef struct ph_sim_config {
    uint64_t seed;
    size_t validators, paras, bad_collators, crashes;
    uint32_t slots;
    uint64_t slot_ms;
    uint32_t session_slots, rotation_blocks, finality_depth;
    uint64_t latency_min_ms, latency_max_ms;
    double loss_percent;
    bool has_partition;
    uint32_t partition_from, partition_to; /* slots */
    size_t pov_bytes;
    const ph_fleet_code_t *codes; /* as in ph_fleet_config_t */
    size_t code_count;
    const ph_para_id_t *collate; /* likewise */
    size_t collate_count;
    ph_local_t *local; /* likewise */
    ph_bytes_t runtime_code;
    ph_runtime_body_t runtime_body;
    bool no_memo;
    const ph_sim_extrinsic_t
        *extrinsics; /* outlive the simulation; each is answered by an event "transaction-submitted" */
    size_t extrinsic_count;
    const ph_sim_act_t *acts; /* outlive the simulation; what no collator can do is an event "act-refused" */
    size_t act_count;
    ph_log_t *log;
    /* Every trace event as one line of JSON without the newline; may be NULL. false: it was in vain, the run fails. */
    bool (*event_line)(void *ctx, const char *line, size_t len);
    void *event_ctx;
    /* For checkers; may be NULL. */
    ph_signature_log_fn signature;
    void (*imported)(void *ctx, uint32_t node, ph_relay_block_t *block, bool best);
    void (*trace)(void *ctx, uint64_t now_us, uint32_t node, const char *subsystem, const char *event,
                  const ph_trace_fields_t *fields);
    void *check_ctx; /* their ctx */
} ph_sim_config_t;

/* What is usual: slots of 6 s, sessions of 10 slots, groups that rotate every 5 blocks, 24 blocks to being final,
 * messages that travel 20 to 100 ms, no faults. */
ph_sim_config_t ph_sim_usual(uint64_t seed, size_t validators, size_t paras, uint32_t slots);

typedef struct ph_sim ph_sim_t;

/* Builds the network and starts it; nothing has run yet. INVALID: the arguments contradict each other, why says how. */
PH_MUST_CHECK ph_err_t ph_sim_new(ph_sim_t **out, const ph_sim_config_t *config, char *why, size_t why_len);
/* Runs to the end of the given number of slots. INTERNAL: a node failed; why names it. */
PH_MUST_CHECK ph_err_t ph_sim_run(ph_sim_t *sim, char *why, size_t why_len);
/* Runs to the end of that slot, which may lie behind the configuration's last; what was planned for the run stays where
 * it was. */
PH_MUST_CHECK ph_err_t ph_sim_run_to(ph_sim_t *sim, uint32_t slot, char *why, size_t why_len);
/* From now on nothing is lost or cut, and latency is small: for a liveness phase after one with faults. */
void ph_sim_heal(ph_sim_t *sim);
ph_fleet_t *ph_sim_fleet(ph_sim_t *sim);
ph_world_t *ph_sim_world(ph_sim_t *sim);

/* After the run. */
void ph_sim_summary(ph_sim_t *sim, ph_json_t *out, double real_seconds);
void ph_sim_free(ph_sim_t *sim);

#endif
