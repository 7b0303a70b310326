#include "runtime/disputes_votes.h"

#include "primitives/payload.h"
#include "primitives/rotation.h"
#include "runtime/storage/paras_disputes.h"
#include "runtime/vec.h"

static size_t participants(const ph_dispute_state_t *state)
{
    size_t n = 0;
    for (size_t i = 0; i < state->validators_for.count; i++)
        n += ph_bits_get(state->validators_for, i) || ph_bits_get(state->validators_against, i);
    return n;
}

int ph_dispute_flags(const ph_dispute_state_t *state)
{
    size_t n = state->validators_for.count, against = ph_bits_ones(state->validators_against);
    size_t byzantine = ph_threshold_byzantine(n), supermajority = ph_threshold_supermajority(n);
    int flags = 0;
    if (participants(state) > byzantine)
        flags |= PH_DISPUTE_CONFIRMED;
    if (ph_bits_ones(state->validators_for) >= supermajority)
        flags |= PH_DISPUTE_FOR_SUPERMAJORITY;
    if (against > byzantine)
        flags |= PH_DISPUTE_AGAINST_BYZANTINE;
    if (against >= supermajority)
        flags |= PH_DISPUTE_AGAINST_SUPERMAJORITY;
    return flags;
}

bool ph_dispute_has_both_sides(const ph_dispute_state_t *state)
{
    return ph_bits_ones(state->validators_for) > 0 && ph_bits_ones(state->validators_against) > 0;
}

/* ---- the set of backers ---- */

static size_t backer_position(const ph_set_validator_index_t *set, ph_validator_index_t validator, bool *found)
{
    size_t i = 0;
    while (i < set->count && set->items[i].v < validator.v)
        i++;
    *found = i < set->count && set->items[i].v == validator.v;
    return i;
}

static bool is_backer(const ph_set_validator_index_t *set, ph_validator_index_t validator)
{
    bool found;
    backer_position(set, validator, &found);
    return found;
}

/* ---- votes ---- */

void ph_dispute_import_begin(ph_rt_t *rt, ph_dispute_import_t *import, const ph_dispute_state_t *state,
                             const ph_set_validator_index_t *backers)
{
    *import = (ph_dispute_import_t){.state = *state, .backers = *backers, .pre_state = *state, .pre_backers = *backers};
    import->pre_state.validators_for = ph_bits_copy(rt->arena, state->validators_for);
    import->pre_state.validators_against = ph_bits_copy(rt->arena, state->validators_against);
}

ph_err_t ph_dispute_import_vote(ph_rt_t *rt, ph_dispute_import_t *import, ph_dispute_undo_t *undo,
                                ph_validator_index_t validator, const ph_dispute_statement_t *statement)
{
    *undo = (ph_dispute_undo_t){.validator = validator,
                                .is_for = ph_payload_dispute_is_for(statement),
                                .is_backing = ph_payload_dispute_is_backing(statement)};
    ph_bits_t side = undo->is_for ? import->state.validators_for : import->state.validators_against;
    if (validator.v >= side.count)
        return PH_PARAS_DISPUTES_ERR_VALIDATOR_INDEX_OUT_OF_BOUNDS;
    bool known_backer;
    size_t at = backer_position(&import->backers, validator, &known_backer);
    if (ph_bits_get(side, validator.v)) {
        if (undo->is_backing == known_backer)
            return PH_PARAS_DISPUTES_ERR_DUPLICATE_STATEMENT;
        if (!undo->is_backing)
            return PH_PARAS_DISPUTES_ERR_MALICIOUS_BACKER;
    }
    ph_bits_set(side, validator.v, true);
    if (undo->is_backing && !known_backer)
        ph_vec_insert(rt, &import->backers, at, validator);
    return PH_OK;
}

/* As polkadot-sdk, this forgets an earlier vote for the candidate too, if the vote taken back was a backing one. */
void ph_dispute_import_undo(ph_dispute_import_t *import, const ph_dispute_undo_t *undo)
{
    bool found;
    ph_bits_set(undo->is_for ? import->state.validators_for : import->state.validators_against, undo->validator.v,
                false);
    size_t at = backer_position(&import->backers, undo->validator, &found);
    if (undo->is_backing && found)
        ph_vec_remove(&import->backers, at);
}

/* ---- conclusions ---- */

/* The voters of the losing side: all of them when the dispute concludes, later those who came since. */
static void losers(ph_rt_t *rt, ph_vec_validator_index_t *out, const ph_dispute_import_t *import, ph_bits_t side,
                   ph_bits_t pre_side, bool concluded_before, bool count_new_backers)
{
    for (size_t i = ph_bits_next(side, 0); i < side.count; i = ph_bits_next(side, i + 1)) {
        ph_validator_index_t v = {(uint32_t)i};
        bool new_backer = count_new_backers && is_backer(&import->backers, v) && !is_backer(&import->pre_backers, v);
        if (!concluded_before || !ph_bits_get(pre_side, i) || new_backer)
            ph_vec_push(rt, out, v);
    }
}

void ph_dispute_import_finish(ph_rt_t *rt, ph_dispute_import_t *import, ph_dispute_summary_t *out,
                              ph_block_number_t now)
{
    int before = ph_dispute_flags(&import->pre_state), after = ph_dispute_flags(&import->state);
    const int supermajorities = PH_DISPUTE_FOR_SUPERMAJORITY | PH_DISPUTE_AGAINST_SUPERMAJORITY;
    *out = (ph_dispute_summary_t){.new_flags = after & ~before};
    if ((out->new_flags & supermajorities) && !import->state.concluded_at.some)
        import->state.concluded_at = (ph_opt_block_number_t){true, now};
    if (after & PH_DISPUTE_FOR_SUPERMAJORITY)
        losers(rt, &out->slash_against, import, import->state.validators_against, import->pre_state.validators_against,
               before & PH_DISPUTE_FOR_SUPERMAJORITY, false);
    if (after & PH_DISPUTE_AGAINST_SUPERMAJORITY)
        losers(rt, &out->slash_for, import, import->state.validators_for, import->pre_state.validators_for,
               before & PH_DISPUTE_AGAINST_SUPERMAJORITY, true);
}
