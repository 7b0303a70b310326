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

/* How often things happened; calls by pallet and variant, whether they succeeded or not. */
typedef struct ph_chain_tally {
    size_t blocks, refused, applied, failed, votes, candidates, sessions, wedged;
    uint32_t tried[256][64], done[256][64];
    uint32_t events[256][64]; /* by pallet and variant */
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
