/* Input: a byte that says which kind of extrinsic and from where, then its bytes: 0 as they come; 1 the call of a bare
 * one; 2 the call and, before it, the extra of a signed one, whose signature is good if bit 7 of the first byte is set.
 * On a small genesis with three accounts that have money, one of them sudo.
 *
 * Whatever comes: decoding ends, what decodes encodes to the same bytes; validate_transaction answers or says why not,
 * and a transaction that it calls valid, and that requires nothing, is not refused in a block for its nonce, signature
 * or fee; apply_extrinsic leaves nothing behind of what it refuses.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "chain/native_host.h"
#include "crypto/hash.h"
#include "crypto/sr25519.h"
#include "runtime/executive.h"
#include "runtime/genesis.h"
#include "runtime/params.h"
#include "runtime/transaction.h"

enum { ACCOUNTS = 3 };

typedef struct world {
    ph_trie_store_t *store;
    ph_state_t *state;
    ph_hash_t genesis;
    ph_sr25519_keypair_t keys[ACCOUNTS];
    ph_log_t log;
} world_t;

static void no_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static void make_world(world_t *w)
{
    ph_genesis_balance_t balances[ACCOUNTS];
    ph_genesis_validator_t validator = {0};
    memset(&validator, 3, sizeof validator);
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        uint8_t seed[32];
        memset(seed, (int)i + 1, sizeof seed);
        ph_sr25519_from_mini_secret(&w->keys[i], seed);
        memcpy(balances[i].account.bytes, w->keys[i].public_key, 32);
        balances[i].free = (ph_balance_t)1000000000000u;
    }
    const ph_genesis_t genesis = {.validators = &validator,
                                  .validator_count = 1,
                                  .balances = balances,
                                  .balance_count = ACCOUNTS,
                                  .sudo = &balances[0].account,
                                  .chain = {.slot_ms = 6000, .epoch_slots = 10}};
    char panic[200] = "";
    w->log = (ph_log_t){.write = no_log, .max_level = PH_LOG_ERROR};
    w->store = ph_trie_store_new(NULL);
    ph_state_t *empty = ph_state_empty(w->store);
    ph_overlay_t *overlay = ph_overlay_new(empty);
    ph_native_host_t host = {.overlay = overlay, .log = &w->log};
    PH_CHECK(ph_genesis_build(&ph_native_host_ops, &host, &genesis, panic, sizeof panic) == PH_OK);
    PH_CHECK(ph_overlay_state(overlay, &w->state, 1) == PH_OK);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_state_unref(empty);
    memset(w->genesis.bytes, 5, 32);
}

/* ---- making the extrinsic ---- */

static void write_signature(world_t *w, ph_writer_t *out, ph_arena_t *arena, size_t who, ph_bytes_t call,
                            const ph_signed_extra_t *extra)
{
    static const uint8_t random[32] = {1};
    ph_multi_signature_t signature = {.kind = PH_MULTI_SIGNATURE_SR25519};
    ph_signed_implicit_t implicit = {.spec_version = PH_SPEC_VERSION,
                                     .transaction_version = PH_TRANSACTION_VERSION,
                                     .genesis_hash = w->genesis,
                                     .era_hash = w->genesis};
    ph_writer_t payload = ph_writer_in(arena);
    ph_write(&payload, call.data, call.len);
    ph_signed_extra_encode(&payload, extra);
    ph_signed_implicit_encode(&payload, &implicit);
    ph_bytes_t bytes = ph_writer_bytes(&payload);
    uint8_t hash[32];
    if (bytes.len > 256) {
        ph_blake2_256(hash, bytes);
        bytes = ph_bytes(hash, 32);
    }
    ph_sr25519_sign(&w->keys[who], signature.sr25519.bytes, bytes, random);
    ph_multi_signature_encode(out, &signature);
}

/* False: the input is no such extrinsic. */
static bool make_signed(world_t *w, ph_writer_t *out, ph_arena_t *arena, uint8_t kind, ph_bytes_t in)
{
    ph_signed_extra_t extra;
    ph_reader_t r = ph_reader(in);
    if (ph_signed_extra_decode(&r, arena, &extra) != PH_OK)
        return false;
    ph_bytes_t call = ph_bytes(r.at, ph_reader_left(&r));
    size_t who = (kind >> 2) % ACCOUNTS;
    ph_multi_address_t address = {.kind = PH_MULTI_ADDRESS_ID};
    memcpy(address.id.bytes, w->keys[who].public_key, 32);
    ph_write_u8(out, 0x84);
    ph_multi_address_encode(out, &address);
    write_signature(w, out, arena, kind & 0x80 ? who : (who + 1) % ACCOUNTS, call, &extra);
    ph_signed_extra_encode(out, &extra);
    ph_write(out, call.data, call.len);
    return true;
}

static bool make(world_t *w, ph_writer_t *out, ph_arena_t *arena, ph_bytes_t in)
{
    uint8_t kind = in.data[0];
    ph_bytes_t rest = ph_bytes(in.data + 1, in.len - 1);
    if ((kind & 3) == 2)
        return make_signed(w, out, arena, kind, rest);
    if ((kind & 3) == 1)
        ph_write_u8(out, 5);
    ph_write(out, rest.data, rest.len);
    return true;
}

/* ---- what must hold ---- */

static void check_decoding(ph_rt_t *rt, ph_bytes_t body)
{
    ph_extrinsic_t xt;
    const char *why = NULL;
    if (ph_extrinsic_decode(rt, &xt, &why, body) != PH_OK) {
        PH_CHECK(why != NULL);
        return;
    }
    ph_writer_t again = ph_writer_in(rt->arena);
    ph_call_encode(&again, &xt.call);
    ph_call_t call;
    PH_CHECK(ph_call_decode_all(ph_writer_bytes(&again), rt->arena, &call) == PH_OK);
    PH_CHECK(ph_call_equal(&call, &xt.call));
}

static bool is_about_the_sender(const ph_transaction_validity_error_t *why)
{
    if (why->kind != PH_TRANSACTION_VALIDITY_ERROR_INVALID)
        return true;
    return why->invalid.kind != PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES &&
           why->invalid.kind != PH_INVALID_TRANSACTION_BAD_MANDATORY;
}

static void check_block(ph_rt_t *rt, ph_overlay_t *overlay, world_t *w, ph_bytes_t body, bool valid)
{
    ph_apply_extrinsic_result_t result;
    const ph_digest_t digest = {0};
    uint8_t before[32], after[32];
    PH_CHECK(ph_system_initialize(rt, 1, &w->genesis, &digest) == PH_OK);
    ph_system_note_finished_initialize(rt);
    ph_overlay_root(overlay, before, 1);
    ph_err_t err = ph_executive_apply_extrinsic(rt, &result, body);
    PH_CHECK(ph_overlay_depth(overlay) == 0);
    ph_overlay_root(overlay, after, 1);
    if (err != PH_OK || result.kind == PH_RES_ERR)
        PH_CHECK(memcmp(before, after, 32) == 0);
    if (valid)
        PH_CHECK(err == PH_OK && (result.kind == PH_RES_OK || !is_about_the_sender(&result.err)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world_t world;
    if (size < 2)
        return 0;
    if (!world.state)
        make_world(&world);
    ph_arena_t *arena = ph_arena_new();
    ph_overlay_t *overlay = ph_overlay_new(world.state);
    ph_native_host_t host = {.overlay = overlay, .log = &world.log};
    ph_rt_t rt = {.arena = arena, .ops = &ph_native_host_ops, .host = &host};
    ph_system_block_hash_set(&rt, 0, &world.genesis);
    ph_writer_t body = ph_writer_in(arena);
    if (make(&world, &body, arena, ph_bytes(data, size))) {
        ph_transaction_validity_t validity;
        check_decoding(&rt, ph_writer_bytes(&body));
        ph_overlay_start(overlay);
        ph_err_t err =
            ph_transaction_validity(&rt, &validity, (ph_transaction_source_t){(uint8_t)((data[0] >> 5 & 3) % 3)},
                                    ph_writer_bytes(&body), &world.genesis);
        PH_CHECK(err == PH_OK || rt.panic != NULL);
        PH_CHECK(ph_overlay_rollback(overlay) == PH_OK);
        rt.panic = NULL;
        bool valid = err == PH_OK && validity.kind == PH_RES_OK && validity.ok.requires.count == 0;
        check_block(&rt, overlay, &world, ph_writer_bytes(&body), valid);
    }
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_arena_free(arena);
    return 0;
}
