/* State dumps: what `parahost sim --dump-state` and a running dev's socket write, and a chain can begin with.
 *
 * A dump is a JSON object: {"number", "hash", "header": SCALE of the block's header with its seal, "state_version",
 * "state_root", "top": {key: value}}, bytes in hexadecimal. The state is the one after that block.
 */
#ifndef PH_CHAIN_DUMP_H
#define PH_CHAIN_DUMP_H

#include "chain/spec.h"

typedef struct ph_dump {
    bool has_header; /* dumps of old have none */
    ph_header_t header;
    int state_version; /* 0 or 1 */
    bool has_root;
    ph_hash_t state_root; /* as the dump says: not compared with anything yet */
    ph_spec_pairs_t pairs;
} ph_dump_t;

struct json_t;
/* Reads the text of a dump; everything lives in the arena. NOT_FOUND: it is a JSON object without "top", so no dump;
 * MALFORMED: it is no JSON object, or a member is not as it should be. Always with a line in `why` that says where. */
PH_MUST_CHECK ph_err_t ph_dump_read(ph_dump_t *out, ph_arena_t *arena, ph_bytes_t text, char *why, size_t why_len);
/* The same of JSON that has been parsed, with integers as they are or as reals; nothing of it is kept. */
PH_MUST_CHECK ph_err_t ph_dump_read_json(ph_dump_t *out, ph_arena_t *arena, const struct json_t *json, char *why,
                                         size_t why_len);

#endif
