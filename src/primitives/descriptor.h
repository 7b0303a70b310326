/* What a candidate descriptor is and says. V1, V2 and V3 share one layout of 292 bytes; the version is told from the
 * bytes that V1 used for the collator's key and signature. There are two rules for that, and a descriptor is acceptable
 * only where both agree, or where the new one says V3 and the chain has enabled it. (node.md section 18)
 *
 * V1: no core, no session; scheduled at its relay parent. V2: core and session given, scheduled at its relay parent in
 * that session. V3: scheduled at a parent of its own, in session + offset. Unknown versions are read like V1 but for
 * core and session.
 */
#ifndef PH_PRIMITIVES_DESCRIPTOR_H
#define PH_PRIMITIVES_DESCRIPTOR_H

#include "primitives/types.h"

/* The new rule: 16 reserved bytes tell V1, the version byte the rest. */
ph_candidate_descriptor_version_t ph_descriptor_version(const ph_candidate_descriptor_t *d);
/* The rule from before V3: anything in the reserved fields, V3's included, means V1. */
ph_candidate_descriptor_version_t ph_descriptor_version_old_rules(const ph_candidate_descriptor_t *d);

typedef enum {
    PH_DESCRIPTOR_ACCEPTED,
    PH_DESCRIPTOR_INCONSISTENT, /* the rules disagree */
    PH_DESCRIPTOR_V3_NOT_ENABLED
} ph_descriptor_verdict_t;
ph_descriptor_verdict_t ph_descriptor_check(const ph_candidate_descriptor_t *d, bool v3_enabled);

/* Accessors by the new rule. Those that return bool leave *out alone and answer false where there is none. */
bool ph_descriptor_core_index(const ph_candidate_descriptor_t *d, ph_core_index_t *out);
bool ph_descriptor_session_index(const ph_candidate_descriptor_t *d, ph_session_index_t *out);
bool ph_descriptor_scheduling_session(const ph_candidate_descriptor_t *d, ph_session_index_t *out);
ph_hash_t ph_descriptor_scheduling_parent(const ph_candidate_descriptor_t *d);

/* All of the above at once, for nodes that go by the old rule until they have seen V3 enabled. */
typedef struct ph_descriptor_view {
    ph_candidate_descriptor_version_t version;
    bool has_session; /* false: V1 or unknown */
    ph_session_index_t session;
    bool has_scheduling_session;
    ph_session_index_t scheduling_session;
    ph_hash_t scheduling_parent;
} ph_descriptor_view_t;
ph_descriptor_view_t ph_descriptor_view(const ph_candidate_descriptor_t *d, bool v3_ever_seen);

/* The same bytes under their old names, and back. */
void ph_descriptor_to_v1(ph_candidate_descriptor_v1_t *out, const ph_candidate_descriptor_t *d);
void ph_descriptor_from_v1(ph_candidate_descriptor_t *out, const ph_candidate_descriptor_v1_t *v1);
/* What the collator of a V1 descriptor signed. */
#define PH_DESCRIPTOR_V1_PAYLOAD_LEN 132
void ph_descriptor_v1_payload(uint8_t out[PH_DESCRIPTOR_V1_PAYLOAD_LEN], const ph_candidate_descriptor_v1_t *v1);

#endif
