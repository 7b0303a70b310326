/* Input: a byte that picks a property, then its material.
 *
 * 0 modules: rewriting ends, and what was rewritten once rewrites to the same again (no memory is imported any more). 1
 * and 2 counting code, without and with bulk memory: it ends; a valid module stays one when it is given a counter, and
 * can be given another. (Of modules that are not valid nothing can be said: counting is as lenient with them as
 * Polkadot's, and the engine refuses them afterwards.) 3 blobs: what decompresses within a limit compresses to
 * something that decompresses to the same.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "wasm/blob.h"
#include "wasm/rewrite.h"
#include "wasm/stack_limit.h"
#include "wasm/wasm.h"

static void fuzz_rewrite(ph_bytes_t in)
{
    ph_writer_t once = PH_WRITER_HEAP, twice = PH_WRITER_HEAP;
    const char *why = NULL;
    if (ph_wasm_rewrite(&once, &why, in) == PH_OK) {
        PH_CHECK(ph_wasm_rewrite(&twice, &why, ph_writer_bytes(&once)) == PH_OK);
        PH_CHECK(ph_bytes_equal(ph_writer_bytes(&once), ph_writer_bytes(&twice)));
    } else {
        PH_CHECK(why != NULL);
    }
    ph_writer_free(&once);
    ph_writer_free(&twice);
}

static ph_wasm_engine_t *engine_with(bool bulk_memory)
{
    static ph_wasm_engine_t *engines[2];
    if (!engines[bulk_memory])
        engines[bulk_memory] =
            ph_wasm_engine_new(&(ph_wasm_config_t){.native_stack_max = 1 << 18, .bulk_memory = bulk_memory});
    PH_CHECK(engines[bulk_memory] != NULL);
    return engines[bulk_memory];
}

static void fuzz_stack_limit(ph_bytes_t in, bool bulk_memory)
{
    ph_writer_t once = PH_WRITER_HEAP, twice = PH_WRITER_HEAP;
    const char *why = NULL;
    if (ph_wasm_limit_stack(&once, &why, in, 1000, bulk_memory) != PH_OK) {
        PH_CHECK(why != NULL);
    } else if (ph_wasm_validate(engine_with(bulk_memory), NULL, in) == PH_OK) {
        PH_CHECK(ph_wasm_validate(engine_with(bulk_memory), NULL, ph_writer_bytes(&once)) == PH_OK);
        PH_CHECK(ph_wasm_limit_stack(&twice, &why, ph_writer_bytes(&once), 1000, bulk_memory) == PH_OK);
    }
    ph_writer_free(&once);
    ph_writer_free(&twice);
}

static void fuzz_blob(ph_bytes_t in)
{
    ph_bytes_t content, packed, again;
    if (ph_blob_decompress(&content, in, 1 << 20) != PH_OK)
        return;
    PH_CHECK(content.len <= 1 << 20 || !ph_blob_is_compressed(in));
    PH_CHECK(ph_blob_compress(&packed, content) == PH_OK);
    PH_CHECK(ph_blob_decompress(&again, packed, content.len) == PH_OK);
    PH_CHECK(ph_bytes_equal(content, again));
    ph_mem_free(content.data);
    ph_mem_free(packed.data);
    ph_mem_free(again.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ph_bytes_t in = ph_bytes(data + 1, size - 1);
    switch (data[0] % 4) {
    case 0:
        fuzz_rewrite(in);
        break;
    case 1:
        fuzz_stack_limit(in, false);
        break;
    case 2:
        fuzz_stack_limit(in, true);
        break;
    default:
        fuzz_blob(in);
        break;
    }
    return 0;
}
