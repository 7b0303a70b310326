#include <string.h>

#include "node/statement_distribution/statements.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/ump.h"

/* Fetching candidates from those who say that they have them, and believing nothing of what they answer. */

enum { RETRY_MS = 1000 };

void ph_sd_want(candidate_t *c, ph_peer_id_t holder, bool cluster)
{
    statements_t *s = ph_state(c->leaf->self);
    if (c->body)
        return;
    c->cluster |= cluster;
    for (size_t i = 0; i < c->holders.count; i++)
        if (c->holders.items[i].v == holder.v)
            return;
    ph_list_push(ph_job_arena(c->leaf->job), &c->holders, holder);
    if (c->wanted)
        return;
    c->wanted = true;
    c->wanted_link = &s->wanted;
    while (*c->wanted_link)
        c->wanted_link = &(*c->wanted_link)->next_wanted;
    *c->wanted_link = c;
}

void ph_sd_want_no_more(candidate_t *c)
{
    if (!c->wanted)
        return;
    *c->wanted_link = c->next_wanted;
    if (c->next_wanted)
        c->next_wanted->wanted_link = c->wanted_link;
    c->next_wanted = NULL;
    c->wanted = false;
    c->holders.count = 0;
}

/* The request in flight, if there is one, is over. */
static void land(candidate_t *c)
{
    statements_t *s = ph_state(c->leaf->self);
    peer_t *peer = ph_sd_peer(c->leaf->self, c->asked_peer);
    if (!c->in_flight)
        return;
    c->in_flight = false;
    s->in_flight--;
    if (peer)
        peer->asked = false;
}

void ph_sd_request_forget(candidate_t *c)
{
    ph_sd_want_no_more(c);
    land(c);
}

/* ---- what to ask, and whom ---- */

/* Statements we do not want: of disabled validators, and Seconded beyond the limit. */
static void make_mask(candidate_t *c)
{
    const leaf_t *leaf = c->leaf;
    const group_t *group = ph_sd_group_of(c);
    if (!c->mask.seconded_in_group.bytes) {
        c->mask.seconded_in_group = ph_bits_new(ph_job_arena(leaf->job), c->size);
        c->mask.validated_in_group = ph_bits_new(ph_job_arena(leaf->job), c->size);
    }
    for (size_t i = 0; i < c->size; i++) {
        bool disabled = ph_sd_is_disabled(leaf, group->members->items[i].v);
        ph_bits_set(c->mask.seconded_in_group, i,
                    disabled || ph_sd_seconded_count(leaf, c->group, i) >= group->row.count);
        ph_bits_set(c->mask.validated_in_group, i, disabled);
    }
    c->threshold = c->group == leaf->own_group ? 0 : ph_sd_threshold(leaf, c->group);
}

typedef enum holding { HOLDS_NOTHING, HOLDS_TOO_LITTLE, HOLDS_ENOUGH } holding_t;

/* What the peer may be asked for, going by what it said. */
static holding_t holding_of(const candidate_t *c, peer_t *peer)
{
    const session_t *session = c->leaf->session;
    uint32_t authority = peer ? ph_sd_validator_of(session, peer) : NOBODY;
    if (authority == NOBODY)
        return HOLDS_NOTHING;
    if (c->group == c->leaf->own_group && authority < session->info->validators.count &&
        session->group_of[authority] == c->group && ph_sd_cluster_knows(c, session->place_of[authority]))
        return HOLDS_ENOUGH;
    uint32_t link = ph_sd_link_of(session, authority);
    if (link == NOBODY || !ph_sd_grid_advertised(c, link))
        return HOLDS_NOTHING;
    size_t seconded = 0, voters = 0;
    for (size_t i = 0; i < c->size; i++) {
        bool s = ph_bits_get(c->advertised, ph_sd_bit(c, link, VOTE_SECONDED, i)) &&
                 !ph_bits_get(c->mask.seconded_in_group, i);
        bool v = ph_bits_get(c->advertised, ph_sd_bit(c, link, VOTE_VALID, i)) &&
                 !ph_bits_get(c->mask.validated_in_group, i);
        seconded += s;
        voters += s || v;
    }
    return c->threshold == 0 || (seconded > 0 && voters >= c->threshold) ? HOLDS_ENOUGH : HOLDS_TOO_LITTLE;
}

/* The next holder that can be asked now; those that hold nothing (any more) are forgotten. */
static peer_t *pick_holder(candidate_t *c)
{
    make_mask(c);
    for (size_t i = 0; i < c->holders.count;) {
        peer_t *peer = ph_sd_peer(c->leaf->self, c->holders.items[i]);
        holding_t holding = holding_of(c, peer);
        if (holding == HOLDS_NOTHING) {
            ph_list_remove(&c->holders, i);
            continue;
        }
        if (holding == HOLDS_ENOUGH && !peer->asked)
            return peer;
        i++;
    }
    return NULL;
}

static bool goes_first(const candidate_t *a, const candidate_t *b)
{
    return a->cluster != b->cluster ? a->cluster : a->attempts < b->attempts;
}

static void on_response(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *reply);

static void ask(candidate_t *c, peer_t *peer)
{
    statements_t *s = ph_state(c->leaf->self);
    ph_attested_candidate_request_t request = {.candidate_hash = c->hash, .mask = c->mask};
    ph_recipient_t to = {.kind = PH_RECIPIENT_PEER, .peer = peer->id};
    ph_writer_t w = PH_WRITER_HEAP;
    c->in_flight = peer->asked = true;
    c->asked_peer = peer->id;
    s->in_flight++;
    ph_attested_candidate_request_encode(&w, &request);
    ph_ask_network_bridge_send_request(c->leaf->job, &to, PH_PROTO_REQ_ATTESTED_CANDIDATE_2, ph_writer_bytes(&w), c,
                                       on_response);
    ph_writer_free(&w);
}

void ph_sd_dispatch(ph_subsystem_t *self)
{
    statements_t *s = ph_state(self);
    while (s->in_flight < PARALLEL_REQUESTS) {
        candidate_t *best = NULL;
        peer_t *holder = NULL;
        for (candidate_t *c = s->wanted; c; c = c->next_wanted) {
            if (c->in_flight || c->waiting || (best && !goes_first(c, best)))
                continue;
            peer_t *peer = pick_holder(c);
            if (!peer)
                continue;
            best = c;
            holder = peer;
        }
        if (!best)
            return;
        ask(best, holder);
    }
}

/* The others first, now that this one has failed. */
static void put_last(candidate_t *c, ph_peer_id_t holder)
{
    for (size_t i = 0; i < c->holders.count; i++) {
        if (c->holders.items[i].v != holder.v)
            continue;
        ph_list_remove(&c->holders, i);
        ph_list_push(ph_job_arena(c->leaf->job), &c->holders, holder);
        return;
    }
}

static void retry(ph_job_t *job, void *flow)
{
    ((candidate_t *)flow)->waiting = false;
    ph_sd_dispatch(ph_job_self(job));
}

/* ---- what comes back ---- */

/* Is it the candidate we asked for, and could it be included? */
static bool is_body_good(const candidate_t *c, const ph_attested_candidate_response_t *response)
{
    ph_subsystem_t *self = c->leaf->self;
    const ph_committed_candidate_receipt_t *receipt = &response->candidate_receipt;
    const ph_candidate_descriptor_t *d = &receipt->descriptor;
    ph_hash_t parent = ph_descriptor_scheduling_parent(d),
              data = ph_hash_of_validation_data(&response->persisted_validation_data);
    ph_candidate_hash_t hash = ph_hash_of_committed(receipt);
    ph_session_index_t session;
    ph_ump_signals_t signals;
    if (memcmp(&parent, &c->leaf->hash, sizeof parent) != 0)
        ph_sd_punish(self, c->asked_peer, MAJOR("response: another relay parent"));
    else if (memcmp(&data, &d->persisted_validation_data_hash, sizeof data) != 0)
        ph_sd_punish(self, c->asked_peer, MAJOR("response: wrong validation data"));
    else if (!ph_sd_is_assigned(ph_sd_group_of(c), d->para_id))
        ph_sd_punish(self, c->asked_peer, MAJOR("response: the group does not serve the para"));
    else if (memcmp(&hash, &c->hash, sizeof hash) != 0)
        ph_sd_punish(self, c->asked_peer, MAJOR("response: another candidate"));
    else if (ph_ump_check(&signals, NULL, &receipt->commitments, d, ph_descriptor_version(d), &c->leaf->transposed) !=
             PH_UMP_OK)
        ph_sd_punish(self, c->asked_peer, MAJOR("response: bad UMP signals"));
    else if (ph_descriptor_scheduling_session(d, &session) && session.v != c->leaf->session->index.v)
        ph_sd_punish(self, c->asked_peer, MAJOR("response: wrong session"));
    else
        return true;
    return false;
}

/* Statements of a response, as far as they are good: by place, with what has to be said about the rest. */
typedef struct harvest {
    ph_statement_filter_t got;
    const ph_unchecked_signed_statement_t **by_bit; /* vote · size + place */
    size_t good, unrequested, forged;
} harvest_t;

static void take_statement(harvest_t *h, const candidate_t *c, const ph_unchecked_signed_statement_t *statement)
{
    const session_t *session = c->leaf->session;
    uint32_t validator = statement->validator_index.v;
    vote_t vote = statement->payload.kind == PH_COMPACT_STATEMENT_SECONDED ? VOTE_SECONDED : VOTE_VALID;
    ph_bits_t mask = vote == VOTE_SECONDED ? c->mask.seconded_in_group : c->mask.validated_in_group;
    ph_bits_t got = vote == VOTE_SECONDED ? h->got.seconded_in_group : h->got.validated_in_group;
    if (validator >= session->info->validators.count || session->group_of[validator] != c->group ||
        memcmp(&statement->payload.seconded, &c->hash, sizeof c->hash) != 0 ||
        ph_bits_get(mask, session->place_of[validator]) || ph_bits_get(got, session->place_of[validator])) {
        h->unrequested++;
        return;
    }
    if (ph_sd_is_disabled(c->leaf, validator))
        return;
    if (!ph_sd_signature_is_good(c->leaf, statement)) {
        h->forged++;
        return;
    }
    ph_bits_set(got, session->place_of[validator], true);
    h->by_bit[(size_t)vote * c->size + session->place_of[validator]] = statement;
    h->good++;
}

static void harvest(harvest_t *h, ph_arena_t *arena, const candidate_t *c,
                    const ph_attested_candidate_response_t *response)
{
    *h = (harvest_t){.got = {ph_bits_new(arena, c->size), ph_bits_new(arena, c->size)},
                     .by_bit = ph_arena_alloc(arena, VOTES * c->size * sizeof *h->by_bit)};
    for (size_t i = 0; i < response->statements.count && i < VOTES * c->size; i++)
        take_statement(h, c, &response->statements.items[i]);
}

static void settle_accounts(const candidate_t *c, const harvest_t *h)
{
    ph_subsystem_t *self = c->leaf->self;
    for (size_t i = 0; i < h->unrequested; i++)
        ph_sd_punish(self, c->asked_peer, MAJOR("response: statement not asked for"));
    for (size_t i = 0; i < h->forged; i++)
        ph_sd_punish(self, c->asked_peer, MAJOR("response: bad signature"));
    ph_sd_reward(self, c->asked_peer, BENEFIT_RESPONSE + (int32_t)h->good * BENEFIT_STATEMENT);
}

/* The statement needs not go back to whom it came from. */
static void note_known_to(candidate_t *c, peer_t *peer, vote_t vote, size_t place)
{
    const session_t *session = c->leaf->session;
    uint32_t authority = peer ? ph_sd_validator_of(session, peer) : NOBODY;
    if (authority == NOBODY)
        return;
    if (c->group == c->leaf->own_group && authority < session->info->validators.count &&
        session->group_of[authority] == c->group)
        ph_sd_cluster_sent(c, session->place_of[authority], vote, place);
    uint32_t link = ph_sd_link_of(session, authority);
    if (link != NOBODY && ph_sd_grid_advertised(c, link))
        ph_bits_set(c->has, ph_sd_bit(c, link, vote, place), true);
}

static void take_response(candidate_t *c, const ph_attested_candidate_response_t *response, const harvest_t *h)
{
    ph_subsystem_t *self = c->leaf->self;
    peer_t *peer = ph_sd_peer(self, c->asked_peer);
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++) {
        for (size_t i = 0; i < c->size; i++) {
            const ph_unchecked_signed_statement_t *statement = h->by_bit[(size_t)vote * c->size + i];
            if (!statement)
                continue;
            note_known_to(c, peer, vote, i);
            if (ph_sd_keep(c, vote, i, &statement->signature, false))
                ph_note(self, "statement-imported",
                        PH_FIELDS(.block = &c->leaf->hash, .candidate = &c->hash,
                                  PH_F_VALIDATOR(statement->validator_index), PH_F_PEER(c->asked_peer)));
        }
    }
    ph_note(self, "candidate-fetched",
            PH_FIELDS(.block = &c->leaf->hash, .candidate = &c->hash,
                      PH_F_PARA(response->candidate_receipt.descriptor.para_id), PH_F_PEER(c->asked_peer)));
    ph_sd_confirm(c, &response->candidate_receipt, &response->persisted_validation_data);
}

/* True if the candidate is confirmed by it. */
static bool read_response(candidate_t *c, ph_bytes_t bytes)
{
    ph_arena_t *arena = ph_arena_new();
    ph_attested_candidate_response_t response;
    harvest_t h;
    bool good = false;
    if (ph_attested_candidate_response_decode_all(bytes, arena, &response) != PH_OK) {
        ph_sd_punish(c->leaf->self, c->asked_peer, MAJOR("response: malformed"));
    } else if (is_body_good(c, &response)) {
        harvest(&h, arena, c, &response);
        good = c->threshold == 0 || ph_sd_is_sufficient(&h.got, NULL, c->threshold);
        if (good) {
            settle_accounts(c, &h);
            take_response(c, &response, &h);
        } else {
            ph_sd_punish(c->leaf->self, c->asked_peer, MAJOR("response: too few votes"));
        }
    }
    ph_arena_free(arena);
    return good;
}

static void on_response(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *reply)
{
    ph_subsystem_t *self = ph_job_self(job);
    candidate_t *c = flow;
    bool done = false;
    land(c);
    c->attempts++;
    if (c->wanted) { /* else it was confirmed or disproved meanwhile */
        if (!err && reply->kind == PH_RES_BYTES_REQUEST_FAILURE_OK)
            done = read_response(c, reply->ok);
        else if (!err && reply->err.kind == PH_REQUEST_FAILURE_MALFORMED)
            ph_sd_punish(self, c->asked_peer, MAJOR("response: malformed"));
        if (!done) {
            c->waiting = true;
            put_last(c, c->asked_peer);
            ph_job_after(job, ph_sd_scaled_ms(self, RETRY_MS), retry, c);
        }
    }
    ph_sd_dispatch(self);
}
