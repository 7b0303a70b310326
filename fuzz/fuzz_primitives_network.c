/* Input: which protocol, which of its messages, then the bytes as they would arrive. What is accepted is within the
 * protocol's size limit, means the same after encoding, and is never longer than what came in.
 */
#include "fuzz.h"

#include "base/check.h"
#include "primitives/protocols.h"

static const ph_type_t *choose_message(const ph_protocol_t *protocol, uint8_t which, uint32_t *max)
{
    if (protocol->is_request) {
        *max = which & 1 ? protocol->max_response : protocol->max_request;
        return which & 1 ? protocol->response : protocol->request;
    }
    *max = protocol->max_message;
    return which & 1 ? protocol->handshake : protocol->message;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t max;
    if (size < 2)
        return 0;
    const ph_type_t *type = choose_message(&ph_protocols[data[0] % PH_PROTOCOL_COUNT], data[1], &max);
    ph_bytes_t input = ph_bytes(data + 2, size - 2);
    if (type == NULL || input.len > max)
        return 0;
    ph_arena_t *arena = ph_arena_new();
    void *value = ph_arena_alloc(arena, type->size + 1), *back = ph_arena_alloc(arena, type->size + 1);
    if (ph_type_decode_all(input, arena, type, value) == PH_OK) {
        ph_writer_t w = ph_writer_in(arena);
        ph_type_encode(&w, type, value);
        PH_CHECK(w.len <= input.len);
        PH_CHECK(ph_type_decode_all(ph_writer_bytes(&w), arena, type, back) == PH_OK);
        PH_CHECK(ph_type_equal(type, value, back));
    }
    ph_arena_free(arena);
    return 0;
}
