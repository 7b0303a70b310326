/* Random calls of a made chain: any call of any pallet, with arguments of their types, from all kinds of origins. */
#include "support/chain_maker_private.h"

#include "runtime/pallets.h"
#include "runtime/storage/hrmp.h"
#include "support/random_value.h"

/* ---- arguments ---- */

static void known_session_keys(ph_chain_maker_t *m, void *out)
{
    *(ph_session_keys_t *)out = rk_public(&m->keys[maker_below(m, MAKER_KEYS)]);
}

static bool known_bytes(ph_chain_maker_t *m, const ph_type_t *type, void *out)
{
    if (strcmp(type->name, "ValidationCode") == 0)
        *(ph_validation_code_t *)out = ph_maker_code(m->c->arena, maker_below(m, MAKER_CODES));
    else if (strcmp(type->name, "ValidationCodeHash") == 0)
        *(ph_validation_code_hash_t *)out = ph_hash_of_code(ph_maker_code(m->c->arena, maker_below(m, MAKER_CODES)));
    else if (strcmp(type->name, "SessionKeys") == 0)
        known_session_keys(m, out);
    else
        return false;
    return true;
}

/* Blocks around now, and small numbers; amounts that accounts have. */
static bool known_number(ph_chain_maker_t *m, const ph_type_t *type, void *out)
{
    if (type->kind == PH_KIND_U32)
        *(uint32_t *)out =
            maker_chance(m, 40) ? m->c->header.number + (uint32_t)maker_below(m, 12) : (uint32_t)maker_below(m, 8);
    else if (type->kind == PH_KIND_U128)
        *(ph_u128_t *)out =
            maker_chance(m, 20) ? maker_below(m, 3) : ph_test_u64(&m->random) >> (14 + maker_below(m, 30));
    else
        return false;
    return true;
}

static bool known(void *context, const ph_type_t *type, void *out)
{
    ph_chain_maker_t *m = context;
    const ph_account_id_t *account = &m->signers[maker_below(m, MAKER_SIGNERS)].account;
    if (known_number(m, type, out))
        return true;
    if (!type->name)
        return false;
    if (strcmp(type->name, "ParaId") == 0) {
        ((ph_para_id_t *)out)->v = ph_maker_paras[maker_below(m, MAKER_PARAS)];
    } else if (strcmp(type->name, "AccountId") == 0) {
        *(ph_account_id_t *)out = *account;
    } else if (strcmp(type->name, "MultiAddress") == 0 && maker_chance(m, 95)) {
        *(ph_multi_address_t *)out = rt_address(account);
    } else if (strcmp(type->name, "CoreAssignment") == 0) {
        *(ph_core_assignment_t *)out = (ph_core_assignment_t){.kind = (uint8_t)(maker_chance(m, 30) ? 1 : 2)};
        if (((ph_core_assignment_t *)out)->kind == PH_CORE_ASSIGNMENT_TASK)
            ((ph_core_assignment_t *)out)->task = ph_maker_paras[maker_below(m, MAKER_PARAS)];
    } else if (strcmp(type->name, "PartsOf57600") == 0) {
        ((ph_parts_of57600_t *)out)->v = (uint16_t)(57600 / (1 + maker_below(m, 3)));
    } else {
        return known_bytes(m, type, out);
    }
    return true;
}

static ph_bytes_t random_call(ph_chain_maker_t *m, const ph_pallet_info_t *pallet, const ph_variant_t *variant)
{
    ph_random_value_t v = {.random = &m->random, .arena = m->c->arena, .known = known, .context = m, .depth = 6};
    if (m->wild && maker_chance(m, 30))
        v.known = NULL;
    return ph_random_call(&v, pallet->index, pallet->calls, variant);
}

/* ---- which ---- */

/* Pallets that make a chain's life; the others come by chance. */
static const struct {
    const char *pallet;
    unsigned weight;
} weights[] = {{"Balances", 4}, {"Registrar", 20}, {"Paras", 6},         {"ParasSudoWrapper", 8},
               {"Hrmp", 14},    {"Coretime", 5},   {"Session", 3},       {"ValidatorManager", 2},
               {"Sudo", 2},     {"System", 2},     {"Configuration", 3}, {"OnDemandAssignmentProvider", 6}};

static const ph_pallet_info_t *pick_pallet(ph_chain_maker_t *m)
{
    unsigned total = 10, at;
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        total += weights[i].weight;
    at = (unsigned)maker_below(m, total);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        if (at >= weights[i].weight) {
            at -= weights[i].weight;
            continue;
        }
        for (size_t p = 0; p < ph_pallet_count; p++)
            if (strcmp(ph_pallets[p].name, weights[i].pallet) == 0)
                return &ph_pallets[p];
    }
    for (;;) {
        const ph_pallet_info_t *pallet = &ph_pallets[maker_below(m, ph_pallet_count)];
        if (pallet->calls && pallet->calls->variant_count > 0)
            return pallet;
    }
}

static ph_bytes_t pick(ph_chain_maker_t *m)
{
    const ph_pallet_info_t *pallet = pick_pallet(m);
    return random_call(m, pallet, &pallet->calls->variants[maker_below(m, pallet->calls->variant_count)]);
}

/* Makes it root's call, through the sudo pallet. */
static ph_bytes_t by_root(ph_chain_maker_t *m, ph_bytes_t call)
{
    ph_writer_t w = ph_writer_in(m->c->arena);
    ph_write_u8(&w, PH_CALL_SUDO);
    ph_write_u8(&w, PH_CALL_SUDO_SUDO);
    ph_write(&w, call.data, call.len);
    return ph_writer_bytes(&w);
}

/* Makes the call one that a legal chain may have; the bytes anew. */
static bool settle(ph_chain_maker_t *m, ph_maker_call_t *out)
{
    ph_call_t call;
    ph_writer_t w = ph_writer_in(m->c->arena);
    if (ph_call_decode_all(out->encoded, m->c->arena, &call) != PH_OK)
        fail_msg("a random call does not decode");
    if (!m->wild && !ph_maker_tame(m, &call, out->signer))
        return false;
    ph_call_encode(&w, &call);
    out->encoded = ph_writer_bytes(&w);
    return true;
}

bool ph_maker_random_call(ph_chain_maker_t *m, ph_maker_call_t *out)
{
    *out = (ph_maker_call_t){.encoded = pick(m), .signer = maker_below(m, MAKER_SIGNERS)};
    size_t how = maker_below(m, 100);
    if (how < 6) {
        out->bare = true;
    } else if (how < 60) {
        out->encoded = by_root(m, out->encoded);
        out->signer = 0;
    }
    return settle(m, out);
}

/* A para may change its own life too, but not at a time of its choosing: messages wait, and the tamer looks now. */
static bool may_wait(ph_bytes_t call)
{
    return call.data[0] != PH_CALL_REGISTRAR ||
           (call.data[1] != PH_CALL_REGISTRAR_DEREGISTER && call.data[1] != PH_CALL_REGISTRAR_SCHEDULE_CODE_UPGRADE &&
            call.data[1] != PH_CALL_REGISTRAR_SET_CURRENT_HEAD);
}

/* What a para would do about its channels: accept what is asked of it, at times close one, else ask for one. */
static ph_bytes_t about_channels(ph_chain_maker_t *m, ph_para_id_t para)
{
    ph_rt_t *rt = &m->view.rt;
    ph_call_t call = {.kind = PH_CALL_HRMP, .hrmp.kind = PH_CALL_HRMP_HRMP_INIT_OPEN_CHANNEL};
    ph_bytes_t cursor = {0};
    ph_hrmp_channel_id_t id;
    ph_hrmp_open_channel_request_t request;
    call.hrmp.hrmp_init_open_channel.recipient.v = ph_maker_paras[maker_below(m, MAKER_PARAS)];
    call.hrmp.hrmp_init_open_channel.proposed_max_capacity = 1 + (uint32_t)maker_below(m, 3);
    call.hrmp.hrmp_init_open_channel.proposed_max_message_size = 50;
    while (ph_hrmp_hrmp_open_channel_requests_next(rt, &cursor, &id, &request))
        if (id.recipient.v == para.v && !request.confirmed && maker_chance(m, 70)) {
            call.hrmp.kind = PH_CALL_HRMP_HRMP_ACCEPT_OPEN_CHANNEL;
            call.hrmp.hrmp_accept_open_channel.sender = id.sender;
        } else if (id.sender.v == para.v && !request.confirmed && maker_chance(m, 20)) {
            call.hrmp.kind = PH_CALL_HRMP_HRMP_CANCEL_OPEN_REQUEST;
            call.hrmp.hrmp_cancel_open_request.channel_id = id;
            call.hrmp.hrmp_cancel_open_request.open_requests = 10;
        }
    for (cursor = (ph_bytes_t){0}; ph_hrmp_hrmp_channels_next(rt, &cursor, &id, NULL);)
        if ((id.sender.v == para.v || id.recipient.v == para.v) && maker_chance(m, 10)) {
            call.hrmp.kind = PH_CALL_HRMP_HRMP_CLOSE_CHANNEL;
            call.hrmp.hrmp_close_channel.channel_id = id;
        }
    ph_writer_t w = ph_writer_in(m->c->arena);
    ph_call_encode(&w, &call);
    return ph_writer_bytes(&w);
}

ph_bytes_t ph_maker_upward_call(ph_chain_maker_t *m, ph_para_id_t para)
{
    static const char *const pallets[] = {"Hrmp", "Hrmp", "Hrmp", "Registrar", "Balances", "System"};
    const char *name = pallets[maker_below(m, 6)];
    if (maker_chance(m, 40))
        return about_channels(m, para);
    if (maker_chance(m, 10))
        return ph_bytes_copy(m->c->arena, PH_BYTES_LIT("no call at all"));
    for (size_t p = 0; p < ph_pallet_count; p++) {
        const ph_pallet_info_t *pallet = &ph_pallets[p];
        if (strcmp(pallet->name, name) != 0)
            continue;
        ph_maker_call_t call = {.signer = 1};
        call.encoded = random_call(m, pallet, &pallet->calls->variants[maker_below(m, pallet->calls->variant_count)]);
        if (settle(m, &call) && may_wait(call.encoded))
            return call.encoded;
    }
    return ph_bytes_copy(m->c->arena, PH_BYTES_LIT("\0\0\0"));
}
