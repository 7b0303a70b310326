#include <string.h>

#include "node/availability_store/store.h"

/* Keys: "av/m" candidate → meta; "av/d" candidate → AvailableData; "av/c" candidate validator (u32 LE) → ErasureChunk.
 */
enum { TAG_LEN = 4, HASH_LEN = 32, KEY_MAX = TAG_LEN + HASH_LEN + 4 };

typedef struct disk_key {
    uint8_t bytes[KEY_MAX];
    size_t len;
} disk_key_t;

static disk_key_t key_of(const char *tag, const ph_candidate_hash_t *candidate, const ph_validator_index_t *validator)
{
    disk_key_t key = {.len = TAG_LEN + HASH_LEN};
    memcpy(key.bytes, tag, TAG_LEN);
    memcpy(key.bytes + TAG_LEN, candidate->bytes, HASH_LEN);
    if (validator) {
        ph_put_u32(key.bytes + key.len, validator->v);
        key.len += 4;
    }
    return key;
}

static ph_bytes_t bytes_of(const disk_key_t *key)
{
    return ph_bytes(key->bytes, key->len);
}

static ph_err_t put(ph_subsystem_t *self, const disk_key_t *key, ph_writer_t *w)
{
    ph_buf_t *buf = ph_writer_to_buf(w);
    ph_err_t err = ph_disk_put(ph_env_of(self), bytes_of(key), buf);
    ph_buf_unref(buf);
    return err == PH_OK ? ph_disk_sync(ph_env_of(self)) : err;
}

static ph_rc_t *get(ph_subsystem_t *self, const disk_key_t *key, const ph_type_t *type)
{
    ph_rc_t *rc = NULL;
    ph_buf_t *buf = ph_disk_get(ph_env_of(self), bytes_of(key));
    if (buf && ph_rc_decode(&rc, type, buf) != PH_OK) {
        ph_complain(self, PH_LOG_ERROR, "a stored value is damaged and is left out");
        rc = NULL;
    }
    ph_buf_unref(buf);
    return rc;
}

/* ---- entries ---- */

entry_t *ph_av_entry(ph_subsystem_t *self, const ph_candidate_hash_t *candidate)
{
    store_t *store = ph_state(self);
    return ph_map_get(&store->entries, candidate);
}

entry_t *ph_av_note(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, uint32_t validators)
{
    store_t *store = ph_state(self);
    bool added;
    entry_t *entry = ph_map_put(&store->entries, candidate, &added);
    if (added)
        entry->since_ms = ph_env_now_ms(ph_env_of(self));
    if (!entry->validators)
        entry->validators = validators;
    return entry;
}

/* state u8, since u64, validators u32, has_data u8, mapping u8, core u32, then the including blocks. */
ph_err_t ph_av_save(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, const entry_t *entry)
{
    disk_key_t key = key_of("av/m", candidate, NULL);
    ph_writer_t w = PH_WRITER_HEAP;
    ph_write_u8(&w, (uint8_t)entry->state);
    ph_write_u64(&w, entry->since_ms);
    ph_write_u32(&w, entry->validators);
    ph_write_u8(&w, entry->has_data);
    ph_write_u8(&w, entry->mapping);
    ph_write_u32(&w, entry->core.v);
    for (size_t i = 0; i < entry->blocks.count; i++) {
        ph_write_u32(&w, entry->blocks.items[i].number);
        ph_write(&w, entry->blocks.items[i].hash.bytes, HASH_LEN);
    }
    return put(self, &key, &w);
}

static ph_err_t read_meta(entry_t *entry, ph_bytes_t bytes)
{
    ph_reader_t r = ph_reader(bytes);
    uint8_t state;
    PH_TRY(ph_read_u8(&r, &state));
    if (state > FINALIZED)
        return PH_ERR_MALFORMED;
    entry->state = (entry_state_t)state;
    PH_TRY(ph_read_u64(&r, &entry->since_ms));
    PH_TRY(ph_read_u32(&r, &entry->validators));
    PH_TRY(ph_read_bool(&r, &entry->has_data));
    PH_TRY(ph_read_bool(&r, &entry->mapping));
    PH_TRY(ph_read_u32(&r, &entry->core.v));
    while (ph_reader_left(&r)) {
        including_block_t block;
        PH_TRY(ph_read_u32(&r, &block.number));
        PH_TRY(ph_read(&r, block.hash.bytes, HASH_LEN));
        ph_list_push(NULL, &entry->blocks, block);
    }
    return PH_OK;
}

void ph_av_load(ph_subsystem_t *self)
{
    store_t *store = ph_state(self);
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    ph_buf_t *value;
    while (ph_disk_next(ph_env_of(self), arena, PH_BYTES_LIT("av/m"), &cursor, &value)) {
        entry_t entry = {0};
        if (cursor.len == TAG_LEN + HASH_LEN && read_meta(&entry, ph_buf_bytes(value)) == PH_OK)
            *(entry_t *)ph_map_put(&store->entries, cursor.data + TAG_LEN, NULL) = entry;
        else
            ph_list_free(&entry.blocks);
        ph_buf_unref(value);
    }
    ph_arena_free(arena);
}

void ph_av_forget(ph_subsystem_t *self, const ph_candidate_hash_t *candidate)
{
    store_t *store = ph_state(self);
    ph_env_t *env = ph_env_of(self);
    entry_t *entry = ph_av_entry(self, candidate);
    disk_key_t meta = key_of("av/m", candidate, NULL), data = key_of("av/d", candidate, NULL),
               chunks = key_of("av/c", candidate, NULL);
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    ph_disk_delete(env, bytes_of(&meta));
    ph_disk_delete(env, bytes_of(&data));
    while (ph_disk_next(env, arena, bytes_of(&chunks), &cursor, NULL))
        ph_disk_delete(env, cursor);
    ph_arena_free(arena);
    if (!entry)
        return;
    ph_note(self, "candidate-forgotten", PH_FIELDS(.candidate = candidate));
    ph_list_free(&entry->blocks);
    ph_coded_unref(entry->coded);
    ph_map_remove(&store->entries, candidate);
}

/* ---- values ---- */

ph_err_t ph_av_put_chunk(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, ph_validator_index_t validator,
                         const ph_erasure_chunk_t *chunk)
{
    disk_key_t key = key_of("av/c", candidate, &validator);
    ph_writer_t w = PH_WRITER_HEAP;
    ph_erasure_chunk_encode(&w, chunk);
    return put(self, &key, &w);
}

bool ph_av_has_chunk(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, ph_validator_index_t validator)
{
    disk_key_t key = key_of("av/c", candidate, &validator);
    ph_buf_t *buf = ph_disk_get(ph_env_of(self), bytes_of(&key));
    ph_buf_unref(buf);
    return buf != NULL;
}

ph_rc_t *ph_av_get_chunk(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, ph_validator_index_t validator)
{
    disk_key_t key = key_of("av/c", candidate, &validator);
    return get(self, &key, &ph_type_erasure_chunk);
}

ph_err_t ph_av_put_data(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, const ph_available_data_t *data)
{
    disk_key_t key = key_of("av/d", candidate, NULL);
    ph_writer_t w = PH_WRITER_HEAP;
    ph_available_data_encode(&w, data);
    ph_buf_t *buf = ph_writer_to_buf(&w);
    ph_err_t err = ph_disk_put(ph_env_of(self), bytes_of(&key), buf);
    ph_buf_unref(buf);
    return err;
}

ph_rc_t *ph_av_get_data(ph_subsystem_t *self, const ph_candidate_hash_t *candidate)
{
    disk_key_t key = key_of("av/d", candidate, NULL);
    return get(self, &key, &ph_type_available_data);
}
