#include <string.h>

#include "node/collator_protocol/sides.h"
#include "primitives/assignment.h"
#include "primitives/payload.h"
#include "primitives/rotation.h"

/* POLL_MS, UNDECLARED_MS: for slots of 6 s. CROSSED_MAX: of what is out of place but may have crossed a change of our
 * view or of the peer's, or follow a message that was lost, so much a peer costs nothing between two leaves. */
enum {
    POLL_MS = 1000,
    UNDECLARED_MS = 1000,
    INACTIVE_SLOTS = 4,
    ADVERTS_MAX = 512,
    CROSSED_MAX = 4,
    PATIENCE_SLOTS = 2
};

static uint64_t scaled(ph_subsystem_t *self, uint64_t ms)
{
    const ph_collator_protocol_config_t *config = ph_config(self);
    return ms * config->slot_ms / 6000;
}

/* ---- which paras we need ---- */

static bool is_in(const ph_vec_para_id_t *paras, ph_para_id_t para)
{
    for (size_t i = 0; i < paras->count; i++)
        if (paras->items[i].v == para.v)
            return true;
    return false;
}

static bool any_unknown(ph_subsystem_t *self)
{
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        const leaf_t *leaf = ph_job_state(job);
        if (!leaf->ready || leaf->failed)
            return true;
    }
    return false;
}

static bool is_needed(ph_subsystem_t *self, ph_para_id_t para)
{
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        const leaf_t *leaf = ph_job_state(job);
        if (is_in(&leaf->now, para) || is_in(&leaf->next, para))
            return true;
    }
    return false;
}

/* The paras of a core: its claims, and who is up there if the queue does not say so (a core about to become free). */
static void list_paras(ph_arena_t *arena, ph_vec_para_id_t *out, const leaf_t *leaf, ph_core_index_t core)
{
    ph_para_id_t up;
    const ph_vec_para_id_t *row = ph_assignment_claims_of(&leaf->claims, core);
    if (core.v >= leaf->cores.count)
        return;
    out->items = ph_arena_alloc(arena, ((row ? row->count : 0) + 1) * sizeof *out->items);
    if (row && row->count)
        memcpy(out->items, row->items, (out->count = row->count) * sizeof *out->items);
    if (ph_assignment_para_up(&up, &leaf->cores.items[core.v], core, &leaf->claims) && !is_in(out, up))
        out->items[out->count++] = up;
}

static void find_core(ph_job_t *job)
{
    leaf_t *leaf = ph_job_state(job);
    ph_group_index_t group;
    leaf->has_core = !leaf->failed && leaf->has_core && ph_assignment_group_of(&group, &leaf->groups, leaf->me);
    if (!leaf->has_core)
        return;
    ph_group_rotation_info_t later = ph_rotation_bump(&leaf->rotation);
    leaf->core = ph_rotation_core_for_group(&leaf->rotation, group, leaf->cores.count);
    list_paras(ph_job_arena(job), &leaf->now, leaf, leaf->core);
    list_paras(ph_job_arena(job), &leaf->next, leaf, ph_rotation_core_for_group(&later, group, leaf->cores.count));
}

/* ---- adverts ---- */

static void tell(ph_job_t *job, advert_t *advert)
{
    leaf_t *leaf = ph_job_state(job);
    state_t *state = ph_state(ph_job_self(job));
    const peer_t *peer = ph_map_get(&state->peers, &advert->peer);
    if (advert->told || !leaf->ready || !peer || !peer->accepted || !is_in(&leaf->now, advert->para))
        return;
    advert->told = true;
    ph_opt_candidate_hash_t candidate = {true, advert->candidate};
    ph_send_candidate_selection_collation(ph_job_self(job), ph_job_key(job), advert->para, advert->peer,
                                          &advert->collator, &candidate);
}

static void tell_all(ph_subsystem_t *self)
{
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        leaf_t *leaf = ph_job_state(job);
        for (size_t i = 0; i < leaf->adverts.count; i++)
            tell(job, &leaf->adverts.items[i]);
    }
}

/* What is wrong with it, or NULL. */
static const char *fault_of(const leaf_t *leaf, const peer_t *peer, ph_peer_id_t from, const ph_hash_t *block,
                            const ph_candidate_hash_t *candidate)
{
    size_t of_peer = 0;
    if (!leaf)
        return "advertisement: not of an active leaf";
    if (!ph_peer_sees(peer, block))
        return "advertisement: outside your view";
    for (size_t i = 0; i < leaf->adverts.count; i++) {
        if (leaf->adverts.items[i].peer.v != from.v || leaf->adverts.items[i].gone)
            continue;
        if (memcmp(&leaf->adverts.items[i].candidate, candidate, sizeof *candidate) == 0)
            return "advertisement: sent twice";
        of_peer++;
    }
    /* One at least while the lookahead is not known yet. */
    return of_peer > leaf->lookahead ? "advertisement: too many" : NULL;
}

/* What the peer said before it disconnected. */
static advert_t *find_gone(leaf_t *leaf, ph_peer_id_t from, const ph_candidate_hash_t *candidate)
{
    for (size_t i = 0; i < leaf->adverts.count; i++) {
        advert_t *advert = &leaf->adverts.items[i];
        if (advert->gone && advert->peer.v == from.v && memcmp(&advert->candidate, candidate, sizeof *candidate) == 0)
            return advert;
    }
    return NULL;
}

/* A collator that connects anew knows nothing of what it said; saying it again is no fault. */
void ph_validator_on_disconnected(ph_subsystem_t *self, ph_peer_id_t id)
{
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        leaf_t *leaf = ph_job_state(job);
        for (size_t i = 0; i < leaf->adverts.count; i++)
            if (leaf->adverts.items[i].peer.v == id.v)
                leaf->adverts.items[i].gone = true;
    }
}

static bool was_left_lately(const state_t *state, const ph_hash_t *block)
{
    for (size_t i = 0; i < state->left_count && i < LEFT_MAX; i++)
        if (memcmp(&state->left[i], block, sizeof *block) == 0)
            return true;
    return false;
}

/* Could an honest collator have said it, seeing something else than we do? */
static bool may_have_crossed(ph_subsystem_t *self, const leaf_t *leaf, peer_t *peer, const ph_hash_t *block)
{
    bool astray = !peer->declared || (leaf ? !ph_peer_sees(peer, block) : was_left_lately(ph_state(self), block));
    return astray && peer->crossed++ < CROSSED_MAX;
}

static void on_advertisement(ph_subsystem_t *self, ph_peer_id_t from, peer_t *peer, const ph_hash_t *block,
                             const ph_candidate_hash_t *candidate)
{
    ph_job_t *job = ph_job_find(self, block);
    leaf_t *leaf = job ? ph_job_state(job) : NULL;
    const char *fault =
        peer->declared ? fault_of(leaf, peer, from, block, candidate) : "advertisement: without a declaration";
    if (fault && may_have_crossed(self, leaf, peer, block))
        return;
    if (fault) {
        ph_peer_report(self, from, PH_REPUTATION_COST_MINOR, ph_bytes(fault, strlen(fault)));
        return;
    }
    peer->active_ms = ph_env_now_ms(ph_env_of(self));
    advert_t *again = find_gone(leaf, from, candidate);
    if (again) {
        again->gone = again->told = false;
        tell(job, again);
        return;
    }
    if (leaf->adverts.count >= ADVERTS_MAX)
        return;
    ph_list_push(ph_job_arena(job), &leaf->adverts,
                 ((advert_t){.peer = from, .collator = peer->collator, .para = peer->para, .candidate = *candidate}));
    tell(job, &leaf->adverts.items[leaf->adverts.count - 1]);
}

/* ---- declarations ---- */

/* Takes a collator whose para we need, sends the others away; undecided while we do not know all that we need. Who
 * comes for a para that is not needed may have seen a block that we have not, or the other way round: it is given two
 * slots. */
static void judge(ph_subsystem_t *self, ph_peer_id_t id, peer_t *peer)
{
    if (!peer->declared || peer->leaving)
        return;
    if (is_needed(self, peer->para)) {
        peer->accepted = true;
        return;
    }
    const ph_collator_protocol_config_t *config = ph_config(self);
    uint64_t since_ms = ph_env_now_ms(ph_env_of(self)) - peer->declared_ms;
    if (any_unknown(self) || (!peer->accepted && since_ms < PATIENCE_SLOTS * config->slot_ms))
        return;
    if (!peer->accepted)
        ph_peer_report(self, id, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("declaration: a para not needed here"));
    ph_peer_disconnect(self, id);
}

static void judge_all(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    const void *key;
    void *value;
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);)
        judge(self, *(const ph_peer_id_t *)key, value);
    tell_all(self);
}

static bool declaration_is_signed(ph_subsystem_t *self, ph_peer_id_t from, const ph_collator_id_t *collator,
                                  const ph_collator_signature_t *signature)
{
    uint8_t peer_id[4];
    ph_put_u32(peer_id, from.v);
    ph_bytes_t payload = ph_payload_of_declare(NULL, ph_bytes(peer_id, sizeof peer_id));
    bool good = ph_env_verify_sr25519(ph_env_of(self), signature->bytes, payload, collator->bytes);
    ph_mem_free(payload.data);
    return good;
}

static void on_declaration(ph_subsystem_t *self, ph_peer_id_t from, peer_t *peer,
                           const ph_collator_protocol_message_v2_t *message)
{
    if (peer->declared) {
        ph_peer_report(self, from, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("declaration: a second one"));
        return;
    }
    if (!declaration_is_signed(self, from, &message->declare.collator, &message->declare.signature)) {
        ph_peer_report(self, from, PH_REPUTATION_MALICIOUS, PH_BYTES_LIT("declaration: bad signature"));
        return;
    }
    peer->declared = true;
    peer->collator = message->declare.collator;
    peer->para = message->declare.para_id;
    peer->active_ms = peer->declared_ms = ph_env_now_ms(ph_env_of(self));
    ph_note(self, "collator-declared", PH_FIELDS(PH_F_PARA(peer->para), PH_F_PEER(from)));
    judge(self, from, peer);
}

void ph_validator_on_peer_message(ph_subsystem_t *self, ph_peer_id_t from,
                                  const ph_collator_protocol_message_v2_t *message)
{
    peer_t *peer = ph_map_get(&((state_t *)ph_state(self))->peers, &from);
    switch ((ph_collator_protocol_message_v2_kind_t)message->kind) {
    case PH_COLLATOR_PROTOCOL_MESSAGE_V2_DECLARE:
        on_declaration(self, from, peer, message);
        break;
    case PH_COLLATOR_PROTOCOL_MESSAGE_V2_ADVERTISE_COLLATION:
        on_advertisement(self, from, peer, &message->advertise_collation.scheduling_parent,
                         &message->advertise_collation.candidate_hash);
        break;
    case PH_COLLATOR_PROTOCOL_MESSAGE_V2_COLLATION_SECONDED:
        ph_peer_report(self, from, PH_REPUTATION_COST_MINOR,
                       PH_BYTES_LIT("collation seconded: not a validator's word"));
        break;
    }
}

/* ---- activity ---- */

static void evict_idle(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    const ph_collator_protocol_config_t *config = ph_config(self);
    state_t *state = ph_state(self);
    uint64_t now = ph_env_now_ms(ph_env_of(self));
    const void *key;
    void *value;
    (void)flow;
    state->polling = false;
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);) {
        ph_peer_id_t id = *(const ph_peer_id_t *)key;
        peer_t *peer = value;
        judge(self, id, peer);
        if (now - peer->active_ms >= (peer->declared ? INACTIVE_SLOTS * config->slot_ms : scaled(self, UNDECLARED_MS)))
            ph_peer_disconnect(self, id);
    }
    if (state->peers.count == 0)
        return;
    state->polling = true;
    ph_job_after(job, scaled(self, POLL_MS), evict_idle, NULL);
}

void ph_validator_on_connected(ph_subsystem_t *self, ph_peer_id_t id)
{
    state_t *state = ph_state(self);
    (void)id;
    if (state->polling)
        return;
    state->polling = true;
    ph_job_after(ph_root_job(self), scaled(self, POLL_MS), evict_idle, NULL);
}

/* ---- leaves ---- */

void ph_validator_on_ready(ph_job_t *job)
{
    find_core(job);
    judge_all(ph_job_self(job));
}

void ph_validator_on_leaves(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    void *value;
    for (size_t i = 0; ph_map_next(&state->peers, &i, NULL, &value);) {
        peer_t *peer = value;
        peer->crossed = 0;
        peer->refused = false;
    }
    judge_all(self);
}

/* ---- what Candidate Selection thinks of a collator ---- */

static bool is_collator(const ph_collator_id_t *a, const ph_collator_id_t *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* Who advertised as that collator and is gone does not get away with it. */
static void report_advertiser(ph_subsystem_t *self, const ph_collator_id_t *collator, ph_reputation_kind_t kind,
                              ph_bytes_t reason)
{
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        const leaf_t *leaf = ph_job_state(job);
        for (size_t i = 0; i < leaf->adverts.count; i++) {
            if (!is_collator(&leaf->adverts.items[i].collator, collator))
                continue;
            ph_peer_report(self, leaf->adverts.items[i].peer, kind, reason);
            return;
        }
    }
}

void ph_validator_report(ph_subsystem_t *self, const ph_collator_id_t *collator, ph_reputation_kind_t kind,
                         ph_bytes_t reason)
{
    state_t *state = ph_state(self);
    const void *key;
    void *value;
    bool found = false;
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);) {
        const peer_t *peer = value;
        if (!peer->declared || !is_collator(&peer->collator, collator))
            continue;
        ph_peer_report(self, *(const ph_peer_id_t *)key, kind, reason);
        found = true;
    }
    if (!found)
        report_advertiser(self, collator, kind, reason);
}

void ph_validator_notify_seconded(ph_subsystem_t *self, const ph_msg_collator_protocol_notify_collation_seconded_t *in)
{
    state_t *state = ph_state(self);
    const void *key;
    void *value;
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);) {
        const peer_t *peer = value;
        ph_peer_id_t id = *(const ph_peer_id_t *)key;
        if (!peer->declared || peer->leaving || !is_collator(&peer->collator, &in->collator))
            continue;
        ph_collation_protocol_v2_t protocol = {.kind = PH_COLLATION_PROTOCOL_V2_COLLATOR_PROTOCOL};
        protocol.collator_protocol.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_COLLATION_SECONDED;
        protocol.collator_protocol.collation_seconded._0 = in->relay_parent;
        protocol.collator_protocol.collation_seconded._1 = in->statement;
        ph_send_network_bridge_send_collation_message(self, &(ph_vec_peer_id_t){&id, 1}, &protocol);
    }
}
