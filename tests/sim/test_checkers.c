/* The checkers themselves: an honest run passes and gave them much to look at; what is planted before their eyes, they
 * see. */
#include "sim/run.h"

#include "base/check.h"
#include "crypto/hash.h"
#include "trie/state.h"

typedef enum plant {
    NOTHING,
    SECOND_BITFIELD,
    SECONDED_AND_VALID,
    SECONDED_TWICE,
    BLOCK_TWICE,
    SEAL_PAST_RECORD,
    OTHER_STATE,
    OTHER_NAME,
    CORE_TWICE,
    NEVER_BACKED,
    HEAD_OF_NOBODY,
    HEAD_WITHOUT_PARENT,
    BITFIELDS_REMOVED,
    BITFIELD_FORGED,
    CHUNK_ALTERED,
    CHUNKS_OF_ANOTHER,
    CHUNK_MISSING,
    HONEST_BANNED,
    BLOCK_REFUSED,
    BUILD_FAILED
} plant_t;

typedef struct run {
    plant_t plant;
    ph_check_t *check;
    ph_sim_t *sim;
    bool planted;
    size_t blocks;
    ph_state_t *old_state;
    ph_buf_t *first_chunk;
    ph_bytes_t old_pending;
} run_t;

enum { FROM_BLOCK = 8 };

/* ---- what is planted into signatures ---- */

static bool is_statement(ph_bytes_t payload, uint8_t kind)
{
    return payload.len > 40 && memcmp(payload.data, "BKNG", 4) == 0 && payload.data[4] == kind;
}

static void forward_altered(run_t *run, ph_env_t *env, ph_key_type_t type, const uint8_t *key, ph_bytes_t payload,
                            const uint8_t *signature, size_t at, uint8_t flip)
{
    uint8_t other[200];
    assert_true(payload.len <= sizeof other && at < payload.len);
    memcpy(other, payload.data, payload.len);
    other[at] ^= flip;
    run->planted = true;
    ph_check_signature(run->check, env, type, key, ph_bytes(other, payload.len), signature);
}

static void on_signature(void *ctx, ph_env_t *env, ph_key_type_t type, const uint8_t public_key[32], ph_bytes_t payload,
                         const uint8_t signature[64])
{
    run_t *run = ctx;
    bool babe = type == PH_KEY_BABE, bitfield = !babe && memcmp(payload.data, "BKNG", 4) != 0;
    if (run->plant == SEAL_PAST_RECORD && babe && !run->planted && run->blocks > FROM_BLOCK) {
        run->planted = true;
        return;
    }
    ph_check_signature(run->check, env, type, public_key, payload, signature);
    if (run->planted)
        return;
    if (run->plant == SECOND_BITFIELD && bitfield)
        forward_altered(run, env, type, public_key, payload, signature, 1, 1); /* the first bit */
    if (run->plant == SECONDED_AND_VALID && is_statement(payload, 1))
        forward_altered(run, env, type, public_key, payload, signature, 4, 3);
    if (run->plant == SECONDED_TWICE && is_statement(payload, 1))
        forward_altered(run, env, type, public_key, payload, signature, 20, 1); /* another candidate */
    if (run->plant == BLOCK_TWICE && babe)
        forward_altered(run, env, type, public_key, payload, signature, 7, 1);
}

/* ---- what is planted into blocks ---- */

/* The body without its bitfields, or with a bit flipped in the first of them. The header stays as it is. */
static ph_buf_t *altered_body(const ph_relay_block_t *block, bool remove)
{
    ph_writer_t w = PH_WRITER_HEAP, x = PH_WRITER_HEAP;
    ph_header_encode(&w, &block->header);
    ph_write_compact(&w, block->body.count);
    for (size_t i = 0; i < block->body.count; i++) {
        ph_bytes_t extrinsic = block->body.items[i];
        ph_writer_reset(&x);
        if (extrinsic.data[1] == 54) {
            ph_arena_t *arena = ph_arena_new();
            ph_parachains_inherent_data_t data;
            assert_int_equal(
                ph_parachains_inherent_data_decode_all(ph_bytes(extrinsic.data + 3, extrinsic.len - 3), arena, &data),
                PH_OK);
            if (remove)
                data.bitfields.count = 0;
            else if (data.bitfields.count)
                data.bitfields.items[0].payload.v.bytes[0] ^= 1;
            ph_write(&x, extrinsic.data, 3);
            ph_parachains_inherent_data_encode(&x, &data);
            ph_arena_free(arena);
        } else {
            ph_write(&x, extrinsic.data, extrinsic.len);
        }
        ph_write_bytes(&w, ph_writer_bytes(&x));
    }
    ph_write_u8(&w, 0);
    ph_writer_free(&x);
    return ph_writer_to_buf(&w);
}

static void forward_with_body(run_t *run, uint32_t node, ph_relay_block_t *block, bool best)
{
    ph_relay_block_t *copy = ph_mem_alloc(NULL, sizeof *copy);
    memcpy(copy, block, sizeof *copy);
    copy->encoded = altered_body(block, run->plant == BITFIELDS_REMOVED);
    run->planted = true;
    ph_check_imported(run->check, node, copy, best);
    ph_buf_unref(copy->encoded);
    ph_mem_free(copy);
}

static void on_imported(void *ctx, uint32_t node, ph_relay_block_t *block, bool best)
{
    run_t *run = ctx;
    run->blocks++;
    if (!run->old_state)
        run->old_state = ph_state_ref(block->state);
    bool due = block->header.number > FROM_BLOCK;
    if ((run->plant == BITFIELDS_REMOVED || run->plant == BITFIELD_FORGED) && due) {
        forward_with_body(run, node, block, best);
    } else if (run->plant == OTHER_STATE && due && !run->planted) {
        ph_relay_block_t *copy = ph_mem_alloc(NULL, sizeof *copy);
        ph_check_imported(run->check, node, block, best);
        memcpy(copy, block, sizeof *copy);
        copy->state = run->old_state;
        run->planted = true;
        ph_check_imported(run->check, node, copy, best);
        ph_mem_free(copy);
    } else if (run->plant == OTHER_NAME && due && !run->planted) {
        ph_relay_block_t *copy = ph_mem_alloc(NULL, sizeof *copy);
        memcpy(copy, block, sizeof *copy);
        copy->hash.bytes[3] ^= 1;
        run->planted = true;
        ph_check_imported(run->check, node, copy, best);
        ph_check_imported(run->check, node, block, best);
        ph_mem_free(copy);
    } else {
        ph_check_imported(run->check, node, block, best);
    }
}

/* ---- what is planted into events ---- */

static void on_event(void *ctx, uint64_t now_us, uint32_t node, const char *subsystem, const char *event,
                     const ph_trace_fields_t *fields)
{
    run_t *run = ctx;
    ph_check_event(run->check, now_us, node, subsystem, event, fields);
    if (run->planted || run->blocks <= FROM_BLOCK)
        return;
    run->planted = run->plant == HONEST_BANNED || run->plant == BLOCK_REFUSED || run->plant == BUILD_FAILED;
    if (run->plant == HONEST_BANNED)
        ph_check_event(run->check, now_us, node, "network_bridge", "peer-banned",
                       PH_FIELDS(PH_F_PEER((ph_peer_id_t){2})));
    if (run->plant == BLOCK_REFUSED)
        ph_check_event(run->check, now_us, node, "chain", "block-refused",
                       PH_FIELDS(PH_F_NUMBER(8), .reason = "planted"));
    if (run->plant == BUILD_FAILED)
        ph_check_event(run->check, now_us, node, "chain", "build-failed", PH_FIELDS(.reason = "planted"));
}

/* ---- what is planted into the state ---- */

static bool starts_like(ph_bytes_t key, const char *pallet, const char *item)
{
    uint8_t prefix[32];
    ph_twox_128(prefix, ph_bytes(pallet, strlen(pallet)));
    ph_twox_128(prefix + 16, ph_bytes(item, strlen(item)));
    return key.len >= 32 && memcmp(key.data, prefix, 32) == 0;
}

static bool read_altered(void *ctx, ph_arena_t *arena, const ph_relay_block_t *block, ph_bytes_t key, ph_bytes_t *value)
{
    run_t *run = ctx;
    bool pending = starts_like(key, "ParaInclusion", "V1"), head = starts_like(key, "Paras", "Heads");
    bool of_first = key.len == 44 && ph_get_u32(key.data + 40) == 2000,
         of_second = key.len == 44 && ph_get_u32(key.data + 40) == 2001;
    if (block->header.number <= FROM_BLOCK || ph_state_get(block->state, value, key) != PH_OK)
        return false;
    *value = ph_bytes_copy(arena, *value);
    if (pending && of_first && value->len > 5 && !run->old_pending.len)
        run->old_pending = *value;
    if (run->plant == CORE_TWICE && pending && of_second && value->len > 5)
        ph_put_u32(value->data + 1, 0);
    else if (run->plant == NEVER_BACKED && pending && of_first && run->old_pending.len &&
             block->header.number >= FROM_BLOCK + 4)
        *value = run->old_pending; /* out of nowhere, that is, out of an old block */
    else if (run->plant == HEAD_OF_NOBODY && head && of_first)
        value->data[70] ^= 1;
    else if (run->plant == HEAD_WITHOUT_PARENT && head && of_second)
        value->data[20] ^= 1;
    else
        return false;
    run->planted = true;
    return true;
}

/* ---- what is planted into disks ---- */

static ph_buf_t *disk_altered(void *ctx, ph_env_t *env, ph_bytes_t key)
{
    run_t *run = ctx;
    ph_buf_t *real = ph_disk_get(env, key);
    bool is_chunk = key.len == 40;
    if (!real || !is_chunk)
        return real;
    if (!run->first_chunk)
        run->first_chunk = ph_buf_ref(real);
    bool hide = run->plant == CHUNK_MISSING && !run->planted, alter = run->plant == CHUNK_ALTERED && !run->planted;
    bool swap = run->plant == CHUNKS_OF_ANOTHER && run->first_chunk != real;
    if (!hide && !alter && !swap)
        return real;
    run->planted = true;
    ph_buf_t *other = NULL;
    if (alter) {
        ph_bytes_t copy = ph_bytes_copy(NULL, ph_buf_bytes(real));
        copy.data[2] ^= 0x40;
        other = ph_buf_take(copy.data, copy.len);
    } else if (swap) {
        other = ph_buf_ref(run->first_chunk);
    }
    ph_buf_unref(real);
    return other;
}

/* ---- the run ---- */

static void run_with(run_t *run, plant_t plant)
{
    char why[200] = "";
    *run = (run_t){.plant = plant};
    ph_check_config_t eyes = {.slot_ms = 6000, .adder = true, .read = read_altered, .disk = disk_altered, .ctx = run};
    ph_sim_config_t config = ph_sim_usual(11, 7, 2, 18);
    run->check = ph_check_new(&eyes);
    config.signature = on_signature;
    config.imported = on_imported;
    config.trace = on_event;
    config.check_ctx = run;
    run->sim = start_sim(run->check, &config);
    if (ph_sim_run(run->sim, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
}

static void end_run(run_t *run)
{
    ph_state_unref(run->old_state);
    ph_buf_unref(run->first_chunk);
    ph_sim_free(run->sim);
    ph_check_free(run->check);
}

static void test_honest_run_passes(void **state)
{
    run_t run;
    size_t printed = 0;
    (void)state;
    run_with(&run, NOTHING);
    assert_int_equal(ph_check_end(run.check, run.sim, print_violation, &printed), 0);
    ph_check_seen_t seen = ph_check_seen(run.check);
    assert_true(seen.blocks >= 15 && seen.imports > 7 * seen.blocks);
    assert_true(seen.signatures > 200 && seen.bitfields > 60);
    assert_true(seen.included >= 20 && seen.chunks >= 5 * seen.included && seen.decodings >= seen.chunks);
    ph_hash_t best = ph_chain_best(ph_node_chain(ph_fleet_view(ph_sim_fleet(run.sim))))->hash;
    assert_true(ph_check_included(run.check, &best, (ph_para_id_t){2000}) >= 8);
    assert_true(ph_check_included(run.check, &best, (ph_para_id_t){2001}) >= 8);
    assert_int_equal(ph_check_included(run.check, &best, (ph_para_id_t){1999}), 0);
    end_run(&run);
}

static const struct planted {
    const char *name;
    plant_t plant;
    ph_check_kind_t kind;
} planted[] = {
    {"a second bitfield for one parent", SECOND_BITFIELD, PH_CHECK_SIGNED},
    {"Valid after Seconded", SECONDED_AND_VALID, PH_CHECK_SIGNED},
    {"Seconded for two candidates", SECONDED_TWICE, PH_CHECK_SIGNED},
    {"two blocks in a slot", BLOCK_TWICE, PH_CHECK_SIGNED},
    {"a seal that is not in the record", SEAL_PAST_RECORD, PH_CHECK_SIGNED},
    {"a node with another state", OTHER_STATE, PH_CHECK_ROOTS},
    {"a block called by another hash", OTHER_NAME, PH_CHECK_READABLE},
    {"two candidates on a core", CORE_TWICE, PH_CHECK_CORES},
    {"a candidate that no block backed", NEVER_BACKED, PH_CHECK_CORES},
    {"a head that no candidate has", HEAD_OF_NOBODY, PH_CHECK_HEADS},
    {"a head that does not name its parent", HEAD_WITHOUT_PARENT, PH_CHECK_HEADS},
    {"inclusion without bitfields", BITFIELDS_REMOVED, PH_CHECK_AVAILABLE},
    {"a bitfield with another bit", BITFIELD_FORGED, PH_CHECK_AVAILABLE},
    {"an altered chunk", CHUNK_ALTERED, PH_CHECK_DATA},
    {"chunks of another candidate", CHUNKS_OF_ANOTHER, PH_CHECK_DATA},
    {"a chunk that was signed for and is missing", CHUNK_MISSING, PH_CHECK_DATA},
    {"an honest peer banned", HONEST_BANNED, PH_CHECK_BANS},
    {"a block refused", BLOCK_REFUSED, PH_CHECK_INHERENT},
    {"a block that could not be built", BUILD_FAILED, PH_CHECK_INHERENT},
};

static void test_planted_bugs_are_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        run_t run;
        run_with(&run, planted[i].plant);
        if (!run.planted)
            fail_msg("%s: nothing was planted", planted[i].name);
        if (ph_check_end(run.check, run.sim, NULL, NULL) == 0 || ph_check_count(run.check, planted[i].kind) == 0)
            fail_msg("%s: not seen", planted[i].name);
        end_run(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_honest_run_passes),
        cmocka_unit_test(test_planted_bugs_are_seen),
    };
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
