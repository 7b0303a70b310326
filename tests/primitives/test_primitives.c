/* Rotation, thresholds, backing, digests, keys, payloads and names of protocols, against slow or literal answers. */
#include "support/cmocka.h"

#include "primitives/backing.h"
#include "primitives/digest.h"
#include "primitives/hash_of.h"
#include "primitives/keys.h"
#include "primitives/network.h"
#include "primitives/payload.h"
#include "primitives/rotation.h"

/* ---- rotation: every small world, stepping block by block ---- */

static void rotation_steps(void **state)
{
    (void)state;
    for (uint32_t cores = 1; cores <= 6; cores++) {
        for (uint32_t frequency = 1; frequency <= 5; frequency++) {
            uint32_t shift = 0, last = 10;
            for (uint32_t now = 10; now < 100; now++) {
                if (now > 10 && (now - 10) % frequency == 0) {
                    shift++;
                    last = now;
                }
                ph_group_rotation_info_t info = {
                    .session_start_block = 10, .group_rotation_frequency = frequency, .now = now};
                assert_int_equal(ph_rotation_last_at(&info), last);
                assert_int_equal(ph_rotation_next_at(&info), last + frequency);
                assert_int_equal(ph_rotation_bump(&info).now, last + frequency);
                for (uint32_t core = 0; core < cores; core++) {
                    ph_group_index_t group = ph_rotation_group_for_core(&info, (ph_core_index_t){core}, cores);
                    assert_int_equal(group.v, (core + shift) % cores);
                    assert_int_equal(ph_rotation_core_for_group(&info, group, cores).v, core);
                }
            }
        }
    }
}

static void rotation_corners(void **state)
{
    (void)state;
    ph_group_rotation_info_t info = {.session_start_block = 10, .group_rotation_frequency = 0, .now = 50};
    assert_int_equal(ph_rotation_group_for_core(&info, (ph_core_index_t){9}, 3).v, 9);
    assert_int_equal(ph_rotation_core_for_group(&info, (ph_group_index_t){9}, 3).v, 9);
    assert_int_equal(ph_rotation_next_at(&info), 50);
    info.group_rotation_frequency = 4;
    assert_int_equal(ph_rotation_group_for_core(&info, (ph_core_index_t){9}, 0).v, 0);
    assert_int_equal(ph_rotation_core_for_group(&info, (ph_group_index_t){9}, 0).v, 0);
    info.now = 3; /* before the session: no rotation yet */
    assert_int_equal(ph_rotation_group_for_core(&info, (ph_core_index_t){2}, 5).v, 2);
    assert_int_equal(ph_rotation_last_at(&info), 3);
}

static void thresholds(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 2000; n++) {
        size_t faulty = ph_threshold_byzantine(n);
        assert_true(3 * faulty < n && 3 * (faulty + 1) >= n); /* the most that is below a third */
        assert_int_equal(ph_threshold_supermajority(n) + faulty, n);
        if (n < 2)
            continue;
        size_t k = ph_threshold_recovery(n), systematic = ph_threshold_systematic(n);
        assert_int_equal(k, faulty + 1);
        assert_true((systematic & (systematic - 1)) == 0 && systematic <= k && 2 * systematic > k);
    }
    assert_int_equal(ph_threshold_byzantine(0), 0);
    assert_int_equal(ph_threshold_supermajority(0), 0);
    assert_int_equal(ph_threshold_recovery(1), 0);
    assert_int_equal(ph_threshold_systematic(1), 0);
    assert_int_equal(ph_threshold_backing(5, 2), 2);
    assert_int_equal(ph_threshold_backing(1, 2), 1);
}

static void chunk_indices(void **state)
{
    (void)state;
    for (uint32_t core = 0; core < 5; core++) {
        bool taken[10] = {0};
        for (uint32_t v = 0; v < 10; v++) {
            assert_int_equal(ph_rotation_chunk_index(10, false, (ph_core_index_t){core}, (ph_validator_index_t){v}).v,
                             v);
            uint32_t chunk = ph_rotation_chunk_index(10, true, (ph_core_index_t){core}, (ph_validator_index_t){v}).v;
            assert_int_equal(chunk, (core * 4 + v) % 10);
            assert_false(taken[chunk]);
            taken[chunk] = true;
        }
    }
}

/* ---- backing ---- */

static ph_bits_t bits_of(ph_arena_t *arena, const char *text)
{
    ph_bits_t bits = ph_bits_new(arena, strlen(text));
    for (size_t i = 0; text[i]; i++)
        ph_bits_set(bits, i, text[i] == '1');
    return bits;
}

static void core_behind_group_bits(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    ph_bits_t group;
    ph_core_index_t core = {99};
    for (uint32_t c = 0; c < 256; c++) {
        ph_bits_t joined = ph_backing_join(arena, bits_of(arena, "101"), (ph_core_index_t){c});
        assert_int_equal(joined.count, 11);
        assert_true(ph_backing_split(arena, &group, &core, joined));
        assert_int_equal(core.v, c);
        assert_true(ph_bits_equal(group, bits_of(arena, "101")));
    }
    ph_bits_t big = ph_backing_join(arena, bits_of(arena, "1"), (ph_core_index_t){0x1234});
    assert_true(ph_backing_split(arena, &group, &core, big) && core.v == 0x34);
    core.v = 99;
    assert_false(ph_backing_split(arena, &group, &core, bits_of(arena, "10110111")));
    assert_int_equal(core.v, 99);
    assert_int_equal(group.count, 8);
    assert_false(ph_backing_split(arena, &group, &core, (ph_bits_t){0}));
    ph_arena_free(arena);
}

/* A pretended signature: the key's first byte, and whether it is a Seconded statement. */
static bool pretend(void *ctx, const ph_validator_id_t *key, ph_bytes_t message,
                    const ph_validator_signature_t *signature)
{
    ++*(int *)ctx;
    return signature->bytes[0] == key->bytes[0] && signature->bytes[1] == message.data[4];
}

static ph_validity_attestation_t vote_of(uint8_t key, uint8_t kind)
{
    ph_validity_attestation_t vote;
    memset(&vote, 0, sizeof vote);
    vote.kind = kind;
    vote.implicit.bytes[0] = key;
    vote.implicit.bytes[1] = kind;
    return vote;
}

static void votes_of_a_group(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    ph_validator_id_t members[4] = {{{10}}, {{11}}, {{12}}, {{13}}};
    ph_backing_group_t group = {.members = members, .member_count = 4, .len = 4};
    ph_candidate_hash_t candidate = {{0}};
    ph_signing_context_t context = {.session_index = {1}};
    ph_validity_attestation_t votes[] = {vote_of(11, 1), vote_of(13, 2)};
    int calls = 0;
    ph_verifier_t verifier = {.verify = pretend, .ctx = &calls};
    size_t count = 0;
    assert_true(ph_backing_check(&count, &candidate, votes, 2, bits_of(arena, "0101"), &context, group, verifier));
    assert_int_equal(count, 2);
    assert_int_equal(calls, 2);
    /* one bit more than votes is let pass, one less is not */
    assert_true(ph_backing_check(&count, &candidate, votes, 1, bits_of(arena, "0101"), &context, group, verifier));
    assert_int_equal(count, 1);
    assert_false(ph_backing_check(&count, &candidate, votes, 2, bits_of(arena, "0100"), &context, group, verifier));
    assert_false(ph_backing_check(&count, &candidate, votes, 2, bits_of(arena, "0110"), &context, group, verifier));
    assert_false(ph_backing_check(&count, &candidate, votes, 2, bits_of(arena, "01010"), &context, group, verifier));
    group.member_count = 3; /* a member whose key is not known */
    assert_false(ph_backing_check(&count, &candidate, votes, 2, bits_of(arena, "0101"), &context, group, verifier));
    ph_backing_group_t small = {.members = members, .member_count = 1, .len = 1};
    assert_false(ph_backing_check(&count, &candidate, votes, 2, bits_of(arena, "1"), &context, small, verifier));
    ph_arena_free(arena);
}

/* ---- digests ---- */

static void digest_items(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    ph_digest_t digest = {0};
    ph_babe_pre_digest_t out,
        pre = {.kind = PH_BABE_PRE_DIGEST_SECONDARY_PLAIN, .secondary_plain = {.authority_index = 3, .slot = {99}}};
    ph_bytes_t junk = PH_BYTES_LIT("junk");
    assert_int_equal(ph_digest_babe_pre(&digest, arena, &out), PH_ERR_NOT_FOUND);
    ph_digest_item_t other = {.kind = PH_DIGEST_ITEM_OTHER};
    ph_digest_push(arena, &digest, &other);
    ph_digest_item_t item = ph_digest_item(arena, PH_DIGEST_ITEM_PRE_RUNTIME, PH_ENGINE_BABE, &ph_type_bytes, &junk);
    ph_digest_push(arena, &digest, &item);
    item = ph_digest_item(arena, PH_DIGEST_ITEM_CONSENSUS, PH_ENGINE_BABE, &ph_type_babe_pre_digest, &pre);
    ph_digest_push(arena, &digest, &item);
    item = ph_digest_item(arena, PH_DIGEST_ITEM_SEAL, PH_ENGINE_GRANDPA, &ph_type_babe_pre_digest, &pre);
    ph_digest_push(arena, &digest, &item);
    assert_int_equal(ph_digest_babe_pre(&digest, arena, &out), PH_ERR_NOT_FOUND);
    item = ph_digest_item(arena, PH_DIGEST_ITEM_PRE_RUNTIME, PH_ENGINE_BABE, &ph_type_babe_pre_digest, &pre);
    ph_digest_push(arena, &digest, &item);
    assert_int_equal(ph_digest_babe_pre(&digest, arena, &out), PH_OK);
    assert_int_equal(ph_digest_slot(&out).v, 99);
    assert_int_equal(ph_digest_authority(&out), 3);
    assert_null(ph_digest_vrf(&out));
    size_t at = 0;
    ph_bytes_t payload;
    assert_true(ph_digest_next(&digest, &at, PH_DIGEST_ITEM_SEAL, PH_ENGINE_GRANDPA, &payload));
    assert_int_equal(payload.len, 13);
    assert_int_equal(at, 4);
    assert_false(ph_digest_next(&digest, &at, PH_DIGEST_ITEM_SEAL, PH_ENGINE_GRANDPA, &payload));
    ph_arena_free(arena);
}

/* A proof's scalars must be below the group's order, in the header's digest as anywhere. */
static void vrf_proofs_are_canonical(void **state)
{
    (void)state;
    uint8_t bytes[64] = {0};
    ph_vrf_proof_t proof;
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    for (size_t half = 0; half < 64; half += 32) {
        memcpy(bytes + half, order, 32);
        assert_int_equal(ph_vrf_proof_decode_all(ph_bytes(bytes, 64), NULL, &proof), PH_ERR_MALFORMED);
        bytes[half]--;
        assert_int_equal(ph_vrf_proof_decode_all(ph_bytes(bytes, 64), NULL, &proof), PH_OK);
        assert_memory_equal(proof.v.bytes, bytes, 64);
        bytes[half + 31] = 0x20;
        assert_int_equal(ph_vrf_proof_decode_all(ph_bytes(bytes, 64), NULL, &proof), PH_ERR_MALFORMED);
        memset(bytes, 0, sizeof bytes);
    }
}

/* On the heap, so that the sanitizer sees a proof that is refused and not freed. */
static void chunk_proofs_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        bool ok;
    } cases[] = {{"\x00", 1, false},
                 {"\x04\x00", 2, false},
                 {"\x04\x04x", 3, true},
                 {"\x08\x04x\x00", 4, false},
                 {"\x24\x04x\x04x\x04x\x04x\x04x\x04x\x04x\x04x\x04x", 19, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ph_erasure_proof_t proof;
        ph_err_t err = ph_erasure_proof_decode_all(ph_bytes(cases[i].bytes, cases[i].len), NULL, &proof);
        assert_int_equal(err, cases[i].ok ? PH_OK : PH_ERR_MALFORMED);
        if (err == PH_OK)
            ph_erasure_proof_free(&proof);
    }
}

/* ---- keys, payloads, names ---- */

static void assert_hex(ph_bytes_t bytes, const char *expected)
{
    char hex[400];
    assert_true(2 * bytes.len < sizeof hex);
    ph_hex(hex, bytes);
    assert_string_equal(hex, expected);
}

static void well_known_keys(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    assert_hex(ph_key_active_config(arena), "06de3d8a54d27e44a9d5ce189618f22db4b49d95320d9021994c850f25b8e385");
    assert_hex(ph_key_value(arena, "System", "Number"),
               "26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac");
    assert_hex(ph_key_para_head(arena, (ph_para_id_t){100}),
               "cd710b30bd2eab0352ddcc26417aa1941b3c252fcb29d88eff4f3de5de4476c34213c2713e48b45264000000");
    ph_account_id_t account = ph_key_sovereign_account((ph_para_id_t){2000});
    assert_hex(ph_bytes(account.bytes, 32), "70617261d0070000000000000000000000000000000000000000000000000000");
    ph_arena_free(arena);
}

static void approvals_of_one_and_of_many(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    ph_candidate_hash_t hashes[2];
    memset(hashes, 0xaa, sizeof hashes);
    ph_session_index_t session = {5};
    ph_bytes_t one = ph_payload_of_approval(arena, hashes, 1, session),
               two = ph_payload_of_approval(arena, hashes, 2, session);
    assert_int_equal(one.len, 4 + 32 + 4);
    assert_int_equal(two.len, 4 + 1 + 64 + 4);
    assert_memory_equal(one.data, "APPR\xaa", 5);
    assert_memory_equal(two.data, "APPR\x08\xaa", 6);
    assert_memory_equal(two.data + 69, "\x05\0\0\0", 4);
    ph_bytes_t declare = ph_payload_of_declare(arena, PH_BYTES_LIT("me"));
    assert_true(ph_bytes_equal(declare, PH_BYTES_LIT("meCOLL")));
    ph_arena_free(arena);
}

static void protocol_names(void **state)
{
    (void)state;
    ph_hash_t genesis = {{0xab}};
    char name[PH_PROTOCOL_NAME_MAX];
    assert_int_equal(ph_protocol_wire_name(name, &ph_protocols[PH_PROTO_BLOCK_ANNOUNCES_1], &genesis, NULL), PH_OK);
    assert_string_equal(name, "/ab00000000000000000000000000000000000000000000000000000000000000/block-announces/1");
    assert_int_equal(ph_protocol_wire_name(name, &ph_protocols[PH_PROTO_REQ_POV_1], &genesis, "f"), PH_OK);
    assert_string_equal(name, "/ab00000000000000000000000000000000000000000000000000000000000000/f/req_pov/1");
    assert_int_equal(ph_protocol_fallback_name(name, &ph_protocols[PH_PROTO_REQ_POV_1], &genesis, "f"), PH_OK);
    assert_string_equal(name, "/polkadot/req_pov/1");
    char fork[300];
    memset(fork, 'x', sizeof fork);
    fork[299] = '\0';
    assert_int_equal(ph_protocol_wire_name(name, &ph_protocols[PH_PROTO_REQ_POV_1], &genesis, fork), PH_ERR_TOO_LARGE);
    const ph_protocol_t *versions[8];
    assert_int_equal(ph_protocol_versions(versions, 8, "collation"), 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(versions[i]->version, 4 - i);
    assert_null(ph_protocol_find("collation", 5));
    assert_ptr_equal(ph_protocol_find("req_chunk", 2), &ph_protocols[PH_PROTO_REQ_CHUNK_2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rotation_steps),
                                       cmocka_unit_test(rotation_corners),
                                       cmocka_unit_test(thresholds),
                                       cmocka_unit_test(chunk_indices),
                                       cmocka_unit_test(core_behind_group_bits),
                                       cmocka_unit_test(votes_of_a_group),
                                       cmocka_unit_test(digest_items),
                                       cmocka_unit_test(vrf_proofs_are_canonical),
                                       cmocka_unit_test(chunk_proofs_are_bounded),
                                       cmocka_unit_test(well_known_keys),
                                       cmocka_unit_test(approvals_of_one_and_of_many),
                                       cmocka_unit_test(protocol_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
