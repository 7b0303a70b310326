/* Disputes of a made chain: over candidates that are included, pending, proposed in the same block, or of nobody; of
 * this session, of past ones and of one to come; with all kinds of statements, spread over several blocks, some of them
 * twice, badly signed, of nobody, or too few.
 */
#include "support/chain_maker_private.h"

#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/paras_disputes.h"

enum { VALID, INVALID, OPEN };

/* The set in hand. */
typedef struct round {
    ph_chain_maker_t *m;
    const ph_maker_dispute_t *d;
    const ph_session_info_t *session;
    ph_dispute_statement_set_t set;
} round_t;

/* ---- one vote ---- */

/* Of several candidates; at times the disputed one is not among them. */
static ph_vec_candidate_hash_t approved(const round_t *r)
{
    ph_rt_t *rt = &r->m->view.rt;
    ph_vec_candidate_hash_t list = {0};
    bool forgotten = maker_chance(r->m, 5);
    for (size_t i = 1 + maker_below(r->m, 4); i-- > 0;) {
        ph_candidate_hash_t other;
        ph_test_fill(&r->m->random, other.bytes, 32);
        ph_vec_push(rt, &list, i == 0 && !forgotten ? r->d->candidate : other);
    }
    return list;
}

static ph_dispute_statement_t statement(const round_t *r, bool valid, bool backing)
{
    ph_dispute_statement_t s = {.kind = PH_DISPUTE_STATEMENT_INVALID};
    if (!valid)
        return s;
    s.kind = PH_DISPUTE_STATEMENT_VALID;
    s.valid.kind = (uint8_t)maker_below(r->m, 5);
    if (backing)
        s.valid.kind = maker_chance(r->m, 50) ? PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_SECONDED
                                              : PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_VALID;
    if (s.valid.kind == PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_SECONDED)
        s.valid.backing_seconded.bytes[0] = 7;
    else if (s.valid.kind == PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_VALID)
        s.valid.backing_valid.bytes[0] = 7;
    else if (s.valid.kind == PH_VALID_DISPUTE_STATEMENT_KIND_APPROVAL_CHECKING_MULTIPLE_CANDIDATES)
        s.valid.approval_checking_multiple_candidates = approved(r);
    return s;
}

static void vote(round_t *r, uint32_t validator, bool valid, bool backing)
{
    ph_chain_maker_t *m = r->m;
    ph_bytes_t payload = PH_BYTES_LIT("nothing that one signs");
    ph_tup_dispute_statement_validator_index_validator_signature_t v = {._0 = statement(r, valid, backing),
                                                                        ._1 = {validator}};
    const ph_sr25519_keypair_t *pair = ph_maker_pair(m, &r->session->validators.items[validator]);
    ph_err_t err = ph_payload_of_dispute(m->view.rt.arena, &payload, &v._0, &r->set.candidate_hash, r->set.session);
    ph_sr25519_sign(pair ? pair : &m->keys[0].para_validator, v._2.bytes, payload, NULL);
    if (err != PH_OK || maker_chance(m, 4))
        v._2.bytes[5] ^= 1;
    if (maker_chance(m, 2))
        v._1.v += (uint32_t)r->session->validators.count;
    ph_vec_push(&m->view.rt, &r->set.statements, v);
    if (maker_chance(m, 5))
        ph_vec_push(&m->view.rt, &r->set.statements, v);
}

/* ---- the votes of a block ---- */

/* Whom the validator is for: few lose, halves leave it open. */
static bool is_for(const round_t *r, uint32_t validator)
{
    size_t n = r->session->validators.count, few = n > 3 ? (n - 1) / 3 : 1;
    if (r->d->fate == OPEN)
        return validator < n / 2;
    return (validator < few) == (r->d->fate == INVALID);
}

static void vote_all(round_t *r, unsigned percent)
{
    ph_chain_maker_t *m = r->m;
    size_t n = r->session->validators.count;
    bool needs_backer = r->d->rounds == 0 && !maker_chance(m, 4);
    for (uint32_t v = 0; v < n; v++) {
        bool valid = is_for(r, v), first = r->d->rounds == 0 && (v == 0 || v == n - 1); /* one of each side */
        if (!first && !maker_chance(m, percent))
            continue;
        vote(r, v, valid, valid && needs_backer);
        needs_backer &= !valid;
        if (n <= 3 ? v == 0 : maker_chance(m, 3)) /* both ways */
            vote(r, v, !valid, false);
    }
}

static bool add_round(ph_chain_maker_t *m, ph_maker_dispute_t *d, ph_parachains_inherent_data_t *data)
{
    ph_session_info_t session;
    ph_rt_t *rt = &m->view.rt;
    bool known = ph_para_session_info_sessions_get(rt, d->session, &session);
    if (!known && !ph_para_session_info_sessions_get(rt, ph_paras_shared_session(rt), &session))
        return false;
    round_t r = {.m = m, .d = d, .session = &session};
    r.set.candidate_hash = d->candidate;
    r.set.session = d->session;
    if (session.validators.count == 0)
        return false;
    if (d->rounds == 0 && maker_chance(m, 10))
        vote(&r, 0, maker_chance(m, 50), true); /* nobody believes one */
    else
        vote_all(&r, d->rounds > 0 ? 40 : d->fate == INVALID ? 95 : 70); /* not all who lose wait */
    d->rounds += known;
    ph_vec_push(rt, &data->disputes, r.set);
    if (maker_chance(m, 3))
        ph_vec_push(rt, &data->disputes, r.set);
    m->tally.deeds[PH_DEED_SET_OFFERED]++;
    m->tally.deeds[PH_DEED_VOTE_OFFERED] += (uint32_t)r.set.statements.count;
    ph_maker_tell(m, "dispute of session %u, fate %u: %zu votes", d->session.v, d->fate, r.set.statements.count);
    return true;
}

/* ---- about what ---- */

static uint8_t fate(ph_chain_maker_t *m, unsigned invalid, unsigned open)
{
    return maker_chance(m, invalid) ? INVALID : maker_chance(m, open) ? OPEN : VALID;
}

/* Few of the included ones turn out bad, for then the chain stands still. */
static bool about_included(ph_chain_maker_t *m, ph_maker_dispute_t *d)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    size_t seen = 0;
    d->fate = fate(m, 12, 6);
    while (ph_paras_disputes_included_next(&m->view.rt, &cursor, &session, &candidate, NULL))
        if (maker_below(m, ++seen) == 0) {
            d->session = session;
            d->candidate = candidate;
        }
    return seen > 0;
}

static bool about_pending(ph_chain_maker_t *m, ph_maker_dispute_t *d)
{
    ph_bytes_t cursor = {0};
    ph_vec_pending_candidate_t queue;
    size_t seen = 0;
    d->fate = fate(m, 60, 20);
    while (ph_para_inclusion_pending_availability_next(&m->view.rt, &cursor, NULL, &queue))
        if (queue.count > 0 && maker_below(m, ++seen) == 0)
            d->candidate = queue.items[maker_below(m, queue.count)].hash;
    return seen > 0;
}

/* What this very block puts on chain: the pallets find it invalid and back it. */
static bool about_proposed(ph_chain_maker_t *m, ph_maker_dispute_t *d, const ph_parachains_inherent_data_t *data)
{
    size_t n = data->backed_candidates.count;
    d->fate = fate(m, 60, 20);
    if (n > 0)
        d->candidate = ph_hash_of_committed(&data->backed_candidates.items[maker_below(m, n)].candidate);
    return n > 0;
}

static bool about_unknown(ph_chain_maker_t *m, ph_maker_dispute_t *d)
{
    uint32_t back = (uint32_t)maker_below(m, 4);
    ph_test_fill(&m->random, d->candidate.bytes, 32);
    d->fate = fate(m, 40, 40);
    d->session.v = maker_chance(m, 5) ? d->session.v + 1 : d->session.v > back ? d->session.v - back : 0;
    return true;
}

static void begin(ph_chain_maker_t *m, const ph_parachains_inherent_data_t *data)
{
    ph_maker_dispute_t d = {.session = ph_paras_shared_session(&m->view.rt)};
    size_t what = maker_below(m, 100);
    bool found = what < 35   ? about_included(m, &d)
                 : what < 60 ? about_pending(m, &d)
                 : what < 78 ? about_proposed(m, &d, data)
                             : about_unknown(m, &d);
    if (found && !ph_paras_disputes_disputes_exists(&m->view.rt, d.session, &d.candidate))
        m->disputes[m->dispute_count++] = d;
}

/* ---- all of them ---- */

/* An open dispute is left alone after a while, and forgotten by the chain; a concluded one gets late votes. */
static bool is_over(ph_chain_maker_t *m, const ph_maker_dispute_t *d)
{
    ph_dispute_state_t state;
    bool concluded =
        ph_paras_disputes_disputes_get(&m->view.rt, d->session, &d->candidate, &state) && state.concluded_at.some;
    if (d->session.v + 3 < ph_paras_shared_session(&m->view.rt).v)
        return maker_chance(m, 50);
    return concluded ? maker_chance(m, 40) : d->rounds > (d->fate == OPEN ? 2 : 12);
}

void ph_maker_dispute(ph_chain_maker_t *m, ph_parachains_inherent_data_t *data)
{
    size_t kept = 0;
    if (m->dispute_count < MAKER_DISPUTES && maker_chance(m, 40))
        begin(m, data);
    for (size_t i = 0; i < m->dispute_count; i++) {
        ph_maker_dispute_t d = m->disputes[i];
        if (is_over(m, &d))
            continue;
        bool votes = d.rounds == 0 || maker_chance(m, 60);
        if (!votes || add_round(m, &d, data))
            m->disputes[kept++] = d;
    }
    m->dispute_count = kept;
}
