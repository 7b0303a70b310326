/* Input: which decoder, then its bytes: keys as text (secret URI, mnemonic, SS58), BABE pre-digests, and signatures
 * with their keys. Text that is accepted must come back from what was read; a signature of bytes that nobody signed
 * must be refused or at least judged alike by every way to judge it.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "crypto/babe.h"
#include "crypto/keys.h"

static bool lies_in(ph_bytes_t part, ph_bytes_t whole)
{
    return part.len == 0 ||
           (part.data >= whole.data && part.len <= whole.len && part.data <= whole.data + (whole.len - part.len));
}

static void read_uri(ph_bytes_t in)
{
    ph_secret_uri_t uri;
    ph_sr25519_keypair_t sr;
    ph_ed25519_keypair_t ed;
    ph_ecdsa_keypair_t ec;
    uint8_t mini[32];
    bool has_mini, soft = false;
    ph_err_t parsed = ph_secret_uri_parse(&uri, in);
    ph_err_t made = ph_sr25519_from_uri(&sr, mini, &has_mini, in, (ph_bytes_t){0}, NULL);
    ph_err_t made_ed = ph_ed25519_from_uri(&ed, in, (ph_bytes_t){0});
    (void)!ph_ecdsa_from_uri(&ec, in, (ph_bytes_t){0}); /* some seeds are none of secp256k1's */
    if (parsed != PH_OK) {
        PH_CHECK(made != PH_OK && made_ed != PH_OK);
        return;
    }
    PH_CHECK(uri.junction_count <= PH_JUNCTIONS_MAX);
    PH_CHECK(lies_in(uri.phrase, in) || uri.phrase.data == (const uint8_t *)ph_dev_phrase);
    PH_CHECK(!uri.has_password || lies_in(uri.password, in));
    for (size_t i = 0; i < uri.junction_count; i++)
        soft |= !uri.junctions[i].hard;
    if (made == PH_OK) {
        PH_CHECK(has_mini == !soft);
        PH_CHECK(soft ? made_ed == PH_ERR_UNSUPPORTED : made_ed == PH_OK);
    }
}

static void read_mnemonic(ph_bytes_t in)
{
    uint8_t entropy[32], again[32];
    size_t len, len_again;
    char phrase[PH_MNEMONIC_TEXT_MAX];
    if (ph_mnemonic_to_entropy(entropy, &len, (const char *)in.data, in.len) != PH_OK)
        return;
    PH_CHECK(len >= 16 && len <= 32 && len % 4 == 0);
    PH_CHECK(ph_mnemonic_from_entropy(phrase, entropy, len) == PH_OK);
    PH_CHECK(ph_mnemonic_to_entropy(again, &len_again, phrase, strlen(phrase)) == PH_OK);
    PH_CHECK(len_again == len && memcmp(again, entropy, len) == 0);
}

static void write_mnemonic(ph_bytes_t in)
{
    uint8_t entropy[32];
    size_t len;
    char phrase[PH_MNEMONIC_TEXT_MAX];
    if (ph_mnemonic_from_entropy(phrase, in.data, in.len) != PH_OK) {
        PH_CHECK(in.len < 16 || in.len > 32 || in.len % 4);
        return;
    }
    PH_CHECK(ph_mnemonic_to_entropy(entropy, &len, phrase, strlen(phrase)) == PH_OK);
    PH_CHECK(len == in.len && memcmp(entropy, in.data, len) == 0);
}

static void read_ss58(ph_bytes_t in)
{
    for (size_t want = 32; want <= PH_SS58_KEY_MAX; want++) {
        uint8_t key[PH_SS58_KEY_MAX];
        uint16_t prefix;
        char text[PH_SS58_TEXT_MAX];
        if (ph_ss58_decode(key, want, &prefix, (const char *)in.data, in.len) != PH_OK)
            continue;
        PH_CHECK(prefix < 1u << 14);
        ph_ss58_encode(text, prefix, ph_bytes(key, want));
        uint8_t key_again[PH_SS58_KEY_MAX];
        uint16_t prefix_again;
        PH_CHECK(ph_ss58_decode(key_again, want, &prefix_again, text, strlen(text)) == PH_OK);
        PH_CHECK(prefix_again == prefix && memcmp(key, key_again, want) == 0);
    }
}

static void read_claim(ph_bytes_t in)
{
    ph_babe_claim_t claim;
    uint8_t out[PH_BABE_PRE_DIGEST_MAX], item[PH_BABE_DIGEST_ITEM_MAX];
    if (ph_babe_claim_decode(&claim, in) != PH_OK)
        return;
    PH_CHECK(ph_babe_claim_encode(out, &claim) == in.len && memcmp(out, in.data, in.len) == 0);
    PH_CHECK(ph_babe_claim_digest_item(item, &claim) <= sizeof item);
    const ph_babe_authority_t authorities[2] = {{{0x6f}, 1}, {{0}, 3}};
    ph_babe_epoch_rules_t epoch = {.index = 1,
                                   .start_slot = 1,
                                   .duration = 10,
                                   .c_numerator = 1,
                                   .c_denominator = 4,
                                   .allowed_slots = PH_BABE_PRIMARY_AND_SECONDARY_VRF_SLOTS,
                                   .authorities = authorities,
                                   .authority_count = 2};
    /* Nobody knows a secret for the first key, and the second, the identity, only makes pre-outputs that are refused.
     */
    PH_CHECK(claim.kind == PH_BABE_SECONDARY_PLAIN || ph_babe_check_claim(&epoch, &claim) != PH_OK);
    epoch.allowed_slots = PH_BABE_PRIMARY_AND_SECONDARY_PLAIN_SLOTS;
    PH_CHECK(claim.kind == PH_BABE_SECONDARY_PLAIN || ph_babe_check_claim(&epoch, &claim) != PH_OK);
    (void)!ph_babe_check_claim(&epoch, &claim);
}

/* 33 bytes of key and 65 of signature, of which each scheme takes what it needs; the rest is the message. */
static void verify(ph_bytes_t in)
{
    uint8_t key[33] = {0}, signature[65] = {0}, derived[33];
    size_t key_len = in.len < sizeof key ? in.len : sizeof key;
    if (key_len)
        memcpy(key, in.data, key_len);
    in = ph_bytes(in.data + key_len, in.len - key_len);
    size_t signature_len = in.len < sizeof signature ? in.len : sizeof signature;
    if (signature_len)
        memcpy(signature, in.data, signature_len);
    ph_bytes_t message = ph_bytes(in.data + signature_len, in.len - signature_len);

    ph_merlin_t transcript;
    ph_sr25519_prepared_t prepared;
    ph_sr25519_message(&transcript, message);
    bool good = ph_sr25519_verify(signature, message, key);
    PH_CHECK(ph_sr25519_verify_transcript(signature, &transcript, key) == good);
    if (ph_sr25519_prepare(&prepared, key) == PH_OK) {
        PH_CHECK(ph_sr25519_verify_prepared(signature, &transcript, &prepared) == good);
        PH_CHECK(ph_sr25519_derive_soft_public(derived, key, signature) == PH_OK);
    } else {
        PH_CHECK(!good);
    }
    PH_CHECK(!good || ph_sr25519_verify_deprecated(signature, message, key));
    (void)ph_ed25519_verify(signature, message, key);
    (void)ph_ecdsa_verify_deprecated(signature, message, key);
    if (ph_ecdsa_recover(derived, signature, key) == PH_OK) {
        uint8_t xy[64];
        PH_CHECK(ph_ecdsa_verify_prehashed(signature, key, derived));
        PH_CHECK(ph_ecdsa_recover_full(xy, signature, key) == PH_OK && memcmp(xy, derived + 1, 32) == 0);
    }
    ph_vrf_t vrf;
    memcpy(vrf.pre_output, key, 32);
    memcpy(vrf.proof, signature, 64);
    PH_CHECK(ph_vrf_proof_decodes(vrf.proof) || !ph_vrf_verify(&vrf, &transcript, NULL, key));
    (void)ph_vrf_verify(&vrf, &transcript, &transcript, key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const decoders[])(ph_bytes_t in) = {read_uri,  read_mnemonic, write_mnemonic,
                                                      read_ss58, read_claim,    verify};
    if (size > 0)
        decoders[data[0] % (sizeof decoders / sizeof *decoders)](ph_bytes(data + 1, size - 1));
    return 0;
}
