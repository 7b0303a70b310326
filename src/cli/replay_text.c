/* How a replay names keys and shows values: pallet, item and keys, and JSON by their types. */
#include "cli/replay.h"

#include <string.h>

#include "runtime/pallets.h"

#define SHOWN_MAX 400

static const char *shorten(ph_replay_t *r, const char *text)
{
    return strlen(text) <= SHOWN_MAX ? text : ph_arena_printf(r->rt.arena, "%.*s…", SHOWN_MAX, text);
}

const char *ph_replay_render(ph_replay_t *r, const ph_type_t *type, ph_bytes_t encoded)
{
    void *value = ph_arena_alloc(r->rt.arena, type->size + 1);
    if (ph_type_decode_all(encoded, r->rt.arena, type, value) != PH_OK)
        return shorten(r, ph_hex_in(r->rt.arena, encoded));
    ph_json_t json = ph_json_new(r->rt.arena, true);
    ph_type_print(&json, type, value);
    return shorten(r, ph_json_text(&json));
}

/* ---- keys ---- */

static const ph_storage_item_t *item_of(ph_bytes_t key)
{
    for (size_t p = 0; p < ph_pallet_count; p++)
        for (size_t i = 0; i < ph_pallets[p].item_count; i++) {
            const ph_storage_item_t *item = ph_pallets[p].items[i];
            if (key.len >= sizeof item->prefix && memcmp(key.data, item->prefix, sizeof item->prefix) == 0)
                return item;
        }
    return NULL;
}

static size_t digest_len(ph_hasher_t hasher)
{
    static const uint8_t lens[] = {16, 32, 16, 16, 32, 8, 0};
    return lens[hasher];
}

/* "Paras.Heads(2000)"; what does not decode stays hex. */
static const char *name_of(ph_replay_t *r, const ph_storage_item_t *item, ph_bytes_t key)
{
    ph_reader_t reader = ph_reader(ph_bytes(key.data + sizeof item->prefix, key.len - sizeof item->prefix));
    const char *text = ph_arena_printf(r->rt.arena, "%s.%s", item->pallet, item->name);
    for (size_t i = 0; i < item->key_count; i++) {
        uint8_t digest[32];
        const ph_type_t *type = item->keys[i].type;
        ph_hasher_t hasher = item->keys[i].hasher;
        if (ph_read(&reader, digest, digest_len(hasher)) != PH_OK)
            break;
        ph_bytes_t part = ph_bytes(digest, digest_len(hasher));
        bool kept = hasher == PH_HASHER_BLAKE2_128 || hasher == PH_HASHER_TWOX64 || hasher == PH_HASHER_IDENTITY;
        const uint8_t *from = reader.at;
        void *value = ph_arena_alloc(r->rt.arena, type->size + 1);
        if (kept && ph_type_decode(&reader, r->rt.arena, type, value) == PH_OK)
            part = ph_bytes(from, (size_t)(reader.at - from));
        text = ph_arena_printf(r->rt.arena, "%s(%s)", text,
                               kept ? ph_replay_render(r, type, part) : ph_hex_in(r->rt.arena, part));
    }
    return text;
}

static const char *value_text(ph_replay_t *r, const ph_storage_item_t *item, const ph_bytes_t *value)
{
    if (!value)
        return "nothing";
    return item ? ph_replay_render(r, item->value, *value) : shorten(r, ph_hex_in(r->rt.arena, *value));
}

static json_t *tree_of(ph_replay_t *r, const ph_storage_item_t *item, ph_bytes_t encoded)
{
    void *value = ph_arena_alloc(r->rt.arena, item->value->size + 1);
    if (ph_type_decode_all(encoded, r->rt.arena, item->value, value) != PH_OK)
        return NULL;
    return ph_vec_render(r->rt.arena, item->value, value);
}

/* The first place within the value where the two differ: " at [3].para". */
static const char *where(ph_replay_t *r, const ph_storage_item_t *item, const ph_bytes_t *ours,
                         const ph_bytes_t *expected)
{
    char path[160] = "";
    if (!item || !ours || !expected)
        return "";
    json_t *a = tree_of(r, item, *expected), *b = tree_of(r, item, *ours);
    bool same = !a || !b || ph_vec_same_json(a, b, path, sizeof path);
    json_decref(a);
    json_decref(b);
    return same || !path[0] ? "" : ph_arena_printf(r->rt.arena, " at %s", path);
}

void ph_replay_differs(ph_replay_t *r, ph_vec_entry_t *e, ph_bytes_t key, const ph_bytes_t *ours,
                       const ph_bytes_t *expected)
{
    const ph_storage_item_t *item = item_of(key);
    ph_vec_fail(e, "%s%s: expected %s, got %s (key %s)", item ? name_of(r, item, key) : "no item of ours",
                where(r, item, ours, expected), value_text(r, item, expected), value_text(r, item, ours),
                ph_hex_in(r->rt.arena, key));
}
