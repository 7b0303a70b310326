/* `parahost tool storage-key PALLET ITEM [KEY…]` */
#include <stdio.h>
#include <string.h>

#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "crypto/hash.h"
#include "runtime/pallets.h"
#include "scale/json.h"

#define KEYS_MAX 8

static const struct {
    const char *name;
    ph_hasher_t hasher;
} hashers[] = {
    {"blake2_128", PH_HASHER_BLAKE2_128_PLAIN},
    {"blake2_256", PH_HASHER_BLAKE2_256},
    {"blake2_128_concat", PH_HASHER_BLAKE2_128},
    {"twox_128", PH_HASHER_TWOX128},
    {"twox_256", PH_HASHER_TWOX256},
    {"twox_64_concat", PH_HASHER_TWOX64},
    {"identity", PH_HASHER_IDENTITY},
};
#define HASHERS "blake2_128, blake2_256, blake2_128_concat, twox_128, twox_256, twox_64_concat, identity"

static const ph_storage_item_t *find(const char *pallet, const char *item)
{
    for (size_t p = 0; p < ph_pallet_count; p++)
        for (size_t i = 0; strcmp(ph_pallets[p].name, pallet) == 0 && i < ph_pallets[p].item_count; i++)
            if (strcmp(ph_pallets[p].items[i]->name, item) == 0)
                return ph_pallets[p].items[i];
    return NULL;
}

static void write_part(ph_writer_t *w, ph_hasher_t hasher, ph_bytes_t key)
{
    uint8_t digest[32] = {0};
    size_t len = 0;
    bool keep = false;
    switch (hasher) {
    case PH_HASHER_BLAKE2_128_PLAIN:
    case PH_HASHER_BLAKE2_128:
        ph_blake2_128(digest, key);
        len = 16;
        keep = hasher == PH_HASHER_BLAKE2_128;
        break;
    case PH_HASHER_BLAKE2_256:
        ph_blake2_256(digest, key);
        len = 32;
        break;
    case PH_HASHER_TWOX128:
        ph_twox_128(digest, key);
        len = 16;
        break;
    case PH_HASHER_TWOX256:
        ph_twox_256(digest, key);
        len = 32;
        break;
    case PH_HASHER_TWOX64:
        ph_twox_64(digest, key);
        len = 8;
        keep = true;
        break;
    case PH_HASHER_IDENTITY:
        keep = true;
        break;
    }
    ph_write(w, digest, len);
    if (keep)
        ph_write(w, key.data, key.len);
}

/* ---- one KEY ---- */

static ph_err_t from_json(ph_arena_t *arena, ph_bytes_t *out, const ph_type_t *type, const char *text, char *why,
                          size_t why_len)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    if (!json) /* an enum's variant or a text need no quotes */
        json = json_string(text);
    if (!json) {
        snprintf(why, why_len, "not UTF-8 text");
        return PH_ERR_MALFORMED;
    }
    void *value = ph_arena_alloc(arena, type->size + 1);
    ph_err_t err = ph_type_parse(json, arena, type, value, why, why_len);
    json_decref(json);
    PH_TRY(err);
    ph_writer_t w = ph_writer_in(arena);
    ph_type_encode(&w, type, value);
    *out = ph_writer_bytes(&w);
    return PH_OK;
}

/* Bytes are taken as the key's SCALE encoding if they decode; else they may be the key's JSON form (a hash is written
 * "0x…" in both). */
static ph_err_t from_bytes(ph_arena_t *arena, ph_bytes_t *out, const ph_type_t *type, const char *text, char *why,
                           size_t why_len)
{
    PH_TRY(ph_cli_bytes_arg(arena, out, "parahost tool storage-key: KEY", text));
    void *value = ph_arena_alloc(arena, type->size + 1);
    if (ph_type_decode_all(*out, arena, type, value) == PH_OK)
        return PH_OK;
    return from_json(arena, out, type, text, why, why_len);
}

static int typed_part(const ph_command_t *command, ph_arena_t *arena, ph_writer_t *w, const ph_storage_key_t *key,
                      const char *text)
{
    char why[300] = "";
    ph_bytes_t encoded;
    bool bytes = strncmp(text, "0x", 2) == 0 || text[0] == '@' || strcmp(text, "-") == 0;
    ph_err_t err = bytes ? from_bytes(arena, &encoded, key->type, text, why, sizeof why)
                         : from_json(arena, &encoded, key->type, text, why, sizeof why);
    if (err != PH_OK && why[0])
        return ph_options_wrong(command, "KEY: \"%.100s\" is no %s: %s", text,
                                key->type->name ? key->type->name : "key of this item", why);
    if (err != PH_OK)
        return 2;
    write_part(w, key->hasher, encoded);
    return PH_OPTIONS_GO;
}

static int hashed_part(const ph_command_t *command, ph_arena_t *arena, ph_writer_t *w, const char *text)
{
    const char *colon = strchr(text, ':');
    ph_bytes_t key;
    for (size_t i = 0; colon && i < sizeof hashers / sizeof *hashers; i++) {
        if (strlen(hashers[i].name) != (size_t)(colon - text) ||
            strncmp(hashers[i].name, text, (size_t)(colon - text)) != 0)
            continue;
        if (ph_cli_bytes_arg(arena, &key, "parahost tool storage-key: KEY", colon + 1) != PH_OK)
            return 2;
        write_part(w, hashers[i].hasher, key);
        return PH_OPTIONS_GO;
    }
    return ph_options_wrong(
        command, "KEY: \"%.100s\": this item is not in our runtime; expected HASHER:BYTES with one of " HASHERS, text);
}

/* ---- the command ---- */

static int build(const ph_command_t *command, ph_arena_t *arena, ph_writer_t *w, const char *const *plain, size_t count)
{
    const ph_storage_item_t *item = find(plain[0], plain[1]);
    uint8_t prefix[32];
    ph_twox_128(prefix, ph_bytes(plain[0], strlen(plain[0])));
    ph_twox_128(prefix + 16, ph_bytes(plain[1], strlen(plain[1])));
    ph_write(w, prefix, sizeof prefix);
    if (item && count - 2 > item->key_count)
        return ph_options_wrong(command, "%s.%s: %zu keys given; expected at most %u", plain[0], plain[1], count - 2,
                                item->key_count);
    for (size_t i = 2; i < count; i++) {
        /* A hasher named by hand always counts: other runtimes may have the item in another form. */
        bool by_hand = !item || (strchr(plain[i], ':') && strncmp(plain[i], "0x", 2) != 0 && plain[i][0] != '{' &&
                                 plain[i][0] != '"');
        int status = by_hand ? hashed_part(command, arena, w, plain[i])
                             : typed_part(command, arena, w, &item->keys[i - 2], plain[i]);
        if (status != PH_OPTIONS_GO)
            return status;
    }
    return 0;
}

#define ABOUT                                                                                                          \
    "Prints the key of a storage item: twox128(PALLET) twox128(ITEM), then each KEY as its hasher makes it. With "     \
    "fewer keys than the item\n"                                                                                       \
    "has, the prefix of all entries below. For items of our runtime a KEY is JSON (2000) or the key's SCALE encoding " \
    "(0xd0070000). For any\n"                                                                                          \
    "other item, or to say otherwise, it is HASHER:BYTES with one of " HASHERS "."

int ph_cli_tool_storage_key(int argc, char **argv)
{
    const char *plain[2 + KEYS_MAX];
    size_t count;
    bool json = false;
    const ph_option_t options[] = {{"json", PH_OPTION_FLAG, &json, NULL, "{\"key\"}", 0, 0, NULL}};
    const ph_command_t command = {
        "parahost tool storage-key", "PALLET ITEM [KEY…]", ABOUT, 2, 2 + KEYS_MAX, options, 1};
    int status = ph_options_read(&command, plain, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    ph_writer_t w = ph_writer_in(arena);
    status = build(&command, arena, &w, plain, count);
    if (status == 0)
        printf(json ? "{\"key\":\"%s\"}\n" : "%s\n", ph_hex_in(arena, ph_writer_bytes(&w)));
    ph_arena_free(arena);
    return status;
}
