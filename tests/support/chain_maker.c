#include "support/chain_maker_private.h"

#include <stdarg.h>

#include "primitives/keys.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/session.h"
#include "runtime/storage/timestamp.h"

#define FIRST_SLOT  UINT64_C(270000000)
#define EPOCH_SLOTS 8
#define FORTUNE     ((ph_balance_t)UINT64_C(1000000000000000000))

const uint32_t ph_maker_paras[MAKER_PARAS] = {1000, 1001, 2000, 2001, 2002, 2003, 2004, 2005, 2006};

void ph_maker_tell(ph_chain_maker_t *m, const char *format, ...)
{
    char line[300];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0)
        ph_write(&m->story, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    ph_write_u8(&m->story, '\n');
}

ph_validation_code_t ph_maker_code(ph_arena_t *arena, size_t i)
{
    char *text = ph_arena_printf(arena, "validation code number %zu", i);
    return (ph_validation_code_t){ph_bytes(text, strlen(text))};
}

/* ---- genesis ---- */

static ph_host_configuration_t configuration(void)
{
    ph_host_configuration_t config;
    ph_genesis_local_configuration(&config);
    config.max_code_size = 4096;
    config.hrmp_sender_deposit = 1000000;
    config.hrmp_recipient_deposit = 2000000;
    config.hrmp_channel_max_message_size = 200;
    config.hrmp_channel_max_total_size = 400;
    config.hrmp_channel_max_capacity = 3;
    config.code_retention_period = 10;
    config.validation_upgrade_cooldown = 3;
    config.validation_upgrade_delay = 2;
    config.minimum_validation_upgrade_delay = 5;
    config.max_upward_queue_count = 40;
    config.minimum_backing_votes = 1;
    config.dispute_period.v = 2;
    config.approval_voting_params.max_approval_coalesce_count = 3;
    config.scheduler_params.group_rotation_frequency = 5;
    config.scheduler_params.lookahead = 3;
    config.scheduler_params.num_cores = 1; /* one more than the paras at genesis need */
    return config;
}

static void build_genesis(ph_chain_maker_t *m)
{
    rt_chain_t *c = m->c;
    ph_genesis_balance_t balances[MAKER_SIGNERS + MAKER_PARAS];
    ph_genesis_para_t paras[4];
    ph_host_configuration_t config = configuration();
    for (size_t i = 0; i < MAKER_SIGNERS; i++)
        balances[i] = (ph_genesis_balance_t){m->signers[i].account, FORTUNE};
    for (size_t i = 0; i < MAKER_PARAS; i++)
        balances[MAKER_SIGNERS + i] =
            (ph_genesis_balance_t){ph_key_sovereign_account((ph_para_id_t){ph_maker_paras[i]}), FORTUNE / 1000000};
    for (size_t i = 0; i < 4; i++)
        paras[i] = (ph_genesis_para_t){.id = {i == 0 ? 1000 : (uint32_t)(1999 + i)},
                                       .head = PH_BYTES_LIT("genesis head"),
                                       .code = ph_maker_code(c->arena, i % 2).v,
                                       .is_parachain = i < 3};
    const ph_genesis_t genesis = {.validators = c->validators,
                                  .validator_count = c->validator_count,
                                  .paras = paras,
                                  .para_count = 4,
                                  .config = &config,
                                  .balances = balances,
                                  .balance_count = MAKER_SIGNERS + MAKER_PARAS,
                                  .sudo = &m->signers[0].account,
                                  .chain = {.slot_ms = c->slot_ms, .epoch_slots = EPOCH_SLOTS}};
    rt_chain_genesis(c, &genesis);
    m->genesis_hash = rt_header_hash(&c->header);
}

static rt_chain_t *bare_chain(ph_chain_maker_t *m, ph_arena_t *arena)
{
    rt_chain_t *c = ph_arena_alloc(arena, sizeof *c);
    c->arena = arena;
    c->store = ph_trie_store_new(NULL);
    c->log = (ph_log_t){.write = rt_no_log, .max_level = PH_LOG_ERROR};
    c->slot_ms = 6000;
    c->validator_count = MAKER_VALIDATORS;
    c->validators = ph_arena_alloc(arena, MAKER_VALIDATORS * sizeof *c->validators);
    for (size_t i = 0; i < MAKER_VALIDATORS; i++) {
        c->validators[i].account = m->signers[i].account;
        c->validators[i].keys = rk_public(&m->keys[i]);
    }
    return c;
}

ph_chain_maker_t *ph_chain_maker_new(uint64_t seed, bool wild)
{
    ph_arena_t *arena = ph_arena_new();
    ph_chain_maker_t *m = ph_arena_alloc(arena, sizeof *m);
    m->random = ph_test_random(seed);
    m->wild = wild;
    m->slot = FIRST_SLOT;
    m->story = ph_writer_in(arena);
    m->checker.arena = arena;
    for (size_t i = 0; i < MAKER_SIGNERS; i++)
        m->signers[i] = rt_signer(RT_SR25519, (uint8_t)(i + 1));
    for (size_t i = 0; i < MAKER_KEYS; i++)
        m->keys[i] = rk_keys(i);
    m->c = bare_chain(m, arena);
    build_genesis(m);
    ph_rt_t *rt = ph_chain_maker_look(m);
    ph_state_checker_remember(&m->checker, rt);
    ph_chain_maker_look_away(m);
    return m;
}

void ph_chain_maker_free(ph_chain_maker_t *m)
{
    ph_chain_maker_look_away(m);
    rt_chain_free(m->c);
}

/* ---- looking ---- */

ph_rt_t *ph_chain_maker_look(ph_chain_maker_t *m)
{
    ph_chain_maker_look_away(m);
    m->looking = true;
    return rt_open(&m->view, m->c);
}

void ph_chain_maker_look_away(ph_chain_maker_t *m)
{
    if (m->looking)
        rt_close(&m->view);
    m->looking = false;
}

ph_state_checker_t *ph_chain_maker_checker(ph_chain_maker_t *m)
{
    return &m->checker;
}

const ph_chain_tally_t *ph_chain_maker_tally(const ph_chain_maker_t *m)
{
    return &m->tally;
}

const ph_block_t *ph_chain_maker_last(const ph_chain_maker_t *m)
{
    return &m->block;
}

ph_state_t *ph_chain_maker_state(const ph_chain_maker_t *m)
{
    return m->c->state;
}

const char *ph_chain_maker_story(const ph_chain_maker_t *m)
{
    return m->story.data ? (const char *)m->story.data : "";
}

/* ---- extrinsics ---- */

static ph_bytes_t bare(ph_chain_maker_t *m, ph_bytes_t call)
{
    ph_writer_t w = ph_writer_in(m->c->arena);
    ph_write_u8(&w, 5);
    ph_write(&w, call.data, call.len);
    return ph_writer_bytes(&w);
}

static ph_bytes_t signed_by(ph_chain_maker_t *m, size_t signer, ph_bytes_t call)
{
    ph_account_info_t info;
    rt_bank_t bank = {.c = m->c};
    ph_system_account_get(&m->view.rt, &m->signers[signer].account, &info);
    rt_tx_t tx = {.signer = &m->signers[signer],
                  .call = call,
                  .extra = {.nonce = info.nonce + m->pending[signer], .tip = maker_below(m, 3)},
                  .implicit = {.spec_version = PH_SPEC_VERSION,
                               .transaction_version = PH_TRANSACTION_VERSION,
                               .genesis_hash = m->genesis_hash,
                               .era_hash = m->genesis_hash}};
    if (maker_chance(m, 2))
        tx.extra.nonce += 7;
    ph_bytes_t out = rt_sign(&bank, &tx);
    if (maker_chance(m, 2))
        out.data[40] ^= 1;
    return out;
}

/* Counts the call, and the one that it carries. */
static void count(ph_chain_maker_t *m, ph_bytes_t encoded, bool done)
{
    for (;;) {
        if (encoded.len < 2)
            return;
        uint8_t pallet = encoded.data[0], variant = encoded.data[1];
        m->tally.tried[pallet][variant % 64]++;
        m->tally.done[pallet][variant % 64] += done;
        size_t skip = pallet == 255 && variant <= 1 ? 2 : pallet == 255 && variant == 3 ? 2 + 33 : 0;
        if (skip == 0 || encoded.len < skip)
            return;
        encoded = ph_bytes(encoded.data + skip, encoded.len - skip);
    }
}

/* Some transactions are refused, for nonce, signature or fee; that is no harm to the block. */
static bool push(ph_chain_maker_t *m, rt_author_t *a, ph_bytes_t extrinsic)
{
    ph_apply_extrinsic_result_t result;
    ph_err_t err = rt_author_push(a, &result, extrinsic);
    if (err != PH_OK || result.kind != PH_RES_OK) {
        m->tally.refused++;
        if (err != PH_OK)
            ph_maker_tell(m, "  refused: %s", m->c->panic);
        else
            ph_maker_tell(m, "  refused: error %u.%u", result.err.kind, result.err.invalid.kind);
        return false;
    }
    m->tally.applied++;
    m->tally.failed += result.ok.kind != PH_RES_OK;
    ph_maker_tell(m, "  %s", result.ok.kind == PH_RES_OK ? "done" : "failed");
    return result.ok.kind == PH_RES_OK;
}

static void tell_call(ph_chain_maker_t *m, const ph_maker_call_t *call)
{
    const char *hex =
        ph_hex_in(m->arena, ph_bytes(call->encoded.data, call->encoded.len < 60 ? call->encoded.len : 60));
    if (call->bare)
        ph_maker_tell(m, "bare: %s", hex);
    else
        ph_maker_tell(m, "signer %zu: %s", call->signer, hex);
}

static void push_call(ph_chain_maker_t *m, rt_author_t *a, const ph_maker_call_t *call)
{
    tell_call(m, call);
    size_t before = m->tally.applied;
    bool done = push(m, a, call->bare ? bare(m, call->encoded) : signed_by(m, call->signer, call->encoded));
    if (!call->bare)
        m->pending[call->signer] += m->tally.applied > before;
    count(m, call->encoded, done);
}

static void push_reports(ph_chain_maker_t *m, rt_author_t *a)
{
    ph_maker_calls_t reports = {0};
    ph_maker_reports(m, &reports);
    for (size_t i = 0; i < reports.count; i++)
        push_call(m, a, &reports.items[i]);
}

static void push_calls(ph_chain_maker_t *m, rt_author_t *a)
{
    size_t wanted = maker_below(m, 10);
    for (size_t i = 0; i < wanted; i++) {
        ph_maker_call_t call;
        if (ph_maker_random_call(m, &call))
            push_call(m, a, &call);
    }
}

static void push_votes(ph_chain_maker_t *m, rt_author_t *a)
{
    ph_maker_extrinsics_t votes = {0};
    ph_maker_votes(m, &votes);
    for (size_t i = 0; i < votes.count; i++) {
        bool done = push(m, a, bare(m, votes.items[i]));
        m->tally.votes += done;
        count(m, votes.items[i], done);
    }
}

/* ---- blocks ---- */

static ph_inherent_data_t inherent_data(ph_chain_maker_t *m)
{
    ph_inherent_data_t data = rt_inherent_data(m->c, m->slot * m->c->slot_ms);
    ph_parachains_inherent_data_t paras = {.parent_header = m->c->header};
    ph_writer_t w = ph_writer_in(m->c->arena);
    ph_maker_fill_inherent(m, &paras);
    ph_parachains_inherent_data_encode(&w, &paras);
    data.data.items[0].value = ph_writer_bytes(&w);
    return data;
}

static bool push_inherents(ph_chain_maker_t *m, rt_author_t *a)
{
    ph_inherent_data_t data = inherent_data(m);
    ph_vec_bytes_t inherents;
    if (rt_author_inherents(a, &inherents, &data) != PH_OK)
        return false;
    for (size_t i = 0; i < inherents.count; i++) {
        ph_apply_extrinsic_result_t result;
        if (rt_author_push(a, &result, inherents.items[i]) != PH_OK || result.kind != PH_RES_OK ||
            result.ok.kind != PH_RES_OK)
            return false;
        count(m, ph_bytes(inherents.items[i].data + 1, inherents.items[i].len - 1), true);
    }
    return true;
}

static bool wedged(ph_chain_maker_t *m, const char *where)
{
    m->tally.wedged++;
    if (!m->wild)
        fail_msg("%s of block %u: %s\n%s", where, m->c->header.number + 1, m->c->panic, ph_chain_maker_story(m));
    return false;
}

static void count_events(ph_chain_maker_t *m, ph_rt_t *rt)
{
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    for (size_t i = 0; i < events.count; i++) {
        ph_writer_t w = ph_writer_in(rt->arena);
        ph_event_encode(&w, &events.items[i].event);
        m->tally.events[w.data[0]][w.data[1] % 64]++;
    }
}

static void count_block(ph_chain_maker_t *m)
{
    ph_scraped_on_chain_votes_t votes;
    ph_session_index_t before, after;
    rt_view_t old = m->view;
    old.rt.host = &old.host;
    m->looking = false;
    ph_session_current_index_get(&old.rt, &before);
    ph_rt_t *rt = ph_chain_maker_look(m);
    if (ph_para_inherent_on_chain_votes_get(rt, &votes))
        m->tally.candidates += votes.backing_validators_per_candidate.count;
    ph_session_current_index_get(rt, &after);
    m->tally.sessions += after.v - before.v;
    m->tally.blocks++;
    count_events(m, rt);
    ph_maker_count_deeds(m, &old.rt, rt);
    ph_chain_maker_look_away(m);
    rt_close(&old);
}

static bool make_block(ph_chain_maker_t *m, ph_block_t *block)
{
    rt_author_t a;
    ph_babe_pre_digest_t claim = rt_plain_claim(m->slot, (uint32_t)maker_below(m, MAKER_AUTHORS));
    if (rt_author_open(&a, m->c, &claim) != PH_OK) {
        rt_author_drop(&a);
        return wedged(m, "opening");
    }
    if (!push_inherents(m, &a)) {
        rt_author_drop(&a);
        return wedged(m, "inherents");
    }
    push_votes(m, &a);
    push_reports(m, &a);
    push_calls(m, &a);
    return rt_author_close(&a, block) == PH_OK || wedged(m, "closing");
}

bool ph_chain_maker_block(ph_chain_maker_t *m)
{
    m->slot += 1 + (maker_chance(m, 5) ? maker_below(m, 2 * EPOCH_SLOTS + 2) : maker_below(m, 2));
    m->arena = ph_arena_new();
    m->touched.count = m->touched.cap = 0;
    m->touched.items = NULL;
    memset(m->pending, 0, sizeof m->pending);
    ph_writer_reset(&m->story);
    (void)ph_chain_maker_look(m);
    bool good = make_block(m, &m->block);
    if (good && rt_execute(m->c, &m->block) != PH_OK) /* the same root, or a panic that says so */
        good = wedged(m, "execution");
    if (good)
        count_block(m);
    ph_write_u8(&m->story, 0);
    ph_arena_free(m->arena);
    return good;
}
