#include <string.h>

#include "node/statement_distribution/statements.h"
#include "primitives/rotation.h"

/* The grid: how backed candidates leave their group. Its members send a manifest to their row and column. Others take
 * it from a member who is their neighbour, or from the neighbour who stands where the member's row crosses their column
 * or the reverse; and pass on what came along the row to the column, and the reverse, but not back into the group. */

/* ---- our place ---- */

void ph_sd_links_make(links_t *links, const ph_gossip_topology_t *topology)
{
    uint32_t count = (uint32_t)topology->order.count, columns = 0;
    while ((uint64_t)(columns + 1) * (columns + 1) <= count)
        columns++;
    *links = (links_t){.known = true, .me = NOBODY};
    if (!topology->local.some || topology->local.value.v >= count)
        return;
    links->me = topology->local.value.v;
    links->grid = (ph_grid_t){.count = count, .columns = columns};
    links->grid.order = ph_mem_alloc(NULL, count * sizeof *links->grid.order);
    links->grid.position = ph_mem_alloc(NULL, count * sizeof *links->grid.position);
    for (uint32_t i = 0; i < count; i++) {
        links->grid.order[i] = topology->order.items[i];
        if (topology->order.items[i] < count)
            links->grid.position[topology->order.items[i]] = i;
    }
    links->neighbors = ph_mem_alloc(NULL, count * sizeof *links->neighbors);
    for (uint32_t at = 0, v; ph_grid_next_x(&links->grid, links->me, &at, &v);)
        links->neighbors[links->count++] = v;
    links->row_count = links->count;
    for (uint32_t at = 0, v; ph_grid_next_y(&links->grid, links->me, &at, &v);)
        links->neighbors[links->count++] = v;
}

void ph_sd_links_free(links_t *links)
{
    ph_grid_free(&links->grid);
    ph_mem_free(links->neighbors);
    *links = (links_t){0};
}

uint32_t ph_sd_link_of(const session_t *session, uint32_t authority)
{
    for (uint32_t i = 0; i < session->links.count; i++)
        if (session->links.neighbors[i] == authority)
            return i;
    return NOBODY;
}

/* ---- who takes a group's manifests from whom ---- */

static bool is_in_group(const session_t *session, uint32_t authority, uint32_t group)
{
    return authority < session->info->validators.count && session->group_of[authority] == group;
}

/* To all of our row, or of our column, that are outside the group. */
static void route_to(const session_t *session, group_t *group, uint32_t group_index, bool rows)
{
    const links_t *links = &session->links;
    for (uint32_t i = rows ? 0 : links->row_count; i < (rows ? links->row_count : links->count); i++)
        if (!is_in_group(session, links->neighbors[i], group_index))
            ph_bits_set(group->to, i, true);
}

static void route_from_position(const session_t *session, group_t *group, uint64_t position)
{
    if (position >= session->links.grid.count)
        return;
    uint32_t link = ph_sd_link_of(session, session->links.grid.order[position]);
    if (link != NOBODY)
        ph_bits_set(group->from, link, true);
}

static void route_member(const session_t *session, group_t *group, uint32_t group_index, uint32_t member)
{
    const links_t *links = &session->links;
    uint32_t link = ph_sd_link_of(session, member);
    if (link != NOBODY) {
        ph_bits_set(group->from, link, true);
        route_to(session, group, group_index, link >= links->row_count);
        return;
    }
    if (member >= links->grid.count)
        return;
    uint32_t columns = links->grid.columns, mine = links->grid.position[links->me],
             theirs = links->grid.position[member];
    route_from_position(session, group, (uint64_t)theirs / columns * columns + mine % columns);
    route_from_position(session, group, (uint64_t)mine / columns * columns + theirs % columns);
}

static group_t *routed(leaf_t *leaf, uint32_t group_index)
{
    const session_t *session = leaf->session;
    group_t *group = &leaf->groups[group_index];
    if (group->routed)
        return group;
    group->routed = true;
    group->from = ph_bits_new(ph_job_arena(leaf->job), session->links.count);
    group->to = ph_bits_new(ph_job_arena(leaf->job), session->links.count);
    if (is_in_group(session, session->links.me, group_index)) {
        route_to(session, group, group_index, true);
        route_to(session, group, group_index, false);
        return group;
    }
    for (size_t i = 0; i < group->members->count; i++)
        route_member(session, group, group_index, group->members->items[i].v);
    return group;
}

/* ---- what each link knows ---- */

static void make_rows(candidate_t *c)
{
    ph_arena_t *arena = ph_job_arena(c->leaf->job);
    size_t links = c->leaf->session->links.count, bits = links * VOTES * c->size;
    if (c->has_rows)
        return;
    c->has_rows = true;
    c->advertised = ph_bits_new(arena, bits);
    c->has = ph_bits_new(arena, bits);
    c->offered = ph_bits_new(arena, bits);
    c->sent = ph_bits_new(arena, bits);
    c->manifest_in = ph_bits_new(arena, links);
    c->manifest_out = ph_bits_new(arena, links);
}

static bool is_mutual(const candidate_t *c, uint32_t link)
{
    return c->backed && ph_bits_get(c->manifest_in, link) && ph_bits_get(c->manifest_out, link);
}

bool ph_sd_grid_may_send(const candidate_t *c, uint32_t link, vote_t vote, size_t place)
{
    return is_mutual(c, link) && !ph_bits_get(c->has, ph_sd_bit(c, link, vote, place));
}

void ph_sd_grid_sent(candidate_t *c, uint32_t link, vote_t vote, size_t place)
{
    if (!is_mutual(c, link))
        return;
    ph_bits_set(c->has, ph_sd_bit(c, link, vote, place), true);
    ph_bits_set(c->offered, ph_sd_bit(c, link, vote, place), true);
}

grid_verdict_t ph_sd_grid_may_receive(const candidate_t *c, uint32_t link, vote_t vote, size_t place)
{
    size_t bit = ph_sd_bit(c, link, vote, place);
    if (!is_mutual(c, link) || ph_bits_get(c->sent, bit))
        return GRID_REFUSE;
    return ph_bits_get(c->offered, bit) ? GRID_OLD : GRID_NEW;
}

void ph_sd_grid_received(candidate_t *c, uint32_t link, vote_t vote, size_t place)
{
    ph_sd_grid_sent(c, link, vote, place);
    ph_bits_set(c->sent, ph_sd_bit(c, link, vote, place), true);
}

bool ph_sd_grid_missed_manifest(const candidate_t *c, uint32_t link)
{
    return c->has_rows && ph_bits_get(c->manifest_out, link) && !ph_bits_get(c->manifest_in, link);
}

bool ph_sd_grid_may_request(const candidate_t *c, uint32_t link)
{
    return ph_bits_get(c->manifest_out, link); /* its own may have crossed the request */
}

bool ph_sd_grid_advertised(const candidate_t *c, uint32_t link)
{
    return ph_bits_get(c->manifest_in, link);
}

void ph_sd_grid_forget(leaf_t *leaf, uint32_t link)
{
    for (uint32_t g = 0; g < leaf->group_count; g++) {
        for (candidate_t *c = leaf->groups[g].first; c; c = c->next_in_group) {
            if (!c->has_rows)
                continue;
            ph_bits_set(c->manifest_in, link, false);
            ph_bits_set(c->manifest_out, link, false);
            for (size_t i = 0; i < VOTES * c->size; i++) {
                size_t bit = ph_sd_bit(c, link, VOTE_SECONDED, i);
                ph_bits_set(c->advertised, bit, false);
                ph_bits_set(c->has, bit, false);
                ph_bits_set(c->offered, bit, false);
                ph_bits_set(c->sent, bit, false);
            }
        }
    }
}

bool ph_sd_is_sufficient(const ph_statement_filter_t *filter, const ph_statement_filter_t *mask, size_t threshold)
{
    size_t seconded = 0, voters = 0;
    for (size_t i = 0; i < filter->seconded_in_group.count; i++) {
        bool s = ph_bits_get(filter->seconded_in_group, i) && !(mask && ph_bits_get(mask->seconded_in_group, i));
        bool v = ph_bits_get(filter->validated_in_group, i) && !(mask && ph_bits_get(mask->validated_in_group, i));
        seconded += s;
        voters += s || v;
    }
    return seconded > 0 && voters >= threshold;
}

/* ---- manifests and acknowledgements going out ---- */

static ph_statement_distribution_message_v3_t manifest_of(const candidate_t *c, bool acknowledge)
{
    ph_statement_filter_t knowledge = {c->known[VOTE_SECONDED], c->known[VOTE_VALID]};
    ph_statement_distribution_message_v3_t out = {0};
    if (acknowledge) {
        out.kind = PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_KNOWN;
        out.backed_candidate_known = (ph_backed_candidate_acknowledgement_t){c->hash, knowledge};
        return out;
    }
    out.kind = PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_MANIFEST;
    out.backed_candidate_manifest = (ph_backed_candidate_manifest_t){
        .scheduling_parent = c->leaf->hash,
        .candidate_hash = c->hash,
        .group_index = {c->group},
        .para_id = ph_sd_body(c)->candidate_receipt.descriptor.para_id,
        .parent_head_data_hash = c->parent_head,
        .statement_knowledge = knowledge,
    };
    return out;
}

static void note_manifest_sent(candidate_t *c, uint32_t link)
{
    ph_bits_set(c->manifest_out, link, true);
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++)
        for (size_t i = ph_bits_next(c->known[vote], 0); i < c->size; i = ph_bits_next(c->known[vote], i + 1))
            ph_bits_set(c->offered, ph_sd_bit(c, link, vote, i), true);
    ph_note(c->leaf->self, "manifest-sent",
            PH_FIELDS(.block = &c->leaf->hash, .candidate = &c->hash,
                      PH_F_PARA(ph_sd_body(c)->candidate_receipt.descriptor.para_id),
                      PH_F_NUMBER(c->leaf->session->links.neighbors[link])));
}

/* Single statements that we have and the link has not. */
static void send_statements(candidate_t *c, uint32_t link, const peer_t *peer)
{
    for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++) {
        for (size_t i = ph_bits_next(c->known[vote], 0); i < c->size; i = ph_bits_next(c->known[vote], i + 1)) {
            if (!ph_sd_grid_may_send(c, link, vote, i))
                continue;
            ph_sd_grid_sent(c, link, vote, i);
            ph_sd_send_statement(c, &peer->id, 1, vote, i);
        }
    }
}

/* Who sent us its manifest gets an acknowledgement, the others a manifest. */
static bool is_due(const candidate_t *c, const group_t *group, uint32_t link, bool acknowledge)
{
    bool acknowledged = ph_bits_get(group->from, link) && ph_bits_get(c->manifest_in, link);
    if (ph_bits_get(c->manifest_out, link))
        return false;
    return acknowledge ? acknowledged : ph_bits_get(group->to, link) && !acknowledged;
}

static void send_manifests(candidate_t *c, bool acknowledge)
{
    leaf_t *leaf = c->leaf;
    const links_t *links = &leaf->session->links;
    const group_t *group = routed(leaf, c->group);
    ph_peer_id_t *to = ph_mem_alloc(NULL, (links->count + 1) * sizeof *to);
    uint32_t *sent = ph_mem_alloc(NULL, (links->count + 1) * sizeof *sent);
    size_t count = 0;
    for (uint32_t link = 0; link < links->count; link++) {
        const peer_t *peer = is_due(c, group, link, acknowledge) ? ph_sd_reachable(leaf, links->neighbors[link]) : NULL;
        if (!peer)
            continue;
        note_manifest_sent(c, link);
        sent[count] = link;
        to[count++] = peer->id;
    }
    ph_statement_distribution_message_v3_t message = manifest_of(c, acknowledge);
    ph_sd_send(leaf->self, to, count, &message);
    for (size_t i = 0; i < count; i++)
        send_statements(c, sent[i], ph_sd_peer(leaf->self, to[i]));
    ph_mem_free(to);
    ph_mem_free(sent);
}

void ph_sd_grid_provide(candidate_t *c)
{
    if (!c->backed || c->leaf->session->links.me == NOBODY)
        return;
    make_rows(c);
    send_manifests(c, false);
    send_manifests(c, true);
}

/* Everything that one link should have of one candidate. */
static void provide_to(candidate_t *c, uint32_t link)
{
    leaf_t *leaf = c->leaf;
    const peer_t *peer = ph_sd_reachable(leaf, leaf->session->links.neighbors[link]);
    const group_t *group = routed(leaf, c->group);
    if (!peer)
        return;
    make_rows(c);
    for (int acknowledge = 0; acknowledge < 2; acknowledge++) {
        if (!is_due(c, group, link, acknowledge != 0))
            continue;
        note_manifest_sent(c, link);
        ph_statement_distribution_message_v3_t message = manifest_of(c, acknowledge != 0);
        ph_sd_send(leaf->self, &peer->id, 1, &message);
    }
    send_statements(c, link, peer);
}

void ph_sd_grid_catch_up(leaf_t *leaf, uint32_t link)
{
    for (uint32_t g = 0; g < leaf->group_count; g++)
        for (candidate_t *c = leaf->groups[g].first; c; c = c->next_in_group)
            if (c->backed)
                provide_to(c, link);
}

/* ---- manifests and acknowledgements coming in ---- */

typedef struct manifest {
    leaf_t *leaf;
    ph_candidate_hash_t hash;
    uint32_t group;
    claim_t claim;
    const ph_statement_filter_t *said;
    ph_statement_filter_t knowledge; /* said, without disabled validators; on the heap */
    bool acknowledges;
    uint32_t link;
} manifest_t;

static bool row_is_within(const candidate_t *c, ph_bits_t rows, uint32_t link, const ph_statement_filter_t *filter)
{
    for (size_t i = 0; i < c->size; i++)
        if ((ph_bits_get(rows, ph_sd_bit(c, link, VOTE_SECONDED, i)) && !ph_bits_get(filter->seconded_in_group, i)) ||
            (ph_bits_get(rows, ph_sd_bit(c, link, VOTE_VALID, i)) && !ph_bits_get(filter->validated_in_group, i)))
            return false;
    return true;
}

/* Does it contradict what the same neighbour said of this candidate before? It may only have learned more. */
static bool is_conflicting(const manifest_t *m)
{
    candidate_t **first = ph_map_get(&m->leaf->candidates, &m->hash);
    for (const candidate_t *c = first ? *first : NULL; c; c = c->next_same_hash) {
        if (!c->has_rows || !ph_bits_get(c->manifest_in, m->link))
            continue;
        if (c->group != m->group || !row_is_within(c, c->advertised, m->link, &m->knowledge))
            return true;
        for (size_t i = 0; i < c->claims.count; i++)
            if (c->claims.items[i].peer.v == m->claim.peer.v && c->claims.items[i].has_parent &&
                memcmp(&c->claims.items[i].parent_head, &m->claim.parent_head, sizeof m->claim.parent_head) != 0)
                return true;
    }
    return false;
}

/* Does the neighbour say that some member seconds more candidates than its core can take of this para? */
static bool is_excessive(const manifest_t *m)
{
    const group_t *group = &m->leaf->groups[m->group];
    size_t limit = 0;
    for (size_t i = 0; i < group->row.count; i++)
        limit += group->row.items[i].v == m->claim.para.v;
    for (size_t i = ph_bits_next(m->knowledge.seconded_in_group, 0); i < group->members->count;
         i = ph_bits_next(m->knowledge.seconded_in_group, i + 1)) {
        size_t others = 0;
        for (const candidate_t *c = group->first; c; c = c->next_in_group)
            others += c->has_rows && memcmp(&c->hash, &m->hash, sizeof c->hash) != 0 &&
                      ph_bits_get(c->advertised, ph_sd_bit(c, m->link, VOTE_SECONDED, i));
        if (others >= limit)
            return true;
    }
    return false;
}

/* Do we take such a thing from that peer at all? */
static bool is_expected(manifest_t *m, peer_t *peer)
{
    ph_subsystem_t *self = m->leaf->self;
    const session_t *session = m->leaf->session;
    if (session->me == NOBODY && session->links.me == NOBODY) {
        if (session->links.known)
            ph_sd_punish(self, peer->id, MINOR("manifest: we are no validator"));
        return false;
    }
    if (m->group >= m->leaf->group_count || !ph_sd_is_assigned(&m->leaf->groups[m->group], m->claim.para)) {
        ph_sd_punish(self, peer->id, MAJOR("manifest: the group does not serve the para"));
        return false;
    }
    if (session->links.me == NOBODY)
        return false; /* the topology has not come */
    const group_t *group = routed(m->leaf, m->group);
    uint32_t authority = ph_sd_validator_of(session, peer);
    m->link = authority == NOBODY ? NOBODY : ph_sd_link_of(session, authority);
    if (m->link == NOBODY || !ph_bits_get(m->acknowledges ? group->to : group->from, m->link)) {
        ph_sd_punish(self, peer->id, MINOR("manifest: from a peer that should not send it"));
        return false;
    }
    const candidate_t *c = ph_sd_candidate(m->leaf, &m->hash, m->group);
    if (m->acknowledges && !(c && c->backed && ph_bits_get(c->manifest_out, m->link))) {
        ph_sd_punish(self, peer->id, MINOR("acknowledgement: no manifest was sent"));
        return false;
    }
    return true;
}

/* Is it well-formed, and does it fit what was said before? Fills m->knowledge. */
static bool is_sound(manifest_t *m, ph_peer_id_t from)
{
    ph_subsystem_t *self = m->leaf->self;
    const group_t *group = &m->leaf->groups[m->group];
    size_t size = group->members->count;
    if (m->said->seconded_in_group.count != size || m->said->validated_in_group.count != size) {
        ph_sd_punish(self, from, MAJOR("manifest: wrong length"));
        return false;
    }
    m->knowledge.seconded_in_group = ph_bits_copy(NULL, m->said->seconded_in_group);
    m->knowledge.validated_in_group = ph_bits_copy(NULL, m->said->validated_in_group);
    for (size_t i = 0; i < size; i++) {
        if (!ph_sd_is_disabled(m->leaf, group->members->items[i].v))
            continue;
        ph_bits_set(m->knowledge.seconded_in_group, i, false);
        ph_bits_set(m->knowledge.validated_in_group, i, false);
    }
    if (ph_bits_ones(m->knowledge.seconded_in_group) == 0)
        ph_sd_punish(self, from, MAJOR("manifest: nobody seconded"));
    else if (!ph_sd_is_sufficient(&m->knowledge, NULL, ph_sd_threshold(m->leaf, m->group)))
        ph_sd_punish(self, from, MAJOR("manifest: too few votes"));
    else if (is_conflicting(m))
        ph_sd_punish(self, from, MAJOR("manifest: contradicts an earlier one"));
    else if (is_excessive(m))
        ph_sd_punish(self, from, MINOR("manifest: too many candidates seconded"));
    else
        return true;
    return false;
}

static void note_manifest(candidate_t *c, const manifest_t *m)
{
    make_rows(c);
    ph_bits_set(c->manifest_in, m->link, true);
    for (size_t i = 0; i < c->size; i++) {
        for (vote_t vote = VOTE_SECONDED; vote < VOTES; vote++) {
            if (!ph_bits_get(vote == VOTE_SECONDED ? m->knowledge.seconded_in_group : m->knowledge.validated_in_group,
                             i))
                continue;
            ph_bits_set(c->advertised, ph_sd_bit(c, m->link, vote, i), true);
            ph_bits_set(c->has, ph_sd_bit(c, m->link, vote, i), true);
        }
    }
}

/* The candidate it is about, once everything is in order; NULL: it is not. */
static candidate_t *import(manifest_t *m, peer_t *peer)
{
    ph_peer_id_t from = peer->id;
    if (!is_expected(m, peer) || !is_sound(m, from))
        return NULL;
    candidate_t *c = ph_sd_claim(m->leaf, &m->hash, m->group, &m->claim);
    if (!c) {
        ph_sd_punish(m->leaf->self, from, MAJOR("manifest: false of a known candidate"));
        return NULL;
    }
    note_manifest(c, m);
    return c;
}

static void free_manifest(manifest_t *m)
{
    ph_mem_free(m->knowledge.seconded_in_group.bytes);
    ph_mem_free(m->knowledge.validated_in_group.bytes);
}

void ph_sd_grid_manifest(ph_subsystem_t *self, ph_peer_id_t from, const ph_backed_candidate_manifest_t *manifest)
{
    peer_t *peer = ph_sd_peer(self, from);
    leaf_t *leaf = ph_sd_leaf(self, &manifest->scheduling_parent);
    if (!peer)
        return;
    if (!leaf) {
        if (!ph_sd_may_have_crossed(self, peer, &manifest->scheduling_parent))
            ph_sd_punish(self, from, MINOR("manifest: relay parent not in our view"));
        return;
    }
    manifest_t m = {.leaf = leaf,
                    .hash = manifest->candidate_hash,
                    .group = manifest->group_index.v,
                    .said = &manifest->statement_knowledge,
                    .claim = {from, true, manifest->parent_head_data_hash, manifest->para_id}};
    candidate_t *c = import(&m, peer);
    if (c && c->backed)
        provide_to(c, m.link);
    else if (c && !c->body)
        ph_sd_want(c, from, false);
    free_manifest(&m);
}

void ph_sd_grid_acknowledgement(ph_subsystem_t *self, ph_peer_id_t from,
                                const ph_backed_candidate_acknowledgement_t *ack)
{
    peer_t *peer = ph_sd_peer(self, from);
    candidate_t *c = ph_sd_confirmed(self, &ack->candidate_hash);
    if (!peer)
        return;
    if (!c) {
        const statements_t *s = ph_state(self);
        if (s->left_count == 0 || !ph_sd_may_have_crossed(self, peer, NULL))
            ph_sd_punish(self, from, MINOR("acknowledgement: candidate unknown"));
        return;
    }
    manifest_t m = {.leaf = c->leaf,
                    .hash = c->hash,
                    .group = c->group,
                    .said = &ack->statement_knowledge,
                    .acknowledges = true,
                    .claim = {from, true, c->parent_head, ph_sd_body(c)->candidate_receipt.descriptor.para_id}};
    if (import(&m, peer) && ph_sd_reachable(c->leaf, c->leaf->session->links.neighbors[m.link]))
        send_statements(c, m.link, peer);
    free_manifest(&m);
}
