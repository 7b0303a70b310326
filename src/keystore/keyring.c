/* The keys of a keystore: adding them, making new ones at the runtime's wish, the simple signatures of those. */
#include <sodium.h>
#include <string.h>

#include "crypto/keys.h"
#include "keystore/private.h"

/* On disk: KEYS, the type's four letters, the public key; the value is the secret of 32 bytes. */
#define KEYS "key/"
enum { KEYS_MAX = 4096, SECRET_LEN = 32 };

static const struct {
    char name[5]; /* empty: no runtime knows such keys */
    ph_key_scheme_t scheme;
    bool conflicts; /* its signatures can contradict each other */
} types[PH_KEY_TYPE_COUNT] = {
    [PH_KEY_BABE] = {"babe", PH_KEY_SR25519, true},
    [PH_KEY_PARA_VALIDATOR] = {"para", PH_KEY_SR25519, true},
    [PH_KEY_PARA_ASSIGNMENT] = {"asgn", PH_KEY_SR25519, true},
    [PH_KEY_AUTHORITY_DISCOVERY] = {"audi", PH_KEY_SR25519, false},
    [PH_KEY_GRANDPA] = {"gran", PH_KEY_ED25519, true},
    [PH_KEY_BEEFY] = {"beef", PH_KEY_ECDSA, true},
    [PH_KEY_COLLATOR] = {"", PH_KEY_SR25519, false},
};

ph_key_scheme_t ph_key_type_scheme(ph_key_type_t type)
{
    return types[type].scheme;
}

/* The type of that name, if its keys are of that scheme. */
static bool type_of(ph_key_type_t *out, ph_key_scheme_t scheme, const uint8_t name[4])
{
    for (unsigned i = 0; i < PH_KEY_TYPE_COUNT; i++) {
        if (!types[i].name[0] || memcmp(types[i].name, name, 4) != 0)
            continue;
        *out = (ph_key_type_t)i;
        return types[i].scheme == scheme;
    }
    return false;
}

const ph_keystore_key_t *ph_keystore_find(const ph_keystore_t *ks, ph_key_type_t type, const uint8_t *public_key)
{
    size_t len = ph_key_scheme_public_len(ph_key_type_scheme(type));
    for (size_t i = 0; i < ks->keys.count; i++) {
        const ph_keystore_key_t *key = &ks->keys.items[i];
        if (key->type == type && (!public_key || memcmp(key->public_key, public_key, len) == 0))
            return key;
    }
    return NULL;
}

/* ---- adding ---- */

static void note_public_key(ph_keystore_key_t *key)
{
    switch (ph_key_type_scheme(key->type)) {
    case PH_KEY_SR25519:
        memcpy(key->public_key, key->pair.sr25519.public_key, 32);
        return;
    case PH_KEY_ED25519:
        memcpy(key->public_key, key->pair.ed25519.public_key, 32);
        return;
    case PH_KEY_ECDSA:
        memcpy(key->public_key, key->pair.ecdsa.public_key, 33);
        return;
    }
}

static ph_err_t from_secret(ph_keystore_key_t *key, ph_key_type_t type, const uint8_t secret[SECRET_LEN])
{
    *key = (ph_keystore_key_t){.type = type};
    ph_err_t err = PH_OK;
    switch (ph_key_type_scheme(type)) {
    case PH_KEY_SR25519:
        ph_sr25519_from_mini_secret(&key->pair.sr25519, secret);
        break;
    case PH_KEY_ED25519:
        ph_ed25519_from_seed(&key->pair.ed25519, secret);
        break;
    case PH_KEY_ECDSA:
        err = ph_ecdsa_from_seed(&key->pair.ecdsa, secret);
        break;
    }
    note_public_key(key);
    return err;
}

static ph_err_t from_uri(ph_keystore_key_t *key, ph_key_type_t type, ph_bytes_t uri)
{
    const ph_bytes_t no_password = {0};
    bool has_mini;
    uint8_t mini[SECRET_LEN];
    ph_err_t err = PH_OK;
    *key = (ph_keystore_key_t){.type = type};
    switch (ph_key_type_scheme(type)) {
    case PH_KEY_SR25519:
        err = ph_sr25519_from_uri(&key->pair.sr25519, mini, &has_mini, uri, no_password, NULL);
        sodium_memzero(mini, sizeof mini);
        break;
    case PH_KEY_ED25519:
        err = ph_ed25519_from_uri(&key->pair.ed25519, uri, no_password);
        break;
    case PH_KEY_ECDSA:
        err = ph_ecdsa_from_uri(&key->pair.ecdsa, uri, no_password);
        break;
    }
    note_public_key(key);
    return err;
}

/* The list is grown by hand: what it leaves behind held secrets. */
static void keep(ph_keystore_t *ks, const ph_keystore_key_t *key)
{
    if (ph_keystore_find(ks, key->type, key->public_key))
        return;
    if (ks->keys.count == ks->keys.cap) {
        size_t cap = ks->keys.cap ? 2 * ks->keys.cap : 8;
        ph_keystore_key_t *items = ph_mem_alloc(NULL, cap * sizeof *items);
        if (ks->keys.count)
            memcpy(items, ks->keys.items, ks->keys.count * sizeof *items);
        if (ks->keys.items)
            sodium_memzero(ks->keys.items, ks->keys.count * sizeof *items);
        ph_mem_free(ks->keys.items);
        ks->keys.items = items;
        ks->keys.cap = cap;
    }
    ks->keys.items[ks->keys.count++] = *key;
}

void ph_keystore_add(ph_keystore_t *ks, ph_key_type_t type, const uint8_t mini_secret[32])
{
    ph_keystore_key_t key;
    if (from_secret(&key, type, mini_secret) == PH_OK)
        keep(ks, &key);
    sodium_memzero(&key, sizeof key);
}

/* ---- the disk ---- */

enum { DISK_KEY_MAX = sizeof KEYS - 1 + 4 + PH_KEYRING_PUBLIC_MAX };

static ph_bytes_t disk_key(uint8_t out[DISK_KEY_MAX], const ph_keystore_key_t *key)
{
    size_t public_len = ph_key_scheme_public_len(ph_key_type_scheme(key->type)), at = sizeof KEYS - 1;
    memcpy(out, KEYS, at);
    memcpy(out + at, types[key->type].name, 4);
    memcpy(out + at + 4, key->public_key, public_len);
    return ph_bytes(out, at + 4 + public_len);
}

static ph_err_t save(ph_keystore_t *ks, const ph_keystore_key_t *key, const uint8_t secret[SECRET_LEN])
{
    uint8_t place[DISK_KEY_MAX];
    ph_buf_t *value = ph_buf_new(ph_bytes(secret, SECRET_LEN));
    size_t len = disk_key(place, key).len;
    ph_err_t err = ph_disk_put(ks->env, ph_bytes(place, len), value);
    ph_buf_unref(value);
    if (err == PH_OK)
        err = ph_disk_sync(ks->env);
    if (err != PH_OK)
        ph_disk_delete(ks->env, ph_bytes(place, len));
    return err;
}

/* What is no key that stands in its place is left alone. */
static void load_one(ph_keystore_t *ks, ph_bytes_t place, ph_bytes_t secret)
{
    uint8_t expected[DISK_KEY_MAX];
    ph_keystore_key_t key;
    if (place.len < sizeof KEYS - 1 + 4 || secret.len != SECRET_LEN || ks->keys.count >= KEYS_MAX)
        return;
    for (unsigned i = 0; i < PH_KEY_TYPE_COUNT; i++)
        if (types[i].name[0] && memcmp(types[i].name, place.data + sizeof KEYS - 1, 4) == 0 &&
            from_secret(&key, (ph_key_type_t)i, secret.data) == PH_OK &&
            ph_bytes_equal(disk_key(expected, &key), place))
            keep(ks, &key);
    sodium_memzero(&key, sizeof key);
}

void ph_keystore_load(ph_keystore_t *ks)
{
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    ph_buf_t *value;
    while (ph_disk_next(ks->env, arena, PH_BYTES_LIT(KEYS), &cursor, &value)) {
        load_one(ks, cursor, ph_buf_bytes(value));
        ph_buf_unref(value);
    }
    ph_arena_free(arena);
}

/* ---- the keyring ---- */

static ph_err_t make_random(ph_keystore_t *ks, ph_keystore_key_t *key, ph_key_type_t type)
{
    uint8_t secret[SECRET_LEN];
    ph_err_t err;
    do { /* one in 2^128 is no ecdsa key's */
        ph_env_random(ks->env, secret, sizeof secret);
        err = from_secret(key, type, secret);
    } while (err != PH_OK);
    err = save(ks, key, secret);
    sodium_memzero(secret, sizeof secret);
    return err;
}

static bool generate(void *self, uint8_t out[PH_KEYRING_PUBLIC_MAX], ph_key_scheme_t scheme, const uint8_t name[4],
                     const ph_bytes_t *uri)
{
    ph_keystore_t *ks = self;
    ph_key_type_t type;
    ph_keystore_key_t key;
    if (!type_of(&type, scheme, name) || ks->keys.count >= KEYS_MAX)
        return false;
    ph_err_t err = uri ? from_uri(&key, type, *uri) : make_random(ks, &key, type);
    if (err == PH_OK) {
        keep(ks, &key);
        memcpy(out, key.public_key, ph_key_scheme_public_len(scheme));
    }
    sodium_memzero(&key, sizeof key);
    return err == PH_OK;
}

/* What the record is for is never of this form: payloads of statements and votes begin with other letters, a bitfield
 * of the 20 bits that 'P' stands for has none beyond them, and what seals a block is 32 bytes. */
static bool is_proof_of_possession(ph_bytes_t message)
{
    enum { SEALED_LEN = 32, PREFIX_LEN = 4 };
    return message.len >= PREFIX_LEN && message.len != SEALED_LEN && memcmp(message.data, "POP_", PREFIX_LEN) == 0;
}

static bool sign(void *self, uint8_t out[PH_KEYRING_SIGNATURE_MAX], ph_key_scheme_t scheme, const uint8_t name[4],
                 const uint8_t *public_key, ph_bytes_t message, bool prehashed)
{
    ph_key_type_t type;
    if (!type_of(&type, scheme, name) || (types[type].conflicts && (prehashed || !is_proof_of_possession(message))))
        return false;
    const ph_keystore_key_t *key = ph_keystore_find(self, type, public_key);
    if (!key)
        return false;
    switch (scheme) {
    case PH_KEY_SR25519:
        ph_sr25519_sign(&key->pair.sr25519, out, message, NULL);
        break;
    case PH_KEY_ED25519:
        ph_ed25519_sign(&key->pair.ed25519, out, message);
        break;
    case PH_KEY_ECDSA:
        ph_ecdsa_sign(&key->pair.ecdsa, out, message);
        break;
    }
    return true;
}

static bool public_key(void *self, uint8_t out[PH_KEYRING_PUBLIC_MAX], ph_key_scheme_t scheme, const uint8_t name[4],
                       size_t i)
{
    const ph_keystore_t *ks = self;
    ph_key_type_t type;
    if (!type_of(&type, scheme, name))
        return false;
    for (size_t k = 0; k < ks->keys.count; k++) {
        if (ks->keys.items[k].type != type || i-- > 0)
            continue;
        memcpy(out, ks->keys.items[k].public_key, ph_key_scheme_public_len(scheme));
        return true;
    }
    return false;
}

ph_keyring_t ph_keystore_keyring(ph_keystore_t *ks)
{
    return (ph_keyring_t){.self = ks, .generate = generate, .sign = sign, .public_key = public_key};
}
