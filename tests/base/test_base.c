/* Errors, checks, arenas, bytes, hex, bits, lists, logging and the JSON writer. The map has its own file. */
#include "support/cmocka.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/bits.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/vec.h"
#include "support/random.h"

/* ---- errors and checks ---- */

static void every_error_has_a_text(void **state)
{
    (void)state;
    for (ph_err_t e = PH_OK; e <= PH_ERR_CONFLICT; e++) {
        assert_string_not_equal(ph_err_text(e), "unknown error");
        for (ph_err_t other = PH_OK; other < e; other++)
            assert_string_not_equal(ph_err_text(e), ph_err_text(other));
    }
    assert_string_equal(ph_err_text(PH_ERR_TIMEOUT), "timed out");
    assert_string_equal(ph_err_text(PH_PALLET_ERR(56, 2)), "runtime module error");
    assert_string_equal(ph_err_text(PH_ERR_CONFLICT + 1), "unknown error");
    assert_string_equal(ph_err_text(-1), "unknown error");
}

static jmp_buf after_check;
static char check_what[64];

static void jump_out(const char *what, const char *file, int line)
{
    snprintf(check_what, sizeof check_what, "%s %d %d", what, strstr(file, "test_base.c") != NULL, line > 0);
    longjmp(after_check, 1);
}

static void a_broken_check_calls_the_hook(void **state)
{
    (void)state;
    ph_set_abort_hook(jump_out);
    volatile int zero = 0;
    if (!setjmp(after_check)) {
        PH_CHECK(zero == 0);
        PH_CHECK(zero == 1);
        fail_msg("a broken check went on");
    }
    ph_set_abort_hook(NULL);
    assert_string_equal(check_what, "zero == 1 1 1");
}

/* ---- arenas ---- */

static int order[3], ran;

static void note(void *ptr)
{
    order[ran++ % 3] = *(int *)ptr;
}

static void deferred_functions_run_last_first_and_once(void **state)
{
    (void)state;
    int one = 1, two = 2, three = 3;
    ran = 0;
    ph_arena_t *arena = ph_arena_new();
    ph_arena_defer(arena, note, &one);
    ph_arena_defer(arena, note, &two);
    ph_arena_reset(arena);
    assert_int_equal(ran, 2);
    assert_true(order[0] == 2 && order[1] == 1);
    ph_arena_defer(arena, note, &three);
    ph_arena_free(arena);
    assert_int_equal(ran, 3);
    assert_int_equal(order[2], 3);
    ph_arena_free(NULL);
}

/* Allocations of all sizes keep their contents while others come and grow; all are aligned and start zeroed. */
static void allocations_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    ph_test_random_t r = ph_test_random(1);
    ph_arena_t *arena = ph_arena_new();
    for (int round = 0; round < 5; round++) {
        uint8_t *at[COUNT];
        size_t len[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            len[i] = ph_test_below(&r, ph_test_below(&r, 20) ? 200 : 100000);
            at[i] = ph_arena_alloc(arena, len[i]);
            assert_int_equal((uintptr_t)at[i] % 16, 0);
            for (size_t b = 0; b < len[i]; b++)
                assert_int_equal(at[i][b], 0);
            memset(at[i], (int)i & 0xff, len[i]);
            size_t k = ph_test_below(&r, 3) ? i : ph_test_below(&r, i + 1); /* the newest grows in place */
            size_t more = len[k] + ph_test_below(&r, 300);
            at[k] = ph_mem_grow(arena, at[k], len[k], more);
            for (size_t b = len[k]; b < more; b++)
                assert_int_equal(at[k][b], 0);
            memset(at[k], (int)k & 0xff, more);
            len[k] = more;
        }
        size_t total = 0;
        for (size_t i = 0; i < COUNT; i++) {
            total += len[i];
            for (size_t b = 0; b < len[i]; b++)
                assert_int_equal(at[i][b], i & 0xff);
        }
        assert_true(ph_arena_size(arena) >= total);
        ph_arena_reset(arena);
        assert_true(ph_arena_size(arena) < 4096);
    }
    ph_arena_free(arena);
}

/* Only in builds with AddressSanitizer, which declares this: past the end of an allocation, and after a reset. */
int __asan_address_is_poisoned(const volatile void *address) __attribute__((weak));

static void arena_memory_not_handed_out_is_poisoned(void **state)
{
    (void)state;
    if (!__asan_address_is_poisoned)
        skip();
    ph_arena_t *arena = ph_arena_new();
    uint8_t *a = ph_arena_alloc(arena, 20), *b = ph_arena_alloc(arena, 3);
    assert_false(__asan_address_is_poisoned(a + 19) || __asan_address_is_poisoned(b + 2));
    assert_true(__asan_address_is_poisoned(a + 20) && __asan_address_is_poisoned(b + 3));
    ph_arena_reset(arena);
    assert_true(__asan_address_is_poisoned(a) && __asan_address_is_poisoned(b));
    ph_arena_free(arena);
}

static void arena_texts(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    assert_string_equal(ph_arena_strdup(arena, "hello"), "hello");
    assert_string_equal(ph_arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(ph_arena_printf(arena, "%s", ""), "");
    assert_int_equal(strlen(ph_arena_printf(arena, "%5000d", 1)), 5000);
    assert_memory_equal(ph_arena_copy(arena, "ab", 2), "ab", 2);
    assert_non_null(ph_arena_copy(arena, NULL, 0));
    assert_non_null(ph_arena_alloc(arena, 0));
    ph_arena_free(arena);
}

static void heap_memory_grows_zeroed(void **state)
{
    (void)state;
    uint8_t *p = ph_mem_alloc(NULL, 3);
    memcpy(p, "abc", 3);
    p = ph_mem_grow(NULL, p, 3, 1000);
    assert_memory_equal(p, "abc\0\0", 5);
    assert_int_equal(p[999], 0);
    ph_mem_free(p);
    ph_mem_free(NULL);
    ph_mem_free(ph_mem_alloc(NULL, 0));
}

/* ---- bytes ---- */

static void bytes_compare_like_sequences(void **state)
{
    (void)state;
    ph_bytes_t a = PH_BYTES_LIT("ab"), b = PH_BYTES_LIT("abc"), c = PH_BYTES_LIT("b"), none = ph_bytes(NULL, 0);
    assert_true(ph_bytes_compare(a, b) < 0 && ph_bytes_compare(b, a) > 0 && ph_bytes_compare(b, c) < 0);
    assert_true(ph_bytes_compare(none, a) < 0 && ph_bytes_compare(none, none) == 0);
    assert_true(ph_bytes_compare(PH_BYTES_LIT("\xff"), PH_BYTES_LIT("\x01")) > 0);
    assert_true(ph_bytes_equal(a, PH_BYTES_LIT("ab")) && !ph_bytes_equal(a, b) &&
                !ph_bytes_equal(a, PH_BYTES_LIT("ac")));
    assert_true(ph_bytes_equal(none, PH_BYTES_LIT("")));
    assert_true(ph_bytes_start_with(b, a) && !ph_bytes_start_with(a, b) && ph_bytes_start_with(a, none));
    assert_false(ph_bytes_start_with(b, c));
    ph_bytes_t copy = ph_bytes_copy(NULL, b);
    assert_true(ph_bytes_equal(copy, b) && copy.data != b.data);
    ph_mem_free(copy.data);
    assert_null(ph_bytes_copy(NULL, none).data);
}

static void *ref_and_unref(void *ptr)
{
    for (int i = 0; i < 20000; i++)
        ph_buf_unref(ph_buf_ref(ptr));
    ph_buf_unref(ptr);
    return NULL;
}

static void buffers_are_shared_between_threads(void **state)
{
    (void)state;
    ph_buf_t *buf = ph_buf_new(PH_BYTES_LIT("shared"));
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ref_and_unref, ph_buf_ref(buf)), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_true(ph_bytes_equal(ph_buf_bytes(buf), PH_BYTES_LIT("shared")));
    ph_buf_unref(buf);
    ph_buf_unref(NULL);
    assert_int_equal(ph_buf_bytes(NULL).len, 0);
    assert_null(ph_buf_ref(NULL));
}

static void writers_grow(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    ph_writer_t heap = PH_WRITER_HEAP, in_arena = ph_writer_in(arena);
    uint8_t want[5000];
    ph_test_random_t r = ph_test_random(2);
    size_t len = 0;
    while (len < 4800) {
        size_t n = ph_test_below(&r, 200);
        ph_test_fill(&r, want + len, n);
        ph_write(&heap, want + len, n);
        ph_write(&in_arena, want + len, n);
        len += n;
    }
    want[len++] = 7;
    ph_write_u8(&heap, 7);
    ph_write_u8(&in_arena, 7);
    assert_true(ph_bytes_equal(ph_writer_bytes(&heap), ph_bytes(want, len)));
    assert_true(ph_bytes_equal(ph_writer_bytes(&in_arena), ph_bytes(want, len)));
    ph_buf_t *buf = ph_writer_to_buf(&heap);
    assert_true(ph_bytes_equal(ph_buf_bytes(buf), ph_bytes(want, len)));
    assert_int_equal(heap.len, 0);
    ph_write(&heap, "x", 1);
    ph_writer_reset(&heap);
    assert_int_equal(ph_writer_bytes(&heap).len, 0);
    ph_writer_free(&heap);
    ph_buf_unref(buf);
    ph_arena_free(arena);
}

static void hex_goes_both_ways(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    for (size_t len = 0; len < 70; len++) {
        uint8_t bytes[70], back[70];
        ph_test_random_t r = ph_test_random(len);
        ph_test_fill(&r, bytes, len);
        char *text = ph_hex_in(arena, ph_bytes(bytes, len));
        assert_int_equal(strlen(text), 2 + 2 * len);
        for (size_t skip = 0; skip <= 2; skip += 2) {
            ph_bytes_t out;
            assert_int_equal(ph_unhex(arena, text + skip, strlen(text + skip), &out), PH_OK);
            assert_true(ph_bytes_equal(out, ph_bytes(bytes, len)));
            assert_int_equal(ph_unhex_fixed(text + skip, strlen(text + skip), back, len), PH_OK);
            assert_memory_equal(back, bytes, len);
        }
        assert_int_equal(ph_unhex_fixed(text, strlen(text), back, len + 1), PH_ERR_MALFORMED);
    }
    char text[7];
    ph_hex(text, PH_BYTES_LIT("\x01\xab\xff"));
    assert_string_equal(text, "01abff");
    ph_bytes_t out;
    assert_int_equal(ph_unhex(arena, "0XaBcDeF", 8, &out), PH_OK);
    assert_true(ph_bytes_equal(out, PH_BYTES_LIT("\xab\xcd\xef")));
    ph_arena_free(arena);
}

static void bad_hex_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"0", "0x0", "gg", "0x0g", "g0", "00 ", " 00", "0x0x00", "0/", "0:", "@0", "`0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ph_bytes_t out;
        uint8_t fixed[3];
        assert_int_equal(ph_unhex(NULL, bad[i], strlen(bad[i]), &out), PH_ERR_MALFORMED);
        assert_int_equal(ph_unhex_fixed(bad[i], strlen(bad[i]), fixed, strlen(bad[i]) / 2), PH_ERR_MALFORMED);
    }
}

static void integers_are_little_endian(void **state)
{
    (void)state;
    uint8_t b[8];
    ph_put_u64(b, 0x0807060504030201u);
    assert_memory_equal(b, "\1\2\3\4\5\6\7\10", 8);
    assert_true(ph_get_u64(b) == 0x0807060504030201u && ph_get_u32(b) == 0x04030201u && ph_get_u16(b) == 0x0201u);
    memset(b, 0xff, 8);
    assert_true(ph_get_u64(b) == UINT64_MAX && ph_get_u32(b) == UINT32_MAX && ph_get_u16(b) == UINT16_MAX);
}

/* ---- bits, against an array of booleans ---- */

static void bits_behave_like_booleans(void **state)
{
    (void)state;
    ph_test_random_t r = ph_test_random(3);
    for (size_t count = 0; count < 70; count++) {
        bool plain[70] = {0};
        ph_bits_t bits = ph_bits_new(NULL, count), other = ph_bits_new(NULL, count);
        for (size_t k = 0; k < 3 * count; k++) {
            size_t i = ph_test_below(&r, count);
            plain[i] = ph_test_below(&r, 2);
            ph_bits_set(bits, i, plain[i]);
        }
        size_t ones = 0, next = count;
        for (size_t i = count; i--;) {
            assert_int_equal(ph_bits_get(bits, i), plain[i]);
            ones += plain[i];
            next = plain[i] ? i : next;
            assert_int_equal(ph_bits_next(bits, i), next);
        }
        assert_int_equal(ph_bits_ones(bits), ones);
        assert_int_equal(ph_bits_next(bits, count), count);
        assert_false(ph_bits_get(bits, count));
        ph_bits_t copy = ph_bits_copy(NULL, bits);
        assert_true(ph_bits_equal(copy, bits));
        if (count) {
            size_t i = ph_test_below(&r, count);
            ph_bits_set(copy, i, !plain[i]);
            assert_false(ph_bits_equal(copy, bits));
            ph_bits_set(other, i, true);
            ph_bits_or(bits, other);
            assert_int_equal(ph_bits_ones(bits), ones + !plain[i]);
            assert_true(ph_bits_get(bits, i));
        }
        ph_mem_free(bits.bytes);
        ph_mem_free(other.bytes);
        ph_mem_free(copy.bytes);
    }
}

/* ---- lists ---- */

static void lists_grow_and_shrink_in_order(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    for (int in_arena = 0; in_arena < 2; in_arena++) {
        PH_LIST(int) list = {0};
        for (int i = 0; i < 100; i++)
            ph_list_push(in_arena ? arena : NULL, &list, i);
        ph_list_remove(&list, 99);
        ph_list_remove(&list, 0);
        ph_list_remove(&list, 49); /* was 50 */
        assert_int_equal(list.count, 97);
        for (int i = 0; i < 97; i++)
            assert_int_equal(list.items[i], i < 49 ? i + 1 : i + 2);
        assert_int_equal(*ph_list_add(in_arena ? arena : NULL, &list), 0);
        assert_int_equal(list.count, 98);
        if (!in_arena)
            ph_list_free(&list);
    }
    ph_arena_free(arena);
}

/* ---- logging ---- */

typedef struct catcher {
    ph_log_t log;
    char last[2000];
    int lines;
} catcher_t;

static void catch_line(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    catcher_t *c = (catcher_t *)log;
    snprintf(c->last, sizeof c->last, "%d %s %s", level, target, text);
    c->lines++;
}

static void logging_goes_through_the_hook(void **state)
{
    (void)state;
    catcher_t c = {.log = {catch_line, PH_LOG_INFO}};
    ph_log(&c.log, PH_LOG_INFO, "room", "%d of %s", 3, "many");
    assert_string_equal(c.last, "2 room 3 of many");
    ph_log(&c.log, PH_LOG_DEBUG, "room", "silent");
    assert_int_equal(c.lines, 1);
    ph_log(&c.log, PH_LOG_ERROR, "room", "%3000d", 1);
    assert_int_equal(c.lines, 2);
    assert_in_range(strlen(c.last), 500, 1100);
    ph_log(NULL, PH_LOG_INFO, "room", "not printed");
}

/* ---- JSON ---- */

static void json_text_is_exact(void **state)
{
    (void)state;
    ph_json_t j = ph_json_new(NULL, true);
    ph_json_object(&j);
    ph_json_key(&j, "a");
    ph_json_array(&j);
    ph_json_u64(&j, UINT64_MAX);
    ph_json_i64(&j, INT64_MIN);
    ph_json_big(&j, ~(ph_u128_t)0);
    ph_json_big(&j, 0);
    ph_json_array(&j);
    ph_json_end_array(&j);
    ph_json_object(&j);
    ph_json_end_object(&j);
    ph_json_end_array(&j);
    ph_json_key(&j, "b\"");
    ph_json_string(&j, "q\" b\\ n\n r\r t\t c\x01 é");
    ph_json_key(&j, "c");
    ph_json_null(&j);
    ph_json_key(&j, "d");
    ph_json_bool(&j, true);
    ph_json_key(&j, "e");
    ph_json_bytes(&j, PH_BYTES_LIT("\x01\xff"));
    ph_json_key(&j, "f");
    ph_json_bits(&j, (ph_bits_t){(uint8_t *)"\x06", 4});
    ph_json_key(&j, "g");
    ph_json_string_n(&j, "xyz", 2);
    ph_json_end_object(&j);
    assert_string_equal(ph_json_text(&j),
                        "{\"a\":[18446744073709551615,-9223372036854775808,\"340282366920938463463374607431768211455\","
                        "\"0\",[],{}],\"b\\\"\":\"q\\\" b\\\\ n\\n r\\r t\\t c\\u0001 é\",\"c\":null,\"d\":true,"
                        "\"e\":\"0x01ff\",\"f\":\"0110\",\"g\":\"xy\"}");
    ph_json_free(&j);
}

static void json_floats_read_back_the_same(void **state)
{
    (void)state;
    static const double values[] = {0, 0.1, 1.0 / 3, 1e300, -2.5, 123456789.123, 5e-324};
    ph_json_t j = ph_json_new(NULL, false);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ph_writer_reset(&j.out);
        j.need_comma = false;
        ph_json_f64(&j, values[i]);
        double back = strtod(ph_json_text(&j), NULL);
        assert_memory_equal(&back, &values[i], sizeof back);
    }
    ph_writer_reset(&j.out);
    j.need_comma = false;
    ph_json_f64(&j, 0.1);
    assert_string_equal(ph_json_text(&j), "0.1");
    ph_json_f64(&j, NAN);
    ph_json_bytes(&j, PH_BYTES_LIT("\xab"));
    assert_string_equal(ph_json_text(&j), "0.1,null,\"ab\"");
    ph_json_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_text),
        cmocka_unit_test(a_broken_check_calls_the_hook),
        cmocka_unit_test(deferred_functions_run_last_first_and_once),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(arena_memory_not_handed_out_is_poisoned),
        cmocka_unit_test(arena_texts),
        cmocka_unit_test(heap_memory_grows_zeroed),
        cmocka_unit_test(bytes_compare_like_sequences),
        cmocka_unit_test(buffers_are_shared_between_threads),
        cmocka_unit_test(writers_grow),
        cmocka_unit_test(hex_goes_both_ways),
        cmocka_unit_test(bad_hex_is_refused),
        cmocka_unit_test(integers_are_little_endian),
        cmocka_unit_test(bits_behave_like_booleans),
        cmocka_unit_test(lists_grow_and_shrink_in_order),
        cmocka_unit_test(logging_goes_through_the_hook),
        cmocka_unit_test(json_text_is_exact),
        cmocka_unit_test(json_floats_read_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
