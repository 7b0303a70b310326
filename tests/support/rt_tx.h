/* Transactions for tests of the runtime: accounts with money, and signed extrinsics, good or wrong in any part. Static
 * functions; after support/rt_chain.h. */
#ifndef PH_TESTS_RT_TX_H
#define PH_TESTS_RT_TX_H

#include "support/rt_chain.h"

#include "crypto/keys.h"
#include "runtime/origin.h"
#include "runtime/params.h"
#include "runtime/storage/system.h"

#define RT_ED   UINT64_C(33333333)
#define RT_RICH UINT64_C(1000000000000)

typedef enum { RT_SR25519, RT_ED25519, RT_ECDSA, RT_ETH } rt_scheme_t;

typedef struct rt_signer {
    rt_scheme_t scheme;
    ph_sr25519_keypair_t sr;
    ph_ed25519_keypair_t ed;
    ph_ecdsa_keypair_t ec;
    ph_account_id_t account;
} rt_signer_t;

static rt_signer_t rt_signer(rt_scheme_t scheme, uint8_t seed)
{
    rt_signer_t s = {.scheme = scheme};
    uint8_t secret[32];
    memset(secret, seed, sizeof secret);
    ph_sr25519_from_mini_secret(&s.sr, secret);
    ph_ed25519_from_seed(&s.ed, secret);
    assert_int_equal(ph_ecdsa_from_seed(&s.ec, secret), PH_OK);
    if (scheme == RT_SR25519)
        memcpy(s.account.bytes, s.sr.public_key, 32);
    else if (scheme == RT_ED25519)
        memcpy(s.account.bytes, s.ed.public_key, 32);
    else if (scheme == RT_ECDSA)
        ph_ecdsa_account(s.account.bytes, s.ec.public_key);
    else
        ph_eth_account(s.account.bytes, s.ec.public_key);
    return s;
}

/* A chain with three rich accounts, one a scheme, the first of which is sudo. */
typedef struct rt_bank {
    rt_chain_t *c;
    rt_signer_t signers[3];
    ph_hash_t genesis_hash;
} rt_bank_t;

RT_UNUSED static rt_bank_t rt_bank_new(void)
{
    rt_bank_t b;
    ph_genesis_balance_t balances[3];
    for (uint8_t i = 0; i < 3; i++) {
        b.signers[i] = rt_signer((rt_scheme_t)i, (uint8_t)(i + 1));
        balances[i] = (ph_genesis_balance_t){b.signers[i].account, RT_RICH};
    }
    b.c = rt_chain_new(3, 5, NULL, 0, NULL);
    ph_state_unref(b.c->state);
    ph_genesis_t genesis = {
        .validators = b.c->validators,
        .validator_count = b.c->validator_count,
        .balances = balances,
        .balance_count = 3,
        .sudo = &b.signers[0].account,
        .chain = {.slot_ms = 6000, .epoch_slots = 5},
    };
    rt_chain_genesis(b.c, &genesis);
    b.genesis_hash = rt_header_hash(&b.c->header);
    return b;
}

/* What a transaction says, and what its signer believes. */
typedef struct rt_tx {
    const rt_signer_t *signer;
    ph_bytes_t call; /* encoded */
    ph_signed_extra_t extra;
    ph_signed_implicit_t implicit;
} rt_tx_t;

RT_UNUSED static ph_bytes_t rt_encode_call(rt_bank_t *b, const ph_call_t *call)
{
    ph_writer_t w = ph_writer_in(b->c->arena);
    ph_call_encode(&w, call);
    return ph_writer_bytes(&w);
}

RT_UNUSED static ph_call_t rt_remark(const char *text)
{
    ph_call_t call = {.kind = PH_CALL_SYSTEM, .system.kind = PH_CALL_SYSTEM_REMARK};
    call.system.remark.remark = ph_bytes(text, strlen(text));
    return call;
}

RT_UNUSED static ph_multi_address_t rt_address(const ph_account_id_t *account)
{
    return (ph_multi_address_t){.kind = PH_MULTI_ADDRESS_ID, .id = *account};
}

RT_UNUSED static ph_call_t rt_transfer(const ph_account_id_t *to, ph_balance_t value)
{
    ph_call_t call = {.kind = PH_CALL_BALANCES, .balances.kind = PH_CALL_BALANCES_TRANSFER_ALLOW_DEATH};
    call.balances.transfer_allow_death.dest = rt_address(to);
    call.balances.transfer_allow_death.value = value;
    return call;
}

RT_UNUSED static rt_tx_t rt_tx(rt_bank_t *b, size_t signer, ph_nonce_t nonce, const ph_call_t *call)
{
    return (rt_tx_t){
        .signer = &b->signers[signer],
        .call = rt_encode_call(b, call),
        .extra = {.nonce = nonce},
        .implicit = {.spec_version = PH_SPEC_VERSION,
                     .transaction_version = PH_TRANSACTION_VERSION,
                     .genesis_hash = b->genesis_hash,
                     .era_hash = b->genesis_hash},
    };
}

/* A remark inside `depth` times sudo. */
RT_UNUSED static rt_tx_t rt_nested(rt_bank_t *b, ph_nonce_t nonce, unsigned depth)
{
    ph_call_t remark = rt_remark("");
    ph_writer_t w = ph_writer_in(b->c->arena);
    for (unsigned i = 0; i < depth; i++) {
        ph_write_u8(&w, PH_CALL_SUDO);
        ph_write_u8(&w, PH_CALL_SUDO_SUDO);
    }
    ph_call_encode(&w, &remark);
    rt_tx_t tx = rt_tx(b, 0, nonce, &remark);
    tx.call = ph_writer_bytes(&w);
    return tx;
}

static ph_multi_signature_t rt_sign_bytes(const rt_signer_t *s, ph_bytes_t payload)
{
    static const uint8_t random[32] = {7};
    ph_multi_signature_t out = {0};
    uint8_t hash[32];
    if (payload.len > 256) {
        ph_blake2_256(hash, payload);
        payload = ph_bytes(hash, 32);
    }
    switch (s->scheme) {
    case RT_SR25519:
        out.kind = PH_MULTI_SIGNATURE_SR25519;
        ph_sr25519_sign(&s->sr, out.sr25519.bytes, payload, random);
        break;
    case RT_ED25519:
        out.kind = PH_MULTI_SIGNATURE_ED25519;
        ph_ed25519_sign(&s->ed, out.ed25519.bytes, payload);
        break;
    case RT_ECDSA:
        out.kind = PH_MULTI_SIGNATURE_ECDSA;
        ph_ecdsa_sign(&s->ec, out.ecdsa.bytes, payload);
        break;
    case RT_ETH:
        out.kind = PH_MULTI_SIGNATURE_ETH;
        ph_keccak_256(hash, payload);
        ph_ecdsa_sign_prehashed(&s->ec, out.eth.bytes, hash);
        break;
    }
    return out;
}

/* The extrinsic without its length, the signer named by `address`. */
RT_UNUSED static ph_bytes_t rt_sign_as(rt_bank_t *b, const rt_tx_t *tx, const ph_multi_address_t *address)
{
    ph_writer_t payload = ph_writer_in(b->c->arena), w = ph_writer_in(b->c->arena);
    ph_write(&payload, tx->call.data, tx->call.len);
    ph_signed_extra_encode(&payload, &tx->extra);
    ph_signed_implicit_encode(&payload, &tx->implicit);
    ph_multi_signature_t signature = rt_sign_bytes(tx->signer, ph_writer_bytes(&payload));
    ph_write_u8(&w, 0x84);
    ph_multi_address_encode(&w, address);
    ph_multi_signature_encode(&w, &signature);
    ph_signed_extra_encode(&w, &tx->extra);
    ph_write(&w, tx->call.data, tx->call.len);
    return ph_writer_bytes(&w);
}

RT_UNUSED static ph_bytes_t rt_sign(rt_bank_t *b, const rt_tx_t *tx)
{
    ph_multi_address_t address = rt_address(&tx->signer->account);
    return rt_sign_as(b, tx, &address);
}

/* What the pool is told about an extrinsic at the best block. */
RT_UNUSED static ph_transaction_validity_t rt_validity(rt_bank_t *b, ph_bytes_t extrinsic)
{
    ph_writer_t args = ph_writer_in(b->c->arena);
    ph_hash_t best = rt_header_hash(&b->c->header);
    ph_bytes_t answer;
    ph_transaction_validity_t out;
    ph_write_u8(&args, PH_TRANSACTION_SOURCE_EXTERNAL);
    ph_write_bytes(&args, extrinsic);
    ph_write(&args, best.bytes, 32);
    if (rt_call(b->c, &answer, "TaggedTransactionQueue_validate_transaction", ph_writer_bytes(&args)) != PH_OK)
        fail_msg("validate_transaction: %s", b->c->panic);
    assert_int_equal(ph_transaction_validity_decode_all(answer, b->c->arena, &out), PH_OK);
    return out;
}

/* Events of the best block, encoded one after another, may be searched for by pallet and variant. */
RT_UNUSED static size_t rt_count_events(ph_rt_t *rt, uint8_t pallet, uint8_t variant)
{
    ph_vec_event_record_t events;
    size_t count = 0;
    ph_system_events_get(rt, &events);
    for (size_t i = 0; i < events.count; i++) {
        ph_writer_t w = ph_writer_in(rt->arena);
        ph_event_encode(&w, &events.items[i].event);
        count += w.data[0] == pallet && w.data[1] == variant;
    }
    return count;
}

#endif
