/* Reading gzip files: whole, damaged, too large. */
#include "support/cmocka.h"

#include <zlib.h>

#include "base/gzip.h"

static ph_bytes_t packed(ph_arena_t *arena, ph_bytes_t text)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, text.len);
    ph_bytes_t out = {ph_arena_alloc(arena, room), 0};
    z.next_in = text.data;
    z.avail_in = (uInt)text.len;
    z.next_out = out.data;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.len = room - z.avail_out;
    deflateEnd(&z);
    return out;
}

static ph_bytes_t sample(ph_arena_t *arena, size_t len)
{
    ph_bytes_t text = {ph_arena_alloc(arena, len), len};
    for (size_t i = 0; i < len; i++)
        text.data[i] = (uint8_t)(i * i >> 7);
    return text;
}

static void what_was_packed_comes_out(void **unused)
{
    (void)unused;
    static const size_t lens[] = {0, 1, 100, 65535, 65536, 65537, 1000000};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        ph_arena_t *arena = ph_arena_new();
        ph_bytes_t text = sample(arena, lens[i]), out, file = packed(arena, text);
        assert_true(ph_gzip_looks_like(file));
        assert_int_equal(ph_gunzip(arena, file, lens[i], &out), PH_OK);
        assert_true(ph_bytes_equal(out, text));
        assert_int_equal(ph_gunzip(NULL, file, SIZE_MAX, &out), PH_OK);
        assert_true(ph_bytes_equal(out, text));
        ph_mem_free(out.data);
        if (lens[i]) {
            assert_int_equal(ph_gunzip(NULL, file, lens[i] - 1, &out), PH_ERR_TOO_LARGE);
        }
        ph_arena_free(arena);
    }
}

static void damage_is_noticed(void **unused)
{
    (void)unused;
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t text = sample(arena, 3000), out, file = packed(arena, text);
    for (size_t len = 0; len < file.len; len++)
        assert_int_equal(ph_gunzip(NULL, ph_bytes(file.data, len), 1 << 20, &out), PH_ERR_MALFORMED);
    ph_bytes_t longer = {ph_arena_alloc(arena, file.len + 1), file.len + 1};
    memcpy(longer.data, file.data, file.len);
    assert_int_equal(ph_gunzip(NULL, longer, 1 << 20, &out), PH_ERR_MALFORMED);
    file.data[file.len - 6] ^= 1; /* the checksum */
    assert_int_equal(ph_gunzip(NULL, file, 1 << 20, &out), PH_ERR_MALFORMED);
    assert_int_equal(ph_gunzip(NULL, text, 1 << 20, &out), PH_ERR_MALFORMED);
    assert_false(ph_gzip_looks_like(PH_BYTES_LIT("{}")));
    ph_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_out),
        cmocka_unit_test(damage_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
