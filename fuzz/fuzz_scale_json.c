/* Input: the number of a sample type, then JSON text to parse as it. What is accepted must have an encoding. */
#include "fuzz.h"

#include <jansson.h>

#include "base/check.h"
#include "scale/json.h"
#include "support/scale_samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *json = size ? json_loadb((const char *)data + 1, size - 1, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
    if (!json)
        return 0;
    const ph_type_t *type = sample_types[data[0] % SAMPLE_TYPE_COUNT];
    ph_arena_t *arena = ph_arena_new();
    void *value = ph_arena_alloc(arena, type->size), *back = ph_arena_alloc(arena, type->size);
    char error[80];
    if (ph_type_parse(json, NULL, type, value, error, sizeof error) == PH_OK) {
        ph_writer_t w = ph_writer_in(arena);
        ph_type_encode(&w, type, value);
        PH_CHECK(ph_type_decode_all(ph_writer_bytes(&w), arena, type, back) == PH_OK);
        PH_CHECK(ph_type_equal(type, value, back));
        ph_type_free(type, value);
    }
    json_decref(json);
    ph_arena_free(arena);
    return 0;
}
