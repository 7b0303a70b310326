/* Private to chain_maker*.c. */
#ifndef PH_TESTS_SUPPORT_CHAIN_MAKER_PRIVATE_H
#define PH_TESTS_SUPPORT_CHAIN_MAKER_PRIVATE_H

#include "support/chain_maker.h"

#include "support/rt_keys.h"
#include "support/rt_para.h"
#include "support/rt_tx.h"

#include "support/random.h"

enum {
    MAKER_SIGNERS = 8,
    MAKER_VALIDATORS = 6,
    MAKER_KEYS = 24,
    MAKER_CODES = 12,
    MAKER_PARAS = 9,
    MAKER_AUTHORS = 3, /* the first validators make the blocks */
    MAKER_DISPUTES = 8
};
extern const uint32_t ph_maker_paras[MAKER_PARAS];

/* A dispute that the maker carries on. */
typedef struct ph_maker_dispute {
    ph_candidate_hash_t candidate;
    ph_session_index_t session;
    uint8_t fate;    /* private to chain_maker_disputes.c */
    unsigned rounds; /* of votes so far */
} ph_maker_dispute_t;

/* Whose key it was in a session that may be over. */
typedef struct ph_maker_proof {
    char type[4];
    size_t key; /* one of MAKER_KEYS */
    ph_membership_proof_t proof;
    ph_slot_t slot; /* of that session */
    uint64_t set_id;
} ph_maker_proof_t;

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
    ph_maker_dispute_t disputes[MAKER_DISPUTES];
    size_t dispute_count;
    PH_LIST(ph_maker_proof_t) proofs;
    ph_session_index_t proven; /* the last session with proofs */
    ph_bytes_t last_report;    /* a bare call */

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

/* chain_maker_disputes.c: votes for the inherent, behind its candidates. */
void ph_maker_dispute(ph_chain_maker_t *m, ph_parachains_inherent_data_t *data);
const ph_sr25519_keypair_t *ph_maker_pair(const ph_chain_maker_t *m, const ph_validator_id_t *id);
/* chain_maker_tally.c: the block made, `before` and `after` it. */
void ph_maker_count_deeds(ph_chain_maker_t *m, ph_rt_t *before, ph_rt_t *after);

/* chain_maker_reports.c: reports of misbehaviour, and what root does about disputes. */
typedef PH_LIST(ph_maker_call_t) ph_maker_calls_t;
void ph_maker_reports(ph_chain_maker_t *m, ph_maker_calls_t *out);

#endif
