/* The six session keys of a validator, taken apart by key type, and who owns which. (pallet-session 50.) */
#ifndef PH_RUNTIME_SESSION_KEYS_H
#define PH_RUNTIME_SESSION_KEYS_H

#include "runtime/storage/session.h"

#define PH_SESSION_KEY_COUNT 6

/* Key number `i` in the order of the struct: its type ("gran", "babe", "para", "asgn", "audi", "beef") and bytes, which
 * point into `keys`. */
void ph_session_key_at(ph_key_type_id_t *type, ph_bytes_t *key, const ph_session_keys_t *keys, size_t i);

/* How key number `i` signs. */
ph_key_scheme_t ph_session_key_scheme(size_t i);
/* What each key signs to prove that it is `owner`'s: "POP_" and the owner. In the call's arena. */
ph_bytes_t ph_session_key_statement(ph_rt_t *rt, ph_bytes_t owner);

/* Stores the keys of `who` and that they are its own; *had and *old say what was stored before. Session.DuplicatedKey
 * if somebody else owns one of them. */
PH_MUST_CHECK ph_err_t ph_session_put_keys(ph_rt_t *rt, bool *had, ph_session_keys_t *old, const ph_account_id_t *who,
                                           const ph_session_keys_t *keys);

#endif
