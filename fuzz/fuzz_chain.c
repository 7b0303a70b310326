/* Input: what of the chain's, then bytes as a peer or a file would bring them: a block, the sync protocol's messages, a
 * chain specification, a state dump, a runtime blob. Blocks that are accepted come out of their parts again; every way
 * to read the state version out of a blob tells the same.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "chain/block.h"
#include "chain/dump.h"
#include "chain/spec.h"

static void look_at_block(ph_bytes_t in)
{
    ph_relay_block_t *block, *again;
    const char *why = "";
    ph_buf_t *encoded = ph_buf_new(in);
    if (ph_relay_block_decode(&block, encoded, &why) == PH_OK) {
        PH_CHECK(why == NULL && block->header.number != 0);
        PH_CHECK(ph_relay_block_make(&again, &block->header, &block->body, &why) == PH_OK);
        PH_CHECK(memcmp(&block->hash, &again->hash, sizeof block->hash) == 0);
        PH_CHECK(block->slot.v == again->slot.v && block->authority == again->authority &&
                 block->primary == again->primary);
        PH_CHECK(ph_relay_block_hangs_together(block) == ph_relay_block_hangs_together(again));
        ph_relay_block_unref(again);
        ph_relay_block_unref(block);
    } else {
        PH_CHECK(why != NULL && why[0] != 0);
    }
    ph_buf_unref(encoded);
}

static void look_at_message(ph_bytes_t in, const ph_type_t *type)
{
    ph_arena_t *arena = ph_arena_new();
    void *value = ph_arena_alloc(arena, type->size), *back = ph_arena_alloc(arena, type->size);
    if (ph_type_decode_all(in, arena, type, value) == PH_OK) {
        ph_writer_t w = ph_writer_in(arena);
        ph_type_encode(&w, type, value);
        PH_CHECK(ph_type_decode_all(ph_writer_bytes(&w), arena, type, back) == PH_OK);
        PH_CHECK(ph_type_equal(type, value, back));
        /* As the importer does with an answer: each block on its own. */
        const ph_blocks_response_t *response = value;
        for (size_t i = 0; type == &ph_type_blocks_response && i < response->blocks.count; i++) {
            ph_writer_reset(&w);
            ph_block_with_justification_encode(&w, &response->blocks.items[i]);
            look_at_block(ph_writer_bytes(&w));
        }
    }
    ph_arena_free(arena);
}

static void look_at_spec(ph_bytes_t in)
{
    for (int version = -1; version <= 1; version++) {
        ph_arena_t *arena = ph_arena_new();
        ph_spec_t spec;
        char why[200] = "";
        if (ph_spec_read(&spec, arena, in, version, why, sizeof why) == PH_OK) {
            PH_CHECK(!spec.has_state || (spec.state_version >= 0 && spec.state_version <= 1));
            PH_CHECK(!spec.has_state || version < 0 || spec.state_version == version);
            ph_hash_t hash = ph_spec_genesis_hash(&spec.state_root);
            if (spec.has_base) {
                hash = ph_relay_block_header_hash(&spec.base);
                PH_CHECK(memcmp(&spec.base.state_root, &spec.state_root, sizeof hash) == 0);
            }
            PH_CHECK(memcmp(&hash, &spec.block_hash, sizeof hash) == 0);
            PH_CHECK(strlen(spec.name) <= in.len && strlen(spec.id) <= in.len);
        } else {
            PH_CHECK(why[0] != 0);
        }
        ph_arena_free(arena);
    }
}

static void look_at_dump(ph_bytes_t in)
{
    ph_arena_t *arena = ph_arena_new();
    ph_dump_t dump;
    char why[200] = "";
    ph_err_t err = ph_dump_read(&dump, arena, in, why, sizeof why);
    if (err == PH_OK) {
        ph_trie_store_t *store = ph_trie_store_new(NULL);
        ph_state_t *state = NULL;
        PH_CHECK(dump.state_version == 0 || dump.state_version == 1);
        PH_CHECK(ph_state_build(&state, store, dump.pairs.items, dump.pairs.count, dump.state_version) == PH_OK);
        ph_state_unref(state);
        ph_trie_store_free(store);
    } else {
        PH_CHECK((err == PH_ERR_NOT_FOUND || err == PH_ERR_MALFORMED) && why[0] != 0);
    }
    ph_arena_free(arena);
}

static void look_at_code(ph_bytes_t in)
{
    int version = -1;
    if (ph_spec_code_state_version(&version, in) == PH_OK)
        PH_CHECK(version == 0 || version == 1);
}

/* The input becomes the custom section runtime_version of an otherwise empty module. */
static void look_at_version(ph_bytes_t in)
{
    static const uint8_t head[8] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    static const char name[] = "runtime_version";
    ph_writer_t w = PH_WRITER_HEAP;
    size_t len = 1 + strlen(name) + in.len;
    ph_write(&w, head, sizeof head);
    ph_write_u8(&w, 0);
    for (; len >= 128; len >>= 7)
        ph_write_u8(&w, (uint8_t)(len | 128));
    ph_write_u8(&w, (uint8_t)len);
    ph_write_u8(&w, (uint8_t)strlen(name));
    ph_write(&w, name, strlen(name));
    ph_write(&w, in.data, in.len);
    look_at_code(ph_writer_bytes(&w));
    ph_writer_free(&w);
}

enum { DUMP = 'd' };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ph_type_t *const messages[] = {&ph_type_blocks_request, &ph_type_blocks_response,
                                                &ph_type_block_announce, &ph_type_block_announces_handshake};
    if (size == 0)
        return 0;
    ph_bytes_t in = ph_bytes(data + 1, size - 1);
    switch (data[0] == DUMP ? DUMP : data[0] % 8) {
    case 0:
        look_at_block(in);
        break;
    case 1:
        look_at_spec(in);
        break;
    case 2:
        look_at_code(in);
        break;
    case 3:
        look_at_version(in);
        break;
    case DUMP:
        look_at_dump(in);
        break;
    default:
        look_at_message(in, messages[data[0] % 4]);
        break;
    }
    return 0;
}
