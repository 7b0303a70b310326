/* ext_storage_*: the top trie, and transactions. */
#include "hostapi/internal.h"

#include "scale/scale.h"

/* Layers that may be open at once. FRAME itself stops at 255. */
#define TRANSACTIONS_MAX 4096u

static ph_overlay_t *overlay_of(ph_wasm_instance_t *instance)
{
    return ph_hostapi_of(instance)->overlay;
}

/* The overlay keeps its first error; nothing after it means anything. */
static ph_err_t done(ph_wasm_instance_t *instance)
{
    ph_err_t err = ph_overlay_error(overlay_of(instance));
    return err == PH_OK ? PH_OK : ph_wasm_refuse(instance, err, "storage: %s", ph_err_text(err));
}

ph_err_t ph_hostapi_state_version(ph_wasm_instance_t *instance, int *out, uint64_t arg)
{
    if ((uint32_t)arg > 1)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "no state version %u", (uint32_t)arg);
    *out = (int)arg;
    return PH_OK;
}

/* SCALE Option<u32>, nothing behind it counting. */
static ph_err_t take_limit(ph_wasm_instance_t *instance, uint32_t *limit, uint64_t arg)
{
    ph_bytes_t option;
    bool some;
    PH_TRY(ph_hostapi_span(instance, &option, arg));
    ph_reader_t r = ph_reader(option);
    *limit = PH_NO_LIMIT;
    if (ph_read_bool(&r, &some) != PH_OK || (some && ph_read_u32(&r, limit) != PH_OK))
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "limit: expected an Option<u32>");
    return PH_OK;
}

/* KillStorageResult */
static ph_err_t give_cleared(ph_wasm_instance_t *instance, uint64_t *result, ph_cleared_t cleared)
{
    uint8_t answer[5] = {!cleared.all_removed};
    ph_put_u32(answer + 1, cleared.loops);
    PH_TRY(done(instance));
    return ph_hostapi_give(instance, result, ph_bytes(answer, sizeof answer));
}

/* Copies what fits of the value behind the offset to where the argument says; answers how much there is behind it. */
static ph_err_t give_read(ph_wasm_instance_t *instance, uint64_t *result, const ph_bytes_t *value, uint64_t out_arg,
                          uint64_t offset_arg)
{
    uint8_t answer[5] = {value != NULL};
    ph_bytes_t out;
    PH_TRY(ph_hostapi_span(instance, &out, out_arg));
    if (value) {
        size_t offset = (uint32_t)offset_arg < value->len ? (uint32_t)offset_arg : value->len;
        size_t left = value->len - offset, len = left < out.len ? left : out.len;
        PH_TRY(ph_wasm_memory_write(instance, (uint32_t)out_arg, ph_bytes(len ? value->data + offset : NULL, len)));
        ph_put_u32(answer + 1, (uint32_t)left);
    }
    return ph_hostapi_give(instance, result, ph_bytes(answer, value ? 5 : 1));
}

/* ---- the top trie ---- */

PH_HOSTAPI(storage_get_version_1)
{
    ph_bytes_t key, value;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    bool some = ph_overlay_get(overlay_of(instance), &value, key);
    PH_TRY(done(instance));
    return ph_hostapi_give_option(instance, result, some ? &value : NULL);
}

PH_HOSTAPI(storage_read_version_1)
{
    ph_bytes_t key, value;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    bool some = ph_overlay_get(overlay_of(instance), &value, key);
    PH_TRY(done(instance));
    return give_read(instance, result, some ? &value : NULL, args[1], args[2]);
}

PH_HOSTAPI(storage_set_version_1)
{
    (void)result;
    ph_bytes_t key, value;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    PH_TRY(ph_hostapi_span(instance, &value, args[1]));
    ph_overlay_set(overlay_of(instance), key, value);
    return done(instance);
}

PH_HOSTAPI(storage_clear_version_1)
{
    (void)result;
    ph_bytes_t key;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    ph_overlay_clear(overlay_of(instance), key);
    return done(instance);
}

PH_HOSTAPI(storage_exists_version_1)
{
    ph_bytes_t key;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    *result = ph_overlay_exists(overlay_of(instance), key);
    return done(instance);
}

PH_HOSTAPI(storage_clear_prefix_version_1)
{
    (void)result;
    ph_bytes_t prefix;
    PH_TRY(ph_hostapi_span(instance, &prefix, args[0]));
    (void)ph_overlay_clear_prefix(overlay_of(instance), prefix, PH_NO_LIMIT);
    return done(instance);
}

PH_HOSTAPI(storage_clear_prefix_version_2)
{
    ph_bytes_t prefix;
    uint32_t limit;
    PH_TRY(ph_hostapi_span(instance, &prefix, args[0]));
    PH_TRY(take_limit(instance, &limit, args[1]));
    return give_cleared(instance, result, ph_overlay_clear_prefix(overlay_of(instance), prefix, limit));
}

PH_HOSTAPI(storage_append_version_1)
{
    (void)result;
    ph_bytes_t key, item;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    PH_TRY(ph_hostapi_span(instance, &item, args[1]));
    ph_overlay_append(overlay_of(instance), key, item);
    return done(instance);
}

static ph_err_t give_root(ph_wasm_instance_t *instance, uint64_t *result, int version)
{
    uint8_t root[32];
    ph_overlay_root(overlay_of(instance), root, version);
    PH_TRY(done(instance));
    return ph_hostapi_give(instance, result, ph_bytes(root, sizeof root));
}

PH_HOSTAPI(storage_root_version_1)
{
    (void)args;
    return give_root(instance, result, 0);
}

PH_HOSTAPI(storage_root_version_2)
{
    int version = 0;
    PH_TRY(ph_hostapi_state_version(instance, &version, args[0]));
    return give_root(instance, result, version);
}

/* What it was about is gone from Substrate; the answer is always None. */
PH_HOSTAPI(storage_changes_root_version_1)
{
    ph_bytes_t parent;
    PH_TRY(ph_hostapi_span(instance, &parent, args[0]));
    return ph_hostapi_give_option(instance, result, NULL);
}

PH_HOSTAPI(storage_next_key_version_1)
{
    ph_bytes_t key;
    ph_writer_t next = PH_WRITER_HEAP;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    bool some = ph_overlay_next_key(overlay_of(instance), &next, key);
    ph_bytes_t found = ph_writer_bytes(&next);
    ph_err_t err = done(instance);
    if (err == PH_OK)
        err = ph_hostapi_give_option(instance, result, some ? &found : NULL);
    ph_writer_free(&next);
    return err;
}

/* ---- transactions ---- A call ends only what it began itself. */

static ph_err_t need_open(ph_wasm_instance_t *instance, const char *what)
{
    const ph_hostapi_t *host = ph_hostapi_of(instance);
    if (ph_overlay_depth(host->overlay) > host->floor)
        return PH_OK;
    return ph_wasm_refuse(instance, PH_ERR_INVALID, "no open transaction that can be %s", what);
}

PH_HOSTAPI(storage_start_transaction_version_1)
{
    (void)result, (void)args;
    const ph_hostapi_t *host = ph_hostapi_of(instance);
    if (ph_overlay_depth(host->overlay) - host->floor >= TRANSACTIONS_MAX)
        return ph_wasm_refuse(instance, PH_ERR_FULL, "more than %u open transactions", TRANSACTIONS_MAX);
    ph_overlay_start(host->overlay);
    return PH_OK;
}

PH_HOSTAPI(storage_rollback_transaction_version_1)
{
    (void)result, (void)args;
    PH_TRY(need_open(instance, "rolled back"));
    return ph_overlay_rollback(overlay_of(instance));
}

PH_HOSTAPI(storage_commit_transaction_version_1)
{
    (void)result, (void)args;
    PH_TRY(need_open(instance, "committed"));
    return ph_overlay_commit(overlay_of(instance));
}

/* ---- child tries ---- */

static ph_err_t two_spans(ph_wasm_instance_t *instance, ph_bytes_t *a, ph_bytes_t *b, const uint64_t *args)
{
    PH_TRY(ph_hostapi_span(instance, a, args[0]));
    return ph_hostapi_span(instance, b, args[1]);
}

PH_HOSTAPI(default_child_storage_get_version_1)
{
    ph_bytes_t child, key, value;
    PH_TRY(two_spans(instance, &child, &key, args));
    bool some = ph_overlay_child_get(overlay_of(instance), child, &value, key);
    PH_TRY(done(instance));
    return ph_hostapi_give_option(instance, result, some ? &value : NULL);
}

PH_HOSTAPI(default_child_storage_read_version_1)
{
    ph_bytes_t child, key, value;
    PH_TRY(two_spans(instance, &child, &key, args));
    bool some = ph_overlay_child_get(overlay_of(instance), child, &value, key);
    PH_TRY(done(instance));
    return give_read(instance, result, some ? &value : NULL, args[2], args[3]);
}

PH_HOSTAPI(default_child_storage_set_version_1)
{
    (void)result;
    ph_bytes_t child, key, value;
    PH_TRY(two_spans(instance, &child, &key, args));
    PH_TRY(ph_hostapi_span(instance, &value, args[2]));
    ph_overlay_child_set(overlay_of(instance), child, key, value);
    return done(instance);
}

PH_HOSTAPI(default_child_storage_clear_version_1)
{
    (void)result;
    ph_bytes_t child, key;
    PH_TRY(two_spans(instance, &child, &key, args));
    ph_overlay_child_clear(overlay_of(instance), child, key);
    return done(instance);
}

PH_HOSTAPI(default_child_storage_exists_version_1)
{
    ph_bytes_t child, key;
    PH_TRY(two_spans(instance, &child, &key, args));
    *result = ph_overlay_child_exists(overlay_of(instance), child, key);
    return done(instance);
}

static ph_cleared_t kill_child(ph_wasm_instance_t *instance, ph_bytes_t child, uint32_t limit)
{
    return ph_overlay_child_clear_prefix(overlay_of(instance), child, (ph_bytes_t){0}, limit);
}

PH_HOSTAPI(default_child_storage_storage_kill_version_1)
{
    (void)result;
    ph_bytes_t child;
    PH_TRY(ph_hostapi_span(instance, &child, args[0]));
    (void)kill_child(instance, child, PH_NO_LIMIT);
    return done(instance);
}

PH_HOSTAPI(default_child_storage_storage_kill_version_2)
{
    ph_bytes_t child;
    uint32_t limit;
    PH_TRY(ph_hostapi_span(instance, &child, args[0]));
    PH_TRY(take_limit(instance, &limit, args[1]));
    *result = kill_child(instance, child, limit).all_removed;
    return done(instance);
}

PH_HOSTAPI(default_child_storage_storage_kill_version_3)
{
    ph_bytes_t child;
    uint32_t limit;
    PH_TRY(ph_hostapi_span(instance, &child, args[0]));
    PH_TRY(take_limit(instance, &limit, args[1]));
    return give_cleared(instance, result, kill_child(instance, child, limit));
}

PH_HOSTAPI(default_child_storage_clear_prefix_version_1)
{
    (void)result;
    ph_bytes_t child, prefix;
    PH_TRY(two_spans(instance, &child, &prefix, args));
    (void)ph_overlay_child_clear_prefix(overlay_of(instance), child, prefix, PH_NO_LIMIT);
    return done(instance);
}

PH_HOSTAPI(default_child_storage_clear_prefix_version_2)
{
    ph_bytes_t child, prefix;
    uint32_t limit;
    PH_TRY(two_spans(instance, &child, &prefix, args));
    PH_TRY(take_limit(instance, &limit, args[2]));
    return give_cleared(instance, result, ph_overlay_child_clear_prefix(overlay_of(instance), child, prefix, limit));
}

static ph_err_t give_child_root(ph_wasm_instance_t *instance, uint64_t *result, uint64_t child_arg, int version)
{
    ph_bytes_t child;
    uint8_t root[32];
    PH_TRY(ph_hostapi_span(instance, &child, child_arg));
    ph_overlay_child_root(overlay_of(instance), child, root, version);
    PH_TRY(done(instance));
    return ph_hostapi_give(instance, result, ph_bytes(root, sizeof root));
}

PH_HOSTAPI(default_child_storage_root_version_1)
{
    return give_child_root(instance, result, args[0], 0);
}

PH_HOSTAPI(default_child_storage_root_version_2)
{
    int version = 0;
    PH_TRY(ph_hostapi_state_version(instance, &version, args[1]));
    return give_child_root(instance, result, args[0], version);
}

PH_HOSTAPI(default_child_storage_next_key_version_1)
{
    ph_bytes_t child, key;
    ph_writer_t next = PH_WRITER_HEAP;
    PH_TRY(two_spans(instance, &child, &key, args));
    bool some = ph_overlay_child_next_key(overlay_of(instance), child, &next, key);
    ph_bytes_t found = ph_writer_bytes(&next);
    ph_err_t err = done(instance);
    if (err == PH_OK)
        err = ph_hostapi_give_option(instance, result, some ? &found : NULL);
    ph_writer_free(&next);
    return err;
}
