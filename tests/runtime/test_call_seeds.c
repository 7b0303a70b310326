/* The seeds of fuzz_calls: a valid encoding of every call of every pallet lies in fuzz/corpus/fuzz_calls, one file a
 * call. PH_WRITE_SEEDS=1 writes those that are missing (and others of a call whose arguments have changed).
 */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "primitives/hash_of.h"
#include "primitives/types.h"
#include "runtime/pallets.h"
#include "support/random_value.h"

#define FOLDER "fuzz/corpus/fuzz_calls"

enum { SEED_MAX = 1 << 16, PER_CALL_TRIES = 64 };

/* What fuzz_calls knows: see its world. */
static bool known(void *context, const ph_type_t *type, void *out)
{
    ph_random_value_t *v = context;
    if (strcmp(type->name, "ParaId") == 0) {
        static const uint32_t paras[] = {1000, 2000, 2001, 2002, 2003, 2004};
        *(uint32_t *)out = paras[ph_test_below(v->random, 6)];
    } else if (strcmp(type->name, "AccountId") == 0) {
        memset(out, (int)(1 + ph_test_below(v->random, 3)), 32);
    } else if (strcmp(type->name, "MultiAddress") == 0) {
        ph_multi_address_t address = {.kind = PH_MULTI_ADDRESS_ID};
        memset(address.id.bytes, (int)(1 + ph_test_below(v->random, 3)), 32);
        *(ph_multi_address_t *)out = address;
    } else if (strcmp(type->name, "ValidationCodeHash") == 0) {
        *(ph_validation_code_hash_t *)out = ph_hash_of_code((ph_validation_code_t){PH_BYTES_LIT("code under vote")});
    } else {
        return false;
    }
    return true;
}

static ph_bytes_t read_seed(ph_arena_t *arena, const char *path, bool *there)
{
    FILE *file = fopen(path, "rb");
    ph_bytes_t out = {0};
    *there = file != NULL;
    if (!file)
        return out;
    uint8_t *data = ph_arena_alloc(arena, SEED_MAX);
    out = ph_bytes(data, fread(data, 1, SEED_MAX, file));
    fclose(file);
    return out;
}

static void write_seed(const char *path, ph_bytes_t bytes)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_msg("%s cannot be written", path);
    assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static bool is_call(ph_arena_t *arena, ph_bytes_t bytes, uint8_t pallet, uint8_t index)
{
    ph_call_t call;
    ph_writer_t again = ph_writer_in(arena);
    if (ph_call_decode_all(bytes, arena, &call) != PH_OK)
        return false;
    ph_call_encode(&again, &call);
    return bytes.len >= 2 && bytes.data[0] == pallet && bytes.data[1] == index &&
           ph_bytes_equal(ph_writer_bytes(&again), bytes);
}

static void check_call(ph_arena_t *arena, const ph_pallet_info_t *pallet, const ph_variant_t *variant)
{
    char *path = ph_arena_printf(arena, FOLDER "/%s.%s", pallet->name, variant->name);
    bool there;
    ph_bytes_t seed = read_seed(arena, path, &there);
    if (there && is_call(arena, seed, pallet->index, variant->index))
        return;
    if (!getenv("PH_WRITE_SEEDS"))
        fail_msg("%s %s; PH_WRITE_SEEDS=1 writes it", path, there ? "is not of this call" : "is missing");
    ph_test_random_t random = ph_test_random((uint64_t)pallet->index << 8 | variant->index);
    ph_random_value_t v = {.random = &random, .arena = arena, .known = known};
    v.context = &v;
    seed = ph_random_call(&v, pallet->index, pallet->calls, variant);
    assert_true(is_call(arena, seed, pallet->index, variant->index));
    write_seed(path, seed);
}

static void test_every_call_has_a_seed(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    size_t calls = 0;
    for (size_t i = 0; i < ph_pallet_count; i++) {
        const ph_pallet_info_t *pallet = &ph_pallets[i];
        for (size_t j = 0; pallet->calls && j < pallet->calls->variant_count; j++, calls++)
            check_call(arena, pallet, &pallet->calls->variants[j]);
    }
    assert_true(calls > 100);
    ph_arena_free(arena);
}

/* The maker of random arguments, which the generator of chains uses too, makes only what decodes to the same. */
static void test_random_calls_decode(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(7);
    for (size_t i = 0; i < ph_pallet_count; i++) {
        const ph_pallet_info_t *pallet = &ph_pallets[i];
        for (size_t j = 0; pallet->calls && j < pallet->calls->variant_count; j++)
            for (size_t n = 0; n < PER_CALL_TRIES; n++) {
                ph_arena_t *arena = ph_arena_new();
                ph_random_value_t v = {.random = &random, .arena = arena};
                ph_bytes_t bytes = ph_random_call(&v, pallet->index, pallet->calls, &pallet->calls->variants[j]);
                if (!is_call(arena, bytes, pallet->index, pallet->calls->variants[j].index))
                    fail_msg("a random %s.%s does not decode", pallet->name, pallet->calls->variants[j].name);
                ph_arena_free(arena);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call_has_a_seed),
        cmocka_unit_test(test_random_calls_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
