/* Input: a sequence of calls of host functions, as a hostile blob may make them, on the memory of a module without
 * code.
 *
 * A call is a byte that picks the function, and for each argument a byte that picks its kind: 0 a number from the
 * input; 1 an address in memory; 2 a fat pointer to a piece of the input's own bytes, which are put there; 3 a fat
 * pointer to something small and well-formed (a limit, a list of pairs, a key that is there); 4 what the call before
 * answered. Whatever they do, the memory's bounds hold: an answer that is a pointer lies inside, and the overlay's
 * transactions that were open before stay open. The first byte says whether runtime_version gets the rest as a blob.
 */
#include "fuzz.h"

#include <string.h>

#include "hostapi/version.h"
#include "support/wasm_box.h"

enum { PAGES_MAX = 40, CALLS_MAX = 200, SMALL_AT = 64, SMALL_LEN = 16, INPUT_AT = 512, INPUT_LEN = 256 };

typedef struct world {
    wasm_box_t box;
    ph_trie_store_t *store;
    ph_state_t *state;
} world_t;

static void quiet(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level;
    PH_CHECK(target != NULL && text != NULL);
}

static world_t *world(void)
{
    static world_t w;
    if (w.store)
        return &w;
    ph_trie_pair_t pairs[] = {{PH_BYTES_LIT("a1"), PH_BYTES_LIT("\x0cone")},
                              {PH_BYTES_LIT("a2"), PH_BYTES_LIT("0123456789012345678901234567890123456789")},
                              {PH_BYTES_LIT("b"), PH_BYTES_LIT("three")}};
    wasm_box_open(&w.box);
    w.store = ph_trie_store_new(NULL);
    PH_CHECK(ph_state_build(&w.state, w.store, pairs, 3, 1) == PH_OK);
    return &w;
}

/* Things that functions want, each in its own 16 bytes of memory. */
static const struct {
    uint8_t len;
    char bytes[SMALL_LEN];
} small[] = {{1, "\0"},        {5, "\x01\x01\0\0\0"}, {2, "a1"},       {2, "a2"},  {1, "a"}, {1, "b"},
             {3, "\x04\x04x"}, {5, "\x04\x04x\x04y"}, {3, "\x08\0\0"}, {3, "kid"}, {0, ""},  {14, ":child_storage"}};
#define SMALL_COUNT (sizeof small / sizeof *small)

static void fill_memory(ph_wasm_instance_t *instance)
{
    for (size_t i = 0; i < SMALL_COUNT; i++)
        PH_CHECK(ph_wasm_memory_write(instance, (uint32_t)(SMALL_AT + i * SMALL_LEN),
                                      ph_bytes(small[i].bytes, SMALL_LEN)) == PH_OK);
}

static uint64_t take_number(ph_bytes_t *in, size_t len)
{
    uint8_t bytes[8] = {0};
    len = len < in->len ? len : in->len;
    if (len)
        memcpy(bytes, in->data, len);
    in->data += len;
    in->len -= len;
    return ph_get_u64(bytes);
}

static uint64_t take_argument(ph_bytes_t *in, ph_wasm_instance_t *instance, uint64_t last)
{
    uint64_t n;
    switch (take_number(in, 1) % 5) {
    case 0:
        return take_number(in, 8);
    case 1:
        return take_number(in, 2) * 3;
    case 2:
        n = take_number(in, 1);
        n = n < in->len ? n : in->len;
        PH_CHECK(n < INPUT_LEN);
        PH_CHECK(ph_wasm_memory_write(instance, INPUT_AT, ph_bytes(in->data, n)) == PH_OK);
        in->data += n;
        in->len -= n;
        return n << 32 | INPUT_AT;
    case 3:
        n = take_number(in, 1) % SMALL_COUNT;
        return (uint64_t)small[n].len << 32 | (SMALL_AT + n * SMALL_LEN);
    default:
        return last;
    }
}

/* False: it trapped, and a blob does nothing after that. */
static bool call_one(ph_bytes_t *in, ph_wasm_instance_t *instance, uint64_t *last)
{
    const ph_wasm_import_t *import = &ph_hostapi_imports[take_number(in, 1) % ph_hostapi_import_count];
    uint64_t args[8] = {0}, result = 0;
    const char *s = import->signature;
    for (size_t i = 0; *s != '>'; i++, s++) {
        args[i] = take_argument(in, instance, *last);
        if (*s == 'i')
            args[i] = (uint32_t)args[i];
    }
    if (import->call(instance, &result, args) != PH_OK)
        return false;
    ph_bytes_t view;
    bool is_number = s[1] == 'i' || strstr(import->name, "tracing");
    if (s[1] == 'I' && !is_number)
        PH_CHECK(ph_wasm_memory_at(instance, &view, (uint32_t)result, (uint32_t)(result >> 32)) == PH_OK);
    *last = result;
    return true;
}

static void fuzz_calls(ph_bytes_t in)
{
    world_t *w = world();
    ph_log_t log = {quiet, PH_LOG_TRACE};
    ph_hostapi_t host = {.base.log = &log, .overlay = ph_overlay_new(w->state)};
    ph_overlay_start(host.overlay);
    ph_wasm_instance_t *instance = wasm_box_instance(&w->box, &host, PAGES_MAX);
    uint64_t last = 0;
    fill_memory(instance);
    for (size_t i = 0; i < CALLS_MAX && in.len > 0 && call_one(&in, instance, &last); i++)
        ;
    PH_CHECK(ph_wasm_memory_len(instance) <= (uint64_t)PAGES_MAX * PH_WASM_PAGE_LEN);
    PH_CHECK(ph_overlay_depth(host.overlay) >= 1);
    ph_wasm_instance_free(instance);
    ph_overlay_free(host.overlay);
}

/* What is read from a blob is written as what is read from it again. */
static void fuzz_version(ph_bytes_t in)
{
    ph_arena_t *arena = ph_arena_new();
    ph_runtime_version_t version, again;
    ph_writer_t w = ph_writer_in(arena);
    if (ph_hostapi_version(arena, &version, in) == PH_OK) {
        PH_CHECK(ph_hostapi_encode_version(&w, in) == PH_OK);
        if (ph_runtime_version_decode_all(ph_writer_bytes(&w), arena, &again) == PH_OK)
            PH_CHECK(ph_runtime_version_equal(&version, &again));
    }
    ph_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ph_bytes_t in = ph_bytes(data + 1, size - 1);
    if (data[0] % 8 == 0)
        fuzz_version(in);
    else
        fuzz_calls(in);
    return 0;
}
