/* Inside of the checkers. */
#ifndef PH_SIM_CHECK_PRIVATE_H
#define PH_SIM_CHECK_PRIVATE_H

#include "base/map.h"
#include "base/vec.h"
#include "erasure/erasure.h"
#include "sim/check.h"
#include "sim/check_scale.h"

typedef struct ph_check_pending {
    ph_check_candidate_t candidate;
    uint32_t core, backed_in;
    ph_check_bits_t noted; /* votes as the state has them */
    uint8_t *votes;        /* one byte a validator, as the blocks' bitfields have them */
} ph_check_pending_t;

typedef struct ph_check_para {
    uint32_t id;
    ph_bytes_t head;
    ph_check_pending_t *pending;
    size_t pending_count;
    uint64_t included; /* on the way from genesis */
} ph_check_para_t;

/* What a block has made of the world: read from the state after it. */
typedef struct ph_check_facts {
    ph_check_header_t header;
    uint32_t session;
    ph_bytes_t validators; /* keys, 32 bytes each */
    size_t validator_count;
    ph_check_para_t *paras;
    size_t para_count;
} ph_check_facts_t;

typedef struct ph_check_violation {
    ph_check_kind_t kind;
    char *text;
} ph_check_violation_t;

struct ph_check {
    ph_check_config_t config;
    ph_arena_t *arena;
    ph_sim_t *sim;
    ph_erasure_t *erasure;
    uint16_t *names;       /* check_code.c */
    ph_map_t facts;        /* block hash → ph_check_facts_t * */
    ph_map_t node_of;      /* public key → ph_env_t * of the node that signs with it */
    ph_map_t signed_facts; /* subject → what was signed about it (check_signed.c) */
    ph_map_t seals;        /* pre-seal hash → public key */
    PH_LIST(ph_check_violation_t) violations;
    size_t counts[PH_CHECK_KIND_COUNT];
    ph_check_seen_t seen;
};

__attribute__((format(printf, 3, 4))) void ph_check_violated(ph_check_t *check, ph_check_kind_t kind,
                                                             const char *format, ...);
/* The first bytes of a hash, for texts. */
typedef struct ph_check_short {
    char text[20];
} ph_check_short_t;
ph_check_short_t ph_check_short(const uint8_t *hash);

/* check_facts.c: NULL, with a violation noted, if something does not decode. */
ph_check_facts_t *ph_check_read_facts(ph_check_t *check, const ph_relay_block_t *block,
                                      const ph_check_header_t *header);
const ph_check_para_t *ph_check_para_of(const ph_check_facts_t *facts, uint32_t id);

/* check_path.c: from the parent's facts, over the block's body (read up to it), to the block's facts. */
void ph_check_follow(ph_check_t *check, const ph_check_facts_t *parent, ph_check_facts_t *facts,
                     ph_check_reader_t *body);

/* check_data.c: the chunks of a candidate that is being included; votes and keys are those of its session. */
void ph_check_data(ph_check_t *check, const ph_check_facts_t *parent, const ph_check_pending_t *pending,
                   ph_bytes_t head_before);

/* check_code.c */
uint16_t *ph_check_names(void); /* on the heap; what ph_check_encode needs */
/* Writes the chunks of a payload, one after the other, to *chunks (heap); returns the length of one. */
size_t ph_check_encode(uint8_t **chunks, const uint16_t *names, size_t validators, size_t k, ph_bytes_t payload);
void ph_check_erasure_root(uint8_t out[32], const uint8_t *chunks, size_t chunk_len, size_t count);

/* check_signed.c */
void ph_check_sealed(ph_check_t *check, const ph_check_header_t *header);

#endif
