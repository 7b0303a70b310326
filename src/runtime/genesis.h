/* The genesis state of a local chain of parahost's own.
 *
 * The modules' genesis builders run in the order of Rococo's, with two deliberate differences: the host configuration,
 * the paras and their cores come before the first session, and that session's discovery and assignment keys before its
 * groups are made. So session 0 is complete and paras advance from the first blocks; on Rococo they wait for session 1.
 * (reference runtime.md section 17.)
 */
#ifndef PH_RUNTIME_GENESIS_H
#define PH_RUNTIME_GENESIS_H

#include "runtime/currency.h"
#include "runtime/hooks.h"
#include "runtime/session.h"

typedef struct ph_genesis {
    const ph_genesis_validator_t *validators; /* all of them active in session 0 */
    size_t validator_count;
    const ph_genesis_para_t *paras;
    size_t para_count;
    /* NULL: ph_genesis_local_configuration. A core is added for every para that is a parachain. */
    const ph_host_configuration_t *config;
    const ph_genesis_balance_t *balances;
    size_t balance_count;
    const ph_account_id_t *sudo;        /* who may do what root may; NULL: nobody */
    ph_chain_params_t chain;            /* zeros: Rococo's constants */
    ph_babe_epoch_configuration_t babe; /* c zero: 1/4, primary and secondary VRF slots */
    ph_bytes_t code;                    /* of the runtime's wasm body; empty: no `:code` */
} ph_genesis_t;

/* The configuration of Rococo's local chains, with groups that hold as many validators as there are for each core. Byte
 * strings in it are static. */
void ph_genesis_local_configuration(ph_host_configuration_t *out);

/* Writes the state into `host`, which must be empty. PH_ERR_INTERNAL: `genesis` contradicts itself, `panic` says how
 * (as ph_runtime_call). */
PH_MUST_CHECK ph_err_t ph_genesis_build(const ph_host_ops_t *ops, void *host, const ph_genesis_t *genesis, char *panic,
                                        size_t panic_len);

#endif
