/* The statement table of one relay parent: who says what about which candidate, and who contradicts himself. Guide 5,
 * "Candidate Backing Job"; node.md section 8, "Statement table".
 *
 * A pure data structure in an arena. Signatures have been checked before they come here; that signers are members of
 * the candidate's group, and not disabled, is checked here. A signer's contradiction is told once: one double vote a
 * signer, one self-contradiction a signer and candidate. What contradicts is not counted, so that a group of n can make
 * the table keep at most n candidates.
 */
#ifndef PH_NODE_CANDIDATE_BACKING_TABLE_H
#define PH_NODE_CANDIDATE_BACKING_TABLE_H

#include "base/map.h"
#include "base/vec.h"
#include "env/memo.h"
#include "primitives/types.h"

/* The groups of validators at this relay parent and where they work. */
typedef struct ph_table_groups {
    ph_vec_vec_validator_index_t groups; /* borrowed */
    size_t validator_count;
    const ph_core_index_t *core_of; /* by group; borrowed */
    ph_bits_t disabled;             /* by validator; borrowed */
    uint32_t minimum_votes;
} ph_table_groups_t;

typedef struct ph_table_vote {
    uint8_t kind; /* PH_STATEMENT_SECONDED or _VALID; 0: none */
    bool contradicted;
    const ph_validator_signature_t *signature;
} ph_table_vote_t;

typedef struct ph_table_candidate {
    ph_candidate_hash_t hash;
    const ph_committed_candidate_receipt_t *receipt;
    ph_group_index_t group;
    ph_core_index_t core;
    ph_table_vote_t *votes; /* by position in the group */
    size_t vote_count;
    bool announced; /* for the table's user: its quorum has been told of */
} ph_table_candidate_t;

typedef struct ph_table_member {
    uint32_t group, position;       /* group UINT32_MAX: in none */
    ph_table_candidate_t *seconded; /* the first one; NULL: none yet */
    bool double_voted;
} ph_table_member_t;

typedef struct ph_table {
    ph_arena_t *arena;
    ph_memo_t *memo;
    ph_table_groups_t groups;
    ph_table_member_t *members; /* by validator */
    ph_map_t candidates;        /* ph_candidate_hash_t → ph_table_candidate_t * */
} ph_table_t;

/* Ends with the arena. Tables with one memo (may be NULL) share receipts and signatures. */
void ph_table_init(ph_table_t *table, ph_arena_t *arena, ph_memo_t *memo, const ph_table_groups_t *groups);

/* The signer's group and core; false if he is in no group, unknown or disabled. */
bool ph_table_place(const ph_table_t *table, ph_validator_index_t signer, ph_group_index_t *group,
                    ph_core_index_t *core);

/* What became of a statement. A contradiction comes with the report about it, where it is a new one. */
typedef enum { PH_TABLE_COUNTED, PH_TABLE_IGNORED, PH_TABLE_CONTRADICTS } ph_table_result_t;
typedef struct ph_table_news {
    ph_table_candidate_t *candidate; /* NULL: the candidate is unknown */
    size_t report_count;
    ph_misbehavior_report_t reports[2]; /* borrow from the table and the statement */
} ph_table_news_t;
ph_table_result_t ph_table_import(ph_table_t *table, ph_table_news_t *news,
                                  const ph_unchecked_signed_full_statement_t *statement);

ph_table_candidate_t *ph_table_find(const ph_table_t *table, const ph_candidate_hash_t *hash);
/* The vote of a validator about the candidate, NULL: none. */
const ph_table_vote_t *ph_table_vote_of(const ph_table_t *table, const ph_table_candidate_t *candidate,
                                        ph_validator_index_t validator);
const ph_vec_validator_index_t *ph_table_group_of(const ph_table_t *table, const ph_table_candidate_t *candidate);
bool ph_table_has_quorum(const ph_table_t *table, const ph_table_candidate_t *candidate);
/* A vote as the statement it was; borrows from the table. */
ph_unchecked_signed_full_statement_t ph_table_statement(const ph_table_t *table, const ph_table_candidate_t *candidate,
                                                        size_t position);
/* For the chain: votes in the group's order, core index behind the bits. Lists are in the arena, the receipt is
 * borrowed. */
void ph_table_backed(const ph_table_t *table, ph_arena_t *arena, ph_backed_candidate_t *out,
                     const ph_table_candidate_t *candidate);

#endif
