/* Metadata: what the chain says of itself to wallets and tools. The generator made the parts; here they are put
 * together. */
#include "runtime/apis.h"
#include "runtime/metadata.h"
#include "runtime/vec.h"

static const struct {
    uint32_t version;
    unsigned bit;
} versions[] = {{14, PH_METADATA_V14}, {15, PH_METADATA_V15}};
#define VERSION_COUNT (sizeof versions / sizeof *versions)

static ph_bytes_t assemble(ph_rt_t *rt, unsigned bit)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    for (size_t i = 0; i < ph_metadata_part_count; i++) {
        const ph_metadata_part_t *part = &ph_metadata_parts[i];
        if ((part->versions & bit) == 0)
            continue;
        if (part->constant == NULL) {
            ph_write(&w, ph_metadata_bytes + part->at, part->len);
            continue;
        }
        ph_writer_t value = ph_writer_in(rt->arena);
        part->constant(rt, &value);
        ph_write_bytes(&w, ph_writer_bytes(&value));
    }
    return ph_writer_bytes(&w);
}

ph_err_t ph_api_metadata_metadata(ph_rt_t *rt, ph_opaque_metadata_t *out)
{
    out->v = assemble(rt, PH_METADATA_V14);
    return PH_OK;
}

ph_err_t ph_api_metadata_metadata_at_version(ph_rt_t *rt, uint32_t version, ph_opt_opaque_metadata_t *out)
{
    for (size_t i = 0; i < VERSION_COUNT; i++)
        if (versions[i].version == version)
            *out = (ph_opt_opaque_metadata_t){.some = true, .value.v = assemble(rt, versions[i].bit)};
    return PH_OK;
}

ph_err_t ph_api_metadata_metadata_versions(ph_rt_t *rt, ph_vec_u32_t *out)
{
    ph_vec_alloc(rt, out, VERSION_COUNT);
    for (size_t i = 0; i < VERSION_COUNT; i++)
        out->items[i] = versions[i].version;
    return PH_OK;
}
