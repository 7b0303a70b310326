#include <string.h>

#include "node/statement_distribution/statements.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"

/* What is known of each candidate: who claims what of it, its body once that is proved, the statements about it. */

candidate_t *ph_sd_candidate(const leaf_t *leaf, const ph_candidate_hash_t *hash, uint32_t group)
{
    candidate_t **first = ph_map_get(&leaf->candidates, hash);
    candidate_t *c = first ? *first : NULL;
    while (c && c->group != group)
        c = c->next_same_hash;
    return c;
}

candidate_t *ph_sd_candidate_make(leaf_t *leaf, const ph_candidate_hash_t *hash, uint32_t group_index)
{
    candidate_t *c = ph_sd_candidate(leaf, hash, group_index);
    group_t *group = &leaf->groups[group_index];
    ph_arena_t *arena = ph_job_arena(leaf->job);
    if (c)
        return c;
    c = ph_arena_alloc(arena, sizeof *c);
    *c = (candidate_t){.leaf = leaf, .hash = *hash, .group = group_index, .size = group->members->count};
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++) {
        c->known[vote] = ph_bits_new(arena, c->size);
        c->at_backing[vote] = ph_bits_new(arena, c->size);
        c->signatures[vote] = ph_arena_alloc(arena, c->size * sizeof *c->signatures[vote]);
    }
    if (group_index == leaf->own_group) {
        c->heard = ph_bits_new(arena, c->size * VOTES * c->size);
        c->told = ph_bits_new(arena, c->size * VOTES * c->size);
        c->seconders = ph_bits_new(arena, c->size);
    }
    candidate_t **end = ph_map_put(&leaf->candidates, hash, NULL);
    while (*end)
        end = &(*end)->next_same_hash;
    *end = c;
    if (group->last)
        group->last->next_in_group = c;
    else
        group->first = c;
    group->last = c;
    return c;
}

candidate_t *ph_sd_confirmed(ph_subsystem_t *self, const ph_candidate_hash_t *hash)
{
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(self, &at));) {
        leaf_t *leaf = ph_job_state(job);
        candidate_t **first = ph_map_get(&leaf->candidates, hash);
        for (candidate_t *c = first ? *first : NULL; c; c = c->next_same_hash)
            if (c->body)
                return c;
    }
    return NULL;
}

const ph_attested_candidate_response_t *ph_sd_body(const candidate_t *c)
{
    return ph_rc_value(c->body);
}

/* ---- claims ---- */

static bool is_true(const claim_t *claim, const candidate_t *c)
{
    return !claim->has_parent || (memcmp(&claim->parent_head, &c->parent_head, sizeof c->parent_head) == 0 &&
                                  claim->para.v == ph_sd_body(c)->candidate_receipt.descriptor.para_id.v);
}

static bool is_same_claim(const claim_t *a, const claim_t *b)
{
    return a->peer.v == b->peer.v && a->has_parent == b->has_parent &&
           (!a->has_parent ||
            (a->para.v == b->para.v && memcmp(&a->parent_head, &b->parent_head, sizeof a->parent_head) == 0));
}

candidate_t *ph_sd_claim(leaf_t *leaf, const ph_candidate_hash_t *hash, uint32_t group, const claim_t *claim)
{
    candidate_t *c = ph_sd_confirmed(leaf->self, hash);
    if (c)
        return c->leaf == leaf && c->group == group && is_true(claim, c) ? c : NULL;
    c = ph_sd_candidate_make(leaf, hash, group);
    for (size_t i = 0; i < c->claims.count; i++)
        if (is_same_claim(&c->claims.items[i], claim))
            return c;
    ph_list_push(NULL, &c->claims, *claim);
    return c;
}

/* Whoever said of c what is not true pays. */
static void settle(candidate_t *c, const candidate_t *truth)
{
    for (size_t i = 0; i < c->claims.count; i++)
        if (c != truth || !is_true(&c->claims.items[i], truth))
            ph_sd_punish(c->leaf->self, c->claims.items[i].peer, MAJOR("candidate advertised with false data"));
    ph_list_free(&c->claims);
    ph_sd_want_no_more(c);
}

static void settle_all(const candidate_t *truth)
{
    ph_job_t *job;
    for (size_t at = 0; (job = ph_job_next(truth->leaf->self, &at));) {
        leaf_t *leaf = ph_job_state(job);
        candidate_t **first = ph_map_get(&leaf->candidates, &truth->hash);
        for (candidate_t *c = first ? *first : NULL; c; c = c->next_same_hash)
            settle(c, truth);
    }
}

/* Receipt and validation data follow from the candidate's hash: nodes of one process share them. */
static ph_rc_t *body_of(ph_subsystem_t *self, const ph_candidate_hash_t *hash,
                        const ph_committed_candidate_receipt_t *receipt, const ph_persisted_validation_data_t *pvd)
{
    ph_attested_candidate_response_t body = {.candidate_receipt = *receipt, .persisted_validation_data = *pvd};
    return ph_memo_share(ph_env_of(self)->memo, &ph_type_attested_candidate_response, ph_bytes(hash, sizeof *hash),
                         &body);
}

void ph_sd_confirm(candidate_t *c, const ph_committed_candidate_receipt_t *receipt,
                   const ph_persisted_validation_data_t *pvd)
{
    if (c->body)
        return;
    c->body = body_of(c->leaf->self, &c->hash, receipt, pvd);
    c->parent_head = ph_hash_of_head(pvd->parent_head);
    settle_all(c);
    ph_sd_cluster_tell_all(c);
    ph_sd_tell_backing(c);
}

/* ---- statements ---- */

/* Every node of a network has every statement: nodes of one process share the signatures. */
static ph_rc_t *share_signature(ph_subsystem_t *self, const ph_validator_signature_t *signature)
{
    return ph_memo_share(ph_env_of(self)->memo, &ph_type_validator_signature, ph_bytes(signature, sizeof *signature),
                         signature);
}

static const ph_validator_signature_t *signature_of(const candidate_t *c, vote_t vote, size_t place)
{
    return ph_rc_value(c->signatures[vote][place]);
}

bool ph_sd_keep(candidate_t *c, vote_t vote, size_t place, const ph_validator_signature_t *signature, bool from_backing)
{
    if (from_backing)
        ph_bits_set(c->at_backing[vote], place, true);
    if (ph_bits_get(c->known[vote], place))
        return false;
    ph_bits_set(c->known[vote], place, true);
    c->signatures[vote][place] = share_signature(c->leaf->self, signature);
    return true;
}

size_t ph_sd_seconded_count(const leaf_t *leaf, uint32_t group, size_t place)
{
    size_t count = 0;
    for (const candidate_t *c = leaf->groups[group].first; c; c = c->next_in_group)
        count += ph_bits_get(c->known[VOTE_SECONDED], place);
    return count;
}

ph_unchecked_signed_statement_t ph_sd_statement(const candidate_t *c, vote_t vote, size_t place)
{
    ph_unchecked_signed_statement_t out = {.validator_index = ph_sd_group_of(c)->members->items[place],
                                           .signature = *signature_of(c, vote, place)};
    if (vote == VOTE_SECONDED)
        out.payload = (ph_compact_statement_t){.kind = PH_COMPACT_STATEMENT_SECONDED, .seconded = c->hash};
    else
        out.payload = (ph_compact_statement_t){.kind = PH_COMPACT_STATEMENT_VALID, .valid = c->hash};
    return out;
}

static void tell_backing_one(candidate_t *c, vote_t vote, size_t place)
{
    ph_signed_full_statement_with_pvd_t full = {0};
    full.statement.validator_index = ph_sd_group_of(c)->members->items[place];
    full.statement.signature = *signature_of(c, vote, place);
    if (vote == VOTE_SECONDED) {
        full.statement.payload =
            (ph_statement_t){.kind = PH_STATEMENT_SECONDED, .seconded = ph_sd_body(c)->candidate_receipt};
        full.pvd = (ph_opt_persisted_validation_data_t){true, ph_sd_body(c)->persisted_validation_data};
    } else {
        full.statement.payload = (ph_statement_t){.kind = PH_STATEMENT_VALID, .valid = c->hash};
    }
    ph_bits_set(c->at_backing[vote], place, true);
    ph_send_candidate_backing_statement(c->leaf->self, &c->leaf->hash, &full);
}

/* What Backing has not had, Seconded first. Only while the candidate's relay parent is an active leaf. */
void ph_sd_tell_backing(candidate_t *c)
{
    if (!c->body || !ph_job_find(c->leaf->self, &ph_sd_body(c)->candidate_receipt.descriptor.relay_parent))
        return;
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++)
        for (size_t place = ph_bits_next(c->known[vote], 0); place < c->size;
             place = ph_bits_next(c->known[vote], place + 1))
            if (!ph_bits_get(c->at_backing[vote], place))
                tell_backing_one(c, vote, place);
}

void ph_sd_candidates_free(leaf_t *leaf)
{
    for (uint32_t g = 0; g < leaf->group_count; g++) {
        for (candidate_t *c = leaf->groups[g].first; c; c = c->next_in_group) {
            ph_sd_request_forget(c);
            ph_rc_unref(c->body);
            ph_list_free(&c->claims);
            for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++)
                for (size_t place = 0; place < c->size; place++)
                    ph_rc_unref(c->signatures[vote][place]);
        }
    }
    ph_map_free(&leaf->candidates);
}
