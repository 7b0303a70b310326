/* Input: which declared type, then bytes to decode as it. The type is a number in two bytes, or after 0xff its name and
 * a zero byte. What is accepted must be accepted again after encoding and mean the same, on the heap and in an arena,
 * and survive a trip through JSON; what is a candidate must be hashed, versioned and searched for signals without harm.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/registry.h"
#include "primitives/types_json.h"
#include "primitives/ump.h"

static const ph_type_t *choose_type(ph_bytes_t *input)
{
    const ph_type_t *type;
    if (input->len < 2)
        return NULL;
    size_t used = 2;
    if (input->data[0] == 0xff) {
        const uint8_t *end = memchr(input->data, 0, input->len);
        type = end ? ph_type_by_name((const char *)input->data + 1) : NULL;
        used = end ? (size_t)(end - input->data) + 1 : 0;
    } else {
        type = ph_named_types[((size_t)input->data[0] << 8 | input->data[1]) % ph_named_type_count].type;
    }
    input->data += used;
    input->len -= used;
    return type;
}

static void trip_through_bytes(ph_arena_t *arena, const ph_type_t *type, const void *value)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_type_encode(&w, type, value);
    PH_CHECK(ph_type_encoded_len(type, value) == w.len);
    void *back = ph_arena_alloc(arena, type->size + 1);
    PH_CHECK(ph_type_decode_all(ph_writer_bytes(&w), arena, type, back) == PH_OK);
    PH_CHECK(ph_type_equal(type, value, back));
}

static void trip_through_json(ph_arena_t *arena, const ph_type_t *type, const void *value)
{
    ph_json_t j = ph_json_new(arena, true);
    ph_type_print(&j, type, value);
    json_t *json = json_loads(ph_json_text(&j), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    PH_CHECK(json != NULL);
    void *back = ph_arena_alloc(arena, type->size + 1);
    char why[200] = "";
    PH_CHECK(ph_type_parse(json, arena, type, back, why, sizeof why) == PH_OK);
    /* An option of an option, or of nothing, has one null for two values; nothing else may be lost. (No type that is
     * sent or stored has one inside.) */
    bool ambiguous =
        type == &ph_type_tool_spellings ||
        (type->kind == PH_KIND_OPTION && (type->elem->kind == PH_KIND_OPTION || type->elem->kind == PH_KIND_UNIT));
    PH_CHECK(ambiguous || ph_type_equal(type, value, back));
    ph_json_t again = ph_json_new(arena, true);
    ph_type_print(&again, type, back);
    PH_CHECK(strcmp(ph_json_text(&j), ph_json_text(&again)) == 0);
    json_decref(json);
}

static void look_at_candidate(const ph_committed_candidate_receipt_t *receipt)
{
    ph_candidate_receipt_t plain;
    ph_hash_to_plain_receipt(&plain, receipt);
    ph_candidate_hash_t a = ph_hash_of_receipt(&plain), b = ph_hash_of_committed(receipt);
    PH_CHECK(memcmp(&a, &b, sizeof a) == 0);
    ph_candidate_descriptor_v1_t v1;
    ph_candidate_descriptor_t back;
    ph_descriptor_to_v1(&v1, &receipt->descriptor);
    ph_descriptor_from_v1(&back, &v1);
    PH_CHECK(ph_candidate_descriptor_equal(&back, &receipt->descriptor));
    /* Acceptance never shrinks when V3 is switched on. */
    PH_CHECK(ph_descriptor_check(&receipt->descriptor, false) != PH_DESCRIPTOR_ACCEPTED ||
             ph_descriptor_check(&receipt->descriptor, true) == PH_DESCRIPTOR_ACCEPTED);
    ph_ump_signals_t signals;
    ph_transposed_claim_queue_t nothing = {0};
    if (ph_ump_signals_read(&signals, &receipt->commitments) == PH_UMP_OK && signals.has_peer)
        PH_CHECK(signals.peer.len <= 64);
    (void)ph_ump_check(&signals, NULL, &receipt->commitments, &receipt->descriptor,
                       ph_descriptor_version(&receipt->descriptor), &nothing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ph_bytes_t input = ph_bytes(data, size);
    const ph_type_t *type = choose_type(&input);
    if (type == NULL)
        return 0;
    ph_arena_t *arena = ph_arena_new();
    void *a = ph_arena_alloc(arena, type->size + 1), *b = ph_arena_alloc(arena, type->size + 1);
    ph_reader_t on_heap = ph_reader(input), in_arena = ph_reader(input);
    in_arena.borrow = true;
    ph_err_t err = ph_type_decode(&on_heap, NULL, type, a);
    PH_CHECK(ph_type_decode(&in_arena, arena, type, b) == err);
    if (err == PH_OK) {
        PH_CHECK(on_heap.at == in_arena.at && ph_type_equal(type, a, b));
        trip_through_bytes(arena, type, a);
        trip_through_json(arena, type, a);
        if (type == &ph_type_committed_candidate_receipt)
            look_at_candidate(a);
        ph_type_free(type, a);
    }
    ph_arena_free(arena);
    return 0;
}
