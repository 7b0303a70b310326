/* The reader, the writer, and the interpreter of type descriptions, on random values of every kind. */
#include "support/cmocka.h"

#include <jansson.h>

#include "scale/json.h"
#include "scale/scale.h"
#include "support/scale_samples.h"

enum { ROUNDS = 300 };

typedef union value {
    uint8_t bytes[SAMPLE_VALUE_MAX];
    ph_u128_t align;
    void *pointer;
} value_t;

static ph_bytes_t from_hex(ph_arena_t *arena, const char *hex)
{
    ph_bytes_t out;
    assert_int_equal(ph_unhex(arena, hex, strlen(hex), &out), PH_OK);
    return out;
}

/* ---- compacts ---- */

static void compact_lengths_and_values(void **state)
{
    (void)state;
    static const struct {
        uint64_t v;
        const char *hex;
    } known[] = {
        {0, "00"},
        {1, "04"},
        {63, "fc"},
        {64, "0101"},
        {16383, "fdff"},
        {16384, "02000100"},
        {1073741823, "feffffff"},
        {1073741824, "0300000040"},
        {UINT32_MAX, "03ffffffff"},
        {1ull << 32, "070000000001"},
        {UINT64_MAX, "13ffffffffffffffff"},
    };
    ph_arena_t *arena = ph_arena_new();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ph_writer_t w = ph_writer_in(arena);
        ph_write_compact(&w, known[i].v);
        ph_bytes_t want = from_hex(arena, known[i].hex);
        assert_true(ph_bytes_equal(ph_writer_bytes(&w), want));
        assert_int_equal(ph_compact_len(known[i].v), want.len);
        ph_reader_t r = ph_reader(want);
        ph_u128_t v;
        assert_int_equal(ph_read_compact(&r, ~(ph_u128_t)0, &v), PH_OK);
        assert_true(v == known[i].v);
        assert_int_equal(ph_reader_finish(&r), PH_OK);
    }
    ph_arena_free(arena);
}

static void compact_refuses_longer_forms(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "0500",
        "fd00",
        "06000000",
        "feff0000",
        "0301000000",
        "03ffffff3f",
        "07ffffffff00",
        "0b00000000000001",
        "01",
        "020000",
        "03ffffff",
        "",
        "37ffffffffffffffffffffffffffffffff01",
        "ff",
    };
    ph_arena_t *arena = ph_arena_new();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ph_reader_t r = ph_reader(from_hex(arena, bad[i]));
        ph_u128_t v;
        assert_int_equal(ph_read_compact(&r, ~(ph_u128_t)0, &v), PH_ERR_MALFORMED);
    }
    ph_reader_t r = ph_reader(PH_BYTES_LIT("\x01\x04"));
    ph_u128_t v;
    assert_int_equal(ph_read_compact(&r, 255, &v), PH_ERR_MALFORMED);
    ph_arena_free(arena);
}

/* ---- random values ---- */

static void encode_decode_equal(const ph_type_t *type, const void *value, ph_writer_t *w)
{
    ph_type_encode(w, type, value);
    assert_int_equal(ph_type_encoded_len(type, value), w->len);
    assert_true(w->len >= type->min_len);
    value_t heap;
    assert_int_equal(ph_type_decode_all(ph_writer_bytes(w), NULL, type, &heap), PH_OK);
    assert_true(ph_type_equal(type, value, &heap));
    ph_writer_t again = PH_WRITER_HEAP;
    ph_type_encode(&again, type, &heap);
    assert_true(ph_bytes_equal(ph_writer_bytes(w), ph_writer_bytes(&again)));
    ph_writer_free(&again);
    ph_type_free(type, &heap);

    ph_arena_t *arena = ph_arena_new();
    value_t *in_arena = ph_arena_alloc(arena, sizeof *in_arena);
    ph_reader_t r = ph_reader(ph_writer_bytes(w));
    r.borrow = true;
    assert_int_equal(ph_type_decode(&r, arena, type, in_arena), PH_OK);
    assert_int_equal(ph_reader_finish(&r), PH_OK);
    assert_true(ph_type_equal(type, value, in_arena));
    ph_arena_free(arena);
}

static void clones_are_equal(const ph_type_t *type, const void *value)
{
    value_t heap;
    ph_type_clone(NULL, type, &heap, value);
    assert_true(ph_type_equal(type, value, &heap));
    ph_type_free(type, &heap);
    ph_arena_t *arena = ph_arena_new();
    value_t *in_arena = ph_arena_alloc(arena, sizeof *in_arena);
    ph_type_clone(arena, type, in_arena, value);
    assert_true(ph_type_equal(type, value, in_arena));
    ph_arena_free(arena);
    ph_rc_t *rc = ph_rc_new(type, value);
    assert_true(ph_type_equal(type, value, ph_rc_value(ph_rc_ref(rc))));
    ph_rc_unref(rc);
    assert_ptr_equal(ph_rc_type(rc), type);
    ph_rc_unref(rc);
}

/* Does the type end with a tail, so that a cut may still be a value? */
static bool may_be_cut(const ph_type_t *type)
{
    return type == &sample_tail || type == &sample_all;
}

static void cuts_and_additions_fail(const ph_type_t *type, ph_bytes_t bytes)
{
    for (size_t len = 0; len < bytes.len; len++) {
        uint8_t *exact = ph_mem_alloc(NULL, len); /* so that reading past the end is seen */
        memcpy(exact, bytes.data, len);
        value_t value;
        ph_err_t err = ph_type_decode_all(ph_bytes(exact, len), NULL, type, &value);
        if (err == PH_OK) {
            assert_true(may_be_cut(type));
            ph_type_free(type, &value);
        }
        assert_true(err == PH_ERR_MALFORMED || may_be_cut(type));
        ph_mem_free(exact);
    }
}

static void trailing_bytes_are_left(const ph_type_t *type, ph_writer_t *w)
{
    if (may_be_cut(type))
        return;
    size_t len = w->len;
    ph_write(w, "\x07\x08\x09", 3);
    value_t value;
    assert_int_equal(ph_type_decode_all(ph_writer_bytes(w), NULL, type, &value), PH_ERR_MALFORMED);
    ph_reader_t r = ph_reader(ph_writer_bytes(w));
    assert_int_equal(ph_type_decode(&r, NULL, type, &value), PH_OK);
    assert_int_equal(ph_reader_left(&r), 3);
    ph_type_free(type, &value);
    w->len = len;
}

static void json_round_trip(const ph_type_t *type, const void *value, bool hex_prefix)
{
    ph_json_t j = ph_json_new(NULL, hex_prefix);
    ph_type_print(&j, type, value);
    json_error_t problem;
    json_t *json = json_loads(ph_json_text(&j), JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
    assert_non_null(json);
    value_t back;
    char error[200] = "";
    ph_err_t err = ph_type_parse(json, NULL, type, &back, error, sizeof error);
    if (err)
        fail_msg("%s: %s in %s", type->name, error, ph_json_text(&j));
    assert_true(ph_type_equal(type, value, &back));
    ph_type_free(type, &back);
    json_decref(json);
    ph_json_free(&j);
}

static void random_values_of_every_kind(void **state)
{
    (void)state;
    ph_test_random_t r = ph_test_random(1);
    for (size_t t = 0; t < SAMPLE_TYPE_COUNT; t++) {
        const ph_type_t *type = sample_types[t];
        for (int round = 0; round < ROUNDS; round++) {
            value_t value;
            sample_random(&r, type, &value, 0);
            ph_writer_t w = PH_WRITER_HEAP;
            encode_decode_equal(type, &value, &w);
            clones_are_equal(type, &value);
            if (round < 20 || w.len < 64)
                cuts_and_additions_fail(type, ph_writer_bytes(&w));
            trailing_bytes_are_left(type, &w);
            json_round_trip(type, &value, round % 2);
            ph_writer_free(&w);
            ph_type_free(type, &value);
        }
    }
}

/* Whatever is accepted is a value that survives another trip. */
static void random_bytes_never_hurt(void **state)
{
    (void)state;
    ph_test_random_t r = ph_test_random(2);
    size_t accepted = 0;
    for (int round = 0; round < 20000; round++) {
        const ph_type_t *type = sample_types[ph_test_below(&r, SAMPLE_TYPE_COUNT)];
        uint8_t bytes[80];
        size_t len = ph_test_below(&r, sizeof bytes);
        ph_test_fill(&r, bytes, len);
        for (size_t i = 0; i < len; i++) /* small numbers make deeper nests */
            bytes[i] = (uint8_t)(ph_test_below(&r, 3) ? bytes[i] & 15 : bytes[i]);
        if (type->magic && len >= 4)
            memcpy(bytes, type->magic, 4);
        ph_reader_t reader = ph_reader(ph_bytes(bytes, len));
        value_t value;
        if (ph_type_decode(&reader, NULL, type, &value) != PH_OK) {
            assert_non_null(reader.error);
            assert_true(reader.error_at <= len);
            continue;
        }
        accepted++;
        ph_writer_t w = PH_WRITER_HEAP;
        encode_decode_equal(type, &value, &w);
        ph_writer_free(&w);
        ph_type_free(type, &value);
    }
    assert_true(accepted > 2000);
}

/* ---- particular behaviours ---- */

static void check_errors(const ph_type_t *type, const char *hex, const char *want)
{
    ph_arena_t *arena = ph_arena_new();
    ph_reader_t r = ph_reader(from_hex(arena, hex));
    value_t value;
    ph_err_t err = ph_type_decode(&r, NULL, type, &value);
    if (!err)
        err = ph_reader_finish(&r);
    assert_int_equal(err, PH_ERR_MALFORMED);
    char text[300];
    ph_reader_explain(&r, text, sizeof text);
    assert_string_equal(text, want);
    ph_reader_explain(&r, text, 8);
    assert_int_equal(strlen(text), 7);
    ph_arena_free(arena);
}

static void errors_say_where_and_what(void **state)
{
    (void)state;
    check_errors(&sample_bool, "02", "offset 0: expected a boolean, 0 or 1");
    check_errors(&sample_option, "02", "offset 0: expected an option's tag, 0 or 1");
    check_errors(&sample_vec_bytes, "08040a08",
                 "offset 3, field [1]: expected a length that the rest of the input can hold");
    check_errors(
        &sample_tree, "09040904012800",
        "offset 5, field Named.kids[0].Named.kids[0].One: expected a length that the rest of the input can hold");
    check_errors(&sample_tuple, "000000000000000003", "offset 8, field 1: expected a boolean, 0 or 1");
    check_errors(&sample_map, "0401000000", "offset 0: expected a length that the rest of the input can hold");
    check_errors(&sample_u8, "0102", "offset 1: expected the end of the input");
    check_errors(&sample_all, "424b4e", "offset 0: expected the type's magic bytes");
    check_errors(&sample_vec_bytes, "18000000000000", "offset 0: expected no more elements than the type's bound");
    check_errors(&sample_bytes9, "2800000000000000000000", "offset 0: expected no more bytes than the type's bound");
    check_errors(&sample_string, "08c328", "offset 1: expected UTF-8 text");
}

static void long_paths_are_cut(void **state)
{
    (void)state;
    uint8_t bytes[3 * 60 + 1];
    for (int i = 0; i < 60; i++)
        memcpy(bytes + 2 * i, "\x09\x04", 2); /* Named { kids: [ … */
    bytes[120] = 77;
    ph_reader_t r = ph_reader(ph_bytes(bytes, 121));
    value_t value;
    assert_int_equal(ph_type_decode(&r, NULL, &sample_tree, &value), PH_ERR_MALFORMED);
    assert_int_equal(r.error_at, 120);
    assert_int_equal(strlen(r.path), PH_READER_PATH_MAX - 1);
    assert_memory_equal(r.path, "Named.kids[0].Named.kids[0].", 28);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    uint8_t *bytes = ph_mem_alloc(NULL, 2 * MANY);
    for (int i = 0; i < MANY; i++)
        memcpy(bytes + 2 * i, "\x09\x04", 2);
    ph_reader_t r = ph_reader(ph_bytes(bytes, 2 * MANY));
    value_t value;
    assert_int_equal(ph_type_decode(&r, NULL, &sample_tree, &value), PH_ERR_MALFORMED);
    assert_string_equal(r.error, "less deeply nested data");
    assert_int_equal(r.depth, 0);
    ph_mem_free(bytes);
}

static void claims_do_not_allocate(void **state)
{
    (void)state;
    static const char *const claims[] = {"feffffff07", "03ffffffff07", "07000000000107"};
    static const ph_type_t *const types[] = {&sample_vec_u32, &sample_vec_bytes, &sample_bytes, &sample_map,
                                             &sample_bits};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t i = 0; i < 3; i++) {
            ph_arena_t *arena = ph_arena_new();
            ph_bytes_t in = from_hex(arena, claims[i]);
            size_t before = ph_arena_size(arena);
            value_t value;
            assert_int_equal(ph_type_decode_all(in, arena, types[t], &value), PH_ERR_MALFORMED);
            assert_true(ph_arena_size(arena) < before + 100000);
            ph_arena_free(arena);
        }
    sample_vec_t units;
    assert_int_equal(ph_type_decode_all(PH_BYTES_LIT("\x03\xff\xff\xff\xff"), NULL, &sample_vec_unit, &units), PH_OK);
    assert_int_equal(units.count, UINT32_MAX);
    assert_null(units.items);
    ph_json_t j = ph_json_new(NULL, false);
    ph_type_print(&j, &sample_vec_unit, &units);
    assert_string_equal(ph_json_text(&j), "4294967295");
    ph_json_free(&j);
}

static void check_recoding(const ph_type_t *type, const char *hex, const char *want_hex)
{
    for (int on_heap = 0; on_heap < 2; on_heap++) {
        ph_arena_t *arena = ph_arena_new();
        value_t value;
        assert_int_equal(ph_type_decode_all(from_hex(arena, hex), on_heap ? NULL : arena, type, &value), PH_OK);
        ph_writer_t w = ph_writer_in(arena);
        ph_type_encode(&w, type, &value);
        assert_true(ph_bytes_equal(ph_writer_bytes(&w), from_hex(arena, want_hex)));
        if (on_heap)
            ph_type_free(type, &value);
        ph_arena_free(arena);
    }
}

static void sets_and_maps_end_up_sorted_and_unique(void **state)
{
    (void)state;
    check_recoding(&sample_map, "0802000000000100000000", "0801000000000200000000");
    check_recoding(&sample_map, "080100000004aa0100000004bb", "040100000004bb");
    check_recoding(&sample_map, "0c0200000004aa0001000004bb0200000004cc",
                   "080200000004cc0001000004bb"); /* 2 before 256 */
    check_recoding(&sample_set_i16, "100100ffff00000100", "0cffff00000100");
    check_recoding(&sample_set_bytes, "10080102040100080102", "0c000401080102");
}

static void junk_above_bits_is_dropped(void **state)
{
    (void)state;
    check_recoding(&sample_bits, "0402", "0400");
    check_recoding(&sample_bits, "1cff", "1c7f");
    check_recoding(&sample_bits, "24fffe", "24ff00");
    check_recoding(&sample_bits, "00", "00");
    check_errors(&sample_bits, "0200008001",
                 "offset 0: expected a number of bits that the rest of the input can hold, below 2^29");
}

/* A map put together by hand is written as Rust would write it. */
static void unsorted_maps_are_written_sorted(void **state)
{
    (void)state;
    sample_pair_t pairs[] = {{7, PH_BYTES_LIT("a")}, {3, PH_BYTES_LIT("b")}, {7, PH_BYTES_LIT("c")}};
    sample_vec_t map = {pairs, 3};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_type_encode(&w, &sample_map, &map);
    ph_arena_t *arena = ph_arena_new();
    assert_true(ph_bytes_equal(ph_writer_bytes(&w), from_hex(arena, "08030000000462070000000463")));
    assert_int_equal(pairs[0].key, 7);
    ph_arena_free(arena);
    ph_writer_free(&w);
}

static void large_sets_sort_like_a_naive_sort(void **state)
{
    (void)state;
    ph_test_random_t r = ph_test_random(3);
    for (size_t count = 0; count < 200; count += 7) {
        int16_t items[200];
        bool seen[65536] = {0};
        ph_writer_t w = PH_WRITER_HEAP;
        ph_write_compact(&w, count);
        for (size_t i = 0; i < count; i++) {
            items[i] = (int16_t)((int)ph_test_below(&r, 300) - 150);
            seen[items[i] + 32768] = true;
            ph_write_u16(&w, (uint16_t)items[i]);
        }
        sample_vec_t set;
        assert_int_equal(ph_type_decode_all(ph_writer_bytes(&w), NULL, &sample_set_i16, &set), PH_OK);
        size_t at = 0;
        for (int v = 0; v < 65536; v++)
            if (seen[v])
                assert_int_equal(((int16_t *)set.items)[at++], v - 32768);
        assert_int_equal(at, set.count);
        ph_type_free(&sample_set_i16, &set);
        ph_writer_free(&w);
    }
}

static bool same_encoding(const ph_type_t *type, const void *a, const void *b)
{
    ph_writer_t x = PH_WRITER_HEAP, y = PH_WRITER_HEAP;
    ph_type_encode(&x, type, a);
    ph_type_encode(&y, type, b);
    bool same = ph_bytes_equal(ph_writer_bytes(&x), ph_writer_bytes(&y));
    ph_writer_free(&x);
    ph_writer_free(&y);
    return same;
}

/* Encodings in ascending order of their values. */
static void check_ascending(const ph_type_t *type, const char *const *hex, size_t count)
{
    ph_arena_t *arena = ph_arena_new();
    value_t values[8];
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ph_type_decode_all(from_hex(arena, hex[i]), arena, type, &values[i]), PH_OK);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            int order = ph_type_compare(type, &values[i], &values[k]);
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    ph_arena_free(arena);
}

static void order_is_that_of_rust(void **state)
{
    (void)state;
    check_ascending(&sample_u16, (const char *const[]){"0000", "ff00", "0001", "ffff"}, 4);
    check_ascending(&sample_i16, (const char *const[]){"0080", "ffff", "0000", "ff7f"}, 4);
    check_ascending(&sample_bytes, (const char *const[]){"00", "0400", "080001", "0401", "04ff"}, 5);
    check_ascending(&sample_option, (const char *const[]){"00", "0100", "010401", "010402"}, 4);
    check_ascending(&sample_vec_u32, (const char *const[]){"00", "0401000000", "080100000000000000", "0400010000"}, 4);
    check_ascending(&sample_tree,
                    (const char *const[]){"00", "0100", "010401", "030100000000", "0301000000c8", "030200000000"}, 6);
    check_ascending(&sample_bits, (const char *const[]){"00", "0400", "0802", "0401", "0801"}, 5);
    check_ascending(&sample_compact_id, (const char *const[]){"00", "0101", "02000100"}, 3);
}

static void order_is_antisymmetric_and_transitive(void **state)
{
    (void)state;
    ph_test_random_t r = ph_test_random(4);
    for (size_t t = 0; t < SAMPLE_TYPE_COUNT; t++)
        for (int round = 0; round < 50; round++) {
            value_t v[3];
            for (int i = 0; i < 3; i++)
                sample_random(&r, sample_types[t], &v[i], 3);
            for (int i = 0; i < 3; i++)
                for (int k = 0; k < 3; k++) {
                    int ik = ph_type_compare(sample_types[t], &v[i], &v[k]),
                        ki = ph_type_compare(sample_types[t], &v[k], &v[i]);
                    assert_true((ik > 0) == (ki < 0) && (ik == 0) == (ki == 0));
                    assert_int_equal(ik == 0, same_encoding(sample_types[t], &v[i], &v[k]));
                }
            int ab = ph_type_compare(sample_types[t], &v[0], &v[1]),
                bc = ph_type_compare(sample_types[t], &v[1], &v[2]);
            if (ab <= 0 && bc <= 0)
                assert_true(ph_type_compare(sample_types[t], &v[0], &v[2]) <= 0);
            for (int i = 0; i < 3; i++)
                ph_type_free(sample_types[t], &v[i]);
        }
}

static void a_tail_is_there_if_bytes_are(void **state)
{
    (void)state;
    sample_opt_t tail;
    assert_int_equal(ph_type_decode_all(ph_bytes(NULL, 0), NULL, &sample_tail, &tail), PH_OK);
    assert_false(tail.some);
    assert_int_equal(ph_type_decode_all(PH_BYTES_LIT("\x04x"), NULL, &sample_tail, &tail), PH_OK);
    assert_true(tail.some && ph_bytes_equal(tail.value, PH_BYTES_LIT("x")));
    ph_type_free(&sample_tail, &tail);
    assert_int_equal(ph_type_decode_all(PH_BYTES_LIT("\x08x"), NULL, &sample_tail, &tail), PH_ERR_MALFORMED);
}

static void shared_values_are_referenced(void **state)
{
    (void)state;
    sample_tree_t leaf = {.kind = 1, .one = PH_BYTES_LIT("hello")};
    sample_shared_t shared = {.rc = ph_rc_new(&sample_tree, &leaf)};
    shared.v = ph_rc_value(shared.rc);
    sample_shared_t on_heap, in_arena;
    ph_arena_t *arena = ph_arena_new();
    ph_type_clone(NULL, &sample_shared, &on_heap, &shared);
    ph_type_clone(arena, &sample_shared, &in_arena, &shared);
    assert_ptr_equal(on_heap.v, shared.v);
    assert_ptr_equal(in_arena.v, shared.v);
    ph_type_free(&sample_shared, &shared);
    ph_type_free(&sample_shared, &on_heap);
    assert_true(ph_bytes_equal(in_arena.v->one, PH_BYTES_LIT("hello"))); /* the arena's reference holds it */
    ph_arena_free(arena);                                                /* a leak otherwise */
}

static void buffers_are_decoded_without_copying(void **state)
{
    (void)state;
    ph_buf_t *buf = ph_buf_new(PH_BYTES_LIT("\x01\x14hello"));
    ph_rc_t *rc;
    assert_int_equal(ph_rc_decode(&rc, &sample_tree, buf), PH_OK);
    const uint8_t *inside = ph_buf_bytes(buf).data + 2;
    ph_buf_unref(buf);
    const sample_tree_t *tree = ph_rc_value(rc);
    assert_ptr_equal(tree->one.data, inside);
    assert_memory_equal(tree->one.data, "hello", 5);
    ph_rc_unref(rc);
    buf = ph_buf_new(PH_BYTES_LIT("\x01\x14hello!"));
    assert_int_equal(ph_rc_decode(&rc, &sample_tree, buf), PH_ERR_MALFORMED);
    assert_null(rc);
    ph_buf_unref(buf);
}

/* A shared value inside borrowed input must not point into it: it may live longer. */
static void shared_values_borrow_nothing(void **state)
{
    (void)state;
    ph_bytes_t input = ph_bytes_copy(NULL, PH_BYTES_LIT("\x01\x14hello"));
    ph_reader_t r = ph_reader(input);
    r.borrow = true;
    ph_arena_t *arena = ph_arena_new();
    sample_shared_t shared;
    assert_int_equal(ph_type_decode(&r, arena, &sample_shared, &shared), PH_OK);
    assert_true(r.borrow);
    ph_mem_free(input.data);
    assert_memory_equal(shared.v->one.data, "hello", 5);
    ph_arena_free(arena);
}

static void the_first_error_stays(void **state)
{
    (void)state;
    ph_reader_t r = ph_reader(PH_BYTES_LIT("\x02"));
    bool b;
    uint32_t n;
    assert_int_equal(ph_read_bool(&r, &b), PH_ERR_MALFORMED);
    assert_int_equal(ph_read_u32(&r, &n), PH_ERR_MALFORMED);
    assert_string_equal(r.error, "a boolean, 0 or 1");
}

static void texts_must_be_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } texts[] = {
        {"plain", true},
        {"\xc2\x80", true},
        {"\xdf\xbf", true},
        {"\xe0\xa0\x80", true},
        {"\xed\x9f\xbf", true},
        {"\xee\x80\x80", true},
        {"\xf0\x90\x80\x80", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false},
        {"\xc0\x80", false},
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xed\xa0\x80", false},
        {"\xed\xbf\xbf", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf8\x88\x80\x80", false},
        {"\xff", false},
        {"\xc3", false},
        {"\xe2\x82", false},
        {"\xc3(", false},
        {"\xe2\x82(", false},
        {"a\xf0\x90\x80", false},
        {"", true},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ph_writer_t w = PH_WRITER_HEAP;
        ph_write_bytes(&w, ph_bytes(texts[i].text, strlen(texts[i].text)));
        ph_bytes_t out;
        ph_err_t err = ph_type_decode_all(ph_writer_bytes(&w), NULL, &sample_string, &out);
        assert_int_equal(err, texts[i].good ? PH_OK : PH_ERR_MALFORMED);
        if (!err)
            ph_type_free(&sample_string, &out);
        ph_writer_free(&w);
    }
}

/* ---- JSON ---- */

static void json_nesting_is_bounded(void **state)
{
    (void)state;
    for (int depth = PH_READER_DEPTH_MAX - 1; depth <= PH_READER_DEPTH_MAX + 1; depth++) {
        ph_writer_t w = PH_WRITER_HEAP;
        for (int i = 0; i < depth; i++)
            ph_write(&w, "{\"Two\":[1,", 10);
        ph_write(&w, "\"Leaf\"", 6);
        for (int i = 0; i < depth; i++)
            ph_write(&w, "]}", 2);
        json_t *json = json_loadb((const char *)w.data, w.len, JSON_DECODE_ANY, NULL);
        assert_non_null(json);
        value_t value;
        char error[300] = "";
        ph_err_t err = ph_type_parse(json, NULL, &sample_tree, &value, error, sizeof error);
        assert_int_equal(err, depth <= PH_READER_DEPTH_MAX ? PH_OK : PH_ERR_MALFORMED);
        if (err)
            assert_non_null(strstr(error, ": expected less deeply nested data"));
        else
            ph_type_free(&sample_tree, &value);
        json_decref(json);
        ph_writer_free(&w);
    }
}

static void json_sets_and_maps_are_sorted(void **state)
{
    (void)state;
    json_t *json = json_loads("[[7, \"0x01\"], [3, \"0x02\"], [7, \"0x03\"]]", 0, NULL);
    sample_vec_t map;
    assert_int_equal(ph_type_parse(json, NULL, &sample_map, &map, NULL, 0), PH_OK);
    assert_int_equal(map.count, 2);
    const sample_pair_t *pairs = map.items;
    assert_true(pairs[0].key == 3 && pairs[1].key == 7 && pairs[1].value.data[0] == 3);
    ph_type_free(&sample_map, &map);
    json_decref(json);
}

static void check_print(const ph_type_t *type, const char *hex, const char *want)
{
    ph_arena_t *arena = ph_arena_new();
    value_t value;
    assert_int_equal(ph_type_decode_all(from_hex(arena, hex), arena, type, &value), PH_OK);
    ph_json_t j = ph_json_new(arena, true);
    ph_type_print(&j, type, &value);
    assert_string_equal(ph_json_text(&j), want);
    ph_arena_free(arena);
}

static void json_rendering(void **state)
{
    (void)state;
    check_print(&sample_tree, "00", "\"Leaf\"");
    check_print(&sample_tree, "c8", "{\"Empty\":null}");
    check_print(&sample_tree, "010401", "{\"One\":\"0x01\"}");
    check_print(&sample_tree, "030700000000", "{\"Two\":[7,\"Leaf\"]}");
    check_print(&sample_tree, "09040005000000", "{\"Named\":{\"kids\":[\"Leaf\"],\"id\":5}}");
    check_print(&sample_map, "040100000004aa", "[[1,\"0xaa\"]]");
    check_print(&sample_option, "00", "null");
    check_print(&sample_bits, "1834", "\"001011\"");
    check_print(&sample_u64, "ffffffffffffffff", "\"18446744073709551615\"");
    check_print(&sample_u128, "ffffffffffffffffffffffffffffffff", "\"340282366920938463463374607431768211455\"");
    check_print(&sample_i128, "00000000000000000000000000000080", "\"-170141183460469231731687303715884105728\"");
    check_print(&sample_tuple, "ffffffffffffffff01082241", "[\"-1\",true,\"\\\"A\"]");
    check_print(&sample_i8, "80", "-128");
}

static void check_parse_error(const ph_type_t *type, const char *text, const char *want)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    value_t value;
    char error[200];
    assert_int_equal(ph_type_parse(json, NULL, type, &value, error, sizeof error), PH_ERR_MALFORMED);
    assert_string_equal(error, want);
    assert_int_equal(ph_type_parse(json, NULL, type, &value, NULL, 0), PH_ERR_MALFORMED);
    json_decref(json);
}

static void json_errors(void **state)
{
    (void)state;
    check_parse_error(&sample_u8, "256", "expected an unsigned integer that fits the type");
    check_parse_error(&sample_u8, "-1", "expected an unsigned integer that fits the type");
    check_parse_error(&sample_u64, "\"18446744073709551616\"", "expected an unsigned integer that fits the type");
    check_parse_error(&sample_i8, "128", "expected an integer that fits the type");
    check_parse_error(&sample_i8, "\"-129\"", "expected an integer that fits the type");
    check_parse_error(&sample_u64, "\"\"", "expected an unsigned integer that fits the type");
    check_parse_error(&sample_tree, "\"Nope\"", "expected \"Variant\" or {\"Variant\": body} with a known variant");
    check_parse_error(&sample_tree, "\"One\"", "expected {\"Variant\": body}: the variant has fields");
    check_parse_error(&sample_tree, "{\"Two\": [1, {\"One\": \"0xgg\"}]}",
                      "Two.1.One: expected a string of hex digits");
    check_parse_error(&sample_tree, "{\"Named\": {\"kids\": [\"Leaf\", 5], \"id\": 1}}",
                      "Named.kids[1]: expected \"Variant\" or {\"Variant\": body} with a known variant");
    check_parse_error(&sample_tree, "{\"Named\": {\"kids\": []}}", "Named.id: expected this member, which is missing");
    check_parse_error(&sample_tree, "{\"Named\": {\"kids\": [], \"id\": 1, \"x\": 2}}",
                      "Named: expected no members that the type does not have");
    check_parse_error(&sample_map, "[[1, \"aa\"], [2]]", "[1]: expected a list with one element for each field");
    check_parse_error(&sample_fixed7, "\"0x00\"", "expected hex digits for as many bytes as the type has");
    check_parse_error(&sample_bits, "\"012\"", "expected a string of the digits 0 and 1");
    check_parse_error(&sample_vec_bytes, "[\"\",\"\",\"\",\"\",\"\",\"\"]",
                      "expected no more elements than the type's bound");
    check_parse_error(&sample_shared, "{\"One\": 1}", "One: expected a string of hex digits");
}

static void json_numbers_at_their_limits(void **state)
{
    (void)state;
    static const struct {
        const ph_type_t *type;
        const char *text;
    } good[] = {
        {&sample_u8, "255"},
        {&sample_i8, "-128"},
        {&sample_i8, "\"127\""},
        {&sample_u64, "\"18446744073709551615\""},
        {&sample_u64, "9223372036854775807"},
        {&sample_i64, "\"-9223372036854775808\""},
        {&sample_u128, "\"340282366920938463463374607431768211455\""},
        {&sample_i128, "\"-170141183460469231731687303715884105728\""},
        {&sample_compact_u8, "255"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        json_t *json = json_loads(good[i].text, JSON_DECODE_ANY, NULL);
        value_t value;
        assert_int_equal(ph_type_parse(json, NULL, good[i].type, &value, NULL, 0), PH_OK);
        ph_json_t j = ph_json_new(NULL, false);
        ph_type_print(&j, good[i].type, &value);
        const char *bare = ph_json_text(&j), *want = good[i].text;
        bare += *bare == '"';
        want += *want == '"';
        assert_memory_equal(bare, want, strcspn(want, "\""));
        ph_json_free(&j);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_lengths_and_values),
        cmocka_unit_test(compact_refuses_longer_forms),
        cmocka_unit_test(random_values_of_every_kind),
        cmocka_unit_test(random_bytes_never_hurt),
        cmocka_unit_test(errors_say_where_and_what),
        cmocka_unit_test(long_paths_are_cut),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(claims_do_not_allocate),
        cmocka_unit_test(sets_and_maps_end_up_sorted_and_unique),
        cmocka_unit_test(junk_above_bits_is_dropped),
        cmocka_unit_test(unsorted_maps_are_written_sorted),
        cmocka_unit_test(large_sets_sort_like_a_naive_sort),
        cmocka_unit_test(order_is_that_of_rust),
        cmocka_unit_test(order_is_antisymmetric_and_transitive),
        cmocka_unit_test(a_tail_is_there_if_bytes_are),
        cmocka_unit_test(shared_values_are_referenced),
        cmocka_unit_test(buffers_are_decoded_without_copying),
        cmocka_unit_test(shared_values_borrow_nothing),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(texts_must_be_utf8),
        cmocka_unit_test(json_nesting_is_bounded),
        cmocka_unit_test(json_sets_and_maps_are_sorted),
        cmocka_unit_test(json_rendering),
        cmocka_unit_test(json_errors),
        cmocka_unit_test(json_numbers_at_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
