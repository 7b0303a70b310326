/* What must hold of the relay chain's state after every block, told from the storage alone: written without the
 * runtime's modules, by walking the items. Where a rule is looser than one would like, that is how the pallets are.
 *
 *   ph_state_checker_t c = {.arena = arena};
 *   ph_state_checker_remember(&c, rt);            the state to begin with
 *   … a block …
 *   if (ph_state_check(&c, rt) > 0) puts(c.report);
 *   ph_state_checker_remember(&c, rt);
 */
#ifndef PH_TESTS_SUPPORT_STATE_CHECKS_H
#define PH_TESTS_SUPPORT_STATE_CHECKS_H

#include "base/vec.h"
#include "primitives/types.h"
#include "runtime/host.h"

/* A message queue's hash chain as it was after the block before. `from` and `to`: the channel; dmp: to 0. */
typedef struct ph_chain_link {
    uint32_t from, to;
    ph_hash_t head;
    uint64_t next; /* dmp: index of the next message */
} ph_chain_link_t;

/* A dispute as it was after the block before. */
typedef struct ph_known_dispute {
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    bool reverts; /* enough are against it to give up a chain that has included it */
} ph_known_dispute_t;

typedef struct ph_state_checker {
    ph_arena_t *arena;
    /* What a state does not say of its past. */
    PH_LIST(ph_validation_code_hash_t) trusted; /* code that root put there, which nobody needs to use */
    bool left;                                  /* some para has begun to leave */
    PH_LIST(ph_para_id_t) living;               /* paras that have a lifecycle */
    PH_LIST(ph_chain_link_t) downward, channels;
    ph_block_number_t number;      /* of the last block remembered */
    ph_u128_t decreed;             /* issuance that root made (mod 2^128) */
    PH_LIST(ph_para_id_t) several; /* paras of which several candidates have been pending at a time */
    PH_LIST(ph_known_dispute_t) disputes;
    ph_opt_block_number_t frozen;
    PH_LIST(ph_block_number_t) frozen_blocks; /* in which nothing but votes went on chain */
    bool unfrozen;                            /* root may have unfrozen the chain in the block not remembered yet */

    /* The last check. */
    size_t broken;
    char report[4000]; /* a line for each broken rule */
    size_t report_len;
} ph_state_checker_t;

/* How many rules are broken. */
size_t ph_state_check(ph_state_checker_t *c, ph_rt_t *rt);
/* Takes the state for the one before the next block. */
void ph_state_checker_remember(ph_state_checker_t *c, ph_rt_t *rt);
/* Root trusts code, before the block in which it says so. */
void ph_state_checker_trust(ph_state_checker_t *c, ph_validation_code_t code);
/* Root may unfreeze the chain in the next block. */
void ph_state_checker_unfreeze(ph_state_checker_t *c);

/* ---- for the files of checks ---- */
void ph_state_broken(ph_state_checker_t *c, const char *format, ...) PH_PRINTF(2, 3);
#define PH_STATE_RULE(c, holds, ...) ((holds) ? (void)0 : ph_state_broken((c), __VA_ARGS__))

void ph_state_check_shape(ph_state_checker_t *c, ph_rt_t *rt);    /* every key known, every value readable */
void ph_state_check_code(ph_state_checker_t *c, ph_rt_t *rt);     /* code and who uses it */
void ph_state_check_paras(ph_state_checker_t *c, ph_rt_t *rt);    /* lifecycles against lists, nothing left over */
void ph_state_check_hrmp(ph_state_checker_t *c, ph_rt_t *rt);     /* channels, indices, counts, contents */
void ph_state_check_downward(ph_state_checker_t *c, ph_rt_t *rt); /* pages and hash chains */
void ph_state_check_upward(ph_state_checker_t *c, ph_rt_t *rt);   /* books, pages, the ring */
void ph_state_check_money(ph_state_checker_t *c, ph_rt_t *rt);    /* issuance, reserves */
void ph_state_check_cores(ph_state_checker_t *c, ph_rt_t *rt);    /* groups, schedules, claims, candidates */
void ph_state_check_sessions(ph_state_checker_t *c, ph_rt_t *rt); /* validators and their keys */
void ph_state_check_disputes(ph_state_checker_t *c, ph_rt_t *rt); /* votes, conclusions, freezing, pruning */
void ph_state_check_slashes(ph_state_checker_t *c, ph_rt_t *rt);  /* losers to be punished, offences, the disabled */
void ph_state_remember_disputes(ph_state_checker_t *c, ph_rt_t *rt);

/* Has a para left since the beginning, or begun to, in the block not remembered yet included? The pallets keep deposits
 * for channels that it asked for, or that were asked of it, and forget to count requests down. */
bool ph_state_has_left(const ph_state_checker_t *c, ph_rt_t *rt);
/* The link remembered, or NULL. */
const ph_chain_link_t *ph_state_link(const ph_chain_link_t *items, size_t count, uint32_t from, uint32_t to);
/* The next head of a chain of messages. */
ph_hash_t ph_state_next_head(ph_arena_t *arena, const ph_hash_t *head, ph_block_number_t sent_at, ph_bytes_t message);

#endif
