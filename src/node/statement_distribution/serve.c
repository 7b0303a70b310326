#include <string.h>

#include "node/statement_distribution/statements.h"

/* Answering requests for candidates. An answer is under way for as long as its bytes take at 100 MB/s; meanwhile its
 * peer gets no other, and at most five are. The rest waits its turn. */

enum { BYTES_A_MS = 100000 };

static void refuse(ph_subsystem_t *self, uint64_t ticket)
{
    ph_opt_bytes_t nothing = {0};
    ph_send_network_bridge_respond(self, ticket, &nothing);
}

/* Who the asker is to us: a member of our group who heard of the candidate from us, or a link that was sent a manifest.
 */
static bool may_request(const candidate_t *c, peer_t *peer, uint32_t *member, uint32_t *link)
{
    const session_t *session = c->leaf->session;
    uint32_t authority = ph_sd_validator_of(session, peer);
    *member = *link = NOBODY;
    if (authority == NOBODY)
        return false;
    if (c->group == c->leaf->own_group && authority < session->info->validators.count &&
        session->group_of[authority] == c->group && ph_sd_cluster_may_request(c, session->place_of[authority])) {
        *member = session->place_of[authority];
        return true;
    }
    *link = ph_sd_link_of(session, authority);
    return *link != NOBODY && ph_sd_grid_may_request(c, *link);
}

static void note_sent(candidate_t *c, uint32_t member, uint32_t link, vote_t vote, size_t place)
{
    if (member != NOBODY)
        ph_sd_cluster_sent(c, member, vote, place);
    else
        ph_sd_grid_sent(c, link, vote, place);
}

static size_t respond(ph_subsystem_t *self, candidate_t *c, const answer_t *a, uint32_t member, uint32_t link)
{
    ph_arena_t *arena = ph_arena_new();
    ph_attested_candidate_response_t response = *ph_sd_body(c);
    response.statements.items = ph_arena_alloc(arena, VOTES * c->size * sizeof *response.statements.items);
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++) {
        ph_bits_t mask = vote == VOTE_SECONDED ? a->mask.seconded_in_group : a->mask.validated_in_group;
        for (size_t i = ph_bits_next(c->known[vote], 0); i < c->size; i = ph_bits_next(c->known[vote], i + 1)) {
            if (ph_bits_get(mask, i))
                continue;
            response.statements.items[response.statements.count++] = ph_sd_statement(c, vote, i);
            note_sent(c, member, link, vote, i);
        }
    }
    ph_writer_t w = ph_writer_in(arena);
    ph_attested_candidate_response_encode(&w, &response);
    ph_opt_bytes_t bytes = {true, ph_writer_bytes(&w)};
    ph_send_network_bridge_respond(self, a->ticket, &bytes);
    ph_arena_free(arena);
    return bytes.value.len;
}

/* Returns how many bytes went out; 0: refused. */
static size_t answer(ph_subsystem_t *self, const answer_t *a)
{
    candidate_t *c = ph_sd_confirmed(self, &a->candidate);
    peer_t *peer = ph_sd_peer(self, a->peer);
    uint32_t member, link;
    if (!c || !peer || !c->leaf->ready) {
        refuse(self, a->ticket);
    } else if (a->mask.seconded_in_group.count != c->size || a->mask.validated_in_group.count != c->size) {
        ph_sd_punish(self, a->peer, MAJOR("request: mask of wrong size"));
        refuse(self, a->ticket);
    } else if (!may_request(c, peer, &member, &link)) {
        ph_sd_punish(self, a->peer, MAJOR("request: by a peer that may not"));
        refuse(self, a->ticket);
    } else if (member == NOBODY &&
               !ph_sd_is_sufficient(&(ph_statement_filter_t){c->known[VOTE_SECONDED], c->known[VOTE_VALID]}, &a->mask,
                                    ph_sd_threshold(c->leaf, c->group))) {
        refuse(self, a->ticket); /* what it wants of it would not back the candidate */
    } else {
        return respond(self, c, a, member, link);
    }
    return 0;
}

static bool is_served(const statements_t *s, ph_peer_id_t peer)
{
    for (size_t i = 0; i < s->served.count; i++)
        if (s->served.items[i].v == peer.v)
            return true;
    return false;
}

static void free_answer(answer_t *a)
{
    ph_mem_free(a->mask.seconded_in_group.bytes);
    ph_mem_free(a->mask.validated_in_group.bytes);
}

static void next_answers(ph_subsystem_t *self);

static void on_gone_out(ph_job_t *job, void *flow)
{
    statements_t *s = ph_state(ph_job_self(job));
    ph_peer_id_t peer = {(uint32_t)(uintptr_t)flow};
    for (size_t i = 0; i < s->served.count; i++) {
        if (s->served.items[i].v == peer.v) {
            ph_list_remove(&s->served, i);
            break;
        }
    }
    next_answers(ph_job_self(job));
}

static void next_answers(ph_subsystem_t *self)
{
    statements_t *s = ph_state(self);
    for (size_t i = 0; i < s->waiting.count && s->served.count < PARALLEL_ANSWERS;) {
        answer_t a = s->waiting.items[i];
        if (is_served(s, a.peer)) {
            i++;
            continue;
        }
        ph_list_remove(&s->waiting, i);
        size_t len = answer(self, &a);
        if (len) {
            ph_list_push(NULL, &s->served, a.peer);
            ph_job_after(ph_root_job(self), 1 + len / BYTES_A_MS, on_gone_out, (void *)(uintptr_t)a.peer.v);
        }
        free_answer(&a);
    }
}

void ph_sd_serve(ph_subsystem_t *self, const ph_msg_statement_distribution_incoming_attested_candidate_t *in)
{
    statements_t *s = ph_state(self);
    if (s->waiting.count >= WAITING_ANSWERS) {
        refuse(self, in->ticket);
        return;
    }
    answer_t a = {.peer = in->peer, .ticket = in->ticket, .candidate = in->request.candidate_hash};
    ph_statement_filter_clone(NULL, &a.mask, &in->request.mask);
    ph_list_push(NULL, &s->waiting, a);
    next_answers(self);
}

void ph_sd_serve_free(statements_t *s)
{
    for (size_t i = 0; i < s->waiting.count; i++)
        free_answer(&s->waiting.items[i]);
    ph_list_free(&s->waiting);
    ph_list_free(&s->served);
}
