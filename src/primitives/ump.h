/* Signals that a parachain sends the relay chain: upward messages after an empty one. And where they say a candidate
 * belongs, checked against the claim queue. (node.md section 18)
 */
#ifndef PH_PRIMITIVES_UMP_H
#define PH_PRIMITIVES_UMP_H

#include "primitives/types.h"

typedef enum {
    PH_UMP_OK,
    PH_UMP_SIGNAL_DECODE, /* a signal's bytes do not parse */
    PH_UMP_DUPLICATE_SIGNAL,
    PH_UMP_TOO_MANY_SIGNALS, /* more than two */
    PH_UMP_SIGNAL_WITH_V1_DESCRIPTOR,
    PH_UMP_NO_SIGNAL_WITH_V3_DESCRIPTOR,
    PH_UMP_UNKNOWN_VERSION,
    PH_UMP_NO_ASSIGNMENT,      /* the para has no core at that depth of the claim queue */
    PH_UMP_INVALID_CORE_INDEX, /* several cores, none selected, and the descriptor's is none of them */
    PH_UMP_CORE_INDEX_MISMATCH /* the descriptor's core is not the selected one */
} ph_ump_verdict_t;

/* polkadot-sdk's name of the error ("NoAssignment"). */
const char *ph_ump_verdict_name(ph_ump_verdict_t verdict);

typedef struct ph_ump_signals {
    bool has_core;
    ph_core_selector_t selector;
    ph_claim_queue_offset_t offset; /* 0 without a signal */
    bool has_peer;
    ph_bytes_t peer; /* points into the commitments */
} ph_ump_signals_t;

/* How many of the messages are real ones, in front of the separator. */
size_t ph_ump_message_count(const ph_candidate_commitments_t *commitments);
/* Reads the signals; bytes after a signal within its message are ignored, as polkadot-sdk does. */
ph_ump_verdict_t ph_ump_signals_read(ph_ump_signals_t *out, const ph_candidate_commitments_t *commitments);

/* Reads the signals and checks them and the core index in the descriptor against the claim queue of the scheduling
 * parent. `version` is the descriptor's by the rule the caller goes by. V1 passes unchecked if it has no signal.
 * *selected (may be NULL) gets, on a core mismatch, the core that the signals select. */
ph_ump_verdict_t ph_ump_check(ph_ump_signals_t *out, ph_core_index_t *selected,
                              const ph_candidate_commitments_t *commitments,
                              const ph_candidate_descriptor_t *descriptor, ph_candidate_descriptor_version_t version,
                              const ph_transposed_claim_queue_t *queue);

/* Turns the claim queue (core → paras by depth) into para → depth → cores, in the arena. */
void ph_ump_transpose(ph_arena_t *arena, ph_transposed_claim_queue_t *out, const ph_claim_queue_t *queue);

#endif
