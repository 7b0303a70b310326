#include "runtime/storage.h"

#include <string.h>

#include "base/check.h"

static void write_key_part(ph_rt_t *rt, ph_writer_t *w, const ph_storage_key_t *part, const void *key)
{
    ph_writer_t encoded = ph_writer_in(rt->arena);
    ph_type_encode(&encoded, part->type, key);
    ph_bytes_t in = ph_writer_bytes(&encoded);
    uint8_t digest[32];
    switch (part->hasher) {
    case PH_HASHER_BLAKE2_128_PLAIN:
        ph_host_blake2_128(rt, digest, in);
        ph_write(w, digest, 16);
        return;
    case PH_HASHER_BLAKE2_256:
        ph_host_blake2_256(rt, digest, in);
        ph_write(w, digest, 32);
        return;
    case PH_HASHER_TWOX128:
        ph_host_twox_128(rt, digest, in);
        ph_write(w, digest, 16);
        return;
    case PH_HASHER_TWOX256:
        ph_host_twox_256(rt, digest, in);
        ph_write(w, digest, 32);
        return;
    case PH_HASHER_BLAKE2_128:
        ph_host_blake2_128(rt, digest, in);
        ph_write(w, digest, 16);
        break;
    case PH_HASHER_TWOX64:
        ph_host_twox_64(rt, digest, in);
        ph_write(w, digest, 8);
        break;
    case PH_HASHER_IDENTITY:
        break;
    }
    ph_write(w, in.data, in.len);
}

static size_t digest_len(ph_hasher_t hasher)
{
    switch (hasher) {
    case PH_HASHER_BLAKE2_128_PLAIN:
    case PH_HASHER_BLAKE2_128:
    case PH_HASHER_TWOX128:
        return 16;
    case PH_HASHER_BLAKE2_256:
    case PH_HASHER_TWOX256:
        return 32;
    case PH_HASHER_TWOX64:
        return 8;
    case PH_HASHER_IDENTITY:
        return 0;
    }
    PH_UNREACHABLE();
}

static bool keeps_key(ph_hasher_t hasher)
{
    return hasher == PH_HASHER_BLAKE2_128 || hasher == PH_HASHER_TWOX64 || hasher == PH_HASHER_IDENTITY;
}

ph_bytes_t ph_storage_key(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys, size_t key_count)
{
    PH_CHECK(key_count <= item->key_count);
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, item->prefix, sizeof item->prefix);
    for (size_t i = 0; i < key_count; i++)
        write_key_part(rt, &w, &item->keys[i], keys[i]);
    return ph_writer_bytes(&w);
}

static void complain(ph_rt_t *rt, const ph_storage_item_t *item, const char *what, const ph_reader_t *r)
{
    char why[PH_READER_PATH_MAX + 96];
    ph_reader_explain(r, why, sizeof why);
    ph_rt_log(rt, PH_LOG_ERROR, "runtime::storage", "%s.%s: a stored %s does not decode: %s", item->pallet, item->name,
              what, why);
}

/* What the host hands back lies in the call's arena, so byte strings may point into it. As FRAME, bytes after the value
 * are not looked at. */
static bool decode_value(ph_rt_t *rt, void *out, const ph_storage_item_t *item, ph_bytes_t stored)
{
    ph_reader_t r = ph_reader(stored);
    r.borrow = true;
    if (ph_type_decode(&r, rt->arena, item->value, out) == PH_OK)
        return true;
    complain(rt, item, "value", &r);
    return false;
}

static void fill_default(ph_rt_t *rt, void *out, const ph_storage_item_t *item)
{
    memset(out, 0, item->value->size);
    if (item->optional)
        return;
    ph_bytes_t encoded = ph_bytes(item->default_value, item->default_len);
    ph_err_t err = ph_type_decode_all(encoded, rt->arena, item->value, out);
    PH_CHECK(err == PH_OK);
}

static bool get_at(ph_rt_t *rt, void *out, const ph_storage_item_t *item, ph_bytes_t key)
{
    ph_bytes_t stored;
    if (ph_host_storage_get(rt, &stored, key) && decode_value(rt, out, item, stored))
        return true;
    fill_default(rt, out, item);
    return false;
}

bool ph_storage_get(ph_rt_t *rt, void *out, const ph_storage_item_t *item, const void *const *keys)
{
    return get_at(rt, out, item, ph_storage_key(rt, item, keys, item->key_count));
}

void ph_storage_set(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys, const void *value)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_type_encode(&w, item->value, value);
    ph_host_storage_set(rt, ph_storage_key(rt, item, keys, item->key_count), ph_writer_bytes(&w));
}

bool ph_storage_exists(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys)
{
    return ph_host_storage_exists(rt, ph_storage_key(rt, item, keys, item->key_count));
}

void ph_storage_remove(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys)
{
    ph_host_storage_clear(rt, ph_storage_key(rt, item, keys, item->key_count));
}

bool ph_storage_take(ph_rt_t *rt, void *out, const ph_storage_item_t *item, const void *const *keys)
{
    ph_bytes_t key = ph_storage_key(rt, item, keys, item->key_count);
    bool was = get_at(rt, out, item, key);
    if (was)
        ph_host_storage_clear(rt, key);
    return was;
}

void ph_storage_append(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys, const ph_type_t *type,
                       const void *element)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_type_encode(&w, type, element);
    ph_host_storage_append(rt, ph_storage_key(rt, item, keys, item->key_count), ph_writer_bytes(&w));
}

uint32_t ph_storage_count(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys)
{
    ph_bytes_t stored;
    if (!ph_host_storage_get(rt, &stored, ph_storage_key(rt, item, keys, item->key_count)))
        return 0;
    ph_reader_t r = ph_reader(stored);
    uint32_t count;
    if (ph_read_compact_u32(&r, &count) == PH_OK)
        return count;
    complain(rt, item, "length", &r);
    return 0;
}

/* Reads the keys after the first `given` ones out of the part of a key on chain that follows those. */
static bool decode_keys(ph_rt_t *rt, void *const *key_outs, const ph_storage_item_t *item, size_t given,
                        ph_bytes_t rest)
{
    ph_reader_t r = ph_reader(rest);
    r.borrow = true;
    for (size_t i = given; i < item->key_count; i++) {
        const ph_storage_key_t *part = &item->keys[i];
        uint8_t digest[32];
        if (ph_read(&r, digest, digest_len(part->hasher)) != PH_OK)
            goto malformed;
        if (!keeps_key(part->hasher))
            continue;
        void *out = key_outs[i - given];
        if (!out)
            out = ph_arena_alloc(rt->arena, part->type->size);
        if (ph_type_decode(&r, rt->arena, part->type, out) != PH_OK)
            goto malformed;
    }
    if (ph_reader_finish(&r) == PH_OK)
        return true;
malformed:
    complain(rt, item, "key", &r);
    return false;
}

bool ph_storage_next(ph_rt_t *rt, ph_bytes_t *cursor, void *const *key_outs, void *value, const ph_storage_item_t *item,
                     const void *const *under, size_t under_count)
{
    ph_bytes_t prefix = ph_storage_key(rt, item, under, under_count);
    if (!cursor->data)
        *cursor = prefix;
    ph_bytes_t key;
    while (ph_host_storage_next_key(rt, &key, *cursor) && ph_bytes_start_with(key, prefix)) {
        *cursor = key;
        ph_bytes_t rest = ph_bytes(key.data + prefix.len, key.len - prefix.len);
        if (!decode_keys(rt, key_outs, item, under_count, rest))
            continue;
        ph_bytes_t stored;
        if (!value || (ph_host_storage_get(rt, &stored, key) && decode_value(rt, value, item, stored)))
            return true;
    }
    return false;
}

void ph_storage_clear(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *under, size_t under_count)
{
    uint32_t removed;
    ph_host_storage_clear_prefix(rt, ph_storage_key(rt, item, under, under_count), UINT32_MAX, &removed);
}
