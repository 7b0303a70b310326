/* A maker of long random chains on the native runtime: block after block of transactions, votes, candidates and
 * messages, legal and not, from a seed. Every block is authored and then executed on its parent's state; both must
 * come to the same root (a failing cmocka assertion otherwise).
 *
 * Legal chains: root does not do what breaks the pallets' own bookkeeping by decree (writing raw storage, code for
 * paras that do not live, …), so that the rules of state_checks.h hold after every block. Wild chains: root does
 * anything.
 */
#ifndef PH_TESTS_SUPPORT_CHAIN_MAKER_H
#define PH_TESTS_SUPPORT_CHAIN_MAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "primitives/types.h"
#include "support/state_checks.h"
#include "trie/state.h"

typedef struct ph_chain_maker ph_chain_maker_t;

/* What happens about disputes, that neither a call nor an event tells. */
typedef enum ph_chain_deed {
    PH_DEED_SET_OFFERED, /* to the inherent */
    PH_DEED_SET_TAKEN,   /* by it, imported or not */
    PH_DEED_SET_NOT_IMPORTED,
    PH_DEED_VOTE_OFFERED,
    PH_DEED_VOTE_TAKEN,
    PH_DEED_VOTE_EXPLICIT, /* … taken, by kind of statement */
    PH_DEED_VOTE_SECONDED,
    PH_DEED_VOTE_BACKED,
    PH_DEED_VOTE_APPROVED,
    PH_DEED_VOTE_APPROVED_SEVERAL,
    PH_DEED_VOTE_AGAINST,
    PH_DEED_VOTE_IN_PAST_SESSION,
    PH_DEED_VOTE_BY_ONE_WHO_LEFT,
    PH_DEED_VOTE_BY_DISABLED,
    PH_DEED_DISPUTE_LOCAL, /* begun */
    PH_DEED_DISPUTE_REMOTE,
    PH_DEED_CONCLUDED_VALID,
    PH_DEED_CONCLUDED_INVALID,
    PH_DEED_CONCLUDED_IN_PAST_SESSION,
    PH_DEED_TIMED_OUT, /* forgotten unresolved */
    PH_DEED_EVICTED,   /* a candidate from its core */
    PH_DEED_FROZEN,    /* … and the chain */
    PH_DEED_FROZEN_BY_INCLUSION,
    PH_DEED_UNFROZEN,
    PH_DEED_SLASH_FOR_INVALID, /* waits to be reported */
    PH_DEED_SLASH_AGAINST_VALID,
    PH_DEED_SLASH_REPORTED,
    PH_DEED_SLASH_PRUNED,
    PH_DEED_REPORT_TWICE, /* offered */
    PH_DEED_REPORT_WRONG,
    PH_DEED_DISABLED,
    PH_CHAIN_DEEDS
} ph_chain_deed_t;
extern const char *const ph_chain_deed_names[PH_CHAIN_DEEDS];

/* How often things happened; calls by pallet and variant, whether they succeeded or not. */
typedef struct ph_chain_tally {
    size_t blocks, refused, applied, failed, votes, candidates, sessions, wedged;
    uint32_t tried[256][64], done[256][64];
    uint32_t events[256][64]; /* by pallet and variant */
    uint32_t deeds[PH_CHAIN_DEEDS];
} ph_chain_tally_t;

ph_chain_maker_t *ph_chain_maker_new(uint64_t seed, bool wild);
void ph_chain_maker_free(ph_chain_maker_t *m);
/* Makes the next block. False: the chain cannot go on (wild ones may end so; a legal one fails the test). */
bool ph_chain_maker_block(ph_chain_maker_t *m);
/* A look at the state after the best block, as long as no block is made; what is written there is nobody's. */
ph_rt_t *ph_chain_maker_look(ph_chain_maker_t *m);
void ph_chain_maker_look_away(ph_chain_maker_t *m);
ph_state_checker_t *ph_chain_maker_checker(ph_chain_maker_t *m);
const ph_chain_tally_t *ph_chain_maker_tally(const ph_chain_maker_t *m);
/* The last block made and the state after it; until the next is made. */
const ph_block_t *ph_chain_maker_last(const ph_chain_maker_t *m);
ph_state_t *ph_chain_maker_state(const ph_chain_maker_t *m);
/* What the maker did in the last block, a line each. */
const char *ph_chain_maker_story(const ph_chain_maker_t *m);

#endif
