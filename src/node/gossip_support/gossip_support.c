#include "node/gossip_support/gossip_support.h"

#include <string.h>

#include "base/vec.h"
#include "crypto/sampling.h"
#include "protocol/gossip_support_out.h"

typedef struct state {
    bool known;
    ph_session_index_t session; /* the newest one whose grid was made */
} state_t;

/* One leaf: which session? its authorities? its randomness? → grid. */
typedef struct leaf {
    ph_session_index_t session;
    ph_session_info_t info;
} leaf_t;

static bool find_local(ph_subsystem_t *self, const ph_vec_authority_discovery_id_t *keys, uint32_t *out)
{
    const ph_gossip_support_config_t *config = ph_config(self);
    for (uint32_t i = 0; config->keystore && i < keys->count; i++) {
        if (ph_keystore_has(config->keystore, PH_KEY_AUTHORITY_DISCOVERY, keys->items[i].bytes)) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* ---- whom to connect to ---- */

static void mark_group(const ph_session_info_t *info, uint32_t local, bool *wanted)
{
    for (size_t g = 0; g < info->validator_groups.count; g++) {
        const ph_vec_validator_index_t *group = &info->validator_groups.items[g];
        bool ours = false;
        for (size_t i = 0; i < group->count; i++)
            ours |= group->items[i].v == local;
        for (size_t i = 0; ours && i < group->count; i++)
            if (group->items[i].v < info->discovery_keys.count)
                wanted[group->items[i].v] = true;
    }
}

static void connect(ph_job_t *job, const ph_session_info_t *info, const ph_gossip_topology_t *topology, uint32_t local)
{
    const ph_gossip_support_config_t *config = ph_config(ph_job_self(job));
    uint32_t count = (uint32_t)info->discovery_keys.count;
    bool *wanted = ph_arena_alloc(ph_job_arena(job), count);
    for (size_t i = 0; i < topology->neighbors_x.count; i++)
        wanted[topology->neighbors_x.items[i].v] = true;
    for (size_t i = 0; i < topology->neighbors_y.count; i++)
        wanted[topology->neighbors_y.items[i].v] = true;
    mark_group(info, local, wanted);
    ph_vec_authority_discovery_id_t ids = {.items = ph_arena_alloc(ph_job_arena(job), count * sizeof *ids.items)};
    for (uint32_t i = 0; i < count; i++)
        if (i != local && (wanted[i] || count <= config->full_mesh_up_to))
            ids.items[ids.count++] = info->discovery_keys.items[i];
    ph_send_network_bridge_connect_to_validators(ph_job_self(job), &ids, (ph_peer_set_t){PH_PEER_SET_VALIDATION});
}

/* ---- the grid ---- */

static void list_neighbors(ph_arena_t *arena, ph_vec_validator_index_t *out, const ph_grid_t *grid, uint32_t me,
                           bool (*next)(const ph_grid_t *, uint32_t, uint32_t *, uint32_t *))
{
    out->items = ph_arena_alloc(arena, grid->count * sizeof *out->items);
    for (uint32_t at = 0, v; next(grid, me, &at, &v);)
        out->items[out->count++].v = v;
}

static void make_grid(ph_job_t *job, void *flow, ph_err_t err, const ph_res_babe_epoch_runtime_api_error_t *epoch)
{
    ph_subsystem_t *self = ph_job_self(job);
    state_t *state = ph_state(self);
    leaf_t *leaf = flow;
    ph_arena_t *arena = ph_job_arena(job);
    if (err || epoch->kind != PH_RES_BABE_EPOCH_RUNTIME_API_ERROR_OK ||
        (state->known && leaf->session.v <= state->session.v))
        return;
    uint32_t count = (uint32_t)leaf->info.discovery_keys.count, local = 0;
    uint8_t seed[32];
    ph_grid_seed(seed, epoch->ok.randomness.bytes);
    ph_grid_t grid = ph_grid_new(arena, seed, count);
    ph_gossip_topology_t topology = {.session = leaf->session, .order = {grid.order, count}};
    topology.peers.items = ph_arena_alloc(arena, count * sizeof *topology.peers.items);
    topology.peers.count = count;
    for (uint32_t i = 0; i < count; i++) {
        ph_topology_peer_t *peer = &topology.peers.items[i];
        peer->validator.v = i;
        peer->discovery = leaf->info.discovery_keys.items[i];
        peer->peer.some = ph_net_resolve(ph_env_of(self), &peer->discovery, &peer->peer.value);
    }
    bool ours = find_local(self, &leaf->info.discovery_keys, &local);
    if (ours) {
        topology.local = (ph_opt_validator_index_t){true, {local}};
        list_neighbors(arena, &topology.neighbors_x, &grid, local, ph_grid_next_x);
        list_neighbors(arena, &topology.neighbors_y, &grid, local, ph_grid_next_y);
    }
    state->known = true;
    state->session = leaf->session;
    ph_note(self, "topology", PH_FIELDS(.block = ph_job_key(job), PH_F_NUMBER(leaf->session.v)));
    ph_shared_gossip_topology_t shared = ph_shared_gossip_topology_new(&topology);
    ph_send_network_bridge_new_gossip_topology(self, shared);
    ph_shared_gossip_topology_unref(shared);
    if (ours)
        connect(job, &leaf->info, &topology, local);
}

static void ask_for_randomness(ph_job_t *job, void *flow, ph_err_t err,
                               const ph_res_opt_session_info_runtime_api_error_t *info)
{
    leaf_t *leaf = flow;
    if (err || info->kind != PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK || !info->ok.some)
        return;
    ph_job_keep_reply(job);
    leaf->info = info->ok.value;
    ph_ask_runtime_api_request_current_epoch(job, ph_job_key(job), leaf, make_grid);
}

static void ask_for_authorities(ph_job_t *job, void *flow, ph_err_t err,
                                const ph_res_session_index_runtime_api_error_t *session)
{
    state_t *state = ph_state(ph_job_self(job));
    leaf_t *leaf = flow;
    if (err || session->kind != PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK ||
        (state->known && session->ok.v <= state->session.v))
        return;
    leaf->session = session->ok;
    ph_ask_runtime_api_request_session_info(job, ph_job_key(job), session->ok, leaf, ask_for_randomness);
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_ACTIVE_LEAVES:
        for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
            ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
            if (job)
                ph_job_end(job);
        }
        if (in->leaves.has_activated) {
            ph_job_t *job = ph_job_start(self, &in->leaves.activated.hash, sizeof(leaf_t));
            ph_ask_runtime_api_request_session_index_for_child(job, ph_job_key(job), ph_job_state(job),
                                                               ask_for_authorities);
        }
        break;
    case PH_IN_START:
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
    case PH_IN_MESSAGE:
        break;
    }
    return PH_OK;
}

const ph_subsystem_ops_t ph_gossip_support_ops = {.state_size = sizeof(state_t), .handle = handle};
