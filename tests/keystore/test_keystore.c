/* The keystore: what may be signed, what is on disk before it is, and what happens when the disk fails or is lost. */
#include "support/cmocka.h"

#include "base/vec.h"
#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/sr25519.h"
#include "env/sim/world.h"
#include "keystore/keystore.h"
#include "primitives/payload.h"

typedef struct shown {
    ph_key_type_t type;
    ph_bytes_t payload;
    uint8_t signature[64];
} shown_t;

typedef struct fixture {
    ph_world_t *world;
    ph_env_t *env;
    ph_env_ops_t broken; /* the world's, with a disk that can be told to fail */
    ph_keystore_t *ks;
    ph_validator_id_t key;
    ph_arena_t *arena;
    PH_LIST(shown_t) shown;
} fixture_t;

static const uint8_t SEED[32] = {1, 2, 3};

static ph_hash_t hash(uint8_t n)
{
    return (ph_hash_t){{n, 0xaa}};
}
static ph_signing_context_t context(uint32_t session, uint8_t parent)
{
    return (ph_signing_context_t){{session}, hash(parent)};
}

static ph_compact_statement_t seconded(uint8_t n)
{
    ph_compact_statement_t s = {.kind = PH_COMPACT_STATEMENT_SECONDED};
    s.seconded.bytes[0] = n;
    return s;
}

static ph_compact_statement_t valid(uint8_t n)
{
    ph_compact_statement_t s = {.kind = PH_COMPACT_STATEMENT_VALID};
    s.valid.bytes[0] = n;
    return s;
}

static void show(void *ctx, ph_env_t *env, ph_key_type_t type, const uint8_t public_key[32], ph_bytes_t payload,
                 const uint8_t signature[64])
{
    fixture_t *f = ctx;
    assert_ptr_equal(env, f->env);
    assert_memory_equal(public_key, f->key.bytes, 32);
    shown_t *shown = ph_list_add(f->arena, &f->shown);
    shown->type = type;
    shown->payload = ph_bytes_copy(f->arena, payload);
    memcpy(shown->signature, signature, 64);
}

static void open_keystore(fixture_t *f, bool fresh)
{
    f->ks = ph_keystore_new(f->env, fresh);
    ph_keystore_add(f->ks, PH_KEY_BABE, SEED);
    ph_keystore_add(f->ks, PH_KEY_PARA_VALIDATOR, SEED);
    ph_keystore_add(f->ks, PH_KEY_GRANDPA, SEED);
    ph_keystore_add(f->ks, PH_KEY_COLLATOR, SEED);
    ph_keystore_set_log(f->ks, show, f);
    assert_true(ph_keystore_public(f->ks, PH_KEY_PARA_VALIDATOR, f->key.bytes));
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    f->world = ph_world_new(&(ph_world_config_t){.seed = 1});
    f->env = ph_world_add_node(f->world, "n");
    open_keystore(f, true);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_keystore_free(f->ks);
    ph_world_free(f->world);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

/* The node's process dies and comes back. */
static void restart(fixture_t *f)
{
    ph_keystore_free(f->ks);
    ph_world_crash(f->world, 0);
    ph_world_restart(f->world, 0);
    open_keystore(f, false);
}

static ph_err_t state_on(fixture_t *f, ph_compact_statement_t statement, uint32_t session, uint8_t parent,
                         uint32_t core)
{
    ph_validator_signature_t signature;
    ph_signing_context_t c = context(session, parent);
    ph_err_t err = ph_keystore_sign_statement(f->ks, &signature, &f->key, &statement, &c, (ph_core_index_t){core});
    if (err == PH_OK) {
        ph_bytes_t payload = ph_payload_of_statement(f->arena, &statement, &c);
        assert_true(ph_env_verify_sr25519(f->env, signature.bytes, payload, f->key.bytes));
    }
    return err;
}

static ph_err_t sign_bits(fixture_t *f, uint8_t bits, uint32_t session, uint8_t parent)
{
    ph_validator_signature_t signature;
    ph_signing_context_t c = context(session, parent);
    ph_bits_t bitfield = {&bits, 3};
    ph_err_t err = ph_keystore_sign_bitfield(f->ks, &signature, &f->key, bitfield, &c);
    if (err == PH_OK) {
        ph_bytes_t payload = ph_payload_of_bitfield(f->arena, bitfield, &c);
        assert_true(ph_env_verify_sr25519(f->env, signature.bytes, payload, f->key.bytes));
    }
    return err;
}

static ph_err_t vote(fixture_t *f, bool accept, uint8_t code, uint32_t session)
{
    ph_validator_signature_t signature;
    ph_pvf_check_statement_t statement = {accept, {{code}}, {session}, {4}};
    ph_err_t err = ph_keystore_sign_pvf_check(f->ks, &signature, &f->key, &statement);
    if (err == PH_OK) {
        ph_bytes_t payload = ph_payload_of_pvf_check(f->arena, &statement);
        assert_true(ph_env_verify_sr25519(f->env, signature.bytes, payload, f->key.bytes));
        assert_true(ph_bytes_equal(f->shown.items[f->shown.count - 1].payload, payload));
    }
    return err;
}

static ph_err_t seal(fixture_t *f, uint64_t slot, uint8_t block)
{
    uint8_t signature[64];
    ph_hash_t h = hash(block);
    ph_err_t err = ph_keystore_sign_block(f->ks, signature, f->key.bytes, (ph_slot_t){slot}, &h);
    if (err == PH_OK)
        assert_true(ph_env_verify_sr25519(f->env, signature, ph_bytes(h.bytes, 32), f->key.bytes));
    return err;
}

/* ---- keys ---- */

static void keys_are_known_by_type(void **state)
{
    fixture_t *f = *state;
    uint8_t public_key[32], other[32] = {9};
    ph_ed25519_keypair_t grandpa;
    assert_true(ph_keystore_has(f->ks, PH_KEY_BABE, f->key.bytes));
    assert_false(ph_keystore_has(f->ks, PH_KEY_PARA_ASSIGNMENT, f->key.bytes));
    assert_false(ph_keystore_has(f->ks, PH_KEY_BABE, other));
    assert_false(ph_keystore_public(f->ks, PH_KEY_AUTHORITY_DISCOVERY, public_key));
    assert_true(ph_keystore_public(f->ks, PH_KEY_GRANDPA, public_key));
    ph_ed25519_from_seed(&grandpa, SEED);
    assert_memory_equal(public_key, grandpa.public_key, 32);
    ph_validator_id_t validators[3] = {{{5}}, f->key, f->key};
    ph_validator_index_t index;
    assert_true(ph_keystore_find_validator(f->ks, validators, 3, &index));
    assert_int_equal(index.v, 1);
    assert_false(ph_keystore_find_validator(f->ks, validators, 1, &index));
}

static void unknown_keys_sign_nothing(void **state)
{
    fixture_t *f = *state;
    ph_validator_id_t stranger = {{7}};
    ph_validator_signature_t signature;
    ph_compact_statement_t statement = valid(1);
    ph_signing_context_t c = context(1, 1);
    ph_hash_t h = hash(1);
    uint8_t bits = 1;
    assert_int_equal(ph_keystore_sign_statement(f->ks, &signature, &stranger, &statement, &c, (ph_core_index_t){0}),
                     PH_ERR_NOT_FOUND);
    assert_int_equal(ph_keystore_sign_bitfield(f->ks, &signature, &stranger, (ph_bits_t){&bits, 1}, &c),
                     PH_ERR_NOT_FOUND);
    assert_int_equal(ph_keystore_sign_block(f->ks, signature.bytes, stranger.bytes, (ph_slot_t){1}, &h),
                     PH_ERR_NOT_FOUND);
    assert_int_equal(ph_keystore_sign(f->ks, signature.bytes, PH_KEY_COLLATOR, stranger.bytes, PH_BYTES_LIT("x")),
                     PH_ERR_NOT_FOUND);
    assert_int_equal(f->shown.count, 0);
}

static void plain_signatures_are_for_keys_that_cannot_conflict(void **state)
{
    fixture_t *f = *state;
    uint8_t signature[64], public_key[32];
    assert_true(ph_keystore_public(f->ks, PH_KEY_COLLATOR, public_key));
    assert_int_equal(ph_keystore_sign(f->ks, signature, PH_KEY_COLLATOR, public_key, PH_BYTES_LIT("me")), PH_OK);
    assert_true(ph_env_verify_sr25519(f->env, signature, PH_BYTES_LIT("me"), public_key));
    assert_int_equal(ph_keystore_sign(f->ks, signature, PH_KEY_PARA_VALIDATOR, f->key.bytes, PH_BYTES_LIT("me")),
                     PH_ERR_UNSUPPORTED);
    assert_int_equal(ph_keystore_sign(f->ks, signature, PH_KEY_BABE, f->key.bytes, PH_BYTES_LIT("me")),
                     PH_ERR_UNSUPPORTED);
    assert_int_equal(ph_keystore_sign(f->ks, signature, PH_KEY_GRANDPA, f->key.bytes, PH_BYTES_LIT("me")),
                     PH_ERR_UNSUPPORTED);
    assert_int_equal(f->shown.count, 0);
}

/* ---- contradictions ---- */

static void never_seconded_and_valid_for_one_candidate(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_OK);
    assert_int_equal(state_on(f, valid(1), 5, 1, 0), PH_ERR_CONFLICT);
    assert_int_equal(state_on(f, valid(2), 5, 1, 0), PH_OK);
    assert_int_equal(state_on(f, seconded(2), 5, 1, 1), PH_ERR_CONFLICT); /* on whatever core */
    assert_int_equal(state_on(f, valid(3), 5, 1, 0), PH_OK);              /* valid for many */
    assert_int_equal(f->shown.count, 3);
}

static void one_seconded_a_core_and_relay_parent(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_OK);
    assert_int_equal(state_on(f, seconded(2), 5, 1, 0), PH_ERR_CONFLICT);
    assert_int_equal(state_on(f, seconded(2), 5, 1, 1), PH_OK); /* another core */
    assert_int_equal(state_on(f, seconded(2), 5, 2, 0), PH_OK); /* another relay parent */
    assert_int_equal(state_on(f, seconded(3), 6, 1, 0), PH_OK); /* another session is another statement */
    /* What was refused left no trace: nothing keeps 4 from being valid. */
    assert_int_equal(state_on(f, seconded(4), 5, 1, 0), PH_ERR_CONFLICT);
    assert_int_equal(state_on(f, valid(4), 5, 1, 0), PH_OK);
}

static void one_bitfield_a_relay_parent(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(sign_bits(f, 5, 5, 1), PH_OK);
    assert_int_equal(sign_bits(f, 7, 5, 1), PH_ERR_CONFLICT);
    assert_int_equal(sign_bits(f, 5, 5, 1), PH_OK);
    assert_int_equal(sign_bits(f, 7, 5, 2), PH_OK);
}

static void one_vote_a_session_and_code(void **state)
{
    fixture_t *f = *state;
    ph_validator_signature_t signature;
    ph_validator_id_t stranger = {{7}};
    ph_pvf_check_statement_t statement = {0};
    assert_int_equal(ph_keystore_sign_pvf_check(f->ks, &signature, &stranger, &statement), PH_ERR_NOT_FOUND);
    assert_int_equal(vote(f, true, 1, 1), PH_OK);
    assert_int_equal(vote(f, false, 1, 1), PH_ERR_CONFLICT);
    assert_int_equal(vote(f, true, 1, 1), PH_OK);
    assert_int_equal(vote(f, false, 2, 1), PH_OK);
    assert_int_equal(vote(f, true, 2, 1), PH_ERR_CONFLICT);
    assert_int_equal(vote(f, false, 1, 2), PH_OK); /* a new session is a new vote */
    restart(f);
    assert_int_equal(vote(f, false, 1, 1), PH_ERR_CONFLICT);
    assert_int_equal(vote(f, true, 1, 2), PH_ERR_CONFLICT);
    assert_int_equal(vote(f, true, 1, 1), PH_OK);
    assert_int_equal(f->shown.count, 5);
}

static void one_block_a_slot(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(seal(f, 100, 1), PH_OK);
    assert_int_equal(seal(f, 100, 2), PH_ERR_CONFLICT);
    assert_int_equal(seal(f, 100, 1), PH_OK);
    assert_int_equal(seal(f, 101, 2), PH_OK);
    assert_int_equal(seal(f, 1200, 3), PH_OK);
    assert_int_equal(seal(f, 1200, 4), PH_ERR_CONFLICT);
}

/* Which session a slot lies in may differ between forks; the session must not make room for a second block. */
static void a_slot_is_sealed_once_in_whatever_session(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(seal(f, 100, 1), PH_OK);
    ph_keystore_note_session(f->ks, (ph_session_index_t){5});
    assert_int_equal(seal(f, 100, 1), PH_OK);
    ph_keystore_note_session(f->ks, (ph_session_index_t){50});
    assert_int_equal(seal(f, 100, 2), PH_ERR_CONFLICT);
}

/* Two signatures of one statement would themselves be a double vote. */
static void the_same_again_is_the_same_signature(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_OK);
    restart(f);
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_OK);
    assert_int_equal(f->shown.count, 2);
    assert_memory_equal(f->shown.items[0].signature, f->shown.items[1].signature, 64);
    assert_int_equal(f->shown.items[0].type, PH_KEY_PARA_VALIDATOR);
    assert_true(ph_bytes_equal(f->shown.items[0].payload, f->shown.items[1].payload));
}

/* ---- the disk ---- */

static void a_restarted_node_cannot_contradict_itself(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_OK);
    assert_int_equal(state_on(f, valid(9), 5, 1, 0), PH_OK);
    assert_int_equal(sign_bits(f, 5, 5, 1), PH_OK);
    assert_int_equal(seal(f, 100, 1), PH_OK);
    restart(f);
    assert_false(ph_keystore_abstains(f->ks));
    assert_int_equal(state_on(f, valid(1), 5, 1, 0), PH_ERR_CONFLICT);
    assert_int_equal(state_on(f, seconded(2), 5, 1, 0), PH_ERR_CONFLICT);
    assert_int_equal(state_on(f, seconded(9), 5, 1, 1), PH_ERR_CONFLICT);
    assert_int_equal(sign_bits(f, 7, 5, 1), PH_ERR_CONFLICT);
    assert_int_equal(seal(f, 100, 2), PH_ERR_CONFLICT);
    assert_int_equal(state_on(f, valid(3), 5, 1, 0), PH_OK);
}

static void a_lost_record_means_abstaining_until_the_next_session(void **state)
{
    fixture_t *f = *state;
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_OK);
    while (ph_disk_next(f->env, arena, (ph_bytes_t){0}, &cursor, NULL))
        ph_disk_delete(f->env, cursor);
    ph_arena_free(arena);
    assert_int_equal(ph_disk_sync(f->env), PH_OK);
    restart(f);
    assert_true(ph_keystore_abstains(f->ks));
    assert_int_equal(state_on(f, valid(1), 5, 1, 0), PH_ERR_REFUSED);
    assert_int_equal(sign_bits(f, 7, 5, 1), PH_ERR_REFUSED);
    assert_int_equal(seal(f, 100, 2), PH_ERR_REFUSED);
    ph_keystore_note_session(f->ks, (ph_session_index_t){5});
    assert_int_equal(state_on(f, valid(1), 5, 1, 0), PH_ERR_REFUSED);
    ph_keystore_note_session(f->ks, (ph_session_index_t){5});
    assert_true(ph_keystore_abstains(f->ks));
    restart(f); /* still: abstaining leaves no record that could pass for one */
    assert_true(ph_keystore_abstains(f->ks));
    ph_keystore_note_session(f->ks, (ph_session_index_t){5});
    ph_keystore_note_session(f->ks, (ph_session_index_t){6});
    assert_false(ph_keystore_abstains(f->ks));
    assert_int_equal(state_on(f, valid(1), 6, 1, 0), PH_OK);
    restart(f);
    assert_false(ph_keystore_abstains(f->ks));
}

static void a_new_node_does_not_abstain(void **state)
{
    fixture_t *f = *state;
    assert_false(ph_keystore_abstains(f->ks));
    assert_int_equal(state_on(f, valid(1), 0, 0, 0), PH_OK);
}

/* A whole disk can be lost, chain and all: such a node looks new to itself, but the network is not. */
static void a_new_node_in_an_old_network_abstains(void **state)
{
    fixture_t *f = *state;
    ph_keystore_note_session(f->ks, (ph_session_index_t){4});
    assert_true(ph_keystore_abstains(f->ks));
    assert_int_equal(state_on(f, valid(1), 4, 0, 0), PH_ERR_REFUSED);
    ph_keystore_note_session(f->ks, (ph_session_index_t){5});
    assert_int_equal(state_on(f, valid(1), 5, 0, 0), PH_OK);
}

/* Its disk may have been lost as a whole: who comes into a network that is on its way already cannot know. */
static void a_node_that_is_newer_than_its_network_abstains(void **state)
{
    fixture_t *f = *state;
    ph_keystore_note_session(f->ks, (ph_session_index_t){3});
    assert_true(ph_keystore_abstains(f->ks));
    assert_int_equal(sign_bits(f, 1, 3, 1), PH_ERR_REFUSED);
    ph_keystore_note_session(f->ks, (ph_session_index_t){4});
    assert_int_equal(sign_bits(f, 1, 4, 1), PH_OK);
}

static void a_node_as_new_as_its_network_does_not(void **state)
{
    fixture_t *f = *state;
    ph_keystore_note_session(f->ks, (ph_session_index_t){0});
    ph_keystore_note_session(f->ks, (ph_session_index_t){1});
    assert_false(ph_keystore_abstains(f->ks));
    assert_int_equal(sign_bits(f, 1, 1, 1), PH_OK);
}

/* Such as one that goes on from a dumped state. */
static void a_network_may_begin_with_a_later_session(void **state)
{
    fixture_t *f = *state;
    ph_keystore_note_network(f->ks, (ph_session_index_t){4});
    ph_keystore_note_session(f->ks, (ph_session_index_t){4});
    assert_false(ph_keystore_abstains(f->ks));
    assert_int_equal(sign_bits(f, 1, 4, 1), PH_OK);
}

static void a_network_that_began_earlier_is_an_old_one(void **state)
{
    fixture_t *f = *state;
    ph_keystore_note_network(f->ks, (ph_session_index_t){4});
    ph_keystore_note_session(f->ks, (ph_session_index_t){5});
    assert_true(ph_keystore_abstains(f->ks));
}

/* A leaf of an old fork may still ask for more about what was signed long ago. */
static void nothing_is_signed_for_sessions_forgotten(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_OK);
    ph_keystore_note_session(f->ks, (ph_session_index_t){7});
    assert_int_equal(state_on(f, valid(1), 5, 1, 0), PH_ERR_CONFLICT);
    ph_keystore_note_session(f->ks, (ph_session_index_t){8});
    assert_int_equal(state_on(f, valid(1), 5, 1, 0), PH_ERR_REFUSED);
    assert_int_equal(state_on(f, seconded(2), 5, 1, 0), PH_ERR_REFUSED);
    assert_int_equal(sign_bits(f, 1, 5, 1), PH_ERR_REFUSED);
    assert_int_equal(vote(f, true, 1, 5), PH_ERR_REFUSED);
    assert_int_equal(state_on(f, valid(1), 6, 1, 0), PH_OK);
}

static unsigned puts_left;
static bool sync_fails;

static ph_err_t failing_put(ph_env_t *env, ph_bytes_t key, ph_buf_t *value)
{
    if (puts_left-- == 0) {
        puts_left = 0;
        return PH_ERR_FULL;
    }
    ph_memdisk_put(((ph_hub_node_t *)env)->disk, key, value);
    return PH_OK;
}

static ph_err_t failing_sync(ph_env_t *env)
{
    if (sync_fails)
        return PH_ERR_IO;
    ph_memdisk_sync(((ph_hub_node_t *)env)->disk);
    return PH_OK;
}

static void nothing_is_signed_that_is_not_on_disk(void **state)
{
    fixture_t *f = *state;
    const ph_env_ops_t *good = f->env->ops;
    f->broken = *good;
    f->broken.disk_put = failing_put;
    f->broken.disk_sync = failing_sync;
    f->env->ops = &f->broken;
    sync_fails = false;
    for (unsigned puts = 0; puts < 3; puts++) { /* at every point: the record's birth, the first fact, the second */
        puts_left = puts;
        assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_ERR_FULL);
        puts_left = puts;
        assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_ERR_FULL); /* half a record is no record */
    }
    puts_left = 100;
    sync_fails = true;
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_ERR_IO);
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_ERR_IO);
    assert_int_equal(sign_bits(f, 1, 5, 1), PH_ERR_IO);
    assert_int_equal(sign_bits(f, 1, 5, 1), PH_ERR_IO);
    assert_int_equal(seal(f, 7, 1), PH_ERR_IO);
    assert_int_equal(f->shown.count, 0);
    f->env->ops = good;
    /* Nothing was signed, so nothing is bound. */
    assert_int_equal(state_on(f, valid(1), 5, 1, 0), PH_OK);
    assert_int_equal(state_on(f, seconded(2), 5, 1, 0), PH_OK);
    assert_int_equal(sign_bits(f, 2, 5, 1), PH_OK);
    restart(f);
    assert_int_equal(state_on(f, seconded(1), 5, 1, 0), PH_ERR_CONFLICT);
}

static void old_facts_are_forgotten(void **state)
{
    fixture_t *f = *state;
    const ph_memdisk_t *disk = ((ph_hub_node_t *)f->env)->disk;
    for (uint32_t session = 1; session <= 5; session++)
        assert_int_equal(sign_bits(f, 1, session, 1), PH_OK);
    ph_keystore_note_session(f->ks, (ph_session_index_t){3}); /* 1 and what is later stay */
    assert_int_equal(ph_memdisk_count(disk), 6);
    ph_keystore_note_session(f->ks, (ph_session_index_t){6}); /* 4, 5 and 6 stay */
    assert_int_equal(ph_memdisk_count(disk), 3);
    assert_int_equal(sign_bits(f, 2, 4, 1), PH_ERR_CONFLICT);
    ph_keystore_note_session(f->ks, (ph_session_index_t){4}); /* a fork of an older session: nothing */
    assert_int_equal(ph_memdisk_count(disk), 3);
    for (uint64_t slot = 1; slot <= 5; slot++)
        assert_int_equal(seal(f, slot, 1), PH_OK);
    assert_int_equal(ph_memdisk_count(disk), 8);
    assert_int_equal(seal(f, 1004, 1), PH_OK);
    assert_int_equal(ph_memdisk_count(disk), 6); /* slots 4, 5, 1004 */
    assert_int_equal(seal(f, 4, 2), PH_ERR_CONFLICT);
}

static void slots_are_claimed_with_our_keys_only(void **state)
{
    fixture_t *f = *state;
    ph_babe_claim_t claim;
    ph_babe_authority_t authorities[2] = {{.weight = 1}, {.weight = 1}};
    ph_babe_epoch_rules_t epoch = {.index = 1,
                                   .start_slot = 0,
                                   .duration = 1000,
                                   .c_numerator = 1,
                                   .c_denominator = 4,
                                   .allowed_slots = PH_BABE_PRIMARY_AND_SECONDARY_VRF_SLOTS,
                                   .authorities = authorities,
                                   .authority_count = 2};
    unsigned claimed = 0;
    memset(authorities[0].public_key, 3, 32);
    memcpy(authorities[1].public_key, f->key.bytes, 32);
    for (uint64_t slot = 0; slot < 60; slot++) {
        if (!ph_keystore_claim_slot(f->ks, &claim, &epoch, (ph_slot_t){slot}))
            continue;
        claimed++;
        assert_int_equal(claim.authority, 1);
        assert_int_equal(ph_babe_check_claim(&epoch, &claim), PH_OK);
    }
    assert_in_range(claimed, 15, 55);
    memset(authorities[1].public_key, 4, 32);
    for (uint64_t slot = 0; slot < 60; slot++)
        assert_false(ph_keystore_claim_slot(f->ks, &claim, &epoch, (ph_slot_t){slot}));
}

/* ---- the keyring ---- */

static const struct {
    const char *name;
    ph_key_scheme_t scheme;
    ph_key_type_t type;
} SESSION_KEYS[] = {
    {"gran", PH_KEY_ED25519, PH_KEY_GRANDPA},
    {"babe", PH_KEY_SR25519, PH_KEY_BABE},
    {"para", PH_KEY_SR25519, PH_KEY_PARA_VALIDATOR},
    {"asgn", PH_KEY_SR25519, PH_KEY_PARA_ASSIGNMENT},
    {"audi", PH_KEY_SR25519, PH_KEY_AUTHORITY_DISCOVERY},
    {"beef", PH_KEY_ECDSA, PH_KEY_BEEFY},
};
enum { SESSION_KEY_COUNT = sizeof SESSION_KEYS / sizeof *SESSION_KEYS };

static bool verified(ph_key_scheme_t scheme, const uint8_t *signature, ph_bytes_t message, const uint8_t *key)
{
    return scheme == PH_KEY_SR25519   ? ph_sr25519_verify(signature, message, key)
           : scheme == PH_KEY_ED25519 ? ph_ed25519_verify(signature, message, key)
                                      : ph_ecdsa_verify(signature, message, key);
}

#define TYPE(i) (const uint8_t *)SESSION_KEYS[i].name

static void new_keys_stay(void **state)
{
    fixture_t *f = *state;
    uint8_t made[SESSION_KEY_COUNT][33], from_uri[33], again[33], signature[65];
    const ph_bytes_t uri = PH_BYTES_LIT("//Alice//stash"),
                     message = PH_BYTES_LIT("POP_0123456789abcdef0123456789abcdef");
    ph_keyring_t ring = ph_keystore_keyring(f->ks);
    for (size_t i = 0; i < SESSION_KEY_COUNT; i++) {
        ph_key_scheme_t scheme = SESSION_KEYS[i].scheme;
        assert_true(ring.generate(ring.self, made[i], scheme, TYPE(i), NULL));
        assert_true(ring.generate(ring.self, from_uri, scheme, TYPE(i), &uri));
        assert_true(ring.generate(ring.self, again, scheme, TYPE(i), &uri));
        assert_memory_equal(from_uri, again, ph_key_scheme_public_len(scheme));
        assert_true(ph_keystore_has(f->ks, SESSION_KEYS[i].type, from_uri));
        assert_true(ring.sign(ring.self, signature, scheme, TYPE(i), from_uri, message, false));
        assert_true(verified(scheme, signature, message, from_uri));
    }
    restart(f);
    ring = ph_keystore_keyring(f->ks);
    for (size_t i = 0; i < SESSION_KEY_COUNT; i++) {
        ph_key_scheme_t scheme = SESSION_KEYS[i].scheme;
        assert_true(ph_keystore_has(f->ks, SESSION_KEYS[i].type, made[i]));
        assert_true(ring.generate(ring.self, from_uri, scheme, TYPE(i), &uri)); /* to know it */
        assert_true(ring.sign(ring.self, signature, scheme, TYPE(i), made[i], message, false));
        assert_true(verified(scheme, signature, message, made[i]));
    }
    restart(f);
    assert_false(ph_keystore_has(f->ks, PH_KEY_BEEFY, from_uri));
}

static void new_keys_are_listed(void **state)
{
    fixture_t *f = *state;
    uint8_t made[2][33], key[33];
    ph_keyring_t ring = ph_keystore_keyring(f->ks);
    assert_false(ring.public_key(ring.self, key, PH_KEY_ECDSA, (const uint8_t *)"beef", 0));
    for (size_t i = 0; i < 2; i++)
        assert_true(ring.generate(ring.self, made[i], PH_KEY_ECDSA, (const uint8_t *)"beef", NULL));
    for (size_t i = 0; i < 2; i++) {
        assert_true(ring.public_key(ring.self, key, PH_KEY_ECDSA, (const uint8_t *)"beef", i));
        assert_memory_equal(key, made[i], 33);
    }
    assert_false(ring.public_key(ring.self, key, PH_KEY_ECDSA, (const uint8_t *)"beef", 2));
    assert_false(ring.public_key(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"beef", 0));
    assert_true(ring.public_key(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"para", 0));
    assert_memory_equal(key, f->key.bytes, 32);
}

static void the_keyring_signs_nothing_that_can_conflict(void **state)
{
    fixture_t *f = *state;
    uint8_t key[33], signature[65];
    uint8_t sealed[32] = {'P', 'O', 'P', '_'};
    ph_keyring_t ring = ph_keystore_keyring(f->ks);
    for (size_t i = 0; i < SESSION_KEY_COUNT; i++) {
        ph_key_scheme_t scheme = SESSION_KEYS[i].scheme;
        bool any = SESSION_KEYS[i].type == PH_KEY_AUTHORITY_DISCOVERY;
        assert_true(ring.generate(ring.self, key, scheme, TYPE(i), NULL));
        assert_true(ring.sign(ring.self, signature, scheme, TYPE(i), key, PH_BYTES_LIT("POP_"), false));
        assert_int_equal(ring.sign(ring.self, signature, scheme, TYPE(i), key, PH_BYTES_LIT("BKNG"), false), any);
        assert_int_equal(ring.sign(ring.self, signature, scheme, TYPE(i), key, PH_BYTES_LIT("POP"), false), any);
        assert_int_equal(ring.sign(ring.self, signature, scheme, TYPE(i), key, ph_bytes(sealed, 32), false), any);
        assert_false(
            ring.sign(ring.self, signature, scheme, (const uint8_t *)"dumy", key, PH_BYTES_LIT("POP_"), false));
        key[1] ^= 1;
        assert_false(ring.sign(ring.self, signature, scheme, TYPE(i), key, PH_BYTES_LIT("POP_"), false));
        key[1] ^= 1;
    }
    /* Its last one is BEEFY's, which would sign hashes. */
    assert_false(
        ring.sign(ring.self, signature, PH_KEY_ECDSA, (const uint8_t *)"beef", key, ph_bytes(sealed, 32), true));
}

static void keys_that_cannot_be_kept_are_not_made(void **state)
{
    fixture_t *f = *state;
    uint8_t key[33];
    const ph_bytes_t soft = PH_BYTES_LIT("//Alice/soft"), none = PH_BYTES_LIT("no phrase"), path = PH_BYTES_LIT("//");
    ph_keyring_t ring = ph_keystore_keyring(f->ks);
    assert_false(ring.generate(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"dumy", NULL));
    assert_false(ring.generate(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"\0\0\0", NULL));
    assert_false(ring.generate(ring.self, key, PH_KEY_ED25519, (const uint8_t *)"babe", NULL));
    assert_false(ring.generate(ring.self, key, PH_KEY_ED25519, (const uint8_t *)"gran", &soft));
    assert_true(ring.generate(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"babe", &soft));
    assert_false(ring.generate(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"babe", &none));
    assert_false(ring.generate(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"babe", &path));
    const ph_env_ops_t *good = f->env->ops;
    f->broken = *good;
    f->broken.disk_put = failing_put;
    f->broken.disk_sync = failing_sync;
    f->env->ops = &f->broken;
    for (unsigned i = 0; i < 2; i++) { /* the disk is full, or cannot be synced */
        puts_left = i;
        sync_fails = true;
        assert_false(ring.generate(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"para", NULL));
        assert_false(ring.public_key(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"para", 1));
    }
    f->env->ops = good;
    restart(f);
    ring = ph_keystore_keyring(f->ks);
    assert_false(ring.public_key(ring.self, key, PH_KEY_SR25519, (const uint8_t *)"para", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_are_known_by_type, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_keys_sign_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(plain_signatures_are_for_keys_that_cannot_conflict, setup, teardown),
        cmocka_unit_test_setup_teardown(never_seconded_and_valid_for_one_candidate, setup, teardown),
        cmocka_unit_test_setup_teardown(one_seconded_a_core_and_relay_parent, setup, teardown),
        cmocka_unit_test_setup_teardown(one_bitfield_a_relay_parent, setup, teardown),
        cmocka_unit_test_setup_teardown(one_vote_a_session_and_code, setup, teardown),
        cmocka_unit_test_setup_teardown(one_block_a_slot, setup, teardown),
        cmocka_unit_test_setup_teardown(a_slot_is_sealed_once_in_whatever_session, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_again_is_the_same_signature, setup, teardown),
        cmocka_unit_test_setup_teardown(a_restarted_node_cannot_contradict_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lost_record_means_abstaining_until_the_next_session, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_node_does_not_abstain, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_node_in_an_old_network_abstains, setup, teardown),
        cmocka_unit_test_setup_teardown(a_node_that_is_newer_than_its_network_abstains, setup, teardown),
        cmocka_unit_test_setup_teardown(a_node_as_new_as_its_network_does_not, setup, teardown),
        cmocka_unit_test_setup_teardown(a_network_may_begin_with_a_later_session, setup, teardown),
        cmocka_unit_test_setup_teardown(a_network_that_began_earlier_is_an_old_one, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_signed_for_sessions_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_signed_that_is_not_on_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(old_facts_are_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(slots_are_claimed_with_our_keys_only, setup, teardown),
        cmocka_unit_test_setup_teardown(new_keys_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(new_keys_are_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(the_keyring_signs_nothing_that_can_conflict, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_that_cannot_be_kept_are_not_made, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
