/* Input: a byte that picks a property, then its material.
 *
 * 0 proofs: an index, then nodes (a length byte each, times 4); the root is what the first hashes to. A proof that
 * holds for one value must not hold for a chunk with another hash. 1 recovery: validators, a payload, and which chunks
 * are left: enough of them give it back, too few do not; duplicates and indices out of range are refused.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "erasure/erasure.h"
#include "erasure/proof.h"

static void fuzz_proof(const uint8_t *data, size_t size)
{
    ph_bytes_t nodes[PH_ERASURE_PROOF_NODES_MAX + 1];
    size_t count = 0;
    uint8_t root[32], hash[32];
    if (size < 4)
        return;
    uint32_t index = ph_get_u32(data);
    data += 4;
    size -= 4;
    while (size > 0 && count < PH_ERASURE_PROOF_NODES_MAX + 1) {
        size_t len = 4 * (size_t)data[0] < size - 1 ? 4 * (size_t)data[0] : size - 1;
        nodes[count++] = ph_bytes(data + 1, len);
        data += 1 + len;
        size -= 1 + len;
    }
    ph_blake2_256(root, count ? nodes[0] : ph_bytes(NULL, 0));
    if (ph_erasure_proof_hash(hash, root, index, nodes, count) == PH_OK)
        PH_CHECK(ph_erasure_proof_verify(root, index, PH_BYTES_LIT("a chunk"), nodes, count) != PH_OK);
}

static void recover(const ph_erasure_t *erasure, size_t n, ph_bytes_t payload, const uint8_t *order, size_t count)
{
    size_t k, chunk_len = ph_erasure_chunk_len(n, payload.len);
    PH_CHECK(ph_erasure_systematic_threshold(&k, n) == PH_OK);
    uint8_t *chunks = ph_mem_alloc(NULL, n * chunk_len), *back = ph_mem_alloc(NULL, k * chunk_len);
    ph_erasure_piece_t some[64];
    bool seen[256] = {false}, sound = true;
    PH_CHECK(ph_erasure_encode(erasure, chunks, n * chunk_len, n, payload) == PH_OK);
    for (size_t i = 0; i < count; i++) {
        size_t index = order[i] % (n + 1);
        sound = sound && index < n && !seen[index];
        seen[index] = true;
        some[i] =
            (ph_erasure_piece_t){(uint32_t)index, ph_bytes(chunks + (index < n ? index : 0) * chunk_len, chunk_len)};
    }
    ph_err_t err = ph_erasure_reconstruct(erasure, back, k * chunk_len, n, some, count);
    if (count < k)
        PH_CHECK(err == PH_ERR_NOT_FOUND);
    else
        PH_CHECK((err == PH_OK) == sound);
    if (err == PH_OK)
        PH_CHECK(memcmp(back, payload.data, payload.len) == 0);
    ph_mem_free(chunks);
    ph_mem_free(back);
}

static void fuzz_recovery(const uint8_t *data, size_t size)
{
    if (size < 4)
        return;
    size_t n = 2 + data[0] % 60, count = data[1] % 64;
    data += 2;
    size -= 2;
    if (count >= size)
        count = size - 1;
    ph_erasure_t *erasure = ph_erasure_new(NULL);
    recover(erasure, n, ph_bytes(data + count, size - count), data, count);
    ph_erasure_free(erasure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 2 == 0)
        fuzz_proof(data + 1, size - 1);
    else
        fuzz_recovery(data + 1, size - 1);
    return 0;
}
