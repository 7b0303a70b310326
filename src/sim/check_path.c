#include <string.h>

#include "crypto/hash.h"
#include "crypto/sr25519.h"
#include "sim/check_private.h"

/* One block's step: its bitfields are counted for what was pending, then the state after it must be what follows. */

typedef struct step {
    ph_check_t *check;
    const ph_check_facts_t *parent;
    ph_check_facts_t *facts;
    PH_LIST(ph_check_candidate_t) backed;
} step_t;

static bool same(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, 32) == 0;
}

static unsigned long long number_of(const step_t *s)
{
    return (unsigned long long)s->facts->header.number;
}

/* ---- the body ---- */

static ph_check_pending_t *pending_on_core(const ph_check_facts_t *facts, size_t core)
{
    for (size_t p = 0; p < facts->para_count; p++)
        for (size_t i = 0; i < facts->paras[p].pending_count; i++)
            if (facts->paras[p].pending[i].core == core)
                return &facts->paras[p].pending[i];
    return NULL;
}

/* A bitfield's payload and its signing context: the session and the parent block. */
static bool bitfield_is_signed(const step_t *s, ph_bytes_t payload, const uint8_t *key, const uint8_t *signature)
{
    ph_writer_t w = PH_WRITER_HEAP;
    uint8_t session[4];
    ph_put_u32(session, s->parent->session);
    ph_write(&w, payload.data, payload.len);
    ph_write(&w, session, 4);
    ph_write(&w, s->parent->header.hash, 32);
    bool good = ph_sr25519_verify(signature, ph_writer_bytes(&w), key);
    ph_writer_free(&w);
    return good;
}

static void count_bitfield(step_t *s, ph_check_reader_t *r)
{
    const uint8_t *start = r->at;
    ph_check_bits_t bits = ph_check_read_bits(r);
    ph_bytes_t payload = ph_check_since(r, start);
    uint32_t validator = ph_check_u32(r);
    ph_bytes_t signature = ph_check_take(r, 64);
    if (r->bad)
        return;
    s->check->seen.bitfields++;
    if (validator >= s->parent->validator_count ||
        !bitfield_is_signed(s, payload, s->parent->validators.data + 32 * (size_t)validator, signature.data)) {
        ph_check_violated(s->check, PH_CHECK_AVAILABLE, "block %llu holds a bitfield that validator %u has not signed",
                          number_of(s), validator);
        return;
    }
    for (size_t core = 0; core < bits.count; core++) {
        ph_check_pending_t *pending = ph_check_bit(bits, core) ? pending_on_core(s->parent, core) : NULL;
        if (pending)
            pending->votes[validator] |= 2; /* by this block; 1 is by blocks before it */
    }
}

static void note_backed(step_t *s, ph_check_reader_t *r)
{
    ph_check_candidate_t *candidate = ph_list_add(NULL, &s->backed);
    ph_check_read_candidate(r, candidate);
    for (uint64_t votes = ph_check_compact(r); votes && !r->bad; votes--)
        ph_check_take(r, 65);
    ph_check_read_bits(r);
}

static void read_body(step_t *s, ph_check_reader_t *body)
{
    ph_check_reader_t r = ph_check_find_inherent(body);
    if (!r.at) {
        ph_check_violated(s->check, PH_CHECK_READABLE, "block %llu has no parachains inherent", number_of(s));
        return;
    }
    for (uint64_t n = ph_check_compact(&r); n && !r.bad; n--)
        count_bitfield(s, &r);
    for (uint64_t n = ph_check_compact(&r); n && !r.bad; n--)
        note_backed(s, &r);
    if (r.bad || body->bad)
        ph_check_violated(s->check, PH_CHECK_READABLE, "the body of block %llu does not decode", number_of(s));
}

static bool is_backed_here(const step_t *s, const uint8_t *hash)
{
    for (size_t i = 0; i < s->backed.count; i++)
        if (same(s->backed.items[i].hash, hash))
            return true;
    return false;
}

/* ---- cores ---- */

static void check_cores(step_t *s)
{
    uint8_t *taken = ph_mem_alloc(NULL, 65536);
    for (size_t p = 0; p < s->facts->para_count; p++) {
        const ph_check_para_t *para = &s->facts->paras[p];
        for (size_t i = 0; i < para->pending_count; i++) {
            uint32_t core = para->pending[i].core;
            if (core > 65535 || taken[core])
                ph_check_violated(s->check, PH_CHECK_CORES,
                                  "after block %llu core %u holds several candidates, one of para %u", number_of(s),
                                  core, para->id);
            else
                taken[core] = 1;
        }
    }
    ph_mem_free(taken);
}

static ph_check_pending_t *find(const ph_check_para_t *para, const uint8_t *hash)
{
    for (size_t i = 0; para && i < para->pending_count; i++)
        if (same(para->pending[i].candidate.hash, hash))
            return &para->pending[i];
    return NULL;
}

static void check_new_pending(step_t *s, const ph_check_para_t *before, const ph_check_para_t *after)
{
    for (size_t i = 0; i < after->pending_count; i++) {
        const ph_check_pending_t *pending = &after->pending[i];
        if (find(before, pending->candidate.hash))
            continue;
        if (!is_backed_here(s, pending->candidate.hash) || pending->backed_in != s->facts->header.number)
            ph_check_violated(s->check, PH_CHECK_CORES,
                              "after block %llu core %u holds candidate %s, which no block backed", number_of(s),
                              pending->core, ph_check_short(pending->candidate.hash).text);
        if (pending->candidate.para != after->id ||
            !same(pending->candidate.relay_parent.data, s->facts->header.parent))
            ph_check_violated(s->check, PH_CHECK_CORES, "block %llu backs candidate %s of another para or relay parent",
                              number_of(s), ph_check_short(pending->candidate.hash).text);
    }
}

/* ---- heads ---- */

/* adder: number u64, Keccak-256 of the parent head, state. */
static void check_adder_link(step_t *s, const ph_check_para_t *before, const ph_check_para_t *after)
{
    uint8_t hash[32];
    enum { HEAD_LEN = 72 };
    ph_keccak_256(hash, before->head);
    if (before->head.len != HEAD_LEN || after->head.len != HEAD_LEN ||
        ph_get_u64(after->head.data) != ph_get_u64(before->head.data) + 1 || !same(after->head.data + 8, hash))
        ph_check_violated(s->check, PH_CHECK_HEADS, "in block %llu para %u's head does not name its parent",
                          number_of(s), after->id);
}

static void check_head(step_t *s, const ph_check_para_t *before, ph_check_para_t *after,
                       const ph_check_pending_t *included)
{
    uint8_t hash[32];
    after->included = before->included;
    if (ph_bytes_equal(before->head, after->head))
        return;
    after->included++;
    s->check->seen.included++;
    if (!included) {
        ph_check_violated(s->check, PH_CHECK_HEADS,
                          "in block %llu para %u's head changes though no candidate of it was pending", number_of(s),
                          after->id);
        return;
    }
    ph_blake2_256(hash, after->head);
    if (!ph_bytes_equal(after->head, included->candidate.head) || !same(hash, included->candidate.para_head.data))
        ph_check_violated(s->check, PH_CHECK_HEADS, "in block %llu para %u's head is not that of candidate %s",
                          number_of(s), after->id, ph_check_short(included->candidate.hash).text);
    if (s->check->config.adder)
        check_adder_link(s, before, after);
}

/* ---- availability ---- */

static size_t count_votes(const step_t *s, const ph_check_pending_t *pending)
{
    size_t votes = 0;
    for (size_t v = 0; v < s->parent->validator_count; v++)
        votes += pending->votes[v] != 0;
    return votes;
}

static void carry_votes(step_t *s, const ph_check_pending_t *before, ph_check_pending_t *after)
{
    for (size_t v = 0; v < s->parent->validator_count; v++) {
        after->votes[v] = before->votes[v] != 0;
        if (ph_check_bit(after->noted, v) != (after->votes[v] != 0)) {
            ph_check_violated(s->check, PH_CHECK_AVAILABLE,
                              "after block %llu the vote of validator %zu for candidate %s is counted wrongly",
                              number_of(s), v, ph_check_short(after->candidate.hash).text);
            return;
        }
    }
}

/* What became of one candidate that was pending before. Returns whether its head is the para's new one. */
static bool settle(step_t *s, const ph_check_para_t *before, ph_check_para_t *after, const ph_check_pending_t *pending)
{
    size_t n = s->parent->validator_count, votes = count_votes(s, pending), needed = n - (n ? (n - 1) / 3 : 0);
    ph_check_short_t shortened = ph_check_short(pending->candidate.hash);
    const char *name = shortened.text;
    ph_check_pending_t *still = find(after, pending->candidate.hash);
    if (still) {
        carry_votes(s, pending, still);
        if (votes >= needed)
            ph_check_violated(s->check, PH_CHECK_AVAILABLE,
                              "block %llu leaves candidate %s pending, which %zu of %zu hold", number_of(s), name,
                              votes, n);
        return false;
    }
    if (ph_bytes_equal(before->head, after->head) || !ph_bytes_equal(after->head, pending->candidate.head)) {
        s->check->seen.dropped++;
        return false;
    }
    if (votes < needed)
        ph_check_violated(s->check, PH_CHECK_AVAILABLE,
                          "block %llu includes candidate %s, which %zu of %zu hold; %zu are needed", number_of(s), name,
                          votes, n, needed);
    ph_check_data(s->check, s->parent, pending, before->head);
    return true;
}

static void step_para(step_t *s, const ph_check_para_t *before, ph_check_para_t *after)
{
    const ph_check_pending_t *included = NULL;
    for (size_t i = 0; i < before->pending_count; i++)
        if (settle(s, before, after, &before->pending[i]))
            included = &before->pending[i];
    /* A head that is not the candidate's: let the text name the candidate. */
    if (!included && before->pending_count)
        included = find(after, before->pending[0].candidate.hash) ? NULL : &before->pending[0];
    check_head(s, before, after, included);
    check_new_pending(s, before, after);
}

void ph_check_follow(ph_check_t *check, const ph_check_facts_t *parent, ph_check_facts_t *facts,
                     ph_check_reader_t *body)
{
    step_t s = {.check = check, .parent = parent, .facts = facts};
    read_body(&s, body);
    check_cores(&s);
    for (size_t i = 0; i < facts->para_count; i++) {
        const ph_check_para_t *before = ph_check_para_of(parent, facts->paras[i].id);
        if (before)
            step_para(&s, before, &facts->paras[i]);
    }
    /* The parent's other children count from the same start. */
    for (size_t p = 0; p < parent->para_count; p++)
        for (size_t i = 0; i < parent->paras[p].pending_count; i++)
            for (size_t v = 0; v < parent->validator_count; v++)
                parent->paras[p].pending[i].votes[v] &= 1;
    ph_list_free(&s.backed);
}
