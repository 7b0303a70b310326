#include <string.h>

#include "node/provisioner/leaf.h"
#include "primitives/descriptor.h"
#include "primitives/rotation.h"

/* ---- bitfields ---- */

static bool only_occupied(ph_bits_t bits, const ph_vec_core_state_t *cores)
{
    if (bits.count != cores->count)
        return false;
    for (size_t i = 0; i < cores->count; i++)
        if (ph_bits_get(bits, i) && cores->items[i].kind != PH_CORE_STATE_OCCUPIED)
            return false;
    return true;
}

void ph_pick_bitfields(ph_arena_t *arena, ph_vec_unchecked_signed_availability_bitfield_t *out, const leaf_t *leaf,
                       const ph_vec_core_state_t *cores)
{
    *out = (ph_vec_unchecked_signed_availability_bitfield_t){
        .items = ph_arena_alloc(arena, leaf->bitfields.count * sizeof *out->items)};
    for (size_t i = 0; i < leaf->bitfields.count; i++) {
        const ph_unchecked_signed_availability_bitfield_t *one = ph_rc_value(leaf->bitfields.items[i]);
        if (!only_occupied(one->payload.v, cores))
            continue;
        /* Insertion keeps them in order of validators; they mostly come that way after a while. */
        size_t at = out->count;
        while (at > 0 && out->items[at - 1].validator_index.v > one->validator_index.v)
            at--;
        if (at > 0 && out->items[at - 1].validator_index.v == one->validator_index.v) {
            if (ph_bits_ones(one->payload.v) > ph_bits_ones(out->items[at - 1].payload.v))
                out->items[at - 1] = *one;
            continue;
        }
        memmove(out->items + at + 1, out->items + at, (out->count - at) * sizeof *out->items);
        out->items[at] = *one;
        out->count++;
    }
}

/* ---- cores ---- */

static bool becomes_available(const ph_occupied_core_t *core, size_t index,
                              const ph_vec_unchecked_signed_availability_bitfield_t *bitfields)
{
    size_t votes = ph_bits_ones(core->availability), validators = core->availability.count;
    for (size_t i = 0; i < bitfields->count; i++) {
        uint32_t voter = bitfields->items[i].validator_index.v;
        if (voter < validators && ph_bits_get(bitfields->items[i].payload.v, index) &&
            !ph_bits_get(core->availability, voter))
            votes++;
    }
    return validators > 0 && votes >= ph_threshold_supermajority(validators);
}

bool ph_para_up_on(ph_para_id_t *out, ph_occupied_core_assumption_t *assumption, const leaf_t *leaf,
                   const ph_vec_core_state_t *cores, size_t index,
                   const ph_vec_unchecked_signed_availability_bitfield_t *bitfields)
{
    const ph_core_state_t *core = &cores->items[index];
    assumption->kind = PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED;
    switch ((ph_core_state_kind_t)core->kind) {
    case PH_CORE_STATE_FREE:
        return false;
    case PH_CORE_STATE_SCHEDULED:
        *out = core->scheduled.para_id;
        return true;
    case PH_CORE_STATE_OCCUPIED:
        break;
    }
    const ph_opt_scheduled_core_t *next = NULL;
    if (becomes_available(&core->occupied, index, bitfields)) {
        next = &core->occupied.next_up_on_available;
    } else if (core->occupied.time_out_at <= leaf->number + 1) {
        next = &core->occupied.next_up_on_time_out;
        assumption->kind = PH_OCCUPIED_CORE_ASSUMPTION_TIMED_OUT;
    }
    if (!next || !next->some)
        return false;
    *out = next->value.para_id;
    return true;
}

/* ---- candidates ---- */

static bool rivals(const ph_backed_candidate_t *a, const ph_backed_candidate_t *b)
{
    ph_core_index_t core_a = {0}, core_b = {0};
    bool has_a = ph_descriptor_core_index(&a->candidate.descriptor, &core_a),
         has_b = ph_descriptor_core_index(&b->candidate.descriptor, &core_b);
    return a->candidate.descriptor.para_id.v == b->candidate.descriptor.para_id.v ||
           (has_a && has_b && core_a.v == core_b.v);
}

void ph_pick_candidates(ph_arena_t *arena, ph_vec_backed_candidate_t *out, const ph_vec_backed_candidate_t *candidates)
{
    bool upgrade = false;
    *out = (ph_vec_backed_candidate_t){.items = ph_arena_alloc(arena, candidates->count * sizeof *out->items)};
    for (size_t i = 0; i < candidates->count; i++) {
        const ph_backed_candidate_t *one = &candidates->items[i];
        bool best = true;
        for (size_t r = 0; r < out->count && best; r++)
            best = !rivals(one, &out->items[r]) || one->validity_votes.count > out->items[r].validity_votes.count;
        if (!best)
            continue;
        size_t kept = 0;
        for (size_t r = 0; r < out->count; r++)
            if (!rivals(one, &out->items[r]))
                out->items[kept++] = out->items[r];
        out->count = kept;
        out->items[out->count++] = *one;
    }
    for (size_t i = 1; i < out->count; i++)
        for (size_t j = i;
             j > 0 && out->items[j - 1].candidate.descriptor.para_id.v > out->items[j].candidate.descriptor.para_id.v;
             j--) {
            ph_backed_candidate_t swap = out->items[j];
            out->items[j] = out->items[j - 1];
            out->items[j - 1] = swap;
        }
    for (size_t i = 0; i < out->count;) {
        bool has_code = out->items[i].candidate.commitments.new_validation_code.some;
        if (has_code && upgrade) {
            memmove(out->items + i, out->items + i + 1, (out->count - i - 1) * sizeof *out->items);
            out->count--;
            continue;
        }
        upgrade |= has_code;
        i++;
    }
}
