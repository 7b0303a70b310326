#include "node/statement_distribution/statements.h"

/* The cluster: statements among the members of our own group. What bounds everything is that a member may second no
 * more candidates a relay parent than its core's claim queue is long. A faulty member may show different candidates to
 * different members; so what one sender says of one originator is held to the limit (else: excessive), and what goes
 * beyond it only in sum is taken from the sender without complaint, but neither used nor passed on. */

static size_t limit_of(const leaf_t *leaf)
{
    return leaf->groups[leaf->own_group].row.count;
}

/* How many other candidates of the group have that bit. */
static size_t heard_count(const leaf_t *leaf, const candidate_t *but, size_t sender, size_t originator)
{
    size_t count = 0;
    for (const candidate_t *c = leaf->groups[leaf->own_group].first; c; c = c->next_in_group)
        count += c != but && ph_bits_get(c->heard, ph_sd_bit(c, sender, VOTE_SECONDED, originator));
    return count;
}

static bool is_within_limit(const leaf_t *leaf, const candidate_t *but, size_t originator)
{
    size_t count = 0;
    for (const candidate_t *c = leaf->groups[leaf->own_group].first; c; c = c->next_in_group)
        count += c != but && ph_bits_get(c->seconders, originator);
    return count < limit_of(leaf);
}

static bool has_seconded(const candidate_t *c, ph_bits_t rows, size_t member)
{
    size_t start = ph_sd_bit(c, member, VOTE_SECONDED, 0);
    return ph_bits_next(rows, start) < start + c->size;
}

/* We told it, it told us, or it signed and another told us. */
bool ph_sd_cluster_knows(const candidate_t *c, size_t member)
{
    return has_seconded(c, c->told, member) || has_seconded(c, c->heard, member) || ph_bits_get(c->seconders, member);
}

bool ph_sd_cluster_may_request(const candidate_t *c, size_t member)
{
    /* Also when it has told us meanwhile: its request may have been under way. */
    return has_seconded(c, c->told, member);
}

cluster_verdict_t ph_sd_cluster_may_receive(const leaf_t *leaf, const ph_candidate_hash_t *hash, size_t sender,
                                            vote_t vote, size_t originator)
{
    const candidate_t *c = ph_sd_candidate(leaf, hash, leaf->own_group);
    if (c && ph_bits_get(c->heard, ph_sd_bit(c, sender, vote, originator)))
        return CLUSTER_DUPLICATE;
    if (vote == VOTE_VALID)
        return c && ph_sd_cluster_knows(c, sender) ? CLUSTER_ACCEPT : CLUSTER_CANDIDATE_UNKNOWN;
    if (heard_count(leaf, c, sender, originator) >= limit_of(leaf))
        return CLUSTER_EXCESSIVE;
    return is_within_limit(leaf, c, originator) ? CLUSTER_ACCEPT : CLUSTER_WITH_PREJUDICE;
}

void ph_sd_cluster_seconded(candidate_t *c, size_t originator)
{
    if (is_within_limit(c->leaf, c, originator))
        ph_bits_set(c->seconders, originator, true);
}

void ph_sd_cluster_received(candidate_t *c, size_t sender, vote_t vote, size_t originator)
{
    ph_bits_set(c->heard, ph_sd_bit(c, sender, vote, originator), true);
    if (vote == VOTE_SECONDED)
        ph_sd_cluster_seconded(c, originator);
}

bool ph_sd_cluster_may_send(const candidate_t *c, size_t target, vote_t vote, size_t originator)
{
    size_t bit = ph_sd_bit(c, target, vote, originator);
    if (!c->body || target == c->leaf->own_place || ph_bits_get(c->told, bit) || ph_bits_get(c->heard, bit))
        return false;
    return vote == VOTE_SECONDED ? is_within_limit(c->leaf, c, originator) : ph_sd_cluster_knows(c, target);
}

void ph_sd_cluster_sent(candidate_t *c, size_t target, vote_t vote, size_t originator)
{
    ph_bits_set(c->told, ph_sd_bit(c, target, vote, originator), true);
    if (vote == VOTE_SECONDED)
        ph_sd_cluster_seconded(c, originator);
}

/* All that the member lacks of one candidate, Seconded first. */
static void tell(candidate_t *c, size_t member, ph_peer_id_t peer)
{
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++) {
        for (size_t place = ph_bits_next(c->known[vote], 0); place < c->size;
             place = ph_bits_next(c->known[vote], place + 1)) {
            if (!ph_sd_cluster_may_send(c, member, vote, place))
                continue;
            ph_sd_cluster_sent(c, member, vote, place);
            ph_sd_send_statement(c, &peer, 1, vote, place);
        }
    }
}

void ph_sd_cluster_catch_up(leaf_t *leaf, size_t member, ph_peer_id_t peer)
{
    for (candidate_t *c = leaf->groups[leaf->own_group].first; c; c = c->next_in_group)
        tell(c, member, peer);
}

void ph_sd_cluster_tell_all(candidate_t *c)
{
    if (c->group != c->leaf->own_group)
        return;
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++)
        for (size_t place = ph_bits_next(c->known[vote], 0); place < c->size;
             place = ph_bits_next(c->known[vote], place + 1))
            ph_sd_circulate(c, vote, place);
}

void ph_sd_cluster_forget(leaf_t *leaf, size_t member)
{
    for (candidate_t *c = leaf->groups[leaf->own_group].first; c; c = c->next_in_group) {
        for (size_t i = 0; i < VOTES * c->size; i++) {
            size_t bit = ph_sd_bit(c, member, VOTE_SECONDED, i);
            ph_bits_set(c->heard, bit, false);
            ph_bits_set(c->told, bit, false);
        }
    }
}
