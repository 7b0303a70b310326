#include <string.h>

#include "node/statement_distribution/statements.h"
#include "primitives/payload.h"
#include "primitives/rotation.h"
#include "primitives/ump.h"

/* A leaf becomes ready: groups and their rotation, claim queue, disabled validators, session; then, of a session that
 * is new to us, its validators and the votes that back. What arrives about the leaf meanwhile waits. */

enum { SESSIONS_KEPT = 2, MINIMUM_VOTES_DEFAULT = 2 };

leaf_t *ph_sd_leaf(ph_subsystem_t *self, const ph_hash_t *hash)
{
    ph_job_t *job = ph_job_find(self, hash);
    leaf_t *leaf = job ? ph_job_state(job) : NULL;
    return leaf && leaf->ready ? leaf : NULL;
}

size_t ph_sd_threshold(const leaf_t *leaf, uint32_t group)
{
    return ph_threshold_backing(leaf->groups[group].members->count, leaf->session->minimum_votes);
}

bool ph_sd_is_disabled(const leaf_t *leaf, uint32_t validator)
{
    return ph_bits_get(leaf->disabled, validator);
}

bool ph_sd_is_assigned(const group_t *group, ph_para_id_t para)
{
    for (size_t i = 0; i < group->row.count; i++)
        if (group->row.items[i].v == para.v)
            return true;
    return false;
}

bool ph_sd_signature_is_good(const leaf_t *leaf, const ph_unchecked_signed_statement_t *statement)
{
    const ph_vec_validator_id_t *keys = &leaf->session->info->validators;
    ph_signing_context_t context = {.session_index = leaf->session->index, .parent_hash = leaf->hash};
    if (statement->validator_index.v >= keys->count)
        return false;
    ph_bytes_t payload = ph_payload_of_statement(NULL, &statement->payload, &context);
    bool good = ph_env_verify_sr25519(ph_env_of(leaf->self), statement->signature.bytes, payload,
                                      keys->items[statement->validator_index.v].bytes);
    ph_mem_free(payload.data);
    return good;
}

/* ---- sessions ---- */

static session_t *find_session(const statements_t *s, ph_session_index_t index)
{
    for (size_t i = 0; i < s->sessions.count; i++)
        if (s->sessions.items[i]->index.v == index.v)
            return s->sessions.items[i];
    return NULL;
}

static void free_session(session_t *session)
{
    ph_rc_unref(session->rc);
    ph_mem_free(session->group_of);
    ph_mem_free(session->place_of);
    ph_sd_links_free(&session->links);
    ph_mem_free(session);
}

/* Those that no leaf uses go, but for the newest ones. */
static void prune_sessions(statements_t *s)
{
    for (size_t i = 0; s->sessions.count > SESSIONS_KEPT && i + SESSIONS_KEPT < s->sessions.count;) {
        if (s->sessions.items[i]->users) {
            i++;
            continue;
        }
        free_session(s->sessions.items[i]);
        ph_list_remove(&s->sessions, i);
    }
}

void ph_sd_sessions_free(statements_t *s)
{
    for (size_t i = 0; i < s->sessions.count; i++)
        free_session(s->sessions.items[i]);
    ph_list_free(&s->sessions);
    for (size_t i = 0; i < 2; i++)
        ph_shared_gossip_topology_unref(s->topologies[i]);
}

/* A pure function of the block: nodes of one process share it. */
static ph_rc_t *info_of(ph_subsystem_t *self, const ph_hash_t *block, ph_session_index_t index,
                        const ph_session_info_t *info)
{
    uint8_t key[sizeof block->bytes + sizeof index.v];
    memcpy(key, block->bytes, sizeof block->bytes);
    ph_put_u32(key + sizeof block->bytes, index.v);
    return ph_memo_share(ph_env_of(self)->memo, &ph_type_session_info, ph_bytes(key, sizeof key), info);
}

static void place_members(session_t *session)
{
    size_t count = session->info->validators.count;
    session->group_of = ph_mem_alloc(NULL, (count + 1) * sizeof *session->group_of);
    session->place_of = ph_mem_alloc(NULL, (count + 1) * sizeof *session->place_of);
    for (size_t i = 0; i < count; i++)
        session->group_of[i] = session->place_of[i] = NOBODY;
    for (uint32_t g = 0; g < session->info->validator_groups.count; g++) {
        const ph_vec_validator_index_t *members = &session->info->validator_groups.items[g];
        for (uint32_t i = 0; i < members->count; i++) {
            if (members->items[i].v >= count)
                continue;
            session->group_of[members->items[i].v] = g;
            session->place_of[members->items[i].v] = i;
        }
    }
}

static session_t *make_session(const leaf_t *leaf, ph_rc_t *info, uint32_t minimum_votes)
{
    statements_t *s = ph_state(leaf->self);
    const ph_statement_distribution_config_t *config = ph_sd_config(leaf->self);
    session_t *session = ph_mem_alloc(NULL, sizeof *session);
    ph_validator_index_t me;
    *session = (session_t){.index = leaf->session_index,
                           .rc = ph_rc_ref(info),
                           .info = ph_rc_value(info),
                           .minimum_votes = minimum_votes,
                           .me = NOBODY,
                           .links = {.me = NOBODY}};
    if (config->keystore && ph_keystore_find_validator(config->keystore, session->info->validators.items,
                                                       session->info->validators.count, &me))
        session->me = me.v;
    place_members(session);
    for (size_t i = 0; i < 2; i++)
        if (s->topologies[i].v && s->topologies[i].v->session.v == session->index.v && !session->links.known)
            ph_sd_links_make(&session->links, s->topologies[i].v);
    ph_list_push(NULL, &s->sessions, session);
    return session;
}

void ph_sd_topology_came(ph_subsystem_t *self, ph_shared_gossip_topology_t topology)
{
    statements_t *s = ph_state(self);
    session_t *session = find_session(s, topology.v->session);
    ph_shared_gossip_topology_unref(s->topologies[1]);
    s->topologies[1] = s->topologies[0];
    s->topologies[0] = ph_shared_gossip_topology_ref(topology);
    if (!session || session->links.known)
        return;
    ph_sd_links_make(&session->links, topology.v);
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        leaf_t *leaf = ph_job_state(job);
        for (uint32_t g = 0; leaf->ready && leaf->session == session && g < leaf->group_count; g++)
            for (candidate_t *c = leaf->groups[g].first; c; c = c->next_in_group)
                ph_sd_grid_provide(c);
    }
}

/* ---- the leaf ---- */

static void replay_early(leaf_t *leaf)
{
    for (size_t i = 0; i < leaf->early.count; i++)
        ph_sd_handle_message(leaf->self, leaf->early.items[i]);
    for (size_t i = 0; i < leaf->early.count; i++)
        ph_msg_unref(leaf->early.items[i]);
    ph_list_free(&leaf->early);
}

/* Which paras each group's core may take: the claim queue at the core that the rotation gives it. */
static void assign_groups(leaf_t *leaf)
{
    const ph_session_info_t *info = leaf->session->info;
    leaf->group_count = (uint32_t)info->validator_groups.count;
    leaf->groups = ph_arena_alloc(ph_job_arena(leaf->job), leaf->group_count * sizeof *leaf->groups);
    for (uint32_t g = 0; g < leaf->group_count; g++)
        leaf->groups[g].members = &info->validator_groups.items[g];
    for (size_t i = 0; i < leaf->queue.count; i++) {
        ph_core_index_t core = leaf->queue.items[i].key;
        if (core.v >= leaf->group_count)
            continue; /* more cores than groups: nobody serves it */
        ph_group_index_t group = ph_rotation_group_for_core(&leaf->rotation, core, leaf->group_count);
        if (group.v < leaf->group_count)
            leaf->groups[group.v].row = leaf->queue.items[i].value;
    }
}

static void make_ready(leaf_t *leaf, session_t *session)
{
    ph_arena_t *arena = ph_job_arena(leaf->job);
    leaf->session = session;
    session->users++;
    prune_sessions(ph_state(leaf->self));
    leaf->disabled = ph_bits_new(arena, session->info->validators.count);
    for (size_t i = 0; i < leaf->disabled_list.count; i++)
        if (leaf->disabled_list.items[i].v < leaf->disabled.count)
            ph_bits_set(leaf->disabled, leaf->disabled_list.items[i].v, true);
    assign_groups(leaf);
    ph_ump_transpose(arena, &leaf->transposed, &leaf->queue);
    leaf->own_group = session->me == NOBODY ? NOBODY : session->group_of[session->me];
    leaf->own_place = session->me == NOBODY ? NOBODY : session->place_of[session->me];
    leaf->ready = true;
    ((statements_t *)ph_state(leaf->self))->votes_a_leaf = VOTES * session->info->validators.count;
    replay_early(leaf);
    ph_sd_dispatch(leaf->self);
}

static void give_up(leaf_t *leaf)
{
    ph_complain(leaf->self, PH_LOG_WARN, "no statements for a block: the runtime does not tell its groups");
    ph_job_end(leaf->job);
}

static void on_minimum_votes(ph_job_t *job, void *flow, ph_err_t err, const ph_res_u32_runtime_api_error_t *votes)
{
    ph_rc_t *info = flow; /* owned by the job's arena */
    leaf_t *leaf = ph_job_state(job);
    uint32_t minimum = MINIMUM_VOTES_DEFAULT;
    if (!err && votes->kind == PH_RES_U32_RUNTIME_API_ERROR_OK)
        minimum = votes->ok;
    session_t *session = find_session(ph_state(leaf->self), leaf->session_index);
    make_ready(leaf, session ? session : make_session(leaf, info, minimum));
}

static void on_session_info(ph_job_t *job, void *flow, ph_err_t err,
                            const ph_res_opt_session_info_runtime_api_error_t *info)
{
    leaf_t *leaf = flow;
    if (err || info->kind != PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK || !info->ok.some) {
        give_up(leaf);
        return;
    }
    ph_rc_t *rc = info_of(leaf->self, &leaf->hash, leaf->session_index, &info->ok.value);
    ph_arena_defer(ph_job_arena(job), ph_rc_unref, rc);
    ph_ask_runtime_api_request_minimum_backing_votes(job, &leaf->hash, rc, on_minimum_votes);
}

static void look_at_session(ph_job_t *job, void *flow)
{
    leaf_t *leaf = flow;
    session_t *session = find_session(ph_state(leaf->self), leaf->session_index);
    if (leaf->failed)
        give_up(leaf);
    else if (session)
        make_ready(leaf, session);
    else
        ph_ask_runtime_api_request_session_info(job, &leaf->hash, leaf->session_index, leaf, on_session_info);
}

/* ---- the questions that go out together ---- */

static void on_session(ph_job_t *job, void *flow, ph_err_t err, const ph_res_session_index_runtime_api_error_t *session)
{
    leaf_t *leaf = ph_job_state(job);
    if (err || session->kind != PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK)
        leaf->failed = true;
    else
        leaf->session_index = session->ok;
    ph_join_done(flow);
}

static void on_groups(ph_job_t *job, void *flow, ph_err_t err,
                      const ph_res_tup_vec_vec_validator_index_group_rotation_info_runtime_api_error_t *groups)
{
    leaf_t *leaf = ph_job_state(job);
    if (err || groups->kind != PH_RES_TUP_VEC_VEC_VALIDATOR_INDEX_GROUP_ROTATION_INFO_RUNTIME_API_ERROR_OK)
        leaf->failed = true;
    else
        leaf->rotation = groups->ok._1;
    ph_join_done(flow);
}

static void on_disabled(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_vec_validator_index_runtime_api_error_t *disabled)
{
    leaf_t *leaf = ph_job_state(job);
    if (!err && disabled->kind == PH_RES_VEC_VALIDATOR_INDEX_RUNTIME_API_ERROR_OK)
        ph_vec_validator_index_clone(ph_job_arena(job), &leaf->disabled_list, &disabled->ok);
    ph_join_done(flow); /* a runtime without the method disables nobody */
}

/* A runtime without a claim queue: what a core is scheduled for, or would be next, is all we know. */
static void on_cores(ph_job_t *job, void *flow, ph_err_t err, const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    leaf_t *leaf = ph_job_state(job);
    ph_arena_t *arena = ph_job_arena(job);
    bool good = !err && cores->kind == PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK;
    leaf->failed |= !good;
    if (good)
        leaf->queue.items = ph_arena_alloc(arena, cores->ok.count * sizeof *leaf->queue.items);
    for (uint32_t i = 0; good && i < cores->ok.count; i++) {
        const ph_core_state_t *core = &cores->ok.items[i];
        const ph_scheduled_core_t *next = NULL;
        if (core->kind == PH_CORE_STATE_SCHEDULED)
            next = &core->scheduled;
        else if (core->kind == PH_CORE_STATE_OCCUPIED && core->occupied.next_up_on_available.some)
            next = &core->occupied.next_up_on_available.value;
        if (next)
            leaf->queue.items[leaf->queue.count++] = (ph_claim_queue_entry_t){
                .key = {i}, .value = {ph_arena_copy(arena, &next->para_id, sizeof next->para_id), 1}};
    }
    ph_join_done(flow);
}

static void on_queue(ph_job_t *job, void *flow, ph_err_t err,
                     const ph_res_map_core_index_vec_para_id_runtime_api_error_t *queue)
{
    leaf_t *leaf = ph_job_state(job);
    if (!err && queue->kind == PH_RES_MAP_CORE_INDEX_VEC_PARA_ID_RUNTIME_API_ERROR_OK) {
        ph_job_keep_reply(job);
        leaf->queue = queue->ok;
    } else if (!err && queue->err.kind == PH_RUNTIME_API_ERROR_NOT_SUPPORTED) {
        ph_ask_runtime_api_request_availability_cores(job, &leaf->hash, flow, on_cores);
        return;
    } else {
        leaf->failed = true;
    }
    ph_join_done(flow);
}

/* What of a leaf is not in its arena. */
static void drop_leaf(void *ptr)
{
    leaf_t *leaf = ptr;
    for (size_t i = 0; i < leaf->early.count; i++)
        ph_msg_unref(leaf->early.items[i]);
    ph_list_free(&leaf->early);
    ph_sd_candidates_free(leaf);
    if (leaf->session)
        leaf->session->users--;
}

void ph_sd_leaf_activated(ph_subsystem_t *self, const ph_hash_t *hash)
{
    ph_job_t *job = ph_job_start(self, hash, sizeof(leaf_t));
    leaf_t *leaf = ph_job_state(job);
    *leaf = (leaf_t){.self = self, .job = job, .hash = *hash, .own_group = NOBODY, .own_place = NOBODY};
    ph_map_init(&leaf->candidates, sizeof(ph_candidate_hash_t), sizeof(candidate_t *));
    ph_arena_defer(ph_job_arena(job), drop_leaf, leaf);
    ph_join_t *answers = ph_join_new(job, look_at_session, leaf);
    for (int i = 0; i < 4; i++)
        ph_join_add(answers);
    ph_join_close(answers);
    ph_ask_runtime_api_request_session_index_for_child(job, hash, answers, on_session);
    ph_ask_runtime_api_request_validator_groups(job, hash, answers, on_groups);
    ph_ask_runtime_api_request_claim_queue(job, hash, answers, on_queue);
    ph_ask_runtime_api_request_disabled_validators(job, hash, answers, on_disabled);
}
