/* Verdicts of parity-scale-codec on good and bad input of built-in types (list "malformed" of types.json.gz). Declared
 * types of that list are checked by `parahost tool vectors`.
 */
#include "support/cmocka.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/gzip.h"
#include "support/scale_samples.h"

SAMPLE_VEC(vec_u8, PH_KIND_BYTES, sample_u8, 0);
SAMPLE_VEC(vec_vec_u8, PH_KIND_VEC, sample_bytes, 0);

typedef struct opt_bool {
    bool some, value;
} opt_bool_t;
static const ph_type_t option_bool = {.kind = PH_KIND_OPTION,
                                      .size = sizeof(opt_bool_t),
                                      .min_len = 1,
                                      .value_offset = offsetof(opt_bool_t, value),
                                      .elem = &sample_bool};

typedef struct result {
    uint8_t kind;
    union {
        uint8_t ok;
        uint16_t err;
    };
} result_t;
static const ph_field_t result_ok[] = {{"_0", &sample_u8, offsetof(result_t, ok)}};
static const ph_field_t result_err[] = {{"_0", &sample_u16, offsetof(result_t, err)}};
static const ph_variant_t result_variants[] = {
    {.name = "Ok", .index = 0, .is_tuple = true, .field_count = 1, .fields = result_ok},
    {.name = "Err", .index = 1, .is_tuple = true, .field_count = 1, .fields = result_err},
};
static const ph_type_t result_type = {
    .kind = PH_KIND_ENUM, .variant_count = 2, .size = sizeof(result_t), .min_len = 2, .variants = result_variants};

static const struct {
    const char *name;
    const ph_type_t *type;
} types[] = {
    {"Compact<u8>", &sample_compact_u8},     {"Compact<u16>", &sample_compact_u16},
    {"Compact<u32>", &sample_compact_id},    {"Compact<u64>", &sample_compact_u64},
    {"Compact<u128>", &sample_compact_u128}, {"bool", &sample_bool},
    {"Option<bool>", &option_bool},          {"Vec<u8>", &vec_u8},
    {"Vec<()>", &sample_vec_unit},           {"Vec<Vec<u8>>", &vec_vec_u8},
    {"Vec<u32>", &sample_vec_u32},           {"BitVec<u8,Lsb0>", &sample_bits},
    {"BTreeMap<u32,Vec<u8>>", &sample_map},  {"String", &sample_string},
    {"Result<u8,u16>", &result_type},
};

static const ph_type_t *type_called(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return NULL;
}

static json_t *load(const char *name)
{
    const char *dir = getenv("PH_SHARED_DATA");
    char path[500];
    snprintf(path, sizeof path, "%s/vectors/%s", dir ? dir : "../shared/data", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    ph_writer_t packed = PH_WRITER_HEAP;
    uint8_t chunk[65536];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        ph_write(&packed, chunk, n);
    fclose(file);
    ph_bytes_t text;
    assert_int_equal(ph_gunzip(NULL, ph_writer_bytes(&packed), 1u << 30, &text), PH_OK);
    ph_writer_free(&packed);
    json_t *json = json_loadb((const char *)text.data, text.len, 0, NULL);
    assert_non_null(json);
    ph_mem_free(text.data);
    return json;
}

static const char *text_of(const json_t *entry, const char *member)
{
    return json_string_value(json_object_get(entry, member));
}

static void check(const json_t *entry, const ph_type_t *type)
{
    ph_arena_t *arena = ph_arena_new();
    const char *hex = text_of(entry, "scale"), *again = text_of(entry, "encodes_again_as");
    const json_t *leaves = json_object_get(entry, "decode_leaves");
    ph_bytes_t in;
    assert_int_equal(ph_unhex(arena, hex, strlen(hex), &in), PH_OK);
    uint8_t *value = ph_arena_alloc(arena, type->size);

    assert_int_equal(ph_type_decode_all(in, arena, type, value) == PH_OK,
                     json_is_true(json_object_get(entry, "decode_all")));
    ph_reader_t r = ph_reader(in);
    ph_err_t err = ph_type_decode(&r, arena, type, value);
    assert_int_equal(err == PH_OK, json_is_integer(leaves));
    if (!err)
        assert_int_equal(ph_reader_left(&r), json_integer_value(leaves));
    if (!err && again) {
        ph_writer_t w = ph_writer_in(arena);
        ph_type_encode(&w, type, value);
        char *text = ph_hex_in(arena, ph_writer_bytes(&w));
        assert_string_equal(text + 2, again);
    }
    ph_arena_free(arena);
}

static void verdicts_are_those_of_the_crate(void **state)
{
    (void)state;
    json_t *file = load("types.json.gz");
    if (!file)
        skip();
    size_t i, checked = 0;
    json_t *entry;
    json_array_foreach(json_object_get(file, "malformed"), i, entry)
    {
        const ph_type_t *type = type_called(text_of(entry, "type"));
        if (!type)
            continue;
        print_message("%s: %s\n", text_of(entry, "name"), text_of(entry, "what"));
        check(entry, type);
        checked++;
    }
    assert_true(checked >= 150);
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts_are_those_of_the_crate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
