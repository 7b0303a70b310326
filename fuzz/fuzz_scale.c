/* Input: the number of a sample type, then bytes to decode as it. What is accepted must be accepted again after
 * encoding, mean the same on the heap and in an arena, and survive a trip through JSON.
 */
#include "fuzz.h"

#include <jansson.h>

#include "base/check.h"
#include "scale/json.h"
#include "support/scale_samples.h"

static void trip_through_json(ph_arena_t *arena, const ph_type_t *type, const void *value)
{
    ph_json_t j = ph_json_new(arena, true);
    ph_type_print(&j, type, value);
    json_t *json = json_loads(ph_json_text(&j), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    PH_CHECK(json != NULL);
    void *back = ph_arena_alloc(arena, type->size);
    PH_CHECK(ph_type_parse(json, arena, type, back, NULL, 0) == PH_OK);
    PH_CHECK(ph_type_equal(type, value, back));
    json_decref(json);
}

static void trip_through_bytes(ph_arena_t *arena, const ph_type_t *type, const void *value, size_t consumed)
{
    ph_writer_t w = ph_writer_in(arena), again = ph_writer_in(arena);
    ph_type_encode(&w, type, value);
    PH_CHECK(w.len <= consumed); /* maps and sets lose duplicates, nothing grows */
    void *back = ph_arena_alloc(arena, type->size);
    PH_CHECK(ph_type_decode_all(ph_writer_bytes(&w), arena, type, back) == PH_OK);
    PH_CHECK(ph_type_equal(type, value, back));
    ph_type_encode(&again, type, back);
    PH_CHECK(ph_bytes_equal(ph_writer_bytes(&w), ph_writer_bytes(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const ph_type_t *type = sample_types[data[0] % SAMPLE_TYPE_COUNT];
    ph_arena_t *arena = ph_arena_new();
    ph_reader_t on_heap = ph_reader(ph_bytes(data + 1, size - 1)), in_arena = on_heap;
    in_arena.borrow = true;
    void *a = ph_arena_alloc(arena, type->size), *b = ph_arena_alloc(arena, type->size);
    ph_err_t err = ph_type_decode(&on_heap, NULL, type, a);
    PH_CHECK(ph_type_decode(&in_arena, arena, type, b) == err);
    PH_CHECK(on_heap.at == in_arena.at && (err == PH_OK) == !on_heap.error);
    if (!err) {
        PH_CHECK(ph_type_equal(type, a, b));
        trip_through_bytes(arena, type, a, size - 1 - ph_reader_left(&on_heap));
        trip_through_json(arena, type, a);
        ph_type_free(type, a);
    }
    ph_arena_free(arena);
    return 0;
}
