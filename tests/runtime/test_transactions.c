/* Transactions: each refusal of each extension, in the pool and in a block; what a valid one tells the pool. */
#include "support/rt_tx.h"

#include "primitives/era.h"
#include "runtime/signature.h"
#include "runtime/transaction.h"

static void assert_invalid(const ph_transaction_validity_t *v, ph_invalid_transaction_kind_t why)
{
    assert_int_equal(v->kind, PH_RES_ERR);
    assert_int_equal(v->err.kind, PH_TRANSACTION_VALIDITY_ERROR_INVALID);
    assert_int_equal(v->err.invalid.kind, why);
}

static void refused(rt_bank_t *b, const rt_tx_t *tx, ph_invalid_transaction_kind_t why)
{
    ph_transaction_validity_t v = rt_validity(b, rt_sign(b, tx));
    assert_invalid(&v, why);
}

static void test_good_ones(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    for (size_t i = 0; i < 3; i++) {
        rt_tx_t tx = rt_tx(&b, i, 2, &call);
        tx.extra.tip = 5;
        ph_bytes_t xt = rt_sign(&b, &tx);
        ph_transaction_validity_t v = rt_validity(&b, xt);
        assert_int_equal(v.kind, PH_RES_OK);
        assert_int_equal(v.ok.longevity, UINT64_MAX - 1); /* the next block is 1 */
        assert_true(v.ok.propagate);
        /* As many as fit by length would pay the tip and one more. */
        size_t len = xt.len + 2;
        assert_int_equal(v.ok.priority, 6 * (uint64_t)(3932160 / len < 20000 ? 3932160 / len : 20000));
        uint8_t tag[36];
        memcpy(tag, b.signers[i].account.bytes, 32);
        ph_put_u32(tag + 32, 2);
        assert_int_equal(v.ok.provides.count, 1);
        assert_memory_equal(v.ok.provides.items[0].data, tag, 36);
        ph_put_u32(tag + 32, 1);
        assert_int_equal(v.ok.requires.count, 1);
        assert_memory_equal(v.ok.requires.items[0].data, tag, 36);
    }
    rt_chain_free(b.c);
}

/* More than 256 bytes are hashed before they are signed. */
static void test_long_call(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    char text[400];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    ph_call_t call = rt_remark(text);
    for (size_t i = 0; i < 3; i++) {
        rt_tx_t tx = rt_tx(&b, i, 0, &call);
        ph_transaction_validity_t v = rt_validity(&b, rt_sign(&b, &tx));
        assert_int_equal(v.kind, PH_RES_OK);
        assert_int_equal(v.ok.requires.count, 0);
    }
    rt_chain_free(b.c);
}

static void test_bad_proofs(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    for (size_t i = 0; i < 3; i++) {
        rt_tx_t good = rt_tx(&b, i, 0, &call), tx = good;
        tx.implicit.spec_version++; /* CheckSpecVersion */
        refused(&b, &tx, PH_INVALID_TRANSACTION_BAD_PROOF);
        tx = good;
        tx.implicit.transaction_version--; /* CheckTxVersion */
        refused(&b, &tx, PH_INVALID_TRANSACTION_BAD_PROOF);
        tx = good;
        tx.implicit.genesis_hash.bytes[3] ^= 1; /* CheckGenesis */
        refused(&b, &tx, PH_INVALID_TRANSACTION_BAD_PROOF);
        tx = good;
        tx.implicit.era_hash.bytes[3] ^= 1; /* CheckMortality */
        refused(&b, &tx, PH_INVALID_TRANSACTION_BAD_PROOF);
        ph_multi_address_t other = rt_address(&b.signers[(i + 1) % 3].account);
        ph_transaction_validity_t v = rt_validity(&b, rt_sign_as(&b, &good, &other));
        assert_invalid(&v, PH_INVALID_TRANSACTION_BAD_PROOF);
    }
    rt_chain_free(b.c);
}

/* The same key's accounts as an ecdsa and as an eth signer are two: a signature of one kind is none of the other. */
static void test_ethereum_is_no_ecdsa(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    rt_tx_t tx = rt_tx(&b, RT_ECDSA, 0, &call);
    ph_bytes_t xt = rt_sign(&b, &tx);
    ((uint8_t *)(uintptr_t)xt.data)[1 + 33] = PH_MULTI_SIGNATURE_ETH;
    ph_transaction_validity_t v = rt_validity(&b, xt);
    assert_invalid(&v, PH_INVALID_TRANSACTION_BAD_PROOF);
    rt_signer_t eth = rt_signer(RT_ETH, 3);
    assert_memory_not_equal(eth.account.bytes, b.signers[RT_ECDSA].account.bytes, 32);
    tx.signer = &eth;
    xt = rt_sign(&b, &tx);
    ((uint8_t *)(uintptr_t)xt.data)[1 + 33] = PH_MULTI_SIGNATURE_ECDSA;
    v = rt_validity(&b, xt);
    assert_invalid(&v, PH_INVALID_TRANSACTION_BAD_PROOF);
    rt_chain_free(b.c);
}

/* Recovery ids may count from 27, which also the wasm body's host takes. */
static void test_recovery_ids(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    rt_tx_t tx = rt_tx(&b, RT_ECDSA, 0, &call);
    ph_bytes_t xt = rt_sign(&b, &tx);
    uint8_t *id = (uint8_t *)(uintptr_t)xt.data + 1 + 33 + 1 + 64;
    uint8_t right = *id;
    for (unsigned i = 0; i < 256; i++) {
        *id = (uint8_t)i;
        ph_transaction_validity_t v = rt_validity(&b, xt);
        assert_int_equal(v.kind, i == right || i == right + 27u ? PH_RES_OK : PH_RES_ERR);
    }
    rt_chain_free(b.c);
}

static void make_rich(rt_bank_t *b, const ph_account_id_t *who)
{
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, b->c);
    ph_account_info_t info;
    ph_system_account_get(rt, who, &info);
    info.providers = 1;
    info.data.free = RT_RICH;
    ph_system_account_set(rt, who, &info);
    rt_close_and_keep(&v, b->c);
}

/* Pool and block take a transfer that an Ethereum key signed; nothing of it may be changed. */
static void test_ethereum_transfer(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_signer_t eth = rt_signer(RT_ETH, 3), other = rt_signer(RT_ETH, 4);
    make_rich(&b, &eth.account);
    ph_call_t call = rt_transfer(&b.signers[1].account, RT_ED);
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    tx.signer = &eth;
    ph_bytes_t good = rt_sign(&b, &tx);
    assert_int_equal(rt_validity(&b, good).kind, PH_RES_OK);
    enum { SIGNATURE_AT = 1 + 33 + 1 };
    for (size_t i = 0; i < 65; i++) {
        uint8_t *at = (uint8_t *)(uintptr_t)good.data + SIGNATURE_AT + i;
        *at ^= 1;
        ph_transaction_validity_t v = rt_validity(&b, good);
        assert_invalid(&v, PH_INVALID_TRANSACTION_BAD_PROOF);
        *at ^= 1;
    }
    ph_multi_address_t wrong = rt_address(&other.account);
    ph_transaction_validity_t v = rt_validity(&b, rt_sign_as(&b, &tx, &wrong));
    assert_invalid(&v, PH_INVALID_TRANSACTION_BAD_PROOF);

    rt_author_t a;
    ph_apply_extrinsic_result_t result;
    ph_babe_pre_digest_t claim = rt_plain_claim(UINT64_C(270000000), 0);
    assert_int_equal(rt_author_open(&a, b.c, &claim), PH_OK);
    assert_int_equal(rt_author_push(&a, &result, good), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(result.ok.kind, PH_RES_OK);
    rt_author_drop(&a);
    rt_chain_free(b.c);
}

/* As sp-runtime has it: account and signature of the key 0x42… over "test message". */
static void test_ethereum_vector(void **state)
{
    (void)state;
    static const char account_hex[] = "2714c48edc39bc2714729e6530760d62344d6698eeeeeeeeeeeeeeeeeeeeeeee";
    static const char signature_hex[] = "b86ccc3ded79234575d198fe26df41836d1d239a51f8f5c8e35efd25c4d0f26c7c58e7ba38ca42"
                                        "10789428a9fd084d70ab4d676f17150b250b56b8b7f9e96c4d00";
    rt_bank_t b = rt_bank_new();
    rt_signer_t eth = rt_signer(RT_ETH, 0x42);
    ph_account_id_t account;
    ph_multi_signature_t signature = {.kind = PH_MULTI_SIGNATURE_ETH};
    assert_int_equal(ph_unhex_fixed(account_hex, strlen(account_hex), account.bytes, 32), PH_OK);
    assert_int_equal(ph_unhex_fixed(signature_hex, strlen(signature_hex), signature.eth.bytes, 65), PH_OK);
    assert_memory_equal(eth.account.bytes, account.bytes, 32);
    ph_multi_signature_t ours = rt_sign_bytes(&eth, PH_BYTES_LIT("test message"));
    assert_memory_equal(ours.eth.bytes, signature.eth.bytes, 65);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, b.c);
    assert_true(ph_signature_verify(rt, &signature, PH_BYTES_LIT("test message"), &account));
    assert_false(ph_signature_verify(rt, &signature, PH_BYTES_LIT("test messagE"), &account));
    signature.eth.bytes[64] += 27; /* as Ethereum counts */
    assert_true(ph_signature_verify(rt, &signature, PH_BYTES_LIT("test message"), &account));
    signature.eth.bytes[64] = 4;
    assert_false(ph_signature_verify(rt, &signature, PH_BYTES_LIT("test message"), &account));
    rt_close(&v);
    rt_chain_free(b.c);
}

static void test_addresses(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    const ph_multi_address_t others[] = {
        {.kind = PH_MULTI_ADDRESS_INDEX},
        {.kind = PH_MULTI_ADDRESS_RAW, .raw = PH_BYTES_LIT("abc")},
        {.kind = PH_MULTI_ADDRESS_ADDRESS32},
        {.kind = PH_MULTI_ADDRESS_ADDRESS20},
    };
    for (size_t i = 0; i < 4; i++) {
        ph_transaction_validity_t v = rt_validity(&b, rt_sign_as(&b, &tx, &others[i]));
        assert_int_equal(v.kind, PH_RES_ERR);
        assert_int_equal(v.err.kind, PH_TRANSACTION_VALIDITY_ERROR_UNKNOWN);
        assert_int_equal(v.err.unknown.kind, PH_UNKNOWN_TRANSACTION_CANNOT_LOOKUP);
    }
    rt_chain_free(b.c);
}

/* CheckMortality: the era's first block must be remembered; its end bounds the longevity. */
static void test_mortality(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    ph_hash_t hashes[7];
    hashes[0] = b.genesis_hash;
    for (uint64_t i = 0; i < 6; i++) {
        rt_advance(b.c, UINT64_C(270000000) + i);
        hashes[i + 1] = rt_header_hash(&b.c->header);
    }
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    tx.extra.era = ph_era_mortal(4, 5); /* blocks 5 to 8; the next is 7 */
    tx.implicit.era_hash = hashes[5];
    ph_transaction_validity_t v = rt_validity(&b, rt_sign(&b, &tx));
    assert_int_equal(v.kind, PH_RES_OK);
    assert_int_equal(v.ok.longevity, 2);
    tx.extra.era = ph_era_mortal(4, 1); /* the same phase: an older era has passed, so the hash is another */
    tx.implicit.era_hash = hashes[1];
    refused(&b, &tx, PH_INVALID_TRANSACTION_BAD_PROOF);
    tx.extra.era = (ph_era_t){.period = 64, .phase = 40}; /* begins with block 40 */
    refused(&b, &tx, PH_INVALID_TRANSACTION_ANCIENT_BIRTH_BLOCK);
    rt_chain_free(b.c);
}

/* CheckNonZeroSender. The zero account signs: as an ed25519 key it is a point of small order, for which a signature of
 * zeros might hold; as the runtime checks signatures first, only BadProof can be seen from outside. */
static void test_zero_sender(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    const ph_multi_address_t nobody = {.kind = PH_MULTI_ADDRESS_ID};
    ph_transaction_validity_t v = rt_validity(&b, rt_sign_as(&b, &tx, &nobody));
    assert_invalid(&v, PH_INVALID_TRANSACTION_BAD_PROOF);

    /* From inside, behind the signature. */
    rt_view_t view;
    ph_rt_t *rt = rt_open(&view, b.c);
    ph_extrinsic_t xt = {.format = PH_EXTRINSIC_SIGNED, .call = call, .encoded = PH_BYTES_LIT("some")};
    ph_transaction_t zero = {.xt = &xt};
    ph_valid_transaction_t valid;
    ph_refusal_t why;
    const ph_transaction_source_t local = {PH_TRANSACTION_SOURCE_LOCAL};
    assert_false(ph_transaction_validate(rt, &zero, &valid, &why, local));
    assert_int_equal(why.invalid.kind, PH_INVALID_TRANSACTION_BAD_SIGNER);
    zero.signer.bytes[31] = 1;
    assert_false(ph_transaction_validate(rt, &zero, &valid, &why, local));
    assert_int_equal(why.invalid.kind, PH_INVALID_TRANSACTION_PAYMENT);
    rt_close(&view);
    rt_chain_free(b.c);
}

/* CheckNonce and ChargeTransactionPayment. */
static void test_nonce_and_payment(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    rt_signer_t poor = rt_signer(RT_SR25519, 99);
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    tx.signer = &poor;
    refused(&b, &tx, PH_INVALID_TRANSACTION_PAYMENT); /* no such account */

    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, b.c);
    ph_account_info_t info;
    ph_system_account_get(rt, &b.signers[0].account, &info);
    info.nonce = 3;
    ph_system_account_set(rt, &b.signers[0].account, &info);
    rt_close_and_keep(&v, b.c);
    tx = rt_tx(&b, 0, 2, &call);
    refused(&b, &tx, PH_INVALID_TRANSACTION_STALE);

    tx = rt_tx(&b, 0, 3, &call);
    tx.extra.tip = RT_RICH;
    refused(&b, &tx, PH_INVALID_TRANSACTION_PAYMENT);
    tx.extra.tip = RT_RICH / 2;
    assert_int_equal(rt_validity(&b, rt_sign(&b, &tx)).kind, PH_RES_OK);
    rt_chain_free(b.c);
}

/* CheckWeight: too long, or too heavy. */
static void test_room(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    size_t len = 3932160;
    char *text = calloc(1, len + 1);
    memset(text, 'x', len);
    ph_call_t call = rt_remark(text);
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    refused(&b, &tx, PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES);
    free(text);
    ph_call_t inner = rt_remark("light");
    call = (ph_call_t){.kind = PH_CALL_SUDO, .sudo.kind = PH_CALL_SUDO_SUDO_UNCHECKED_WEIGHT};
    call.sudo.sudo_unchecked_weight.call = &inner;
    call.sudo.sudo_unchecked_weight.weight.ref_time = PH_MAX_BLOCK_REF_TIME / 4 * 3;
    tx = rt_tx(&b, 0, 0, &call);
    refused(&b, &tx, PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES);
    rt_chain_free(b.c);
}

/* ---- bare and general ones ---- */

static ph_bytes_t bare(rt_bank_t *b, const ph_call_t *call)
{
    ph_writer_t w = ph_writer_in(b->c->arena);
    ph_write_u8(&w, 5);
    ph_call_encode(&w, call);
    return ph_writer_bytes(&w);
}

static void test_bare_ones(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    ph_transaction_validity_t v = rt_validity(&b, bare(&b, &call));
    assert_invalid(&v, PH_INVALID_TRANSACTION_CALL);
    call = rt_transfer(&b.signers[1].account, 5);
    v = rt_validity(&b, bare(&b, &call));
    assert_int_equal(v.err.kind, PH_TRANSACTION_VALIDITY_ERROR_UNKNOWN);
    assert_int_equal(v.err.unknown.kind, PH_UNKNOWN_TRANSACTION_NO_UNSIGNED_VALIDATOR);
    call = (ph_call_t){.kind = PH_CALL_TIMESTAMP, .timestamp = {.kind = PH_CALL_TIMESTAMP_SET, .set.now = 7}};
    v = rt_validity(&b, bare(&b, &call));
    assert_invalid(&v, PH_INVALID_TRANSACTION_MANDATORY_VALIDATION);

    /* Code that is authorized. */
    call = (ph_call_t){.kind = PH_CALL_SYSTEM, .system.kind = PH_CALL_SYSTEM_APPLY_AUTHORIZED_UPGRADE};
    call.system.apply_authorized_upgrade.code = PH_BYTES_LIT("code");
    v = rt_validity(&b, bare(&b, &call));
    assert_invalid(&v, PH_INVALID_TRANSACTION_CALL);
    rt_view_t view;
    ph_rt_t *rt = rt_open(&view, b.c);
    ph_code_upgrade_authorization_t authorization = {0};
    ph_blake2_256(authorization.code_hash.bytes, PH_BYTES_LIT("code"));
    ph_system_authorized_upgrade_set(rt, &authorization);
    rt_close_and_keep(&view, b.c);
    v = rt_validity(&b, bare(&b, &call));
    assert_int_equal(v.kind, PH_RES_OK);
    assert_int_equal(v.ok.priority, UINT64_MAX);
    assert_memory_equal(v.ok.provides.items[0].data, authorization.code_hash.bytes, 32);
    rt_chain_free(b.c);
}

static void test_general_ones(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_call_t call = rt_remark("hello");
    ph_signed_extra_t extra = {0};
    for (int late = 0; late <= 1; late++) {
        ph_writer_t w = ph_writer_in(b.c->arena);
        ph_write_u8(&w, 0x45);
        ph_write_u8(&w, 0);
        if (late)
            extra.era = (ph_era_t){.period = 64, .phase = 40};
        ph_signed_extra_encode(&w, &extra);
        ph_call_encode(&w, &call);
        ph_transaction_validity_t v = rt_validity(&b, ph_writer_bytes(&w));
        assert_invalid(&v, late ? PH_INVALID_TRANSACTION_ANCIENT_BIRTH_BLOCK : PH_INVALID_TRANSACTION_UNKNOWN_ORIGIN);
    }
    rt_chain_free(b.c);
}

/* ---- in a block ---- */

static void open_author(rt_author_t *a, rt_bank_t *b)
{
    ph_babe_pre_digest_t claim = rt_plain_claim(UINT64_C(270000000), 0);
    assert_int_equal(rt_author_open(a, b->c, &claim), PH_OK);
}

/* Later than its turn, and refused: nothing is left of it, and the next one goes in. */
static void test_refused_leave_nothing(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_author_t a;
    open_author(&a, &b);
    ph_call_t call = rt_remark("hello");
    uint8_t before[32], after[32];
    ph_overlay_root(a.overlay, before, 1);
    ph_apply_extrinsic_result_t result;
    rt_tx_t tx = rt_tx(&b, 0, 1, &call);
    assert_int_equal(rt_author_push(&a, &result, rt_sign(&b, &tx)), PH_OK);
    assert_int_equal(result.kind, PH_RES_ERR);
    assert_int_equal(result.err.invalid.kind, PH_INVALID_TRANSACTION_FUTURE);
    tx = rt_tx(&b, 0, 0, &call);
    tx.extra.tip = RT_RICH;
    assert_int_equal(rt_author_push(&a, &result, rt_sign(&b, &tx)), PH_OK);
    assert_int_equal(result.err.invalid.kind, PH_INVALID_TRANSACTION_PAYMENT);
    ph_overlay_root(a.overlay, after, 1);
    assert_memory_equal(before, after, 32);
    tx.extra.tip = 0;
    ph_bytes_t good = rt_sign(&b, &tx);
    assert_int_equal(rt_author_push(&a, &result, good), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(result.ok.kind, PH_RES_OK);
    assert_int_equal(rt_author_push(&a, &result, good), PH_OK);
    assert_int_equal(result.err.invalid.kind, PH_INVALID_TRANSACTION_STALE);
    rt_author_drop(&a);
    rt_chain_free(b.c);
}

/* A bare call that nobody judges passes, and fails by its origin; a mandatory one that fails is refused. */
static void test_origins(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_author_t a;
    open_author(&a, &b);
    ph_apply_extrinsic_result_t result;
    ph_call_t call = rt_transfer(&b.signers[1].account, RT_ED);
    assert_int_equal(rt_author_push(&a, &result, bare(&b, &call)), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(result.ok.err.kind, PH_DISPATCH_ERROR_BAD_ORIGIN);
    call = (ph_call_t){.kind = PH_CALL_TIMESTAMP, .timestamp = {.kind = PH_CALL_TIMESTAMP_SET, .set.now = 7}};
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    assert_int_equal(rt_author_push(&a, &result, rt_sign(&b, &tx)), PH_OK);
    assert_int_equal(result.kind, PH_RES_ERR);
    assert_int_equal(result.err.invalid.kind, PH_INVALID_TRANSACTION_BAD_MANDATORY);
    rt_author_drop(&a);
    rt_chain_free(b.c);
}

static void test_eras(void **state)
{
    (void)state;
    for (uint64_t period = 1; period <= 70000; period = period * 2 + 1) {
        ph_era_t era = ph_era_mortal(period, 1234567), back;
        ph_writer_t w = PH_WRITER_HEAP;
        ph_era_encode(&w, &era);
        assert_int_equal(w.len, 2);
        assert_int_equal(ph_era_decode_all(ph_writer_bytes(&w), NULL, &back), PH_OK);
        assert_true(ph_era_equal(&era, &back));
        assert_true(era.period >= 4 && era.period <= 65536 && era.phase < era.period);
        uint64_t birth = ph_era_birth(&era, 1234567);
        assert_true(birth <= 1234567 && birth + era.period > 1234567 && birth % era.period == era.phase);
        assert_int_equal(ph_era_death(&era, 1234567), birth + era.period);
        ph_writer_free(&w);
    }
    const uint8_t wrong[][2] = {{0x10, 0x00}, {0x41, 0x00}, {0xf2, 0xff}};
    for (size_t i = 0; i < 3; i++) {
        ph_era_t era;
        assert_int_equal(ph_era_decode_all(ph_bytes(wrong[i], 2), NULL, &era), PH_ERR_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_ones),
        cmocka_unit_test(test_long_call),
        cmocka_unit_test(test_bad_proofs),
        cmocka_unit_test(test_ethereum_is_no_ecdsa),
        cmocka_unit_test(test_recovery_ids),
        cmocka_unit_test(test_ethereum_transfer),
        cmocka_unit_test(test_ethereum_vector),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_mortality),
        cmocka_unit_test(test_zero_sender),
        cmocka_unit_test(test_nonce_and_payment),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_bare_ones),
        cmocka_unit_test(test_general_ones),
        cmocka_unit_test(test_refused_leave_nothing),
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_eras),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
