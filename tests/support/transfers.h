/* Transfers on a local network, signed as a wallet does, for the native runtime of this build. */
#ifndef PH_TESTS_SUPPORT_TRANSFERS_H
#define PH_TESTS_SUPPORT_TRANSFERS_H

#include "support/cmocka.h"

#include "chain/pool.h"
#include "crypto/keys.h"
#include "runtime/params.h"
#include "service/signed_extrinsic.h"

static inline ph_sr25519_keypair_t transfer_key(const char *uri)
{
    ph_sr25519_keypair_t pair;
    uint8_t seed[32];
    bool has_seed;
    ph_err_t err = ph_sr25519_from_uri(&pair, seed, &has_seed, ph_bytes(uri, strlen(uri)), (ph_bytes_t){0}, NULL);
    assert_int_equal(err, PH_OK);
    return pair;
}

typedef struct transfer {
    const char *from, *to;
    uint64_t value, tip;
    uint32_t nonce;
    uint64_t wrong; /* is signed with the tip raised by this */
} transfer_t;

/* The extrinsic of an encoded call without its length, in the arena; `to` and `value` do not count. */
static inline ph_bytes_t make_signed(ph_arena_t *arena, const ph_hash_t *genesis, transfer_t t, ph_bytes_t call)
{
    ph_sr25519_keypair_t from = transfer_key(t.from);
    ph_multi_signature_t signature = {.kind = PH_MULTI_SIGNATURE_SR25519};
    ph_to_sign_t what = {.call = call,
                         .extra = {.nonce = t.nonce, .tip = t.tip + t.wrong},
                         .implicit = {.spec_version = PH_SPEC_VERSION,
                                      .transaction_version = PH_TRANSACTION_VERSION,
                                      .genesis_hash = *genesis,
                                      .era_hash = *genesis}};
    ph_sr25519_sign(&from, signature.sr25519.bytes, ph_signed_payload(arena, &what), NULL);
    what.extra.tip = t.tip;
    ph_bytes_t all = ph_signed_extrinsic(arena, from.public_key, &signature, &what);
    ph_reader_t r = ph_reader(all);
    uint32_t len;
    assert_int_equal(ph_read_compact_u32(&r, &len), PH_OK);
    return ph_bytes(r.at, len);
}

static inline ph_bytes_t make_transfer(ph_arena_t *arena, const ph_hash_t *genesis, transfer_t t)
{
    ph_sr25519_keypair_t to = transfer_key(t.to);
    ph_writer_t call = ph_writer_in(arena);
    ph_write(&call, "\4\3\0", 3); /* Balances, transfer_keep_alive, to an account */
    ph_write(&call, to.public_key, 32);
    ph_write_compact(&call, t.value);
    return make_signed(arena, genesis, t, ph_writer_bytes(&call));
}

/* System.remark of so many zeros. */
static inline ph_bytes_t make_remark(ph_arena_t *arena, const ph_hash_t *genesis, transfer_t t, size_t len)
{
    ph_writer_t call = ph_writer_in(arena);
    ph_write(&call, "\0\0", 2);
    ph_write_bytes(&call, ph_bytes(ph_arena_alloc(arena, len), len));
    return make_signed(arena, genesis, t, ph_writer_bytes(&call));
}

#endif
