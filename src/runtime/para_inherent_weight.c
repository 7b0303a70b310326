/* How much of the proposed data fits into a block. */
#include "crypto/chacha.h"
#include "runtime/para_inherent.h"
#include "runtime/params.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/support.h"
#include "runtime/vec.h"

/* Measured costs (picoseconds) of the inherent's parts; storage accesses at Rococo's price. */
#define ACCESS(reads, writes)  ((reads)*PH_DB_READ_REF_TIME + (writes)*PH_DB_WRITE_REF_TIME)
#define ENTER_EMPTY            (UINT64_C(294541000) + ACCESS(17, 5))
#define ENTER_DISPUTES(votes)  (UINT64_C(1022191567) + UINT64_C(42188253) * (votes) + ACCESS(30, 17))
#define ENTER_BITFIELD         (UINT64_C(556214000) + ACCESS(19, 7))
#define ENTER_CANDIDATE(votes) (UINT64_C(1513057081) + UINT64_C(47356840) * (votes) + ACCESS(32, 16))
#define ENTER_CODE_UPGRADE     (UINT64_C(40239337000) + ACCESS(34, 16))

typedef ph_inherent_weight_t weight_t;

static weight_t add(weight_t a, weight_t b)
{
    return (weight_t){ph_sat_add_u64(a.ref_time, b.ref_time), ph_sat_add_u64(a.len, b.len)};
}

static bool fits(weight_t weight, weight_t limit)
{
    return weight.ref_time <= limit.ref_time && weight.len <= limit.len;
}

weight_t ph_inherent_max_weight(ph_rt_t *rt)
{
    ph_parachain_limits_t limits;
    if (!ph_parachain_limits_limits_get(rt, &limits))
        return (weight_t){PH_MAX_BLOCK_REF_TIME, PH_MAX_BLOCK_LEN};
    return (weight_t){limits.inherent_ref_time, limits.inherent_len};
}

/* ---- weights ---- */

static uint64_t len_of(const ph_type_t *type, const void *value)
{
    return ph_type_encoded_len(type, value);
}

weight_t ph_inherent_dispute_weight(const ph_dispute_statement_set_t *dispute)
{
    return (weight_t){ENTER_DISPUTES(dispute->statements.count) - ENTER_EMPTY,
                      len_of(&ph_type_dispute_statement_set, dispute)};
}

weight_t ph_inherent_disputes_weight(const ph_vec_dispute_statement_set_t *disputes)
{
    weight_t sum = {0};
    for (size_t i = 0; i < disputes->count; i++)
        sum = add(sum, ph_inherent_dispute_weight(&disputes->items[i]));
    sum.len = len_of(&ph_type_vec_dispute_statement_set, disputes);
    return sum;
}

static weight_t bitfield_weight(const void *bitfield)
{
    return (weight_t){ENTER_BITFIELD - ENTER_EMPTY, len_of(&ph_type_unchecked_signed_availability_bitfield, bitfield)};
}

static weight_t bitfields_weight(const ph_vec_unchecked_signed_availability_bitfield_t *bitfields)
{
    return (weight_t){(ENTER_BITFIELD - ENTER_EMPTY) * bitfields->count,
                      len_of(&ph_type_vec_unchecked_signed_availability_bitfield, bitfields)};
}

static weight_t candidate_weight(const ph_backed_candidate_t *c)
{
    uint64_t cost = c->candidate.commitments.new_validation_code.some ? ENTER_CODE_UPGRADE
                                                                      : ENTER_CANDIDATE(c->validity_votes.count);
    return (weight_t){cost - ENTER_EMPTY, len_of(&ph_type_backed_candidate, c)};
}

/* Candidates of one para that follow each other in the data: they are taken or left together. */
static weight_t chain_weight(const void *chain)
{
    const ph_vec_backed_candidate_t *c = chain;
    weight_t sum = {0};
    for (size_t i = 0; i < c->count; i++)
        sum = add(sum, candidate_weight(&c->items[i]));
    return sum;
}

/* ---- random selection ---- */

typedef struct choice {
    const uint8_t *items;
    size_t count, item_size;
    weight_t (*weigh)(const void *item);
    weight_t limit;
    ph_chacha_t *rng;
    weight_t taken_weight;
    bool *taken; /* by index */
} choice_t;

/* Goes through the indices in random order and takes what still fits. */
static void take_some(choice_t *c, uint32_t *indices, size_t count)
{
    ph_shuffle(c->rng, indices, count, sizeof *indices);
    for (size_t i = 0; i < count; i++) {
        weight_t with = add(c->taken_weight, c->weigh(c->items + indices[i] * c->item_size));
        if (!fits(with, c->limit))
            continue;
        c->taken_weight = with;
        c->taken[indices[i]] = true;
    }
}

/* Takes preferred items first; preferred[i] (may be NULL: none) says which these are. */
static void choose(ph_rt_t *rt, choice_t *c, const bool *preferred)
{
    uint32_t *first = ph_arena_alloc(rt->arena, c->count * sizeof *first);
    uint32_t *rest = ph_arena_alloc(rt->arena, c->count * sizeof *rest);
    size_t first_count = 0, rest_count = 0;
    c->taken = ph_arena_alloc(rt->arena, c->count);
    for (size_t i = 0; i < c->count; i++) {
        if (preferred && preferred[i])
            first[first_count++] = (uint32_t)i;
        else
            rest[rest_count++] = (uint32_t)i;
    }
    take_some(c, first, first_count);
    take_some(c, rest, rest_count);
}

/* ---- the limit ---- */

typedef struct chains {
    ph_vec_backed_candidate_t *items; /* views into the list of candidates */
    size_t count;
} chains_t;

static void split_into_chains(ph_rt_t *rt, chains_t *chains, const ph_vec_backed_candidate_t *candidates)
{
    ph_vec_alloc(rt, chains, candidates->count);
    chains->count = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        ph_backed_candidate_t *c = &candidates->items[i];
        if (i == 0 || c->candidate.descriptor.para_id.v != c[-1].candidate.descriptor.para_id.v)
            chains->items[chains->count++] = (ph_vec_backed_candidate_t){.items = c};
        chains->items[chains->count - 1].count++;
    }
}

static bool brings_code(const ph_vec_backed_candidate_t *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->items[i].candidate.commitments.new_validation_code.some)
            return true;
    return false;
}

static void limit_candidates(ph_rt_t *rt, ph_vec_backed_candidate_t *candidates, weight_t limit, ph_chacha_t *rng)
{
    chains_t chains;
    split_into_chains(rt, &chains, candidates);
    bool *preferred = ph_arena_alloc(rt->arena, chains.count);
    for (size_t i = 0; i < chains.count; i++)
        preferred[i] = brings_code(&chains.items[i]);
    choice_t choice = {.items = (const uint8_t *)chains.items,
                       .count = chains.count,
                       .item_size = sizeof *chains.items,
                       .weigh = chain_weight,
                       .limit = limit,
                       .rng = rng};
    choose(rt, &choice, preferred);
    ph_vec_backed_candidate_t kept;
    ph_vec_alloc(rt, &kept, candidates->count);
    kept.count = 0;
    for (size_t i = 0; i < chains.count; i++)
        for (size_t j = 0; choice.taken[i] && j < chains.items[i].count; j++)
            kept.items[kept.count++] = chains.items[i].items[j];
    *candidates = kept;
}

static void limit_bitfields(ph_rt_t *rt, ph_vec_unchecked_signed_availability_bitfield_t *bitfields, weight_t limit,
                            ph_chacha_t *rng)
{
    choice_t choice = {.items = (const uint8_t *)bitfields->items,
                       .count = bitfields->count,
                       .item_size = sizeof *bitfields->items,
                       .weigh = bitfield_weight,
                       .limit = limit,
                       .rng = rng};
    choose(rt, &choice, NULL);
    ph_vec_unchecked_signed_availability_bitfield_t kept;
    ph_vec_alloc(rt, &kept, bitfields->count);
    kept.count = 0;
    for (size_t i = 0; i < bitfields->count; i++)
        if (choice.taken[i])
            kept.items[kept.count++] = bitfields->items[i];
    *bitfields = kept;
}

void ph_inherent_limit(ph_rt_t *rt, ph_vec_backed_candidate_t *candidates,
                       ph_vec_unchecked_signed_availability_bitfield_t *bitfields, weight_t limit,
                       const uint8_t entropy[32])
{
    weight_t for_bitfields = bitfields_weight(bitfields);
    if (fits(add(for_bitfields, chain_weight(candidates)), limit))
        return;
    ph_chacha_t rng;
    ph_chacha_init(&rng, entropy);
    if (fits(for_bitfields, limit)) {
        weight_t left = {limit.ref_time - for_bitfields.ref_time, limit.len - for_bitfields.len};
        limit_candidates(rt, candidates, left, &rng);
        return;
    }
    candidates->count = 0;
    limit_bitfields(rt, bitfields, limit, &rng);
}
