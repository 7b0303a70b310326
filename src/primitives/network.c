#include "primitives/network.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

ph_err_t ph_protocol_wire_name(char out[PH_PROTOCOL_NAME_MAX], const ph_protocol_t *protocol, const ph_hash_t *genesis,
                               const char *fork)
{
    char hex[2 * sizeof genesis->bytes + 1];
    ph_hex(hex, ph_bytes(genesis->bytes, sizeof genesis->bytes));
    const char *name = strcmp(protocol->name, "block_announces") == 0 ? "block-announces" : protocol->name;
    int len = snprintf(out, PH_PROTOCOL_NAME_MAX, "/%s%s%s/%s/%u", hex, fork ? "/" : "", fork ? fork : "", name,
                       (unsigned)protocol->version);
    return len < 0 || len >= PH_PROTOCOL_NAME_MAX ? PH_ERR_TOO_LARGE : PH_OK;
}

ph_err_t ph_protocol_fallback_name(char out[PH_PROTOCOL_NAME_MAX], const ph_protocol_t *protocol,
                                   const ph_hash_t *genesis, const char *fork)
{
    if (protocol->legacy_name == NULL)
        return ph_protocol_wire_name(out, protocol, genesis, fork);
    int len = snprintf(out, PH_PROTOCOL_NAME_MAX, "%s", protocol->legacy_name);
    return len < 0 || len >= PH_PROTOCOL_NAME_MAX ? PH_ERR_TOO_LARGE : PH_OK;
}

const ph_protocol_t *ph_protocol_find(const char *name, uint32_t version)
{
    for (size_t i = 0; i < PH_PROTOCOL_COUNT; i++)
        if (ph_protocols[i].version == version && strcmp(ph_protocols[i].name, name) == 0)
            return &ph_protocols[i];
    return NULL;
}

/* Main before the rest, then the higher version first. */
static bool comes_before(const ph_protocol_t *a, const ph_protocol_t *b)
{
    return a->is_main != b->is_main ? a->is_main : a->version > b->version;
}

size_t ph_protocol_versions(const ph_protocol_t **out, size_t max, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < PH_PROTOCOL_COUNT && count < max; i++) {
        if (strcmp(ph_protocols[i].name, name) != 0)
            continue;
        size_t at = count++;
        for (; at > 0 && comes_before(&ph_protocols[i], out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = &ph_protocols[i];
    }
    return count;
}
