#include "primitives/descriptor.h"

#include <string.h>

static bool is_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

static ph_candidate_descriptor_version_t version_of(uint8_t kind)
{
    ph_candidate_descriptor_version_t v;
    memset(&v, 0, sizeof v);
    v.kind = kind;
    return v;
}

static ph_candidate_descriptor_version_t unknown_version(uint8_t byte)
{
    ph_candidate_descriptor_version_t v = version_of(PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN);
    v.unknown = byte;
    return v;
}

ph_candidate_descriptor_version_t ph_descriptor_version(const ph_candidate_descriptor_t *d)
{
    if (!is_zero(d->reserved1.bytes, 16))
        return version_of(PH_CANDIDATE_DESCRIPTOR_VERSION_V1);
    if (d->version == 0)
        return version_of(PH_CANDIDATE_DESCRIPTOR_VERSION_V2);
    if (d->version == 1)
        return version_of(PH_CANDIDATE_DESCRIPTOR_VERSION_V3);
    return unknown_version(d->version);
}

ph_candidate_descriptor_version_t ph_descriptor_version_old_rules(const ph_candidate_descriptor_t *d)
{
    if (!is_zero(d->reserved1.bytes, sizeof d->reserved1.bytes) ||
        !is_zero(d->reserved2.bytes, sizeof d->reserved2.bytes) || d->scheduling_session_offset != 0 ||
        !is_zero(d->scheduling_parent.bytes, sizeof d->scheduling_parent.bytes))
        return version_of(PH_CANDIDATE_DESCRIPTOR_VERSION_V1);
    if (d->version == 0)
        return version_of(PH_CANDIDATE_DESCRIPTOR_VERSION_V2);
    return unknown_version(d->version);
}

ph_descriptor_verdict_t ph_descriptor_check(const ph_candidate_descriptor_t *d, bool v3_enabled)
{
    ph_candidate_descriptor_version_t now = ph_descriptor_version(d);
    ph_candidate_descriptor_version_t old = ph_descriptor_version_old_rules(d);
    bool is_v3 = now.kind == PH_CANDIDATE_DESCRIPTOR_VERSION_V3;
    /* Unknown versions agree only on the same byte, and both rules read the same one. */
    if (now.kind != old.kind && !(is_v3 && v3_enabled))
        return PH_DESCRIPTOR_INCONSISTENT;
    return is_v3 && !v3_enabled ? PH_DESCRIPTOR_V3_NOT_ENABLED : PH_DESCRIPTOR_ACCEPTED;
}

bool ph_descriptor_core_index(const ph_candidate_descriptor_t *d, ph_core_index_t *out)
{
    if (ph_descriptor_version(d).kind == PH_CANDIDATE_DESCRIPTOR_VERSION_V1)
        return false;
    out->v = d->core_index;
    return true;
}

bool ph_descriptor_session_index(const ph_candidate_descriptor_t *d, ph_session_index_t *out)
{
    if (ph_descriptor_version(d).kind == PH_CANDIDATE_DESCRIPTOR_VERSION_V1)
        return false;
    *out = d->session_index;
    return true;
}

bool ph_descriptor_scheduling_session(const ph_candidate_descriptor_t *d, ph_session_index_t *out)
{
    ph_descriptor_view_t view = ph_descriptor_view(d, true);
    if (view.has_scheduling_session)
        *out = view.scheduling_session;
    return view.has_scheduling_session;
}

ph_hash_t ph_descriptor_scheduling_parent(const ph_candidate_descriptor_t *d)
{
    return ph_descriptor_version(d).kind == PH_CANDIDATE_DESCRIPTOR_VERSION_V3 ? d->scheduling_parent : d->relay_parent;
}

ph_descriptor_view_t ph_descriptor_view(const ph_candidate_descriptor_t *d, bool v3_ever_seen)
{
    ph_descriptor_view_t view = {.scheduling_parent = d->relay_parent};
    view.version = v3_ever_seen ? ph_descriptor_version(d) : ph_descriptor_version_old_rules(d);
    switch ((ph_candidate_descriptor_version_kind_t)view.version.kind) {
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V1:
    case PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN:
        return view;
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V3: {
        uint32_t left = UINT32_MAX - d->session_index.v;
        uint32_t offset = d->scheduling_session_offset;
        view.scheduling_session.v = d->session_index.v + (offset < left ? offset : left);
        view.scheduling_parent = d->scheduling_parent;
        break;
    }
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V2:
        view.scheduling_session = d->session_index;
        break;
    }
    view.has_session = view.has_scheduling_session = true;
    view.session = d->session_index;
    return view;
}

void ph_descriptor_to_v1(ph_candidate_descriptor_v1_t *out, const ph_candidate_descriptor_t *d)
{
    uint8_t *key = out->collator.bytes;
    key[0] = d->version;
    key[1] = (uint8_t)d->core_index;
    key[2] = (uint8_t)(d->core_index >> 8);
    for (int i = 0; i < 4; i++)
        key[3 + i] = (uint8_t)(d->session_index.v >> (8 * i));
    key[7] = d->scheduling_session_offset;
    memcpy(key + 8, d->reserved1.bytes, sizeof d->reserved1.bytes);
    memcpy(out->signature.bytes, d->scheduling_parent.bytes, 32);
    memcpy(out->signature.bytes + 32, d->reserved2.bytes, 32);
    out->para_id = d->para_id;
    out->relay_parent = d->relay_parent;
    out->persisted_validation_data_hash = d->persisted_validation_data_hash;
    out->pov_hash = d->pov_hash;
    out->erasure_root = d->erasure_root;
    out->para_head = d->para_head;
    out->validation_code_hash = d->validation_code_hash;
}

void ph_descriptor_from_v1(ph_candidate_descriptor_t *out, const ph_candidate_descriptor_v1_t *v1)
{
    const uint8_t *key = v1->collator.bytes;
    memset(out, 0, sizeof *out);
    out->version = key[0];
    out->core_index = (uint16_t)(key[1] | key[2] << 8);
    out->session_index.v = key[3] | (uint32_t)key[4] << 8 | (uint32_t)key[5] << 16 | (uint32_t)key[6] << 24;
    out->scheduling_session_offset = key[7];
    memcpy(out->reserved1.bytes, key + 8, sizeof out->reserved1.bytes);
    memcpy(out->scheduling_parent.bytes, v1->signature.bytes, 32);
    memcpy(out->reserved2.bytes, v1->signature.bytes + 32, 32);
    out->para_id = v1->para_id;
    out->relay_parent = v1->relay_parent;
    out->persisted_validation_data_hash = v1->persisted_validation_data_hash;
    out->pov_hash = v1->pov_hash;
    out->erasure_root = v1->erasure_root;
    out->para_head = v1->para_head;
    out->validation_code_hash = v1->validation_code_hash;
}

void ph_descriptor_v1_payload(uint8_t out[PH_DESCRIPTOR_V1_PAYLOAD_LEN], const ph_candidate_descriptor_v1_t *v1)
{
    memcpy(out, v1->relay_parent.bytes, 32);
    for (int i = 0; i < 4; i++)
        out[32 + i] = (uint8_t)(v1->para_id.v >> (8 * i));
    memcpy(out + 36, v1->persisted_validation_data_hash.bytes, 32);
    memcpy(out + 68, v1->pov_hash.bytes, 32);
    memcpy(out + 100, v1->validation_code_hash.bytes, 32);
}
