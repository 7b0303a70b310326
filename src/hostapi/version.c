#include "hostapi/version.h"

#include <string.h>

#include "crypto/hash.h"
#include "wasm/binary.h"
#include "wasm/blob.h"

#define API_LEN 12u /* identifier and u32 version */

typedef ph_vec_tup_u8x8_u32_t apis_t;

static ph_err_t take_apis(ph_arena_t *arena, apis_t *out, ph_bytes_t section)
{
    if (section.len % API_LEN != 0)
        return PH_ERR_MALFORMED;
    out->count = section.len / API_LEN;
    out->items = ph_arena_alloc(arena, out->count * sizeof *out->items);
    for (size_t i = 0; i < out->count; i++) {
        memcpy(out->items[i]._0.bytes, section.data + i * API_LEN, 8);
        out->items[i]._1 = ph_get_u32(section.data + i * API_LEN + 8);
    }
    return PH_OK;
}

/* The version of the runtime API "Core"; 0: not there. */
static uint32_t core_version(const apis_t *apis)
{
    uint8_t core[8];
    ph_blake2_64(core, PH_BYTES_LIT("Core"));
    for (size_t i = 0; i < apis->count; i++)
        if (memcmp(apis->items[i]._0.bytes, core, sizeof core) == 0)
            return apis->items[i]._1;
    return 0;
}

/* What stands behind the list of APIs depends on Core's version: from 3 on the transaction version, from 4 on the
 * system version. */
static ph_err_t decode(ph_arena_t *arena, ph_runtime_version_t *out, ph_bytes_t section, uint32_t core)
{
    size_t count;
    ph_reader_t r = ph_reader(section);
    PH_TRY(ph_read_bytes(&r, arena, &out->spec_name));
    PH_TRY(ph_read_bytes(&r, arena, &out->impl_name));
    PH_TRY(ph_read_u32(&r, &out->authoring_version));
    PH_TRY(ph_read_u32(&r, &out->spec_version));
    PH_TRY(ph_read_u32(&r, &out->impl_version));
    PH_TRY(ph_read_length(&r, API_LEN, &count));
    PH_TRY(take_apis(arena, &out->apis, ph_bytes(r.at, count * API_LEN)));
    r.at += count * API_LEN;
    if (core == 0)
        core = core_version(&out->apis);
    out->transaction_version = 1;
    out->system_version = 0;
    if (core >= 3)
        PH_TRY(ph_read_u32(&r, &out->transaction_version));
    if (core >= 4)
        PH_TRY(ph_read_u8(&r, &out->system_version));
    return PH_OK;
}

static bool is_module(ph_bytes_t wasm)
{
    ph_wasm_cursor_t c = ph_wasm_module_body(wasm);
    uint8_t id;
    ph_bytes_t body;
    while (ph_wasm_take_section(&c, &id, &body))
        ;
    return !c.failed;
}

static ph_err_t module_version(ph_arena_t *arena, ph_runtime_version_t *out, ph_bytes_t wasm)
{
    ph_bytes_t version, section;
    apis_t apis = {0};
    if (!is_module(wasm))
        return PH_ERR_MALFORMED;
    if (!ph_wasm_custom_section(wasm, &version, "runtime_version"))
        return PH_ERR_NOT_FOUND;
    bool has_apis = ph_wasm_custom_section(wasm, &section, "runtime_apis");
    if (has_apis)
        PH_TRY(take_apis(arena, &apis, section));
    PH_TRY(decode(arena, out, version, core_version(&apis)));
    if (has_apis)
        out->apis = apis;
    return PH_OK;
}

ph_err_t ph_hostapi_version(ph_arena_t *arena, ph_runtime_version_t *out, ph_bytes_t code)
{
    if (!ph_blob_is_compressed(code))
        return module_version(arena, out, code);
    ph_bytes_t wasm;
    if (ph_blob_decompress(&wasm, code, PH_BLOB_CODE_BOMB_LIMIT) != PH_OK)
        return PH_ERR_MALFORMED;
    ph_err_t err = module_version(arena, out, wasm);
    ph_mem_free(wasm.data);
    return err;
}

ph_err_t ph_hostapi_encode_version(ph_writer_t *out, ph_bytes_t code)
{
    ph_runtime_version_t version;
    ph_arena_t *arena = ph_arena_new();
    ph_err_t err = ph_hostapi_version(arena, &version, code);
    if (err == PH_OK)
        ph_runtime_version_encode(out, &version);
    ph_arena_free(arena);
    return err;
}
