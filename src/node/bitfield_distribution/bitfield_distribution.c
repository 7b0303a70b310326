#include "node/bitfield_distribution/bitfield_distribution.h"

#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "primitives/payload.h"
#include "protocol/bitfield_distribution.h"
#include "protocol/bitfield_distribution_out.h"

#define NOBODY UINT32_MAX

enum {
    BENEFIT_FIRST = 15000,
    BENEFIT_KNOWN = 10000,
    FLUSH_SLOTS = 5,
    RANDOM_TARGET = 4,
    RANDOM_SAMPLE = 25,
    VIEW_MAX = 5,
    LEFT_MAX = 8, /* leaves that we remember having left */
    EARLY_MAX = 1024
};

typedef struct peer {
    ph_hash_t view[VIEW_MAX];
    size_t view_count;
    ph_opt_authority_discovery_id_t authority;
    uint32_t validator[2]; /* its index in each of the grids; NOBODY: none */
    int32_t benefit;       /* not reported yet */
    size_t crossed;        /* bitfields of leaves that we had left, since our last new leaf */
} peer_t;

/* What a peer has or has sent of one relay parent's bitfields, by validator. */
typedef struct knowledge {
    ph_bits_t sent, received;
} knowledge_t;

typedef struct grid {
    ph_shared_gossip_topology_t topology;
    ph_map_t validator_of; /* ph_authority_discovery_id_t → uint32_t */
    ph_bits_t x, y;        /* our neighbours, by validator index */
} grid_t;

typedef struct state {
    ph_map_t peers;  /* ph_peer_id_t → peer_t */
    grid_t grids[2]; /* newest first */
    bool flushing;
    ph_hash_t left[LEFT_MAX]; /* leaves, a ring */
    size_t left_count;
    size_t bitfields_a_leaf; /* validators of the newest leaf known */
} state_t;

typedef struct early {
    ph_peer_id_t from;
    ph_rc_t *message;
} early_t;

/* One leaf. */
typedef struct parent {
    bool ready, failed; /* failed: the runtime did not answer */
    ph_session_index_t session;
    ph_vec_validator_id_t validators;
    ph_rc_t **known;            /* by validator: the message, or NULL */
    PH_LIST(knowledge_t) peers; /* by peer id, which are small and dense; bits in the job's arena */
    /* Our own and others', if they came before we knew the validators. */
    ph_rc_t *waiting;
    PH_LIST(early_t) early;
} parent_t;

/* ---- reputation ---- */

static void flush(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    state_t *state = ph_state(self);
    const void *key;
    void *value;
    ph_vec_tup_peer_id_i32_t changes = {.items = ph_mem_alloc(NULL, (state->peers.count + 1) * sizeof *changes.items)};
    (void)flow;
    state->flushing = false;
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);) {
        peer_t *peer = value;
        if (!peer->benefit)
            continue;
        changes.items[changes.count]._0 = *(const ph_peer_id_t *)key;
        changes.items[changes.count++]._1 = peer->benefit;
        peer->benefit = 0;
    }
    if (changes.count)
        ph_send_network_bridge_report_batch(self, &changes);
    ph_mem_free(changes.items);
}

static void reward(ph_subsystem_t *self, ph_peer_id_t id, int32_t benefit)
{
    state_t *state = ph_state(self);
    peer_t *peer = ph_map_get(&state->peers, &id);
    if (!peer)
        return;
    peer->benefit += benefit;
    if (state->flushing)
        return;
    const ph_bitfield_distribution_config_t *config = ph_config(self);
    state->flushing = true;
    ph_job_after(ph_root_job(self), FLUSH_SLOTS * config->slot_ms, flush, NULL);
}

static void punish(ph_subsystem_t *self, ph_peer_id_t peer, ph_reputation_kind_t kind, ph_bytes_t reason)
{
    ph_send_network_bridge_report_peer(self, peer, (ph_reputation_t){(uint8_t)kind}, reason);
}

/* ---- where a bitfield goes ---- */

static int grid_of(const state_t *state, ph_session_index_t session)
{
    for (int i = 0; i < 2; i++)
        if (state->grids[i].topology.v && state->grids[i].topology.v->session.v == session.v)
            return i;
    return -1;
}

static bool required(const state_t *state, int at, const peer_t *peer, uint32_t originator)
{
    if (at < 0 || peer->validator[at] == NOBODY || !state->grids[at].topology.v->local.some)
        return false;
    const grid_t *grid = &state->grids[at];
    uint32_t to = peer->validator[at];
    bool own = grid->topology.v->local.value.v == originator;
    return (ph_bits_get(grid->x, to) && (own || ph_bits_get(grid->y, originator))) ||
           (ph_bits_get(grid->y, to) && (own || ph_bits_get(grid->x, originator)));
}

/* Where a peer stands in the grids. */
static void place(const state_t *state, peer_t *peer)
{
    for (size_t i = 0; i < 2; i++) {
        const uint32_t *at = NULL;
        if (peer->authority.some && state->grids[i].topology.v)
            at = ph_map_get(&state->grids[i].validator_of, &peer->authority.value);
        peer->validator[i] = at ? *at : NOBODY;
    }
}

static bool in_view(const peer_t *peer, const ph_hash_t *block)
{
    for (size_t i = 0; i < peer->view_count; i++)
        if (memcmp(&peer->view[i], block, sizeof *block) == 0)
            return true;
    return false;
}

static bool lucky(ph_subsystem_t *self, size_t peer_count)
{
    uint32_t dice;
    ph_env_random(ph_env_of(self), &dice, sizeof dice);
    return (uint64_t)dice * peer_count < (uint64_t)RANDOM_SAMPLE << 32;
}

static knowledge_t *knowledge_of(ph_job_t *job, ph_peer_id_t peer)
{
    parent_t *p = ph_job_state(job);
    while (p->peers.count <= peer.v)
        (void)ph_list_add(NULL, &p->peers);
    knowledge_t *known = &p->peers.items[peer.v];
    if (!known->sent.bytes) {
        known->sent = ph_bits_new(ph_job_arena(job), p->validators.count);
        known->received = ph_bits_new(ph_job_arena(job), p->validators.count);
    }
    return known;
}

static bool knows(const knowledge_t *known, uint32_t validator)
{
    return ph_bits_get(known->sent, validator) || ph_bits_get(known->received, validator);
}

static void relay(ph_job_t *job, uint32_t originator)
{
    ph_subsystem_t *self = ph_job_self(job);
    state_t *state = ph_state(self);
    parent_t *p = ph_job_state(job);
    int grid = grid_of(state, p->session);
    size_t by_luck = 0;
    const void *key;
    void *value;
    ph_vec_peer_id_t to = {.items = ph_mem_alloc(NULL, (state->peers.count + 1) * sizeof *to.items)};
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);) {
        const peer_t *peer = value;
        ph_peer_id_t id = *(const ph_peer_id_t *)key;
        if (!in_view(peer, ph_job_key(job)))
            continue;
        knowledge_t *known = knowledge_of(job, id);
        if (knows(known, originator))
            continue;
        bool must = required(state, grid, peer, originator);
        if (!must && (by_luck >= RANDOM_TARGET || !lucky(self, state->peers.count)))
            continue;
        by_luck += !must;
        ph_bits_set(known->sent, originator, true);
        to.items[to.count++] = id;
    }
    if (to.count)
        ph_send_network_bridge_send_validation_message(self, &to, ph_rc_value(p->known[originator]));
    ph_mem_free(to.items);
}

/* A bitfield whose signature is known to be good. Keeps a reference. */
static void accept(ph_job_t *job, ph_rc_t *message)
{
    ph_subsystem_t *self = ph_job_self(job);
    parent_t *p = ph_job_state(job);
    const ph_validation_protocol_v3_t *protocol = ph_rc_value(message);
    const ph_unchecked_signed_availability_bitfield_t *signed_ = &protocol->bitfield_distribution.bitfield._1;
    uint32_t validator = signed_->validator_index.v;
    p->known[validator] = ph_rc_ref(message);
    ph_provisionable_data_t data = {.kind = PH_PROVISIONABLE_DATA_BITFIELD, .bitfield = *signed_};
    ph_send_provisioner_provisionable_data(self, ph_job_key(job), &data);
    relay(job, validator);
}

static bool signature_is_good(ph_job_t *job, const ph_unchecked_signed_availability_bitfield_t *signed_)
{
    const parent_t *p = ph_job_state(job);
    ph_signing_context_t context = {.session_index = p->session, .parent_hash = *ph_job_key(job)};
    ph_bytes_t payload = ph_payload_of_bitfield(NULL, signed_->payload.v, &context);
    bool good = ph_env_verify_sr25519(ph_env_of(ph_job_self(job)), signed_->signature.bytes, payload,
                                      p->validators.items[signed_->validator_index.v].bytes);
    ph_mem_free(payload.data);
    return good;
}

/* ---- from peers ---- */

/* Was it sent before the peer heard that we had left that leaf? At most a leaf's bitfields are taken to have been. */
static bool may_have_crossed(const state_t *state, peer_t *peer, const ph_hash_t *block)
{
    for (size_t i = 0; i < state->left_count && i < LEFT_MAX; i++)
        if (memcmp(&state->left[i], block, sizeof *block) == 0)
            return peer->crossed++ < state->bitfields_a_leaf;
    return false;
}

static void on_stray(ph_subsystem_t *self, ph_peer_id_t from, const ph_hash_t *block)
{
    state_t *state = ph_state(self);
    peer_t *peer = ph_map_get(&state->peers, &from);
    if (!peer || !may_have_crossed(state, peer, block))
        punish(self, from, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("bitfield: not in our view"));
}

static void on_bitfield(ph_subsystem_t *self, ph_peer_id_t from, ph_rc_t *message)
{
    const ph_validation_protocol_v3_t *protocol = ph_rc_value(message);
    const ph_hash_t *block = &protocol->bitfield_distribution.bitfield._0;
    const ph_unchecked_signed_availability_bitfield_t *signed_ = &protocol->bitfield_distribution.bitfield._1;
    uint32_t validator = signed_->validator_index.v;
    ph_job_t *job = ph_job_find(self, block);
    if (!job) {
        on_stray(self, from, block);
        return;
    }
    parent_t *p = ph_job_state(job);
    if (!p->ready && !p->failed && p->early.count < EARLY_MAX) {
        ph_list_push(NULL, &p->early, ((early_t){from, ph_rc_ref(message)}));
        return;
    }
    if (!p->ready || p->validators.count == 0) {
        punish(self, from, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("bitfield: no session keys"));
        return;
    }
    if (validator >= p->validators.count) {
        punish(self, from, PH_REPUTATION_COST_MAJOR, PH_BYTES_LIT("bitfield: validator index out of range"));
        return;
    }
    knowledge_t *known = knowledge_of(job, from);
    if (ph_bits_get(known->received, validator)) {
        punish(self, from, PH_REPUTATION_COST_MINOR_REPEATED, PH_BYTES_LIT("bitfield: sent twice"));
        return;
    }
    ph_bits_set(known->received, validator, true);
    if (p->known[validator]) {
        const ph_validation_protocol_v3_t *first = ph_rc_value(p->known[validator]);
        if (ph_unchecked_signed_availability_bitfield_equal(&first->bitfield_distribution.bitfield._1, signed_))
            reward(self, from, BENEFIT_KNOWN);
        return;
    }
    if (!signature_is_good(job, signed_)) {
        punish(self, from, PH_REPUTATION_COST_MAJOR, PH_BYTES_LIT("bitfield: bad signature"));
        return;
    }
    ph_note(self, "bitfield-imported",
            PH_FIELDS(.block = block, PH_F_VALIDATOR(signed_->validator_index), PH_F_PEER(from)));
    reward(self, from, BENEFIT_FIRST);
    accept(job, message);
}

/* A head that is new in the peer's view: what it has to hear about it. */
static void catch_up(ph_job_t *job, ph_peer_id_t id, const peer_t *peer)
{
    state_t *state = ph_state(ph_job_self(job));
    parent_t *p = ph_job_state(job);
    int grid = grid_of(state, p->session);
    if (!p->ready)
        return;
    for (uint32_t v = 0; v < p->validators.count; v++) {
        if (!p->known[v] || knows(knowledge_of(job, id), v) || !required(state, grid, peer, v))
            continue;
        ph_bits_set(knowledge_of(job, id)->sent, v, true);
        ph_send_network_bridge_send_validation_message(ph_job_self(job), &(ph_vec_peer_id_t){&id, 1},
                                                       ph_rc_value(p->known[v]));
    }
}

static void on_view(ph_subsystem_t *self, ph_peer_id_t id, const ph_view_t *view)
{
    state_t *state = ph_state(self);
    peer_t *peer = ph_map_get(&state->peers, &id);
    if (!peer)
        return;
    peer_t before = *peer;
    peer->view_count = view->heads.count < VIEW_MAX ? view->heads.count : VIEW_MAX;
    if (peer->view_count)
        memcpy(peer->view, view->heads.items, peer->view_count * sizeof *peer->view);
    for (size_t i = 0; i < peer->view_count; i++) {
        ph_job_t *job = ph_job_find(self, &peer->view[i]);
        if (job && !in_view(&before, &peer->view[i]))
            catch_up(job, id, peer);
    }
}

/* ---- topology ---- */

static void free_grid(grid_t *grid)
{
    if (!grid->topology.v)
        return;
    ph_shared_gossip_topology_unref(grid->topology);
    ph_map_free(&grid->validator_of);
    ph_mem_free(grid->x.bytes);
    ph_mem_free(grid->y.bytes);
    *grid = (grid_t){0};
}

static ph_bits_t mark(const ph_vec_validator_index_t *list, size_t count)
{
    ph_bits_t bits = ph_bits_new(NULL, count);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].v < count)
            ph_bits_set(bits, list->items[i].v, true);
    return bits;
}

static void on_topology(ph_subsystem_t *self, ph_shared_gossip_topology_t topology)
{
    state_t *state = ph_state(self);
    grid_t grid = {.topology = ph_shared_gossip_topology_ref(topology)};
    ph_map_init(&grid.validator_of, sizeof(ph_authority_discovery_id_t), sizeof(uint32_t));
    for (size_t i = 0; i < topology.v->peers.count; i++)
        *(uint32_t *)ph_map_put(&grid.validator_of, &topology.v->peers.items[i].discovery, NULL) =
            topology.v->peers.items[i].validator.v;
    grid.x = mark(&topology.v->neighbors_x, topology.v->peers.count);
    grid.y = mark(&topology.v->neighbors_y, topology.v->peers.count);
    free_grid(&state->grids[1]);
    state->grids[1] = state->grids[0];
    state->grids[0] = grid;
    void *value;
    for (size_t i = 0; ph_map_next(&state->peers, &i, NULL, &value);)
        place(state, value);
}

/* What it had, it may have lost. */
static void forget_peer(parent_t *p, ph_peer_id_t peer)
{
    if (peer.v < p->peers.count)
        p->peers.items[peer.v] = (knowledge_t){0};
}

static void on_network_event(ph_subsystem_t *self, const ph_validation_event_t *event)
{
    state_t *state = ph_state(self);
    switch ((ph_validation_event_kind_t)event->kind) {
    case PH_VALIDATION_EVENT_PEER_CONNECTED: {
        peer_t *peer = ph_map_put(&state->peers, &event->peer_connected.peer, NULL);
        peer->view_count = 0;
        peer->authority = event->peer_connected.authority;
        place(state, peer);
        break;
    }
    case PH_VALIDATION_EVENT_PEER_DISCONNECTED:
        for (size_t at = 0;;) {
            ph_job_t *job = ph_job_next(self, &at);
            if (!job)
                break;
            forget_peer(ph_job_state(job), event->peer_disconnected);
        }
        ph_map_remove(&state->peers, &event->peer_disconnected);
        break;
    case PH_VALIDATION_EVENT_NEW_GOSSIP_TOPOLOGY:
        on_topology(self, event->new_gossip_topology);
        break;
    case PH_VALIDATION_EVENT_PEER_MESSAGE:
        if (event->peer_message.message.v->kind == PH_VALIDATION_PROTOCOL_V3_BITFIELD_DISTRIBUTION)
            on_bitfield(self, event->peer_message.peer, event->peer_message.message.rc);
        break;
    case PH_VALIDATION_EVENT_PEER_VIEW_CHANGE:
        on_view(self, event->peer_view_change.peer, &event->peer_view_change.view);
        break;
    case PH_VALIDATION_EVENT_OUR_VIEW_CHANGE:
        break; /* the leaves say it too */
    }
}

/* ---- leaves ---- */

static void take_own(ph_job_t *job, ph_rc_t *message)
{
    parent_t *p = ph_job_state(job);
    const ph_validation_protocol_v3_t *protocol = ph_rc_value(message);
    uint32_t me = protocol->bitfield_distribution.bitfield._1.validator_index.v;
    if (me < p->validators.count && !p->known[me])
        accept(job, message);
}

static void drop_early(parent_t *p)
{
    for (size_t i = 0; i < p->early.count; i++)
        ph_rc_unref(p->early.items[i].message);
    ph_list_free(&p->early);
}

static void fail(parent_t *p)
{
    p->failed = true;
    drop_early(p);
}

static void take_early(ph_job_t *job)
{
    const state_t *state = ph_state(ph_job_self(job));
    parent_t *p = ph_job_state(job);
    for (size_t i = 0; i < p->early.count; i++)
        if (ph_map_get(&state->peers, &p->early.items[i].from))
            on_bitfield(ph_job_self(job), p->early.items[i].from, p->early.items[i].message);
    drop_early(p);
}

static void on_session(ph_job_t *job, void *flow, ph_err_t err, const ph_res_session_index_runtime_api_error_t *session)
{
    state_t *state = ph_state(ph_job_self(job));
    parent_t *p = flow;
    const void *key;
    void *value;
    if (err || session->kind != PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK) {
        fail(p);
        return;
    }
    p->session = session->ok;
    p->known = ph_arena_alloc(ph_job_arena(job), p->validators.count * sizeof *p->known);
    p->ready = true;
    state->bitfields_a_leaf = p->validators.count;
    if (p->waiting)
        take_own(job, p->waiting);
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);)
        if (in_view(value, ph_job_key(job)))
            catch_up(job, *(const ph_peer_id_t *)key, value);
    take_early(job);
}

static void on_validators(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    parent_t *p = flow;
    if (err || validators->kind != PH_RES_VEC_VALIDATOR_ID_RUNTIME_API_ERROR_OK) {
        fail(p);
        return;
    }
    ph_job_keep_reply(job);
    p->validators = validators->ok;
    ph_ask_runtime_api_request_session_index_for_child(job, ph_job_key(job), p, on_session);
}

/* What of a leaf is not in its arena. */
static void drop_parent(void *ptr)
{
    parent_t *p = ptr;
    for (size_t i = 0; p->known && i < p->validators.count; i++)
        ph_rc_unref(p->known[i]);
    ph_rc_unref(p->waiting);
    drop_early(p);
    ph_list_free(&p->peers);
}

static void leave(ph_subsystem_t *self, const ph_hash_t *leaf)
{
    state_t *state = ph_state(self);
    ph_job_t *job = ph_job_find(self, leaf);
    if (!job)
        return;
    state->left[state->left_count++ % LEFT_MAX] = *leaf;
    ph_job_end(job);
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    state_t *state = ph_state(self);
    void *value;
    for (size_t i = 0; i < in->leaves.deactivated_count; i++)
        leave(self, &in->leaves.deactivated[i]);
    if (!in->leaves.has_activated)
        return;
    for (size_t i = 0; ph_map_next(&state->peers, &i, NULL, &value);)
        ((peer_t *)value)->crossed = 0;
    ph_job_t *job = ph_job_start(self, &in->leaves.activated.hash, sizeof(parent_t));
    parent_t *p = ph_job_state(job);
    ph_arena_defer(ph_job_arena(job), drop_parent, p);
    ph_ask_runtime_api_request_validators(job, ph_job_key(job), p, on_validators);
}

static void distribute_own(ph_subsystem_t *self, const ph_msg_bitfield_distribution_distribute_bitfield_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    if (!job)
        return;
    parent_t *p = ph_job_state(job);
    ph_validation_protocol_v3_t protocol = {.kind = PH_VALIDATION_PROTOCOL_V3_BITFIELD_DISTRIBUTION};
    protocol.bitfield_distribution.kind = PH_BITFIELD_DISTRIBUTION_MESSAGE_V3_BITFIELD;
    protocol.bitfield_distribution.bitfield._0 = in->relay_parent;
    protocol.bitfield_distribution.bitfield._1 = in->bitfield;
    ph_rc_t *message = ph_rc_new(&ph_type_validation_protocol_v3, &protocol);
    if (p->ready)
        take_own(job, message);
    else if (!p->waiting)
        p->waiting = ph_rc_ref(message);
    ph_rc_unref(message);
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_bitfield_distribution_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD:
        distribute_own(self, ph_msg_as_bitfield_distribution_distribute_bitfield(msg));
        break;
    case PH_MSG_BITFIELD_DISTRIBUTION_NETWORK_EVENT:
        on_network_event(self, &ph_msg_as_bitfield_distribution_network_event(msg)->event);
        break;
    }
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    state_t *state = ph_state(self);
    switch (in->kind) {
    case PH_IN_START:
        ph_map_init(&state->peers, sizeof(ph_peer_id_t), sizeof(peer_t));
        break;
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    ph_map_free(&state->peers);
    for (size_t i = 0; i < 2; i++)
        free_grid(&state->grids[i]);
}

const ph_subsystem_ops_t ph_bitfield_distribution_ops = {
    .state_size = sizeof(state_t), .handle = handle, .destroy = destroy};
