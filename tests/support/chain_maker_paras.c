/* What validators do in a made chain: candidates with messages, bitfields, votes on code. */
#include "support/chain_maker_private.h"

#include "runtime/dmp.h"
#include "runtime/storage/hrmp.h"

/* ---- validators ---- */

const ph_sr25519_keypair_t *ph_maker_pair(const ph_chain_maker_t *m, const ph_validator_id_t *id)
{
    for (size_t i = 0; i < MAKER_KEYS; i++)
        if (memcmp(m->keys[i].para_validator.public_key, id->bytes, 32) == 0)
            return &m->keys[i].para_validator;
    return NULL; /* a validator that has set no keys */
}

/* rt_para.h's helpers sign with keys by index in the full set. */
static void prepare(ph_chain_maker_t *m, para_world_t *w, size_t *active)
{
    ph_vec_validator_id_t keys;
    ph_vec_validator_index_t order;
    *w = (para_world_t){.rt = &m->view.rt, .parent = m->c->header, .validator_count = PW_MAX_VALIDATORS};
    ph_paras_shared_active_validator_keys_get(w->rt, &keys);
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    *active = keys.count < order.count ? keys.count : order.count;
    for (size_t i = 0; i < *active; i++) {
        const ph_sr25519_keypair_t *pair = ph_maker_pair(m, &keys.items[i]);
        if (order.items[i].v >= PW_MAX_VALIDATORS)
            *active = 0;
        else
            w->keys[order.items[i].v] = pair ? *pair : m->keys[MAKER_KEYS - 1].para_validator;
    }
}

/* ---- candidates ---- */

static void send_horizontally(ph_chain_maker_t *m, ph_committed_candidate_receipt_t *c)
{
    ph_rt_t *rt = &m->view.rt;
    ph_vec_para_id_t recipients;
    ph_hrmp_hrmp_egress_channels_index_get(rt, c->descriptor.para_id, &recipients);
    for (size_t i = 0; i < recipients.count; i++) {
        char *text = ph_arena_printf(rt->arena, "%u to %u", c->descriptor.para_id.v, recipients.items[i].v);
        ph_outbound_hrmp_message_t message = {.recipient = recipients.items[i], .data = pw_text(text)};
        if (maker_chance(m, 60))
            ph_vec_push(rt, &c->commitments.horizontal_messages, message);
    }
}

static bool is_stable(ph_rt_t *rt, ph_para_id_t para)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(rt, para, &state) &&
           (state.kind == PH_PARA_LIFECYCLE_PARACHAIN || state.kind == PH_PARA_LIFECYCLE_PARATHREAD);
}

static void add_outputs(ph_chain_maker_t *m, ph_committed_candidate_receipt_t *c)
{
    ph_rt_t *rt = &m->view.rt;
    uint32_t downward = ph_dmp_length(rt, c->descriptor.para_id);
    c->commitments.processed_downward_messages = (uint32_t)maker_below(m, (downward < 3 ? downward : 3) + 1);
    if (downward > 0 && c->commitments.processed_downward_messages == 0)
        c->commitments.processed_downward_messages = 1;
    if (maker_chance(m, 50))
        send_horizontally(m, c);
    size_t upward = maker_chance(m, 40) ? maker_below(m, 4) : 0;
    for (size_t i = 0; i < upward; i++)
        ph_vec_push(rt, &c->commitments.upward_messages, ph_maker_upward_call(m, c->descriptor.para_id));
    if (maker_chance(m, 15) && is_stable(rt, c->descriptor.para_id)) {
        c->commitments.new_validation_code.some = true;
        c->commitments.new_validation_code.value = ph_maker_code(rt->arena, maker_below(m, MAKER_CODES));
    }
    if (maker_chance(m, 3)) /* an outright lie */
        c->commitments.hrmp_watermark += 5;
}

static void add_candidate(ph_chain_maker_t *m, para_world_t *w, ph_parachains_inherent_data_t *data, uint32_t core,
                          uint32_t para)
{
    ph_head_data_t head;
    ph_validation_code_hash_t code;
    ph_group_index_t group;
    ph_vec_validator_index_t members;
    if (!ph_inclusion_latest_head(w->rt, pw_para(para), &head) ||
        !ph_paras_current_code_hash_get(w->rt, pw_para(para), &code) ||
        !ph_scheduler_group_assigned_to_core(w->rt, &group, (ph_core_index_t){core}, w->parent.number + 1) ||
        !ph_scheduler_group_validators(w->rt, &members, group) || members.count == 0)
        return;
    ph_committed_candidate_receipt_t c = pw_candidate(w, para, core);
    add_outputs(m, &c);
    c.descriptor.para_head = ph_hash_of_head(c.commitments.head_data);
    ph_vec_push(w->rt, &data->backed_candidates, pw_back(w, &c, core, members.count));
    ph_maker_tell(m, "candidate of %u on core %u", para, core);
}

static void add_candidates(ph_chain_maker_t *m, ph_parachains_inherent_data_t *data)
{
    para_world_t w;
    size_t active;
    ph_claim_queue_t claims;
    prepare(m, &w, &active);
    if (active == 0 || ph_scheduler_core_count(w.rt) > 64 || maker_chance(m, 10))
        return;
    uint64_t available = ph_test_u64(&m->random) | ph_test_u64(&m->random);
    for (size_t i = 0; i < active; i++)
        if (maker_chance(m, 95))
            ph_vec_push(w.rt, &data->bitfields, pw_bitfield(&w, (uint32_t)i, available));
    if (ph_api_parachain_host_claim_queue(w.rt, &claims) != PH_OK)
        return;
    for (size_t i = 0; i < claims.count; i++)
        if (claims.items[i].value.count > 0 && maker_chance(m, 85))
            add_candidate(m, &w, data, claims.items[i].key.v, claims.items[i].value.items[0].v);
}

void ph_maker_fill_inherent(ph_chain_maker_t *m, ph_parachains_inherent_data_t *data)
{
    add_candidates(m, data);
    ph_maker_dispute(m, data);
}

/* ---- votes on code ---- */

static ph_bytes_t vote(ph_chain_maker_t *m, const ph_validation_code_hash_t *subject, uint32_t validator, bool accept,
                       const ph_sr25519_keypair_t *pair)
{
    ph_call_t call = {.kind = PH_CALL_PARAS, .paras.kind = PH_CALL_PARAS_INCLUDE_PVF_CHECK_STATEMENT};
    ph_pvf_check_statement_t *statement = &call.paras.include_pvf_check_statement.stmt;
    ph_writer_t w = ph_writer_in(m->c->arena);
    *statement = (ph_pvf_check_statement_t){.accept = accept,
                                            .subject = *subject,
                                            .session_index = ph_paras_shared_session(&m->view.rt),
                                            .validator_index = {validator}};
    ph_bytes_t payload = ph_payload_of_pvf_check(m->view.rt.arena, statement);
    ph_sr25519_sign(pair, call.paras.include_pvf_check_statement.signature.bytes, payload, NULL);
    ph_call_encode(&w, &call);
    return ph_writer_bytes(&w);
}

void ph_maker_votes(ph_chain_maker_t *m, ph_maker_extrinsics_t *out)
{
    ph_rt_t *rt = &m->view.rt;
    ph_vec_validation_code_hash_t subjects;
    ph_vec_validator_id_t keys;
    ph_paras_pvf_active_vote_list_get(rt, &subjects);
    ph_paras_shared_active_validator_keys_get(rt, &keys);
    for (size_t i = 0; i < subjects.count; i++) {
        bool accept = subjects.items[i].bytes[0] % 5 != 0;
        for (uint32_t v = 0; v < keys.count; v++) {
            const ph_sr25519_keypair_t *pair = ph_maker_pair(m, &keys.items[v]);
            if (pair && maker_chance(m, 50))
                ph_list_push(m->c->arena, out, vote(m, &subjects.items[i], v, accept, pair));
        }
    }
}
