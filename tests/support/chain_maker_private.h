/* Private to chain_maker*.c. */
#ifndef PH_TESTS_SUPPORT_CHAIN_MAKER_PRIVATE_H
#define PH_TESTS_SUPPORT_CHAIN_MAKER_PRIVATE_H

#include "support/chain_maker.h"

#include "support/rt_keys.h"
#include "support/rt_para.h"
#include "support/rt_tx.h"

#include "support/random.h"

enum { MAKER_SIGNERS = 8, MAKER_VALIDATORS = 6, MAKER_KEYS = 24, MAKER_CODES = 12, MAKER_PARAS = 9 };
extern const uint32_t ph_maker_paras[MAKER_PARAS];

struct ph_chain_maker {
    rt_chain_t *c;
    rt_signer_t signers[MAKER_SIGNERS]; /* the first is sudo, the first six are validators */
    real_keys_t keys[MAKER_KEYS];       /* session keys that somebody may have */
    ph_hash_t genesis_hash;
    ph_test_random_t random;
    bool wild;
    uint64_t slot;
    ph_state_checker_t checker;
    ph_chain_tally_t tally;
    rt_view_t view; /* of the best block, open while the next is made */
    bool looking;
    ph_writer_t story;

    /* Of the block in hand. */
    ph_block_t block;
    ph_arena_t *arena;
    uint32_t pending[MAKER_SIGNERS]; /* transactions of each signer so far */
    PH_LIST(uint32_t) touched;       /* paras whose life a call of this block may change */
};

#define maker_below(m, n) ph_test_below(&(m)->random, (n))
/* n times of 100. */
#define maker_chance(m, n) (ph_test_below(&(m)->random, 100) < (n))

void ph_maker_tell(ph_chain_maker_t *m, const char *format, ...) PH_PRINTF(2, 3);
ph_validation_code_t ph_maker_code(ph_arena_t *arena, size_t i);

/* chain_maker_calls.c: a random call, and who makes it. */
typedef struct ph_maker_call {
    ph_bytes_t encoded;
    bool bare;     /* unsigned */
    size_t signer; /* else */
} ph_maker_call_t;
bool ph_maker_random_call(ph_chain_maker_t *m, ph_maker_call_t *out);
/* A call, or none, for the para to send upward. */
ph_bytes_t ph_maker_upward_call(ph_chain_maker_t *m, ph_para_id_t para);
/* chain_maker_tame.c: makes a random call one that leaves the books in order, if it can. */
bool ph_maker_tame(ph_chain_maker_t *m, ph_call_t *call, size_t signer);

/* chain_maker_paras.c */
void ph_maker_fill_inherent(ph_chain_maker_t *m, ph_parachains_inherent_data_t *data);
typedef PH_LIST(ph_bytes_t) ph_maker_extrinsics_t;
void ph_maker_votes(ph_chain_maker_t *m, ph_maker_extrinsics_t *out);

#endif
