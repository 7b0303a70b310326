/* Raw chain specifications: what a network's block 0 is.
 *
 * A raw specification is JSON with every key and value of the genesis state, hexadecimal:
 * {"name", "id", …, "genesis": {"raw": {"top": {key: value}, "childrenDefault": {child: {key: value}}}}}, or just the
 * state's root:
 * {"genesis": {"stateRootHash": "0x…"}}. A member "base" of ours, the SCALE encoding of a header, says that the state
 * is the one after that block, and a chain begun with the specification goes on from there. The state version, which
 * decides how the trie is hashed, is read from the runtime in the state (key ":code") without running it: from the
 * custom sections "runtime_version" and "runtime_apis" of the blob. Blobs from before there were such sections (2021)
 * are older than state version 1 (2022), so they have version 0. (Source: polkadot-sdk, sc-chain-spec; sc-executor:
 * read_embedded_version; sp-version: decode_with_version_hint.)
 */
#ifndef PH_CHAIN_SPEC_H
#define PH_CHAIN_SPEC_H

#include <stdbool.h>

#include "base/vec.h"
#include "primitives/types.h"
#include "trie/root.h"

/* Where the state version was found. */
typedef enum ph_spec_version_from {
    PH_SPEC_VERSION_GIVEN,   /* by the caller */
    PH_SPEC_VERSION_SECTION, /* in the blob's section runtime_version */
    PH_SPEC_VERSION_OLD_BLOB /* 0: the blob has no such section */
} ph_spec_version_from_t;

typedef struct ph_spec {
    const char *name, *id; /* "" if the file has none */
    bool has_state;        /* false: only the root is in the file; then no version and no code */
    int state_version;
    ph_spec_version_from_t version_from;
    size_t top_count, child_count;
    ph_hash_t state_root, block_hash; /* of block 0 over that state, or of the base */
    bool has_base;
    ph_header_t base; /* in the arena */
    bool has_code;
    size_t code_len;     /* as it stands in the state, maybe compressed */
    ph_hash_t code_hash; /* BLAKE2b-256 of that */
} ph_spec_t;

/* Reads the text of a specification. `state_version`: 0 or 1 to say it, -1 to have it found. Everything lives in the
 * arena. MALFORMED, UNSUPPORTED (not raw) or NOT_FOUND (no version to be found: there is no code) with a line in `why`.
 */
PH_MUST_CHECK ph_err_t ph_spec_read(ph_spec_t *out, ph_arena_t *arena, ph_bytes_t text, int state_version, char *why,
                                    size_t why_len);

/* The same, and hands out the pairs of the state, in the arena, in the file's order. UNSUPPORTED also: there is only a
 * root, or there are child tries. */
typedef PH_LIST(ph_trie_pair_t) ph_spec_pairs_t;
PH_MUST_CHECK ph_err_t ph_spec_read_pairs(ph_spec_t *out, ph_spec_pairs_t *pairs, ph_arena_t *arena, ph_bytes_t text,
                                          int state_version, char *why, size_t why_len);

/* The state version a runtime blob (maybe compressed) declares. NOT_FOUND: it has no section runtime_version;
 * MALFORMED: it is no WebAssembly module, or the section does not parse. */
PH_MUST_CHECK ph_err_t ph_spec_code_state_version(int *out, ph_bytes_t code);

/* The hash of block 0 over a state root. */
ph_hash_t ph_spec_genesis_hash(const ph_hash_t *state_root);

#endif
