/* hashes.json: digests, mnemonics and their seeds. */
#include "cli/vectors_lists.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

static const struct {
    const char *name;
    void (*hash)(uint8_t *out, ph_bytes_t in);
    size_t len;
} hashes[] = {
    {"blake2_64", ph_blake2_64, 8},    {"blake2_128", ph_blake2_128, 16}, {"blake2_256", ph_blake2_256, 32},
    {"blake2_512", ph_blake2_512, 64}, {"twox_64", ph_twox_64, 8},        {"twox_128", ph_twox_128, 16},
    {"twox_256", ph_twox_256, 32},     {"keccak_256", ph_keccak_256, 32}, {"keccak_512", ph_keccak_512, 64},
    {"sha2_256", ph_sha2_256, 32},
};

static void check_hashes(ph_vec_entry_t *e, ph_bytes_t in)
{
    uint8_t out[64];
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        hashes[i].hash(out, in);
        ph_vec_expect_bytes(e, hashes[i].name, ph_bytes(out, hashes[i].len));
    }
}

static void check_prefix(ph_vec_entry_t *e, const json_t *file)
{
    ph_bytes_t stream;
    uint64_t len = ph_vec_u64(e, "len");
    if (!ph_vec_unhex(e->v->arena, json_object_get(file, "stream"), &stream) || stream.len < len)
        ph_vec_fail(e, "stream: expected hex of at least %llu bytes", (unsigned long long)len);
    else
        check_hashes(e, ph_bytes(stream.data, (size_t)len));
}

static void check_long(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint64_t len = ph_vec_u64(e, "len");
    const char *pattern = ph_vec_text(e, "pattern");
    bool counts = strcmp(pattern, "byte i is i mod 251") == 0, ones = strcmp(pattern, "byte i is 255") == 0;
    if (!counts && !ones && strcmp(pattern, "zero") != 0)
        ph_vec_fail(e, "pattern: unknown");
    if (len > 1u << 26)
        ph_vec_fail(e, "len: too long");
    if (e->failed)
        return;
    uint8_t *data = ph_arena_alloc(e->v->arena, (size_t)len);
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(counts ? i % 251 : ones ? 255 : 0);
    check_hashes(e, ph_bytes(data, (size_t)len));
}

static void check_seed(ph_vec_entry_t *e, ph_bytes_t entropy, ph_bytes_t password)
{
    uint8_t seed[64];
    if (ph_seed_from_entropy(seed, entropy.data, entropy.len, password) != PH_OK)
        ph_vec_fail(e, "entropy: refused");
    ph_vec_expect_bytes(e, "seed64", ph_bytes(seed, 64));
    ph_vec_expect_bytes(e, "mini_secret", ph_bytes(seed, 32));
}

static void check_mnemonic(ph_vec_entry_t *e, ph_bytes_t entropy)
{
    char text[PH_MNEMONIC_TEXT_MAX];
    uint8_t back[32];
    size_t len;
    if (ph_mnemonic_from_entropy(text, entropy.data, entropy.len) != PH_OK)
        ph_vec_fail(e, "entropy: no mnemonic");
    else
        ph_vec_expect_text(e, "mnemonic", text);
    const char *recorded = ph_vec_text(e, "mnemonic");
    if (ph_mnemonic_to_entropy(back, &len, recorded, strlen(recorded)) != PH_OK ||
        !ph_bytes_equal(ph_bytes(back, len), entropy))
        ph_vec_fail(e, "mnemonic: does not give the entropy back");
}

static void check_bip39(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t seed[64];
    ph_bytes_t entropy = ph_vec_bytes(e, "entropy");
    const char *text = ph_vec_text(e, "password");
    ph_bytes_t password = ph_bytes(text, strlen(text));
    if (!ph_vec_take(e, "error")) {
        check_seed(e, entropy, password);
        check_mnemonic(e, entropy);
    } else {
        ph_vec_expect_bool(e, "error", ph_seed_from_entropy(seed, entropy.data, entropy.len, password) != PH_OK);
    }
}

static void check_phrase(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t entropy[32];
    size_t len;
    const char *phrase = ph_vec_text(e, "phrase");
    ph_vec_expect_bool(e, "valid", ph_mnemonic_to_entropy(entropy, &len, phrase, strlen(phrase)) == PH_OK);
}

void ph_vectors_hashes(ph_vectors_t *v, const json_t *file)
{
    static const ph_vec_list_t lists[] = {
        {"stream", NULL},       {"prefixes", check_prefix}, {"long", check_long},
        {"bip39", check_bip39}, {"phrases", check_phrase},
    };
    ph_vec_check_lists(v, file, lists, sizeof lists / sizeof *lists);
}
