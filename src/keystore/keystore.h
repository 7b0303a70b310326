/* Keys of one node, and the durable record of what was signed with them. (Architecture, law 7.)
 *
 * Before a signature leaves this room, the fact that it was made is on disk and synced. Asked to sign something that
 * conflicts with the record, it answers PH_ERR_CONFLICT and signs nothing; asked for the very same thing again, it
 * signs again. A node that finds no record although it is not new (its disk was lost) abstains from everything until
 * the next session: PH_ERR_REFUSED.
 *
 * What conflicts:
 *  - statements: per relay parent and core at most one Seconded; never Seconded and Valid for one candidate;
 *  - availability bitfields: per relay parent one;
 *  - votes on code: per session and code one of accept and reject;
 *  - blocks: per slot one (by pre-seal header hash).
 */
#ifndef PH_KEYSTORE_KEYSTORE_H
#define PH_KEYSTORE_KEYSTORE_H

#include "crypto/babe.h"
#include "crypto/keyring.h"
#include "env/env.h"

typedef struct ph_keystore ph_keystore_t;

typedef enum ph_key_type {
    PH_KEY_BABE,
    PH_KEY_PARA_VALIDATOR,
    PH_KEY_PARA_ASSIGNMENT,
    PH_KEY_AUTHORITY_DISCOVERY,
    PH_KEY_GRANDPA,
    PH_KEY_BEEFY,
    PH_KEY_COLLATOR,
    PH_KEY_TYPE_COUNT
} ph_key_type_t;

/* Reads the record from the env's disk. `fresh`: this node has no chain beyond genesis. A missing record is then no
 * loss as long as the network itself is in its first session; found in a later one, such a node abstains like any that
 * lost it. */
ph_keystore_t *ph_keystore_new(ph_env_t *env, bool fresh);
void ph_keystore_free(ph_keystore_t *keystore); /* wipes secrets */

/* sr25519 from a mini secret; GRANDPA is ed25519 and BEEFY ecdsa, from a seed. A seed that is no ecdsa key's adds
 * nothing.
 */
void ph_keystore_add(ph_keystore_t *keystore, ph_key_type_t type, const uint8_t mini_secret[32]);
bool ph_keystore_has(const ph_keystore_t *keystore, ph_key_type_t type, const uint8_t *public_key);
/* The first public key of that type (not BEEFY's, which are longer). */
bool ph_keystore_public(const ph_keystore_t *keystore, ph_key_type_t type, uint8_t out[32]);
/* Which of the validators we are (first match). */
bool ph_keystore_find_validator(const ph_keystore_t *keystore, const ph_validator_id_t *validators, size_t count,
                                ph_validator_index_t *out);

/* The network itself begins with that session, as it does where a dumped state goes on: a node without a record has
 * lost none in it. 0 where nothing is said. */
void ph_keystore_note_network(ph_keystore_t *keystore, ph_session_index_t first);
/* The session the best chain is in: ends an abstention that began in an earlier one, and lets old entries be forgotten
 * (what was signed for sessions before session - 2). */
void ph_keystore_note_session(ph_keystore_t *keystore, ph_session_index_t session);
bool ph_keystore_abstains(const ph_keystore_t *keystore);

/* Signs CompactStatement ‖ SigningContext. kind: Seconded or Valid. Errors: PH_ERR_NOT_FOUND (no such key),
 * PH_ERR_CONFLICT, PH_ERR_REFUSED (abstaining, or what was signed for that session is forgotten), PH_ERR_FULL and
 * PH_ERR_IO (the record could not be written). */
PH_MUST_CHECK ph_err_t ph_keystore_sign_statement(ph_keystore_t *keystore, ph_validator_signature_t *out,
                                                  const ph_validator_id_t *key, const ph_compact_statement_t *statement,
                                                  const ph_signing_context_t *context, ph_core_index_t core);
/* Signs an availability bitfield for context->parent_hash; the same errors. */
PH_MUST_CHECK ph_err_t ph_keystore_sign_bitfield(ph_keystore_t *keystore, ph_validator_signature_t *out,
                                                 const ph_validator_id_t *key, ph_bits_t bitfield,
                                                 const ph_signing_context_t *context);
/* Signs a vote on code that is new to the chain; the same errors. */
PH_MUST_CHECK ph_err_t ph_keystore_sign_pvf_check(ph_keystore_t *keystore, ph_validator_signature_t *out,
                                                  const ph_validator_id_t *key,
                                                  const ph_pvf_check_statement_t *statement);
/* Signs a block's pre-seal hash for a slot; the same errors. What was sealed is forgotten 1000 slots later. */
PH_MUST_CHECK ph_err_t ph_keystore_sign_block(ph_keystore_t *keystore, uint8_t out[64], const uint8_t babe_key[32],
                                              ph_slot_t slot, const ph_hash_t *pre_seal_hash);
/* Claims a BABE slot with a key of ours that may author it: reveals nothing that could conflict, needs no record.
 * False: the slot is not ours. */
bool ph_keystore_claim_slot(ph_keystore_t *keystore, ph_babe_claim_t *out, const ph_babe_epoch_rules_t *epoch,
                            ph_slot_t slot);
/* A plain signature for what cannot conflict (collator declarations): keys COLLATOR and AUTHORITY_DISCOVERY,
 * UNSUPPORTED for the others. */
PH_MUST_CHECK ph_err_t ph_keystore_sign(ph_keystore_t *keystore, uint8_t out[64], ph_key_type_t type,
                                        const uint8_t public_key[32], ph_bytes_t message);

/* The keystore as the node's own runtime may use it: for making session keys, and for signing what cannot conflict,
 * which is anything with AUTHORITY_DISCOVERY keys, and proofs of possession ("POP_" and the owner) with the others.
 * Random keys are on disk, synced, when `generate` returns, and there again in the next ph_keystore_new; those from a
 * URI last until the end, as Substrate has it. Lives as long as the keystore. */
ph_keyring_t ph_keystore_keyring(ph_keystore_t *keystore);

/* Every signature over a statement, bitfield, vote or block is also shown here: for the simulator's checkers. May be
 * NULL. */
typedef void (*ph_signature_log_fn)(void *ctx, ph_env_t *env, ph_key_type_t type, const uint8_t public_key[32],
                                    ph_bytes_t payload, const uint8_t signature[64]);
void ph_keystore_set_log(ph_keystore_t *keystore, ph_signature_log_fn fn, void *ctx);

#endif
