/* blocks.json: building blocks — transcripts, group and scalar arithmetic, random streams, sampling and the gossip
 * grid. */
#include <sodium.h>
#include <stdlib.h>

#include "cli/vectors_lists.h"
#include "crypto/curve.h"
#include "crypto/merlin.h"
#include "crypto/ristretto_portable.h"
#include "crypto/sampling.h"

/* ---- transcripts ---- */

static void do_challenge(ph_vec_entry_t *e, ph_merlin_t *t, const char *label, const json_t *recorded, size_t at)
{
    ph_bytes_t expected;
    if (!ph_vec_unhex(e->v->arena, recorded, &expected)) {
        ph_vec_fail(e, "ops.%zu: expected hex", at);
        return;
    }
    uint8_t *ours = ph_arena_alloc(e->v->arena, expected.len);
    ph_merlin_challenge(t, ours, expected.len, label);
    if (!ph_bytes_equal(expected, ph_bytes(ours, expected.len)))
        ph_vec_fail(e, "ops.%zu: our challenge differs", at);
}

static void do_op(ph_vec_entry_t *e, ph_merlin_t *t, const json_t *op, size_t at)
{
    const char *what = json_string_value(json_array_get(op, 0)), *label = json_string_value(json_array_get(op, 1));
    const json_t *third = json_array_get(op, 2);
    ph_bytes_t message;
    if (!what || !label) {
        ph_vec_fail(e, "ops.%zu: expected name, label and value", at);
    } else if (strcmp(what, "challenge") == 0) {
        do_challenge(e, t, label, third, at);
    } else if (strcmp(what, "append") == 0 && ph_vec_unhex(e->v->arena, third, &message)) {
        ph_merlin_append(t, label, message);
    } else if (strcmp(what, "append_u64") == 0 && (json_is_string(third) || json_is_integer(third))) {
        const char *text = json_string_value(third);
        ph_merlin_append_u64(t, label, text ? strtoull(text, NULL, 10) : (uint64_t)json_integer_value(third));
    } else {
        ph_vec_fail(e, "ops.%zu: unknown operation", at);
    }
}

static void check_transcript(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_merlin_t t;
    const json_t *ops = ph_vec_need(e, "ops");
    ph_merlin_init(&t, ph_vec_text(e, "label"));
    for (size_t i = 0; i < json_array_size(ops); i++)
        do_op(e, &t, json_array_get(ops, i), i);
}

/* ---- ristretto ---- */

static void times(ph_point_t *out, const uint8_t scalar[32], const ph_point_t *point)
{
    ph_point_table_t table;
    ph_point_table(&table, point);
    ph_point_sum(out, NULL, (const uint8_t(*)[32])(const void *)scalar, &table, 1);
}

static void expect_point(ph_vec_entry_t *e, const char *key, const ph_point_t *ours)
{
    uint8_t encoded[32];
    ph_ristretto_encode(encoded, ours);
    ph_vec_expect_bytes(e, key, ph_bytes(encoded, 32));
}

static void check_base_multiple(ph_vec_entry_t *e)
{
    uint8_t scalar[32], encoded[32];
    ph_point_t base, out;
    ph_vec_fixed(e, "scalar", scalar, 32);
    ph_point_sum(&out, scalar, NULL, NULL, 0);
    expect_point(e, "point", &out);
    ph_point_base(&base);
    times(&out, scalar, &base);
    expect_point(e, "point", &out);
    (void)crypto_scalarmult_ristretto255_base(encoded, scalar); /* secrets go this way */
    ph_vec_expect_bytes(e, "point", ph_bytes(encoded, 32));
}

static void check_from_uniform(ph_vec_entry_t *e)
{
    uint8_t bytes[64], scalar[32], portable[32];
    ph_point_t point, out;
    ph_vec_fixed(e, "bytes", bytes, 64);
    ph_ristretto_from_uniform(&point, bytes);
    expect_point(e, "point", &point);
    ph_ristretto_portable_from_uniform(portable, bytes);
    ph_vec_expect_bytes(e, "point", ph_bytes(portable, 32));
    ph_vec_fixed(e, "scalar", scalar, 32);
    times(&out, scalar, &point);
    expect_point(e, "times_scalar", &out);
}

static void check_scalar_wide(ph_vec_entry_t *e)
{
    uint8_t bytes[64], scalar[32];
    ph_vec_fixed(e, "bytes", bytes, 64);
    crypto_core_ristretto255_scalar_reduce(scalar, bytes);
    ph_vec_expect_bytes(e, "scalar", ph_bytes(scalar, 32));
}

static void check_scalar_muladd(ph_vec_entry_t *e)
{
    uint8_t a[32], b[32], c[32];
    ph_vec_fixed(e, "a", a, 32);
    ph_vec_fixed(e, "b", b, 32);
    ph_vec_fixed(e, "c", c, 32);
    crypto_core_ristretto255_scalar_mul(a, a, b);
    crypto_core_ristretto255_scalar_add(a, a, c);
    ph_vec_expect_bytes(e, "a_times_b_plus_c", ph_bytes(a, 32));
}

static void check_decode(ph_vec_entry_t *e)
{
    ph_point_t point;
    ph_bytes_t bytes = ph_vec_bytes(e, "bytes");
    bool sized = bytes.len == 32;
    ph_vec_expect_bool(e, "valid", sized && ph_ristretto_decode(&point, bytes.data) == PH_OK);
    ph_vec_expect_bool(e, "valid", sized && ph_ristretto_portable_is_element(bytes.data));
    if (json_is_true(json_object_get(e->json, "valid")) && !e->failed)
        expect_point(e, "bytes", &point);
}

static void check_ristretto(ph_vec_entry_t *e, const json_t *file)
{
    static const struct {
        const char *kind;
        void (*check)(ph_vec_entry_t *e);
    } kinds[] = {
        {"base-multiple", check_base_multiple},
        {"from-uniform", check_from_uniform},
        {"scalar-wide", check_scalar_wide},
        {"scalar-muladd", check_scalar_muladd},
        {"decode", check_decode},
    };
    (void)file;
    const char *kind = ph_vec_text(e, "kind");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0) {
            kinds[i].check(e);
            return;
        }
    ph_vec_fail(e, "kind: unknown");
}

/* ---- shuffles ---- */

static void expect_list(ph_vec_entry_t *e, const char *key, const json_t *recorded, const uint32_t *ours, size_t count)
{
    bool same = json_is_array(recorded) && json_array_size(recorded) == count;
    for (size_t i = 0; same && i < count; i++)
        same = json_integer_value(json_array_get(recorded, i)) == (json_int_t)ours[i];
    if (!same)
        ph_vec_fail(e, "%s: ours differs", key);
}

static void check_ranges(ph_vec_entry_t *e, const uint8_t seed[32])
{
    const json_t *ranges = ph_vec_need(e, "gen_range_u32_below");
    ph_chacha_t rng;
    ph_chacha_init(&rng, seed);
    for (size_t i = 0; i < json_array_size(ranges); i++) {
        const json_t *pair = json_array_get(ranges, i);
        json_int_t below = json_integer_value(json_array_get(pair, 0));
        if (below < 1 || below > UINT32_MAX) {
            ph_vec_fail(e, "gen_range_u32_below.%zu: bad bound", i);
            return;
        }
        if (ph_chacha_below_u32(&rng, (uint32_t)below) != json_integer_value(json_array_get(pair, 1)))
            ph_vec_fail(e, "gen_range_u32_below.%zu: ours differs", i);
    }
}

static void check_stream(ph_vec_entry_t *e)
{
    uint8_t seed[32];
    uint32_t words[256];
    ph_chacha_t rng;
    ph_vec_fixed(e, "seed", seed, 32);
    const json_t *recorded = ph_vec_need(e, "next_u32");
    size_t count = json_array_size(recorded) < 256 ? json_array_size(recorded) : 256;
    ph_chacha_init(&rng, seed);
    for (size_t i = 0; i < count; i++)
        words[i] = ph_chacha_u32(&rng);
    expect_list(e, "next_u32", recorded, words, count);
    size_t len = ph_vec_bytes(e, "bytes").len;
    uint8_t *bytes = ph_arena_alloc(e->v->arena, len);
    ph_chacha_init(&rng, seed);
    ph_chacha_fill(&rng, bytes, len);
    ph_vec_expect_bytes(e, "bytes", ph_bytes(bytes, len));
    check_ranges(e, seed);
}

static void check_full_shuffle(ph_vec_entry_t *e)
{
    uint8_t seed[32];
    ph_chacha_t rng;
    uint64_t n = ph_vec_u64(e, "n");
    ph_vec_fixed(e, "seed", seed, 32);
    if (n > 1u << 20) {
        ph_vec_fail(e, "n: too large");
        return;
    }
    uint32_t *items = ph_arena_alloc(e->v->arena, (size_t)n * sizeof *items);
    for (uint32_t i = 0; i < n; i++)
        items[i] = i;
    ph_chacha_init(&rng, seed);
    ph_shuffle(&rng, items, (size_t)n, sizeof *items);
    expect_list(e, "result", ph_vec_need(e, "result"), items, (size_t)n);
}

static void check_samples(ph_vec_entry_t *e)
{
    uint8_t seed[32];
    uint32_t cores[PH_MODULO_SAMPLES_MAX];
    ph_vec_fixed(e, "seed", seed, 32);
    size_t count = ph_modulo_cores(cores, seed, (uint32_t)ph_vec_u64(e, "samples"), (uint32_t)ph_vec_u64(e, "cores"));
    expect_list(e, "result", ph_vec_need(e, "result"), cores, count);
}

static void check_shuffle(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    const char *kind = ph_vec_text(e, "kind");
    if (strcmp(kind, "stream") == 0)
        check_stream(e);
    else if (strcmp(kind, "shuffle of 0..n") == 0)
        check_full_shuffle(e);
    else if (strcmp(kind, "relay_vrf_modulo samples") == 0)
        check_samples(e);
    else
        ph_vec_fail(e, "kind: unknown");
}

/* ---- indices ---- */

static void check_all_chunks(ph_vec_entry_t *e, uint32_t n, uint32_t core)
{
    const json_t *recorded = ph_vec_need(e, "all_with_mapping");
    if (json_is_null(recorded) || n > PH_MAX_VALIDATORS)
        return;
    uint32_t *ours = ph_arena_alloc(e->v->arena, n * sizeof *ours);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t back;
        if (ph_chunk_of_validator(&ours[i], n, core, i, true) != PH_OK ||
            ph_validator_of_chunk(&back, n, core, ours[i], true) != PH_OK || back != i)
            ph_vec_fail(e, "validator %u: chunk and back fails", i);
    }
    expect_list(e, "all_with_mapping", recorded, ours, n);
}

static void check_chunk(ph_vec_entry_t *e)
{
    uint32_t chunk = 0, n = (uint32_t)ph_vec_u64(e, "n_validators"), core = (uint32_t)ph_vec_u64(e, "core");
    uint32_t validator = (uint32_t)ph_vec_u64(e, "validator");
    bool some = ph_chunk_of_validator(&chunk, n, core, validator, true) == PH_OK;
    ph_vec_expect_option(e, "with_mapping", some, chunk);
    some = ph_chunk_of_validator(&chunk, n, core, validator, false) == PH_OK;
    ph_vec_expect_option(e, "without_mapping", some, chunk);
    check_all_chunks(e, n, core);
}

static void check_thresholds(ph_vec_entry_t *e)
{
    size_t out = 0, n = (size_t)ph_vec_u64(e, "n");
    ph_vec_expect_u64(e, "byzantine", ph_byzantine_threshold(n));
    ph_vec_expect_u64(e, "supermajority", ph_supermajority_threshold(n));
    bool some = ph_recovery_threshold(&out, n) == PH_OK;
    ph_vec_expect_option(e, "recovery", some, out);
    some = ph_systematic_threshold(&out, n) == PH_OK;
    ph_vec_expect_option(e, "systematic_recovery", some, out);
    ph_vec_expect_u64(e, "minimum_backing_votes_of_2", ph_effective_minimum_backing_votes(n, 2));
}

static void check_index(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    const char *kind = ph_vec_text(e, "kind");
    if (strcmp(kind, "availability chunk of a validator") == 0)
        check_chunk(e);
    else if (strcmp(kind, "thresholds") == 0)
        check_thresholds(e);
    else
        ph_vec_fail(e, "kind: unknown");
}

/* ---- grid ---- */

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* One side's neighbours, sorted as the record has them. */
static json_t *side(ph_vec_entry_t *e, const ph_grid_t *grid, uint32_t validator,
                    bool (*next)(const ph_grid_t *, uint32_t, uint32_t *, uint32_t *),
                    bool (*is)(const ph_grid_t *, uint32_t, uint32_t))
{
    uint32_t *ours = ph_arena_alloc(e->v->arena, grid->count * sizeof *ours), at = 0, v;
    size_t count = 0;
    json_t *out = json_array();
    while (next(grid, validator, &at, &v)) {
        if (!is(grid, validator, v))
            ph_vec_fail(e, "validators %u and %u: neighbours one way only", validator, v);
        ours[count++] = v;
    }
    qsort(ours, count, sizeof *ours, by_value);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(out, json_integer(ours[i]));
    return out;
}

static void check_neighbors(ph_vec_entry_t *e, const ph_grid_t *grid, const json_t *recorded)
{
    char path[256] = "";
    uint32_t validator = (uint32_t)json_integer_value(json_object_get(recorded, "validator"));
    json_t *ours = json_pack("{s:I,s:o,s:o}", "validator", (json_int_t)validator, "x",
                             side(e, grid, validator, ph_grid_next_x, ph_grid_is_x), "y",
                             side(e, grid, validator, ph_grid_next_y, ph_grid_is_y));
    if (!ph_vec_same_json(recorded, ours, path, sizeof path))
        ph_vec_fail(e, "neighbors of %u: differ at %s", validator, path);
    json_decref(ours);
}

static void check_grid(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t randomness[32], seed[32];
    uint64_t n = ph_vec_u64(e, "n");
    ph_vec_fixed(e, "epoch_randomness", randomness, 32);
    if (n > PH_MAX_VALIDATORS) {
        ph_vec_fail(e, "n: too large");
        return;
    }
    ph_grid_seed(seed, randomness);
    ph_vec_expect_bytes(e, "seed", ph_bytes(seed, 32));
    ph_grid_t grid = ph_grid_new(e->v->arena, seed, (uint32_t)n);
    const json_t *order = ph_vec_need(e, "order"), *neighbors = ph_vec_need(e, "neighbors");
    expect_list(e, "order", order, grid.order, grid.count);
    for (size_t i = 0; i < json_array_size(neighbors); i++)
        check_neighbors(e, &grid, json_array_get(neighbors, i));
}

void ph_vectors_blocks(ph_vectors_t *v, const json_t *file)
{
    static const ph_vec_list_t lists[] = {
        {"transcripts", check_transcript}, {"ristretto", check_ristretto}, {"shuffles", check_shuffle},
        {"indices", check_index},          {"grid", check_grid},
    };
    ph_vec_check_lists(v, file, lists, sizeof lists / sizeof *lists);
}
