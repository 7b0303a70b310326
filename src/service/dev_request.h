/* Requests to a running `parahost dev`, one JSON object a line (docs/transactions.md):
 *
 *   {"submit": "0x…"}                                     an extrinsic, its length in front
 *   {"call": "Api_method", "args": "0x…", "at": …}        a runtime call; its writes are dropped
 *   {"storage": "0xkey", "at": …}                         a value of the state
 *   {"head": true}                                        best and final block, genesis
 *   {"block": "best" | "finalized" | "0xhash" | number}   a block with its extrinsics
 *   {"state": "best" | …}                                 everything after a block: a state dump (chain/dump.h)
 *   {"status": "0xhash"}                                  where an extrinsic is
 *   {"act": "0x…", "para": number}                        a CourierAction for the collator of a para that runs courier
 *
 * `at` is as in "block" and "best" by default. Each may have an "id", a number, that its answer has too. Everything
 * else in a request is an error.
 */
#ifndef PH_SERVICE_DEV_REQUEST_H
#define PH_SERVICE_DEV_REQUEST_H

#include "base/bytes.h"
#include "base/json.h"
#include "primitives/types.h"

/* Bytes of a line: two digits for each byte of what a block may hold, and some more. */
#define PH_DEV_REQUEST_MAX ((size_t)11 << 20)

typedef enum ph_dev_verb {
    PH_DEV_SUBMIT,
    PH_DEV_CALL,
    PH_DEV_STORAGE,
    PH_DEV_HEAD,
    PH_DEV_BLOCK,
    PH_DEV_STATUS,
    PH_DEV_ACT,
    PH_DEV_STATE
} ph_dev_verb_t;

typedef enum ph_dev_at { PH_DEV_AT_BEST, PH_DEV_AT_FINALIZED, PH_DEV_AT_HASH, PH_DEV_AT_NUMBER } ph_dev_at_t;

typedef struct ph_dev_request {
    ph_dev_verb_t verb;
    bool has_id;
    uint64_t id;
    ph_bytes_t bytes;   /* SUBMIT: without its length; CALL: the arguments; STORAGE: the key */
    const char *method; /* CALL */
    ph_dev_at_t at;     /* CALL, STORAGE, BLOCK, STATE */
    ph_hash_t hash;     /* of AT_HASH; STATUS: of the extrinsic */
    ph_block_number_t number;
    ph_para_id_t para;          /* ACT */
    ph_courier_action_t action; /* ACT */
} ph_dev_request_t;

/* Everything in the arena. MALFORMED, with what is wrong and what was expected in `why`; out->has_id and id are set as
 * soon as they are known. */
PH_MUST_CHECK ph_err_t ph_dev_request_read(ph_dev_request_t *out, ph_arena_t *arena, ph_bytes_t line, char *why,
                                           size_t why_len);

#endif
