/* Reading and writing the digest of a header. */
#ifndef PH_PRIMITIVES_DIGEST_H
#define PH_PRIMITIVES_DIGEST_H

#include "primitives/types.h"

/* Engines, as four letters. */
#define PH_ENGINE_BABE       "BABE"
#define PH_ENGINE_GRANDPA    "FRNK"
#define PH_ENGINE_PARACHAINS "POL1"

/* The payload of the first item of this kind (PH_DIGEST_ITEM_PRE_RUNTIME, _CONSENSUS or _SEAL) and engine, borrowed
 * from the digest; *at says where to begin and is left behind the item found. False: there is none. */
bool ph_digest_next(const ph_digest_t *digest, size_t *at, uint8_t kind, const char engine[4], ph_bytes_t *payload);

/* The BABE pre-digest: the first that decodes. PH_ERR_NOT_FOUND: there is none. */
PH_MUST_CHECK ph_err_t ph_digest_babe_pre(const ph_digest_t *digest, ph_arena_t *arena, ph_babe_pre_digest_t *out);
ph_slot_t ph_digest_slot(const ph_babe_pre_digest_t *pre);
uint32_t ph_digest_authority(const ph_babe_pre_digest_t *pre);
/* NULL where the slot was claimed without a VRF. */
const ph_vrf_signature_t *ph_digest_vrf(const ph_babe_pre_digest_t *pre);

/* An item whose payload is the encoding of a value, in the arena. */
ph_digest_item_t ph_digest_item(ph_arena_t *arena, uint8_t kind, const char engine[4], const ph_type_t *type,
                                const void *value);
/* Appends an item; the list grows in the arena. */
void ph_digest_push(ph_arena_t *arena, ph_digest_t *digest, const ph_digest_item_t *item);

#endif
