/* The extensions of transactions. */
#include "runtime/transaction.h"

#include <string.h>

#include "primitives/era.h"
#include "runtime/dispatch.h"
#include "runtime/fees.h"
#include "runtime/params.h"
#include "runtime/signature.h"
#include "runtime/support.h"
#include "runtime/vec.h"

static bool invalid(ph_refusal_t *why, ph_invalid_transaction_kind_t kind)
{
    *why = (ph_refusal_t){.kind = PH_TRANSACTION_VALIDITY_ERROR_INVALID};
    why->invalid.kind = (uint8_t)kind;
    return false;
}

const char *ph_refusal_text(const ph_refusal_t *why)
{
    static const char *const invalid_texts[] = {
        "Transaction call is not expected",
        "Inability to pay some fees (e.g. account balance too low)",
        "Transaction will be valid in the future",
        "Transaction is outdated",
        "Transaction has a bad signature",
        "Transaction has an ancient birth block",
        "Transaction would exhaust the block limits",
        "InvalidTransaction custom error",
        "A call was labelled as mandatory, but resulted in an Error.",
        "Transaction dispatch is mandatory; transactions must not be validated.",
        "Invalid signing address",
        "The implicit data was unable to be calculated",
        "The transaction extension did not authorize any origin",
    };
    if (why->kind == PH_TRANSACTION_VALIDITY_ERROR_INVALID &&
        why->invalid.kind < sizeof invalid_texts / sizeof *invalid_texts)
        return invalid_texts[why->invalid.kind];
    return "Could not lookup information required to validate the transaction";
}

/* ---- the signature ---- */

/* What the signer knew of the chain. False: the era began with a block that is forgotten, or has not come. */
static bool implicit(ph_rt_t *rt, ph_signed_implicit_t *out, const ph_era_t *era)
{
    uint64_t birth = ph_era_birth(era, ph_now(rt));
    ph_block_number_t number = birth > UINT32_MAX ? UINT32_MAX : (ph_block_number_t)birth;
    *out = (ph_signed_implicit_t){.spec_version = PH_SPEC_VERSION, .transaction_version = PH_TRANSACTION_VERSION};
    ph_system_block_hash_get(rt, 0, &out->genesis_hash);
    if (!ph_system_block_hash_exists(rt, number))
        return false;
    ph_system_block_hash_get(rt, number, &out->era_hash);
    return true;
}

/* The bytes that are signed: a hash of them if they are many. */
static ph_bytes_t payload_of(ph_rt_t *rt, const ph_extrinsic_t *xt, const ph_signed_implicit_t *implicit)
{
    enum { MAX_PAYLOAD = 256 };
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, xt->encoded_call.data, xt->encoded_call.len);
    ph_signed_extra_encode(&w, &xt->extra);
    ph_signed_implicit_encode(&w, implicit);
    if (w.len <= MAX_PAYLOAD)
        return ph_writer_bytes(&w);
    ph_hash_t hash = ph_rt_blake2(rt, ph_writer_bytes(&w));
    return ph_bytes_copy(rt->arena, ph_bytes(hash.bytes, 32));
}

bool ph_transaction_check(ph_rt_t *rt, ph_transaction_t *tx, ph_refusal_t *why, const ph_extrinsic_t *xt)
{
    *tx = (ph_transaction_t){.xt = xt, .info = ph_call_info(rt, &xt->call)};
    if (xt->format != PH_EXTRINSIC_SIGNED)
        return true;
    if (ph_lookup(&tx->signer, &xt->address) != PH_OK) {
        *why = (ph_refusal_t){.kind = PH_TRANSACTION_VALIDITY_ERROR_UNKNOWN};
        why->unknown.kind = PH_UNKNOWN_TRANSACTION_CANNOT_LOOKUP;
        return false;
    }
    ph_signed_implicit_t known;
    if (!implicit(rt, &known, &xt->extra.era))
        return invalid(why, PH_INVALID_TRANSACTION_ANCIENT_BIRTH_BLOCK);
    if (!ph_signature_verify(rt, &xt->signature, payload_of(rt, xt, &known), &tx->signer))
        return invalid(why, PH_INVALID_TRANSACTION_BAD_PROOF);
    return true;
}

/* ---- validity ---- */

static ph_valid_transaction_t anything_goes(void)
{
    return (ph_valid_transaction_t){.longevity = UINT64_MAX, .propagate = true};
}

static ph_bytes_t nonce_tag(ph_rt_t *rt, const ph_account_id_t *who, ph_nonce_t nonce)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, who->bytes, 32);
    ph_write_u32(&w, nonce);
    return ph_writer_bytes(&w);
}

static bool check_nonce(ph_rt_t *rt, const ph_transaction_t *tx, ph_valid_transaction_t *out, ph_refusal_t *why)
{
    ph_account_info_t account;
    ph_nonce_t nonce = tx->xt->extra.nonce;
    ph_system_account_get(rt, &tx->signer, &account);
    if (account.providers == 0 && account.sufficients == 0)
        return invalid(why, PH_INVALID_TRANSACTION_PAYMENT);
    if (nonce < account.nonce)
        return invalid(why, PH_INVALID_TRANSACTION_STALE);
    ph_vec_push(rt, &out->provides, nonce_tag(rt, &tx->signer, nonce));
    if (nonce > account.nonce)
        ph_vec_push(rt, &out->requires, nonce_tag(rt, &tx->signer, nonce - 1));
    return true;
}

static bool check_room(ph_rt_t *rt, const ph_transaction_t *tx, ph_refusal_t *why)
{
    if (ph_system_could_fit(rt, &tx->info, tx->xt->encoded.len))
        return true;
    return invalid(why, PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES);
}

static bool check_payment(ph_rt_t *rt, ph_transaction_t *tx, ph_valid_transaction_t *out, ph_refusal_t *why)
{
    ph_fee_details_t details;
    uint32_t len = (uint32_t)tx->xt->encoded.len;
    ph_fees_details(rt, &details, &tx->info, len, tx->xt->extra.tip);
    tx->fee = ph_fees_total(&details);
    if (!ph_fees_can_pay(rt, &tx->signer, tx->fee))
        return invalid(why, PH_INVALID_TRANSACTION_PAYMENT);
    out->priority = ph_fees_priority(rt, &tx->info, len, tx->xt->extra.tip, tx->fee);
    return true;
}

static bool validate_signed(ph_rt_t *rt, ph_transaction_t *tx, ph_valid_transaction_t *out, ph_refusal_t *why)
{
    static const uint8_t nobody[32];
    uint64_t now = ph_now(rt);
    if (memcmp(tx->signer.bytes, nobody, 32) == 0)
        return invalid(why, PH_INVALID_TRANSACTION_BAD_SIGNER);
    out->longevity = ph_era_death(&tx->xt->extra.era, now) - now;
    return check_nonce(rt, tx, out, why) && check_room(rt, tx, why) && check_payment(rt, tx, out, why);
}

/* No extension of this chain authorizes a transaction that nobody signed. */
static bool validate_general(ph_rt_t *rt, const ph_transaction_t *tx, ph_refusal_t *why)
{
    ph_signed_implicit_t known;
    if (!implicit(rt, &known, &tx->xt->extra.era))
        return invalid(why, PH_INVALID_TRANSACTION_ANCIENT_BIRTH_BLOCK);
    return check_room(rt, tx, why) && invalid(why, PH_INVALID_TRANSACTION_UNKNOWN_ORIGIN);
}

bool ph_transaction_validate(ph_rt_t *rt, ph_transaction_t *tx, ph_valid_transaction_t *out, ph_refusal_t *why,
                             ph_transaction_source_t source)
{
    ph_transaction_validity_t validity;
    *out = anything_goes();
    switch (tx->xt->format) {
    case PH_EXTRINSIC_SIGNED:
        return validate_signed(rt, tx, out, why);
    case PH_EXTRINSIC_GENERAL:
        return validate_general(rt, tx, why);
    case PH_EXTRINSIC_BARE:
        break;
    }
    if (!ph_unsigned_validate(rt, &validity, source, &tx->xt->call)) {
        *why = validity.err;
        return false;
    }
    *out = validity.ok;
    return check_room(rt, tx, why);
}

/* ---- before and after the call ---- */

static bool prepare_signed(ph_rt_t *rt, ph_transaction_t *tx, ph_refusal_t *why)
{
    ph_account_info_t account;
    ph_system_account_get(rt, &tx->signer, &account);
    if (tx->xt->extra.nonce > account.nonce)
        return invalid(why, PH_INVALID_TRANSACTION_FUTURE);
    account.nonce = tx->xt->extra.nonce + 1;
    ph_system_account_set(rt, &tx->signer, &account);
    if (!ph_system_reserve(rt, &tx->info, tx->xt->encoded.len))
        return invalid(why, PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES);
    return ph_fees_charge(rt, &tx->signer, tx->fee, tx->xt->extra.tip) || invalid(why, PH_INVALID_TRANSACTION_PAYMENT);
}

bool ph_transaction_prepare(ph_rt_t *rt, ph_transaction_t *tx, ph_refusal_t *why)
{
    ph_valid_transaction_t validity;
    if (tx->xt->format == PH_EXTRINSIC_BARE)
        return ph_unsigned_pre_dispatch(rt, why, &tx->xt->call) &&
               (ph_system_reserve(rt, &tx->info, tx->xt->encoded.len) ||
                invalid(why, PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES));
    if (!ph_transaction_validate(rt, tx, &validity, why, (ph_transaction_source_t){PH_TRANSACTION_SOURCE_IN_BLOCK}))
        return false;
    return prepare_signed(rt, tx, why);
}

void ph_transaction_settle(ph_rt_t *rt, const ph_transaction_t *tx)
{
    ph_fee_details_t details;
    if (tx->xt->format != PH_EXTRINSIC_SIGNED)
        return;
    ph_fees_details(rt, &details, &tx->info, (uint32_t)tx->xt->encoded.len, tx->xt->extra.tip);
    ph_fees_settle(rt, &tx->signer, tx->fee, ph_fees_total(&details), tx->xt->extra.tip);
}

/* ---- the node's question ---- */

ph_err_t ph_transaction_validity(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                                 ph_bytes_t extrinsic, const ph_hash_t *parent)
{
    ph_extrinsic_t xt;
    ph_transaction_t tx;
    ph_refusal_t why = {0};
    const char *malformed = NULL;
    const ph_digest_t digest = {0};
    *out = (ph_transaction_validity_t){.kind = PH_RES_ERR};
    if (ph_extrinsic_decode(rt, &xt, &malformed, extrinsic) != PH_OK)
        return ph_rt_panic(rt, "%s", malformed);
    PH_TRY(ph_system_initialize(rt, ph_sat_add_u32(ph_now(rt), 1), parent, &digest));
    bool good = ph_transaction_check(rt, &tx, &why, &xt);
    if (good && tx.info.class_.kind == PH_DISPATCH_CLASS_MANDATORY)
        good = invalid(&why, PH_INVALID_TRANSACTION_MANDATORY_VALIDATION);
    ph_valid_transaction_t valid;
    if (good && ph_transaction_validate(rt, &tx, &valid, &why, source)) {
        out->kind = PH_RES_OK;
        out->ok = valid;
    } else {
        out->err = why;
    }
    return PH_OK;
}
