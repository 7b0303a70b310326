#include <string.h>

#include "node/statement_distribution/statements.h"

/* Peers: who they are, what they see, what we think of them, and what we say to them. */

peer_t *ph_sd_peer(ph_subsystem_t *self, ph_peer_id_t id)
{
    statements_t *s = ph_state(self);
    return ph_map_get(&s->peers, &id);
}

void ph_sd_peer_connected(ph_subsystem_t *self, const ph_peer_connected_t *event)
{
    statements_t *s = ph_state(self);
    peer_t *peer = ph_map_put(&s->peers, &event->peer, NULL);
    *peer = (peer_t){.id = event->peer, .benefit = peer->benefit, .asked = peer->asked};
    if (!event->authority.some)
        return;
    bool added;
    ph_peer_id_t *holder = ph_map_put(&s->authorities, &event->authority.value, &added);
    if (!added && holder->v != event->peer.v)
        return; /* the first one is believed */
    *holder = event->peer;
    peer->authority = event->authority;
}

uint32_t ph_sd_validator_of(const session_t *session, peer_t *peer)
{
    const ph_vec_authority_discovery_id_t *keys = &session->info->discovery_keys;
    if (!peer->authority.some)
        return NOBODY;
    if (peer->found && peer->found_in.v == session->index.v)
        return peer->found_as;
    peer->found = true;
    peer->found_in = session->index;
    peer->found_as = NOBODY;
    for (uint32_t i = 0; i < keys->count && peer->found_as == NOBODY; i++)
        if (memcmp(&keys->items[i], &peer->authority.value, sizeof keys->items[i]) == 0)
            peer->found_as = i;
    return peer->found_as;
}

static bool is_in_view(const peer_t *peer, const ph_hash_t *block)
{
    for (size_t i = 0; i < peer->view_count; i++)
        if (memcmp(&peer->view[i], block, sizeof *block) == 0)
            return true;
    return false;
}

peer_t *ph_sd_reachable(const leaf_t *leaf, uint32_t validator)
{
    const statements_t *s = ph_state(leaf->self);
    const ph_vec_authority_discovery_id_t *keys = &leaf->session->info->discovery_keys;
    if (validator >= keys->count)
        return NULL;
    const ph_peer_id_t *id = ph_map_get(&s->authorities, &keys->items[validator]);
    peer_t *peer = id ? ph_map_get(&s->peers, id) : NULL;
    return peer && is_in_view(peer, &leaf->hash) ? peer : NULL;
}

/* What the peer is in the leaf's session: a member of our group, a neighbour in the grid, both, neither. */
static void find_places(const leaf_t *leaf, peer_t *peer, uint32_t *place, uint32_t *link)
{
    const session_t *session = leaf->session;
    uint32_t validator = ph_sd_validator_of(session, peer);
    *place = *link = NOBODY;
    if (validator == NOBODY)
        return;
    if (leaf->own_group != NOBODY && validator < session->info->validators.count &&
        session->group_of[validator] == leaf->own_group)
        *place = session->place_of[validator];
    *link = ph_sd_link_of(session, validator);
}

/* What it knew it may have lost, and it will think the same of us. */
static void forget(leaf_t *leaf, peer_t *peer)
{
    uint32_t place, link;
    find_places(leaf, peer, &place, &link);
    if (place != NOBODY)
        ph_sd_cluster_forget(leaf, place);
    if (link != NOBODY)
        ph_sd_grid_forget(leaf, link);
}

void ph_sd_peer_disconnected(ph_subsystem_t *self, ph_peer_id_t id)
{
    statements_t *s = ph_state(self);
    peer_t *peer = ph_map_get(&s->peers, &id);
    if (!peer)
        return;
    for (size_t at = 0;;) {
        ph_job_t *job = ph_job_next(self, &at);
        if (!job)
            break;
        leaf_t *leaf = ph_job_state(job);
        if (leaf->ready)
            forget(leaf, peer);
    }
    if (peer->authority.some)
        ph_map_remove(&s->authorities, &peer->authority.value);
    ph_map_remove(&s->peers, &id);
}

void ph_sd_peer_view(ph_subsystem_t *self, ph_peer_id_t id, const ph_view_t *view)
{
    peer_t *peer = ph_sd_peer(self, id);
    if (!peer)
        return;
    peer_t before = *peer;
    peer->view_count = view->heads.count < VIEW_MAX ? view->heads.count : VIEW_MAX;
    if (peer->view_count)
        memcpy(peer->view, view->heads.items, peer->view_count * sizeof *peer->view);
    for (size_t i = 0; i < peer->view_count; i++) {
        leaf_t *leaf = ph_sd_leaf(self, &peer->view[i]);
        uint32_t place, link;
        if (!leaf || is_in_view(&before, &leaf->hash))
            continue;
        find_places(leaf, peer, &place, &link);
        if (place != NOBODY)
            ph_sd_cluster_catch_up(leaf, place, id);
        if (link != NOBODY)
            ph_sd_grid_catch_up(leaf, link);
    }
}

/* ---- reputation ---- */

bool ph_sd_may_have_crossed(ph_subsystem_t *self, peer_t *peer, const ph_hash_t *block)
{
    const statements_t *s = ph_state(self);
    bool lately = block == NULL;
    for (size_t i = 0; !lately && i < s->left_count && i < LEFT_MAX; i++)
        lately = memcmp(&s->left[i], block, sizeof *block) == 0;
    return lately && peer->crossed++ < s->votes_a_leaf;
}

void ph_sd_punish(ph_subsystem_t *self, ph_peer_id_t peer, ph_reputation_kind_t kind, ph_bytes_t reason)
{
    ph_send_network_bridge_report_peer(self, peer, (ph_reputation_t){(uint8_t)kind}, reason);
}

static void flush(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    statements_t *s = ph_state(self);
    void *value;
    ph_vec_tup_peer_id_i32_t changes = {.items = ph_mem_alloc(NULL, (s->peers.count + 1) * sizeof *changes.items)};
    (void)flow;
    s->flushing = false;
    for (size_t i = 0; ph_map_next(&s->peers, &i, NULL, &value);) {
        peer_t *peer = value;
        if (!peer->benefit)
            continue;
        changes.items[changes.count]._0 = peer->id;
        changes.items[changes.count++]._1 = peer->benefit;
        peer->benefit = 0;
    }
    if (changes.count)
        ph_send_network_bridge_report_batch(self, &changes);
    ph_mem_free(changes.items);
}

void ph_sd_reward(ph_subsystem_t *self, ph_peer_id_t id, int32_t benefit)
{
    statements_t *s = ph_state(self);
    peer_t *peer = ph_sd_peer(self, id);
    if (!peer)
        return;
    peer->benefit = peer->benefit > INT32_MAX - benefit ? INT32_MAX : peer->benefit + benefit;
    if (s->flushing)
        return;
    s->flushing = true;
    ph_job_after(ph_root_job(self), ph_sd_scaled_ms(self, FLUSH_MS), flush, NULL);
}

/* ---- what goes out ---- */

void ph_sd_send(ph_subsystem_t *self, const ph_peer_id_t *to, size_t count,
                const ph_statement_distribution_message_v3_t *message)
{
    ph_validation_protocol_v3_t protocol = {.kind = PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION,
                                            .statement_distribution = *message};
    ph_vec_peer_id_t peers = {.items = (ph_peer_id_t *)(uintptr_t)to, .count = count};
    if (count)
        ph_send_network_bridge_send_validation_message(self, &peers, &protocol);
}

void ph_sd_send_statement(const candidate_t *c, const ph_peer_id_t *to, size_t count, vote_t vote, size_t place)
{
    ph_statement_distribution_message_v3_t message = {.kind = PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_STATEMENT};
    message.statement._0 = c->leaf->hash;
    message.statement._1 = ph_sd_statement(c, vote, place);
    ph_sd_send(c->leaf->self, to, count, &message);
}
