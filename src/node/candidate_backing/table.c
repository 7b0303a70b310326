#include "node/candidate_backing/table.h"

#include <string.h>

#include "primitives/backing.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"

static void drop_table(void *ptr)
{
    ph_map_free(&((ph_table_t *)ptr)->candidates);
}

void ph_table_init(ph_table_t *table, ph_arena_t *arena, ph_memo_t *memo, const ph_table_groups_t *groups)
{
    *table = (ph_table_t){.arena = arena, .memo = memo, .groups = *groups};
    ph_map_init(&table->candidates, sizeof(ph_candidate_hash_t), sizeof(ph_table_candidate_t *));
    ph_arena_defer(arena, drop_table, table);
    table->members = ph_arena_alloc(arena, groups->validator_count * sizeof *table->members);
    for (size_t i = 0; i < groups->validator_count; i++)
        table->members[i].group = UINT32_MAX;
    for (uint32_t g = 0; g < groups->groups.count; g++) {
        const ph_vec_validator_index_t *group = &groups->groups.items[g];
        for (uint32_t p = 0; p < group->count; p++)
            if (group->items[p].v < groups->validator_count)
                table->members[group->items[p].v] = (ph_table_member_t){.group = g, .position = p};
    }
}

bool ph_table_place(const ph_table_t *table, ph_validator_index_t signer, ph_group_index_t *group,
                    ph_core_index_t *core)
{
    if (signer.v >= table->groups.validator_count || table->members[signer.v].group == UINT32_MAX ||
        ph_bits_get(table->groups.disabled, signer.v))
        return false;
    group->v = table->members[signer.v].group;
    *core = table->groups.core_of[group->v];
    return true;
}

/* ---- looking things up ---- */

ph_table_candidate_t *ph_table_find(const ph_table_t *table, const ph_candidate_hash_t *hash)
{
    ph_table_candidate_t **slot = ph_map_get(&table->candidates, hash);
    return slot ? *slot : NULL;
}

const ph_vec_validator_index_t *ph_table_group_of(const ph_table_t *table, const ph_table_candidate_t *candidate)
{
    return &table->groups.groups.items[candidate->group.v];
}

const ph_table_vote_t *ph_table_vote_of(const ph_table_t *table, const ph_table_candidate_t *candidate,
                                        ph_validator_index_t validator)
{
    if (validator.v >= table->groups.validator_count || table->members[validator.v].group != candidate->group.v)
        return NULL;
    const ph_table_vote_t *vote = &candidate->votes[table->members[validator.v].position];
    return vote->kind ? vote : NULL;
}

bool ph_table_has_quorum(const ph_table_t *table, const ph_table_candidate_t *candidate)
{
    return candidate->vote_count >=
           ph_threshold_backing(ph_table_group_of(table, candidate)->count, table->groups.minimum_votes);
}

ph_unchecked_signed_full_statement_t ph_table_statement(const ph_table_t *table, const ph_table_candidate_t *candidate,
                                                        size_t position)
{
    const ph_table_vote_t *vote = &candidate->votes[position];
    ph_unchecked_signed_full_statement_t out = {.payload.kind = vote->kind, .signature = *vote->signature};
    out.validator_index = ph_table_group_of(table, candidate)->items[position];
    if (vote->kind == PH_STATEMENT_SECONDED)
        out.payload.seconded = *candidate->receipt;
    else
        out.payload.valid = candidate->hash;
    return out;
}

void ph_table_backed(const ph_table_t *table, ph_arena_t *arena, ph_backed_candidate_t *out,
                     const ph_table_candidate_t *candidate)
{
    size_t len = ph_table_group_of(table, candidate)->count;
    ph_bits_t bits = ph_bits_new(arena, len);
    *out = (ph_backed_candidate_t){.candidate = *candidate->receipt};
    out->validity_votes.items = ph_mem_alloc(arena, len * sizeof *out->validity_votes.items);
    for (size_t i = 0; i < len; i++) {
        const ph_table_vote_t *vote = &candidate->votes[i];
        if (!vote->kind)
            continue;
        ph_validity_attestation_t *attestation = &out->validity_votes.items[out->validity_votes.count++];
        bool implicit = vote->kind == PH_STATEMENT_SECONDED;
        attestation->kind = implicit ? PH_VALIDITY_ATTESTATION_IMPLICIT : PH_VALIDITY_ATTESTATION_EXPLICIT;
        *(implicit ? &attestation->implicit : &attestation->explicit) = *vote->signature;
        ph_bits_set(bits, i, true);
    }
    out->validator_indices = ph_backing_join(arena, bits, candidate->core);
}

/* ---- taking a statement in ---- */

static ph_misbehavior_report_t *add_report(ph_table_news_t *news, ph_misbehavior_report_kind_t kind)
{
    ph_misbehavior_report_t *report = &news->reports[news->report_count++];
    *report = (ph_misbehavior_report_t){.kind = (uint8_t)kind};
    return report;
}

/* A second candidate for the same core and relay parent; a validator works on one core. */
static bool is_double_vote(ph_table_t *table, ph_table_news_t *news,
                           const ph_unchecked_signed_full_statement_t *statement, const ph_candidate_hash_t *hash)
{
    ph_table_member_t *member = &table->members[statement->validator_index.v];
    const ph_table_candidate_t *first = member->seconded;
    if (statement->payload.kind != PH_STATEMENT_SECONDED || !first || ph_candidate_hash_equal(&first->hash, hash))
        return false;
    if (member->double_voted)
        return true;
    member->double_voted = true;
    ph_misbehavior_report_t *report = add_report(news, PH_MISBEHAVIOR_REPORT_DOUBLE_VOTE);
    ph_hash_to_plain_receipt(&report->double_vote.receipt, &statement->payload.seconded);
    report->double_vote.first = ph_table_statement(table, first, member->position);
    report->double_vote.second = *statement;
    return true;
}

/* Seconded and Valid, or two signatures of one statement. */
static bool is_self_contradiction(ph_table_t *table, ph_table_news_t *news,
                                  const ph_unchecked_signed_full_statement_t *statement)
{
    ph_table_candidate_t *candidate = news->candidate;
    size_t position = table->members[statement->validator_index.v].position;
    ph_table_vote_t *vote = &candidate->votes[position];
    if (!vote->kind ||
        (vote->kind == statement->payload.kind && ph_validator_signature_equal(vote->signature, &statement->signature)))
        return false;
    if (vote->contradicted)
        return true;
    vote->contradicted = true;
    ph_misbehavior_report_t *report = add_report(news, PH_MISBEHAVIOR_REPORT_SELF_CONTRADICTION);
    ph_hash_to_plain_receipt(&report->self_contradiction.receipt, candidate->receipt);
    report->self_contradiction.first = ph_table_statement(table, candidate, position);
    report->self_contradiction.second = *statement;
    return true;
}

static const void *share(ph_table_t *table, const ph_type_t *type, ph_bytes_t key, const void *value)
{
    ph_rc_t *rc = ph_memo_share(table->memo, type, key, value);
    ph_arena_defer(table->arena, ph_rc_unref, rc);
    return ph_rc_value(rc);
}

static ph_table_candidate_t *add_candidate(ph_table_t *table, const ph_candidate_hash_t *hash,
                                           const ph_committed_candidate_receipt_t *receipt, ph_group_index_t group)
{
    ph_table_candidate_t *candidate = ph_arena_alloc(table->arena, sizeof *candidate);
    candidate->hash = *hash;
    candidate->receipt = share(table, &ph_type_committed_candidate_receipt, ph_bytes(hash, sizeof *hash), receipt);
    candidate->group = group;
    candidate->core = table->groups.core_of[group.v];
    candidate->votes =
        ph_arena_alloc(table->arena, table->groups.groups.items[group.v].count * sizeof *candidate->votes);
    *(ph_table_candidate_t **)ph_map_put(&table->candidates, hash, NULL) = candidate;
    return candidate;
}

ph_table_result_t ph_table_import(ph_table_t *table, ph_table_news_t *news,
                                  const ph_unchecked_signed_full_statement_t *statement)
{
    ph_validator_index_t signer = statement->validator_index;
    bool seconded = statement->payload.kind == PH_STATEMENT_SECONDED;
    ph_group_index_t group;
    ph_core_index_t core;
    memset(news, 0, sizeof *news);
    if (!ph_table_place(table, signer, &group, &core))
        return PH_TABLE_IGNORED;
    ph_candidate_hash_t hash = seconded ? ph_hash_of_committed(&statement->payload.seconded) : statement->payload.valid;
    news->candidate = ph_table_find(table, &hash);
    if (news->candidate ? news->candidate->group.v != group.v : !seconded)
        return PH_TABLE_IGNORED;
    bool contradicts = is_double_vote(table, news, statement, &hash);
    if (news->candidate)
        contradicts |= is_self_contradiction(table, news, statement);
    if (contradicts)
        return PH_TABLE_CONTRADICTS;
    if (!news->candidate)
        news->candidate = add_candidate(table, &hash, &statement->payload.seconded, group);
    ph_table_member_t *member = &table->members[signer.v];
    ph_table_vote_t *vote = &news->candidate->votes[member->position];
    if (vote->kind)
        return PH_TABLE_IGNORED;
    const ph_validator_signature_t *signature =
        share(table, &ph_type_validator_signature, ph_bytes(&statement->signature, sizeof statement->signature),
              &statement->signature);
    *vote = (ph_table_vote_t){.kind = statement->payload.kind, .signature = signature};
    news->candidate->vote_count++;
    if (seconded)
        member->seconded = news->candidate;
    return PH_TABLE_COUNTED;
}
