#include "node/statement_distribution/statement_distribution.h"

#include <string.h>

#include "node/statement_distribution/statements.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"

/* ---- a statement goes out ---- */

/* Members of our group, if it is our group's and the candidate's receipt is known. */
static void add_cluster(candidate_t *c, ph_peer_id_t *to, size_t *count, vote_t vote, size_t place)
{
    const group_t *group = ph_sd_group_of(c);
    for (size_t i = 0; c->group == c->leaf->own_group && i < c->size; i++) {
        const peer_t *peer =
            ph_sd_cluster_may_send(c, i, vote, place) ? ph_sd_reachable(c->leaf, group->members->items[i].v) : NULL;
        if (!peer)
            continue;
        ph_sd_cluster_sent(c, i, vote, place);
        to[(*count)++] = peer->id;
    }
}

/* Links with whom manifests were exchanged. */
static void add_grid(candidate_t *c, ph_peer_id_t *to, size_t *count, vote_t vote, size_t place)
{
    const links_t *links = &c->leaf->session->links;
    for (uint32_t i = 0; i < links->count; i++) {
        const peer_t *peer =
            ph_sd_grid_may_send(c, i, vote, place) ? ph_sd_reachable(c->leaf, links->neighbors[i]) : NULL;
        if (!peer)
            continue;
        ph_sd_grid_sent(c, i, vote, place);
        to[(*count)++] = peer->id;
    }
}

void ph_sd_circulate(candidate_t *c, vote_t vote, size_t place)
{
    ph_peer_id_t *to = ph_mem_alloc(NULL, (c->size + c->leaf->session->links.count + 1) * sizeof *to);
    size_t count = 0;
    add_cluster(c, to, &count, vote, place);
    add_grid(c, to, &count, vote, place);
    ph_sd_send_statement(c, to, count, vote, place);
    ph_mem_free(to);
}

/* ---- from Candidate Backing ---- */

/* May our group second this here, and we one more? Others would not take it from us. */
static bool may_second(const leaf_t *leaf, const ph_candidate_descriptor_t *d)
{
    ph_hash_t parent = ph_descriptor_scheduling_parent(d);
    return memcmp(&parent, &leaf->hash, sizeof parent) == 0 &&
           ph_sd_is_assigned(&leaf->groups[leaf->own_group], d->para_id) &&
           ph_sd_seconded_count(leaf, leaf->own_group, leaf->own_place) < leaf->groups[leaf->own_group].row.count;
}

static void share_seconded(leaf_t *leaf, const ph_signed_full_statement_with_pvd_t *full)
{
    const ph_committed_candidate_receipt_t *receipt = &full->statement.payload.seconded;
    ph_candidate_hash_t hash = ph_hash_of_committed(receipt);
    candidate_t *c = ph_sd_confirmed(leaf->self, &hash);
    if (!full->pvd.some || !may_second(leaf, &receipt->descriptor) ||
        (c && (c->leaf != leaf || c->group != leaf->own_group))) {
        ph_complain(leaf->self, PH_LOG_WARN,
                    "a Seconded statement of ours that does not belong to its block is not sent");
        return;
    }
    if (!c)
        c = ph_sd_candidate_make(leaf, &hash, leaf->own_group);
    if (!ph_sd_keep(c, VOTE_SECONDED, leaf->own_place, &full->statement.signature, true))
        return;
    ph_sd_cluster_seconded(c, leaf->own_place);
    if (c->body)
        ph_sd_circulate(c, VOTE_SECONDED, leaf->own_place);
    else
        ph_sd_confirm(c, receipt, &full->pvd.value);
}

static void share_valid(leaf_t *leaf, const ph_unchecked_signed_full_statement_t *statement)
{
    candidate_t *c = ph_sd_candidate(leaf, &statement->payload.valid, leaf->own_group);
    if (!c || !c->body) {
        ph_complain(leaf->self, PH_LOG_WARN, "a Valid statement of ours about an unknown candidate is not sent");
        return;
    }
    if (ph_sd_keep(c, VOTE_VALID, leaf->own_place, &statement->signature, true))
        ph_sd_circulate(c, VOTE_VALID, leaf->own_place);
}

static void on_share(leaf_t *leaf, const ph_msg_statement_distribution_share_t *in)
{
    if (leaf->own_group == NOBODY || in->statement.statement.validator_index.v != leaf->session->me) {
        ph_complain(leaf->self, PH_LOG_WARN, "a statement that is not ours is not sent");
        return;
    }
    switch ((ph_statement_kind_t)in->statement.statement.payload.kind) {
    case PH_STATEMENT_SECONDED:
        share_seconded(leaf, &in->statement);
        break;
    case PH_STATEMENT_VALID:
        share_valid(leaf, &in->statement.statement);
        break;
    }
}

static void on_backed(leaf_t *leaf, const ph_candidate_hash_t *hash)
{
    candidate_t *c = ph_sd_confirmed(leaf->self, hash);
    if (!c || c->leaf != leaf || c->backed)
        return;
    c->backed = true;
    ph_sd_grid_provide(c);
}

/* ---- a statement comes in ---- */

typedef struct incoming {
    leaf_t *leaf;
    ph_peer_id_t from;
    const ph_unchecked_signed_statement_t *signed_;
    const ph_candidate_hash_t *hash;
    vote_t vote;
    uint32_t group, place; /* the originator's */
    uint32_t sender;       /* an authority of the session, or NOBODY */
} incoming_t;

static bool check_signature(const incoming_t *in)
{
    if (ph_sd_signature_is_good(in->leaf, in->signed_))
        return true;
    ph_sd_punish(in->leaf->self, in->from, MAJOR("statement: bad signature"));
    return false;
}

/* From a member of our group about one of our group. The candidate if the statement may be used, else NULL. */
static candidate_t *take_from_cluster(const incoming_t *in)
{
    leaf_t *leaf = in->leaf;
    size_t sender = leaf->session->place_of[in->sender];
    claim_t claim = {.peer = in->from};
    cluster_verdict_t verdict = ph_sd_cluster_may_receive(leaf, in->hash, sender, in->vote, in->place);
    candidate_t *c = NULL;
    switch (verdict) {
    case CLUSTER_DUPLICATE:
        ph_sd_punish(leaf->self, in->from, MINOR("statement: sent twice"));
        return NULL;
    case CLUSTER_CANDIDATE_UNKNOWN:
        ph_sd_punish(leaf->self, in->from, MINOR("statement: Valid before Seconded"));
        return NULL;
    case CLUSTER_EXCESSIVE:
        ph_sd_punish(leaf->self, in->from, MINOR("statement: too many Seconded"));
        return NULL;
    case CLUSTER_ACCEPT:
    case CLUSTER_WITH_PREJUDICE:
        break;
    }
    if (!check_signature(in))
        return NULL;
    if (verdict == CLUSTER_WITH_PREJUDICE) {
        ph_sd_cluster_received(ph_sd_candidate_make(leaf, in->hash, in->group), sender, in->vote, in->place);
        return NULL;
    }
    if ((c = ph_sd_claim(leaf, in->hash, in->group, &claim)))
        ph_sd_cluster_received(c, sender, in->vote, in->place);
    else
        ph_sd_punish(leaf->self, in->from, MINOR("statement: contradicts a known candidate"));
    return c;
}

/* From a link, after manifests were exchanged. */
static candidate_t *take_from_grid(const incoming_t *in)
{
    leaf_t *leaf = in->leaf;
    uint32_t link = in->sender == NOBODY ? NOBODY : ph_sd_link_of(leaf->session, in->sender);
    candidate_t *c = link == NOBODY ? NULL : ph_sd_candidate(leaf, in->hash, in->group);
    switch (c ? ph_sd_grid_may_receive(c, link, in->vote, in->place) : GRID_REFUSE) {
    case GRID_REFUSE:
        if (!c || !ph_sd_grid_missed_manifest(c, link) ||
            !ph_sd_may_have_crossed(leaf->self, ph_sd_peer(leaf->self, in->from), NULL))
            ph_sd_punish(leaf->self, in->from, MINOR("statement: from a peer that should not send it"));
        return NULL;
    case GRID_OLD:
        ph_sd_grid_received(c, link, in->vote, in->place);
        ph_sd_reward(leaf->self, in->from, BENEFIT_STATEMENT);
        return NULL;
    case GRID_NEW:
        break;
    }
    if (!check_signature(in))
        return NULL;
    ph_sd_grid_received(c, link, in->vote, in->place);
    return c;
}

/* Is the statement one of a validator that we may hear? Fills in group, place and sender. */
static bool is_acceptable(incoming_t *in, peer_t *peer)
{
    ph_subsystem_t *self = in->leaf->self;
    const session_t *session = in->leaf->session;
    uint32_t originator = in->signed_->validator_index.v;
    if (ph_sd_is_disabled(in->leaf, originator)) {
        ph_sd_punish(self, in->from, MINOR("statement: of a disabled validator"));
        return false;
    }
    if (session->me == NOBODY && session->links.me == NOBODY) {
        if (session->links.known)
            ph_sd_punish(self, in->from, MINOR("statement: we are no validator"));
        return false;
    }
    if (originator >= session->info->validators.count || session->group_of[originator] == NOBODY) {
        ph_sd_punish(self, in->from, MINOR("statement: of no known validator"));
        return false;
    }
    in->group = session->group_of[originator];
    in->place = session->place_of[originator];
    in->sender = ph_sd_validator_of(session, peer);
    return true;
}

static bool is_from_cluster(const incoming_t *in)
{
    const session_t *session = in->leaf->session;
    return in->leaf->own_group != NOBODY && in->group == in->leaf->own_group &&
           in->sender < session->info->validators.count && session->group_of[in->sender] == in->group;
}

static void on_statement(ph_subsystem_t *self, ph_peer_id_t from, const ph_hash_t *block,
                         const ph_unchecked_signed_statement_t *signed_)
{
    incoming_t in = {.leaf = ph_sd_leaf(self, block),
                     .from = from,
                     .signed_ = signed_,
                     .hash = &signed_->payload.seconded,
                     .vote = signed_->payload.kind == PH_COMPACT_STATEMENT_SECONDED ? VOTE_SECONDED : VOTE_VALID};
    peer_t *peer = ph_sd_peer(self, from);
    if (!peer)
        return;
    if (!in.leaf) {
        if (!ph_sd_may_have_crossed(self, peer, block))
            ph_sd_punish(self, from, MINOR("statement: relay parent not in our view"));
        return;
    }
    if (!is_acceptable(&in, peer))
        return;
    candidate_t *c = is_from_cluster(&in) ? take_from_cluster(&in) : take_from_grid(&in);
    if (!c)
        return;
    ph_sd_want(c, from, true);
    if (!ph_sd_keep(c, in.vote, in.place, &signed_->signature, false)) {
        ph_sd_reward(self, from, BENEFIT_STATEMENT);
        return;
    }
    ph_sd_reward(self, from, BENEFIT_FIRST_STATEMENT);
    ph_note(self, "statement-imported",
            PH_FIELDS(.block = block, .candidate = in.hash, PH_F_VALIDATOR(signed_->validator_index), PH_F_PEER(from)));
    ph_sd_tell_backing(c);
    ph_sd_circulate(c, in.vote, in.place);
}

/* ---- inputs ---- */

static void on_peer_message(ph_subsystem_t *self, ph_peer_id_t from, const ph_validation_protocol_v3_t *protocol)
{
    if (protocol->kind != PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION)
        return;
    const ph_statement_distribution_message_v3_t *message = &protocol->statement_distribution;
    switch ((ph_statement_distribution_message_v3_kind_t)message->kind) {
    case PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_STATEMENT:
        on_statement(self, from, &message->statement._0, &message->statement._1);
        break;
    case PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_MANIFEST:
        ph_sd_grid_manifest(self, from, &message->backed_candidate_manifest);
        break;
    case PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_KNOWN:
        ph_sd_grid_acknowledgement(self, from, &message->backed_candidate_known);
        break;
    }
}

static void on_network_event(ph_subsystem_t *self, const ph_validation_event_t *event)
{
    switch ((ph_validation_event_kind_t)event->kind) {
    case PH_VALIDATION_EVENT_PEER_CONNECTED:
        ph_sd_peer_connected(self, &event->peer_connected);
        break;
    case PH_VALIDATION_EVENT_PEER_DISCONNECTED:
        ph_sd_peer_disconnected(self, event->peer_disconnected);
        break;
    case PH_VALIDATION_EVENT_NEW_GOSSIP_TOPOLOGY:
        ph_sd_topology_came(self, event->new_gossip_topology);
        break;
    case PH_VALIDATION_EVENT_PEER_MESSAGE:
        on_peer_message(self, event->peer_message.peer, event->peer_message.message.v);
        break;
    case PH_VALIDATION_EVENT_PEER_VIEW_CHANGE:
        ph_sd_peer_view(self, event->peer_view_change.peer, &event->peer_view_change.view);
        break;
    case PH_VALIDATION_EVENT_OUR_VIEW_CHANGE:
        break; /* the leaves say it too */
    }
}

void ph_sd_handle_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    leaf_t *leaf;
    switch ((ph_statement_distribution_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_STATEMENT_DISTRIBUTION_SHARE:
        if ((leaf = ph_sd_leaf(self, &ph_msg_as_statement_distribution_share(msg)->relay_parent)))
            on_share(leaf, ph_msg_as_statement_distribution_share(msg));
        break;
    case PH_MSG_STATEMENT_DISTRIBUTION_BACKED:
        if ((leaf = ph_sd_leaf(self, &ph_msg_as_statement_distribution_backed(msg)->relay_parent)))
            on_backed(leaf, &ph_msg_as_statement_distribution_backed(msg)->candidate);
        break;
    case PH_MSG_STATEMENT_DISTRIBUTION_NETWORK_EVENT:
        on_network_event(self, &ph_msg_as_statement_distribution_network_event(msg)->event);
        break;
    case PH_MSG_STATEMENT_DISTRIBUTION_INCOMING_ATTESTED_CANDIDATE:
        ph_sd_serve(self, ph_msg_as_statement_distribution_incoming_attested_candidate(msg));
        break;
    }
}

/* The relay parent a message is about; NULL if it is about none. */
static const ph_hash_t *relay_parent_of(const ph_msg_t *msg)
{
    switch ((ph_statement_distribution_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_STATEMENT_DISTRIBUTION_SHARE:
        return &ph_msg_as_statement_distribution_share(msg)->relay_parent;
    case PH_MSG_STATEMENT_DISTRIBUTION_BACKED:
        return &ph_msg_as_statement_distribution_backed(msg)->relay_parent;
    case PH_MSG_STATEMENT_DISTRIBUTION_NETWORK_EVENT: {
        const ph_validation_event_t *event = &ph_msg_as_statement_distribution_network_event(msg)->event;
        const ph_validation_protocol_v3_t *protocol =
            event->kind == PH_VALIDATION_EVENT_PEER_MESSAGE ? event->peer_message.message.v : NULL;
        if (!protocol || protocol->kind != PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION)
            return NULL;
        if (protocol->statement_distribution.kind == PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_STATEMENT)
            return &protocol->statement_distribution.statement._0;
        if (protocol->statement_distribution.kind == PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_MANIFEST)
            return &protocol->statement_distribution.backed_candidate_manifest.scheduling_parent;
        return NULL;
    }
    case PH_MSG_STATEMENT_DISTRIBUTION_INCOMING_ATTESTED_CANDIDATE:
        return NULL;
    }
    PH_UNREACHABLE();
}

/* What concerns a leaf that is not ready waits; too much of it is lost, as on the way here. */
static bool keep_for_later(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_hash_t *parent = relay_parent_of(msg);
    ph_job_t *job = parent ? ph_job_find(self, parent) : NULL;
    leaf_t *leaf = job ? ph_job_state(job) : NULL;
    if (!leaf || leaf->ready)
        return false;
    if (leaf->early.count < EARLY_MAX)
        ph_list_push(NULL, &leaf->early, ph_msg_ref(msg));
    return true;
}

/* Requests of the leaves that are gone made room. */
static void use_room(ph_job_t *job, void *flow)
{
    (void)flow;
    ph_sd_dispatch(ph_job_self(job));
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    statements_t *s = ph_state(self);
    void *value;
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (!job)
            continue;
        s->left[s->left_count++ % LEFT_MAX] = in->leaves.deactivated[i];
        ph_job_end(job);
    }
    for (size_t i = 0; in->leaves.has_activated && ph_map_next(&s->peers, &i, NULL, &value);)
        ((peer_t *)value)->crossed = 0;
    if (in->leaves.deactivated_count)
        ph_job_later(ph_root_job(self), use_room, NULL);
    if (in->leaves.has_activated)
        ph_sd_leaf_activated(self, &in->leaves.activated.hash);
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    statements_t *s = ph_state(self);
    switch (in->kind) {
    case PH_IN_START:
        ph_map_init(&s->peers, sizeof(ph_peer_id_t), sizeof(peer_t));
        ph_map_init(&s->authorities, sizeof(ph_authority_discovery_id_t), sizeof(ph_peer_id_t));
        break;
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_MESSAGE:
        if (keep_for_later(self, in->msg))
            break;
        ph_sd_handle_message(self, in->msg);
        ph_sd_dispatch(self);
        break;
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    statements_t *s = ph_state(self);
    ph_sd_serve_free(s);
    ph_sd_sessions_free(s);
    ph_map_free(&s->peers);
    ph_map_free(&s->authorities);
}

const ph_subsystem_ops_t ph_statement_distribution_ops = {
    .state_size = sizeof(statements_t), .handle = handle, .destroy = destroy};
