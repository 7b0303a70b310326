/* The checkers' own way of reading SCALE and storage keys: small, plain, and shared with nobody.
 *
 * Errors stick: after the first one every read gives zeroes, and `bad` says so.
 */
#ifndef PH_SIM_CHECK_SCALE_H
#define PH_SIM_CHECK_SCALE_H

#include "base/bytes.h"

typedef struct ph_check_reader {
    const uint8_t *at, *end;
    bool bad;
} ph_check_reader_t;

ph_check_reader_t ph_check_reader(ph_bytes_t in);
ph_bytes_t ph_check_take(ph_check_reader_t *r, size_t len);
uint8_t ph_check_u8(ph_check_reader_t *r);
uint32_t ph_check_u32(ph_check_reader_t *r);
uint64_t ph_check_u64(ph_check_reader_t *r);
uint64_t ph_check_compact(ph_check_reader_t *r);
ph_bytes_t ph_check_bytes(ph_check_reader_t *r); /* compact length, then so many */
typedef struct ph_check_bits {
    ph_bytes_t bytes;
    size_t count;
} ph_check_bits_t;
ph_check_bits_t ph_check_read_bits(ph_check_reader_t *r);
bool ph_check_bit(ph_check_bits_t bits, size_t i); /* false above the end */
/* What was read since `from`. */
ph_bytes_t ph_check_since(const ph_check_reader_t *r, const uint8_t *from);

/* ---- the things the checkers read ---- */

typedef struct ph_check_header {
    uint8_t hash[32], parent[32], state_root[32], pre_seal[32];
    uint64_t number, slot;
    bool has_slot;
} ph_check_header_t;
/* A sealed header (unsealed: pre_seal is the hash). */
void ph_check_read_header(ph_check_reader_t *r, ph_check_header_t *out);

enum { PH_CHECK_DESCRIPTOR_LEN = 292 };
typedef struct ph_check_candidate {
    uint8_t hash[32];
    uint32_t para;
    ph_bytes_t relay_parent, pvd_hash, pov_hash, erasure_root, para_head; /* 32 bytes each, inside the input */
    ph_bytes_t head;
} ph_check_candidate_t;
/* A committed candidate receipt. */
void ph_check_read_candidate(ph_check_reader_t *r, ph_check_candidate_t *out);

/* The arguments of ParaInherent.enter among a block's extrinsics; an empty reader if there is none. Reads the body. */
ph_check_reader_t ph_check_find_inherent(ph_check_reader_t *body);

/* ---- storage keys ---- */
typedef struct ph_check_key {
    uint8_t bytes[32 + 8 + 4];
    size_t len;
} ph_check_key_t;
ph_check_key_t ph_check_value_key(const char *pallet, const char *item);
ph_check_key_t ph_check_para_key(const char *pallet, const char *item, uint32_t para); /* Twox64Concat ParaId */

#endif
