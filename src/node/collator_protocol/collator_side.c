#include <string.h>

#include "node/collator_protocol/sides.h"
#include "primitives/assignment.h"
#include "primitives/hash_of.h"
#include "primitives/payload.h"
#include "primitives/rotation.h"

/* ---- whom we want ---- */

static bool same_authority(const ph_authority_discovery_id_t *a, const ph_authority_discovery_id_t *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* The authorities of a group, in the leaf's arena. */
static ph_vec_authority_discovery_id_t members_of(ph_arena_t *arena, const leaf_t *leaf, ph_group_index_t group)
{
    ph_vec_authority_discovery_id_t out = {0};
    if (group.v >= leaf->groups.count)
        return out;
    const ph_vec_validator_index_t *members = &leaf->groups.items[group.v];
    out.items = ph_arena_alloc(arena, members->count * sizeof *out.items);
    for (size_t i = 0; i < members->count; i++)
        if (members->items[i].v < leaf->authorities.count)
            out.items[out.count++] = leaf->authorities.items[members->items[i].v];
    return out;
}

static void want_group(ph_arena_t *arena, leaf_t *leaf, ph_group_index_t group, ph_para_id_t para, bool current)
{
    ph_vec_authority_discovery_id_t members = members_of(arena, leaf, group);
    for (size_t i = 0; i < members.count; i++)
        ph_list_push(arena, &leaf->wanted, ((wanted_t){members.items[i], para, current}));
}

static bool is_ours(const state_t *state, ph_para_id_t para)
{
    for (size_t i = 0; i < state->paras.count; i++)
        if (state->paras.items[i].v == para.v)
            return true;
    return false;
}

static bool our_para_on(ph_para_id_t *out, const state_t *state, const leaf_t *leaf, uint32_t core)
{
    return core < leaf->cores.count &&
           ph_assignment_para_up(out, &leaf->cores.items[core], (ph_core_index_t){core}, &leaf->claims) &&
           is_ours(state, *out);
}

static void find_wanted(ph_job_t *job)
{
    const state_t *state = ph_state(ph_job_self(job));
    leaf_t *leaf = ph_job_state(job);
    ph_group_rotation_info_t later = ph_rotation_bump(&leaf->rotation);
    for (uint32_t core = 0; core < leaf->cores.count; core++) {
        ph_para_id_t para;
        if (!our_para_on(&para, state, leaf, core))
            continue;
        want_group(ph_job_arena(job), leaf,
                   ph_rotation_group_for_core(&leaf->rotation, (ph_core_index_t){core}, leaf->cores.count), para, true);
        want_group(ph_job_arena(job), leaf,
                   ph_rotation_group_for_core(&later, (ph_core_index_t){core}, leaf->cores.count), para, false);
    }
}

static bool is_listed(const ph_vec_authority_discovery_id_t *ids, const ph_authority_discovery_id_t *id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (same_authority(&ids->items[i], id))
            return true;
    return false;
}

/* Is it among the heads that our view shows, and not the tip of a branch that was abandoned? Validators of an abandoned
 * branch's groups do not know that they are, and would take us for one who bothers them. */
static bool is_shown(ph_job_t *job)
{
    const ph_collator_protocol_config_t *config = ph_config(ph_job_self(job));
    const leaf_t *leaf = ph_job_state(job);
    size_t newer = 0;
    bool found = false;
    ph_job_t *other;
    for (size_t at = 0; (other = ph_job_next(ph_job_self(job), &at));) {
        newer += found;
        found = found || other == job;
    }
    uint64_t age_ms = ph_env_now_ms(ph_env_of(ph_job_self(job))) - leaf->activated_ms;
    return newer == 0 || (newer < VIEW_MAX && age_ms <= STALE_SLOTS * config->slot_ms);
}

/* Keeps connections to what any leaf wants that is alive. */
static void connect_to_wanted(ph_subsystem_t *self)
{
    PH_LIST(ph_authority_discovery_id_t) list = {0};
    ph_vec_authority_discovery_id_t ids = {0};
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        const leaf_t *leaf = ph_job_state(job);
        if (!is_shown(job))
            continue;
        for (size_t i = 0; i < leaf->wanted.count; i++) {
            if (is_listed(&ids, &leaf->wanted.items[i].id))
                continue;
            ph_list_push(NULL, &list, leaf->wanted.items[i].id);
            ids = (ph_vec_authority_discovery_id_t){list.items, list.count};
        }
    }
    ph_send_network_bridge_connect_to_validators(self, &ids, (ph_peer_set_t){PH_PEER_SET_COLLATION});
    ph_list_free(&list);
}

/* What that validator is to hear of: a para that it backs now rather than one that it will, at the newest leaf. */
static bool para_for(ph_para_id_t *out, ph_subsystem_t *self, const ph_authority_discovery_id_t *authority)
{
    bool found = false, current = false;
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        const leaf_t *leaf = ph_job_state(job);
        if (!is_shown(job))
            continue;
        for (size_t i = 0; i < leaf->wanted.count; i++) {
            const wanted_t *wanted = &leaf->wanted.items[i];
            if (!same_authority(&wanted->id, authority) || (current && !wanted->current))
                continue;
            *out = wanted->para;
            found = true;
            current = wanted->current;
        }
    }
    return found;
}

/* ---- saying so ---- */

static void send_to(ph_subsystem_t *self, ph_peer_id_t id, const ph_collator_protocol_message_v2_t *message)
{
    ph_collation_protocol_v2_t protocol = {.kind = PH_COLLATION_PROTOCOL_V2_COLLATOR_PROTOCOL,
                                           .collator_protocol = *message};
    ph_send_network_bridge_send_collation_message(self, &(ph_vec_peer_id_t){&id, 1}, &protocol);
}

static bool declare(ph_subsystem_t *self, ph_peer_id_t id, peer_t *peer, ph_para_id_t para)
{
    const ph_collator_protocol_config_t *config = ph_config(self);
    const state_t *state = ph_state(self);
    ph_collator_protocol_message_v2_t message = {.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_DECLARE};
    uint8_t peer_id[4];
    ph_put_u32(peer_id, config->local_peer.v);
    ph_bytes_t payload = ph_payload_of_declare(NULL, ph_bytes(peer_id, sizeof peer_id));
    ph_err_t err =
        ph_keystore_sign(config->keystore, message.declare.signature.bytes, PH_KEY_COLLATOR, state->key.bytes, payload);
    ph_mem_free(payload.data);
    if (err != PH_OK) {
        ph_complain(self, PH_LOG_WARN, "cannot declare ourselves: %s", ph_err_text(err));
        return false;
    }
    message.declare.collator = state->key;
    message.declare.para_id = para;
    send_to(self, id, &message);
    peer->declared = true;
    peer->para = para;
    return true;
}

static void declare_if_wanted(ph_subsystem_t *self, ph_peer_id_t id, peer_t *peer)
{
    ph_para_id_t para;
    if (!peer->declared && !peer->leaving && peer->authority.some && para_for(&para, self, &peer->authority.value))
        (void)declare(self, id, peer, para);
}

static void advertise(ph_job_t *job, collation_t *collation, ph_peer_id_t id, peer_t *peer)
{
    ph_subsystem_t *self = ph_job_self(job);
    size_t member = 0;
    if (!peer->authority.some || peer->leaving || !ph_peer_sees(peer, ph_job_key(job)) || !is_shown(job))
        return;
    while (member < collation->group.count && !same_authority(&collation->group.items[member], &peer->authority.value))
        member++;
    if (member == collation->group.count || ph_bits_get(collation->advertised, member))
        return;
    if (peer->declared && peer->para.v != collation->para.v) {
        ph_peer_disconnect(self, id); /* a connection is for one para; the bridge makes another */
        return;
    }
    if (!peer->declared && !declare(self, id, peer, collation->para))
        return;
    ph_collator_protocol_message_v2_t message = {.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_ADVERTISE_COLLATION};
    message.advertise_collation.scheduling_parent = *ph_job_key(job);
    message.advertise_collation.candidate_hash = collation->hash;
    message.advertise_collation.parent_head_data_hash = collation->parent_head_data_hash;
    send_to(self, id, &message);
    ph_bits_set(collation->advertised, member, true);
    ph_note(
        self, "collation-advertised",
        PH_FIELDS(.block = ph_job_key(job), .candidate = &collation->hash, PH_F_PARA(collation->para), PH_F_PEER(id)));
}

/* ---- collations ---- */

/* Completes a collation with what the leaf says about its core, and advertises it; false: nobody here backs it. */
static bool publish(ph_job_t *job, collation_t *collation)
{
    state_t *state = ph_state(ph_job_self(job));
    leaf_t *leaf = ph_job_state(job);
    const void *key;
    void *value;
    if (leaf->failed || !our_para_on(&collation->para, state, leaf, collation->core.v))
        return false;
    collation->group = members_of(ph_job_arena(job), leaf,
                                  ph_rotation_group_for_core(&leaf->rotation, collation->core, leaf->cores.count));
    if (collation->group.count == 0)
        return false;
    collation->advertised = ph_bits_new(ph_job_arena(job), collation->group.count);
    for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);)
        advertise(job, collation, *(const ph_peer_id_t *)key, value);
    return true;
}

static void drop_collation(ph_job_t *job, size_t i)
{
    leaf_t *leaf = ph_job_state(job);
    ph_complain(ph_job_self(job), PH_LOG_INFO, "collation for core %u dropped: not ours, or nobody backs there",
                leaf->collations.items[i].core.v);
    ph_shared_pov_unref(leaf->collations.items[i].pov);
    ph_list_remove(&leaf->collations, i);
}

void ph_collator_distribute(ph_subsystem_t *self, const ph_msg_collator_protocol_distribute_collation_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    leaf_t *leaf = job ? ph_job_state(job) : NULL;
    if (!leaf || !((const state_t *)ph_state(self))->collates)
        return;
    for (size_t i = 0; i < leaf->collations.count; i++)
        if (leaf->collations.items[i].core.v == in->core.v)
            return; /* one a core */
    collation_t *collation = ph_list_add(ph_job_arena(job), &leaf->collations);
    *collation = (collation_t){.receipt = in->receipt,
                               .hash = ph_hash_of_receipt(&in->receipt),
                               .core = in->core,
                               .pov = ph_shared_pov_ref(in->pov),
                               .parent_head_data_hash = in->parent_head_data_hash};
    if (leaf->ready && !publish(job, collation))
        drop_collation(job, leaf->collations.count - 1);
}

/* ---- events ---- */

void ph_collator_on_ready(ph_job_t *job)
{
    ph_subsystem_t *self = ph_job_self(job);
    state_t *state = ph_state(self);
    leaf_t *leaf = ph_job_state(job);
    const void *key;
    void *value;
    if (!leaf->failed) {
        find_wanted(job);
        connect_to_wanted(self);
        for (size_t i = 0; ph_map_next(&state->peers, &i, &key, &value);)
            declare_if_wanted(self, *(const ph_peer_id_t *)key, value);
    }
    for (size_t i = 0; i < leaf->collations.count;) {
        if (publish(job, &leaf->collations.items[i]))
            i++;
        else
            drop_collation(job, i);
    }
}

void ph_collator_on_connected(ph_subsystem_t *self, ph_peer_id_t id)
{
    declare_if_wanted(self, id, ph_map_get(&((state_t *)ph_state(self))->peers, &id));
}

/* What it heard from us it has forgotten. */
void ph_collator_on_disconnected(ph_subsystem_t *self, const peer_t *peer)
{
    ph_job_t *job;
    for (size_t at = 0; peer->authority.some && (job = ph_job_next(self, &at));) {
        leaf_t *leaf = ph_job_state(job);
        for (size_t i = 0; i < leaf->collations.count; i++) {
            collation_t *collation = &leaf->collations.items[i];
            for (size_t m = 0; m < collation->group.count; m++)
                if (same_authority(&collation->group.items[m], &peer->authority.value))
                    ph_bits_set(collation->advertised, m, false);
        }
    }
}

void ph_collator_on_view(ph_subsystem_t *self, ph_peer_id_t id)
{
    peer_t *peer = ph_map_get(&((state_t *)ph_state(self))->peers, &id);
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        leaf_t *leaf = ph_job_state(job);
        for (size_t i = 0; leaf->ready && i < leaf->collations.count; i++)
            advertise(job, &leaf->collations.items[i], id, peer);
    }
}

/* ---- what validators say of our collations ---- */

static bool is_member(const leaf_t *leaf, ph_core_index_t core, ph_validator_index_t validator)
{
    ph_group_index_t group = ph_rotation_group_for_core(&leaf->rotation, core, leaf->cores.count);
    if (group.v >= leaf->groups.count)
        return false;
    const ph_vec_validator_index_t *members = &leaf->groups.items[group.v];
    for (size_t i = 0; i < members->count; i++)
        if (members->items[i].v == validator.v)
            return validator.v < leaf->validators.count;
    return false;
}

static bool is_signed(ph_job_t *job, const ph_candidate_hash_t *candidate,
                      const ph_unchecked_signed_full_statement_t *statement)
{
    const leaf_t *leaf = ph_job_state(job);
    ph_compact_statement_t compact = {.kind = PH_COMPACT_STATEMENT_SECONDED, .seconded = *candidate};
    ph_signing_context_t context = {.session_index = leaf->session, .parent_hash = *ph_job_key(job)};
    ph_bytes_t payload = ph_payload_of_statement(NULL, &compact, &context);
    bool good = ph_env_verify_sr25519(ph_env_of(ph_job_self(job)), statement->signature.bytes, payload,
                                      leaf->validators.items[statement->validator_index.v].bytes);
    ph_mem_free(payload.data);
    return good;
}

/* A word about a collation of ours at a leaf that is active still: is it a statement of the core's group? */
static void on_seconded(ph_subsystem_t *self, ph_peer_id_t from, const ph_hash_t *block,
                        const ph_unchecked_signed_full_statement_t *statement)
{
    ph_job_t *job = ph_job_find(self, block);
    const leaf_t *leaf = job ? ph_job_state(job) : NULL;
    if (!leaf || !leaf->ready || statement->payload.kind != PH_STATEMENT_SECONDED)
        return;
    ph_candidate_hash_t hash = ph_hash_of_committed(&statement->payload.seconded);
    const collation_t *collation = NULL;
    for (size_t i = 0; i < leaf->collations.count && !collation; i++)
        if (memcmp(&leaf->collations.items[i].hash, &hash, sizeof hash) == 0)
            collation = &leaf->collations.items[i];
    if (!collation)
        return;
    if (!is_member(leaf, collation->core, statement->validator_index))
        ph_peer_report(self, from, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("seconded: not by a member of the group"));
    else if (!is_signed(job, &hash, statement))
        ph_peer_report(self, from, PH_REPUTATION_COST_MAJOR, PH_BYTES_LIT("seconded: bad signature"));
    else
        ph_note(self, "collation-seconded",
                PH_FIELDS(.block = block, .candidate = &hash, PH_F_PARA(collation->para),
                          PH_F_VALIDATOR(statement->validator_index), PH_F_PEER(from)));
}

void ph_collator_on_peer_message(ph_subsystem_t *self, ph_peer_id_t from,
                                 const ph_collator_protocol_message_v2_t *message)
{
    switch ((ph_collator_protocol_message_v2_kind_t)message->kind) {
    case PH_COLLATOR_PROTOCOL_MESSAGE_V2_DECLARE:
        ph_peer_disconnect(self, from); /* another collator that takes us for a validator */
        break;
    case PH_COLLATOR_PROTOCOL_MESSAGE_V2_ADVERTISE_COLLATION:
        ph_peer_report(self, from, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("collation: advertised to a collator"));
        ph_peer_disconnect(self, from);
        break;
    case PH_COLLATOR_PROTOCOL_MESSAGE_V2_COLLATION_SECONDED:
        on_seconded(self, from, &message->collation_seconded._0, &message->collation_seconded._1);
        break;
    }
}
