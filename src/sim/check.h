/* Checkers of a simulated run: they look at every block, every signature and every event, and say what must never
 * happen.
 *
 * They share no code with what they check: they read blocks, storage and chunks byte by byte themselves
 * (check_scale.h), and know the rules a second time. Hashes, signature verification and erasure decoding come from
 * crypto/ and erasure/, which have vectors of their own.
 *
 * What is checked, at each block of each fork:
 *   cores      a core holds one candidate at a time, and what is pending was backed in a block
 *   heads      a para's heads form one chain: each next head is that of the candidate included, and (adder) names its
 * parent available  a candidate is included exactly when n - ⌊(n-1)/3⌋ validators have signed for it since it was
 * backed data       the chunks of those who signed stand on their disks; any k of them give the bytes that the
 * candidate committed to signed     nobody signed two bitfields for one parent, Seconded and Valid for one candidate,
 * Seconded for two candidates of one relay parent (a group backs on one core of it), or two blocks for one slot
 *   inherent   no author failed to build and no node refused a block (all authors of a simulation are honest)
 *   roots      every node that imported a block has the state that the header names
 *   bans       nobody is banned but collators that cheat
 *   readable   blocks and storage decode, and hash to what they are called
 */
#ifndef PH_SIM_CHECK_H
#define PH_SIM_CHECK_H

#include "sim/sim.h"

typedef struct ph_check ph_check_t;

typedef enum ph_check_kind {
    PH_CHECK_CORES,
    PH_CHECK_HEADS,
    PH_CHECK_AVAILABLE,
    PH_CHECK_DATA,
    PH_CHECK_SIGNED,
    PH_CHECK_INHERENT,
    PH_CHECK_ROOTS,
    PH_CHECK_BANS,
    PH_CHECK_READABLE,
    PH_CHECK_KIND_COUNT
} ph_check_kind_t;

const char *ph_check_kind_name(ph_check_kind_t kind);

typedef struct ph_check_config {
    uint64_t slot_ms;
    bool adder; /* heads are adder's: number, hash of the parent, state */
    /* The checkers' eyes, for tests of the checkers; NULL: the block's state, the node's disk. */
    bool (*read)(void *ctx, ph_arena_t *arena, const ph_relay_block_t *block, ph_bytes_t key, ph_bytes_t *value);
    ph_buf_t *(*disk)(void *ctx, ph_env_t *env, ph_bytes_t key); /* a new reference, or NULL */
    void *ctx;
} ph_check_config_t;

ph_check_t *ph_check_new(const ph_check_config_t *config);
void ph_check_free(ph_check_t *check);

/* Puts the hooks below into the simulation's configuration, before ph_sim_new. */
void ph_check_hook(ph_check_t *check, ph_sim_config_t *config);
/* After ph_sim_new: genesis, and where the nodes are. */
void ph_check_begin(ph_check_t *check, ph_sim_t *sim);

/* ---- the hooks; check is a ph_check_t ---- */
void ph_check_signature(void *check, ph_env_t *env, ph_key_type_t type, const uint8_t public_key[32],
                        ph_bytes_t payload, const uint8_t signature[64]);
void ph_check_imported(void *check, uint32_t node, ph_relay_block_t *block, bool best);
void ph_check_event(void *check, uint64_t now_us, uint32_t node, const char *subsystem, const char *event,
                    const ph_trace_fields_t *fields);

/* ---- what came of it ---- */

typedef void (*ph_check_report_fn)(void *ctx, ph_check_kind_t kind, const char *text);
/* Looks at the nodes once more and reports every violation of the run; returns how many there were. report may be NULL.
 * While the simulation lives. */
size_t ph_check_end(ph_check_t *check, ph_sim_t *sim, ph_check_report_fn report, void *ctx);
size_t ph_check_count(const ph_check_t *check, ph_check_kind_t kind);

/* How much there was to look at: a check that saw nothing has shown nothing. */
typedef struct ph_check_seen {
    uint64_t blocks, imports, signatures, bitfields, included, dropped, chunks, decodings;
} ph_check_seen_t;
ph_check_seen_t ph_check_seen(const ph_check_t *check);
/* Candidates of the para included on the way from genesis to this block; 0 if either is unknown. */
uint64_t ph_check_included(const ph_check_t *check, const ph_hash_t *block, ph_para_id_t para);

#endif
