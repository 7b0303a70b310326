/* The encoding of trie nodes: Substrate's base-16 Patricia trie without extension nodes, LayoutV0 and V1.
 *
 * A node is a header (kind and number of nibbles of the partial key), the partial key packed two nibbles a byte (an
 * odd one starts with a zero nibble), for branches a bitmap of children, the value, and the children's references. A
 * reference ("merkle value") is the child's encoding if that is shorter than 32 bytes, else its BLAKE2b-256 hash. In
 * V1 a value of 33 bytes and more stands in the node as its hash. (Source: sp-trie node_codec.rs, node_header.rs;
 * Polkadot specification, "Merkle proofs".)
 */
#ifndef PH_TRIE_CODEC_H
#define PH_TRIE_CODEC_H

#include <stdbool.h>

#include "base/bytes.h"

#define PH_TRIE_HASH_LEN 32u
/* In version 1, values of at least this many bytes are hashed. */
#define PH_TRIE_HASHED_VALUE_MIN 33u
/* Longer keys are refused: the depth of a trie, and of what recurses over it, is bounded by it. */
#define PH_TRIE_KEY_MAX     2048u
#define PH_TRIE_NIBBLES_MAX (2u * PH_TRIE_KEY_MAX)
/* First byte of a compact proof's node whose value follows as an item of its own. */
#define PH_TRIE_COMPACT_ESCAPE 0x01u

/* Does a value of this length stand as its hash? */
static inline bool ph_trie_hashes_value(int version, size_t value_len)
{
    return version >= 1 && value_len >= PH_TRIE_HASHED_VALUE_MIN;
}

static inline uint8_t ph_nibble(ph_bytes_t key, size_t i)
{
    return i % 2 ? key.data[i / 2] & 15u : key.data[i / 2] >> 4;
}

typedef enum ph_node_kind { PH_NODE_EMPTY, PH_NODE_LEAF, PH_NODE_BRANCH } ph_node_kind_t;

/* A node taken apart; everything points into the encoding it was read from. */
typedef struct ph_node_plan {
    ph_node_kind_t kind;
    bool has_value;         /* leaves always */
    bool value_hashed;      /* value is the 32-byte hash */
    size_t partial_len;     /* nibbles */
    const uint8_t *partial; /* packed, (partial_len + 1) / 2 bytes */
    ph_bytes_t value;
    uint16_t bitmap;     /* branches: never 0 */
    ph_bytes_t kids[16]; /* exactly 32 bytes: a hash; otherwise the child's encoding itself */
} ph_node_plan_t;

/* Nibble i of the plan's partial key. */
static inline uint8_t ph_node_plan_nibble(const ph_node_plan_t *plan, size_t i)
{
    return ph_nibble(ph_bytes(plan->partial, (plan->partial_len + 1) / 2), i + plan->partial_len % 2);
}

/* Does the plan's partial key continue the key at its nibble `at`? */
bool ph_node_plan_continues(const ph_node_plan_t *plan, ph_bytes_t key, size_t at);

/* Accepts and refuses what sp-trie does; bytes after the node are not looked at. MALFORMED otherwise. */
PH_MUST_CHECK ph_err_t ph_node_decode(ph_node_plan_t *out, ph_bytes_t in);
void ph_node_encode(ph_writer_t *w, const ph_node_plan_t *plan);

/* The pieces, for who has the parts elsewhere. */
void ph_node_write_header(ph_writer_t *w, ph_node_kind_t kind, bool has_value, bool value_hashed, size_t partial_len);
void ph_node_write_nibbles(ph_writer_t *w, const uint8_t *nibbles /* one a byte */, size_t count);
void ph_node_write_value(ph_writer_t *w, ph_bytes_t value, bool hashed /* value is the hash */);

/* The reference a parent keeps of a node: writes at most 32 bytes to out, returns how many. */
size_t ph_node_reference(uint8_t out[32], ph_bytes_t encoded);

/* The root of the empty trie, BLAKE2b-256 of the byte 0. */
extern const uint8_t ph_trie_empty_root[32];

#endif
