#include "primitives/digest.h"

#include <string.h>

/* Item kinds with an engine have the same body. */
static ph_bytes_t payload_of(const ph_digest_item_t *item, uint8_t kind, const char engine[4], bool *matches)
{
    const ph_consensus_engine_id_t *id;
    ph_bytes_t payload;
    if (kind == PH_DIGEST_ITEM_PRE_RUNTIME) {
        id = &item->pre_runtime._0;
        payload = item->pre_runtime._1;
    } else if (kind == PH_DIGEST_ITEM_CONSENSUS) {
        id = &item->consensus._0;
        payload = item->consensus._1;
    } else {
        id = &item->seal._0;
        payload = item->seal._1;
    }
    *matches = memcmp(id->bytes, engine, 4) == 0;
    return payload;
}

bool ph_digest_next(const ph_digest_t *digest, size_t *at, uint8_t kind, const char engine[4], ph_bytes_t *payload)
{
    while (*at < digest->logs.count) {
        const ph_digest_item_t *item = &digest->logs.items[(*at)++];
        bool matches;
        if (item->kind != kind)
            continue;
        *payload = payload_of(item, kind, engine, &matches);
        if (matches)
            return true;
    }
    return false;
}

ph_err_t ph_digest_babe_pre(const ph_digest_t *digest, ph_arena_t *arena, ph_babe_pre_digest_t *out)
{
    size_t at = 0;
    ph_bytes_t payload;
    while (ph_digest_next(digest, &at, PH_DIGEST_ITEM_PRE_RUNTIME, PH_ENGINE_BABE, &payload))
        if (ph_babe_pre_digest_decode_all(payload, arena, out) == PH_OK)
            return PH_OK;
    return PH_ERR_NOT_FOUND;
}

ph_slot_t ph_digest_slot(const ph_babe_pre_digest_t *pre)
{
    switch ((ph_babe_pre_digest_kind_t)pre->kind) {
    case PH_BABE_PRE_DIGEST_PRIMARY:
        return pre->primary.slot;
    case PH_BABE_PRE_DIGEST_SECONDARY_PLAIN:
        return pre->secondary_plain.slot;
    case PH_BABE_PRE_DIGEST_SECONDARY_VRF:
        return pre->secondary_vrf.slot;
    }
    return (ph_slot_t){0};
}

uint32_t ph_digest_authority(const ph_babe_pre_digest_t *pre)
{
    switch ((ph_babe_pre_digest_kind_t)pre->kind) {
    case PH_BABE_PRE_DIGEST_PRIMARY:
        return pre->primary.authority_index;
    case PH_BABE_PRE_DIGEST_SECONDARY_PLAIN:
        return pre->secondary_plain.authority_index;
    case PH_BABE_PRE_DIGEST_SECONDARY_VRF:
        return pre->secondary_vrf.authority_index;
    }
    return 0;
}

const ph_vrf_signature_t *ph_digest_vrf(const ph_babe_pre_digest_t *pre)
{
    switch ((ph_babe_pre_digest_kind_t)pre->kind) {
    case PH_BABE_PRE_DIGEST_PRIMARY:
        return &pre->primary.vrf_signature;
    case PH_BABE_PRE_DIGEST_SECONDARY_PLAIN:
        return NULL;
    case PH_BABE_PRE_DIGEST_SECONDARY_VRF:
        return &pre->secondary_vrf.vrf_signature;
    }
    return NULL;
}

ph_digest_item_t ph_digest_item(ph_arena_t *arena, uint8_t kind, const char engine[4], const ph_type_t *type,
                                const void *value)
{
    ph_digest_item_t item;
    ph_consensus_engine_id_t id;
    ph_writer_t w = ph_writer_in(arena);
    memset(&item, 0, sizeof item);
    memcpy(id.bytes, engine, 4);
    ph_type_encode(&w, type, value);
    item.kind = kind;
    if (kind == PH_DIGEST_ITEM_PRE_RUNTIME) {
        item.pre_runtime._0 = id;
        item.pre_runtime._1 = ph_writer_bytes(&w);
    } else if (kind == PH_DIGEST_ITEM_CONSENSUS) {
        item.consensus._0 = id;
        item.consensus._1 = ph_writer_bytes(&w);
    } else {
        item.seal._0 = id;
        item.seal._1 = ph_writer_bytes(&w);
    }
    return item;
}

void ph_digest_push(ph_arena_t *arena, ph_digest_t *digest, const ph_digest_item_t *item)
{
    size_t size = sizeof *item;
    digest->logs.items =
        ph_mem_grow(arena, digest->logs.items, digest->logs.count * size, (digest->logs.count + 1) * size);
    digest->logs.items[digest->logs.count++] = *item;
}
