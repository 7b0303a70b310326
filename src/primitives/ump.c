#include "primitives/ump.h"

#include <string.h>

typedef ph_transposed_claim_queue_entry_t para_entry_t;
typedef ph_map_u8_set_core_index_t depths_t;
typedef ph_map_u8_set_core_index_entry_t depth_entry_t;
typedef ph_set_core_index_t cores_t;

const char *ph_ump_verdict_name(ph_ump_verdict_t verdict)
{
    switch (verdict) {
    case PH_UMP_OK:
        return "ok";
    case PH_UMP_SIGNAL_DECODE:
        return "UmpSignalDecode";
    case PH_UMP_DUPLICATE_SIGNAL:
        return "DuplicateUMPSignal";
    case PH_UMP_TOO_MANY_SIGNALS:
        return "TooManyUMPSignals";
    case PH_UMP_SIGNAL_WITH_V1_DESCRIPTOR:
        return "UMPSignalWithV1Descriptor";
    case PH_UMP_NO_SIGNAL_WITH_V3_DESCRIPTOR:
        return "NoUMPSignalWithV3Descriptor";
    case PH_UMP_UNKNOWN_VERSION:
        return "UnknownVersion";
    case PH_UMP_NO_ASSIGNMENT:
        return "NoAssignment";
    case PH_UMP_INVALID_CORE_INDEX:
        return "InvalidCoreIndex";
    case PH_UMP_CORE_INDEX_MISMATCH:
        return "CoreIndexMismatch";
    }
    return "unknown";
}

size_t ph_ump_message_count(const ph_candidate_commitments_t *commitments)
{
    size_t i = 0;
    while (i < commitments->upward_messages.count && commitments->upward_messages.items[i].len != 0)
        i++;
    return i;
}

static ph_ump_verdict_t read_signal(ph_ump_signals_t *out, ph_bytes_t message)
{
    ph_ump_signal_t signal;
    ph_reader_t r = ph_reader(message);
    if (ph_ump_signal_decode(&r, NULL, &signal) != PH_OK)
        return PH_UMP_SIGNAL_DECODE;
    switch ((ph_ump_signal_kind_t)signal.kind) {
    case PH_UMP_SIGNAL_SELECT_CORE:
        if (out->has_core)
            return PH_UMP_DUPLICATE_SIGNAL;
        out->has_core = true;
        out->selector = signal.select_core._0;
        out->offset = signal.select_core._1;
        return PH_UMP_OK;
    case PH_UMP_SIGNAL_APPROVED_PEER: {
        /* Its bytes are the last that were read. */
        ph_bytes_t peer = ph_bytes(r.at - signal.approved_peer.len, signal.approved_peer.len);
        ph_ump_signal_free(&signal);
        if (out->has_peer)
            return PH_UMP_DUPLICATE_SIGNAL;
        out->has_peer = true;
        out->peer = peer;
        return PH_UMP_OK;
    }
    }
    return PH_UMP_SIGNAL_DECODE;
}

ph_ump_verdict_t ph_ump_signals_read(ph_ump_signals_t *out, const ph_candidate_commitments_t *commitments)
{
    memset(out, 0, sizeof *out);
    size_t count = commitments->upward_messages.count;
    size_t first = ph_ump_message_count(commitments) + 1;
    for (size_t i = first; i < count; i++) {
        if (i - first == 2)
            return PH_UMP_TOO_MANY_SIGNALS;
        ph_ump_verdict_t verdict = read_signal(out, commitments->upward_messages.items[i]);
        if (verdict != PH_UMP_OK)
            return verdict;
    }
    return PH_UMP_OK;
}

static const cores_t *cores_at(const ph_transposed_claim_queue_t *queue, ph_para_id_t para, uint8_t depth)
{
    for (size_t i = 0; i < queue->count; i++) {
        if (queue->items[i].key.v != para.v)
            continue;
        const depths_t *depths = &queue->items[i].value;
        for (size_t k = 0; k < depths->count; k++)
            if (depths->items[k].key == depth)
                return &depths->items[k].value;
        return NULL;
    }
    return NULL;
}

static bool contains(const cores_t *cores, uint32_t core)
{
    for (size_t i = 0; i < cores->count; i++)
        if (cores->items[i].v == core)
            return true;
    return false;
}

static ph_ump_verdict_t check_core(const ph_ump_signals_t *signals, ph_core_index_t *selected, ph_para_id_t para,
                                   uint32_t core, const ph_transposed_claim_queue_t *queue)
{
    const cores_t *cores = cores_at(queue, para, signals->offset.v);
    if (cores == NULL || cores->count == 0)
        return PH_UMP_NO_ASSIGNMENT;
    if (!signals->has_core && cores->count > 1)
        return contains(cores, core) ? PH_UMP_OK : PH_UMP_INVALID_CORE_INDEX;
    ph_core_index_t chosen = cores->items[signals->has_core ? signals->selector.v % cores->count : 0];
    if (chosen.v == core)
        return PH_UMP_OK;
    if (selected != NULL)
        *selected = chosen;
    return PH_UMP_CORE_INDEX_MISMATCH;
}

ph_ump_verdict_t ph_ump_check(ph_ump_signals_t *out, ph_core_index_t *selected,
                              const ph_candidate_commitments_t *commitments,
                              const ph_candidate_descriptor_t *descriptor, ph_candidate_descriptor_version_t version,
                              const ph_transposed_claim_queue_t *queue)
{
    ph_ump_verdict_t verdict = ph_ump_signals_read(out, commitments);
    if (verdict != PH_UMP_OK)
        return verdict;
    bool any = out->has_core || out->has_peer;
    switch ((ph_candidate_descriptor_version_kind_t)version.kind) {
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V1:
        return any ? PH_UMP_SIGNAL_WITH_V1_DESCRIPTOR : PH_UMP_OK;
    case PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN:
        return PH_UMP_UNKNOWN_VERSION;
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V3:
        if (!any)
            return PH_UMP_NO_SIGNAL_WITH_V3_DESCRIPTOR;
        break;
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V2:
        break;
    }
    return check_core(out, selected, descriptor->para_id, descriptor->core_index, queue);
}

/* ---- transposing: everything is kept in ascending order ---- */

static para_entry_t *para_entry(ph_arena_t *arena, ph_transposed_claim_queue_t *out, size_t *cap, ph_para_id_t para)
{
    size_t at = 0;
    while (at < out->count && out->items[at].key.v < para.v)
        at++;
    if (at < out->count && out->items[at].key.v == para.v)
        return &out->items[at];
    if (out->count == *cap) {
        size_t grown = *cap ? *cap * 2 : 8;
        out->items = ph_mem_grow(arena, out->items, *cap * sizeof *out->items, grown * sizeof *out->items);
        *cap = grown;
    }
    memmove(out->items + at + 1, out->items + at, (out->count - at) * sizeof *out->items);
    memset(&out->items[at], 0, sizeof *out->items);
    out->items[at].key = para;
    out->count++;
    return &out->items[at];
}

static depth_entry_t *depth_entry(ph_arena_t *arena, depths_t *depths, uint8_t depth)
{
    size_t at = 0;
    while (at < depths->count && depths->items[at].key < depth)
        at++;
    if (at < depths->count && depths->items[at].key == depth)
        return &depths->items[at];
    size_t size = sizeof *depths->items;
    depths->items = ph_mem_grow(arena, depths->items, depths->count * size, (depths->count + 1) * size);
    memmove(depths->items + at + 1, depths->items + at, (depths->count - at) * size);
    memset(&depths->items[at], 0, size);
    depths->items[at].key = depth;
    depths->count++;
    return &depths->items[at];
}

void ph_ump_transpose(ph_arena_t *arena, ph_transposed_claim_queue_t *out, const ph_claim_queue_t *queue)
{
    size_t cap = 0;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < queue->count; i++) { /* ascending cores: sets come out sorted */
        for (size_t depth = 0; depth < queue->items[i].value.count; depth++) {
            para_entry_t *para = para_entry(arena, out, &cap, queue->items[i].value.items[depth]);
            cores_t *cores = &depth_entry(arena, &para->value, (uint8_t)depth)->value;
            if (cores->count > 0 && cores->items[cores->count - 1].v == queue->items[i].key.v)
                continue; /* depths count modulo 256, as in the pallets */
            size_t size = sizeof *cores->items;
            cores->items = ph_mem_grow(arena, cores->items, cores->count * size, (cores->count + 1) * size);
            cores->items[cores->count++] = queue->items[i].key;
        }
    }
}
